#include <errno.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "store/list.h"
#include "engine.h"
#include "recover.h"
#include "transfer.h"
#include "vacancy.h"

/* The beginning and the end of the threads. */

static int add_list(void *arg, const struct store_list *l)
{
	return site_add_list(arg, l);
}

/* Needs the lock. */
static int start_threads(struct sync *s)
{
	int r = -pthread_create(&s->scheduler, NULL, timer_main, s);

	if (r < 0)
		return r;
	s->started = true;
	for (struct site *site = s->sites; r == 0 && site; site = site->next)
		r = site_start(site);
	return r;
}

int sync_prepare(struct sync *s)
{
	int r = s->prepared ? 0 : recover_start(s);

	s->prepared = r == 0;
	return r;
}

int sync_start(struct sync *s)
{
	int r = sync_prepare(s);
	bool online;

	if (r == 0)
		r = store_list_each(s->conf.store, add_list, s);
	if (r < 0)
		return r;
	lock_take(&s->lock);
	/* What the last run left to be followed up is looked at first of all. */
	s->vacancy_at = 0;
	r = start_threads(s);
	online = s->online;
	lock_give(&s->lock);
	if (r == 0 && online)
		r = FAULT("sync.start.ask") ? -ENOMEM : sync_request(s, SYNC_ALL, 0);
	if (r < 0)
		sync_stop(s, 0);
	return r;
}

/* ---- the end --------------------------------------------------------------------------- */

/* Whether somebody sends, or could. Needs the lock. */
static bool is_busy(const struct sync *s, int64_t now)
{
	for (const struct entry *e = s->entries; e; e = e->next)
		if (e->worker || engine_due(s, e) <= now)
			return true;
	return false;
}

static void end_graces(struct sync *s)
{
	int64_t next;
	int r = vacancy_run(s, true, &next);

	if (r < 0)
		log_error("removed files were not followed up: %s", err_text(NULL, r));
}

/* Lets the workers send what waits; a pull that only receives is given up for it. Needs the lock. */
static void send_rest(struct sync *s, int send_ms)
{
	int64_t end = clock_mono_ms() + send_ms;

	for (struct entry *e = s->entries; e; e = e->next) {
		if (e->worker && e->state == SYNC_RECEIVING && !e->queued)
			atomic_store(&e->worker->cancel, 1);
		e->queued += e->later != POLICY_NEVER;
		engine_schedule(s, e);
	}
	while (is_busy(s, clock_mono_ms()) && cond_wait_until(&s->quiet, &s->lock, end))
		continue;
}

static void join_all(struct sync *s)
{
	pthread_join(s->scheduler, NULL);
	for (struct site *site = s->sites; site; site = site->next) {
		for (int i = 0; i < site->n_threads; i++)
			pthread_join(site->workers[i].thread, NULL);
		site->n_threads = 0;
	}
}

static bool is_any(const struct sync_waiter *w, const void *arg)
{
	(void) w;
	(void) arg;
	return true;
}

/* No thread is left. */
static void tell_rest(struct sync *s)
{
	for (struct entry *e = s->entries; e; e = e->next)
		waiter_finish(waiter_take(e, is_any, NULL), 0);
	events_deliver(&s->later, s->conf.hooks);
}

void sync_stop(struct sync *s, int send_ms)
{
	bool started;

	lock_take(&s->lock);
	started = s->started;
	s->stopping = true;
	lock_give(&s->lock);
	transfers_stop(s->transfers);
	/* Even when nothing will be sent: a removed file must not come back with the next mount. */
	end_graces(s);
	if (!started)
		return;
	lock_take(&s->lock);
	if (s->online && send_ms > 0)
		send_rest(s, send_ms);
	s->quit = true;
	s->started = false;
	for (struct site *site = s->sites; site; site = site->next) {
		for (int i = 0; i < SITE_WORKERS; i++)
			atomic_store(&site->workers[i].cancel, 1);
		cond_wake_all(&site->work);
	}
	engine_wake(s);
	lock_give(&s->lock);
	join_all(s);
	tell_rest(s);
}
