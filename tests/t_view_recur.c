/* RecurrenceData and RRULE: [MS-OUTSPS] 2.2.4.2 to 2.2.4.5, RFC 5545 3.3.10. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "recur.h"

enum { RULES = 3000, INSTANCES = 12 };

static const char *const weekdays[] = { "mo", "tu", "we", "th", "fr", "sa", "su" };

static const struct recur_from monday = { .day = 20759 /* 2026-11-02, a Monday */, .second = 9 * 3600 };

/* ---- makers -------------------------------------------------------------------------- */

static struct recur read_xml(const char *repeat)
{
	CLEANUP(buf_release_p) struct buf xml = BUF_INIT(1000);
	struct recur r;

	buf_addf(&xml, "<recurrence><rule><firstDayOfWeek>su</firstDayOfWeek><repeat>%s</repeat>"
		       "<repeatForever>FALSE</repeatForever></rule></recurrence>", repeat);
	assert_int_equal(recur_read(buf_str(&xml), &r), 0);
	return r;
}

static struct recur parse(const char *rule)
{
	struct err err = { 0 };
	struct recur r;

	if (recur_parse(rule, &monday, &r, &err) < 0)
		fail_msg("%s: %s", rule, err.text);
	return r;
}

static void refuse(const char *rule, const char *why)
{
	struct recur r = { 0 };
	struct err err = { 0 };

	assert_int_equal(recur_parse(rule, &monday, &r, &err), -EINVAL);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static int pick(int n)
{
	return rand() % n;
}

/* ---- the table of the seven patterns ----------------------------------------------------- */

static const struct {
	const char *repeat;
	const char *rule;
} table[] = {
	{ "<daily dayFrequency=\"1\" />", "FREQ=DAILY" },
	{ "<daily dayFrequency=\"3\" />", "FREQ=DAILY;INTERVAL=3" },
	{ "<daily weekday=\"TRUE\" />", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" },
	{ "<weekly mo=\"TRUE\" weekFrequency=\"1\" />", "FREQ=WEEKLY;BYDAY=MO" },
	{ "<weekly su=\"TRUE\" we=\"TRUE\" weekFrequency=\"2\" />", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU;WKST=SU" },
	{ "<monthly monthFrequency=\"1\" day=\"28\" />", "FREQ=MONTHLY;BYMONTHDAY=28" },
	{ "<monthly monthFrequency=\"2\" day=\"29\" />", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29;BYSETPOS=-1" },
	{ "<monthly monthFrequency=\"1\" day=\"30\" />", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1" },
	{ "<monthly monthFrequency=\"1\" day=\"31\" />", "FREQ=MONTHLY;BYMONTHDAY=-1" },
	{ "<monthlyByDay mo=\"TRUE\" weekdayOfMonth=\"second\" monthFrequency=\"1\" />", "FREQ=MONTHLY;BYDAY=2MO" },
	{ "<monthlyByDay fr=\"TRUE\" weekdayOfMonth=\"last\" monthFrequency=\"3\" />", "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR" },
	{ "<monthlyByDay day=\"TRUE\" weekdayOfMonth=\"third\" monthFrequency=\"1\" />", "FREQ=MONTHLY;BYMONTHDAY=3" },
	{ "<monthlyByDay weekday=\"TRUE\" weekdayOfMonth=\"last\" monthFrequency=\"1\" />",
	  "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1" },
	{ "<monthlyByDay weekend_day=\"TRUE\" weekdayOfMonth=\"first\" monthFrequency=\"1\" />",
	  "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1" },
	{ "<monthlyByDay mo=\"TRUE\" fr=\"TRUE\" weekdayOfMonth=\"fourth\" monthFrequency=\"1\" />",
	  "FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=4" },
	{ "<yearly yearFrequency=\"1\" month=\"5\" day=\"31\" />", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31" },
	{ "<yearly yearFrequency=\"2\" month=\"2\" day=\"29\" />", "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1" },
	{ "<yearlyByDay yearFrequency=\"1\" su=\"TRUE\" weekdayOfMonth=\"last\" month=\"3\" />", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" },
	{ "<yearlyByDay yearFrequency=\"1\" weekday=\"TRUE\" weekdayOfMonth=\"first\" month=\"1\" />",
	  "FREQ=YEARLY;BYMONTH=1;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1" },
};

/* MS-OUTSPS_R902, R903, R9037, R911, R924, R927, R931: every pattern both ways, in SharePoint's own order. */
static void each_pattern_both_ways(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);
		struct recur r = read_xml(table[i].repeat), back;

		recur_rule(&r, &out);
		assert_string_equal(buf_str(&out), table[i].rule);
		back = parse(table[i].rule);
		assert_true(recur_same(&r, &back));
		buf_reset(&out);
		recur_write(&r, false, &out);
		assert_non_null(strstr(buf_str(&out), table[i].repeat));
	}
}

/* Outlook writes ' where SharePoint writes ", and what is left out has a default. */
static void xml_is_read_as_xml(void **state)
{
	struct recur r, a = read_xml("<weekly mo='true' weekFrequency='1'></weekly>");

	(void) state;
	r = read_xml("<weekly mo=\"TRUE\"/>");
	assert_true(recur_same(&a, &r));
	r = read_xml("<daily/>");
	assert_int_equal(r.every, 1);
	r = read_xml("<monthlyByDay tu='TRUE'/>");
	assert_int_equal(r.nth, 1);
	r = read_xml("<yearly/>");
	assert_int_equal(r.month, 1);
	assert_int_equal(r.day, 1);
	assert_int_equal(recur_read("<?xml version='1.0'?> <!-- x --><recurrence><rule><repeat><daily dayFrequency=' 2 '/></repeat>"
				    "<windowEnd>2027-01-02T03:04:05Z</windowEnd></rule></recurrence>", &r), 0);
	assert_int_equal(r.every, 2);
	assert_int_equal(r.end, RECUR_UNTIL);
	assert_int_equal(r.until, 1798859045);
}

static void what_is_no_recurrence(void **state)
{
	static const char *const bad[] = {
		"<",
		"<recurrence>",
		"<recurrence></rule>",
		"<recurrence/>",
		"<recurrence><rule><repeat><hourly/></repeat></rule></recurrence>",
		"<rule><daily dayFrequency=\"0\"/></rule>",
		"<rule><daily dayFrequency=\"1e9\"/></rule>",
		"<rule><daily/><weekly/></rule>",
		"<rule><monthlyByDay/></rule>",
		"<rule><yearly month=\"13\"/></rule>",
		"<rule><daily/><repeatInstances>0</repeatInstances></rule>",
		"<rule><daily/><windowEnd>tomorrow</windowEnd></rule>",
		"<!DOCTYPE rule><rule><daily/></rule>",
		"<rule><daily dayFrequency=&x;/></rule>",
		"<rule><daily dayFrequency=\"&x;\"/></rule>",
	};
	struct recur r;

	(void) state;
	assert_int_equal(recur_read("Every 1 week(s) on: Monday", &r), -ENODATA);
	assert_int_equal(recur_read("", &r), -ENODATA);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(recur_read(bad[i], &r), -EINVAL);
}

/* MS-OUTSPS_R893, R894, R895, R900. */
static void ends_are_written(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);
	struct recur r = parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=10");

	(void) state;
	recur_write(&r, false, &out);
	assert_string_equal(buf_str(&out),
			    "<recurrence><rule><firstDayOfWeek>mo</firstDayOfWeek><repeat><weekly mo=\"TRUE\" weekFrequency=\"2\" />"
			    "</repeat><repeatInstances>10</repeatInstances></rule></recurrence>");
	buf_reset(&out);
	r.end = RECUR_FOREVER;
	recur_write(&r, true, &out);
	assert_non_null(strstr(buf_str(&out), "</repeat><repeatForever>FALSE</repeatForever></rule></recurrence>"
					     "<deleteExceptions>true</deleteExceptions>"));
	buf_reset(&out);
	r.end = RECUR_UNTIL;
	r.until = 0;
	recur_write(&r, false, &out);
	assert_non_null(strstr(buf_str(&out), "<windowEnd>1970-01-01T00:00:00Z</windowEnd>"));
}

/* ---- what else is read, what is refused ---------------------------------------------------- */

static void other_ways_to_say_it(void **state)
{
	static const struct {
		const char *said;
		const char *means;
	} same[] = {
		{ "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO" },
		{ "FREQ=DAILY;BYDAY=SA", "FREQ=WEEKLY;BYDAY=SA" },
		{ "freq=weekly", "FREQ=WEEKLY;BYDAY=MO;INTERVAL=1" },
		{ "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=2" },
		{ "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=-1MO" },
		{ "FREQ=MONTHLY;BYDAY=+1MO", "FREQ=MONTHLY;BYDAY=1MO" },
		{ "FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=-1" },
		{ "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1" },
		{ "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=2" },
		{ "FREQ=YEARLY;BYMONTH=6", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=2" },
		{ "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=30" },
		{ "FREQ=YEARLY;BYMONTHDAY=15", "FREQ=MONTHLY;BYMONTHDAY=15" },
		{ "FREQ=YEARLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1" },
		{ "FREQ=YEARLY;BYDAY=2MO", "FREQ=YEARLY;BYMONTH=1;BYDAY=2MO" },
		{ "FREQ=YEARLY;INTERVAL=3;BYDAY=-1SU", "FREQ=YEARLY;INTERVAL=3;BYMONTH=12;BYDAY=-1SU" },
		{ "FREQ=YEARLY;BYDAY=MO,WE", "FREQ=WEEKLY;BYDAY=MO,WE" },
		{ "FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1" },
		{ "FREQ=MONTHLY;BYMONTH=3;BYDAY=1TU", "FREQ=YEARLY;BYMONTH=3;BYDAY=1TU" },
		{ "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "FREQ=DAILY" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		struct recur a = parse(same[i].said), b = parse(same[i].means);

		if (!recur_same(&a, &b))
			fail_msg("%s is not %s", same[i].said, same[i].means);
	}
}

static void what_sharepoint_has_no_place_for(void **state)
{
	(void) state;
	refuse("FREQ=HOURLY", "FREQ=HOURLY");
	refuse("INTERVAL=2", "FREQ=");
	refuse("FREQ=DAILY;BYHOUR=10", "BYHOUR=10");
	refuse("FREQ=DAILY;BYMINUTE=0,30", "BYMINUTE=0,30");
	refuse("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO=20");
	refuse("FREQ=YEARLY;BYYEARDAY=1", "BYYEARDAY=1");
	refuse("FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=1", "BYMONTH=1,2");
	refuse("FREQ=YEARLY;BYMONTHDAY=1;INTERVAL=2", "BYMONTH");
	refuse("FREQ=YEARLY;BYMONTHDAY=28,29;BYSETPOS=-1", "BYMONTH");
	refuse("FREQ=YEARLY;BYMONTHDAY=1;BYDAY=1SU", "BYMONTHDAY=1");
	refuse("FREQ=YEARLY;BYDAY=MO;BYSETPOS=2", "BYMONTH");
	refuse("FREQ=YEARLY;BYDAY=MO;INTERVAL=2", "BYMONTH");
	refuse("FREQ=YEARLY;BYDAY=5MO", "BYDAY=5MO");
	refuse("FREQ=MONTHLY;INTERVAL=2;BYMONTH=3;BYMONTHDAY=1", "BYMONTH=3");
	refuse("FREQ=MONTHLY;BYMONTHDAY=1,15", "BYMONTHDAY=1,15");
	refuse("FREQ=MONTHLY;BYMONTHDAY=-2", "BYMONTHDAY=-2");
	refuse("FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1", "BYMONTHDAY=1");
	refuse("FREQ=MONTHLY;BYDAY=MO", "BYDAY=MO");
	refuse("FREQ=MONTHLY;BYDAY=1MO,3MO", "BYDAY=1MO,3MO");
	refuse("FREQ=MONTHLY;BYDAY=MO,2TU", "BYDAY=MO,2TU");
	refuse("FREQ=MONTHLY;BYDAY=5MO", "BYDAY=5MO");
	refuse("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1", "BYSETPOS=1,-1");
	refuse("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=5", "BYSETPOS=5");
	refuse("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO");
	refuse("FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO,TU", "BYSETPOS=1");
	refuse("FREQ=DAILY;INTERVAL=2;BYDAY=MO", "BYDAY=MO");
	refuse("FREQ=DAILY;INTERVAL=0", "INTERVAL=0");
	refuse("FREQ=DAILY;COUNT=3;UNTIL=20270101", "COUNT=3");
	refuse("FREQ=DAILY;UNTIL=2027", "UNTIL=2027");
	refuse("FREQ=DAILY;UNTIL=20270230", "UNTIL=20270230");
	refuse("FREQ=DAILY;RSCALE=HEBREW", "RSCALE=HEBREW");
	refuse("FREQ=DAILY;FREQ=WEEKLY", "FREQ");
	refuse("", "FREQ");
}

static void until_says_what_it_is(void **state)
{
	struct recur r = parse("FREQ=DAILY;UNTIL=20270102T030405Z");

	(void) state;
	assert_int_equal(r.until_as, RECUR_BEGINS_BY);
	assert_int_equal(r.until, 1798859045);
	r = parse("FREQ=DAILY;UNTIL=20270102T030405");
	assert_int_equal(r.until_as, RECUR_BEGINS_LOCAL);
	r = parse("FREQ=DAILY;UNTIL=20270102");
	assert_int_equal(r.until_as, RECUR_BEGINS_DATE);
	assert_int_equal(r.until % 86400, 0);
}

static void week_starts(void **state)
{
	const struct recur_from sunday = { .day = monday.day, .second = 0, .week_start = 6 };
	struct recur r;

	(void) state;
	assert_int_equal(recur_parse("FREQ=WEEKLY;BYDAY=MO", &sunday, &r, NULL), 0);
	assert_int_equal(r.week_start, 6);
	assert_int_equal(recur_parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", &sunday, &r, NULL), 0);
	assert_int_equal(r.week_start, 0);
	assert_int_equal(recur_parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=WE", &sunday, &r, NULL), 0);
	assert_int_equal(r.week_start, 2);
}

/* ---- expansion, against each day by itself ---------------------------------------------------- */

static int weekday(int64_t day)
{
	return (int) ((day + 3) % 7);
}

static int length_of(int y, int m)
{
	return (int) (clock_days(m == 12 ? y + 1 : y, m % 12 + 1, 1) - clock_days(y, m, 1));
}

/* Which of the month's days of these kinds this day is. */
static bool is_nth(const struct recur *r, int y, int m, int d)
{
	int before = 0, after = 0;

	for (int i = 1; i <= length_of(y, m); i++)
		if (r->days & 1u << weekday(clock_days(y, m, i))) {
			before += i < d;
			after += i > d;
		}
	return (r->days & 1u << weekday(clock_days(y, m, d))) && (r->nth < 0 ? !after : before == r->nth - 1);
}

static int64_t monday_of(const struct recur *r, int64_t day)
{
	return day - (weekday(day) - r->week_start + 7) % 7;
}

/* The definition of the patterns, day by day. */
static bool is_instance(const struct recur *r, int64_t start, int64_t day)
{
	int sy, sm, sd, y, m, d, months, clamped;

	clock_date(start, &sy, &sm, &sd);
	clock_date(day, &y, &m, &d);
	months = (y - sy) * 12 + m - sm;
	clamped = r->day < length_of(y, m) ? r->day : length_of(y, m);
	switch (r->pattern) {
	case RECUR_DAILY:
		return (day - start) % r->every == 0;
	case RECUR_WEEKDAYS:
		return weekday(day) < 5;
	case RECUR_WEEKLY:
		return (r->days & 1u << weekday(day)) && (monday_of(r, day) - monday_of(r, start)) / 7 % r->every == 0;
	case RECUR_MONTHLY:
		return months % r->every == 0 && d == clamped;
	case RECUR_MONTHLY_BY_DAY:
		return months % r->every == 0 && is_nth(r, y, m, d);
	case RECUR_YEARLY:
		return m == r->month && (y - sy) % r->every == 0 && d == clamped;
	case RECUR_YEARLY_BY_DAY:
		return m == r->month && (y - sy) % r->every == 0 && is_nth(r, y, m, d);
	case RECUR_PATTERN_COUNT:
		break;
	}
	return false;
}

static struct recur random_rule(void)
{
	static const int every[] = { 1, 1, 2, 3, 5 }, days[] = { 1, 5, 15, 28, 29, 30, 31 }, nth[] = { 1, 2, 3, 4, -1 };
	static const unsigned sets[] = { RECUR_ALL_DAYS, RECUR_WORKDAYS, RECUR_WEEKEND, 1, 2, 4, 8, 16, 32, 64, 5, 99 };
	struct recur r = {
		.pattern = (enum recur_pattern) pick(RECUR_PATTERN_COUNT),
		.every = every[pick(5)],
		.day = days[pick(7)],
		.nth = nth[pick(5)],
		.month = 1 + pick(12),
		.week_start = pick(7),
		.end = RECUR_COUNT,
		.count = 1 + pick(30),
	};

	r.days = r.pattern == RECUR_WEEKLY ? (unsigned) (1 + pick(127)) : sets[pick(12)];
	return r;
}

static void check_days(const struct recur *r, int64_t start)
{
	int64_t day = start, found = recur_first(r, start);

	for (int n = 0; n < INSTANCES; n++) {
		while (!is_instance(r, start, day)) {
			assert_false(recur_has(r, start, day));
			day++;
		}
		assert_int_equal(found, day);
		assert_true(recur_has(r, start, day));
		found = recur_next(r, start, found);
		day++;
	}
}

static void random_rules_expand_and_come_back(void **state)
{
	(void) state;
	srand(7);
	for (int i = 0; i < RULES; i++) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(1000), xml = BUF_INIT(1000);
		struct recur r = random_rule(), back;
		int64_t start = clock_days(2026, 1 + pick(12), 1 + pick(28)), first = recur_first(&r, start);
		const struct recur_from from = { .day = first, .second = 0 };

		check_days(&r, start);
		check_days(&r, first);
		recur_rule(&r, &text);
		assert_int_equal(recur_parse(buf_str(&text), &from, &back, NULL), 0);
		if (!recur_same(&r, &back))
			fail_msg("%s", buf_str(&text));
		check_days(&back, first);
		recur_write(&r, false, &xml);
		assert_int_equal(recur_read(buf_str(&xml), &back), 0);
		assert_true(recur_same(&r, &back));
		assert_int_equal(back.count, r.count);
		assert_int_equal(back.week_start, r.week_start);
	}
}

/* A rule that somebody made to keep us busy is expanded no slower than others. */
static void long_ways_are_short(void **state)
{
	struct recur r = parse("FREQ=WEEKLY;INTERVAL=9999;BYDAY=SU;WKST=TU");
	clock_t before = clock();

	(void) state;
	for (int64_t day = recur_first(&r, 0); day != RECUR_NEVER; day = recur_next(&r, 0, day))
		assert_true(recur_has(&r, 0, day));
	r = parse("FREQ=YEARLY;INTERVAL=9999;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1");
	assert_int_equal(recur_next(&r, 0, recur_first(&r, 0)), RECUR_NEVER);
	assert_int_equal(recur_first(&r, clock_days(-4, 1, 1)), RECUR_NEVER);
	assert_int_equal(recur_next(&r, 0, RECUR_NEVER - 1), RECUR_NEVER);
	assert_true(clock() - before < CLOCKS_PER_SEC);
}

static void each_weekday_is_its_bit(void **state)
{
	(void) state;
	for (int i = 0; i < 7; i++) {
		char repeat[64];
		struct recur r;

		snprintf(repeat, sizeof(repeat), "<weekly %s=\"TRUE\"/>", weekdays[i]);
		r = read_xml(repeat);
		assert_int_equal(r.days, 1u << i);
		assert_int_equal(recur_first(&r, monday.day), monday.day + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pattern_both_ways),
		cmocka_unit_test(xml_is_read_as_xml),
		cmocka_unit_test(what_is_no_recurrence),
		cmocka_unit_test(ends_are_written),
		cmocka_unit_test(other_ways_to_say_it),
		cmocka_unit_test(what_sharepoint_has_no_place_for),
		cmocka_unit_test(until_says_what_it_is),
		cmocka_unit_test(week_starts),
		cmocka_unit_test(random_rules_expand_and_come_back),
		cmocka_unit_test(long_ways_are_short),
		cmocka_unit_test(each_weekday_is_its_bit),
	};

	return cmocka_run_group_tests_name("recurrence", tests, NULL, NULL);
}
