#ifndef SYNC_VACANCY_H
#define SYNC_VACANCY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct store_vacancy;
struct sync;
struct txn;

/*
 * Ends the graces that are over: an item whose file was removed is deleted, one that was only
 * moved aside shows again. all: every grace, as when the mount ends. *ret_next: wall clock ns when the next
 * one is over, 0: none is left. 0 or -errno.
 */
MUST_CHECK int vacancy_run(struct sync *s, bool all, int64_t *ret_next);

/* Ends the grace of one slot now, if it still is as `v` says: somebody else needs the slot. */
MUST_CHECK int vacancy_end(struct txn *t, const struct store_vacancy *v);

#endif
