/* Notes: several lines, with LF; rich ones are HTML on the wire and text for people. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "html.h"
#include "value.h"
#include "view/format.h"

/* The length of s without white space at its end. */
static size_t trimmed(const char *s)
{
	size_t n = strlen(s);

	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	return n;
}

static int add_without_cr(struct buf *out, const char *s)
{
	const char *end = s + trimmed(s);

	for (; s < end; s++)
		if (*s != '\r')
			buf_addc(out, *s);
	return buf_error(out);
}

/* In calendars and contacts a text is a text. */
bool note_is_html(const struct list *l)
{
	const char *form = l->flags & LIST_RAW_HTML ? view_format_of(l, l->format)->name : "";

	return str_eq(form, "text") || str_eq(form, "eml");
}

int note_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	return f->flags & FIELD_RICHTEXT && !note_is_html(l) ? html_to_text(wire, out) : add_without_cr(out, wire);
}

int note_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	unsigned flags = from->field->flags;
	struct buf clean = BUF_INIT(out->max);
	int r = add_without_cr(&clean, text);

	(void) err;
	if (r == 0 && clean.len && (flags & FIELD_RICHTEXT) && !note_is_html(from->list)) /* what is appended has no former form */
		r = html_merge(flags & FIELD_APPENDONLY ? "" : from->base, buf_str(&clean), out);
	else if (r == 0)
		r = buf_add(out, buf_str(&clean), clean.len);
	buf_release(&clean);
	return r;
}
