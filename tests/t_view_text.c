#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "t_view_schema.h"

/* ---- the lists -------------------------------------------------------------------------- */

static const struct column issue_columns[] = {
	{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
	{ "AssignedTo", "Assigned To", FIELD_USER, 0, { NULL }, NULL },
	{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "Status", "Issue Status", FIELD_CHOICE, 0, { "Active", "Resolved", "Closed" }, "Active" },
	{ "Priority", "Priority", FIELD_CHOICE, 0, { "(1) High", "(2) Normal", "(3) Low" }, "(2) Normal" },
	{ "Comment", "Description", FIELD_NOTE, 0, { NULL }, NULL },
	{ "Category", "Category", FIELD_CHOICE, FIELD_FILLIN, { "(1) Category1", "(2) Category2" }, NULL },
	{ "DueDate", "Due Date", FIELD_DATETIME, 0, { NULL }, NULL },
	{ "RelatedIssues", "Related Issues", FIELD_LOOKUPMULTI, 0, { NULL }, NULL },
	{ "V3Comments", "Comments", FIELD_NOTE, FIELD_APPENDONLY | FIELD_RICHTEXT, { NULL }, NULL },
	{ "Created", "Created", FIELD_DATETIME, FIELD_READONLY, { NULL }, NULL },
	{ "Author", "Created By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
	{ "Modified", "Modified", FIELD_DATETIME, FIELD_READONLY, { NULL }, NULL },
	{ "Editor", "Modified By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
	{ "Attachments", "Attachments", FIELD_ATTACHMENTS, 0, { NULL }, NULL },
	{ "LinkTitle", "Title", FIELD_COMPUTED, FIELD_READONLY, { NULL }, NULL },
	{ "Order", "Order", FIELD_NUMBER, FIELD_HIDDEN, { NULL }, NULL },
};

/* The row of the example in presentation 3.9. */
static const char *const issue_42[] = {
	"ID", "42", "Title", "Printer on 3rd floor is broken", "AssignedTo",
	"12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe", "Status", "Active", "Priority", "(1) High",
	"Category", "(2) Category2", "DueDate", "2026-11-30T16:00:00Z", "RelatedIssues",
	"17;#Toner order;#23;#Fuser;; replaced twice", "Comment", "The printer prints blank pages since Monday.",
	"Created", "2026-11-02T08:15:00Z", "Modified", "2026-11-20T15:42:10Z", "Author",
	"12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe", "Editor",
	"15;#Max M\u00fcller,#CONTOSO\\mmueller,#max.mueller@contoso.example,#,#Max M\u00fcller", NULL
};

static const char issue_text[] =
	"Title: Printer on 3rd floor is broken\n"
	"Assigned To: Jane Roe <jane.roe@contoso.example>\n"
	"Issue Status: Active\n"
	"Priority: (1) High\n"
	"Category: (2) Category2\n"
	"Due Date: 2026-11-30 17:00:00+01:00\n"
	"Related Issues: Toner order [17]; \"Fuser; replaced twice\" [23]\n"
	"Comments:\n"
	"# ID: 42\n"
	"# Created: 2026-11-02 09:15:00+01:00\n"
	"# Created By: Jane Roe <jane.roe@contoso.example>\n"
	"# Modified: 2026-11-20 16:42:10+01:00\n"
	"# Modified By: Max M\u00fcller <max.mueller@contoso.example>\n"
	"\n"
	"The printer prints blank pages since Monday.\n";

static const struct column asset_columns[] = {
	{ "Title", "Asset", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "Serial", "Seriennummer", FIELD_TEXT, 0, { NULL }, NULL },
	{ "Price", "Purchase price", FIELD_CURRENCY, 0, { NULL }, NULL },
	{ "Depreciation", "Depreciation", FIELD_NUMBER, FIELD_PERCENTAGE, { NULL }, NULL },
	{ "Pieces", "Pieces", FIELD_INTEGER, 0, { NULL }, NULL },
	{ "InUse", "In use", FIELD_BOOLEAN, 0, { NULL }, NULL },
	{ "Bought", "Bought on", FIELD_DATETIME, FIELD_DATEONLY, { NULL }, NULL },
	{ "Seen", "Last seen", FIELD_DATETIME, 0, { NULL }, NULL },
	{ "Vendor", "Vendor", FIELD_LOOKUP, 0, { NULL }, NULL },
	{ "Owners", "Owners", FIELD_USERMULTI, 0, { NULL }, NULL },
	{ "Tags", "Tags", FIELD_MULTICHOICE, FIELD_FILLIN, { "red", "blue; green" }, NULL },
	{ "Manual", "Manual", FIELD_URL, 0, { NULL }, NULL },
	{ "Note1", "Remarks", FIELD_NOTE, 0, { NULL }, NULL },
	{ "Note2", "\u00c4nderungen", FIELD_NOTE, 0, { NULL }, NULL },
	{ "S0", "Same", FIELD_TEXT, 0, { NULL }, NULL },
	{ "S1", "same", FIELD_TEXT, 0, { NULL }, NULL },
	{ "Age", "Age in years", FIELD_CALCULATED, FIELD_READONLY, { NULL }, NULL },
	{ "Approval", "Approval", FIELD_MODSTAT, 0, { NULL }, NULL },
	{ "Odd", "Odd type", FIELD_UNKNOWN, 0, { NULL }, NULL },
};

static int set_zone(void **state)
{
	(void) state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	return 0;
}

/* ---- parsing, as the tests want it ------------------------------------------------------------ */

struct parsed {
	int r;
	bool complete;
	struct values v;
	struct err err;
};

static void release_parsed(struct parsed *p)
{
	values_release(&p->v);
}

static struct parsed parse(const struct list *l, const struct values *base, const char *title, const char *text)
{
	static const struct values nothing = VALUES_INIT;
	struct view_edit e = { l, base ? base : &nothing, title, &known };
	struct parsed p = { .v = VALUES_INIT };

	p.r = view_text_parse(&e, text, strlen(text), &p.v, &p.complete, &p.err);
	return p;
}

/* The text changes exactly these fields: name, wire, ..., NULL. */
static void check_changes(const struct list *l, const struct values *base, const char *title, const char *text,
			  const char *const want[])
{
	CLEANUP(release_parsed) struct parsed p = parse(l, base, title, text);
	size_t n = 0;

	if (p.r < 0)
		fail_msg("refused: %s\n%s", p.err.text, text);
	for (; want[n]; n += 2) {
		if (!values_has(&p.v, want[n]))
			fail_msg("%s did not change:\n%s", want[n], text);
		for (size_t i = 0; i < p.v.n; i++)
			if (str_eq(p.v.v[i].name, want[n]))
				assert_string_equal(p.v.v[i].text, want[n + 1]);
	}
	if (p.v.n != n / 2)
		fail_msg("%zu fields changed, not %zu (%s is one):\n%s", p.v.n, n / 2, p.v.v[p.v.n - 1].name, text);
}

#define CHANGES(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define NO_CHANGE ((const char *const[]) { NULL })

static void check_refused(const struct list *l, const struct values *base, const char *title, const char *text,
			  const char *why)
{
	CLEANUP(release_parsed) struct parsed p = parse(l, base, title, text);

	if (p.r != -EINVAL)
		fail_msg("accepted (%d): %s", p.r, text);
	assert_string_equal(p.err.text, why);
	assert_int_equal(p.v.n, 0);
}

/* ---- 3.9: the example, and what each command sends ---------------------------------------------- */

struct issue {
	struct list list;
	struct values values;
};

static void make_issue(struct issue *i)
{
	MAKE_LIST(&i->list, 1100, issue_columns);
	i->values = (struct values) VALUES_INIT;
	set_values(&i->values, issue_42);
}

static void release_issue(struct issue *i)
{
	list_release(&i->list);
	values_release(&i->values);
}

/* The text with its first `from` replaced. */
static char *edited(const char *from, const char *to)
{
	const char *at = strstr(issue_text, from);
	char *text;

	assert_non_null(at);
	text = str_printf("%.*s%s%s", (int) (at - issue_text), issue_text, to, at + strlen(from));
	assert_non_null(text);
	return text;
}

static void check_edit(const struct issue *i, const char *from, const char *to, const char *const want[])
{
	CLEANUP(str_free_p) char *text = edited(from, to);

	check_changes(&i->list, &i->values, NULL, text, want);
}

static void test_the_example_is_rendered(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *text = NULL;

	(void) state;
	make_issue(&i);
	text = rendered(&i.list, &i.values);
	assert_string_equal(text, issue_text);
	assert_string_equal(view_text_body(&i.list)->name, "Comment");
}

static void test_commands_of_the_example_send_one_field(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *more = str_printf("%sToner replaced.\n", issue_text);

	(void) state;
	make_issue(&i);
	check_changes(&i.list, &i.values, NULL, issue_text, NO_CHANGE);
	/* sed -i 's/^Issue Status: .*'/Issue Status: Resolved/' */
	check_edit(&i, "Issue Status: Active", "Issue Status: Resolved", CHANGES("Status", "Resolved"));
	/* echo 'Priority: low' > */
	check_changes(&i.list, &i.values, NULL, "Priority: low\n", CHANGES("Priority", "(3) Low"));
	/* echo 'Toner replaced.' >> */
	check_changes(&i.list, &i.values, NULL, more,
		      CHANGES("Comment", "The printer prints blank pages since Monday.\nToner replaced."));
	/* printf '\nNew text\n' > */
	check_changes(&i.list, &i.values, NULL, "\nNew text\n", CHANGES("Comment", "New text"));
	/* sed -i 's/^Assigned To: .*'/Assigned To: max.mueller@contoso.example/' */
	check_edit(&i, "Assigned To: Jane Roe <jane.roe@contoso.example>", "Assigned To: max.mueller@contoso.example",
		   CHANGES("AssignedTo",
			   "15;#Max M\u00fcller,#CONTOSO\\mmueller,#max.mueller@contoso.example,#,#Max M\u00fcller"));
}

/* ---- 3.2: grammar ---------------------------------------------------------------------------------- */

static void test_what_is_written_differently_and_means_the_same(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *bom = str_printf("\ufeff%s", issue_text);
	static const char *const same[] = {
		"", "# only a comment\n", "Title:Printer on 3rd floor is broken\n", "title:\tPrinter on 3rd floor is broken  \n",
		"Title: \"Printer on 3rd floor is broken\"\n", "[Title]: Printer on 3rd floor is broken\n",
		"[title]: Printer on 3rd floor is broken", "Status: Active\n", "[Status]: ACTIVE\n", "issue status: active\n",
		"Priority: high\n", "Priority: (1) high\n", "Due Date: 2026-11-30 17:00\n", "Due Date: 2026-11-30T16:00Z\n",
		"Due Date: 2026-11-30 11:00:00-0500\n", "Assigned To: jane roe\n", "Assigned To: contoso\\JROE\n",
		"Assigned To: [12]\n", "Assigned To: \"Jane Roe\" <JANE.ROE@contoso.example>\n",
		"Related Issues: [17]; [23]\n", "Related Issues: Toner order; \"Fuser; replaced twice\"\n",
		"Related Issues: ; Toner order [17] ;; \"Fuser; replaced twice\"[23];\n", "ID: 42\n",
		"Created: 2026-11-02 09:15:00+01:00\n", "Modified By: Max M\u00fcller <max.mueller@contoso.example>\n",
		"Issue Status: Closed\nIssue Status: Active\n", "Issue Status: Active\r\nPriority: (1) High\r\n",
		"Description:\n The printer prints blank pages since Monday.\n",
		"Description: The printer prints blank pages since Monday.\n", "\nThe printer prints blank pages since Monday.  \n\n\n",
		"Issue Status: Active\n\n", " \t \nThe printer prints blank pages since Monday.\r\n", "Comments:\n",
	};

	(void) state;
	make_issue(&i);
	for (size_t k = 0; k < sizeof(same) / sizeof(*same); k++)
		check_changes(&i.list, &i.values, NULL, same[k], NO_CHANGE);
	check_changes(&i.list, &i.values, NULL, bom, NO_CHANGE);
}

static void test_lines_that_go_on(void **state)
{
	CLEANUP(release_issue) struct issue i;

	(void) state;
	make_issue(&i);
	check_changes(&i.list, &i.values, NULL, "Description: first\n second\n .\n ..dot\n\t\ttab\n",
		      CHANGES("Comment", "first\nsecond\n\n.dot\n\ttab"));
	check_changes(&i.list, &i.values, NULL, "Description:\n .\n one\n# a comment between\n two\n",
		      CHANGES("Comment", "\none\ntwo"));
	check_changes(&i.list, &i.values, NULL, "Description: \"a\\nb\\t\\u00e4\\\\\"\n", CHANGES("Comment", "a\nb\t\u00e4\\"));
	check_changes(&i.list, &i.values, NULL, "Description:\n \"not a quotation\n", CHANGES("Comment", "\"not a quotation"));
	/* a body may begin with empty lines, and have lines that look like others */
	check_changes(&i.list, &i.values, NULL, "\n\n# x\nTitle: y\n z\n", CHANGES("Comment", "\n# x\nTitle: y\n z"));
}

static void test_an_empty_body_clears_in_a_whole_file_only(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *header = NULL;

	(void) state;
	make_issue(&i);
	check_edit(&i, "The printer prints blank pages since Monday.\n", "", CHANGES("Comment", ""));
	check_edit(&i, "\nThe printer prints blank pages since Monday.\n", "", NO_CHANGE);
	check_changes(&i.list, &i.values, NULL, "Priority: low\n\n", CHANGES("Priority", "(3) Low"));
	check_changes(&i.list, &i.values, NULL, "Description:\n", CHANGES("Comment", ""));
	check_changes(&i.list, &i.values, NULL, "Description: x\n\n", CHANGES("Comment", "x"));
	header = edited("\nThe printer prints blank pages since Monday.\n", "Description: x\n\n");
	check_changes(&i.list, &i.values, NULL, header, CHANGES("Comment", "x"));
}

static void test_a_whole_file_is_complete(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *no_category = edited("Category: (2) Category2\n", "");
	static const char *const bare = "Status: Closed\n";
	const char *const texts[] = { issue_text, no_category, bare };

	(void) state;
	make_issue(&i);
	for (size_t k = 0; k < 3; k++) {
		CLEANUP(release_parsed) struct parsed p = parse(&i.list, &i.values, NULL, texts[k]);

		assert_int_equal(p.r, 0);
		assert_int_equal(p.complete, k == 0);
	}
}

/* Keys that would not lead back to their field are replaced by the internal name. */
static void test_keys(void **state)
{
	static const struct column columns[] = {
		{ "Title", "Due: date", FIELD_TEXT, 0, { NULL }, NULL },
		{ "A", "Due", FIELD_TEXT, 0, { NULL }, NULL },
		{ "B", "", FIELD_TEXT, 0, { NULL }, NULL },
		{ "C", "#hash", FIELD_TEXT, 0, { NULL }, NULL },
		{ "D", "[bracket]", FIELD_TEXT, 0, { NULL }, NULL },
		{ "E", " Two\nlines ", FIELD_TEXT, 0, { NULL }, NULL },
		{ "F", "SAME", FIELD_TEXT, 0, { NULL }, NULL },
		{ "G", "same", FIELD_TEXT, 0, { NULL }, NULL },
		{ "H", "A", FIELD_TEXT, 0, { NULL }, NULL },
		{ "I", "Why? Because: so", FIELD_TEXT, 0, { NULL }, NULL },
		{ "I", "A second field of that name", FIELD_TEXT, 0, { NULL }, NULL },
		{ "ContentType", "Content Type", FIELD_CHOICE, 0, { "Only one" }, NULL },
	};
	CLEANUP(list_release_p) struct list l;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *text = NULL;
	static const char names[] = "ABCDEFGHI";

	(void) state;
	MAKE_LIST(&l, 100, columns);
	for (const char *p = names; *p; p++)
		assert_int_equal(values_set(&v, (char[]) { *p, '\0' }, "date: x"), 0);
	assert_int_equal(values_set(&v, "Title", "date: x"), 0);
	text = rendered(&l, &v);
	assert_string_equal(text, "[Title]: date: x\nDue: date: x\n[B]: date: x\n[C]: date: x\n[D]: date: x\n"
				  "Two lines: date: x\n[F]: date: x\n[G]: date: x\nA: date: x\nWhy? Because: so: date: x\n");
	check_changes(&l, &v, NULL, text, NO_CHANGE);
	/* a display name comes before an internal one, exact case before any other */
	check_changes(&l, &v, NULL, "A: h\n", CHANGES("H", "h"));
	check_changes(&l, &v, NULL, "[A]: a\n", CHANGES("A", "a"));
	check_changes(&l, &v, NULL, "G: g\nf: f\n", CHANGES("F", "f", "G", "g"));
	check_changes(&l, &v, NULL, "due: x\n", CHANGES("A", "x"));
}

/* ---- 3.3: values, row by row ---------------------------------------------------------------------------- */

static void test_values_of_each_type_there_and_back(void **state)
{
	static const struct {
		const char *field, *wire, *human;
		const char *back; /* what is sent for human; NULL: wire */
	} rows[] = {
		{ "Serial", "  4711", "  4711", NULL },
		{ "Serial", "\"quoted\" a\nb", "\"quoted\" a\nb", NULL },
		{ "Note1", "a\r\nb  \r\n\r\n", "a\nb", "a\nb" },
		{ "Tags", ";#red;#blue;; green;#", "red; \"blue; green\"", NULL },
		{ "InUse", "1", "Yes", NULL },
		{ "InUse", "0", "No", NULL },
		{ "InUse", "TRUE", "Yes", "1" },
		{ "InUse", "-1", "Yes", "1" },
		{ "Price", "1234.50000000000", "1234.5", "1234.5" },
		{ "Price", "-0.0700000000000000", "-0.07", "-0.07" },
		{ "Price", "12324400.0000000", "12324400", "12324400" },
		{ "Price", "1.00000000000000E+20", "100000000000000000000", "100000000000000000000" },
		{ "Price", "1.50000000000000E-05", "0.000015", "0.000015" },
		{ "Price", "1.50000000000000E+99", "1.5E+99", "1.5E+99" },
		{ "Price", "0.0000", "0", "0" },
		{ "Depreciation", "0.333000000000000", "33.3%", "0.333" },
		{ "Depreciation", "1.00000000000000", "100%", "1" },
		{ "Depreciation", "0.00500000000000000", "0.5%", "0.005" },
		{ "Pieces", "3", "3", NULL },
		{ "Pieces", "-12", "-12", NULL },
		{ "Seen", "2026-11-20T07:05:09Z", "2026-11-20 08:05:09+01:00", NULL },
		{ "Seen", "2026-07-20T07:05:09Z", "2026-07-20 09:05:09+02:00", NULL },
		/* the hour that the clock change repeats */
		{ "Seen", "2026-10-25T00:30:00Z", "2026-10-25 02:30:00+02:00", NULL },
		{ "Seen", "2026-10-25T01:30:00Z", "2026-10-25 02:30:00+01:00", NULL },
		/* before standard time the offset had seconds */
		{ "Seen", "1850-01-01T00:00:00Z", "1850-01-01 00:00:00+00:00", NULL },
		{ "Seen", "9999-12-31T23:59:59Z", "9999-12-31 23:59:59+00:00", NULL },
		{ "Bought", "2025-02-28T23:00:00Z", "2025-03-01", NULL },
		{ "Bought", "2025-06-30T22:00:00Z", "2025-07-01", "2025-06-30T23:00:00Z" },
		{ "Bought", "2025-07-01", "2025-07-01", "2025-06-30T23:00:00Z" },
		{ "Vendor", "7;#Contoso Ltd", "Contoso Ltd [7]", NULL },
		{ "Vendor", "2;#A; B [7]", "\"A; B [7]\" [2]", NULL },
		{ "Vendor", "99;#Not known", "Not known [99]", NULL },
		{ "Vendor", "99", "[99]", NULL },
		{ "Owners", "12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe;#16;#Roe,, John;; Jr.,"
			    "#CONTOSO\\john,#,#,#Roe,, John;; Jr.",
		  "Jane Roe <jane.roe@contoso.example>; \"Roe, John; Jr.\" <CONTOSO\\john>", NULL },
		{ "Owners", "17;#\u65e5\u672c \u592a\u90ce;#99;#Somebody", "\u65e5\u672c \u592a\u90ce [17]; Somebody [99]", NULL },
		{ "Owners", "1073741823;#  ,#SHAREPOINT\\system,#,#,#  ", "\"  \" <SHAREPOINT\\system>", NULL },
		{ "Manual", "http://m.example/z.pdf, http://m.example/z.pdf", "http://m.example/z.pdf", NULL },
		{ "Manual", "http://m.example/a,,b c, A, b", "http://m.example/a,b%20c A, b", "http://m.example/a,,b%20c, A, b" },
		{ "Manual", "http://m.example/, \"Zeus\"", "http://m.example/ \"\\\"Zeus\\\"\"", NULL },
		{ "Age", "float;#1.70000000000000", "1.7", NULL },
		{ "Age", "string;#Mock 1", "Mock 1", NULL },
		{ "Age", "boolean;#0", "No", NULL },
		{ "Age", "datetime;#2026-11-20T07:05:09Z", "2026-11-20 08:05:09+01:00", NULL },
		{ "Age", "error;##DIV/0!", "#DIV/0!", NULL },
		{ "Approval", "2", "Pending", NULL },
		{ "Odd", "5;#Term|guid", "5;#Term|guid", NULL },
	};
	CLEANUP(list_release_p) struct list l;

	(void) state;
	MAKE_LIST(&l, 100, asset_columns);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct field *f = schema_find(&l.schema, rows[i].field);
		CLEANUP(str_free_p) char *human = shown(&l, f, rows[i].wire);
		CLEANUP(buf_release_p) struct buf wire = BUF_INIT(1 << 20);
		struct err err = { 0 };

		assert_string_equal(human, rows[i].human);
		if (f->type == FIELD_CALCULATED)
			continue;
		if (view_text_wire(&l, f, human, "", &known, &wire, &err) < 0)
			fail_msg("%s: %s", rows[i].field, err.text);
		assert_string_equal(buf_str(&wire), rows[i].back ? rows[i].back : rows[i].wire);
	}
}

static void check_wire(const struct list *l, const char *name, const char *human, const char *base, const char *want)
{
	const struct field *f = schema_find(&l->schema, name);
	CLEANUP(buf_release_p) struct buf wire = BUF_INIT(1 << 20);
	struct err err = { 0 };
	int r = view_text_wire(l, f, human, base, &known, &wire, &err);

	if (r == 0)
		assert_string_equal(buf_str(&wire), want);
	else if (r == -EINVAL)
		assert_string_equal(err.text, want);
	else
		fail_msg("%d", r);
}

static void test_input_rules(void **state)
{
	CLEANUP(list_release_p) struct list l;
	static const char *const yes[] = { "yes", "TRUE", "1", "on", "Y" }, *const no[] = { "No", "false", "0", "OFF", "n" };

	(void) state;
	MAKE_LIST(&l, 100, asset_columns);
	for (size_t i = 0; i < 5; i++) {
		check_wire(&l, "InUse", yes[i], "", "1");
		check_wire(&l, "InUse", no[i], "", "0");
	}
	check_wire(&l, "InUse", "maybe", "", "In use: expected Yes or No");
	check_wire(&l, "Price", " +12.50 ", "", "12.5");
	check_wire(&l, "Price", "1e3", "", "1000");
	check_wire(&l, "Price", "1,234.5", "", "Purchase price: not a number; write it as 1234.5, without grouping");
	check_wire(&l, "Price", "50%", "", "Purchase price: not a number; write it as 1234.5, without grouping");
	check_wire(&l, "Price", "1e99999", "", "Purchase price: not a number; write it as 1234.5, without grouping");
	check_wire(&l, "Price", "9007199254740993.1", "", "9007199254740993.1");
	check_wire(&l, "Depreciation", "0.5", "", "0.5");
	check_wire(&l, "Depreciation", "12.5 %", "", "0.125");
	check_wire(&l, "Depreciation", "x%", "", "Depreciation: not a number; write it as 50% or 0.5, without grouping");
	check_wire(&l, "Pieces", "+007", "", "7");
	check_wire(&l, "Pieces", "3.0", "", "Pieces: not an integer");
	/* It was sent as 1.23E+24. */
	check_wire(&l, "Pieces", "1230000000000000000000000", "", "Pieces: an integer with more than 24 digits");
	check_wire(&l, "Pieces", "123000000000000000000000", "", "123000000000000000000000");
	check_wire(&l, "Seen", "2026-11-20", "", "2026-11-19T23:00:00Z");
	check_wire(&l, "Seen", "2026-11-20T08:05", "", "2026-11-20T07:05:00Z");
	check_wire(&l, "Seen", "2026-11-20 08:05:09 +0530", "", "2026-11-20T02:35:09Z");
	check_wire(&l, "Seen", "2026-02-29", "", "Last seen: there is no such day");
	check_wire(&l, "Seen", "2026-11-20 25:00", "", "Last seen: expected YYYY-MM-DD or YYYY-MM-DD HH:MM[:SS][+hh:mm]");
	check_wire(&l, "Seen", "tomorrowish", "", "Last seen: expected YYYY-MM-DD or YYYY-MM-DD HH:MM[:SS][+hh:mm]");
	check_wire(&l, "Bought", "2026-11-20 08:05", "", "2026-11-19T23:00:00Z");
	check_wire(&l, "Bought", "20.11.2026", "", "Bought on: expected YYYY-MM-DD");
	check_wire(&l, "Tags", "RED ; other;red", "", ";#red;#other;#red;#");
	check_wire(&l, "Tags", " ; ", "", "");
	check_wire(&l, "Manual", "see below", "", "Manual: expected a URL, then an optional description");
	check_wire(&l, "Manual", "/sites/x/a,b", "", "/sites/x/a,,b, /sites/x/a,b");
	check_wire(&l, "Approval", "approved", "", "0");
	check_wire(&l, "Approval", "fine", "", "Approval: must be one of: Approved | Rejected | Pending | Draft | Scheduled");
	check_wire(&l, "Title", "", "x", "Asset: a value is required");
	check_wire(&l, "Serial", "", "x", "");
	/* a text is taken as it is where it is no line */
	check_wire(&l, "Serial", " \"x ", "", " \"x ");
}

static void test_lookups(void **state)
{
	CLEANUP(list_release_p) struct list l;

	(void) state;
	MAKE_LIST(&l, 100, asset_columns);
	check_wire(&l, "Vendor", "Contoso", "", "1;#Contoso");
	check_wire(&l, "Vendor", "[7]", "", "7;#Contoso Ltd");
	check_wire(&l, "Vendor", "\"A; B [7]\"", "", "2;#A; B [7]");
	check_wire(&l, "Vendor", "A; B [7]", "", "2;#A; B [7]");
	/* the text was edited and the id left: the text is meant */
	check_wire(&l, "Vendor", "Contoso [7]", "", "1;#Contoso");
	check_wire(&l, "Vendor", "Conto [7]", "",
		   "Vendor: no unique item \"Conto\" in the looked-up list; write it as \"text [ID]\"");
	check_wire(&l, "Vendor", "Twice", "",
		   "Vendor: no unique item \"Twice\" in the looked-up list; write it as \"text [ID]\"");
	check_wire(&l, "Vendor", "Twice [6]", "", "6;#Twice");
	/* what the field held is known without asking */
	check_wire(&l, "Vendor", "[99]", "99;#Old vendor", "99;#Old vendor");
	check_wire(&l, "Vendor", "Old vendor", "99;#Old vendor", "99;#Old vendor");
	check_wire(&l, "Vendor", "\"x\" y [7]", "",
		   "Vendor: text after the closing quotation mark; within a quotation write \\\"");
	check_wire(&l, "Vendor", "\"x [7]", "",
		   "Vendor: unterminated quotation; end it with \" or write \\\" for the mark itself");
	check_wire(&l, "Vendor", "\"\"", "", "Vendor: no unique item \"\" in the looked-up list; write it as \"text [ID]\"");
}

static void test_people(void **state)
{
	CLEANUP(list_release_p) struct list l;
	static const char jane[] = "12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe";

	(void) state;
	MAKE_LIST(&l, 100, asset_columns);
	check_wire(&l, "Owners", "JANE.ROE@contoso.example", "", jane);
	check_wire(&l, "Owners", "<contoso\\jroe>", "", jane);
	check_wire(&l, "Owners", "jane roe", "", jane);
	check_wire(&l, "Owners", "[12]", "", jane);
	check_wire(&l, "Owners", "Jane (Sales) <jane.roe@contoso.example>", "", jane);
	check_wire(&l, "Owners", "Max M\u00fcller <jane.roe@contoso.example>", "",
		   "Owners: \"Max M\u00fcller\" and \"jane.roe@contoso.example\" are two people; leave one of them out");
	check_wire(&l, "Owners", "Nobody", "", "Owners: unknown person \"Nobody\"; write a mail address, a login or [ID]");
	check_wire(&l, "Owners", "Double", "", "Owners: more than one person is known as \"Double\"; write <mail> or <login>");
	check_wire(&l, "Owners", "Double <D\\two>", "", "22;#Double,#D\\two,#,#,#Double");
	check_wire(&l, "Owners", "\"\"", "", "Owners: unknown person \"\"; write a mail address, a login or [ID]");
	/* an id that only the server knows */
	check_wire(&l, "Owners", "[99]; New One [98]", "", "99;#;#98;#New One");
	check_wire(&l, "Owners", "Left Long Ago", "77;#Left Long Ago", "77;#Left Long Ago");
}

static void test_choices_name_what_is_allowed(void **state)
{
	CLEANUP(release_issue) struct issue i;

	(void) state;
	make_issue(&i);
	check_wire(&i.list, "Status", "purple", "", "Issue Status: must be one of: Active | Resolved | Closed");
	check_wire(&i.list, "Priority", "NORMAL", "", "(2) Normal");
	check_wire(&i.list, "Category", "anything", "", "anything");
	check_wire(&i.list, "Category", "category2", "", "(2) Category2");
}

static void test_an_asset_is_rendered(void **state)
{
	CLEANUP(list_release_p) struct list l;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *text = NULL;

	(void) state;
	MAKE_LIST(&l, 100, asset_columns);
	set_values(&v, CHANGES("ID", "5", "Title", "Laptop \"Zeus\"", "Serial", "  4711", "Price", "1234.50000000000",
			       "Depreciation", "0.333000000000000", "InUse", "1", "Tags", ";#red;#blue;; green;#", "Note1",
			       "one line", "Note2", "two\r\n\r\nlines\r\n.dot\r\n", "S0", "ok", "Age", "float;#1.70000000000000"));
	text = rendered(&l, &v);
	assert_string_equal(text,
			    "Asset: Laptop \"Zeus\"\nSeriennummer: \"  4711\"\nPurchase price: 1234.5\nDepreciation: 33.3%\n"
			    "Pieces:\nIn use: Yes\nBought on:\nLast seen:\nVendor:\nOwners:\nTags: red; \"blue; green\"\nManual:\n"
			    "Remarks: one line\n\u00c4nderungen:\n two\n .\n lines\n ..dot\n[S0]: ok\n[S1]:\nApproval:\nOdd type:\n"
			    "# ID: 5\n# Age in years: 1.7\n");
	/* two notes and none of a usual name: no body; a line appended to the file changes a field */
	assert_null(view_text_body(&l));
	check_changes(&l, &v, NULL, "In use: Yes\nIn use: No\n", CHANGES("InUse", "0"));
}

/* ---- 3.5: the body ------------------------------------------------------------------------------------------ */

static void test_which_field_is_the_body(void **state)
{
	static const struct column links[] = {
		{ "Title", "Title", FIELD_TEXT, FIELD_HIDDEN, { NULL }, NULL },
		{ "Extra", "Extra", FIELD_NOTE, 0, { NULL }, NULL },
		{ "URL", "URL", FIELD_URL, FIELD_REQUIRED, { NULL }, NULL },
		{ "Comments", "Notes", FIELD_NOTE, 0, { NULL }, NULL },
	};
	static const struct column survey[] = {
		{ "Title", "Title", FIELD_TEXT, FIELD_HIDDEN, { NULL }, NULL },
		{ "Description", "One line", FIELD_TEXT, 0, { NULL }, NULL },
		{ "Anything", "Anything else?", FIELD_NOTE, 0, { NULL }, NULL },
	};
	CLEANUP(list_release_p) struct list l, s;

	(void) state;
	MAKE_LIST(&l, 103, links);
	MAKE_LIST(&s, 102, survey);
	assert_string_equal(view_text_body(&l)->name, "Comments");
	assert_string_equal(view_text_body(&s)->name, "Anything");
	s.schema.f[2].flags = FIELD_APPENDONLY;
	assert_null(view_text_body(&s));
	/* a link without a description gets it from the file's name */
	check_changes(&l, NULL, "Team wiki", "URL: http://w/a,b\n\nAsk Max.\n",
		      CHANGES("Comments", "Ask Max.", "URL", "http://w/a,,b, Team wiki"));
	check_changes(&l, NULL, "Team wiki", "URL: http://w/ The wiki\n", CHANGES("URL", "http://w/, The wiki"));
}

/* ---- 3.7: errors say where, what and what to do ----------------------------------------------------------------- */

static void test_errors_name_line_field_and_remedy(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(list_release_p) struct list assets;
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "Titel: x\n", "line 1: no field named \"Titel\" in this list; did you mean \"Title\"?" },
		{ "# c\nTitle: x\nisue status: Closed\n",
		  "line 3: no field named \"isue status\" in this list; did you mean \"Issue Status\"?" },
		{ "Issue Status: purple\n", "line 1: Issue Status: must be one of: Active | Resolved | Closed" },
		{ "Title:\n", "line 1: Title: a value is required" },
		{ "Due Date: soon\n", "line 1: Due Date: expected YYYY-MM-DD or YYYY-MM-DD HH:MM[:SS][+hh:mm]" },
		{ "ID: 43\n", "line 1: \"ID\" is read-only" },
		{ "Modified: 2020-01-01\n", "line 1: \"Modified\" is read-only" },
		{ "Assigned To: nobody\n",
		  "line 1: Assigned To: unknown person \"nobody\"; write a mail address, a login or [ID]" },
		{ "no colon\n", "line 1: expected \"Field: value\", or an empty line before the text" },
		{ " indented\n", "line 1: continuation line without a field" },
		{ "Title: x\n more\n", "line 2: field \"Title\" takes one line" },
		{ "Title: \"x\n", "line 1: Title: unterminated quotation; end it with \" or write \\\" for the mark itself" },
		{ "Title: \"x\" y\n", "line 1: Title: text after the closing quotation mark; within a quotation write \\\"" },
		{ "Title: \"\\ud800\"\n",
		  "line 1: Title: \\u needs four hexadecimal digits of a character; write \\\\ for a backslash" },
		{ "Title: x\nPriority: a\xff\n", "line 2: not text in UTF-8; save the file with that encoding" },
		{ "Wholly different thing: x\n",
		  "line 1: no field named \"Wholly different thing\" in this list; its fields are: Title | Assigned To | "
		  "Issue Status | Priority | Description | Category | Due Date | Related Issues | Comments" },
		{ "Order: 3\n", "line 1: no field named \"Order\" in this list; its fields are: Title | Assigned To | "
				"Issue Status | Priority | Description | Category | Due Date | Related Issues | Comments" },
	};

	(void) state;
	make_issue(&i);
	MAKE_LIST(&assets, 100, asset_columns);
	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++)
		check_refused(&i.list, &i.values, NULL, rows[k].text, rows[k].why);
	check_refused(&assets, NULL, NULL, "\nbody\n", "line 1: this list has no field for a text after an empty line");
	check_refused(&assets, NULL, NULL, "no colon\n", "line 1: expected \"Field: value\"");
}

static void test_long_texts_in_messages_are_cut(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(release_parsed) struct parsed p;
	char line[4000];

	(void) state;
	make_issue(&i);
	for (size_t k = 0; k < sizeof(line) - 5; k += 3)
		memcpy(line + k, "\u65e5", 4);
	memcpy(line + 3900, ": x\n", 5);
	p = parse(&i.list, &i.values, NULL, line);
	assert_int_equal(p.r, -EINVAL);
	assert_true(str_utf8_valid(p.err.text, strlen(p.err.text)));
	assert_true(strlen(p.err.text) < 400);
}

static void test_bytes_that_are_no_text(void **state)
{
	CLEANUP(release_issue) struct issue i;
	struct view_edit e;
	struct values v = VALUES_INIT;
	struct err err = { 0 };
	bool complete;

	(void) state;
	make_issue(&i);
	e = (struct view_edit) { &i.list, &i.values, NULL, &known };
	assert_int_equal(view_text_parse(&e, "Title: x\nPri\0ority: low\n", 24, &v, &complete, &err), -EINVAL);
	assert_string_equal(err.text, "line 2: not text in UTF-8; save the file with that encoding");
}

/* ---- 3.8: new items ------------------------------------------------------------------------------------------------ */

static void test_new_items(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(list_release_p) struct list assets;

	(void) state;
	make_issue(&i);
	MAKE_LIST(&assets, 100, asset_columns);
	/* cat > "Server down.txt": all of it is the body, the name is the title */
	check_changes(&i.list, NULL, "Server down", "It does not answer.\nSince: noon\n",
		      CHANGES("Comment", "It does not answer.\nSince: noon", "Title", "Server down"));
	check_changes(&i.list, NULL, "Server down", "# Heading\n\tindented\n",
		      CHANGES("Comment", "# Heading\n\tindented", "Title", "Server down"));
	check_changes(&i.list, NULL, "x", "Title: y\nPriority: high\n", CHANGES("Priority", "(1) High", "Title", "y"));
	check_changes(&i.list, NULL, "x", "Title:\nPriority: high\n\ntext\n",
		      CHANGES("Comment", "text", "Priority", "(1) High", "Title", "x"));
	check_changes(&i.list, NULL, "x", "\ntext\n", CHANGES("Comment", "text", "Title", "x"));
	check_changes(&i.list, NULL, "x", "# nothing yet\n", CHANGES("Title", "x"));
	/* a copy: the comments of the original say nothing */
	check_changes(&i.list, NULL, "copy", issue_text,
		      CHANGES("AssignedTo", "12;#Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe", "Category",
			      "(2) Category2", "Comment", "The printer prints blank pages since Monday.", "DueDate",
			      "2026-11-30T16:00:00Z", "Priority", "(1) High", "RelatedIssues",
			      "17;#Toner order;#23;#Fuser;; replaced twice", "Status", "Active", "Title",
			      "Printer on 3rd floor is broken"));
	check_refused(&assets, NULL, "x", "free text\n", "line 1: expected \"Field: value\"");
	/* of an item that exists, a text without any key is a mistake */
	check_refused(&i.list, &i.values, NULL, "It does not answer.\n",
		      "line 1: expected \"Field: value\", or an empty line before the text");
	i.list.schema.f[6].flags |= FIELD_REQUIRED;
	check_refused(&i.list, NULL, "x", "Priority: high\n",
		      "line 2: Category: a value is required; add a line \"Category: ...\"");
	check_refused(&i.list, NULL, "x", "Category:\n", "line 1: Category: a value is required");
	/* what has a default needs no value */
	i.list.schema.f[6].flags = 0;
	i.list.schema.f[3].flags |= FIELD_REQUIRED;
	check_changes(&i.list, NULL, "x", "Issue Status:\n", CHANGES("Title", "x"));
}

static void test_the_template_is_a_new_item(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 20), columns = BUF_INIT(1 << 20);

	(void) state;
	make_issue(&i);
	assert_int_equal(view_text_template(&i.list, &out), 0);
	assert_string_equal(
		buf_str(&out),
		"# A new item of A list. Lines that begin with # are not read; what is left empty gets its default.\n"
		"# Title: required\nTitle:\n# Assigned To: a mail address, a login or a name\nAssigned To:\n"
		"# Issue Status: one of: Active | Resolved | Closed; default: Active\nIssue Status:\n"
		"# Priority: one of: (1) High | (2) Normal | (3) Low; default: (2) Normal\nPriority:\n"
		"# Category: one of: (1) Category1 | (2) Category2 | or another\nCategory:\n"
		"# Due Date: YYYY-MM-DD HH:MM\nDue Date:\n# Related Issues: text [ID]; text [ID]\nRelated Issues:\n"
		"# Comments: text; more lines begin with a blank each\nComments:\n"
		"# What follows the empty line is \"Description\".\n\n");
	check_changes(&i.list, NULL, "x", buf_str(&out), CHANGES("Title", "x"));
	assert_int_equal(view_text_schema(&i.list, &columns), 0);
	assert_true(str_starts(buf_str(&columns), "key\tinternal name\ttype\trequired\tchoices\tbody\nTitle\tTitle\t\trequired\t\t\n"));
	assert_non_null(strstr(buf_str(&columns), "\nIssue Status\tStatus\t\t\tActive | Resolved | Closed\t\n"));
	assert_non_null(strstr(buf_str(&columns), "\nDescription\tComment\t\t\t\tbody\n"));
	assert_non_null(strstr(buf_str(&columns), "\nCreated By\tAuthor\t\tread-only\t\t\n"));
	assert_null(strstr(buf_str(&columns), "Order"));
}

/* ---- rich text within a text ------------------------------------------------------------------------------------------ */

static void test_rich_notes_are_text(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *text = NULL;
	static const char html[] = "<div class=\"ExternalClass1\"><div>Dear all,</div><div>see <b>below</b></div></div>";

	(void) state;
	make_issue(&i);
	i.list.schema.f[5].flags = FIELD_RICHTEXT;
	assert_int_equal(values_set(&i.values, "Comment", html), 0);
	text = rendered(&i.list, &i.values);
	assert_true(str_ends(text, "\n\nDear all,\nsee below\n"));
	check_changes(&i.list, &i.values, NULL, text, NO_CHANGE);
	check_changes(&i.list, &i.values, NULL, "\nDear team,\nsee below\n",
		      CHANGES("Comment", "<div class=\"ExternalClass1\"><div>Dear team,</div><div>see <b>below</b></div></div>"));
	check_changes(&i.list, &i.values, NULL, "Description:\n", CHANGES("Comment", ""));
	/* what is appended has no former form */
	assert_int_equal(values_set(&i.values, "V3Comments", "<p>old</p>"), 0);
	check_changes(&i.list, &i.values, NULL, "Comments: a < b\n", CHANGES("V3Comments", "<div>a &lt; b</div>"));
}

/* `richtext = html`: what formats is part of the text, in fields of the head too, and nothing is changed that was not edited. */
static void test_rich_notes_as_html(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *text = NULL;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 16), value = BUF_INIT(4096);
	static const char html[] = "<div>Dear all,</div>\r\n<p>see <b>below</b></p> ";

	(void) state;
	make_issue(&i);
	i.list.flags |= LIST_RAW_HTML;
	i.list.schema.f[5].flags = FIELD_RICHTEXT;
	assert_int_equal(values_set(&i.values, "Comment", html), 0);
	text = rendered(&i.list, &i.values);
	assert_true(str_ends(text, "\n\n<div>Dear all,</div>\n<p>see <b>below</b></p>\n"));
	check_changes(&i.list, &i.values, NULL, text, NO_CHANGE);
	check_changes(&i.list, &i.values, NULL, "\n<div>Dear <i>team</i>,</div>\n  <p>\n", CHANGES("Comment", "<div>Dear <i>team</i>,</div>\n  <p>"));
	check_changes(&i.list, &i.values, NULL, "Description:\n", CHANGES("Comment", ""));
	assert_int_equal(values_set(&i.values, "V3Comments", "<p>old</p>\n<p>older</p>"), 0);
	check_changes(&i.list, &i.values, NULL, "Comments: a <b>b</b>\n", CHANGES("V3Comments", "a <b>b</b>"));
	check_changes(&i.list, &i.values, NULL, "Comments:\n <p>old</p>\n <p>older</p>\n", NO_CHANGE);
	assert_int_equal(view_text_template(&i.list, &out), 0);
	assert_non_null(strstr(buf_str(&out), "# Comments: HTML; more lines begin with a blank each\n"));
	assert_non_null(strstr(buf_str(&out), "\"Description\", as HTML.\n"));
	/* the attribute of the field too */
	assert_int_equal(view_text_value(&i.list, &i.list.schema.f[5], "<p>x</p>", &value), 0);
	assert_string_equal(buf_str(&value), "<p>x</p>");
	/* in a contact a text is a text, unless contacts are item text */
	i.list.template = 105;
	buf_reset(&value);
	assert_int_equal(view_text_value(&i.list, &i.list.schema.f[5], "<p>x</p>", &value), 0);
	assert_string_equal(buf_str(&value), "x");
	assert_int_equal(str_set(&i.list.format, "text"), 0);
	buf_reset(&value);
	assert_int_equal(view_text_value(&i.list, &i.list.schema.f[5], "<p>x</p>", &value), 0);
	assert_string_equal(buf_str(&value), "<p>x</p>");
}

static void check_html(const struct field *f, const char *html, size_t n, const char *wire, const char *why)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4096);
	struct err err = { 0 };
	int r = view_text_html(f, html, n, &out, &err);

	assert_int_equal(r, wire ? 0 : -EINVAL);
	if (wire)
		assert_string_equal(buf_str(&out), wire);
	else
		assert_non_null(strstr(err.text, why));
}

static void test_html_is_stored_as_it_is(void **state)
{
	CLEANUP(release_issue) struct issue i;
	struct field *f;

	(void) state;
	make_issue(&i);
	f = &i.list.schema.f[5];
	f->flags = FIELD_RICHTEXT;
	check_html(f, "<p>a\tb</p>\n<p>\xc3\xa9</p>\n", 21, "<p>a\tb</p>\n<p>\xc3\xa9</p>", NULL);
	check_html(f, "<p>a</p>\r\n", 10, "<p>a</p>", NULL);
	check_html(f, "<p>a", 4, "<p>a", NULL);
	check_html(f, "\n", 1, "", NULL);
	check_html(f, "<p>\n\xff</p>", 9, NULL, "line 2: not text in UTF-8");
	check_html(f, "a\0b", 3, NULL, "line 1: not text");
	check_html(f, "a\001b", 3, NULL, "a control character (1)");
	f->flags |= FIELD_REQUIRED;
	check_html(f, "\n", 1, NULL, "a value is required");
}

/* The approval status is shown where the list is moderated. */
static void test_comments_of_moderated_lists(void **state)
{
	CLEANUP(release_issue) struct issue i;
	CLEANUP(str_free_p) char *text = NULL, *moderated = NULL;

	(void) state;
	make_issue(&i);
	assert_int_equal(values_set(&i.values, "_ModerationStatus", "2"), 0);
	text = rendered(&i.list, &i.values);
	assert_string_equal(text, issue_text);
	i.list.flags |= LIST_MODERATED;
	moderated = rendered(&i.list, &i.values);
	assert_non_null(strstr(moderated, "\n# Approval Status: Pending\n\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_example_is_rendered),
		cmocka_unit_test(test_commands_of_the_example_send_one_field),
		cmocka_unit_test(test_what_is_written_differently_and_means_the_same),
		cmocka_unit_test(test_lines_that_go_on),
		cmocka_unit_test(test_an_empty_body_clears_in_a_whole_file_only),
		cmocka_unit_test(test_a_whole_file_is_complete),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_values_of_each_type_there_and_back),
		cmocka_unit_test(test_input_rules),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_choices_name_what_is_allowed),
		cmocka_unit_test(test_an_asset_is_rendered),
		cmocka_unit_test(test_which_field_is_the_body),
		cmocka_unit_test(test_errors_name_line_field_and_remedy),
		cmocka_unit_test(test_long_texts_in_messages_are_cut),
		cmocka_unit_test(test_bytes_that_are_no_text),
		cmocka_unit_test(test_new_items),
		cmocka_unit_test(test_the_template_is_a_new_item),
		cmocka_unit_test(test_rich_notes_are_text),
		cmocka_unit_test(test_rich_notes_as_html),
		cmocka_unit_test(test_html_is_stored_as_it_is),
		cmocka_unit_test(test_comments_of_moderated_lists),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
