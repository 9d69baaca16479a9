#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"
#include "base/str.h"
#include "base/utf8.h"
#include "fmt_mime.h"

enum { MAX_CHARSET = 40 };

/* ---- quoted-printable and base64 -------------------------------------------------------- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char) (c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of a line's end at s. */
static size_t newline(const char *s, size_t n)
{
	if (n && *s == '\n')
		return 1;
	return n > 1 && s[0] == '\r' && s[1] == '\n' ? 2 : 0;
}

void mime_unquote(const char *s, size_t n, bool header, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		size_t end;

		if (s[i] != '=') {
			buf_addc(out, header && s[i] == '_' ? ' ' : s[i]);
			continue;
		}
		end = newline(s + i + 1, n - i - 1);
		if (end) { /* the line goes on */
			i += end;
		} else if (i + 2 < n && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
			buf_addc(out, (char) (hex(s[i + 1]) << 4 | hex(s[i + 2])));
			i += 2;
		} else {
			buf_addc(out, '=');
		}
	}
}

void mime_unbase64(const char *s, size_t n, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; i < n && s[i] != '='; i++) {
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;

		if (!at)
			continue;
		bits = bits << 6 | (unsigned) (at - digits);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_addc(out, (char) (bits >> have & 0xff));
	}
}

/* ---- charsets ------------------------------------------------------------------------------ */

int mime_charset(const char *charset, const char *s, size_t n, struct buf *out)
{
	static const char *const same[] = { "", "utf-8", "utf8", "us-ascii", "ascii" };
	static const char *const latin[] = { "iso-8859-1", "latin1", "iso_8859-1" };

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (strcasecmp(charset, same[i]) == 0)
			return buf_add(out, s, n);
	for (size_t i = 0; i < sizeof(latin) / sizeof(*latin); i++) {
		if (strcasecmp(charset, latin[i]) != 0)
			continue;
		for (; n; s++, n--) {
			char utf8[4];

			buf_add(out, utf8, utf8_put((unsigned char) *s, utf8));
		}
		return buf_error(out);
	}
	return -EINVAL;
}

/* ---- encoded words --------------------------------------------------------------------------- */

/* "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=" at s. Adds what it means; returns its length, 0: it is none. */
static size_t read_word(const char *s, struct buf *out)
{
	const char *coding, *text, *end;
	char charset[MAX_CHARSET];
	struct buf bytes = BUF_INIT(out->max), utf8 = BUF_INIT(out->max);
	size_t n;
	int r;

	if (strncmp(s, "=?", 2) != 0)
		return 0;
	n = strcspn(s + 2, "?* ");
	coding = strchr(s + 2 + n, '?');
	if (!coding || (n >= sizeof(charset) && !PLANTED("charset_overflow")) || !coding[1] || coding[2] != '?')
		return 0;
	memcpy(charset, s + 2, n);
	charset[n] = '\0';
	text = coding + 3;
	end = text + strcspn(text, "? ");
	if (end[0] != '?' || end[1] != '=' || !strchr("QqBb", coding[1]))
		return 0;
	if ((coding[1] | 0x20) == 'q')
		mime_unquote(text, (size_t) (end - text), true, &bytes);
	else
		mime_unbase64(text, (size_t) (end - text), &bytes);
	r = buf_error(&bytes);
	if (r == 0)
		r = mime_charset(charset, buf_str(&bytes), bytes.len, &utf8);
	if (r == 0 && str_utf8_valid(buf_str(&utf8), utf8.len))
		r = buf_add(out, buf_str(&utf8), utf8.len);
	else
		r = -EINVAL;
	buf_release(&bytes);
	buf_release(&utf8);
	return r == 0 ? (size_t) (end + 2 - s) : 0;
}

void mime_words(const char *s, struct buf *out)
{
	while (*s) {
		size_t n = read_word(s, out);

		if (!n) {
			buf_addc(out, *s++);
			continue;
		}
		s += n;
		/* White space between two of them is no part of the text (RFC 2047, 6.2). */
		n = strspn(s, " \t");
		if (n && strncmp(s + n, "=?", 2) == 0)
			s += n;
	}
}
