#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A mutex with a rank. A thread may take only a lock of a higher rank than
 * those it holds: asserted, so a wrong order dies in the first test that meets
 * it and not in a user's night. Never a network call, a callback upward or a
 * write to a slow sink while one is held.
 */
enum lock_rank {
	RANK_APP = 1, /* the set of lists and sites, reload */
	RANK_SYNC,    /* the sync engine's queue, waiters and status */
	RANK_FS,      /* open handles, the open-version table */
	RANK_FS_NODE, /* one open node's buffer */
	RANK_STORE,   /* who may write to the database; the pool of connections */
	RANK_CTL,     /* subscribers of events */
	RANK_LEAF,    /* small things inside one file that call nobody */
};

struct lock {
	pthread_mutex_t m;
	enum lock_rank rank;
};

#define LOCK_INIT(r) { .m = PTHREAD_MUTEX_INITIALIZER, .rank = (r) }

void lock_init(struct lock *l, enum lock_rank rank);
void lock_release(struct lock *l);
void lock_take(struct lock *l);
void lock_give(struct lock *l);

/* Whether the calling thread holds it; for assert(). */
bool lock_held(const struct lock *l);

/* A condition on the monotonic clock. */
struct cond {
	pthread_cond_t c;
};

void cond_init(struct cond *c);
void cond_release(struct cond *c);
void cond_wait(struct cond *c, struct lock *l);

/* Waits until woken or clock_mono_ms() reaches `deadline`; false: the deadline came. */
bool cond_wait_until(struct cond *c, struct lock *l, int64_t deadline);
void cond_wake_one(struct cond *c);
void cond_wake_all(struct cond *c);

#endif
