#ifndef FS_LOOP_H
#define FS_LOOP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * The threads that take the kernel's requests and answer them. One leads: it alone waits for requests.
 *
 * A request that can take long, or comes after a pause, is answered after the lead was passed on. What is short and comes one upon
 * the other (programs read file after file) the leader answers itself, and looks for the next for some 50 us before it
 * goes to sleep: to wake a thread for each request costs more than most answers. Where one such answer does
 * take long after all (a page of the database has to come from the disk), a thread that looks every millisecond takes the lead;
 * it sleeps when nothing comes any more. With one processor nobody looks without sleeping. While there are no requests, no
 * thread wakes.
 */
struct loop;

/* Where requests come from. Called from any thread; receive() by two at a time at most, with different slots. */
struct loop_source {
	void *arg;
	int fd;      /* of the requests; non-blocking; readable when receive() has something to say */
	size_t slot; /* bytes of the place for a request; each thread has one, zeroed before its first receive() */

	/* 1: *slot is a request; 0: the session is over; -EAGAIN: there is none; -EINTR: ask again; any other -errno ends the loop. */
	int (*receive)(void *arg, void *slot);

	/* Whether its answer may wait for a disk or moves many bytes. */
	bool (*is_long)(void *arg, const void *slot);
	void (*answer)(void *arg, void *slot);
	void (*release)(void *arg, void *slot); /* before the slot is freed */
};

enum { LOOP_THREADS = 10, LOOP_IDLE = 3 };

/* NULL: out of memory or descriptors. */
struct loop *loop_new(const struct loop_source *s);
struct loop *loop_free(struct loop *l);

/* Answers until the session is over or loop_end() was called: 0; -errno of receive(), or of the first thread's start.
 * What was received has been answered when it returns. Once. */
MUST_CHECK int loop_run(struct loop *l);

/* From any thread or a signal handler, also before loop_run(). */
void loop_end(struct loop *l);

#endif
