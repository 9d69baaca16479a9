#include "ahead.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "handle.h"
#include "state.h"
#include "sync/docs.h"

enum {
	READERS = 8,   /* processes in directories that are remembered */
	NEAR = 8,      /* documents that a reader may leave out and still be in a row: other endings, say */
	WINDOW = 16,   /* how many are on their way before him */
	STRIKES = 3,   /* so often he was not where he was expected: he does not read in order */
	FORGET = 10000 /* ms */
};

struct reader {
	pid_t tgid; /* 0: free */
	int64_t dir;
	int64_t last;    /* the item that he read last */
	int64_t seen;    /* monotonic ms */
	int strikes;
	int64_t *plan;   /* owned; items in his order; NULL: none was seen */
	size_t n, at, sent;
};

struct aheads {
	struct lock lock; /* RANK_LEAF; the rest */
	struct reader r[READERS];
};

struct aheads *aheads_new(void)
{
	struct aheads *a = calloc(1, sizeof(*a));

	if (a)
		lock_init(&a->lock, RANK_LEAF);
	return a;
}

struct aheads *aheads_free(struct aheads *a)
{
	if (!a)
		return NULL;
	for (int i = 0; i < READERS; i++)
		free(a->r[i].plan);
	lock_release(&a->lock);
	free(a);
	return NULL;
}

/* ---- the documents of a directory, in an order ------------------------------------------------------------- */

struct document {
	int64_t item;
	char *name; /* owned */
};

struct listing {
	struct document *d; /* owned */
	size_t n, cap;
	int64_t bytes;
};

static int add_document(void *arg, const char *name, const struct view_attr *a)
{
	struct listing *l = arg;
	int r;

	if (a->kind != STORE_NODE_DOCUMENT || !a->item)
		return 0;
	r = vec_grow(&l->d, &l->cap, l->n + 1, sizeof(*l->d));
	if (r < 0)
		return r;
	l->d[l->n] = (struct document) { a->item, strdup(name) };
	l->bytes += a->size > 0 ? a->size : 0;
	return l->d[l->n++].name ? 0 : -ENOMEM;
}

static void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->d[i].name);
	free(l->d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct document *) a)->name, ((const struct document *) b)->name);
}

static int by_letters(const void *a, const void *b)
{
	int c = strcasecmp(((const struct document *) a)->name, ((const struct document *) b)->name);

	return c ? c : by_name(a, b);
}

/* Is `item` near behind `last`? Where it is. */
static bool is_next(const struct listing *l, int64_t last, int64_t item, size_t *ret)
{
	size_t i = 0;

	while (i < l->n && l->d[i].item != last)
		i++;
	for (size_t k = 1; k <= NEAR && i + k < l->n; k++)
		if (l->d[i + k].item == item) {
			*ret = i + k;
			return true;
		}
	return false;
}

/* Puts the listing into the order in which item comes next after last. */
static bool find_order(struct listing *l, int64_t last, int64_t item, size_t *ret)
{
	static int (*const orders[])(const void *, const void *) = { NULL, by_name, by_letters };

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		if (orders[i] && l->n)
			qsort(l->d, l->n, sizeof(*l->d), orders[i]);
		if (is_next(l, last, item, ret))
			return true;
	}
	return false;
}

/* Who reads what. */
struct now {
	pid_t tgid;
	int64_t list, dir, item;
};

/* The plan for a reader of this item after `last`; NULL: he reads in no order, or there is too much. */
static int64_t *make_plan(struct fs *f, const struct now *now, int64_t last, size_t *ret_n, size_t *ret_at)
{
	CLEANUP(listing_release) struct listing l = { 0 };
	int64_t *plan = NULL;

	if (view_tree_children(f->tree, now->dir, add_document, &l) < 0 ||
	    !sync_doc_may_bulk(f->sync, now->list, l.bytes) || !find_order(&l, last, now->item, ret_at))
		return NULL;
	plan = calloc(l.n, sizeof(*plan));
	for (size_t i = 0; plan && i < l.n; i++)
		plan[i] = l.d[i].item;
	*ret_n = l.n;
	return plan;
}

/* ---- readers ----------------------------------------------------------------------------------------------- */

static void drop_plan(struct reader *r)
{
	free(r->plan);
	r->plan = NULL;
	r->n = r->at = r->sent = 0;
}

/* The reader, or the slot that was not used the longest. Needs the lock. */
static struct reader *find_reader(struct aheads *a, pid_t tgid, int64_t dir)
{
	struct reader *oldest = &a->r[0];
	int64_t time = clock_mono_ms();

	for (int i = 0; i < READERS; i++) {
		struct reader *r = &a->r[i];

		if (r->tgid == tgid && r->dir == dir && time - r->seen < FORGET) {
			r->seen = time;
			return r;
		}
		if (r->seen < oldest->seen)
			oldest = r;
	}
	drop_plan(oldest);
	*oldest = (struct reader) { .tgid = tgid, .dir = dir, .seen = time };
	return oldest;
}

/* Follows him in his plan; false: he is elsewhere. Needs the lock. */
static bool follow(struct reader *r, int64_t item)
{
	for (size_t i = r->at; r->plan && i < r->n && i <= r->at + NEAR + 1; i++)
		if (r->plan[i] == item) {
			r->at = i;
			return true;
		}
	return false;
}

/* What is to be fetched now. Needs the lock. */
static size_t next_items(struct reader *r, int64_t out[WINDOW])
{
	size_t n = 0;

	if (r->sent <= r->at)
		r->sent = r->at + 1;
	while (r->sent < r->n && r->sent <= r->at + WINDOW && n < WINDOW)
		out[n++] = r->plan[r->sent++];
	return n;
}

/* He has read one after another: is that a row? The lock is not held in between. */
static void learn(struct fs *f, const struct now *now, int64_t last)
{
	struct aheads *a = f->aheads;
	size_t n = 0, at = 0;
	int64_t *plan = make_plan(f, now, last, &n, &at);
	struct reader *r;

	lock_take(&a->lock);
	r = find_reader(a, now->tgid, now->dir);
	drop_plan(r);
	r->last = now->item;
	r->plan = plan;
	r->n = n;
	r->at = at;
	r->strikes = plan ? 0 : r->strikes + 1;
	lock_give(&a->lock);
}

static void send_for(struct fs *f, const struct now *now)
{
	struct aheads *a = f->aheads;
	int64_t items[WINDOW];
	struct reader *r;
	size_t n, taken;

	lock_take(&a->lock);
	r = find_reader(a, now->tgid, now->dir);
	n = next_items(r, items);
	lock_give(&a->lock);
	taken = n ? sync_doc_ahead(f->sync, now->list, items, n) : 0;
	if (taken == n)
		return;
	lock_take(&a->lock);
	r = find_reader(a, now->tgid, now->dir);
	r->sent = r->sent > n - taken ? r->sent - (n - taken) : 0;
	lock_give(&a->lock);
}

void ahead_note(struct fs *f, const struct handle *h)
{
	struct aheads *a = f->aheads;
	struct now now = { .tgid = h->tgid };
	bool follows, learns;
	struct reader *r;
	int64_t last;

	lock_take(&h->node->lock);
	now.list = h->node->list;
	now.dir = h->node->parent;
	now.item = h->node->item;
	lock_give(&h->node->lock);
	if (!now.dir || now.tgid <= 0)
		return;
	lock_take(&a->lock);
	r = find_reader(a, now.tgid, now.dir);
	last = r->last;
	follows = follow(r, now.item);
	learns = !follows && last && last != now.item && r->strikes < STRIKES;
	r->last = now.item;
	lock_give(&a->lock);
	if (learns)
		learn(f, &now, last);
	if (learns || follows)
		send_for(f, &now);
}
