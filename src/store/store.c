#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "conn.h"
#include "migrate.h"

/* ---- the directory ----------------------------------------------------- */

static int fail(struct err *err, int r, const char *path)
{
	return err_set(err, r, "%s: %s", path, err_text(NULL, r));
}

/* What holds the user's data is the user's alone, whatever the umask was and is. */
static int make_private(int fd, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid())
		return -EPERM;
	if ((st.st_mode & 07777) == mode || fchmod(fd, mode) == 0)
		return 0;
	return -errno;
}

static int make_dir(const char *path, struct err *err)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	int r = fsutil_mkdirs(path, 0700);

	if (r < 0)
		return fail(err, r, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, -errno, path);
	r = make_private(fd, 0700);
	return r < 0 ? fail(err, r, path) : 0;
}

static int make_subdir(const struct store *s, const char *name, struct err *err)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", s->dir, name);

	return path ? make_dir(path, err) : -ENOMEM;
}

static int take_lock(struct store *s, struct err *err)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/lock", s->dir);
	int r;

	if (!path)
		return -ENOMEM;
	r = fsutil_lock(path, &s->lock_fd);
	if (r == -EWOULDBLOCK)
		return err_set(err, r, "%s is in use by another spfs; unmount that one first", s->dir);
	return r < 0 ? fail(err, r, path) : 0;
}

/*
 * SQLite would make the file with the umask's mode, and gives its mode to the -wal
 * file. Only before the first connection: closing the descriptor gives
 * up all of SQLite's locks on the file.
 */
static int make_file(struct store *s, struct err *err)
{
	CLEANUP(fsutil_close_p) int fd = open(s->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : make_private(fd, 0600);

	if (r == 0)
		r = fsutil_sync_dir(s->dir);
	return r < 0 ? fail(err, r, s->path) : 0;
}

/* The directory itself must outlive a power cut, too. Its parent may be one that we cannot read. */
static int sync_parent(const struct store *s)
{
	CLEANUP(str_free_p) char *parent = str_printf("%s/..", s->dir);
	int r = parent ? fsutil_sync_dir(parent) : -ENOMEM;

	return r == -EACCES ? 0 : r;
}

static int prepare_dir(struct store *s, struct err *err)
{
	int r = make_dir(s->dir, err);

	if (r == 0)
		r = take_lock(s, err);
	if (r == 0)
		r = make_subdir(s, "scratch", err);
	if (r == 0)
		r = make_subdir(s, "conflicts", err);
	if (r == 0)
		r = make_subdir(s, "unsent", err);
	if (r == 0)
		r = make_file(s, err);
	return r < 0 ? r : sync_parent(s);
}

/* ---- the database ------------------------------------------------------ */

static int use_wal(struct store *s)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	bool wal = false;
	int r = conn_ask(s, &st, Q_WAL, "");

	/* It answers with the mode it has: another one where files cannot be shared memory. To its end,
	 * because it writes only after the answer. */
	while (r >= 0 && (r = stmt_step(st)) > 0)
		wal = str_eq(stmt_text(st, 0), "wal");
	return r < 0 ? r : wal ? 0 : -EIO;
}

/* Whoever was sending when the last run ended does not know what became of it. */
static int settle(struct store *s)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(s);

	if (r < 0)
		return r;
	txn = s;
	r = conn_run(s, Q_JOURNAL_UNSURE, "");
	if (r >= 0)
		r = conn_run(s, Q_JOURNAL_RELEASE, "");
	if (r >= 0)
		r = conn_exists(s, Q_NODE_GET, "i", (int64_t) 1);
	if (r <= 0)
		return r < 0 ? r : -EUCLEAN;
	txn = NULL;
	return store_commit(s);
}

static int prepare_tables(struct store *s, struct db *db, struct err *err)
{
	int r = migrate_run(s);

	if (r == 0)
		r = db_check_tables(db);
	if (r == -EUCLEAN)
		return err_set(err, r, "%s: its tables are not those of this spfs (%s)", s->path, db_why(db));
	return r;
}

static int prepare_db(struct store *s, struct err *err)
{
	struct session *me;
	struct db *db;
	int r = conn_session(s, &me);

	if (r == 0)
		r = conn_db(me, &db, err);
	if (r < 0)
		return r;
	r = migrate_check(s, err);
	if (r == 0)
		r = use_wal(s);
	if (r == 0)
		r = prepare_tables(s, db, err);
	if (r == 0)
		r = settle(s);
	return r < 0 ? err_add(err, r, "%s: %s", s->path, db_why(db)) : 0;
}

/* ---- open and close ---------------------------------------------------- */

/* Adds to what happened what can be done about it. */
static int explain(const struct store *s, int r, const struct err *why, struct err *err)
{
	const char *text = err_text(why, r);

	switch (r) {
	case -EUCLEAN:
		return err_set(err, r, "damaged database: %s; run `spfs fsck`, which keeps it aside, saves the "
			       "unsent changes and has the lists read anew", text);
	case -ENOSPC:
		return err_set(err, r, "no space left on the disk of %s (%s); make room and start again", s->dir, text);
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return err_set(err, r == -EPERM ? -EACCES : r,
			       "%s must be a directory that is yours and writable (%s)", s->dir, text);
	default:
		return err_set(err, r, "%s", text);
	}
}

int store_open(const char *dir, struct store **ret, struct err *err)
{
	CLEANUP(store_close_p) struct store *s = calloc(1, sizeof(*s));
	struct err why = { 0 };
	int r;

	if (!s)
		return err_set(err, -ENOMEM, "%s: out of memory", dir);
	r = conn_init(s, dir);
	if (r == 0)
		r = prepare_dir(s, &why);
	if (r == 0)
		r = prepare_db(s, &why);
	if (r < 0)
		return explain(s, r, &why, err);
	*ret = s;
	s = NULL;
	return 0;
}

struct store *store_close(struct store *s)
{
	if (!s)
		return NULL;
	if (s->has_key)
		pthread_key_delete(s->key);
	conn_end_all(s);
	/* Last, so that nobody opens a database that is being closed. */
	fsutil_close_p(&s->lock_fd);
	lock_release(&s->write);
	lock_release(&s->pool);
	for (int i = 0; i < COLUMNS_KNOWN; i++)
		schema_memory_release(&s->columns[i]);
	free(s->path);
	free(s->dir);
	free(s);
	return NULL;
}

const char *store_dir(const struct store *s)
{
	return s->dir;
}

int store_check(struct store *s, struct err *err)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_CHECK, "");

	if (r == 0)
		r = stmt_step(st);
	if (r < 0)
		return err_set(err, r, "%s: %s", s->path, err_text(NULL, r));
	if (r == 1 && str_eq(stmt_text(st, 0), "ok"))
		return 0;
	return err_set(err, -EUCLEAN, "%s: %s", s->path, r == 1 ? stmt_text(st, 0) : "no answer");
}
