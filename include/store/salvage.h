#ifndef STORE_SALVAGE_H
#define STORE_SALVAGE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct store;

/*
 * What can still be read of a database that is damaged, or of a newer spfs. The functions that read
 * (store_change_get(), store_item_get(), ...) work on it row by row, as far as the row, and the
 * way to it, is whole; -EUCLEAN where it is not.
 */

/*
 * Opens the database of a directory to be read only; nothing is made, checked or settled, and the log is not
 * moved into it. The caller has the profile's lock. When its first page is not that of a database, a copy is made in `work` (an
 * existing directory) and given a new one; it can be removed after store_close(). 0; -EUCLEAN: nothing can
 * be read; -errno.
 */
MUST_CHECK int store_salvage_open(const char *dir, const char *work, struct store **ret, struct err *err);

enum store_salvage {
	STORE_SALVAGE_CHANGES, /* journal numbers */
	STORE_SALVAGE_TEXTS,   /* inodes of files that have bytes of their own */
};

/*
 * Calls fn for each number that some way leads to, from both ends of the table and through an index, ascending and each once.
 * fn's nonzero return ends it and is returned. 0; -EUCLEAN, after all that was found: some way was broken.
 */
MUST_CHECK int store_salvage_ids(struct store *s, enum store_salvage what, int (*fn)(void *arg, int64_t id), void *arg);

#endif
