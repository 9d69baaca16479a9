#ifndef SP_ROWSET_H
#define SP_ROWSET_H

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "model/item.h"
#include "xmltab.h"

#define ROWSET_NS "urn:schemas-microsoft-com:rowset"
#define ROW_NS "#RowsetSchema"

/*
 * Reads z:row elements ([MS-LISTSWS] 2.2.4.7): each attribute ows_NAME becomes the value
 * NAME. A pull reads them by the hundred thousand, so the memory is kept from row to row.
 */
struct rowset_attr;

struct rowset {
	struct rowset_attr *attrs;  /* owned; of the row being read, as they came */
	struct rowset_attr *sorted; /* owned; the same by name, as struct values keeps them */
	size_t cap, cap_sorted;
	size_t n_sorted;            /* of the row before, whose order is tried first: mostly all rows have the same */
	struct buf packed;          /* owned; the same as values_unpack() takes it */
};

#define ROWSET_INIT { .packed = BUF_INIT(64 << 20) }

/* The row whose attributes x shows, into ret (initialised). 0, -ENOMEM, -EFBIG, -EINVAL: it has no ID. */
MUST_CHECK int rowset_read(struct rowset *s, const struct xml *x, struct item *ret);

void rowset_release(struct rowset *s);

#endif
