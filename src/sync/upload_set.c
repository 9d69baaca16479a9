#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "base/thread.h"
#include "upload_one.h"

/*
 * Plain uploads side by side: one lane per connection, the first one in the thread that has the list. Each lane takes the
 * next of the set, sends it and stores what became of it. What somebody else's version stands in the way of is put
 * off until all lanes have ended, since looking at it pulls the list, and nothing of the list may be on its
 * way then. The first failure that is not one document's own ends all lanes; what they had not begun is
 * QUEUED again as if it had not been taken.
 */
enum { LANES_MAX = 8 };

struct lane {
	struct set *set;           /* foreign */
	struct push p;             /* what its uploads are sent with */
	struct remote **remote;    /* foreign; its connection; *remote NULL: to be opened */
	struct push_result ret;
	struct remote_fault f;
	pthread_t thread;
	int64_t sent;              /* protected; of the document on its way */
};

struct set {
	const struct push *p;      /* foreign */
	struct upload *v;          /* foreign */
	size_t n;
	struct lane lanes[LANES_MAX];
	size_t n_lanes;
	struct lock lock;          /* RANK_LEAF; the rest */
	size_t next;
	int64_t done, total;       /* bytes; done: of those that are over */
	enum remote_result result; /* the first that is not one document's own */
	struct remote_fault fault; /* of that */
};

static void on_sent(void *arg, const char *path, int64_t sent, int64_t total)
{
	struct lane *l = arg;
	struct set *s = l->set;
	int64_t sum, all;

	(void) total;
	lock_take(&s->lock);
	l->sent = sent;
	sum = s->done;
	for (size_t i = 0; i < s->n_lanes; i++)
		sum += s->lanes[i].sent;
	all = s->total;
	lock_give(&s->lock);
	s->p->progress(s->p->arg, path, sum, all);
}

static bool is_canceled(const struct set *s)
{
	return s->p->cancel && atomic_load(s->p->cancel);
}

static struct upload *next(struct set *s)
{
	struct upload *u = NULL;

	lock_take(&s->lock);
	if (s->result == REMOTE_OK && s->next < s->n && !is_canceled(s)) {
		u = &s->v[s->next++];
		u->begun = true;
	}
	lock_give(&s->lock);
	return u;
}

/* result: of the list's, as upload_for_the_list() gives it. */
static void note(struct lane *l, const struct upload *u, enum remote_result result)
{
	struct set *s = l->set;

	lock_take(&s->lock);
	l->sent = 0;
	s->done += u->d.size;
	if (result != REMOTE_OK && s->result == REMOTE_OK) {
		s->result = result;
		s->fault = l->f;
	}
	lock_give(&s->lock);
}

static void run_lane(struct lane *l)
{
	struct upload *u;

	while ((u = next(l->set))) {
		enum remote_result result;

		u->p = &l->p;
		u->f = &l->f;
		u->ret = &l->ret;
		result = upload_put(u);
		if (result == REMOTE_CONFLICT) {
			u->taken_there = true;
			note(l, u, REMOTE_OK);
			continue;
		}
		l->ret.taken++;
		note(l, u, upload_for_the_list(result, upload_finish(u, result, UPLOAD_RESULT), &l->f));
	}
}

/* One that has no connection leaves its work to the others, who will say so if there is none to be had. */
static void *lane_main(void *lane)
{
	struct lane *l = lane;
	const struct push *p = l->set->p;
	const struct remote_factory *factory = p->conf->remotes;
	int r = 0;

	if (!*l->remote)
		r = factory->open(factory->arg, p->site, l->remote, &l->f.err);
	if (r < 0) {
		*l->remote = NULL;
		log_info("one more connection for documents is not to be had: %s", err_text(&l->f.err, r));
		return NULL;
	}
	l->p.remote = *l->remote;
	if (l->p.remote->docs)
		run_lane(l);
	return NULL;
}

static void add_up(struct push_result *sum, const struct push_result *x)
{
	sum->taken += x->taken;
	sum->sent += x->sent;
	sum->refused += x->refused;
	sum->not_run += x->not_run;
	sum->conflicts += x->conflicts;
}

static void run_lanes(struct set *s, struct push_result *ret)
{
	size_t started = 1;

	/* In order of need: a thread that cannot be started is one lane less. */
	while (started < s->n_lanes &&
	       pthread_create(&s->lanes[started].thread, NULL, lane_main, &s->lanes[started]) == 0)
		started++;
	run_lane(&s->lanes[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(s->lanes[i].thread, NULL);
	for (size_t i = 0; i < s->n_lanes; i++)
		add_up(ret, &s->lanes[i].ret);
	/* Whoever was not answered may not be at an address that answers. */
	for (size_t i = 1; s->result != REMOTE_OK && i < s->n_lanes; i++)
		if (*s->lanes[i].remote)
			*s->lanes[i].remote = (*s->lanes[i].remote)->ops->close(*s->lanes[i].remote);
}

/* What the lanes left: nothing is on its way now. */
static void finish_rest(struct set *s, struct push_result *ret)
{
	for (size_t i = 0; i < s->n; i++) {
		struct remote_fault f = { 0 };
		struct upload *u = &s->v[i];
		enum remote_result result = REMOTE_OK;

		if (u->begun && !u->taken_there)
			continue;
		u->p = s->p;
		u->f = &f;
		u->ret = ret;
		if (u->taken_there && s->result == REMOTE_OK) {
			result = upload_one_run(u, ret);
		} else {
			u->untried = !u->begun;
			result = upload_for_the_list(REMOTE_NOT_RUN, upload_finish(u, REMOTE_NOT_RUN, UPLOAD_RESULT), &f);
		}
		if (result != REMOTE_OK && s->result == REMOTE_OK) {
			s->result = result;
			s->fault = f;
		}
	}
}

enum remote_result upload_set_run(const struct push *p, struct upload *v, size_t n, struct push_result *ret,
				  struct remote_fault *f)
{
	struct set s = { .p = p, .v = v, .n = n, .n_lanes = p->more ? p->n_more + 1 : 1 };
	struct remote *mine = p->remote;

	if (s.n_lanes > n)
		s.n_lanes = n;
	if (s.n_lanes > LANES_MAX)
		s.n_lanes = LANES_MAX;
	lock_init(&s.lock, RANK_LEAF);
	for (size_t i = 0; i < n; i++)
		s.total += v[i].d.size;
	for (size_t i = 0; i < s.n_lanes; i++) {
		s.lanes[i] = (struct lane) { .set = &s, .p = *p, .remote = i ? &p->more[i - 1] : &mine };
		s.lanes[i].p.progress = p->progress ? on_sent : NULL;
		s.lanes[i].p.arg = &s.lanes[i];
	}
	run_lanes(&s, ret);
	finish_rest(&s, ret);
	lock_release(&s.lock);
	*f = s.fault;
	return s.result == REMOTE_OK && is_canceled(&s) ? REMOTE_CANCELED : s.result;
}
