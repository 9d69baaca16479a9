#include "store/stage.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "conn.h"
#include "row.h"

/*
 * The stage is a database of its own, so that it neither waits for the writer nor
 * takes part in a transaction of the store. Its file stands in the store's
 * directory and not where temporary files go: that may be memory, or closed to us
 * by a sandbox. It loses its name as soon as it is open, so nothing is left behind.
 *
 * An error sticks until the reset: after one, rows may be missing, and what is
 * incomplete must not be applied.
 */

static int make_file(const char *path)
{
	CLEANUP(fsutil_close_p) int fd = -1;

	unlink(path); /* of a thread with our number, killed between open and unlink */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : 0;
}

static int open_stage(struct session *me)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/stage-%ld", me->store->dir, (long) gettid());
	int r;

	if (!path)
		return -ENOMEM;
	r = make_file(path);
	if (r < 0)
		return r;
	r = db_open(path, SCRIPT_STAGE, &me->stage, NULL);
	unlink(path);
	return r;
}

int store_stage_reset(struct store *s)
{
	struct session *me;
	int r = conn_session(s, &me);

	if (r < 0)
		return r;
	assert(!me->stage || !db_is_walked(me->stage));
	me->stage = db_close(me->stage);
	me->stage_error = 0;
	return 0;
}

static int add_row(struct session *me, const struct item *row)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	struct buf *fields;
	int r = me->stage ? 0 : open_stage(me);

	if (r == 0)
		r = conn_pack(me->store, 0, &fields);
	if (r == 0)
		r = values_pack(&row->values, fields);
	if (r == 0)
		r = stmt_ask(me->stage, &st, Q_STAGE_ADD, ROW_TYPES, ROW_ARGS(row, fields));
	return r < 0 ? r : stmt_step(st);
}

int store_stage_add(struct store *s, const struct item *row)
{
	struct session *me;
	int r = conn_session(s, &me);

	if (r < 0)
		return r;
	if (me->stage_error == 0)
		me->stage_error = add_row(me, row);
	return me->stage_error;
}

static int hand_out(const struct stmt *st, int (*fn)(void *arg, int64_t number, struct item *row), void *arg)
{
	CLEANUP(item_release_p) struct item row = ITEM_INIT;
	int r = row_read(st, 1, &row);

	return r < 0 ? r : fn(arg, stmt_i64(st, 0), &row);
}

int store_stage_take(struct store *s, int64_t after, int max, int (*fn)(void *arg, int64_t number, struct item *row),
		     void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	struct session *me;
	int n = 0;
	int r = conn_session(s, &me);

	if (r == 0)
		r = me->stage_error;
	if (r < 0 || !me->stage)
		return r;
	r = stmt_ask(me->stage, &st, Q_STAGE_TAKE, "id", after, max);
	if (r == 0)
		stmt_set_walked(st);
	while (r >= 0 && (r = stmt_step(st)) > 0) {
		r = hand_out(st, fn, arg);
		if (r >= 0)
			n++;
	}
	return r < 0 ? r : n;
}
