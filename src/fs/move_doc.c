#include "move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "notify.h"
#include "rows.h"
#include "scratch.h"
#include "sync/docs.h"
#include "sync/submit.h"
#include "work.h"

/*
 * Documents and local files that take each other's names. What is open is kept in step, as in
 * rename.c; but bytes are files here, and are given away by name and not by copying, so that a
 * writer waits (node.frozen) while that goes on, and writes to a copy afterwards.
 */

/* ---- the node that moves ------------------------------------------------------------------- */

/* Busy with the source's node; also when nobody has it open: who opens it now waits. */
static struct node *hold(struct fs *f, int64_t ino)
{
	struct node *n = handles_get(f->handles, ino);

	if (n) {
		lock_take(&n->lock);
		node_begin(n);
		n->frozen = true;
		lock_give(&n->lock);
	}
	return n;
}

static void give(struct fs *f, struct node *n)
{
	lock_take(&n->lock);
	n->frozen = false;
	node_end(n);
	lock_give(&n->lock);
	handles_put(f, n);
}

/* ---- within the library --------------------------------------------------------------------- */

int move_document(struct fs *f, const struct move *m)
{
	struct rows_going replaced;
	struct view_attr a;
	struct node *n = hold(f, m->from.node.ino);
	int r;

	if (!n)
		return -ENOMEM;
	rows_begin(f, &m->to.node, &replaced);
	r = sync_submit_rename(f->sync, m->from.node.ino, m->p->to_parent, m->p->to_name, work_hold_ms(m->p->to_name));
	rows_end(f, &replaced, r);
	if (r == 0 && view_tree_attr(f->tree, m->from.node.ino, &a) == 0) {
		lock_take(&n->lock);
		move_renamed(n, m);
		if (n->known)
			n->item = a.item; /* it may have given its bytes to the one that it replaced */
		lock_give(&n->lock);
	}
	give(f, n);
	/* No server renames attachments: the new name gets the bytes. */
	if (r == -EXDEV && m->from.slot.dir == VIEW_SLOT_ATTACHED && m->p->parent == m->p->to_parent)
		return move_onto_document(f, m);
	return r == -EEXIST ? -ESTALE : r;
}

bool move_is_written(struct fs *f, const struct move *m)
{
	struct node *n = handles_find(f->handles, m->from.node.ino);
	bool written = false;

	if (n) {
		lock_take(&n->lock);
		written = n->known && (n->dirty || n->writers);
		lock_give(&n->lock);
		handles_put(f, n);
	}
	return written;
}

/* ---- to a local name --------------------------------------------------------------------------- */

/* The bytes as programs see them. */
static int open_bytes(struct fs *f, struct node *n, const struct view_attr *a, int *ret_fd)
{
	struct sync_doc *d = NULL;
	int64_t size;
	int fd = -1, r = 0;

	lock_take(&n->lock);
	if (n->fd >= 0 && (fd = dup(n->fd)) < 0)
		r = -errno;
	lock_give(&n->lock);
	if (r == 0 && fd < 0) {
		r = sync_doc_open(f->sync, a->list, a->item, &d);
		if (r == 0 && !sync_doc_look(d, 0, INT64_MAX, &fd, &size))
			r = WORK_NOT_HERE;
		if (r == 0 && (fd = dup(fd)) < 0)
			r = -errno;
		sync_doc_close(d);
	}
	if (r == 0)
		*ret_fd = fd;
	return r == -ENOENT ? -ESTALE : r;
}

/* A copy of them in scratch/INO. */
static int copy_bytes(struct fs *f, struct node *n, const struct view_attr *a, int64_t ino, int64_t *ret_size)
{
	CLEANUP(fsutil_close_p) int from = -1;
	CLEANUP(fsutil_close_p) int to = -1;
	struct stat st;
	int r = open_bytes(f, n, a, &from);

	if (r == 0)
		r = scratch_open(f, ino, &to);
	if (r == 0 && ftruncate(to, 0) < 0)
		r = -errno;
	if (r == 0)
		r = fsutil_copy(from, to);
	if (r == 0 && (fsync(to) < 0 || fstat(to, &st) < 0))
		r = -errno;
	if (r == 0)
		*ret_size = st.st_size;
	return r;
}

/* Its handles go on with the local file. Needs the lock. */
static void became_local(struct fs *f, struct node *n, const struct move *m)
{
	work_end(f, n);
	node_to_scratch(n);
	move_renamed(n, m);
}

int move_document_aside(struct fs *f, const struct move *m)
{
	struct rows_going replaced;
	struct node *n = hold(f, m->from.node.ino);
	int64_t size = 0;
	int r = n ? copy_bytes(f, n, &m->from.node, m->from.node.ino, &size) : -ENOMEM;

	if (r == 0) {
		rows_begin(f, &m->to.node, &replaced);
		r = sync_submit_backup(f->sync, m->from.node.ino, m->p->to_parent, m->p->to_name, size, replaced.ino);
		rows_end(f, &replaced, r);
	}
	if (r == 0) {
		lock_take(&n->lock);
		if (n->known)
			became_local(f, n, m);
		lock_give(&n->lock);
	}
	if (n)
		give(f, n);
	return r;
}

int move_copy_document(struct fs *f, const struct move *m, int64_t *ret_ino)
{
	struct node *n = hold(f, m->from.node.ino);
	int64_t size;
	int r = n ? sync_submit_make(f->sync, m->p->to_parent, m->p->to_name, STORE_NODE_SCRATCH,
				     (int) (m->from.node.mode | 0600), NULL, ret_ino) : -ENOMEM;

	if (r == 0) {
		r = copy_bytes(f, n, &m->from.node, *ret_ino, &size);
		if (r < 0 && sync_submit_unlink(f->sync, *ret_ino) == 0)
			scratch_remove(f, *ret_ino);
	}
	if (n)
		give(f, n);
	return r;
}

/* ---- onto a document's name ------------------------------------------------------------------------ */

struct giving {
	struct node *n;
	char *file;     /* owned; the bytes' name in unsent/ */
	int64_t size;
	int64_t mtime;
	int64_t version; /* of the target that the process had before it; 0: that of now */
	bool same;      /* they are what the target has */
};

static void giving_release(struct giving *g)
{
	free(g->file);
}

static int compare(struct fs *f, const struct move *m, int fd, struct giving *g)
{
	CLEANUP(base_unref_p) struct base *b = NULL;
	struct sync_doc *d = NULL;
	int r;

	if (!m->to.item)
		return 0;
	b = bases_find(f->bases, m->to.item, m->tgid);
	g->version = b ? b->version : 0;
	r = sync_doc_open(f->sync, m->to.slot.list, m->to.item, &d);
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	r = work_is_same(fd, d);
	sync_doc_close(d);
	g->same = r > 0;
	return r < 0 ? r : 0;
}

/* Those of a document that goes: a copy. */
static int take_copy(struct fs *f, const struct move *m, struct giving *g)
{
	CLEANUP(fsutil_close_p) int from = -1;
	CLEANUP(fsutil_close_p) int to = -1;
	struct stat st;
	int r = open_bytes(f, g->n, &m->from.node, &from);

	if (r == 0)
		r = sync_work_new(f->sync, &to, &g->file);
	if (r == 0)
		r = fsutil_copy(from, to);
	if (r == 0 && fstat(to, &st) < 0)
		r = -errno;
	if (r == 0)
		r = sync_work_sync(f->sync, to);
	if (r < 0)
		return r;
	g->size = st.st_size;
	g->mtime = m->from.node.mtime;
	return compare(f, m, to, g);
}

static int take_file(struct fs *f, const struct move *m, struct giving *g)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(f->tree, m->from.node.ino);
	struct stat st;
	int r = path ? scratch_open(f, m->from.node.ino, &fd) : -ENOMEM; /* a missing one is empty */

	if (r == 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r < 0)
		return r;
	g->size = st.st_size;
	g->mtime = st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec;
	r = compare(f, m, fd, g);
	return r < 0 ? r : sync_work_link(f->sync, path, &g->file);
}

static int submit(struct fs *f, const struct move *m, const struct giving *g, struct sync_saved *ret)
{
	struct rows_going replaced = { 0 };
	const struct sync_content c = {
		.file = g->file, .size = g->size, .base = g->version, .same = g->same,
		.hold_ms = work_hold_ms(m->p->to_name),
	};
	const struct sync_save save = {
		.ino = m->from.node.ino, .parent = m->p->to_parent, .name = m->p->to_name, .link = m->link,
		.item = m->to.item, .content = &c, .mtime = g->mtime,
	};
	int r;

	if (m->to.node.ino)
		rows_begin(f, &m->to.node, &replaced);
	r = sync_submit_save(f->sync, &save, ret);
	rows_end(f, &replaced, r);
	return r;
}

/* The open file is the document's now; what is written to it goes to a copy. */
static void became_document(struct fs *f, const struct move *m, const struct giving *g)
{
	struct node *n = g->n;
	struct view_attr a;

	lock_take(&n->lock);
	if (n->known && view_tree_attr(f->tree, m->from.node.ino, &a) == 0) {
		if (n->kind == STORE_NODE_DOCUMENT)
			work_end(f, n); /* what was written by now went with the copy */
		move_renamed(n, m);
		n->kind = STORE_NODE_DOCUMENT;
		n->item = a.item;
		n->version = a.version;
		n->size = g->size;
		n->dirty = false;
		n->flushed = 0;
		n->base = sync_doc_close(n->base);
		if (sync_doc_open(f->sync, a.list, a.item, &n->base) < 0)
			n->base = NULL;
	}
	lock_give(&n->lock);
}

/* link: the old name stays, with an inode of its own that the engine has made; the bytes are copied for it. */
static int keep_old_name(struct fs *f, const struct move *m)
{
	CLEANUP(fsutil_close_p) int from = -1;
	CLEANUP(fsutil_close_p) int to = -1;
	struct view_attr a;
	int r = view_tree_lookup(f->tree, m->p->parent, m->p->name, &a);

	notify_name(f->notify, m->p->parent, m->p->name);
	if (r == 0)
		r = scratch_open(f, m->from.node.ino, &from);
	if (r == 0)
		r = scratch_open(f, a.ino, &to);
	return r < 0 ? r : fsutil_copy(from, to);
}

int move_onto_document(struct fs *f, const struct move *m)
{
	CLEANUP(giving_release) struct giving g = { .n = hold(f, m->from.node.ino) };
	struct sync_saved saved;
	bool was_document = m->from.node.kind == STORE_NODE_DOCUMENT;
	int r = !g.n ? -ENOMEM : was_document ? take_copy(f, m, &g) : take_file(f, m, &g);

	if (r == 0)
		r = submit(f, m, &g, &saved);
	if (r < 0 || g.same)
		sync_work_drop(f->sync, g.file);
	if (r == 0) {
		if (m->link)
			r = keep_old_name(f, m);
		became_document(f, m, &g);
		if (!was_document)
			scratch_remove(f, m->from.node.ino);
		notify_inode(f->notify, m->from.node.ino);
	}
	if (g.n)
		give(f, g.n);
	return r;
}
