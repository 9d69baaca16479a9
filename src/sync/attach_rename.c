#include "attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "apply.h"
#include "doc.h"
#include "local.h"
#include "pending.h"

/*
 * Renaming an attachment, which no server does: the new name is attached, and then the old one removed. The order is all
 * there is to it: the STORE of the new one says which ones it replaces, and their DELETEs wait until it has been accepted. While it
 * is refused they wait, and the server has the old name; when it loses to somebody else's file of that name, the old one shows again.
 */

/* ---- saying so -------------------------------------------------------------------------------- */

int attach_takes_over(struct txn *t, struct local_item *i, const char *ids)
{
	struct pending_row *row = doc_latest(&i->p);
	const char *was = row ? row->c.change.name : NULL;
	char *all;

	if (!ids || !row || row->c.state != STORE_CHANGE_QUEUED)
		return 0;
	all = str_printf("%s%s%s", was ? was : "", was ? " " : "", ids);
	if (!all)
		return -ENOMEM;
	free(row->c.change.name);
	row->c.change.name = all;
	row->changed = true;
	return pending_store(t->st, &i->p);
}

int attach_replaces(struct txn *t, struct local_item *i, const struct store_item *old)
{
	char id[24];

	/* The server must have lost the one before it takes a name that differs in case only. */
	if (strcasecmp(item_leaf(old->item.path), item_leaf(i->it.item.path)) == 0)
		return 0;
	snprintf(id, sizeof(id), "%lld", (long long) old->id);
	return attach_takes_over(t, i, id);
}

/* ---- waiting ------------------------------------------------------------------------------------ */

/* The next number of the text; 0: there is none. */
static int64_t next_id(const char **at)
{
	char *end;
	int64_t id = *at ? strtoll(*at, &end, 10) : 0;

	*at = id ? end : NULL;
	return id;
}

/* A store of a sibling that is not done, and takes the place of the one that is to be removed. */
struct awaited {
	struct txn *t;
	int64_t id;
	const char *leaf; /* foreign */
};

static int keeps_waiting(void *arg, const struct store_change *c)
{
	const struct awaited *a = arg;
	const char *at = c->change.op == CHANGE_STORE && c->state != STORE_CHANGE_SENT ? c->change.name : NULL;
	int64_t id;

	while ((id = next_id(&at)))
		if (id == a->id)
			return 1;
	return 0;
}

static int removal_waits(void *arg, const struct store_item *i)
{
	struct awaited *a = arg;

	return i->id == a->id ? 0 : store_change_of_item(a->t->st, i->id, keeps_waiting, a);
}

static int is_removal(void *arg, const struct store_change *c)
{
	(void) arg;
	return c->change.op == CHANGE_DELETE;
}

/* The server has a sibling of that name, which is to go. */
static int name_waits(void *arg, const struct store_item *i)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	const struct awaited *a = arg;
	int r;

	if (i->id == a->id || !i->item.id || strcasecmp(item_leaf(i->item.path), a->leaf) != 0)
		return 0;
	r = store_change_of_item(a->t->st, i->id, is_removal, NULL);
	if (r)
		return r;
	r = store_vacancy_of_item(a->t->st, i->id, &v);
	return r == -ENOENT ? 0 : r < 0 ? r : v.reason == STORE_VACANT_UNLINK;
}

int attach_waits(struct txn *t, const struct store_item *it, enum change_op op)
{
	struct awaited a = { .t = t, .id = it->id, .leaf = item_leaf(it->item.path) };

	if (op == CHANGE_STORE && it->item.id)
		return 0;
	return store_item_attached(t->st, it->item.owner, op == CHANGE_DELETE ? removal_waits : name_waits, &a);
}

/* ---- taking it back ------------------------------------------------------------------------------- */

static int drop_row(struct txn *t, struct pending *p, struct pending_row *row)
{
	row->gone = true;
	return pending_store(t->st, p);
}

static int spare_one(struct txn *t, int64_t id)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	struct pending_row *row;
	int r = store_item_get(t->st, id, &it);

	if (r == 0)
		r = pending_load(t->st, id, &p);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	row = pending_find(&p, CHANGE_DELETE);
	r = store_vacancy_of_item(t->st, id, &v);
	if (r == 0 && v.reason == STORE_VACANT_UNLINK)
		r = store_vacancy_delete(t->st, v.parent, v.name);
	else if (r == -ENOENT && row && row->c.state == STORE_CHANGE_QUEUED)
		r = drop_row(t, &p, row);
	else
		return r == -ENOENT ? 0 : r;
	return r < 0 ? r : apply_reappear(t, &it, NULL);
}

int attach_spare(struct txn *t, const char *ids)
{
	int64_t id;
	int r = 0;

	while (r == 0 && (id = next_id(&ids)))
		r = spare_one(t, id);
	return r;
}
