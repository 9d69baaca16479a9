/* RRULE, written (RFC 5545, 3.3.10). */
#include "base/buf.h"
#include "recur.h"

enum { WEEK = 7, FEBRUARY = 2 };

static const char *const weekdays[WEEK] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

static void add_days(unsigned days, struct buf *out)
{
	const char *before = "";

	for (int i = 0; i < WEEK; i++)
		if (days & 1u << i) {
			buf_addf(out, "%s%s", before, weekdays[i]);
			before = ",";
		}
}

static void add_head(const char *freq, int every, struct buf *out)
{
	buf_addf(out, "FREQ=%s", freq);
	if (every > 1)
		buf_addf(out, ";INTERVAL=%d", every);
}

/* The day of the month; where the month may be shorter, the last of those it has. */
static void add_month_day(int day, bool may_lack, struct buf *out)
{
	if (!may_lack || day <= 28) {
		buf_addf(out, ";BYMONTHDAY=%d", day);
	} else if (day == 31) {
		buf_adds(out, ";BYMONTHDAY=-1");
	} else {
		buf_adds(out, ";BYMONTHDAY=28");
		for (int d = 29; d <= day; d++)
			buf_addf(out, ",%d", d);
		buf_adds(out, ";BYSETPOS=-1");
	}
}

static void add_nth(const struct recur *r, struct buf *out)
{
	if (r->days == RECUR_ALL_DAYS) {
		buf_addf(out, ";BYMONTHDAY=%d", r->nth);
	} else if (!(r->days & (r->days - 1))) { /* one day */
		buf_addf(out, ";BYDAY=%d", r->nth);
		add_days(r->days, out);
	} else {
		buf_adds(out, ";BYDAY=");
		add_days(r->days, out);
		buf_addf(out, ";BYSETPOS=%d", r->nth);
	}
}

static void add_weekly(const struct recur *r, struct buf *out)
{
	add_head("WEEKLY", r->every, out);
	if (r->days) {
		buf_adds(out, ";BYDAY=");
		add_days(r->days, out);
	}
	if (r->every > 1 && r->week_start > 0)
		buf_addf(out, ";WKST=%s", weekdays[r->week_start]);
}

static void add_yearly(const struct recur *r, struct buf *out)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int day = r->day < lengths[r->month - 1] ? r->day : lengths[r->month - 1];

	add_head("YEARLY", r->every, out);
	buf_addf(out, ";BYMONTH=%d", r->month);
	if (r->pattern == RECUR_YEARLY_BY_DAY)
		add_nth(r, out);
	else
		add_month_day(day, r->month == FEBRUARY, out);
}

void recur_rule(const struct recur *r, struct buf *out)
{
	switch (r->pattern) {
	case RECUR_DAILY:
		add_head("DAILY", r->every, out);
		return;
	case RECUR_WEEKDAYS:
		buf_adds(out, "FREQ=WEEKLY;BYDAY=");
		add_days(RECUR_WORKDAYS, out);
		return;
	case RECUR_WEEKLY:
		add_weekly(r, out);
		return;
	case RECUR_MONTHLY:
		add_head("MONTHLY", r->every, out);
		add_month_day(r->day, true, out);
		return;
	case RECUR_MONTHLY_BY_DAY:
		add_head("MONTHLY", r->every, out);
		add_nth(r, out);
		return;
	case RECUR_YEARLY:
	case RECUR_YEARLY_BY_DAY:
		add_yearly(r, out);
		return;
	case RECUR_PATTERN_COUNT:
		return;
	}
}
