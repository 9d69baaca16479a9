#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "base/uri.h"
#include "net/cred.h"

/* So many may hold connections open without being in the browser's way; the oldest has to go for a new one. */
enum { LISTENERS = 2, GUESTS = 16, REQUEST_MAX = 16384, TRIES = 20, TICK_MS = 500, SAID_MAX = 400 };

struct guest {
	int fd; /* -1: free */
	size_t n;
	int64_t since; /* monotonic ms */
	char text[REQUEST_MAX + 1];
};

struct loopback {
	int listeners[LISTENERS]; /* -1: none */
	char *address;            /* owned */
	char *path;               /* owned */
	struct guest guests[GUESTS];
};

/* ---- listening ------------------------------------------------------------------------------ */

/* The port, or -errno. */
static int listen_on(const char *ip, int port, int *ret)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t) port) };
	bool is4 = inet_pton(AF_INET, ip, &v4.sin_addr) == 1;
	struct sockaddr *a = is4 ? (struct sockaddr *) &v4 : (struct sockaddr *) &v6;
	socklen_t n = is4 ? sizeof(v4) : sizeof(v6);
	CLEANUP(fsutil_close_p) int fd = -1;

	if (!is4 && inet_pton(AF_INET6, ip, &v6.sin6_addr) != 1)
		return -EINVAL;
	fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, a, n) < 0 || listen(fd, GUESTS) < 0 || getsockname(fd, a, &n) < 0)
		return -errno;
	*ret = fd;
	fd = -1;
	return ntohs(is4 ? v4.sin_port : v6.sin6_port);
}

/* A browser may take either for "localhost", so both have to be ours: where there is IPv6 at all. */
static int listen_on_both(struct loopback *l, int port)
{
	int r = 0;

	for (int i = 0; i < TRIES; i++) {
		int got = listen_on("127.0.0.1", port, &l->listeners[0]);

		if (got < 0)
			return got;
		r = listen_on("::1", got, &l->listeners[1]);
		if (r > 0 || r == -EADDRNOTAVAIL || r == -EAFNOSUPPORT)
			return got;
		fsutil_close_p(&l->listeners[0]);
		if (port)
			return r;
	}
	return r;
}

/* uri_parse() gives the scheme's port when none is named. */
static bool names_port(const char *redirect)
{
	const char *host = strstr(redirect, "://") + 3;
	const char *end = *host == '[' ? strchr(host, ']') : NULL;

	host = end ? end : host;
	return host[strcspn(host, ":/")] == ':';
}

static int open_at(struct loopback *l, const struct uri *u, int port)
{
	CLEANUP(str_free_p) char *host = strdup(u->host);

	if (!host)
		return -ENOMEM;
	if (str_eq(host, "localhost"))
		return listen_on_both(l, port);
	if (*host == '[') {
		memmove(host, host + 1, strlen(host));
		host[strcspn(host, "]")] = '\0';
	}
	if (!str_eq(host, "::1") && !str_starts(host, "127."))
		return -EINVAL;
	return listen_on(host, port, &l->listeners[0]);
}

/* The path as it was registered: "http://localhost" without a slash at its end is another one with it. */
static int set_address(struct loopback *l, const char *redirect, const struct uri *u, int port)
{
	const char *path = strchr(strstr(redirect, "://") + 3, '/');

	l->address = str_printf("http://%s:%d%s", u->host, port, path ? path : "");
	l->path = strdup(u->path);
	return l->address && l->path ? 0 : -ENOMEM;
}

int loopback_open(const char *redirect, struct loopback **ret, struct err *err)
{
	struct loopback *l = calloc(1, sizeof(*l));
	struct uri u = { 0 };
	int r = l ? uri_parse(redirect, &u) : -ENOMEM;

	for (int i = 0; l && i < GUESTS; i++)
		l->guests[i].fd = -1;
	for (int i = 0; l && i < LISTENERS; i++)
		l->listeners[i] = -1;
	if (r == 0)
		r = str_eq(u.scheme, "http") && !u.query ? open_at(l, &u, names_port(redirect) ? u.port : 0) : -EINVAL;
	if (r > 0)
		r = set_address(l, redirect, &u, r);
	uri_release(&u);
	if (r < 0) {
		loopback_close(l);
		return err_set(err, r, r == -EINVAL ? "redirect is an address like http://localhost or http://127.0.0.1:8400/back, not %s" :
			       "cannot wait for the browser at %s", redirect);
	}
	*ret = l;
	return 0;
}

static void dismiss(struct guest *g)
{
	fsutil_close_p(&g->fd);
	explicit_bzero(g->text, sizeof(g->text));
	g->n = 0;
}

struct loopback *loopback_close(struct loopback *l)
{
	if (!l)
		return NULL;
	for (int i = 0; i < GUESTS; i++)
		dismiss(&l->guests[i]);
	for (int i = 0; i < LISTENERS; i++)
		fsutil_close_p(&l->listeners[i]);
	free(l->address);
	free(l->path);
	free(l);
	return NULL;
}

const char *loopback_address(const struct loopback *l)
{
	return l->address;
}

/* ---- pages ------------------------------------------------------------------------------------ */

static void show(const struct guest *g, const char *status, const char *words)
{
	CLEANUP(str_free_p) char *text = str_printf(
		"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
		"Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
		"<!DOCTYPE html><title>spfs</title><h1>%s</h1>\n", status, words);

	/* To a browser that does not read it, nothing is said. */
	if (text && send(g->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
	shutdown(g->fd, SHUT_WR);
}

/* ---- requests ----------------------------------------------------------------------------------- */

/* "+" is a blank in what browsers send. */
static char *decode(const char *s, size_t n)
{
	char *text = strndup(s, n);

	for (char *at = text; at && *at; at++)
		if (*at == '+')
			*at = ' ';
	if (text && !uri_decode(text)) {
		free(text);
		return NULL;
	}
	return text;
}

/* The value of a key in "a=1&b=2": fresh string; NULL: there is none. */
static char *value_of(const char *query, const char *key)
{
	size_t n = strlen(key);

	while (*query) {
		size_t len = strcspn(query, "&");

		if (len > n && query[n] == '=' && strncmp(query, key, n) == 0)
			return decode(query + n + 1, len - n - 1);
		query += len + (query[len] == '&');
	}
	return NULL;
}

/* 1: not ours, go on; else what loopback_wait() returns. */
static int take_answer(struct guest *g, const char *query, const char *state, char **ret, struct err *err)
{
	CLEANUP(net_cred_wipe_p) char *code = value_of(query, "code"), *shown = value_of(query, "state");
	CLEANUP(str_free_p) char *error = value_of(query, "error"), *said = value_of(query, "error_description");

	if (!str_eq(shown, state)) {
		show(g, "400 Bad Request", "This does not belong to the login that is under way.");
		return 1;
	}
	if (error) {
		show(g, "200 OK", "The login was refused. The terminal says more.");
		return err_set(err, -EKEYEXPIRED, "the login server says %.100s%s%.*s", error, str_empty(said) ? "" : ": ",
			       (int) str_utf8_cut(said ?: "", SAID_MAX), said ?: "");
	}
	if (str_empty(code)) {
		show(g, "400 Bad Request", "There is no code in this.");
		return 1;
	}
	show(g, "200 OK", "You are back. Close this window and look at the terminal.");
	*ret = code;
	code = NULL;
	return 0;
}

/* "GET /path?query HTTP/1.1" and headers, which are of no interest. */
static int take_request(const struct loopback *l, struct guest *g, const char *state, char **ret, struct err *err)
{
	char *target = g->text + 4, *query, *path;
	bool fine = str_starts(g->text, "GET /");
	int r = 1;

	target[fine ? strcspn(target, " \r\n") : 0] = '\0';
	query = strchr(target, '?');
	if (query)
		*query++ = '\0';
	path = fine ? decode(target, strlen(target)) : NULL;
	if (!path || !str_eq(path, l->path))
		show(g, "404 Not Found", "There is nothing here.");
	else
		r = take_answer(g, query ? query : "", state, ret, err);
	free(path);
	dismiss(g);
	return r;
}

/* Reads on. As take_request(); 1 also as long as it is not whole. */
static int hear(const struct loopback *l, struct guest *g, const char *state, char **ret, struct err *err)
{
	ssize_t n = recv(g->fd, g->text + g->n, REQUEST_MAX - g->n, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n <= 0) {
		dismiss(g);
		return 1;
	}
	g->n += (size_t) n;
	g->text[g->n] = '\0';
	if (strstr(g->text, "\r\n\r\n"))
		return take_request(l, g, state, ret, err);
	if (g->n == REQUEST_MAX)
		dismiss(g);
	return 1;
}

static void let_in(struct loopback *l, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct guest *g = &l->guests[0];

	if (fd < 0)
		return;
	for (int i = 0; i < GUESTS && g->fd >= 0; i++)
		if (l->guests[i].fd < 0 || l->guests[i].since < g->since)
			g = &l->guests[i];
	dismiss(g);
	g->fd = fd;
	g->since = clock_mono_ms();
}

/* One look at everybody. As loopback_wait(), or 1. */
static int look(struct loopback *l, const char *state, char **ret, struct err *err)
{
	struct pollfd p[LISTENERS + GUESTS];
	int r = 1;

	for (int i = 0; i < LISTENERS; i++)
		p[i] = (struct pollfd) { .fd = l->listeners[i], .events = POLLIN };
	for (int i = 0; i < GUESTS; i++)
		p[LISTENERS + i] = (struct pollfd) { .fd = l->guests[i].fd, .events = POLLIN };
	if (poll(p, LISTENERS + GUESTS, TICK_MS) < 0)
		return errno == EINTR ? 1 : err_set(err, -errno, "poll: %s", err_text(NULL, -errno));
	for (int i = 0; r == 1 && i < GUESTS; i++)
		if (p[LISTENERS + i].revents)
			r = hear(l, &l->guests[i], state, ret, err);
	for (int i = 0; r == 1 && i < LISTENERS; i++)
		if (p[i].revents)
			let_in(l, l->listeners[i]);
	return r;
}

int loopback_wait(struct loopback *l, const char *state, int timeout_ms, char **ret, struct err *err)
{
	int64_t end = clock_mono_ms() + timeout_ms;
	int r = 1;

	while (r == 1 && clock_mono_ms() < end)
		r = look(l, state, ret, err);
	return r == 1 ? err_set(err, -ETIMEDOUT, "nobody came back from the browser to %s", l->address) : r;
}
