#ifndef SYNC_PENDING_H
#define SYNC_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/field.h"
#include "store/item.h"
#include "store/journal.h"

struct store;

/*
 * All changes of one item that the server has not accepted, in order. Read at
 * once, worked on in memory, written back at once.
 *
 * Invariant: what the user sees (item.values) is the server's row with the fields
 * of these changes laid over it, one after the other.
 */
struct pending_row {
	struct store_change c; /* owned */
	bool changed;          /* differs from the journal */
	bool gone;             /* to be deleted there */
};

struct pending {
	struct pending_row *v; /* owned */
	size_t n, cap;
	bool is_there;         /* the server has the item, whatever these say of it */
};

#define PENDING_INIT { 0 }

void pending_release(struct pending *p);
static inline void pending_release_p(struct pending *p)
{
	pending_release(p);
}

/* The item's changes; ret is initialised and empty. 0 or -errno. */
MUST_CHECK int pending_load(struct store *st, int64_t item, struct pending *ret);

/* Folds what may be folded, drops waiting updates without fields, and writes back what changed. */
MUST_CHECK int pending_store(struct store *st, struct pending *p);

/* Whether there is a change other than those that are gone. */
bool pending_any(const struct pending *p);

/* The change of that kind that is not gone, or NULL. */
struct pending_row *pending_find(struct pending *p, enum change_op op);

/* The row of that journal number, or NULL. */
struct pending_row *pending_row(struct pending *p, int64_t change);

/* What the three-way merge of a server's row with the changes came to. */
struct pending_merge {
	struct values now;      /* owned; the row with what is still to be sent laid over it */
	struct values base;     /* owned; what the user saw before, as far as it came from the row and these changes */
	struct values conflict; /* owned; the user's values that lost */
};

#define PENDING_MERGE_INIT { 0 }

void pending_merge_release(struct pending_merge *m);
static inline void pending_merge_release_p(struct pending_merge *m)
{
	pending_merge_release(m);
}

/* The server's row as it is and as it was. */
struct pending_news {
	const struct schema *schema; /* these are foreign */
	const struct values *base, *theirs;
	const char *agent;           /* by which its history knows us; NULL: by none */
	bool moved;                  /* its version is another one */
	bool first;                  /* it is the item's first version: nobody has changed what made it */
};

/*
 * Each update keeps what is to be sent; a NEW is done, since its row is there. Whether an UNSURE update arrived is
 * decided by this, and of a SENDING one, which met a conflict, whether that was with itself: what arrived is gone, the
 * rest is queued again. Pure. 0 or -ENOMEM.
 */
MUST_CHECK int pending_merge(const struct pending_news *w, struct pending *p, struct pending_merge *ret);

/*
 * `sent` was accepted, and `theirs` is what the server made of it: it may write a text in its own way (<div
 * class="ExternalClass...">). Lays over base what the next change of the user was made from, and not what it looks like
 * there: that is nobody's edit. A text that the server appends and shows empty stays as it was sent.
 */
MUST_CHECK int pending_echo(const struct schema *schema, const struct values *sent, const struct values *theirs,
			    struct values *base);

/* `base` with the fields of all changes laid over. */
MUST_CHECK int pending_lay(const struct pending *p, const struct values *base, struct values *ret);

/*
 * Another change of the user: folded into the last one when that waits (QUEUED, or REFUSED, which
 * makes it QUEUED again), else added. c is taken over and emptied. Written by pending_store().
 */
MUST_CHECK int pending_add(struct pending *p, struct store_change *c);

/* Takes fields out of the only waiting update that mean the same in base: sending them changes
 * nothing. Not while something is on its way, which may change them. */
MUST_CHECK int pending_prune(const struct schema *schema, struct pending *p, const struct values *base);

#endif
