#include "view/views.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "keys.h"
#include "value.h"
#include "views.h"

#define NO_LIMIT ((size_t) 1 << 30)

struct column {
	const struct field *field; /* foreign */
	char *name;                /* owned; as the form has it in its head */
};

struct view_rows {
	const struct list *list; /* foreign */
	enum view_table table;
	struct column *c; /* owned */
	size_t n;
	size_t cap;
};

/* Columns that every list has, whether its schema says so or not. */
static const struct field services[] = {
	{ .name = (char *) "ID", .display = (char *) "ID", .type = FIELD_COUNTER },
	{ .name = (char *) "Created", .display = (char *) "Created", .type = FIELD_DATETIME },
	{ .name = (char *) "Author", .display = (char *) "Created By", .type = FIELD_USER },
	{ .name = (char *) "Modified", .display = (char *) "Modified", .type = FIELD_DATETIME },
	{ .name = (char *) "Editor", .display = (char *) "Modified By", .type = FIELD_USER },
};

enum { N_SERVICES = sizeof(services) / sizeof(*services) };

const char *view_table_file(enum view_table t)
{
	static const char *const files[] = {
		[VIEW_CSV] = "list.csv", [VIEW_TSV] = "list.tsv", [VIEW_JSONL] = "list.jsonl", [VIEW_REC] = "list.rec",
	};

	_Static_assert(sizeof(files) / sizeof(*files) == VIEW_TABLE_COUNT, "each form has its file");
	return files[t];
}

struct view_rows *view_rows_free(struct view_rows *v)
{
	if (v) {
		for (size_t i = 0; i < v->n; i++)
			free(v->c[i].name);
		free(v->c);
		free(v);
	}
	return NULL;
}

/* ---- columns ------------------------------------------------------------------------- */

static bool is_taken(const struct view_rows *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->c[i].name, name))
			return true;
	return false;
}

/* A name that no other column has: by number, where both names are taken. */
static char *unused_name(const struct view_rows *v, const struct field *f, const char *text)
{
	char *name = rec_name(text);

	if (name && is_taken(v, name)) {
		free(name);
		name = rec_name(f->name);
	}
	for (int n = 2; name && is_taken(v, name); n++) {
		free(name);
		name = str_printf("%s_%d", f->name, n);
		if (name) {
			char *clean = rec_name(name);

			free(name);
			name = clean;
		}
	}
	return name;
}

static int add_column(struct view_rows *v, const struct field *f, const char *text)
{
	int r = vec_grow(&v->c, &v->cap, v->n + 1, sizeof(*v->c));
	char *name;

	if (r < 0)
		return r;
	name = v->table == VIEW_REC ? unused_name(v, f, text) : strdup(v->table == VIEW_JSONL ? f->name : text);
	if (!name)
		return -ENOMEM;
	v->c[v->n++] = (struct column) { f, name };
	return 0;
}

static int add_service(struct view_rows *v, const struct field *usual)
{
	const struct field *f = schema_find(&v->list->schema, usual->name);

	return f ? add_column(v, f, f->display) : add_column(v, usual, usual->display);
}

/* As in the text of an item: ID, Title, the others, who and when, the body at last. */
static int add_columns(struct view_rows *v)
{
	CLEANUP(keys_release_p) struct keys keys = KEYS_INIT;
	const char *body = NULL;
	int r = keys_read(v->list, &keys);

	if (r == 0)
		r = add_service(v, &services[0]);
	for (size_t i = 0; i < keys.n && r == 0; i++) {
		if (keys.k[i].field == keys.body)
			body = keys.k[i].text;
		else
			r = add_column(v, keys.k[i].field, keys.k[i].text);
	}
	for (size_t i = 1; i < N_SERVICES && r == 0; i++)
		r = add_service(v, &services[i]);
	return r == 0 && body ? add_column(v, keys.body, body) : r;
}

int view_rows_new(const struct list *l, enum view_table t, struct view_rows **ret)
{
	CLEANUP(view_rows_free_p) struct view_rows *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return -ENOMEM;
	v->list = l;
	v->table = t;
	r = add_columns(v);
	if (r < 0)
		return r;
	*ret = v;
	v = NULL;
	return 0;
}

/* ---- cells ---------------------------------------------------------------------------- */

static void add_csv(const char *s, struct buf *out)
{
	if (!strpbrk(s, ",\"\r\n")) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_addc(out, '"');
		buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

static void add_tsv(const char *s, struct buf *out)
{
	static const char plain[] = "\t\n\\", letters[] = "tn\\";

	for (; *s; s++) {
		const char *at = strchr(plain, *s);

		if (at)
			buf_addf(out, "\\%c", letters[at - plain]);
		else if (*s != '\r')
			buf_addc(out, *s);
	}
}

/* Lines that go on with a field begin with '+'. */
static void add_rec(const char *name, const char *s, struct buf *out)
{
	if (!*s)
		return;
	buf_addf(out, "%s: ", name);
	for (; *s; s++) {
		if (*s == '\n')
			buf_adds(out, "\n+ ");
		else if (*s != '\r')
			buf_addc(out, *s);
	}
	buf_addc(out, '\n');
}

static void add_cell(const struct view_rows *v, size_t column, const char *text, struct buf *out)
{
	switch (v->table) {
	case VIEW_CSV:
		buf_adds(out, column ? "," : "");
		add_csv(text, out);
		return;
	case VIEW_TSV:
		buf_adds(out, column ? "\t" : "");
		add_tsv(text, out);
		return;
	case VIEW_REC:
		add_rec(v->c[column].name, text, out);
		return;
	case VIEW_JSONL:
	case VIEW_TABLE_COUNT:
		return;
	}
}

/* ---- rows ------------------------------------------------------------------------------- */

static int add_object(const struct view_rows *v, const struct item *i, struct buf *out)
{
	int r = 0;

	for (size_t k = 0; k < v->n && r == 0; k++) {
		const struct field *f = v->c[k].field;

		buf_adds(out, k ? ", " : "{");
		views_json_string(v->c[k].name, out);
		buf_adds(out, ": ");
		r = json_value(v->list, f, values_get(&i->values, f->name), out);
	}
	buf_adds(out, "}\n");
	return r < 0 ? r : buf_error(out);
}

static int add_cells(const struct view_rows *v, const struct item *i, struct buf *out)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = 0;

	for (size_t k = 0; k < v->n && r == 0; k++) {
		const struct field *f = v->c[k].field;
		const char *wire = values_get(&i->values, f->name);

		buf_reset(&text);
		r = wire ? value_show(v->list, f, wire, &text) : 0;
		add_cell(v, k, buf_str(&text), out);
	}
	buf_release(&text);
	return r;
}

int view_rows_head(const struct view_rows *v, struct buf *out)
{
	CLEANUP(str_free_p) char *title = v->table == VIEW_REC ? rec_name(v->list->title ? v->list->title : "") : NULL;

	if (v->table == VIEW_REC) {
		if (!title)
			return -ENOMEM;
		return buf_addf(out, "%%rec: %s\n%%key: %s\n", title, v->c[0].name);
	}
	if (v->table == VIEW_JSONL)
		return buf_error(out);
	for (size_t k = 0; k < v->n; k++)
		add_cell(v, k, v->c[k].name, out);
	return buf_adds(out, v->table == VIEW_CSV ? ",File\n" : "\n");
}

int view_rows_add(const struct view_rows *v, const struct item *i, const char *file, struct buf *out)
{
	int r;

	if (v->table == VIEW_JSONL)
		return add_object(v, i, out);
	if (v->table == VIEW_REC)
		buf_addc(out, '\n');
	r = add_cells(v, i, out);
	if (v->table == VIEW_CSV) {
		buf_addc(out, ',');
		add_csv(file, out);
	}
	if (v->table != VIEW_REC)
		buf_addc(out, '\n');
	return r < 0 ? r : buf_error(out);
}
