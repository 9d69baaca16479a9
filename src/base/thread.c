#include "base/thread.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

enum { DEPTH = 8 };

/* The locks that this thread holds, in the order of taking. */
static _Thread_local struct {
	const struct lock *held[DEPTH];
	int n;
} mine;

void lock_init(struct lock *l, enum lock_rank rank)
{
	pthread_mutex_init(&l->m, NULL);
	l->rank = rank;
}

void lock_release(struct lock *l)
{
	pthread_mutex_destroy(&l->m);
}

static void push(const struct lock *l)
{
	assert(mine.n < DEPTH);
	mine.held[mine.n++] = l;
}

static void pop(const struct lock *l)
{
	for (int i = mine.n - 1; i >= 0; i--)
		if (mine.held[i] == l) {
			for (; i + 1 < mine.n; i++)
				mine.held[i] = mine.held[i + 1];
			mine.n--;
			return;
		}
	assert(!"a lock was given back that was not held");
}

void lock_take(struct lock *l)
{
	for (int i = 0; i < mine.n; i++)
		assert(mine.held[i]->rank < l->rank);
	pthread_mutex_lock(&l->m);
	push(l);
}

void lock_give(struct lock *l)
{
	pop(l);
	pthread_mutex_unlock(&l->m);
}

bool lock_held(const struct lock *l)
{
	for (int i = 0; i < mine.n; i++)
		if (mine.held[i] == l)
			return true;
	return false;
}

void cond_init(struct cond *c)
{
	pthread_condattr_t a;

	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&c->c, &a);
	pthread_condattr_destroy(&a);
}

void cond_release(struct cond *c)
{
	pthread_cond_destroy(&c->c);
}

void cond_wait(struct cond *c, struct lock *l)
{
	assert(lock_held(l));
	pthread_cond_wait(&c->c, &l->m);
}

bool cond_wait_until(struct cond *c, struct lock *l, int64_t deadline)
{
	struct timespec t = { .tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000 };

	assert(lock_held(l));
	return pthread_cond_timedwait(&c->c, &l->m, &t) != ETIMEDOUT;
}

void cond_wake_one(struct cond *c)
{
	pthread_cond_signal(&c->c);
}

void cond_wake_all(struct cond *c)
{
	pthread_cond_broadcast(&c->c);
}
