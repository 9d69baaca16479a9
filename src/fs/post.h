#ifndef FS_POST_H
#define FS_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "handle.h"
#include "state.h"
#include "view/name.h"

struct file_open;

/*
 * The first post of a thread (presentation 4.8). In the store it is the folder that its answers are in, and has no other node; here
 * it is a file among them, named as they are. It can be read, and written in place or by renaming a new file over it; it goes with its
 * directory and not before.
 */

/* Its name, and a number that it has nowhere else; -ENOENT: the directory is no thread of the server's. */
MUST_CHECK int post_find(struct fs *f, int64_t dir, char ret_name[VIEW_NAME_SIZE], int64_t *ret_ino);

/* Whether that is its name. */
bool post_owns(struct fs *f, int64_t dir, const char *name);

/* -ENOENT: it has another name, or is not there. */
MUST_CHECK int post_lookup(struct fs *f, int64_t dir, const char *name, struct entry *ret);
/* -ESTALE. */
MUST_CHECK int post_attr(struct fs *f, int64_t ino, struct entry *ret);

/* -EACCES: it may not be written; -ESTALE. */
MUST_CHECK int post_open(struct fs *f, const struct caller *c, int64_t ino, int flags, struct file_open *ret);

/* A writer has closed it: what it wrote is to be sent. An empty text is none. -EINVAL: not as a post can be changed; nothing is. */
MUST_CHECK int post_flush(struct fs *f, struct handle *h);

/* A file was renamed over it: the same. tgid: whose. */
MUST_CHECK int post_save(struct fs *f, int64_t dir, pid_t tgid, const char *text, size_t n);

#endif
