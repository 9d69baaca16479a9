#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "local.h"
#include "parts.h"
#include "show.h"

/*
 * Texts of files that are not changes: what a writer flushed and has not closed,
 * what could not be read as fields. They are durable and sent to nobody.
 */

static int begin_file(struct txn *t, int64_t ino, struct store_node *n)
{
	int r = local_begin(t, ino, n);

	return r < 0 || n->kind == STORE_NODE_ITEM || n->kind == STORE_NODE_DRAFT ? r : -ESTALE;
}

int sync_submit_open_text(struct sync *s, int64_t ino, const void *p, size_t n, const struct values *base)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node node = STORE_NODE_INIT;
	struct store_text text = { .state = STORE_TEXT_OPEN };
	int r = begin_file(&t, ino, &node);

	if (r < 0)
		return r;
	text.since = t.now;
	/* Foreign values in an owned place: store_text_put only reads them. */
	text.has_base = base != NULL;
	if (base)
		text.base = *base;
	node.size = (int64_t) n;
	node.version++;
	node.mtime = node.ctime = t.now;
	r = store_text_put(t.st, ino, n ? p : "", n, &text);
	if (r == 0)
		r = store_node_put(t.st, &node);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "open_text");
}

int sync_submit_draft(struct sync *s, int64_t ino, const void *p, size_t n, const char *reason)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node node = STORE_NODE_INIT;
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	int r = begin_file(&t, ino, &node);

	if (r == 0)
		r = buf_add(&bytes, n ? p : "", n);
	if (r == 0)
		r = show_keep(&t, &node, &bytes, STORE_TEXT_DRAFT, t.now);
	if (r == 0)
		r = str_set(&node.error, reason);
	if (r == 0)
		r = store_node_put(t.st, &node);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "draft");
}

/* ---- back to the item ------------------------------------------------------------------ */

/* What was refused of the file's other items goes too, and with a refused change of the item itself what was to follow it. */
static int drop_parts(struct txn *t, const struct local_item *i, bool own)
{
	int r = own ? parts_restore_dropped(t, &i->it) : 0;

	return r < 0 ? r : parts_revert(t, i->it.id);
}

/* An update that the server refused goes with the text that it came from. A new item stays: there is
 * nothing else that its file could show. */
static int drop_refused(struct txn *t, struct local_item *i)
{
	bool any = false;
	int r;

	for (size_t k = 0; k < i->p.n; k++) {
		struct pending_row *row = &i->p.v[k];

		if (row->c.state == STORE_CHANGE_REFUSED && row->c.change.op == CHANGE_UPDATE)
			row->gone = any = true;
	}
	r = drop_parts(t, i, any);
	if (r < 0 || !any)
		return r;
	r = local_item_settle(i);
	if (r == 0)
		r = store_item_put(t->st, &i->it);
	return r < 0 ? r : pending_store(t->st, &i->p);
}

static int revert_item(struct txn *t, struct store_node *n)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = n->item ? local_item_load(t, n->item, &i) : 0;

	if (r == 0 && n->item)
		r = drop_refused(t, &i);
	if (r < 0)
		return r;
	str_free_p(&n->error);
	if (pending_find(&i.p, CHANGE_NEW) && pending_find(&i.p, CHANGE_NEW)->c.state == STORE_CHANGE_REFUSED)
		r = str_set(&n->error, pending_find(&i.p, CHANGE_NEW)->c.reason);
	if (r == 0)
		r = show_drop_text(t, n, n->item ? &i.it.item : NULL);
	n->mtime = t->now;
	return r < 0 ? r : store_node_put(t->st, n);
}

int sync_submit_revert(struct sync *s, int64_t ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = begin_file(&t, ino, &n);

	if (r == 0)
		r = revert_item(&t, &n);
	if (r == 0)
		r = txn_tell(&t, SYNC_CONTENT, &n);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "revert");
}

/* ---- attributes ---------------------------------------------------------------------------- */

int sync_submit_attr(struct sync *s, int64_t ino, int mode, int64_t mtime, int64_t size)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = local_begin(&t, ino, &n);
	bool local = n.kind == STORE_NODE_SCRATCH || n.kind == STORE_NODE_SCRATCH_DIR || n.kind == STORE_NODE_DRAFT;

	if (r < 0)
		return r;
	/* An item's bits say what the server allows: they are not the user's to change. */
	if (mode >= 0 && local)
		n.mode = mode & 0777;
	if (mtime >= 0)
		n.mtime = mtime;
	if (size >= 0 && n.kind == STORE_NODE_SCRATCH) {
		n.size = size;
		n.version++;
	}
	n.ctime = t.now;
	r = store_node_put(t.st, &n);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "attr");
}

/* ---- what a killed run left --------------------------------------------------------------------- */

int sync_submit_recover(struct sync *s, int (*fn)(void *arg, int64_t ino), void *arg)
{
	return store_text_each(sync_store(s), STORE_TEXT_OPEN, fn, arg);
}
