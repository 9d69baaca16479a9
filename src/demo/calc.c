#include "calc.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "calcval.h"
#include "ftype.h"
#include "item.h"
#include "model.h"
#include "tz.h"

/*
 * A recursive descent over
 *
 *	test = join { (=|<>|<=|>=|<|>) join }    join = sum { & sum }    sum = product { (+|-) product }
 *	product = power { (*|/) power }          power = sign { ^ sign } sign = { -|+ } atom { % }
 *
 * Errors of values are values, so that the rest is still read; only what is no formula ends the reading.
 */

#define DEPTH_MAX 32
#define NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define DAYS_1970 25569

struct calc {
	const char *s;
	const struct list *l;
	const struct item *i; /* NULL: it is only read, columns are blank */
	bool strict;          /* StrictTypeCoercion: a date is no text */
	int depth;
};

static void skip_blanks(struct calc *c)
{
	c->s += strspn(c->s, " \t\r\n");
}

/* ---- columns ------------------------------------------------------------------------------------ */

static const struct field *field_called(const struct list *l, const char *name)
{
	const struct field *f = list_field(l, name);

	for (size_t i = 0; !f && i < l->n_fields; i++)
		if (str_eq_nocase(l->fields[i]->display, name))
			f = l->fields[i];
	return f;
}

static void set_date(struct val *v, int64_t utc)
{
	val_number(v, VAL_DATE, (double) tz_local(utc) / 86400 + DAYS_1970);
}

/* Those that the server works out are none, but for two dates. */
static int read_system(struct calc *c, const struct field *f, struct val *ret)
{
	bool created = strcmp(f->name, "Created") == 0;

	if (!created && strcmp(f->name, "Modified") != 0)
		return -EINVAL;
	if (c->i)
		set_date(ret, created ? c->i->created : c->i->modified);
	return 0;
}

static int set_column(const struct field *f, const char *stored, struct val *ret)
{
	bool truth = str_eq(f->type->column, "bit");
	int64_t t;

	if (!stored) {
		*ret = (struct val) { .wordy = f->type->compare != COMPARE_NUMBER };
		return 0;
	}
	if (f->type->compare == COMPARE_DATE && clock_parse_iso(stored, &t) == 0) {
		set_date(ret, t);
		return 0;
	}
	if (f->type->compare != COMPARE_NUMBER)
		return val_text(ret, strdup(stored));
	val_number(ret, truth ? VAL_BOOL : VAL_NUMBER, strtod(stored, NULL));
	return 0;
}

static int use_column(struct calc *c, const char *name, struct val *ret)
{
	const struct field *f = field_called(c->l, name);

	if (!f)
		return -EINVAL;
	if (f->sys)
		return read_system(c, f, ret);
	return set_column(f, c->i ? pairs_get(&c->i->vals, f->name) : NULL, ret);
}

/* ---- atoms -------------------------------------------------------------------------------------- */

static int read_test(struct calc *c, struct val *ret);

/* "a ""quoted"" word" */
static int read_text(struct calc *c, struct val *ret)
{
	struct buf text = BUF_INIT(1 << 20);
	int r = 0;

	for (c->s++; r >= 0 && (*c->s != '"' || c->s[1] == '"'); c->s++) {
		if (!*c->s) {
			r = -EINVAL;
			break;
		}
		c->s += *c->s == '"';
		r = buf_addc(&text, *c->s);
	}
	c->s += r >= 0;
	if (r >= 0)
		r = val_text(ret, strdup(buf_str(&text)));
	buf_release(&text);
	return r;
}

static int read_args(struct calc *c, struct val *args, size_t *n)
{
	int r = 0;

	skip_blanks(c);
	if (*c->s == ')') {
		c->s++;
		return 0;
	}
	for (;; c->s++) {
		if (*n == CALC_ARGS)
			return -EINVAL;
		r = read_test(c, &args[(*n)++]);
		if (r < 0)
			return r;
		skip_blanks(c);
		if (*c->s == ')')
			break;
		if (*c->s != ',')
			return -EINVAL;
	}
	c->s++;
	return 0;
}

static int read_call(struct calc *c, const char *name, struct val *ret)
{
	struct val args[CALC_ARGS] = { 0 };
	size_t n = 0;
	int r;

	if (c->depth >= DEPTH_MAX)
		return -EINVAL;
	c->s++;
	c->depth++;
	r = read_args(c, args, &n);
	c->depth--;
	if (r >= 0)
		r = calcfn_run(name, args, n, ret);
	for (size_t i = 0; i < n; i++)
		val_release(&args[i]);
	return r == -ENOENT ? -EINVAL : r;
}

/* A column, a function, TRUE or FALSE. */
static int read_word(struct calc *c, struct val *ret)
{
	bool bracket = *c->s == '[';
	const char *from = c->s + bracket;
	size_t n = bracket ? strcspn(from, "]") : strspn(from, NAME);
	CLEANUP(str_free_p) char *name = strndup(from, n);

	if (!name)
		return -ENOMEM;
	if (n == 0 || (bracket && !from[n]))
		return -EINVAL;
	c->s = from + n + bracket;
	if (bracket)
		return use_column(c, name, ret);
	skip_blanks(c);
	if (*c->s == '(')
		return read_call(c, name, ret);
	if (!str_eq_nocase(name, "TRUE") && !str_eq_nocase(name, "FALSE"))
		return use_column(c, name, ret);
	val_number(ret, VAL_BOOL, str_eq_nocase(name, "TRUE"));
	return 0;
}

static int read_bracket(struct calc *c, struct val *ret)
{
	int r;

	if (c->depth >= DEPTH_MAX)
		return -EINVAL;
	c->s++;
	c->depth++;
	r = read_test(c, ret);
	c->depth--;
	if (r < 0)
		return r;
	skip_blanks(c);
	if (*c->s != ')')
		return -EINVAL;
	c->s++;
	return 0;
}

static int read_atom(struct calc *c, struct val *ret)
{
	skip_blanks(c);
	if (*c->s == '(')
		return read_bracket(c, ret);
	if (*c->s == '"')
		return read_text(c, ret);
	if (isdigit((unsigned char) *c->s) || (*c->s == '.' && isdigit((unsigned char) c->s[1]))) {
		char *end;

		val_number(ret, VAL_NUMBER, strtod(c->s, &end));
		c->s = end;
		return 0;
	}
	return read_word(c, ret);
}

/* ---- operators ---------------------------------------------------------------------------------- */

static int join(struct calc *c, struct val *a, struct val *b)
{
	CLEANUP(str_free_p) char *x = NULL;
	CLEANUP(str_free_p) char *y = NULL;
	struct val *wrong = a->kind == VAL_ERROR ? a : b->kind == VAL_ERROR ? b : NULL;

	if (wrong || (c->strict && (a->kind == VAL_DATE || b->kind == VAL_DATE))) {
		val_error(a, wrong ? wrong->error : "#VALUE!");
		return 0;
	}
	x = val_to_text(a);
	y = val_to_text(b);
	return x && y ? val_text(a, str_printf("%s%s", x, y)) : -ENOMEM;
}

/* Numbers before texts before truth values, as in a spreadsheet. */
static int compare(const struct val *a, const struct val *b)
{
	static const int rank[] = { [VAL_BLANK] = 0, [VAL_NUMBER] = 0, [VAL_DATE] = 0, [VAL_TEXT] = 1, [VAL_BOOL] = 2 };
	bool texts = a->kind == VAL_TEXT || b->kind == VAL_TEXT;

	if (texts && (a->kind == b->kind || a->kind == VAL_BLANK || b->kind == VAL_BLANK))
		return strcasecmp(a->text ? a->text : "", b->text ? b->text : "");
	if (rank[a->kind] != rank[b->kind] && a->kind != VAL_BLANK && b->kind != VAL_BLANK)
		return rank[a->kind] - rank[b->kind];
	return (a->n > b->n) - (a->n < b->n);
}

static void test(const char *op, struct val *a, const struct val *b)
{
	int d;

	if (a->kind == VAL_ERROR || b->kind == VAL_ERROR) {
		val_error(a, a->kind == VAL_ERROR ? a->error : b->error);
		return;
	}
	d = compare(a, b);
	val_number(a, VAL_BOOL,
		   strcmp(op, "=") == 0	   ? d == 0
		   : strcmp(op, "<>") == 0 ? d != 0
		   : strcmp(op, "<=") == 0 ? d <= 0
		   : strcmp(op, ">=") == 0 ? d >= 0
		   : *op == '<'		   ? d < 0
					   : d > 0);
}

static int apply(struct calc *c, const char *op, struct val *a, struct val *b)
{
	enum val_kind kind = (*op == '+' || *op == '-') && (a->kind == VAL_DATE) != (b->kind == VAL_DATE) ? VAL_DATE
														: VAL_NUMBER;
	double x, y, z;

	if (*op == '&')
		return join(c, a, b);
	if (strchr("=<>", *op)) {
		test(op, a, b);
		return 0;
	}
	if (!val_to_number(a, &x))
		return 0;
	if (!val_to_number(b, &y)) {
		val_error(a, b->error);
		return 0;
	}
	if (*op == '/' && y == 0) {
		val_error(a, "#DIV/0!");
		return 0;
	}
	z = *op == '+' ? x + y : *op == '-' ? x - y : *op == '*' ? x * y : *op == '/' ? x / y : pow(x, y);
	if (isfinite(z))
		val_number(a, kind, z);
	else
		val_error(a, "#NUM!");
	return 0;
}

/* From the weakest to the strongest; longer signs come before those that they begin with. */
static const char *const levels[][7] = {
	{ "<>", "<=", ">=", "=", "<", ">" }, { "&" }, { "+", "-" }, { "*", "/" }, { "^" },
};

#define LEVELS (sizeof(levels) / sizeof(*levels))

static const char *operator_at(const char *s, size_t level)
{
	for (size_t i = 0; levels[level][i]; i++)
		if (str_starts(s, levels[level][i]))
			return levels[level][i];
	return NULL;
}

static int read_sign(struct calc *c, struct val *ret)
{
	bool minus = false, any = false;
	double x;
	int r;

	for (skip_blanks(c); *c->s == '-' || *c->s == '+'; skip_blanks(c)) {
		minus ^= *c->s++ == '-';
		any = true;
	}
	r = read_atom(c, ret);
	if (r < 0)
		return r;
	for (skip_blanks(c); *c->s == '%'; skip_blanks(c)) {
		c->s++;
		if (val_to_number(ret, &x))
			val_number(ret, VAL_NUMBER, x / 100);
	}
	if (any && val_to_number(ret, &x))
		val_number(ret, VAL_NUMBER, minus ? -x : x);
	return 0;
}

static int read_chain(struct calc *c, size_t level, struct val *ret)
{
	const char *op;
	int r = level + 1 < LEVELS ? read_chain(c, level + 1, ret) : read_sign(c, ret);

	while (r >= 0) {
		struct val b = { 0 };

		skip_blanks(c);
		op = operator_at(c->s, level);
		if (!op)
			break;
		c->s += strlen(op);
		r = level + 1 < LEVELS ? read_chain(c, level + 1, &b) : read_sign(c, &b);
		if (r >= 0)
			r = apply(c, op, ret, &b);
		val_release(&b);
	}
	return r;
}

static int read_test(struct calc *c, struct val *ret)
{
	return read_chain(c, 0, ret);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static int work_out(const char *formula, const struct list *l, const struct item *i, struct val *ret)
{
	struct calc c = { .s = formula, .l = l, .i = i, .strict = list_prop_is(l, "StrictTypeCoercion", false) };
	int r;

	skip_blanks(&c);
	if (*c.s == '=')
		c.s++;
	r = read_test(&c, ret);
	return r >= 0 && *c.s ? -EINVAL : r;
}

static int store(const struct val *v, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	switch (v->kind) {
	case VAL_BLANK: return v->wordy ? 0 : buf_addc(out, '0');
	case VAL_NUMBER: return buf_addf(out, "%.15g", v->n);
	case VAL_BOOL: return buf_addc(out, v->n != 0 ? '1' : '0');
	case VAL_ERROR: return buf_adds(out, v->error);
	case VAL_TEXT: return buf_adds(out, v->text);
	case VAL_DATE:
		if (v->n < 0 || v->n > 2958465) /* 9999-12-31 */
			return buf_adds(out, "#NUM!");
		clock_format_iso(tz_utc(llround((v->n - DAYS_1970) * 86400)), iso);
		return buf_adds(out, iso);
	}
	return 0;
}

int calc_eval(const char *formula, const struct list *l, const struct item *i, struct buf *out)
{
	struct val v = { 0 };
	int r = work_out(formula, l, i, &v);

	r = r == -EINVAL ? buf_adds(out, "#NAME?") : r < 0 ? r : store(&v, out);
	val_release(&v);
	return r;
}

int calc_holds(const char *formula, const struct list *l, const struct item *i)
{
	struct val v = { 0 };
	bool truth = false;
	int r = work_out(formula, l, i, &v);

	if (r >= 0)
		r = val_to_bool(&v, &truth) && truth;
	val_release(&v);
	return r == -EINVAL ? 0 : r;
}

int calc_check(const char *formula, const struct list *l)
{
	struct val v = { 0 };
	int r = work_out(formula, l, NULL, &v);

	val_release(&v);
	return r < 0 ? r : 0;
}

/* ---- names -------------------------------------------------------------------------------------- */

static const struct field *field_displayed(const struct list *l, const char *name)
{
	for (size_t i = 0; i < l->n_fields; i++)
		if (str_eq_nocase(l->fields[i]->display, name) && !l->fields[i]->sys)
			return l->fields[i];
	for (size_t i = 0; i < l->n_fields; i++)
		if (str_eq_nocase(l->fields[i]->display, name))
			return l->fields[i];
	return NULL;
}

/* Adds the other name of a column, in brackets where a bare one would be read otherwise. 1: there is no such column. */
static int add_other_name(const char *name, const struct list *l, bool to_display, struct buf *out)
{
	const struct field *f = to_display ? list_field(l, name) : field_displayed(l, name);
	const char *other = f ? to_display ? f->display : f->name : name;
	bool bare = *other && !other[strspn(other, NAME)] && !isdigit((unsigned char) *other);
	int r = buf_addf(out, bare ? "%s" : "[%s]", other);

	return r < 0 ? r : !f;
}

/* The length of a name at s, brackets included; 0: something else is there. */
static size_t name_at(const char *s, bool *ret_name)
{
	size_t n = strspn(s, NAME);
	const char *after = s + n + strspn(s + n, " \t\r\n");

	*ret_name = false;
	if (*s == '[') {
		*ret_name = strchr(s, ']');
		return *ret_name ? strcspn(s, "]") + 1 : 1;
	}
	if (n)
		*ret_name = !isdigit((unsigned char) *s) && *after != '(' && !(n == 4 && strncasecmp(s, "TRUE", 4) == 0) &&
			    !(n == 5 && strncasecmp(s, "FALSE", 5) == 0);
	else if (*s == '"')
		return strcspn(s + 1, "\"") + (strchr(s + 1, '"') ? 2 : 1);
	return n ? n : 1;
}

int calc_translate(const char *formula, const struct list *l, bool to_display, struct buf *out)
{
	int unknown = 0, r = 0;
	size_t n;

	for (const char *s = formula; r >= 0 && *s; s += n) {
		bool is_name;

		n = name_at(s, &is_name);
		if (is_name) {
			CLEANUP(str_free_p) char *name = strndup(s + (*s == '['), n - (*s == '[' ? 2 : 0));

			r = name ? add_other_name(name, l, to_display, out) : -ENOMEM;
			unknown += r > 0;
		} else {
			r = buf_add(out, s, n);
		}
	}
	return r < 0 ? r : unknown;
}
