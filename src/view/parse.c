/*
 * What a text changes (presentation 3.4). A field whose text is that of the base
 * did not change, whatever its wire form looks like; what was written otherwise
 * is turned into a wire value and shown again before it counts as a change.
 */
#include "parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "keys.h"
#include "render.h"
#include "text_read.h"
#include "value.h"
#include "view/name.h"

#define NO_LIMIT ((size_t) 1 << 30)

struct parsing {
	const struct view_edit *edit;
	const struct keys *keys;
	struct values *out;
	struct err *err;
};

/* ---- one field ------------------------------------------------------------------------------- */

/* Whether two notes say the same: white space at the ends of lines and CR do not count. */
static bool same_note(const char *a, const char *b)
{
	while (*a || *b) {
		size_t n = strcspn(a, "\n"), m = strcspn(b, "\n"), x = n, y = m;

		while (x && strchr(" \t\r", a[x - 1]))
			x--;
		while (y && strchr(" \t\r", b[y - 1]))
			y--;
		if (x != y || memcmp(a, b, x) != 0)
			return false;
		a += n + (a[n] == '\n');
		b += m + (b[m] == '\n');
	}
	return true;
}

static bool same_text(const struct field *f, const char *a, const char *b)
{
	return f->type == FIELD_NOTE ? same_note(a, b) : str_eq(a, b);
}

/* "line 3: Issue Status: must be one of ..." */
static int refuse(const struct parsing *p, size_t line, const struct field *f, const char *why)
{
	return err_set(p->err, -EINVAL, "line %zu: %.100s: %s", line, *f->display ? f->display : f->name, why);
}

/* What the entry says, without quotation marks. 0, -EINVAL, -ENOMEM. */
static int entry_text(const struct parsing *p, const struct field *f, const struct text_entry *e, struct buf *out)
{
	struct err why = { 0 };
	int r;

	if (e->block)
		text_read_note(e->value.p, e->value.len, out);
	else if (!value_is_verbatim(f))
		buf_add(out, buf_str(&e->value), e->value.len);
	else if ((r = quote_read(buf_str(&e->value), e->value.len, out, &why)) < 0)
		return r == -EINVAL ? refuse(p, e->line, f, why.text) : r;
	return buf_error(out);
}

/* Whether the wire value means what the base means, of which `was` is the text. 1, 0, -ENOMEM. */
static int means_base(const struct parsing *p, const struct field *f, const char *base, const char *was,
		      const char *wire)
{
	struct buf now = BUF_INIT(NO_LIMIT);
	int r = *wire ? value_show(p->edit->list, f, wire, &now) : 0;

	if (r == 0)
		r = same_text(f, buf_str(&now), was) || field_same(f, base, wire);
	buf_release(&now);
	return r;
}

/* The field's new text against what the writer saw; was: the base's text. */
static int compare(const struct parsing *p, const struct field *f, size_t line, const char *text, const char *was)
{
	const char *base = values_get(p->edit->base, f->name);
	const struct value_from from = { p->edit->list, f, base ? base : "", p->edit->known };
	struct buf wire = BUF_INIT(NO_LIMIT);
	struct err why = { 0 };
	int r = value_read(&from, text, &wire, &why);

	if (r == 0)
		r = means_base(p, f, from.base, was, buf_str(&wire));
	if (r == 0 && !wire.len && (f->flags & FIELD_REQUIRED))
		r = err_set(&why, -EINVAL, "a value is required");
	if (r == 0)
		r = values_set(p->out, f->name, buf_str(&wire));
	buf_release(&wire);
	if (r == -EINVAL)
		return refuse(p, line, f, why.text);
	return r < 0 ? r : 0;
}

static int show_base(const struct parsing *p, const struct field *f, struct buf *out)
{
	const char *base = values_get(p->edit->base, f->name);

	return base ? value_show(p->edit->list, f, base, out) : 0;
}

static int diff_entry(const struct parsing *p, const struct field *f, const struct text_entry *e)
{
	struct buf was = BUF_INIT(NO_LIMIT), was_line = BUF_INIT(NO_LIMIT), text = BUF_INIT(NO_LIMIT);
	int r = show_base(p, f, &was);

	if (r == 0) {
		render_line(f, buf_str(&was), &was_line);
		r = buf_error(&was_line);
	}
	/* As rendered: right even where the server sent what the field's type does not allow. */
	if (r == 0 && (e->block || !str_eq(buf_str(&was_line), buf_str(&e->value)))) {
		r = entry_text(p, f, e, &text);
		if (r == 0 && !same_text(f, buf_str(&text), buf_str(&was)))
			r = compare(p, f, e->line, buf_str(&text), buf_str(&was));
	}
	buf_release(&was);
	buf_release(&was_line);
	buf_release(&text);
	return r;
}

static int diff_body(const struct parsing *p, const struct text_read *t)
{
	const struct field *f = p->keys->body;
	struct buf was = BUF_INIT(NO_LIMIT);
	int r = show_base(p, f, &was);

	if (r == 0 && !same_note(buf_str(&t->body), buf_str(&was)))
		r = compare(p, f, t->head + 1, buf_str(&t->body), buf_str(&was));
	buf_release(&was);
	return r;
}

/* ---- all of them ------------------------------------------------------------------------------- */

static bool is_complete(const struct keys *k, const struct text_read *t)
{
	for (size_t i = 0; i < k->n; i++)
		if (!t->e[i].line && k->k[i].field != k->body)
			return false;
	return true;
}

/* An empty body clears only in a file that lists everything; elsewhere it is no body at all, nor is
 * one that a "Description:" line replaces. */
static bool counts_as_body(const struct keys *k, const struct text_read *t)
{
	bool given = false;

	if (!k->body || !t->has_body)
		return false;
	if (t->body.len)
		return true;
	for (size_t i = 0; i < k->n; i++)
		given |= k->k[i].field == k->body && t->e[i].line;
	return !given && is_complete(k, t);
}

static int diff(const struct parsing *p, const struct text_read *t, bool *ret_complete)
{
	const struct keys *k = p->keys;
	bool body = counts_as_body(k, t);
	int r = 0;

	if (t->body.len && !k->body)
		return err_set(p->err, -EINVAL, "line %zu: this list has no field for a text after an empty line",
			       t->head + 1);
	for (size_t i = 0; i < k->n && r == 0; i++)
		if (t->e[i].line && !(body && k->k[i].field == k->body))
			r = diff_entry(p, k->k[i].field, &t->e[i]);
	if (r == 0 && body)
		r = diff_body(p, t);
	*ret_complete = is_complete(k, t) && (!k->body || body);
	return r;
}

/* ---- new items ----------------------------------------------------------------------------------- */

/* A text that is a body and nothing else, as `cat > "Server down.txt"` makes it. */
static int read_all_body(const char *text, size_t n, const struct keys *k, struct text_read *ret)
{
	ret->e = calloc(k->n + 1, sizeof(*ret->e));
	if (!ret->e)
		return -ENOMEM;
	ret->n = k->n;
	ret->has_body = true;
	text_read_note(text, n, &ret->body);
	return buf_error(&ret->body);
}

/* Gives the field what the file's name says, unless the text said it. */
static int name_field(const struct parsing *p, const struct field *f)
{
	const char *title = p->edit->new_title, *wire = values_get(p->out, f->name);

	if (f->type == FIELD_URL)
		return wire && !url_has_description(wire) ? view_name_change(p->edit->list, p->out, title, p->out) : 0;
	return wire ? 0 : values_set(p->out, f->name, title);
}

static int name_item(const struct parsing *p)
{
	const struct schema *s = &p->edit->list->schema;
	const char *stem = view_name_field(p->edit->list);
	const struct field *f = stem ? schema_find(s, stem) : NULL, *title = schema_find(s, "Title");
	int r = 0;

	if (str_empty(p->edit->new_title))
		return 0;
	if (f)
		r = name_field(p, f);
	if (r == 0 && title && title != f && field_editable(title))
		r = name_field(p, title);
	return r;
}

/* The server gives defaults, and asks for the rest. */
static int check_required(const struct parsing *p, const struct text_read *t)
{
	for (size_t i = 0; i < p->keys->n; i++) {
		const struct key *k = &p->keys->k[i];
		size_t line = t->e[i].line ? t->e[i].line : t->head + 1;

		if (!(k->field->flags & FIELD_REQUIRED) || !str_empty(k->field->def) ||
		    values_get(p->out, k->field->name))
			continue;
		if (t->e[i].line)
			return refuse(p, line, k->field, "a value is required");
		return err_set(p->err, -EINVAL, "line %zu: %.100s: a value is required; add a line \"%.100s: ...\"", line,
			       k->field->display, k->text);
	}
	return 0;
}

static int parse(struct parsing *p, const char *text, size_t n, bool *ret_complete)
{
	CLEANUP(keys_release_p) struct keys keys = KEYS_INIT;
	CLEANUP(text_read_release_p) struct text_read t = TEXT_READ_INIT;
	const struct view_edit *e = p->edit;
	int r = keys_read(e->list, &keys);

	p->keys = &keys;
	if (r == 0)
		r = keys_index(e->list, &keys);
	if (r < 0)
		return r;
	if (e->new_title && keys.body && !text_has_head(&keys, text, n))
		r = read_all_body(text, n, &keys, &t);
	else
		r = text_read(e, &keys, text, n, &t, p->err);
	if (r == 0)
		r = diff(p, &t, ret_complete);
	if (r == 0 && e->new_title) {
		r = name_item(p);
		r = r < 0 ? r : check_required(p, &t);
	}
	return r;
}

int parse_text(const struct view_edit *e, const char *text, size_t n, struct values *ret, bool *ret_complete,
	       struct err *err)
{
	CLEANUP(values_release_p) struct values changes = VALUES_INIT;
	struct parsing p = { .edit = e, .out = &changes, .err = err };
	bool complete = false;
	int r = text_check(text, n, err);

	if (r == 0)
		r = parse(&p, text, n, &complete);
	if (r < 0)
		return r;
	values_release(ret);
	*ret = changes;
	changes = (struct values) VALUES_INIT;
	*ret_complete = complete;
	return 0;
}
