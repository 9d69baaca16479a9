#include "conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* What a row's blob may grow to, and what a session keeps of its buffers between rows. */
enum { PACK_MAX = 64 << 20, PACK_KEEP = 64 << 10 };

/* How many connections beyond the one in use a session keeps for callbacks, and how many sessions of threads that
 * have ended wait for the next thread. */
enum { SPARE = 4, SPARE_SESSIONS = 2, SPARE_CONNECTIONS = 2 };

static struct session *session_free(struct session *me)
{
	if (!me)
		return NULL;
	assert(!me->txn);
	db_close(me->stage);
	for (size_t i = 0; i < me->n_db; i++)
		db_close(me->db[i]);
	free(me->db);
	buf_release(&me->pack[0]);
	buf_release(&me->pack[1]);
	buf_release(&me->left);
	free(me);
	return NULL;
}

static void unlink_session(struct session *me)
{
	struct session **p = &me->store->sessions;

	lock_take(&me->store->pool);
	while (*p != me)
		p = &(*p)->next;
	*p = me->next;
	lock_give(&me->store->pool);
}

/* With its first connections, and nothing else in it. False: there are enough, or something is left in it. */
static bool keep_spare(struct session *me)
{
	struct store *s = me->store;
	bool room;

	if (me->txn || me->left.len || !me->n_db)
		return false;
	me->stage = db_close(me->stage);
	me->stage_error = 0;
	while (me->n_db > SPARE_CONNECTIONS)
		db_close(me->db[--me->n_db]);
	lock_take(&s->pool);
	room = s->n_spare < SPARE_SESSIONS;
	if (room) {
		me->next = s->spare;
		s->spare = me;
		s->n_spare++;
	}
	lock_give(&s->pool);
	return room;
}

static struct session *take_spare(struct store *s)
{
	struct session *me;

	lock_take(&s->pool);
	me = s->spare;
	if (me) {
		s->spare = me->next;
		s->n_spare--;
	}
	lock_give(&s->pool);
	return me;
}

void conn_end(void *session)
{
	unlink_session(session);
	if (!keep_spare(session))
		session_free(session);
}

void conn_end_all(struct store *s)
{
	struct session *me;

	while ((me = s->sessions)) {
		s->sessions = me->next;
		session_free(me);
	}
	while ((me = take_spare(s)))
		session_free(me);
	s->writer = db_close(s->writer);
}

int conn_init(struct store *s, const char *dir)
{
	size_t n = strlen(dir);

	s->lock_fd = -1;
	lock_init(&s->write, RANK_STORE);
	lock_init(&s->pool, RANK_LEAF);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	s->dir = strndup(dir, n);
	s->path = str_printf("%.*s/spfs.db", (int) n, dir);
	if (!s->dir || !s->path)
		return -ENOMEM;
	if (pthread_key_create(&s->key, conn_end) != 0)
		return -ENOMEM;
	s->has_key = true;
	return 0;
}

static struct session *session_new(struct store *s)
{
	struct session *me = calloc(1, sizeof(*me));

	if (!me)
		return NULL;
	me->store = s;
	me->left = (struct buf) BUF_INIT(PACK_MAX);
	me->pack[0] = me->pack[1] = (struct buf) BUF_INIT(PACK_MAX);
	return me;
}

int conn_session(struct store *s, struct session **ret)
{
	struct session *me = pthread_getspecific(s->key);

	if (me) {
		*ret = me;
		return 0;
	}
	me = take_spare(s);
	if (!me)
		me = session_new(s);
	if (!me)
		return -ENOMEM;
	if (pthread_setspecific(s->key, me) != 0) {
		session_free(me);
		return -ENOMEM;
	}
	lock_take(&s->pool);
	me->next = s->sessions;
	s->sessions = me;
	lock_give(&s->pool);
	*ret = me;
	return 0;
}

static int open_next(struct session *me, struct db **ret, struct err *err)
{
	int r = vec_grow(&me->db, &me->cap, me->n_db + 1, sizeof(*me->db));

	if (r == 0)
		r = db_open(me->store->path, SCRIPT_CONNECTION, &me->db[me->n_db], err);
	if (r < 0)
		return r;
	*ret = me->db[me->n_db++];
	return 0;
}

int conn_writer(struct store *s, struct db **ret)
{
	int r = s->writer ? 0 : db_open(s->path, SCRIPT_CONNECTION, &s->writer, NULL);

	if (r == 0)
		*ret = s->writer;
	return r;
}

/* A walk over deep folders needs one connection a level; later calls do not. */
static void close_surplus(struct session *me, size_t in_use)
{
	while (me->n_db > in_use + SPARE)
		db_close(me->db[--me->n_db]);
}

int conn_db(struct session *me, struct db **ret, struct err *err)
{
	if (me->txn) {
		*ret = me->txn;
		return 0;
	}
	for (size_t i = 0; i < me->n_db; i++)
		if (!db_is_walked(me->db[i])) {
			close_surplus(me, i + 1);
			*ret = me->db[i];
			return 0;
		}
	return open_next(me, ret, err);
}

static int vask(struct store *s, struct stmt **ret, enum query q, const char *types, va_list ap)
{
	struct session *me;
	struct db *db;
	int r = conn_session(s, &me);

	if (r == 0)
		r = conn_db(me, &db, NULL);
	return r < 0 ? r : stmt_vask(db, ret, q, types, ap);
}

int conn_ask(struct store *s, struct stmt **ret, enum query q, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = vask(s, ret, q, types, ap);
	va_end(ap);
	return r;
}

int conn_walk(struct store *s, struct stmt **ret, enum query q, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = vask(s, ret, q, types, ap);
	va_end(ap);
	if (r == 0)
		stmt_set_walked(*ret);
	return r;
}

int conn_run(struct store *s, enum query q, const char *types, ...)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	va_list ap;
	int r;

	assert(store_in_txn(s));
	va_start(ap, types);
	r = vask(s, &st, q, types, ap);
	va_end(ap);
	if (r == 0)
		r = stmt_step(st);
	return r < 0 ? r : stmt_changes(st);
}

int conn_replacing(struct store *s, int64_t item)
{
	assert(store_in_txn(s));
	return s->watch.replacing ? s->watch.replacing(s->watch.arg, item) : 0;
}

int conn_last_id(struct store *s, int64_t *ret)
{
	struct session *me;
	int r = conn_session(s, &me);

	if (r < 0)
		return r;
	assert(me->txn);
	*ret = db_last_id(me->txn);
	return 0;
}

int conn_exists(struct store *s, enum query q, const char *types, ...)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	va_list ap;
	int r;

	va_start(ap, types);
	r = vask(s, &st, q, types, ap);
	va_end(ap);
	return r < 0 ? r : stmt_step(st);
}

int conn_number(struct store *s, int64_t *ret, enum query q, const char *types, ...)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	va_list ap;
	int r;

	va_start(ap, types);
	r = vask(s, &st, q, types, ap);
	va_end(ap);
	if (r == 0)
		r = stmt_step(st);
	if (r < 0)
		return r;
	if (r == 0 || stmt_is_null(st, 0))
		return -ENOENT;
	*ret = stmt_i64(st, 0);
	return 0;
}

int conn_pack(struct store *s, int which, struct buf **ret)
{
	struct session *me;
	struct buf *b;
	int r = conn_session(s, &me);

	if (r < 0)
		return r;
	b = &me->pack[which];
	if (b->cap > PACK_KEEP)
		buf_release(b);
	buf_reset(b);
	*ret = b;
	return 0;
}
