#ifndef SP_SPOOL_H
#define SP_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

/*
 * Keeps the bytes of an answer until it is known to be good, so that one which is not
 * well-formed can be read a second time: in memory at first, beyond 1 MiB in a file without a name.
 */
struct spool {
	const char *dir; /* foreign; where the file is made; NULL: in memory too (memfd) */
	struct buf mem;  /* owned */
	int fd;          /* owned; -1: all is in mem */
};

#define SPOOL_INIT(directory) { .dir = (directory), .mem = BUF_INIT(1 << 20), .fd = -1 }

/* 0, -ENOMEM, -errno of open(2) and write(2). */
MUST_CHECK int spool_add(struct spool *s, const void *p, size_t n);

/* Calls fn with all of it, in order, until it returns a negative number, which is returned. */
MUST_CHECK int spool_each(const struct spool *s, int (*fn)(void *arg, const char *p, size_t n), void *arg);

void spool_release(struct spool *s);

#endif
