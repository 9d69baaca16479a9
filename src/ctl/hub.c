/*
 * Whoever publishes puts its line into each subscriber's queue and then calls
 * the wakes. Invariants:
 *
 * 1. A wake runs with no lock held and never twice at once for one subscriber
 *    (`waking`): what arrives meanwhile sets `due`, and the thread that is in
 *    the wake calls it again.
 * 2. A queue holds whole lines, but for the rest of a line that is half read.
 *    What is dropped are whole lines, never that rest.
 * 3. The heartbeat thread has a deadline only while somebody reads events.
 *    Without one it sleeps for good: an idle mount wakes nobody.
 */
#include "ctl/hub.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/thread.h"
#include "beat.h"
#include "spawn.h"

enum { QUEUE_BYTES = 65536, LINE_BYTES = 16384, HEARTBEAT_MS = 10000, RESULTS_BYTES = 1 << 20 };

static const char lost[] = "{\"type\":\"lost\"}\n";

enum { LOST_BYTES = sizeof(lost) - 1 };

struct ctl_sub {
	/* immutable */
	struct ctl_hub *hub; /* foreign */
	enum ctl_stream stream;
	void (*wake)(void *arg);
	void *arg; /* foreign */
	/* protected by the hub's lock */
	struct ctl_sub *next; /* foreign */
	bool ended;    /* nothing will be added any more */
	bool mid_line; /* the first line of the queue is half read */
	bool due;      /* wake is to be called */
	bool waking;   /* wake is running */
	size_t len;
	char queue[QUEUE_BYTES];
};

struct ctl_hub {
	int beat_ms; /* immutable */
	struct lock lock;
	struct cond changed; /* stop, or the number of readers of events */
	struct cond woken;   /* a wake has returned */
	/* protected by lock */
	struct ctl_sub *subs; /* foreign */
	int event_readers;
	int asking;      /* who is about to say which run was asked for */
	int64_t awaited; /* the last run that was asked for */
	int64_t over;    /* the last one that is over */
	bool running;    /* `progress` has no end: run_goes_on() when that was last looked at */
	bool unheard;    /* the last run ended and nobody was there */
	struct buf results; /* of the present or last run */
	bool stop;
	bool has_thread;
	pthread_t thread;
};

/* ---- the queue ------------------------------------------------------------------ */

/* Length of the line that begins at `from`, with its newline. */
static size_t line_at(const struct ctl_sub *sub, size_t from)
{
	const char *end = memchr(sub->queue + from, '\n', sub->len - from);

	return end ? (size_t) (end - sub->queue) + 1 - from : sub->len - from;
}

static bool is_lost_at(const struct ctl_sub *sub, size_t from)
{
	return sub->len - from >= LOST_BYTES && memcmp(sub->queue + from, lost, LOST_BYTES) == 0;
}

/* Puts one mark in the place of the oldest lines; a quarter of the queue becomes free at least, so
 * that a flood does not move it for each line. */
static void drop_oldest(struct ctl_sub *sub, size_t need)
{
	size_t keep = sub->mid_line ? line_at(sub, 0) : 0; /* invariant 2 */
	size_t to = keep + (is_lost_at(sub, keep) ? LOST_BYTES : 0);

	while (to < sub->len && keep + LOST_BYTES + sub->len - to + need > QUEUE_BYTES / 4 * 3)
		to += line_at(sub, to);
	memmove(sub->queue + keep + LOST_BYTES, sub->queue + to, sub->len - to);
	memcpy(sub->queue + keep, lost, LOST_BYTES);
	sub->len = keep + LOST_BYTES + sub->len - to;
}

static void add_line(struct ctl_sub *sub, const char *line)
{
	size_t n = strlen(line);

	if (n >= LINE_BYTES) {
		line = lost;
		n = LOST_BYTES - 1;
	}
	if (sub->len + n + 1 > QUEUE_BYTES)
		drop_oldest(sub, n + 1);
	/* A newline inside would be a line that nobody has sent. */
	for (size_t i = 0; i < n; i++)
		sub->queue[sub->len + i] = line[i] == '\n' ? ' ' : line[i];
	sub->queue[sub->len + n] = '\n';
	sub->len += n + 1;
}

int ctl_sub_read(struct ctl_sub *sub, void *p, size_t n)
{
	int r;

	lock_take(&sub->hub->lock);
	if (n > sub->len)
		n = sub->len;
	r = n ? (int) n : sub->ended ? -ENODATA : 0;
	if (n) {
		memcpy(p, sub->queue, n);
		sub->mid_line = sub->queue[n - 1] != '\n';
		sub->len -= n;
		memmove(sub->queue, sub->queue + n, sub->len);
	}
	lock_give(&sub->hub->lock);
	return r;
}

/* ---- waking --------------------------------------------------------------------- */

static struct ctl_sub *find_due(const struct ctl_hub *h)
{
	struct ctl_sub *sub = h->subs;

	while (sub && (!sub->due || sub->waking))
		sub = sub->next;
	return sub;
}

/* Calls what is due; the lock is held before and after, not meanwhile. */
static void call_wakes(struct ctl_hub *h)
{
	struct ctl_sub *sub;

	while ((sub = find_due(h))) {
		sub->due = false;
		if (!sub->wake)
			continue;
		sub->waking = true;
		lock_give(&h->lock);
		sub->wake(sub->arg);
		lock_take(&h->lock);
		sub->waking = false;
		cond_wake_all(&h->woken);
	}
}

static void send_line(struct ctl_hub *h, enum ctl_stream stream, const char *line)
{
	for (struct ctl_sub *sub = h->subs; sub; sub = sub->next)
		if (sub->stream == stream && !sub->ended) {
			add_line(sub, line);
			sub->due = true;
		}
	call_wakes(h);
}

void ctl_hub_publish(struct ctl_hub *h, enum ctl_stream stream, const char *line)
{
	lock_take(&h->lock);
	send_line(h, stream, line);
	lock_give(&h->lock);
}

void ctl_hub_result(struct ctl_hub *h, const char *line)
{
	lock_take(&h->lock);
	if (h->running)
		buf_addf(&h->results, "%s\n", line);
	send_line(h, CTL_PROGRESS, line);
	lock_give(&h->lock);
}

int ctl_hub_last_run(struct ctl_hub *h, struct buf *out)
{
	int r;

	lock_take(&h->lock);
	r = buf_adds(out, buf_str(&h->results));
	lock_give(&h->lock);
	return r;
}

/* ---- runs ----------------------------------------------------------------------- */

static bool run_goes_on(const struct ctl_hub *h)
{
	return h->asking || h->over < h->awaited;
}

/* Needs the lock, and lets go of it meanwhile. */
static void look_at_runs(struct ctl_hub *h)
{
	bool was = h->running;

	h->running = run_goes_on(h);
	if (!was && h->running)
		buf_reset(&h->results);
	if (was != h->running)
		h->unheard = !h->running;
	for (struct ctl_sub *sub = h->running ? NULL : h->subs; sub; sub = sub->next)
		if (sub->stream == CTL_PROGRESS && !sub->ended) {
			sub->ended = true;
			sub->due = true;
			h->unheard = false;
		}
	call_wakes(h);
}

void ctl_hub_run_ask(struct ctl_hub *h)
{
	lock_take(&h->lock);
	h->asking++;
	look_at_runs(h);
	lock_give(&h->lock);
}

void ctl_hub_run_asked(struct ctl_hub *h, int64_t n)
{
	lock_take(&h->lock);
	h->asking--;
	if (n > h->awaited)
		h->awaited = n;
	look_at_runs(h);
	lock_give(&h->lock);
}

void ctl_hub_run_over(struct ctl_hub *h, int64_t n)
{
	lock_take(&h->lock);
	if (n > h->over)
		h->over = n;
	look_at_runs(h);
	lock_give(&h->lock);
}

/* ---- the heartbeat ---------------------------------------------------------------- */

static void *beat(void *arg)
{
	struct ctl_hub *h = arg;
	int64_t next = 0; /* 0: nobody reads */

	lock_take(&h->lock);
	while (!h->stop) {
		if (!h->event_readers) {
			next = 0;
			cond_wait(&h->changed, &h->lock); /* invariant 3 */
			continue;
		}
		if (!next)
			next = clock_mono_ms() + h->beat_ms;
		if (cond_wait_until(&h->changed, &h->lock, next))
			continue;
		send_line(h, CTL_EVENTS, "#");
		next = clock_mono_ms() + h->beat_ms;
	}
	lock_give(&h->lock);
	return NULL;
}

/* ---- life ------------------------------------------------------------------------- */

struct ctl_hub *hub_new_beating(int ms)
{
	struct ctl_hub *h = FAULT("ctl.hub") ? NULL : calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->beat_ms = ms;
	h->results.max = RESULTS_BYTES;
	lock_init(&h->lock, RANK_CTL);
	cond_init(&h->changed);
	cond_init(&h->woken);
	return h;
}

struct ctl_hub *ctl_hub_new(void)
{
	return hub_new_beating(HEARTBEAT_MS);
}

struct ctl_hub *ctl_hub_free(struct ctl_hub *h)
{
	bool has_thread;

	if (!h)
		return NULL;
	lock_take(&h->lock);
	h->stop = true;
	has_thread = h->has_thread;
	cond_wake_all(&h->changed);
	lock_give(&h->lock);
	if (has_thread)
		pthread_join(h->thread, NULL);
	cond_release(&h->woken);
	cond_release(&h->changed);
	lock_release(&h->lock);
	buf_release(&h->results);
	free(h);
	return NULL;
}

/* Not before it is needed: the program forks into the background after a hub was made. */
static int start_thread(struct ctl_hub *h)
{
	int r = h->has_thread ? 0 : spawn_thread(beat, h, &h->thread);

	h->has_thread |= r == 0;
	return r;
}

/* Needs the lock. */
static void add_results(struct ctl_sub *sub)
{
	const char *p = buf_str(&sub->hub->results);
	char line[LINE_BYTES];

	while (*p) {
		size_t n = strcspn(p, "\n");

		snprintf(line, sizeof(line), "%.*s", (int) n, p);
		add_line(sub, line);
		p += n + 1;
	}
}

static struct ctl_sub *subscribe(struct ctl_hub *h, enum ctl_stream stream, bool late, void (*wake)(void *arg), void *arg)
{
	/* Not zeroed as a whole: the queue is paid for when it is used. */
	struct ctl_sub *sub = FAULT("ctl.sub") ? NULL : malloc(sizeof(*sub));
	int r;

	if (!sub)
		return NULL;
	memset(sub, 0, offsetof(struct ctl_sub, queue));
	sub->hub = h;
	sub->stream = stream;
	sub->wake = wake;
	sub->arg = arg;
	lock_take(&h->lock);
	r = stream == CTL_EVENTS ? start_thread(h) : 0;
	if (r == 0) {
		sub->ended = stream == CTL_PROGRESS && !h->running;
		if (late && (h->running || h->unheard))
			add_results(sub);
		if (late)
			h->unheard = false;
		sub->next = h->subs;
		h->subs = sub;
		h->event_readers += stream == CTL_EVENTS;
		cond_wake_all(&h->changed);
	}
	lock_give(&h->lock);
	if (r < 0)
		free(sub);
	return r < 0 ? NULL : sub;
}

struct ctl_sub *ctl_sub_new(struct ctl_hub *h, enum ctl_stream stream, void (*wake)(void *arg), void *arg)
{
	return subscribe(h, stream, false, wake, arg);
}

struct ctl_sub *ctl_sub_new_late(struct ctl_hub *h, void (*wake)(void *arg), void *arg)
{
	return subscribe(h, CTL_PROGRESS, true, wake, arg);
}

struct ctl_sub *ctl_sub_free(struct ctl_sub *sub)
{
	struct ctl_hub *h;
	struct ctl_sub **link;

	if (!sub)
		return NULL;
	h = sub->hub;
	lock_take(&h->lock);
	for (link = &h->subs; *link != sub;)
		link = &(*link)->next;
	*link = sub->next;
	h->event_readers -= sub->stream == CTL_EVENTS;
	cond_wake_all(&h->changed);
	/* Out of the list it is not found again; what runs must end. */
	while (sub->waking)
		cond_wait(&h->woken, &h->lock);
	lock_give(&h->lock);
	free(sub);
	return NULL;
}
