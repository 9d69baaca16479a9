#include "view/text.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "keys.h"
#include "parse.h"
#include "render.h"
#include "template.h"
#include "text_format.h"
#include "text_read.h"
#include "value.h"

/* By ServerTemplate; the last row is for every other list. */
static const struct {
	int template;
	struct format format;
} formats[] = {
	{ 0, { ".txt", render_text, parse_text, template_text } },
};

const struct format *format_of(const struct list *l)
{
	size_t i = 0;

	while (formats[i].template && formats[i].template != l->template)
		i++;
	return &formats[i].format;
}

int view_text_render(const struct list *l, const struct values *v, struct buf *out)
{
	return format_of(l)->render(l, v, out);
}

int view_text_parse(const struct view_edit *e, const char *text, size_t n, struct values *ret,
		    bool *ret_complete, struct err *err)
{
	return format_of(e->list)->parse(e, text, n, ret, ret_complete, err);
}

int view_text_template(const struct list *l, struct buf *out)
{
	return format_of(l)->template(l, out);
}

const struct field *view_text_body(const struct list *l)
{
	return keys_body(l);
}

int view_text_value(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	return str_empty(wire) ? 0 : value_show(l, f, wire, out);
}

int view_text_wire(const struct list *l, const struct field *f, const char *human, const char *base_wire,
		   const struct view_known *known, struct buf *out, struct err *err)
{
	const struct value_from from = { l, f, base_wire ? base_wire : "", known };
	struct err why = { 0 };
	struct buf wire = BUF_INIT(out->max);
	int r = value_read(&from, human, &wire, &why);

	if (r == 0 && !wire.len && (f->flags & FIELD_REQUIRED))
		r = err_set(&why, -EINVAL, "a value is required");
	if (r == 0)
		r = buf_add(out, buf_str(&wire), wire.len);
	else if (r == -EINVAL)
		r = err_set(err, r, "%.100s: %s", f->display, why.text);
	buf_release(&wire);
	return r;
}

/* The first character that XML cannot hold, 0: none. */
static unsigned char forbidden(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char) s[i] < ' ' && !strchr("\t\r\n", s[i]))
			return (unsigned char) s[i];
	return 0;
}

int view_text_html(const struct field *f, const char *html, size_t n, struct buf *out, struct err *err)
{
	int r = text_check(html, n, err);

	if (r < 0)
		return r;
	if (forbidden(html, n))
		return err_set(err, -EINVAL, "%.100s: a control character (%u), which the server cannot store", f->display,
			       forbidden(html, n));
	n -= n && html[n - 1] == '\n';
	n -= n && html[n - 1] == '\r';
	if (!n && (f->flags & FIELD_REQUIRED))
		return err_set(err, -EINVAL, "%.100s: a value is required", f->display);
	return buf_add(out, html, n);
}
