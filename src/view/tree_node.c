#include "tree_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/store.h"
#include "view/name.h"

bool view_attr_is_dir(const struct view_attr *a)
{
	return a->kind == STORE_NODE_ROOT || a->kind == STORE_NODE_LIST || a->kind == STORE_NODE_FOLDER ||
	       a->kind == STORE_NODE_SCRATCH_DIR || a->kind == STORE_NODE_ATTACHMENTS;
}

char *view_tree_scratch_path(const struct view_tree *t, int64_t ino)
{
	return str_printf("%s/scratch/%lld", store_dir(t->store), (long long) ino);
}

/* ---- attributes ---------------------------------------------------------------- */

/* A scratch file's size and times are those of the file that has its bytes; no row is written for them. */
static int stat_scratch(struct view_tree *t, struct view_attr *a)
{
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(t, a->ino);
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (stat(path, &st) < 0)
		return 0; /* nothing was written yet: as the row says */
	a->size = st.st_size;
	a->mtime = st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec;
	a->ctime = st.st_ctim.tv_sec * 1000000000ll + st.st_ctim.tv_nsec;
	return 0;
}

/* A former name shows what its item shows now. */
static int follow_ghost(struct view_tree *t, const struct store_node *ghost, struct view_attr *a)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r;

	if (ghost->expires && ghost->expires <= clock_now_ns())
		return -ENOENT;
	r = store_node_of_item(t->store, ghost->item, &n);
	if (r < 0)
		return r;
	if (n.kind != STORE_NODE_ITEM)
		return -ENOENT;
	a->target = n.ino;
	a->mode = (unsigned) n.mode;
	a->size = n.size;
	a->mtime = n.mtime;
	a->ctime = n.ctime;
	a->version = n.version;
	a->has_error = n.error != NULL;
	return 0;
}

/* Whether its rights are the server's to give. */
static bool is_remote(enum store_node_kind k)
{
	return k == STORE_NODE_ITEM || k == STORE_NODE_FOLDER || k == STORE_NODE_DOCUMENT ||
	       k == STORE_NODE_GHOST || k == STORE_NODE_ATTACHMENTS;
}

int tree_attr_of(struct view_tree *t, const struct store_node *n, struct view_attr *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	int r = 0;

	*ret = (struct view_attr) {
		.ino = n->ino, .list = n->list, .parent = n->parent, .kind = n->kind, .item = n->item,
		.mode = (unsigned) n->mode & 07777, .size = n->size, .mtime = n->mtime, .ctime = n->ctime,
		.version = n->version, .has_error = n->error != NULL, .named = n->name != NULL,
	};
	if (n->kind == STORE_NODE_GHOST)
		r = follow_ghost(t, n, ret);
	else if (n->kind == STORE_NODE_SCRATCH)
		r = stat_scratch(t, ret);
	if (r == 0 && is_remote(n->kind) && ret->mode & 0222 &&
	    view_tree_list(t, n->list, &l) == 0 && !l->writable)
		ret->mode &= ~0222u;
	return r;
}

int view_tree_attr(struct view_tree *t, int64_t ino, struct view_attr *ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r;

	if (tree_known_dir(t, ino, ret))
		return 0;
	r = store_node_get(t->store, ino, &n);
	return r < 0 ? r : tree_attr_of(t, &n, ret);
}

int view_tree_lookup(struct view_tree *t, int64_t parent, const char *name, struct view_attr *ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r;

	if (parent == STORE_ROOT_INO)
		return tree_find_list(t, name, ret);
	r = store_node_lookup(t->store, parent, name, &n);
	return r < 0 ? r : tree_attr_of(t, &n, ret);
}

int view_tree_of_item(struct view_tree *t, int64_t item, struct view_attr *ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(t->store, item, &n);

	return r < 0 ? r : tree_attr_of(t, &n, ret);
}

struct children {
	struct view_tree *t;
	int (*fn)(void *arg, const char *name, const struct view_attr *a);
	void *arg;
};

static int each_child(void *arg, const struct store_node *n)
{
	const struct children *c = arg;
	struct view_attr a;
	int r = n->kind == STORE_NODE_ATTACHMENTS && !n->item ? store_node_has_attached(c->t->store, n->ino) : 1;

	/* Attachments is always there, and listed when something is in it. */
	if (r <= 0)
		return r;
	r = tree_attr_of(c->t, n, &a);

	return r < 0 ? r : c->fn(c->arg, n->name, &a);
}

int view_tree_children(struct view_tree *t, int64_t dir,
		       int (*fn)(void *arg, const char *name, const struct view_attr *a), void *arg)
{
	struct children c = { t, fn, arg };

	if (dir == STORE_ROOT_INO)
		return tree_each_list(t, fn, arg);
	return store_node_children(t->store, dir, 0, each_child, &c);
}

/* ---- single columns -------------------------------------------------------------- */

int view_tree_name(struct view_tree *t, int64_t ino, char ret[256])
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t->store, ino, &n);

	if (r < 0)
		return r;
	if (!n.name)
		return -ENOENT;
	snprintf(ret, 256, "%s", n.name);
	return 0;
}

void view_tree_read_begin(struct view_tree *t)
{
	store_read_begin(t->store);
}

void view_tree_read_end(struct view_tree *t)
{
	store_read_end(t->store);
}

int view_tree_attr_named(struct view_tree *t, int64_t ino, struct view_attr *ret, char ret_name[256])
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t->store, ino, &n);

	if (r == 0)
		r = tree_attr_of(t, &n, ret);
	if (r == 0)
		snprintf(ret_name, 256, "%s", n.name ? n.name : "");
	return r;
}

int view_tree_target(struct view_tree *t, int64_t ino, struct buf *out)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t->store, ino, &n);

	if (r < 0)
		return r;
	return n.kind == STORE_NODE_SYMLINK && n.target ? buf_adds(out, n.target) : -EINVAL;
}

int view_tree_error(struct view_tree *t, int64_t ino, struct buf *out)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t->store, ino, &n);

	if (r < 0)
		return r;
	return n.error ? buf_adds(out, n.error) : -ENODATA;
}

/* ---- slots ------------------------------------------------------------------------ */

static enum view_slot_what what_of(enum store_node_kind k)
{
	static const enum view_slot_what what[STORE_NODE_KIND_COUNT] = {
		[STORE_NODE_ROOT] = VIEW_SLOT_LIST,
		[STORE_NODE_LIST] = VIEW_SLOT_LIST,
		[STORE_NODE_FOLDER] = VIEW_SLOT_FOLDER,
		[STORE_NODE_ITEM] = VIEW_SLOT_ITEM,
		[STORE_NODE_DOCUMENT] = VIEW_SLOT_DOCUMENT,
		[STORE_NODE_DRAFT] = VIEW_SLOT_DRAFT,
		[STORE_NODE_SCRATCH] = VIEW_SLOT_SCRATCH,
		[STORE_NODE_SCRATCH_DIR] = VIEW_SLOT_LOCAL_DIR,
		[STORE_NODE_SYMLINK] = VIEW_SLOT_SYMLINK,
		[STORE_NODE_GHOST] = VIEW_SLOT_GHOST,
		[STORE_NODE_ATTACHMENTS] = VIEW_SLOT_ATTACHMENTS_DIR,
	};

	return what[k];
}

static enum view_slot_dir dir_of(const struct view_attr *dir, const struct view_list *l)
{
	if (dir->kind == STORE_NODE_ROOT)
		return VIEW_SLOT_ROOT;
	if (dir->kind == STORE_NODE_SCRATCH_DIR)
		return VIEW_SLOT_LOCAL;
	if (dir->kind == STORE_NODE_ATTACHMENTS)
		return dir->item ? VIEW_SLOT_ATTACHED : VIEW_SLOT_ATTACHMENTS;
	return l->library ? VIEW_SLOT_LIBRARY : VIEW_SLOT_ITEMS;
}

/* Attachments are called what their files are called, as documents are. */
static enum view_slot_name name_of(enum view_slot_dir dir, const struct list *l, const char *name)
{
	enum view_slot_name n = view_slot_name(l, name);

	if (dir != VIEW_SLOT_ATTACHED || n == VIEW_SLOT_NAME_TRASH)
		return n;
	return view_name_is_temporary(name) ? VIEW_SLOT_NAME_TEMPORARY : VIEW_SLOT_NAME_OTHER;
}

/* The item that waits to be put back where no node is. */
static int find_vacancy(struct view_tree *t, int64_t parent, const char *name, struct view_found *ret)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_vacancy_find(t->store, parent, name, &v);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	ret->slot.what = VIEW_SLOT_VACATED;
	ret->item = v.item;
	return 0;
}

int view_tree_slot(struct view_tree *t, int64_t parent, const char *name, struct view_found *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct view_attr dir;
	int r = view_tree_attr(t, parent, &dir);

	if (r < 0)
		return r;
	if (!view_attr_is_dir(&dir))
		return -ENOTDIR;
	if (dir.list && (r = view_tree_list(t, dir.list, &l)) < 0)
		return r;
	*ret = (struct view_found) { .slot.list = dir.list, .slot.parent = parent };
	ret->slot.dir = dir_of(&dir, l);
	ret->slot.name = name_of(ret->slot.dir, l ? &l->info : NULL, name);
	ret->slot.folders = l && l->info.flags & LIST_FOLDERS;
	ret->slot.unknown = l && !l->info.schema.n;
	r = view_tree_lookup(t, parent, name, &ret->node);
	if (r == 0) {
		ret->slot.what = what_of(ret->node.kind);
		ret->item = ret->node.item;
	} else if (r == -ENOENT) {
		ret->node.ino = 0; /* a ghost that leads nowhere had filled it in */
		r = find_vacancy(t, parent, name, ret);
	}
	ret->slot.item = ret->item;
	return r;
}
