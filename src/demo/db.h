#ifndef DEMO_DB_H
#define DEMO_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * The server's memory: one SQLite connection, in memory or in a file, and the
 * statements of queries.sql by name. Whoever calls holds the server's lock.
 */
struct db;
struct stmt;

enum db_query {
#define X(name, slow, sql) name,
#include "queries.inc"
#undef X
	DB_QUERIES
};

/* Opens (path NULL: in memory) and makes the tables. 0 or -errno: -EIO for what SQLite reports
 * without one, -ENOMEM, -ENOSPC, -EACCES, -EBUSY. */
MUST_CHECK int db_open(const char *path, struct db **ret);
struct db *db_close(struct db *db);
DEFINE_CLEANUP(struct db *, db_close);

/*
 * Takes a statement and binds its parameters, one letter each: i int64_t,
 * s string (NULL allowed), b const void * and size_t (a block), d double.
 * Statements are kept prepared; a second use of one that is still busy
 * prepares another.
 */
MUST_CHECK int db_ask(struct db *db, struct stmt **ret, enum db_query q, const char *types, ...);

/* 1: a row, 0: no more, or -errno. */
MUST_CHECK int db_step(struct stmt *st);

/* Gives the statement back; NULL allowed. */
struct stmt *db_done(struct stmt *st);
DEFINE_CLEANUP(struct stmt *, db_done);

/* Columns of the present row; strings and blocks live until the next step. */
int64_t db_int(struct stmt *st, int column);
double db_real(struct stmt *st, int column);
const char *db_text(struct stmt *st, int column); /* "" for NULL */
const void *db_block(struct stmt *st, int column, size_t *ret_n);

/* Asks, steps to the end and gives back. 0 or -errno. */
MUST_CHECK int db_run(struct db *db, enum db_query q, const char *types, ...);

/* Row id of the last insert; rows changed by the last statement. */
int64_t db_last_id(struct db *db);
int64_t db_changed(struct db *db);

MUST_CHECK int db_begin(struct db *db);

/* Ends it: commits when r >= 0, else rolls back. r, or the commit's error. */
MUST_CHECK int db_end(struct db *db, int r);

#endif
