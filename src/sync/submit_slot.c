#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "store/unsent.h"
#include "local.h"
#include "place.h"
#include "show.h"

/*
 * Files that appear in a slot, leave it or move between slots. What only exists
 * here moves at once; an item's slot is vacated for the grace first, because half
 * of all programs save by taking the old file away.
 */

/* ---- appearing -------------------------------------------------------------------------- */

/* n: all but where and when. */
static int make(struct sync *s, int64_t parent, bool lazy, struct store_node *n)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r;

	t.lazy = lazy;
	r = local_begin_dir(&t, parent, &dir);
	if (r == 0 && n->kind == STORE_NODE_DRAFT) {
		r = dir.kind == STORE_NODE_SCRATCH_DIR || dir.kind == STORE_NODE_ATTACHMENTS ? -ESTALE : local_may(&t.list, NULL, PERM_ADD);
		/* Somebody's item waits in this slot: it is to be bound, not made a second time. */
		if (r == 0 && local_vacancy(&t, parent, n->name, &v))
			r = -ESTALE;
	}
	if (r < 0)
		return r;
	n->parent = parent;
	n->list = dir.list;
	n->mtime = n->ctime = t.now;
	r = store_node_add(t.st, n);
	if (r == 0)
		r = txn_touch(&t, parent);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "make");
}

int sync_submit_make(struct sync *s, int64_t parent, const char *name, enum store_node_kind kind, int mode,
		     const char *target, int64_t *ret_ino)
{
	struct store_node n = {
		.name = (char *) name, .kind = kind, .mode = mode, .version = 1,
		.target = (char *) target, .size = target ? (int64_t) strlen(target) : 0,
	};
	int r = make(s, parent, false, &n);

	if (r == 0)
		*ret_ino = n.ino;
	return r;
}

int sync_submit_make_open(struct sync *s, int64_t parent, const char *name, enum store_node_kind kind, int mode,
			  int64_t *ret_ino)
{
	struct store_node n = { .name = (char *) name, .kind = kind, .mode = mode, .version = 1 };
	int r = make(s, parent, true, &n);

	if (r == 0)
		*ret_ino = n.ino;
	return r;
}

uint64_t sync_submit_mark(const struct sync *s)
{
	return store_lazy(local_config(s)->store);
}

int sync_submit_settle(struct sync *s, uint64_t mark)
{
	return store_settle(local_config(s)->store, mark);
}

int sync_submit_bind(struct sync *s, int64_t parent, const char *name, int64_t item, int64_t *ret_ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	struct store_node n = { .parent = parent, .name = (char *) name, .item = item };
	int r = local_begin_dir(&t, parent, &dir);

	if (r == 0)
		r = local_vacancy(&t, parent, name, &v);
	if (r < 0 || !r || v.item != item)
		return r < 0 ? r : -ESTALE;
	r = local_item_load(&t, item, &i);
	if (r == 0)
		r = store_vacancy_delete(t.st, parent, name);
	if (r < 0)
		return r;
	n.list = dir.list;
	n.kind = show_kind(&t.list, &i.it.item);
	r = show_fresh(&t, &i.it.item, &n);
	n.mtime = t.now;
	if (r == 0)
		r = store_node_add(t.st, &n);
	if (r == 0)
		r = txn_touch(&t, parent);
	/* What waits for this item could not be sent while it was vacated. */
	t.queued = pending_any(&i.p);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "bind");
	if (r == 0)
		*ret_ino = n.ino;
	return r;
}

/* ---- leaving ------------------------------------------------------------------------------ */

static int unlink_item(struct txn *t, struct store_node *n)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_item_load(t, n->item, &i);

	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_DELETE);
	if (r == 0)
		r = local_vacate(t, n, STORE_VACANT_UNLINK);
	/* What the user removed is not to be found under its former names either. */
	if (r == 0)
		r = store_node_drop_ghosts(t->st, n->item, 0);
	return r < 0 ? r : place_strip(t, n, &i.it.item);
}

static int unlink_node(struct txn *t, struct store_node *n)
{
	switch (n->kind) {
	case STORE_NODE_ITEM:
	case STORE_NODE_DOCUMENT:
		return unlink_item(t, n);
	case STORE_NODE_DRAFT:
	case STORE_NODE_SCRATCH:
	case STORE_NODE_SYMLINK:
		return place_strip(t, n, NULL);
	case STORE_NODE_GHOST:
		return store_node_delete(t->st, n->ino);
	case STORE_NODE_ROOT:
	case STORE_NODE_LIST:
	case STORE_NODE_FOLDER:
	case STORE_NODE_SCRATCH_DIR:
	case STORE_NODE_ATTACHMENTS:
		return -EISDIR;
	case STORE_NODE_KIND_COUNT:
		break;
	}
	return -EPERM;
}

int sync_submit_unlink(struct sync *s, int64_t ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = local_begin(&t, ino, &n);

	if (r == 0 && !n.name)
		r = -ESTALE;
	if (r == 0)
		r = txn_touch(&t, n.parent);
	if (r == 0)
		r = unlink_node(&t, &n);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "unlink");
}

int sync_submit_forget(struct sync *s, int64_t ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t.st, ino, &n);

	/* Nearly every release is of a file that is still there: no transaction for those. */
	if (r < 0 || n.name || ino == STORE_ROOT_INO)
		return r == -ENOENT ? 0 : r;
	r = txn_begin(&t, 0);
	if (r == 0)
		r = store_node_delete(t.st, ino);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "forget");
}

/* ---- moving ---------------------------------------------------------------------------------- */

static bool is_local(enum store_node_kind kind)
{
	return kind == STORE_NODE_SCRATCH || kind == STORE_NODE_SCRATCH_DIR || kind == STORE_NODE_SYMLINK ||
	       kind == STORE_NODE_DRAFT;
}

/* The slot that a rename goes to: in a directory of the same list, taken by nobody but `replaces`. */
static int take_slot(struct txn *t, const struct store_node *n, int64_t dir, const char *name, int64_t replaces)
{
	CLEANUP(store_node_release_p) struct store_node d = STORE_NODE_INIT;
	CLEANUP(store_node_release_p) struct store_node there = STORE_NODE_INIT;
	int r = store_node_get(t->st, dir, &d);

	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	if (d.list != n->list)
		return -EXDEV;
	r = store_node_lookup(t->st, dir, name, &there);
	if (r == -ENOENT || (r == 0 && there.kind == STORE_NODE_GHOST))
		return replaces ? -ESTALE : 0;
	if (r < 0 || there.ino != replaces)
		return r < 0 ? r : -ESTALE;
	return local_replace(t, replaces, n->kind == STORE_NODE_SCRATCH_DIR);
}

int local_check_above(struct txn *t, int64_t ino, int64_t dir)
{
	while (dir && dir != STORE_ROOT_INO) {
		CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
		int r = dir == ino ? -EINVAL : store_node_get(t->st, dir, &n);

		if (r < 0)
			return r == -ENOENT ? -ESTALE : r;
		dir = n.parent;
	}
	return 0;
}

int sync_submit_move(struct sync *s, int64_t ino, int64_t to_parent, const char *to_name, enum store_node_kind kind,
		     int64_t replaces)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = local_begin(&t, ino, &n);

	if (r == 0 && (!n.name || !is_local(n.kind) || !is_local(kind)))
		r = -ESTALE;
	if (r == 0)
		r = local_check_above(&t, ino, to_parent);
	if (r == 0)
		r = take_slot(&t, &n, to_parent, to_name, replaces);
	if (r == 0 && kind == STORE_NODE_DRAFT && local_vacancy(&t, to_parent, to_name, &v))
		r = -ESTALE;
	if (r < 0)
		return r;
	/* Scratch bytes live in a file, a draft's in the store: whoever changes the kind moves them. */
	if (n.kind != kind) {
		r = store_text_delete(t.st, ino);
		str_free_p(&n.error);
		n.kind = kind;
	}
	if (r == 0)
		r = place_move(&t, &n, to_parent, to_name, false);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "move");
}

/* An item waits for new bytes; a document that the server has never had is local again, and leaves nothing to wait for: ret. */
static int leave_slot(struct txn *t, const struct store_node *n, struct local_item *ret)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = n->kind == STORE_NODE_DOCUMENT ? local_item_load(t, n->item, &i) : 0;

	if (r < 0 || n->kind != STORE_NODE_DOCUMENT || !local_item_is_unsent(&i))
		return r < 0 ? r : local_vacate(t, n, STORE_VACANT_MOVED);
	*ret = i;
	i = (struct local_item) LOCAL_ITEM_INIT;
	return 0;
}

int sync_submit_backup(struct sync *s, int64_t ino, int64_t to_parent, const char *to_name, int64_t size,
		       int64_t replaces)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_begin(&t, ino, &n);

	if (r == 0 && (!n.name || (n.kind != STORE_NODE_ITEM && n.kind != STORE_NODE_DOCUMENT)))
		r = -ESTALE;
	if (r == 0)
		r = take_slot(&t, &n, to_parent, to_name, replaces);
	if (r == 0)
		r = leave_slot(&t, &n, &i);
	if (r == 0)
		r = store_text_delete(t.st, ino);
	if (r == 0)
		r = store_unsaved_delete(t.st, ino);
	if (r < 0)
		return r;
	n.kind = STORE_NODE_SCRATCH;
	n.item = 0;
	n.mode = 0644;
	n.size = size;
	n.version++;
	str_free_p(&n.error);
	r = place_move(&t, &n, to_parent, to_name, false);
	/* After the node, which does not show it any more. */
	if (r == 0 && i.it.id)
		r = local_item_delete(&t, &i, to_name);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "backup");
}
