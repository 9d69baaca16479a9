#ifndef FS_FILE_H
#define FS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "handle.h"
#include "state.h"

struct fuse_req;

/* How the kernel is to treat an open file. */
struct file_open {
	struct handle *handle;
	bool keep_cache;
	bool direct_io;
	bool nonseekable;
	bool noflush;
	bool news;   /* the kernel may not have heard yet of the version that is opened */
};

/*
 * Whether a version that nobody has opened yet (false of openset_same_version) is so young that the thread that
 * tells the kernel of it may be on its way: a program that opens it would see it cut to the length of the one before.
 */
bool file_is_news(const struct view_attr *a);

/* flags as of open(2). */
MUST_CHECK int file_open(struct fs *f, const struct caller *c, int64_t ino, int flags,
			 struct file_open *ret);

/* A handle on a node that was just made, and what its row says; the buffer is empty. */
MUST_CHECK int file_open_new(struct fs *f, const struct caller *c, int64_t ino, int flags, struct view_attr *ret_a,
			     struct handle **ret);

/* Answers q, now or when there is something to read. */
void file_read(struct fs *f, struct fuse_req *q, struct handle *h, size_t size, int64_t off, bool nonblock);

MUST_CHECK int file_write(struct fs *f, struct handle *h, const void *p, size_t size, int64_t off);
MUST_CHECK int file_truncate(struct fs *f, struct handle *h, int64_t size);
MUST_CHECK int file_flush(struct fs *f, struct handle *h);
void file_release(struct fs *f, struct handle *h);

/* Answers q, now or when the server has answered. */
void file_fsync(struct fs *f, struct fuse_req *q, struct handle *h);

/* Each operation on names was durable when it was answered, but for the names of files that are not closed yet. */
void file_fsyncdir(struct fs *f, struct fuse_req *q);

struct handle *handle_free(struct handle *h);

#endif
