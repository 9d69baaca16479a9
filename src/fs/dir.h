#ifndef FS_DIR_H
#define FS_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "state.h"

struct fuse_req;

/*
 * Open directories. A listing is a snapshot of names, taken when reading begins
 * at the start, so that a program that replaces files while it reads (find -exec
 * sed -i) does not meet them again. The attributes that readdirplus hands to the
 * kernel for an hour are those of the snapshot only while nothing has changed since
 * (fs.changes); afterwards each is read again.
 */
struct dir;

/* Answers q: at once, or when the list was synchronised (S3). */
void dir_open(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino);
void dir_release(struct dir *d);

/* Takes an entry; false: it does not fit. */
typedef bool (*dir_emit_fn)(void *arg, const char *name, const struct entry *e, int64_t next);

/* Hands out entries from offset `off` on. plus: with all attributes (else st_ino and the type in
 * st_mode). */
MUST_CHECK int dir_read(struct fs *f, struct dir *d, int64_t off, bool plus, dir_emit_fn emit, void *arg);

#endif
