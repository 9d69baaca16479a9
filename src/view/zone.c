#include "zone.h"

#include "base/clock.h"

enum { MINUTE = 60, DAY = 86400 };

static int weekday_of(int64_t day)
{
	return (int) (((day + 3) % 7 + 7) % 7);
}

int64_t zone_change_day(const struct zone_change *c, int year)
{
	int64_t first = clock_days(year, c->month, 1);
	int64_t end = c->month == 12 ? clock_days(year + 1, 1, 1) : clock_days(year, c->month + 1, 1);
	int64_t day;

	if (c->month_day)
		return first + c->month_day <= end ? first + c->month_day - 1 : end - 1;
	if (c->nth < 0)
		return end - 1 - (weekday_of(end - 1) - c->weekday + 7) % 7;
	day = first + (c->weekday - weekday_of(first) + 7) % 7;
	return day + 7 * (c->nth - 1);
}

/* The moment of the change in UTC, on a clock that is `bias` minutes behind it. */
static int64_t change_at(const struct zone_change *c, int year, int bias)
{
	return zone_change_day(c, year) * DAY + c->second + (int64_t) bias * MINUTE;
}

static bool is_summer(const struct zone_rule *z, int64_t utc)
{
	int64_t local = utc - (int64_t) z->bias * MINUTE, begin, end;
	int y, m, d;

	if (!z->summer)
		return false;
	clock_date((local >= 0 ? local : local - DAY + 1) / DAY, &y, &m, &d);
	begin = change_at(&z->to_summer, y, z->bias);
	end = change_at(&z->to_standard, y, z->bias + z->summer);
	return begin < end ? begin <= utc && utc < end : utc < end || begin <= utc;
}

int64_t zone_rule_local(const struct zone_rule *z, int64_t utc)
{
	return utc - (int64_t) (z->bias + (is_summer(z, utc) ? z->summer : 0)) * MINUTE;
}

int64_t zone_rule_utc(const struct zone_rule *z, int64_t local)
{
	int64_t utc = local + (int64_t) (z->bias + z->summer) * MINUTE;

	return is_summer(z, utc) ? utc : local + (int64_t) z->bias * MINUTE;
}

void zone_turn(struct zone_rule *z)
{
	struct zone_change c = z->to_standard;

	if (z->summer <= 0)
		return;
	z->to_standard = z->to_summer;
	z->to_summer = c;
	z->bias += z->summer;
	z->summer = -z->summer;
}

static bool same_change(const struct zone_change *a, const struct zone_change *b)
{
	if (a->month != b->month || a->month_day != b->month_day || a->second != b->second)
		return false;
	return a->month_day || (a->weekday == b->weekday && a->nth == b->nth);
}

bool zone_same(const struct zone_rule *a, const struct zone_rule *b)
{
	if (a->bias != b->bias || a->summer != b->summer)
		return false;
	return !a->summer || (same_change(&a->to_standard, &b->to_standard) && same_change(&a->to_summer, &b->to_summer));
}
