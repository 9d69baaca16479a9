#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "control.h"
#include "ctl/host.h"
#include "ctl/hub.h"
#include "reply.h"

/*
 * progress and events: a subscription that a program reads as a file. A read
 * that finds nothing keeps its request here and is answered by the publisher's
 * thread, so no FUSE thread ever waits.
 *
 * Invariants: (1) a request is answered by whoever took it out of `waiting`.
 * (2) What was looked at for poll() and not read yet stands in `held`.
 */
enum { CHUNK = 8192 };

struct stream {
	struct ctl_sub *sub; /* owned; immutable */

	/* protected by lock */
	struct lock lock; /* RANK_FS_NODE: the subscription's own comes after it */
	struct fuse_req *waiting;
	size_t size; /* of the waiting read */
	struct fuse_req *early; /* interrupted while it was not (or no more) waiting */
	struct fuse_pollhandle *poll; /* owned */
	char held[CHUNK];
	size_t n_held;
};

/* Up to n bytes; 0: nothing yet; -ENODATA: the end. Needs the lock. */
static int take(struct stream *s, char *p, size_t n)
{
	if (!s->n_held)
		return ctl_sub_read(s->sub, p, n);
	if (n > s->n_held)
		n = s->n_held;
	memcpy(p, s->held, n);
	s->n_held -= n;
	memmove(s->held, s->held + n, s->n_held);
	return (int) n;
}

static void answer(struct fuse_req *q, const char *p, int n)
{
	if (n < 0 && n != -ENODATA)
		reply_err(q, n);
	else
		reply_bytes(q, p, n < 0 ? 0 : (size_t) n);
}

/* No interrupt of q comes any more, and none is remembered. */
static void settle(struct stream *s, struct fuse_req *q)
{
	reply_on_interrupt(q, NULL, NULL);
	lock_take(&s->lock);
	if (s->early == q)
		s->early = NULL;
	lock_give(&s->lock);
}

static void wake(void *arg)
{
	struct stream *s = arg;
	struct fuse_pollhandle *ph;
	struct fuse_req *q;
	char p[CHUNK];
	int n = 0;

	lock_take(&s->lock);
	ph = s->poll;
	s->poll = NULL;
	q = s->waiting;
	if (q)
		n = take(s, p, s->size < sizeof(p) ? s->size : sizeof(p));
	if (n == 0)
		q = NULL;
	else
		s->waiting = NULL;
	lock_give(&s->lock);
	if (q) {
		settle(s, q);
		answer(q, p, n);
	}
	if (ph) {
		reply_poll(ph);
		reply_poll_free(ph);
	}
}

static void interrupted(struct fuse_req *q, void *arg)
{
	struct stream *s = arg;
	bool ours;

	lock_take(&s->lock);
	ours = s->waiting == q;
	if (ours)
		s->waiting = NULL;
	else
		s->early = q;
	lock_give(&s->lock);
	if (ours)
		reply_err(q, -EINTR);
}

int stream_open(struct fs *f, bool events, struct stream **ret)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	lock_init(&s->lock, RANK_FS_NODE);
	/* echo > sync; cat progress: everything may be over before the second. */
	s->sub = events ? ctl_sub_new(f->config.ctl->hub, CTL_EVENTS, wake, s) :
			  ctl_sub_new_late(f->config.ctl->hub, wake, s);
	if (!s->sub) {
		lock_release(&s->lock);
		free(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

/* The kernel releases a file only after its last read was answered; a reader is left when the
 * session ends. */
struct stream *stream_free(struct stream *s)
{
	if (!s)
		return NULL;
	ctl_sub_free(s->sub);
	if (s->waiting) {
		settle(s, s->waiting);
		reply_err(s->waiting, -ENODEV);
	}
	if (s->poll)
		reply_poll_free(s->poll);
	lock_release(&s->lock);
	free(s);
	return NULL;
}

/*
 * Lets q wait. Its interrupt function stands already, since once it waits another thread may
 * answer it at any moment, and q is gone.
 */
static void park(struct stream *s, struct fuse_req *q, size_t size)
{
	char p[CHUNK];
	int n;

	lock_take(&s->lock);
	n = s->early == q ? -EINTR : take(s, p, size < sizeof(p) ? size : sizeof(p));
	if (n == 0) {
		s->waiting = q;
		s->size = size;
	}
	lock_give(&s->lock);
	if (n != 0) {
		settle(s, q);
		answer(q, p, n);
	}
}

void stream_read(struct fs *f, struct stream *s, struct fuse_req *q, size_t size, bool nonblock)
{
	char p[CHUNK];
	bool busy;
	int n;

	(void) f;
	lock_take(&s->lock);
	busy = s->waiting != NULL;
	n = busy ? 0 : take(s, p, size < sizeof(p) ? size : sizeof(p));
	lock_give(&s->lock);
	if (n != 0) {
		answer(q, p, n);
		return;
	}
	if (nonblock || busy) {
		reply_err(q, -EAGAIN);
		return;
	}
	reply_on_interrupt(q, interrupted, s);
	park(s, q, size);
}

bool stream_poll(struct fs *f, struct stream *s, struct fuse_pollhandle *ph)
{
	struct fuse_pollhandle *old = NULL;
	bool ready = true;
	int n;

	(void) f;
	lock_take(&s->lock);
	if (!s->n_held) {
		n = ctl_sub_read(s->sub, s->held, sizeof(s->held));
		s->n_held = n > 0 ? (size_t) n : 0;
		ready = n != 0;
	}
	if (ph) {
		old = s->poll;
		s->poll = ph;
	}
	lock_give(&s->lock);
	if (old)
		reply_poll_free(old);
	return ready;
}
