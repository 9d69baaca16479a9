#include "spawn.h"

#include <errno.h>
#include <signal.h>

#include "base/fault.h"

int spawn_thread(void *(*fn)(void *arg), void *arg, pthread_t *ret)
{
	sigset_t all, before;
	pthread_t t;
	int r;

	if (FAULT("ctl.spawn"))
		return -EAGAIN;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&t, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r < 0)
		return r;
	if (ret)
		*ret = t;
	else
		pthread_detach(t);
	return 0;
}
