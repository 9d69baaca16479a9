#include "fmt_ical.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

enum { HOUR = 3600, MINUTE = 60, MAX_DURATION_PART = 100000 };

void ical_zones_release(struct ical_zones *z)
{
	zone_release(&z->zone);
	z->tzid = NULL;
}

/* ---- the user's clock ----------------------------------------------------------------- */

int64_t ical_own_local(int64_t utc)
{
	time_t t = (time_t) utc;
	struct tm tm;

	return localtime_r(&t, &tm) ? utc + tm.tm_gmtoff : utc;
}

int64_t ical_own_utc(int64_t local)
{
	struct tm tm = { 0 };
	time_t t = (time_t) local;

	if (!gmtime_r(&t, &tm))
		return local;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

/* ---- zones ------------------------------------------------------------------------------ */

/* The zone that the file describes. 0, -ENOENT, -EINVAL. */
static int read_own_zone(const struct ical_zones *z, const char *tzid, struct zone *ret)
{
	for (size_t c = lines_child(z->l, z->calendar, "VTIMEZONE", z->calendar); c < z->l->n_c;
	     c = lines_child(z->l, z->calendar, "VTIMEZONE", c)) {
		const struct line *id = lines_find(z->l, c, "TZID", NULL);

		if (!id || strcmp(id->value, tzid) != 0)
			continue;
		zone_release(ret);
		ret->has_rule = true;
		return zone_read_ical(z->l, c, &ret->rule);
	}
	return -ENOENT;
}

/* Looks the zone up into z->zone. */
static int find_zone(struct ical_zones *z, const struct line *line, const char *tzid, struct err *err)
{
	int r;

	if (z->tzid && strcmp(z->tzid, tzid) == 0)
		return 0;
	z->tzid = NULL;
	r = zones_find(z->system, tzid, &z->zone);
	if (r == 0 && !z->zone.has_rule)
		r = -ENOENT;
	if (r == -ENOENT)
		r = read_own_zone(z, tzid, &z->zone);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return err_set(err, -EINVAL, "line %zu: %s: no time zone \"%.60s\" is known, nor does a VTIMEZONE say what it is",
			       line->number, line->name, tzid);
	z->tzid = tzid;
	return 0;
}

static int to_utc(struct ical_zones *z, const struct line *line, bool is_utc, struct ical_time *t, struct err *err)
{
	const char *tzid = line_param(line, "TZID");
	int r;

	t->utc = t->local;
	if (t->is_date || is_utc)
		return 0;
	if (!*tzid) {
		t->zone = *zones_own(z->system);
		t->utc = z->by_rule ? zone_rule_utc(&t->zone, t->local) : ical_own_utc(t->local);
		return 0;
	}
	r = find_zone(z, line, tzid, err);
	if (r < 0)
		return r;
	t->zone = z->zone.rule;
	t->utc = z->by_rule ? zone_rule_utc(&t->zone, t->local) : zone_utc(&z->zone, t->local);
	return 0;
}

/* ---- reading ------------------------------------------------------------------------------ */

static bool are_digits(const char *s, int n)
{
	for (int i = 0; i < n; i++)
		if (!isdigit((unsigned char) s[i]))
			return false;
	return true;
}

/* "20261130[T160000[Z]]" up to ',' or the end. */
static bool split(const char *s, struct ical_time *t, bool *ret_utc)
{
	char iso[CLOCK_ISO_SIZE];
	int n = 8;

	if (!are_digits(s, 8))
		return false;
	t->is_date = s[8] != 'T';
	if (t->is_date) {
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2s", s, s + 4, s + 6);
	} else {
		if (!are_digits(s + 9, 6))
			return false;
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s", s, s + 4, s + 6, s + 9, s + 11, s + 13);
		n = 15;
	}
	*ret_utc = n == 15 && s[n] == 'Z';
	n += *ret_utc;
	return (!s[n] || s[n] == ',') && clock_parse_iso(iso, &t->local) == 0;
}

int ical_time_read(struct ical_zones *z, const struct line *line, const char *value, struct ical_time *ret,
		   struct err *err)
{
	struct ical_time t = { 0 };
	bool is_utc;
	int r;

	if (!split(value, &t, &is_utc))
		return err_set(err, -EINVAL, "line %zu: %s: expected YYYYMMDD or YYYYMMDDTHHMMSS[Z]", line->number,
			       line->name);
	r = to_utc(z, line, is_utc, &t, err);
	if (r == 0)
		*ret = t;
	return r;
}

/* "1D", "2H": adds it. */
static bool take_part(const char **s, const char *units, int64_t *sum)
{
	static const struct {
		char unit;
		int64_t seconds;
	} known[] = { { 'W', 7 * ICAL_DAY }, { 'D', ICAL_DAY }, { 'H', HOUR }, { 'M', MINUTE }, { 'S', 1 } };
	int64_t n = 0;

	if (!isdigit((unsigned char) **s))
		return false;
	for (; isdigit((unsigned char) **s) && n < MAX_DURATION_PART; ++*s)
		n = n * 10 + **s - '0';
	if (!**s || !strchr(units, **s))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (known[i].unit == **s)
			*sum += n * known[i].seconds;
	++*s;
	return true;
}

int ical_duration_read(const struct line *line, int64_t *ret, struct err *err)
{
	const char *s = line->value;
	int sign = *s == '-' ? -1 : 1;
	int64_t sum = 0;
	bool ok;

	s += *s == '-' || *s == '+';
	ok = *s == 'P' && s[1];
	for (s += ok; ok && *s && *s != 'T';)
		ok = take_part(&s, "WD", &sum);
	if (ok && *s == 'T')
		for (s++; ok && *s;)
			ok = take_part(&s, "HMS", &sum);
	if (!ok)
		return err_set(err, -EINVAL, "line %zu: %s: expected a duration like PT1H30M", line->number, line->name);
	*ret = sign * sum;
	return 0;
}

int ical_wire_time(const char *wire, int64_t *ret)
{
	if (!wire)
		return -ENODATA;
	return are_digits(wire, 4) ? clock_parse_iso(wire, ret) : -EINVAL;
}

/* ---- writing -------------------------------------------------------------------------------- */

void ical_format(int64_t seconds, bool is_date, char out[ICAL_TIME_SIZE])
{
	int64_t day = (seconds >= 0 ? seconds : seconds - ICAL_DAY + 1) / ICAL_DAY;
	int s = (int) (seconds - day * ICAL_DAY), y, m, d, n;

	clock_date(day, &y, &m, &d);
	n = snprintf(out, ICAL_TIME_SIZE, "%04d%02d%02d", y, m, d);
	if (!is_date)
		snprintf(out + n, (size_t) (ICAL_TIME_SIZE - n), "T%02d%02d%02dZ", s / HOUR, s / MINUTE % 60, s % 60);
}

void ical_write_utc(const char *name, int64_t utc, struct buf *out)
{
	char text[ICAL_TIME_SIZE];

	ical_format(utc, false, text);
	line_write(name, text, out);
}

void ical_write_date(const char *name, int64_t seconds, struct buf *out)
{
	char text[ICAL_TIME_SIZE];

	ical_format(seconds, true, text);
	buf_addf(out, "%s;VALUE=DATE:%s\n", name, text);
}

void ical_write_local(const char *name, const char *tzid, int64_t local, struct buf *out)
{
	char text[ICAL_TIME_SIZE];

	ical_format(local, false, text);
	text[strlen(text) - 1] = '\0'; /* without Z */
	buf_addf(out, "%s;TZID=%s:%s\n", name, tzid, text);
}
