#include "proto.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static bool needs_escape(unsigned char c)
{
	return c <= ' ' || c == '%' || c == 0x7f;
}

void proto_add_word(struct buf *out, const char *word)
{
	if (!*word) {
		buf_addc(out, '-');
		return;
	}
	if (strcmp(word, "-") == 0) {
		buf_adds(out, "%2D");
		return;
	}
	for (; *word; word++) {
		unsigned char c = (unsigned char) *word;

		if (needs_escape(c))
			buf_addf(out, "%%%02X", c);
		else
			buf_addc(out, (char) c);
	}
}

int proto_add_request(struct buf *out, int argc, const char *const argv[])
{
	size_t before = out->len;
	int r;

	if (argc < 1)
		return -EINVAL;
	if (argc > PROTO_WORDS)
		return -E2BIG;
	for (int i = 0; i < argc; i++) {
		proto_add_word(out, argv[i]);
		buf_addc(out, i + 1 < argc ? ' ' : '\n');
	}
	r = buf_error(out);
	return r == -EFBIG || (r == 0 && out->len - before > PROTO_LINE_BYTES) ? -E2BIG : r;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char) tolower((unsigned char) c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int proto_decode_word(char *word)
{
	char *to = word;

	if (strcmp(word, "-") == 0) {
		*word = '\0';
		return 0;
	}
	for (const char *s = word; *s; s++) {
		int high, low;

		if (*s != '%') {
			*to++ = *s;
			continue;
		}
		high = hex(s[1]);
		low = high < 0 ? -1 : hex(s[2]);
		if (low < 0 || high + low == 0)
			return -EINVAL;
		*to++ = (char) (high << 4 | low);
		s += 2;
	}
	*to = '\0';
	return 0;
}

int proto_split_request(char *line, char *ret_argv[PROTO_WORDS + 1], int *ret_argc)
{
	int n = 0;

	while (line) {
		char *word = line;
		char *blank = strchr(line, ' ');

		if (n == PROTO_WORDS)
			return -E2BIG;
		if (blank)
			*blank++ = '\0';
		line = blank;
		if (!*word || proto_decode_word(word) < 0)
			return -EINVAL;
		ret_argv[n++] = word;
	}
	ret_argv[n] = NULL;
	*ret_argc = n;
	return 0;
}

void proto_add_ok(struct buf *out, int64_t length)
{
	if (length < 0)
		buf_adds(out, "ok\n");
	else
		buf_addf(out, "ok %lld\n", (long long) length);
}

void proto_add_error(struct buf *out, int code, const char *text)
{
	buf_addf(out, "error %d ", -code);
	/* The text may quote a title or an answer of the server: it stays one line. */
	for (; *text; text++)
		buf_addc(out, (unsigned char) *text < ' ' || *text == 0x7f ? ' ' : *text);
	buf_addc(out, '\n');
}

static int read_error(const char *s, struct proto_head *ret)
{
	int code = 0, n;

	for (n = 0; n < 5 && isdigit((unsigned char) s[n]); n++)
		code = code * 10 + (s[n] - '0');
	if (!code || code > 4095 || (s[n] && s[n] != ' '))
		return -EPROTO;
	*ret = (struct proto_head) { .code = -code, .length = -1, .text = s + n + (s[n] == ' ') };
	return 0;
}

int proto_read_head(const char *line, struct proto_head *ret)
{
	int64_t length = -1;

	if (str_starts(line, "error "))
		return read_error(line + 6, ret);
	if (strcmp(line, "ok") != 0 &&
	    (!str_starts(line, "ok ") || !isdigit((unsigned char) line[3]) || str_to_i64(line + 3, &length) < 0))
		return -EPROTO;
	*ret = (struct proto_head) { .length = length, .text = "" };
	return 0;
}
