/*
 * How one request is answered once although three may want to: the engine's
 * done(), the interrupt, and the end of the session.
 *
 * sync_cancel() decides between them: whoever gets true from it answers, else
 * done() was or will be called, and answers. The interrupt can come before the
 * engine knows the waiter (ARMING): then it is only noted, and the opener looks
 * at the note after the engine took the waiter over. Answering from done() first
 * takes the interrupt function back, which waits for one that is running; from
 * within the interrupt function that would wait for itself.
 *
 * The memory lives for as long as the opener or the answer needs it (refs).
 */
#include "wait.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/thread.h"
#include "notify.h"
#include "reply.h"
#include "state.h"
#include "sync/docs.h"
#include "sync/sync.h"

enum { SENT_TIMEOUT_MS = 30000 };

enum arming { ARMING, ARMED, INTERRUPTED };

struct wait {
	struct sync_waiter w; /* first: done() gets it */
	struct fs *f;         /* foreign */
	struct fuse_req *q;
	wait_answer_fn answer;
	void *arg;            /* foreign */
	_Atomic enum arming state;
	atomic_int refs;
	bool ending;          /* this and the next are protected by waits->lock */
	struct wait *next;
	struct wait *prev;
};

struct waits {
	struct lock lock; /* RANK_LEAF */
	struct cond none; /* the last one was answered */
	struct wait *first;
};

struct waits *waits_new(void)
{
	struct waits *w = calloc(1, sizeof(*w));

	if (w) {
		lock_init(&w->lock, RANK_LEAF);
		cond_init(&w->none);
	}
	return w;
}

struct waits *waits_free(struct waits *w)
{
	if (w) {
		cond_release(&w->none);
		lock_release(&w->lock);
		free(w);
	}
	return NULL;
}

static void add(struct waits *all, struct wait *w)
{
	lock_take(&all->lock);
	w->next = all->first;
	if (w->next)
		w->next->prev = w;
	all->first = w;
	lock_give(&all->lock);
}

static void take_out(struct waits *all, struct wait *w)
{
	lock_take(&all->lock);
	*(w->prev ? &w->prev->next : &all->first) = w->next;
	if (w->next)
		w->next->prev = w->prev;
	if (!all->first)
		cond_wake_all(&all->none);
	lock_give(&all->lock);
}

static void unref(struct wait *w)
{
	if (atomic_fetch_sub(&w->refs, 1) == 1)
		free(w);
}

/* The one answer. in_interrupt: we are inside the request's interrupt function. */
static void finish(struct wait *w, int r, bool in_interrupt)
{
	if (!in_interrupt)
		reply_on_interrupt(w->q, NULL, NULL);
	w->answer(w->f, w->q, w->arg, r);
	take_out(w->f->waits, w);
	unref(w);
}

static void finish_in_turn(void *arg, int r)
{
	finish(arg, r, false);
}

/* Behind what the sync changed: when the program sees the answer, the kernel has forgotten what was
 * before. */
static void done(struct sync_waiter *sw, int r)
{
	struct wait *w = (struct wait *) sw;

	notify_call(w->f->notify, finish_in_turn, w, r);
}

static void done_now(struct sync_waiter *sw, int r)
{
	finish((struct wait *) sw, r, false);
}

static void interrupted(struct fuse_req *q, void *arg)
{
	struct wait *w = arg;
	enum arming was = ARMING;

	(void) q;
	if (atomic_compare_exchange_strong(&w->state, &was, INTERRUPTED))
		return;
	if (sync_cancel(w->f->sync, &w->w))
		finish(w, -EINTR, true);
}

static struct wait *begin(struct fs *f, struct fuse_req *q, wait_answer_fn answer, void *arg)
{
	struct wait *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->w.done = done;
	w->f = f;
	w->q = q;
	w->answer = answer;
	w->arg = arg;
	atomic_init(&w->state, ARMING);
	atomic_init(&w->refs, 2);
	add(f->waits, w);
	reply_on_interrupt(q, interrupted, w);
	return w;
}

/* r: what the engine said; 1: it has the waiter. */
static void armed(struct wait *w, int r)
{
	enum arming was = ARMING;

	if (r != 1)
		finish(w, r, false);
	else if (!atomic_compare_exchange_strong(&w->state, &was, ARMED) && sync_cancel(w->f->sync, &w->w))
		finish(w, -EINTR, false);
	unref(w);
}

void wait_for_list(struct fs *f, struct fuse_req *q, int64_t list, bool folder, pid_t tgid,
		   wait_answer_fn answer, void *arg)
{
	struct wait *w = begin(f, q, answer, arg);

	if (!w)
		answer(f, q, arg, -ENOMEM);
	else
		armed(w, sync_open_list(f->sync, list, folder, tgid, &w->w));
}

void wait_for_sent(struct fs *f, struct fuse_req *q, int64_t list, wait_answer_fn answer, void *arg)
{
	struct wait *w = begin(f, q, answer, arg);

	if (!w)
		answer(f, q, arg, -ENOMEM);
	else
		armed(w, sync_wait_sent(f->sync, list, SENT_TIMEOUT_MS, &w->w));
}

void wait_for_bytes(struct fs *f, struct fuse_req *q, struct sync_doc *d, int64_t from, int64_t end,
		    wait_answer_fn answer, void *arg)
{
	struct wait *w = begin(f, q, answer, arg);

	if (!w) {
		answer(f, q, arg, -ENOMEM);
		return;
	}
	w->w.done = done_now;
	armed(w, sync_doc_want(d, from, end, &w->w));
}

void wait_for_attachments(struct fs *f, struct fuse_req *q, int64_t dir, bool now, wait_answer_fn answer, void *arg)
{
	struct wait *w = begin(f, q, answer, arg);

	if (!w) {
		answer(f, q, arg, -ENOMEM);
		return;
	}
	if (now)
		w->w.done = done_now;
	armed(w, sync_want_attachments(f->sync, dir, &w->w));
}

void wait_for_crossing(struct fs *f, struct fuse_req *q, const struct sync_crossing *c, wait_answer_fn answer, void *arg)
{
	struct wait *w = begin(f, q, answer, arg);

	if (!w) {
		answer(f, q, arg, -ENOMEM);
		return;
	}
	w->w.done = done_now;
	armed(w, sync_move_across(f->sync, c, &w->w));
}

/* One that was not asked to end yet, held; NULL. */
static struct wait *next_to_end(struct waits *all)
{
	struct wait *w;

	lock_take(&all->lock);
	for (w = all->first; w && w->ending; w = w->next)
		;
	if (w) {
		w->ending = true;
		atomic_fetch_add(&w->refs, 1);
	}
	lock_give(&all->lock);
	return w;
}

void waits_end(struct fs *f)
{
	struct waits *all = f->waits;
	struct wait *w;

	while ((w = next_to_end(all))) {
		if (sync_cancel(f->sync, &w->w))
			finish(w, -EINTR, false);
		unref(w);
	}
	/* the engine is answering the others */
	lock_take(&all->lock);
	while (all->first)
		cond_wait(&all->none, &all->lock);
	lock_give(&all->lock);
}
