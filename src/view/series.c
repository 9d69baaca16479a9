#include "series.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_column.h"
#include "fmt_ical.h"

int64_t series_local(const struct series *s, int64_t utc)
{
	return zone_rule_local(&s->zone, utc);
}

static int64_t first_day(const struct series *s)
{
	return series_day(series_local(s, s->start));
}

/* ---- reading ------------------------------------------------------------------------- */

static bool is_true(const char *wire)
{
	return wire && field_truth(wire) == 1;
}

static int64_t number(const char *wire, int64_t otherwise)
{
	int64_t n;
	char digits[24] = "";

	/* Integers come as "3", or as a Number's "3.00000000000000". */
	if (wire)
		memcpy(digits, wire, strnlen(wire, sizeof(digits) - 1));
	digits[strcspn(digits, ".")] = '\0';
	return str_to_i64(digits, &n) == 0 ? n : otherwise;
}

/* Length of an instance that has times: of a single one what is between its dates, else Duration (MS-OUTSPS_R11, R12). */
static int64_t length_of(const struct list *l, const struct values *v, const struct series *s)
{
	int64_t duration = number(column_get(l, v, "Duration"), -1), end;
	bool has_end = ical_wire_time(column_get(l, v, "EndDate"), &end) == 0 && end >= s->start;

	if (has_end && (!s->recurring || duration < 0))
		/* EndDate of a series is the last instance's: its time of the day counts (MS-OUTSPS_R867). */
		return s->recurring ? (end - s->start) % SERIES_DAY : end - s->start;
	return duration >= 0 ? duration : 0;
}

static int64_t days_of(const struct list *l, const struct values *v, const struct series *s)
{
	int64_t duration = number(column_get(l, v, "Duration"), 0), end;

	if (s->recurring)
		return 1; /* MS-OUTSPS_R863 */
	if (ical_wire_time(column_get(l, v, "EndDate"), &end) == 0 && end >= s->start)
		return series_day(end) - series_day(s->start) + 1;
	return duration > 0 ? (duration + SERIES_DAY - 1) / SERIES_DAY : 1;
}

/* The zone that the server has, else the user's own. */
static int read_zone(const struct list *l, const struct values *v, const struct view_zones *zones, struct series *s)
{
	const char *xml = column_get(l, v, "XMLTZone");

	if (s->all_day)
		return 0;
	s->zone = *zones_own(zones);
	return xml ? zone_read(xml, &s->zone) : 0;
}

static void read_rule(const struct list *l, const struct values *v, const struct view_zones *zones, struct series *s)
{
	const char *xml = column_get(l, v, "RecurrenceData");

	/* MS-OUTSPS_R279: EventType alone does not make it recur. */
	if (number(column_get(l, v, "EventType"), 0) != 1 || !is_true(column_get(l, v, "fRecurrence")))
		return;
	s->recurring = xml && recur_read(xml, &s->rule) == 0 && read_zone(l, v, zones, s) == 0 &&
		       recur_first(&s->rule, first_day(s)) != RECUR_NEVER;
	s->unreadable = !s->recurring;
}

void series_of(const struct list *l, const struct values *v, const struct view_zones *zones, struct series *ret)
{
	struct series s = { .all_day = is_true(column_get(l, v, "fAllDayEvent")) };

	if (ical_wire_time(column_get(l, v, "EventDate"), &s.start) < 0)
		s.start = 0;
	if (s.all_day)
		s.start = series_day(s.start) * SERIES_DAY;
	read_rule(l, v, zones, &s);
	if (s.unreadable)
		s.zone = (struct zone_rule) { 0 };
	s.second = series_local(&s, s.start) - first_day(&s) * SERIES_DAY;
	s.length = s.all_day ? days_of(l, v, &s) * SERIES_DAY : length_of(l, v, &s);
	*ret = s;
}

/* ---- instances ---------------------------------------------------------------------------- */

int64_t series_end(const struct series *s, int64_t start)
{
	return start + s->length - (s->all_day ? SERIES_MINUTE : 0);
}

/* Start of the instance on a day. */
static int64_t start_on(const struct series *s, int64_t day)
{
	return zone_rule_utc(&s->zone, day * SERIES_DAY + s->second);
}

int64_t series_clock(const struct series *s, int64_t start)
{
	int64_t local = series_local(s, start), day = series_day(local);

	return s->recurring && start_on(s, day) == start ? day * SERIES_DAY + s->second : local;
}

int64_t series_first(const struct series *s)
{
	return s->recurring ? start_on(s, recur_first(&s->rule, first_day(s))) : s->start;
}

/* Whether the instance on that day is before the end that the rule has as a time. */
static bool is_in_time(const struct series *s, int64_t day)
{
	int64_t start, until = s->rule.until, local = series_local(s, until);
	bool midnight = until == series_day(until) * SERIES_DAY || local == series_day(local) * SERIES_DAY;

	if ((day + 2) * SERIES_DAY + s->length < until) /* in every zone; there may be thousands of instances */
		return true;
	start = start_on(s, day);
	switch (s->rule.until_as) {
	case RECUR_ENDS_BY:
		return series_end(s, start) <= until || (midnight && start < until);
	case RECUR_BEGINS_BY:
		return start <= until;
	case RECUR_BEGINS_LOCAL:
		return series_local(s, start) <= until;
	case RECUR_BEGINS_DATE:
		break;
	}
	return day * SERIES_DAY <= until;
}

static int64_t last_day(const struct series *s)
{
	int64_t start = first_day(s), day = recur_first(&s->rule, start), next = day;
	int left = s->rule.end == RECUR_COUNT ? s->rule.count : RECUR_FOREVER_COUNT;

	while ((next = recur_next(&s->rule, start, day)) != RECUR_NEVER) {
		if (s->rule.end == RECUR_UNTIL ? !is_in_time(s, next) : --left == 0)
			break;
		day = next;
	}
	return day;
}

int64_t series_last(const struct series *s)
{
	return start_on(s, last_day(s));
}

bool series_is_possible(const struct series *s)
{
	int64_t day = recur_first(&s->rule, first_day(s));

	return day != RECUR_NEVER && (s->rule.end != RECUR_UNTIL || is_in_time(s, day));
}

bool series_has(const struct series *s, int64_t last, int64_t start)
{
	int64_t day = series_day(series_local(s, start));

	/* What never ends does so also behind the 999th. */
	if (s->rule.end != RECUR_FOREVER && start > last)
		return false;
	return recur_has(&s->rule, first_day(s), day) && start_on(s, day) == start;
}

static bool same_end(const struct series *a, const struct series *b)
{
	if (a->rule.end != b->rule.end)
		return false;
	switch (a->rule.end) {
	case RECUR_FOREVER:
		return true;
	case RECUR_COUNT:
		return a->rule.count == b->rule.count;
	case RECUR_UNTIL:
		break;
	}
	return series_last(a) == series_last(b);
}

bool series_same(const struct series *a, const struct series *b)
{
	if (a->recurring != b->recurring || a->all_day != b->all_day || a->length != b->length)
		return false;
	if (!a->recurring)
		return a->start == b->start;
	return series_first(a) == series_first(b) && a->second == b->second && recur_same(&a->rule, &b->rule) && zone_same(&a->zone, &b->zone) &&
	       same_end(a, b);
}

/* ---- writing -------------------------------------------------------------------------------- */

void series_write_rule(const struct series *s, struct buf *out)
{
	char until[ICAL_TIME_SIZE];

	recur_rule(&s->rule, out);
	if (s->rule.end == RECUR_COUNT)
		buf_addf(out, ";COUNT=%d", s->rule.count);
	if (s->rule.end != RECUR_UNTIL)
		return;
	ical_format(series_last(s), s->all_day, until);
	buf_addf(out, ";UNTIL=%s", until);
}

void series_write_data(const struct series *s, bool delete_exceptions, struct buf *out)
{
	struct recur rule = s->rule;

	if (rule.end == RECUR_UNTIL) {
		rule.until = series_end(s, series_last(s));
		rule.until_as = RECUR_ENDS_BY;
	}
	recur_write(&rule, delete_exceptions, out);
}
