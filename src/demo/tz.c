#include "tz.h"

#include "base/clock.h"

/* 01:00 UTC of the last Sunday of a month with 31 days. */
static int64_t last_sunday(int year, int month)
{
	int64_t day = clock_days(year, month, 31);

	/* 1970-01-04 was a Sunday */
	return (day - (((day - 3) % 7) + 7) % 7) * 86400 + 3600;
}

int64_t tz_local(int64_t utc)
{
	int64_t days = (utc >= 0 ? utc : utc - 86399) / 86400;
	int64_t standard = utc - TZ_BIAS_MINUTES * 60;
	int year, month, day;

	clock_date(days, &year, &month, &day);
	if (utc >= last_sunday(year, 3) && utc < last_sunday(year, 10))
		return standard + 3600;
	return standard;
}

int64_t tz_utc(int64_t local)
{
	int64_t summer = local + TZ_BIAS_MINUTES * 60 - 3600;

	return tz_local(summer) == local ? summer : summer + 3600;
}
