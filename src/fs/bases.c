/*
 * A hash table of (item, process), whose entries stand in one vector and name each other by number, so that hundreds of
 * thousands fit in a few MiB. Each is on one of two lists by time of use: of those whose values stand in the item's row,
 * and of those whose values are kept here. The kept are shared: a thousand greps that read one version
 * hold it once, and it counts once against the ceiling.
 *
 * That an entry is a true one hangs on the moments. An even one: no transaction that is under way has replaced a row;
 * odd: one has. Who takes an even moment, then reads a row, and finds the moment unchanged when he enters it has read
 * what stands there, and everybody who replaces it from now on finds the entry before he does.
 */
#include "base_priv.h"

#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/thread.h"

enum { HEADS = 1024, STORED = 256 };

struct entry_of {
	int64_t item;       /* 0: free */
	struct base *base;  /* refd; NULL: what stands in the row */
	pid_t tgid;
	unsigned next;      /* in its bucket; of a free one: the next free */
	unsigned newer;     /* in the order of use */
	unsigned older;
};

/* By time of use. */
struct order {
	unsigned newest;
	unsigned oldest;
	size_t n;
};

struct bases {
	struct lock lock;     /* RANK_LEAF; the rest, but what never changes */
	struct entry_of *v;   /* owned; [0] is nobody's */
	size_t n, cap;        /* of v; n: used once */
	unsigned free;        /* the first of those in between */
	unsigned *head;       /* owned; first of each bucket */
	size_t heads;         /* a power of two */
	struct order in_rows;
	struct order kept;
	size_t bytes;         /* of the kept values */
	uint64_t moment;
	struct base *stored[STORED]; /* those that are held, by item */
	size_t max_entries;   /* immutable, and the next */
	size_t max_bytes;
	struct shapes *shapes; /* owned */
	bases_read *read;
	void *arg;            /* foreign */
};

/* ---- entries ------------------------------------------------------------------------ */

static uint64_t hash(int64_t item)
{
	return (uint64_t) item * 0x9e3779b97f4a7c15ull >> 32;
}

/* By item alone, so that all processes' entries of an item are in one bucket. */
static unsigned *head_of(const struct bases *b, int64_t item)
{
	return &b->head[hash(item) & (b->heads - 1)];
}

static unsigned find(const struct bases *b, int64_t item, pid_t tgid)
{
	unsigned i = *head_of(b, item);

	while (i && !(b->v[i].item == item && b->v[i].tgid == tgid))
		i = b->v[i].next;
	return i;
}

static struct order *order_of(struct bases *b, unsigned i)
{
	return b->v[i].base ? &b->kept : &b->in_rows;
}

static void unlink_order(struct bases *b, unsigned i)
{
	const struct entry_of *e = &b->v[i];
	struct order *o = order_of(b, i);

	*(e->newer ? &b->v[e->newer].older : &o->newest) = e->older;
	*(e->older ? &b->v[e->older].newer : &o->oldest) = e->newer;
	o->n--;
}

static void link_newest(struct bases *b, unsigned i)
{
	struct entry_of *e = &b->v[i];
	struct order *o = order_of(b, i);

	e->newer = 0;
	e->older = o->newest;
	*(o->newest ? &b->v[o->newest].newer : &o->oldest) = i;
	o->newest = i;
	o->n++;
}

/* Longer chains cost more than a bigger vector; without memory for it they are longer. */
static void grow_heads(struct bases *b)
{
	size_t n = b->heads * 2;
	unsigned *head = calloc(n, sizeof(*head));

	if (!head)
		return;
	free(b->head);
	b->head = head;
	b->heads = n;
	for (unsigned i = 1; i < b->n; i++)
		if (b->v[i].item) {
			unsigned *h = head_of(b, b->v[i].item);

			b->v[i].next = *h;
			*h = i;
		}
}

/* A new one, in its bucket and in no order; 0: out of memory. */
static unsigned add(struct bases *b, int64_t item, pid_t tgid)
{
	unsigned i = b->free, *h;

	if (b->n > b->heads)
		grow_heads(b);
	if (i)
		b->free = b->v[i].next;
	else if (vec_grow(&b->v, &b->cap, b->n + 1, sizeof(*b->v)) == 0)
		i = (unsigned) b->n++;
	else
		return 0;
	h = head_of(b, item);
	b->v[i] = (struct entry_of) { .item = item, .tgid = tgid, .next = *h };
	*h = i;
	return i;
}

/* Gives it other values (NULL: the row's) and makes it the newest. Takes over base; the old one is the caller's to give up, without
 * the lock. */
static struct base *set(struct bases *b, unsigned i, struct base *base)
{
	struct base *old = b->v[i].base;

	if (old && --old->entries == 0)
		b->bytes -= old->size;
	b->v[i].base = base;
	if (base && base->entries++ == 0)
		b->bytes += base->size;
	link_newest(b, i);
	return old;
}

/* The same of values; takes the entry out. */
static struct base *drop(struct bases *b, unsigned i)
{
	unsigned *p = head_of(b, b->v[i].item);
	struct base *base = b->v[i].base;

	while (*p != i)
		p = &b->v[*p].next;
	*p = b->v[i].next;
	unlink_order(b, i);
	if (base && --base->entries == 0)
		b->bytes -= base->size;
	b->v[i] = (struct entry_of) { .next = b->free };
	b->free = i;
	return base;
}

/* The entry that is to go, 0: none. */
static unsigned surplus(const struct bases *b)
{
	if (b->in_rows.n > b->max_entries)
		return b->in_rows.oldest;
	if (b->kept.n > b->max_entries || (b->bytes > b->max_bytes && b->kept.n > 1))
		return b->kept.oldest;
	return 0;
}

static void shrink(struct bases *b)
{
	unsigned i;

	do {
		struct base *old = NULL;

		lock_take(&b->lock);
		i = surplus(b);
		if (i)
			old = drop(b, i);
		lock_give(&b->lock);
		base_unref(old);
	} while (i);
}

void bases_put(struct bases *b, int64_t item, pid_t tgid, struct base *base)
{
	struct base *old = NULL, *values = base->table ? NULL : base_pack(b->shapes, base);
	bool over;
	unsigned i;

	lock_take(&b->lock);
	if (base->table && base->kept)
		values = base_ref(base->kept);
	i = find(b, item, tgid);
	if (i)
		unlink_order(b, i);
	else
		i = add(b, item, tgid);
	if (i)
		old = set(b, i, values);
	else
		old = values;
	over = surplus(b);
	lock_give(&b->lock);
	base_unref(old);
	if (over)
		shrink(b);
}

struct base *bases_of_version(struct bases *b, int64_t item, int64_t ino, int64_t version)
{
	struct base *base = NULL;

	lock_take(&b->lock);
	for (unsigned i = *head_of(b, item); i && !base; i = b->v[i].next)
		if (b->v[i].item == item && b->v[i].base && b->v[i].base->ino == ino && b->v[i].base->version == version)
			base = base_ref(b->v[i].base);
	lock_give(&b->lock);
	return base;
}

/* ---- what stands in rows ------------------------------------------------------------- */

static struct base **stored_of(struct bases *b, int64_t item)
{
	return &b->stored[hash(item) % STORED];
}

static struct base *new_stored(struct bases *b, int64_t item)
{
	struct base *base = calloc(1, sizeof(*base));

	if (base)
		*base = (struct base) { .refs = 1, .table = b, .item = item, .seen = VIEW_SEEN_INIT };
	return base;
}

/* Needs the lock. */
static void link_stored(struct base *base)
{
	struct base **at = stored_of(base->table, base->item);

	base->next = *at;
	base->prev = at;
	if (base->next)
		base->next->prev = &base->next;
	*at = base;
}

void bases_unlink(struct base *base)
{
	struct bases *b = base->table;

	lock_take(&b->lock);
	*base->prev = base->next;
	if (base->next)
		base->next->prev = base->prev;
	lock_give(&b->lock);
	base_unref(base->kept);
}

uint64_t bases_moment(struct bases *b)
{
	uint64_t moment;

	lock_take(&b->lock);
	moment = b->moment;
	lock_give(&b->lock);
	return moment;
}

int bases_stored(struct bases *b, int64_t item, uint64_t moment, struct base **ret)
{
	struct base *base = new_stored(b, item);
	bool still;

	if (!base)
		return -ENOMEM;
	lock_take(&b->lock);
	still = moment == b->moment && moment % 2 == 0;
	if (still)
		link_stored(base);
	lock_give(&b->lock);
	if (!still) {
		free(base);
		return -EAGAIN;
	}
	*ret = base;
	return 0;
}

struct base *bases_find(struct bases *b, int64_t item, pid_t tgid)
{
	struct base *stored = new_stored(b, item), *base = NULL;
	unsigned i;

	lock_take(&b->lock);
	i = find(b, item, tgid);
	if (i) {
		unlink_order(b, i);
		link_newest(b, i);
	}
	if (i && b->v[i].base) {
		base = base_ref(b->v[i].base);
	} else if (i && stored) {
		base = stored;
		link_stored(base);
	}
	lock_give(&b->lock);
	if (base != stored)
		free(stored);
	return base;
}

struct base *bases_read_stored(struct base *base)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	CLEANUP(base_unref_p) struct base *kept = NULL;
	struct bases *b = base->table;
	int r = b->read(b->arg, base->item, &s);

	/* What was read stood there all the time, unless it was replaced: then it was kept before. */
	lock_take(&b->lock);
	kept = base->kept ? base_ref(base->kept) : NULL;
	lock_give(&b->lock);
	if (kept)
		return base_whole(kept);
	return r == 0 ? base_new(0, 0, &s) : NULL;
}

/* Whether somebody has read what stands in the item's row. Needs the lock. */
static bool is_read(struct bases *b, int64_t item)
{
	for (unsigned i = *head_of(b, item); i; i = b->v[i].next)
		if (b->v[i].item == item && !b->v[i].base)
			return true;
	for (struct base *s = *stored_of(b, item); s; s = s->next)
		if (s->item == item && !s->kept)
			return true;
	return false;
}

/* The values for all who have read them. Needs the lock. */
static void keep(struct bases *b, int64_t item, struct base *values)
{
	for (unsigned i = *head_of(b, item); i; i = b->v[i].next)
		if (b->v[i].item == item && !b->v[i].base) {
			unlink_order(b, i);
			set(b, i, base_ref(values));
		}
	for (struct base *s = *stored_of(b, item); s; s = s->next)
		if (s->item == item && !s->kept)
			s->kept = base_ref(values);
}

/* Values of an item that is not there, and that nobody can have read. Needs the lock. */
static void forget(struct bases *b, int64_t item)
{
	unsigned next;

	for (unsigned i = *head_of(b, item); i; i = next) {
		next = b->v[i].next;
		if (b->v[i].item == item && !b->v[i].base)
			drop(b, i);
	}
}

int bases_replacing(struct bases *b, int64_t item)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	CLEANUP(base_unref_p) struct base *whole = NULL;
	CLEANUP(base_unref_p) struct base *values = NULL;
	bool read;
	int r;

	lock_take(&b->lock);
	b->moment |= 1;
	read = is_read(b, item);
	lock_give(&b->lock);
	if (!read)
		return 0;
	r = b->read(b->arg, item, &s);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0) {
		whole = base_new(0, 0, &s);
		values = whole ? base_pack(b->shapes, whole) : NULL;
		if (!values)
			return -ENOMEM;
	}
	lock_take(&b->lock);
	if (values)
		keep(b, item, values);
	else
		forget(b, item);
	lock_give(&b->lock);
	shrink(b);
	return 0;
}

void bases_replaced(struct bases *b)
{
	lock_take(&b->lock);
	b->moment += b->moment % 2;
	lock_give(&b->lock);
}

/* ---- life ----------------------------------------------------------------------------- */

struct bases *bases_new(size_t max_entries, size_t max_bytes, bases_read *read, void *arg)
{
	struct bases *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	lock_init(&b->lock, RANK_LEAF);
	b->max_entries = max_entries;
	b->max_bytes = max_bytes;
	b->read = read;
	b->arg = arg;
	b->n = 1;
	b->heads = HEADS;
	b->head = calloc(HEADS, sizeof(*b->head));
	b->shapes = shapes_new();
	return b->head && b->shapes ? b : bases_free(b);
}

struct bases *bases_free(struct bases *b)
{
	if (!b)
		return NULL;
	while (b->in_rows.oldest)
		drop(b, b->in_rows.oldest);
	while (b->kept.oldest)
		base_unref(drop(b, b->kept.oldest));
	free(b->v);
	free(b->head);
	shapes_free(b->shapes);
	lock_release(&b->lock);
	free(b);
	return NULL;
}

size_t bases_count(const struct bases *b)
{
	return b->in_rows.n + b->kept.n;
}
