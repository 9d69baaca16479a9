#ifndef SYNC_PARTS_H
#define SYNC_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "store/item.h"
#include "txn.h"

/*
 * Items that are shown in the file of another one, their master: the exceptions and deleted instances of a
 * calendar's series. They have no node; what becomes of them changes the bytes of their master's file.
 * store_form.master says which it is:
 *
 *	> 0   local id of the master
 *	< 0   -ID of a master that is not here; or whose pending change will make the server drop them
 *	0     it has a file of its own
 */

/* Whether items of the list may be parts of others' files. */
bool parts_in_list(const struct txn *t);

/* What the item says of itself; *ret as in store_form. *ret_hidden: without its master it has no file. */
MUST_CHECK int parts_ask(const struct txn *t, const struct item *i, int64_t *ret, bool *ret_hidden);

/* What is stored of it; the second also where the list has no parts any more. */
MUST_CHECK int parts_of(const struct txn *t, int64_t item, int64_t *ret);
MUST_CHECK int parts_stored(const struct txn *t, int64_t item, int64_t *ret);
MUST_CHECK int parts_set(struct txn *t, int64_t item, int64_t master);

/* The node that shows the item: its own or its master's. 0 or -ENOENT. */
MUST_CHECK int parts_node(const struct txn *t, int64_t item, struct store_node *ret);

/* A part of the master's file changed: the file is made anew with the commit. edited: in what people can edit. */
MUST_CHECK int parts_note(struct txn *t, int64_t master, bool edited);

/* For txn_commit(): files that were noted. */
MUST_CHECK int parts_flush(struct txn *t);

/* An item was received: those that waited for it lose their own files. */
MUST_CHECK int parts_adopt(struct txn *t, const struct store_item *it);

/* The item goes: its master's file changes, its own parts become files again or, never sent, go too. */
MUST_CHECK int parts_leave(struct txn *t, int64_t item);

/* The master's change that is about to be sent makes the server drop its parts: those that it has wait for its word. */
MUST_CHECK int parts_drop(struct txn *t, int64_t master);

/* That change is taken back: what waits is shown again, what was to take its place goes. */
MUST_CHECK int parts_restore(struct txn *t, const struct store_item *master);

/* The same, when its change was one of that kind. */
MUST_CHECK int parts_restore_dropped(struct txn *t, const struct store_item *master);

/* What the server refused of the parts is given up. */
MUST_CHECK int parts_revert(struct txn *t, int64_t master);

/* The item is to be deleted: so are its parts, before. */
MUST_CHECK int parts_delete(struct txn *t, int64_t master, const char *name);

#endif
