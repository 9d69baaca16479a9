/*
 * Calendar files. The first byte chooses: 'v' and 'w' the values of an event or a
 * task, 't' a file of a new task, 's' a file of a series that is there, else a
 * file of a new event.
 */
#include "fuzz_view_pim.h"

static const struct fuzz_column columns[] = {
	{ "Title", FIELD_TEXT, 0 },	   { "EventDate", FIELD_DATETIME, 0 },	 { "EndDate", FIELD_DATETIME, 0 },
	{ "Duration", FIELD_INTEGER, FIELD_HIDDEN }, { "fAllDayEvent", FIELD_BOOLEAN, 0 }, { "EventType", FIELD_INTEGER, FIELD_HIDDEN },
	{ "fRecurrence", FIELD_BOOLEAN, 0 }, { "RecurrenceData", FIELD_NOTE, FIELD_HIDDEN }, { "XMLTZone", FIELD_NOTE, FIELD_HIDDEN },
	{ "Location", FIELD_TEXT, 0 },	   { "Description", FIELD_NOTE, FIELD_RICHTEXT }, { "Category", FIELD_CHOICE, 0 },
	{ "UID", FIELD_GUID, FIELD_HIDDEN }, { "RecurrenceID", FIELD_DATETIME, FIELD_HIDDEN },
	{ "MasterSeriesItemID", FIELD_INTEGER, FIELD_HIDDEN }, { "Extra", FIELD_TEXT, 0 },
};

static const struct fuzz_column task_columns[] = {
	{ "Title", FIELD_TEXT, 0 },	{ "Body", FIELD_NOTE, FIELD_RICHTEXT },	     { "Status", FIELD_CHOICE, 0 },
	{ "Priority", FIELD_CHOICE, 0 }, { "PercentComplete", FIELD_NUMBER, FIELD_PERCENTAGE }, { "StartDate", FIELD_DATETIME, 0 },
	{ "DueDate", FIELD_DATETIME, FIELD_DATEONLY }, { "Categories", FIELD_TEXT, 0 }, { "Extra", FIELD_MULTICHOICE, FIELD_FILLIN },
	{ "DateComplete", FIELD_DATETIME, 0 },
};

enum { N_COLUMNS = sizeof(columns) / sizeof(*columns), N_TASK = sizeof(task_columns) / sizeof(*task_columns) };

static void make_series(struct fuzz_world *w)
{
	static const char *const master[] = {
		"Title", "Sync", "EventType", "1", "fRecurrence", "1", "EventDate", "2026-11-02T08:00:00Z", "EndDate",
		"2027-03-08T08:30:00Z", "Duration", "1800", "RecurrenceData",
		"<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat><weekly mo=\"TRUE\" weekFrequency=\"2\" /></repeat>"
		"<repeatInstances>10</repeatInstances></rule></recurrence>",
		"XMLTZone", "<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias>"
		"<standardDate><transitionRule month='10' day='su' weekdayOfMonth='last'/><transitionTime>3:0:0</transitionTime>"
		"</standardDate><daylightDate><transitionRule month='3' day='su' weekdayOfMonth='last'/>"
		"<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>", NULL,
	};
	static const char *const moved[] = { "Title", "Moved", "EventType", "4", "RecurrenceID", "2026-11-16T08:00:00Z", "EventDate",
					     "2026-11-16T13:00:00Z", "EndDate", "2026-11-16T13:30:00Z", NULL };
	static const char *const gone[] = { "EventType", "3", "RecurrenceID", "2026-11-30T08:00:00Z", NULL };

	set_pairs(add_item(w), master);
	set_pairs(add_item(w), moved);
	set_pairs(add_item(w), gone);
}

static void check(struct fuzz_world *w, char how, const char *p, size_t n)
{
	bool task = how == 'w' || how == 't';
	const struct view_format *format;

	make_list(w, task ? 107 : 106, task ? task_columns : columns, task ? N_TASK : N_COLUMNS);
	format = view_format_of(&w->list, "ics");
	if (how == 'v' || how == 'w') {
		random_values(add_item(w), task ? task_columns : columns, task ? N_TASK : N_COLUMNS, p, n);
		check_render(w, format);
		return;
	}
	if (how == 's')
		make_series(w);
	check_file(w, format, p, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct view_zones *zones;
	struct fuzz_world w = { .n = 0 };

	if (!n)
		return 0;
	if (!zones) {
		setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
		demand(view_zones_new(VIEW_ZONES_DIR, NULL, &zones) == 0);
	}
	w.f.zones = zones;
	check(&w, (char) data[0], (const char *) data + 1, n - 1);
	release(&w);
	return 0;
}
