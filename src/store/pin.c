#include "store/pin.h"

#include <errno.h>

#include "conn.h"

int store_pin_set(struct store *s, int64_t ino, bool pinned)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(s);

	if (r < 0)
		return r;
	txn = s;
	r = conn_run(s, Q_PIN_TIDY, "");
	if (r >= 0)
		r = conn_run(s, pinned ? Q_PIN_SET : Q_PIN_CLEAR, "i", ino);
	if (r == 0 && !pinned)
		return -ENOENT;
	if (r >= 0)
		r = conn_run(s, Q_PIN_BLOBS, "");
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(s);
}

int store_pin_covers(struct store *s, int64_t ino)
{
	return conn_exists(s, Q_PIN_ABOVE, "i", ino);
}

static int walk(struct stmt *st, int r, int (*fn)(void *arg, int64_t id), void *arg)
{
	while (r >= 0 && (r = stmt_step(st)) > 0) {
		int end = fn(arg, stmt_i64(st, 0));

		if (end)
			return end;
	}
	return r;
}

int store_pin_each(struct store *s, int (*fn)(void *arg, int64_t ino), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_PIN_EACH, "");

	return walk(st, r, fn, arg);
}

static int is_one(void *arg, int64_t ino)
{
	(void) arg, (void) ino;
	return 1;
}

int store_pin_settle(struct store *s)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_pin_each(s, is_one, NULL);

	if (r <= 0)
		return r;
	r = store_begin(s);
	if (r < 0)
		return r;
	txn = s;
	r = conn_run(s, Q_PIN_KEEP, "");
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(s);
}

int store_pin_missing(struct store *s, int64_t list, int (*fn)(void *arg, int64_t item), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_PIN_MISSING, "i", list);

	return walk(st, r, fn, arg);
}
