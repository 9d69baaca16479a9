#ifndef FS_CONTROL_H
#define FS_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "dir.h"
#include "state.h"

struct file_open;
struct fuse_pollhandle;
struct fuse_req;
struct handle;
struct stream;

/*
 * .spfs of the mount and of each list: reachable by name, never listed by the
 * directory it is in. A file's text is made when it is opened; its size is that of
 * the text now, so that tar and rsync copy it; no attribute of it is cached.
 */

struct control *control_new(void); /* NULL: out of memory */
struct control *control_free(struct control *c);

/* Whether `name` in `parent` is ours: .spfs in the root and in lists, .xdg-volume-info, all below .spfs. */
bool control_owns(struct fs *f, int64_t parent, const char *name);

/* -ENOENT. A found entry is one look-up more to forget. */
MUST_CHECK int control_lookup(struct fs *f, int64_t parent, const char *name, struct entry *ret);
void control_forget(struct fs *f, int64_t ino, uint64_t n);
MUST_CHECK int control_attr(struct fs *f, int64_t ino, struct entry *ret);

MUST_CHECK int control_open(struct fs *f, const struct caller *c, int64_t ino, int flags, struct file_open *ret);

/* One write, one command. -EINVAL, -ENOENT, -ENETDOWN, -EACCES. What is written to a file of subdir.h is gathered. */
MUST_CHECK int control_write(struct fs *f, struct handle *h, const char *p, size_t n, int64_t off);

/* Of a file of subdir.h; of others it does nothing. -EFBIG, -ENOMEM. */
MUST_CHECK int control_truncate(struct handle *h, int64_t size);

/* A writer closes it: what was gathered is done. As subdir_save(). */
MUST_CHECK int control_flush(struct fs *f, struct handle *h);

/* Entries of a control directory: names and inode numbers. */
MUST_CHECK int control_dir(struct fs *f, int64_t ino,
			   int (*fn)(void *arg, const char *name, bool is_dir), void *arg);
/* Gives up what a file of outbox/, conflicts/ or drafts/ stands for. -EPERM: others cannot be removed. */
MUST_CHECK int control_unlink(struct fs *f, const struct caller *c, int64_t parent, const char *name);

/* ---- stream.c: progress and events ---- */

MUST_CHECK int stream_open(struct fs *f, bool events, struct stream **ret);
struct stream *stream_free(struct stream *s);

/* Answers q: with bytes, at the end with none, -EAGAIN (nonblock), later, or -EINTR. */
void stream_read(struct fs *f, struct stream *s, struct fuse_req *q, size_t size, bool nonblock);

/* Whether something can be read; keeps ph (NULL allowed) and wakes it when that changes. */
bool stream_poll(struct fs *f, struct stream *s, struct fuse_pollhandle *ph);

#endif
