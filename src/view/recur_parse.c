/*
 * RRULE, read (RFC 5545, 3.3.10). A rule has many more forms than SharePoint has
 * patterns; each part that would make instances which no pattern has is refused
 * by name, so that nothing is ever stored that repeats otherwise than was asked.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/str.h"
#include "recur.h"

enum { WEEK = 7, MAX_PART = 128, MAX_DAYS = 31 };

enum part { FREQ, INTERVAL, COUNT, UNTIL, WKST, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, BYHOUR, BYMINUTE, BYSECOND, PARTS };

static const char *const part_names[PARTS] = { "FREQ",       "INTERVAL", "COUNT",    "UNTIL",  "WKST",     "BYDAY",
					       "BYMONTHDAY", "BYMONTH",  "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND" };

struct parsing {
	const struct recur_from *from;
	char part[PARTS][MAX_PART]; /* "" for none */
	unsigned days;         /* BYDAY */
	int ordinal;           /* of its one day; 0 for none */
	int month_day[MAX_DAYS];
	int n_month_day;
	int month;             /* BYMONTH; 0 for none */
	int pos;               /* BYSETPOS; 0 for none */
	struct err *err;
};

static int refuse(const struct parsing *p, enum part part, const char *why)
{
	return err_set(p->err, -EINVAL, "RRULE: %s=%s: %s", part_names[part], p->part[part], why);
}

static bool has(const struct parsing *p, enum part part)
{
	return p->part[part][0] != '\0';
}

/* ---- parts ------------------------------------------------------------------------------ */

static int take_part(struct parsing *p, const char *s, size_t n)
{
	const char *equals = memchr(s, '=', n);
	size_t name = equals ? (size_t) (equals - s) : n, len = equals ? n - name - 1 : 0;
	int i = 0;

	while (i < PARTS && !(strlen(part_names[i]) == name && strncasecmp(part_names[i], s, name) == 0))
		i++;
	if (i == PARTS)
		return err_set(p->err, -EINVAL, "RRULE: %.*s: SharePoint has no such series", (int) (n < 60 ? n : 60), s);
	if (!len || (len >= MAX_PART && !PLANTED("rule_overflow")) || has(p, (enum part) i))
		return err_set(p->err, -EINVAL, "RRULE: %s: expected one value", part_names[i]);
	for (size_t k = 0; k < len; k++) {
		char c = equals[1 + k];

		p->part[i][k] = c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
	}
	return 0;
}

static int take_parts(struct parsing *p, const char *rule)
{
	int r = 0;

	for (; *rule && r == 0; rule += *rule == ';') {
		size_t n = strcspn(rule, ";");

		if (n)
			r = take_part(p, rule, n);
		rule += n;
	}
	return r;
}

static int read_int(const struct parsing *p, enum part part, int min, int max, int *ret)
{
	int64_t n;

	if (!has(p, part))
		return 0;
	if (str_to_i64(p->part[part], &n) < 0 || n < min || n > max)
		return refuse(p, part, "SharePoint repeats by one number here, and not by this one");
	*ret = (int) n;
	return 0;
}

static int find_weekday(const char *s)
{
	static const char *const names[WEEK] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

	for (int i = 0; i < WEEK; i++)
		if (strncmp(s, names[i], 2) == 0)
			return i;
	return -1;
}

/* "MO,TU" or "-1FR". */
static int read_days(struct parsing *p)
{
	const char *s = p->part[BYDAY];
	int n = 0;

	for (; *s; n++) {
		size_t digits = strspn(s, "+-0123456789");
		int day = find_weekday(s + digits);

		if (day < 0 || digits > 3 || !strchr(",", s[digits + 2]))
			return refuse(p, BYDAY, "expected days like MO,TU or -1FR");
		if (digits)
			p->ordinal = (int) strtol(s, NULL, 10);
		if (digits && (!p->ordinal || (*s != '-' && strchr(s, '-'))))
			return refuse(p, BYDAY, "expected days like MO,TU or -1FR");
		p->days |= 1u << day;
		s += digits + 2;
		s += *s == ',';
		if (p->ordinal && (n || *s))
			return refuse(p, BYDAY, "SharePoint repeats on one such day of a month, not on several");
	}
	if (p->ordinal > 4 || p->ordinal < -1)
		return refuse(p, BYDAY, "SharePoint knows the first to the fourth and the last (-1)");
	return 0;
}

static int read_month_days(struct parsing *p)
{
	const char *s = p->part[BYMONTHDAY];

	while (*s) {
		char *end;
		long n = strtol(s, &end, 10);

		if (end == s || !strchr(",", *end) || n < -31 || n > 31 || !n || p->n_month_day == MAX_DAYS)
			return refuse(p, BYMONTHDAY, "expected days of a month");
		p->month_day[p->n_month_day++] = (int) n;
		s = end + (*end == ',');
	}
	return 0;
}

/* BYHOUR and the like say what DTSTART says, or nothing that SharePoint has. */
static int check_clock(const struct parsing *p)
{
	int second = p->from->second < 0 ? 0 : p->from->second;
	const int is[] = { second / 3600, second / 60 % 60, second % 60 };

	for (int i = 0; i < 3; i++) {
		enum part part = (enum part) (BYHOUR + i);
		int n = is[i];

		if (read_int(p, part, 0, 60, &n) < 0 || n != is[i])
			return refuse(p, part, "in SharePoint each instance begins at the time of DTSTART");
	}
	return 0;
}

static int read_parts(struct parsing *p)
{
	int r = read_days(p);

	if (r == 0)
		r = read_month_days(p);
	if (r == 0 && strchr(p->part[BYMONTH], ','))
		r = refuse(p, BYMONTH, "SharePoint repeats in one month of a year, not in several");
	if (r == 0)
		r = read_int(p, BYMONTH, 1, 12, &p->month);
	if (r == 0 && strchr(p->part[BYSETPOS], ','))
		r = refuse(p, BYSETPOS, "SharePoint repeats on one day of a month, not on several");
	if (r == 0)
		r = read_int(p, BYSETPOS, -1, 4, &p->pos);
	return r < 0 ? r : check_clock(p);
}

/* ---- where it ends ------------------------------------------------------------------------ */

/* "20261130" or "20261130T090000[Z]". */
static int read_until(const struct parsing *p, struct recur *r)
{
	const char *s = p->part[UNTIL];
	size_t n = strlen(s);
	char iso[CLOCK_ISO_SIZE];

	r->end = RECUR_UNTIL;
	r->until_as = n == 8 ? RECUR_BEGINS_DATE : n == 16 ? RECUR_BEGINS_BY : RECUR_BEGINS_LOCAL;
	if (n == 8)
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2s", s, s + 4, s + 6);
	else
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%.8s", s, s + 4, s + 6, s + 9, s + 11, s + 13,
			 s + 15);
	if ((n != 8 && n != 15 && n != 16) || strspn(s, "0123456789") != 8 || (n > 8 && s[8] != 'T') ||
	    (n == 16 && s[15] != 'Z') || clock_parse_iso(iso, &r->until) < 0)
		return refuse(p, UNTIL, "expected YYYYMMDD or YYYYMMDDTHHMMSSZ");
	return 0;
}

static int read_end(const struct parsing *p, struct recur *r)
{
	if (has(p, COUNT) && has(p, UNTIL))
		return refuse(p, COUNT, "a series ends by COUNT or by UNTIL, not by both");
	if (has(p, UNTIL))
		return read_until(p, r);
	if (has(p, COUNT))
		r->end = RECUR_COUNT;
	return read_int(p, COUNT, 1, RECUR_MAX_COUNT, &r->count);
}

/* ---- patterns ------------------------------------------------------------------------------ */

/* What a frequency has no use for would leave out instances. */
static int refuse_any(const struct parsing *p, const enum part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has(p, parts[i]))
			return refuse(p, parts[i], "SharePoint has no such series");
	return 0;
}

static int weekly(const struct parsing *p, struct recur *r)
{
	static const enum part none[] = { BYMONTHDAY, BYMONTH, BYSETPOS };
	unsigned start = 1u << ((p->from->day + 3) % 7 + 7) % 7;

	if (p->ordinal)
		return refuse(p, BYDAY, "a week has each day once");
	r->pattern = RECUR_WEEKLY;
	r->days = p->days ? p->days : start;
	if (r->every == 1 && r->days == RECUR_WORKDAYS)
		r->pattern = RECUR_WEEKDAYS;
	return refuse_any(p, none, sizeof(none) / sizeof(*none));
}

static int daily(const struct parsing *p, struct recur *r)
{
	static const enum part none[] = { BYMONTHDAY, BYMONTH, BYSETPOS };

	r->pattern = RECUR_DAILY;
	if (!p->days)
		return refuse_any(p, none, sizeof(none) / sizeof(*none));
	if (r->every > 1)
		return refuse(p, BYDAY, "SharePoint has this for every day only, not with INTERVAL");
	return weekly(p, r);
}

/* "28,29,30" with BYSETPOS=-1 is the 30th or the last day; 0: the list is something else. */
static int last_of_list(const struct parsing *p)
{
	for (int i = 0; i < p->n_month_day; i++)
		if (p->month_day[i] != 28 + i)
			return 0;
	return p->pos == -1 ? 27 + p->n_month_day : 0;
}

static int by_month_day(const struct parsing *p, struct recur *r)
{
	int one = p->month_day[0];

	if (p->days)
		return refuse(p, BYMONTHDAY, "SharePoint repeats by day of the week or by day of the month, not by both");
	r->day = p->n_month_day > 1 || p->pos ? last_of_list(p) : one == -1 ? 31 : one;
	if (r->day < 1)
		return refuse(p, BYMONTHDAY, "SharePoint repeats on one day of a month, or on its last (-1)");
	return 0;
}

static int by_week_day(const struct parsing *p, struct recur *r)
{
	if (p->ordinal && p->pos)
		return refuse(p, BYSETPOS, "the day in BYDAY has a number already");
	if (!p->ordinal && !p->pos)
		return refuse(p, BYDAY, "SharePoint repeats on one day of a month; say which, as 1MO or with BYSETPOS");
	r->pattern = r->pattern == RECUR_YEARLY ? RECUR_YEARLY_BY_DAY : RECUR_MONTHLY_BY_DAY;
	r->days = p->days;
	r->nth = p->ordinal ? p->ordinal : p->pos;
	return 0;
}

static int in_month(const struct parsing *p, struct recur *r)
{
	int y, m;

	if (p->n_month_day)
		return by_month_day(p, r);
	if (p->days)
		return by_week_day(p, r);
	if (p->pos)
		return refuse(p, BYSETPOS, "there is nothing to choose from");
	clock_date(p->from->day, &y, &m, &r->day);
	return 0;
}

/* One month of each year: that is a yearly series. */
static int monthly(const struct parsing *p, struct recur *r)
{
	r->pattern = p->month ? RECUR_YEARLY : RECUR_MONTHLY;
	r->month = p->month;
	if (p->month && r->every > 1)
		return refuse(p, BYMONTH, "in SharePoint a monthly series has all months; use FREQ=YEARLY");
	return in_month(p, r);
}

/*
 * RFC 5545 counts days through the year where no month is named: the first to the fourth Monday are in January and the
 * last is in December, a day of the month is in every month, and each Monday is a weekly series.
 */
static int in_any_month(const struct parsing *p, struct recur *r)
{
	static const char why[] = "without BYMONTH this is in every month or counted through the year; add BYMONTH";

	if (!p->pos && p->ordinal && !p->n_month_day) {
		r->month = p->ordinal < 0 ? 12 : 1;
		return in_month(p, r);
	}
	if (p->pos || r->every > 1 || p->n_month_day > 1)
		return refuse(p, FREQ, why);
	return p->n_month_day ? monthly(p, r) : weekly(p, r);
}

static int yearly(const struct parsing *p, struct recur *r)
{
	int y, d;

	r->pattern = RECUR_YEARLY;
	r->month = p->month;
	if (!r->month && (p->days || p->n_month_day))
		return in_any_month(p, r);
	if (!r->month)
		clock_date(p->from->day, &y, &r->month, &d);
	return in_month(p, r);
}

static int read_pattern(const struct parsing *p, struct recur *r)
{
	static const struct {
		const char *freq;
		int (*read)(const struct parsing *p, struct recur *r);
	} patterns[] = { { "DAILY", daily }, { "WEEKLY", weekly }, { "MONTHLY", monthly }, { "YEARLY", yearly } };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (str_eq(p->part[FREQ], patterns[i].freq))
			return patterns[i].read(p, r);
	return refuse(p, FREQ, "SharePoint repeats DAILY, WEEKLY, MONTHLY or YEARLY");
}

/* RFC 5545's weeks begin on Monday where they matter; elsewhere the day is kept as it was. */
static int read_week_start(const struct parsing *p, struct recur *r)
{
	bool matters = r->pattern == RECUR_WEEKLY && r->every > 1;
	int day = has(p, WKST) ? find_weekday(p->part[WKST]) : matters ? 0 : p->from->week_start;

	if (day < 0)
		return refuse(p, WKST, "expected a day like MO");
	r->week_start = day;
	return 0;
}

int recur_parse(const char *rule, const struct recur_from *from, struct recur *ret, struct err *err)
{
	struct recur r = { .every = 1, .week_start = from->week_start };
	struct parsing p = { .from = from, .err = err };
	int error = take_parts(&p, rule);

	if (error == 0)
		error = read_parts(&p);
	if (error == 0)
		error = read_int(&p, INTERVAL, 1, RECUR_MAX_EVERY, &r.every);
	if (error == 0)
		error = read_end(&p, &r);
	if (error == 0)
		error = read_pattern(&p, &r);
	if (error == 0)
		error = read_week_start(&p, &r);
	if (error == 0)
		*ret = r;
	return error;
}
