#include "transfer.h"

#include <errno.h>

#include "base/clock.h"
#include "base/log.h"

/* The threads that fetch: each takes the document of its site that has waited the longest, and when nobody waits,
 * what will be wanted next (transfer_ahead.c). */

static struct sync_doc *dequeue(struct transfer_site *ts)
{
	struct sync_doc *d = ts->first;

	if (!d)
		return NULL;
	ts->first = d->later;
	if (!ts->first)
		ts->last = &ts->first;
	d->later = NULL;
	return d;
}

/* Needs the lock. */
static void begin(struct transfer *t, struct sync_doc *d)
{
	d->size_only = d->waiters && d->ahead == AHEAD_NOT && d->total < 0;
	for (const struct sync_waiter *w = d->waiters; w; w = w->next)
		d->size_only &= w->end == 0;
	d->state = DOC_RUNNING;
	d->by = t;
	d->refs++;
	d->moved = clock_mono_ms();
	atomic_store(&t->cancel, 0);
}

/*
 * A server that took long to fail is not asked by the next document before twice as long has passed: reading a
 * directory of them offline would never end. Needs the lock.
 */
static void note_failure(struct transfer_site *ts, int r, int64_t began, const struct remote_fault *f)
{
	int64_t now = clock_mono_ms();

	if (r == -ENETUNREACH)
		ts->not_before = now + 2 * (now - began);
	else if (f->retry_after > 0)
		ts->not_before = now + (int64_t) f->retry_after * 1000;
	ts->why = r;
}

/* Needs the lock; gives it back in between. */
static void finish(struct transfer *t, struct sync_doc *d)
{
	struct sync_waiter *w;

	d->state = DOC_STORING;
	d->total = d->have;
	w = transfer_take_ready(d);
	lock_give(&d->all->lock);
	waiter_finish(w, 0);
	transfer_store(t, d);
	lock_take(&d->all->lock);
	d->state = DOC_HERE;
}

/* Its length is known now, and nothing else was wanted. Needs the lock; gives it back in between. */
static void measured(struct transfer *t, struct sync_doc *d)
{
	struct sync_waiter *w = transfer_take_ready(d);

	d->state = DOC_IDLE;
	/* Somebody came for the bytes meanwhile. */
	if (d->waiters && !d->all->quit)
		transfer_enqueue(t->site, d);
	lock_give(&d->all->lock);
	waiter_finish(w, 0);
	lock_take(&d->all->lock);
}

/* Needs the lock; gives it back in between. */
static void fail(struct transfer *t, struct sync_doc *d, int r)
{
	struct sync_waiter *w;

	d->state = DOC_IDLE;
	/* Somebody came after it was cancelled. */
	if (r == -EINTR && d->waiters && !d->all->quit) {
		transfer_enqueue(t->site, d);
		return;
	}
	w = transfer_take_all(d);
	lock_give(&d->all->lock);
	waiter_finish(w, r);
	lock_take(&d->all->lock);
}

static void run(struct transfer *t, struct sync_doc *d)
{
	struct remote_fault f = { 0 };
	struct transfers *all = d->all;
	int64_t began = clock_mono_ms();
	int r;

	begin(t, d);
	lock_give(&all->lock);
	r = transfer_fetch(t, d, &f);
	if (r < 0 && r != -EINTR)
		log_notice("a document was not fetched item=%lld error=%d: %s", (long long) d->item, r,
			   err_text(&f.err, r));
	lock_take(&all->lock);
	d->by = NULL;
	if (r < 0) {
		note_failure(t->site, r, began, &f);
		fail(t, d, r);
	} else if (d->size_only && d->total >= 0 && d->have < d->total) {
		measured(t, d);
	} else {
		finish(t, d);
	}
	if (d->ahead == AHEAD_RUNNING)
		ahead_done(d, r);
	transfer_unref(d);
}

void *transfer_main(void *transfer)
{
	struct transfer *t = transfer;
	struct transfers *all = t->site->all;

	lock_take(&all->lock);
	while (!all->quit) {
		struct sync_doc *d = part_take(t->site);

		if (d) {
			part_run(t, d);
			continue;
		}
		d = dequeue(t->site);
		d = d ? d : ahead_take(t->site);
		if (d) {
			run(t, d);
			continue;
		}
		if (ahead_refill(t->site))
			continue;
		t->site->n_asleep++;
		cond_wait(&t->site->work, &all->lock);
		t->site->n_asleep--;
	}
	lock_give(&all->lock);
	if (t->remote)
		t->remote = t->remote->ops->close(t->remote);
	return NULL;
}
