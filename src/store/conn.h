#ifndef STORE_CONN_H
#define STORE_CONN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/thread.h"
#include "model/field.h"
#include "store/store.h"
#include "stmt.h"

/*
 * Which connection a thread works on.
 *
 * Each thread has a session with its first call; it ends with the thread, when it goes to the next thread, or with
 * store_close(). Invariants:
 *
 * 1. Inside a transaction every call works on the transaction's connection, so
 *    that it sees what was written. All transactions share that one, in turn: it is the only one that writes, so
 *    that the pages that it has in memory are never out of date. A commit takes those of all others. No statement of it may be
 *    in use when the transaction ends: it is somebody else's then.
 * 2. Outside, no call works on a connection whose statement is being walked by a
 *    callback: that one holds a snapshot of the past, in which the callback would
 *    not see its own commits, and from which SQLite refuses to begin writing once
 *    anybody else has committed. So a callback's calls go to the session's next
 *    connection; there are as many as callbacks were ever nested, rarely two.
 * 3. Between store_read_begin() and store_read_end() the calls outside callbacks work on one connection, which is
 *    in a transaction that only reads.
 */
struct session {
	struct store *store;  /* foreign */
	struct session *next; /* protected by store->pool */
	/* this thread only: */
	struct db **db;       /* owned, n_db of them, by depth of callbacks */
	size_t n_db, cap;
	struct db *txn;       /* foreign; store->writer; NULL: outside a transaction */
	bool lazy;            /* the transaction is */
	struct db *read;      /* the same, between store_read_begin() and _end() */
	struct db *stage;     /* owned; NULL: empty (see stage.c) */
	int stage_error;
	struct buf pack[2];   /* for the blobs of the row that is being written */
	struct buf left;      /* names of files, each with its NUL: see unsent.h */
};

enum { COLUMNS_KNOWN = 16 };

struct store {
	/* immutable: */
	char *dir;            /* owned; no slash at the end */
	char *path;           /* owned; of the database */
	int lock_fd;          /* owned; the profile's lock */
	pthread_key_t key;    /* of the threads' sessions */
	bool has_key;

	struct lock write;    /* held from store_begin() to the end of the transaction */
	struct db *writer;    /* owned; protected by write; NULL: not opened yet; see invariant 1 */
	atomic_uint_fast64_t commits; /* how many there were */
	struct store_watch watch; /* protected by write */
	int wal_pages;        /* protected by write: length of the log after the last commit */
	atomic_uint_fast64_t lazy;    /* commits that waited for no disk; written with write */
	atomic_uint_fast64_t settled; /* of these, how many are durable; the same */

	struct lock pool;
	struct session *sessions; /* protected by pool */
	struct session *spare; /* the same; of threads that have ended: opening a connection reads the schema and prepares again */
	int n_spare;           /* the same */
	/* The columns of lists, by id: each transaction reads its list's row, and unpacking these was most of what that cost. */
	struct schema_memory columns[COLUMNS_KNOWN]; /* owned; protected by pool */
};

/* Fills in a store of a directory that is all zero; store_close() ends it. 0, -ENOMEM. */
MUST_CHECK int conn_init(struct store *s, const char *dir);

/* The calling thread's session, made when missing. */
MUST_CHECK int conn_session(struct store *s, struct session **ret);

/* The connection of transactions, opened when missing. Needs store->write. */
MUST_CHECK int conn_writer(struct store *s, struct db **ret);

/* The connection for the next call of this session (invariants 1 and 2). */
MUST_CHECK int conn_db(struct session *me, struct db **ret, struct err *err);

/* Ends all sessions; nobody else may be using the store. */
void conn_end_all(struct store *s);

/* Ends the calling thread's session, as the destructor of store->key. */
void conn_end(void *session);

/* The row or the form of an item is about to change: tells who watches. Needs a transaction. 0 or his -errno. */
MUST_CHECK int conn_replacing(struct store *s, int64_t item);

/* stmt_ask() on the calling thread's connection. */
MUST_CHECK int conn_ask(struct store *s, struct stmt **ret, enum query q, const char *types, ...);

/* The same for a statement that is stepped with a callback. */
MUST_CHECK int conn_walk(struct store *s, struct stmt **ret, enum query q, const char *types, ...);

/*
 * Runs a statement that changes something; asserts that a transaction is open.
 * Returns how many rows it changed.
 */
MUST_CHECK int conn_run(struct store *s, enum query q, const char *types, ...);

/* The key of the row that the transaction inserted last. */
MUST_CHECK int conn_last_id(struct store *s, int64_t *ret);

/* Whether the query finds a row: 1 or 0. */
MUST_CHECK int conn_exists(struct store *s, enum query q, const char *types, ...);

/* The number in the first column of the only row. 0; -ENOENT: no row, or NULL. */
MUST_CHECK int conn_number(struct store *s, int64_t *ret, enum query q, const char *types, ...);

/* An empty buffer of the session for a packed blob; there are two (which: 0, 1). Valid until the next call for it. */
MUST_CHECK int conn_pack(struct store *s, int which, struct buf **ret);

#endif
