/*
 * A hash table of (item, process) on one list by time of use. The values are
 * shared: a thousand greps that read one version hold it once, and it counts once
 * against the ceiling.
 */
#include "base.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

enum { BUCKETS_LOG = 12, BUCKETS = 1 << BUCKETS_LOG };

struct entry_of {
	int64_t item;
	pid_t tgid;
	struct base *base;      /* refd */
	struct entry_of *next;  /* in its bucket */
	struct entry_of *newer; /* in the order of use */
	struct entry_of *older;
};

struct bases {
	struct lock lock; /* RANK_LEAF */
	struct entry_of *bucket[BUCKETS];
	struct entry_of *newest;
	struct entry_of *oldest;
	size_t n;
	size_t bytes;
	size_t max_entries; /* immutable */
	size_t max_bytes;   /* immutable */
};

/* ---- values -------------------------------------------------------------------- */

static size_t size_of_values(const struct values *v)
{
	size_t n = v->cap * sizeof(*v->v) + v->block_len;

	for (size_t i = 0; i < v->n && !v->block; i++)
		n += strlen(v->v[i].name) + strlen(v->v[i].text) + 2;
	return n;
}

static size_t size_of(const struct view_seen *s)
{
	size_t n = sizeof(struct base) + size_of_values(&s->item.values);

	for (size_t i = 0; i < s->parts.n; i++)
		n += sizeof(s->parts.item[i]) + size_of_values(&s->parts.item[i].values);
	return n + (s->parts.extras ? strlen(s->parts.extras) : 0);
}

struct base *base_new(int64_t ino, int64_t version, struct view_seen *s)
{
	struct base *b = malloc(sizeof(*b));

	if (b)
		*b = (struct base) { ino, version, *s, size_of(s), 1, 0 };
	else
		view_seen_release(s);
	*s = (struct view_seen) VIEW_SEEN_INIT;
	return b;
}

struct base *base_ref(struct base *b)
{
	__atomic_add_fetch(&b->refs, 1, __ATOMIC_RELAXED);
	return b;
}

struct base *base_unref(struct base *b)
{
	if (b && __atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		view_seen_release(&b->seen);
		free(b);
	}
	return NULL;
}

/* ---- the table ----------------------------------------------------------------- */

/* By item alone, so that all processes' entries of an item are in one bucket. */
static struct entry_of **bucket_of(struct bases *b, int64_t item)
{
	return &b->bucket[(uint64_t) item * 0x9e3779b97f4a7c15ull >> (64 - BUCKETS_LOG)];
}

static struct entry_of *find(struct bases *b, int64_t item, pid_t tgid)
{
	struct entry_of *e = *bucket_of(b, item);

	while (e && !(e->item == item && e->tgid == tgid))
		e = e->next;
	return e;
}

static void unlink_order(struct bases *b, struct entry_of *e)
{
	*(e->newer ? &e->newer->older : &b->newest) = e->older;
	*(e->older ? &e->older->newer : &b->oldest) = e->newer;
}

static void link_newest(struct bases *b, struct entry_of *e)
{
	e->newer = NULL;
	e->older = b->newest;
	*(b->newest ? &b->newest->newer : &b->oldest) = e;
	b->newest = e;
}

/* The entry's values: an entry more, or one less. */
static void count_in(struct bases *b, struct base *base)
{
	if (base->entries++ == 0)
		b->bytes += base->size;
}

static void count_out(struct bases *b, struct base *base)
{
	if (--base->entries == 0)
		b->bytes -= base->size;
}

/* Takes the entry out; its base is the caller's to give up, without the lock. */
static struct base *drop(struct bases *b, struct entry_of *e)
{
	struct entry_of **p = bucket_of(b, e->item);
	struct base *base = e->base;

	while (*p != e)
		p = &(*p)->next;
	*p = e->next;
	unlink_order(b, e);
	b->n--;
	count_out(b, base);
	free(e);
	return base;
}

static bool is_over(const struct bases *b)
{
	return b->n > b->max_entries || (b->bytes > b->max_bytes && b->n > 1);
}

static struct entry_of *add(struct bases *b, int64_t item, pid_t tgid)
{
	struct entry_of *e = calloc(1, sizeof(*e)), **p = bucket_of(b, item);

	if (!e)
		return NULL;
	e->item = item;
	e->tgid = tgid;
	e->next = *p;
	*p = e;
	b->n++;
	link_newest(b, e);
	return e;
}

void bases_put(struct bases *b, int64_t item, pid_t tgid, struct base *base)
{
	struct base *old = NULL;
	struct entry_of *e;
	bool over;

	lock_take(&b->lock);
	e = find(b, item, tgid);
	if (e) {
		old = e->base;
		count_out(b, old);
		unlink_order(b, e);
		link_newest(b, e);
	} else {
		e = add(b, item, tgid);
	}
	if (e) {
		e->base = base_ref(base);
		count_in(b, base);
	}
	over = is_over(b);
	lock_give(&b->lock);
	base_unref(old);
	while (over) {
		lock_take(&b->lock);
		old = is_over(b) ? drop(b, b->oldest) : NULL;
		over = is_over(b);
		lock_give(&b->lock);
		base_unref(old);
	}
}

struct base *bases_find(struct bases *b, int64_t item, pid_t tgid)
{
	struct base *base = NULL;
	struct entry_of *e;

	lock_take(&b->lock);
	e = find(b, item, tgid);
	if (e) {
		unlink_order(b, e);
		link_newest(b, e);
		base = base_ref(e->base);
	}
	lock_give(&b->lock);
	return base;
}

struct base *bases_of_version(struct bases *b, int64_t item, int64_t ino, int64_t version)
{
	struct base *base = NULL;

	lock_take(&b->lock);
	for (struct entry_of *e = *bucket_of(b, item); e && !base; e = e->next)
		if (e->item == item && e->base->ino == ino && e->base->version == version)
			base = base_ref(e->base);
	lock_give(&b->lock);
	return base;
}

struct bases *bases_new(size_t max_entries, size_t max_bytes)
{
	struct bases *b = calloc(1, sizeof(*b));

	if (b) {
		lock_init(&b->lock, RANK_LEAF);
		b->max_entries = max_entries;
		b->max_bytes = max_bytes;
	}
	return b;
}

struct bases *bases_free(struct bases *b)
{
	if (b) {
		while (b->oldest)
			base_unref(drop(b, b->oldest));
		lock_release(&b->lock);
		free(b);
	}
	return NULL;
}

size_t bases_count(const struct bases *b)
{
	return b->n;
}
