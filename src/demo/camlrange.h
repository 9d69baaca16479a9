#ifndef DEMO_CAMLRANGE_H
#define DEMO_CAMLRANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct call;
struct xml;

/* A stretch of time, seconds since 1970: from and what is before to; a moment when both are one. */
struct camlrange {
	int64_t from, to;
};

/*
 * The Value of DateRangesOverlap: Now, Today, Week, Month, Year, or a day ([MS-WSSCAML] 2.2.2.10). The week begins on Sunday; what
 * they are meant of is the query option CalendarDate, else now. 0; -EINVAL with the fault set: it is none of these.
 */
MUST_CHECK int camlrange_read(struct call *c, const struct xml *value, struct camlrange *ret);

/* Does what begins and ends then overlap with it? */
bool camlrange_meets(const struct camlrange *r, int64_t begin, int64_t end);

#endif
