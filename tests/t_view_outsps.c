#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "t_view_pim.h"

#include "fmt_column.h"

/*
 * Every field of [MS-OUTSPS] 3.2.4.2 is found in a list's schema as R161 to R164 want it: by its identifier, whatever
 * the list calls it, else by its name; one that the schema lacks is an entry of the property bag (R114).
 */
enum { NAME_MAX_LEN = 64, LINE = 256 };

struct known_field {
	char requirement[NAME_MAX_LEN], name[NAME_MAX_LEN], id[NAME_MAX_LEN], type[NAME_MAX_LEN];
};

static int each_field(void (*fn)(const struct known_field *f))
{
	FILE *in = fopen("tests/data/outsps-fields.tsv", "re");
	char line[LINE];
	int n = 0;

	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		struct known_field f;

		if (*line == '#')
			continue;
		assert_int_equal(sscanf(line, "%63s %63s %63s %63s", f.requirement, f.name, f.id, f.type), 4);
		fn(&f);
		n++;
	}
	fclose(in);
	return n;
}

/* A list with one column, as the description of a server has it. */
static void make_one(struct list *l, const char *name, const char *id, const char *type)
{
	const struct column c = { name, name, FIELD_TEXT, 0, { NULL }, NULL };
	char guid[GUID_SIZE];

	make_list(l, 106, &c, 1);
	l->schema.f[0].type = field_type_of(str_eq(type, "-") ? "Text" : type);
	if (id) {
		assert_true(guid_normalise(id, guid));
		assert_int_equal(str_set(&l->schema.f[0].id, guid), 0);
	}
}

/* Two names share an identifier each, so only the name tells these apart. */
static bool is_ambiguous(const char *name)
{
	return str_eq(name, "Description") || str_eq(name, "Comments") || str_eq(name, "EventDate") ||
	       str_eq(name, "StartDate");
}

static void check_by_id(const struct known_field *f)
{
	struct list l;
	struct fmt_column c;

	if (str_eq(f->id, "-") || is_ambiguous(f->name))
		return;
	make_one(&l, "Renamed", f->id, f->type);
	column_find(&l, f->name, COLUMN_TEXT, &c);
	if (c.field != &l.schema.f[0] || !str_eq(c.key, "Renamed") ||
	    !str_eq(field_known_name(&l.schema.f[0]), f->name))
		fail_msg("%s: %s is not found by its identifier", f->requirement, f->name);
	list_release(&l);
}

static void check_by_name(const struct known_field *f)
{
	struct list l;
	struct fmt_column c;

	/* a list whose column has another identifier, or none */
	make_one(&l, f->name, "{00000000-0000-4000-8000-000000000001}", f->type);
	column_find(&l, f->name, COLUMN_TEXT, &c);
	if (c.field != &l.schema.f[0] || !str_eq(c.key, f->name))
		fail_msg("%s: %s is not found by its name", f->requirement, f->name);
	if (!str_eq(f->type, "-") && l.schema.f[0].type == FIELD_UNKNOWN)
		fail_msg("%s: %s: the type %s is not known", f->requirement, f->name, f->type);
	list_release(&l);
}

static void check_in_the_bag(const struct known_field *f)
{
	struct list l;
	struct fmt_column c;
	struct values v = VALUES_INIT;
	char key[NAME_MAX_LEN + 16];

	make_one(&l, "Another", NULL, "-");
	snprintf(key, sizeof(key), "MetaInfo_%s", f->name);
	assert_int_equal(values_set(&v, key, "of the bag"), 0);
	column_find(&l, f->name, COLUMN_TEXT, &c);
	if (!str_eq(c.key, key) || !str_eq(column_get(&l, &v, f->name), "of the bag"))
		fail_msg("%s: %s is not found in the property bag", f->requirement, f->name);
	values_release(&v);
	list_release(&l);
}

static void fields_are_found_by_identifier(void **state)
{
	(void) state;
	assert_true(each_field(check_by_id) > 150);
}

static void fields_are_found_by_name(void **state)
{
	(void) state;
	assert_true(each_field(check_by_name) > 150);
}

static void other_fields_are_in_the_property_bag(void **state)
{
	(void) state;
	assert_true(each_field(check_in_the_bag) > 150);
}

/* MS-OUTSPS_R118: when both have a value, the schema's counts. */
static void the_schema_wins_over_the_bag(void **state)
{
	struct list l;
	struct values v = VALUES_INIT;

	(void) state;
	make_one(&l, "Priority", NULL, "Choice");
	assert_int_equal(values_set(&v, "MetaInfo_Priority", "1"), 0);
	assert_int_equal(values_set(&v, "Priority", "(1) High"), 0);
	assert_string_equal(column_get(&l, &v, "Priority"), "(1) High");
	assert_int_equal(values_set(&v, "Priority", ""), 0);
	assert_null(column_get(&l, &v, "Priority"));
	values_release(&v);
	list_release(&l);
}

/* A column that the list calls otherwise is shown and changed as what it is, and not a second time under its name. */
static void renamed_columns_are_what_they_are(void **state)
{
	static const struct column columns[] = {
		{ "Ort", "Ort", FIELD_TEXT, 0, { NULL }, NULL },
		{ "Title", "Title", FIELD_TEXT, 0, { NULL }, NULL },
		{ "EventDate", "Start", FIELD_DATETIME, 0, { NULL }, NULL },
		{ "EndDate", "End", FIELD_DATETIME, 0, { NULL }, NULL },
	};
	struct list l;
	struct item i;
	struct view_file file;
	const struct view_format *format;
	char *text;

	(void) state;
	MAKE_LIST(&l, 106, columns);
	assert_int_equal(str_set(&l.id, LIST_GUID), 0);
	assert_int_equal(str_set(&l.schema.f[0].id, "{288F5F32-8462-4175-8F09-DD7BA29359A9}"), 0);
	MAKE_ITEM(&i, 7, "Title", "Lunch", "Ort", "Room 1", "EventDate", "2026-11-20T12:00:00Z", "EndDate",
		  "2026-11-20T13:00:00Z");
	file = (struct view_file) { .list = &l, .series = { .master = &i }, .host = HOST, .zones = zones() };
	format = view_format_of(&l, NULL);
	text = render_file(format, &file);
	assert_non_null(strstr(text, "LOCATION:Room 1\n"));
	assert_null(strstr(text, "X-SP-NAME=Ort"));
	free(text);
	check_edit(format, &file, "LOCATION:Room 1", "LOCATION:Room 2", "update 7|Ort=Room 2\n");
	item_release(&i);
	list_release(&l);
}

/* ---- what a row may lack or have too much of ----------------------------------------------------- */

static const struct column event_columns[] = {
	{ "Title", "Title", FIELD_TEXT, 0, { NULL }, NULL },
	{ "EventDate", "Start", FIELD_DATETIME, 0, { NULL }, NULL },
	{ "EndDate", "End", FIELD_DATETIME, 0, { NULL }, NULL },
	{ "Duration", "Duration", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "EventType", "Event Type", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "fRecurrence", "Recurrence", FIELD_BOOLEAN, FIELD_HIDDEN, { NULL }, NULL },
	{ "fAllDayEvent", "All Day", FIELD_BOOLEAN, 0, { NULL }, NULL },
	{ "TimeZone", "TimeZone", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "XMLTZone", "XMLTZone", FIELD_NOTE, FIELD_HIDDEN, { NULL }, NULL },
	{ "RecurrenceData", "RecurrenceData", FIELD_NOTE, FIELD_HIDDEN, { NULL }, NULL },
	{ "UID", "UID", FIELD_GUID, FIELD_HIDDEN, { NULL }, NULL },
};

/* The file of one event; name, text, ..., NULL. */
static char *event_file(const char *const pairs[])
{
	struct list l;
	struct item i;
	struct view_file file;
	char *text;

	MAKE_LIST(&l, 106, event_columns);
	assert_int_equal(str_set(&l.id, LIST_GUID), 0);
	make_item(&i, 7, pairs);
	file = (struct view_file) { .list = &l, .series = { .master = &i }, .host = HOST, .zones = zones() };
	text = render_file(view_format_of(&l, NULL), &file);
	check_edit(view_format_of(&l, NULL), &file, "SUMMARY:Lunch", "SUMMARY:Dinner", "update 7|Title=Dinner\n");
	item_release(&i);
	list_release(&l);
	return text;
}

#define EVENT_FILE(...) event_file((const char *const[]) { "Title", "Lunch", __VA_ARGS__, NULL })

static void must_say(char *text, const char *what, const char *not_this)
{
	if (!strstr(text, what))
		fail_msg("there is no \"%s\" in\n%s", what, text);
	if (not_this && strstr(text, not_this))
		fail_msg("there is a \"%s\" in\n%s", not_this, text);
	free(text);
}

/* MS-OUTSPS_R11, R12, R269: an end comes from the duration, a duration from the end; without both it is no time long. */
static void events_without_an_end(void **state)
{
	(void) state;
	must_say(EVENT_FILE("EventDate", "2026-11-20T12:00:00Z", "Duration", "5400"), "DTEND:20261120T133000Z\n", NULL);
	must_say(EVENT_FILE("EventDate", "2026-11-20T12:00:00Z", "EndDate", "2026-11-20T13:00:00Z"),
		 "DTEND:20261120T130000Z\n", NULL);
	must_say(EVENT_FILE("EventDate", "2026-11-20T12:00:00Z"), "DTSTART:20261120T120000Z\n", "DTEND:20261120T120001Z");
}

/* MS-OUTSPS_R276: an EventType that nobody knows is a single event; R1010: so is 2. */
static void unknown_event_types_are_single(void **state)
{
	static const char *const types[] = { "2", "5", "99", "x" };

	(void) state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		must_say(EVENT_FILE("EventDate", "2026-11-20T12:00:00Z", "EndDate", "2026-11-20T13:00:00Z", "EventType", types[i],
				    "fRecurrence", "0"),
			 "DTEND:20261120T130000Z\n", "RRULE");
}

/* MS-OUTSPS_R298, R308, R313, R316: what belongs to a recurrence says nothing where there is none. */
static void single_events_have_no_zone_and_no_rule(void **state)
{
	(void) state;
	must_say(EVENT_FILE("EventDate", "2026-11-20T12:00:00Z", "EndDate", "2026-11-20T13:00:00Z", "EventType", "0",
			    "fRecurrence", "0", "TimeZone", "4", "UID", "{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0001}", "XMLTZone",
			    "<timeZoneRule><standardBias>480</standardBias></timeZoneRule>", "RecurrenceData",
			    "<recurrence><rule><firstDayOfWeek>su</firstDayOfWeek><repeat><daily dayFrequency='1'/></repeat>"
			    "<repeatForever>FALSE</repeatForever></rule></recurrence>"),
		 "DTSTART:20261120T120000Z\n", "RRULE");
}

/* MS-OUTSPS_R985: every number but 0 is true. */
static void any_number_is_true(void **state)
{
	(void) state;
	must_say(EVENT_FILE("EventDate", "2026-11-20T00:00:00Z", "EndDate", "2026-11-20T23:59:00Z", "fAllDayEvent", "7"),
		 "DTSTART;VALUE=DATE:20261120\n", NULL);
	must_say(EVENT_FILE("EventDate", "2026-11-20T00:00:00Z", "EndDate", "2026-11-20T23:59:00Z", "fAllDayEvent", "0"),
		 "DTSTART:20261120T000000Z\n", NULL);
}

/* MS-OUTSPS_R756: when a task was done says nothing while it is not; R762: FormURN is nothing to people. */
static void what_a_task_ignores(void **state)
{
	static const struct column columns[] = {
		{ "Title", "Title", FIELD_TEXT, 0, { NULL }, NULL },
		{ "Status", "Status", FIELD_CHOICE, 0, { "Not Started", "In Progress", "Completed", NULL }, NULL },
		{ "PercentComplete", "% Complete", FIELD_NUMBER, FIELD_PERCENTAGE, { NULL }, NULL },
		{ "DateComplete", "Done", FIELD_DATETIME, FIELD_HIDDEN, { NULL }, NULL },
	};
	struct list l;
	struct item i;
	struct view_file file;
	const struct view_format *format;

	(void) state;
	MAKE_LIST(&l, 107, columns);
	assert_int_equal(str_set(&l.id, LIST_GUID), 0);
	MAKE_ITEM(&i, 7, "Title", "Lunch", "Status", "In Progress", "DateComplete", "2026-11-20T12:00:00Z", "MetaInfo_FormURN",
		  "urn:something");
	file = (struct view_file) { .list = &l, .series = { .master = &i }, .host = HOST, .zones = zones() };
	format = view_format_of(&l, "ics");
	must_say(render_file(format, &file), "STATUS:IN-PROCESS\n", "COMPLETED:2026");
	must_say(render_file(format, &file), "STATUS:IN-PROCESS\n", "urn:something");
	check_edit(format, &file, "SUMMARY:Lunch", "SUMMARY:Dinner", "update 7|Title=Dinner\n");
	item_release(&i);
	list_release(&l);
}

/* MS-OUTSPS_R101, R97: what a file says is held against the type that the list's column has, not the one it should have. */
static void a_value_is_of_its_columns_type(void **state)
{
	static const struct column columns[] = {
		{ "Title", "Title", FIELD_TEXT, 0, { NULL }, NULL },
		{ "EventDate", "Start", FIELD_DATETIME, 0, { NULL }, NULL },
		{ "EndDate", "End", FIELD_DATETIME, 0, { NULL }, NULL },
		{ "Location", "Seats", FIELD_NUMBER, 0, { NULL }, NULL },
	};
	struct list l;
	struct item i;
	struct view_file file;
	const struct view_format *format;

	(void) state;
	MAKE_LIST(&l, 106, columns);
	assert_int_equal(str_set(&l.id, LIST_GUID), 0);
	MAKE_ITEM(&i, 7, "Title", "Lunch", "EventDate", "2026-11-20T12:00:00Z", "EndDate", "2026-11-20T13:00:00Z", "Location",
		  "3.00000000000000");
	file = (struct view_file) { .list = &l, .series = { .master = &i }, .host = HOST, .zones = zones() };
	format = view_format_of(&l, NULL);
	check_edit(format, &file, "LOCATION:3", "LOCATION:4", "update 7|Location=4\n");
	check_edit_refused(format, &file, "LOCATION:3", "LOCATION:Room", "Seats");
	item_release(&i);
	list_release(&l);
}

static int teardown(void **state)
{
	(void) state;
	free_zones();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_identifier),
		cmocka_unit_test(fields_are_found_by_name),
		cmocka_unit_test(other_fields_are_in_the_property_bag),
		cmocka_unit_test(the_schema_wins_over_the_bag),
		cmocka_unit_test(renamed_columns_are_what_they_are),
		cmocka_unit_test(events_without_an_end),
		cmocka_unit_test(unknown_event_types_are_single),
		cmocka_unit_test(single_events_have_no_zone_and_no_rule),
		cmocka_unit_test(any_number_is_true),
		cmocka_unit_test(what_a_task_ignores),
		cmocka_unit_test(a_value_is_of_its_columns_type),
	};

	use_berlin();
	return cmocka_run_group_tests(tests, NULL, teardown);
}
