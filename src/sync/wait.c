#include "engine.h"
#include "transfer.h"

/* Requests that wait for a list, each embedded in its owner's memory. */

void waiter_add(struct entry *e, struct sync_waiter *w)
{
	w->list = e->list;
	w->next = e->waiters;
	e->waiters = w;
}

struct sync_waiter *waiter_take(struct entry *e, bool (*over)(const struct sync_waiter *w, const void *arg),
				const void *arg)
{
	struct sync_waiter *taken = NULL, **p = &e->waiters;

	while (*p) {
		struct sync_waiter *w = *p;

		if (!over(w, arg)) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		w->next = taken;
		taken = w;
	}
	return taken;
}

void waiter_finish(struct sync_waiter *w, int r)
{
	while (w) {
		/* Its owner may free it in done(). */
		struct sync_waiter *next = w->next;

		w->next = NULL;
		w->done(w, r);
		w = next;
	}
}

bool sync_cancel(struct sync *s, struct sync_waiter *w)
{
	bool found = false;
	struct entry *e;

	if (w->kind == WAITER_DOC)
		return transfers_unwait(s->transfers, w);
	lock_take(&s->lock);
	e = engine_find(s, w->list);
	for (struct sync_waiter **p = e ? &e->waiters : NULL; p && *p && !found;) {
		found = *p == w;
		if (found)
			*p = w->next;
		else
			p = &(*p)->next;
	}
	lock_give(&s->lock);
	return found;
}
