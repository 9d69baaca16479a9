#ifndef FMT_ICAL_H
#define FMT_ICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "line.h"
#include "zone.h"

struct buf;

/* Times of iCalendar (RFC 5545, 3.3.4 to 3.3.6). */

enum { ICAL_DAY = 86400 };

/* A DATE or DATE-TIME. */
struct ical_time {
	bool is_date;
	int64_t utc;           /* seconds since 1970; of a date: its midnight, as if the zone were UTC */
	int64_t local;         /* on the clock of its zone; of a date: the same */
	struct zone_rule zone; /* UTC for a date */
};

/* Where zones are looked up: the system's, then the file's own. */
struct ical_zones {
	const struct view_zones *system; /* foreign */
	const struct lines *l;           /* foreign */
	size_t calendar;  /* index of the VCALENDAR */
	bool by_rule;     /* zones have the rule of today for all times, as the series of SharePoint */
	const char *tzid; /* foreign; the one that was looked up last; NULL: none */
	struct zone zone; /* owned; the same */
};

#define ICAL_ZONES_INIT(zones, lines, comp) { .system = (zones), .l = (lines), .calendar = (comp) }

void ical_zones_release(struct ical_zones *z);
static inline void ical_zones_release_p(struct ical_zones *z)
{
	ical_zones_release(z);
}

/* Reads one value of the line (of DTSTART: line->value), which ends at `end` characters like ','. A time without a
 * zone is in the user's own. 0; -EINVAL with err; -ENOMEM. */
MUST_CHECK int ical_time_read(struct ical_zones *z, const struct line *line, const char *value, struct ical_time *ret,
			      struct err *err);

/* "P1DT2H", "-PT15M", "P2W" in seconds. 0, -EINVAL with err. */
MUST_CHECK int ical_duration_read(const struct line *line, int64_t *ret, struct err *err);

/* "20261130T160000Z", or "20261130" into out. */
#define ICAL_TIME_SIZE 40
void ical_format(int64_t seconds, bool is_date, char out[ICAL_TIME_SIZE]);

/* Adds "NAME:20261130T160000Z", "NAME;VALUE=DATE:20261130", "NAME;TZID=...:20261130T170000". */
void ical_write_utc(const char *name, int64_t utc, struct buf *out);
void ical_write_date(const char *name, int64_t seconds, struct buf *out);
void ical_write_local(const char *name, const char *tzid, int64_t local, struct buf *out);

/* A DateTime of a row, between the years 0 and 9999. 0; -ENODATA: NULL; -EINVAL. */
MUST_CHECK int ical_wire_time(const char *wire, int64_t *ret);

/* The user's clock at a moment, in seconds, and back. */
int64_t ical_own_local(int64_t utc);
int64_t ical_own_utc(int64_t local);

#endif
