#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "commit.h"
#include "control.h"
#include "dir.h"
#include "doc.h"
#include "errors.h"
#include "post.h"
#include "reply.h"
#include "sync/docs.h"
#include "sync/submit.h"
#include "views.h"
#include "wait.h"
#include "work.h"

/* More of a text than this is read as it is asked for. */
enum { GIVEN_MAX = 64 << 10 };

static bool writes(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY;
}

static bool reads(int flags)
{
	return (flags & O_ACCMODE) != O_WRONLY;
}

/* ---- handles --------------------------------------------------------------------- */

struct handle *handle_free(struct handle *h)
{
	if (h) {
		views_put(h->view);
	buf_release(&h->text);
		stream_free(h->stream);
		sync_doc_close(h->doc);
		dir_release(h->dir);
		free(h);
	}
	return NULL;
}

static struct handle *new_handle(struct fs *f, const struct caller *c, int flags)
{
	struct handle *h = calloc(1, sizeof(*h));

	if (h) {
		h->kind = HANDLE_NODE;
		h->flags = flags;
		h->tgid = caller_tgid(f, c->tid);
		h->text = (struct buf) BUF_INIT(NODE_MAX);
	}
	return h;
}

/* Gives up the node, when it has one, and the handle. */
static void end_handle(struct fs *f, struct handle *h)
{
	if (h->open_ino)
		openset_remove(f->open, h->open_ino);
	handles_put(f, h->node);
	handle_free(h);
}

/* What stands in an inode's row. */
struct row {
	uint64_t moment; /* before it was read, for bases_stored() */
	struct view_attr a;
	char name[256]; /* "": none */
};

/*
 * Holds the inode's node and reads its row, in that order: from the moment when it is in the
 * open set on, the engine gives a new version a new inode, so that the row read
 * is the one whose bytes the program will see. Returns with the node's lock.
 */
static int hold(struct fs *f, struct handle *h, int64_t ino, struct row *ret)
{
	struct node *n;
	int r = openset_add(f->open, ino);

	if (r < 0)
		return r;
	h->open_ino = ino;
	h->node = n = handles_get(f->handles, ino);
	if (!n)
		return -ENOMEM;
	lock_take(&n->lock);
	while (n->busy) /* the writer before has just closed: what it wrote is being stored */
		cond_wait(&n->idle, &n->lock);
	ret->moment = bases_moment(f->bases);
	r = view_tree_attr_named(f->tree, ino, &ret->a, ret->name);
	if (r < 0)
		lock_give(&n->lock);
	return r == -ENOENT ? -ESTALE : r;
}

/* The same; a former name leads to its item's own node. */
static int hold_target(struct fs *f, struct handle *h, int64_t ino, struct row *ret)
{
	int r = hold(f, h, ino, ret);

	if (r < 0 || !ret->a.target)
		return r;
	lock_give(&h->node->lock);
	handles_put(f, h->node);
	h->node = NULL;
	openset_remove(f->open, h->open_ino);
	h->open_ino = 0;
	return hold(f, h, ret->a.target, ret);
}

static int kind_error(enum store_node_kind k)
{
	switch (k) {
	case STORE_NODE_ITEM:
	case STORE_NODE_DRAFT:
	case STORE_NODE_SCRATCH:
		return 0;
	case STORE_NODE_DOCUMENT:
		return 0;
	case STORE_NODE_SYMLINK:
		return -ELOOP;
	case STORE_NODE_GHOST:
		return -ESTALE;
	case STORE_NODE_ROOT:
	case STORE_NODE_LIST:
	case STORE_NODE_FOLDER:
	case STORE_NODE_SCRATCH_DIR:
	case STORE_NODE_ATTACHMENTS:
	case STORE_NODE_KIND_COUNT:
		break;
	}
	return -EISDIR;
}

/* ---- what the program reads -------------------------------------------------------- */

/* The values as they stand in the store, without a look at them; -EAGAIN: they must be read. */
static int leave_values(struct fs *f, const struct row *row, struct base **ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	int r = view_tree_list(f->tree, row->a.list, &l);

	if (r < 0 || !view_forms_is_alone(&l->info))
		return -EAGAIN;
	return bases_stored(f->bases, row->a.item, row->moment, ret);
}

/* The item as it goes with version a->version; they may not be those of the next. */
static int read_values(struct fs *f, const struct view_attr *a, struct base **ret)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	struct view_attr after;
	int r;

	*ret = bases_of_version(f->bases, a->item, a->ino, a->version);
	if (*ret)
		return 0;
	r = view_tree_seen(f->tree, a->list, a->item, &s);
	if (r == 0)
		r = view_tree_attr(f->tree, a->ino, &after);
	if (r == 0 && after.version == a->version)
		*ret = base_new(a->ino, a->version, &s);
	else if (r == 0 || r == -ENOENT)
		r = -ESTALE;
	return r == 0 && !*ret ? -ENOMEM : r;
}

bool file_is_news(const struct view_attr *a)
{
	const int64_t minute = 60ll * 1000000000;
	int64_t age = clock_now_ns() - a->ctime;

	return age < minute; /* below 0: the clock was set */
}

/* What the kernel may still have of it. ino: as it knows it. Needs the node's lock. */
static void compare_pages(struct fs *f, const struct node *n, int64_t ino, const struct view_attr *a,
			  struct file_open *ret)
{
	bool same = !n->dirty && openset_same_version(f->open, ino, a->version);

	ret->keep_cache = same && n->kind != STORE_NODE_SCRATCH;
	ret->news = !same && file_is_news(a);
}

/*
 * Makes the text, unless the kernel has it in pages; one is made when it asks for more. first: it was never open, so that its text
 * goes along with the answer, which saves a request. Needs the node's lock, so that nobody opens it for writing meanwhile.
 */
static int load_for_reader(struct fs *f, struct node *n, bool first, struct file_open *ret)
{
	int r = ret->keep_cache ? 0 : node_load(f, n);

	if (r == 0 && first && !n->dirty && !n->writers && n->text.len && n->text.len <= GIVEN_MAX)
		ret->keep_cache = reply_store(f, n->ino, n->text.p, n->text.len) == 0;
	return r;
}

/* What is needed of the store, at one time: the bytes, the values behind them, and that this process reads them. Needs the node's
 * lock. */
static int read_at_open(struct fs *f, struct handle *h, const struct row *row, bool first, struct file_open *ret)
{
	const struct view_attr *a = &row->a;
	struct node *n = h->node;
	bool needs_values = a->item && !n->opened && !n->loaded && n->kind != STORE_NODE_SCRATCH;
	int r = needs_values ? leave_values(f, row, &n->opened) : 0;

	if (r < 0 && r != -EAGAIN)
		return r;
	view_tree_read_begin(f->tree);
	r = reads(h->flags) ? load_for_reader(f, n, first, ret) : 0; /* brings the values, too, where they were not left */
	if (r == 0 && needs_values && !n->opened)
		r = read_values(f, a, &n->opened);
	if (r == 0 && n->opened && reads(h->flags))
		bases_put(f->bases, n->item, h->tgid, n->opened);
	view_tree_read_end(f->tree);
	return r;
}

/* ino: as the kernel knows it. Needs the node's lock. */
static int open_node(struct fs *f, struct handle *h, int64_t ino, const struct row *row, struct file_open *ret)
{
	const struct view_attr *a = &row->a;
	bool first = ino == a->ino && openset_is_first(f->open, ino);
	struct node *n = h->node;
	int r = kind_error(a->kind);

	if (r == 0)
		r = node_know(f, n, a, row->name);
	if (r < 0)
		return r;
	compare_pages(f, n, ino, a, ret);
	ret->noflush = !writes(h->flags);
	if (h->flags & O_TRUNC) {
		r = node_truncate(f, n, 0);
		n->mtime = clock_now_ns();
	} else {
		r = read_at_open(f, h, row, first, ret);
	}
	if (r == 0 && writes(h->flags))
		n->writers++;
	return r;
}

/* Root passes over mode bits; better to say so now than to keep what he writes as a draft. */
static bool is_frozen(struct fs *f, const struct view_attr *a)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;

	return (a->kind == STORE_NODE_ITEM || a->kind == STORE_NODE_DOCUMENT) &&
	       view_tree_list(f->tree, a->list, &l) == 0 && l->frozen;
}

static int open_kind(struct fs *f, const struct caller *c, struct handle *h, const struct row *row, int64_t ino,
		     struct file_open *ret)
{
	const struct view_attr *a = &row->a;

	if (writes(h->flags) && is_frozen(f, a))
		return -EROFS;
	/* Root, too, would only be refused by the server later. */
	if (writes(h->flags) && view_tree_is_taken(f->tree, a) > 0)
		return -EBUSY;
	return a->kind == STORE_NODE_DOCUMENT ? doc_open(f, c, h, a, row->name, ret) : open_node(f, h, ino, row, ret);
}

int file_open(struct fs *f, const struct caller *c, int64_t ino, int flags, struct file_open *ret)
{
	struct file_open o = { 0 };
	struct row row;
	struct handle *h;
	int r;

	if (ino_is_control(ino))
		return control_open(f, c, ino, flags, ret);
	if (ino_is_errors(ino))
		return errors_open(f, ino, flags, ret);
	if (ino_is_post(ino))
		return post_open(f, c, ino, flags, ret);
	o.handle = h = new_handle(f, c, flags);
	if (!h)
		return -ENOMEM;
	r = hold_target(f, h, ino, &row);
	if (r == 0) {
		r = open_kind(f, c, h, &row, ino, &o);
		lock_give(&h->node->lock);
	}
	if (r < 0) {
		end_handle(f, h);
		return r;
	}
	if (o.news)
		reply_forget_inode(f, ino, false);
	*ret = o;
	return 0;
}

int file_open_new(struct fs *f, const struct caller *c, int64_t ino, int flags, struct view_attr *ret_a, struct handle **ret)
{
	struct handle *h = new_handle(f, c, flags);
	struct row now;
	int r = h ? hold(f, h, ino, &now) : -ENOMEM;

	if (r == 0) {
		r = node_know(f, h->node, &now.a, now.name);
		if (r == 0 && now.a.kind == STORE_NODE_DOCUMENT)
			r = work_open(f, h->node, &now.a);
		/* A power cut may have taken a number back that a file of scratch/ has. */
		if (r == 0 && (writes(flags) || now.a.kind == STORE_NODE_SCRATCH)) {
			r = node_truncate(f, h->node, 0);
			h->node->mtime = clock_now_ns();
		}
		openset_created(f->open, ino);
		if (r == 0 && writes(flags))
			h->node->writers++;
		lock_give(&h->node->lock);
	}
	if (r < 0) {
		if (h)
			end_handle(f, h);
		return r;
	}
	*ret_a = now.a;
	*ret = h;
	return 0;
}

/* ---- bytes --------------------------------------------------------------------------- */

static int read_bytes(struct fs *f, struct handle *h, void *p, size_t size, int64_t off, size_t *ret_n)
{
	size_t left;
	int r;

	if (h->view)
		return views_read(h->view, p, size, off, ret_n);
	if (h->kind == HANDLE_TEXT) {
		left = (uint64_t) off < h->text.len ? h->text.len - (size_t) off : 0;
		*ret_n = left < size ? left : size;
		if (*ret_n)
			memcpy(p, h->text.p + off, *ret_n);
		return 0;
	}
	if (h->kind != HANDLE_NODE)
		return -EINVAL;
	lock_take(&h->node->lock);
	r = node_read(f, h->node, p, size, off, ret_n);
	lock_give(&h->node->lock);
	return r;
}

void file_read(struct fs *f, struct fuse_req *q, struct handle *h, size_t size, int64_t off, bool nonblock)
{
	size_t n = 0;
	char *p;
	int r;

	if (h->kind == HANDLE_STREAM) {
		stream_read(f, h->stream, q, size, nonblock);
		return;
	}
	if (h->doc) {
		doc_read(f, q, h, size, off);
		return;
	}
	p = malloc(size);
	r = p ? read_bytes(f, h, p, size, off, &n) : -ENOMEM;
	if (r < 0)
		reply_err(q, r);
	else
		reply_bytes(q, p, n);
	free(p);
}

static void wrote(struct handle *h)
{
	h->node->writer = h->tgid;
	h->node->mtime = clock_now_ns();
	h->wrote = true;
}

int file_write(struct fs *f, struct handle *h, const void *p, size_t size, int64_t off)
{
	struct node *n = h->node;
	int r = 0;

	if (h->kind == HANDLE_TEXT && ino_is_post(h->ino))
		return handle_write(h, p, size, off);
	if (h->kind == HANDLE_TEXT)
		return control_write(f, h, p, size, off);
	if (h->kind != HANDLE_NODE)
		return -EBADF;
	lock_take(&n->lock);
	if (h->flags & O_APPEND && n->kind == STORE_NODE_DOCUMENT) {
		off = n->size;
	} else if (h->flags & O_APPEND && n->kind != STORE_NODE_SCRATCH) {
		/* the kernel's idea of the end may be older than the bytes */
		r = node_load(f, n);
		off = (int64_t) n->text.len;
	}
	if (r == 0)
		r = node_write(f, n, p, size, off);
	if (r == 0)
		wrote(h);
	lock_give(&n->lock);
	return r;
}

int file_truncate(struct fs *f, struct handle *h, int64_t size)
{
	int r;

	lock_take(&h->node->lock);
	r = node_truncate(f, h->node, size);
	if (r == 0)
		wrote(h);
	lock_give(&h->node->lock);
	return r;
}

/* ---- the end -------------------------------------------------------------------------- */

int file_flush(struct fs *f, struct handle *h)
{
	uint64_t made;
	bool due;
	int r;

	if (h->kind == HANDLE_TEXT)
		return ino_is_post(h->ino) ? post_flush(f, h) : control_flush(f, h);
	if (h->kind != HANDLE_NODE)
		return 0;
	lock_take(&h->node->lock);
	due = h->wrote;
	h->wrote = false;
	/* Scratch that was written to is not: its bytes are not before an fsync, either. */
	made = due && h->node->kind == STORE_NODE_SCRATCH ? 0 : h->made;
	h->made = 0;
	lock_give(&h->node->lock);
	r = due ? commit_flush(f, h->node) : 0;
	return r == 0 ? sync_submit_settle(f->sync, made) : r;
}

void file_release(struct fs *f, struct handle *h)
{
	bool last, dirty, document;

	if (h->kind != HANDLE_NODE) {
		handle_free(h);
		return;
	}
	lock_take(&h->node->lock);
	if (writes(h->flags))
		h->node->writers--;
	last = writes(h->flags) && h->node->writers == 0;
	dirty = h->node->writers == 0 && h->node->dirty;
	document = h->node->kind == STORE_NODE_DOCUMENT;
	lock_give(&h->node->lock);
	if (dirty)
		commit_release(f, h->node);
	if (last && document)
		work_let_go(f, h->node);
	end_handle(f, h); /* after the commit: until then the inode is this file's */
}

static int sync_scratch(struct fs *f, struct node *n)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/scratch", view_tree_dir(f->tree));
	int r = 0;

	lock_take(&n->lock);
	if (n->fd >= 0 && fdatasync(n->fd) < 0)
		r = -errno;
	lock_give(&n->lock);
	if (r == 0)
		r = dir ? fsutil_sync_dir(dir) : -ENOMEM;
	return r;
}

static void answer_fsync(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	(void) f;
	(void) arg;
	reply_err(q, r);
}

void file_fsync(struct fs *f, struct fuse_req *q, struct handle *h)
{
	int64_t list = 0;
	bool scratch;
	int r;

	if (h->kind != HANDLE_NODE) {
		reply_err(q, 0);
		return;
	}
	lock_take(&h->node->lock);
	scratch = h->node->kind == STORE_NODE_SCRATCH;
	list = h->node->list;
	lock_give(&h->node->lock);
	r = scratch ? sync_scratch(f, h->node) : commit_flush(f, h->node);
	if (r == 0)
		r = sync_submit_settle(f->sync, sync_submit_mark(f->sync));
	if (r == 0 && f->config.fsync_server && !scratch)
		r = commit_now(f, h->node);
	if (r == 0 && f->config.fsync_server && !scratch)
		wait_for_sent(f, q, list, answer_fsync, NULL);
	else
		reply_err(q, r);
}

void file_fsyncdir(struct fs *f, struct fuse_req *q)
{
	reply_err(q, sync_submit_settle(f->sync, sync_submit_mark(f->sync)));
}
