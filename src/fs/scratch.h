#ifndef FS_SCRATCH_H
#define FS_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;
struct fs;

/*
 * Files that are only local: scratch/INO in the data directory. A missing file is an
 * empty one, so that making a node needs no second step that could be lost.
 */

/* Opens it for reading and writing, made when missing. 0 or -errno. */
MUST_CHECK int scratch_open(struct fs *f, int64_t ino, int *ret_fd);

/* Adds all its bytes; -EFBIG beyond out's ceiling. */
MUST_CHECK int scratch_read_all(struct fs *f, int64_t ino, struct buf *out);

/* Replaces its bytes, durably. */
MUST_CHECK int scratch_replace(struct fs *f, int64_t ino, const void *p, size_t n);

void scratch_remove(struct fs *f, int64_t ino);

/* Once after mounting: removes files without a node, and known temporaries that nobody touched for
 * 7 days. */
void scratch_sweep(struct fs *f);

#endif
