#include "show.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "plan.h"

#define NS 1000000000
#define MS_NS 1000000

/* ---- bytes ---------------------------------------------------------------------- */

int show_render(const struct txn *t, int64_t item, const struct item *i, struct buf *out)
{
	const struct sync_present *p = t->conf->present;
	int r = p->render(p->arg, &t->list, item, i, out);

	/* One monstrous item must not keep the rest of its list from being received. */
	if (r == -EFBIG) {
		buf_reset(out);
		r = 0;
	}
	return r;
}

int show_bytes(const struct txn *t, int64_t ino, int64_t item, const struct item *i, struct buf *out)
{
	int r = store_text_get(t->st, ino, out, NULL);

	if (r != -ENOENT)
		return r;
	return i ? show_render(t, item, i, out) : 0;
}

/* ---- attributes -------------------------------------------------------------------- */

int show_mode(const struct store_list *l, const struct item *i)
{
	/* A row without a mask of its own has the list's. */
	uint64_t perm = i->perm == PERM_FULL ? l->perm : i->perm;
	bool writable = perm & (i->folder ? PERM_ADD | PERM_EDIT | PERM_DELETE : PERM_EDIT);

	return (i->folder ? 0555 : 0444) | (writable ? 0200 : 0);
}

int show_list_mode(const struct store_list *l)
{
	return !store_list_read_only(l) && l->perm & (PERM_ADD | PERM_EDIT | PERM_DELETE) ? 0755 : 0555;
}

int show_root(struct txn *t)
{
	CLEANUP(store_node_release_p) struct store_node root = STORE_NODE_INIT;
	int r = store_node_get(t->st, t->list.root, &root);

	if (r < 0 || root.mode == show_list_mode(&t->list))
		return r;
	root.mode = show_list_mode(&t->list);
	root.ctime = t->now;
	r = store_node_put(t->st, &root);
	return r < 0 ? r : txn_tell(t, SYNC_ATTR, &root);
}

enum store_node_kind show_kind(const struct store_list *l, const struct item *i)
{
	if (i->folder)
		return STORE_NODE_FOLDER;
	return i->owner || list_is_library(&l->info) ? STORE_NODE_DOCUMENT : STORE_NODE_ITEM;
}

/* The list does not tell how long an attachment is: -1 until somebody asks. */
static int64_t document_size(const struct item *i)
{
	return i->size > 0 ? i->size : i->owner && i->size < 0 ? -1 : 0;
}

int show_fresh(const struct txn *t, const struct item *i, struct store_node *n)
{
	CLEANUP(buf_release_p) struct buf text = SHOW_TEXT_INIT;
	int r = 0;

	n->mode = show_mode(&t->list, i);
	n->mtime = i->modified ? i->modified * NS : i->created ? i->created * NS : t->now;
	n->ctime = t->now;
	n->version++;
	n->size = 0;
	if (n->kind == STORE_NODE_DOCUMENT) {
		n->size = document_size(i);
	} else if (n->kind == STORE_NODE_ITEM) {
		r = show_render(t, n->item, i, &text);
		n->size = (int64_t) text.len;
	}
	return r;
}

/* ---- changes -------------------------------------------------------------------------- */

int show_keep(struct txn *t, struct store_node *n, const struct buf *bytes, enum store_text_state state,
	      int64_t mtime)
{
	struct store_text text = { .state = state, .since = t->now };

	n->size = (int64_t) bytes->len;
	n->version++;
	n->mtime = mtime;
	n->ctime = t->now;
	return store_text_put(t->st, n->ino, bytes->len ? bytes->p : "", bytes->len, &text);
}

int show_drop_text(struct txn *t, struct store_node *n, const struct item *i)
{
	CLEANUP(buf_release_p) struct buf text = SHOW_TEXT_INIT;
	int r = store_text_delete(t->st, n->ino);

	if (r == 0 && i)
		r = show_render(t, n->item, i, &text);
	if (r < 0)
		return r;
	n->size = (int64_t) text.len;
	n->version++;
	n->ctime = t->now;
	return 0;
}

/* What a change of the item does to the node's bytes. */
struct effect {
	bool bytes;  /* they change */
	bool edited; /* because of a field that people can edit */
	int64_t size;
};

/* The old bytes stay although the comments in them are out of date: somebody reads them. */
static int freeze(struct txn *t, const struct store_node *n, const struct buf *bytes)
{
	struct store_text text = { .state = STORE_TEXT_KEPT, .since = t->now };

	return store_text_put(t->st, n->ino, bytes->len ? bytes->p : "", bytes->len, &text);
}

static int item_effect(struct txn *t, const struct item *old, const struct item *i, const struct store_node *n,
		       struct effect *ret)
{
	CLEANUP(buf_release_p) struct buf before = SHOW_TEXT_INIT;
	CLEANUP(buf_release_p) struct buf after = SHOW_TEXT_INIT;
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	bool edited = plan_edited(&t->list.info.schema, &old->values, &i->values);
	int r = store_text_get(t->st, n->ino, &before, &text);
	bool has_text = r == 0;

	if (r < 0 && r != -ENOENT)
		return r;
	/* What the user writes or has to repair is his; what he saved stands while it is true. */
	if (has_text && (text.state != STORE_TEXT_KEPT || !edited))
		return 0;
	r = has_text ? 0 : show_render(t, n->item, old, &before);
	if (r == 0)
		r = show_render(t, n->item, i, &after);
	if (r == 0 && has_text)
		r = store_text_delete(t->st, n->ino);
	if (r < 0 || (before.len == after.len && memcmp(buf_str(&before), buf_str(&after), after.len) == 0))
		return r;
	if (!edited && txn_is_open(t, n->ino))
		return freeze(t, n, &before);
	*ret = (struct effect) { .bytes = true, .edited = edited, .size = (int64_t) after.len };
	return 0;
}

/*
 * A document's bytes are another version's when its row is. The node's size may be better than the list's: it was
 * fetched.
 */
static void document_effect(const struct item *old, const struct item *i, struct effect *ret)
{
	ret->size = document_size(i);
	ret->bytes = old->version != i->version || ret->size != document_size(old);
	ret->edited = ret->bytes;
}

/*
 * The server's time is in whole seconds, so that of a version may be older than what the file shows already. It is a later
 * one all the same, and for those who keep times as floating point numbers (vdirsyncer, 256 ns) or in milliseconds too.
 */
static int64_t later_time(int64_t modified, int64_t shown)
{
	return modified / MS_NS > shown / MS_NS ? modified : (shown / MS_NS + 1) * MS_NS;
}

static void move_times(const struct txn *t, const struct item *i, bool edited, struct store_node *n)
{
	n->ctime = t->now;
	if (edited)
		n->mtime = later_time(i->modified * NS, n->mtime);
}

/* Rule 1. The row must be in the store as n says, but for the number. */
static int renumber(struct txn *t, struct store_node *n)
{
	int64_t ino;
	int r = txn_tell(t, SYNC_ENTRY_REMOVED, n);

	if (r == 0)
		r = store_node_renumber(t->st, n->ino, &ino);
	if (r < 0)
		return r;
	n->ino = ino;
	return txn_tell(t, SYNC_ENTRY_ADDED, n);
}

static int apply_bytes(struct txn *t, const struct item *i, const struct effect *e, struct store_node *n)
{
	int r;

	n->size = e->size;
	n->version++;
	move_times(t, i, e->edited, n);
	r = store_node_put(t->st, n);
	if (r == 0 && e->edited)
		r = txn_touch(t, n->parent);
	if (r < 0)
		return r;
	return n->name && txn_is_open(t, n->ino) ? renumber(t, n) : txn_tell(t, SYNC_CONTENT, n);
}

int show_changed(struct txn *t, const struct item *old, const struct item *i, struct store_node *n)
{
	int mode = show_mode(&t->list, i);
	struct effect e = { 0 };
	int r = 0;

	if (n->kind == STORE_NODE_ITEM)
		r = item_effect(t, old, i, n, &e);
	else if (n->kind == STORE_NODE_DOCUMENT)
		document_effect(old, i, &e);
	if (r < 0 || (!e.bytes && mode == n->mode))
		return r;
	if (!e.bytes)
		r = txn_tell(t, SYNC_ATTR, n);
	n->mode = mode;
	if (e.bytes)
		return r < 0 ? r : apply_bytes(t, i, &e, n);
	n->ctime = t->now;
	return r < 0 ? r : store_node_put(t->st, n);
}

int show_rights(struct txn *t, const struct item *i, struct store_node *n)
{
	int r;

	if (n->mode == show_mode(&t->list, i))
		return 0;
	n->mode = show_mode(&t->list, i);
	n->ctime = t->now;
	r = txn_tell(t, SYNC_ATTR, n);
	return r < 0 ? r : store_node_put(t->st, n);
}

int show_rewritten(struct txn *t, const struct item *i, struct store_node *n)
{
	const struct effect e = { .bytes = true, .size = document_size(i) };

	n->mode = show_mode(&t->list, i);
	return apply_bytes(t, i, &e, n);
}

int show_replaced(struct txn *t, const struct item *i, struct store_node *n)
{
	const struct effect e = { .bytes = true, .edited = true, .size = document_size(i) };

	n->mode = show_mode(&t->list, i);
	return apply_bytes(t, i, &e, n);
}

int show_posted(struct txn *t, const struct item *old, const struct item *i, struct store_node *n)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = store_text_get(t->st, n->ino, NULL, &text);

	if (r == 0 && text.state == STORE_TEXT_KEPT)
		return show_parts_changed(t, i, false, n);
	return r < 0 && r != -ENOENT ? r : show_changed(t, old, i, n);
}

int show_parts_changed(struct txn *t, const struct item *i, bool edited, struct store_node *n)
{
	CLEANUP(buf_release_p) struct buf after = SHOW_TEXT_INIT;
	struct effect e = { .bytes = true, .edited = edited };
	int r = store_text_delete(t->st, n->ino);

	if (r == 0)
		r = show_render(t, n->item, i, &after);
	e.size = (int64_t) after.len;
	return r < 0 ? r : apply_bytes(t, i, &e, n);
}
