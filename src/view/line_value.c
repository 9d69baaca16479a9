#include <string.h>

#include "line.h"

enum { FOLD = 75 }; /* bytes in a line, without its end */

/* ---- TEXT: \\ \; \, \n ------------------------------------------------------------ */

/* Adds what the backslash at s and the character behind it mean; what we do not know stays. Returns their length. */
static size_t read_escape(const char *s, struct buf *out)
{
	switch (s[1]) {
	case '\\':
	case ';':
	case ',':
		buf_addc(out, s[1]);
		return 2;
	case 'n':
	case 'N':
		buf_addc(out, '\n');
		return 2;
	default:
		buf_addc(out, '\\');
		return 1;
	}
}

const char *line_part(const char *value, char separator, struct buf *out)
{
	char stop[] = { '\\', separator, '\0' };

	while (*value) {
		size_t n = strcspn(value, stop);

		buf_add(out, value, n);
		value += n;
		if (*value == '\\')
			value += read_escape(value, out);
		else if (*value)
			return value + 1;
	}
	return NULL;
}

void line_unescape(const char *value, struct buf *out)
{
	line_part(value, '\0', out);
}

void line_escape(const char *text, struct buf *out)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char) *text;

		if (c == '\n')
			buf_adds(out, "\\n");
		else if (strchr("\\;,", c))
			buf_addf(out, "\\%c", c);
		else if (c != '\r')
			buf_addc(out, c == '\t' || (c >= ' ' && c != 0x7f) ? (char) c : ' ');
	}
}

/* ---- folding ---------------------------------------------------------------------- */

/* How many of the n bytes at s fit into `most` without dividing a character. */
static size_t fit(const char *s, size_t n, size_t most)
{
	if (n <= most)
		return n;
	while (most > 1 && ((unsigned char) s[most] & 0xc0) == 0x80)
		most--;
	return most;
}

void line_fold(const char *line, struct buf *out)
{
	size_t n = strlen(line), k = fit(line, n, FOLD);

	buf_add(out, line, k);
	for (line += k, n -= k; n; line += k, n -= k) {
		k = fit(line, n, FOLD - 1);
		buf_adds(out, "\n ");
		buf_add(out, line, k);
	}
	buf_addc(out, '\n');
}

/* An error of the line's own buffer becomes the output's: nothing that is incomplete may count as written. */
static void fold_buf(struct buf *line, struct buf *out)
{
	if (buf_error(line) < 0 && !out->error)
		out->error = line->error;
	line_fold(buf_str(line), out);
	buf_release(line);
}

void line_write(const char *head, const char *value, struct buf *out)
{
	struct buf line = BUF_INIT(out->max);

	buf_adds(&line, head);
	buf_addc(&line, ':');
	buf_adds(&line, value);
	fold_buf(&line, out);
}

void line_text(const char *head, const char *text, struct buf *out)
{
	struct buf line = BUF_INIT(out->max);

	buf_adds(&line, head);
	buf_addc(&line, ':');
	line_escape(text, &line);
	fold_buf(&line, out);
}
