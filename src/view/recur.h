#ifndef RECUR_H
#define RECUR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

/*
 * When a series of appointments takes place: the seven patterns of
 * [MS-OUTSPS] 2.2.4.5, their XML (RecurrenceData) and iCalendar's RRULE
 * (RFC 5545, 3.3.10). Pure. A day is a number: days since 1970-01-01 in the
 * zone of the series (clock_days); a series has at most one instance a day.
 *
 * A day of the month that a month lacks is its last day here, while iCalendar
 * leaves that month out: so day 30 is "BYMONTHDAY=28,29,30;BYSETPOS=-1".
 */
enum recur_pattern {
	RECUR_DAILY,
	RECUR_WEEKDAYS,       /* <daily weekday="TRUE">: Monday to Friday */
	RECUR_WEEKLY,
	RECUR_MONTHLY,
	RECUR_MONTHLY_BY_DAY, /* the nth of the days */
	RECUR_YEARLY,
	RECUR_YEARLY_BY_DAY,
	RECUR_PATTERN_COUNT
};

enum recur_end {
	RECUR_FOREVER,
	RECUR_COUNT,
	RECUR_UNTIL,
};

/* What `until` is. */
enum recur_until {
	RECUR_ENDS_BY,      /* windowEnd: instances end by then; in UTC */
	RECUR_BEGINS_BY,    /* UNTIL with Z: instances begin by then */
	RECUR_BEGINS_LOCAL, /* UNTIL without a zone: as if the zone of the series were UTC */
	RECUR_BEGINS_DATE,  /* UNTIL as a date: instances begin on that day or earlier; its midnight, likewise */
};

/* Days of the week as bits, from Monday. */
#define RECUR_MONDAY 0x01u
#define RECUR_WORKDAYS 0x1fu
#define RECUR_WEEKEND 0x60u
#define RECUR_ALL_DAYS 0x7fu

struct recur {
	enum recur_pattern pattern;
	int every;       /* days, weeks, months or years, from 1 */
	unsigned days;   /* WEEKLY and the BY_DAY ones */
	int nth;         /* the BY_DAY ones: 1 to 4, -1: the last */
	int month;       /* the yearly ones: 1 to 12 */
	int day;         /* MONTHLY, YEARLY: 1 to 31 */
	int week_start;  /* 0 Monday to 6 Sunday */
	enum recur_end end;
	int count;       /* RECUR_COUNT: from 1 */
	int64_t until;   /* RECUR_UNTIL: see recur_read() and recur_parse(); seconds since 1970 */
	enum recur_until until_as;
};

enum {
	RECUR_MAX_EVERY = 9999,
	RECUR_MAX_COUNT = 9999,
	RECUR_FOREVER_COUNT = 999, /* instances that SharePoint makes of what never ends */
};

/* No such day; it is behind every day. */
#define RECUR_NEVER INT64_MAX

/* The first instance on or after `start`, the day that the pattern is counted from. */
int64_t recur_first(const struct recur *r, int64_t start);

/* The instance that follows `day`, itself an instance. RECUR_NEVER: none in the years 0 to 9999.
 * The end is not looked at. */
int64_t recur_next(const struct recur *r, int64_t start, int64_t day);

/* Whether the day is one of the pattern's, whatever its end. */
bool recur_has(const struct recur *r, int64_t start, int64_t day);

/* Whether the patterns of two have the same days, whatever their ends; counted from the same start. */
bool recur_same(const struct recur *a, const struct recur *b);

/* ---- RecurrenceData ------------------------------------------------------------------ */

/* Reads it. 0; -ENODATA: it is no XML but a text for people, or nothing; -EINVAL: it is not understood. */
MUST_CHECK int recur_read(const char *xml, struct recur *ret);

/* Adds it; an `until` must be RECUR_ENDS_BY. delete_exceptions: the server drops the items of single instances. */
void recur_write(const struct recur *r, bool delete_exceptions, struct buf *out);

/* ---- RRULE ---------------------------------------------------------------------------- */

/* Adds the value of an RRULE, without COUNT and UNTIL. */
void recur_rule(const struct recur *r, struct buf *out);

/* What a rule is read with. */
struct recur_from {
	int64_t day;    /* of DTSTART; what the rule leaves out is as there */
	int second;     /* of DTSTART, in its day; -1: DTSTART is a date */
	int week_start; /* where the rule has no WKST and it makes no difference */
};

/* Reads the value of an RRULE. 0; -EINVAL with err, which names the part of the rule for which SharePoint has no place. */
MUST_CHECK int recur_parse(const char *rule, const struct recur_from *from, struct recur *ret, struct err *err);

#endif
