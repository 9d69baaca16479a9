#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "engine.h"

/* What goes on, for people: the engine's numbers and the store's rows, list by list. */

struct telling {
	struct sync *s;
	int (*fn)(void *arg, const struct sync_list_status *l);
	void *arg;
};

static const char *state_word(enum store_list_state state)
{
	switch (state) {
	case STORE_LIST_NEW:
		return "new";
	case STORE_LIST_OK:
		return "ok";
	case STORE_LIST_GONE:
		return "gone";
	case STORE_LIST_FORBIDDEN:
		break;
	}
	return "forbidden";
}

/* Needs the lock. */
static int64_t next_cycle(const struct sync *s, const struct entry *e)
{
	int64_t at = engine_cycle_at(s, e);

	return at == POLICY_NEVER ? 0 : clock_now_ns() + (at - clock_mono_ms()) * 1000000;
}

/* What the engine knows. Returns how often its count of items became wrong; -1: it is right. */
static int fill_entry(struct sync *s, int64_t list, struct sync_list_status *ret)
{
	const struct entry *e;
	int recounts = 0;

	lock_take(&s->lock);
	e = engine_find(s, list);
	if (e) {
		recounts = e->counted ? -1 : e->recounts;
		ret->items = e->items;
		ret->state = e->state;
		ret->done = e->done;
		ret->total = e->total;
		ret->received = e->received;
		ret->sent = e->sent;
		ret->conflicts = e->conflicts;
		ret->interval_ms = (int) e->interval;
		ret->next_cycle = next_cycle(s, e);
	}
	lock_give(&s->lock);
	return recounts;
}

static int count_items(struct sync *s, int64_t list, int recounts, int64_t *ret)
{
	struct entry *e;
	int r = store_item_count(s->conf.store, list, ret);

	if (r < 0)
		return r;
	lock_take(&s->lock);
	e = engine_find(s, list);
	/* Unless something changed while it was counted. */
	if (e && e->recounts == recounts) {
		e->items = *ret;
		e->counted = true;
	}
	lock_give(&s->lock);
	return 0;
}

static int count_changes(struct store *st, int64_t list, struct sync_list_status *ret)
{
	int64_t n[STORE_CHANGE_STATE_COUNT], vacant = 0;
	int r = store_vacancy_count(st, list, &vacant);

	for (int i = 0; r == 0 && i < STORE_CHANGE_STATE_COUNT; i++)
		r = store_change_count(st, list, (enum store_change_state) i, &n[i]);
	if (r < 0)
		return r;
	/* A removal too, before its grace is over and it stands in the journal: who waits until all is sent waits for it. */
	ret->to_send = n[STORE_CHANGE_QUEUED] + n[STORE_CHANGE_SENDING] + n[STORE_CHANGE_UNSURE] + vacant;
	ret->refused = n[STORE_CHANGE_REFUSED];
	return 0;
}

static int tell_list(void *arg, const struct store_list *l)
{
	const struct telling *t = arg;
	struct sync_list_status ret = {
		.list = l->id, .name = l->name, .title = l->info.title, .site = l->site,
		.last_sync = l->last_sync, .min_minutes = l->min_minutes,
		.recommended_seconds = l->recommended_seconds, .list_state = state_word(l->state),
		.error = l->error, .read_only = store_list_read_only(l),
		.not_before = policy_floor(clock_now_ns(), l->last_sync, l->min_minutes),
	};
	int recounts = fill_entry(t->s, l->id, &ret);
	int r = recounts < 0 ? 0 : count_items(t->s, l->id, recounts, &ret.items);

	if (r == 0)
		r = count_changes(t->s->conf.store, l->id, &ret);
	if (r < 0)
		return r;
	r = t->fn(t->arg, &ret);
	return r < 0 ? r : 0;
}

/* The next try by itself of any site that has something to send; wall clock ns. Needs the lock. */
static int64_t next_try(const struct sync *s)
{
	int64_t now = clock_mono_ms(), first = 0;

	for (const struct entry *e = s->entries; e; e = e->next) {
		int64_t at = (e->queued > 0 || e->owed) && e->site->backoff.tries ? engine_due(s, e) : POLICY_NEVER;

		if (at != POLICY_NEVER && at > now && (!first || at < first))
			first = at;
	}
	return first ? clock_now_ns() + (first - now) * 1000000 : 0;
}

/* A pull that follows what was pushed begins in a moment, so that the list is not done yet. Needs the lock. */
static bool is_waiting_to_pull(const struct sync *s, const struct entry *e)
{
	return e->owed && engine_due(s, e) <= clock_mono_ms() + POLICY_LATEST_MS;
}

static void fill_engine(struct sync *s, struct sync_status *ret)
{
	lock_take(&s->lock);
	*ret = (struct sync_status) {
		.online = s->online, .reachable = true, .running = s->run.on, .run = s->run.number, .lists = s->run.lists,
		.lists_done = s->run.done, .backoff_until = next_try(s),
	};
	for (const struct entry *e = s->entries; e; e = e->next)
		ret->running |= e->state != SYNC_IDLE || is_waiting_to_pull(s, e);
	for (const struct site *site = s->sites; site; site = site->next)
		ret->reachable &= !site->failed;
	lock_give(&s->lock);
}

int sync_status(struct sync *s, struct sync_status *ret, int (*fn)(void *arg, const struct sync_list_status *l),
		void *arg)
{
	struct telling t = { s, fn, arg };
	int r = fn ? store_list_each(s->conf.store, tell_list, &t) : 0;

	/* After the lists: what has left the journal by now is on its way, or owes a pull. */
	if (r == 0)
		fill_engine(s, ret);
	return r;
}

int sync_status_list(struct sync *s, int64_t list, int (*fn)(void *arg, const struct sync_list_status *l), void *arg)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct telling t = { s, fn, arg };
	int r = store_list_get(s->conf.store, list, &l);

	return r < 0 ? r : tell_list(&t, &l);
}
