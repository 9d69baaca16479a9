#include "place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "attach.h"
#include "show.h"

/* ---- directories -------------------------------------------------------------------- */

static bool is_root(const struct list *l, const char *dir, size_t n)
{
	const char *root = l->root_folder;

	if (!root)
		return false;
	root += *root == '/';
	return strlen(root) == n && strncasecmp(root, dir, n) == 0;
}

/* The node of the folder item with that path. */
static int folder_node(const struct txn *t, const char *path, int64_t *ret_dir)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t item;
	int r = store_item_find_folder(t->st, t->list.id, path, &item);

	if (r == 0)
		r = store_node_of_item(t->st, item, &n);
	if (r == 0)
		*ret_dir = n.ino;
	return r;
}

int place_parent(const struct txn *t, const struct item *i, int64_t *ret_dir)
{
	CLEANUP(str_free_p) char *dir = NULL;
	const char *leaf = item_leaf(i->path);
	size_t n = i->path && leaf > i->path ? (size_t) (leaf - i->path) - 1 : 0;
	int r;

	if (i->owner) {
		CLEANUP(store_node_release_p) struct store_node at = STORE_NODE_INIT;

		r = store_node_attachments(t->st, i->owner, &at);
		*ret_dir = at.ino;
		return r;
	}
	if (!n || is_root(&t->list.info, i->path, n)) {
		*ret_dir = t->list.root;
		return 0;
	}
	dir = strndup(i->path, n);
	if (!dir)
		return -ENOMEM;
	r = folder_node(t, dir, ret_dir);
	/* Without the list's own folder nothing tells a folder's path from the root's. */
	if (r == -ENOENT && !t->list.info.root_folder) {
		*ret_dir = t->list.root;
		return 0;
	}
	return r;
}

/* ---- names ---------------------------------------------------------------------------- */

static int derive(const struct txn *t, const struct item *i, bool with_id, char out[PLACE_NAME])
{
	const struct sync_present *p = t->conf->present;

	if (i->owner) {
		snprintf(out, PLACE_NAME, "%s", item_leaf(i->path));
		return 0;
	}
	return p->name(p->arg, &t->list.info, i, with_id, out);
}

int place_is_free(const struct txn *t, int64_t dir, const char *name, int64_t ino, int64_t item)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_node_lookup(t->st, dir, name, &n);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && n.kind != STORE_NODE_GHOST && n.ino != ino)
		return 0;
	if (!t->has_vacancies)
		return 1;
	r = store_vacancy_find(t->st, dir, name, &v);
	if (r == -ENOENT)
		return 1;
	return r < 0 ? r : v.item == item;
}

int place_is_name(const struct txn *t, const struct item *i, const char *name)
{
	char own[PLACE_NAME];
	int r = derive(t, i, false, own);

	if (r == 0 && strcmp(own, name) == 0)
		return 1;
	if (r >= 0)
		r = derive(t, i, true, own);
	return r < 0 ? r : strcmp(own, name) == 0;
}

/* "STEM 2.EXT": a local file sits on the name with the id. */
static void number_name(const char *name, int number, char out[PLACE_NAME])
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot ? (size_t) (dot - name) : strlen(name);

	snprintf(out, PLACE_NAME, "%.*s %d%s", (int) stem, name, number, name + stem);
}

int place_name(const struct txn *t, const struct item *i, int64_t dir, int64_t ino, int64_t item,
	       char out[PLACE_NAME])
{
	char name[PLACE_NAME];
	int must = derive(t, i, false, out);
	int r = must < 0 ? must : must > 0 ? 0 : place_is_free(t, dir, out, ino, item);

	if (r)
		return r < 0 ? r : 0;
	r = derive(t, i, true, out);
	if (r >= 0)
		r = place_is_free(t, dir, out, ino, item);
	memcpy(name, out, sizeof(name));
	for (int number = 2; r == 0 && number < 1000; number++) {
		number_name(name, number, out);
		r = place_is_free(t, dir, out, ino, item);
	}
	return r > 0 ? 0 : r < 0 ? r : -EEXIST;
}

/* ---- nodes ------------------------------------------------------------------------------ */

/*
 * The oldest item of a title has the plain name, but a first pull brings the newest first
 * (MS-OUTSPS_R1152). Until the list was received to its end nobody relies on its names, so an older item takes
 * the name over. 0 or -errno.
 */
static int take_plain_name(struct txn *t, const struct item *i, int64_t dir)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item holder = STORE_ITEM_INIT;
	char plain[PLACE_NAME], name[PLACE_NAME];
	int r = t->list.state == STORE_LIST_NEW && i->id > 0 ? derive(t, i, false, plain) : 1;

	if (r == 0)
		r = store_node_lookup(t->st, dir, plain, &n);
	if (r == 0)
		r = n.kind == STORE_NODE_ITEM ? store_item_get(t->st, n.item, &holder) : 1;
	if (r == 0)
		r = holder.item.id > i->id ? derive(t, &holder.item, true, name) : 1;
	if (r == 0)
		r = place_is_free(t, dir, name, n.ino, n.item) > 0 ? place_move(t, &n, dir, name, false) : 1;
	if (r == 0)
		r = txn_tell_renamed(t, &n, dir, plain);
	return r == -ENOENT || r > 0 ? 0 : r;
}

int place_new(struct txn *t, const struct store_item *it, int64_t dir, const char *wanted)
{
	struct store_node n = { .list = t->list.id, .parent = dir, .item = it->id };
	char name[PLACE_NAME];
	int r = wanted ? place_is_free(t, dir, wanted, 0, it->id) : 0;

	if (r > 0)
		snprintf(name, sizeof(name), "%s", wanted);
	else if (r == 0)
		r = take_plain_name(t, &it->item, dir) ?: place_name(t, &it->item, dir, 0, it->id, name);
	if (r < 0)
		return r;
	n.name = name;
	n.kind = show_kind(&t->list, &it->item);
	r = show_fresh(t, &it->item, &n);
	if (r == 0)
		r = store_node_add(t->st, &n);
	if (r == 0)
		r = txn_touch(t, dir);
	return r < 0 ? r : txn_tell(t, SYNC_ENTRY_ADDED, &n);
}

static int leave_ghost(struct txn *t, const struct store_node *n, int64_t dir, const char *name)
{
	struct store_node ghost = {
		.list = n->list, .parent = dir, .name = (char *) name, .kind = STORE_NODE_GHOST, .item = n->item,
		.mode = n->mode, .size = n->size, .mtime = n->mtime, .ctime = t->now, .version = n->version,
		.expires = t->now + PLACE_GHOST_NS,
	};
	int r = store_node_add(t->st, &ghost);

	return r == -EEXIST ? 0 : r;
}

int place_move(struct txn *t, struct store_node *n, int64_t dir, const char *name, bool ghost)
{
	CLEANUP(str_free_p) char *from = n->name;
	int64_t from_dir = n->parent;
	int r;

	n->name = strdup(name);
	if (!n->name)
		return -ENOMEM;
	n->parent = dir;
	n->ctime = t->now;
	r = store_node_put(t->st, n);
	if (r == 0 && ghost && from)
		r = leave_ghost(t, n, from_dir, from);
	if (r == 0)
		r = txn_touch(t, dir);
	if (r == 0 && from_dir != dir)
		r = txn_touch(t, from_dir);
	if (r == 0 && (n->kind == STORE_NODE_ITEM || n->kind == STORE_NODE_FOLDER))
		r = attach_moved(t, n);
	return r;
}

/* Whether what the name is made of changed. */
static int is_renamed(const struct txn *t, const struct item *old, const struct item *i)
{
	char before[PLACE_NAME], after[PLACE_NAME];
	int a = derive(t, old, false, before), b = a < 0 ? a : derive(t, i, false, after);

	if (b < 0)
		return b;
	return a != b || strcmp(before, after) != 0;
}

/* Whether a new item has the plain name already that its first row gives it: 1 or 0. */
static int is_derived(const struct txn *t, const struct item *i, const char *name)
{
	char plain[PLACE_NAME];
	int r = derive(t, i, false, plain);

	return r < 0 ? r : r == 0 && strcmp(plain, name) == 0;
}

static bool keeps_names(const struct txn *t)
{
	const struct sync_present *p = t->conf->present;

	return p->keeps_names && p->keeps_names(p->arg, &t->list.info);
}

/* 1: the node is to get another name; 0: it keeps the one it has. */
static int wants_name(const struct txn *t, const struct item *old, const struct item *i, bool fresh, const char *name)
{
	int r;

	if (!fresh) {
		r = is_renamed(t, old, i);
		/* One that a tool chose was never the item's. */
		return r > 0 && keeps_names(t) ? place_is_name(t, old, name) : r;
	}
	if (keeps_names(t))
		return 0;
	r = is_derived(t, i, name);
	return r < 0 ? r : !r;
}

/* Whether the directory is a folder that has the item's path. 1, 0, -errno. */
static int is_its_dir(const struct txn *t, const struct item *i, int64_t dir)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	size_t len = i->path ? (size_t) (item_leaf(i->path) - i->path) : 0;
	int r = i->owner || !len ? -ENOENT : store_node_get(t->st, dir, &n);

	if (r == 0)
		r = n.item ? store_item_get(t->st, n.item, &it) : -ENOENT;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return it.item.path && strlen(it.item.path) == len - 1 && strncmp(it.item.path, i->path, len - 1) == 0;
}

/* Where the item belongs; in a folder that is not known it stays where it is, and of two of one path in the one it is in. */
static int follow_dir(const struct txn *t, const struct item *i, const struct store_node *n, int64_t *ret_dir)
{
	int r = is_its_dir(t, i, n->parent);

	if (r == 0)
		r = i->path ? place_parent(t, i, ret_dir) : -ENOENT;
	else if (r > 0)
		r = -ENOENT;

	if (r != -ENOENT)
		return r;
	*ret_dir = n->parent;
	return 0;
}

static int move_and_tell(struct txn *t, struct store_node *n, int64_t dir, const char *name)
{
	CLEANUP(str_free_p) char *from = strdup(n->name);
	int64_t from_dir = n->parent;
	int r = from ? place_move(t, n, dir, name, n->kind == STORE_NODE_ITEM) : -ENOMEM;

	return r < 0 ? r : txn_tell_renamed(t, n, from_dir, from);
}

/* Somebody else made an item of the same title before ours arrived. */
struct rival {
	const struct txn *t;
	const struct item *i; /* ours */
	const char *plain;    /* its name */
};

static int is_rival(void *arg, const struct store_node *n)
{
	const struct rival *rv = arg;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	char plain[PLACE_NAME];
	int r = n->kind == STORE_NODE_ITEM ? store_item_get(rv->t->st, n->item, &it) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!it.item.id || it.item.id >= rv->i->id)
		return 0;
	r = derive(rv->t, &it.item, false, plain);
	return r < 0 ? r : r == 0 && strcmp(plain, rv->plain) == 0;
}

/* 1: there is one, and shows with its id since ours was here first. */
static int has_rival(const struct txn *t, const struct item *i, int64_t dir, const char *plain)
{
	struct rival rv = { t, i, plain };
	const char *dot = strrchr(plain, '.');
	int stem = dot ? (int) (dot - plain) : (int) strlen(plain);
	char from[PLACE_NAME + 4], to[PLACE_NAME + 4];

	snprintf(from, sizeof(from), "%.*s (", stem, plain);
	snprintf(to, sizeof(to), "%.*s )", stem, plain);
	return store_node_between(t->st, dir, from, to, is_rival, &rv);
}

/*
 * Create against create of one name: both stay, ours gets its id, as everybody else sees it. Who has it open under
 * its old name still reaches it there, by the ghost, so that what he saves next does not land in the other item.
 */
static int yield_name(struct txn *t, const struct item *i, struct store_node *n)
{
	char name[PLACE_NAME];
	int r = derive(t, i, true, name);

	if (r >= 0)
		r = place_is_free(t, n->parent, name, n->ino, n->item);
	return r <= 0 ? r : move_and_tell(t, n, n->parent, name);
}

/* renamed: the name it has is not for it any more. */
static int go_to(struct txn *t, const struct store_item *it, int64_t dir, bool renamed, struct store_node *n)
{
	char name[PLACE_NAME];
	int r = renamed ? 0 : place_is_free(t, dir, n->name, n->ino, it->id);

	snprintf(name, sizeof(name), "%s", n->name);
	if (r == 0)
		r = place_name(t, &it->item, dir, n->ino, it->id, name);
	if (r < 0 || (dir == n->parent && strcmp(name, n->name) == 0))
		return r < 0 ? r : 0;
	return move_and_tell(t, n, dir, name);
}

int place_into(struct txn *t, const struct store_item *it, int64_t dir, struct store_node *n)
{
	return go_to(t, it, dir, false, n);
}

int place_follow(struct txn *t, const struct item *old, const struct store_item *it, bool fresh, struct store_node *n)
{
	int64_t dir;
	int r = follow_dir(t, &it->item, n, &dir);
	int other = r < 0 ? r : wants_name(t, old, &it->item, fresh, n->name);

	if (other < 0)
		return other;
	if (!other && dir == n->parent) {
		r = fresh && n->kind == STORE_NODE_ITEM ? has_rival(t, &it->item, dir, n->name) : 0;
		return r > 0 ? yield_name(t, &it->item, n) : r;
	}
	return go_to(t, it, dir, other, n);
}

/* So that those who have it open can read on when the item shows something else. */
static int keep_bytes(struct txn *t, const struct store_node *n, const struct item *i)
{
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	struct store_text text = { .state = STORE_TEXT_KEPT, .since = t->now };
	int r = store_text_get(t->st, n->ino, NULL, NULL);

	if (r != -ENOENT)
		return r;
	r = show_render(t, n->item, i, &bytes);
	return r < 0 ? r : store_text_put(t->st, n->ino, buf_str(&bytes), bytes.len, &text);
}

int place_strip(struct txn *t, struct store_node *n, const struct item *i)
{
	int r;

	if (!txn_is_open(t, n->ino))
		return store_node_delete(t->st, n->ino);
	r = i && n->kind == STORE_NODE_ITEM ? keep_bytes(t, n, i) : 0;
	if (r < 0)
		return r;
	str_free_p(&n->name);
	n->parent = 0;
	n->item = 0;
	n->ctime = t->now;
	str_free_p(&n->error);
	return store_node_put(t->st, n);
}
