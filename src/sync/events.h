#ifndef SYNC_EVENTS_H
#define SYNC_EVENTS_H

#include <stddef.h>

#include "base/attr.h"
#include "sync/sync.h"

/* Events that wait for the commit of what they tell. */
struct events {
	struct sync_event *v; /* owned, with their strings */
	size_t n, cap;
};

#define EVENTS_INIT { 0 }

/* Adds a copy. 0 or -ENOMEM. */
MUST_CHECK int events_add(struct events *ev, const struct sync_event *e);

/* Appends src's to dst; src is empty then. 0 or -ENOMEM (both unchanged). */
MUST_CHECK int events_move(struct events *dst, struct events *src);

/* Tells all in order and empties ev. No lock may be held and no transaction open. */
void events_deliver(struct events *ev, const struct sync_hooks *hooks);

void events_release(struct events *ev);
static inline void events_release_p(struct events *ev)
{
	events_release(ev);
}

#endif
