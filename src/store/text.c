#include <assert.h>
#include <errno.h>

#include "base/buf.h"
#include "conn.h"
#include "row.h"
#include "store/node.h"
#include "word.h"

static const char *const state_word[] = {
	[STORE_TEXT_OPEN] = "open",
	[STORE_TEXT_DRAFT] = "draft",
	[STORE_TEXT_KEPT] = "kept",
};

static_assert(WORD_COUNT(state_word) == STORE_TEXT_KEPT + 1, "a word for each state");

enum { COL_STATE, COL_SINCE, COL_BASE, COL_CONTENT };

void store_text_release(struct store_text *t)
{
	values_release(&t->base);
	*t = (struct store_text) STORE_TEXT_INIT;
}

static int read_text(const struct stmt *st, struct store_text *ret)
{
	CLEANUP(store_text_release_p) struct store_text t = STORE_TEXT_INIT;
	int r = word_find(state_word, WORD_COUNT(state_word), stmt_text(st, COL_STATE));

	if (r < 0)
		return r;
	t.state = (enum store_text_state) r;
	t.since = stmt_i64(st, COL_SINCE);
	r = row_values(st, COL_BASE, &t.base, &t.has_base);
	if (r < 0)
		return r;
	store_text_release(ret);
	*ret = t;
	t = (struct store_text) STORE_TEXT_INIT;
	return 0;
}

int store_text_get(struct store *s, int64_t ino, struct buf *out, struct store_text *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	const void *p;
	size_t n;
	int r = conn_ask(s, &st, Q_TEXT_GET, "i", ino);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	p = stmt_blob(st, COL_CONTENT, &n);
	r = out ? buf_add(out, p, n) : 0;
	return r < 0 || !ret ? r : read_text(st, ret);
}

int store_text_put(struct store *s, int64_t ino, const void *p, size_t n, const struct store_text *t)
{
	struct buf *base;
	int r = conn_pack(s, 0, &base);

	if (r == 0 && t->has_base)
		r = values_pack(&t->base, base);
	if (r == 0)
		r = conn_run(s, Q_TEXT_PUT, "itibb", ino, state_word[t->state], t->since,
			     t->has_base ? buf_str(base) : NULL, base->len, n ? p : "", n);
	return r < 0 ? r : 0;
}

int store_text_delete(struct store *s, int64_t ino)
{
	int r = conn_run(s, Q_TEXT_DELETE, "i", ino);

	return r < 0 ? r : 0;
}

int store_text_each(struct store *s, enum store_text_state state, int (*fn)(void *arg, int64_t ino), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_TEXT_EACH, "t", state_word[state]);

	while (r == 0 && (r = stmt_step(st)) > 0)
		r = fn(arg, stmt_i64(st, 0));
	return r;
}
