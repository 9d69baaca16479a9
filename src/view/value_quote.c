/*
 * Quotation marks (presentation 3.2). They are for what a line cannot hold as it
 * is. Whoever writes a '"' as the first character means them, so that an
 * unfinished quotation is an error and not a value with a mark in it.
 */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "value.h"

static bool is_control(char c)
{
	return (unsigned char) c < 0x20 || c == 0x7f;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool needs_marks(const char *s)
{
	size_t n = strlen(s);

	if (n && (is_blank(s[0]) || is_blank(s[n - 1])))
		return true;
	for (; *s; s++)
		if (is_control(*s))
			return true;
	return false;
}

static void add_quoted(struct buf *out, const char *s)
{
	static const char plain[] = "\"\\\n\r\t", letters[] = "\"\\nrt";

	buf_addc(out, '"');
	for (; *s; s++) {
		const char *at = strchr(plain, *s);

		if (at)
			buf_addf(out, "\\%c", letters[at - plain]);
		else if (is_control(*s))
			buf_addf(out, "\\u%04x", (unsigned) *s);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

void quote_add(struct buf *out, const char *s, const char *special)
{
	if (*s == '"' || needs_marks(s) || strpbrk(s, special))
		add_quoted(out, s);
	else
		buf_adds(out, s);
}

void quote_line(struct buf *out, const char *s)
{
	if (needs_marks(s))
		add_quoted(out, s);
	else
		buf_adds(out, s);
}

size_t quote_len(const char *s, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '"')
			return i + 1;
	}
	return 0;
}

/* The number of the four hexadecimal digits at s, or -1. */
static long hex4(const char *s, size_t n)
{
	long c = 0;

	if (n < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;

		if (!at)
			return -1;
		c = c * 16 + (at - digits) % 16;
	}
	return c;
}

/* What follows a backslash; n bytes are there. Its length, or -EINVAL. */
static int read_escape(const char *s, size_t n, struct buf *out, struct err *err)
{
	static const char letters[] = "nrt", plain[] = "\n\r\t";
	const char *at = strchr(letters, *s);
	char utf8[4];
	long c;

	if (*s != 'u') {
		buf_addc(out, at ? plain[at - letters] : *s);
		return 1;
	}
	c = hex4(s + 1, n - 1);
	if (c <= 0 || (c >= 0xd800 && c <= 0xdfff))
		return err_set(err, -EINVAL, "\\u needs four hexadecimal digits of a character; write \\\\ for a backslash");
	buf_add(out, utf8, utf8_put((unsigned) c, utf8));
	return 5;
}

int quote_read(const char *s, size_t n, struct buf *out, struct err *err)
{
	size_t len;

	if (!n || *s != '"') {
		buf_add(out, s, n);
		return buf_error(out);
	}
	len = quote_len(s, n);
	if (!len)
		return err_set(err, -EINVAL, "unterminated quotation; end it with \" or write \\\" for the mark itself");
	if (len < n)
		return err_set(err, -EINVAL, "text after the closing quotation mark; within a quotation write \\\"");
	for (size_t i = 1; i < n - 1; i++) {
		int r = 0;

		if (s[i] == '\\')
			r = read_escape(s + i + 1, n - i - 2, out, err);
		else
			buf_addc(out, s[i]);
		if (r < 0)
			return r;
		i += (size_t) r;
	}
	return buf_error(out);
}

/* The length of the element at s: up to the next ';' that no quotation at its beginning holds. */
static size_t element_len(const char *s)
{
	size_t n = strlen(s), i = strspn(s, " \t");

	if (s[i] == '"') {
		size_t quoted = quote_len(s + i, n - i);

		i = quoted ? i + quoted : n;
	}
	return i + strcspn(s + i, ";");
}

int quote_list(const char *s, int (*fn)(void *arg, const char *elem, size_t n), void *arg)
{
	int r = 0;

	while (r == 0 && *s) {
		size_t n = element_len(s), skip = strspn(s, " \t"), end = n;

		while (end > skip && is_blank(s[end - 1]))
			end--;
		if (end > skip)
			r = fn(arg, s + skip, end - skip);
		s += n;
		s += *s == ';';
	}
	return r;
}
