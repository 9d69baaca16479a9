#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/attr.h"

/*
 * Signals of the daemon, taken by one thread that sleeps in sigwait(): what
 * they call may lock and write, which no signal handler could.
 *
 *	SIGHUP            reload
 *	SIGUSR1           status
 *	SIGINT, SIGTERM   end; the second one ends the process at once: what was not
 *	                  sent stays in the journal
 *	SIGPIPE           ignored
 */
struct signals {
	void (*reload)(void *arg);
	void (*status)(void *arg);
	void (*end)(void *arg);
	void *arg; /* foreign */

	pthread_t thread; /* ours */
	bool started;
	atomic_bool stop;
};

/* Blocks the signals in the calling thread, and so in those that it starts. Before any of them. */
void signals_block(void);

/* 0 or -errno. */
MUST_CHECK int signals_start(struct signals *s);
void signals_stop(struct signals *s);

#endif
