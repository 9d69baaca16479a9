#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_vevent.h"

/* ---- writing ----------------------------------------------------------------------------- */

/* local: the same moment on the clock of the series. What the clock shows for the second time is in UTC. */
static void write_one(const char *name, const struct series *s, int64_t utc, int64_t local, const char *tzid,
		      struct buf *out)
{
	if (s->all_day)
		ical_write_date(name, utc, out);
	else if (tzid && zone_rule_utc(&s->zone, local) == utc)
		ical_write_local(name, tzid, local, out);
	else
		ical_write_utc(name, utc, out);
}

void vevent_write_moment(const char *name, const struct series *s, int64_t of, const char *tzid, struct buf *out)
{
	write_one(name, s, of, series_clock(s, of), tzid, out);
}

void vevent_write_time(const struct series *s, int64_t start, const char *tzid, struct buf *out)
{
	int64_t end = start + s->length;

	write_one("DTSTART", s, start, series_clock(s, start), tzid, out);
	if (s->length)
		write_one("DTEND", s, end, series_local(s, end), tzid, out);
}

/* ---- reading ----------------------------------------------------------------------------- */

struct reading {
	struct ical_zones *z;
	size_t comp;
	struct err *err;
};

static const struct line *find(const struct reading *re, const char *name)
{
	return lines_only(re->z->l, re->comp, name);
}

static int refuse(const struct reading *re, const struct line *line, const char *why)
{
	return err_set(re->err, -EINVAL, "line %zu: %s: %s", line->number, line->name, why);
}

/* DTEND, in seconds behind DTSTART. */
static int read_end(const struct reading *re, const struct line *line, const struct ical_time *start, int64_t *ret)
{
	struct ical_time end;
	int r = ical_time_read(re->z, line, line->value, &end, re->err);

	if (r < 0)
		return r;
	if (end.is_date != start->is_date)
		return refuse(re, line, "DTSTART and DTEND are both dates or both times");
	*ret = end.utc - start->utc;
	return *ret < 0 ? refuse(re, line, "it ends before it begins") : 0; /* MS-OUTSPS_R14 */
}

static int read_length(const struct reading *re, const struct ical_time *start, struct series *s)
{
	const struct line *end = find(re, "DTEND"), *duration = find(re, "DURATION");
	int r = 0;

	s->length = 0; /* MS-OUTSPS_R12 */
	if (end)
		r = read_end(re, end, start, &s->length);
	else if (duration)
		r = ical_duration_read(duration, &s->length, re->err);
	if (r < 0)
		return r;
	if (s->length < 0)
		return refuse(re, duration, "it ends before it begins");
	if (s->all_day) /* at least the day itself */
		s->length = s->length ? (s->length + SERIES_DAY - 1) / SERIES_DAY * SERIES_DAY : SERIES_DAY;
	return 0;
}

/* What SharePoint's series have not. */
static int refuse_others(const struct reading *re, const struct line *rule)
{
	static const char *const none[] = { "RDATE", "EXRULE" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		const struct line *line = find(re, none[i]);

		if (line)
			return refuse(re, line, "SharePoint has no such series; use one RRULE and EXDATE");
	}
	if (rule && lines_find(re->z->l, re->comp, "RRULE", rule))
		return refuse(re, rule, "SharePoint has one rule for a series, not two");
	return 0;
}

static int read_rule(const struct reading *re, const struct line *line, const struct ical_time *start,
		     const struct series *base, struct series *s)
{
	int64_t day = series_day(start->local);
	const struct recur_from from = {
		.day = day,
		.second = start->is_date ? -1 : (int) (start->local - day * SERIES_DAY),
		.week_start = base && base->recurring ? base->rule.week_start : 0,
	};
	struct err why = { 0 };
	int r = recur_parse(line->value, &from, &s->rule, &why);

	if (r < 0)
		return err_set(re->err, r, "line %zu: %s", line->number, why.text);
	s->recurring = true;
	s->zone = start->zone;
	s->second = start->local - day * SERIES_DAY;
	if (s->all_day && s->length != SERIES_DAY)
		return refuse(re, line, "in SharePoint an all-day event that repeats is one day long");
	if (!series_is_possible(s))
		return refuse(re, line, "there is no instance before the end of the series");
	s->start = series_first(s);
	return 0;
}

int vevent_read_time(struct ical_zones *z, size_t comp, bool with_rule, const struct series *base, struct series *ret,
		     struct err *err)
{
	struct reading re = { z, comp, err };
	const struct line *begin = find(&re, "DTSTART"), *rule = lines_find(z->l, comp, "RRULE", NULL);
	struct series s = { 0 };
	struct ical_time start;
	int r;

	if (!begin)
		return err_set(err, -EINVAL, "line %zu: this event has no DTSTART", z->l->l[z->l->c[comp].first].number);
	r = ical_time_read(z, begin, begin->value, &start, err);
	if (r < 0)
		return r;
	s.start = start.utc;
	s.all_day = start.is_date;
	r = read_length(&re, &start, &s);
	if (r == 0)
		r = refuse_others(&re, rule);
	if (r == 0 && rule && !with_rule)
		r = refuse(&re, rule, "an instance of a series does not repeat");
	else if (r == 0 && rule)
		r = read_rule(&re, rule, &start, base, &s);
	if (r == 0)
		*ret = s;
	return r;
}
