#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/unsent.h"
#include "apply.h"
#include "show.h"

/* What would be lost otherwise goes to conflicts/, with all that is needed to send it after all. */

/* The folder of a path on the server; NULL: the list's root, or nothing is known. */
static int folder_of_path(const struct txn *t, const char *path, char **ret)
{
	const char *leaf = item_leaf(path), *root = t->list.info.root_folder;
	size_t n = leaf > path ? (size_t) (leaf - path) - 1 : 0;

	if (root && *root == '/')
		root++;
	if (!n || !root || (strlen(root) == n && strncmp(root, path, n) == 0))
		return 0;
	*ret = strndup(path, n);
	return *ret ? 0 : -ENOMEM;
}

static int folder_of_dir(const struct txn *t, int64_t dir, char **ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = store_node_get(t->st, dir, &n);

	if (r == 0 && n.item)
		r = store_item_get(t->st, n.item, &it);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return it.item.path ? str_set(ret, it.item.path) : 0;
}

static int find_folder(const struct txn *t, const struct apply_kept *k, char **ret)
{
	if (k->item && k->item->id && k->item->path)
		return folder_of_path(t, k->item->path, ret);
	return k->dir ? folder_of_dir(t, k->dir, ret) : 0;
}

static int keep(struct txn *t, const char *file, const void *p, size_t n, const struct apply_kept *k)
{
	CLEANUP(buf_release_p) struct buf say = BUF_INIT(8192);
	CLEANUP(str_free_p) char *folder = NULL;
	/* Foreign texts in owned places: it is only read. */
	struct sync_conflict c = {
		.kind = k->kind, .list = t->list.name, .name = (char *) (str_empty(k->name) ? "item" : k->name),
		.guid = t->list.info.id, .why = (char *) k->why,
	};
	int r = find_folder(t, k, &folder);

	c.folder = folder;
	if (k->item) {
		c.id = k->item->id;
		c.is_folder = k->item->folder;
	}
	c.has_base = k->base != NULL;
	if (k->base)
		c.base = *k->base;
	if (r == 0)
		r = file ? sync_conflict_keep_file(store_dir(t->st), &c, file, &say)
			 : sync_conflict_keep(store_dir(t->st), &c, p, n, &say);
	if (r < 0)
		return r;
	buf_addf(&say, ": %s", k->why);
	return txn_say(t, SYNC_CONFLICT, k->name, buf_str(&say));
}

int apply_keep_bytes(struct txn *t, const void *p, size_t n, const struct apply_kept *k)
{
	return keep(t, NULL, p, n, k);
}

int apply_keep_unsent(struct txn *t, const char *file, const struct apply_kept *k)
{
	CLEANUP(str_free_p) char *path = store_unsent_path(t->st, file);

	return path ? keep(t, path, NULL, 0, k) : -ENOMEM;
}

int apply_keep(struct txn *t, const struct store_node *n, int64_t id, const struct item *i, const struct apply_kept *k)
{
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	struct apply_kept kept = *k;
	int r = show_bytes(t, n ? n->ino : 0, id, i, &bytes);

	if (n && !kept.dir)
		kept.dir = n->parent;
	return r < 0 ? r : apply_keep_bytes(t, buf_str(&bytes), bytes.len, &kept);
}
