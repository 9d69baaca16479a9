#include "park.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "numbers.h"
#include "parts.h"
#include "show.h"

/* Also how a list that comes back knows which changes it was that it held up. */
static const char gone[] = "the list does not exist on the server any more";
static const char forbidden[] = "the server does not allow access to the list any more";

/* ---- one change ------------------------------------------------------------------------- */

/* The file's bytes are what the user wants and the server does not: a draft. */
static int make_draft(struct txn *t, const struct store_node *n, const struct store_item *it)
{
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	CLEANUP(store_text_release_p) struct store_text old = STORE_TEXT_INIT;
	struct store_text text = { .state = STORE_TEXT_DRAFT, .since = t->now };
	int r = store_text_get(t->st, n->ino, &bytes, &old);

	/* Somebody is writing it anew, or has left something newer that is no valid text. */
	if (r == 0 && old.state != STORE_TEXT_KEPT)
		return 0;
	if (r == -ENOENT)
		r = show_render(t, it->id, &it->item, &bytes);
	return r < 0 ? r : store_text_put(t->st, n->ino, buf_str(&bytes), bytes.len, &text);
}

static int mark_node(struct txn *t, const struct store_item *it, const char *reason, struct store_node *n)
{
	CLEANUP(store_item_release_p) struct store_item shown = STORE_ITEM_INIT;
	int r = 0;

	/* The file of a part is its master's. */
	if (n->kind == STORE_NODE_ITEM && n->item != it->id)
		r = store_item_get(t->st, n->item, &shown);
	if (r == 0 && n->kind == STORE_NODE_ITEM)
		r = make_draft(t, n, shown.id ? &shown : it);

	if (r == 0)
		r = str_set(&n->error, reason);
	n->ctime = t->now;
	if (r == 0)
		r = store_node_put(t->st, n);
	return r < 0 ? r : txn_tell(t, SYNC_ATTR, n);
}

int park_refuse(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *row,
		uint32_t server_code, const char *reason)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = str_set(&row->c.reason, reason);

	row->c.state = STORE_CHANGE_REFUSED;
	row->c.server_code = server_code;
	row->changed = true;
	if (r == 0)
		r = txn_say(t, SYNC_REFUSED, row->c.name, reason);
	if (r == 0)
		r = pending_store(t->st, p);
	if (r == 0)
		r = parts_node(t, it->id, &n);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : mark_node(t, it, reason, &n);
}

/* ---- trying again -------------------------------------------------------------------------- */

/* The draft that belongs to the change is its text again; one that is about something else stays. */
static int unmark_node(struct txn *t, int64_t item, const char *reason)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = parts_node(t, item, &n);

	if (r < 0 || !str_eq(n.error, reason))
		return r == -ENOENT ? 0 : r;
	r = store_text_get(t->st, n.ino, &bytes, &text);
	if (r < 0 || text.state != STORE_TEXT_DRAFT)
		return r == -ENOENT ? 0 : r;
	text.state = STORE_TEXT_KEPT;
	return store_text_put(t->st, n.ino, buf_str(&bytes), bytes.len, &text);
}

static int retry_row(struct txn *t, int64_t change)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = store_change_get(t->st, change, &c);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = unmark_node(t, c.item, c.reason);
	if (r < 0)
		return r;
	c.state = STORE_CHANGE_QUEUED;
	c.tries = 0;
	c.server_code = 0;
	str_free_p(&c.reason);
	t->queued++;
	return store_change_put(t->st, &c);
}

struct found {
	struct numbers changes; /* owned */
	enum store_change_state state;
	const char *reason;
	uint32_t server_code; /* 0: any */
};

static int note_change(void *arg, const struct store_change *c)
{
	struct found *f = arg;

	if (c->state != f->state || (f->reason && !str_eq(f->reason, c->reason)) ||
	    (f->server_code && f->server_code != c->server_code))
		return 0;
	return numbers_add(&f->changes, c->id);
}

static int each_change(struct txn *t, struct found *f, int (*fn)(struct txn *t, int64_t change))
{
	int r = store_change_each(t->st, t->list.id, note_change, f);

	for (size_t i = 0; r == 0 && i < f->changes.n; i++)
		r = fn(t, f->changes.v[i]);
	numbers_release(&f->changes);
	return r;
}

int park_retry(struct txn *t, const char *reason)
{
	struct found f = { .state = STORE_CHANGE_REFUSED, .reason = reason };

	return each_change(t, &f, retry_row);
}

int park_retry_locked(struct txn *t)
{
	struct found f = { .state = STORE_CHANGE_REFUSED, .server_code = STORE_CODE_LOCKED };

	return each_change(t, &f, retry_row);
}

/* ---- a whole list ------------------------------------------------------------------------------ */

static int tell_child(void *arg, const struct store_node *n)
{
	struct txn *t = arg;
	int r = txn_tell(t, SYNC_ATTR, n);

	if (r == 0 && (n->kind == STORE_NODE_FOLDER || n->kind == STORE_NODE_SCRATCH_DIR ||
		       n->kind == STORE_NODE_ATTACHMENTS))
		r = store_node_children(t->st, n->ino, 0, tell_child, t);
	return r;
}

/* All nodes of the list show other rights now (the view masks the bits by the list's state). */
static int tell_all(struct txn *t)
{
	CLEANUP(store_node_release_p) struct store_node root = STORE_NODE_INIT;
	int r = store_node_get(t->st, t->list.root, &root);

	if (r == 0)
		r = txn_tell(t, SYNC_ATTR, &root);
	return r < 0 ? r : store_node_children(t->st, t->list.root, 0, tell_child, t);
}

static const char *reason_of(enum store_list_state state)
{
	return state == STORE_LIST_GONE ? gone : forbidden;
}

static int refuse_row(struct txn *t, int64_t change)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	int r = store_change_get(t->st, change, &c);

	if (r == 0)
		r = store_item_get(t->st, c.item, &it);
	if (r == 0)
		r = pending_load(t->st, c.item, &p);
	if (r < 0 || !pending_row(&p, change))
		return r == -ENOENT ? 0 : r;
	return park_refuse(t, &it, &p, pending_row(&p, change), 0, reason_of(t->list.state));
}

int park_list(struct txn *t, enum store_list_state state, const char *error)
{
	struct found f = { .state = STORE_CHANGE_QUEUED };
	bool is_new = t->list.state != state;
	int r = str_set(&t->list.error, error);

	t->list.state = state;
	if (r == 0)
		r = store_list_put(t->st, &t->list);
	if (r == 0 && is_new)
		r = tell_all(t);
	return r < 0 ? r : each_change(t, &f, refuse_row);
}

int park_list_back(struct txn *t)
{
	enum store_list_state was = t->list.state;
	int r;

	if (was != STORE_LIST_GONE && was != STORE_LIST_FORBIDDEN)
		return 0;
	t->list.state = STORE_LIST_OK;
	r = park_retry(t, reason_of(was));
	return r < 0 ? r : tell_all(t);
}
