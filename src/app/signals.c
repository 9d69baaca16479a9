#include "signals.h"

#include <signal.h>
#include <unistd.h>

static void fill(sigset_t *set)
{
	static const int ours[] = { SIGHUP, SIGUSR1, SIGINT, SIGTERM, SIGUSR2 };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		sigaddset(set, ours[i]);
}

void signals_block(void)
{
	sigset_t set;

	fill(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void *loop(void *arg)
{
	struct signals *s = arg;
	bool ending = false;
	sigset_t set;
	int sig;

	fill(&set);
	while (sigwait(&set, &sig) == 0 && !atomic_load(&s->stop)) {
		if (sig == SIGHUP)
			s->reload(s->arg);
		else if (sig == SIGUSR1)
			s->status(s->arg);
		else if (sig != SIGUSR2 && ending)
			_exit(128 + sig);
		else if (sig != SIGUSR2)
			s->end(s->arg);
		ending |= sig == SIGINT || sig == SIGTERM;
	}
	return NULL;
}

int signals_start(struct signals *s)
{
	int r = -pthread_create(&s->thread, NULL, loop, s);

	s->started = r == 0;
	return r;
}

void signals_stop(struct signals *s)
{
	if (!s->started)
		return;
	atomic_store(&s->stop, true);
	pthread_kill(s->thread, SIGUSR2); /* for us alone: it wakes the thread */
	pthread_join(s->thread, NULL);
	s->started = false;
}
