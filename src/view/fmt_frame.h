#ifndef FMT_FRAME_H
#define FMT_FRAME_H

#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "line.h"
#include "view/format.h"

struct buf;

/* What is around the events or the task of a file. */

/* Adds the beginning of a VCALENDAR with the extras kept for it, and its end. */
void frame_begin(const struct lines *extras, struct buf *out);
void frame_end(struct buf *out);

/* Adds DTSTAMP, CREATED, LAST-MODIFIED: the same at each rendering. */
void frame_write_stamps(const struct item *i, struct buf *out);

/* The VCALENDAR of a file: there must be one, with at least one component `name` and with no other kind of item.
 * 0, -EINVAL with err. */
MUST_CHECK int frame_find(const struct lines *l, const char *name, size_t *ret, struct err *err);

/* What is in every component of that kind and describes it only is no extra. */
void frame_ignore(const struct lines *l, size_t comp);

#endif
