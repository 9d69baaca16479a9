#ifndef FUZZ_VIEW_PIM_H
#define FUZZ_VIEW_PIM_H

/*
 * For the fuzzers of formats: a list, items, and what holds for every file that
 * is accepted: with its operations carried out, the items render, and the
 * rendering read against them changes nothing.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "view/format.h"

enum { MAX_ITEMS = 64 };

struct fuzz_column {
	const char *name;
	enum field_type type;
	unsigned flags;
};

struct fuzz_world {
	struct list list;
	struct item item[MAX_ITEMS]; /* the first is the master */
	const struct item *exception[MAX_ITEMS];
	size_t n;
	struct view_file f;
};

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void make_list(struct fuzz_world *w, int template, const struct fuzz_column *c, size_t n)
{
	static const char *const choices[] = { "Not Started", "In Progress", "Completed", "Deferred" };

	w->list = (struct list) LIST_INIT;
	w->list.template = template;
	w->list.bias = -60;
	demand(str_set(&w->list.id, "{6F1F9C7E-8B1C-4E5E-9C0B-0E6B1E1B0001}") == 0);
	for (size_t i = 0; i < n; i++) {
		struct field *f = schema_add(&w->list.schema);

		demand(f && str_set(&f->name, c[i].name) == 0 && str_set(&f->display, c[i].name) == 0);
		f->type = c[i].type;
		f->flags = c[i].flags;
		if (f->type != FIELD_CHOICE)
			continue;
		f->choices = calloc(4, sizeof(*f->choices));
		demand(f->choices != NULL);
		for (; f->n_choices < 4; f->n_choices++)
			demand(str_set(&f->choices[f->n_choices], choices[f->n_choices]) == 0);
	}
	w->f.list = &w->list;
	w->f.host = "host.example";
	w->f.now = 1795689900;
}

/* Points the file at the items there are. */
static void point(struct fuzz_world *w)
{
	for (size_t i = 0; i < w->n; i++)
		w->exception[i] = &w->item[i];
	w->f.series = (struct view_series) { w->n ? &w->item[0] : NULL, w->exception + 1, w->n ? w->n - 1 : 0 };
}

static struct values *add_item(struct fuzz_world *w)
{
	struct item *i = &w->item[w->n++];

	*i = (struct item) ITEM_INIT;
	i->id = (int64_t) w->n;
	i->created = i->modified = 1795189330;
	return &i->values;
}

static void release(struct fuzz_world *w)
{
	for (size_t i = 0; i < w->n; i++)
		item_release(&w->item[i]);
	list_release(&w->list);
}

/* What is left of the items when an operation deletes one. */
static void drop_item(struct fuzz_world *w, size_t at)
{
	item_release(&w->item[at]);
	memmove(&w->item[at], &w->item[at + 1], (w->n - at - 1) * sizeof(*w->item));
	w->n--;
}

static bool apply_op(struct fuzz_world *w, const struct view_op *op, size_t at)
{
	struct values *v = op->op == CHANGE_NEW ? (w->n < MAX_ITEMS ? add_item(w) : NULL) : &w->item[at].values;

	if (op->op != CHANGE_DELETE)
		return v && values_overlay(v, &op->fields) == 0;
	drop_item(w, at);
	return true;
}

/* Carries the operations out, those that delete at last: items are known by their place. */
static bool apply(struct fuzz_world *w, const struct view_changes *c)
{
	bool ok = true;

	if (c->drops_instances)
		while (w->n > 1)
			drop_item(w, w->n - 1);
	for (size_t i = 0; i < c->n && ok; i++)
		if (c->op[i].op != CHANGE_DELETE)
			ok = apply_op(w, &c->op[i], c->op[i].item ? (size_t) (c->op[i].item - w->item) : 0);
	for (size_t at = w->n; at-- > 0 && ok;)
		for (size_t i = 0; i < c->n && ok; i++)
			if (c->op[i].op == CHANGE_DELETE && c->op[i].item == &w->item[at]) {
				ok = apply_op(w, &c->op[i], at);
				break;
			}
	return ok;
}

/* The rendering changes nothing. */
static void check_render(struct fuzz_world *w, const struct view_format *format)
{
	CLEANUP(view_changes_release_p) struct view_changes c = VIEW_CHANGES_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 26);
	struct err err = { 0 };
	int r;

	point(w);
	w->f.new_title = NULL;
	demand(format->render(&w->f, &text) == 0);
	r = format->parse(&w->f, buf_str(&text), text.len, &c, &err);
	if (r < 0 || c.n)
		fprintf(stderr, "%s\n%s\n", err.text, buf_str(&text));
	for (size_t i = 0; i < c.n; i++)
		for (size_t k = 0; k < c.op[i].fields.n; k++)
			fprintf(stderr, "%s=%s\n", c.op[i].fields.v[k].name, c.op[i].fields.v[k].text);
	demand(r == 0 && !c.n);
}

static void check_file(struct fuzz_world *w, const struct view_format *format, const char *text, size_t n)
{
	CLEANUP(view_changes_release_p) struct view_changes c = VIEW_CHANGES_INIT;
	struct err err = { 0 };
	int r;

	point(w);
	w->f.new_title = w->n ? NULL : "New";
	r = format->parse(&w->f, text, n, &c, &err);
	demand(r == 0 || ((r == -EINVAL || r == -EFBIG) && *err.text && !c.n));
	if (r < 0 || !apply(w, &c))
		return;
	w->f.extras = c.extras;
	check_render(w, format);
	w->f.extras = NULL;
}

/* Values that a server might send: texts, each ended by NUL, for the columns in their order. */
static void random_values(struct values *v, const struct fuzz_column *c, size_t n_c, const char *p, size_t n)
{
	for (size_t i = 0; i < n_c && n; i++) {
		size_t len = strnlen(p, n);
		char *text = strndup(p, len);

		demand(text != NULL);
		if (str_utf8_valid(text, len))
			demand(values_set(v, c[i].name, text) == 0);
		free(text);
		p += len + (len < n);
		n -= len + (len < n);
	}
}

static void set_pairs(struct values *v, const char *const *pairs)
{
	for (; *pairs; pairs += 2)
		demand(values_set(v, pairs[0], pairs[1]) == 0);
}

#endif
