#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * A growing byte buffer that refuses to outgrow its ceiling, so that nobody
 * on the other end of a socket decides how much memory we use.
 *
 * Invariants: p is NULL exactly when nothing was ever added; otherwise
 * p[len] is '\0' and len <= max.
 *
 * An error sticks: after a failed addition each further one fails with the
 * same code, and the bytes stay as they were before the failure. So a caller
 * may add a whole page of text and ask buf_error() once at the end.
 */
struct buf {
	char *p; /* owned */
	size_t len;
	size_t cap;
	size_t max;
	int error;
};

#define BUF_INIT(limit) { .max = (limit) }

/* 0, -EFBIG (ceiling), -ENOMEM. */
int buf_add(struct buf *b, const void *p, size_t n);

/* Adds a string without its NUL; NULL adds nothing. */
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
int buf_addv(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);

/* Grows to n bytes, new ones zero, or cuts to n bytes. 0, -EFBIG, -ENOMEM. */
int buf_resize(struct buf *b, size_t n);

/* The first error of an addition since init or reset, or 0. */
MUST_CHECK int buf_error(const struct buf *b);

/* The bytes as a string; "" when nothing was added. Valid until the next change. */
const char *buf_str(const struct buf *b);

/* The string, which is the caller's now; b is empty. NULL when out of memory. */
char *buf_take(struct buf *b);

/* Empties it, forgets an error and keeps the memory. */
void buf_reset(struct buf *b);

/* Empties it and frees the memory; b may be used again. */
void buf_release(struct buf *b);

static inline void buf_release_p(struct buf *b)
{
	buf_release(b);
}

/* The same for what is secret: overwrites the memory first. Growing leaves copies behind: buf_reserve() before. */
void buf_wipe(struct buf *b);
static inline void buf_wipe_p(struct buf *b)
{
	buf_wipe(b);
}

/* Takes all memory up to the ceiling at once, for an empty b. 0 or -ENOMEM. */
MUST_CHECK int buf_reserve(struct buf *b);

#endif
