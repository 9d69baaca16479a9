#ifndef BASE_FSUTIL_H
#define BASE_FSUTIL_H

#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

struct buf;

/* mkdir -p; existing directories are left as they are. 0 or -errno. */
MUST_CHECK int fsutil_mkdirs(const char *path, mode_t mode);

/* Adds the whole file to b, as far as b's ceiling allows. 0, -errno, -EFBIG. */
MUST_CHECK int fsutil_read(const char *path, struct buf *b);

/*
 * Replaces a file so that a crash leaves the old or the new one whole:
 * temporary file beside it, write, fsync, rename, fsync of the directory.
 */
MUST_CHECK int fsutil_replace(const char *path, mode_t mode, const void *p, size_t n);

/* fsync of a directory by path. 0 or -errno. */
MUST_CHECK int fsutil_sync_dir(const char *path);

/*
 * Takes an exclusive lock that lives as long as the descriptor (O_CLOEXEC);
 * the file is made when missing. 0, -EWOULDBLOCK: somebody holds it; -errno.
 */
MUST_CHECK int fsutil_lock(const char *path, int *ret_fd);

/* Writes all n bytes. 0 or -errno. */
MUST_CHECK int fsutil_write_all(int fd, const void *p, size_t n);

/* Copies all bytes of `from` to the start of `to`; where the file system can, they share them. 0 or -errno. */
MUST_CHECK int fsutil_copy(int from, int to);

/* Whether two files have the same bytes: 1, 0, -errno. */
MUST_CHECK int fsutil_same(int a, int b);

/* Closes *fd when it is open (>= 0) and sets it to -1; for CLEANUP(fsutil_close_p). */
void fsutil_close_p(int *fd);

#endif
