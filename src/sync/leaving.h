#ifndef SYNC_LEAVING_H
#define SYNC_LEAVING_H

#include <stdint.h>

#include "base/attr.h"
#include "txn.h"

/*
 * Names on the server that are to become free: whatever takes one waits until the removal has been sent. Most removals go out
 * before everything else, but not those of what was sent a moment ago, whose number no row has told yet.
 *
 * 1: an item of t->list beside this one stands under that path, and its removal waits or is on its way; 0; -errno. A removal that was
 * refused is waited for no longer. What is found is kept with the transaction.
 */
MUST_CHECK int leaving_has(struct txn *t, int64_t item, const char *path);

void leaving_free(struct txn_leaving *l);

#endif
