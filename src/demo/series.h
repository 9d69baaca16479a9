#ifndef DEMO_SERIES_H
#define DEMO_SERIES_H

#include <stdbool.h>

#include "base/attr.h"

struct edit;
struct item;
struct list;
struct xml;

/* Recurring appointments, [MS-OUTSPS] 3.2.1.1. */

/* Is it a series? */
bool series_is(const struct list *l, const struct item *i);

/* When a client sends any of the columns that define a series, its exceptions and deleted instances are deleted
 * (MS-OUTSPS 3.2.4.2.3; not up to 2003). method is the Method element of what was a series before it. 0 or -errno. */
MUST_CHECK int series_before_update(struct edit *e, const struct item *i, const struct xml *method);

/* The element deleteExceptions is a client's wish, no part of what is stored (MS-OUTSPS_R900). 0 or -errno. */
MUST_CHECK int series_clean(struct item *i);

/* Its exceptions go with a series that is deleted (MS-OUTSPS_R36). 0 or -errno. */
MUST_CHECK int series_before_delete(struct edit *e, const struct item *i);

#endif
