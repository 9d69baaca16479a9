#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "apply.h"
#include "attach.h"
#include "doc.h"
#include "parts.h"
#include "place.h"
#include "show.h"

/*
 * What the server has no more. The item goes; bytes that only exist here do not: a
 * text that was not sent goes to conflicts/, a writer's open text becomes a draft
 * in its place, and a folder with local files in it stays as a local directory.
 */

/* ---- putting back -------------------------------------------------------------------------- */

/* Its item is gone from here: it is found again with that. */
static int reappear_attached(struct txn *t, const struct store_item *it, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r = attach_dir(t, it->item.owner, &dir);

	return r < 0 ? (r == -ENOENT ? 0 : r) : place_new(t, it, dir.ino, name);
}

int apply_reappear(struct txn *t, const struct store_item *it, const char *name)
{
	int64_t dir, master;
	int r = parts_of(t, it->id, &master);

	if (r == 0 && master > 0)
		return parts_note(t, master, true);
	if (r == 0 && it->item.owner)
		return reappear_attached(t, it, name);
	if (r == 0)
		r = place_parent(t, &it->item, &dir);
	/* Its folder was removed after it. */
	if (r == -ENOENT) {
		r = apply_spare_folder(t, &it->item);
		if (r >= 0)
			r = r ? place_parent(t, &it->item, &dir) : -ENOENT;
	}
	if (r == -ENOENT)
		dir = t->list.root;
	else if (r < 0)
		return r;
	r = place_new(t, it, dir, name);
	return r < 0 ? r : attach_follow(t, it, NULL);
}

/* ---- taking away ---------------------------------------------------------------------------- */

static int drop_change(void *arg, const struct store_change *c)
{
	struct txn *t = arg;

	return store_change_delete(t->st, c->id);
}

static int drop_vacancy(struct txn *t, int64_t item)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_vacancy_of_item(t->st, item, &v);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : store_vacancy_delete(t->st, v.parent, v.name);
}

static int drop_node(struct txn *t, struct store_node *n, const struct item *i)
{
	int r = txn_tell(t, SYNC_ENTRY_REMOVED, n);

	if (r == 0)
		r = txn_touch(t, n->parent);
	return r < 0 ? r : place_strip(t, n, i);
}

/* Rows that belong to the item and to nothing else, and the item's own. */
static int drop_item(struct txn *t, int64_t item)
{
	int r = parts_leave(t, item);

	if (r == 0)
		r = drop_vacancy(t, item);

	if (r == 0)
		r = store_node_drop_ghosts(t->st, item, 0);
	if (r == 0)
		r = store_change_of_item(t->st, item, drop_change, t);
	return r < 0 ? r : store_item_delete(t->st, item);
}

int apply_hide(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(t->st, item, &n);

	if (r == 0)
		r = store_item_get(t->st, item, &it);
	if (r == 0)
		r = store_node_drop_ghosts(t->st, item, 0);
	if (r == 0)
		r = drop_node(t, &n, &it.item);
	return r == -ENOENT ? 0 : r;
}

int apply_vanish(struct txn *t, const struct store_item *it)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(t->st, it->id, &n);

	if (r == 0)
		r = drop_node(t, &n, &it->item);
	else if (r == -ENOENT)
		r = 0;
	if (r == 0 && !it->item.owner)
		r = attach_vanish(t, it->id);
	return r < 0 ? r : drop_item(t, it->id);
}

/* ---- what is below a folder ------------------------------------------------------------------- */

struct inos {
	int64_t *v; /* owned */
	size_t n, cap;
};

static void inos_release(struct inos *i)
{
	free(i->v);
}

static int note_child(void *arg, const struct store_node *n)
{
	struct inos *i = arg;
	int r = vec_grow(&i->v, &i->cap, i->n + 1, sizeof(*i->v));

	if (r == 0)
		i->v[i->n++] = n->ino;
	return r;
}

/* A read of the whole list has seen the item, and not the folder, which is `stale`. */
static bool is_confirmed(const struct txn *t, bool stale, const struct store_item *it)
{
	return stale && it->item.id && it->generation == t->list.generation;
}

/* What the folder shows stands elsewhere on the server: where its path says, or in a folder that we may not see. */
static int rescue(struct txn *t, const struct store_item *it, struct store_node *n)
{
	int64_t dir;
	int r = place_parent(t, &it->item, &dir);

	if (r == -ENOENT || (r == 0 && dir == n->parent)) {
		dir = t->list.root;
		r = 0;
	}
	return r < 0 ? r : place_into(t, it, dir, n);
}

static int gone_one(struct txn *t, int64_t item);

static int gone_shown(struct txn *t, struct store_node *n, bool stale)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = store_item_get(t->st, n->item, &it);

	if (r < 0)
		return r;
	return is_confirmed(t, stale, &it) ? rescue(t, &it, n) : gone_one(t, n->item);
}

/* Returns 1 when the child stays: it is only local. */
static int gone_child(struct txn *t, int64_t ino, bool stale)
{
	struct apply_kept k = { .kind = SYNC_CONFLICT_GONE, .why = "its folder was deleted on the server" };
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t->st, ino, &n);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (n.item)
		return gone_shown(t, &n, stale);
	if (n.kind != STORE_NODE_DRAFT)
		return 1;
	k.name = n.name;
	r = n.size ? apply_keep(t, &n, 0, NULL, &k) : 0;
	return r < 0 ? r : drop_node(t, &n, NULL);
}

static int gone_children(struct txn *t, int64_t dir, bool stale)
{
	CLEANUP(inos_release) struct inos inos = { 0 };
	int stays = 0;
	int r = store_node_children(t->st, dir, 0, note_child, &inos);

	for (size_t i = 0; r >= 0 && i < inos.n; i++) {
		r = gone_child(t, inos.v[i], stale);
		stays |= r > 0;
	}
	return r < 0 ? r : stays;
}

/* The directory stays for what is in it, and belongs to the user alone. */
static int make_local(struct txn *t, struct store_node *n)
{
	int r;

	n->kind = STORE_NODE_SCRATCH_DIR;
	n->item = 0;
	n->mode = 0755;
	r = store_node_put(t->st, n);
	return r < 0 ? r : txn_tell(t, SYNC_ATTR, n);
}

/* ---- one item ------------------------------------------------------------------------------------- */

static bool has_unsent(struct pending *p)
{
	if (pending_find(p, CHANGE_DELETE))
		return false;
	return pending_find(p, CHANGE_UPDATE) || pending_find(p, CHANGE_NEW);
}

static const char why[] = "deleted on the server while it was changed here";

/* Somebody is writing: his file becomes a new one, in the same place. */
static int make_draft(struct txn *t, struct store_node *n)
{
	n->kind = STORE_NODE_DRAFT;
	n->item = 0;
	n->mode = 0644;
	return store_node_put(t->st, n);
}

static int keep_unsent(struct txn *t, const struct store_item *it, const struct store_node *n, const char *name)
{
	const struct apply_kept k = {
		.kind = SYNC_CONFLICT_GONE, .name = name, .item = &it->item, .base = store_item_base(it),
		.why = why,
	};

	return PLANTED("gone_not_kept") ? 0 : apply_keep(t, n, it->id, &it->item, &k);
}

/* A document's bytes that were not sent stay beside where it was. */
static int gone_document(struct txn *t, const struct store_item *it, struct pending *p, struct store_node *n)
{
	const struct pending_row *row = pending_find(p, CHANGE_DELETE) ? NULL : doc_latest(p);
	const struct change_content *k = row ? &row->c.change.content : NULL;
	int r = k ? doc_make_copy(t, n->parent, n->name, k->file, k->size, why) : 0;

	return r < 0 ? r : drop_node(t, n, &it->item);
}

static int gone_node(struct txn *t, const struct store_item *it, bool unsent, struct store_node *n)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = store_text_get(t->st, n->ino, NULL, &text);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && text.state == STORE_TEXT_OPEN)
		return make_draft(t, n);
	r = unsent || (r == 0 && text.state == STORE_TEXT_DRAFT) ? keep_unsent(t, it, n, n->name) : 0;
	if (r == 0 && n->kind == STORE_NODE_FOLDER)
		r = gone_children(t, n->ino, it->generation < t->list.generation);
	if (r < 0)
		return r;
	return r > 0 ? make_local(t, n) : drop_node(t, n, &it->item);
}

static int gone_one(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	int r = store_item_get(t->st, item, &it);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = pending_load(t->st, item, &p);
	if (r == 0)
		r = store_node_of_item(t->st, item, &n);
	if (r == 0 && n.kind == STORE_NODE_DOCUMENT && n.name)
		r = gone_document(t, &it, &p, &n);
	else if (r == 0)
		r = gone_node(t, &it, has_unsent(&p), &n);
	else if (r == -ENOENT && has_unsent(&p))
		r = keep_unsent(t, &it, NULL, item_leaf(it.item.path));
	else if (r == -ENOENT)
		r = 0;
	if (r >= 0 && !it.item.owner)
		r = attach_gone(t, item);
	return r < 0 ? r : drop_item(t, item);
}

/* ---- a folder and what its path leads to ------------------------------------------------------------ */

struct below_item {
	int64_t item;
	size_t len; /* of its path */
};

struct below {
	const struct txn *t;
	const char *path;
	size_t n;
	bool stale; /* but for what was seen since */
	struct below_item *v; /* owned */
	size_t count, cap;
};

static void below_release(struct below *b)
{
	free(b->v);
}

static int note_below(void *arg, const struct store_item *i)
{
	struct below *b = arg;
	int r;

	if (!i->item.path || strncmp(i->item.path, b->path, b->n) != 0 || i->item.path[b->n] != '/' ||
	    is_confirmed(b->t, b->stale, i))
		return 0;
	r = vec_grow(&b->v, &b->cap, b->count + 1, sizeof(*b->v));
	if (r < 0)
		return r;
	b->v[b->count++] = (struct below_item) { i->id, strlen(i->item.path) };
	return 0;
}

/* A path is longer than that of the folder it is in: the longest first, and no folder goes before its contents. */
static int by_length(const void *a, const void *b)
{
	const struct below_item *x = a, *y = b;

	return x->len < y->len ? 1 : x->len > y->len ? -1 : 0;
}

/* The folder that was made anew at the path of one that has gone; it shows beside it until then. -ENOENT: none. */
static int find_successor(struct txn *t, const struct store_item *it, int64_t *ret)
{
	int r = it->item.folder && it->item.path ? store_item_find_folder(t->st, t->list.id, it->item.path, ret) : -ENOENT;

	return r == 0 && *ret == it->id ? -ENOENT : r;
}

int apply_give_name(struct txn *t, const char *path)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t item;
	int r = store_item_find_folder(t->st, t->list.id, path, &item);

	if (r == 0)
		r = store_item_get(t->st, item, &it);
	if (r == 0 && !it.item.id)
		return 0;
	if (r == 0)
		r = store_node_of_item(t->st, item, &n);
	if (r == 0 && n.name)
		r = place_follow(t, &it.item, &it, true, &n);
	return r == -ENOENT ? 0 : r;
}

static int gone_below(struct txn *t, const struct store_item *it)
{
	CLEANUP(below_release) struct below b = {
		.t = t, .path = it->item.path, .n = strlen(it->item.path), .stale = it->generation < t->list.generation,
	};
	int r = store_item_each(t->st, t->list.id, note_below, &b);

	if (r == 0 && b.count)
		qsort(b.v, b.count, sizeof(*b.v), by_length);
	for (size_t i = 0; r == 0 && i < b.count; i++)
		r = gone_one(t, b.v[i].item);
	return r;
}

int apply_gone(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t other = 0;
	int r = store_item_get(t->st, item, &it);

	if (r == 0)
		r = find_successor(t, &it, &other);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!it.id)
		return 0;
	/* The server need not say that the contents are gone too (MS-OUTSPS_R66); with a successor they are that one's. */
	r = it.item.folder && it.item.path && !other ? gone_below(t, &it) : 0;
	if (r == 0)
		r = gone_one(t, item);
	return r < 0 || !other ? r : apply_give_name(t, it.item.path);
}
