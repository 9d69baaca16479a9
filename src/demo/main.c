#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "http.h"
#include "opts.h"
#include "server.h"

/* spfs-demo: a small SharePoint server. */

/* One thread waits for the signals that all others block. */
static void *watch_signals(void *arg)
{
	struct server *s = arg;
	sigset_t set;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigwait(&set, &signo);
	server_stop(s);
	return NULL;
}

static void block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* A reader of the file sees the whole number or no file. */
static int write_port(const struct opts *o, int port)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", port);
	int r = o->port_file ? fsutil_replace(o->port_file, 0644, text, (size_t) n) : 0;

	if (r < 0)
		fprintf(stderr, "spfs-demo: %s: %s\n", o->port_file, strerror(-r));
	return r;
}

static void say_hello(const struct opts *o, int port)
{
	bool v6 = strchr(o->bind, ':');

	if (o->quiet)
		return;
	for (size_t i = 0; i < o->n_sites; i++)
		printf("http://%s%s%s:%d%s\n", v6 ? "[" : "", o->bind, v6 ? "]" : "", port, o->sites[i]);
	fflush(stdout);
}

static int serve(struct server *s, const struct opts *o)
{
	struct http *http = NULL;
	pthread_t watcher;
	int r = -pthread_create(&watcher, NULL, watch_signals, s);

	if (r < 0)
		return r;
	r = http_start(o->bind, o->port, server_handle, &server_spool, s, &http);
	if (r < 0)
		fprintf(stderr, "spfs-demo: cannot listen on %s port %d: %s\n", o->bind, o->port, strerror(-r));
	if (r >= 0)
		r = write_port(o, http_port(http));
	if (r >= 0) {
		say_hello(o, http_port(http));
		while (server_wait(s, 3600000))
			;
	}
	server_stop(s);
	http_stop(http);
	pthread_kill(watcher, SIGTERM);
	pthread_join(watcher, NULL);
	return r;
}

int main(int argc, char **argv)
{
	struct opts o;
	struct server s;
	int r = opts_parse(&o, argc, argv);

	if (r != 0) {
		opts_release(&o);
		return r < 0 ? 2 : 0;
	}
	block_signals();
	r = server_open(&s, &o);
	if (r >= 0)
		r = serve(&s, &o);
	server_close(&s);
	opts_release(&o);
	return r < 0 ? 1 : 0;
}
