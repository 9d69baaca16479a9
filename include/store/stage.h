#ifndef STORE_STAGE_H
#define STORE_STAGE_H

#include <stdint.h>

#include "base/attr.h"
#include "model/item.h"

struct store;

/*
 * Where rows of an answer wait until the answer is known to be whole, and from
 * where they are applied in short transactions. A temporary database of the
 * calling thread (on disk when large): memory does not grow, a crash forgets it.
 * One stage per thread; it needs no transaction of the store and is not part of one.
 *
 * Empties it; also when the thread ends. Not from inside store_stage_take().
 */
MUST_CHECK int store_stage_reset(struct store *s);

/* Adds a row; numbers ascend from 1. After a failure, adding and taking fail with the same code until the
 * reset: rows are missing. */
MUST_CHECK int store_stage_add(struct store *s, const struct item *row);

/* Rows with a number above `after`, at most max of them, ordered. fn gets each with its number.
 * fn may call the store; its negative return ends it. Returns how many were handed out. */
MUST_CHECK int store_stage_take(struct store *s, int64_t after, int max,
				int (*fn)(void *arg, int64_t number, struct item *row), void *arg);

#endif
