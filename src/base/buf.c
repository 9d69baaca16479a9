#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

static int grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 64;
	char *p;

	if (b->error)
		return b->error;
	if (need > b->max)
		return b->error = -EFBIG;
	if (need < b->cap)
		return 0;
	while (cap <= need)
		cap *= 2;
	p = FAULT("buf.grow") ? NULL : realloc(b->p, cap);
	if (!p)
		return b->error = -ENOMEM;
	b->p = p;
	b->cap = cap;
	return 0;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
	int r = n > b->max ? (b->error = -EFBIG) : grow(b, b->len + n);

	if (r < 0)
		return r;
	if (n)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

int buf_adds(struct buf *b, const char *s)
{
	return s ? buf_add(b, s, strlen(s)) : buf_error(b);
}

int buf_addc(struct buf *b, char c)
{
	if (b->error || b->len + 1 >= b->cap || b->len >= b->max)
		return buf_add(b, &c, 1);
	b->p[b->len++] = c;
	b->p[b->len] = '\0';
	return 0;
}

int buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n, r;

	/* Mostly there is room, and once is enough. Behind an error nothing is written, which grow() sees to. */
	size_t room = b->error || !b->p ? 0 : b->cap - b->len;

	va_copy(again, ap);
	n = vsnprintf(room ? b->p + b->len : NULL, room, fmt, again);
	va_end(again);
	r = n < 0 ? (b->error = -EINVAL) : grow(b, b->len + (size_t) n);
	if (r < 0) {
		if (room)
			b->p[b->len] = '\0';
		return r;
	}
	if ((size_t) n >= room)
		vsnprintf(b->p + b->len, (size_t) n + 1, fmt, ap);
	b->len += (size_t) n;
	return 0;
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_addv(b, fmt, ap);
	va_end(ap);
	return r;
}

int buf_resize(struct buf *b, size_t n)
{
	int r = grow(b, n);

	if (r < 0)
		return r;
	if (n > b->len)
		memset(b->p + b->len, 0, n - b->len);
	b->len = n;
	b->p[n] = '\0';
	return 0;
}

int buf_error(const struct buf *b)
{
	return b->error;
}

const char *buf_str(const struct buf *b)
{
	return b->p ? b->p : "";
}

char *buf_take(struct buf *b)
{
	char *p = b->error ? NULL : b->p ? b->p : calloc(1, 1);

	if (b->error)
		free(b->p);
	*b = (struct buf) BUF_INIT(b->max);
	return p;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->error = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf) BUF_INIT(b->max);
}

void buf_wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_release(b);
}

int buf_reserve(struct buf *b)
{
	int r = buf_resize(b, b->max);

	buf_reset(b);
	return r;
}
