#include "fmt_categories.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#define NO_LIMIT ((size_t) 1 << 30)

static const char column[] = "Categories", property[] = "CATEGORIES";

struct words {
	char **w; /* owned */
	size_t n;
	size_t cap;
};

static void words_release(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->w[i]);
	free(w->w);
	*w = (struct words) { 0 };
}

/* Takes the n bytes at s, trimmed, unless they are nothing. */
static int add_word(struct words *w, const char *s, size_t n)
{
	int r;

	while (n && strchr(" \t\n", *s)) {
		s++;
		n--;
	}
	while (n && strchr(" \t\n", s[n - 1]))
		n--;
	if (!n)
		return 0;
	r = vec_grow(&w->w, &w->cap, w->n + 1, sizeof(*w->w));
	if (r < 0)
		return r;
	w->w[w->n] = strndup(s, n);
	return w->w[w->n] ? (w->n++, 0) : -ENOMEM;
}

/* ---- sources ------------------------------------------------------------------------ */

/* "A; B", or "A, B". */
static int split(const char *list, struct words *w)
{
	const char *separators = strchr(list, ';') ? ";" : ",";
	int r = 0;

	while (r == 0 && *list) {
		size_t n = strcspn(list, separators);

		r = add_word(w, list, n);
		list += n;
		list += *list != '\0';
	}
	return r;
}

static int of_values(const struct list *l, const struct values *v, const char *choice, struct words *w)
{
	struct buf text = BUF_INIT(NO_LIMIT);
	int r = choice ? column_show(l, v, choice, COLUMN_TEXT, &text) : 0;

	if (r == 0)
		r = add_word(w, buf_str(&text), text.len);
	buf_reset(&text);
	if (r == 0)
		r = column_show(l, v, column, COLUMN_NOTE, &text);
	if (r == 0)
		r = split(buf_str(&text), w);
	buf_release(&text);
	return r;
}

static int of_lines(const struct lines *l, size_t comp, struct words *w)
{
	const struct line *line = NULL;
	struct buf one = BUF_INIT(NO_LIMIT);
	int r = 0;

	while (r == 0 && (line = lines_find(l, comp, property, line)))
		for (const char *rest = line->value; rest && r == 0;) {
			buf_reset(&one);
			rest = line_part(rest, ',', &one);
			r = buf_error(&one);
			if (r == 0)
				r = add_word(w, buf_str(&one), one.len);
		}
	buf_release(&one);
	return r;
}

/* ---- comparing --------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static char **sorted(const struct words *w)
{
	char **s = calloc(w->n + 1, sizeof(*s));

	if (!s)
		return NULL;
	for (size_t i = 0; i < w->n; i++)
		s[i] = w->w[i];
	qsort(s, w->n, sizeof(*s), compare);
	return s;
}

/* 1, 0, -ENOMEM. */
static int same(const struct words *a, const struct words *b)
{
	char **x = sorted(a), **y = sorted(b);
	int r = x && y ? a->n == b->n : -ENOMEM;

	for (size_t i = 0; r == 1 && i < a->n; i++)
		r = str_eq(x[i], y[i]);
	free(x);
	free(y);
	return r;
}

/* ---- both ways ------------------------------------------------------------------------------ */

/* A choice that the schema has not cannot be told from the other words. */
static const char *known_choice(const struct list *l, const char *choice)
{
	return choice && schema_find(&l->schema, choice) ? choice : NULL;
}

int categories_write(const struct list *l, const struct values *v, const char *choice, struct buf *out)
{
	struct words w = { 0 };
	struct buf value = BUF_INIT(NO_LIMIT);
	int r = of_values(l, v, known_choice(l, choice), &w);

	for (size_t i = 0; i < w.n; i++) {
		if (i)
			buf_addc(&value, ',');
		line_escape(w.w[i], &value);
	}
	if (r == 0)
		r = buf_error(&value);
	if (r == 0 && w.n)
		line_write(property, buf_str(&value), out);
	buf_release(&value);
	words_release(&w);
	return r < 0 ? r : buf_error(out);
}

/* Whether the column can be that: one of its choices, or what it is. */
static bool is_choice(const struct fmt_edit *e, const char *choice, const char *word)
{
	const struct field *f = schema_find(&e->list->schema, choice);
	const char *base = values_get(e->base, choice);

	for (size_t i = 0; i < f->n_choices; i++)
		if (str_eq(f->choices[i], word))
			return true;
	return base && str_eq(base, word);
}

static int set_words(const struct fmt_edit *e, const struct words *w, const char *choice)
{
	struct buf rest = BUF_INIT(NO_LIMIT);
	const char *chosen = NULL;
	int r;

	for (size_t i = 0; i < w->n; i++) {
		if (choice && !chosen && is_choice(e, choice, w->w[i]))
			chosen = w->w[i];
		else
			buf_addf(&rest, "%s%s", rest.len ? "; " : "", w->w[i]);
	}
	r = buf_error(&rest);
	if (r == 0)
		r = edit_text(e, column, COLUMN_TEXT, buf_str(&rest), 0);
	if (r == 0 && choice)
		r = edit_text(e, choice, COLUMN_TEXT, chosen, 0);
	buf_release(&rest);
	return r;
}

int categories_edit(const struct fmt_edit *e, const struct lines *l, size_t comp, const char *choice)
{
	struct words was = { 0 }, now = { 0 };
	int r;

	choice = known_choice(e->list, choice);
	r = of_values(e->list, e->base, choice, &was);
	if (r == 0)
		r = of_lines(l, comp, &now);
	if (r == 0)
		r = same(&was, &now);
	if (r == 1)
		r = edit_keep(e, column) < 0 || (choice && edit_keep(e, choice) < 0) ? -ENOMEM : 0;
	else if (r == 0)
		r = set_words(e, &now, choice);
	words_release(&was);
	words_release(&now);
	return r;
}
