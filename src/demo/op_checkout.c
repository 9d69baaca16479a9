#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "base/uri.h"
#include "call.h"
#include "checkout.h"
#include "db.h"
#include "edit.h"
#include "ftype.h"
#include "item.h"
#include "ops.h"
#include "perm.h"
#include "tmpl.h"

/* Documents checked out and in: [MS-LISTSWS] 3.1.4.7, 3.1.4.8 and 3.1.4.26. The result says whether it worked;
 * faults are for requests that make no sense. */

struct document {
	struct call *c;
	struct edit e;
	struct item i;
};

static int answer(const struct call *c, bool worked)
{
	return buf_adds(c->out, worked ? "true" : "false");
}

/* The library that the path, without a slash in front, lies in; NULL: none. */
static struct list *library_at(const struct site *s, const char *path)
{
	for (size_t i = 0; i < s->n_lists; i++) {
		size_t n = strlen(s->lists[i]->root);

		if (tmpl_is_library(s->lists[i]) && strncasecmp(path, s->lists[i]->root, n) == 0 && path[n] == '/')
			return s->lists[i];
	}
	return NULL;
}

/* 0, -ENOENT, -errno. */
static int find_by_path(struct document *d, const char *path)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const char *slash = strrchr(path, '/');
	CLEANUP(str_free_p) char *dir = slash ? strndup(path, (size_t) (slash - path)) : NULL;
	int r;

	d->e.l = library_at(d->c->site, path);
	if (!d->e.l || !dir)
		return d->e.l ? -ENOMEM : -ENOENT;
	r = db_ask(d->c->db, &st, ITEM_BY_PATH, "iss", d->e.l->id, dir, slash + 1);
	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = item_get(d->c->db, d->e.l, db_int(st, 0), &d->i);
	return r >= 0 && d->i.folder ? -ENOENT : r;
}

/* pageUrl. 0; 1: 2007 takes what is no address, and does nothing; -EINVAL with the fault set; -errno. */
static int find_document(struct document *d)
{
	const char *url = call_text(d->c, "pageUrl");
	struct uri u = { 0 };
	int r;

	if (str_empty(url))
		return call_fault(d->c, E_MISSING, "Parameter pageUrl is missing or invalid.");
	r = uri_parse(url, &u);
	if (r == -EINVAL && d->c->m->version == 12)
		return 1;
	if (r == -EINVAL)
		return call_fault(d->c, 0, "Invalid URI: The format of the URI could not be determined.");
	if (r >= 0)
		r = find_by_path(d, u.path + 1);
	uri_release(&u);
	if (r == -ENOENT || (r >= 0 && !(perm_of_item(d->c->person, d->e.l, &d->i) & PERM_VIEW)))
		return call_fault(d->c, 0, "The system cannot find the file specified.");
	if (r >= 0 && !(perm_of_item(d->c->person, d->e.l, &d->i) & PERM_EDIT))
		return call_fault_code(d->c, E_DENIED);
	return r;
}

static int open_document(struct call *c, struct document *d)
{
	*d = (struct document) { .c = c, .e = { .m = c->m, .who = c->person, .now = c->now }, .i = ITEM_INIT };
	return find_document(d);
}

/* Has the caller checked it out, or may he act for who has? */
static bool is_his(const struct document *d)
{
	int64_t person = checkout_person(&d->i);

	return person && (person == d->c->person->id ||
			  (perm_of_item(d->c->person, d->e.l, &d->i) & PERM_CANCEL_CHECKOUT));
}

/* "20 Jun 1982 12:00:00 GMT", with the day of the week or without; what is no such date is passed over. */
static bool is_other_time(const struct call *c, int64_t modified)
{
	static const char *const forms[] = { "%d %b %Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S" };
	const char *text = call_text(c, "lastmodified");

	for (size_t i = 0; text && i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = { 0 };

		if (strptime(text, forms[i], &tm))
			return timegm(&tm) != modified;
	}
	return false;
}

int op_check_out(struct call *c)
{
	struct document d;
	const char *local = call_text(c, "checkoutToLocal");
	int r = open_document(c, &d);

	if (r == 0 && !str_eq_nocase(local ? local : "", "true") && !str_eq_nocase(local ? local : "", "false"))
		r = call_fault(c, 0, "String was not recognized as a valid Boolean.");
	if (r == 0 && (checkout_person(&d.i) || is_other_time(c, d.i.doc_modified)))
		r = 1;
	if (r == 0)
		r = checkout_begin(&d.e, &d.i, str_eq_nocase(local, "true"));
	item_release(&d.i);
	return r < 0 ? r : answer(c, r == 0);
}

/* CheckinType: 0, 1 or 2; absent it is 0. */
static int read_kind(struct call *c, enum check_in *ret)
{
	const char *text = call_text(c, "CheckinType");
	int64_t n = 0;

	if (text && (str_to_i64(text, &n) < 0 || n < 0 || n > 2))
		return call_fault(c, 0, "Input string was not in a correct format.");
	*ret = (enum check_in) n;
	return 0;
}

int op_check_in(struct call *c)
{
	struct document d;
	enum check_in how = CHECK_IN_MINOR;
	int r = open_document(c, &d);

	if (r == 0)
		r = read_kind(c, &how);
	if (r == 0 && !is_his(&d))
		r = 1;
	if (r == 0 && how == CHECK_IN_OVERWRITE && !checkout_has_copy(&d.i)) /* R397 */
		r = call_fault(c, 0, "The file has never been checked in: there is no version to overwrite.");
	if (r == 0)
		r = checkout_end(&d.e, &d.i, how, call_text(c, "comment"));
	item_release(&d.i);
	return r < 0 ? r : answer(c, r == 0);
}

int op_undo_check_out(struct call *c)
{
	struct document d;
	int r = open_document(c, &d);

	if (r == 0 && !is_his(&d))
		r = 1;
	if (r == 0)
		r = checkout_undo(&d.e, &d.i);
	item_release(&d.i);
	return r < 0 ? r : answer(c, r == 0);
}
