#include "transfer.h"

#include <errno.h>

#include "base/clock.h"

/*
 * Who waits for a byte too long. A fetch may stall for as long as the network layer allows; a
 * program that reads may not. What is queued counts the bytes of those before it, so that it neither
 * fails behind a big document nor waits behind four dead ones for another whole period.
 */

/* Needs the lock. */
static int64_t moved(const struct sync_doc *d)
{
	bool queued = d->state == DOC_QUEUED || (d->state == DOC_IDLE && d->part == PART_QUEUED);

	return queued ? d->site->moved : d->moved;
}

static bool is_waited_for(const struct sync_doc *d)
{
	return d->waiters && (d->state == DOC_QUEUED || d->state == DOC_RUNNING || d->part != PART_NONE);
}

/* When the first of its waiters has waited too long. Needs the lock. */
static int64_t due(const struct sync_doc *d, int stall)
{
	int64_t first = INT64_MAX;

	for (const struct sync_waiter *w = d->waiters; w; w = w->next)
		if (w->since < first)
			first = w->since;
	return (first > moved(d) ? first : moved(d)) + stall;
}

/* Takes who waited too long; *ret_next: when the next one will have. Needs the lock. */
static struct sync_waiter *take_late(struct transfers *t, int64_t *ret_next)
{
	struct sync_waiter *late = NULL, *w;
	int64_t now = clock_mono_ms(), at;

	*ret_next = INT64_MAX;
	for (int i = 0; i < TRANSFER_BUCKETS; i++)
		for (struct sync_doc *d = t->docs[i]; d; d = d->next) {
			at = is_waited_for(d) ? due(d, t->s->conf.stall_ms) : INT64_MAX;
			if (at > now) {
				*ret_next = at < *ret_next ? at : *ret_next;
				continue;
			}
			if (d->state == DOC_RUNNING)
				atomic_store(&d->by->cancel, 1);
			if (d->part == PART_RUNNING)
				atomic_store(&d->part_by->cancel, 1);
			while ((w = d->waiters)) {
				d->waiters = w->next;
				w->next = late;
				late = w;
			}
		}
	return late;
}

void *transfer_watch_main(void *transfers)
{
	struct transfers *t = transfers;
	struct sync_waiter *late;
	int64_t next;

	lock_take(&t->lock);
	while (!t->quit) {
		late = take_late(t, &next);
		if (late) {
			lock_give(&t->lock);
			waiter_finish(late, -ETIMEDOUT);
			lock_take(&t->lock);
		} else if (next == INT64_MAX) {
			t->asleep = true;
			cond_wait(&t->watch, &t->lock);
			t->asleep = false;
		} else {
			cond_wait_until(&t->watch, &t->lock, next);
		}
	}
	lock_give(&t->lock);
	return NULL;
}
