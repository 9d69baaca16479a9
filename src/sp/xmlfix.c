#include "xmlfix.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static bool is_char(unsigned long c)
{
	return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
	       (c > 0xffff && c <= 0x10ffff);
}

/* "&#x1" or "&#1" without the semicolon, so far. */
static bool is_forbidden(const char *ref)
{
	if (ref[1] != '#')
		return false;
	return !is_char(strtoul(ref + (ref[2] == 'x' ? 3 : 2), NULL, ref[2] == 'x' ? 16 : 10));
}

static void flush(struct xmlfix *f, struct buf *out)
{
	buf_add(out, f->ref, f->len);
	f->len = 0;
}

static void start_or_add(struct xmlfix *f, char c, struct buf *out)
{
	if (c == '&') {
		f->ref[0] = c;
		f->len = 1;
	} else if (is_char((unsigned char) c)) {
		buf_addc(out, c);
	}
}

int xmlfix_feed(struct xmlfix *f, const char *p, size_t n, struct buf *out)
{
	for (; n; p++, n--) {
		if (!f->len) {
			start_or_add(f, *p, out);
		} else if (*p == ';') {
			f->ref[f->len] = '\0';
			if (is_forbidden(f->ref)) {
				f->len = 0;
				continue;
			}
			flush(f, out);
			buf_addc(out, ';');
		} else if ((*p == '#' || isalnum((unsigned char) *p)) && f->len + 2 < sizeof(f->ref)) {
			f->ref[f->len++] = *p;
		} else {
			flush(f, out);
			start_or_add(f, *p, out);
		}
	}
	return buf_error(out);
}

int xmlfix_end(struct xmlfix *f, struct buf *out)
{
	flush(f, out);
	return buf_error(out);
}
