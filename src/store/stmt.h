#ifndef STORE_STMT_H
#define STORE_STMT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * The only door to SQLite. A struct db is one connection and belongs to one
 * thread at a time. A statement is asked for by its name in queries.sql; it is
 * prepared once per connection and comes back reset. Who asks for one that is
 * being stepped already (a callback that calls the store) gets a fresh one.
 *
 *	CLEANUP(stmt_done_p) struct stmt *st = NULL;
 *	int r = stmt_ask(db, &st, Q_JOURNAL_OF_ITEM, "i", item);
 *
 *	while (r >= 0 && (r = stmt_step(st)) > 0)
 *		... stmt_i64(st, 0) ...
 *
 * SQLite's codes become: -ENOSPC (full, quota), -EROFS, -EUCLEAN (damaged or not a
 * database), -ENOMEM, -EEXIST (a unique index), -EINVAL (another constraint), -EACCES,
 * -EFBIG, else -EIO.
 */
struct db;
struct stmt;

enum query {
#define X(name, slow, sql) Q_##name,
#include "queries.inc"
#undef X
	Q__COUNT
};

/* The headed parts of schema.sql. */
enum script {
#define X(name, slow, sql) SCRIPT_##name,
#include "schema.inc"
#undef X
	SCRIPT__COUNT
};

/*
 * Opens a file that exists and runs `setup`. -errno with err: "PATH: reason".
 * Never creates the file: a thread that comes late must not make an empty
 * database where somebody removed the real one.
 */
MUST_CHECK int db_open(const char *path, enum script setup, struct db **ret, struct err *err);

/* The connection will not move the log into the database, not even when it is the last one. */
void db_keep_log(struct db *db);

/* No statement of it may be in use. NULL is allowed; returns NULL. */
struct db *db_close(struct db *db);

/* Runs a script. -EUCLEAN: also where it does not fit the tables that are there. */
MUST_CHECK int db_script(struct db *db, enum script which);

/*
 * Whether every statement for spfs.db compiles against its tables. 0; -EUCLEAN: they are others than
 * this version's; -ENOMEM, -EIO.
 */
MUST_CHECK int db_check_tables(struct db *db);

/* SQLite's words for the last failure; valid until the next call. */
const char *db_why(const struct db *db);

/* Whether a statement of stmt_set_walked() is not done yet. */
bool db_is_walked(const struct db *db);

/* ---- transactions ---- */

/* lazy: as store_begin_lazy(). */
MUST_CHECK int db_begin(struct db *db, bool lazy);

/* What is read until db_read_end() is of one moment, that of the first reading. Not within a transaction, nor the other way round. */
MUST_CHECK int db_read_begin(struct db *db);
void db_read_end(struct db *db);

/* On failure the transaction is rolled back. */
MUST_CHECK int db_commit(struct db *db);
void db_rollback(struct db *db);

/* Pages in the write-ahead log after this connection's last commit; 0 before one. */
int db_wal_pages(const struct db *db);

/* Whether its last commit wrote to the log. */
bool db_has_written(const struct db *db);

/*
 * Makes the log's file longer, inside a transaction, when the log is near the end of it; `pages` are in the log. To overwrite what
 * is there costs a disk half of what it costs to make a file longer, which the file system writes down too. Not on a disk that is almost
 * full. What fails is left: the commit will say it.
 */
void db_widen_log(struct db *db, int pages);

/* Waits until the log is on the disk, inside a transaction. */
MUST_CHECK int db_sync_log(struct db *db);

/* Moves the log's pages into the database as far as no reader needs them where they are. Waits for
 * the disk, not for other connections. What fails is tried again by the next one. */
void db_checkpoint(struct db *db);

/* The key of the last row that was inserted. */
int64_t db_last_id(const struct db *db);

/* ---- statements ---- */

/*
 * Prepares the statement and binds ?1, ?2, ... as `types` says:
 *	i  int64_t
 *	z  int64_t, 0 becomes NULL
 *	d  int
 *	t  const char *, NULL for NULL
 *	b  const void *, size_t; NULL for NULL
 * Texts and blobs are not copied: they must live until stmt_done().
 */
MUST_CHECK int stmt_ask(struct db *db, struct stmt **ret, enum query q, const char *types, ...);
MUST_CHECK int stmt_vask(struct db *db, struct stmt **ret, enum query q, const char *types, va_list ap);

/* Says that callbacks will run while the statement is stepped: db_is_walked() until stmt_done(). */
void stmt_set_walked(struct stmt *st);

/* Returns 1: a row; 0: no more rows; or -errno. */
MUST_CHECK int stmt_step(struct stmt *st);

/* Rows that the statement, stepped to its end, inserted, changed or deleted. */
int stmt_changes(const struct stmt *st);

/* Columns of the row, from 0. Pointers are valid until the next step. NULL and 0 for NULL. */
bool stmt_is_null(const struct stmt *st, int col);
int64_t stmt_i64(const struct stmt *st, int col);
const char *stmt_text(const struct stmt *st, int col);

/* An empty blob is not NULL. */
const void *stmt_blob(const struct stmt *st, int col, size_t *ret_n);

/* Takes NULL; lets go of the row, the bound values and the snapshot. */
void stmt_done(struct stmt *st);
DEFINE_CLEANUP(struct stmt *, stmt_done);

#endif
