#ifndef T_SP_DAV_H
#define T_SP_DAV_H

/*
 * A loopback server that plays a script about documents: the n-th request gets the n-th
 * answer. It reads bodies of any size and keeps their beginning, sends bodies of any size,
 * cuts them, answers before it has read, or not at all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "net/auth.h"
#include "remote/docs.h"
#include "sp/sp.h"

enum { DAV_MAX = 24, DAV_HEAD = 32768, DAV_BODY = 262144 };

#define WHOLE INT64_MAX
#define DOC_HEADERS "ETag: \"{AD7FC895-3E19-4553-AD77-9ADFC2A3B69A},1\"\r\nLast-Modified: Wed, 04 Oct 2006 10:00:00 GMT\r\n"
#define DOC_ETAG "\"{AD7FC895-3E19-4553-AD77-9ADFC2A3B69A},1\""
#define OK_200 "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
#define DAV_207 "HTTP/1.1 207 Multi-Status\r\nContent-Type: text/xml; charset=\"utf-8\"\r\n"
#define GONE_404 "HTTP/1.1 404 Not Found\r\n"

/* One answer. */
struct dav_say {
	const char *head;  /* status line and headers; NULL: the connection is closed without a word */
	const char *body;  /* NULL: none */
	int64_t zeros;     /* instead of body: so many */
	int64_t cut;       /* only so many bytes of the body, then the connection is closed; 0: all */
	bool raw;          /* no Content-Length is added */
	bool verbatim;     /* nothing but `head`, then the connection is closed */
	bool early;        /* before the request's body is read, which never is */
	bool silent;       /* nothing is ever said, nor read */
	int wait_ms;       /* before each portion of the body */
};

struct dav_heard {
	char head[DAV_HEAD];
	char body[DAV_BODY]; /* its beginning */
	int64_t body_len;
};

struct dav {
	int listener, port, stop[2];
	pthread_t thread;
	struct dav_say says[DAV_MAX];
	int n_says;
	struct dav_heard *heard; /* DAV_MAX */
	atomic_int requests;
	atomic_int connections;
	struct sp_factory *factory;
	struct remote *remote;
	struct net_account account; /* what the factory is told; foreign strings */
};

/* ---- the server --------------------------------------------------------------------- */

static inline bool dav_write(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);

		if (w <= 0)
			return false;
		p += w;
		n -= (size_t) w;
	}
	return true;
}

static inline bool dav_print(int fd, const char *text)
{
	return dav_write(fd, text, strlen(text));
}

/* Waits for the client or the end of the test. */
static inline bool dav_wait(struct dav *d, int fd)
{
	struct pollfd p[] = { { .fd = d->stop[0], .events = POLLIN }, { .fd = fd, .events = POLLIN } };

	poll(p, 2, -1);
	return !p[0].revents;
}

/* The headers, and what came with them of the body: returns how much, or -1. */
static inline ssize_t dav_read_head(struct dav *d, int fd, struct dav_heard *h)
{
	size_t n = 0;

	for (;;) {
		ssize_t got = dav_wait(d, fd) ? recv(fd, h->head + n, DAV_HEAD - 1 - n, 0) : 0;
		char *end;

		if (got <= 0)
			return -1;
		n += (size_t) got;
		h->head[n] = '\0';
		end = strstr(h->head, "\r\n\r\n");
		if (end) {
			size_t rest = n - (size_t) (end + 4 - h->head);

			memcpy(h->body, end + 4, rest);
			end[2] = '\0';
			return (ssize_t) rest;
		}
	}
}

static inline void dav_read_body(int fd, struct dav_heard *h, int64_t have)
{
	const char *length = strcasestr(h->head, "\r\nContent-Length:");
	int64_t want = length ? strtoll(length + 17, NULL, 10) : 0;
	static char chunk[1 << 20];

	h->body_len = have;
	while (h->body_len < want) {
		ssize_t got = recv(fd, chunk, sizeof(chunk), 0);

		if (got <= 0)
			return;
		if (h->body_len < DAV_BODY - 1) {
			size_t room = (size_t) (DAV_BODY - 1 - h->body_len);

			memcpy(h->body + h->body_len, chunk, (size_t) got < room ? (size_t) got : room);
		}
		h->body_len += got;
	}
}

static inline bool dav_send_body(struct dav *d, int fd, const struct dav_say *s)
{
	static const char zeros[1 << 20];
	int64_t len = s->zeros ? s->zeros : s->body ? (int64_t) strlen(s->body) : 0;

	if (s->cut && s->cut < len)
		len = s->cut;
	for (int64_t at = 0; at < len;) {
		struct pollfd stop = { .fd = d->stop[0], .events = POLLIN };
		int64_t part = s->wait_ms ? 1000 : (int64_t) sizeof(zeros);

		if (len - at < part)
			part = len - at;
		if (s->wait_ms && poll(&stop, 1, s->wait_ms) > 0)
			return false;
		if (!dav_write(fd, s->zeros ? zeros : s->body + at, (size_t) part))
			return false;
		at += part;
	}
	return !s->cut;
}

/* False: close. */
static inline bool dav_answer(struct dav *d, int fd, const struct dav_say *s)
{
	bool head_only = str_starts(d->heard[d->requests - 1].head, "HEAD ");
	char length[64] = "";

	if (!s->head || s->verbatim)
		return s->head && dav_print(fd, s->head) && false;
	/* Not said, a client that is quick uses the connection again while it is being closed. */
	if (s->raw && !strcasestr(s->head, "Connection:"))
		snprintf(length, sizeof(length), "Connection: close\r\n");
	if (!s->raw)
		snprintf(length, sizeof(length), "Content-Length: %lld\r\n",
			 (long long) (s->zeros ? s->zeros : s->body ? (int64_t) strlen(s->body) : 0));
	return dav_print(fd, s->head) && dav_print(fd, length) && dav_print(fd, "\r\n") &&
	       (head_only || dav_send_body(d, fd, s)) && !s->raw && !s->early;
}

static inline bool dav_serve(struct dav *d, int fd)
{
	int i = d->requests < DAV_MAX ? d->requests : DAV_MAX - 1;
	struct dav_heard *h = &d->heard[i];
	const struct dav_say *s = &d->says[i < d->n_says ? i : d->n_says - 1];
	ssize_t have = dav_read_head(d, fd, h);

	if (have < 0)
		return false;
	h->body_len = have;
	atomic_fetch_add(&d->requests, 1);
	if (s->silent) {
		struct pollfd p[] = { { .fd = d->stop[0], .events = POLLIN }, { .fd = fd, .events = POLLRDHUP } };

		poll(p, 2, -1);
		return false;
	}
	if (!s->early) {
		if (strcasestr(h->head, "Expect: 100-continue"))
			dav_print(fd, "HTTP/1.1 100 Continue\r\n\r\n");
		dav_read_body(fd, h, have);
	}
	return dav_answer(d, fd, s);
}

/* What is left unread makes the kernel send RST, which may overtake the answer. */
static inline void dav_close(int fd)
{
	char rest[65536];

	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 100 && recv(fd, rest, sizeof(rest), MSG_DONTWAIT) != 0; i++)
		usleep(1000);
	close(fd);
}

static inline void *dav_loop(void *arg)
{
	struct dav *d = arg;

	while (dav_wait(d, d->listener)) {
		int fd = accept(d->listener, NULL, NULL);

		atomic_fetch_add(&d->connections, 1);
		while (dav_serve(d, fd))
			;
		dav_close(fd);
	}
	return NULL;
}

/* ---- a site on it ---------------------------------------------------------------------- */

static inline int dav_account(void *arg, const char *site, struct net_account *ret, struct err *err)
{
	struct dav *d = arg;

	(void) site;
	(void) err;
	ret->auth = d->account.auth;
	ret->run = d->account.run;
	ret->run_arg = d->account.run_arg;
	return str_set(&ret->user, d->account.user) ?: str_set(&ret->password, d->account.password) ?:
	       str_set(&ret->passcmd, d->account.passcmd);
}

static inline struct remote *dav_open(struct dav *d)
{
	const struct remote_factory *f = sp_factory_remote(d->factory);
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d/sites/team", d->port);
	struct remote *r = NULL;

	assert_int_equal(f->open(f->arg, url, &r, NULL), 0);
	return r;
}

/* `d` holds the script and the account. */
static inline void dav_start(struct dav *d)
{
	struct sp_accounts accounts = { .account = dav_account, .arg = d };
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	d->heard = calloc(DAV_MAX, sizeof(*d->heard));
	d->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(d->listener, (struct sockaddr *) &a, sizeof(a)), 0);
	assert_int_equal(listen(d->listener, 16), 0);
	assert_int_equal(getsockname(d->listener, (struct sockaddr *) &a, &len), 0);
	assert_int_equal(pipe(d->stop), 0);
	d->port = ntohs(a.sin_port);
	for (d->n_says = DAV_MAX; d->n_says > 1; d->n_says--)
		if (memcmp(&d->says[d->n_says - 1], &(struct dav_say) { 0 }, sizeof(struct dav_say)) != 0)
			break;
	assert_int_equal(pthread_create(&d->thread, NULL, dav_loop, d), 0);
	d->factory = sp_factory_new(&accounts);
	d->remote = dav_open(d);
}

static inline void dav_stop_server(struct dav *d)
{
	close(d->stop[1]);
	pthread_join(d->thread, NULL);
	close(d->stop[0]);
	close(d->listener);
	free(d->heard);
}

static inline void dav_stop_site(struct dav *d)
{
	d->remote->ops->close(d->remote);
	sp_factory_free(d->factory);
}

/* The site first: the server waits a moment for its clients to close. */
static inline void dav_stop(struct dav *d)
{
	dav_stop_site(d);
	dav_stop_server(d);
}

/* ---- asserting ---------------------------------------------------------------------------- */

static inline bool heard_line(const struct dav *d, int i, const char *line)
{
	CLEANUP(str_free_p) char *whole = str_printf("\r\n%s\r\n", line);

	return strstr(d->heard[i].head, whole) != NULL;
}

static inline bool heard_header(const struct dav *d, int i, const char *name)
{
	CLEANUP(str_free_p) char *begin = str_printf("\r\n%s:", name);

	return strcasestr(d->heard[i].head, begin) != NULL;
}

static inline bool heard_start(const struct dav *d, int i, const char *method, const char *target)
{
	CLEANUP(str_free_p) char *want = str_printf("%s %s HTTP/1.1\r\n", method, target);

	return str_starts(d->heard[i].head, want);
}

/* Of this process, in bytes. */
static inline int64_t resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long size, pages = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &size, &pages), 2);
	fclose(f);
	return (int64_t) pages * sysconf(_SC_PAGESIZE);
}

/* A file without a name and `size` bytes: zeros, or the text. */
static inline int file_of(const char *text, int64_t size)
{
	FILE *f = tmpfile();
	int fd = dup(fileno(f));

	fclose(f);
	if (text)
		assert_int_equal(fsutil_write_all(fd, text, (size_t) size), 0);
	else
		assert_int_equal(ftruncate(fd, size), 0);
	return fd;
}

#endif
