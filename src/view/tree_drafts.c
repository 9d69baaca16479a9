#include "tree_priv.h"

#include <errno.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/node.h"

struct drafts {
	struct view_tree *t;
	int64_t root; /* inode of the list's directory */
	int (*fn)(void *arg, const char *path, const struct view_attr *a);
	void *arg;
};

/* Adds the names from the list's directory down to the node. 1; 0: it is in no directory of the list's. */
static int add_path(struct view_tree *t, int64_t root, const struct store_node *n, struct buf *out)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r = n->parent == root ? 1 : n->parent ? store_node_get(t->store, n->parent, &dir) : -ENOENT;

	if (r == 0)
		r = dir.name ? add_path(t, root, &dir, out) : 0;
	if (r <= 0)
		return r == -ENOENT ? 0 : r;
	if (out->len)
		buf_addc(out, '/');
	r = buf_adds(out, n->name);
	return r < 0 ? r : 1;
}

/* 1 or 0. */
static int has_draft(struct view_tree *t, int64_t ino)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = store_text_get(t->store, ino, NULL, &text);

	return r < 0 ? (r == -ENOENT ? 0 : r) : text.state == STORE_TEXT_DRAFT;
}

int view_tree_is_draft(struct view_tree *t, const struct view_attr *a)
{
	return a->has_error && a->named ? has_draft(t, a->ino) : 0;
}

static int visit(void *arg, const struct store_node *n)
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(1 << 20);
	const struct drafts *d = arg;
	struct view_attr a;
	int r = n->name ? has_draft(d->t, n->ino) : 0;

	if (r <= 0)
		return r;
	r = add_path(d->t, d->root, n, &path);
	if (r > 0)
		r = tree_attr_of(d->t, n, &a);
	else if (r == 0)
		return 0;
	return r < 0 ? (r == -ENOENT ? 0 : r) : d->fn(d->arg, buf_str(&path), &a);
}

int view_tree_drafts(struct view_tree *t, int64_t list, int (*fn)(void *arg, const char *path, const struct view_attr *a),
		     void *arg)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct drafts d = { .t = t, .fn = fn, .arg = arg };
	int r = view_tree_list(t, list, &l);

	if (r < 0)
		return r;
	d.root = l->root;
	return store_node_errors(t->store, list, visit, &d);
}
