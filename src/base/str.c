#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_eq_nocase(const char *a, const char *b)
{
	return a == b || (a && b && strcasecmp(a, b) == 0);
}

bool str_empty(const char *s)
{
	return !s || !*s;
}

int str_set(char **p, const char *s)
{
	char *copy = NULL;

	if (s) {
		copy = FAULT("str.set") ? NULL : strdup(s);
		if (!copy)
			return -ENOMEM;
	}
	free(*p);
	*p = copy;
	return 0;
}

char *str_printf(const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : p;
}

static int after_number(const char *s, const char *end)
{
	if (errno)
		return -errno;
	if (end == s)
		return -EINVAL;
	end += strspn(end, " \t\r\n");
	return *end ? -EINVAL : 0;
}

int str_to_i64(const char *s, int64_t *ret)
{
	char *end;
	long long v;
	int r;

	errno = 0;
	v = strtoll(s, &end, 10);
	r = after_number(s, end);
	if (r == 0)
		*ret = v;
	return r;
}

int str_to_u64(const char *s, uint64_t *ret)
{
	bool hex;
	char *end;
	unsigned long long v;
	int r;

	s += strspn(s, " \t\r\n");
	if (*s == '-')
		return -EINVAL;
	hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	errno = 0;
	v = strtoull(s, &end, hex ? 16 : 10);
	r = after_number(s, end);
	if (r == 0)
		*ret = v;
	return r;
}

/* What the first byte says of the character's length; 0: none begins so. */
static size_t utf8_claim(unsigned char c)
{
	if (c < 0x80)
		return 1;
	return c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

/* Length of the character that begins at s, at most n bytes; 0 when malformed. */
static size_t utf8_len(const unsigned char *s, size_t n)
{
	static const unsigned char low[5] = { 0, 0, 0, 0xa0, 0x90 };
	size_t len = utf8_claim(s[0]);

	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 || s[0] == 0xf0) && s[1] < low[len])
		return 0;
	if ((s[0] == 0xed && s[1] >= 0xa0) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return len;
}

bool str_utf8_valid(const char *s, size_t n)
{
	while (n) {
		size_t len = utf8_len((const unsigned char *) s, n);

		if (!len)
			return false;
		s += len;
		n -= len;
	}
	return true;
}

size_t str_utf8_cut(const char *s, size_t max)
{
	size_t n = strlen(s);

	if (n <= max)
		return n;
	while (max && ((unsigned char) s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

char *str_trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r\n\v\f");
	n = strlen(s);
	while (n && strchr(" \t\r\n\v\f", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

void str_free_p(char **p)
{
	free(*p);
	*p = NULL;
}

int vec_grow(void *p, size_t *cap, size_t n, size_t elem)
{
	void **array = p;
	size_t want = *cap ? *cap : 8;
	void *q;

	if (n <= *cap)
		return 0;
	while (want < n)
		want *= 2;
	q = FAULT("vec.grow") ? NULL : reallocarray(*array, want, elem);
	if (!q)
		return -ENOMEM;
	*array = q;
	*cap = want;
	return 0;
}
