#ifndef SYNC_DOC_H
#define SYNC_DOC_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/item.h"
#include "store/node.h"
#include "pending.h"
#include "txn.h"

/*
 * What becomes of a document, and of its unsent bytes and moves, when something is heard of it. Rules kept here:
 *
 * 1. While bytes wait to be sent the file shows them, whatever rows say of the item. Whether they may be
 *    stored is decided when they are sent (upload.c).
 * 2. A version that is exactly one later than the one that we stored over is ours: there is no room for
 *    anybody else's. Then the bytes are those that we sent, unless the server rewrites files of that
 *    type (promotion): these are fetched anew.
 *    The same holds when the answer to a STORE was lost and the list says that we are who made that version: the bytes do
 *    not tell then (upload_look.c).
 * 3. A document that somebody else changed too stays as he left it; ours goes beside it.
 */

/* What a row means for the bytes and the place of the file. */
struct doc_news {
	bool is_document;
	bool waits;      /* rule 1 */
	bool ours;       /* the version is our own doing */
	bool same_bytes; /* and has the bytes that the file shows */
	bool stored;     /* which we have stored: not those of the version before */
	bool stays;      /* a move waits: the file stands where the user put it */
	int64_t size;    /* of the waiting bytes */
};

/* Looks at a row for the item before it is stored (it: as it was; p: changes, some of which end with this). */
MUST_CHECK int doc_news(struct txn *t, struct store_item *it, struct pending *p, const struct item *row,
			struct doc_news *ret);

/* The item and its changes are stored: what the file shows. n: its node. */
MUST_CHECK int doc_show(struct txn *t, const struct item *old, const struct store_item *it, const struct doc_news *d,
			struct store_node *n);

/*
 * The bytes of a STORE (row) go beside the document as a local file, because `why`; the document shows what the server
 * has, or goes when it is not there. p and it are written. Tells.
 */
MUST_CHECK int doc_put_aside(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *row,
			     const char *why);

/* A SENT store is done: its row was there already, as it says of itself. p is changed, not stored. */
MUST_CHECK int doc_end_store(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *sent);

/* Makes that local file in the directory; bytes: a file in unsent/, which stays; NULL: none. Tells. */
MUST_CHECK int doc_make_copy(struct txn *t, int64_t dir, const char *file, const char *bytes, int64_t size,
			     const char *why);

/* Its file goes where the server has it: a move was refused, because `why`. row: the MOVE. */
MUST_CHECK int doc_move_back(struct txn *t, struct store_item *it, struct pending *p, struct pending_row *row,
			     const char *why);

/* Whether servers rewrite files of this name when they are stored. */
bool doc_is_promoted(const char *path);

/* Whether the row is of another document than the one that the item's bytes were stored as, as the server has named that: somebody
 * has deleted it and made another of the same name. 1, 0, -errno. */
MUST_CHECK int doc_is_another(struct txn *t, int64_t item, const struct item *row);

/* Whether unsent bytes wait for a version that others have stored over since: the user has not seen theirs. */
bool doc_is_overtaken(const struct store_item *it, const struct pending *p);

/* Drops the bytes that were not sent, and stores both: the item is as the server has it. */
MUST_CHECK int doc_drop_stores(struct txn *t, struct store_item *it, struct pending *p);

/* The STORE that is not done and has the latest bytes; NULL. */
struct pending_row *doc_latest(const struct pending *p);

#endif
