#include "job.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "store/list.h"
#include "engine.h"
#include "errand.h"
#include "park.h"
#include "pull.h"
#include "transfer.h"
#include "push.h"
#include "txn.h"
#include "upload.h"

/*
 * One sync: pulls and pushes of one list in the order that policy.c says, until
 * nothing is left to be done now or something fails. What is said in engine.h
 * to be protected is touched under the lock only, and the lock is never held
 * over the store, the network or a callback.
 */
enum {
	UPLOAD_TELL_MS = 500,
	STEPS_MAX = 10000,   /* batches of one sync: a guard, never met */
	BATCH_LOST_MIN = 25, /* lost answers make batches no smaller than this */
};

struct job {
	struct worker *w;
	struct sync *s;
	struct entry *e;
	const char *name;           /* of the list, for the log */
	int64_t begun;
	int64_t seen_wanted;        /* the newest trigger that the last step knew of */
	int64_t counted;            /* e->queued before the last look */
	int64_t told;               /* protected; when an upload's progress was told; clock_mono_ms() */
	bool pulled;                /* in this job */
	bool looked;                /* and nothing was sent since */
	bool unsure;                /* after the last look */
	int64_t received, sent, refused, conflicts;
	enum remote_result result;
	struct remote_fault fault;
};

/* ---- failures ------------------------------------------------------------------------------ */

#define CODE_ACCESS_DENIED 0x80070005u
#define CODE_SITE_LOCKED 0x81020071u
#define HTTP_FORBIDDEN 403

/* What a state of the list the failure means: STORE_LIST_OK: none, only an error. */
static enum store_list_state state_of(const struct job *j)
{
	if (j->result == REMOTE_LIST_GONE)
		return STORE_LIST_GONE;
	if (j->result == REMOTE_LIST_BAD && (j->fault.http_status == HTTP_FORBIDDEN ||
					      j->fault.server_code == CODE_ACCESS_DENIED))
		return STORE_LIST_FORBIDDEN;
	return STORE_LIST_OK;
}

static const char *failure_text(const struct job *j)
{
	if (j->fault.err.text[0])
		return j->fault.err.text;
	return remote_result_name(j->result);
}

static int store_failure(struct job *j)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&j->s->conf);
	enum store_list_state state = state_of(j);
	int r = txn_begin(&t, j->e->list);

	if (r < 0)
		return r;
	if (state != STORE_LIST_OK) {
		r = park_list(&t, state, failure_text(j));
	} else if (str_eq(t.list.error, failure_text(j))) {
		return 0;
	} else {
		r = str_set(&t.list.error, failure_text(j));
		if (r == 0)
			r = store_list_put(t.st, &t.list);
	}
	if (r == 0)
		r = txn_commit(&t);
	if (r == 0)
		events_deliver(&t.ev, j->s->conf.hooks);
	return r;
}

/* Needs the lock. Returns whether the person has to be told to log in. */
static bool note_failure(struct job *j)
{
	struct site *site = j->e->site;
	int64_t now = clock_mono_ms();
	bool was = site->login;

	switch (j->result) {
	case REMOTE_SITE_BAD:
	case REMOTE_LOST:
		/* Nothing by itself until somebody asks: the site's administrator ends that, not time. */
		site->login |= j->fault.server_code == CODE_SITE_LOCKED;
		backoff_failed(&site->backoff, now, j->fault.retry_after, engine_random(j->s));
		site->failed = true;
		return false;
	case REMOTE_AUTH:
		site->login = true;
		site->failed = true;
		return !was;
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
	case REMOTE_NOT_RUN:
	case REMOTE_CONFLICT:
	case REMOTE_ITEM_GONE:
	case REMOTE_ITEM_BAD:
	case REMOTE_TOKEN_GONE:
		backoff_failed(&j->e->backoff, now, j->fault.retry_after, engine_random(j->s));
		return false;
	case REMOTE_OK:
		backoff_reset(&j->e->backoff);
		break;
	case REMOTE_CANCELED:
		return false;
	}
	/* One worker went ahead; the others had waited for what it would find. */
	if (site->backoff.tries)
		cond_wake_all(&site->work);
	backoff_reset(&site->backoff);
	backoff_pause(&site->backoff, now, j->fault.retry_after, engine_random(j->s));
	site->failed = site->login = false;
	return false;
}

static void tell_login(const struct job *j, int64_t list)
{
	CLEANUP(str_free_p) char *text = str_printf("%s: %s", j->w->site->url, failure_text(j));
	const struct sync_event e = { .kind = SYNC_LOGIN, .list = list, .text = text };

	if (j->s->conf.hooks->event && text)
		j->s->conf.hooks->event(j->s->conf.hooks->arg, &e);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void set_state(struct job *j, enum sync_state state)
{
	lock_take(&j->s->lock);
	j->e->state = state;
	j->e->done = j->e->total = 0;
	lock_give(&j->s->lock);
	engine_tell_list(j->s, j->e->list);
}

static bool is_answered(const struct sync_waiter *w, const void *began)
{
	return w->kind == WAITER_OPEN && w->since <= *(const int64_t *) began;
}

static bool is_open(const struct sync_waiter *w, const void *arg)
{
	(void) arg;
	return w->kind == WAITER_OPEN;
}

/* Each page of a list never seen is worth showing: who waits for it waits no longer. */
static void on_progress(void *arg, int64_t done, int64_t total)
{
	struct job *j = arg;
	struct sync_waiter *w = NULL;

	lock_take(&j->s->lock);
	j->e->done = done;
	j->e->total = total;
	if (!j->e->complete) {
		w = waiter_take(j->e, is_open, NULL);
		j->e->items = done;
		j->e->counted = true;
	}
	lock_give(&j->s->lock);
	waiter_finish(w, 0);
	if (done)
		engine_tell_list(j->s, j->e->list);
}

static void begin_pull(struct job *j, struct pull *p)
{
	struct entry *e = j->e;
	int64_t now = clock_mono_ms();

	lock_take(&j->s->lock);
	e->began = now;
	p->echoes = e->echoes;
	p->may_resync = policy_may_resync(e->resynced, now, e->asked);
	lock_give(&j->s->lock);
	set_state(j, SYNC_RECEIVING);
}

static void end_pull(struct job *j, const struct pull_result *res)
{
	struct entry *e = j->e;
	int64_t now = clock_mono_ms();
	struct sync_waiter *w = NULL;

	lock_take(&j->s->lock);
	e->received += res->received;
	e->conflicts += res->conflicts;
	if (res->received)
		engine_uncount(e);
	if (res->resynced)
		e->resynced = now;
	if (j->result == REMOTE_OK) {
		e->pulled = e->began;
		e->ended = now;
		e->complete = true;
		e->owed = false;
		e->echoes = 0;
		e->site->failed = false;
		e->floor_ns = policy_floor(clock_now_ns(), res->last_sync, res->min_minutes);
		e->recommended = (int64_t) res->recommended_seconds * 1000;
		e->bulk = (int64_t) res->bulk_megabytes << 20;
		engine_begin_cycle(e, now);
		if (e->wanted && e->wanted <= e->pulled)
			e->wanted = 0;
		w = waiter_take(e, is_answered, &e->pulled);
	}
	lock_give(&j->s->lock);
	waiter_finish(w, 0);
}

static void do_pull(struct job *j)
{
	struct pull p = {
		.conf = &j->s->conf, .remote = j->w->remote, .cancel = &j->w->cancel, .list = j->e->list,
		.progress = on_progress, .arg = j,
	};
	struct pull_result res = { 0 };

	begin_pull(j, &p);
	j->result = pull_run(&p, &res, &j->fault);
	j->pulled = j->looked = true;
	j->received += res.received;
	j->conflicts += res.conflicts;
	end_pull(j, &res);
	if (j->result == REMOTE_OK)
		pins_fetch(j->s, j->e->list);
}

/* Batches shrink when the server does not take their size, and grow again slowly. Needs the lock. */
static void adapt_batch(struct entry *e, const struct push_result *res, bool lost)
{
	int size = e->batch ? e->batch : POLICY_BATCH;

	/* An answer that does not come may be one that takes too long. */
	if (res->not_run || (lost && size > BATCH_LOST_MIN))
		size = size > 1 ? size / 2 : 1;
	else if (res->taken >= size && size < POLICY_BATCH)
		size = size * 2 > POLICY_BATCH ? POLICY_BATCH : size * 2;
	e->batch = size;
}

/* What waits by itself waits no longer when a person asks, nor when the mount ends. */
static int64_t until(struct job *j)
{
	bool now;

	lock_take(&j->s->lock);
	now = j->s->stopping || j->e->asked;
	lock_give(&j->s->lock);
	return now ? INT64_MAX - 1 : clock_now_ns();
}

/* Of documents, from each of the threads that send them. Told so often that a person sees it move, and no oftener. */
static void on_upload(void *arg, const char *path, int64_t sent, int64_t total)
{
	struct job *j = arg;
	int64_t now = clock_mono_ms();
	bool tell;

	(void) path;
	lock_take(&j->s->lock);
	j->e->done = sent;
	j->e->total = total;
	tell = now - j->told >= UPLOAD_TELL_MS;
	if (tell)
		j->told = now;
	lock_give(&j->s->lock);
	if (tell)
		engine_tell_list(j->s, j->e->list);
}

static void do_push(struct job *j)
{
	struct push p = {
		.conf = &j->s->conf, .remote = j->w->remote, .cancel = &j->w->cancel, .list = j->e->list,
		.progress = on_upload, .arg = j, .more = j->w->more, .site = j->w->site->url,
	};
	struct push_result res = { 0 };
	struct entry *e = j->e;
	int64_t begun = clock_mono_ms();

	lock_take(&j->s->lock);
	p.limit = e->batch ? e->batch : POLICY_BATCH;
	/* After a failure one document looks whether the site is well again. */
	p.n_more = j->s->conf.uploads > 1 && !e->site->backoff.tries ? (size_t) j->s->conf.uploads - 1 : 0;
	if (p.n_more > WORKER_MORE)
		p.n_more = WORKER_MORE;
	lock_give(&j->s->lock);
	/* A batch of one that is not run after smaller and smaller ones will not be next time either. */
	p.last_chance = p.limit == 1;
	j->looked = false;
	set_state(j, SYNC_SENDING);
	p.until = until(j);
	j->result = push_run(&p, &res, &j->fault);
	if (j->result == REMOTE_OK && !res.taken)
		j->result = upload_run(&p, &res, &j->fault);
	j->sent += res.sent;
	j->refused += res.refused;
	j->conflicts += res.conflicts;
	lock_take(&j->s->lock);
	engine_uncount(e);
	e->sent += res.sent;
	e->conflicts += res.conflicts;
	e->owed |= res.taken > 0;
	e->echoes += res.sent;
	e->first = begun; /* of what is left, none is older that could have been sent */
	adapt_batch(e, &res, j->result == REMOTE_LOST);
	lock_give(&j->s->lock);
}

/* ---- what comes next --------------------------------------------------------------------------- */

static enum policy_step next_step(struct job *j, const struct push_survey *look)
{
	struct entry *e = j->e;
	int64_t now = clock_mono_ms();
	struct policy_facts f = {
		.unsure = look->unsure, .deletes = look->deletes, .folders = look->folders, .to_send = look->to_send,
		.looked = j->looked,
	};

	lock_take(&j->s->lock);
	/* Counted anew, and what came while it was counted. */
	e->later = look->later ? engine_grace_at(look->later) : POLICY_NEVER;
	if (e->newly < e->later)
		e->later = e->newly;
	e->queued = look->to_send + (e->queued > j->counted ? e->queued - j->counted : 0);
	j->seen_wanted = e->wanted;
	f.may_send = !e->no_send;
	f.may_receive = true;
	f.wanted = e->wanted && !j->s->stopping;
	f.owed = e->owed && !look->to_send && now >= engine_quiet_at(j->s, e) && !j->s->stopping;
	f.floored = e->floor_ns > clock_now_ns();
	f.received = e->complete;
	f.pulled = j->pulled;
	f.burst = e->owed;
	f.age = e->ended ? now - e->ended : POLICY_NEVER;
	f.fresh = j->s->conf.fresh_ms;
	f.due = j->s->stopping || e->asked || policy_push_at(look->to_send, e->first, e->last, e->hurry) <= now;
	lock_give(&j->s->lock);
	return policy_step(&f);
}

/* Returns false when nothing is left to be done, or the journal cannot be read. */
static bool do_step(struct job *j)
{
	struct push_survey look = { 0 };
	enum policy_step step;
	int r;

	if (errand_run(j->w, j->e, &j->result, &j->fault))
		return j->result == REMOTE_OK;
	/* Before the journal is read: a writer who comes after that must not be forgotten by what it said. */
	lock_take(&j->s->lock);
	j->counted = j->e->queued;
	j->e->newly = POLICY_NEVER;
	lock_give(&j->s->lock);
	r = push_look(&j->s->conf, j->e->list, POLICY_BATCH, until(j), &look);
	if (FAULT("sync.looked"))
		usleep(1000000); /* not a failure: a busy machine */
	if (r < 0) {
		j->result = r == -ENOENT ? REMOTE_CANCELED : REMOTE_LIST_BAD;
		err_set(&j->fault.err, r, "the journal cannot be read: %s", err_text(NULL, r));
		return false;
	}
	j->unsure = look.unsure;
	step = next_step(j, &look);
	if (step == POLICY_PULL)
		do_pull(j);
	else if (step == POLICY_PUSH)
		do_push(j);
	return step != POLICY_END && j->result == REMOTE_OK;
}

static bool open_remote(struct job *j)
{
	const struct remote_factory *f = j->s->conf.remotes;
	int r;

	if (j->w->remote)
		return true;
	r = f->open(f->arg, j->e->site->url, &j->w->remote, &j->fault.err);
	if (r == 0)
		return true;
	j->w->remote = NULL;
	j->result = r == -EACCES ? REMOTE_AUTH : REMOTE_SITE_BAD;
	err_add(&j->fault.err, r, "%s", err_text(NULL, r));
	return false;
}

/* MS-OUTSPS_R84 to R86: another address of the site, if it has one that did not fail recently. True: begin again. */
static bool move_on(struct job *j)
{
	const struct remote_factory *f = j->s->conf.remotes;
	bool again;

	if ((j->result != REMOTE_SITE_BAD && j->result != REMOTE_LOST) || j->fault.http_status || !f->failed ||
	    !j->w->remote)
		return false;
	again = f->failed(f->arg, j->w->remote);
	j->w->remote = j->w->remote->ops->close(j->w->remote);
	if (!again || atomic_load(&j->w->cancel))
		return false;
	log_notice("list=\"%s\": %s; another address is tried", j->name, failure_text(j));
	j->fault = (struct remote_fault) { 0 };
	j->result = REMOTE_OK;
	j->pulled = j->looked = false;
	return true;
}

static void do_steps(struct job *j)
{
	do {
		if (!open_remote(j))
			return;
		for (int i = 0; i < STEPS_MAX && do_step(j); i++)
			continue;
	} while (move_on(j));
}

/* ---- the end --------------------------------------------------------------------------------------- */

static int errno_of(const struct job *j)
{
	switch (j->result) {
	case REMOTE_OK:
		return j->refused ? -EIO : 0;
	case REMOTE_AUTH:
		return -EACCES;
	case REMOTE_SITE_BAD:
		return j->fault.http_status ? -EIO : -ENETDOWN;
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
		return state_of(j) == STORE_LIST_OK ? -EIO : -EACCES;
	case REMOTE_LOST:
	case REMOTE_CANCELED:
	case REMOTE_CONFLICT:
	case REMOTE_ITEM_GONE:
	case REMOTE_ITEM_BAD:
	case REMOTE_NOT_RUN:
	case REMOTE_TOKEN_GONE:
		break;
	}
	return -EIO;
}

static bool is_sent(const struct sync_waiter *w, const void *arg)
{
	(void) arg;
	return w->kind == WAITER_SENT;
}

/* What is not wanted any more, because it was done or failed. Needs the lock. */
static void settle(struct job *j)
{
	struct entry *e = j->e;
	bool failed = j->result != REMOTE_OK;

	if (e->wanted == j->seen_wanted || failed)
		e->wanted = 0;
	if (!e->wanted)
		e->asked = e->no_send = false;
	if (failed || !e->queued)
		e->hurry = false;
	/* A pull that only looks for our own echo is not worth trying again: the next trigger brings it. */
	if (failed)
		e->owed = j->unsure || j->result == REMOTE_LOST;
	else if (!e->queued && e->floor_ns > clock_now_ns() && !j->unsure)
		e->owed = false;
	/* Stopped by a person: what waits is sent with the next change or request. */
	if (j->result == REMOTE_CANCELED && j->s->online) {
		e->queued = 0;
		e->later = POLICY_NEVER;
		e->owed = false;
	}
	if (e->cycle <= clock_mono_ms())
		engine_begin_cycle(e, clock_mono_ms());
	e->state = SYNC_IDLE;
	e->done = e->total = 0;
	e->began = 0;
}

/* The list is free again for the next worker, and those who waited for it hear. */
static void let_go(struct job *j)
{
	struct sync *s = j->s;
	struct entry *e = j->e;
	struct sync_waiter *open = NULL, *sent = NULL, *asked = NULL;

	lock_take(&s->lock);
	/* For what nobody came to. */
	if (j->result != REMOTE_OK)
		asked = errand_drop(e);
	if (!e->wanted)
		open = waiter_take(e, is_open, NULL);
	if (j->result != REMOTE_OK || (!e->queued && !j->unsure) || j->refused)
		sent = waiter_take(e, is_sent, NULL);
	if (!e->wanted)
		run_done(s, e, j->result != REMOTE_OK);
	e->worker = NULL;
	if (e->removed)
		engine_drop(s, e);
	else
		engine_schedule(s, e);
	lock_give(&s->lock);
	waiter_finish(open, 0);
	waiter_finish(sent, errno_of(j));
	waiter_finish(asked, -EXDEV);
}

static void finish(struct job *j, int64_t list)
{
	bool login;

	lock_take(&j->s->lock);
	settle(j);
	login = note_failure(j);
	lock_give(&j->s->lock);
	/* In this order: whoever counts what a run did hears of its lists first. */
	engine_tell_list(j->s, list);
	let_go(j);
	if (login)
		tell_login(j, list);
}

static void log_end(const struct job *j)
{
	long long ms = (long long) (clock_mono_ms() - j->begun);

	if (j->result == REMOTE_OK)
		log_info("list=\"%s\" received=%lld sent=%lld refused=%lld conflicts=%lld ms=%lld", j->name,
			 (long long) j->received, (long long) j->sent, (long long) j->refused,
			 (long long) j->conflicts, ms);
	else
		log_notice("list=\"%s\" result=\"%s\" received=%lld sent=%lld ms=%lld: %s", j->name,
			   remote_result_name(j->result), (long long) j->received, (long long) j->sent, ms,
			   failure_text(j));
}

void job_run(struct worker *w, struct entry *e)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct job j = { .w = w, .s = w->site->s, .e = e, .begun = clock_mono_ms(), .result = REMOTE_OK };
	int64_t list = e->list;

	if (store_list_get(j.s->conf.store, list, &l) == 0)
		j.name = l.name;
	else
		j.result = REMOTE_CANCELED;
	if (j.result == REMOTE_OK)
		do_steps(&j);
	if (j.result != REMOTE_OK && j.result != REMOTE_CANCELED && store_failure(&j) < 0)
		log_error("list=\"%s\": its state could not be stored", j.name);
	if (j.name)
		log_end(&j);
	finish(&j, list);
}
