#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "conn.h"
#include "store/node.h"
#include "word.h"

static const char *const reason_word[] = {
	[STORE_VACANT_UNLINK] = "unlink",
	[STORE_VACANT_MOVED] = "moved",
};

static_assert(WORD_COUNT(reason_word) == STORE_VACANT_MOVED + 1, "a word for each reason");

enum { COL_PARENT, COL_NAME, COL_ITEM, COL_LIST, COL_REASON, COL_DUE };

void store_vacancy_release(struct store_vacancy *v)
{
	free(v->name);
	*v = (struct store_vacancy) STORE_VACANCY_INIT;
}

static int read_vacancy(const struct stmt *st, struct store_vacancy *ret)
{
	int r = word_find(reason_word, WORD_COUNT(reason_word), stmt_text(st, COL_REASON));

	if (r < 0)
		return r;
	ret->reason = (enum store_vacancy_reason) r;
	ret->parent = stmt_i64(st, COL_PARENT);
	ret->item = stmt_i64(st, COL_ITEM);
	ret->list = stmt_i64(st, COL_LIST);
	ret->due = stmt_i64(st, COL_DUE);
	return str_set(&ret->name, stmt_text(st, COL_NAME));
}

/* The one row of a query that was asked for with result r. */
static int take_one(int r, struct stmt *st, struct store_vacancy *ret)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = read_vacancy(st, &v);
	if (r < 0)
		return r;
	store_vacancy_release(ret);
	*ret = v;
	v = (struct store_vacancy) STORE_VACANCY_INIT;
	return 0;
}

int store_vacancy_put(struct store *s, const struct store_vacancy *v)
{
	int r = conn_run(s, Q_VACANCY_PUT, "itiiti", v->parent, v->name, v->item, v->list, reason_word[v->reason],
			 v->due);

	return r < 0 ? r : 0;
}

int store_vacancy_find(struct store *s, int64_t parent, const char *name, struct store_vacancy *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_VACANCY_FIND, "it", parent, name);

	return take_one(r, st, ret);
}

int store_vacancy_of_item(struct store *s, int64_t item, struct store_vacancy *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_VACANCY_OF_ITEM, "i", item);

	return take_one(r, st, ret);
}

int store_vacancy_delete(struct store *s, int64_t parent, const char *name)
{
	int r = conn_run(s, Q_VACANCY_DELETE, "it", parent, name);

	return r < 0 ? r : 0;
}

int store_vacancy_each(struct store *s, int64_t now, int (*fn)(void *arg, const struct store_vacancy *v), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_VACANCY_EACH, "i", now);

	while (r == 0 && (r = stmt_step(st)) > 0) {
		CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;

		r = read_vacancy(st, &v);
		if (r == 0)
			r = fn(arg, &v);
	}
	return r;
}

int store_vacancy_count(struct store *s, int64_t list, int64_t *ret)
{
	return conn_number(s, ret, Q_VACANCY_COUNT, "i", list);
}

int store_vacancy_next(struct store *s, int64_t *ret_due)
{
	return conn_number(s, ret_due, Q_VACANCY_NEXT, "");
}
