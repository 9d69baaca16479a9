#ifndef SYNC_PLACE_H
#define SYNC_PLACE_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/item.h"
#include "txn.h"

/*
 * Which slot shows an item: names and directories. The name comes from the item;
 * the first to get the plain one keeps it, later ones carry their id. Names are sticky: a name moves only
 * when what it is derived from changed.
 */
#define PLACE_NAME 256

/* How long a former name is still found, ns. */
#define PLACE_GHOST_NS (24 * 3600 * (int64_t) 1000000000)

/* The directory of an item by its path. 0, or -ENOENT: its folder is not known (yet). */
MUST_CHECK int place_parent(const struct txn *t, const struct item *i, int64_t *ret_dir);

/* A free name for the item in the directory. ino, item: whose own slots count as free (0: none). */
MUST_CHECK int place_name(const struct txn *t, const struct item *i, int64_t dir, int64_t ino, int64_t item,
			  char out[PLACE_NAME]);

/* Whether the slot is free, but for ghosts, node `ino` and a vacancy of `item`: 1 or 0. */
MUST_CHECK int place_is_free(const struct txn *t, int64_t dir, const char *name, int64_t ino, int64_t item);

/* Whether the name is one that the item's values give it, plain or with its id: 1 or 0. */
MUST_CHECK int place_is_name(const struct txn *t, const struct item *i, const char *name);

/* Makes the item's node in the directory under a name of its own, and tells. */
MUST_CHECK int place_new(struct txn *t, const struct store_item *it, int64_t dir, const char *wanted);

/*
 * The item was `old` and is it->item now: moves its node (n, stored) to the name and directory that follow from
 * that. fresh: the server's first row of an item made here. A file that moves leaves a ghost.
 */
MUST_CHECK int place_follow(struct txn *t, const struct item *old, const struct store_item *it, bool fresh,
			    struct store_node *n);

/* Moves the item's node to another directory, under the name that it has, or another one where that is taken, and tells. */
MUST_CHECK int place_into(struct txn *t, const struct store_item *it, int64_t dir, struct store_node *n);

/* Moves the node to a slot that is free, with or without a ghost. Tells nobody: the kernel may know already. */
MUST_CHECK int place_move(struct txn *t, struct store_node *n, int64_t dir, const char *name, bool ghost);

/*
 * The node loses its name. While somebody has it open the row stays, bound to nothing, with its
 * bytes (i: the item it showed, NULL: none) as its own text; else it goes.
 */
MUST_CHECK int place_strip(struct txn *t, struct store_node *n, const struct item *i);

#endif
