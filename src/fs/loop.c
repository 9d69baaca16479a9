#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/thread.h"

/* A request that comes sooner after the one before is one of a row: it is worth looking for the next without sleeping. */
enum { SPIN_NS = 50000, ROW_NS = 2 * SPIN_NS };

/* How often the leader is looked at, and after how many looks that saw no request nobody looks any more. */
enum { WATCH_MS = 1, WATCHES = 8 };

enum life { LIFE_NONE, LIFE_RUNS, LIFE_ENDED };

struct worker {
	struct loop *loop;
	pthread_t thread;
	enum life life;
	void *slot;
	atomic_uint_fast64_t requests; /* that it has taken */
	atomic_bool answers;           /* the last of them, still */
};

/* Whether somebody looks whether the leader is held up. */
enum watch { WATCH_NONE, WATCH_WANTED, WATCH_ON };

struct loop {
	struct loop_source source;
	bool spins;      /* immutable */
	int bell;        /* eventfd: written when the loop is to end, and never read */
	atomic_bool row; /* the last request was short and came soon after the one before */
	_Atomic(struct worker *) leader; /* changed under the lock; two may lead for a moment, which does no harm */
	_Atomic(enum watch) watch;       /* changed under the lock */

	struct lock lock; /* RANK_LEAF */
	struct cond follow; /* a lead to take, somebody to watch, or the end */
	struct worker workers[LOOP_THREADS];
	unsigned idle;
	bool ending;
	int result;
};

static bool has_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1;
}

struct loop *loop_new(const struct loop_source *s)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->source = *s;
	l->spins = has_processors();
	lock_init(&l->lock, RANK_LEAF);
	cond_init(&l->follow);
	for (int i = 0; i < LOOP_THREADS; i++)
		l->workers[i].loop = l;
	l->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return l->bell < 0 ? loop_free(l) : l;
}

static void free_slot(struct loop *l, struct worker *w)
{
	if (w->slot)
		l->source.release(l->source.arg, w->slot);
	free(w->slot);
	w->slot = NULL;
}

struct loop *loop_free(struct loop *l)
{
	if (!l)
		return NULL;
	for (int i = 0; i < LOOP_THREADS; i++)
		free_slot(l, &l->workers[i]);
	if (l->bell >= 0)
		close(l->bell);
	cond_release(&l->follow);
	lock_release(&l->lock);
	free(l);
	return NULL;
}

void loop_end(struct loop *l)
{
	const uint64_t one = 1;
	int saved = errno;

	/* it is full only when it has rung */
	if (write(l->bell, &one, sizeof(one)) < 0)
		errno = saved;
}

/* Everybody comes to an end: the session is over (0), or -errno. */
static void finish(struct loop *l, int r)
{
	lock_take(&l->lock);
	if (!l->ending)
		l->result = r;
	l->ending = true;
	cond_wake_all(&l->follow);
	lock_give(&l->lock);
	loop_end(l);
}

/* ---- threads --------------------------------------------------------------------------- */

static void *work(void *arg);

/* One more, if there may be. Needs the lock. 0; -EAGAIN: there are enough; -errno. */
static int spawn(struct loop *l)
{
	struct worker *w = NULL;
	int r;

	for (int i = 0; i < LOOP_THREADS && !w; i++)
		if (l->workers[i].life != LIFE_RUNS)
			w = &l->workers[i];
	if (!w || l->ending)
		return -EAGAIN;
	if (w->life == LIFE_ENDED)
		pthread_join(w->thread, NULL);
	w->life = LIFE_NONE;
	if (!w->slot && !(w->slot = calloc(1, l->source.slot)))
		return -ENOMEM;
	r = pthread_create(&w->thread, NULL, work, w);
	if (r)
		return -r;
	w->life = LIFE_RUNS;
	return 0;
}

/* Somebody who has nothing to do, or a new one. Where there can be none, who ends an answer looks what is to do. Needs the lock. */
static void rouse(struct loop *l)
{
	int r = 0;

	if (l->idle)
		cond_wake_one(&l->follow);
	else
		r = spawn(l);
	if (r < 0 && r != -EAGAIN)
		log_warning("no further thread for requests error=%d", r);
}

/* ---- the leader ------------------------------------------------------------------------- */

/* The next request, slept for if need be. As receive(); 0 also when the loop is to end. */
static int next(struct loop *l, struct worker *w)
{
	struct pollfd p[2] = { { .fd = l->source.fd, .events = POLLIN }, { .fd = l->bell, .events = POLLIN } };
	bool looks = l->spins && atomic_load(&l->row);
	int64_t since = clock_mono_ns();
	int r;

	while ((r = l->source.receive(l->source.arg, w->slot)) == -EAGAIN || r == -EINTR) {
		if (looks && clock_mono_ns() - since < SPIN_NS)
			continue;
		if (poll(p, 2, -1) > 0 && p[1].revents)
			return 0;
	}
	atomic_store(&l->row, clock_mono_ns() - since < ROW_NS);
	return r;
}

/* Whether the request is short and came soon after another. After a long one nobody looks for the next: what makes it long, a disk
 * or the copying of bytes, needs the processor more. */
static bool is_in_row(struct loop *l, const struct worker *w)
{
	if (l->source.is_long(l->source.arg, w->slot))
		atomic_store(&l->row, false);
	return atomic_load(&l->row);
}

static void pass_lead(struct loop *l, struct worker *w)
{
	lock_take(&l->lock);
	if (atomic_load(&l->leader) == w) {
		atomic_store(&l->leader, NULL);
		rouse(l);
	}
	lock_give(&l->lock);
}

static void ask_to_be_watched(struct loop *l)
{
	if (atomic_load(&l->watch) != WATCH_NONE)
		return;
	lock_take(&l->lock);
	if (atomic_load(&l->watch) == WATCH_NONE) {
		atomic_store(&l->watch, WATCH_WANTED);
		rouse(l);
	}
	lock_give(&l->lock);
}

/* Takes requests and answers them until the lead is somebody else's. */
static void lead(struct loop *l, struct worker *w)
{
	int r;

	while (atomic_load(&l->leader) == w) {
		r = next(l, w);
		if (r <= 0) {
			finish(l, r);
			return;
		}
		atomic_fetch_add(&w->requests, 1);
		atomic_store(&w->answers, true);
		if (!is_in_row(l, w))
			pass_lead(l, w);
		else
			ask_to_be_watched(l);
		l->source.answer(l->source.arg, w->slot);
		atomic_store(&w->answers, false);
	}
}

/* ---- the others ---------------------------------------------------------------------------- */

/* Until there is no leader, because it has passed the lead on or is held up, or nothing happens any more. Needs the lock. */
static void watch(struct loop *l)
{
	struct worker *at;
	uint64_t n;
	int quiet = 0;

	atomic_store(&l->watch, WATCH_ON);
	while (!l->ending && quiet < WATCHES && (at = atomic_load(&l->leader))) {
		n = atomic_load(&at->requests);
		cond_wait_until(&l->follow, &l->lock, clock_mono_ms() + WATCH_MS + 1);
		quiet++;
		if (atomic_load(&l->leader) != at || atomic_load(&at->requests) != n)
			quiet = 0;
		else if (atomic_load(&at->answers))
			atomic_store(&l->leader, NULL);
	}
	atomic_store(&l->watch, WATCH_NONE);
}

/* Waits until it is its turn to lead. false: the thread is to end. Needs the lock. */
static bool follow(struct loop *l, struct worker *w)
{
	bool spare = false;

	l->idle++;
	while (!l->ending && !spare && atomic_load(&l->leader)) {
		if (atomic_load(&l->watch) == WATCH_WANTED)
			watch(l);
		else if (l->idle > LOOP_IDLE)
			spare = true;
		else
			cond_wait(&l->follow, &l->lock);
	}
	l->idle--;
	if (l->ending || spare)
		return false;
	atomic_store(&l->leader, w);
	if (atomic_load(&l->watch) == WATCH_WANTED)
		rouse(l); /* it may have been this one that was to watch */
	return true;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct loop *l = w->loop;

	lock_take(&l->lock);
	while (follow(l, w)) {
		lock_give(&l->lock);
		lead(l, w);
		lock_take(&l->lock);
	}
	free_slot(l, w);
	w->life = LIFE_ENDED;
	lock_give(&l->lock);
	return NULL;
}

/* ---- from begin to end ------------------------------------------------------------------------ */

static void wait_for_bell(struct loop *l)
{
	struct pollfd p = { .fd = l->bell, .events = POLLIN };

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

int loop_run(struct loop *l)
{
	enum life life;
	int r;

	lock_take(&l->lock);
	r = spawn(l);
	lock_give(&l->lock);
	if (r < 0)
		return r;
	wait_for_bell(l);
	finish(l, 0);
	for (int i = 0; i < LOOP_THREADS; i++) {
		lock_take(&l->lock);
		life = l->workers[i].life;
		lock_give(&l->lock);
		if (life != LIFE_NONE)
			pthread_join(l->workers[i].thread, NULL);
	}
	return l->result;
}
