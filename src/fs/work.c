#include "work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "commit.h"
#include "notify.h"
#include "sync/docs.h"
#include "sync/submit.h"
#include "view/name.h"

enum { TRIES = 8 };

int work_hold_ms(const char *name)
{
	return view_name_may_be_temporary(name) ? WORK_HOLD_ODD_MS : WORK_HOLD_MS;
}

/* ---- the copy ------------------------------------------------------------------------- */

int work_look(struct node *n, int *ret_fd)
{
	int64_t size;

	if (n->fd >= 0) {
		*ret_fd = n->fd;
		return 0;
	}
	if (!n->base)
		return -ESTALE;
	return sync_doc_look(n->base, 0, INT64_MAX, ret_fd, &size) ? 0 : WORK_NOT_HERE;
}

/* The copy takes the place of what was there. */
static void take(struct node *n, int fd, char *file)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = fd;
	n->work = file;
}

int work_begin(struct fs *f, struct node *n)
{
	struct stat st;
	char *file;
	int from, fd, r;

	if (n->work)
		return 0;
	r = work_look(n, &from);
	if (r == 0)
		r = sync_work_new(f->sync, &fd, &file);
	if (r < 0)
		return r;
	r = fsutil_copy(from, fd);
	if (r == 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		sync_work_drop(f->sync, file);
		free(file);
		return r;
	}
	take(n, fd, file);
	n->size = st.st_size;
	return 0;
}

int work_truncate(struct fs *f, struct node *n, int64_t size)
{
	char *file;
	int fd, r = 0;

	if (!n->work && size == 0) {
		r = sync_work_new(f->sync, &fd, &file);
		if (r == 0)
			take(n, fd, file);
		n->whole = true;
	} else {
		r = work_begin(f, n);
	}
	if (r == 0 && ftruncate(n->fd, size) < 0)
		r = -errno;
	if (r == 0)
		n->size = size;
	return r;
}

int work_open(struct fs *f, struct node *n, const struct view_attr *a)
{
	return n->base ? 0 : sync_doc_open(f->sync, a->list, a->item, &n->base);
}

void work_end(struct fs *f, struct node *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
	sync_work_drop(f->sync, n->work);
	str_free_p(&n->work);
	n->base = sync_doc_close(n->base);
}

int work_is_same(int fd, struct sync_doc *base)
{
	int64_t size;
	int other;

	/* What is not here would have to be fetched to be compared: then it is sent. */
	if (!base || !sync_doc_look(base, 0, INT64_MAX, &other, &size))
		return 0;
	return fsutil_same(fd, other);
}

/* ---- one job ------------------------------------------------------------------------------ */

/* Bytes on their way to the engine, by the thread that is busy with their node. */
struct job {
	struct view_attr node;
	char name[VIEW_NAME_SIZE];
	int64_t parent;
	pid_t tgid;
	int fd;                /* owned */
	char *file;            /* owned; a copy of the name */
	struct sync_doc *base; /* owned */
	int64_t version;       /* that the writer had before him; 0: that of now */
	uint64_t seq;
	int64_t mtime;
	int64_t size;
};

#define JOB_INIT { .fd = -1 }

static void job_release(struct job *j)
{
	fsutil_close_p(&j->fd);
	sync_doc_close(j->base);
	free(j->file);
}

/* The version of the item that process tgid has read, or that the copy was made from. */
static int64_t version_before(struct fs *f, const struct node *n)
{
	CLEANUP(base_unref_p) struct base *b = n->whole ? bases_find(f->bases, n->item, n->writer) : NULL;

	if (b)
		return b->version;
	return n->base ? sync_doc_version(n->base) : 0;
}

/* Needs the lock. */
static int job_fill(struct fs *f, struct job *j, const struct node *n)
{
	struct stat st;

	j->parent = n->parent;
	snprintf(j->name, sizeof(j->name), "%s", n->name ? n->name : "");
	j->tgid = n->writer;
	j->seq = n->seq;
	j->mtime = n->mtime;
	j->version = version_before(f, n);
	j->base = n->base ? sync_doc_hold(n->base) : NULL;
	j->node = (struct view_attr) { .ino = n->ino, .list = n->list, .item = n->item, .kind = n->kind };
	j->fd = dup(n->fd);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return -errno;
	j->size = st.st_size;
	return str_set(&j->file, n->work);
}

static struct sync_content content_of(const struct job *j)
{
	struct sync_content c = { .file = j->file, .size = j->size, .base = j->version, .hold_ms = work_hold_ms(j->name) };

	if (j->base && sync_doc_version(j->base) == j->version)
		c.etag = sync_doc_etag(j->base);
	return c;
}

/* The row may have moved to another inode since: a version that came from the server. */
static int find_node(struct fs *f, int64_t ino, int64_t item, struct view_attr *ret)
{
	int r = view_tree_attr(f->tree, ino, ret);

	if (r == 0 && ret->named)
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	return item ? view_tree_of_item(f->tree, item, ret) : -ENOENT;
}

/* What cannot be saved stays beside where it would have been. */
static int put_aside(struct fs *f, const struct job *j, const char *why)
{
	const struct sync_content c = content_of(j);
	int r = *j->name ? sync_submit_aside(f->sync, j->parent, j->name, &c, why) : -ENOENT;

	state_touched(f, j->parent);
	return r < 0 ? r : -EINVAL;
}

static int save(struct fs *f, struct job *j)
{
	const struct sync_content c = content_of(j);
	struct sync_saved saved;
	int64_t ino = j->node.ino, item = j->node.item;
	int r = -ESTALE;

	for (int i = 0; i < TRIES && r == -ESTALE; i++) {
		r = find_node(f, ino, item, &j->node);
		if (r == 0) {
			struct sync_save s = {
				.ino = j->node.ino, .item = j->node.item, .content = &c, .mtime = j->mtime,
			};

			r = sync_submit_save(f->sync, &s, &saved);
		}
	}
	if (r == -ENOENT)
		return put_aside(f, j, "deleted on the server while it was written here");
	if (r == -EACCES || r == -EROFS || r == -EPERM)
		return put_aside(f, j, "you may not change this document; the server forbids it");
	return r;
}

/* ---- commit ---------------------------------------------------------------------------------- */

/* The bytes are stored, or are what was stored already. Needs the lock. */
static void settle(struct fs *f, struct node *n, struct job *j, bool same)
{
	struct view_attr a;

	if (n->seq != j->seq)
		return;
	n->dirty = n->whole = false;
	n->flushed = 0;
	if (same)
		sync_work_drop(f->sync, n->work);
	str_free_p(&n->work);
	if (same && n->fd >= 0) {
		close(n->fd);
		n->fd = -1;
	}
	if (view_tree_attr(f->tree, n->ino, &a) < 0)
		return;
	n->item = a.item;
	n->version = a.version;
	if (same) {
		n->size = a.size;
		return;
	}
	/* What is compared next time, and what the next bytes are made from. */
	n->base = sync_doc_close(n->base);
	if (sync_doc_open(f->sync, a.list, a.item, &n->base) < 0)
		n->base = NULL;
}

/* What its process has read from now on. Out of memory: it is not remembered. */
static void remember(struct fs *f, const struct job *j)
{
	struct view_seen none = VIEW_SEEN_INIT;
	struct base *b = j->node.item ? base_new(j->node.ino, j->version, &none) : NULL;

	if (b)
		bases_put(f->bases, j->node.item, j->tgid, b);
	base_unref(b);
}

/* While the bytes are being stored a writer must not change them: a file is not copied. Needs the lock. */
static bool begin_job(struct node *n)
{
	node_begin(n);
	if (n->dirty && !n->unnamed && n->work) {
		n->frozen = true;
		return true;
	}
	n->dirty = false;
	node_end(n);
	return false;
}

/* Needs the lock. */
static void end_job(struct node *n)
{
	n->frozen = false;
	node_end(n);
}

int work_commit(struct fs *f, struct node *n)
{
	struct job j = JOB_INIT;
	int same = 0, r;

	lock_take(&n->lock);
	if (!begin_job(n)) {
		lock_give(&n->lock);
		return 0;
	}
	r = job_fill(f, &j, n);
	lock_give(&n->lock);
	if (r == 0)
		r = same = work_is_same(j.fd, j.base);
	if (r == 0)
		r = sync_work_sync(f->sync, j.fd);
	if (r == 0)
		r = save(f, &j);
	else if (r > 0)
		r = sync_submit_saved(f->sync, j.node.ino);
	if (r == 0 && !same)
		remember(f, &j);
	lock_take(&n->lock);
	if (r == 0)
		settle(f, n, &j, same);
	else if (r == -EINVAL)
		n->dirty = false;
	end_job(n);
	lock_give(&n->lock);
	if (r == -EINVAL)
		notify_inode(f->notify, n->ino);
	state_touched(f, j.parent);
	job_release(&j);
	return r;
}

int work_flush(struct fs *f, struct node *n)
{
	struct job j = JOB_INIT;
	struct sync_content c;
	int r;

	lock_take(&n->lock);
	if (n->seq == n->flushed || !begin_job(n)) {
		lock_give(&n->lock);
		return 0;
	}
	r = job_fill(f, &j, n);
	lock_give(&n->lock);
	if (r == 0)
		r = sync_work_sync(f->sync, j.fd);
	c = content_of(&j);
	if (r == 0)
		r = find_node(f, j.node.ino, j.node.item, &j.node);
	if (r == 0)
		r = sync_submit_unsaved(f->sync, j.node.ino, &c);
	CRASH_POINT("fs.flush.after");
	lock_take(&n->lock);
	if (r == 0)
		n->flushed = j.seq;
	end_job(n);
	lock_give(&n->lock);
	job_release(&j);
	/* The document is gone: its bytes are put beside it when it is closed. */
	return r == -ENOENT || r == -ESTALE ? 0 : r;
}

void work_let_go(struct fs *f, struct node *n)
{
	char name[VIEW_NAME_SIZE];
	int r;

	lock_take(&n->lock);
	snprintf(name, sizeof(name), "%s", n->name ? n->name : "");
	lock_give(&n->lock);
	r = sync_submit_let_go(f->sync, n->ino, f->config.fsync_server ? 0 : work_hold_ms(name));
	if (r < 0)
		log_warning("a new document waits for the next start ino=%lld error=%d", (long long) n->ino, r);
}
