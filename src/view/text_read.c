#include "text_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "render.h"
#include "value.h"

#define BOM "\xef\xbb\xbf"

enum { MAX_QUOTED = 60 }; /* bytes of the user's text in a message */

/* ---- lines ----------------------------------------------------------------------------- */

struct line {
	const char *s;
	size_t n; /* without its end */
};

/* Takes the next line off the n bytes at *p; false at the end. A newline at the end begins no other line. */
static bool next_line(const char **p, const char *end, struct line *ret)
{
	const char *nl = *p < end ? memchr(*p, '\n', (size_t) (end - *p)) : NULL;
	const char *stop = nl ? nl : end;

	if (*p >= end)
		return false;
	*ret = (struct line) { *p, (size_t) (stop - *p) };
	if (ret->n && ret->s[ret->n - 1] == '\r')
		ret->n--;
	*p = nl ? nl + 1 : end;
	return true;
}

static bool is_empty(const struct line *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->s[i] != ' ' && l->s[i] != '\t')
			return false;
	return true;
}

static const char *after_bom(const char *text, size_t n)
{
	return n >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0 ? text + strlen(BOM) : text;
}

static struct line trimmed(const char *s, size_t n)
{
	while (n && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return (struct line) { s, n };
}

int text_check(const char *text, size_t n, struct err *err)
{
	const char *p = text, *end = text + n;
	struct line l;

	for (size_t i = 1; next_line(&p, end, &l); i++)
		if (memchr(l.s, '\0', l.n) || !str_utf8_valid(l.s, l.n))
			return err_set(err, -EINVAL, "line %zu: not text in UTF-8; save the file with that encoding", i);
	return 0;
}

bool text_has_head(const struct keys *k, const char *text, size_t n)
{
	const char *p = after_bom(text, n), *end = text + n;
	struct key_found found;
	struct line l;

	while (next_line(&p, end, &l))
		if (!l.n || *l.s != '#')
			return is_empty(&l) || keys_find(k, l.s, l.n, &found);
	return true;
}

/* ---- the head ------------------------------------------------------------------------------ */

struct reader {
	const struct view_edit *edit;
	const struct keys *keys;
	struct text_read *out;
	struct text_entry *at; /* that a line may go on with, or NULL */
	const struct field *field; /* of at */
	size_t line;
	struct err *err;
};

static int refuse_unknown(struct reader *r, const struct line *l)
{
	const char *colon = memchr(l->s, ':', l->n);
	struct line name = trimmed(l->s, colon ? (size_t) (colon - l->s) : l->n);
	struct buf hint = BUF_INIT(4096);

	if (!colon)
		return err_set(r->err, -EINVAL, "line %zu: expected \"Field: value\"%s", r->line,
			       r->keys->body ? ", or an empty line before the text" : "");
	keys_suggest(r->keys, name.s, name.n, &hint);
	if (name.n > MAX_QUOTED)
		for (name.n = MAX_QUOTED; ((unsigned char) name.s[name.n] & 0xc0) == 0x80;)
			name.n--;
	err_set(r->err, -EINVAL, "line %zu: no field named \"%.*s\" in this list; %s", r->line, (int) name.n, name.s,
		buf_str(&hint));
	buf_release(&hint);
	return -EINVAL;
}

/* A field that only the server sets may stand there with the value that it has. */
static int check_readonly(struct reader *r, const struct field *f, const struct line *value)
{
	const char *wire = values_get(r->edit->base, f->name);
	struct buf human = BUF_INIT((size_t) 1 << 30), now = BUF_INIT((size_t) 1 << 30);
	int e = wire ? value_show(r->edit->list, f, wire, &human) : 0;
	bool same;

	render_line(f, buf_str(&human), &now);
	e = e < 0 ? e : buf_error(&now);
	same = e == 0 && now.len == value->n && memcmp(buf_str(&now), value->s, value->n) == 0;
	buf_release(&human);
	buf_release(&now);
	if (e < 0 || same)
		return e;
	return err_set(r->err, -EINVAL, "line %zu: \"%.100s\" is read-only", r->line, f->display);
}

static int read_field(struct reader *r, const struct line *l)
{
	struct key_found found;
	struct line value;

	r->at = NULL;
	if (!keys_find(r->keys, l->s, l->n, &found))
		return refuse_unknown(r, l);
	value = trimmed(l->s + found.len + 1, l->n - found.len - 1);
	if (found.key == r->keys->n)
		return check_readonly(r, found.field, &value);
	/* The last one counts: appending a line to the file changes the field. */
	r->at = &r->out->e[found.key];
	r->field = found.field;
	r->at->line = r->line;
	r->at->block = false;
	buf_reset(&r->at->value);
	return buf_add(&r->at->value, value.s, value.n);
}

static int read_continuation(struct reader *r, const struct line *l)
{
	size_t dot = l->n > 1 && l->s[1] == '.';
	struct text_entry *at = r->at;

	if (!at)
		return err_set(r->err, -EINVAL, "line %zu: continuation line without a field", r->line);
	if (r->field->type != FIELD_NOTE)
		return err_set(r->err, -EINVAL, "line %zu: field \"%.100s\" takes one line", r->line, r->field->display);
	if (at->block || at->value.len)
		buf_addc(&at->value, '\n');
	at->block = true;
	return buf_add(&at->value, l->s + 1 + dot, l->n - 1 - dot);
}

static int read_head_line(struct reader *r, const struct line *l)
{
	if (*l->s == '#')
		return 0;
	return *l->s == ' ' || *l->s == '\t' ? read_continuation(r, l) : read_field(r, l);
}

void text_read_note(const char *s, size_t n, struct buf *out)
{
	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (s[i] != '\r')
			buf_addc(out, s[i]);
}

int text_read(const struct view_edit *edit, const struct keys *k, const char *text, size_t n,
	      struct text_read *ret, struct err *err)
{
	struct reader r = { .edit = edit, .keys = k, .out = ret, .err = err };
	const char *p = after_bom(text, n), *end = text + n;
	struct line l;

	ret->e = calloc(k->n + 1, sizeof(*ret->e));
	if (!ret->e)
		return -ENOMEM;
	ret->n = k->n;
	for (size_t i = 0; i < ret->n; i++)
		ret->e[i].value = (struct buf) BUF_INIT((size_t) 1 << 30);
	while (next_line(&p, end, &l)) {
		int e;

		ret->has_body = is_empty(&l);
		if (ret->has_body)
			break;
		ret->head = ++r.line;
		e = read_head_line(&r, &l);
		if (e < 0)
			return e;
	}
	if (ret->has_body)
		text_read_note(p, (size_t) (end - p), &ret->body);
	return buf_error(&ret->body);
}

void text_read_release(struct text_read *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_release(&t->e[i].value);
	free(t->e);
	buf_release(&t->body);
	*t = (struct text_read) TEXT_READ_INIT;
}
