#ifndef SYNC_PARK_H
#define SYNC_PARK_H

#include <stdint.h>

#include "base/attr.h"
#include "store/item.h"
#include "pending.h"
#include "txn.h"

/*
 * Changes that wait for the user (REFUSED): the file keeps his bytes as a draft, with
 * the reason. And lists that the server does not give us any more, whose changes wait
 * likewise and go out by themselves when it does again.
 */

/* The change is refused: its state, its file's text and error, an event. p is written. */
MUST_CHECK int park_refuse(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *row,
			   uint32_t server_code, const char *reason);

/* Queues the refused changes of the list (t->list) again, all or those with that reason (NULL: all). */
MUST_CHECK int park_retry(struct txn *t, const char *reason);

/* Those that waited for somebody else to give a document free. */
MUST_CHECK int park_retry_locked(struct txn *t);

/* The list's state becomes GONE or FORBIDDEN; what waits is refused, and the kernel told of all its files'
 * new rights. */
MUST_CHECK int park_list(struct txn *t, enum store_list_state state, const char *error);

/* The server gives the list again; t->list is the caller's to store. */
MUST_CHECK int park_list_back(struct txn *t);

#endif
