/* Tasks as VTODOs: [MS-OUTSPS] 3.2.4.2.8, RFC 5545 3.6.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "t_view_pim.h"
#include "t_view_pim_random.h"

static const struct column columns[] = {
	{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
	{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "Predecessors", "Predecessors", FIELD_LOOKUPMULTI, 0, { NULL }, NULL },
	{ "Priority", "Priority", FIELD_CHOICE, 0, { "(1) Hoch", "(2) Normal", "(3) Niedrig", NULL }, NULL },
	{ "Status", "Task Status", FIELD_CHOICE, 0,
	  { "Not Started", "In Progress", "Completed", "Deferred", "Waiting on someone else", NULL }, NULL },
	{ "PercentComplete", "% Complete", FIELD_NUMBER, FIELD_PERCENTAGE, { NULL }, NULL },
	{ "AssignedTo", "Assigned To", FIELD_USER, 0, { NULL }, NULL },
	{ "Body", "Description", FIELD_NOTE, FIELD_RICHTEXT, { NULL }, NULL },
	{ "EmailBody", "Email Body", FIELD_NOTE, FIELD_HIDDEN, { NULL }, NULL },
	{ "StartDate", "Start Date", FIELD_DATETIME, FIELD_DATEONLY, { NULL }, NULL },
	{ "DueDate", "Due Date", FIELD_DATETIME, FIELD_DATEONLY, { NULL }, NULL },
	{ "Room", "Room", FIELD_TEXT, 0, { NULL }, NULL },
	{ "Editor", "Modified By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
};

#define HEAD "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//spfs//EN\nBEGIN:VTODO\n"
#define STAMPS "DTSTAMP:20261120T154210Z\nCREATED:20261102T081500Z\nLAST-MODIFIED:20261120T154210Z\n"
#define TAIL "END:VTODO\nEND:VCALENDAR\n"

struct world {
	struct list list;
	struct item task, parent;
	struct view_file f;
};

static const struct view_format *ics(const struct world *w)
{
	return view_format_of(&w->list, "ics");
}

static void begin(struct world *w)
{
	use_berlin();
	memset(w, 0, sizeof(*w));
	MAKE_LIST(&w->list, 107, columns);
	assert_int_equal(str_set(&w->list.id, LIST_GUID), 0);
	w->f.list = &w->list;
	w->f.host = HOST;
	w->f.zones = zones();
	w->f.known = &known;
	w->f.now = 1795689900; /* 2026-11-26T10:45:00Z */
	w->f.series.master = &w->task;
}

static void end(struct world *w)
{
	list_release(&w->list);
	item_release(&w->task);
	item_release(&w->parent);
}

static void make_report(struct world *w)
{
	MAKE_ITEM(&w->task, 5, "Title", "Write report", "Body", "<p>Numbers are in the share.</p>", "StartDate",
		  "2026-11-22T23:00:00Z", "DueDate", "2026-11-29T23:00:00Z", "Priority", "(1) Hoch", "Status", "In Progress",
		  "PercentComplete", "0.500000000000000", "AssignedTo", people[0].wire, "MetaInfo_ReplicationID",
		  "{7D8F1B8E-1111-4C2D-8A3B-A1B2C3D4E5F6}");
}

static void text_unless_it_is_asked_for(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	assert_string_equal(view_format_of(&w.list, NULL)->ext, ".txt");
	assert_string_equal(view_format_of(&w.list, "")->ext, ".txt");
	assert_string_equal(ics(&w)->ext, ".ics");
	w.list.template = 106;
	assert_string_equal(view_format_of(&w.list, NULL)->ext, ".ics");
	assert_true(view_format_of(&w.list, NULL)->series);
	assert_string_equal(view_format_of(&w.list, "text")->ext, ".txt");
	w.list.template = 105;
	assert_string_equal(view_format_of(&w.list, NULL)->ext, ".vcf");
	w.list.template = 108;
	assert_string_equal(view_format_of(&w.list, NULL)->ext, ".eml");
	w.list.template = 100;
	assert_string_equal(view_format_of(&w.list, "ics")->ext, ".txt");
	w.list.template = 106;
	w.list.base_type = 1;
	assert_string_equal(view_format_of(&w.list, NULL)->ext, ".txt");
	assert_true(view_format_is_name("ics"));
	assert_false(view_format_is_name("pdf"));
	end(&w);
}

static void task_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	make_report(&w);
	check_render(ics(&w), &w.f,
		     HEAD "UID:7d8f1b8e-1111-4c2d-8a3b-a1b2c3d4e5f6\n" STAMPS
		     "DTSTART;VALUE=DATE:20261123\nDUE;VALUE=DATE:20261130\nSUMMARY:Write report\n"
		     "DESCRIPTION:Numbers are in the share.\nPRIORITY:1\nSTATUS:IN-PROCESS\nPERCENT-COMPLETE:50\nX-SP-ID:5\n"
		     "X-SP-FIELD;X-SP-NAME=Status;X-SP-LABEL=\"Task Status\":In Progress\n"
		     "X-SP-FIELD;X-SP-NAME=AssignedTo;X-SP-LABEL=\"Assigned To\":Jane Roe <jane.roe\n @contoso.example>\n" TAIL);
	check_rewritten(ics(&w), &w.f);
	end(&w);
}

static void one_edit_one_field(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_report(&w);
	f = ics(&w);
	check_edit(f, &w.f, "SUMMARY:Write", "SUMMARY:Read", "update 5|Title=Read report\n");
	check_edit(f, &w.f, "DUE;VALUE=DATE:20261130\n", "", "update 5|DueDate=\n");
	check_edit(f, &w.f, "DUE;VALUE=DATE:20261130", "DUE;VALUE=DATE:20261201", "update 5|DueDate=2026-11-30T23:00:00Z\n");
	/* A time given for days: its day in the user's zone. */
	check_edit(f, &w.f, "DUE;VALUE=DATE:20261130", "DUE:20261129T233000Z", "");
	check_edit(f, &w.f, "DUE;VALUE=DATE:20261130", "DURATION:P7D", "");
	check_edit(f, &w.f, "PRIORITY:1", "PRIORITY:4", ""); /* todoman's high */
	check_edit(f, &w.f, "PRIORITY:1", "PRIORITY:9", "update 5|Priority=(3) Niedrig\n");
	check_edit(f, &w.f, "PRIORITY:1", "PRIORITY:0", "update 5|Priority=(2) Normal\n");
	check_edit(f, &w.f, "PRIORITY:1\n", "", "update 5|Priority=\n");
	check_edit(f, &w.f, "PERCENT-COMPLETE:50", "PERCENT-COMPLETE:5", "update 5|PercentComplete=0.05\n");
	check_edit(f, &w.f, "PERCENT-COMPLETE:50", "PERCENT-COMPLETE:60", "update 5|PercentComplete=0.6\n");
	check_edit(f, &w.f, "PERCENT-COMPLETE:50\n", "", "update 5|PercentComplete=\n");
	check_edit(f, &w.f, "SUMMARY", "CATEGORIES:a,b\nSUMMARY", "update 5|MetaInfo_Categories=a; b\n");
	check_edit(f, &w.f, "END:VTODO", "X-SP-FIELD;X-SP-NAME=Room:7\nRRULE:FREQ=DAILY\nEND:VTODO", "update 5|Room=7\n");
	check_edit_refused(f, &w.f, "PERCENT-COMPLETE:50", "PERCENT-COMPLETE:101", "0 to 100");
	check_edit_refused(f, &w.f, "SUMMARY:Write report\n", "", "Title: a value is required");
	check_edit_refused(f, &w.f, "END:VTODO\n", "END:VTODO\nBEGIN:VTODO\nEND:VTODO\n", "one task");
	end(&w);
}

/* Whichever of STATUS and the choice changed counts. */
static void status_and_its_choice(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_report(&w);
	f = ics(&w);
	check_edit(f, &w.f, "STATUS:IN-PROCESS", "STATUS:NEEDS-ACTION", "update 5|Status=Not Started\n");
	check_edit(f, &w.f, "STATUS:IN-PROCESS", "STATUS:CANCELLED", "update 5|Status=Deferred\n");
	check_edit(f, &w.f, "\":In Progress", "\":Waiting on someone else", "update 5|Status=Waiting on someone else\n");
	check_edit_refused(f, &w.f, "\":In Progress", "\":Perhaps", "Task Status: must be one of");
	check_edit(f, &w.f, "STATUS:IN-PROCESS\n", "", "");
	assert_int_equal(values_set(&w.task.values, "Status", "Deferred"), 0);
	check_rewritten(f, &w.f);
	check_edit(f, &w.f, "STATUS:NEEDS-ACTION", "STATUS:NEEDS-ACTION", "");
	end(&w);
}

/* `todo done` sets three; STATUS alone means the same, and undoing takes it back. */
static void done_and_undone(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_report(&w);
	f = ics(&w);
	check_edit(f, &w.f, "STATUS:IN-PROCESS\nPERCENT-COMPLETE:50",
		   "STATUS:COMPLETED\nPERCENT-COMPLETE:100\nCOMPLETED:20261125T080000Z",
		   "update 5|MetaInfo_DateComplete=2026-11-25T08:00:00Z|PercentComplete=1|Status=Completed\n");
	check_edit(f, &w.f, "STATUS:IN-PROCESS", "STATUS:COMPLETED",
		   "update 5|MetaInfo_DateComplete=2026-11-26T10:45:00Z|PercentComplete=1|Status=Completed\n");
	item_release(&w.task);
	MAKE_ITEM(&w.task, 6, "Title", "Order toner", "Priority", "(2) Normal", "Status", "Completed", "PercentComplete",
		  "1.00000000000000", "MetaInfo_DateComplete", "2026-11-19T10:15:00Z", "MetaInfo_ReplicationID",
		  "{8E9F1B8E-2222-4C2D-8A3B-A1B2C3D4E5F6}");
	check_render(f, &w.f,
		     HEAD "UID:8e9f1b8e-2222-4c2d-8a3b-a1b2c3d4e5f6\n" STAMPS
		     "SUMMARY:Order toner\nPRIORITY:5\nSTATUS:COMPLETED\nPERCENT-COMPLETE:100\nCOMPLETED:20261119T101500Z\nX-SP-ID:6\n"
		     "X-SP-FIELD;X-SP-NAME=Status;X-SP-LABEL=\"Task Status\":Completed\n" TAIL);
	check_rewritten(f, &w.f);
	check_edit(f, &w.f, "STATUS:COMPLETED", "STATUS:NEEDS-ACTION",
		   "update 6|MetaInfo_DateComplete=|PercentComplete=0|Status=Not Started\n");
	check_edit(f, &w.f, "STATUS:COMPLETED\nPERCENT-COMPLETE:100\nCOMPLETED:20261119T101500Z",
		   "STATUS:IN-PROCESS\nPERCENT-COMPLETE:30", "update 6|MetaInfo_DateComplete=|PercentComplete=0.3|Status=In Progress\n");
	end(&w);
}

/* A program that leaves to us what "completed" implies: saved once more, its file changes nothing. */
static void what_completed_implies_is_said_once(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	MAKE_ITEM(&w.task, 6, "Title", "Order toner", "Status", "Completed", "PercentComplete", "1.00000000000000",
		  "MetaInfo_DateComplete", "2026-11-19T10:15:00Z", "Priority", "(2) Normal");
	check_edit(ics(&w), &w.f, "PERCENT-COMPLETE:100\nCOMPLETED:20261119T101500Z\n", "", "");
	check_edit(ics(&w), &w.f, "COMPLETED:20261119T101500Z\n", "COMPLETED:20261120T101500Z\n",
		   "update 6|MetaInfo_DateComplete=2026-11-20T10:15:00Z\n");
	end(&w);
}

static void parents_and_workflows(void **state)
{
	struct world w;
	char *text;

	(void) state;
	begin(&w);
	make_report(&w);
	MAKE_ITEM(&w.parent, 4, "Title", "Project");
	w.f.parent = &w.parent;
	text = render_file(ics(&w), &w.f);
	assert_non_null(strstr(text, "RELATED-TO:6f1f9c7e-8b1c-4e5e-9c0b-0e6b1e1b0001.4@" HOST "\n"));
	free(text);
	check_rewritten(ics(&w), &w.f);
	assert_int_equal(values_set(&w.task.values, "ContentTypeId", "0x010801000102"), 0);
	assert_int_equal(values_set(&w.task.values, "EmailBody", "Approve it"), 0);
	check_edit(ics(&w), &w.f, "DESCRIPTION:Approve it", "DESCRIPTION:Approved", "update 5|EmailBody=Approved\n");
	end(&w);
}

static void new_tasks_and_extras(void **state)
{
	struct world w;
	struct view_changes c = VIEW_CHANGES_INIT;
	static const char text[] =
		"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:io.barrera.todoman\nBEGIN:VTODO\nCREATED:20261126T100000Z\n"
		"DTSTAMP:20261126T100000Z\nDUE;TZID=Europe/Berlin:20261127T170000\nUID:abc@host\nSUMMARY:Buy milk\nLOCATION:Shop\n"
		"BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR\n";

	(void) state;
	begin(&w);
	w.f.series.master = NULL;
	w.f.new_title = "abc@host";
	check_ops(ics(&w), &w.f, text, "new|DueDate=2026-11-26T23:00:00Z|MetaInfo_SpfsUid=abc@host|Title=Buy milk\n");
	parse_file(ics(&w), &w.f, text, &c);
	assert_string_equal(c.uid, "abc@host");
	assert_non_null(c.extras);
	MAKE_ITEM(&w.task, 7, "Title", "Buy milk", "DueDate", "2026-11-26T23:00:00Z", "MetaInfo_SpfsUid", "abc@host");
	w.f.series.master = &w.task;
	w.f.extras = c.extras;
	check_render(ics(&w), &w.f,
		     HEAD "UID:abc@host\n" STAMPS "DUE;VALUE=DATE:20261127\nSUMMARY:Buy milk\nX-SP-ID:7\nLOCATION:Shop\n"
		     "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\n" TAIL);
	check_rewritten(ics(&w), &w.f);
	view_changes_release(&c);
	end(&w);
}

/* ---- all values ---------------------------------------------------------------------------- */

static void random_task(struct world *w)
{
	bool done = pick(3) == 0;
	struct values *v = &w->task.values;

	MAKE_ITEM(&w->task, (int64_t) (1 + pick(1000)), NULL);
	random_title(v, "Title");
	random_html(v, "Body");
	random_date(v, "StartDate");
	random_date(v, "DueDate");
	random_set(v, "Room", true);
	random_words(v, "MetaInfo_Categories");
	random_set(v, "MetaInfo_Mileage", false);
	if (pick(2))
		assert_int_equal(values_set(v, "AssignedTo", people[pick(2)].wire), 0);
	if (pick(2))
		assert_int_equal(values_set(v, "Priority", w->list.schema.f[3].choices[pick(3)]), 0);
	assert_int_equal(values_set(v, "Status", w->list.schema.f[4].choices[done ? 2 : pick(2)]), 0);
	assert_int_equal(values_set(v, "PercentComplete", done ? "1.00000000000000" : "0.250000000000000"), 0);
	assert_int_equal(values_set(v, "MetaInfo_DateComplete", done ? "2026-01-02T03:04:05Z" : NULL), 0);
}

static void random_tasks(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	for (int i = 0; i < RANDOM_ITEMS; i++) {
		random_task(&w);
		check_rewritten(ics(&w), &w.f);
		check_as_new(ics(&w), &w.f);
		item_release(&w.task);
	}
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_unless_it_is_asked_for),
		cmocka_unit_test(task_as_in_the_samples),
		cmocka_unit_test(one_edit_one_field),
		cmocka_unit_test(status_and_its_choice),
		cmocka_unit_test(done_and_undone),
		cmocka_unit_test(what_completed_implies_is_said_once),
		cmocka_unit_test(parents_and_workflows),
		cmocka_unit_test(new_tasks_and_extras),
		cmocka_unit_test(random_tasks),
	};
	int failed = cmocka_run_group_tests_name("tasks", tests, NULL, NULL);

	free_zones();
	return failed;
}
