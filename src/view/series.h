#ifndef SERIES_H
#define SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/list.h"
#include "model/values.h"
#include "recur.h"
#include "view/format.h"
#include "zone.h"

struct buf;

/*
 * When an appointment is, single or recurring ([MS-OUTSPS] 3.2.1.1). Seconds
 * since 1970 in UTC; an all-day one has dates, which are midnights as if every
 * zone were UTC and are never converted (MS-OUTSPS_R19 to R21).
 */
struct series {
	bool recurring;
	bool unreadable; /* it recurs, by a rule that is not understood: shown as a single one */
	bool all_day;
	int64_t start;   /* EventDate; what the rule counts from */
	int64_t second;  /* of a recurring one: when an instance begins in its day, on the clock of its zone */
	int64_t length;  /* seconds of one instance; all-day: whole days */
	struct recur rule;
	struct zone_rule zone; /* of a recurring one that has times; else UTC */
};

/* An all-day one ends a minute before midnight (MS-OUTSPS_R863, R8631). */
enum { SERIES_DAY = 86400, SERIES_MINUTE = 60 };

/* The day that a second is in: days since 1970. */
static inline int64_t series_day(int64_t seconds)
{
	return (seconds >= 0 ? seconds : seconds - SERIES_DAY + 1) / SERIES_DAY;
}

/* Reads it off an item. Without an EventDate that reads it is as old as can be. */
void series_of(const struct list *l, const struct values *v, const struct view_zones *zones, struct series *ret);

/* End of an instance that begins at `start`, as SharePoint has it in EndDate. */
int64_t series_end(const struct series *s, int64_t start);

/* The clock of the series. */
int64_t series_local(const struct series *s, int64_t utc);

/* The same for the start of an instance: as the series has it, also on the day when the clock leaves it out. */
int64_t series_clock(const struct series *s, int64_t start);

/* Start of the first instance. */
int64_t series_first(const struct series *s);

/* Start of the last instance, of the 999th where the series never ends; of the first where its end comes before that. */
int64_t series_last(const struct series *s);

/* Whether there is an instance at all: the end is not before it. */
bool series_is_possible(const struct series *s);

/* Whether an instance begins at `start`; last: series_last(). */
bool series_has(const struct series *s, int64_t last, int64_t start);

/* Whether two have the same instances and, where they recur, the same rule and zone. */
bool series_same(const struct series *a, const struct series *b);

/* Adds the value of RRULE. */
void series_write_rule(const struct series *s, struct buf *out);

/* Adds RecurrenceData. */
void series_write_data(const struct series *s, bool delete_exceptions, struct buf *out);

/* ---- series_items.c: single instances ---------------------------------------------------- */

/* An exception or a deleted instance of a series. */
struct instance {
	const struct item *item; /* foreign */
	int64_t of;              /* start of the instance that it stands for */
	bool deleted;
};

struct instances {
	struct instance *i; /* owned; by `of` */
	size_t n;
};

/* Reads them off the file's items. Of several for one instance the lowest ID counts (MS-OUTSPS_R29). 0, -ENOMEM. */
MUST_CHECK int instances_of(const struct view_file *f, struct instances *ret);
void instances_release(struct instances *i);
static inline void instances_release_p(struct instances *i)
{
	instances_release(i);
}

/* The one for an instance; NULL: none. */
const struct instance *instances_find(const struct instances *i, int64_t of);

/* What an exception shows: what it lacks is as in the master (MS-OUTSPS_R33). ret is initialised. 0, -ENOMEM. */
MUST_CHECK int instance_values(const struct item *master, const struct item *exception, struct values *ret);

/* When an exception is. */
void instance_time(const struct list *l, const struct series *master, const struct instance *i,
		   struct series *ret);

#endif
