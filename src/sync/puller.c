#include "puller.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/str.h"
#include "store/item.h"
#include "store/stage.h"
#include "apply.h"
#include "park.h"
#include "place.h"
#include "recover.h"
#include "show.h"

/*
 * A page is applied in short transactions, so that a close never waits behind a
 * big one. Order within an answer: ids first, then rows (a row wins over a Delete
 * of the same item). At the end of a round, in this order: rows that waited for their
 * folder; items whose folder came after them; after reading anew, items that did not come; the token.
 */
enum {
	CHUNK_ROWS = 500,
	CHUNK_MS = 50,
	TAKE_ROWS = 25, /* between looks at the clock */
};

/* ---- the list's description ------------------------------------------------------------------ */

static int take_description(struct puller *p, struct store_list *l)
{
	CLEANUP(str_free_p) char *id = NULL;
	struct list info = LIST_INIT;
	int r = str_set(&id, l->info.id);

	if (r == 0)
		r = page_copy_list(&info, &p->page.info);
	if (r < 0)
		return r;
	/* One without columns describes nothing; and the list is the one that was registered. */
	if (!info.schema.n) {
		info.schema = l->info.schema;
		l->info.schema = (struct schema) SCHEMA_INIT;
	}
	str_free_p(&info.id);
	info.id = id;
	info.flags |= l->info.flags & (LIST_FROZEN | LIST_RAW_HTML);
	id = NULL;
	info.format = l->info.format;
	l->info.format = NULL;
	list_release(&l->info);
	l->info = info;
	return 0;
}

int puller_take_info(struct puller *p, struct txn *t)
{
	const char *perm = p->page.end.perm_text;
	bool other = perm && !str_eq(perm, t->list.perm_text);
	int r = 0;

	if (!other && !p->page.has_info)
		return 0;
	if (p->page.has_info)
		r = take_description(p, &t->list);
	if (r == 0 && other) {
		r = str_set(&t->list.perm_text, perm);
		t->list.perm = list_perm_parse(perm);
	}
	if (r == 0)
		r = store_list_put(t->st, &t->list);
	return r < 0 ? r : show_root(t);
}

/* ---- ids ------------------------------------------------------------------------------------------ */

static int apply_id(struct puller *p, struct txn *t, const struct page_id *id)
{
	int64_t item, version, generation;
	int r;

	if (numbers_has(&p->page.rows, id->id))
		return id->kind == REMOTE_ID_DELETE ? 0 : numbers_add(&p->forced, id->id);
	if (id->kind != REMOTE_ID_DELETE)
		return numbers_add(&p->extra, id->id);
	r = store_item_peek(t->st, t->list.id, id->id, &item, &version, &generation);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return apply_gone(t, item);
}

static int do_ids(struct puller *p, struct txn *t)
{
	int r;

	if (p->next_id == p->page.n_ids)
		return 0;
	r = apply_id(p, t, &p->page.ids[p->next_id++]);
	if (p->next_id == p->page.n_ids)
		numbers_sort(&p->forced);
	return r < 0 ? r : 1;
}

/* ---- rows -------------------------------------------------------------------------------------------- */

struct taking {
	struct puller *p;
	struct txn *t;
	int result;
};

static int take_row(void *arg, int64_t number, struct item *row)
{
	struct taking *k = arg;
	struct puller *p = k->p;
	struct apply_how how = { .force = p->anew || numbers_has(&p->forced, row->id), .anywhere = p->anywhere };

	p->applied = number;
	p->folders |= row->folder;
	k->result = people_learn(k->t, &p->people, &row->values);
	if (k->result == 0)
		k->result = apply_row(k->t, row, how);
	if (k->result == APPLY_LATER && !p->anywhere)
		return numbers_add(&p->deferred, number);
	return k->result < 0 ? k->result : 0;
}

static int do_rows(struct puller *p, struct txn *t)
{
	struct taking k = { p, t, 0 };

	return store_stage_take(t->st, p->applied, TAKE_ROWS, take_row, &k);
}

/* ---- rows that waited for their folder ------------------------------------------------------------------ */

static int retry_row(void *arg, int64_t number, struct item *row)
{
	struct taking *k = arg;
	struct apply_how how = { .force = true, .anywhere = k->p->anywhere };

	(void) number;
	k->result = apply_row(k->t, row, how);
	return k->result < 0 ? k->result : 0;
}

/* After a pass over all of them: 1: another one may place more. */
static int end_pass(struct puller *p)
{
	size_t left = 0;

	for (size_t i = 0; i < p->deferred.n; i++)
		if (p->deferred.v[i])
			p->deferred.v[left++] = p->deferred.v[i];
	p->deferred.n = left;
	p->next_deferred = 0;
	/* A folder that we may not see: its items show in the list's directory. */
	p->anywhere = !p->placed;
	p->placed = false;
	return left > 0;
}

static int do_deferred(struct puller *p, struct txn *t)
{
	struct taking k = { p, t, 0 };
	int64_t *number;
	int r;

	if (p->next_deferred == p->deferred.n)
		return p->deferred.n ? end_pass(p) : 0;
	number = &p->deferred.v[p->next_deferred++];
	r = store_stage_take(t->st, *number - 1, 1, retry_row, &k);
	if (r >= 0 && k.result != APPLY_LATER) {
		*number = 0;
		p->placed = true;
	}
	return r < 0 ? r : 1;
}

/* ---- the end of a round ----------------------------------------------------------------------------------- */

/* A folder may come after what is in it, in a later round too: that was put elsewhere meanwhile. */
static int place_one(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t dir;
	int r = store_item_get(t->st, item, &it);

	if (r == 0)
		r = place_parent(t, &it.item, &dir);
	if (r == 0)
		r = store_node_of_item(t->st, item, &n);
	if (r == 0 && n.name && n.parent != dir)
		r = place_into(t, &it, dir, &n);
	return r == -ENOENT ? 0 : r;
}

static int do_astray(struct puller *p, struct txn *t)
{
	int64_t ids[TAKE_ROWS];
	int n = p->folders && p->had_items ? store_item_astray(t->st, t->list.id, p->placed_to, ids, TAKE_ROWS) : 0;

	for (int i = 0; i < n; i++) {
		int r = place_one(t, ids[i]);

		if (r < 0)
			return r;
		p->placed_to = ids[i];
	}
	return n;
}

/* What a complete reading did not bring is not there (MS-OUTSPS_R802). */
static int do_stale(struct puller *p, struct txn *t)
{
	int64_t ids[TAKE_ROWS];
	bool whole = p->anew && !p->partial && !PLANTED("vanished_stay");
	int n = whole ? store_item_stale(t->st, t->list.id, t->list.generation, ids, TAKE_ROWS) : 0;

	for (int i = 0; i < n; i++) {
		int r = apply_gone(t, ids[i]);

		if (r < 0)
			return r;
	}
	return n;
}

/* A server that tells no deletions names what is there. */
static int do_absent(struct puller *p, struct txn *t)
{
	struct store_item_key keys[TAKE_ROWS];
	int n = p->page.end.complete ? store_item_keys(t->st, t->list.id, p->checked, keys, TAKE_ROWS) : 0;

	for (int i = 0; i < n; i++) {
		int r = numbers_has(&p->page.present, keys[i].sp_id) ? 0 : apply_gone(t, keys[i].id);

		if (r < 0)
			return r;
		p->checked = keys[i].id;
	}
	return n;
}

/* While rows are to be asked for by their ids, which the server names once, the stored token stays behind them. */
static int move_token(struct puller *p, struct txn *t)
{
	bool waits = p->extra.n > 0 && t->list.token;

	if (!waits)
		str_free_p(&p->cursor);
	return str_set(waits ? &p->cursor : &t->list.token, p->token);
}

static int finish(struct puller *p, struct txn *t)
{
	const struct remote_page *end = &p->page.end;
	/* Only the last round has seen everything that may have arrived of ours. */
	int r = p->partial || p->more || PLANTED("unsure_stays") ? 0 : recover_unsure(t);

	if (r == 0)
		r = park_list_back(t);
	if (r == 0 && p->token)
		r = move_token(p, t);
	if (r < 0)
		return r;
	t->list.state = STORE_LIST_OK;
	str_free_p(&t->list.error);
	t->list.last_sync = clock_now_ns();
	t->list.min_minutes = end->min_minutes > 0 ? end->min_minutes : 0;
	t->list.recommended_seconds = end->recommended_seconds > 0 ? end->recommended_seconds : 0;
	p->out->last_sync = t->list.last_sync;
	p->out->min_minutes = t->list.min_minutes;
	p->out->recommended_seconds = t->list.recommended_seconds;
	p->out->bulk_megabytes = end->bulk_megabytes;
	return store_list_put(t->st, &t->list);
}

/* ---- chunks --------------------------------------------------------------------------------------------------- */

/* Does a little of what is first to be done. Returns how much; 0: all is done. */
static int do_some(struct puller *p, struct txn *t, bool last)
{
	int r = do_ids(p, t);

	if (r == 0)
		r = do_rows(p, t);
	if (r == 0 && last)
		r = do_deferred(p, t);
	if (r == 0 && last)
		r = do_astray(p, t);
	if (r == 0 && last)
		r = do_stale(p, t);
	if (r == 0 && last)
		r = do_absent(p, t);
	return r;
}

static int fill_chunk(struct puller *p, struct txn *t, bool last, bool *ret_done)
{
	int64_t end = clock_mono_ms() + CHUNK_MS;
	int rows = 0, r;

	do {
		r = do_some(p, t, last);
		rows += r;
	} while (r > 0 && rows < CHUNK_ROWS && clock_mono_ms() < end);
	*ret_done = r == 0;
	return r < 0 || r || !last ? (r < 0 ? r : 0) : finish(p, t);
}

static int apply_chunk(struct puller *p, bool last, bool *ret_done)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(p->in->conf);
	int r = txn_begin(&t, p->in->list);

	if (r == 0)
		r = puller_take_info(p, &t);
	p->page.has_info = false;
	if (r == 0)
		r = fill_chunk(p, &t, last, ret_done);
	if (r < 0)
		return r;
	CRASH_POINT("pull.chunk.before");
	r = txn_commit(&t);
	if (r < 0)
		return r;
	CRASH_POINT("pull.chunk.after");
	p->out->conflicts += t.conflicts;
	events_deliver(&t.ev, p->in->conf->hooks);
	return 0;
}

int puller_apply(struct puller *p, bool last)
{
	int64_t total = p->list.info.item_count > 0 && p->anew ? p->list.info.item_count : 0;
	bool done = false;
	int r = 0;

	p->next_id = 0;
	p->applied = p->page.from;
	p->anywhere = p->placed = false;
	p->checked = p->placed_to = 0;
	p->out->received += p->page.end.rows + (int64_t) p->page.n_ids;
	while (r == 0 && !done) {
		if (p->in->cancel && atomic_load(p->in->cancel))
			return -ECANCELED;
		r = apply_chunk(p, last, &done);
		if (r == 0 && p->in->progress)
			p->in->progress(p->in->arg, p->out->received, total);
	}
	return r;
}
