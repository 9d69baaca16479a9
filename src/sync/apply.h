#ifndef SYNC_APPLY_H
#define SYNC_APPLY_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/item.h"
#include "sync/conflict.h"
#include "pending.h"
#include "txn.h"

struct buf;

/*
 * What the server says of an item reaches the store: merged with what the user
 * changed meanwhile, shown by its node, told to the kernel. Rows of a pull and
 * rows that come back from a push go the same way.
 *
 * Where an item is, at any time exactly one of:
 *	- a node shows it;
 *	- its slot is vacated (a program is saving, or the user removed it a moment ago): it
 *	  has no node, rows only change its values;
 *	- a DELETE is pending: the same.
 */

/* How a pull wants a row to be taken. */
struct apply_how {
	bool force;    /* look at the values although the version is known */
	bool anywhere; /* its folder will not come: show it in the list's directory */
};

enum { APPLY_LATER = 1 };

/*
 * A row of a pull; its contents are taken. 0; APPLY_LATER: nothing was done because
 * its folder is not known yet (the row is untouched then).
 */
MUST_CHECK int apply_row(struct txn *t, struct item *row, struct apply_how how);

/* A row for an item that is known to be meant. p: its changes; written back. Contents of row are taken. */
MUST_CHECK int apply_item(struct txn *t, struct store_item *it, struct pending *p, struct item *row);

/* The server has the item no more: it goes, and what was in it. Texts that were not on the server are kept in conflicts/. */
MUST_CHECK int apply_gone(struct txn *t, int64_t item);

/* Item, nodes, ghosts, vacancy and changes go, told to the kernel; nothing is kept. */
MUST_CHECK int apply_vanish(struct txn *t, const struct store_item *it);

/* What is below a folder that was at `from` is found below `to` from now on. */
MUST_CHECK int apply_repath(struct txn *t, const char *from, const char *to);

/* A folder that came to `path` while another one showed under its name gets the plain name; none is no error. */
MUST_CHECK int apply_give_name(struct txn *t, const char *path);

/* The item is shown by another one's file from now on: its node goes. */
MUST_CHECK int apply_hide(struct txn *t, int64_t item);

/* An item without a node shows again, under `name` if that is free (NULL: any). */
MUST_CHECK int apply_reappear(struct txn *t, const struct store_item *it, const char *name);

/* An item turns up in a folder whose deletion waits: that would delete it too, so the folder stays, and shows again. 1: so
 * it is; 0: no deletion of it waits. -errno. */
MUST_CHECK int apply_spare_folder(struct txn *t, const struct item *row);

/* What apply_keep() keeps, and what is known of it. */
struct apply_kept {
	enum sync_conflict_kind kind;
	const char *name;          /* the file's */
	const struct item *item;   /* NULL: none */
	const struct values *base; /* what the text was made from; NULL: not known */
	int64_t dir;               /* inode of its directory, asked when the item has no path; 0: not known */
	const char *why;           /* for people */
};

/* Copies the item's text as the user has it to conflicts/ and tells. n: its node, NULL: none; i: the item
 * as the user sees it, id its local one; NULL: nothing. */
MUST_CHECK int apply_keep(struct txn *t, const struct store_node *n, int64_t id, const struct item *i,
			  const struct apply_kept *k);

/* The same with bytes that are at hand. */
MUST_CHECK int apply_keep_bytes(struct txn *t, const void *p, size_t n, const struct apply_kept *k);

/* The same with the bytes of a document: a file in unsent/, which stays. */
MUST_CHECK int apply_keep_unsent(struct txn *t, const char *file, const struct apply_kept *k);

/* Adds the display names of the fields: "Status, Title". */
void apply_name_fields(const struct schema *schema, const struct values *fields, struct buf *out);

#endif
