#include "store/salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "store/store.h"
#include "conn.h"

/* ---- opening ---------------------------------------------------------------------------- */

enum { PAGE = 4096, COPY = 1 << 16 };

static int open_at(const char *dir, struct store **ret, struct err *err)
{
	CLEANUP(store_close_p) struct store *s = calloc(1, sizeof(*s));
	struct session *me;
	struct db *db;
	int64_t tables;
	int r = s ? conn_init(s, dir) : -ENOMEM;

	if (r == 0)
		r = conn_session(s, &me);
	if (r == 0)
		r = conn_db(me, &db, err);
	if (r == 0)
		db_keep_log(db);
	if (r == 0)
		r = conn_number(s, &tables, Q_TABLES, "");
	if (r == 0 && tables == 0)
		r = -EUCLEAN;
	if (r < 0)
		return err_add(err, r, "%s/spfs.db: %s", dir, err_text(NULL, r));
	*ret = s;
	s = NULL;
	return 0;
}

static int copy_file(const char *from, const char *to)
{
	CLEANUP(fsutil_close_p) int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(fsutil_close_p) int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CLEANUP(str_free_p) char *chunk = out < 0 ? NULL : malloc(COPY);
	ssize_t n;
	int r = 0;

	if (!chunk)
		return in < 0 || out < 0 ? -errno : -ENOMEM;
	while (r == 0 && (n = read(in, chunk, COPY)) != 0)
		r = n < 0 ? -errno : fsutil_write_all(out, chunk, (size_t) n);
	return r;
}

/* The first page of a database that was just made: where the tables begin is the same in each. */
static int fresh_page(const char *work, char page[PAGE])
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/fresh", work);
	CLEANUP(str_free_p) char *path = str_printf("%s/fresh/spfs.db", work);
	CLEANUP(fsutil_close_p) int fd = -1;
	struct store *s;
	int r = dir && path ? store_open(dir, &s, NULL) : -ENOMEM;

	if (r < 0)
		return r;
	store_close(s);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && pread(fd, page, PAGE, 0) == PAGE ? 0 : -EIO;
}

/* How many pages the file has is in the page too; a length that does not fit its counter makes SQLite ask the file. */
static void forget_length(char page[PAGE])
{
	enum { CHANGES = 24, VALID_FOR = 92 };

	memset(page + CHANGES, 0, 4);
	memset(page + VALID_FOR, 1, 4);
}

static int open_copy(const char *dir, const char *work, struct store **ret, struct err *err)
{
	static const char *const names[] = { "spfs.db", "spfs.db-wal" };
	CLEANUP(fsutil_close_p) int fd = -1;
	CLEANUP(str_free_p) char *db = str_printf("%s/spfs.db", work);
	char page[PAGE];
	int r = db ? fresh_page(work, page) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(*names); i++) {
		CLEANUP(str_free_p) char *from = str_printf("%s/%s", dir, names[i]);
		CLEANUP(str_free_p) char *to = str_printf("%s/%s", work, names[i]);

		r = from && to ? copy_file(from, to) : -ENOMEM;
		if (r == -ENOENT && i)
			r = 0;
	}
	if (r < 0)
		return err_set(err, r, "%s: %s", work, err_text(NULL, r));
	forget_length(page);
	fd = open(db, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, page, PAGE, 0) != PAGE)
		return err_set(err, -EIO, "%s: it cannot be written", db);
	return open_at(work, ret, err);
}

int store_salvage_open(const char *dir, const char *work, struct store **ret, struct err *err)
{
	struct err why = { 0 };
	int r = open_at(dir, ret, &why);

	return r == -EUCLEAN || r == -EIO ? open_copy(dir, work, ret, err) : r < 0 ? err_set(err, r, "%s", why.text) : 0;
}

/* ---- numbers ------------------------------------------------------------------------------ */

struct ids {
	int64_t *v; /* owned */
	size_t n, cap;
};

static void ids_release(struct ids *i)
{
	free(i->v);
}

/* As far as the way is whole: -EUCLEAN is noted and what came before it kept. */
static int gather(struct store *s, enum query q, struct ids *ids, bool *ret_broken)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, q, "");

	while (r >= 0 && (r = stmt_step(st)) > 0) {
		int grown = vec_grow(&ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));

		if (grown < 0)
			return grown;
		ids->v[ids->n++] = stmt_i64(st, 0);
	}
	*ret_broken |= r < 0;
	return r == -ENOMEM ? r : 0;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int store_salvage_ids(struct store *s, enum store_salvage what, int (*fn)(void *arg, int64_t id), void *arg)
{
	static const enum query ways[][3] = {
		[STORE_SALVAGE_CHANGES] = { Q_SALVAGE_CHANGES, Q_SALVAGE_CHANGES_BACK, Q_SALVAGE_CHANGES_INDEX },
		[STORE_SALVAGE_TEXTS] = { Q_SALVAGE_TEXTS, Q_SALVAGE_TEXTS_BACK, Q_SALVAGE_TEXTS_INDEX },
	};
	CLEANUP(ids_release) struct ids ids = { 0 };
	bool broken = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < 3; i++)
		r = gather(s, ways[what][i], &ids, &broken);
	if (r == 0 && ids.n)
		qsort(ids.v, ids.n, sizeof(*ids.v), by_number);
	for (size_t i = 0; r == 0 && i < ids.n; i++)
		if (i == 0 || ids.v[i] != ids.v[i - 1])
			r = fn(arg, ids.v[i]);
	return r ? r : broken ? -EUCLEAN : 0;
}
