#ifndef T_VIEW_SCHEMA_H
#define T_VIEW_SCHEMA_H

/* Lists for the tests of texts: fields by a table, people and looked-up items that are known. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "view/text.h"

struct column {
	const char *name, *display;
	enum field_type type;
	unsigned flags;
	const char *choices[8];
	const char *def;
};

static inline void add_column(struct list *l, const struct column *c)
{
	struct field *f = schema_add(&l->schema);

	assert_non_null(f);
	assert_int_equal(str_set(&f->name, c->name), 0);
	assert_int_equal(str_set(&f->display, c->display), 0);
	assert_int_equal(str_set(&f->def, c->def), 0);
	f->type = c->type;
	f->flags = c->flags;
	while (f->n_choices < 8 && c->choices[f->n_choices])
		f->n_choices++;
	f->choices = calloc(f->n_choices + 1, sizeof(*f->choices));
	assert_non_null(f->choices);
	for (size_t i = 0; i < f->n_choices; i++)
		assert_int_equal(str_set(&f->choices[i], c->choices[i]), 0);
}

static inline void make_list(struct list *l, int template, const struct column *columns, size_t n)
{
	*l = (struct list) LIST_INIT;
	l->template = template;
	l->bias = -60;
	assert_int_equal(str_set(&l->title, "A list"), 0);
	for (size_t i = 0; i < n; i++)
		add_column(l, &columns[i]);
}

#define MAKE_LIST(l, template, columns) make_list(l, template, columns, sizeof(columns) / sizeof(*(columns)))

/* ---- who and what is known --------------------------------------------------------- */

static const struct {
	const char *id, *name, *login, *mail, *wire;
} people[] = {
	{ "12", "Jane Roe", "CONTOSO\\jroe", "jane.roe@contoso.example",
	  "12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe" },
	{ "15", "Max M\u00fcller", "CONTOSO\\mmueller", "max.mueller@contoso.example",
	  "15;#Max M\u00fcller,#CONTOSO\\mmueller,#max.mueller@contoso.example,#,#Max M\u00fcller" },
	{ "16", "Roe, John; Jr.", "CONTOSO\\john", "", "16;#Roe,, John; Jr.,#CONTOSO\\john,#,#,#Roe,, John; Jr." },
	{ "17", "\u65e5\u672c \u592a\u90ce", "", "", "17;#\u65e5\u672c \u592a\u90ce" },
	{ "18", "Max <the [7]> \"X\"", "i:0#.f|membership|x@y.example", "",
	  "18;#Max <the [7]> \"X\",#i:0#.f|membership|x@y.example,#,#,#Max" },
	{ "21", "Double", "D\\one", "", "21;#Double,#D\\one,#,#,#Double" },
	{ "22", "Double", "D\\two", "", "22;#Double,#D\\two,#,#,#Double" },
	{ "1073741823", "  ", "SHAREPOINT\\system", "", "1073741823;#  ,#SHAREPOINT\\system,#,#,#  " },
};

static const struct {
	const char *id, *text;
} looked_up[] = {
	{ "1", "Contoso" },	  { "2", "A; B [7]" }, { "3", " lead" }, { "4", "\"quoted\"" }, { "5", "Twice" },
	{ "6", "Twice" },	  { "7", "Contoso Ltd" }, { "8", "#x;" },   { "9", "a\tb" },     { "17", "Toner order" },
	{ "23", "Fuser; replaced twice" },
};

enum { N_PEOPLE = sizeof(people) / sizeof(*people), N_LOOKED_UP = sizeof(looked_up) / sizeof(*looked_up) };

static inline int find_user(void *arg, const char *key, char **ret_wire)
{
	const char *found = NULL;

	(void) arg;
	for (size_t i = 0; i < N_PEOPLE; i++) {
		if (!str_eq(key, people[i].id) && !str_eq_nocase(key, people[i].name) &&
		    !(*people[i].login && str_eq_nocase(key, people[i].login)) &&
		    !(*people[i].mail && str_eq_nocase(key, people[i].mail)))
			continue;
		if (found)
			return -ENOTUNIQ;
		found = people[i].wire;
	}
	if (!found)
		return 0;
	return str_set(ret_wire, found) < 0 ? -ENOMEM : 1;
}

static inline int find_lookup(void *arg, const struct field *f, const char *id, const char *text, char **ret_id,
			      char **ret_text)
{
	size_t at = N_LOOKED_UP;

	(void) arg;
	(void) f;
	for (size_t i = 0; i < N_LOOKED_UP; i++) {
		if (!str_eq(id ? id : text, id ? looked_up[i].id : looked_up[i].text))
			continue;
		if (at < N_LOOKED_UP)
			return -ENOTUNIQ;
		at = i;
	}
	if (at == N_LOOKED_UP)
		return 0;
	return str_set(ret_id, looked_up[at].id) < 0 || str_set(ret_text, looked_up[at].text) < 0 ? -ENOMEM : 1;
}

static const struct view_known known = { find_user, find_lookup, NULL };

/* ---- calls --------------------------------------------------------------------------- */

/* name, text, name, text, ..., NULL */
static inline void set_values(struct values *v, const char *const pairs[])
{
	for (; *pairs; pairs += 2)
		assert_int_equal(values_set(v, pairs[0], pairs[1]), 0);
}

static inline char *rendered(const struct list *l, const struct values *v)
{
	struct buf out = BUF_INIT(1 << 24);
	char *text;

	assert_int_equal(view_text_render(l, v, &out), 0);
	text = buf_take(&out);
	assert_non_null(text);
	return text;
}

static inline char *shown(const struct list *l, const struct field *f, const char *wire)
{
	struct buf out = BUF_INIT(1 << 24);
	char *text;

	assert_int_equal(view_text_value(l, f, wire, &out), 0);
	text = buf_take(&out);
	assert_non_null(text);
	return text;
}

#endif
