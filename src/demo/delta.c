#include "delta.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "call.h"
#include "db.h"
#include "face.h"
#include "item.h"
#include "model.h"
#include "query.h"

/*
 * The log is read in order and each item is decided at its first entry that
 * counts, by what it is now. When one row too many would be sent, reading
 * stops before that entry and the token points there: what was decided
 * already may be sent again later, but nothing is left out.
 */

struct entry {
	int64_t seq, time, item;
	const char *kind, *uid, *client;
};

void delta_release(struct delta *d)
{
	free(d->ids);
	free(d->rows);
	map_free(d->seen);
}

static int add_id(struct delta *d, const struct entry *e, const char *kind)
{
	int r = vec_grow(&d->ids, &d->cap_ids, d->n_ids + 1, sizeof(*d->ids));
	struct delta_id *id;

	if (r < 0)
		return r;
	id = &d->ids[d->n_ids++];
	*id = (struct delta_id) { .item = e->item };
	snprintf(id->kind, sizeof(id->kind), "%s", kind);
	snprintf(id->uid, sizeof(id->uid), "%s", e->uid);
	snprintf(id->client, sizeof(id->client), "%s", e->client);
	return 0;
}

static int add_row(struct delta *d, int64_t item)
{
	int r = vec_grow(&d->rows, &d->cap_rows, d->n_rows + 1, sizeof(*d->rows));

	if (r >= 0)
		d->rows[d->n_rows++] = item;
	return r;
}

/* First time that this is met? 1, 0 or -ENOMEM. */
static int mark(struct delta *d, const char *what, int64_t item)
{
	char key[48];

	snprintf(key, sizeof(key), "%s%lld", what, (long long) item);
	if (map_find(d->seen, key))
		return 0;
	return map_put(d->seen, key, d) < 0 ? -ENOMEM : 1;
}

static int take_gone(struct delta *d, const struct entry *e, bool exists)
{
	int r = exists ? 0 : mark(d, "gone", e->item);

	return r <= 0 ? r : add_id(d, e, e->kind);
}

/* An entry about an item that is there: 1: it does not fit any more. */
static int take_row(struct delta *d, const struct entry *e, size_t max)
{
	bool seen;
	char key[48];

	snprintf(key, sizeof(key), "row%lld", (long long) e->item);
	seen = map_find(d->seen, key);
	if (!seen && d->n_rows >= max)
		return 1;
	if (strcmp(e->kind, "Restore") == 0) {
		int r = mark(d, "restore", e->item);

		if (r > 0)
			r = add_id(d, e, "Restore");
		if (r < 0)
			return r;
	}
	return seen ? 0 : map_put(d->seen, key, d) < 0 ? -ENOMEM : add_row(d, e->item);
}

static int take_item(const struct query *q, struct delta *d, const struct entry *e, size_t max)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = item_get(q->c->db, q->l, e->item, &i);
	bool exists = r >= 0;

	if (r < 0 && r != -ENOENT)
		return r;
	if (strcmp(e->kind, "Delete") == 0 || strcmp(e->kind, "MoveAway") == 0)
		return take_gone(d, e, exists);
	r = exists ? face_show(q->c->db, q->c->person, q->l, &i) : 0;
	if (r < 0 || !exists || !query_takes(q, &i))
		return r;
	if (strcmp(e->kind, "Rename") == 0 || strcmp(e->kind, "SystemUpdate") == 0) {
		r = mark(d, e->kind, e->item);
		return r <= 0 ? r : add_id(d, e, e->kind);
	}
	return take_row(d, e, max);
}

static int take_entry(const struct query *q, struct delta *d, const struct entry *e, size_t max)
{
	int r;

	if (strcmp(e->kind, "Schema") == 0)
		d->schema = true;
	if (e->item)
		return take_item(q, d, e, max);
	if (strcmp(e->kind, "RestoreList") != 0)
		return 0;
	r = mark(d, "list", 0);
	return r <= 0 ? r : add_id(d, e, "Restore");
}

static int compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

int delta_read(const struct query *q, const struct token *from, size_t max, struct delta *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	struct token last = *from;
	int r = change_end(q->c->m, q->l, &ret->end);

	ret->seen = map_new();
	if (!ret->seen)
		return -ENOMEM;
	if (r >= 0)
		r = db_ask(q->c->db, &st, CHANGES_SINCE, "ii", q->l->id, from->seq);
	while (r >= 0 && (r = db_step(st)) > 0) {
		struct entry e = { db_int(st, 0), db_int(st, 1), db_int(st, 2),
				   db_text(st, 3), db_text(st, 4), db_text(st, 5) };

		r = take_entry(q, ret, &e, max);
		if (r > 0) {
			ret->more = true;
			ret->end = last;
			break;
		}
		last.seq = e.seq;
		last.ticks = e.time;
	}
	if (ret->n_rows)
		qsort(ret->rows, ret->n_rows, sizeof(*ret->rows), compare_ids);
	return r < 0 ? r : 0;
}
