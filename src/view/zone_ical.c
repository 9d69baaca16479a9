/* VTIMEZONE, RFC 5545 3.6.5. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "zone.h"

enum { WEEK = 7, FIRST_YEAR = 1970, MINUTE = 60, MAX_MINUTES = 24 * 60 };

static const char *const weekdays[WEEK] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

/* ---- writing -------------------------------------------------------------------------- */

static void write_offset(const char *name, int bias, struct buf *out)
{
	int minutes = abs(bias);

	buf_addf(out, "%s:%c%02d%02d\n", name, bias > 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void write_part(const char *name, const struct zone_change *c, int from, int to, struct buf *out)
{
	int y = FIRST_YEAR, m = 1, d = 1, s = 0;

	if (c) {
		clock_date(zone_change_day(c, FIRST_YEAR), &y, &m, &d);
		s = c->second;
	}
	buf_addf(out, "BEGIN:%s\nDTSTART:%04d%02d%02dT%02d%02d%02d\n", name, y, m, d, s / 3600, s / 60 % 60, s % 60);
	if (c && c->month_day)
		buf_addf(out, "RRULE:FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=%d\n", c->month, c->month_day);
	else if (c)
		buf_addf(out, "RRULE:FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s\n", c->month, c->nth, weekdays[c->weekday]);
	write_offset("TZOFFSETFROM", from, out);
	write_offset("TZOFFSETTO", to, out);
	buf_addf(out, "END:%s\n", name);
}

void zone_write_ical(const char *tzid, const struct zone_rule *z, struct buf *out)
{
	buf_adds(out, "BEGIN:VTIMEZONE\n");
	line_write("TZID", tzid, out);
	write_part("STANDARD", z->summer ? &z->to_standard : NULL, z->bias + z->summer, z->bias, out);
	if (z->summer)
		write_part("DAYLIGHT", &z->to_summer, z->bias, z->bias + z->summer, out);
	buf_adds(out, "END:VTIMEZONE\n");
}

/* ---- reading ---------------------------------------------------------------------------- */

/* A STANDARD or DAYLIGHT: what it changes to, and when. */
struct part {
	const char *start; /* DTSTART's value; NULL: there is no such part */
	int bias;
	struct zone_change change;
};

static int read_offset(const struct lines *l, size_t comp, int *ret)
{
	const struct line *line = lines_find(l, comp, "TZOFFSETTO", NULL);
	const char *s = line ? line->value : "";
	int hours, minutes;

	if ((*s != '+' && *s != '-') || sscanf(s + 1, "%2d%2d", &hours, &minutes) != 2 || hours < 0 || minutes < 0)
		return -EINVAL;
	minutes += hours * 60;
	*ret = *s == '+' ? -minutes : minutes;
	return minutes < MAX_MINUTES ? 0 : -EINVAL;
}

/* "19701025T030000" */
static int read_start(const char *s, struct zone_change *c)
{
	int y, d, h, m, sec = 0, next_month;
	int64_t day;

	for (int i = 0; i < 15; i++)
		if (i == 8 ? s[i] != 'T' : !isdigit((unsigned char) s[i]))
			return -EINVAL;
	if (sscanf(s, "%4d%2d%2dT%2d%2d%2d", &y, &c->month, &d, &h, &m, &sec) != 6 || c->month < 1 || c->month > 12 ||
	    d < 1 || d > 31 || h > 23 || m > 59 || sec > 59)
		return -EINVAL;
	day = clock_days(y, c->month, d);
	c->second = h * 3600 + m * 60 + sec;
	c->weekday = (int) (((day + 3) % WEEK + WEEK) % WEEK);
	/* Where no rule says it: the last of its month if it is that, else counted from the front. */
	clock_date(day + WEEK, &y, &next_month, &d);
	c->nth = next_month != c->month ? -1 : (d - 1) / WEEK;
	return 0;
}

/* The value of a part of the rule: "10" of "...;BYMONTH=10;..."; NULL for none. */
static const char *rule_part(const char *rule, const char *name)
{
	for (const char *s = rule; *s; s += strcspn(s, ";"), s += *s == ';')
		if (str_starts(s, name))
			return s + strlen(name);
	return NULL;
}

/* "-1SU", or "SU" with BYMONTHDAY=8,9,...: the week that begins with that day. */
static int read_weekday(const char *s, const char *month_day, struct zone_change *c)
{
	char *end;
	long nth = strtol(s, &end, 10);
	int first = month_day ? (int) strtol(month_day, NULL, 10) : 0;

	for (c->weekday = 0; c->weekday < WEEK && !str_starts(end, weekdays[c->weekday]);)
		c->weekday++;
	if (end == s)
		nth = first > 0 && first <= 28 ? (first + WEEK - 1) / WEEK : -1;
	c->nth = nth == 5 ? -1 : (int) nth;
	return c->weekday < WEEK && nth >= -1 && nth && nth <= 5 ? 0 : -EINVAL;
}

static int read_rule(const char *rule, struct zone_change *c)
{
	const char *month = rule_part(rule, "BYMONTH="), *day = rule_part(rule, "BYDAY="),
		   *month_day = rule_part(rule, "BYMONTHDAY=");

	if (month)
		c->month = (int) strtol(month, NULL, 10);
	if (c->month < 1 || c->month > 12)
		return -EINVAL;
	if (day)
		return read_weekday(day, month_day, c);
	if (month_day)
		c->month_day = (int) strtol(month_day, NULL, 10);
	return c->month_day >= 0 && c->month_day <= 31 ? 0 : -EINVAL;
}

/* The latest of the components of that name. */
static int read_part(const struct lines *l, size_t comp, const char *name, struct part *ret)
{
	size_t last = l->n_c;
	const struct line *rule;

	for (size_t c = lines_child(l, comp, name, comp); c < l->n_c; c = lines_child(l, comp, name, c)) {
		const struct line *start = lines_find(l, c, "DTSTART", NULL);

		if (start && (!ret->start || strcmp(start->value, ret->start) >= 0)) {
			ret->start = start->value;
			last = c;
		}
	}
	if (last == l->n_c)
		return 0;
	rule = lines_find(l, last, "RRULE", NULL);
	if (read_start(ret->start, &ret->change) < 0 || read_offset(l, last, &ret->bias) < 0)
		return -EINVAL;
	return rule ? read_rule(rule->value, &ret->change) : 0;
}

int zone_read_ical(const struct lines *l, size_t comp, struct zone_rule *ret)
{
	struct part standard = { 0 }, summer = { 0 };
	struct zone_rule z = { 0 };

	if (read_part(l, comp, "STANDARD", &standard) < 0 || read_part(l, comp, "DAYLIGHT", &summer) < 0 ||
	    !(standard.start || summer.start))
		return -EINVAL;
	z.bias = standard.start ? standard.bias : summer.bias;
	if (standard.start && summer.start) {
		z.summer = summer.bias - standard.bias;
		z.to_standard = standard.change;
		z.to_summer = summer.change;
	}
	zone_turn(&z);
	*ret = z;
	return 0;
}
