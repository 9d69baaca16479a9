#include "later.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "file.h"
#include "notify.h"
#include "reply.h"
#include "sync/docs.h"
#include "wait.h"
#include "work.h"

/* One operation with its arguments. */
struct later {
	void (*again)(struct fs *f, struct fuse_req *q, struct later *l);
	struct sync_doc *doc;   /* owned; what is waited for */
	struct caller c;
	struct handle *h;       /* foreign; the kernel releases it after the answer */
	int64_t ino, parent, to_parent;
	char *name, *to_name;   /* owned */
	unsigned flags;
	struct attr_change ch;
	size_t n;
	int64_t off;
	char data[];
};

static void free_later(struct later *l)
{
	sync_doc_close(l->doc);
	free(l->name);
	free(l->to_name);
	free(l);
}

static struct later *new_later(void (*again)(struct fs *f, struct fuse_req *q, struct later *l), size_t n)
{
	struct later *l = calloc(1, sizeof(*l) + n);

	if (l) {
		l->again = again;
		l->n = n;
	}
	return l;
}

/* The bytes have come, or will not. */
static void came(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	struct later *l = arg;

	if (r < 0)
		reply_err(q, r);
	else
		l->again(f, q, l);
	free_later(l);
}

static int open_document(struct fs *f, int64_t ino, struct later *l)
{
	struct view_attr a;
	int r = l ? view_tree_attr(f->tree, ino, &a) : -ENOMEM;

	return r < 0 ? r : sync_doc_open(f->sync, a.list, a.item, &l->doc);
}

/* Waits for the document's bytes; l (NULL: out of memory) is given up when that cannot be. */
static void wait_for_document(struct fs *f, struct fuse_req *q, int64_t ino, struct later *l)
{
	int r = open_document(f, ino, l);

	if (r == 0) {
		wait_for_bytes(f, q, l->doc, 0, INT64_MAX, came, l);
		return;
	}
	reply_err(q, r == -ENOENT ? -ESTALE : r);
	if (l)
		free_later(l);
}

/* ---- write -------------------------------------------------------------------------------- */

static void write_again(struct fs *f, struct fuse_req *q, struct later *l)
{
	int r = file_write(f, l->h, l->data, l->n, l->off);

	if (r < 0)
		reply_err(q, r == WORK_NOT_HERE ? -EIO : r);
	else
		reply_written(q, l->n);
}

void later_write(struct fs *f, struct fuse_req *q, struct handle *h, const void *p, size_t n, int64_t off)
{
	struct later *l;
	int r = file_write(f, h, p, n, off);

	if (r != WORK_NOT_HERE) {
		if (r < 0)
			reply_err(q, r);
		else
			reply_written(q, n);
		return;
	}
	l = new_later(write_again, n);
	if (l) {
		l->h = h;
		l->off = off;
		memcpy(l->data, p, n);
	}
	wait_for_document(f, q, h->node->ino, l);
}

/* ---- setattr ------------------------------------------------------------------------------- */

static void setattr_again(struct fs *f, struct fuse_req *q, struct later *l)
{
	struct entry e;
	int r = attr_set(f, &l->c, l->ino, &l->ch, l->h, &e);

	reply_attr(q, r == WORK_NOT_HERE ? -EIO : r, &e);
}

void later_setattr(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino, const struct attr_change *ch,
		   struct handle *h)
{
	struct entry e;
	struct later *l;
	int r = attr_set(f, c, ino, ch, h, &e);

	if (r != WORK_NOT_HERE) {
		reply_attr(q, r, &e);
		return;
	}
	l = new_later(setattr_again, 0);
	if (l) {
		l->c = *c;
		l->ino = ino;
		l->ch = *ch;
		l->h = h;
	}
	wait_for_document(f, q, ino, l);
}

/* ---- rename and link ------------------------------------------------------------------------ */

static void rename_again(struct fs *f, struct fuse_req *q, struct later *l)
{
	const struct names_pair p = { l->parent, l->name, l->to_parent, l->to_name };
	int r = names_rename(f, &l->c, &p, l->flags);

	reply_err(q, r == WORK_NOT_HERE ? -EIO : r);
}

/* The lists show it in its new place, or say why not. */
static void crossed(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	struct later *l = arg;

	state_touched(f, l->parent);
	state_touched(f, l->to_parent);
	reply_err(q, r);
	if (r == 0) {
		notify_name(f->notify, l->parent, l->name);
		notify_name(f->notify, l->to_parent, l->to_name);
	}
	free_later(l);
}

static void cross(struct fs *f, struct fuse_req *q, const struct names_pair *p)
{
	struct later *l = new_later(rename_again, 0);
	struct sync_crossing x = { .to_parent = p->to_parent, .to_name = p->to_name };
	struct view_attr a, dir;
	int r = l ? view_tree_lookup(f->tree, p->parent, p->name, &a) : -ENOMEM;

	if (r == 0)
		r = view_tree_attr(f->tree, p->to_parent, &dir);
	if (r == 0)
		r = str_set(&l->name, p->name);
	if (r == 0)
		r = str_set(&l->to_name, p->to_name);
	if (r < 0) {
		reply_err(q, r);
		if (l)
			free_later(l);
		return;
	}
	l->parent = p->parent;
	l->to_parent = p->to_parent;
	x.list = a.list;
	x.ino = a.ino;
	x.to_list = dir.list;
	wait_for_crossing(f, q, &x, crossed, l);
}

void later_rename(struct fs *f, struct fuse_req *q, const struct caller *c, const struct names_pair *p, unsigned flags)
{
	struct view_attr a;
	struct later *l;
	int r = names_rename(f, c, p, flags);

	if (r == NAMES_ACROSS) {
		cross(f, q, p);
		return;
	}
	if (r == WORK_NOT_HERE)
		r = view_tree_lookup(f->tree, p->parent, p->name, &a);
	else
		a.ino = 0;
	if (r < 0 || !a.ino) {
		reply_err(q, r);
		return;
	}
	l = new_later(rename_again, 0);
	if (l) {
		l->c = *c;
		l->parent = p->parent;
		l->to_parent = p->to_parent;
		l->flags = flags;
		if (str_set(&l->name, p->name) < 0 || str_set(&l->to_name, p->to_name) < 0) {
			free_later(l);
			l = NULL;
		}
	}
	wait_for_document(f, q, a.ino, l);
}

static void link_again(struct fs *f, struct fuse_req *q, struct later *l)
{
	struct entry e;
	int r = names_link(f, &l->c, l->ino, l->to_parent, l->to_name, &e);

	reply_entry(q, r == WORK_NOT_HERE ? -EIO : r, &e);
}

void later_link(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino, int64_t to_parent,
		const char *to_name)
{
	struct entry e;
	struct later *l;
	int r = names_link(f, c, ino, to_parent, to_name, &e);

	if (r != WORK_NOT_HERE) {
		reply_entry(q, r, &e);
		return;
	}
	l = new_later(link_again, 0);
	if (l) {
		l->c = *c;
		l->ino = ino;
		l->to_parent = to_parent;
		if (str_set(&l->to_name, to_name) < 0) {
			free_later(l);
			l = NULL;
		}
	}
	wait_for_document(f, q, ino, l);
}

/* ---- lookup and getattr: the length of an attachment --------------------------------------------- */

/* It is known, or cannot be known now: then 0 stands for it, and reading does not go by it. */
static void measured(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	struct later *l = arg;

	if (r == -EINTR)
		reply_err(q, r);
	else
		l->again(f, q, l);
	free_later(l);
}

/* l (NULL: out of memory): how it is answered. */
static void measure(struct fs *f, struct fuse_req *q, int64_t ino, struct later *l)
{
	if (open_document(f, ino, l) == 0)
		wait_for_bytes(f, q, l->doc, 0, 0, measured, l);
	else if (l)
		measured(f, q, l, 0);
	else
		reply_err(q, -ENOMEM);
}

static void lookup_again(struct fs *f, struct fuse_req *q, struct later *l)
{
	struct entry e;

	reply_entry(q, names_lookup(f, &l->c, l->parent, l->name, &e), &e);
}

/* A name that is not there may be one that the list does not tell. */
static bool may_be_untold(struct fs *f, int64_t parent, const struct entry *e)
{
	struct view_attr dir;

	return !e->st.st_ino && view_tree_attr(f->tree, parent, &dir) == 0 && dir.kind == STORE_NODE_ATTACHMENTS && dir.item;
}

void later_lookup(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t parent, const char *name)
{
	struct entry e;
	struct later *l;
	int r = names_lookup(f, c, parent, name, &e);

	bool untold = r == 0 && may_be_untold(f, parent, &e);

	if (r < 0 || (!e.unmeasured && !untold)) {
		reply_entry(q, r, &e);
		return;
	}
	l = new_later(lookup_again, 0);
	if (l) {
		l->c = *c;
		l->parent = parent;
		if (str_set(&l->name, name) < 0) {
			free_later(l);
			l = NULL;
		}
	}
	if (untold && l)
		wait_for_attachments(f, q, parent, true, measured, l);
	else
		measure(f, q, (int64_t) e.st.st_ino, l);
}

static void getattr_again(struct fs *f, struct fuse_req *q, struct later *l)
{
	struct entry e;

	reply_attr(q, attr_get(f, &l->c, l->ino, &e), &e);
}

void later_getattr(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino)
{
	struct entry e;
	struct later *l;
	int r = attr_get(f, c, ino, &e);

	if (r < 0 || !e.unmeasured) {
		reply_attr(q, r, &e);
		return;
	}
	l = new_later(getattr_again, 0);
	if (l) {
		l->c = *c;
		l->ino = ino;
	}
	measure(f, q, ino, l);
}
