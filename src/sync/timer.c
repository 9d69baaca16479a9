#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "engine.h"
#include "vacancy.h"

/*
 * The scheduler: the one thread that knows the time. It ends waits and graces,
 * wakes workers when a list is due, and tells what others left to be told. It has
 * a deadline only while something will be due by itself.
 */

/* ---- waits ------------------------------------------------------------------------- */

static bool is_expired(const struct sync_waiter *w, const void *now)
{
	return w->deadline <= *(const int64_t *) now;
}

/* Needs the lock, and lets go of it meanwhile. Returns whether anything was done. */
static bool end_waits(struct sync *s, int64_t now)
{
	for (struct entry *e = s->entries; e; e = e->next) {
		struct sync_waiter *w = waiter_take(e, is_expired, &now);

		if (!w)
			continue;
		lock_give(&s->lock);
		while (w) {
			struct sync_waiter *next = w->next;

			w->next = NULL;
			waiter_finish(w, w->kind == WAITER_SENT || w->kind == WAITER_ERRAND ? -ETIMEDOUT : 0);
			w = next;
		}
		lock_take(&s->lock);
		return true;
	}
	return false;
}

/* ---- graces and events ------------------------------------------------------------------ */

static bool end_graces(struct sync *s, int64_t now)
{
	int64_t next = 0, at = POLICY_NEVER;
	int r;

	if (s->vacancy_at > now)
		return false;
	s->vacancy_at = POLICY_NEVER;
	lock_give(&s->lock);
	r = vacancy_run(s, false, &next);
	if (r < 0) {
		log_error("removed files cannot be followed up: %s", err_text(NULL, r));
		at = clock_mono_ms() + 10000;
	} else if (next) {
		at = engine_grace_at(next);
	}
	lock_take(&s->lock);
	if (at < s->vacancy_at)
		s->vacancy_at = at;
	return true;
}

static bool tell_later(struct sync *s)
{
	struct events ev = s->later;

	if (!ev.n)
		return false;
	s->later = (struct events) EVENTS_INIT;
	lock_give(&s->lock);
	events_deliver(&ev, s->conf.hooks);
	events_release(&ev);
	lock_take(&s->lock);
	return true;
}

/* ---- the thread ----------------------------------------------------------------------------- */

/* S9: a trigger like another, only that it comes by itself. Returns when it is due. */
static int64_t cycle(struct sync *s, struct entry *e, int64_t now)
{
	int64_t at = engine_cycle_at(s, e);

	if (at > now)
		return at;
	e->wanted = now;
	return POLICY_NEVER;
}

/* Wakes the workers of what is due; returns when the next thing will be. */
static int64_t look(struct sync *s, int64_t now)
{
	int64_t next = s->vacancy_at;

	for (struct entry *e = s->entries; e; e = e->next) {
		int64_t by_itself = cycle(s, e, now), at = e->worker ? POLICY_NEVER : engine_due(s, e);

		if (by_itself < next)
			next = by_itself;
		if (at <= now)
			engine_schedule(s, e);
		else if (at < next)
			next = at;
		for (const struct sync_waiter *w = e->waiters; w; w = w->next)
			if (w->deadline < next)
				next = w->deadline;
	}
	return next;
}

void *timer_main(void *sync)
{
	struct sync *s = sync;

	lock_take(&s->lock);
	while (!s->quit) {
		int64_t now = clock_mono_ms();

		s->timer_at = 0;
		if (tell_later(s) || end_graces(s, now) || end_waits(s, now))
			continue;
		s->timer_at = look(s, now);
		if (s->timer_at == POLICY_NEVER)
			cond_wait(&s->timer, &s->lock);
		else
			cond_wait_until(&s->timer, &s->lock, s->timer_at);
	}
	lock_give(&s->lock);
	return NULL;
}
