#include "query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/uri.h"
#include "call.h"
#include "db.h"
#include "face.h"
#include "ftype.h"
#include "item.h"
#include "options.h"
#include "perm.h"
#include "xml.h"

/*
 * Two ways to run a query. Ordered by ID, the rows come from the database in
 * that order and the page ends the reading. Otherwise the keys of all rows
 * that pass are collected and sorted, and the page is read again by id. A
 * position names the last row of the page before: "Paged=TRUE&p_ID=17".
 */

struct hit {
	int64_t id;
	struct caml_key key[CAML_ORDERS];
};

struct hits {
	struct hit *h; /* owned */
	size_t n, cap;
	size_t n_keys;
};

/* ---- what is asked ---------------------------------------------------------------------------- */

/* "/sites/team/Shared Documents/x", "http://host/...", or a path in the site. */
static char *folder_path(const struct query *q, const char *folder)
{
	struct uri u = { 0 };
	const char *path = folder;
	char *out;

	if (!*folder)
		return strdup(q->l->root);
	if (uri_parse(folder, &u) == 0)
		path = u.path;
	if (*path == '/')
		out = strdup(path + 1);
	else if (*q->c->site->path && strncasecmp(path, q->c->site->path + 1, strlen(q->c->site->path + 1)) != 0)
		out = str_printf("%s/%s", q->c->site->path + 1, path);
	else
		out = strdup(path);
	uri_release(&u);
	if (out && str_ends(out, "/"))
		out[strlen(out) - 1] = '\0';
	return out;
}

/* Recurring events: each series with its exceptions behind it, ahead of any other order ([MS-LISTSWS] 2.2.4.4). */
static void order_by_series(struct query *q)
{
	static const char *const names[] = { "UID", "EventType", "EventDate" };

	if (!q->o->recurrence_order || !list_field(q->l, "fRecurrence"))
		return;
	for (size_t i = 0; i < 3; i++)
		if (!list_field(q->l, names[i]))
			return;
	memmove(q->order + 3, q->order, sizeof(q->order) - 3 * sizeof(*q->order));
	q->n_order = q->n_order + 3 < CAML_ORDERS ? q->n_order + 3 : CAML_ORDERS;
	for (size_t i = 0; i < 3; i++)
		q->order[i] = (struct caml_order) { list_field(q->l, names[i]), false };
}

/* The instance that an item belongs to; -1: none, it is of no meeting. */
static int64_t instance_of(const struct item *i)
{
	const char *s = pairs_get(&i->vals, "InstanceID");
	int64_t n;

	return s && str_to_i64(s, &n) == 0 ? n : -1;
}

/* The first instance that is to come, else the last: instances of a series are numbered by their day, 20261130 (UNCONFIRMED). */
static int find_next_meeting(struct query *q)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	char day[CLOCK_ISO_SIZE];
	int64_t today, next = 0, last = 0;
	int r = db_ask(q->c->db, &st, ITEMS_UP, "ii", q->l->id, INT64_C(0));

	clock_format_iso(q->c->now, day);
	today = strtoll(day, NULL, 10) * 10000 + strtoll(day + 5, NULL, 10) * 100 + strtoll(day + 8, NULL, 10);
	while (r >= 0 && (r = db_step(st)) > 0) {
		int64_t n;

		r = item_read(st, &i);
		n = r < 0 || i.bin ? -1 : instance_of(&i);
		last = n > last ? n : last;
		if (n >= today && (!next || n < next))
			next = n;
	}
	q->meeting = next ? next : last;
	return r;
}

/* A list of a meeting that has several dates shows those that were asked for ([MS-LISTSWS] 2.2.4.4, MeetingInstanceID). */
static bool in_meeting(const struct query *q, const struct item *i)
{
	int64_t n = q->meeting == MEETING_WITH_SERIES || !list_prop_is(q->l, "MultipleDataList", false) ? -1 : instance_of(i);

	return n < 0 || (q->meeting == MEETING_ALL ? n > 0 : n == q->meeting);
}

int query_begin(struct call *c, const struct list *l, const struct options *o, const struct xml *query,
		struct query *ret)
{
	const struct xml *where = xml_first(xml_child(query, "Where"));
	const struct xml *contains = query ? NULL : call_caml(c, "contains", "Contains");
	int r = 0;

	*ret = (struct query) { .c = c, .l = l, .o = o, .meeting = o->meeting };
	ret->folder = folder_path(ret, o->folder);
	if (!ret->folder)
		return -ENOMEM;
	if (where || contains)
		r = caml_compile(c, l, where ? where : contains, &ret->where);
	ret->n_order = caml_orders(l, query, ret->order);
	order_by_series(ret);
	if (r >= 0 && o->meeting == MEETING_NEXT)
		r = find_next_meeting(ret);
	return r;
}

void query_end(struct query *q)
{
	caml_free(q->where);
	free(q->folder);
}

int query_limit(struct call *c, uint64_t *ret)
{
	const char *s = call_text(c, "rowLimit");
	uint64_t n = 0;

	if (!str_empty(s) && (str_to_u64(s, &n) < 0 || n > UINT32_MAX))
		return call_fault(c, 0, "Value does not fall within the expected range.");
	*ret = n;
	return 0;
}

static bool in_scope(const struct query *q, const struct item *i)
{
	size_t n = strlen(q->folder);
	bool here = str_eq_nocase(i->dir, q->folder);
	bool below = here || (strncasecmp(i->dir, q->folder, n) == 0 && i->dir[n] == '/');

	switch (q->o->scope) {
	case SCOPE_FOLDER: return here;
	case SCOPE_FILES_ONLY: return here && !i->folder;
	case SCOPE_RECURSIVE: return below && !i->folder;
	case SCOPE_RECURSIVE_ALL: return below;
	}
	return false;
}

bool query_takes(const struct query *q, const struct item *i)
{
	return !i->bin && in_scope(q, i) && in_meeting(q, i) && (perm_of_item(q->c->person, q->l, i) & PERM_VIEW) &&
	       caml_match(q->where, q->c, q->l, i);
}

/* ---- positions -------------------------------------------------------------------------------- */

/* The value of p_ID; 0: no position at all. */
static int read_position(const struct query *q, int64_t *ret)
{
	const char *at = q->o->position ? strstr(q->o->position, "p_ID=") : NULL;

	*ret = 0;
	if (!q->o->position)
		return 0;
	if (!at || !str_starts(q->o->position, "Paged=TRUE") || strtoll(at + 5, NULL, 10) <= 0)
		return call_fault(q->c, 0, "Value does not fall within the expected range.");
	*ret = strtoll(at + 5, NULL, 10);
	return 0;
}

static void write_position(const struct query *q, int64_t id, struct buf *next)
{
	buf_adds(next, "Paged=TRUE");
	for (size_t i = 0; i < q->n_order; i++)
		if (strcmp(q->order[i].field->name, "ID") != 0)
			buf_addf(next, "&p_%s=", q->order[i].field->name);
	buf_addf(next, "&p_ID=%lld", (long long) id);
}

/* ---- in the order of the database --------------------------------------------------------------- */

/* Where the reading begins: behind the page before, at the only id that can pass, or at the end of the list. */
static int first_id(const struct query *q, bool down, int64_t only, int64_t *ret)
{
	int r = read_position(q, ret);

	if (*ret == 0 && only > 0)
		*ret = down ? only + 1 : only - 1;
	else if (*ret == 0 && down)
		*ret = INT64_MAX;
	return r;
}

static int run_by_id(const struct query *q, bool down, query_sink sink, void *arg, struct buf *next)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int64_t from, last = 0, only = caml_only_id(q->where);
	uint64_t n = 0;
	int r = first_id(q, down, only, &from);

	if (r >= 0)
		r = db_ask(q->c->db, &st, down ? ITEMS_DOWN : ITEMS_UP, "ii", q->l->id, from);
	while (r >= 0 && (r = db_step(st)) > 0) {
		r = item_read(st, &i);
		if (only > 0 && i.id != only)
			return r;
		if (r >= 0)
			r = face_show(q->c->db, q->c->person, q->l, &i);
		if (r < 0 || !query_takes(q, &i))
			continue;
		if (q->limit && n++ == q->limit) {
			write_position(q, last, next);
			return 0;
		}
		last = i.id;
		r = sink(arg, &i);
	}
	return r;
}

/* ---- sorted ----------------------------------------------------------------------------------- */

static void release_hits(struct hits *h)
{
	for (size_t i = 0; i < h->n; i++)
		for (size_t k = 0; k < h->n_keys; k++)
			caml_key_release(&h->h[i].key[k]);
	free(h->h);
}

static int compare_hits(const void *a, const void *b, void *arg)
{
	const struct hit *x = a, *y = b;
	const struct query *q = arg;

	for (size_t k = 0; k < q->n_order; k++) {
		int d = caml_key_compare(&x->key[k], &y->key[k]);

		if (d)
			return q->order[k].descending ? -d : d;
	}
	return (x->id > y->id) - (x->id < y->id);
}

static int add_hit(const struct query *q, const struct item *i, struct hits *h)
{
	int r = vec_grow(&h->h, &h->cap, h->n + 1, sizeof(*h->h));

	if (r < 0)
		return r;
	h->h[h->n] = (struct hit) { .id = i->id };
	h->n++;
	for (size_t k = 0; r >= 0 && k < q->n_order; k++)
		r = caml_key(q->c, q->l, i, q->order[k].field, &h->h[h->n - 1].key[k]);
	return r;
}

static int collect(const struct query *q, struct hits *h)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(q->c->db, &st, ITEMS_UP, "ii", q->l->id, INT64_C(0));

	while (r >= 0 && (r = db_step(st)) > 0) {
		r = item_read(st, &i);
		if (r >= 0)
			r = face_show(q->c->db, q->c->person, q->l, &i);
		if (r >= 0 && query_takes(q, &i))
			r = add_hit(q, &i, h);
	}
	if (r >= 0 && h->n)
		qsort_r(h->h, h->n, sizeof(*h->h), compare_hits, (void *) q);
	return r;
}

/* Behind the row that the position names; where it went, if it is gone, nobody knows: from the start. */
static size_t start_of_page(const struct hits *h, int64_t from)
{
	for (size_t i = 0; from && i < h->n; i++)
		if (h->h[i].id == from)
			return i + 1;
	return 0;
}

static int send_page(const struct query *q, const struct hits *h, size_t at, query_sink sink, void *arg)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = 0;

	for (size_t n = 0; r >= 0 && at < h->n && (!q->limit || n < q->limit); n++, at++) {
		r = face_get(q->c->db, q->c->person, q->l, h->h[at].id, &i);
		if (r >= 0)
			r = sink(arg, &i);
	}
	return r;
}

static int run_sorted(const struct query *q, query_sink sink, void *arg, struct buf *next)
{
	struct hits h = { .n_keys = q->n_order };
	int64_t from;
	size_t at;
	int r = read_position(q, &from);

	if (r >= 0)
		r = collect(q, &h);
	at = start_of_page(&h, from);
	if (r >= 0)
		r = send_page(q, &h, at, sink, arg);
	if (r >= 0 && q->limit && h.n - at > q->limit)
		write_position(q, h.h[at + q->limit - 1].id, next);
	release_hits(&h);
	return r;
}

/* ---- both ------------------------------------------------------------------------------------- */

/* The list view threshold: a filter or an order without an index on a list that is too long (2010 and later). */
static bool over_threshold(const struct query *q)
{
	bool indexed = caml_is_indexed(q->where);

	if (q->c->m->version < 14 || list_prop_is(q->l, "NoThrottleListOperations", false) || q->l->items <= q->c->threshold || (q->where && indexed))
		return false;
	for (size_t i = 0; i < q->n_order; i++)
		indexed &= caml_field_indexed(q->order[i].field);
	return !indexed;
}

int query_run(const struct query *q, query_sink sink, void *arg, struct buf *next)
{
	bool by_id = !q->n_order || caml_only_id(q->where) > 0 || (q->n_order == 1 && strcmp(q->order[0].field->name, "ID") == 0);

	if (over_threshold(q))
		return call_fault_code(q->c, E_THRESHOLD);
	if (by_id)
		return run_by_id(q, q->n_order && q->order[0].descending, sink, arg, next);
	return run_sorted(q, sink, arg, next);
}
