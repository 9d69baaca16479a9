#include "rows.h"

#include <errno.h>

#include "scratch.h"

void rows_begin(struct fs *f, const struct view_attr *a, struct rows_going *ret)
{
	*ret = (struct rows_going) { .ino = a->ino, .kind = a->kind };
	if (!a->ino || !(ret->node = handles_get(f->handles, a->ino)))
		return;
	lock_take(&ret->node->lock);
	node_begin(ret->node);
	lock_give(&ret->node->lock);
}

void rows_end(struct fs *f, struct rows_going *g, int r)
{
	struct node *n = g->node;

	if (n) {
		lock_take(&n->lock);
		n->unnamed |= r == 0;
		if (!n->known)
			n->kind = g->kind; /* whether there is a scratch file to remove */
		node_end(n);
		lock_give(&n->lock);
	} else if (r == 0 && g->kind == STORE_NODE_SCRATCH && g->ino) {
		scratch_remove(f, g->ino);
	}
	handles_put(f, n);
	*g = (struct rows_going) { 0 };
}

/* Needs the node's lock. */
static int read_bytes(struct fs *f, struct rows_bytes *b)
{
	int r = 0;

	buf_reset(&b->text);
	if (b->node.kind == STORE_NODE_SCRATCH)
		return scratch_read_all(f, b->node.ino, &b->text);
	if (!b->known)
		return view_tree_content(f->tree, &b->node, &b->text, NULL);
	r = node_load(f, b->open);
	return r < 0 ? r : buf_add(&b->text, b->open->text.p, b->open->text.len);
}

/* What was decided was decided about another file when a commit went on meanwhile: a draft is an item now, with a text of
 * its own. Needs the node to be ours. */
static int check_same(struct fs *f, const struct view_attr *a)
{
	struct view_attr now;
	int r = view_tree_attr(f->tree, a->target ? a->target : a->ino, &now);

	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	return now.item == a->item && (a->target || now.kind == a->kind) ? 0 : -ESTALE;
}

int rows_take(struct fs *f, const struct view_attr *a, struct rows_bytes *ret)
{
	int r;

	ret->node = *a;
	if (a->target)
		ret->node.ino = a->target;
	ret->mtime = a->mtime;
	ret->open = handles_get(f->handles, ret->node.ino);
	if (!ret->open)
		return -ENOMEM;
	lock_take(&ret->open->lock);
	node_begin(ret->open);
	ret->known = ret->open->known;
	ret->seq = ret->open->seq;
	r = check_same(f, a);
	if (r == 0)
		r = read_bytes(f, ret);
	if (ret->open->dirty)
		ret->mtime = ret->open->mtime;
	lock_give(&ret->open->lock);
	return r;
}

void rows_give(struct fs *f, struct rows_bytes *b)
{
	if (b->open) {
		lock_take(&b->open->lock);
		node_end(b->open);
		lock_give(&b->open->lock);
		handles_put(f, b->open);
	}
	buf_release(&b->text);
	*b = (struct rows_bytes) ROWS_BYTES_INIT;
}

int rows_again(struct fs *f, struct rows_bytes *b)
{
	int r = b->open->seq == b->seq ? 0 : read_bytes(f, b);

	return r < 0 ? r : b->open->seq != b->seq;
}
