#include "name_map.h"

#include <string.h>

#include "base/utf8.h"

enum { SLASH = 0xff0f, DOT = 0xff0e, CONTROL = 0x2400, DELETE = 0x2421, BROKEN = 0xfffd };

/* Characters that the mapping puts in the place of others. */
static bool stands_for_another(unsigned c)
{
	return c == SLASH || c == DOT || c == DELETE || (c > CONTROL && c <= CONTROL + 0x1f);
}

static void add(struct name_map *out, const char *s, size_t n)
{
	if (out->full || n >= sizeof(out->p) - out->len) {
		out->full = true;
		return;
	}
	memcpy(out->p + out->len, s, n);
	out->len += n;
	out->p[out->len] = '\0';
}

static void add_char(struct name_map *out, unsigned c)
{
	char utf8[4];

	add(out, utf8, utf8_put(c, utf8));
}

static void add_escaped(struct name_map *out, const char *s, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	char escaped[3 * 4];

	for (size_t i = 0; i < n; i++) {
		escaped[3 * i] = '%';
		escaped[3 * i + 1] = digits[(unsigned char) s[i] >> 4];
		escaped[3 * i + 2] = digits[(unsigned char) s[i] & 15];
	}
	add(out, escaped, 3 * n);
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* How many bytes at s, which follow a '%', complete the escape of one character: "E2%80%AE" is 8. 0: none. */
static size_t escape_len(const char *s, const char *end, unsigned *ret)
{
	char utf8[4] = "";
	size_t want = 1, n = 0;

	for (; n < want; n++) {
		const char *at = s + 3 * n;
		int hi = end - at >= 2 ? hex(at[0]) : -1, lo = hi < 0 ? -1 : hex(at[1]);

		if (lo < 0 || (n && at[-1] != '%'))
			return 0;
		utf8[n] = (char) (hi * 16 + lo);
		if (n == 0)
			want = hi < 0xc ? 1 : hi < 0xe ? 2 : 3;
	}
	if (utf8_get(utf8, ret) != n || !(utf8_is_hidden(*ret) || stands_for_another(*ret)))
		return 0;
	return 3 * n - 1;
}

/* Whether the '%' at s would be read as the beginning of an escape, "%25" included. */
static bool misleads(const char *s, const char *end)
{
	unsigned c;

	for (s++; end - s >= 2 && s[0] == '2' && s[1] == '5'; s += 2)
		;
	return escape_len(s, end, &c) > 0;
}

static void map_char(struct name_map *out, unsigned c, const char *s, size_t len, bool first)
{
	if (c == '/')
		add_char(out, SLASH);
	else if (c < 0x20 || c == 0x7f)
		add_char(out, c == 0x7f ? DELETE : CONTROL + c);
	else if (utf8_is_hidden(c) || (stands_for_another(c) && (c != DOT || first)))
		add_escaped(out, s, len);
	else
		add(out, s, len);
}

void name_map(struct name_map *out, const char *s, size_t n, bool dot)
{
	const char *start = s, *end = s + n;

	for (size_t len; s < end; s += len) {
		unsigned c = BROKEN;

		len = utf8_get(s, &c);
		if (!len || len > (size_t) (end - s)) {
			len = 1;
			add_char(out, BROKEN);
		} else if (c == '.' && dot && s == start) {
			add_char(out, DOT);
		} else if (c == '%' && misleads(s, end)) {
			add(out, "%25", 3);
		} else {
			map_char(out, c, s, len, s == start);
		}
	}
}

/* One character that stands for another, taken back. */
static void unmap_char(struct name_map *out, unsigned c, const char *s, size_t len, bool first)
{
	if (c == SLASH)
		add(out, "/", 1);
	else if (c == DELETE)
		add(out, "\x7f", 1);
	else if (c == DOT && first)
		add(out, ".", 1);
	else if (c > CONTROL && c <= CONTROL + 0x1f)
		add_char(out, c - CONTROL);
	else
		add(out, s, len);
}

void name_unmap(struct name_map *out, const char *s, size_t n)
{
	const char *start = s, *end = s + n;

	for (size_t len; s < end; s += len) {
		unsigned c = 0;
		size_t escape = *s == '%' ? escape_len(s + 1, end, &c) : 0;

		len = escape ? escape + 1 : utf8_get(s, &c);
		if (escape) {
			add_char(out, c);
		} else if (c == '%' && misleads(s, end)) {
			len = 3;
			add(out, "%", 1);
		} else {
			len = len && len <= (size_t) (end - s) ? len : 1;
			unmap_char(out, c, s, len, s == start);
		}
	}
}
