#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/attr.h"

/* Time as numbers. Nothing here knows zones but UTC. */

/* Wall clock, nanoseconds since 1970 UTC. */
int64_t clock_now_ns(void);

/* Monotonic clock in milliseconds; only differences mean something. */
int64_t clock_mono_ms(void);
int64_t clock_mono_ns(void); /* the same in nanoseconds */

/* Days since 1970-01-01 of a proleptic Gregorian date; month 1..12. */
int64_t clock_days(int year, int month, int day);

/* The reverse. */
void clock_date(int64_t days, int *ret_year, int *ret_month, int *ret_day);

/*
 * "2006-10-04T10:00:00Z" or "2006-10-04 10:00:00" (no zone is read: it is taken as
 * UTC), fractions ignored; "2006-10-04" is midnight. Seconds since 1970.
 * 0 or -EINVAL, also for 2026-02-30.
 */
MUST_CHECK int clock_parse_iso(const char *s, int64_t *ret_seconds);

/* "2006-10-04T10:00:00Z" into out. */
#define CLOCK_ISO_SIZE 32
void clock_format_iso(int64_t seconds, char out[CLOCK_ISO_SIZE]);

/*
 * Year (0 to 9999), month, day, hour, minute and second (0 to 99) in four and two digits, with these characters
 * between them; "--T::" makes "2006-10-04T10:00:00".
 */
#define CLOCK_DIGITS 20
void clock_format_digits(const int f[6], const char separators[5], char out[CLOCK_DIGITS]);

/* An HTTP date (RFC 9110 5.6.7, the IMF form). Seconds since 1970; 0 or -EINVAL. */
MUST_CHECK int clock_parse_http(const char *s, int64_t *ret_seconds);

#endif
