#include <assert.h>
#include <errno.h>

#include "base/fault.h"
#include "conn.h"
#include "unsent.h"

/*
 * Transactions, and who moves the write-ahead log into the database.
 *
 * SQLite by itself lets whichever thread commits the 1,000th page do it, with
 * all other writers waiting. Here a checkpoint costs those who made the work:
 *
 * 1. From WAL_SHORT pages on, a transaction that wrote WAL_BULK pages or more (a
 *    page from the server, not a save) makes one after it let the next writer in.
 *    A checkpoint stops no reader and no writer.
 * 2. The log begins anew only if a writer finds all of it moved. Writers that
 *    take turns can miss that moment for ever; so from WAL_LONG pages on the
 *    next commit, whoever's, makes the checkpoint before it lets the next one in.
 *
 * 3. The file of the log is made longer ahead of the commits (db_widen_log), and not cut when the log begins anew: to wait for the disk
 *    is twice as dear while a file grows with every commit.
 *
 * Nothing happens between commits, and readers never do it. What bounds the log
 * is WAL_LONG, plus what is written while one reader holds one snapshot.
 */
enum { WAL_SHORT = 2000, WAL_BULK = 100, WAL_LONG = 8000 };

bool store_in_txn(struct store *s)
{
	struct session *me = pthread_getspecific(s->key);

	return me && me->txn;
}

static int begin(struct store *s, bool lazy)
{
	struct session *me;
	struct db *db;
	int r;

	assert(!store_in_txn(s));
	r = conn_session(s, &me);
	if (r < 0)
		return r;
	assert(!me->read);
	lock_take(&s->write);
	r = conn_writer(s, &db);
	if (r == 0)
		r = db_begin(db, lazy);
	if (r < 0) {
		lock_give(&s->write);
		return r;
	}
	me->txn = db;
	me->lazy = lazy;
	return 0;
}

int store_begin(struct store *s)
{
	return begin(s, false);
}

int store_begin_lazy(struct store *s)
{
	return begin(s, true);
}

/* A commit that waited for the disk has all before it there, too: they are in one file, in order. */
static void count(struct store *s, const struct session *me, const struct db *db)
{
	atomic_fetch_add(&s->commits, 1);
	if (!db_has_written(db))
		return;
	if (me->lazy)
		atomic_fetch_add(&s->lazy, 1);
	else
		atomic_store(&s->settled, atomic_load(&s->lazy));
}

/* Whoever cannot, reads without: each call sees the last commit then. */
void store_read_begin(struct store *s)
{
	struct session *me;
	struct db *db;

	assert(!store_in_txn(s));
	if (conn_session(s, &me) < 0 || conn_db(me, &db, NULL) < 0)
		return;
	assert(!me->read);
	if (db_read_begin(db) == 0)
		me->read = db;
}

void store_read_end(struct store *s)
{
	struct session *me = pthread_getspecific(s->key);

	if (!me || !me->read)
		return;
	db_read_end(me->read);
	me->read = NULL;
}

void store_set_watch(struct store *s, const struct store_watch *w)
{
	assert(!store_in_txn(s));
	lock_take(&s->write);
	s->watch = w ? *w : (struct store_watch) { 0 };
	lock_give(&s->write);
}

/* Needs the right to write. */
static void tell_end(struct store *s)
{
	if (s->watch.ended)
		s->watch.ended(s->watch.arg);
}

int store_commit(struct store *s)
{
	struct session *me = pthread_getspecific(s->key);
	struct db *db;
	int r, pages, wrote;

	assert(me && me->txn);
	CRASH_POINT("store.commit.before");
	db = me->txn;
	db_widen_log(db, s->wal_pages);
	r = db_commit(db);
	me->txn = NULL;
	tell_end(s);
	if (r < 0) {
		lock_give(&s->write);
		unsent_settle(s, me, false);
		return r;
	}
	CRASH_POINT("store.commit.after");
	count(s, me, db);
	pages = db_wal_pages(db);
	wrote = pages >= s->wal_pages ? pages - s->wal_pages : pages;
	s->wal_pages = pages;
	if (pages >= WAL_LONG)
		db_checkpoint(db);
	lock_give(&s->write);
	/* Not on the writer's connection, which may be in use again. */
	if (pages >= WAL_SHORT && pages < WAL_LONG && wrote >= WAL_BULK && conn_db(me, &db, NULL) == 0)
		db_checkpoint(db);
	unsent_settle(s, me, true);
	return 0;
}

uint64_t store_lazy(const struct store *s)
{
	return atomic_load(&((struct store *) s)->lazy);
}

int store_settle(struct store *s, uint64_t n)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	struct session *me;
	int r;

	if (atomic_load(&s->settled) >= n)
		return 0;
	r = store_begin(s);
	if (r < 0)
		return r;
	txn = s;
	me = pthread_getspecific(s->key);
	r = db_sync_log(me->txn);
	if (r == 0)
		atomic_store(&s->settled, atomic_load(&s->lazy));
	return r;
}

uint64_t store_commits(const struct store *s)
{
	return atomic_load(&((struct store *) s)->commits);
}

void store_rollback(struct store *s)
{
	struct session *me = pthread_getspecific(s->key);

	if (!me || !me->txn)
		return;
	db_rollback(me->txn);
	me->txn = NULL;
	tell_end(s);
	lock_give(&s->write);
	unsent_settle(s, me, false);
}
