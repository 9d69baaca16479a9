#ifndef FMT_FIELD_H
#define FMT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "fmt_column.h"
#include "line.h"
#include "model/list.h"
#include "model/values.h"

struct buf;

/*
 * Columns for which a format has no property:
 *
 *	X-SP-FIELD;X-SP-NAME=InternalName;X-SP-LABEL="Display name":value
 *
 * The internal name is no property name: libical takes no '_' in one. Tools keep
 * these lines and reorder their parameters.
 */
struct fmt_fields {
	const char *const *mapped; /* columns that have a property, or are never shown; NULL at the end */
	const char *const *twice;  /* columns that have a property and are shown all the same: the format reads them
				    * with fields_find(); NULL at the end */
	const char *const *bag;    /* property-bag entries that are shown where the schema has no such column */
};

/* Adds the columns that have a value. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int fields_write(const struct fmt_fields *spec, const struct list *l, const struct values *v,
			    struct buf *out);

/* Reads those of component `comp`; lines of columns that the list has not are left as not seen. *ret_complete becomes
 * false when one is missing that fields_write() would have shown. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int fields_read(const struct fmt_fields *spec, const struct fmt_edit *e, const struct lines *l, size_t comp,
			   bool *ret_complete);

/* The line of a column, NULL for none. */
const struct line *fields_find(const struct lines *l, size_t comp, const char *name);

#endif
