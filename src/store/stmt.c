#include "stmt.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/fault.h"
#include "base/fsutil.h"
#include "base/str.h"

/* Only programs outside spfs can make us wait, and only when it starts: a person with a sqlite3 shell. */
enum { BUSY_MS = 10000 };

/* The log's file grows by LOG_STEP bytes when fewer than LOG_NEAR pages are left in it, up to schema.sql's journal_size_limit,
 * beyond which SQLite would cut it, where LOG_SPARE bytes of the disk are free. A page takes LOG_FRAME. */
enum { LOG_NEAR = 64, LOG_FRAME = 4096 + 24, LOG_BLOCK = 64 << 10, LOG_STEP = 1 << 20, LOG_LIMIT = 32 << 20, LOG_SPARE = 64 << 20 };

struct stmt {
	sqlite3_stmt *s; /* owned */
	struct db *db;   /* foreign */
	bool in_use;     /* between stmt_ask() and stmt_done() */
	bool fresh;      /* not of the cache: freed by stmt_done() */
	bool walked;
};

/* How a transaction ends. */
enum { END_COMMIT, END_ROLLBACK, END_COUNT };

struct db {
	sqlite3 *h;                  /* owned */
	struct stmt cache[Q__COUNT]; /* prepared at first use */
	sqlite3_stmt *end[END_COUNT]; /* owned; prepared at once, so that ending needs no memory */
	bool in_txn;
	bool lazy;             /* its commits are durable later */
	int lost;      /* why SQLite ended the transaction by itself; each statement fails with it until our end */
	int walks;     /* statements with `walked` */
	int asked;     /* statements between stmt_ask() and stmt_done() */
	int wal_pages;
	bool wrote;    /* the last commit did */
	int log_room;  /* pages that the log's file is long enough for, as db_widen_log() found it; SQLite may have cut it since */
};

static const char *const query_text[Q__COUNT] = {
#define X(name, slow, sql) [Q_##name] = sql,
#include "queries.inc"
#undef X
};

static const char *const script_text[SCRIPT__COUNT] = {
#define X(name, slow, sql) [SCRIPT_##name] = sql,
#include "schema.inc"
#undef X
};

/* What the system said; a file system tells "full" by more codes than SQLite has. Never -ENOENT, which
 * would read as "no such row". */
static int os_errno(const struct db *db)
{
	switch (sqlite3_system_errno(db->h)) {
	case ENOSPC:
	case EDQUOT:
		return -ENOSPC;
	case EROFS:
		return -EROFS;
	case EACCES:
	case EPERM:
		return -EACCES;
	case ENOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int constraint_errno(int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return -EEXIST;
	default:
		return -EINVAL;
	}
}

/* Leaves word beside the file, so that the next start reads the whole database (store.h: STORE_DAMAGED). */
static void mark_damage(const struct db *db)
{
	const char *path = sqlite3_db_filename(db->h, "main");
	CLEANUP(str_free_p) char *mark = str_empty(path) ? NULL : str_printf("%s-damaged", path);
	int fd = mark ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;

	fsutil_close_p(&fd);
}

/* The one place where SQLite's codes become ours. */
static int to_errno(const struct db *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
		return 0;
	case SQLITE_ROW:
		return 1;
	case SQLITE_CONSTRAINT:
		return constraint_errno(code);
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		mark_damage(db);
		return -EUCLEAN;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_TOOBIG:
		return -EFBIG;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return code == SQLITE_IOERR_NOMEM ? -ENOMEM : os_errno(db);
	default:
		return -EIO;
	}
}

/* "no such column", "duplicate column name": the tables are not those that this program makes. */
static int misfit_errno(const struct db *db, int code)
{
	return (code & 0xff) == SQLITE_ERROR ? -EUCLEAN : to_errno(db, code);
}

static int prepare(struct db *db, enum query q, sqlite3_stmt **ret)
{
	if (FAULT("store.prepare"))
		return -ENOMEM;
	return to_errno(db, sqlite3_prepare_v3(db->h, query_text[q], -1, SQLITE_PREPARE_PERSISTENT, ret, NULL));
}

/* ---- connections ------------------------------------------------------- */

/* Called after each commit; being there also switches SQLite's own checkpoints off (see txn.c). */
static int note_wal(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct db *db = arg;

	(void) h;
	(void) name;
	db->wal_pages = pages;
	db->wrote = true;
	return SQLITE_OK;
}

/*
 * The database is this process's alone: without a lock of the file, and a file for the index of the log, that others could see, every
 * statement saves two system calls and every transaction a dozen. Elsewhere (a test's) as it is.
 */
static const char *own_vfs(void)
{
	return strcmp(sqlite3_vfs_find(NULL)->zName, "unix") == 0 ? "unix-excl" : NULL;
}

static int set_up(struct db *db, const char *path, enum script setup)
{
	int r;

	if (FAULT("store.open"))
		return -EIO;
	/* Refused, which is fine, once SQLite has been used. Its count of allocated memory costs a tenth of
	 * all time, and a lock that all threads share. */
	(void) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	r = to_errno(db, sqlite3_open_v2(path, &db->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, own_vfs()));
	if (r < 0)
		return r;
	sqlite3_extended_result_codes(db->h, 1);
	sqlite3_busy_timeout(db->h, BUSY_MS);
	sqlite3_wal_hook(db->h, note_wal, db);
	r = db_script(db, setup);
	if (r == 0)
		r = prepare(db, Q_COMMIT, &db->end[END_COMMIT]);
	if (r == 0)
		r = prepare(db, Q_ROLLBACK, &db->end[END_ROLLBACK]);
	return r;
}

int db_open(const char *path, enum script setup, struct db **ret, struct err *err)
{
	struct db *db = calloc(1, sizeof(*db));
	int r;

	if (!db)
		return err_set(err, -ENOMEM, "%s: out of memory", path);
	r = set_up(db, path, setup);
	if (r < 0) {
		err_set(err, r, "%s: %s", path, db_why(db));
		db_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

void db_keep_log(struct db *db)
{
	(void) sqlite3_db_config(db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

struct db *db_close(struct db *db)
{
	if (!db)
		return NULL;
	for (int q = 0; q < Q__COUNT; q++) {
		assert(!db->cache[q].in_use);
		sqlite3_finalize(db->cache[q].s);
	}
	for (int e = 0; e < END_COUNT; e++)
		sqlite3_finalize(db->end[e]);
	sqlite3_close(db->h);
	free(db);
	return NULL;
}

int db_script(struct db *db, enum script which)
{
	return misfit_errno(db, sqlite3_exec(db->h, script_text[which], NULL, NULL, NULL));
}

int db_check_tables(struct db *db)
{
	int r = 0;

	for (enum query q = 0; r == 0 && q < Q__COUNT; q++) {
		sqlite3_stmt *st = NULL;

		/* These are for the thread's own file. */
		if (q == Q_STAGE_ADD || q == Q_STAGE_TAKE)
			continue;
		r = misfit_errno(db, sqlite3_prepare_v2(db->h, query_text[q], -1, &st, NULL));
		sqlite3_finalize(st);
	}
	return r;
}

const char *db_why(const struct db *db)
{
	return sqlite3_errcode(db->h) == SQLITE_OK ? "failed" : sqlite3_errmsg(db->h);
}

bool db_is_walked(const struct db *db)
{
	return db->walks > 0;
}

/* ---- transactions ------------------------------------------------------ */

int db_begin(struct db *db, bool lazy)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = 0;

	assert(!db->in_txn);
	if (lazy != db->lazy)
		r = db_script(db, lazy ? SCRIPT_LAZY : SCRIPT_DURABLE);
	if (r == 0)
		db->lazy = lazy;
	if (r == 0)
		r = stmt_ask(db, &st, Q_BEGIN, "");
	if (r == 0)
		r = stmt_step(st);
	if (r == 0)
		db->in_txn = true;
	return r;
}

int db_read_begin(struct db *db)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r;

	assert(!db->in_txn);
	r = stmt_ask(db, &st, Q_BEGIN_READ, "");
	return r == 0 ? stmt_step(st) : r;
}

/* SQLite may have ended it already, after an error. */
void db_read_end(struct db *db)
{
	sqlite3_step(db->end[END_COMMIT]);
	sqlite3_reset(db->end[END_COMMIT]);
}

/* No fault point here: nobody could do anything about it. */
void db_rollback(struct db *db)
{
	assert(db->in_txn && !db->asked);
	if (!sqlite3_get_autocommit(db->h)) {
		sqlite3_step(db->end[END_ROLLBACK]);
		sqlite3_reset(db->end[END_ROLLBACK]);
	}
	db->in_txn = false;
	db->lost = 0;
}

int db_commit(struct db *db)
{
	int r = db->lost;

	assert(db->in_txn && !db->asked);
	if (r == 0 && FAULT("store.commit"))
		r = -EIO;
	db->wrote = false;
	if (r == 0) {
		r = to_errno(db, sqlite3_step(db->end[END_COMMIT]));
		sqlite3_reset(db->end[END_COMMIT]);
	}
	if (r < 0)
		db_rollback(db);
	db->in_txn = false;
	return r;
}

int db_wal_pages(const struct db *db)
{
	return db->wal_pages;
}

bool db_has_written(const struct db *db)
{
	return db->wrote;
}

/* NULL: there is none. */
static sqlite3_file *log_file(const struct db *db)
{
	sqlite3_file *f = NULL;

	assert(db->in_txn);
	if (sqlite3_file_control(db->h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f) != SQLITE_OK)
		return NULL;
	return f && f->pMethods ? f : NULL;
}

/* On a disk that is almost full the room is for what is to be stored. */
static bool has_room(const struct db *db)
{
	struct statvfs v;

	return statvfs(sqlite3_db_filename(db->h, "main"), &v) == 0 && v.f_bavail >= LOG_SPARE / v.f_frsize;
}

void db_widen_log(struct db *db, int pages)
{
	static const char zeros[LOG_BLOCK];
	sqlite3_file *f = log_file(db);
	sqlite3_int64 size = 0, to;

	/* A log that is hardly used stays short. */
	if (!f || pages < LOG_NEAR || pages + LOG_NEAR <= db->log_room || f->pMethods->xFileSize(f, &size) != SQLITE_OK)
		return;
	db->log_room = (int) (size / LOG_FRAME);
	if (pages + LOG_NEAR <= db->log_room || size + LOG_STEP > LOG_LIMIT || !has_room(db))
		return;
	/* Nobody else writes there: SQLite's lock for writing is ours. */
	for (to = size + LOG_STEP; size < to; size += LOG_BLOCK)
		if (f->pMethods->xWrite(f, zeros, LOG_BLOCK, size) != SQLITE_OK)
			return;
}

int db_sync_log(struct db *db)
{
	sqlite3_file *f = log_file(db);

	if (FAULT("store.sync"))
		return -EIO;
	return f ? to_errno(db, f->pMethods->xSync(f, SQLITE_SYNC_NORMAL)) : 0;
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

void db_checkpoint(struct db *db)
{
	(void) sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* ---- statements -------------------------------------------------------- */

/* A va_list behind a struct can be handed on by address everywhere. */
struct args {
	va_list ap;
};

static int bind_one(sqlite3_stmt *s, int i, char type, struct args *a)
{
	const void *p;
	int64_t v;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(s, i, va_arg(a->ap, int64_t));
	case 'z':
		v = va_arg(a->ap, int64_t);
		return v ? sqlite3_bind_int64(s, i, v) : sqlite3_bind_null(s, i);
	case 'd':
		return sqlite3_bind_int(s, i, va_arg(a->ap, int));
	case 't':
		return sqlite3_bind_text(s, i, va_arg(a->ap, const char *), -1, SQLITE_STATIC);
	case 'b':
		p = va_arg(a->ap, const void *);
		return sqlite3_bind_blob64(s, i, p, va_arg(a->ap, size_t), SQLITE_STATIC);
	default:
		assert(!"no such type of a bound value");
		return SQLITE_MISUSE;
	}
}

/* The cached statement, or a fresh one when that is in use. */
static int get_stmt(struct db *db, enum query q, struct stmt **ret)
{
	struct stmt *st = &db->cache[q];
	int r = 0;

	if (st->in_use) {
		st = calloc(1, sizeof(*st));
		if (!st)
			return -ENOMEM;
		st->fresh = true;
	}
	st->db = db;
	if (!st->s)
		r = prepare(db, q, &st->s);
	if (r < 0) {
		if (st->fresh)
			free(st);
		return r;
	}
	st->in_use = true;
	db->asked++;
	*ret = st;
	return 0;
}

int stmt_vask(struct db *db, struct stmt **ret, enum query q, const char *types, va_list ap)
{
	struct stmt *st = NULL;
	struct args a;
	int code = SQLITE_OK;
	int r = db->lost ? db->lost : get_stmt(db, q, &st);

	if (r < 0)
		return r;
	va_copy(a.ap, ap);
	for (int i = 0; code == SQLITE_OK && types[i]; i++)
		code = bind_one(st->s, i + 1, types[i], &a);
	va_end(a.ap);
	if (code != SQLITE_OK) {
		r = to_errno(db, code);
		stmt_done(st);
		return r;
	}
	*ret = st;
	return 0;
}

int stmt_ask(struct db *db, struct stmt **ret, enum query q, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = stmt_vask(db, ret, q, types, ap);
	va_end(ap);
	return r;
}

void stmt_set_walked(struct stmt *st)
{
	assert(!st->walked);
	st->walked = true;
	st->db->walks++;
}

int stmt_step(struct stmt *st)
{
	struct db *db = st->db;
	int r = db->lost;

	if (r == 0)
		r = FAULT("store.step") ? -EIO : to_errno(db, sqlite3_step(st->s));
	/* Some errors end the transaction. Without this, what the caller still
	 * does before it sees the error would be committed row by row. */
	if (r < 0 && db->in_txn && !db->lost && sqlite3_get_autocommit(db->h))
		db->lost = r;
	return r;
}

int stmt_changes(const struct stmt *st)
{
	return sqlite3_changes(st->db->h);
}

bool stmt_is_null(const struct stmt *st, int col)
{
	return sqlite3_column_type(st->s, col) == SQLITE_NULL;
}

int64_t stmt_i64(const struct stmt *st, int col)
{
	return sqlite3_column_int64(st->s, col);
}

const char *stmt_text(const struct stmt *st, int col)
{
	return (const char *) sqlite3_column_text(st->s, col);
}

const void *stmt_blob(const struct stmt *st, int col, size_t *ret_n)
{
	const void *p = sqlite3_column_blob(st->s, col);

	*ret_n = p ? (size_t) sqlite3_column_bytes(st->s, col) : 0;
	/* SQLite gives NULL for an empty blob too. */
	return p || stmt_is_null(st, col) ? p : "";
}

void stmt_done(struct stmt *st)
{
	if (!st)
		return;
	if (st->walked)
		st->db->walks--;
	st->walked = false;
	sqlite3_reset(st->s);
	sqlite3_clear_bindings(st->s);
	st->in_use = false;
	st->db->asked--;
	if (st->fresh) {
		sqlite3_finalize(st->s);
		free(st);
	}
}
