#include "checkout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "davlock.h"
#include "db.h"
#include "item.h"
#include "model.h"
#include "tmpl.h"

/* "SIZE VERSION" of what others see while it is checked out. */
#define CHECKED_IN "_CheckedIn"

int64_t checkout_person(const struct item *i)
{
	const char *id = pairs_get(&i->vals, "CheckoutUser");

	return id ? strtoll(id, NULL, 10) : 0;
}

int64_t checkout_locker(const struct edit *e, const struct item *i)
{
	const struct davlock *l = davlock_find(e->m->locks, i->list, i->id, e->now);

	return l ? l->person : 0;
}

int checkout_allows(struct edit *e, const struct item *i)
{
	int64_t person = checkout_person(i);
	int64_t locker = checkout_locker(e, i);

	if (locker && locker != e->who->id)
		return edit_refuse(e, E_CHECKED_OUT);
	if (person && person != e->who->id)
		return edit_refuse(e, E_CHECKED_OUT);
	if (!person && !i->folder && tmpl_is_library(e->l) && list_prop_is(e->l, "RequireCheckout", false))
		return edit_refuse(e, E_CHECKED_OUT);
	return 0;
}

int checkout_begin(struct edit *e, struct item *i, bool local)
{
	char person[24], size[24];
	int r = db_run(e->m->db, REVISION_ADD, "iiiiiib", i->list, i->id, INT64_C(0), i->ui, i->modified, i->editor,
		       (const void *) i->vals.b.p, i->vals.b.len);

	snprintf(person, sizeof(person), "%lld", (long long) e->who->id);
	if (r >= 0)
		r = pairs_set(&i->vals, "CheckoutUser", person);
	snprintf(size, sizeof(size), "%lld %lld", (long long) i->size, (long long) i->version);
	if (r >= 0)
		r = pairs_set(&i->vals, CHECKED_IN, size);
	if (r >= 0)
		r = pairs_set(&i->vals, "IsCheckedoutToLocal", local ? "1" : NULL);
	return r < 0 ? r : edit_update(e, i, EDIT_QUIET);
}

static int end(struct edit *e, struct item *i)
{
	int r = pairs_set(&i->vals, "CheckoutUser", NULL);

	if (r >= 0)
		r = pairs_set(&i->vals, CHECKED_IN, NULL);
	if (r >= 0)
		r = pairs_set(&i->vals, "IsCheckedoutToLocal", NULL);
	if (r >= 0)
		r = db_run(e->m->db, REVISION_DROP, "iii", i->list, i->id, INT64_C(0));
	return r < 0 ? r : edit_update(e, i, EDIT_QUIET);
}

/* 512 a major version, 1 a minor one, where the library has those. */
static int64_t next_version(const struct list *l, int64_t ui, enum check_in how)
{
	bool minor = list_prop_is(l, "EnableMinorVersion", false);

	if (how == CHECK_IN_OVERWRITE || !list_prop_is(l, "EnableVersioning", false))
		return ui;
	return minor && how == CHECK_IN_MINOR ? ui + 1 : (ui / 512 + 1) * 512;
}

int checkout_end(struct edit *e, struct item *i, enum check_in how, const char *comment)
{
	int r = pairs_set(&i->vals, "_CheckinComment", comment && *comment ? comment : NULL);

	i->ui = next_version(e->l, i->ui, how);
	return r < 0 ? r : end(e, i);
}

/* The bytes that it had before. 0; 1: it had none, nobody has checked it in yet; -errno. */
static int undo_content(struct edit *e, struct item *i)
{
	const char *before = pairs_get(&i->vals, CHECKED_IN);
	long long size, version;

	if (!before || sscanf(before, "%lld %lld", &size, &version) != 2)
		return 1;
	i->size = size;
	return db_run(e->m->db, CONTENT_FORGET_NEWER, "iii", i->list, i->id, (int64_t) version);
}

int checkout_undo(struct edit *e, struct item *i)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const void *vals;
	size_t n;
	int r = undo_content(e, i);

	if (r > 0)
		return edit_delete(e, i);
	if (r >= 0)
		r = db_ask(e->m->db, &st, REVISION_GET, "iii", i->list, i->id, INT64_C(0));
	if (r >= 0)
		r = db_step(st);
	if (r > 0) {
		i->ui = db_int(st, 0);
		i->modified = db_int(st, 1);
		i->editor = db_int(st, 2);
		vals = db_block(st, 3, &n);
		r = pairs_load(&i->vals, vals, n);
	}
	return r < 0 ? r : end(e, i);
}

bool checkout_has_copy(const struct item *i)
{
	return pairs_get(&i->vals, CHECKED_IN);
}

bool checkout_hides(const struct item *i, int64_t person)
{
	int64_t owner = checkout_person(i);

	return owner && owner != person && !pairs_get(&i->vals, CHECKED_IN);
}
