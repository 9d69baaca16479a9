#include "fmt_column.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "value.h"

#define NO_LIMIT ((size_t) 1 << 30)

/* ---- finding ------------------------------------------------------------------------ */

void column_find(const struct list *l, const char *name, enum column_kind kind, struct fmt_column *ret)
{
	static const struct {
		enum field_type type;
		unsigned flags;
	} kinds[] = {
		[COLUMN_TEXT] = { FIELD_TEXT, 0 },
		[COLUMN_NOTE] = { FIELD_NOTE, 0 },
		[COLUMN_DATE] = { FIELD_DATETIME, FIELD_DATEONLY },
		[COLUMN_TIME] = { FIELD_DATETIME, 0 },
		[COLUMN_URL] = { FIELD_URL, 0 },
	};

	ret->field = schema_known(&l->schema, name);
	if (ret->field && strlen(ret->field->name) >= sizeof(ret->key))
		ret->field = NULL;
	snprintf(ret->key, sizeof(ret->key), "%s%s", ret->field ? "" : "MetaInfo_", ret->field ? ret->field->name : name);
	if (ret->field)
		return;
	ret->own = (struct field) {
		.name = ret->key,
		.display = ret->key + strlen("MetaInfo_"),
		.type = kinds[kind].type,
		.flags = kinds[kind].flags,
	};
	ret->field = &ret->own;
}

const char *column_get(const struct list *l, const struct values *v, const char *name)
{
	struct fmt_column c;

	column_find(l, name, COLUMN_TEXT, &c);
	return values_get(v, c.key);
}

/* ---- showing ------------------------------------------------------------------------ */

/* Leaves out what a content line cannot hold, so that a text compares equal to what comes back. */
static void add_clean(const char *s, struct buf *out)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char) *s;

		if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
			buf_addc(out, *s);
		else if (c != '\r')
			buf_addc(out, ' ');
	}
}

static int show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = str_empty(wire) ? 0 : value_show(l, f, wire, &text);

	if (r == 0)
		add_clean(buf_str(&text), out);
	buf_release(&text);
	return r < 0 ? r : buf_error(out);
}

int column_show(const struct list *l, const struct values *v, const char *name, enum column_kind kind, struct buf *out)
{
	struct fmt_column c;

	column_find(l, name, kind, &c);
	return show(l, c.field, values_get(v, c.key), out);
}

/* ---- changing ------------------------------------------------------------------------ */

/* Whether two notes say the same: blanks at the ends of lines do not count, nor lines at the end that are empty. */
static bool same_note(const char *a, const char *b)
{
	while (*a || *b) {
		size_t n = strcspn(a, "\n"), m = strcspn(b, "\n"), x = n, y = m;

		while (x && strchr(" \t", a[x - 1]))
			x--;
		while (y && strchr(" \t", b[y - 1]))
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

static int refuse(const struct fmt_edit *e, const struct field *f, size_t line, const char *why)
{
	char where[32] = "";

	if (line)
		snprintf(where, sizeof(where), "line %zu: ", line);
	return err_set(e->err, -EINVAL, "%s%.100s: %s", where, *f->display ? f->display : f->name, why);
}

int edit_keep(const struct fmt_edit *e, const char *name)
{
	struct fmt_column c;
	const char *base;

	column_find(e->list, name, COLUMN_TEXT, &c);
	base = values_get(e->base, c.key);
	return e->whole && base ? values_set(e->out, c.key, base) : 0;
}

int edit_wire(const struct fmt_edit *e, const char *name, const char *wire)
{
	struct fmt_column c;

	column_find(e->list, name, COLUMN_TEXT, &c);
	if (field_same(c.field, values_get(e->base, c.key), wire))
		return edit_keep(e, name);
	return values_set(e->out, c.key, wire);
}

int edit_title(const struct fmt_edit *e, const char *otherwise)
{
	if (values_get(e->out, "Title"))
		return 0;
	return values_set(e->out, "Title", str_empty(otherwise) ? "(no title)" : otherwise);
}

/* A column and what its base is for people. */
struct compared {
	struct fmt_column column;
	const char *base; /* foreign; "" for none */
	struct buf was;   /* owned */
	size_t line;
};

/* The wire value of a text that is not the base's. 1: it means what the base means; 0: it is in `wire`. */
static int read_text(const struct fmt_edit *e, const struct compared *c, const char *text, struct buf *wire)
{
	const struct field *f = c->column.field;
	const struct value_from from = { e->list, f, c->base, e->known };
	struct buf now = BUF_INIT(NO_LIMIT);
	struct err why = { 0 };
	int r = value_read(&from, text, wire, &why);

	if (r == -EINVAL)
		return refuse(e, f, c->line, why.text);
	if (r == 0)
		r = show(e->list, f, buf_str(wire), &now);
	if (r == 0)
		r = same_text(f, buf_str(&now), buf_str(&c->was)) || field_same(f, c->base, buf_str(wire));
	buf_release(&now);
	return r;
}

static int edit_other(const struct fmt_edit *e, const char *name, const struct compared *c, const char *text)
{
	const struct field *f = c->column.field;
	struct buf wire = BUF_INIT(NO_LIMIT);
	int r = read_text(e, c, text, &wire);

	if (r == 1)
		r = edit_keep(e, name);
	else if (r == 0 && (f->flags & FIELD_READONLY))
		r = refuse(e, f, c->line, "this column is read-only");
	else if (r == 0 && !wire.len && (f->flags & FIELD_REQUIRED))
		r = refuse(e, f, c->line, "a value is required");
	else if (r == 0)
		r = values_set(e->out, c->column.key, buf_str(&wire));
	buf_release(&wire);
	return r;
}

int edit_text(const struct fmt_edit *e, const char *name, enum column_kind kind, const char *text, size_t line)
{
	struct compared c = { .was = BUF_INIT(NO_LIMIT), .line = line };
	struct buf clean = BUF_INIT(NO_LIMIT);
	int r;

	column_find(e->list, name, kind, &c.column);
	c.base = values_get(e->base, c.column.key);
	c.base = c.base ? c.base : "";
	add_clean(text ? text : "", &clean);
	r = show(e->list, c.column.field, c.base, &c.was);
	if (r == 0)
		r = buf_error(&clean);
	if (r == 0 && same_text(c.column.field, buf_str(&clean), buf_str(&c.was)))
		r = edit_keep(e, name);
	else if (r == 0)
		r = edit_other(e, name, &c, buf_str(&clean));
	buf_release(&clean);
	buf_release(&c.was);
	return r;
}
