#include "fmt_field.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"

#define NO_LIMIT ((size_t) 1 << 30)

static const char line_name[] = "X-SP-FIELD", name_param[] = "X-SP-NAME";

static bool is_in(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (str_eq(*names, name))
			return true;
	return false;
}

/* ---- writing ------------------------------------------------------------------------- */

/* A parameter's value that may hold anything but what would end it. */
static void add_param(const char *s, struct buf *out)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char) *s;

		buf_addc(out, c == '"' ? '\'' : c < ' ' || c == 0x7f ? ' ' : *s);
	}
	buf_addc(out, '"');
}

static int write_field(const char *name, const char *label, const char *more, const char *value, struct buf *out)
{
	struct buf head = BUF_INIT(NO_LIMIT);
	int r;

	buf_addf(&head, "%s;%s=", line_name, name_param);
	if (strpbrk(name, ";:, \"\t\r\n"))
		add_param(name, &head);
	else
		buf_adds(&head, name);
	buf_adds(&head, ";X-SP-LABEL=");
	add_param(label, &head);
	buf_adds(&head, more);
	r = buf_error(&head);
	line_text(buf_str(&head), value, out);
	buf_release(&head);
	return r < 0 ? r : buf_error(out);
}

static int write_column(const struct list *l, const struct values *v, const char *name, const char *label,
			const char *more, struct buf *out)
{
	struct buf value = BUF_INIT(NO_LIMIT);
	int r = column_show(l, v, name, COLUMN_NOTE, &value);

	if (r == 0 && value.len)
		r = write_field(name, label, more, buf_str(&value), out);
	buf_release(&value);
	return r;
}

/* Whether a tool may change it here. */
static bool is_written(const struct fmt_fields *spec, const struct field *f)
{
	return field_editable(f) && (!is_in(spec->mapped, field_known_name(f)) || is_in(spec->twice, f->name));
}

/* What people want to see and nobody can change. */
static bool is_told(const struct fmt_fields *spec, const struct list *l, const struct field *f)
{
	static const char *const people[] = { "Author", "Editor", NULL };

	if (is_written(spec, f) || (f->flags & FIELD_HIDDEN))
		return false;
	if (str_eq(f->name, "_ModerationStatus"))
		return l->flags & LIST_MODERATED;
	return f->type == FIELD_CALCULATED || is_in(people, f->name);
}

static int write_bag(const struct fmt_fields *spec, const struct list *l, const struct values *v, struct buf *out)
{
	int r = 0;

	for (const char *const *p = spec->bag; p && *p && r == 0; p++)
		if (!schema_known(&l->schema, *p))
			r = write_column(l, v, *p, *p, "", out);
	return r;
}

int fields_write(const struct fmt_fields *spec, const struct list *l, const struct values *v, struct buf *out)
{
	int r = 0;

	for (size_t i = 0; i < l->schema.n && r == 0; i++)
		if (is_written(spec, &l->schema.f[i]))
			r = write_column(l, v, l->schema.f[i].name, l->schema.f[i].display, "", out);
	if (r == 0)
		r = write_bag(spec, l, v, out);
	for (size_t i = 0; i < l->schema.n && r == 0; i++)
		if (is_told(spec, l, &l->schema.f[i]))
			r = write_column(l, v, l->schema.f[i].name, l->schema.f[i].display, ";X-SP-READONLY=TRUE", out);
	return r;
}

/* ---- reading -------------------------------------------------------------------------- */

const struct line *fields_find(const struct lines *l, size_t comp, const char *name)
{
	const struct line *line = NULL, *last = NULL;

	while ((line = lines_find(l, comp, line_name, line)))
		if (str_eq(line_param(line, name_param), name))
			last = line;
	return last;
}

/* The last line of each column. */
static int index_lines(const struct lines *l, size_t comp, struct map *index)
{
	const struct line *line = NULL;
	int r = 0;

	while (r == 0 && (line = lines_find(l, comp, line_name, line)))
		r = map_put(index, line_param(line, name_param), (void *) line);
	return r;
}

static int read_line(const struct fmt_edit *e, const struct line *line, const char *name)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r;

	line_unescape(line->value, &text);
	r = buf_error(&text);
	if (r == 0)
		r = edit_text(e, name, COLUMN_NOTE, buf_str(&text), line->number);
	buf_release(&text);
	return r;
}

static int read_column(const struct fmt_fields *spec, const struct fmt_edit *e, const struct line *line)
{
	const char *name = line_param(line, name_param);
	const struct field *f = schema_find(&e->list->schema, name);

	if (is_in(spec->twice, name))
		return 0;
	if (f ? is_written(spec, f) : is_in(spec->bag, name))
		return read_line(e, line, name);
	/* What cannot be changed is for people; a column of another list is kept for those who know it. */
	line_mark(line, f || is_in(spec->mapped, name));
	return 0;
}

/* A column that has no line is not changed. */
static int check_missing(const struct fmt_edit *e, const struct map *index, const char *name, bool *ret_complete)
{
	if (map_find(index, name))
		return 0;
	if (column_get(e->list, e->base, name))
		*ret_complete = false;
	return edit_keep(e, name);
}

static int find_missing(const struct fmt_fields *spec, const struct fmt_edit *e, const struct map *index,
			bool *ret_complete)
{
	const struct schema *s = &e->list->schema;
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++)
		if (is_written(spec, &s->f[i]) && !is_in(spec->twice, s->f[i].name))
			r = check_missing(e, index, s->f[i].name, ret_complete);
	for (const char *const *p = spec->bag; p && *p && r == 0; p++)
		if (!schema_known(s, *p))
			r = check_missing(e, index, *p, ret_complete);
	return r;
}

int fields_read(const struct fmt_fields *spec, const struct fmt_edit *e, const struct lines *l, size_t comp,
		bool *ret_complete)
{
	CLEANUP(map_free_p) struct map *index = map_new();
	const struct line *line = NULL;
	int r = index ? index_lines(l, comp, index) : -ENOMEM;

	while (r == 0 && (line = lines_find(l, comp, line_name, line)))
		if (map_find(index, line_param(line, name_param)) == line)
			r = read_column(spec, e, line);
	return r < 0 ? r : find_missing(spec, e, index, ret_complete);
}
