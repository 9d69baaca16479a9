#include "store/item.h"

#include <errno.h>
#include <stdlib.h>

#include "conn.h"
#include "row.h"

/* Where the columns of queries.sql's ITEM_ statements begin. */
enum { COL_ID, COL_LIST, COL_GENERATION, COL_BASE, COL_SINCE, COL_OWNER, COL_ROW };

void store_item_release(struct store_item *i)
{
	item_release(&i->item);
	values_release(&i->base);
	*i = (struct store_item) STORE_ITEM_INIT;
}

const struct values *store_item_base(const struct store_item *i)
{
	return i->has_base ? &i->base : &i->item.values;
}

static int read_item(const struct stmt *st, struct store_item *ret)
{
	int r;

	ret->id = stmt_i64(st, COL_ID);
	ret->list = stmt_i64(st, COL_LIST);
	ret->generation = stmt_i64(st, COL_GENERATION);
	ret->since = stmt_i64(st, COL_SINCE);
	ret->item.owner = stmt_i64(st, COL_OWNER);
	r = row_read(st, COL_ROW, &ret->item);
	return r < 0 ? r : row_values(st, COL_BASE, &ret->base, &ret->has_base);
}

/* The one row of a query that was asked for with result r. */
static int take_one(int r, struct stmt *st, struct store_item *ret)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = read_item(st, &i);
	if (r < 0)
		return r;
	store_item_release(ret);
	*ret = i;
	i = (struct store_item) STORE_ITEM_INIT;
	return 0;
}

int store_item_get(struct store *s, int64_t id, struct store_item *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_ITEM_GET, "i", id);

	return take_one(r, st, ret);
}

int store_item_find(struct store *s, int64_t list, int64_t sp_id, struct store_item *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_ITEM_FIND, "ii", list, sp_id);

	return take_one(r, st, ret);
}

int store_item_find_new(struct store *s, int64_t list, const char *replication_id, struct store_item *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_ITEM_FIND_NEW, "it", list, replication_id);

	return take_one(r, st, ret);
}

int store_item_find_unsent(struct store *s, int64_t list, const char *path, struct store_item *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_ITEM_FIND_UNSENT, "it", list, path);

	return take_one(r, st, ret);
}

int store_item_has_replication(struct store *s, int64_t list, const char *replication_id)
{
	int64_t id;
	int r = conn_number(s, &id, Q_ITEM_FIND_REPLICATION, "it", list, replication_id);

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

int store_item_peek(struct store *s, int64_t list, int64_t sp_id, int64_t *ret_id, int64_t *ret_version,
		    int64_t *ret_generation)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_ITEM_PEEK, "ii", list, sp_id);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret_id = stmt_i64(st, 0);
	*ret_version = stmt_i64(st, 1);
	*ret_generation = stmt_i64(st, 2);
	return 0;
}

int store_item_find_folder(struct store *s, int64_t list, const char *path, int64_t *ret_id)
{
	return conn_number(s, ret_id, Q_ITEM_FIND_FOLDER, "it", list, path);
}

/* Binds all columns of an ITEM_ADD or ITEM_PUT statement. Returns how many rows it changed. */
static int write_item(struct store *s, enum query q, const struct store_item *i, const struct buf *fields,
		      const struct buf *base)
{
	return conn_run(s, q, "zii" ROW_TYPES "biz", i->id, i->list, i->generation, ROW_ARGS(&i->item, fields),
			i->has_base ? buf_str(base) : NULL, base->len, i->since, i->item.owner);
}

static int pack_item(struct store *s, const struct store_item *i, struct buf **ret_fields, struct buf **ret_base)
{
	int r = conn_pack(s, 0, ret_fields);

	if (r == 0)
		r = conn_pack(s, 1, ret_base);
	if (r == 0)
		r = values_pack(&i->item.values, *ret_fields);
	if (r == 0 && i->has_base)
		r = values_pack(&i->base, *ret_base);
	return r;
}

int store_item_put(struct store *s, struct store_item *i)
{
	struct buf *fields = NULL, *base = NULL;
	int r = pack_item(s, i, &fields, &base);

	if (r < 0)
		return r;
	if (!i->id) {
		r = write_item(s, Q_ITEM_ADD, i, fields, base);
		return r < 0 ? r : conn_last_id(s, &i->id);
	}
	r = conn_replacing(s, i->id);
	if (r == 0)
		r = write_item(s, Q_ITEM_PUT_KEPT, i, fields, base);
	if (r == 0)
		r = write_item(s, Q_ITEM_PUT, i, fields, base);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int store_item_mark(struct store *s, int64_t id, int64_t generation)
{
	int r = conn_run(s, Q_ITEM_MARK, "ii", id, generation);

	return r < 0 ? r : 0;
}

int store_item_delete(struct store *s, int64_t id)
{
	int r = conn_replacing(s, id);

	if (r == 0)
		r = conn_run(s, Q_FORM_DELETE, "i", id);
	if (r >= 0)
		r = conn_run(s, Q_ITEM_DELETE, "i", id);
	return r < 0 ? r : 0;
}

int store_item_each(struct store *s, int64_t list, int (*fn)(void *arg, const struct store_item *i), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = list ? conn_walk(s, &st, Q_ITEM_EACH, "i", list) : conn_walk(s, &st, Q_ITEM_EACH_ALL, "");

	while (r == 0 && (r = stmt_step(st)) > 0) {
		CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;

		r = read_item(st, &i);
		if (r == 0)
			r = fn(arg, &i);
	}
	return r;
}

int store_item_attached(struct store *s, int64_t owner, int (*fn)(void *arg, const struct store_item *i), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_ITEM_ATTACHED, "i", owner);

	while (r == 0 && (r = stmt_step(st)) > 0) {
		CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;

		r = read_item(st, &i);
		if (r == 0)
			r = fn(arg, &i);
	}
	return r;
}

int store_item_stale(struct store *s, int64_t list, int64_t generation, int64_t ret_ids[], int max)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int n = 0;
	int r = conn_ask(s, &st, Q_ITEM_STALE, "iid", list, generation, max);

	while (r >= 0 && n < max && (r = stmt_step(st)) > 0)
		ret_ids[n++] = stmt_i64(st, 0);
	return r < 0 ? r : n;
}

int store_item_keys(struct store *s, int64_t list, int64_t after, struct store_item_key ret[], int max)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int n = 0;
	int r = conn_ask(s, &st, Q_ITEM_KEYS, "iid", list, after, max);

	while (r >= 0 && n < max && (r = stmt_step(st)) > 0) {
		ret[n].id = stmt_i64(st, 0);
		ret[n++].sp_id = stmt_i64(st, 1);
	}
	return r < 0 ? r : n;
}

int store_item_astray(struct store *s, int64_t list, int64_t after, int64_t ret_ids[], int max)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int n = 0;
	int r = conn_ask(s, &st, Q_ITEM_ASTRAY, "iid", list, after, max);

	while (r >= 0 && n < max && (r = stmt_step(st)) > 0)
		ret_ids[n++] = stmt_i64(st, 0);
	return r < 0 ? r : n;
}

int store_item_count(struct store *s, int64_t list, int64_t *ret)
{
	return conn_number(s, ret, Q_ITEM_COUNT, "i", list);
}
