#include "recur.h"

#include <stddef.h>

#include "base/clock.h"

enum { FIRST_YEAR = 0, LAST_YEAR = 9999 }; /* dates have four digits */

static int weekday(int64_t day)
{
	return (int) (((day + 3) % 7 + 7) % 7);
}

static int month_length(int64_t year, int month)
{
	int64_t next = month == 12 ? clock_days((int) year + 1, 1, 1) : clock_days((int) year, month + 1, 1);

	return (int) (next - clock_days((int) year, month, 1));
}

static int64_t round_up(int64_t n, int64_t step)
{
	return (n + step - 1) / step * step;
}

/* ---- days and weeks ----------------------------------------------------------------- */

static int64_t next_workday(int64_t day)
{
	while (weekday(day) > 4)
		day++;
	return day;
}

static int64_t week_of(const struct recur *r, int64_t day)
{
	return day - (weekday(day) - r->week_start + 7) % 7;
}

/* The first on or after `day` that is in one of the weeks and of the days. */
static int64_t next_in_weeks(const struct recur *r, int64_t start, int64_t day)
{
	unsigned days = r->days ? r->days : 1u << weekday(start);

	for (;; day++) {
		int64_t week = week_of(r, day), over = (week - week_of(r, start)) / 7 % r->every;

		if (over)
			day = week + 7 * (r->every - over);
		if (days & 1u << weekday(day))
			return day;
	}
}

/* ---- months and years ------------------------------------------------------------------ */

/* The nth of the days in the month, or its last. */
static int nth_day(const struct recur *r, int first_weekday, int length)
{
	int step = r->nth < 0 ? -1 : 1, left = r->nth < 0 ? 1 : r->nth;

	for (int day = step < 0 ? length : 1; day >= 1 && day <= length; day += step)
		if (r->days & 1u << (first_weekday + day - 1) % 7 && --left == 0)
			return day;
	return length;
}

/* The day of the pattern in a month that has one. */
static int64_t day_in_month(const struct recur *r, int64_t year, int month)
{
	int64_t first = clock_days((int) year, month, 1);
	int length = month_length(year, month), day = r->day < length ? r->day : length;

	if (r->pattern == RECUR_MONTHLY_BY_DAY || r->pattern == RECUR_YEARLY_BY_DAY)
		day = nth_day(r, weekday(first), length);
	return first + day - 1;
}

static bool is_yearly(const struct recur *r)
{
	return r->pattern == RECUR_YEARLY || r->pattern == RECUR_YEARLY_BY_DAY;
}

/* The first on or after `day` in the months of the pattern. Months are numbered through, from January of the year 0. */
static int64_t next_in_months(const struct recur *r, int64_t start, int64_t day)
{
	int64_t step = is_yearly(r) ? 12 * r->every : r->every, origin, month;
	int y, m, d;

	clock_date(start, &y, &m, &d);
	origin = (int64_t) y * 12 + (is_yearly(r) ? r->month : m) - 1;
	clock_date(day, &y, &m, &d);
	month = (int64_t) y * 12 + m - 1;
	month = month <= origin ? origin : origin + round_up(month - origin, step);
	for (; month / 12 <= LAST_YEAR; month += step) {
		int64_t found = day_in_month(r, month / 12, (int) (month % 12) + 1);

		if (found >= day)
			return found;
	}
	return RECUR_NEVER;
}

/* ---- all patterns ------------------------------------------------------------------------ */

/* The first instance on or after `day`, which is not before `start`. */
static int64_t next_from(const struct recur *r, int64_t start, int64_t day)
{
	switch (r->pattern) {
	case RECUR_DAILY:
		return start + round_up(day - start, r->every);
	case RECUR_WEEKDAYS:
		return next_workday(day);
	case RECUR_WEEKLY:
		return next_in_weeks(r, start, day);
	case RECUR_MONTHLY:
	case RECUR_MONTHLY_BY_DAY:
	case RECUR_YEARLY:
	case RECUR_YEARLY_BY_DAY:
	case RECUR_PATTERN_COUNT:
		break;
	}
	return next_in_months(r, start, day);
}

static int64_t find(const struct recur *r, int64_t start, int64_t day)
{
	int64_t last = clock_days(LAST_YEAR, 12, 31), found;

	if (start < clock_days(FIRST_YEAR, 1, 1) || day > last)
		return RECUR_NEVER;
	found = next_from(r, start, day);
	return found <= last ? found : RECUR_NEVER;
}

int64_t recur_first(const struct recur *r, int64_t start)
{
	return find(r, start, start);
}

int64_t recur_next(const struct recur *r, int64_t start, int64_t day)
{
	return find(r, start, day + 1);
}

bool recur_has(const struct recur *r, int64_t start, int64_t day)
{
	return day >= start && day != RECUR_NEVER && find(r, start, day) == day;
}

/* ---- comparing ------------------------------------------------------------------------------ */

/* The longest that the month can be. */
static int longest(int month)
{
	return month_length(2000, month);
}

/* One of several ways to say the same. */
static struct recur simplest(struct recur r)
{
	if (r.pattern == RECUR_WEEKLY && r.days == RECUR_WORKDAYS && r.every == 1)
		r.pattern = RECUR_WEEKDAYS;
	if ((r.pattern == RECUR_MONTHLY_BY_DAY || r.pattern == RECUR_YEARLY_BY_DAY) && r.days == RECUR_ALL_DAYS) {
		r.pattern = r.pattern == RECUR_MONTHLY_BY_DAY ? RECUR_MONTHLY : RECUR_YEARLY;
		r.day = r.nth < 0 ? 31 : r.nth;
	}
	if (r.pattern == RECUR_YEARLY && r.day > longest(r.month))
		r.day = longest(r.month);
	if (r.pattern != RECUR_WEEKLY || r.every == 1)
		r.week_start = 0;
	return r;
}

bool recur_same(const struct recur *a, const struct recur *b)
{
	struct recur x = simplest(*a), y = simplest(*b);
	bool by_day = x.pattern == RECUR_MONTHLY_BY_DAY || x.pattern == RECUR_YEARLY_BY_DAY;

	if (x.pattern != y.pattern)
		return false;
	if (x.pattern == RECUR_WEEKDAYS)
		return true;
	if (x.every != y.every || x.week_start != y.week_start)
		return false;
	if (is_yearly(&x) && x.month != y.month)
		return false;
	if (by_day)
		return x.days == y.days && x.nth == y.nth;
	if (x.pattern == RECUR_WEEKLY)
		return x.days == y.days;
	return x.pattern == RECUR_DAILY || x.day == y.day;
}
