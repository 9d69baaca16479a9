#ifndef CTL_SPAWN_H
#define CTL_SPAWN_H

#include <pthread.h>

#include "base/attr.h"

/*
 * Starts a thread that no signal is delivered to: they are the main thread's,
 * which is what a signal must wake. ret NULL: detached. 0 or -errno.
 */
MUST_CHECK int spawn_thread(void *(*fn)(void *arg), void *arg, pthread_t *ret);

#endif
