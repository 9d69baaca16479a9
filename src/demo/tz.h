#ifndef DEMO_TZ_H
#define DEMO_TZ_H

#include <stdint.h>

/*
 * The site's time zone: Western Europe, an hour before UTC and another one
 * from the last Sunday of March to the last Sunday of October, both at 01:00
 * UTC. A zone that is not UTC, because clients that mix the two up must show it.
 */
#define TZ_BIAS_MINUTES (-60) /* RegionalSettings/TimeZone: minutes to add to local time to get UTC */

/* Seconds since 1970 of the wall clock there. */
int64_t tz_local(int64_t utc);

/* The reverse; of an hour that happens twice, the first; of one that is skipped, an hour later. */
int64_t tz_utc(int64_t local);

#endif
