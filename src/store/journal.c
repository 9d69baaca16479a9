#include "store/journal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "conn.h"
#include "row.h"
#include "unsent.h"
#include "word.h"

static const char *const state_word[] = {
	[STORE_CHANGE_QUEUED] = "queued",
	[STORE_CHANGE_SENDING] = "sending",
	[STORE_CHANGE_UNSURE] = "unsure",
	[STORE_CHANGE_SENT] = "sent",
	[STORE_CHANGE_REFUSED] = "refused",
};

static_assert(WORD_COUNT(state_word) == STORE_CHANGE_STATE_COUNT, "a word for each state");

/* Columns of the JOURNAL_ statements in queries.sql. */
enum {
	COL_ID, COL_LIST, COL_ITEM, COL_STATE, COL_OP, COL_REPLICATION_ID, COL_FOLDER, COL_LEAF, COL_FIELDS,
	COL_CREATED, COL_TOUCHED, COL_TRIES, COL_SERVER_CODE, COL_REASON, COL_NAME,
	COL_FILE, COL_SIZE, COL_BASE, COL_ETAG, COL_DUE, COL_LOST
};

void store_change_release(struct store_change *c)
{
	change_release(&c->change);
	free(c->reason);
	free(c->name);
	*c = (struct store_change) STORE_CHANGE_INIT;
}

const char *store_change_state_name(enum store_change_state st)
{
	return state_word[st];
}

static int read_words(const struct stmt *st, struct store_change *ret)
{
	const char *op = stmt_text(st, COL_OP);
	int r = word_find(state_word, WORD_COUNT(state_word), stmt_text(st, COL_STATE));

	if (r < 0)
		return r;
	ret->state = (enum store_change_state) r;
	return op && change_op_parse(op, &ret->change.op) == 0 ? 0 : -EUCLEAN;
}

static int read_change(const struct stmt *st, struct store_change *ret)
{
	const struct {
		char **to;
		int col;
	} text[] = {
		{ &ret->change.replication_id, COL_REPLICATION_ID }, { &ret->change.folder, COL_FOLDER },
		{ &ret->change.name, COL_LEAF }, { &ret->reason, COL_REASON }, { &ret->name, COL_NAME },
		{ &ret->change.content.file, COL_FILE }, { &ret->change.content.etag, COL_ETAG },
	};
	int r = read_words(st, ret);

	ret->id = stmt_i64(st, COL_ID);
	ret->list = stmt_i64(st, COL_LIST);
	ret->item = stmt_i64(st, COL_ITEM);
	ret->created = stmt_i64(st, COL_CREATED);
	ret->touched = stmt_i64(st, COL_TOUCHED);
	ret->tries = (int) stmt_i64(st, COL_TRIES);
	ret->server_code = (uint32_t) stmt_i64(st, COL_SERVER_CODE);
	ret->change.content.size = stmt_i64(st, COL_SIZE);
	ret->change.content.base = stmt_i64(st, COL_BASE);
	ret->change.content.due = stmt_i64(st, COL_DUE);
	ret->change.content.lost = stmt_i64(st, COL_LOST) != 0;
	for (size_t i = 0; r == 0 && i < sizeof(text) / sizeof(*text); i++)
		r = str_set(text[i].to, stmt_text(st, text[i].col));
	return r < 0 ? r : row_values(st, COL_FIELDS, &ret->change.fields, NULL);
}

/* Binds all columns of JOURNAL_ADD or JOURNAL_PUT. Returns how many rows it changed. */
static int write_change(struct store *s, enum query q, const struct store_change *c)
{
	const struct change_content *k = &c->change.content;
	struct buf *fields;
	int r = conn_pack(s, 0, &fields);

	if (r == 0)
		r = values_pack(&c->change.fields, fields);
	if (r < 0)
		return r;
	return conn_run(s, q, "ziitttttbiiditttiitid", c->id, c->list, c->item, state_word[c->state],
			change_op_name(c->change.op), c->change.replication_id, c->change.folder, c->change.name,
			buf_str(fields), fields->len, c->created, c->touched, c->tries, (int64_t) c->server_code,
			c->reason, c->name, k->file, k->size, k->base, k->etag, k->due, (int) k->lost);
}

int store_change_add(struct store *s, struct store_change *c)
{
	int r;

	c->id = 0; /* SQLite chooses the next */
	r = write_change(s, Q_JOURNAL_ADD, c);
	return r < 0 ? r : conn_last_id(s, &c->id);
}

/* The row gives up the bytes that it has, unless they are `keeps`. */
static int leave_file(struct store *s, int64_t id, const char *keeps)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_JOURNAL_FILE, "i", id);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0 || str_eq(stmt_text(st, 0), keeps))
		return r < 0 ? r : 0;
	return unsent_leave(s, stmt_text(st, 0));
}

int store_change_put(struct store *s, const struct store_change *c)
{
	int r = leave_file(s, c->id, c->change.content.file);

	if (r < 0)
		return r;
	r = write_change(s, Q_JOURNAL_PUT, c);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int store_change_delete(struct store *s, int64_t id)
{
	int r = leave_file(s, id, NULL);

	if (r == 0)
		r = conn_run(s, Q_JOURNAL_DELETE, "i", id);

	return r < 0 ? r : 0;
}

int store_change_get(struct store *s, int64_t id, struct store_change *ret)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_JOURNAL_GET, "i", id);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = read_change(st, &c);
	if (r < 0)
		return r;
	store_change_release(ret);
	*ret = c;
	c = (struct store_change) STORE_CHANGE_INIT;
	return 0;
}

static int walk(int r, struct stmt *st, int (*fn)(void *arg, const struct store_change *c), void *arg)
{
	while (r == 0 && (r = stmt_step(st)) > 0) {
		CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;

		r = read_change(st, &c);
		if (r == 0)
			r = fn(arg, &c);
	}
	return r;
}

int store_change_of_item(struct store *s, int64_t item, int (*fn)(void *arg, const struct store_change *c), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_JOURNAL_OF_ITEM, "i", item);

	return walk(r, st, fn, arg);
}

int store_change_each(struct store *s, int64_t list, int (*fn)(void *arg, const struct store_change *c), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = list ? conn_walk(s, &st, Q_JOURNAL_OF_LIST, "i", list) : conn_walk(s, &st, Q_JOURNAL_ALL, "");

	return walk(r, st, fn, arg);
}

int store_change_count(struct store *s, int64_t list, enum store_change_state st, int64_t *ret)
{
	return conn_number(s, ret, Q_JOURNAL_COUNT, "it", list, state_word[st]);
}

int store_change_has(struct store *s, int64_t item)
{
	return conn_exists(s, Q_JOURNAL_HAS, "i", item);
}

int store_change_bytes(struct store *s, int64_t item, char **ret_file, int64_t *ret_size, int64_t *ret_base)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_JOURNAL_BYTES, "i", item);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret_size = stmt_i64(st, 1);
	*ret_base = stmt_i64(st, 2);
	return str_set(ret_file, stmt_text(st, 0));
}
