#ifndef SP_BASE64_H
#define SP_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;

/* Adds n bytes as RFC 4648 base64 (padded, no line breaks). Errors stick in out. */
void base64_add(const void *p, size_t n, struct buf *out);

/* A file as RFC 4648 base64 (padded, no line breaks), from any place on: nothing is kept between reads. */

/* How long n bytes become. */
int64_t base64_size(int64_t n);

/*
 * Up to n (> 0) characters of the text of fd's first `size` bytes, from the character `at` on.
 * How many; 0 at the text's end; -EIO: the file is shorter; -errno of pread(2).
 */
ssize_t base64_read(int fd, int64_t size, int64_t at, char *p, size_t n);

#endif
