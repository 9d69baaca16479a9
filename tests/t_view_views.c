/* A list as one table: RFC 4180, RFC 8259, recutils. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "t_view_pim.h"
#include "t_view_pim_random.h"
#include "view/views.h"

static const struct column columns[] = {
	{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "AssignedTo", "Assigned To", FIELD_USER, 0, { NULL }, NULL },
	{ "Status", "Issue Status", FIELD_CHOICE, 0, { "Active", "Resolved", "Closed", NULL }, NULL },
	{ "Priority", "Priority", FIELD_CHOICE, 0, { "(1) High", "(2) Normal", "(3) Low", NULL }, NULL },
	{ "Category", "Category", FIELD_CHOICE, 0, { "(1) Category1", "(2) Category2", NULL }, NULL },
	{ "DueDate", "Due Date", FIELD_DATETIME, 0, { NULL }, NULL },
	{ "RelatedIssues", "Related Issues", FIELD_LOOKUPMULTI, 0, { NULL }, NULL },
	{ "V3Comments", "Comments", FIELD_NOTE, FIELD_APPENDONLY, { NULL }, NULL },
	{ "Comment", "Description", FIELD_NOTE, 0, { NULL }, NULL },
	{ "Created", "Created", FIELD_DATETIME, FIELD_READONLY, { NULL }, NULL },
	{ "Author", "Created By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
};

struct world {
	struct list list;
	struct item items[2];
};

static void begin(struct world *w)
{
	use_berlin();
	memset(w, 0, sizeof(*w));
	MAKE_LIST(&w->list, 1100, columns);
	assert_int_equal(str_set(&w->list.title, "Issues"), 0);
	MAKE_ITEM(&w->items[0], 17, "ID", "17", "Title", "Which printer?", "Status", "Closed", "Created", "2026-11-02T08:15:00Z",
		  "Author", people[0].wire, "Modified", "2026-11-20T15:42:10Z", "Editor", people[1].wire);
	MAKE_ITEM(&w->items[1], 42, "ID", "42", "Title", "Printer on 3rd floor is broken", "AssignedTo", people[0].wire, "Status",
		  "Active", "Priority", "(1) High", "DueDate", "2026-11-30T16:00:00Z", "RelatedIssues",
		  "17;#Toner order;#23;#Fuser;; replaced twice", "Comment", "The printer prints\tblank.\r\n\r\nSee \"photo\\1\".");
}

static void end(struct world *w)
{
	list_release(&w->list);
	item_release(&w->items[0]);
	item_release(&w->items[1]);
}

static void check_table(const struct world *w, enum view_table t, const char *want)
{
	CLEANUP(view_rows_free_p) struct view_rows *v = NULL;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 20);

	assert_int_equal(view_rows_new(&w->list, t, &v), 0);
	assert_int_equal(view_rows_head(v, &out), 0);
	assert_int_equal(view_rows_add(v, &w->items[0], "Which printer?.txt", &out), 0);
	assert_int_equal(view_rows_add(v, &w->items[1], "Printer, \"broken\".txt", &out), 0);
	assert_string_equal(buf_str(&out), want);
}

#define WHEN ",2026-11-02 09:15:00+01:00,Jane Roe <jane.roe@contoso.example>,2026-11-20 16:42:10+01:00,Max M\u00fcller <max.mueller@contoso.example>"

static void comma_separated(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	check_table(&w, VIEW_CSV,
		    "ID,Title,Assigned To,Issue Status,Priority,Category,Due Date,Related Issues,Comments,Created,Created By,Modified,"
		    "Modified By,Description,File\n"
		    "17,Which printer?,,Closed,,,,," WHEN ",,Which printer?.txt\n"
		    "42,Printer on 3rd floor is broken,Jane Roe <jane.roe@contoso.example>,Active,(1) High,,2026-11-30 17:00:00+01:00,"
		    "\"Toner order [17]; \"\"Fuser; replaced twice\"\" [23]\",,,,,,\"The printer prints\tblank.\n\nSee \"\"photo\\1\"\".\","
		    "\"Printer, \"\"broken\"\".txt\"\n");
	end(&w);
}

static void tab_separated(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	check_table(&w, VIEW_TSV,
		    "ID\tTitle\tAssigned To\tIssue Status\tPriority\tCategory\tDue Date\tRelated Issues\tComments\tCreated\tCreated By\t"
		    "Modified\tModified By\tDescription\n"
		    "17\tWhich printer?\t\tClosed\t\t\t\t\t\t2026-11-02 09:15:00+01:00\tJane Roe <jane.roe@contoso.example>\t"
		    "2026-11-20 16:42:10+01:00\tMax M\u00fcller <max.mueller@contoso.example>\t\n"
		    "42\tPrinter on 3rd floor is broken\tJane Roe <jane.roe@contoso.example>\tActive\t(1) High\t\t"
		    "2026-11-30 17:00:00+01:00\tToner order [17]; \"Fuser; replaced twice\" [23]\t\t\t\t\t\t"
		    "The printer prints\\tblank.\\n\\nSee \"photo\\\\1\".\n");
	end(&w);
}

#define JANE "{\"id\": 12, \"name\": \"Jane Roe\", \"login\": \"CONTOSO\\\\jroe\", \"email\": \"jane.roe@contoso.example\"}"
#define MAX "{\"id\": 15, \"name\": \"Max M\u00fcller\", \"login\": \"CONTOSO\\\\mmueller\", \"email\": \"max.mueller@contoso.example\"}"

static void json_lines(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	check_table(&w, VIEW_JSONL,
		    "{\"ID\": 17, \"Title\": \"Which printer?\", \"AssignedTo\": null, \"Status\": \"Closed\", \"Priority\": null, "
		    "\"Category\": null, \"DueDate\": null, \"RelatedIssues\": null, \"V3Comments\": null, "
		    "\"Created\": \"2026-11-02T08:15:00Z\", \"Author\": " JANE ", \"Modified\": \"2026-11-20T15:42:10Z\", \"Editor\": " MAX
		    ", \"Comment\": null}\n"
		    "{\"ID\": 42, \"Title\": \"Printer on 3rd floor is broken\", \"AssignedTo\": " JANE ", \"Status\": \"Active\", "
		    "\"Priority\": \"(1) High\", \"Category\": null, \"DueDate\": \"2026-11-30T16:00:00Z\", "
		    "\"RelatedIssues\": [{\"id\": 17, \"value\": \"Toner order\"}, {\"id\": 23, \"value\": \"Fuser; replaced twice\"}], "
		    "\"V3Comments\": null, \"Created\": null, \"Author\": null, \"Modified\": null, \"Editor\": null, "
		    "\"Comment\": \"The printer prints\\tblank.\\r\\n\\r\\nSee \\\"photo\\\\1\\\".\"}\n");
	end(&w);
}

static void records(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	check_table(&w, VIEW_REC,
		    "%rec: Issues\n%key: ID\n\n"
		    "ID: 17\nTitle: Which printer?\nIssue_Status: Closed\nCreated: 2026-11-02 09:15:00+01:00\n"
		    "Created_By: Jane Roe <jane.roe@contoso.example>\nModified: 2026-11-20 16:42:10+01:00\n"
		    "Modified_By: Max M\u00fcller <max.mueller@contoso.example>\n\n"
		    "ID: 42\nTitle: Printer on 3rd floor is broken\nAssigned_To: Jane Roe <jane.roe@contoso.example>\n"
		    "Issue_Status: Active\nPriority: (1) High\nDue_Date: 2026-11-30 17:00:00+01:00\n"
		    "Related_Issues: Toner order [17]; \"Fuser; replaced twice\" [23]\n"
		    "Description: The printer prints\tblank.\n+ \n+ See \"photo\\1\".\n");
	end(&w);
}

/* Names that recutils takes, each once. */
static void record_names(void **state)
{
	static const struct column odd[] = {
		{ "Title", "Title", FIELD_TEXT, 0, { NULL }, NULL },
		{ "a", "\u00c4rger \u00fcber", FIELD_TEXT, 0, { NULL }, NULL },
		{ "b", "1st!", FIELD_TEXT, 0, { NULL }, NULL },
		{ "c", "1st?", FIELD_TEXT, 0, { NULL }, NULL },
		{ "d", "Title?", FIELD_TEXT, 0, { NULL }, NULL },
		{ "Title_", "Title!", FIELD_TEXT, 0, { NULL }, NULL },
	};
	struct list l;
	struct item i;
	CLEANUP(view_rows_free_p) struct view_rows *v = NULL;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 20);

	(void) state;
	MAKE_LIST(&l, 100, odd);
	MAKE_ITEM(&i, 1, "Title", "1", "a", "2", "b", "3", "c", "4", "d", "5", "Title_", "6");
	assert_int_equal(view_rows_new(&l, VIEW_REC, &v), 0);
	assert_int_equal(view_rows_add(v, &i, "x", &out), 0);
	assert_string_equal(buf_str(&out), "\nTitle: 1\nF__rger__ber: 2\nF_1st_: 3\nc: 4\nTitle_: 5\nTitle__2: 6\n");
	assert_string_equal(view_table_file(VIEW_JSONL), "list.jsonl");
	item_release(&i);
	list_release(&l);
}

static void json_types(void **state)
{
	static const struct column typed[] = {
		{ "A", "A", FIELD_NUMBER, 0, { NULL }, NULL },	{ "B", "B", FIELD_BOOLEAN, 0, { NULL }, NULL },
		{ "C", "C", FIELD_MULTICHOICE, 0, { NULL }, NULL }, { "D", "D", FIELD_URL, 0, { NULL }, NULL },
		{ "E", "E", FIELD_DATETIME, FIELD_DATEONLY, { NULL }, NULL },
	};
	static const struct {
		const char *name, *wire, *json;
	} values[] = {
		{ "A", "12.5000000000000", "12.5" }, { "A", "-0.500", "-0.5" },	      { "A", "007.000", "7" },
		{ "A", "-0.0", "0" },		     { "A", ".5", "0.5" },	      { "A", "1e5", "\"1e5\"" },
		{ "A", "-", "\"-\"" },		     { "A", "100", "100" },	      { "B", "1", "true" },
		{ "B", "FALSE", "false" },	     { "C", ";#A;#b;; c;#", "[\"A\", \"b; c\"]" },
		{ "D", "http://x/a,,b, text", "{\"url\": \"http://x/a,b\", \"description\": \"text\"}" },
		{ "E", "2026-11-29T23:00:00Z", "\"2026-11-30\"" },
	};
	struct list l;
	CLEANUP(view_rows_free_p) struct view_rows *v = NULL;

	(void) state;
	MAKE_LIST(&l, 100, typed);
	assert_int_equal(view_rows_new(&l, VIEW_JSONL, &v), 0);
	for (size_t k = 0; k < sizeof(values) / sizeof(*values); k++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 20), want = BUF_INIT(1000);
		struct item i;

		MAKE_ITEM(&i, 1, values[k].name, values[k].wire);
		assert_int_equal(view_rows_add(v, &i, "x", &out), 0);
		buf_addf(&want, "\"%s\": %s,", values[k].name, values[k].json);
		if (!strstr(buf_str(&out), buf_str(&want)))
			fail_msg("there is no %s in %s", buf_str(&want), buf_str(&out));
		item_release(&i);
	}
	list_release(&l);
}

/* A hundred thousand rows are a matter of seconds at most. */
static void big_lists(void **state)
{
	struct world w;
	clock_t before = clock();

	(void) state;
	begin(&w);
	for (int t = 0; t < VIEW_TABLE_COUNT; t++) {
		CLEANUP(view_rows_free_p) struct view_rows *v = NULL;
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 28);

		assert_int_equal(view_rows_new(&w.list, (enum view_table) t, &v), 0);
		for (int i = 0; i < 25000; i++)
			assert_int_equal(view_rows_add(v, &w.items[1], "x", &out), 0);
	}
	assert_true(clock() - before < 20 * CLOCKS_PER_SEC);
	print_message("%.1f us a row\n", (double) (clock() - before) / 100000 * 1e6 / CLOCKS_PER_SEC);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comma_separated), cmocka_unit_test(tab_separated), cmocka_unit_test(json_lines),
		cmocka_unit_test(records),	   cmocka_unit_test(record_names),  cmocka_unit_test(json_types),
		cmocka_unit_test(big_lists),
	};

	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
