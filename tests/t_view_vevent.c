/* Appointments as calendar files: [MS-OUTSPS] 3.2.1.1, 3.2.4.2.2, 3.2.4.2.3; RFC 5545. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "t_view_pim.h"

static const struct column columns[] = {
	{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
	{ "Title", "Title", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "Location", "Location", FIELD_TEXT, 0, { NULL }, NULL },
	{ "EventDate", "Start Time", FIELD_DATETIME, FIELD_REQUIRED, { NULL }, NULL },
	{ "EndDate", "End Time", FIELD_DATETIME, FIELD_REQUIRED, { NULL }, NULL },
	{ "Description", "Description", FIELD_NOTE, FIELD_RICHTEXT, { NULL }, NULL },
	{ "Category", "Category", FIELD_CHOICE, FIELD_FILLIN, { "Meeting", "Holiday", NULL }, NULL },
	{ "fAllDayEvent", "All Day Event", FIELD_BOOLEAN, 0, { NULL }, NULL },
	{ "fRecurrence", "Recurrence", FIELD_BOOLEAN, 0, { NULL }, NULL },
	{ "EventType", "Event Type", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "UID", "UID", FIELD_GUID, FIELD_HIDDEN, { NULL }, NULL },
	{ "RecurrenceID", "Recurrence ID", FIELD_DATETIME, FIELD_HIDDEN, { NULL }, NULL },
	{ "RecurrenceData", "RecurrenceData", FIELD_NOTE, FIELD_HIDDEN, { NULL }, NULL },
	{ "Duration", "Duration", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "TimeZone", "TimeZone", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "XMLTZone", "XMLTZone", FIELD_NOTE, FIELD_HIDDEN, { NULL }, NULL },
	{ "MasterSeriesItemID", "MasterSeriesItemID", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "Cost_x0020_Centre", "Cost Centre", FIELD_TEXT, 0, { NULL }, NULL },
	{ "Owner", "Owner \"of\" it", FIELD_USER, 0, { NULL }, NULL },
	{ "Editor", "Modified By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
};

#define BERLIN                                                                                                            \
	"<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias><standardDate>"  \
	"<transitionRule  month='10' day='su' weekdayOfMonth='last' /><transitionTime>3:0:0</transitionTime></standardDate>" \
	"<daylightDate><transitionRule  month='3' day='su' weekdayOfMonth='last' /><transitionTime>2:0:0</transitionTime>"  \
	"</daylightDate></timeZoneRule>"

/* As we write it. */
#define BERLIN_SENT                                                                                                       \
	"<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias><standardDate>"  \
	"<transitionRule month=\"10\" day=\"su\" weekdayOfMonth=\"last\"/><transitionTime>3:0:0</transitionTime>"           \
	"</standardDate><daylightDate><transitionRule month=\"3\" day=\"su\" weekdayOfMonth=\"last\"/>"                       \
	"<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>"

#define UTC_SENT "<timeZoneRule><standardBias>0</standardBias><additionalDaylightBias>0</additionalDaylightBias></timeZoneRule>"

#define RULE(repeat, end)                                                                                              \
	"<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat>" repeat "</repeat>" end "</rule></recurrence>"

#define WEEKLY RULE("<weekly mo=\"TRUE\" weekFrequency=\"2\" />", "<repeatInstances>10</repeatInstances>")
#define UID "{7B0C9B52-7C5E-4F0E-9E5B-1D6F1E0A0001}"
#define DELETE_ALL "<deleteExceptions>true</deleteExceptions>"

#define HEAD "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//spfs//EN\n"
#define STAMPS "DTSTAMP:20261120T154210Z\nCREATED:20261102T081500Z\nLAST-MODIFIED:20261120T154210Z\n"
#define VTIMEZONE                                                                                             \
	"BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n"                                                                  \
	"BEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n"                     \
	"TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n"                                                   \
	"BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"                      \
	"TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n"

/* The series of the samples: every other Monday, ten times; one moved, one deleted. */
struct world {
	struct list list;
	struct item master, moved, deleted;
	const struct item *exceptions[2];
	struct view_file f;
};

static const struct view_format *ics(const struct world *w)
{
	return view_format_of(&w->list, NULL);
}

static void make_series(struct world *w)
{
	MAKE_ITEM(&w->master, 12, "Title", "Weekly sync", "Location", "Room 1", "EventType", "1", "fRecurrence", "1",
		  "fAllDayEvent", "0", "EventDate", "2026-11-02T08:00:00Z", "EndDate", "2027-03-08T08:30:00Z", "Duration",
		  "1800", "UID", UID, "TimeZone", "4", "RecurrenceData", WEEKLY, "XMLTZone", BERLIN,
		  "MetaInfo_ReplicationID", "{5C1C3E1A-2B3C-4D5E-9F60-718293A4B5C6}");
	MAKE_ITEM(&w->moved, 13, "Title", "Weekly sync (moved)", "EventType", "4", "fRecurrence", "1", "fAllDayEvent", "0",
		  "EventDate", "2026-11-16T13:00:00Z", "EndDate", "2026-11-16T13:30:00Z", "Duration", "1800", "RecurrenceID",
		  "2026-11-16T08:00:00Z", "MasterSeriesItemID", "12", "UID", UID, "TimeZone", "4");
	w->moved.created = 1794298500; /* 2026-11-10T08:15:00Z */
	MAKE_ITEM(&w->deleted, 14, "Title", "Deleted: Weekly sync", "EventType", "3", "fRecurrence", "1", "fAllDayEvent", "0",
		  "EventDate", "2026-11-30T08:00:00Z", "EndDate", "2026-11-30T08:30:00Z", "Duration", "1800", "RecurrenceID",
		  "2026-11-30T08:00:00Z", "MasterSeriesItemID", "12", "UID", UID, "TimeZone", "4");
	w->exceptions[0] = &w->deleted;
	w->exceptions[1] = &w->moved;
	w->f.series = (struct view_series) { &w->master, w->exceptions, 2 };
}

static void make_single(struct world *w)
{
	MAKE_ITEM(&w->master, 31, "Title", "Board meeting", "Location", "Room 5, 2nd floor", "Description",
		  "<div>Agenda:</div><div><b>1.</b> Budget</div><div>2. Any other business</div>", "Category", "Meeting",
		  "EventType", "0", "fRecurrence", "0", "fAllDayEvent", "0", "EventDate", "2026-12-01T09:00:00Z", "EndDate",
		  "2026-12-01T10:30:00Z", "Duration", "5400", "MetaInfo_BusyStatus", "2", "Cost_x0020_Centre", "K-4711",
		  "Editor", people[0].wire, "MetaInfo_ReplicationID", "{23ABF7AA-4A85-4F75-93D1-9163E4ED4462}");
	w->f.series = (struct view_series) { &w->master, NULL, 0 };
}

static void make_all_day(struct world *w)
{
	MAKE_ITEM(&w->master, 32, "Title", "Trade fair", "EventType", "0", "fRecurrence", "0", "fAllDayEvent", "1",
		  "EventDate", "2026-12-09T00:00:00Z", "EndDate", "2026-12-11T23:59:00Z", "Duration", "259140",
		  "MetaInfo_BusyStatus", "0", "MetaInfo_ReplicationID", "{9B2A6E0E-7F1B-4B0E-8F0C-0D5F2F3F1A11}");
	w->f.series = (struct view_series) { &w->master, NULL, 0 };
}

static void begin(struct world *w)
{
	use_berlin();
	memset(w, 0, sizeof(*w));
	MAKE_LIST(&w->list, 106, columns);
	assert_int_equal(str_set(&w->list.id, LIST_GUID), 0);
	w->f.list = &w->list;
	w->f.host = HOST;
	w->f.zones = zones();
	w->f.known = &known;
}

static void end(struct world *w)
{
	list_release(&w->list);
	item_release(&w->master);
	item_release(&w->moved);
	item_release(&w->deleted);
}

/* ---- single appointments ------------------------------------------------------------------ */

static void single_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	make_single(&w);
	check_render(ics(&w), &w.f,
		     HEAD "BEGIN:VEVENT\nUID:23abf7aa-4a85-4f75-93d1-9163e4ed4462\n" STAMPS
		     "DTSTART:20261201T090000Z\nDTEND:20261201T103000Z\nSUMMARY:Board meeting\nLOCATION:Room 5\\, 2nd floor\n"
		     "DESCRIPTION:Agenda:\\n1. Budget\\n2. Any other business\nCATEGORIES:Meeting\nTRANSP:OPAQUE\n"
		     "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nX-SP-ID:31\n"
		     "X-SP-FIELD;X-SP-NAME=Cost_x0020_Centre;X-SP-LABEL=\"Cost Centre\":K-4711\n"
		     "X-SP-FIELD;X-SP-NAME=Editor;X-SP-LABEL=\"Modified By\";X-SP-READONLY=TRUE:Jan\n e Roe "
		     "<jane.roe@contoso.example>\nEND:VEVENT\nEND:VCALENDAR\n");
	check_rewritten(ics(&w), &w.f);
	end(&w);
}

/* MS-OUTSPS_R18 to R21, R8631: dates, never converted; the last day ends at 23:59. */
static void all_day_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	make_all_day(&w);
	setenv("TZ", "America/New_York", 1);
	tzset();
	check_render(ics(&w), &w.f,
		     HEAD "BEGIN:VEVENT\nUID:9b2a6e0e-7f1b-4b0e-8f0c-0d5f2f3f1a11\n" STAMPS
		     "DTSTART;VALUE=DATE:20261209\nDTEND;VALUE=DATE:20261212\nSUMMARY:Trade fair\nTRANSP:TRANSPARENT\n"
		     "X-MICROSOFT-CDO-BUSYSTATUS:FREE\nX-SP-ID:32\nEND:VEVENT\nEND:VCALENDAR\n");
	check_rewritten(ics(&w), &w.f);
	check_edit(ics(&w), &w.f, "DTEND;VALUE=DATE:20261212", "DTEND;VALUE=DATE:20261210",
		   "update 32|Duration=86340|EndDate=2026-12-09T23:59:00Z\n");
	check_edit(ics(&w), &w.f, "DTEND;VALUE=DATE:20261212\n", "",
		   "update 32|Duration=86340|EndDate=2026-12-09T23:59:00Z\n");
	check_edit(ics(&w), &w.f, "DTSTART;VALUE=DATE:20261209\nDTEND;VALUE=DATE:20261212",
		   "DTSTART:20261209T100000Z\nDURATION:PT1H",
		   "update 32|Duration=3600|EndDate=2026-12-09T11:00:00Z|EventDate=2026-12-09T10:00:00Z|fAllDayEvent=0\n");
	end(&w);
}

static void one_edit_one_field(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_single(&w);
	f = ics(&w);
	check_edit(f, &w.f, "SUMMARY:Board meeting", "SUMMARY:Board\\; meeting", "update 31|Title=Board; meeting\n");
	check_edit(f, &w.f, "LOCATION:Room 5\\, 2nd floor\n", "", "update 31|Location=\n");
	check_edit(f, &w.f, "2. Any other", "2. No other",
		   "update 31|Description=<div>Agenda:</div><div><b>1.</b> Budget</div><div>2. No other business</div>\n");
	check_edit(f, &w.f, "K-4711", "K-1", "update 31|Cost_x0020_Centre=K-1\n");
	check_edit(f, &w.f, "\":K-4711", "\":", "update 31|Cost_x0020_Centre=\n");
	check_edit(f, &w.f, "DTSTART:20261201T090000Z", "DTSTART:20261201T091500Z",
		   "update 31|Duration=4500|EventDate=2026-12-01T09:15:00Z\n");
	check_edit(f, &w.f, "DTSTART:20261201T090000Z\nDTEND:20261201T103000Z",
		   "DTSTART;TZID=Europe/Berlin:20261201T100000\nDTEND;TZID=/x.org/Europe/Berlin:20261201T113000", "");
	check_edit(f, &w.f, "DTSTART:20261201T090000Z\nDTEND:20261201T103000Z", "DTSTART:20261201T100000\nDTEND:20261201T113000",
		   "");
	check_edit(f, &w.f, "DTEND:20261201T103000Z", "DURATION:PT90M", "");
	check_edit(f, &w.f, "X-SP-FIELD;X-SP-NAME=Cost_x0020_Centre;X-SP-LABEL=\"Cost Centre\":K-4711\n", "", "");
	check_edit(f, &w.f, "X-SP-READONLY=TRUE:Jan\n e", "X-SP-READONLY=TRUE:Max", "");
	check_edit(f, &w.f, "END:VEVENT", "X-SP-FIELD;X-SP-NAME=Owner:max.mueller@contoso.example\nEND:VEVENT",
		   "update 31|Owner=15;#Max M\u00fcller,#CONTOSO\\mmueller,#max.mueller@contoso.example,#,#Max M\u00fcller\n");
	check_edit_refused(f, &w.f, "END:VEVENT", "X-SP-FIELD;X-SP-NAME=Owner:nobody\nEND:VEVENT", "Owner \"of\" it: unknown person");
	check_edit_refused(f, &w.f, "SUMMARY:Board meeting\n", "", "Title: a value is required");
	check_edit_refused(f, &w.f, "DTEND:20261201T10", "DTEND:20261201T08", "ends before it begins"); /* MS-OUTSPS_R14 */
	check_edit_refused(f, &w.f, "DTEND:20261201T103000Z", "DTEND;VALUE=DATE:20261202", "both dates or both times");
	check_edit_refused(f, &w.f, "DTSTART:20261201T090000Z", "DTSTART;TZID=Nowhere:20261201T090000", "no time zone \"Nowhere\"");
	check_edit_refused(f, &w.f, "DTSTART:20261201T090000Z", "DTSTART:tomorrow", "DTSTART: expected");
	check_edit_refused(f, &w.f, "DTSTART:20261201T090000Z\n", "", "no DTSTART");
	check_edit_refused(f, &w.f, "END:VEVENT\n", "", "END");
	check_edit_refused(f, &w.f, "BEGIN:VEVENT\n", "BEGIN:VTODO\nEND:VTODO\nBEGIN:VEVENT\n", "this list takes VEVENT");
	end(&w);
}

/* MS-OUTSPS_R978 to R983, R179 to R181 and the Priority of 2.2.5.10. */
static void busy_categories_priority(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_single(&w);
	f = ics(&w);
	check_edit(f, &w.f, "TRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\n", "", "update 31|MetaInfo_BusyStatus=\n");
	check_edit(f, &w.f, "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\n", "", "");
	check_edit(f, &w.f, "TRANSP:OPAQUE\n", "", "");
	check_edit(f, &w.f, "TRANSP:OPAQUE", "TRANSP:TRANSPARENT", "update 31|MetaInfo_BusyStatus=0\n");
	check_edit(f, &w.f, "BUSYSTATUS:BUSY", "BUSYSTATUS:OOF", "update 31|MetaInfo_BusyStatus=3\n");
	check_edit(f, &w.f, "BUSYSTATUS:BUSY", "BUSYSTATUS:?", "");
	check_edit(f, &w.f, "CATEGORIES:Meeting", "CATEGORIES:Holiday,Red,Meeting\nCATEGORIES:Blue\\, light",
		   "update 31|Category=Holiday|MetaInfo_Categories=Red; Meeting; Blue, light\n");
	check_edit(f, &w.f, "CATEGORIES:Meeting", "CATEGORIES:Red", "update 31|Category=|MetaInfo_Categories=Red\n");
	check_edit(f, &w.f, "TRANSP", "PRIORITY:2\nTRANSP", "update 31|MetaInfo_Priority=1\n");
	check_edit(f, &w.f, "TRANSP", "PRIORITY:5\nTRANSP", "");
	check_edit(f, &w.f, "TRANSP", "X-MICROSOFT-CDO-INTENDEDSTATUS:TENTATIVE\nTRANSP",
		   "update 31|MetaInfo_IntendedBusyStatus=1\n");
	assert_int_equal(values_set(&w.master.values, "MetaInfo_Categories", "Red; Blue"), 0);
	assert_int_equal(values_set(&w.master.values, "MetaInfo_Priority", "-1"), 0);
	check_edit(f, &w.f, "CATEGORIES:Meeting,Red,Blue\nPRIORITY:9", "CATEGORIES:Blue,Meeting,Red\nPRIORITY:7", "");
	check_edit(f, &w.f, "PRIORITY:9\n", "", "update 31|MetaInfo_Priority=0\n");
	end(&w);
}

/* What SharePoint has no place for comes back, at its place. */
static void extras_are_kept(void **state)
{
	struct world w;
	struct view_changes c = VIEW_CHANGES_INIT;
	char *text, *now, *again;

	(void) state;
	begin(&w);
	make_single(&w);
	text = render_file(ics(&w), &w.f);
	now = edited(text, "END:VEVENT",
		     "URL:http://x/\nattendee;cn=\"A, B\":mailto:a@x\nX-SP-FIELD;X-SP-NAME=Elsewhere:1\n"
		     "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT");
	again = edited(now, "BEGIN:VEVENT", "X-WR-CALNAME:Team\nBEGIN:VEVENT");
	parse_file(ics(&w), &w.f, again, &c);
	assert_int_equal(c.n, 0);
	assert_non_null(c.extras);
	w.f.extras = c.extras;
	check_render(ics(&w), &w.f, again);
	check_rewritten(ics(&w), &w.f);
	w.f.extras = "no extras";
	check_render(ics(&w), &w.f, text);
	free(text);
	free(now);
	free(again);
	view_changes_release(&c);
	end(&w);
}

/* MS-OUTSPS_R206, R275, R288. */
static void new_events(void **state)
{
	struct world w;
	struct view_changes c = VIEW_CHANGES_INIT;

	(void) state;
	begin(&w);
	w.f.new_title = "C0G3";
	check_ops(ics(&w), &w.f,
		  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nDTSTART;TZID=America/New_York:20260701T120000\r\n"
		  "DTEND;TZID=America/New_York:20260701T130000\r\nDTSTAMP:20260601T000000Z\r\nUID:C0G3\r\nSEQUENCE:0\r\n"
		  "END:VEVENT\r\nEND:VCALENDAR\r\n",
		  "new|Duration=3600|EndDate=2026-07-01T17:00:00Z|EventDate=2026-07-01T16:00:00Z|EventType=0|MetaInfo_SpfsUid=C0G3"
		  "|Title=Lunch|fAllDayEvent=0|fRecurrence=0\n");
	parse_file(ics(&w), &w.f,
		   "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260701\nUID:23abf7aa-4a85-4f75-93d1-9163e4ed4462\n"
		   "END:VEVENT\nEND:VCALENDAR\n", &c);
	assert_string_equal(c.uid, "23abf7aa-4a85-4f75-93d1-9163e4ed4462");
	assert_string_equal(c.replication_id, "{23ABF7AA-4A85-4F75-93D1-9163E4ED4462}");
	assert_false(values_has(&c.op[0].fields, "MetaInfo_SpfsUid"));
	assert_string_equal(values_get(&c.op[0].fields, "Title"), "C0G3");
	assert_string_equal(values_get(&c.op[0].fields, "Duration"), "86340");
	view_changes_release(&c);
	check_ops(ics(&w), &w.f,
		  "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nSUMMARY:S\nDTSTART;TZID=Europe/Berlin:20260702T090000\n"
		  "DURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20260703T090000\nEND:VEVENT\n"
		  "BEGIN:VEVENT\nUID:x\nRECURRENCE-ID;TZID=Europe/Berlin:20260704T090000\nSUMMARY:T\n"
		  "DTSTART;TZID=Europe/Berlin:20260704T100000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n",
		  "new|Duration=3600|EndDate=2026-07-04T08:00:00Z|EventDate=2026-07-02T07:00:00Z|EventType=1|MetaInfo_SpfsUid=x"
		  "|RecurrenceData=" RULE("<daily dayFrequency=\"1\" />", "<repeatInstances>3</repeatInstances>")
		  "|Title=S|UID=GUID|XMLTZone=" BERLIN_SENT "|fAllDayEvent=0|fRecurrence=1\n"
		  "new instance|Duration=3600|EndDate=2026-07-03T08:00:00Z|EventDate=2026-07-03T07:00:00Z|EventType=3|RecurrenceData="
		  RULE("<daily dayFrequency=\"1\" />", "<repeatInstances>3</repeatInstances>")
		  "|RecurrenceID=2026-07-03T07:00:00Z|Title=Deleted: S|UID=GUID|XMLTZone=" BERLIN_SENT "|fAllDayEvent=0|fRecurrence=1\n"
		  "new instance|Duration=3600|EndDate=2026-07-04T09:00:00Z|EventDate=2026-07-04T08:00:00Z|EventType=4"
		  "|RecurrenceData=" RULE("<daily dayFrequency=\"1\" />", "<repeatInstances>3</repeatInstances>")
		  "|RecurrenceID=2026-07-04T07:00:00Z|Title=T|UID=GUID|XMLTZone=" BERLIN_SENT "|fAllDayEvent=0|fRecurrence=1\n");
	end(&w);
}

/* ---- series ---------------------------------------------------------------------------------- */

static const char series_text[] =
	HEAD VTIMEZONE "BEGIN:VEVENT\nUID:5c1c3e1a-2b3c-4d5e-9f60-718293a4b5c6\n" STAMPS
	"DTSTART;TZID=Europe/Berlin:20261102T090000\nDTEND;TZID=Europe/Berlin:20261102T093000\n"
	"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10\nEXDATE;TZID=Europe/Berlin:20261130T090000\nSUMMARY:Weekly sync\n"
	"LOCATION:Room 1\nX-SP-ID:12\nEND:VEVENT\n"
	"BEGIN:VEVENT\nUID:5c1c3e1a-2b3c-4d5e-9f60-718293a4b5c6\nRECURRENCE-ID;TZID=Europe/Berlin:20261116T090000\n"
	"DTSTAMP:20261120T154210Z\nCREATED:20261110T081500Z\nLAST-MODIFIED:20261120T154210Z\n"
	"DTSTART;TZID=Europe/Berlin:20261116T140000\nDTEND;TZID=Europe/Berlin:20261116T143000\nSUMMARY:Weekly sync (moved)\n"
	"LOCATION:Room 1\nX-SP-ID:13\nEND:VEVENT\nEND:VCALENDAR\n";

/* MS-OUTSPS_R33, R43: exceptions inherit, deleted instances are not shown. */
static void series_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	make_series(&w);
	check_render(ics(&w), &w.f, series_text);
	check_rewritten(ics(&w), &w.f);
	end(&w);
}

/* A row without XMLTZone is in the user's zone; a series that never ends has 999 instances. */
static void month_end_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	MAKE_ITEM(&w.master, 15, "Title", "Month end closing", "EventType", "1", "fRecurrence", "1", "fAllDayEvent", "0",
		  "EventDate", "2026-11-30T15:00:00Z", "EndDate", "2110-01-31T16:00:00Z", "Duration", "3600", "RecurrenceData",
		  RULE("<monthlyByDay weekday=\"TRUE\" weekdayOfMonth=\"last\" monthFrequency=\"1\" />",
		       "<repeatForever>FALSE</repeatForever>"),
		  "MetaInfo_ReplicationID", "{0F6DFE8B-5A57-4AD5-9BE0-5F1C5D2F4C55}");
	w.f.series.master = &w.master;
	check_render(ics(&w), &w.f,
		     HEAD VTIMEZONE "BEGIN:VEVENT\nUID:0f6dfe8b-5a57-4ad5-9be0-5f1c5d2f4c55\n" STAMPS
		     "DTSTART;TZID=Europe/Berlin:20261130T160000\nDTEND;TZID=Europe/Berlin:20261130T170000\n"
		     "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1\nSUMMARY:Month end closing\nX-SP-ID:15\nEND:VEVENT\n"
		     "END:VCALENDAR\n");
	check_rewritten(ics(&w), &w.f);
	check_edit(ics(&w), &w.f, "T170000", "T163000",
		   "update 15|Duration=1800|EndDate=2110-01-31T15:30:00Z|EventDate=2026-11-30T15:00:00Z|RecurrenceData="
		   RULE("<monthlyByDay weekday=\"TRUE\" weekdayOfMonth=\"last\" monthFrequency=\"1\" />",
			"<repeatForever>FALSE</repeatForever>") DELETE_ALL
		   "|UID=GUID|XMLTZone=" BERLIN_SENT "\n");
	end(&w);
}

/* MS-OUTSPS_R444: what does not touch the recurrence must not send it, or the exceptions are gone. */
static void edits_beside_the_recurrence(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_series(&w);
	f = ics(&w);
	check_edit(f, &w.f, "SUMMARY:Weekly sync\n", "SUMMARY:Sync\n", "update 12|Title=Sync\n");
	check_edit(f, &w.f, "SUMMARY:Weekly sync (moved)", "SUMMARY:Later", "update 13|Title=Later\n");
	check_edit(f, &w.f, "20261116T143000", "20261116T150000",
		   "update 13|Duration=3600|EndDate=2026-11-16T14:00:00Z\n");
	check_edit(f, &w.f, "INTERVAL=2;BYDAY=MO;COUNT=10", "COUNT=10;WKST=MO;BYDAY=MO;INTERVAL=2", "");
	/* Zones of the same rule are the same. */
	check_edit(f, &w.f, "DTSTART;TZID=Europe/Berlin:20261102", "DTSTART;TZID=Europe/Paris:20261102", "");
	end(&w);
}

#define LINKS "|MasterSeriesItemID=12|RecurrenceData=" WEEKLY

/* MS-OUTSPS_R44, R47, R853. */
static void instances_come_and_go(void **state)
{
	struct world w;
	const struct view_format *f;
	char *no_exception, *now;

	(void) state;
	begin(&w);
	make_series(&w);
	f = ics(&w);
	check_edit(f, &w.f, "EXDATE;TZID=Europe/Berlin:20261130T090000",
		   "EXDATE;TZID=Europe/Berlin:20261130T090000,20261214T090000",
		   "new instance|Duration=1800|EndDate=2026-12-14T08:30:00Z|EventDate=2026-12-14T08:00:00Z|EventType=3" LINKS
		   "|RecurrenceID=2026-12-14T08:00:00Z|TimeZone=4|Title=Deleted: Weekly sync|UID=GUID|XMLTZone=" BERLIN
		   "|fAllDayEvent=0|fRecurrence=1\n");
	check_edit(f, &w.f, "EXDATE;TZID=Europe/Berlin:20261130T090000\n", "", "delete 14\n");
	/* The moved one is deleted: khal takes its component out and excludes the instance. */
	no_exception = edited(series_text, strstr(series_text, "BEGIN:VEVENT\nUID:5c1c3e1a-2b3c-4d5e-9f60-718293a4b5c6\nREC"),
			      "END:VCALENDAR\n");
	check_ops(f, &w.f, no_exception, "delete 13\n");
	now = edited(no_exception, "EXDATE", "EXDATE:20261116T080000Z\nEXDATE");
	check_ops(f, &w.f, now,
		  "delete 13\n"
		  "new instance|Duration=1800|EndDate=2026-11-16T08:30:00Z|EventDate=2026-11-16T08:00:00Z|EventType=3" LINKS
		  "|RecurrenceID=2026-11-16T08:00:00Z|TimeZone=4|Title=Deleted: Weekly sync|UID=GUID|XMLTZone=" BERLIN
		  "|fAllDayEvent=0|fRecurrence=1\n");
	free(now);
	now = edited(series_text, "END:VCALENDAR",
		     "BEGIN:VEVENT\nUID:5c1c3e1a-2b3c-4d5e-9f60-718293a4b5c6\nRECURRENCE-ID:20261130T080000Z\n"
		     "DTSTART:20261201T080000Z\nDTEND:20261201T083000Z\nLOCATION:Room 2\nEND:VEVENT\nEND:VCALENDAR");
	check_ops(f, &w.f, now,
		  "delete 14\n"
		  "new instance|Duration=1800|EndDate=2026-12-01T08:30:00Z|EventDate=2026-12-01T08:00:00Z|EventType=4|Location=Room 2"
		  LINKS "|RecurrenceID=2026-11-30T08:00:00Z|TimeZone=4|Title=Weekly sync|UID=GUID|XMLTZone=" BERLIN
		  "|fAllDayEvent=0|fRecurrence=1\n");
	free(now);
	free(no_exception);
	end(&w);
}

static void what_is_no_instance(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	make_series(&w);
	f = ics(&w);
	check_edit_refused(f, &w.f, "EXDATE;TZID=Europe/Berlin:20261130T090000", "EXDATE:20261109T080000Z", "no instance at this time");
	check_edit_refused(f, &w.f, "EXDATE;TZID=Europe/Berlin:20261130T090000", "EXDATE:20261130T083000Z", "no instance");
	check_edit_refused(f, &w.f, "EXDATE;TZID=Europe/Berlin:20261130T090000", "EXDATE:20270322T080000Z", "no instance");
	check_edit_refused(f, &w.f, "EXDATE;TZID=Europe/Berlin:20261130T090000", "EXDATE;VALUE=DATE:20261130", "date");
	check_edit_refused(f, &w.f, "RECURRENCE-ID;TZID=Europe/Berlin:20261116T", "RECURRENCE-ID;TZID=Europe/Berlin:20261117T",
			   "RECURRENCE-ID: the series has no instance");
	check_edit_refused(f, &w.f, "RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;", "RANGE");
	check_edit_refused(f, &w.f, "EXDATE", "RDATE:20261117T080000Z\nEXDATE", "RDATE");
	check_edit_refused(f, &w.f, "EXDATE", "RRULE:FREQ=DAILY\nEXDATE", "not two");
	check_edit_refused(f, &w.f, "BYDAY=MO", "BYDAY=MO;BYHOUR=1,2", "BYHOUR=1,2");
	check_edit_refused(f, &w.f, "COUNT=10", "UNTIL=20261001", "no instance before the end");
	check_edit_refused(f, &w.f, "RECURRENCE-ID;TZID=Europe/Berlin:20261116T090000\n", "", "without RECURRENCE-ID");
	check_edit_refused(f, &w.f, "UID:5c1c3e1a-2b3c-4d5e-9f60-718293a4b5c6\nRECURRENCE", "UID:another\nRECURRENCE",
			   "another UID");
	end(&w);
}

/* MS-OUTSPS_R321, R312: all five are sent, the server drops the exceptions, those of the file are made anew. */
static void the_recurrence_changes(void **state)
{
	struct world w;
	struct view_changes c = VIEW_CHANGES_INIT;
	char *now;

	(void) state;
	begin(&w);
	make_series(&w);
	now = edited(series_text, "COUNT=10", "UNTIL=20261231T000000Z");
	check_ops(ics(&w), &w.f, now,
		  "update 12|EndDate=2026-12-28T08:30:00Z|EventDate=2026-11-02T08:00:00Z|RecurrenceData="
		  RULE("<weekly mo=\"TRUE\" weekFrequency=\"2\" />", "<windowEnd>2026-12-28T08:30:00Z</windowEnd>") DELETE_ALL
		  "|UID=GUID|XMLTZone=" BERLIN_SENT "\n"
		  "new instance|Duration=1800|EndDate=2026-11-16T13:30:00Z|EventDate=2026-11-16T13:00:00Z|EventType=4|Location=Room 1"
		  "|MasterSeriesItemID=12|RecurrenceData="
		  RULE("<weekly mo=\"TRUE\" weekFrequency=\"2\" />", "<windowEnd>2026-12-28T08:30:00Z</windowEnd>")
		  "|RecurrenceID=2026-11-16T08:00:00Z|TimeZone=4|Title=Weekly sync (moved)|UID=GUID|XMLTZone=" BERLIN_SENT
		  "|fAllDayEvent=0|fRecurrence=1\n"
		  "new instance|Duration=1800|EndDate=2026-11-30T08:30:00Z|EventDate=2026-11-30T08:00:00Z|EventType=3"
		  "|MasterSeriesItemID=12|RecurrenceData="
		  RULE("<weekly mo=\"TRUE\" weekFrequency=\"2\" />", "<windowEnd>2026-12-28T08:30:00Z</windowEnd>")
		  "|RecurrenceID=2026-11-30T08:00:00Z|TimeZone=4|Title=Deleted: Weekly sync|UID=GUID|XMLTZone=" BERLIN_SENT
		  "|fAllDayEvent=0|fRecurrence=1\n");
	parse_file(ics(&w), &w.f, now, &c);
	assert_true(c.drops_instances);
	assert_string_equal(values_get(&c.op[0].fields, "UID"), values_get(&c.op[1].fields, "UID"));
	assert_string_not_equal(values_get(&c.op[0].fields, "UID"), UID);
	view_changes_release(&c);
	free(now);
	end(&w);
}

static void the_rule_goes_and_comes(void **state)
{
	struct world w;
	char *now;

	(void) state;
	begin(&w);
	make_series(&w);
	now = edited(series_text, "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10\nEXDATE;TZID=Europe/Berlin:20261130T090000\n", "");
	check_refused(ics(&w), &w.f, now, "does not repeat");
	free(now);
	check_ops(ics(&w), &w.f,
		  "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:5c1c3e1a-2b3c-4d5e-9f60-718293a4b5c6\n"
		  "DTSTART;TZID=Europe/Berlin:20261102T090000\nDTEND;TZID=Europe/Berlin:20261102T093000\n"
		  "SUMMARY:Weekly sync\nLOCATION:Room 1\nEND:VEVENT\nEND:VCALENDAR\n",
		  "delete 13\ndelete 14\nupdate 12|EndDate=2026-11-02T08:30:00Z|EventType=0|fRecurrence=0\n");
	item_release(&w.master);
	make_single(&w);
	check_edit(ics(&w), &w.f, "SUMMARY", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR\nSUMMARY",
		   "update 31|EndDate=2030-09-27T10:30:00Z|EventDate=2026-12-01T09:00:00Z|EventType=1|RecurrenceData="
		   RULE("<daily weekday=\"TRUE\" />", "<repeatForever>FALSE</repeatForever>")
		   "|UID=GUID|XMLTZone=" UTC_SENT "|fRecurrence=1\n");
	end(&w);
}

/* MS-OUTSPS_R863, R317. */
static void all_day_series(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	make_all_day(&w);
	check_edit_refused(ics(&w), &w.f, "SUMMARY", "RRULE:FREQ=YEARLY\nSUMMARY", "one day long");
	check_edit(ics(&w), &w.f, "DTEND;VALUE=DATE:20261212", "RRULE:FREQ=YEARLY;COUNT=3",
		   "update 32|Duration=86340|EndDate=2028-12-09T23:59:00Z|EventDate=2026-12-09T00:00:00Z|EventType=1|RecurrenceData="
		   RULE("<yearly yearFrequency=\"1\" month=\"12\" day=\"9\" />", "<repeatInstances>3</repeatInstances>")
		   "|UID=GUID|XMLTZone=" UTC_SENT "|fRecurrence=1\n");
	item_release(&w.master);
	MAKE_ITEM(&w.master, 40, "Title", "Day", "EventType", "1", "fRecurrence", "1", "fAllDayEvent", "1", "EventDate",
		  "2026-12-09T00:00:00Z", "EndDate", "2026-12-13T23:59:00Z", "Duration", "86340", "RecurrenceData",
		  RULE("<daily dayFrequency=\"2\" />", "<windowEnd>2026-12-13T23:59:00Z</windowEnd>"), "XMLTZone", UTC_SENT);
	MAKE_ITEM(&w.deleted, 41, "Title", "Deleted: Day", "EventType", "3", "fRecurrence", "1", "RecurrenceID",
		  "2026-12-11T00:00:00Z", "MasterSeriesItemID", "40");
	w.exceptions[0] = &w.deleted;
	w.f.series = (struct view_series) { &w.master, w.exceptions, 1 };
	check_render(ics(&w), &w.f,
		     HEAD "BEGIN:VEVENT\nUID:6f1f9c7e-8b1c-4e5e-9c0b-0e6b1e1b0001.40@" HOST "\n" STAMPS
		     "DTSTART;VALUE=DATE:20261209\nDTEND;VALUE=DATE:20261210\nRRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20261213\n"
		     "EXDATE;VALUE=DATE:20261211\nSUMMARY:Day\nX-SP-ID:40\nEND:VEVENT\nEND:VCALENDAR\n");
	check_rewritten(ics(&w), &w.f);
	end(&w);
}

/* MS-OUTSPS_R29, R279, R813, R1010 and prose in place of a rule. */
static void odd_rows(void **state)
{
	struct world w;
	struct item second = ITEM_INIT;
	const struct item *three[3];
	char *text;

	(void) state;
	begin(&w);
	make_series(&w);
	MAKE_ITEM(&second, 11, "Title", "First", "EventType", "4", "fRecurrence", "1", "EventDate", "2026-11-16T13:00:00Z",
		  "EndDate", "2026-11-16T13:30:00Z", "RecurrenceID", "2026-11-16T08:00:00Z", "MasterSeriesItemID", "12");
	three[0] = &w.moved;
	three[1] = &second;
	three[2] = &w.deleted;
	w.f.series = (struct view_series) { &w.master, three, 3 };
	text = render_file(ics(&w), &w.f);
	assert_null(strstr(text, "moved"));
	assert_non_null(strstr(text, "SUMMARY:First"));
	free(text);
	check_rewritten(ics(&w), &w.f);

	assert_int_equal(view_format_master(&w.list, &w.moved), 12);
	assert_int_equal(view_format_master(&w.list, &w.master), 0);
	w.f.series = (struct view_series) { &w.moved, NULL, 0 }; /* its master is unknown */
	text = render_file(ics(&w), &w.f);
	assert_null(strstr(text, "RECURRENCE-ID"));
	assert_non_null(strstr(text, "DTSTART:20261116T130000Z"));
	free(text);
	check_edit(ics(&w), &w.f, "SUMMARY:Weekly", "SUMMARY:W", "update 13|Title=W sync (moved)\n");

	w.f.series = (struct view_series) { &w.master, NULL, 0 };
	assert_int_equal(values_set(&w.master.values, "fRecurrence", "0"), 0);
	text = render_file(ics(&w), &w.f);
	assert_null(strstr(text, "RRULE"));
	free(text);
	assert_int_equal(values_set(&w.master.values, "fRecurrence", "1"), 0);
	assert_int_equal(values_set(&w.master.values, "RecurrenceData", "Every 2 week(s) on: Monday"), 0);
	check_rewritten(ics(&w), &w.f);
	check_edit(ics(&w), &w.f, "SUMMARY:Weekly", "SUMMARY:W", "update 12|Title=W sync\n");
	check_edit_refused(ics(&w), &w.f, "DTSTART:20261102T08", "DTSTART:20261102T07", "not understood here");
	item_release(&second);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_as_in_the_samples),
		cmocka_unit_test(all_day_as_in_the_samples),
		cmocka_unit_test(one_edit_one_field),
		cmocka_unit_test(busy_categories_priority),
		cmocka_unit_test(extras_are_kept),
		cmocka_unit_test(new_events),
		cmocka_unit_test(series_as_in_the_samples),
		cmocka_unit_test(month_end_as_in_the_samples),
		cmocka_unit_test(edits_beside_the_recurrence),
		cmocka_unit_test(instances_come_and_go),
		cmocka_unit_test(what_is_no_instance),
		cmocka_unit_test(the_recurrence_changes),
		cmocka_unit_test(the_rule_goes_and_comes),
		cmocka_unit_test(all_day_series),
		cmocka_unit_test(odd_rows),
	};
	int failed = cmocka_run_group_tests_name("appointments", tests, NULL, NULL);

	free_zones();
	return failed;
}
