#include "transfer.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "remote/docs.h"

/*
 * Parts: bytes from the middle of a document, for who reads far ahead of what has come (tail, unzip -l, a player that seeks),
 * where the host has shown that it honours ranges. They lie in the same sparse file as what comes from the
 * start, which passes over them as if they were not there.
 *
 * 1. Each answer names its version (remote/docs.h), and all of a document's are of one: whoever meets another is refused, so
 *    that no file has bytes of two.
 * 2. A part that fails in whatever way is the last of its document: the whole comes instead, and says what is wrong.
 * 3. Of many the whole is the better choice: so many parts and no more.
 */
enum { PARTS_MAX = 256, GROW = 16 /* times `far`: the longest */ };

struct part {
	int64_t from, to;
};

/* ---- what is here ----------------------------------------------------------------------------- */

bool part_has(const struct sync_doc *d, int64_t from, int64_t to)
{
	for (size_t i = 0; i < d->n_parts; i++)
		if (d->parts[i].from <= from && d->parts[i].to >= to)
			return from < to;
	return false;
}

/* Makes one of those that touch. -ENOBUFS: invariant 3. Needs the lock. */
static int add(struct sync_doc *d, int64_t from, int64_t to)
{
	size_t i = 0, n = 0;

	if (!d->parts)
		d->parts = calloc(PARTS_MAX, sizeof(*d->parts));
	if (!d->parts)
		return -ENOMEM;
	for (; i < d->n_parts; i++) {
		const struct part p = d->parts[i];

		if (p.to < from || p.from > to) {
			d->parts[n++] = p;
			continue;
		}
		from = p.from < from ? p.from : from;
		to = p.to > to ? p.to : to;
	}
	if (n == PARTS_MAX)
		return -ENOBUFS;
	d->parts[n] = (struct part) { from, to };
	d->n_parts = n + 1;
	return 0;
}

/* The end of the part that ends where another is to begin goes on: who reads on there gets more at once. */
static int64_t length(const struct sync_doc *d, int64_t from)
{
	int64_t far = d->all->s->conf.far_bytes, n = far;

	for (size_t i = 0; i < d->n_parts; i++)
		if (d->parts[i].to == from)
			n = 2 * (d->parts[i].to - d->parts[i].from);
	return n < far ? far : n > GROW * far ? GROW * far : n;
}

/* ---- what is wanted --------------------------------------------------------------------------------- */

bool part_is_far(const struct sync_doc *d, const struct transfer_site *ts, int64_t begin)
{
	int64_t size = d->total >= 0 ? d->total : d->listed;

	return ts->ranges && !d->whole_only && begin < size && begin - d->have >= d->all->s->conf.far_bytes;
}

/* Who has waited the longest for such a part; NULL: nobody. */
static const struct sync_waiter *who_waits(const struct sync_doc *d, const struct transfer_site *ts)
{
	const struct sync_waiter *first = NULL;

	for (const struct sync_waiter *w = d->waiters; w; w = w->next)
		if (part_is_far(d, ts, w->begin) && (!first || w->since <= first->since))
			first = w;
	return first;
}

void part_enqueue(struct transfer_site *ts, struct sync_doc *d)
{
	struct sync_doc **p = &ts->parts;

	if (d->part != PART_NONE || !who_waits(d, ts))
		return;
	while (*p)
		p = &(*p)->part_later;
	*p = d;
	d->part_later = NULL;
	d->site = ts;
	d->part = PART_QUEUED;
}

void part_give_up(struct sync_doc *d)
{
	struct sync_doc **p;

	if (d->part == PART_RUNNING)
		atomic_store(&d->part_by->cancel, 1);
	if (d->part != PART_QUEUED)
		return;
	for (p = &d->site->parts; *p != d; p = &(*p)->part_later)
		;
	*p = d->part_later;
	d->part = PART_NONE;
}

/* Which bytes: 1; 0: nobody waits for any by now. */
static int choose(struct sync_doc *d, struct transfer_site *ts)
{
	const struct sync_waiter *w = who_waits(d, ts);
	int64_t size = d->total >= 0 ? d->total : INT64_MAX, to;

	if (!w)
		return 0;
	d->part_from = w->begin;
	/* What is here of it already is not asked for again. */
	for (size_t i = 0; i < d->n_parts; i++)
		if (d->parts[i].from <= d->part_from && d->parts[i].to > d->part_from)
			d->part_from = d->parts[i].to;
	to = d->part_from + length(d, d->part_from);
	if (to < w->end)
		to = w->end;
	d->part_to = to < size ? to : size;
	return d->part_from < d->part_to;
}

void part_learn(struct transfer *t, struct sync_doc *d)
{
	const struct remote_doc_ops *docs = t->remote->docs;

	t->site->ranges = docs->fetch_part && docs->has_ranges && docs->has_ranges(t->remote);
	part_enqueue(t->site, d);
	/* With no other thread it is fetched after the whole, and is here by then. */
	if (d->part == PART_QUEUED)
		(void) !transfer_wake_thread(t->site);
}

struct sync_doc *part_take(struct transfer_site *ts)
{
	struct sync_doc *d;

	while ((d = ts->parts)) {
		ts->parts = d->part_later;
		d->part = PART_NONE;
		if (choose(d, ts))
			return d;
	}
	return NULL;
}

/* ---- one of them ------------------------------------------------------------------------------------- */

struct piece {
	struct transfer *t;
	struct sync_doc *d;
	int64_t at; /* where the next byte belongs */
};

/* Invariant 1. */
static int on_begin(void *arg, const struct remote_doc *doc)
{
	struct piece *x = arg;
	struct sync_doc *d = x->d;
	int r = transfer_open_temp(d);

	if (r < 0)
		return r;
	lock_take(&d->all->lock);
	if (!doc->etag || doc->size < 0 || (d->total >= 0 && d->total != doc->size) ||
	    (d->etag ? !str_eq(d->etag, doc->etag) : d->have > 0))
		r = -ESTALE;
	else if (!d->etag)
		r = str_set(&d->etag, doc->etag);
	if (r == 0)
		d->total = doc->size;
	lock_give(&d->all->lock);
	if (r == 0)
		transfer_learn_size(d, doc->size);
	return r;
}

static int on_data(void *arg, const void *p, size_t n)
{
	struct piece *x = arg;
	struct sync_doc *d = x->d;
	struct sync_waiter *ready;
	int r = transfer_write(d, p, n, x->at);

	if (r < 0)
		return r;
	lock_take(&d->all->lock);
	r = add(d, x->at, x->at + (int64_t) n);
	x->at += (int64_t) n;
	d->moved = d->site->moved = clock_mono_ms();
	ready = transfer_take_ready(d);
	lock_give(&d->all->lock);
	waiter_finish(ready, 0);
	return r;
}

static int get(struct piece *x, const char *etag, struct remote_fault *f)
{
	const struct remote_doc_sink sink = { on_begin, on_data, x };
	CLEANUP(str_free_p) char *path = NULL;
	const struct remote_doc_ops *docs;
	enum remote_result result;
	int r = transfer_open_remote(x->t, f);

	if (r == 0)
		r = transfer_path(x->d, &path);
	if (r < 0)
		return r;
	docs = x->t->remote->docs;
	if (!docs->fetch_part)
		return -EOPNOTSUPP;
	result = docs->fetch_part(x->t->remote, path, x->at, x->d->part_to, etag, &sink, &x->t->cancel, f);
	return result == REMOTE_OK ? 0 : atomic_load(&x->t->cancel) ? -EINTR : -EIO;
}

/* Who waits gets another part, or the whole. Needs the lock. */
static void go_on(struct transfer_site *ts, struct sync_doc *d)
{
	bool near = false;

	if (d->all->quit)
		return;
	part_enqueue(ts, d);
	for (const struct sync_waiter *w = d->waiters; w; w = w->next)
		near |= !part_is_far(d, ts, w->begin);
	if (near && d->state == DOC_IDLE)
		transfer_enqueue(ts, d);
}

void part_run(struct transfer *t, struct sync_doc *d)
{
	struct piece x = { t, d, d->part_from };
	CLEANUP(str_free_p) char *etag = NULL;
	struct remote_fault f = { 0 };
	struct transfers *all = d->all;
	int r;

	d->part = PART_RUNNING;
	d->part_by = t;
	d->refs++;
	d->moved = clock_mono_ms();
	atomic_store(&t->cancel, 0);
	r = d->etag ? str_set(&etag, d->etag) : 0;
	lock_give(&all->lock);
	if (r == 0)
		r = get(&x, etag, &f);
	if (r < 0 && r != -EINTR)
		log_info("the whole of a document is fetched instead of a part item=%lld error=%d: %s", (long long) d->item, r,
			 err_text(&f.err, r));
	lock_take(&all->lock);
	d->part = PART_NONE;
	d->part_by = NULL;
	/* Invariant 2. */
	d->whole_only |= r < 0 && r != -EINTR;
	go_on(t->site, d);
	transfer_unref(d);
}
