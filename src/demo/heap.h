#ifndef DEMO_HEAP_H
#define DEMO_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * Where the bytes of documents are: one file that only grows. A place is
 * taken once, written by whoever took it, and never changed after that, so a
 * reader needs no lock and an old version stays readable. Blocks of zeros
 * take no room on the disk. Thread-safe.
 */
struct heap;

/* path NULL: a file without a name, gone with the process. 0 or -errno. */
MUST_CHECK int heap_open(const char *path, struct heap **ret);
struct heap *heap_close(struct heap *h);

/* A place for n bytes; its offset, or -errno (-EFBIG, -ENOSPC: there is none so large). */
MUST_CHECK int64_t heap_take(struct heap *h, uint64_t n);

/* Writes a part of a place that was taken. 0 or -errno. */
MUST_CHECK int heap_write(struct heap *h, int64_t at, const void *p, size_t n);

/* Takes a place and fills it; its offset or -errno. */
MUST_CHECK int64_t heap_put(struct heap *h, const void *p, size_t n);

/* Reads up to n bytes; how many, or -errno. */
MUST_CHECK int64_t heap_read(struct heap *h, int64_t at, void *p, size_t n);

/* The file itself, for sendfile; foreign. */
int heap_fd(const struct heap *h);

#endif
