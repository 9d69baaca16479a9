#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * What is known locally: the cached lists, the names and inodes of the mount,
 * the texts that only exist here, and the journal of local changes. The only
 * durable truth (SQLite, WAL, synchronous=FULL), one directory per profile:
 *
 *	spfs.db (+ -wal, -shm)   everything but
 *	scratch/INO              contents of scratch files (fs opens them itself)
 *	unsent/FILE              contents of documents that the server has not (store/unsent.h)
 *	conflicts/LIST/FILE      what a conflict or refusal left behind
 *
 * A struct store is thread-safe: each thread gets a connection of its own at
 * its first call, which ends with the thread or with store_close(). It does not
 * survive fork(): the child must not touch it, not even to close it.
 *
 * Writing happens between store_begin() and store_commit() of the same thread;
 * store_begin() waits for the writer before (RANK_STORE; nothing that can wait
 * for anything else may be done in between). Every function that changes
 * something asserts that. Readers never wait and see the last commit, or their
 * own transaction.
 *
 * A function that calls back (..._each, ..._children) walks over one snapshot, taken
 * at its start; inside a transaction, over the transaction. The callback may call
 * anything here, the same function too, and may begin and end a transaction when
 * none is open: its calls see the last commit, not the snapshot being walked.
 *
 * Common errors of all functions: -ENOMEM, -EIO, -ENOSPC (disk full), -EROFS,
 * -EUCLEAN (damaged). Headers name only what comes on top. "0 or -ENOENT" means
 * that a missing row is -ENOENT and ret is untouched; a ret that held something
 * is released. Deleting what is not there is success.
 *
 * When a change fails inside a transaction for another reason than its own header
 * names, SQLite may have given the transaction up: all further calls then fail
 * with the same code until store_rollback() or store_commit(), which fails too.
 */
struct store;

/*
 * Opens or creates the store in a directory (made with mode 0700 when missing).
 * -EWOULDBLOCK: another process holds its lock; -EPROTO: the database is of a
 * newer version; -EACCES, -EROFS: not writable. err says which file and what to do.
 */
MUST_CHECK int store_open(const char *dir, struct store **ret, struct err *err);

/*
 * Closes the connections of all threads. None may be inside a call or just about to
 * end; those that have ended (joined) or sleep elsewhere are fine, and so is their
 * ending later. No transaction may be open. NULL is allowed. Returns NULL.
 */
struct store *store_close(struct store *s);
DEFINE_CLEANUP(struct store *, store_close);

/* A file of this name stands in the directory once SQLite has met damage, until somebody takes it away. */
#define STORE_DAMAGED "spfs.db-damaged"

/* Reads the whole database for damage (seconds for a big one). 0, or -EUCLEAN with err naming the first. */
MUST_CHECK int store_check(struct store *s, struct err *err);

/* The directory given to store_open, without a slash at the end. */
const char *store_dir(const struct store *s);

/* How many transactions were committed since it was opened: the same number, nothing changed. */
uint64_t store_commits(const struct store *s);

MUST_CHECK int store_begin(struct store *s);

/*
 * The same, but its commit is seen at once and durable only when a later one is, in order: for what the next start would do
 * again from what is durable already, should the power fail in between. It costs no wait for the disk.
 */
MUST_CHECK int store_begin_lazy(struct store *s);

/* How many lazy transactions were committed. */
uint64_t store_lazy(const struct store *s);

/* Waits until the first n of them are durable, when they are not yet. -EIO, -ENOSPC: they may never be. */
MUST_CHECK int store_settle(struct store *s, uint64_t n);

/*
 * What the thread reads until store_read_end() is of one moment, as far as that can be had, and costs less: each call by itself
 * takes a lock of the database's and gives it back. For a few calls in a row; it keeps the log from beginning anew. No
 * transaction may be open, or begin meanwhile.
 */
void store_read_begin(struct store *s);
void store_read_end(struct store *s);

/* Makes it durable. On failure the transaction is rolled back and ended. */
MUST_CHECK int store_commit(struct store *s);

/* Ends the transaction without effect; allowed when none is open. */
void store_rollback(struct store *s);

/* Whether the calling thread is inside a transaction. */
bool store_in_txn(struct store *s);

/*
 * Somebody who has to know what an item was before it changes. Both are called in the writer's thread, may read the
 * store and take locks of RANK_LEAF. The removal of a whole list is not told item by item.
 */
struct store_watch {
	/* The item's row or its form is about to be replaced or deleted, and can still be read as it was. 0 or -errno, with
	 * which the change fails. */
	int (*replacing)(void *arg, int64_t item);
	/* The transaction was committed or rolled back, and no other has begun. */
	void (*ended)(void *arg);
	void *arg; /* foreign */
};

/* From now on; w is copied, NULL: nobody. Waits for a transaction that is open; not to be called in one. */
void store_set_watch(struct store *s, const struct store_watch *w);

/*
 *	CLEANUP(store_txn_p) struct store *txn = NULL;
 *	int r = store_begin(s);
 *
 *	if (r < 0)
 *		return r;
 *	txn = s;                       from here an early return rolls back
 *	...
 *	txn = NULL;
 *	return store_commit(s);
 */
static inline void store_txn_p(struct store **s)
{
	if (*s)
		store_rollback(*s);
}

#endif
