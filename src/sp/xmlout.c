#include "xmlout.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* What a byte below 0x80 is written as; NULL: as it is, "": dropped. */
static const char *replacement(unsigned char c, bool attr)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '\r':
		return "&#13;";
	case '"':
		return attr ? "&quot;" : NULL;
	case '\n':
		return attr ? "&#10;" : NULL;
	case '\t':
		return attr ? "&#9;" : NULL;
	default:
		return c < 0x20 ? "" : NULL;
	}
}

/* The length of the character that begins at s; 0: none does. */
static size_t char_len(const char *s)
{
	unsigned char c = (unsigned char) *s;
	size_t n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	return strnlen(s, n) == n && str_utf8_valid(s, n) ? n : 0;
}

/* Adds one character beyond ASCII; returns how many bytes of s it took. */
static size_t add_char(struct buf *out, const char *s)
{
	size_t n = char_len(s);

	if (n == 0) {
		buf_adds(out, "\xef\xbf\xbd");
		return 1;
	}
	/* U+FFFE and U+FFFF are no characters of XML. */
	if (n != 3 || memcmp(s, "\xef\xbf", 2) != 0 || (unsigned char) s[2] < 0xbe)
		buf_add(out, s, n);
	return n;
}

static void add(struct buf *out, const char *s, bool attr)
{
	const char *plain = s;

	while (*s) {
		const char *with = NULL;

		if ((unsigned char) *s < 0x80) {
			with = replacement((unsigned char) *s, attr);
			if (!with) {
				s++;
				continue;
			}
		}
		buf_add(out, plain, (size_t) (s - plain));
		if (with)
			buf_adds(out, with);
		s += with ? 1 : add_char(out, s);
		plain = s;
	}
	buf_add(out, plain, (size_t) (s - plain));
}

void xmlout_text(struct buf *out, const char *s)
{
	add(out, s, false);
}

void xmlout_attr(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(out, " %s=\"", name);
	add(out, value, true);
	buf_addc(out, '"');
}

void xmlout_element(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_addf(out, "<%s>", name);
	xmlout_text(out, text);
	buf_addf(out, "</%s>", name);
}
