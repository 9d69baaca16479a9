#ifndef SYNC_ERRAND_H
#define SYNC_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "remote/remote.h"

struct entry;
struct sync;
struct sync_waiter;
struct worker;

/*
 * What somebody waits for and a list's worker does for him between two steps of its sync, on its connection: a move to
 * another library (across.c), the names of an item's attachments (collect.c). Nothing of it is durable: whoever is
 * interrupted has not asked for it.
 */
struct errand {
	struct errand *next; /* protected; the entry's */
	int64_t number;      /* its waiter's `end`: that may have been cancelled, and freed */
	/* Does it, and answers. Returns what a sync of the list would end with. */
	enum remote_result (*run)(struct worker *w, struct entry *e, struct errand *x, struct remote_fault *f);
};

/* Gives it to the entry, whose it is now (malloc'd), and has w wait for it. Needs the lock. */
void errand_add(struct sync *s, struct entry *e, struct errand *x, struct sync_waiter *w, int wait_ms);

/* Does the next one that somebody still waits for, by the worker that has taken the entry. False: there is none. */
bool errand_run(struct worker *w, struct entry *e, enum remote_result *ret, struct remote_fault *f);

/* Takes out who waits for it; NULL: nobody does any more. Needs the lock. */
struct sync_waiter *errand_take_waiter(struct entry *e, const struct errand *x);

/* Answers who waits for it. No lock held. */
void errand_answer(struct sync *s, struct entry *e, const struct errand *x, int r);

/* Forgets them all; returns who waited, to be given to waiter_finish() without the lock. Needs the lock. */
struct sync_waiter *errand_drop(struct entry *e);

#endif
