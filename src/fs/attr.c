#include "attr.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "announce.h"
#include "base/clock.h"
#include "control.h"
#include "errors.h"
#include "file.h"
#include "post.h"
#include "scratch.h"
#include "sync/submit.h"

static struct timespec time_of(int64_t ns)
{
	return (struct timespec) { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

static mode_t type_of(enum store_node_kind k)
{
	switch (k) {
	case STORE_NODE_ROOT:
	case STORE_NODE_LIST:
	case STORE_NODE_FOLDER:
	case STORE_NODE_SCRATCH_DIR:
	case STORE_NODE_ATTACHMENTS:
		return S_IFDIR;
	case STORE_NODE_SYMLINK:
		return S_IFLNK;
	case STORE_NODE_ITEM:
	case STORE_NODE_DOCUMENT:
	case STORE_NODE_DRAFT:
	case STORE_NODE_SCRATCH:
	case STORE_NODE_GHOST:
	case STORE_NODE_KIND_COUNT:
		break;
	}
	return S_IFREG;
}

static void fill(const struct fs *f, const struct view_attr *a, struct stat *st)
{
	*st = (struct stat) {
		.st_ino = (ino_t) a->ino,
		.st_mode = type_of(a->kind) | a->mode,
		/* Of a directory too: "not counted", as find and others take it. What is open and removed has no name. */
		.st_nlink = a->parent || a->ino == STORE_ROOT_INO,
		.st_uid = f->uid, /* else vim copies, and nvim and patch fail */
		.st_gid = f->gid,
		.st_size = a->size < 0 ? 0 : a->size,
		.st_blocks = a->size < 0 ? 0 : (a->size + 511) / 512,
		.st_blksize = 4096,
		.st_atim = time_of(a->mtime),
		.st_mtim = time_of(a->mtime),
		.st_ctim = time_of(a->ctime > a->mtime ? a->ctime : a->mtime),
	};
}

/*
 * Bytes that a writer has not released yet are the file's size and time already. The row is read again
 * under the node's lock: the one that was read before may be older than the commit that made the node clean,
 * and would say what neither was nor is true of the writer's bytes.
 */
static void overlay(struct fs *f, struct view_attr *a)
{
	struct node *n = handles_find(f->handles, a->target ? a->target : a->ino);
	struct view_attr now;

	if (!n)
		return;
	lock_take(&n->lock);
	if (n->known && view_tree_attr(f->tree, a->ino, &now) == 0)
		*a = now;
	if (n->known && (n->dirty || n->version == a->version)) {
		if (node_size(n) >= 0)
			a->size = node_size(n);
		if (n->dirty)
			a->mtime = n->mtime;
	}
	lock_give(&n->lock);
	handles_put(f, n);
}

void attr_entry(struct fs *f, const struct view_attr *a, struct entry *ret)
{
	struct view_attr now = *a;

	if (!view_attr_is_dir(a))
		overlay(f, &now);
	*ret = (struct entry) { .entry_timeout = STATE_TIMEOUT, .attr_timeout = STATE_TIMEOUT };
	fill(f, &now, &ret->st);
	ret->unmeasured = now.size < 0;
	if (ret->unmeasured)
		ret->entry_timeout = ret->attr_timeout = 0;
}

void attr_entry_once(struct fs *f, const struct view_attr *a, struct entry *ret)
{
	attr_entry(f, a, ret);
	ret->attr_timeout = 0;
}

/* An open file whose row is gone: what the program has open is still a file. */
static int get_open(struct fs *f, int64_t ino, struct entry *ret)
{
	struct node *n = handles_find(f->handles, ino);
	struct view_attr a = { .ino = ino, .mode = 0644 };

	if (!n)
		return -ESTALE;
	lock_take(&n->lock);
	a.kind = n->kind;
	a.size = node_size(n) < 0 ? 0 : node_size(n);
	a.mtime = n->mtime;
	lock_give(&n->lock);
	handles_put(f, n);
	*ret = (struct entry) { .attr_timeout = STATE_TIMEOUT };
	fill(f, &a, &ret->st);
	return 0;
}

int attr_get(struct fs *f, const struct caller *c, int64_t ino, struct entry *ret)
{
	struct view_attr a;
	int r;

	if (ino == STORE_ROOT_INO && announce_is_ours(f, c))
		announce_seen(f);
	if (ino_is_control(ino))
		return control_attr(f, ino, ret);
	if (ino_is_errors(ino))
		return errors_attr(f, ino, ret);
	if (ino_is_post(ino))
		return post_attr(f, ino, ret);
	r = view_tree_attr(f->tree, ino, &a);
	if (r == -ENOENT)
		return get_open(f, ino, ret);
	if (r == 0)
		attr_entry(f, &a, ret);
	return r;
}

/* ---- setattr -------------------------------------------------------------------- */

static int set_size(struct fs *f, const struct caller *c, int64_t ino, int64_t size, struct handle *h)
{
	struct file_open o;
	int r;

	if (h && h->kind == HANDLE_NODE)
		return file_truncate(f, h, size);
	r = file_open(f, c, ino, O_WRONLY, &o); /* truncate(2): its own open and close */
	if (r < 0)
		return r;
	r = file_truncate(f, o.handle, size);
	file_release(f, o.handle);
	return r;
}

static int set_scratch_mtime(struct fs *f, int64_t ino, int64_t mtime)
{
	const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, time_of(mtime) };
	int fd, r = scratch_open(f, ino, &fd);

	if (r < 0)
		return r;
	r = futimens(fd, t) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* True: the file is being written, and its time goes with the bytes. */
static bool set_open_mtime(struct fs *f, int64_t ino, int64_t mtime)
{
	struct node *n = handles_find(f->handles, ino);
	bool dirty = false;

	if (n) {
		lock_take(&n->lock);
		dirty = n->dirty;
		if (dirty)
			n->mtime = mtime;
		lock_give(&n->lock);
		handles_put(f, n);
	}
	return dirty;
}

static int set_mtime(struct fs *f, const struct view_attr *a, int64_t mtime)
{
	int64_t ino = a->target ? a->target : a->ino;

	if (view_attr_is_dir(a) || mtime == a->mtime)
		return 0; /* a directory's time tells when its content changed */
	if (a->kind == STORE_NODE_SCRATCH)
		return set_scratch_mtime(f, ino, mtime);
	return set_open_mtime(f, ino, mtime) ? 0 : sync_submit_attr(f->sync, ino, -1, mtime, -1);
}

/* Of what is local only: an item's rights are the server's, and chmod of it succeeds without effect. */
static int set_mode(struct fs *f, const struct view_attr *a, int mode)
{
	if (a->kind != STORE_NODE_SCRATCH && a->kind != STORE_NODE_SCRATCH_DIR)
		return 0;
	return (unsigned) mode == a->mode ? 0 : sync_submit_attr(f->sync, a->ino, mode, -1, -1);
}

static int set_node(struct fs *f, const struct view_attr *a, const struct attr_change *ch)
{
	int r = 0;

	if ((ch->uid >= 0 && ch->uid != f->uid) || (ch->gid >= 0 && ch->gid != f->gid))
		return -EPERM;
	if (ch->mode >= 0)
		r = set_mode(f, a, ch->mode & 0777);
	if (r == 0 && ch->mtime >= 0)
		r = set_mtime(f, a, ch->mtime);
	return r;
}

static int set_all(struct fs *f, const struct caller *c, int64_t ino, const struct attr_change *ch, struct handle *h)
{
	struct view_attr a;
	int r = ch->size >= 0 ? set_size(f, c, ino, ch->size, h) : 0;

	if (r == 0)
		r = view_tree_attr(f->tree, ino, &a);
	if (r == 0)
		r = set_node(f, &a, ch);
	if (r == -ENOENT || r == -ESTALE)
		r = h ? 0 : -ESTALE;
	return r;
}

int attr_set(struct fs *f, const struct caller *c, int64_t ino, const struct attr_change *ch,
	     struct handle *h, struct entry *ret)
{
	int r = 0;

	if (ino_is_errors(ino))
		return -EPERM;
	if (ino_is_post(ino)) /* but for the size, as of an item: it succeeds and has no effect */
		r = ch->size >= 0 && h ? handle_truncate(h, ch->size) : 0;
	else if (ino_is_control(ino) && ch->size >= 0 && h)
		r = control_truncate(h, ch->size);
	else if (!ino_is_control(ino) && !announce_is_ours(f, c)) /* `: > sync` and touch succeed and do nothing */
		r = set_all(f, c, ino, ch, h);
	if (r == 0)
		r = attr_get(f, c, ino, ret);
	if (r == 0)
		ret->attr_timeout = 0; /* as in attr_entry_once */
	return r;
}

int attr_statfs(struct fs *f, struct statvfs *ret)
{
	if (statvfs(view_tree_dir(f->tree), ret) < 0)
		return -errno;
	ret->f_namemax = 255;
	return 0;
}
