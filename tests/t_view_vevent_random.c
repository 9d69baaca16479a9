/*
 * What holds for all appointments: the file reads back, and a tool that writes
 * it in its own way changes nothing. Series have random rules, zones, exceptions
 * and deleted instances.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "series.h"
#include "t_view_pim.h"
#include "t_view_pim_random.h"

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
	{ "XMLTZone", "XMLTZone", FIELD_NOTE, FIELD_HIDDEN, { NULL }, NULL },
	{ "MasterSeriesItemID", "MasterSeriesItemID", FIELD_INTEGER, FIELD_HIDDEN, { NULL }, NULL },
	{ "Cost", "Cost", FIELD_NUMBER, 0, { NULL }, NULL },
	{ "Notes", "My \"Notes\"", FIELD_NOTE, 0, { NULL }, NULL },
	{ "Owner", "Owner", FIELD_USER, 0, { NULL }, NULL },
	{ "Editor", "Modified By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
};

enum { MAX_EXCEPTIONS = 8, DAY = 86400 };

struct world {
	struct list list;
	struct item master, exception[MAX_EXCEPTIONS];
	const struct item *pointers[MAX_EXCEPTIONS];
	struct view_file f;
};

static void random_properties(struct values *v)
{
	static const char *const busy[] = { "-1", "0", "1", "2", "3" };

	random_title(v, "Title");
	random_set(v, "Location", true);
	random_html(v, "Description");
	random_set(v, "Notes", false);
	random_words(v, "MetaInfo_Categories");
	if (pick(3) == 0)
		assert_int_equal(values_set(v, "Category", pick(2) ? "Meeting" : "Holiday"), 0);
	if (pick(2))
		assert_int_equal(values_set(v, "MetaInfo_BusyStatus", busy[pick(5)]), 0);
	if (pick(2))
		assert_int_equal(values_set(v, "MetaInfo_Priority", busy[pick(3)]), 0);
	if (pick(2))
		assert_int_equal(values_set(v, "Cost", "12.5000000000000"), 0);
	if (pick(2))
		assert_int_equal(values_set(v, "Owner", people[pick(2)].wire), 0);
	assert_int_equal(values_set(v, "Editor", people[pick(2)].wire), 0);
}

static void set_number(struct values *v, const char *name, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	assert_int_equal(values_set(v, name, text), 0);
}

static void set_span(struct values *v, int64_t start, int64_t end, int64_t duration)
{
	set_moment(v, "EventDate", start);
	set_moment(v, "EndDate", end);
	set_number(v, "Duration", duration);
}

/* ---- single ------------------------------------------------------------------------------ */

static void random_single(struct world *w)
{
	struct values *v = &w->master.values;
	bool all_day = pick(3) == 0;
	int64_t start = random_moment(), length = (int64_t) pick(10) * 900;

	MAKE_ITEM(&w->master, (int64_t) (1 + pick(1000)), "EventType", pick(4) ? "0" : "2", "fRecurrence", "0");
	random_properties(v);
	assert_int_equal(values_set(v, "fAllDayEvent", all_day ? "1" : "0"), 0);
	if (all_day) {
		start = start / DAY * DAY;
		length = (int64_t) (1 + pick(4)) * DAY - 60;
	}
	set_span(v, start, start + length, length);
	if (pick(5) == 0) /* MS-OUTSPS_R11: one of the two is enough */
		assert_int_equal(values_set(v, pick(2) ? "Duration" : "EndDate", NULL), 0);
}

/* ---- series -------------------------------------------------------------------------------- */

static struct recur random_rule(void)
{
	static const int nth[] = { 1, 2, 3, 4, -1 };
	static const unsigned sets[] = { RECUR_ALL_DAYS, RECUR_WORKDAYS, RECUR_WEEKEND, 1, 2, 64, 5 };
	struct recur r = {
		.pattern = (enum recur_pattern) pick(RECUR_PATTERN_COUNT),
		.every = (int) (1 + pick(3)),
		.day = (int) (1 + pick(31)),
		.nth = nth[pick(5)],
		.month = (int) (1 + pick(12)),
		.week_start = (int) pick(7),
		.end = (enum recur_end) pick(3),
		.count = (int) (4 + pick(30)),
	};

	r.days = r.pattern == RECUR_WEEKLY ? 1 + pick(127) : sets[pick(7)];
	return r;
}

static const char *random_zone(void)
{
	static const char *const zones_of[] = {
		"CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "AEST-10AEDT,M10.1.0,M4.1.0/3", "IST-5:30",
		"UTC0", "X3Y,M2.2.3/1,M9.3.4/23", "NST3:30NDT,M3.2.0,M11.1.0",
	};

	return zones_of[pick(sizeof(zones_of) / sizeof(*zones_of))];
}

static void set_series(struct world *w, struct series *s)
{
	struct values *v = &w->master.values;
	CLEANUP(buf_release_p) struct buf data = BUF_INIT(4096), zone = BUF_INIT(4096);
	int64_t end;

	if (s->rule.end == RECUR_UNTIL) {
		s->rule.until = s->start + (int64_t) (20 + pick(4000)) * DAY;
		s->rule.until_as = RECUR_ENDS_BY;
	}
	end = series_end(s, series_last(s));
	recur_write(&s->rule, false, &data);
	zone_write(&s->zone, &zone);
	set_span(v, s->start, end, series_end(s, 0));
	assert_int_equal(values_set(v, "RecurrenceData", buf_str(&data)), 0);
	assert_int_equal(values_set(v, "XMLTZone", buf_str(&zone)), 0);
	assert_int_equal(values_set(v, "fAllDayEvent", s->all_day ? "1" : "0"), 0);
}

static void add_exception(struct world *w, const struct series *s, int64_t of)
{
	size_t n = w->f.series.n++;
	struct item *i = &w->exception[n];
	struct values *v = &i->values;
	bool deleted = pick(2);
	int64_t start = of + (int64_t) pick(3) * 1800;

	MAKE_ITEM(i, (int64_t) (2000 + n), "EventType", deleted ? "3" : "4", "fRecurrence", "1", "MasterSeriesItemID", "1");
	set_moment(v, "RecurrenceID", of);
	if (!deleted)
		random_properties(v);
	if (s->all_day)
		start = of;
	if (deleted || pick(4))
		set_span(v, start, series_end(s, start), series_end(s, 0));
	assert_int_equal(values_set(v, "fAllDayEvent", pick(2) ? (s->all_day ? "1" : "0") : NULL), 0);
}

static void random_series(struct world *w)
{
	struct series s = { .recurring = true, .all_day = pick(4) == 0, .start = random_moment(), .rule = random_rule() };
	int64_t last, day, first;

	MAKE_ITEM(&w->master, 1, "EventType", "1", "fRecurrence", "1");
	random_properties(&w->master.values);
	s.length = s.all_day ? DAY : (int64_t) pick(10) * 900;
	if (s.all_day)
		s.start = s.start / DAY * DAY;
	else
		assert_int_equal(zone_posix(random_zone(), &s.zone), 0);
	s.second = series_local(&s, s.start) - series_day(series_local(&s, s.start)) * DAY;
	set_series(w, &s);
	last = series_last(&s);
	first = series_day(series_local(&s, s.start));
	for (day = recur_first(&s.rule, first); day != RECUR_NEVER && w->f.series.n < MAX_EXCEPTIONS;
	     day = recur_next(&s.rule, first, day)) {
		int64_t local = series_local(&s, s.start);
		int64_t of = zone_rule_utc(&s.zone, day * DAY + local - series_day(local) * DAY);

		if (of > last)
			break;
		if (pick(4) == 0)
			add_exception(w, &s, of);
	}
}

/* ---- tests ------------------------------------------------------------------------------------ */

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
	w->f.series.master = &w->master;
	w->f.series.exceptions = w->pointers;
	for (int i = 0; i < MAX_EXCEPTIONS; i++)
		w->pointers[i] = &w->exception[i];
}

static void clear(struct world *w)
{
	item_release(&w->master);
	for (size_t i = 0; i < w->f.series.n; i++)
		item_release(&w->exception[i]);
	w->f.series.n = 0;
}

static void single_appointments(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	for (int i = 0; i < RANDOM_ITEMS; i++) {
		const struct view_format *f = view_format_of(&w.list, NULL);

		random_single(&w);
		check_rewritten(f, &w.f);
		check_as_new(f, &w.f);
		clear(&w);
	}
	list_release(&w.list);
}

/* Made anew from its file, a series is the same one, with as many exceptions. */
static void check_series_as_new(const struct view_format *f, const struct world *w)
{
	struct view_changes c = VIEW_CHANGES_INIT;
	struct view_file as_new = w->f;
	struct series was, is;
	char *text = render_file(f, &w->f);

	as_new.series = (struct view_series) { NULL, NULL, 0 };
	parse_file(f, &as_new, text, &c);
	assert_int_equal(c.n, 1 + w->f.series.n);
	series_of(&w->list, &w->master.values, zones(), &was);
	series_of(&w->list, &c.op[0].fields, zones(), &is);
	assert_true(was.recurring);
	/* One that begins on a day when the clock leaves its time out: EventDate cannot say at which. */
	if (series_clock(&was, series_first(&was)) == series_local(&was, series_first(&was)))
		assert_true(series_same(&was, &is));
	for (size_t i = 1; i < c.n; i++)
		assert_true(c.op[i].instance);
	free(text);
	view_changes_release(&c);
}

static void series(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	for (int i = 0; i < RANDOM_ITEMS; i++) {
		const struct view_format *f = view_format_of(&w.list, NULL);

		random_series(&w);
		check_rewritten(f, &w.f);
		check_series_as_new(f, &w);
		clear(&w);
	}
	list_release(&w.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_appointments),
		cmocka_unit_test(series),
	};
	int failed = cmocka_run_group_tests_name("all appointments", tests, NULL, NULL);

	free_zones();
	return failed;
}
