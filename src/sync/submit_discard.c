#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "apply.h"
#include "local.h"
#include "parts.h"
#include "place.h"
#include "show.h"

/* Taking back a change that the server has not accepted. */

static int keep(struct txn *t, const struct store_item *it, const struct item *mine, const struct store_node *n,
		const char *name)
{
	const struct apply_kept k = {
		.kind = SYNC_CONFLICT_TAKEN, .name = name ? name : "", .item = &it->item, .base = store_item_base(it),
		.why = "taken back before it was on the server",
	};

	return apply_keep(t, n, it->id, mine, &k);
}

/* A new item was only here: it goes, and with it whatever else was to be sent of it. */
static int discard_new(struct txn *t, struct local_item *i, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r;

	/* With what was made in it. */
	if (i->it.item.folder)
		return apply_gone(t, i->it.id);
	r = store_node_of_item(t->st, i->it.id, &n);
	if (r == 0 || r == -ENOENT)
		r = keep(t, &i->it, &i->it.item, n.ino ? &n : NULL, name);
	return r < 0 ? r : apply_vanish(t, &i->it);
}

/* The file shows what is on the server again, with what is still to be sent. */
static int discard_update(struct txn *t, struct local_item *i, const struct item *old, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t master;
	int r = store_node_of_item(t->st, i->it.id, &n);

	/* Its slot is vacated just now, or another one's file shows it. */
	if (r == -ENOENT) {
		r = parts_of(t, i->it.id, &master);
		if (r == 0 && master > 0)
			r = parts_note(t, master, true);
		return r < 0 ? r : keep(t, &i->it, old, NULL, name);
	}
	if (r < 0)
		return r;
	r = keep(t, &i->it, old, &n, n.name);
	if (r < 0)
		return r;
	str_free_p(&n.error);
	if (n.kind == STORE_NODE_ITEM) {
		r = show_drop_text(t, &n, &i->it.item);
		n.mtime++;
	}
	if (r == 0)
		r = store_node_put(t->st, &n);
	if (r == 0)
		r = txn_tell(t, SYNC_CONTENT, &n);
	/* A folder's path was the server's all the time: only its name was ours. */
	return r < 0 ? r : place_follow(t, old, &i->it, n.kind == STORE_NODE_FOLDER, &n);
}

static int discard_row(struct txn *t, struct local_item *i, struct pending_row *row)
{
	struct item old = ITEM_INIT;
	CLEANUP(str_free_p) char *name = NULL;
	enum change_op op = row->c.change.op;
	int r = str_set(&name, row->c.name);

	if (r == 0 && (op == CHANGE_NEW || op == CHANGE_NEW_FOLDER))
		return discard_new(t, i, name);
	row->gone = true;
	if (r == 0)
		r = values_copy(&old.values, &i->it.item.values);
	if (r == 0)
		r = str_set(&old.path, i->it.item.path);
	old.id = i->it.item.id;
	old.folder = i->it.item.folder;
	if (r == 0)
		r = local_item_settle(i);
	if (r == 0)
		r = store_item_put(t->st, &i->it);
	if (r == 0)
		r = pending_store(t->st, &i->p);
	if (r == 0)
		r = op == CHANGE_UPDATE && parts_in_list(t) ? parts_restore_dropped(t, &i->it) : 0;
	if (r == 0)
		r = op == CHANGE_DELETE ? apply_reappear(t, &i->it, name) : discard_update(t, i, &old, name);
	item_release(&old);
	return r;
}

static int load_change(struct txn *t, int64_t change, struct local_item *ret)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = store_change_get(t->st, change, &c);

	if (r == 0)
		r = txn_list(t, c.list);
	if (r == 0)
		r = store_item_get(t->st, c.item, &ret->it);
	return r < 0 ? r : pending_load(t->st, c.item, &ret->p);
}

int sync_submit_discard(struct sync *s, int64_t change)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	struct pending_row *row;
	int r = txn_begin(&t, 0);

	if (r == 0)
		r = load_change(&t, change, &i);
	row = r == 0 ? pending_row(&i.p, change) : NULL;
	if (r < 0 || !row)
		return r < 0 ? r : -ENOENT;
	/* The bytes of a document are nowhere else: removing or saving its file decides on them. */
	if (row->c.change.op == CHANGE_STORE || row->c.change.op == CHANGE_MOVE)
		return -EOPNOTSUPP;
	/* What may be on the server already cannot be taken back here. */
	for (size_t k = 0; k < i.p.n; k++)
		if (i.p.v[k].c.state == STORE_CHANGE_SENDING || i.p.v[k].c.state == STORE_CHANGE_UNSURE)
			return -EBUSY;
	if (change_is_check(row->c.change.op)) {
		row->gone = true;
		r = pending_store(t.st, &i.p);
	} else {
		r = discard_row(&t, &i, row);
	}
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "discard");
}

int sync_submit_set_aside(struct sync *s, const struct sync_aside *a)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	const struct apply_kept k = { .kind = SYNC_CONFLICT_TAKEN, .name = a->name, .dir = a->dir, .why = a->why };
	int r = txn_begin(&t, a->list);

	if (r == 0)
		r = apply_keep_bytes(&t, a->text, a->n, &k);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "aside");
}
