#ifndef SYNC_TXN_H
#define SYNC_TXN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "sync/sync.h"
#include "events.h"

/* A file that is made anew with the commit, since another item that it shows changed. */
struct txn_noted {
	int64_t master; /* the item whose file it is */
	bool edited;    /* in what people can edit */
};

/*
 * A transaction of the store with what belongs to it: the list it is about, and
 * what is to be told once it is durable. All changes of items and nodes, the
 * user's and the server's, go through one of these.
 *
 *	CLEANUP(txn_end) struct txn t = TXN_INIT(conf);
 *	int r = txn_begin(&t, list);
 *	...
 *	r = txn_commit(&t);
 *	... tell t.ev ...
 */
struct txn_leaving;

struct txn {
	const struct sync_config *conf; /* foreign */
	struct store *st;               /* foreign */
	struct store_list list;         /* owned; empty before txn_list() */
	struct events ev;               /* owned; told by whoever committed */
	int64_t now;                    /* wall clock ns of the beginning */
	bool open;
	bool lazy;                      /* set before txn_begin(): as store_begin_lazy() */
	bool own;                       /* the row that is applied is the answer to a change of ours */
	bool has_vacancies;             /* some slot may be vacated: names must be looked up there too */
	int64_t queued;                 /* changes that can be sent now, about */
	int64_t vacated;                /* due time of the earliest vacancy made; 0: none */
	int64_t held;                   /* wall clock ns when the first change that waits by itself can be sent; 0: none */
	int64_t conflicts;              /* how many were found */
	int64_t touched[8];             /* directories whose times move with the commit */
	size_t n_touched;
	struct txn_leaving *leaving;    /* owned; leaving.h; NULL: not looked for yet */
	struct txn_noted *noted;        /* owned; parts.h */
	size_t n_noted, cap_noted;
};

#define TXN_INIT(config) { .conf = (config), .st = (config)->store }

/* Begins, and reads the list (0: none yet). -ENOENT: no such list. */
MUST_CHECK int txn_begin(struct txn *t, int64_t list);

/* Reads the list that turned out to be meant. -ENOENT. */
MUST_CHECK int txn_list(struct txn *t, int64_t list);

/* Durable when 0; on failure nothing has happened. */
MUST_CHECK int txn_commit(struct txn *t);

/* Rolls back what was not committed and releases all. */
void txn_end(struct txn *t);

/* A change was made that can be sent from `due` on (wall clock ns; 0: now; INT64_MAX: somebody will say). */
void txn_hold(struct txn *t, int64_t due);

/* A directory's entries changed: its times move with the commit. */
MUST_CHECK int txn_touch(struct txn *t, int64_t dir);

/* An event about a node: ENTRY_ADDED, ENTRY_REMOVED, CONTENT, ATTR. */
MUST_CHECK int txn_tell(struct txn *t, enum sync_event_kind kind, const struct store_node *n);

/* The node was to_parent/to_name already when this is called; from where it came is given. */
MUST_CHECK int txn_tell_renamed(struct txn *t, const struct store_node *n, int64_t parent, const char *name);

/* An event in words: CONFLICT, REFUSED. name may be NULL. */
MUST_CHECK int txn_say(struct txn *t, enum sync_event_kind kind, const char *name, const char *text);

/* Whether somebody has the inode open. */
bool txn_is_open(const struct txn *t, int64_t ino);

#endif
