/* Values of every type: what is taken, what is refused with which code, and how they are shown. */
#include "t_demo_world.h"

#include <errno.h>

#include "calc.h"
#include "options.h"
#include "rows.h"
#include "show.h"

#define REFUSED(code) NULL, code

/* What one column shows after a client sent a value; refused: the code. */
struct exchange {
	const char *column, *sent;
	const char *shown; /* NULL: refused */
	uint32_t code;
};

static const struct exchange exchanges[] = {
	{ "Text", " x ", " x ", 0 },
	{ "Plain_x0020_note", "a\n<b>", "a\n<b>", 0 },
	{ "Rich_x0020_note", "<html><BODY class=x><p>hi</p></BODY></html>", "<p>hi</p>", 0 },
	{ "Choice", "not one of them", "not one of them", 0 },
	{ "Choices", "Mo;#Tu", ";#Mo;#Tu;#", 0 },
	{ "Choices", ";#a;; b;#", ";#a;; b;#", 0 },
	{ "Number", "20", "20.0000000000000", 0 },
	{ "Number", "-0.5", "-0.500000000000000", 0 },
	{ "Number", "0", "0", 0 },
	{ "Number", "1e3 ", "1000.00000000000", 0 },
	{ "Number", "12x", REFUSED(E_MISMATCH) },
	{ "Number", "0x10", REFUSED(E_MISMATCH) },
	{ "Number", "NaN", REFUSED(E_MISMATCH) },
	{ "Number", "1e999", REFUSED(E_MISMATCH) },
	{ "Number", "1,5", REFUSED(E_MISMATCH) },
	{ "Currency", "12.34", "12.3400000000000", 0 },
	{ "Integer", "-7", "-7", 0 },
	{ "Integer", "1.5", REFUSED(E_MISMATCH) },
	{ "Integer", "2147483648", REFUSED(E_MISMATCH) },
	{ "Boolean", "TRUE", "1", 0 },
	{ "Boolean", "0", "0", 0 },
	{ "Boolean", "maybe", REFUSED(E_MISMATCH) },
	{ "Date_x0020_and_x0020_time", "2026-11-30T16:00:00Z", "2026-11-30T16:00:00Z", 0 },
	{ "Date_x0020_and_x0020_time", "2026-11-30T16:00:00", "2026-11-30T16:00:00Z", 0 }, /* DateInUtc */
	{ "Date_x0020_and_x0020_time", "2026-11-30 16:00:00", "2026-11-30T15:00:00Z", 0 }, /* local time */
	{ "Date_x0020_and_x0020_time", "30.11.2026", REFUSED(E_BAD_DATE) },
	{ "Date_x0020_and_x0020_time", "1899-12-31T00:00:00Z", REFUSED(E_BAD_DATE) },
	{ "Date", "2026-07-15T20:00:00Z", "2026-07-14T22:00:00Z", 0 }, /* midnight there */
	{ "Lookup", "2", "2;#", 0 },
	{ "Lookup", "2;#whatever", "2;#", 0 },
	{ "Lookup", "9999", REFUSED(E_MISMATCH) },
	{ "Lookup", "-1", REFUSED(E_MISMATCH) },
	{ "Lookup", "x", REFUSED(E_MISMATCH) },
	{ "Person", "15", "15;#", 0 },
	{ "Person", "-1;#aking", "17;#", 0 },
	{ "Person", "jroe", "12;#", 0 },
	{ "Person", "nobody at all", REFUSED(E_NO_USER) },
	{ "Person", "4711", REFUSED(E_NO_USER) },
	{ "Hyperlink", "http://a/b, text", "http://a/b, text", 0 },
	{ "Hyperlink", "http://a/b", "http://a/b, http://a/b", 0 },
	{ "Hyperlink", "http://a/b,c", "http://a/b,c, http://a/b,c", 0 },
	{ "Hyperlink", "javascript:x", REFUSED(E_INVALID) },
	{ "Identifier", "00bfea71-2062-426c-90bf-714c59600103", "{00BFEA71-2062-426C-90BF-714C59600103}", 0 },
	{ "Identifier", "x", REFUSED(E_MISMATCH) },
	{ "Nothing", "x", REFUSED(E_INVALID) },
};

static void try_one(struct world *w, struct list *l, const struct exchange *x)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(10000);
	struct edit e = { .m = &w->server.model, .l = l, .who = w->call.person, .now = w->call.now, .utc = true };
	const struct options o = { .look = { .model = e.m, .site = w->site, .utc = true } };
	int r = edit_set(&e, &i, x->column, x->sent);

	if (!x->shown) {
		if (r != -EINVAL || e.refusal.code != x->code)
			fail_msg("%s: %s: %d, 0x%08x", x->column, x->sent, r, e.refusal.code);
		return;
	}
	assert_int_equal(r, 0);
	assert_true(rows_value(&w->call, l, &o, &i, list_field(l, x->column), &text));
	/* of lookups only the ids: the texts are the samples' */
	if (str_ends(x->shown, ";#") && !str_starts(x->shown, ";#") ? !str_starts(buf_str(&text), x->shown)
								  : !str_eq(buf_str(&text), x->shown))
		fail_msg("%s: %s became %s", x->column, x->sent, buf_str(&text));
}

static void values_of_each_type(void **state)
{
	struct world *w = *state;

	for (size_t n = 0; n < sizeof(exchanges) / sizeof(*exchanges); n++)
		try_one(w, world_list(w, "Column types"), &exchanges[n]);
}

static void every_type_has_a_column(void **state)
{
	struct list *l = world_list(*state, "Column types");

	for (unsigned n = 0; ftype_nth(n); n++) {
		bool found = false;

		for (size_t k = 0; k < l->n_fields; k++)
			found |= l->fields[k]->type == ftype_nth(n);
		if (!found)
			fail_msg("%s has none", ftype_nth(n)->name);
	}
}

/* MS-OUTSPS_R103: a type that nobody knows is text. */
static void an_unknown_type_is_text(void **state)
{
	(void) state;
	assert_string_equal(ftype_find("SomethingNew")->name, "Text");
	assert_null(ftype_nth(1000));
}

static void text_has_a_maximum(void **state)
{
	struct world *w = *state;
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	struct edit e = { .m = &w->server.model, .l = world_list(w, "Column types"), .who = w->call.person };
	char text[600];

	for (int n = 0; n < 255; n++)
		memcpy(text + 2 * n, "\xc3\xb6", 2); /* characters count, not bytes */
	text[510] = '\0';
	assert_int_equal(edit_set(&e, &i, "Text", text), 0);
	memcpy(text + 510, "x", 2);
	assert_int_equal(edit_set(&e, &i, "Text", text), -EINVAL);
	assert_int_equal(e.refusal.code, E_INVALID);
	assert_int_equal(edit_set(&e, &i, "Text", ""), 0);
	assert_null(pairs_get(&i.vals, "Text"));
}

/* [MS-LISTSWS] 2.2.4.4: ExpandUserField; commas inside of a part are doubled. */
static void people_in_full(void **state)
{
	struct world *w = *state;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1000);
	const struct outlook o = { .model = &w->server.model, .site = w->site, .expand_user = true };
	struct person *p = model_person(&w->server.model, 15);

	assert_int_equal(str_set(&p->name, "M\xc3\xbcller, Max"), 0);
	show_person(&o, 15, &text);
	assert_true(str_starts(buf_str(&text), "15;#M\xc3\xbcller,, Max,#"));
	assert_true(str_ends(buf_str(&text), ",#M\xc3\xbcller,, Max"));
}

static void times_are_shown_in_two_ways(void **state)
{
	struct world *w = *state;
	struct outlook o = { .model = &w->server.model, .site = w->site, .utc = true };
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(100);

	show_time(&o, 1700000000, &text);
	assert_string_equal(buf_str(&text), "2023-11-14T22:13:20Z");
	buf_reset(&text);
	o.utc = false;
	show_time(&o, 1700000000, &text);
	assert_string_equal(buf_str(&text), "2023-11-14 23:13:20");
}

static void formulas(void **state)
{
	static const struct {
		const char *formula, *value;
	} cases[] = {
		{ "=Number+Integer", "9" },	{ "=Number*(Integer-1)/2", "4" }, { "= 1 + 2 * 3 ", "7" },
		{ "=[Text]&\"-\"&Number", "x-8" }, { "=Text", "x" },		  { "=Number/0", "#DIV/0!" },
		{ "=Text+1", "#VALUE!" },	{ "=Nothing", "#NAME?" },	  { "=IF(1,2,3)", "2" },
		{ "=(1", "#NAME?" },		{ "=\"a", "#NAME?" },		  { "=LEN((\"a", "#NAME?" },		  { "=[Text", "#NAME?" },
		{ "", "#NAME?" },		{ "=1e308*1e308", "#NUM!" },
		{ "=Number>7", "1" },		{ "=AND(Number>7,Text=\"X\")", "1" }, { "=OR(FALSE,Integer<>2)", "0" },
		{ "=NOT([Number]<=8)", "0" },	{ "=-Number^2", "64" },		  { "=50%*Number", "4" },
		{ "=LEN(\"\"\"a\"\"\")", "3" }, { "=MID(\"Grüße\",3,2)", "üß" }, { "=RIGHT(\"Grüße\",2)", "ße" },
		{ "=LEFT(Text)&UPPER(Text)", "xX" }, { "=FIND(\"ß\",\"Grüße\")", "4" }, { "=SEARCH(\"z\",Text)", "#VALUE!" },
		{ "=IF(ISERROR(1/0),\"e\",\"n\")", "e" }, { "=IFERROR(1/0,5)", "5" }, { "=ISBLANK(Currency)", "1" },
		{ "=SUM(Number,Integer,Text,1)", "11" }, { "=MAX(Number,9)-MIN(1,2)", "8" }, { "=ROUND(2.345,1)", "2.3" },
		{ "=MOD(-1,3)", "2" },		{ "=YEAR(DATE(2026,11,30))*100+MONTH(DATE(2024,14,1))", "202602" },
		{ "=DATE(2000,2,29)-DATE(2000,2,28)", "1" }, { "=WEEKDAY(DATE(2026,11,30))", "2" },
		{ "=DATE(2026,7,1)+1", "2026-07-01T22:00:00Z" }, { "=DATE(1,1,1)", "#NUM!" }, { "=TODAY()>DATE(2020,1,1)", "1" },
		{ "=ABS(-3)+INT(2.9)+SQRT(4)+POWER(2,3)", "15" }, { "=AVERAGE(Text)", "#DIV/0!" }, { "=SQRT(-1)", "#NUM!" },
		{ "=CONCATENATE(Text,1,TRUE)", "x1TRUE" }, { "=LEN()", "#NAME?" }, { "=NOSUCH(1)", "#NAME?" }, { "=1 2", "#NAME?" },
		{ "=Text<5", "0" },		{ "=\"a\"<\"B\"", "1" },	  { "=TRIM(\" a \")", "a" }, { "=EXACT(Text,\"X\")", "0" },
	};
	struct world *w = *state;
	struct list *l = world_list(w, "Column types");
	CLEANUP(item_release_p) struct item i = ITEM_INIT;

	assert_int_equal(pairs_set(&i.vals, "Number", "8"), 0);
	assert_int_equal(pairs_set(&i.vals, "Integer", "1"), 0);
	assert_int_equal(pairs_set(&i.vals, "Text", "x"), 0);
	for (size_t n = 0; n < sizeof(cases) / sizeof(*cases); n++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);

		if (n == 1)
			assert_int_equal(pairs_set(&i.vals, "Integer", "2"), 0);
		assert_int_equal(calc_eval(cases[n].formula, l, &i, &b), 0);
		assert_string_equal(buf_str(&b), cases[n].value);
	}
}

/* A validation is kept by internal names and shown by display names; texts, functions and numbers are no names. */
static void names_in_formulas(void **state)
{
	static const struct {
		const char *shown, *kept;
		int unknown;
	} cases[] = {
		{ "=[% Complete]<=1", "=PercentComplete<=1", 0 },
		{ "=AND([Due Date]>[Start Date],\"[Due Date]\"<>\"Title\")", "=AND(DueDate>StartDate,\"[Due Date]\"<>\"Title\")", 0 },
		{ "=IF(ISBLANK([Nothing]),TRUE,Body>2E3)", "=IF(ISBLANK(Nothing),TRUE,Body>2E3)", 2 },
	};
	struct world *w = *state;
	struct list *l = world_list(w, "Tasks");

	for (size_t n = 0; n < sizeof(cases) / sizeof(*cases); n++) {
		CLEANUP(buf_release_p) struct buf kept = BUF_INIT(1000), shown = BUF_INIT(1000);

		assert_int_equal(calc_translate(cases[n].shown, l, false, &kept), cases[n].unknown);
		assert_string_equal(buf_str(&kept), cases[n].kept);
		if (cases[n].unknown)
			continue;
		assert_int_equal(calc_translate(cases[n].kept, l, true, &shown), 0);
		assert_string_equal(buf_str(&shown), cases[n].shown);
		assert_int_equal(calc_check(cases[n].kept, l), 0);
	}
	assert_int_equal(calc_check("=DueDate>", l), -EINVAL);
	assert_int_equal(calc_check("=[Nothing]", l), -EINVAL);
	assert_int_equal(calc_check("=1/0", l), 0);
}

/* Brackets inside of each other end somewhere. */
static void a_formula_without_end(void **state)
{
	struct world *w = *state;
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000), formula = BUF_INIT(1 << 20);

	for (int n = 0; n < 100000; n++)
		buf_adds(&formula, n % 2 ? "(" : "NOT(");
	assert_int_equal(calc_eval(buf_str(&formula), world_list(w, "Tasks"), &i, &b), 0);
	assert_string_equal(buf_str(&b), "#NAME?");
}

/* A blob of properties as clients send it back, with and without the id in front. */
static void properties(void **state)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;

	(void) state;
	assert_int_equal(edit_set_property(&i, "a", "1"), 0);
	assert_int_equal(edit_set_blob(&i, "3;#b:SW|x\r\nc:IW|5\r\nnonsense\r\n:SW|y\r\na:SW|"), 0);
	assert_null(pairs_get(&i.bag, "a"));
	assert_string_equal(pairs_get(&i.bag, "b"), "SW|x");
	assert_string_equal(pairs_get(&i.bag, "c"), "IW|5");
	assert_int_equal(edit_set_property(&i, "b", ""), 0);
	assert_null(pairs_get(&i.bag, "b"));
	assert_int_equal(edit_set_property(&i, "", "x"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_each_type),	     cmocka_unit_test(every_type_has_a_column),
		cmocka_unit_test(an_unknown_type_is_text),   cmocka_unit_test(text_has_a_maximum),
		cmocka_unit_test(people_in_full),	     cmocka_unit_test(times_are_shown_in_two_ways),
		cmocka_unit_test(formulas), cmocka_unit_test(names_in_formulas),		     cmocka_unit_test(a_formula_without_end),
		cmocka_unit_test(properties),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
