#ifndef T_NET_SERVER_H
#define T_NET_SERVER_H

/*
 * A loopback server for tests: one thread, any number of connections, one request at
 * a time. The handler writes the raw answer, so that a test can send whatever a
 * broken server would.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum server_then { SERVER_KEEP, SERVER_CLOSE };

struct server;
typedef enum server_then (*server_handler)(struct server *s, int fd, const char *request);

struct server {
	server_handler handler;
	void *arg;
	int listener;
	int port;
	int stop[2];
	pthread_t thread;
	atomic_int requests;
	atomic_int connections;
	char last[262144]; /* the last request; read it when the exchange is over */
	struct pollfd fds[32];
	int n;
};

static inline void server_send(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);

		if (w <= 0)
			return;
		p += w;
		n -= (size_t) w;
	}
}

static inline void server_say(int fd, const char *text)
{
	server_send(fd, text, strlen(text));
}

/* A whole answer with a Content-Length. `head`: status line and headers, each with CRLF. */
static inline void server_answer(int fd, const char *head, const char *body)
{
	char length[64];

	server_say(fd, head);
	snprintf(length, sizeof(length), "Content-Length: %zu\r\n\r\n", strlen(body));
	server_say(fd, length);
	server_say(fd, body);
}

/* Reads headers and body. False: the client has gone. */
static inline bool server_read(struct server *s, int fd)
{
	size_t n = 0, want = 0;

	for (;;) {
		ssize_t got = recv(fd, s->last + n, sizeof(s->last) - 1 - n, 0);
		char *end, *length;

		if (got <= 0)
			return false;
		n += (size_t) got;
		s->last[n] = '\0';
		end = strstr(s->last, "\r\n\r\n");
		if (!end)
			continue;
		length = strcasestr(s->last, "\r\nContent-Length:");
		want = (size_t) (end + 4 - s->last) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
		if (n >= want)
			return true;
	}
}

static inline void server_drop(struct server *s, int i)
{
	close(s->fds[i].fd);
	s->fds[i] = s->fds[--s->n];
}

static inline void *server_loop(void *arg)
{
	struct server *s = arg;

	for (;;) {
		poll(s->fds, (nfds_t) s->n, -1);
		if (s->fds[0].revents)
			break;
		for (int i = s->n - 1; i > 1; i--) {
			if (!s->fds[i].revents)
				continue;
			if (!server_read(s, s->fds[i].fd)) {
				server_drop(s, i);
				continue;
			}
			atomic_fetch_add(&s->requests, 1);
			if (s->handler(s, s->fds[i].fd, s->last) == SERVER_CLOSE)
				server_drop(s, i);
		}
		if (s->fds[1].revents && s->n < 32) {
			s->fds[s->n].fd = accept(s->listener, NULL, NULL);
			s->fds[s->n].events = POLLIN;
			s->fds[s->n++].revents = 0;
			atomic_fetch_add(&s->connections, 1);
		}
	}
	while (s->n > 2)
		server_drop(s, s->n - 1);
	return NULL;
}

static inline struct server *server_start(server_handler handler, void *arg)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int r;

	s->handler = handler;
	s->arg = arg;
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	r = bind(s->listener, (struct sockaddr *) &a, sizeof(a));
	r |= listen(s->listener, 16);
	r |= getsockname(s->listener, (struct sockaddr *) &a, &len);
	r |= pipe(s->stop);
	s->port = ntohs(a.sin_port);
	s->fds[0] = (struct pollfd) { .fd = s->stop[0], .events = POLLIN };
	s->fds[1] = (struct pollfd) { .fd = s->listener, .events = POLLIN };
	s->n = 2;
	r |= pthread_create(&s->thread, NULL, server_loop, s);
	assert(r == 0);
	return s;
}

static inline void server_stop(struct server *s)
{
	close(s->stop[1]);
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->listener);
	free(s);
}

#endif
