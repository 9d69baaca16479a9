#ifndef FMT_VEVENT_H
#define FMT_VEVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "fmt_column.h"
#include "fmt_ical.h"
#include "line.h"
#include "series.h"
#include "view/format.h"

struct buf;

/* Appointments as VEVENTs ([MS-OUTSPS] 3.2.4.2.2): properties that are no times, and times. */

/* fmt_vevent_prop.c: adds SUMMARY to X-SP-FIELD. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int vevent_write(const struct list *l, const struct item *i, const struct values *v, struct buf *out);

/* Reads them off component `comp`. 0, -EINVAL with err, -ENOMEM. *ret_complete as in fields_read(). */
MUST_CHECK int vevent_read(const struct fmt_edit *e, const struct lines *l, size_t comp, bool *ret_complete);

/* fmt_vevent_time.c: adds DTSTART and DTEND; tzid: of a series that has times. */
void vevent_write_time(const struct series *s, int64_t start, const char *tzid, struct buf *out);

/* Adds the instance's start as RECURRENCE-ID and EXDATE name it. */
void vevent_write_moment(const char *name, const struct series *s, int64_t of, const char *tzid, struct buf *out);

/*
 * Reads DTSTART, DTEND or DURATION and, with_rule, RRULE. base: for what a rule leaves as it was; NULL: none.
 * 0, -EINVAL with err, -ENOMEM.
 */
MUST_CHECK int vevent_read_time(struct ical_zones *z, size_t comp, bool with_rule, const struct series *base,
				struct series *ret, struct err *err);

/* fmt_vevent_master.c: the fields that say when. What the base has already is left out. 0, -ENOMEM, -errno of getrandom(2). */
MUST_CHECK int vevent_set_single(const struct fmt_edit *e, const struct series *s);

/* All five that make a recurrence are set, since the server drops the exceptions when one of them is (MS-OUTSPS_R321,
 * R444). again: it was a series before. */
MUST_CHECK int vevent_set_series(const struct fmt_edit *e, const struct series *s, bool again);

/* Sets one column whatever the base has. 0, -ENOMEM. */
MUST_CHECK int vevent_set(const struct fmt_edit *e, const char *name, const char *wire);

/* fmt_vevent.c and fmt_vevent_read.c: as view_format. */
MUST_CHECK int vevent_render(const struct view_file *f, struct buf *out);
MUST_CHECK int vevent_parse(const struct view_file *f, const char *text, size_t n, struct view_changes *ret,
			    struct err *err);

#endif
