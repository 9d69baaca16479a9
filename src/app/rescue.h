#ifndef APP_RESCUE_H
#define APP_RESCUE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct store;

/* What exists only here, as files that can be read without spfs. */
struct rescue {
	int64_t changes;    /* items with changes that the server has not accepted */
	int64_t texts;      /* texts that were no changes yet */
	int64_t files;      /* files that are only local */
	int64_t unreadable; /* rows that could not be read */
};

/*
 * Writes them below `to` (made when missing): LIST/FILE for each, and MANIFEST.txt, which says what each is. conflicts:
 * the directory of a store in whose conflicts/ the texts are put too, so that `spfs conflicts` can send them; NULL: none.
 * from: a store, or what store_salvage_open() opened. scratch: the directory that its local files are in.
 *
 * 0, also when some rows were unreadable; -errno with err: it could not be written, nothing is lost and it can be
 * done again.
 */
MUST_CHECK int rescue_unsent(struct store *from, const char *scratch, const char *to, const char *conflicts,
			     struct rescue *ret, struct err *err);

#endif
