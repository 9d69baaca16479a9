#include <errno.h>

#include "base/clock.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/list.h"
#include "engine.h"
#include "local.h"
#include "numbers.h"
#include "park.h"
#include "show.h"
#include "transfer.h"

/* The triggers: somebody looks, asks, waits, or stops it. */

/* ---- S3: a directory is opened -------------------------------------------------------- */

static void fill_open(const struct sync *s, const struct entry *e, struct policy_open *o)
{
	const struct site *site = e->site;

	o->offline = !s->online;
	o->readable = !s->stopping && !s->quit;
	o->floored = e->complete && e->floor_ns > clock_now_ns();
	o->held = site->backoff.server_until > o->now;
	o->backing_off = site->login || (site->backoff.tries && (e->queued > 0 || e->owed));
	o->ended = e->ended;
	o->probed = site->probed;
	o->fresh = s->conf.fresh_ms;
}

/* Needs the lock. Returns 1 when w waits. */
static int open_locked(struct sync *s, struct entry *e, struct policy_open *o, struct sync_waiter *w)
{
	enum policy_answer answer;

	fill_open(s, e, o);
	answer = policy_opened(o);
	if (answer == POLICY_CACHE)
		return 0;
	if (o->backing_off)
		e->site->probed = o->now;
	w->since = o->now;
	if (e->worker && e->began && policy_joins(e->began, o->now, s->conf.fresh_ms))
		w->since = e->began;
	else
		e->wanted = o->now;
	engine_schedule(s, e);
	if (answer == POLICY_BEHIND)
		return 0;
	w->kind = WAITER_OPEN;
	w->deadline = o->now + (e->complete ? s->conf.wait_ms : s->conf.first_wait_ms);
	waiter_add(e, w);
	if (w->deadline < s->timer_at)
		engine_wake(s);
	return 1;
}

int sync_open_list(struct sync *s, int64_t list, bool folder, pid_t tgid, struct sync_waiter *w)
{
	struct policy_open o = { .folder = folder, .now = clock_mono_ms() };
	struct entry *e;
	int r;

	w->list = list;
	lock_take(&s->lock);
	o.seen = policy_note_open(&s->opens, tgid, list, o.now);
	e = s->started ? engine_find(s, list) : NULL;
	r = e ? open_locked(s, e, &o, w) : 0;
	lock_give(&s->lock);
	return r;
}

/* ---- S2, S5: somebody asks ---------------------------------------------------------------- */

/* Refused changes wait no longer; locked: those that others' having the document has held up. */
static int retry(struct sync *s, int64_t list, bool locked)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	int64_t n;
	int r = store_change_count(t.st, list, STORE_CHANGE_REFUSED, &n);

	if (r < 0 || !n)
		return r;
	r = txn_begin(&t, list);
	if (r == 0)
		r = locked ? park_retry_locked(&t) : park_retry(&t, NULL);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "retry");
	return r < 0 ? r : site_recount(s, list);
}

/* Needs the lock. */
static void ask_locked(struct sync *s, struct entry *e, enum sync_what what)
{
	bool receive = what == SYNC_ALL || what == SYNC_RECEIVE;

	if (e->later != POLICY_NEVER)
		e->queued++;
	if (!receive && e->queued <= 0 && !e->owed)
		return;
	e->asked = true;
	e->no_send = what == SYNC_RECEIVE;
	e->hurry |= !e->no_send;
	/* A lost answer has to be asked for before anything is sent. */
	if (receive || e->queued <= 0)
		e->wanted = clock_mono_ms();
	run_add(s, e);
	engine_schedule(s, e);
}

/* All in one go: a run is not over before its last list was asked for. */
static int ask(struct sync *s, enum sync_what what, const struct numbers *lists)
{
	int r = 0;

	for (size_t i = 0; r == 0 && what != SYNC_RECEIVE && i < lists->n; i++)
		r = retry(s, lists->v[i], what != SYNC_RETRY);
	if (r < 0)
		return r;
	lock_take(&s->lock);
	if (!s->online)
		r = -ENETDOWN;
	for (size_t i = 0; r == 0 && !s->stopping && i < lists->n; i++) {
		struct entry *e = engine_find(s, lists->v[i]);

		if (e)
			ask_locked(s, e, what);
	}
	lock_give(&s->lock);
	return r;
}

struct asking {
	int64_t list;
	struct numbers found; /* owned */
};

static int note_list(void *arg, const struct store_list *l)
{
	struct asking *a = arg;

	return a->list && a->list != l->id ? 0 : numbers_add(&a->found, l->id);
}

static bool is_online(struct sync *s)
{
	bool online;

	lock_take(&s->lock);
	online = s->online;
	lock_give(&s->lock);
	return online;
}

int sync_request(struct sync *s, enum sync_what what, int64_t list)
{
	struct asking a = { .list = list };
	int r;

	if (!is_online(s))
		return -ENETDOWN;
	r = store_list_each(s->conf.store, note_list, &a);
	if (r == 0 && list && !a.found.n)
		r = -ENOENT;
	if (r == 0)
		r = ask(s, what, &a.found);
	numbers_release(&a.found);
	return r;
}

int sync_request_lists(struct sync *s, enum sync_what what, const int64_t *lists, size_t n)
{
	const struct numbers all = { .v = (int64_t *) lists, .n = n };

	return is_online(s) ? ask(s, what, &all) : -ENETDOWN;
}

/* ---- what the configuration says ---------------------------------------------------------- */

void sync_set_interval(struct sync *s, int64_t list, int interval_ms)
{
	struct entry *e;

	lock_take(&s->lock);
	e = engine_find(s, list);
	if (e && e->interval != interval_ms) {
		e->interval = interval_ms;
		engine_begin_cycle(e, e->ended ? e->ended : clock_mono_ms());
		engine_schedule(s, e);
	}
	lock_give(&s->lock);
}

int sync_set_read_only(struct sync *s, int64_t list, bool on)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	int r = txn_begin(&t, list);

	if (r < 0 || !(t.list.info.flags & LIST_FROZEN) == !on)
		return r;
	t.list.info.flags ^= LIST_FROZEN;
	r = store_list_put(t.st, &t.list);
	if (r == 0)
		r = show_root(&t);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "freeze");
	if (r == 0)
		engine_tell_list(s, list);
	return r;
}

/* ---- stopping what runs ---------------------------------------------------------------------- */

static bool is_any(const struct sync_waiter *w, const void *arg)
{
	(void) w;
	(void) arg;
	return true;
}

/* Everything that was wanted is not wanted any more; what runs ends soon. Returns who waited. Needs the lock. */
static struct sync_waiter *stop_entry(struct sync *s, struct entry *e)
{
	if (e->worker)
		atomic_store(&e->worker->cancel, 1);
	else
		e->state = SYNC_IDLE;
	e->wanted = 0;
	e->asked = e->hurry = e->owed = e->no_send = false;
	e->queued = 0;
	e->later = POLICY_NEVER;
	run_done(s, e, true);
	return waiter_take(e, is_any, NULL);
}

static void stop_all(struct sync *s, int r)
{
	struct sync_waiter *open = NULL;

	lock_take(&s->lock);
	for (struct entry *e = s->entries; e; e = e->next) {
		struct sync_waiter *w = stop_entry(s, e);

		while (w) {
			struct sync_waiter *next = w->next;

			w->next = open;
			open = w;
			w = next;
		}
	}
	lock_give(&s->lock);
	while (open) {
		struct sync_waiter *w = open;

		open = w->next;
		w->next = NULL;
		waiter_finish(w, w->kind == WAITER_OPEN ? 0 : r);
	}
}

void sync_idle(struct sync *s)
{
	stop_all(s, -EIO);
}

static int recount(void *arg, const struct store_list *l)
{
	return site_recount(arg, l->id);
}

void sync_set_online(struct sync *s, bool online)
{
	bool changed;

	lock_take(&s->lock);
	changed = s->online != online;
	s->online = online;
	for (struct site *site = s->sites; online && site; site = site->next) {
		backoff_reset(&site->backoff);
		site->login = false;
	}
	lock_give(&s->lock);
	if (!changed)
		return;
	if (!online) {
		transfers_cancel(s->transfers, -ENETUNREACH);
		stop_all(s, -ENETDOWN);
	} else if (store_list_each(s->conf.store, recount, s) < 0) {
		return;
	}
	engine_tell_list(s, 0);
}

/* ---- lists come and go --------------------------------------------------------------------------- */

/* Bug: a list that was added in Work Offline began a run that nobody could end. */
int sync_list_added(struct sync *s, int64_t list)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct entry *e;
	int r = store_list_get(s->conf.store, list, &l);

	if (r == 0)
		r = site_add_list(s, &l);
	if (r < 0)
		return r;
	lock_take(&s->lock);
	e = engine_find(s, list);
	r = e && s->started && s->online;
	if (r)
		ask_locked(s, e, SYNC_ALL);
	else if (e && s->started)
		e->wanted = clock_mono_ms();
	lock_give(&s->lock);
	return r;
}

void sync_list_removed(struct sync *s, int64_t list)
{
	struct sync_waiter *w = NULL;
	struct entry *e;

	lock_take(&s->lock);
	e = engine_find(s, list);
	if (e) {
		w = stop_entry(s, e);
		e->removed = true;
		if (!e->worker)
			engine_drop(s, e);
	}
	lock_give(&s->lock);
	waiter_finish(w, 0);
}

/* ---- waiting for the server --------------------------------------------------------------------------- */

int sync_wait_sent(struct sync *s, int64_t list, int timeout_ms, struct sync_waiter *w)
{
	int64_t now = clock_mono_ms();
	struct entry *e;
	int r = 0;

	w->list = list;
	lock_take(&s->lock);
	e = s->started ? engine_find(s, list) : NULL;
	if (e && (e->queued > 0 || e->owed || (e->worker && e->state == SYNC_SENDING))) {
		r = s->online ? 1 : -ENETDOWN;
	}
	if (r > 0) {
		w->kind = WAITER_SENT;
		w->since = now;
		w->deadline = now + timeout_ms;
		e->hurry = true;
		waiter_add(e, w);
		engine_schedule(s, e);
		engine_wake(s);
	}
	lock_give(&s->lock);
	return r;
}
