#include "db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

/* The only file that sees SQLite. */

struct stmt {
	struct db *db;    /* foreign */
	sqlite3_stmt *st; /* owned */
	enum db_query q;
};

struct db {
	sqlite3 *sql;                   /* owned */
	struct stmt *ready[DB_QUERIES]; /* owned: prepared and idle, or NULL */
};

static const char *const queries[] = {
#define X(name, slow, sql) [name] = sql,
#include "queries.inc"
#undef X
};

/* The tables first, then what every start reads anew into temporary ones. */
static const char *const tables[] = {
#define X(name, slow, sql) sql,
#include "schema.inc"
#include "fields.inc"
#include "templates.inc"
#include "ctypes.inc"
#include "sample.inc"
#undef X
};

static int to_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE: return 0;
	case SQLITE_NOMEM: return -ENOMEM;
	case SQLITE_FULL: return -ENOSPC;
	case SQLITE_TOOBIG: return -EFBIG;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return -EBUSY;
	case SQLITE_CONSTRAINT: return -EEXIST;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY: return -EACCES;
	default: return -EIO;
	}
}

static int run_text(struct db *db, const char *sql)
{
	return to_errno(sqlite3_exec(db->sql, sql, NULL, NULL, NULL));
}

int db_open(const char *path, struct db **ret)
{
	CLEANUP(db_close_p) struct db *db = calloc(1, sizeof(*db));
	int r;

	if (!db)
		return -ENOMEM;
	r = to_errno(sqlite3_open_v2(path ? path : ":memory:", &db->sql,
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
	for (size_t i = 0; r >= 0 && i < sizeof(tables) / sizeof(*tables); i++)
		r = run_text(db, tables[i]);
	if (r < 0)
		return r;
	*ret = db;
	db = NULL;
	return 0;
}

static struct stmt *free_stmt(struct stmt *st)
{
	if (st)
		sqlite3_finalize(st->st);
	free(st);
	return NULL;
}

struct db *db_close(struct db *db)
{
	if (!db)
		return NULL;
	for (size_t i = 0; i < DB_QUERIES; i++)
		free_stmt(db->ready[i]);
	sqlite3_close(db->sql);
	free(db);
	return NULL;
}

static int take_stmt(struct db *db, enum db_query q, struct stmt **ret)
{
	struct stmt *st = db->ready[q];
	int r;

	db->ready[q] = NULL;
	if (!st) {
		st = FAULT("demo.db.ask") ? NULL : calloc(1, sizeof(*st));
		if (!st)
			return -ENOMEM;
		*st = (struct stmt) { .db = db, .q = q };
		r = to_errno(sqlite3_prepare_v3(db->sql, queries[q], -1, SQLITE_PREPARE_PERSISTENT, &st->st, NULL));
		if (r < 0) {
			free_stmt(st);
			return r;
		}
	}
	*ret = st;
	return 0;
}

static int bind_all(sqlite3_stmt *st, const char *types, va_list ap)
{
	int rc = SQLITE_OK;

	for (int i = 1; *types && rc == SQLITE_OK; types++, i++) {
		if (*types == 'i') {
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
		} else if (*types == 'd') {
			rc = sqlite3_bind_double(st, i, va_arg(ap, double));
		} else if (*types == 's') {
			rc = sqlite3_bind_text(st, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
		} else {
			const void *p = va_arg(ap, const void *);
			size_t n = va_arg(ap, size_t);

			rc = sqlite3_bind_blob64(st, i, p ? p : "", n, SQLITE_TRANSIENT);
		}
	}
	return to_errno(rc);
}

static int ask(struct db *db, struct stmt **ret, enum db_query q, const char *types, va_list ap)
{
	struct stmt *st = NULL;
	int r = take_stmt(db, q, &st);

	if (r < 0)
		return r;
	r = bind_all(st->st, types, ap);
	if (r < 0) {
		db_done(st);
		return r;
	}
	*ret = st;
	return 0;
}

int db_ask(struct db *db, struct stmt **ret, enum db_query q, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = ask(db, ret, q, types, ap);
	va_end(ap);
	return r;
}

int db_step(struct stmt *st)
{
	int rc = sqlite3_step(st->st);

	return rc == SQLITE_ROW ? 1 : to_errno(rc);
}

struct stmt *db_done(struct stmt *st)
{
	if (!st)
		return NULL;
	sqlite3_reset(st->st);
	sqlite3_clear_bindings(st->st);
	if (st->db->ready[st->q])
		return free_stmt(st);
	st->db->ready[st->q] = st;
	return NULL;
}

int64_t db_int(struct stmt *st, int column)
{
	return sqlite3_column_int64(st->st, column);
}

double db_real(struct stmt *st, int column)
{
	return sqlite3_column_double(st->st, column);
}

const char *db_text(struct stmt *st, int column)
{
	const char *s = (const char *) sqlite3_column_text(st->st, column);

	return s ? s : "";
}

const void *db_block(struct stmt *st, int column, size_t *ret_n)
{
	const void *p = sqlite3_column_blob(st->st, column);

	*ret_n = (size_t) sqlite3_column_bytes(st->st, column);
	return p ? p : "";
}

int db_run(struct db *db, enum db_query q, const char *types, ...)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	va_list ap;
	int r;

	va_start(ap, types);
	r = ask(db, &st, q, types, ap);
	va_end(ap);
	while (r >= 0 && (r = db_step(st)) > 0)
		;
	return r;
}

int64_t db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->sql);
}

int64_t db_changed(struct db *db)
{
	return sqlite3_changes64(db->sql);
}

int db_begin(struct db *db)
{
	return db_run(db, BEGIN_WORK, "");
}

int db_end(struct db *db, int r)
{
	int end = r < 0 ? db_run(db, ROLLBACK_WORK, "") : db_run(db, COMMIT_WORK, "");

	if (r >= 0 && end < 0 && db_run(db, ROLLBACK_WORK, "") < 0)
		return -EIO; /* nothing more can be done: the next begin fails, too */
	return r < 0 ? r : end;
}
