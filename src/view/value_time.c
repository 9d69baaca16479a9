/*
 * Points in time. On the wire an instant in UTC; for people the wall clock of
 * the process's zone with its offset, so that the hour that a clock change
 * repeats reads back. A DateOnly is an instant as well: midnight in the site's
 * zone, of which only the standard offset is known. Half a day is added before
 * the date is read off, which absorbs the hour of daylight saving.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "value.h"

enum { HALF_A_DAY = 12 * 3600, DATE_LEN = 10 };

/* ---- showing -------------------------------------------------------------------- */

static int show_date(const struct list *l, const char *wire, int64_t seconds, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	if (strlen(wire) > DATE_LEN)
		seconds += HALF_A_DAY - (int64_t) l->bias * 60;
	clock_format_iso(seconds, iso);
	return buf_add(out, iso, DATE_LEN);
}

static int show_instant(int64_t seconds, struct buf *out)
{
	time_t t = (time_t) seconds;
	char text[CLOCK_DIGITS];
	struct tm tm;
	long offset;

	/* Offsets of before standard time have seconds, which no reader of RFC 3339 takes;
	 * nor does one take a year of five digits, which only the zone would make. */
	if (!localtime_r(&t, &tm) || tm.tm_gmtoff % 60 || tm.tm_year + 1900 < 0 || tm.tm_year + 1900 > 9999)
		gmtime_r(&t, &tm);
	offset = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff;
	clock_format_digits((const int[6]) { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec },
			    "-- ::", text);
	buf_adds(out, text);
	return buf_addf(out, "%c%02ld:%02ld", tm.tm_gmtoff < 0 ? '-' : '+', offset / 3600, offset / 60 % 60);
}

int time_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	int64_t seconds;

	if (clock_parse_iso(wire, &seconds) < 0)
		return buf_adds(out, wire);
	if (f->flags & FIELD_DATEONLY)
		return show_date(l, wire, seconds, out);
	return show_instant(seconds, out);
}

/* ---- reading -------------------------------------------------------------------- */

struct written {
	int year, month, day, hour, minute, second;
	bool has_zone;
	int offset; /* minutes east */
};

/* Takes n digits off *p. */
static bool take_digits(const char **p, int n, int *ret)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if ((*p)[i] < '0' || (*p)[i] > '9')
			return false;
		v = v * 10 + (*p)[i] - '0';
	}
	*p += n;
	*ret = v;
	return true;
}

/* Takes one character off *p if it is `c`. */
static bool take(const char **p, char c)
{
	bool is = **p == c;

	*p += is;
	return is;
}

static bool take_zone(const char **p, struct written *w)
{
	int sign, hours, minutes;

	take(p, ' ');
	if (!**p)
		return true;
	w->has_zone = true;
	if (take(p, 'Z'))
		return true;
	sign = take(p, '-') ? -1 : take(p, '+') ? 1 : 0;
	if (!sign || !take_digits(p, 2, &hours))
		return false;
	take(p, ':');
	if (!take_digits(p, 2, &minutes))
		return false;
	w->offset = sign * (hours * 60 + minutes);
	return hours < 24 && minutes < 60;
}

static bool take_clock(const char **p, struct written *w)
{
	if (!take(p, 'T') && !take(p, ' '))
		return false;
	if (!take_digits(p, 2, &w->hour) || !take(p, ':') || !take_digits(p, 2, &w->minute))
		return false;
	if (take(p, ':') && !take_digits(p, 2, &w->second))
		return false;
	return w->hour < 24 && w->minute < 60 && w->second < 60 && take_zone(p, w);
}

static bool read_written(const char *s, struct written *ret)
{
	struct written w = { 0 };

	if (!take_digits(&s, 4, &w.year) || !take(&s, '-') || !take_digits(&s, 2, &w.month) ||
	    !take(&s, '-') || !take_digits(&s, 2, &w.day))
		return false;
	if (*s && (!take_clock(&s, &w) || *s))
		return false;
	*ret = w;
	return true;
}

static bool day_exists(const struct written *w)
{
	int y, m, d;

	if (w->month < 1 || w->month > 12 || w->day < 1)
		return false;
	clock_date(clock_days(w->year, w->month, w->day), &y, &m, &d);
	return y == w->year && m == w->month && d == w->day;
}

static int64_t instant_of(const struct written *w)
{
	struct tm tm = {
		.tm_year = w->year - 1900, .tm_mon = w->month - 1, .tm_mday = w->day,
		.tm_hour = w->hour, .tm_min = w->minute, .tm_sec = w->second, .tm_isdst = -1,
	};

	if (!w->has_zone)
		return mktime(&tm);
	return clock_days(w->year, w->month, w->day) * 86400 + w->hour * 3600 + w->minute * 60 + w->second -
	       (int64_t) w->offset * 60;
}

int time_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	bool date_only = from->field->flags & FIELD_DATEONLY;
	char iso[CLOCK_ISO_SIZE];
	struct written w;
	int64_t seconds;

	if (!read_written(text, &w))
		return err_set(err, -EINVAL, "expected YYYY-MM-DD%s", date_only ? "" : " or YYYY-MM-DD HH:MM[:SS][+hh:mm]");
	if (!day_exists(&w))
		return err_set(err, -EINVAL, "there is no such day");
	if (date_only)
		seconds = clock_days(w.year, w.month, w.day) * 86400 + (int64_t) from->list->bias * 60;
	else
		seconds = instant_of(&w);
	clock_format_iso(seconds, iso);
	return buf_adds(out, iso);
}
