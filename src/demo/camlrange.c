#include "camlrange.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "ftype.h"
#include "tz.h"
#include "xml.h"

static int read_date(struct call *c, const char *s, int64_t *ret)
{
	if (clock_parse_iso(s, ret) < 0)
		return call_fault(c, E_BAD_DATE, "%s", refusal_text(E_BAD_DATE));
	if (!str_ends(s, "Z"))
		*ret = tz_utc(*ret);
	return 0;
}

/* The moment that a day, a week or a month is counted from. */
static int read_base(struct call *c, int64_t *ret)
{
	const struct xml *date = xml_child(xml_child(call_arg(c, "queryOptions"), "QueryOptions"), "CalendarDate");

	*ret = c->now;
	return date && *date->text ? read_date(c, date->text, ret) : 0;
}

/* Days by the wall clock of the site; timegm knows that the 32nd is the 1st of the next month. */
static void set_days(struct camlrange *r, struct tm *first, int days, int months)
{
	struct tm last = *first;

	last.tm_mday += days;
	last.tm_mon += months;
	r->from = tz_utc(timegm(first));
	r->to = tz_utc(timegm(&last));
}

static bool set_named(struct camlrange *r, const char *name, int64_t base)
{
	time_t local = tz_local(base);
	struct tm tm;

	if (!gmtime_r(&local, &tm))
		return false;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	if (strcmp(name, "Now") == 0) {
		r->from = r->to = base;
	} else if (strcmp(name, "Today") == 0) {
		set_days(r, &tm, 1, 0);
	} else if (strcmp(name, "Week") == 0) {
		tm.tm_mday -= tm.tm_wday;
		set_days(r, &tm, 7, 0);
	} else if (strcmp(name, "Month") == 0) {
		tm.tm_mday = 1;
		set_days(r, &tm, 0, 1);
	} else if (strcmp(name, "Year") == 0) {
		tm.tm_mday = 1;
		tm.tm_mon = 0;
		set_days(r, &tm, 0, 12);
	} else {
		return false;
	}
	return true;
}

int camlrange_read(struct call *c, const struct xml *value, struct camlrange *ret)
{
	const struct xml *named = xml_first(value);
	int64_t base;
	int r = named ? read_base(c, &base) : read_date(c, value->text, &base);

	if (r >= 0 && !set_named(ret, named ? named->name : "Today", base))
		r = call_fault(c, 0, "Value does not fall within the expected range.");
	return r;
}

bool camlrange_meets(const struct camlrange *r, int64_t begin, int64_t end)
{
	if (r->from == r->to)
		return begin <= r->from && end >= r->from;
	return begin < r->to && end >= r->from;
}
