#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "errand.h"
#include "transfer.h"
#include "txn.h"

/* ---- birth and death ------------------------------------------------------------------ */

void sync_config_init(struct sync_config *c)
{
	*c = (struct sync_config) {
		.fresh_ms = 3000, .wait_ms = 3000, .first_wait_ms = 20000, .grace_ms = 2000, .page_rows = 2000,
		.stall_ms = 30000, .far_bytes = 1 << 20, .uploads = 4,
	};
}

int sync_new(const struct sync_config *c, struct sync **ret)
{
	struct sync *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->conf = *c;
	s->online = !c->offline;
	s->vacancy_at = POLICY_NEVER;
	s->random = (uint64_t) clock_now_ns();
	lock_init(&s->lock, RANK_SYNC);
	cond_init(&s->timer);
	cond_init(&s->quiet);
	if (c->blobs && !(s->transfers = transfers_new(s))) {
		sync_free(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

struct sync *sync_free(struct sync *s)
{
	if (!s)
		return NULL;
	for (struct entry *e = s->entries, *next; e; e = next) {
		next = e->next;
		free(e);
	}
	for (struct site *site = s->sites, *next; site; site = next) {
		next = site->next;
		site_free(site);
	}
	transfers_free(s->transfers);
	events_release(&s->later);
	cond_release(&s->timer);
	cond_release(&s->quiet);
	lock_release(&s->lock);
	free(s);
	return NULL;
}

struct store *sync_store(struct sync *s)
{
	return s->conf.store;
}

/* ---- entries ------------------------------------------------------------------------------ */

struct entry *engine_find(const struct sync *s, int64_t list)
{
	for (struct entry *e = s->entries; e; e = e->next)
		if (e->list == list && !e->removed)
			return e;
	return NULL;
}

struct entry *engine_drop(struct sync *s, struct entry *e)
{
	struct entry **p = &s->entries;

	while (*p != e)
		p = &(*p)->next;
	*p = e->next;
	(void) errand_drop(e); /* who waited was answered when it was removed */
	free(e);
	return NULL;
}

uint32_t engine_random(struct sync *s)
{
	/* Only to spread retries (splitmix64). */
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t) (z >> 32);
}

/* ---- what is due ------------------------------------------------------------------------------ */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t due_to_send(const struct sync *s, const struct entry *e)
{
	bool bypass = e->asked || s->stopping;
	int64_t at = policy_push_at(e->queued, e->first, e->last, e->hurry || e->asked || s->stopping);

	if (at == POLICY_NEVER || (e->site->login && !bypass))
		return POLICY_NEVER;
	at = later(at, backoff_gate(&e->site->backoff, bypass));
	return later(at, backoff_gate(&e->backoff, bypass));
}

int64_t engine_quiet_at(const struct sync *s, const struct entry *e)
{
	int64_t at = e->last + POLICY_QUIET_MS;

	/* Removals come one by one as their graces end: the list is quiet when they have all ended. */
	if (s->vacancy_at != POLICY_NEVER && s->vacancy_at < at + POLICY_QUIET_MS)
		at = s->vacancy_at + POLICY_QUIET_MS;
	return at < e->last + POLICY_LATEST_MS ? at : e->last + POLICY_LATEST_MS;
}

static int64_t due_to_pull(const struct sync *s, const struct entry *e)
{
	int64_t at;

	/* Who may not ask now was answered when he asked. */
	if (e->wanted)
		return e->site->backoff.server_until;
	if (!e->owed || e->queued > 0 || e->site->login)
		return POLICY_NEVER;
	at = later(engine_quiet_at(s, e), backoff_gate(&e->site->backoff, false));
	return later(at, backoff_gate(&e->backoff, false));
}

int64_t engine_due(const struct sync *s, const struct entry *e)
{
	int64_t send, pull;

	if (!s->online || e->removed || s->quit)
		return POLICY_NEVER;
	if (e->errands)
		return e->site->backoff.server_until;
	send = due_to_send(s, e);
	if (e->later != POLICY_NEVER && e->queued <= 0 && !e->site->login)
		send = later(e->later, backoff_gate(&e->site->backoff, false));
	pull = s->stopping ? POLICY_NEVER : due_to_pull(s, e);
	return send < pull ? send : pull;
}

void engine_begin_cycle(struct entry *e, int64_t now)
{
	e->cycle = now + later(e->interval, e->recommended);
}

int64_t engine_cycle_at(const struct sync *s, const struct entry *e)
{
	int64_t at = e->cycle, wall = clock_now_ns();

	if (!e->interval || !s->online || s->stopping || s->quit || e->removed || e->worker || e->wanted ||
	    e->site->login)
		return POLICY_NEVER;
	if (e->floor_ns > wall)
		at = later(at, clock_mono_ms() + (e->floor_ns - wall) / 1000000 + 1);
	at = later(at, backoff_gate(&e->site->backoff, false));
	return later(at, backoff_gate(&e->backoff, false));
}

void engine_wake(struct sync *s)
{
	cond_wake_all(&s->timer);
}

void engine_schedule(struct sync *s, struct entry *e)
{
	int64_t at = engine_due(s, e), now = clock_mono_ms();

	if (engine_cycle_at(s, e) < s->timer_at)
		engine_wake(s);
	if (e->worker || at == POLICY_NEVER)
		return;
	if (at <= now) {
		if (e->state == SYNC_IDLE)
			e->state = SYNC_QUEUED;
		cond_wake_all(&e->site->work);
	} else if (at < s->timer_at) {
		engine_wake(s);
	}
}

void engine_uncount(struct entry *e)
{
	e->counted = false;
	e->recounts++;
}

void engine_note_changes(struct sync *s, struct entry *e, int64_t n)
{
	int64_t now = clock_mono_ms();

	if (e->queued <= 0)
		e->first = now;
	e->last = now;
	e->queued += n;
	engine_schedule(s, e);
}

/* ---- local changes ------------------------------------------------------------------------------- */

int64_t engine_grace_at(int64_t due_ns)
{
	/* A little late, so that a thousand removals take a dozen transactions and not a thousand. */
	return clock_mono_ms() + (due_ns - clock_now_ns()) / 1000000 + POLICY_GATHER_MS;
}

void engine_submitted(struct sync *s, struct txn *t)
{
	int64_t vacated = t->vacated ? engine_grace_at(t->vacated) : POLICY_NEVER;
	int64_t held = t->held ? engine_grace_at(t->held) : POLICY_NEVER;
	struct entry *e;

	if (!t->queued && !t->vacated && !t->held && !t->ev.n)
		return;
	lock_take(&s->lock);
	/* Without memory the kernel hears nothing of it; its caches end by themselves. */
	if (events_move(&s->later, &t->ev) < 0)
		log_warning("out of memory: %zu events were not told", t->ev.n);
	if (vacated < s->vacancy_at)
		s->vacancy_at = vacated;
	e = engine_find(s, t->list.id);
	if (e) {
		e->conflicts += t->conflicts;
		engine_uncount(e);
		if (held < e->newly)
			e->newly = held;
		if (held < e->later) {
			e->later = held;
			engine_schedule(s, e);
		}
		if (t->queued)
			engine_note_changes(s, e, t->queued);
	}
	if (s->later.n || s->vacancy_at < s->timer_at)
		engine_wake(s);
	lock_give(&s->lock);
}

void sync_kick(struct sync *s, int64_t list)
{
	struct entry *e;

	lock_take(&s->lock);
	e = engine_find(s, list);
	if (e)
		engine_note_changes(s, e, 1);
	s->vacancy_at = 0;
	engine_wake(s);
	lock_give(&s->lock);
}

void engine_later(struct sync *s, const struct sync_event *e)
{
	/* As above: a status that is not told is asked for with the next one. */
	if (events_add(&s->later, e) < 0)
		return;
	engine_wake(s);
}

void engine_tell_list(struct sync *s, int64_t list)
{
	const struct sync_event e = { .kind = SYNC_LIST, .list = list };

	if (s->conf.hooks->event)
		s->conf.hooks->event(s->conf.hooks->arg, &e);
}
