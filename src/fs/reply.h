#ifndef FS_REPLY_H
#define FS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct entry;
struct fs;
struct fuse_pollhandle;
struct fuse_req;
struct handle;

/*
 * What ops.c does with libfuse for the others: late answers and notifications.
 * r is 0 or a negative errno. A request is gone once it was answered.
 */
void reply_err(struct fuse_req *q, int r);
void reply_bytes(struct fuse_req *q, const void *p, size_t n);

/* n bytes were written. */
void reply_written(struct fuse_req *q, size_t n);

/* A missing name is an error unless the kernel may remember that it is missing. */
void reply_entry(struct fuse_req *q, int r, const struct entry *e);
void reply_attr(struct fuse_req *q, int r, const struct entry *e);

/* n bytes of a file from `off` on; fewer at its end. */
void reply_file(struct fuse_req *q, int fd, size_t n, int64_t off);

/* 0; -ENOENT: the caller was interrupted meanwhile and will not release the handle. */
MUST_CHECK int reply_opendir(struct fuse_req *q, struct handle *handle);

/*
 * fn is called once, from some FUSE thread, when the caller is interrupted; at once when it has been.
 * NULL takes it back, and then no call of fn is running any more. Not from within fn.
 */
void reply_on_interrupt(struct fuse_req *q, void (*fn)(struct fuse_req *q, void *arg), void *arg);

/* The kernel forgets a name / an inode's attributes, with data its pages too. Never from a FUSE thread, but for an
 * inode's attributes alone, which waits for nothing. */
void reply_forget_entry(struct fs *f, int64_t parent, const char *name);
void reply_forget_inode(struct fs *f, int64_t ino, bool data);

/*
 * The kernel takes these n bytes as all that is in the file, and will not ask for them. From the FUSE thread that answers an open,
 * before the answer: it waits for pages for which a READ or a WRITE is under way, so there must be no other handle.
 * 0 or -errno: then it may have a part of them.
 */
MUST_CHECK int reply_store(struct fs *f, int64_t ino, const void *p, size_t n);

/* Wakes who polls, once per handle. */
void reply_poll(struct fuse_pollhandle *ph);
void reply_poll_free(struct fuse_pollhandle *ph);

#endif
