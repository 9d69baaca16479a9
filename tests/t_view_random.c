/*
 * What holds for every schema and all values: the rendering parses; against the
 * values it was made from it changes nothing; against nothing it gives values of
 * the same meaning, and these render the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "t_view_items.h"

enum { ITEMS = 4000, SCHEMAS = 40, TIMED = 2000 };

/* ---- schemas ------------------------------------------------------------------------------------ */

static const char *const displays[] = {
	"Title", "title", "TITLE", "", " ", "#hash", "[x]", "Due", "Due: date", "Due: date: x", "due", "Same", "same", "a:", ":", "::",
	"A\nB", "A B", "\u65e5\u672c", "\ufeffbom", "F7", "[F7]", "F8:", "\U0001f600", "Body", "\x01", "x\ty", " lead", "Why?",
};

/* One field of each type in every schema, more of some; displays that clash on purpose. */
static void make_schema(struct list *l)
{
	static const char *const notes[] = { "Body", "Comment", "Description" };
	const unsigned more = pick(20);

	*l = (struct list) LIST_INIT;
	l->template = 100;
	l->bias = (int) pick(25) * 60 - 720;
	l->flags = (pick(2) ? LIST_MODERATED : 0) | (pick(2) ? LIST_RAW_HTML : 0);
	for (unsigned i = 0; i < FIELD_TYPE_COUNT + more; i++) {
		struct column c = { .type = i < FIELD_TYPE_COUNT ? (enum field_type) i : (enum field_type) pick(FIELD_TYPE_COUNT) };
		CLEANUP(str_free_p) char *name = str_printf("F%u", i);
		CLEANUP(buf_release_p) struct buf display = BUF_INIT(4096);

		c.name = i == 1 ? "Title" : c.type == FIELD_NOTE && !pick(3) && i == FIELD_NOTE ? notes[pick(3)] : name;
		if (pick(3))
			buf_adds(&display, displays[pick(sizeof(displays) / sizeof(*displays))]);
		else
			add_text(&display, 4, false);
		c.display = buf_str(&display);
		if (c.type == FIELD_CHOICE || c.type == FIELD_MULTICHOICE)
			memcpy(c.choices, (const char *[]) { "(1) High", "(2) Normal", "Red; Green", "\"x\"", " y", "high" },
			       6 * sizeof(*c.choices));
		c.flags = pick(2) ? FIELD_RICHTEXT | FIELD_PERCENTAGE | FIELD_DATEONLY : 0;
		c.flags |= pick(2) ? FIELD_FILLIN : 0;
		c.flags |= pick(8) ? 0 : FIELD_READONLY;
		add_column(l, &c);
	}
}

static void test_a_rendering_reads_back_as_the_item(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "America/St_Johns", "UTC", "Pacific/Kiritimati", "Asia/Kathmandu" };

	(void) state;
	for (int s = 0; s < SCHEMAS; s++) {
		CLEANUP(list_release_p) struct list l;

		setenv("TZ", zones[s % 5], 1);
		tzset();
		make_schema(&l);
		for (int i = 0; i < ITEMS / SCHEMAS; i++)
			check_item(&l);
	}
}

/* Whatever people write, it is read or refused with a reason; nothing else happens. */
static void test_any_text_is_read_or_refused(void **state)
{
	int read = 0, refused = 0;

	(void) state;
	for (int s = 0; s < SCHEMAS; s++) {
		CLEANUP(list_release_p) struct list l;
		CLEANUP(values_release_p) struct values v;

		make_schema(&l);
		make_values(&l, &v);
		for (int i = 0; i < 200; i++) {
			CLEANUP(str_free_p) char *text = rendered(&l, &v);
			CLEANUP(values_release_p) struct values out = VALUES_INIT;
			CLEANUP(buf_release_p) struct buf edited = BUF_INIT(1 << 20);
			struct view_edit e = { &l, &v, pick(2) ? "New" : NULL, &known };
			struct err err = { 0 };
			bool complete;
			size_t at = pick((unsigned) strlen(text) + 1);
			int r;

			buf_add(&edited, text, at);
			add_text(&edited, 4, false);
			at += pick(9);
			buf_adds(&edited, text + (at < strlen(text) ? at : strlen(text)));
			r = view_text_parse(&e, buf_str(&edited), edited.len, &out, &complete, &err);
			assert_true(r == 0 || (r == -EINVAL && str_starts(err.text, "line ") && out.n == 0));
			read += r == 0;
			refused += r != 0;
		}
	}
	assert_true(read > 500 && refused > 500);
}

/* ---- speed --------------------------------------------------------------------------------------------- */

/* Lists of 10,000 items are rendered in well under a second (the figure is printed, the limit is wide). */
static void test_rendering_is_fast(void **state)
{
	static const struct column columns[] = {
		{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
		{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
		{ "AssignedTo", "Assigned To", FIELD_USER, 0, { NULL }, NULL },
		{ "Status", "Issue Status", FIELD_CHOICE, 0, { "Active", "Resolved", "Closed" }, NULL },
		{ "DueDate", "Due Date", FIELD_DATETIME, 0, { NULL }, NULL },
		{ "RelatedIssues", "Related Issues", FIELD_LOOKUPMULTI, 0, { NULL }, NULL },
		{ "Created", "Created", FIELD_DATETIME, FIELD_READONLY, { NULL }, NULL },
		{ "Author", "Created By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
		{ "Comment", "Description", FIELD_NOTE, FIELD_RICHTEXT, { NULL }, NULL },
	};
	CLEANUP(list_release_p) struct list l;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *text = NULL;
	int64_t start, rendering, parsing;

	(void) state;
	MAKE_LIST(&l, 1100, columns);
	for (unsigned i = 0; i < 60; i++) { /* what a real schema brings along */
		CLEANUP(str_free_p) char *name = str_printf("Extra%u", i);
		struct column c = { name, name, i % 3 ? FIELD_COMPUTED : FIELD_TEXT, i % 3 ? FIELD_READONLY : 0, { NULL }, NULL };

		add_column(&l, &c);
	}
	set_values(&v, (const char *const[]) {
			       "ID", "42", "Title", "Printer on 3rd floor is broken", "AssignedTo", people[0].wire, "Status", "Active",
			       "DueDate", "2026-11-30T16:00:00Z", "RelatedIssues", "17;#Toner order;#23;#Fuser;; replaced twice",
			       "Created", "2026-11-02T08:15:00Z", "Author", people[1].wire, "Comment",
			       "<div class=\"ExternalClass1\"><div>Dear all,</div><ul><li>fast</li><li>safe</li></ul></div>", NULL });
	text = rendered(&l, &v);
	start = clock_now_ns();
	for (int i = 0; i < TIMED; i++) {
		CLEANUP(str_free_p) char *one = rendered(&l, &v);

		assert_non_null(one);
	}
	rendering = clock_now_ns() - start;
	start = clock_now_ns();
	for (int i = 0; i < TIMED; i++) {
		CLEANUP(values_release_p) struct values same = VALUES_INIT;
		bool complete;

		parse(&l, &v, text, &same, &complete);
	}
	parsing = clock_now_ns() - start;
	print_message("%.1f us a rendering, %.1f us a parse\n", (double) rendering / TIMED / 1e3, (double) parsing / TIMED / 1e3);
	assert_true(rendering / TIMED < 2000000 && parsing / TIMED < 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rendering_reads_back_as_the_item),
		cmocka_unit_test(test_any_text_is_read_or_refused),
		cmocka_unit_test(test_rendering_is_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
