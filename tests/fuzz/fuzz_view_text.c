/*
 * Texts of items. The first byte chooses: what people write (odd: for a new item)
 * against an item, or the values of an item divided by NUL, which are rendered, or a
 * value for each of its fields.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "view/text.h"

static const struct {
	const char *name, *display;
	enum field_type type;
	unsigned flags;
} columns[] = {
	{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY },
	{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED },
	{ "Due", "Due", FIELD_DATETIME, 0 },
	{ "Day", "Due: day", FIELD_DATETIME, FIELD_DATEONLY },
	{ "Choice", "Choice", FIELD_CHOICE, 0 },
	{ "Choices", "choice", FIELD_MULTICHOICE, FIELD_FILLIN },
	{ "Number", "#", FIELD_NUMBER, 0 },
	{ "Percent", "%", FIELD_NUMBER, FIELD_PERCENTAGE },
	{ "Integer", "Integer", FIELD_INTEGER, 0 },
	{ "Boolean", "Boolean", FIELD_BOOLEAN, 0 },
	{ "Lookup", "Lookup", FIELD_LOOKUP, 0 },
	{ "Lookups", "Lookups", FIELD_LOOKUPMULTI, 0 },
	{ "User", "User", FIELD_USER, 0 },
	{ "Users", "Users", FIELD_USERMULTI, 0 },
	{ "URL", "URL", FIELD_URL, 0 },
	{ "Note", "Note", FIELD_NOTE, 0 },
	{ "Rich", "Rich", FIELD_NOTE, FIELD_RICHTEXT },
	{ "Body", "Body", FIELD_NOTE, FIELD_RICHTEXT },
	{ "Calc", "Calc", FIELD_CALCULATED, FIELD_READONLY },
};

enum { N_COLUMNS = sizeof(columns) / sizeof(*columns) };

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void make_list(struct list *l)
{
	static const char *const choices[] = { "(1) High", "(2) Normal", "Red; Green" };

	*l = (struct list) LIST_INIT;
	for (size_t i = 0; i < N_COLUMNS; i++) {
		struct field *f = schema_add(&l->schema);

		demand(f && str_set(&f->name, columns[i].name) == 0 && str_set(&f->display, columns[i].display) == 0);
		f->type = columns[i].type;
		f->flags = columns[i].flags;
		if (f->type != FIELD_CHOICE && f->type != FIELD_MULTICHOICE)
			continue;
		f->choices = calloc(3, sizeof(*f->choices));
		demand(f->choices != NULL);
		for (; f->n_choices < 3; f->n_choices++)
			demand(str_set(&f->choices[f->n_choices], choices[f->n_choices]) == 0);
	}
}

static void make_item(struct values *v)
{
	static const char *const pairs[] = {
		"ID", "42", "Title", "A title", "Due", "2026-11-30T16:00:00Z", "Choice", "(1) High", "Number", "12.5000000000",
		"User", "12;#Jane Roe,#D\\jane,#jane@x,#,#Jane Roe", "Lookups", "1;#A;#2;#B;; c", "Body",
		"<div class=\"E\"><p>One <b>bold</b></p><ul><li>a</li></ul><table><tr><td>1</td><td>2</td></tr></table></div>",
		"Note", "two\r\nlines", "URL", "http://x/, X",
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i += 2)
		demand(values_set(v, pairs[i], pairs[i + 1]) == 0);
}

/* Whom and what the site knows. */
static int known_user(void *arg, const char *key, char **ret_wire)
{
	(void) arg;
	if (str_eq_nocase(key, "twice"))
		return -ENOTUNIQ;
	if (!str_eq_nocase(key, "max@x") && !str_eq_nocase(key, "Max") && !str_eq(key, "15"))
		return 0;
	*ret_wire = strdup("15;#Max,#D\\max,#max@x,#,#Max");
	return *ret_wire ? 1 : -ENOMEM;
}

static int known_lookup(void *arg, const struct field *f, const char *id, const char *text, char **ret_id, char **ret_text)
{
	(void) arg;
	(void) f;
	if (text && !id && str_eq(text, "twice"))
		return -ENOTUNIQ;
	if (id ? !str_eq(id, "7") : !str_eq(text, "Contoso"))
		return 0;
	*ret_id = strdup("7");
	*ret_text = strdup("Contoso");
	return *ret_id && *ret_text ? 1 : -ENOMEM;
}

static const struct view_known known = { known_user, known_lookup, NULL };

/* One value for each field, as with setfattr(1). */
static void write_value(const struct list *l, const char *text, size_t n)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	char *value = strndup(text, n);

	demand(value != NULL);
	make_item(&v);
	for (size_t i = 0; i < l->schema.n; i++) {
		CLEANUP(buf_release_p) struct buf wire = BUF_INIT(1 << 26), shown = BUF_INIT(1 << 26), again = BUF_INIT(1 << 26);
		const struct field *f = &l->schema.f[i];
		struct err err = { 0 };

		if (f->flags & FIELD_READONLY)
			continue;
		if (view_text_wire(l, f, value, values_get(&v, f->name), &known, &wire, &err) < 0) {
			demand(*err.text);
			continue;
		}
		demand(view_text_value(l, f, buf_str(&wire), &shown) == 0);
		demand(view_text_wire(l, f, buf_str(&shown), buf_str(&wire), &known, &again, &err) == 0);
	}
	free(value);
}

/* What is read is shown, and saving the same text once more changes nothing. */
static void write_text(const struct list *l, const char *text, size_t n, const char *title)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT, out = VALUES_INIT, none = VALUES_INIT;
	CLEANUP(buf_release_p) struct buf shown = BUF_INIT(1 << 26);
	struct view_edit e = { l, &v, title, &known };
	struct err err = { 0 };
	bool complete;
	int r;

	if (!title)
		make_item(&v);
	r = view_text_parse(&e, text, n, &out, &complete, &err);
	demand(r == 0 || (r == -EINVAL && *err.text && !out.n));
	if (r < 0)
		return;
	demand(values_overlay(&v, &out) == 0 && view_text_render(l, &v, &shown) == 0);
	e.new_title = NULL;
	demand(view_text_parse(&e, buf_str(&shown), shown.len, &none, &complete, &err) == 0 && !none.n && complete);
}

static void render_values(const struct list *l, const char *p, size_t n)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT, out = VALUES_INIT;
	CLEANUP(buf_release_p) struct buf shown = BUF_INIT(1 << 26);
	struct view_edit e = { l, &v, NULL, NULL };
	struct err err = { 0 };
	bool complete;

	for (size_t i = 0; i < N_COLUMNS && n; i++) {
		size_t len = strnlen(p, n);
		char *text = strndup(p, len);

		demand(text != NULL);
		if (str_utf8_valid(text, len))
			demand(values_set(&v, columns[i].name, text) == 0);
		free(text);
		p += len + (len < n);
		n -= len + (len < n);
	}
	demand(view_text_render(l, &v, &shown) == 0);
	demand(view_text_parse(&e, buf_str(&shown), shown.len, &out, &complete, &err) == 0 && !out.n && complete);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	const char *p = (const char *) data + 1;

	if (!n)
		return 0;
	make_list(&l);
	l.flags = n % 2 ? LIST_RAW_HTML : 0;
	if (data[0] == 'w')
		write_value(&l, p, n - 1);
	else if (data[0] == 'v')
		render_values(&l, p, n - 1);
	else
		write_text(&l, p, n - 1, data[0] % 2 ? "New" : NULL);
	return 0;
}
