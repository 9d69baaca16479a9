#include "transfer.h"

#include <errno.h>

/*
 * What a reader will want next: fetched by threads that have nothing else to do, one
 * less than there are, so that somebody who wants another document never waits
 * for these. Whoever comes to want one of them takes it over as it is: queued, it moves to the other
 * queue; half fetched, he waits for the rest.
 */
enum {
	AHEAD_THREADS = TRANSFER_THREADS - 1,
	AHEAD_LARGEST = 16 << 20, /* bytes: a longer one streams well enough when it is wanted */
	AHEAD_BYTES = 64 << 20,   /* of all that is on its way */
};

static void drop(struct transfer_site *ts, struct sync_doc *d)
{
	d->ahead = AHEAD_NOT;
	ts->ahead_bytes -= d->listed;
	transfer_close(d);
}

static struct sync_doc *dequeue(struct transfer_site *ts)
{
	struct sync_doc *d = ts->ahead_first;

	if (!d)
		return NULL;
	ts->ahead_first = d->ahead_later;
	if (!ts->ahead_first)
		ts->ahead_last = &ts->ahead_first;
	d->ahead_later = NULL;
	return d;
}

struct sync_doc *ahead_take(struct transfer_site *ts)
{
	struct sync_doc *d;

	while (ts->n_ahead < AHEAD_THREADS && (d = dequeue(ts))) {
		if (d->state != DOC_IDLE) { /* somebody wanted it meanwhile */
			drop(ts, d);
			continue;
		}
		d->ahead = AHEAD_RUNNING;
		d->site = ts;
		ts->n_ahead++;
		return d;
	}
	return NULL;
}

void ahead_flush(struct transfer_site *ts)
{
	struct sync_doc *d;

	while ((d = dequeue(ts)))
		drop(ts, d);
	ts->n_pins = 0; /* the next pull, or the next start, tries again */
}

void ahead_done(struct sync_doc *d, int r)
{
	struct transfer_site *ts = d->site;

	ts->n_ahead--;
	drop(ts, d);
	if (r < 0 && r != -ESTALE) /* that one is another version now */
		ahead_flush(ts);
}

/* Takes over one use of d. false: it is not wanted. Needs the lock. */
static bool put(struct transfer_site *ts, struct sync_doc *d)
{
	if (d->all->quit || d->state != DOC_IDLE || d->ahead != AHEAD_NOT)
		return false;
	if (transfer_wake_thread(ts) < 0)
		return false;
	d->ahead = AHEAD_QUEUED;
	d->ahead_later = NULL;
	*ts->ahead_last = d;
	ts->ahead_last = &d->ahead_later;
	ts->ahead_bytes += d->listed;
	return true;
}

/* 1: it is on its way, or need not be; 0: there is too much already. */
static int want(struct transfers *t, const struct site *site, int64_t list, int64_t item)
{
	struct transfer_site *ts;
	struct sync_doc *d;
	bool full, taken = false;

	if (sync_doc_open(t->s, list, item, &d) < 0)
		return 1;
	lock_take(&t->lock);
	ts = transfer_site_of(t, site);
	full = !ts || ts->ahead_bytes > AHEAD_BYTES - AHEAD_LARGEST;
	if (!full)
		taken = d->listed <= AHEAD_LARGEST && put(ts, d);
	lock_give(&t->lock);
	if (!taken)
		sync_doc_close(d);
	return !full;
}

size_t sync_doc_ahead(struct sync *s, int64_t list, const int64_t *items, size_t n)
{
	const struct site *site = NULL;
	size_t i = 0;

	if (!s->transfers || transfer_find_site(s, list, &site) < 0)
		return 0;
	while (i < n && want(s->transfers, site, list, items[i]))
		i++;
	return i;
}

bool sync_doc_may_bulk(struct sync *s, int64_t list, int64_t bytes)
{
	const int64_t usual = (int64_t) 500 << 20; /* what servers have when nobody changed it */
	const struct entry *e;
	int64_t limit;

	lock_take(&s->lock);
	e = engine_find(s, list);
	limit = e && e->bulk > 0 ? e->bulk : usual;
	lock_give(&s->lock);
	return bytes <= limit;
}

bool ahead_refill(struct transfer_site *ts)
{
	struct transfers *t = ts->all;
	struct pinned_item next;
	struct sync_doc *d = NULL;
	bool taken = false;

	if (!ts->n_pins || ts->ahead_first || ts->n_ahead >= AHEAD_THREADS)
		return false;
	next = ts->pins[--ts->n_pins];
	lock_give(&t->lock);
	if (sync_doc_open(t->s, next.list, next.item, &d) < 0)
		d = NULL;
	lock_take(&t->lock);
	if (d)
		taken = put(ts, d);
	if (d && !taken)
		transfer_close(d);
	return true;
}
