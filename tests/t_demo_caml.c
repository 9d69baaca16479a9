/* Where and OrderBy of [MS-WSSCAML] 2.2, and the tokens of changes. */
#include "t_demo_world.h"

#include <errno.h>
#include <stdio.h>

#include "caml.h"
#include "change.h"
#include "db.h"
#include "options.h"
#include "query.h"
#include "tz.h"

/* ---- Where -------------------------------------------------------------------------------------- */

/* The four items of each test, as lines "Column=value"; NULL: empty. */
#define ITEMS 4

struct question {
	const char *where;
	const char *hits; /* one letter for each item that passes: a, b, c, d */
};

static void fill(struct item *i, const char *const *pairs)
{
	for (; pairs[0]; pairs += 2)
		assert_int_equal(pairs_set(&i->vals, pairs[0], pairs[1]), 0);
}

static void make_items(struct item i[ITEMS])
{
	static const char *const values[ITEMS][16] = {
		{ "Text", "Apple", "Number", "5", "Date_x0020_and_x0020_time", "2024-05-01T10:00:00Z", "Choices", ";#Mo;#Tu;#",
		  "Boolean", "1", "Lookup", "1", "Lookups", "1;2" },
		{ "Text", "apple pie", "Number", "10", "Date_x0020_and_x0020_time", "2024-05-01T20:00:00Z", "Choices", ";#Tu;#",
		  "Boolean", "0", "Lookup", "2", "Lookups", "12" },
		{ "Text", "\xc3\x84pfel", "Number", "-3", "Date_x0020_and_x0020_time", "2024-05-02T00:00:00Z", "Choices",
		  ";#a;; b;#" },
		{ NULL },
	};

	for (int n = 0; n < ITEMS; n++) {
		i[n] = (struct item) ITEM_INIT;
		i[n].id = n + 1;
		fill(&i[n], values[n]);
	}
}

#define V(op, column, type, value)                                                                                    \
	"<" op "><FieldRef Name='" column "'/><Value Type='" type "'>" value "</Value></" op ">"
#define LOOKUP(op, id) "<" op "><FieldRef Name='Lookup' LookupId='TRUE'/><Value Type='Lookup'>" id "</Value></" op ">"
#define DATE "Date_x0020_and_x0020_time"

static const struct question questions[] = {
	{ V("Eq", "Text", "Text", "APPLE"), "a" },
	{ V("Eq", "Text", "Text", "\xc3\xa4PFEL"), "c" },
	{ V("Neq", "Text", "Text", "apple"), "bcd" },
	{ V("BeginsWith", "Text", "Text", "app"), "ab" },
	{ V("Contains", "Text", "Text", "PI"), "b" },
	{ V("Eq", "Number", "Number", "10"), "b" },
	{ V("Eq", "Number", "Number", "10.0"), "b" },
	{ V("Gt", "Number", "Number", "5"), "b" },
	{ V("Geq", "Number", "Number", "5"), "ab" },
	{ V("Lt", "Number", "Number", "5"), "c" },
	{ V("Leq", "Number", "Number", "5"), "ac" },
	{ V("Eq", "Boolean", "Boolean", "TRUE"), "a" },
	{ V("Eq", "Boolean", "Boolean", "0"), "b" },
	{ "<IsNull><FieldRef Name='Number'/></IsNull>", "d" },
	{ "<IsNotNull><FieldRef Name='Number'/></IsNotNull>", "abc" },
	/* only days count, those of the site: the 2nd began at 22:00 UTC of the 1st */
	{ V("Eq", DATE, "DateTime", "2024-05-01T00:00:00Z"), "ab" },
	{ V("Eq", DATE, "DateTime", "2024-05-01T23:00:00Z"), "c" },
	{ V("Gt", DATE, "DateTime", "2024-05-01T12:00:00"), "c" },
	{ "<Gt><FieldRef Name='" DATE "'/><Value Type='DateTime' IncludeTimeValue='TRUE'>2024-05-01T12:00:00Z</Value></Gt>",
	  "bc" },
	{ "<Lt><FieldRef Name='" DATE "'/><Value Type='DateTime'><Today/></Value></Lt>", "" },
	{ "<Lt><FieldRef Name='" DATE "'/><Value Type='DateTime'><Today OffsetDays='400'/></Value></Lt>", "abc" },
	{ V("Eq", "Choices", "MultiChoice", "Tu"), "ab" },
	{ V("Eq", "Choices", "MultiChoice", "a; b"), "c" },
	{ V("Neq", "Choices", "MultiChoice", "Tu"), "cd" },
	{ LOOKUP("Eq", "2"), "b" },
	{ LOOKUP("Neq", "2"), "acd" },
	{ V("Eq", "Lookup", "Integer", "1"), "a" },
	{ "<Includes><FieldRef Name='Lookups' LookupId='TRUE'/><Value Type='LookupMulti'>2</Value></Includes>", "a" },
	{ "<NotIncludes><FieldRef Name='Lookups' LookupId='TRUE'/><Value Type='LookupMulti'>2</Value></NotIncludes>", "bcd" },
	{ "<In><FieldRef Name='Number'/><Values><Value Type='Number'>5</Value><Value Type='Number'>-3</Value></Values></In>",
	  "ac" },
	{ V("Eq", "ID", "Counter", "3"), "c" },
	{ "<And>" V("Gt", "Number", "Number", "0") V("Contains", "Text", "Text", "pie") "</And>", "b" },
	{ "<Or>" V("Lt", "Number", "Number", "0") "<IsNull><FieldRef Name='Number'/></IsNull></Or>", "cd" },
	{ "<And>" V("Gt", "Number", "Number", "0") "</And>", "ab" },
};

static void filters(void **state)
{
	struct world *w = *state;
	struct list *l = world_list(w, "Column types");
	struct item items[ITEMS];

	make_items(items);
	w->call.now = 1700000000;
	for (size_t q = 0; q < sizeof(questions) / sizeof(*questions); q++) {
		CLEANUP(xml_free_p) struct xml *x = world_xml(questions[q].where);
		CLEANUP(caml_free_p) struct caml *n = NULL;
		char hits[ITEMS + 1] = "";
		size_t n_hits = 0;

		if (caml_compile(&w->call, l, x, &n) != 0)
			fail_msg("%s: %s", questions[q].where, w->call.fault.text);
		for (int k = 0; k < ITEMS; k++)
			if (caml_match(n, &w->call, l, &items[k]))
				hits[n_hits++] = (char) ('a' + k);
		if (!str_eq(hits, questions[q].hits))
			fail_msg("%s: %s, not %s", questions[q].where, hits, questions[q].hits);
	}
	for (int k = 0; k < ITEMS; k++)
		item_release(&items[k]);
}

static void filters_that_are_none(void **state)
{
	static const char *const bad[] = {
		"<Where/>",
		"<And/>",
		"<Near><FieldRef Name='Text'/><Value Type='Text'>x</Value></Near>",
		"<Eq/>",
		"<Eq><FieldRef Name='Text'/></Eq>",
		"<Eq><FieldRef/><Value Type='Text'>x</Value></Eq>",
		"<Eq><FieldRef Name='Nothing'/><Value Type='Text'>x</Value></Eq>",
		"<Eq><FieldRef Name='" DATE "'/><Value Type='DateTime'>yesterday</Value></Eq>",
		"<In><FieldRef Name='Number'/><Values/></In>",
		"<And><IsNull><FieldRef Name='Text'/></IsNull><IsNull/></And>",
	};
	struct world *w = *state;
	struct list *l = world_list(w, "Column types");
	CLEANUP(buf_release_p) struct buf deep = BUF_INIT(100000);
	struct caml *n = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CLEANUP(xml_free_p) struct xml *x = world_xml(bad[i]);

		w->call.fault = (struct fault) { 0 };
		if (caml_compile(&w->call, l, x, &n) != -EINVAL || !w->call.fault.set)
			fail_msg("%s was taken", bad[i]);
	}
	for (int i = 0; i < 100; i++)
		buf_adds(&deep, "<And>");
	for (int i = 0; i < 100; i++)
		buf_adds(&deep, "</And>");
	{
		CLEANUP(xml_free_p) struct xml *x = world_xml(buf_str(&deep));

		assert_int_equal(caml_compile(&w->call, l, x, &n), -EINVAL);
	}
}

/* What may be answered from an index: the rest meets the list view threshold. */
static void what_an_index_answers(void **state)
{
	static const struct {
		const char *where;
		int64_t id;
		bool indexed;
	} cases[] = {
		{ V("Eq", "ID", "Counter", "7"), 7, true },
		{ V("Gt", "ID", "Counter", "7"), 0, true },
		{ V("Eq", "Text", "Text", "7"), 0, false },
		{ "<And>" V("Eq", "Text", "Text", "7") V("Eq", "ID", "Counter", "7") "</And>", 7, true },
		{ "<Or>" V("Eq", "Text", "Text", "7") V("Eq", "ID", "Counter", "7") "</Or>", 0, false },
		{ "<Or>" V("Eq", "ID", "Counter", "1") V("Eq", "ID", "Counter", "7") "</Or>", 0, true },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(xml_free_p) struct xml *x = world_xml(cases[i].where);
		CLEANUP(caml_free_p) struct caml *n = NULL;

		assert_int_equal(caml_compile(&w->call, world_list(w, "Column types"), x, &n), 0);
		assert_int_equal(caml_only_id(n), cases[i].id);
		assert_int_equal(caml_is_indexed(n), cases[i].indexed);
	}
	assert_true(caml_is_indexed(NULL));
}

/* ---- OrderBy and pages -------------------------------------------------------------------------- */

static int add_id(void *arg, const struct item *i)
{
	return buf_addf(arg, "%lld ", (long long) i->id);
}

static void in_order_page_by_page(void **state)
{
	static const char *const numbers[] = { "2", "10", "-1", "2", "7" };
	struct world *w = *state;
	struct list *l = world_list(w, "Assets");
	struct options o = { .look = { .model = &w->server.model, .site = w->site }, .folder = "",
			     .scope = SCOPE_RECURSIVE_ALL };
	CLEANUP(xml_free_p) struct xml *x = world_xml(
		"<Query><Where><Eq><FieldRef Name='Title'/><Value Type='Text'>ordered</Value></Eq></Where><OrderBy>"
		"<FieldRef Name='Nothing'/><FieldRef Name='Pieces' Ascending='FALSE'/></OrderBy></Query>");
	CLEANUP(buf_release_p) struct buf ids = BUF_INIT(1000), next = BUF_INIT(1000), want = BUF_INIT(1000);
	static const int order[] = { 1, 4, 0, 3, 2 };
	int64_t made[5];

	for (int n = 0; n < 5; n++) {
		CLEANUP(item_release_p) struct item i = ITEM_INIT;
		struct edit e = { .m = &w->server.model, .l = l, .who = w->call.person, .now = w->call.now };

		made[n] = world_add(w, l, "Title", "ordered");
		assert_int_equal(item_get(w->server.db, l, made[n], &i), 0);
		assert_int_equal(edit_set(&e, &i, "Pieces", numbers[n]), 0);
		assert_int_equal(edit_update(&e, &i, EDIT_NORMAL), 0);
	}
	for (int n = 0; n < 5; n++)
		buf_addf(&want, "%lld ", (long long) made[order[n]]);
	for (int pages = 0; pages < 5; pages++) {
		CLEANUP(query_end_p) struct query q = { 0 };
		CLEANUP(str_free_p) char *position = strdup(buf_str(&next));

		o.position = *position ? position : NULL;
		assert_int_equal(query_begin(&w->call, l, &o, x, &q), 0);
		q.limit = 2;
		buf_reset(&next);
		assert_int_equal(query_run(&q, add_id, &ids, &next), 0);
		if (!next.len)
			break;
	}
	assert_string_equal(buf_str(&ids), buf_str(&want));
}

/* ---- tokens ------------------------------------------------------------------------------------- */

static void tokens_there_and_back(void **state)
{
	static const char text[] = "1;3;00bfea71-2062-426c-90bf-714c59600103;633400000000000000;1024";
	char back[TOKEN_SIZE];
	struct token t;

	(void) state;
	assert_int_equal(token_parse(text, &t), 0);
	assert_string_equal(t.list, "{00BFEA71-2062-426C-90BF-714C59600103}");
	assert_int_equal(t.seq, 1024);
	token_format(&t, back);
	assert_string_equal(back, text);
}

static void tokens_that_are_none(void **state)
{
	static const char *const bad[] = {
		"", "x", "1", "1;3", "1;3;00bfea71-2062-426c-90bf-714c59600103;1", "2;3;00bfea71-2062-426c-90bf-714c59600103;1;1",
		"1;1;00bfea71-2062-426c-90bf-714c59600103;1;1", "1;3;x;1;1", "1;3;00bfea71-2062-426c-90bf-714c59600103;1;1;1",
		"1;3;00bfea71-2062-426c-90bf-714c59600103;-1;1", "1;3;00bfea71-2062-426c-90bf-714c59600103;1;x",
		"1;3;00bfea71-2062-426c-90bf-714c59600103;99999999999999999999;1", "1;3;;1;1",
	};
	struct token t;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (token_parse(bad[i], &t) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
}

/* A token names a place in the log of its list, and only of that. */
static void places_in_the_log(void **state)
{
	struct world *w = *state;
	struct list *tasks = world_list(w, "Tasks"), *links = world_list(w, "Links");
	struct token t, later;

	assert_int_equal(change_end(&w->server.model, tasks, &t), 0);
	assert_int_equal(change_knows(&w->server.model, tasks, &t), 1);
	assert_int_equal(change_knows(&w->server.model, links, &t), 0);
	world_add(w, tasks, "Title", "one more");
	assert_int_equal(change_end(&w->server.model, tasks, &later), 0);
	assert_true(later.seq > t.seq && later.ticks >= t.ticks);
	assert_int_equal(change_knows(&w->server.model, tasks, &t), 1);
	later.seq += 1000;
	assert_int_equal(change_knows(&w->server.model, tasks, &later), 0);
	t.seq = 1; /* from an earlier run */
	assert_int_equal(change_knows(&w->server.model, tasks, &t), 0);
	assert_int_equal(change_end(&w->server.model, tasks, &t), 0);
	assert_int_equal(change_trim(w->server.db), 0);
	assert_int_equal(change_knows(&w->server.model, tasks, &t), 0);
	assert_int_equal(change_end(&w->server.model, tasks, &t), 0);
	assert_int_equal(change_knows(&w->server.model, tasks, &t), 1);
}

/* The log forgets by age and by number, and a place that it forgot is no place any more. */
static void what_a_log_forgets(void **state)
{
	struct world *w = *state;
	struct model *m = &w->server.model;
	struct list *tasks = world_list(w, "Tasks");
	struct token before, middle, end;

	assert_int_equal(change_end(m, tasks, &before), 0);
	world_add(w, tasks, "Title", "a");
	assert_int_equal(change_end(m, tasks, &middle), 0);
	world_add(w, tasks, "Title", "b");
	assert_int_equal(change_expire(m), 0);
	assert_int_equal(change_knows(m, tasks, &before), 1);
	m->log_entries = 1;
	assert_int_equal(change_expire(m), 0);
	assert_int_equal(change_knows(m, tasks, &before), 0);
	assert_int_equal(change_knows(m, tasks, &middle), 1);
	m->log_entries = 0;
	m->log_age = 1000 * TICKS_A_SECOND;
	middle.ticks -= 1001 * TICKS_A_SECOND;
	assert_int_equal(change_knows(m, tasks, &middle), 0);
	/* nothing happens for long: who asks gets tokens that are young, and everything before is forgotten */
	m->log_age = 1;
	assert_int_equal(change_expire(m), 0);
	m->log_age = 1000 * TICKS_A_SECOND;
	assert_int_equal(change_end(m, tasks, &end), 0);
	assert_int_equal(change_knows(m, tasks, &end), 1);
	assert_int_equal(end.seq, middle.seq + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters),		 cmocka_unit_test(filters_that_are_none),
		cmocka_unit_test(what_an_index_answers), cmocka_unit_test(in_order_page_by_page),
		cmocka_unit_test(tokens_there_and_back), cmocka_unit_test(tokens_that_are_none),
		cmocka_unit_test(places_in_the_log),	 cmocka_unit_test(what_a_log_forgets),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
