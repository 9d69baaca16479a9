#ifndef STORE_PIN_H
#define STORE_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct store;

/*
 * What the user wants to have here always: a document, or all documents below a
 * directory, also those that come later. Their contents never leave the cache by
 * themselves. The common errors are those of the store.
 */

/* In a transaction of its own. -ENOENT: unpinned, and it is not pinned itself. */
MUST_CHECK int store_pin_set(struct store *s, int64_t ino, bool pinned);

/* Whether the node, or a directory that it is in, is pinned: 1 or 0. */
MUST_CHECK int store_pin_covers(struct store *s, int64_t ino);

/* The inodes that are pinned themselves. fn's nonzero return ends it and is returned. */
MUST_CHECK int store_pin_each(struct store *s, int (*fn)(void *arg, int64_t ino), void *arg);

/* Contents that came some other way than by being fetched for a pin stay too. In a transaction of its own, when anything
 * is pinned. */
MUST_CHECK int store_pin_settle(struct store *s);

/* The pinned documents of a list whose contents are not here, by local item id. As above. */
MUST_CHECK int store_pin_missing(struct store *s, int64_t list, int (*fn)(void *arg, int64_t item), void *arg);

#endif
