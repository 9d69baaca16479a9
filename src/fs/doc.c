#include "doc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "ahead.h"
#include "base/clock.h"
#include "file.h"
#include "reply.h"
#include "sync/docs.h"
#include "wait.h"

/* ---- open ------------------------------------------------------------------------------ */

/* The contents that were opened go with the row that was read, unless a pull came in between. */
static int check_version(struct fs *f, const struct view_attr *a)
{
	struct view_attr now;
	int r = view_tree_attr(f->tree, a->ino, &now);

	if (r == 0 && now.version == a->version)
		return 0;
	return r == 0 || r == -ENOENT ? -ESTALE : r;
}

/* The version that the process has before it from now on: what it saves is made from that (work.c). */
static void remember(struct fs *f, const struct handle *h)
{
	struct view_seen none = VIEW_SEEN_INIT;
	struct base *b = base_new(h->node->ino, sync_doc_version(h->doc), &none);

	if (b)
		bases_put(f->bases, h->node->item, h->tgid, b);
	base_unref(b);
}

static int open_writer(struct fs *f, struct handle *h)
{
	struct node *n = h->node;
	int r = 0;

	if (!n->base)
		n->base = sync_doc_hold(h->doc);
	if (h->flags & O_TRUNC) {
		r = node_truncate(f, n, 0);
		n->writer = h->tgid;
		n->mtime = clock_now_ns();
	}
	if (r == 0)
		n->writers++;
	return r;
}

int doc_open(struct fs *f, const struct caller *c, struct handle *h, const struct view_attr *a, const char *name,
	     struct file_open *ret)
{
	bool local, same;
	int r;

	r = sync_doc_open(f->sync, a->list, a->item, &h->doc);
	if (r == 0)
		r = check_version(f, a);
	if (r == 0)
		r = node_know(f, h->node, a, name);
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	local = sync_doc_is_local(h->doc);
	if (!local && doc_reader_is_thumbnailer(c->tid))
		return -EACCES;
	same = openset_same_version(f->open, a->ino, a->version);
	/*
	 * What is fetched anew may be newer than what the pages were made from: then all of it is. But not while somebody
	 * reads: the kernel would let the open wait, deaf to signals, until each READ that is under way is answered.
	 */
	ret->keep_cache = (same && local) || h->node->dirty || sync_doc_is_shared(h->doc);
	/* Whose length could not be asked for is read to its end all the same. */
	ret->direct_io = a->size < 0 && !local && !h->node->dirty;
	ret->noflush = (h->flags & O_ACCMODE) == O_RDONLY;
	ret->news = !same && file_is_news(a);
	if ((h->flags & O_ACCMODE) != O_WRONLY)
		remember(f, h);
	return (h->flags & O_ACCMODE) == O_RDONLY ? 0 : open_writer(f, h);
}

/* ---- read -------------------------------------------------------------------------------- */

/* One READ that waits. */
struct reading {
	struct handle *h; /* foreign; the kernel releases it after the answer */
	size_t size;
	int64_t off;
};

/*
 * The list was wrong about the length. That there is more the kernel has to know before the answer, or it
 * tells the reader that this was all. That there is less it concludes from an answer that is too short, but only
 * when nothing was said about the inode since it asked; its attributes are forgotten afterwards.
 */
static bool size_changes(struct node *n, int64_t size, bool grows)
{
	bool news;

	lock_take(&n->lock);
	news = size >= 0 && (grows ? n->size < size : n->size > size);
	if (news)
		n->size = size;
	lock_give(&n->lock);
	return news;
}

static void reply_part(struct fuse_req *q, int fd, size_t size, int64_t off)
{
	if (size)
		reply_file(q, fd, size, off);
	else
		reply_bytes(q, "", 0);
}

static int64_t end_of(size_t size, int64_t off)
{
	return off > INT64_MAX - (int64_t) size ? INT64_MAX : off + (int64_t) size;
}

/* What was written to it since; false: nothing was. */
static bool answer_written(struct fs *f, struct fuse_req *q, struct node *n, size_t size, int64_t off)
{
	size_t got = 0;
	char *p;
	bool written;
	int r = 0;

	lock_take(&n->lock);
	written = n->fd >= 0;
	lock_give(&n->lock);
	if (!written)
		return false;
	p = malloc(size);
	lock_take(&n->lock);
	r = p ? node_read(f, n, p, size, off, &got) : -ENOMEM;
	lock_give(&n->lock);
	if (r < 0)
		reply_err(q, r);
	else
		reply_bytes(q, p, got);
	free(p);
	return true;
}

/* Answers with what is here; false: it is not. */
static bool reply_now(struct fs *f, struct fuse_req *q, struct handle *h, size_t size, int64_t off)
{
	struct node *n = h->node;
	int64_t total, ino = n->ino;
	bool shrinks;
	int fd;

	if (answer_written(f, q, n, size, off))
		return true;
	if (!sync_doc_look(h->doc, off, end_of(size, off), &fd, &total))
		return false;
	if (size_changes(n, total, true))
		reply_forget_inode(f, ino, false);
	shrinks = total >= 0 && end_of(size, off) > total && size_changes(n, total, false);
	if (total >= 0 && off >= total)
		size = 0;
	else if (total >= 0 && (int64_t) size > total - off)
		size = (size_t) (total - off);
	reply_part(q, fd, size, off);
	/* h may be gone by now */
	if (shrinks)
		reply_forget_inode(f, ino, false);
	return true;
}

static void answer(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	struct reading *rd = arg;

	if (r < 0 || !reply_now(f, q, rd->h, rd->size, rd->off))
		reply_err(q, r < 0 ? r : -EIO);
	free(rd);
}

void doc_read(struct fs *f, struct fuse_req *q, struct handle *h, size_t size, int64_t off)
{
	struct reading *rd;

	if (off == 0)
		ahead_note(f, h);
	if (reply_now(f, q, h, size, off))
		return;
	rd = malloc(sizeof(*rd));
	if (!rd) {
		reply_err(q, -ENOMEM);
		return;
	}
	*rd = (struct reading) { h, size, off };
	wait_for_bytes(f, q, h->doc, off, end_of(size, off), answer, rd);
}
