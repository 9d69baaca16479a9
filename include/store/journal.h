#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdint.h>

#include "base/attr.h"
#include "model/change.h"

struct store;

/*
 * The journal: what the user did and the server has not accepted yet. In order
 * per item; items are independent of each other.
 *
 *	           add                take                 accepted
 *	 (nothing) ---> QUEUED ------------------> SENDING ----------> (deleted)
 *	                  ^  ^                      |   |
 *	                  |  | not arrived          |   | refused
 *	                  |  +------- UNSURE <------+   v
 *	                  |       answer lost,        REFUSED
 *	                  +---------------------------- retry, or a new save
 *	                          killed while SENDING
 *
 *	SENDING ---accepted, but the answer has no row---> SENT ---its row came---> (deleted)
 *
 * A row that is SENDING when the store is opened becomes UNSURE: nobody knows
 * whether it arrived, and it is not sent again before a pull has told. Nobody writes to a new document
 * any more then, so that none waits for its writer.
 */
enum store_change_state {
	STORE_CHANGE_QUEUED,
	STORE_CHANGE_SENDING,
	STORE_CHANGE_UNSURE,
	STORE_CHANGE_SENT,    /* STORE and MOVE: accepted; waits for the row that a pull brings of it */
	STORE_CHANGE_REFUSED, /* waits for the user; also when the list is gone or read-only */
	STORE_CHANGE_STATE_COUNT
};

struct store_change {
	int64_t id;     /* journal number, ascending; 0 before add */
	int64_t list;
	int64_t item;   /* local item id */
	enum store_change_state state;
	struct change change; /* owned; change.id and .version are those of the time of sending, 0 in the journal */
	int64_t created; /* wall clock ns of the first local change folded in */
	int64_t touched; /* wall clock ns of the last one */
	int tries;
	uint32_t server_code; /* REFUSED: the server's number; STORE_CODE_LOCKED also where it said so without one */
	char *reason;    /* owned; the server's or our words, NULL */
	char *name;      /* owned; the file's name when it was made, for outbox/ after the item went; NULL */
};

/* Somebody else has the document ([MS-WDV] 2.2.3). */
#define STORE_CODE_LOCKED 0x0009000eu

#define STORE_CHANGE_INIT { .change = CHANGE_INIT }

void store_change_release(struct store_change *c);
static inline void store_change_release_p(struct store_change *c)
{
	store_change_release(c);
}

/* The word in the database and for people: "queued", "sending", "unsure", "sent", "refused". */
const char *store_change_state_name(enum store_change_state st);

/* Adds; c->id is set. */
MUST_CHECK int store_change_add(struct store *s, struct store_change *c);

/* Replaces the row of c->id. -ENOENT. */
MUST_CHECK int store_change_put(struct store *s, const struct store_change *c);
MUST_CHECK int store_change_delete(struct store *s, int64_t id);
MUST_CHECK int store_change_get(struct store *s, int64_t id, struct store_change *ret);

/* The item's changes in order. fn may change or delete the one it is given; nonzero ends it and is returned. */
MUST_CHECK int store_change_of_item(struct store *s, int64_t item,
				    int (*fn)(void *arg, const struct store_change *c), void *arg);

/* In order of numbers, changes of the list (0: all lists) in any state. fn as above. */
MUST_CHECK int store_change_each(struct store *s, int64_t list,
				 int (*fn)(void *arg, const struct store_change *c), void *arg);

/* How many changes of the list (0: all) are in the state. */
MUST_CHECK int store_change_count(struct store *s, int64_t list, enum store_change_state st, int64_t *ret);

/* The bytes that the user sees of a document while they are not the server's: the last STORE's. 0 or -ENOENT. *ret_file: a
 * fresh string, NULL: no bytes; *ret_base: the item's version that they were made from. */
MUST_CHECK int store_change_bytes(struct store *s, int64_t item, char **ret_file, int64_t *ret_size, int64_t *ret_base);

/* The items of the list that have a change: 1 when `item` has one in any state, else 0. */
MUST_CHECK int store_change_has(struct store *s, int64_t item);

#endif
