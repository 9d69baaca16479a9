#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "calcval.h"
#include "tz.h"

/* The values and the functions of formulas. */

#define DAYS_1970 25569

void val_release(struct val *v)
{
	free(v->text);
	*v = (struct val) { 0 };
}

void val_number(struct val *v, enum val_kind kind, double n)
{
	val_release(v);
	v->kind = kind;
	v->n = n;
}

void val_error(struct val *v, const char *error)
{
	val_release(v);
	v->kind = VAL_ERROR;
	v->error = error;
}

int val_text(struct val *v, char *text)
{
	val_release(v);
	if (!text)
		return -ENOMEM;
	v->kind = VAL_TEXT;
	v->text = text;
	return 0;
}

bool val_to_number(struct val *v, double *ret)
{
	char *end;

	if (v->kind == VAL_ERROR)
		return false;
	if (v->kind != VAL_TEXT) {
		*ret = v->n;
		return true;
	}
	*ret = strtod(v->text, &end);
	if (end != v->text && !end[strspn(end, " ")] && isfinite(*ret) && !strpbrk(v->text, "xXnNpP"))
		return true;
	val_error(v, "#VALUE!");
	return false;
}

bool val_to_bool(struct val *v, bool *ret)
{
	double n = 0;

	if (v->kind == VAL_TEXT && (str_eq_nocase(v->text, "TRUE") || str_eq_nocase(v->text, "FALSE"))) {
		*ret = str_eq_nocase(v->text, "TRUE");
		return true;
	}
	if (!val_to_number(v, &n))
		return false;
	*ret = n != 0;
	return true;
}

char *val_to_text(const struct val *v)
{
	switch (v->kind) {
	case VAL_BLANK: return strdup(v->wordy ? "" : "0");
	case VAL_TEXT: return strdup(v->text);
	case VAL_BOOL: return strdup(v->n != 0 ? "TRUE" : "FALSE");
	case VAL_NUMBER:
	case VAL_DATE: return str_printf("%.15g", v->n);
	case VAL_ERROR: break;
	}
	return NULL;
}

/* ---- the functions ------------------------------------------------------------------------------ */

/* Of each group, which one is told by the name's first letters: `which` of the table. No argument is an error. */
typedef int (*fn)(int which, struct val *a, size_t n, struct val *ret);

enum { F_AND, F_OR };

static int run_logic(int which, struct val *a, size_t n, struct val *ret)
{
	bool all = which == F_AND;

	for (size_t i = 0; i < n; i++) {
		bool b;

		if (!val_to_bool(&a[i], &b)) {
			val_error(ret, a[i].error);
			return 0;
		}
		all = which == F_AND ? all && b : all || b;
	}
	val_number(ret, VAL_BOOL, all);
	return 0;
}

static int run_not(int which, struct val *a, size_t n, struct val *ret)
{
	bool b;

	(void) which, (void) n;
	if (val_to_bool(&a[0], &b))
		val_number(ret, VAL_BOOL, !b);
	else
		val_error(ret, a[0].error);
	return 0;
}

static int give(struct val *from, struct val *ret)
{
	val_release(ret);
	*ret = *from;
	*from = (struct val) { 0 };
	return 0;
}

static int run_if(int which, struct val *a, size_t n, struct val *ret)
{
	bool b;

	(void) which;
	if (!val_to_bool(&a[0], &b)) {
		val_error(ret, a[0].error);
		return 0;
	}
	if (b || n > 2)
		return give(&a[b ? 1 : 2], ret);
	val_number(ret, VAL_BOOL, 0);
	return 0;
}

static int run_iferror(int which, struct val *a, size_t n, struct val *ret)
{
	(void) which, (void) n;
	return give(&a[a[0].kind == VAL_ERROR], ret);
}

enum { F_ISBLANK, F_ISNUMBER, F_ISTEXT, F_ISERROR, F_ISLOGICAL };

static int run_is(int which, struct val *a, size_t n, struct val *ret)
{
	const enum val_kind k = a[0].kind;

	(void) n;
	val_number(ret, VAL_BOOL,
		   which == F_ISBLANK	 ? k == VAL_BLANK || (k == VAL_TEXT && !*a[0].text)
		   : which == F_ISNUMBER ? k == VAL_NUMBER || k == VAL_DATE
		   : which == F_ISTEXT	 ? k == VAL_TEXT
		   : which == F_ISERROR	 ? k == VAL_ERROR
					 : k == VAL_BOOL);
	return 0;
}

/* Lengths and places count characters. */
static size_t skip(const char *s, double n)
{
	size_t at = 0;

	while (s[at] && n >= 1) {
		at++;
		while (((unsigned char) s[at] & 0xc0) == 0x80)
			at++;
		n--;
	}
	return at;
}

static double count(const char *s)
{
	double n = 0;

	for (; *s; s++)
		n += ((unsigned char) *s & 0xc0) != 0x80;
	return n;
}

enum { F_LEN, F_UPPER, F_LOWER, F_TRIM, F_VALUE };

static int run_text(int which, struct val *a, size_t n, struct val *ret)
{
	CLEANUP(str_free_p) char *s = val_to_text(&a[0]);
	double v;

	(void) n;
	if (!s)
		return -ENOMEM;
	if (which == F_LEN) {
		val_number(ret, VAL_NUMBER, a[0].kind == VAL_BLANK ? 0 : count(s));
		return 0;
	}
	if (which == F_VALUE) {
		if (val_to_number(&a[0], &v))
			val_number(ret, VAL_NUMBER, v);
		else
			val_error(ret, a[0].error);
		return 0;
	}
	for (char *p = s; which != F_TRIM && *p; p++)
		*p = (char) (which == F_UPPER ? toupper((unsigned char) *p) : tolower((unsigned char) *p));
	return val_text(ret, strdup(which == F_TRIM ? str_trim(s) : s));
}

enum { F_LEFT, F_RIGHT, F_MID };

static int run_part(int which, struct val *a, size_t n, struct val *ret)
{
	CLEANUP(str_free_p) char *s = val_to_text(&a[0]);
	double x = 1, y = 0;
	size_t from, to;

	if (!s)
		return -ENOMEM;
	for (size_t i = 1; i < n; i++)
		if (!val_to_number(&a[i], i == 1 ? &x : &y)) {
			val_error(ret, a[i].error);
			return 0;
		}
	if (x < 0 || y < 0 || (which == F_MID && x < 1)) {
		val_error(ret, "#VALUE!");
		return 0;
	}
	from = which == F_MID ? skip(s, x - 1) : which == F_RIGHT ? skip(s, count(s) - x) : 0;
	to = from + skip(s + from, which == F_MID ? y : which == F_LEFT ? x : count(s));
	return val_text(ret, strndup(s + from, to - from));
}

enum { F_FIND, F_SEARCH, F_EXACT };

static int run_find(int which, struct val *a, size_t n, struct val *ret)
{
	CLEANUP(str_free_p) char *what = val_to_text(&a[0]);
	CLEANUP(str_free_p) char *s = val_to_text(&a[1]);
	const char *at;
	double from = 1;

	if (!what || !s)
		return -ENOMEM;
	if (which == F_EXACT) {
		val_number(ret, VAL_BOOL, strcmp(what, s) == 0);
		return 0;
	}
	if (n > 2 && !val_to_number(&a[2], &from)) {
		val_error(ret, a[2].error);
		return 0;
	}
	at = s + skip(s, from - 1);
	at = which == F_FIND ? strstr(at, what) : strcasestr(at, what);
	if (!at) {
		val_error(ret, "#VALUE!");
		return 0;
	}
	s[at - s] = '\0';
	val_number(ret, VAL_NUMBER, count(s) + 1);
	return 0;
}

static int run_concatenate(int which, struct val *a, size_t n, struct val *ret)
{
	CLEANUP(str_free_p) char *all = strdup("");

	(void) which;
	for (size_t i = 0; all && i < n; i++) {
		CLEANUP(str_free_p) char *s = val_to_text(&a[i]);
		char *both = s ? str_printf("%s%s", all, s) : NULL;

		free(all);
		all = both;
	}
	return val_text(ret, all ? strdup(all) : NULL);
}

enum { F_SUM, F_MIN, F_MAX, F_AVERAGE, F_PRODUCT };

/* One more number; used: how many there were. */
static double gather(int which, double all, double x, double used)
{
	switch (which) {
	case F_SUM:
	case F_AVERAGE: return all + x;
	case F_PRODUCT: return used == 0 ? x : all * x;
	case F_MIN: return used == 0 || x < all ? x : all;
	default: return used == 0 || x > all ? x : all;
	}
}

/* Blanks and texts count nothing. */
static int run_numbers(int which, struct val *a, size_t n, struct val *ret)
{
	bool of_dates = a[0].kind == VAL_DATE && (which == F_MIN || which == F_MAX);
	double all = 0, used = 0;

	for (size_t i = 0; i < n; i++)
		if (a[i].kind != VAL_BLANK && a[i].kind != VAL_TEXT)
			all = gather(which, all, a[i].n, used++);
	if (which == F_AVERAGE && used == 0)
		val_error(ret, "#DIV/0!");
	else
		val_number(ret, of_dates ? VAL_DATE : VAL_NUMBER, which == F_AVERAGE ? all / used : all);
	return 0;
}

enum { F_ABS, F_INT, F_SQRT, F_ROUND, F_MOD, F_POWER };

static int run_math(int which, struct val *a, size_t n, struct val *ret)
{
	double x, y = 0, z;

	if (!val_to_number(&a[0], &x) || (n > 1 && !val_to_number(&a[1], &y))) {
		val_error(ret, a[0].kind == VAL_ERROR ? a[0].error : a[1].error);
		return 0;
	}
	if (which == F_MOD && y == 0) {
		val_error(ret, "#DIV/0!");
		return 0;
	}
	z = which == F_ABS     ? fabs(x)
	    : which == F_INT   ? floor(x)
	    : which == F_SQRT  ? sqrt(x)
	    : which == F_ROUND ? round(x * pow(10, y)) / pow(10, y)
	    : which == F_MOD   ? x - y * floor(x / y)
			       : pow(x, y);
	if (isfinite(z))
		val_number(ret, VAL_NUMBER, z);
	else
		val_error(ret, "#NUM!");
	return 0;
}

enum { F_TODAY, F_NOW };

static int run_now(int which, struct val *a, size_t n, struct val *ret)
{
	double now = (double) tz_local(clock_now_ns() / 1000000000) / 86400 + DAYS_1970;

	(void) a, (void) n;
	val_number(ret, VAL_DATE, which == F_NOW ? now : floor(now));
	return 0;
}

enum { F_YEAR, F_MONTH, F_DAY, F_WEEKDAY };

static int run_date_part(int which, struct val *a, size_t n, struct val *ret)
{
	char iso[CLOCK_ISO_SIZE];
	double x;

	(void) n;
	if (!val_to_number(&a[0], &x) || x < 0 || x > 2958465) {
		val_error(ret, a[0].kind == VAL_ERROR ? a[0].error : "#NUM!");
		return 0;
	}
	clock_format_iso(((int64_t) floor(x) - DAYS_1970) * 86400, iso);
	val_number(ret, VAL_NUMBER,
		   which == F_YEAR    ? strtod(iso, NULL)
		   : which == F_MONTH ? (iso[5] - '0') * 10 + iso[6] - '0'
		   : which == F_DAY   ? (iso[8] - '0') * 10 + iso[9] - '0'
				      : fmod(floor(x) - 1, 7) + 1);
	return 0;
}

/* Days before 1 March of year y, in the calendar that never ends. */
static int64_t days_before(int64_t y)
{
	return y * 365 + y / 4 - y / 100 + y / 400;
}

static int run_date(int which, struct val *a, size_t n, struct val *ret)
{
	double y, m, d;
	int64_t month, year;

	(void) which, (void) n;
	if (!val_to_number(&a[0], &y) || !val_to_number(&a[1], &m) || !val_to_number(&a[2], &d) || y < 1900 || y > 9999 ||
	    fabs(m) > 12000 || fabs(d) > 365000) {
		val_error(ret, "#NUM!");
		return 0;
	}
	month = (int64_t) y * 12 + (int64_t) m - 3; /* months since March of year 0 */
	year = month / 12;
	month %= 12;
	val_number(ret, VAL_DATE, (double) (days_before(year) + (153 * month + 2) / 5 - 693899) + floor(d) - 1);
	return 0;
}

static const struct {
	const char *name;
	size_t least, most;
	fn run;
	int which;
} functions[] = {
	{ "AND", 1, CALC_ARGS, run_logic, F_AND },	  { "OR", 1, CALC_ARGS, run_logic, F_OR },
	{ "NOT", 1, 1, run_not, 0 },			  { "IF", 2, 3, run_if, 0 },
	{ "IFERROR", 2, 2, run_iferror, 0 },		  { "ISBLANK", 1, 1, run_is, F_ISBLANK },
	{ "ISNUMBER", 1, 1, run_is, F_ISNUMBER },	  { "ISTEXT", 1, 1, run_is, F_ISTEXT },
	{ "ISERROR", 1, 1, run_is, F_ISERROR },		  { "ISLOGICAL", 1, 1, run_is, F_ISLOGICAL },
	{ "LEN", 1, 1, run_text, F_LEN },		  { "UPPER", 1, 1, run_text, F_UPPER },
	{ "LOWER", 1, 1, run_text, F_LOWER },		  { "TRIM", 1, 1, run_text, F_TRIM },
	{ "VALUE", 1, 1, run_text, F_VALUE },		  { "LEFT", 1, 2, run_part, F_LEFT },
	{ "RIGHT", 1, 2, run_part, F_RIGHT },		  { "MID", 3, 3, run_part, F_MID },
	{ "FIND", 2, 3, run_find, F_FIND },		  { "SEARCH", 2, 3, run_find, F_SEARCH },
	{ "EXACT", 2, 2, run_find, F_EXACT },		  { "CONCATENATE", 1, CALC_ARGS, run_concatenate, 0 },
	{ "SUM", 1, CALC_ARGS, run_numbers, F_SUM },	  { "MIN", 1, CALC_ARGS, run_numbers, F_MIN },
	{ "MAX", 1, CALC_ARGS, run_numbers, F_MAX },	  { "AVERAGE", 1, CALC_ARGS, run_numbers, F_AVERAGE },
	{ "PRODUCT", 1, CALC_ARGS, run_numbers, F_PRODUCT }, { "ABS", 1, 1, run_math, F_ABS },
	{ "INT", 1, 1, run_math, F_INT },		  { "SQRT", 1, 1, run_math, F_SQRT },
	{ "ROUND", 2, 2, run_math, F_ROUND },		  { "MOD", 2, 2, run_math, F_MOD },
	{ "POWER", 2, 2, run_math, F_POWER },		  { "TODAY", 0, 0, run_now, F_TODAY },
	{ "NOW", 0, 0, run_now, F_NOW },		  { "YEAR", 1, 1, run_date_part, F_YEAR },
	{ "MONTH", 1, 1, run_date_part, F_MONTH },	  { "DAY", 1, 1, run_date_part, F_DAY },
	{ "WEEKDAY", 1, 1, run_date_part, F_WEEKDAY },	  { "DATE", 3, 3, run_date, 0 },
};

/* An error among the arguments is the result, except where the function asks for it. */
static const struct val *first_error(fn run, const struct val *args, size_t n)
{
	for (size_t i = 0; run != run_is && run != run_if && run != run_iferror && i < n; i++)
		if (args[i].kind == VAL_ERROR)
			return &args[i];
	return NULL;
}

int calcfn_run(const char *name, struct val *args, size_t n, struct val *ret)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		const struct val *wrong;

		if (!str_eq_nocase(functions[i].name, name))
			continue;
		if (n < functions[i].least || n > functions[i].most)
			return -ENOENT;
		wrong = first_error(functions[i].run, args, n);
		if (!wrong)
			return functions[i].run(functions[i].which, args, n, ret);
		val_error(ret, wrong->error);
		return 0;
	}
	return -ENOENT;
}
