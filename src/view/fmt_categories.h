#ifndef FMT_CATEGORIES_H
#define FMT_CATEGORIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "fmt_column.h"
#include "line.h"

struct buf;

/*
 * CATEGORIES: SharePoint's Categories, "A; B" (MS-OUTSPS_R179 to R181) and, where
 * a list has a column of choices for it, the first of them that is a choice.
 */

/* Adds the line, if there is anything for it. choice: a column of the schema, or NULL. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int categories_write(const struct list *l, const struct values *v, const char *choice, struct buf *out);

/* Reads the lines of component `comp`. In another order they are the same. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int categories_edit(const struct fmt_edit *e, const struct lines *l, size_t comp, const char *choice);

#endif
