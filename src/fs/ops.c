/*
 * The only file that sees libfuse. Each operation unpacks what the kernel sent,
 * calls the function that knows, and replies; there is no decision here. What is
 * answered later keeps its fuse_req_t, which others know as struct fuse_req.
 */
#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "control.h"
#include "dir.h"
#include "file.h"
#include "later.h"
#include "loop.h"
#include "names.h"
#include "ops.h"
#include "reply.h"
#include "request.h"
#include "xattr.h"

/* What an operation is given and does not need. */
#define UNUSED __attribute__((unused))

enum { XATTR_MAX = 64 << 10 };

static struct fs *fs_of(fuse_req_t q)
{
	return fuse_req_userdata(q);
}

static struct caller caller_of(fuse_req_t q)
{
	return (struct caller) { fuse_req_ctx(q)->pid };
}

/* ---- replies ------------------------------------------------------------------------- */

void reply_err(struct fuse_req *q, int r)
{
	fuse_reply_err(q, -r);
}

void reply_bytes(struct fuse_req *q, const void *p, size_t n)
{
	fuse_reply_buf(q, p, n);
}

void reply_written(struct fuse_req *q, size_t n)
{
	fuse_reply_write(q, n);
}

void reply_file(struct fuse_req *q, int fd, size_t n, int64_t off)
{
	struct fuse_bufvec v = { 1, 0, 0, { { .size = n, .flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK, .fd = fd, .pos = off } } };

	fuse_reply_data(q, &v, 0);
}

int reply_opendir(struct fuse_req *q, struct handle *handle)
{
	struct fuse_file_info fi = { .fh = (uintptr_t) handle };

	return fuse_reply_open(q, &fi);
}

void reply_on_interrupt(struct fuse_req *q, void (*fn)(struct fuse_req *q, void *arg), void *arg)
{
	fuse_req_interrupt_func(q, fn, arg);
}

void reply_forget_entry(struct fs *f, int64_t parent, const char *name)
{
	fuse_lowlevel_notify_inval_entry(f->session, (fuse_ino_t) parent, name, strlen(name));
}

void reply_forget_inode(struct fs *f, int64_t ino, bool data)
{
	fuse_lowlevel_notify_inval_inode(f->session, (fuse_ino_t) ino, data ? 0 : -1, 0);
}

int reply_store(struct fs *f, int64_t ino, const void *p, size_t n)
{
	struct fuse_bufvec v = { 1, 0, 0, { { .size = n, .mem = (void *) (uintptr_t) p } } };

	return fuse_lowlevel_notify_store(f->session, (fuse_ino_t) ino, 0, &v, 0);
}

void reply_poll(struct fuse_pollhandle *ph)
{
	fuse_lowlevel_notify_poll(ph);
}

void reply_poll_free(struct fuse_pollhandle *ph)
{
	fuse_pollhandle_destroy(ph);
}

static struct fuse_entry_param param_of(const struct entry *e)
{
	return (struct fuse_entry_param) {
		.ino = e->st.st_ino, .attr = e->st, .attr_timeout = e->attr_timeout, .entry_timeout = e->entry_timeout,
	};
}

void reply_entry(struct fuse_req *q, int r, const struct entry *e)
{
	struct fuse_entry_param p;

	if (r == 0 && !e->st.st_ino && !e->entry_timeout)
		r = -ENOENT;
	if (r < 0) {
		reply_err(q, r);
		return;
	}
	p = param_of(e);
	fuse_reply_entry(q, &p);
}

void reply_attr(struct fuse_req *q, int r, const struct entry *e)
{
	if (r < 0)
		reply_err(q, r);
	else
		fuse_reply_attr(q, &e->st, e->attr_timeout);
}

/* ---- names ---------------------------------------------------------------------------- */

static void op_lookup(fuse_req_t q, fuse_ino_t parent, const char *name)
{
	struct caller c = caller_of(q);

	later_lookup(fs_of(q), q, &c, (int64_t) parent, name);
}

static void forget(struct fs *f, fuse_ino_t ino, uint64_t n)
{
	if (ino_is_control((int64_t) ino))
		control_forget(f, (int64_t) ino, n);
	else /* others are rows of the store: nobody counts who knows them */
		openset_forget(f->open, (int64_t) ino);
}

static void op_forget(fuse_req_t q, fuse_ino_t ino, uint64_t n)
{
	forget(fs_of(q), ino, n);
	fuse_reply_none(q);
}

static void op_forget_multi(fuse_req_t q, size_t n, struct fuse_forget_data *v)
{
	for (size_t i = 0; i < n; i++)
		forget(fs_of(q), v[i].ino, v[i].nlookup);
	fuse_reply_none(q);
}

static void op_mknod(fuse_req_t q, fuse_ino_t parent, const char *name, mode_t mode, dev_t dev UNUSED)
{
	struct caller c = caller_of(q);
	struct entry e;

	reply_entry(q, names_mknod(fs_of(q), &c, (int64_t) parent, name, mode, &e), &e);
}

static void op_mkdir(fuse_req_t q, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct caller c = caller_of(q);
	struct entry e;

	reply_entry(q, names_mkdir(fs_of(q), &c, (int64_t) parent, name, mode, &e), &e);
}

static void op_symlink(fuse_req_t q, const char *target, fuse_ino_t parent, const char *name)
{
	struct entry e;

	reply_entry(q, names_symlink(fs_of(q), target, (int64_t) parent, name, &e), &e);
}

static void op_readlink(fuse_req_t q, fuse_ino_t ino)
{
	CLEANUP(buf_release_p) struct buf target = BUF_INIT(PATH_MAX);
	int r = names_readlink(fs_of(q), (int64_t) ino, &target);

	if (r < 0)
		reply_err(q, r);
	else
		fuse_reply_readlink(q, buf_str(&target));
}

static void op_unlink(fuse_req_t q, fuse_ino_t parent, const char *name)
{
	struct caller c = caller_of(q);

	reply_err(q, names_unlink(fs_of(q), &c, (int64_t) parent, name));
}

static void op_rmdir(fuse_req_t q, fuse_ino_t parent, const char *name)
{
	struct caller c = caller_of(q);

	reply_err(q, names_rmdir(fs_of(q), &c, (int64_t) parent, name));
}

static void op_rename(fuse_req_t q, fuse_ino_t parent, const char *name, fuse_ino_t to_parent, const char *to_name,
		      unsigned flags)
{
	struct names_pair p = { (int64_t) parent, name, (int64_t) to_parent, to_name };
	struct caller c = caller_of(q);

	later_rename(fs_of(q), q, &c, &p, flags);
}

static void op_link(fuse_req_t q, fuse_ino_t ino, fuse_ino_t to_parent, const char *to_name)
{
	struct caller c = caller_of(q);

	later_link(fs_of(q), q, &c, (int64_t) ino, (int64_t) to_parent, to_name);
}

/* ---- attributes ------------------------------------------------------------------------ */

static struct handle *handle_of(const struct fuse_file_info *fi)
{
	return fi ? (struct handle *) (uintptr_t) fi->fh : NULL;
}

static void op_getattr(fuse_req_t q, fuse_ino_t ino, struct fuse_file_info *fi UNUSED)
{
	struct caller c = caller_of(q);

	later_getattr(fs_of(q), q, &c, (int64_t) ino);
}

static void op_setattr(fuse_req_t q, fuse_ino_t ino, struct stat *st, int valid, struct fuse_file_info *fi)
{
	struct attr_change ch = { -1, -1, -1, -1, -1 };
	struct caller c = caller_of(q);

	if (valid & FUSE_SET_ATTR_MODE)
		ch.mode = st->st_mode & 07777;
	if (valid & FUSE_SET_ATTR_SIZE)
		ch.size = st->st_size;
	if (valid & FUSE_SET_ATTR_MTIME_NOW)
		ch.mtime = clock_now_ns();
	else if (valid & FUSE_SET_ATTR_MTIME)
		ch.mtime = st->st_mtim.tv_sec * 1000000000ll + st->st_mtim.tv_nsec;
	if (valid & FUSE_SET_ATTR_UID)
		ch.uid = st->st_uid;
	if (valid & FUSE_SET_ATTR_GID)
		ch.gid = st->st_gid;
	later_setattr(fs_of(q), q, &c, (int64_t) ino, &ch, handle_of(fi));
}

static void op_statfs(fuse_req_t q, fuse_ino_t ino UNUSED)
{
	struct statvfs s;
	int r = attr_statfs(fs_of(q), &s);

	if (r < 0)
		reply_err(q, r);
	else
		fuse_reply_statfs(q, &s);
}

/* ---- extended attributes ------------------------------------------------------------------ */

/* size 0 asks how long it is. */
static void reply_xattr(fuse_req_t q, int r, const struct buf *b, size_t size)
{
	if (r == 0)
		r = buf_error(b) == -EFBIG ? -E2BIG : buf_error(b);
	if (r == 0 && size && b->len > size)
		r = -ERANGE;
	if (r < 0)
		reply_err(q, r);
	else if (!size)
		fuse_reply_xattr(q, b->len);
	else
		fuse_reply_buf(q, b->p, b->len);
}

static void op_getxattr(fuse_req_t q, fuse_ino_t ino, const char *name, size_t size)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(XATTR_MAX);
	struct fs *f = fs_of(q);
	int r = f->config.xattr ? xattr_get(f, (int64_t) ino, name, &b) : -ENOSYS;

	reply_xattr(q, r, &b, size);
}

static void op_listxattr(fuse_req_t q, fuse_ino_t ino, size_t size)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(XATTR_MAX);
	struct fs *f = fs_of(q);
	int r = f->config.xattr ? xattr_list(f, (int64_t) ino, &b) : -ENOSYS;

	reply_xattr(q, r, &b, size);
}

static void op_setxattr(fuse_req_t q, fuse_ino_t ino, const char *name, const char *value, size_t n, int flags)
{
	reply_err(q, fs_of(q)->config.xattr ? xattr_set(fs_of(q), (int64_t) ino, name, value, n, flags) : -ENOSYS);
}

static void op_removexattr(fuse_req_t q, fuse_ino_t ino, const char *name)
{
	reply_err(q, fs_of(q)->config.xattr ? xattr_remove(fs_of(q), (int64_t) ino, name) : -ENOSYS);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void op_open(fuse_req_t q, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fs *f = fs_of(q);
	struct caller c = caller_of(q);
	struct file_open o;
	int r = file_open(f, &c, (int64_t) ino, fi->flags, &o);

	if (r < 0) {
		reply_err(q, r);
		return;
	}
	handles_track(f->handles, o.handle);
	fi->fh = (uintptr_t) o.handle;
	fi->keep_cache = o.keep_cache;
	fi->direct_io = o.direct_io;
	fi->nonseekable = o.nonseekable;
	fi->noflush = o.noflush;
	if (fuse_reply_open(q, fi) == -ENOENT) { /* interrupted: the kernel will not release it */
		handles_untrack(f->handles, o.handle);
		file_release(f, o.handle);
	}
}

static void op_create(fuse_req_t q, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	struct fs *f = fs_of(q);
	struct caller c = caller_of(q);
	struct fuse_entry_param p;
	struct handle *h;
	struct entry e;
	int r = names_create(f, &c, (int64_t) parent, name, mode, fi->flags, &e, &h);

	if (r < 0) {
		reply_err(q, r);
		return;
	}
	handles_track(f->handles, h);
	p = param_of(&e);
	fi->fh = (uintptr_t) h;
	if (fuse_reply_create(q, &p, fi) == -ENOENT) {
		handles_untrack(f->handles, h);
		file_release(f, h);
	}
}

static void op_read(fuse_req_t q, fuse_ino_t ino UNUSED, size_t size, off_t off, struct fuse_file_info *fi)
{
	file_read(fs_of(q), q, handle_of(fi), size, off, fi->flags & O_NONBLOCK);
}

static void op_write(fuse_req_t q, fuse_ino_t ino UNUSED, const char *p, size_t n, off_t off, struct fuse_file_info *fi)
{
	later_write(fs_of(q), q, handle_of(fi), p, n, off);
}

static void op_flush(fuse_req_t q, fuse_ino_t ino UNUSED, struct fuse_file_info *fi)
{
	reply_err(q, file_flush(fs_of(q), handle_of(fi)));
}

static void op_fsync(fuse_req_t q, fuse_ino_t ino UNUSED, int data_only UNUSED, struct fuse_file_info *fi)
{
	file_fsync(fs_of(q), q, handle_of(fi));
}

static void op_release(fuse_req_t q, fuse_ino_t ino UNUSED, struct fuse_file_info *fi)
{
	struct fs *f = fs_of(q);

	handles_untrack(f->handles, handle_of(fi));
	file_release(f, handle_of(fi));
	reply_err(q, 0);
}

static void op_poll(fuse_req_t q, fuse_ino_t ino UNUSED, struct fuse_file_info *fi, struct fuse_pollhandle *ph)
{
	struct handle *h = handle_of(fi);

	if (h->kind == HANDLE_STREAM) {
		fuse_reply_poll(q, stream_poll(fs_of(q), h->stream, ph) ? POLLIN : 0);
		return;
	}
	if (ph)
		fuse_pollhandle_destroy(ph);
	fuse_reply_poll(q, POLLIN | POLLOUT);
}

/* ---- directories -------------------------------------------------------------------------------- */

static void op_opendir(fuse_req_t q, fuse_ino_t ino, struct fuse_file_info *fi UNUSED)
{
	struct caller c = caller_of(q);

	dir_open(fs_of(q), q, &c, (int64_t) ino);
}

struct page {
	fuse_req_t q;
	char *p;
	size_t size;
	size_t used;
	bool plus;
};

static bool emit(void *arg, const char *name, const struct entry *e, int64_t next)
{
	struct page *pg = arg;
	struct fuse_entry_param p = param_of(e);
	char *at = pg->p + pg->used;
	size_t left = pg->size - pg->used, n;

	/* Whoever wants to know its length looks it up. */
	if (e->unmeasured)
		p.ino = 0;
	if (pg->plus)
		n = fuse_add_direntry_plus(pg->q, at, left, name, &p, next);
	else
		n = fuse_add_direntry(pg->q, at, left, name, &e->st, next);
	if (n > left)
		return false;
	pg->used += n;
	return true;
}

static void read_dir(fuse_req_t q, size_t size, off_t off, struct fuse_file_info *fi, bool plus)
{
	struct page pg = { .q = q, .p = malloc(size), .size = size, .plus = plus };
	int r = pg.p ? dir_read(fs_of(q), handle_of(fi)->dir, off, plus, emit, &pg) : -ENOMEM;

	if (r < 0)
		reply_err(q, r);
	else
		fuse_reply_buf(q, pg.p, pg.used);
	free(pg.p);
}

static void op_readdir(fuse_req_t q, fuse_ino_t ino UNUSED, size_t size, off_t off, struct fuse_file_info *fi)
{
	read_dir(q, size, off, fi, false);
}

static void op_readdirplus(fuse_req_t q, fuse_ino_t ino UNUSED, size_t size, off_t off, struct fuse_file_info *fi)
{
	read_dir(q, size, off, fi, true);
}

static void op_releasedir(fuse_req_t q, fuse_ino_t ino UNUSED, struct fuse_file_info *fi)
{
	handles_untrack(fs_of(q)->handles, handle_of(fi));
	handle_free(handle_of(fi));
	reply_err(q, 0);
}

static void op_fsyncdir(fuse_req_t q, fuse_ino_t ino UNUSED, int data_only UNUSED, struct fuse_file_info *fi UNUSED)
{
	file_fsyncdir(fs_of(q), q);
}

/* ---- the session ------------------------------------------------------------------------------------ */

static void op_init(void *arg, struct fuse_conn_info *conn)
{
	conn->want &= ~(unsigned) (FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_EXPORT_SUPPORT | FUSE_CAP_POSIX_ACL);
	/* For reply_file(): else libfuse maps a buffer for each, which costs more than to copy what is in it. Not
	 * SPLICE_MOVE: to take a page out of the cache waits until it is on the disk. */
	conn->want |= conn->capable & (unsigned) FUSE_CAP_SPLICE_WRITE;
	conn->time_gran = 1;
	session_ready(arg);
}

static const struct fuse_lowlevel_ops operations = {
	.init = op_init, .lookup = op_lookup, .forget = op_forget, .forget_multi = op_forget_multi,
	.getattr = op_getattr, .setattr = op_setattr, .statfs = op_statfs,
	.mknod = op_mknod, .mkdir = op_mkdir, .symlink = op_symlink, .readlink = op_readlink,
	.unlink = op_unlink, .rmdir = op_rmdir, .rename = op_rename, .link = op_link,
	.getxattr = op_getxattr, .listxattr = op_listxattr, .setxattr = op_setxattr, .removexattr = op_removexattr,
	.open = op_open, .create = op_create, .read = op_read, .write = op_write, .flush = op_flush,
	.fsync = op_fsync, .release = op_release, .poll = op_poll,
	.opendir = op_opendir, .readdir = op_readdir, .readdirplus = op_readdirplus, .releasedir = op_releasedir,
	.fsyncdir = op_fsyncdir,
};

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
{
	CLEANUP(buf_release_p) struct buf line = BUF_INIT(4096);

	buf_addv(&line, fmt, ap);
	if (line.len && line.p[line.len - 1] == '\n')
		buf_resize(&line, line.len - 1);
	log_line(level <= FUSE_LOG_ERR ? LOG_LEVEL_ERROR : level <= FUSE_LOG_INFO ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "%s",
		 buf_str(&line));
}

int ops_new(struct fs *f, const char *options)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	int r = 0;

	fuse_set_log_func(log_fuse);
	if (fuse_opt_add_arg(&args, "spfs") < 0 || fuse_opt_add_arg(&args, options) < 0)
		r = -ENOMEM;
	if (r == 0 && !(f->session = fuse_session_new(&args, &operations, sizeof(operations), f)))
		r = -EINVAL;
	fuse_opt_free_args(&args);
	return r;
}

/* ---- the loop ---------------------------------------------------------------------------------------- */

static int receive(void *arg, void *slot)
{
	int r = fuse_session_receive_buf(((struct fs *) arg)->session, slot);

	return r > 0 ? 1 : r;
}

static bool is_long(void *arg UNUSED, const void *slot)
{
	return request_is_long(((const struct fuse_buf *) slot)->mem);
}

static void answer(void *arg, void *slot)
{
	fuse_session_process_buf(((struct fs *) arg)->session, slot);
}

static void release(void *arg UNUSED, void *slot)
{
	free(((struct fuse_buf *) slot)->mem);
}

int ops_mount(struct fs *f)
{
	struct loop_source s = {
		.arg = f, .slot = sizeof(struct fuse_buf), .receive = receive, .is_long = is_long, .answer = answer, .release = release,
	};
	int flags;

	errno = 0;
	if (fuse_session_mount(f->session, f->mountpoint) < 0)
		return errno ? -errno : -EIO;
	s.fd = fuse_session_fd(f->session);
	flags = fcntl(s.fd, F_GETFL);
	if (flags >= 0 && fcntl(s.fd, F_SETFL, flags | O_NONBLOCK) == 0 && (f->loop = loop_new(&s)))
		return 0;
	fuse_session_unmount(f->session);
	return -ENOMEM;
}

int ops_fd(const struct fs *f)
{
	return fuse_session_fd(f->session);
}

void ops_exit(struct fs *f)
{
	fuse_session_exit(f->session);
}

void ops_unmount(struct fs *f)
{
	fuse_session_unmount(f->session);
}

void ops_free(struct fs *f)
{
	fuse_session_destroy(f->session);
}
