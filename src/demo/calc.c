#include "calc.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "ftype.h"
#include "item.h"
#include "model.h"

/* A recursive descent over  sum = product { (+|-|&) product };  product = atom { (*|/) atom }. */

#define DEPTH_MAX 32

struct val {
	bool number;
	double n;
	char *text; /* owned; NULL when a number */
};

struct calc {
	const char *s;
	const struct list *l;
	const struct item *i;
	int depth;
	const char *error; /* "#NAME?" and the like */
};

static void skip_blanks(struct calc *c)
{
	c->s += strspn(c->s, " \t\r\n");
}

static void release(struct val *v)
{
	free(v->text);
	*v = (struct val) { 0 };
}

static int fail(struct calc *c, const char *error)
{
	c->error = error;
	return -EINVAL;
}

static const struct field *field_called(const struct list *l, const char *name)
{
	const struct field *f = list_field(l, name);

	for (size_t i = 0; !f && i < l->n_fields; i++)
		if (str_eq_nocase(l->fields[i]->display, name))
			f = l->fields[i];
	return f;
}

/* [Purchase price] or Title */
static int read_column(struct calc *c, struct val *ret)
{
	bool bracket = *c->s == '[';
	const char *from = c->s + bracket;
	size_t n = bracket ? strcspn(from, "]") : strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
							       "0123456789_");
	CLEANUP(str_free_p) char *name = strndup(from, n);
	const struct field *f = name ? field_called(c->l, name) : NULL;
	const char *stored;

	if (!name)
		return -ENOMEM;
	if (!f || f->sys || (bracket && !from[n]))
		return fail(c, "#NAME?");
	c->s = from + n + bracket;
	stored = pairs_get(&c->i->vals, f->name);
	ret->number = f->type->compare == COMPARE_NUMBER;
	ret->n = stored ? strtod(stored, NULL) : 0;
	ret->text = ret->number ? NULL : strdup(stored ? stored : "");
	return ret->number || ret->text ? 0 : -ENOMEM;
}

static int read_text(struct calc *c, struct val *ret)
{
	size_t n = strcspn(c->s + 1, "\"");

	if (!c->s[n + 1])
		return fail(c, "#NAME?");
	ret->text = strndup(c->s + 1, n);
	c->s += n + 2;
	return ret->text ? 0 : -ENOMEM;
}

static int read_sum(struct calc *c, struct val *ret);

static int read_atom(struct calc *c, struct val *ret)
{
	int r;

	skip_blanks(c);
	if (*c->s == '(' && c->depth < DEPTH_MAX) {
		c->s++;
		c->depth++;
		r = read_sum(c, ret);
		c->depth--;
		skip_blanks(c);
		if (r >= 0 && *c->s != ')')
			return fail(c, "#NAME?");
		c->s += r >= 0;
		return r;
	}
	if (*c->s == '"')
		return read_text(c, ret);
	if (isdigit((unsigned char) *c->s) || *c->s == '.') {
		char *end;

		ret->number = true;
		ret->n = strtod(c->s, &end);
		c->s = end;
		return 0;
	}
	return read_column(c, ret);
}

static char *as_text(const struct val *v)
{
	return v->number ? str_printf("%.15g", v->n) : strdup(v->text);
}

static int join(struct val *a, const struct val *b)
{
	CLEANUP(str_free_p) char *x = as_text(a);
	CLEANUP(str_free_p) char *y = as_text(b);
	char *both = x && y ? str_printf("%s%s", x, y) : NULL;

	if (!both)
		return -ENOMEM;
	release(a);
	a->text = both;
	return 0;
}

static int apply(struct calc *c, char op, struct val *a, const struct val *b)
{
	if (op == '&')
		return join(a, b);
	if (!a->number || !b->number)
		return fail(c, "#VALUE!");
	if (op == '/' && b->n == 0)
		return fail(c, "#DIV/0!");
	a->n = op == '+' ? a->n + b->n : op == '-' ? a->n - b->n : op == '*' ? a->n * b->n : a->n / b->n;
	return isfinite(a->n) ? 0 : fail(c, "#NUM!");
}

typedef int (*read_fn)(struct calc *c, struct val *ret);

static int read_chain(struct calc *c, const char *ops, read_fn part, struct val *ret)
{
	int r = part(c, ret);

	for (skip_blanks(c); r >= 0 && *c->s && strchr(ops, *c->s); skip_blanks(c)) {
		struct val b = { 0 };
		char op = *c->s++;

		r = part(c, &b);
		if (r >= 0)
			r = apply(c, op, ret, &b);
		release(&b);
	}
	return r;
}

static int read_product(struct calc *c, struct val *ret)
{
	return read_chain(c, "*/", read_atom, ret);
}

static int read_sum(struct calc *c, struct val *ret)
{
	return read_chain(c, "+-&", read_product, ret);
}

int calc_eval(const char *formula, const struct list *l, const struct item *i, struct buf *out)
{
	struct calc c = { .s = formula, .l = l, .i = i };
	struct val v = { 0 };
	int r;

	skip_blanks(&c);
	if (*c.s == '=')
		c.s++;
	r = read_sum(&c, &v);
	if (r >= 0 && *c.s)
		r = fail(&c, "#NAME?");
	if (r == -EINVAL)
		r = buf_adds(out, c.error);
	else if (r >= 0)
		r = v.number ? buf_addf(out, "%.15g", v.n) : buf_adds(out, v.text);
	release(&v);
	return r;
}
