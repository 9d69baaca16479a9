#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "line.h"

struct buf;
struct view_zones;

/*
 * Time zones: SharePoint's (XMLTZone, [MS-OUTSPS] 2.2.4.6: one rule for all
 * years), the system's (a name, and a TZif file of RFC 8536 with what happened in
 * each year and a rule for those to come), iCalendar's (VTIMEZONE).
 */

/* When the clocks are changed, each year. */
struct zone_change {
	int month;     /* 1 to 12 */
	int month_day; /* 1 to 31; 0: the nth weekday */
	int weekday;   /* 0 Monday to 6 Sunday */
	int nth;       /* 1 to 4, -1: the last */
	int second;    /* of the day, on the clock that is about to be changed */
};

/* Two are the same zone when zone_same() says so. */
struct zone_rule {
	int bias;   /* minutes; UTC = local + bias */
	int summer; /* minutes, added to it in summer, negative; 0: there is no summer and no change */
	struct zone_change to_standard;
	struct zone_change to_summer;
};

/* Where "summer" is the time with less daylight (Dublin has it so), turns it round, which is the same. */
void zone_turn(struct zone_rule *z);

bool zone_same(const struct zone_rule *a, const struct zone_rule *b);

/* Seconds of the zone's wall clock since 1970, and back. What the clock shows twice is the first; what it leaves out is
 * as if it had not been changed yet (RFC 5545, 3.3.5). */
int64_t zone_rule_local(const struct zone_rule *z, int64_t utc);
int64_t zone_rule_utc(const struct zone_rule *z, int64_t local);

/* The day (days since 1970) of the change in a year. */
int64_t zone_change_day(const struct zone_change *c, int year);

/* ---- zone_xml.c: XMLTZone ------------------------------------------------------------ */

/* 0, -EINVAL: it is not understood. */
MUST_CHECK int zone_read(const char *xml, struct zone_rule *ret);
void zone_write(const struct zone_rule *z, struct buf *out);

/* ---- zone_tzif.c: zones of the system -------------------------------------------------- */

struct zone {
	int64_t *at;     /* owned; when the offset changed, ascending; in UTC */
	int32_t *offset; /* owned; from then on, seconds east */
	size_t n;
	int32_t before;  /* seconds east before the first */
	bool has_rule;
	struct zone_rule rule; /* after the last */
};

#define ZONE_INIT { 0 }

void zone_release(struct zone *z);
static inline void zone_release_p(struct zone *z)
{
	zone_release(z);
}

/* "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1, RFC 8536 3.3.1). Times below 0:00 and from 24:00 on move the weekday,
 * since XMLTZone has none such. 0, -EINVAL. */
MUST_CHECK int zone_posix(const char *text, struct zone_rule *ret);

/* Reads a TZif file into ret, which is initialised. 0, -EINVAL, -ENOMEM, or what reading it says. */
MUST_CHECK int zone_load(const char *path, struct zone *ret);

/* As zone_rule_utc. */
int64_t zone_utc(const struct zone *z, int64_t local);

/* ---- zone_ical.c: VTIMEZONE ---------------------------------------------------------------- */

void zone_write_ical(const char *tzid, const struct zone_rule *z, struct buf *out);

/* Reads component `comp`, a VTIMEZONE: its last rule. 0, -EINVAL. */
MUST_CHECK int zone_read_ical(const struct lines *l, size_t comp, struct zone_rule *ret);

/* ---- zone_table.c: names --------------------------------------------------------------------- */

/* Adds the TZID of a rule: the user's own zone if it is that one, else the first of zone1970.tab, else a name
 * made from the rule. z NULL: adds the latter. */
void zones_name(const struct view_zones *zones, const struct zone_rule *rule, struct buf *out);

/* Reads the system's zone of that name, without what tools put before it ("/example.org/Europe/Berlin"). 0, -ENOENT. */
MUST_CHECK int zones_find(const struct view_zones *zones, const char *tzid, struct zone *ret);

/* The user's own zone. */
const struct zone_rule *zones_own(const struct view_zones *zones);

#endif
