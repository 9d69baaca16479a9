#ifndef T_SYNC_WAIT_H
#define T_SYNC_WAIT_H

/* For tests of the engine with its threads: starting it, waiting for it. */
#include "t_sync_fake.h"

/* ---- waiting ------------------------------------------------------------------------ */

struct waited {
	struct sync_waiter w;
	pthread_mutex_t m;
	pthread_cond_t c;
	bool done;
	int r;
	int64_t at;
};

static inline void on_done(struct sync_waiter *w, int r)
{
	struct waited *v = (struct waited *) w;

	pthread_mutex_lock(&v->m);
	assert_false(v->done);
	v->done = true;
	v->r = r;
	v->at = clock_mono_ms();
	pthread_cond_broadcast(&v->c);
	pthread_mutex_unlock(&v->m);
}

static inline void waited_init(struct waited *v)
{
	memset(v, 0, sizeof(*v));
	pthread_mutex_init(&v->m, NULL);
	pthread_cond_init(&v->c, NULL);
	v->w.done = on_done;
}

/* How it ended; the test fails when it does not within a minute. */
static inline int waited_for(struct waited *v)
{
	struct timespec end;
	int r;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 60;
	pthread_mutex_lock(&v->m);
	while (!v->done)
		if (pthread_cond_timedwait(&v->c, &v->m, &end) == ETIMEDOUT)
			fail_msg("nobody answered");
	r = v->r;
	pthread_mutex_unlock(&v->m);
	return r;
}

/* Waits until cond holds, for a minute at most. */
#define UNTIL(cond)                                                     \
	do {                                                            \
		int64_t until_end_ = clock_mono_ms() + 60000;           \
		while (!(cond)) {                                       \
			if (clock_mono_ms() > until_end_)               \
				fail_msg("never: %s", #cond);           \
			usleep(2000);                                   \
		}                                                       \
	} while (0)

static inline int requests(struct client *c)
{
	int n;

	pthread_mutex_lock(&c->f->m);
	n = c->f->pulls + c->f->pushes;
	pthread_mutex_unlock(&c->f->m);
	return n;
}

static inline int methods(struct client *c)
{
	int n;

	pthread_mutex_lock(&c->f->m);
	n = c->f->methods;
	pthread_mutex_unlock(&c->f->m);
	return n;
}

static inline bool is_idle(struct client *c)
{
	struct sync_status s;

	assert_int_equal(sync_status(c->s, &s, NULL, NULL), 0);
	return !s.running;
}

static inline void must_start(struct client *c)
{
	c->running = true;
	assert_int_equal(sync_start(c->s), 0);
}

static inline void start(struct client *c)
{
	must_start(c);
	UNTIL(is_idle(c));
}

/* A process opens the list's directory; waits for the answer if there is one to wait for. */
static inline bool open_dir(struct client *c, pid_t tgid)
{
	struct waited v;
	int r;

	waited_init(&v);
	r = sync_open_list(c->s, c->list, false, tgid, &v.w);
	if (r > 0)
		assert_int_equal(waited_for(&v), 0);
	return r > 0;
}

struct looked {
	struct sync_list_status l;
	char error[200], state[32];
};

static inline int take_status(void *arg, const struct sync_list_status *l)
{
	struct looked *k = arg;

	k->l = *l;
	snprintf(k->error, sizeof(k->error), "%s", l->error ? l->error : "");
	snprintf(k->state, sizeof(k->state), "%s", l->list_state);
	return 0;
}

static inline struct looked look(struct client *c, struct sync_status *s)
{
	struct looked k = { 0 };

	assert_int_equal(sync_status(c->s, s, take_status, &k), 0);
	return k;
}

#endif
