#ifndef DEMO_SERIES_H
#define DEMO_SERIES_H

#include "base/attr.h"

struct edit;
struct item;
struct xml;

/*
 * Recurring appointments: when a client sends any of the columns that define
 * a series, its exceptions are deleted (MS-OUTSPS 3.2.4.2.3). method is the
 * Method element. 0 or -errno.
 */
MUST_CHECK int series_before_update(struct edit *e, const struct item *i, const struct xml *method);

#endif
