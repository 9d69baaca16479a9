#ifndef DEMO_HTTP_H
#define DEMO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

/* HTTP for the demo server: a thread for each connection, so that a slow answer holds up nobody else. */
struct http;
struct http_peer;

struct http_request {
	const char *method;
	const char *path;  /* decoded once, begins with '/' */
	const char *query; /* raw, behind '?'; NULL when none */
	const char *body;
	size_t body_len;
	bool too_big;      /* the body was longer than HTTP_BODY_MAX and is not here */
	bool spooled;      /* the body was written behind spool_at instead; body is empty */
	int64_t spool_at;
	bool loopback;     /* the peer is this machine */
	struct http_peer *peer;
};

#define HTTP_BODY_MAX ((size_t) 96 << 20)
#define HTTP_HEADERS 16

struct http_reply {
	int status;
	char type[128]; /* Content-Type; "": none */
	struct buf body;
	int file; /* the body is in this file instead, foreign; < 0: it is not */
	int64_t file_at, file_size;
	struct {
		const char *name;
		char value[512];
	} header[HTTP_HEADERS];
	size_t n_headers;
	int64_t cut;  /* end the connection after so many bytes of the body; < 0: send all */
	bool silent;  /* end the connection without an answer */
	void (*after)(void *arg); /* called when the answer is gone; NULL: nothing */
	void *after_arg;
};

#define HTTP_REPLY_MAX ((size_t) 1 << 30)

/* The value of a request header, or NULL. Valid while the request is handled. */
const char *http_header(const struct http_request *rq, const char *name);

/* Sets a reply header; what does not fit is dropped. */
void http_set_header(struct http_reply *rp, const char *name, const char *fmt, ...) PRINTF(3, 4);

void http_set_type(struct http_reply *rp, const char *type);

/* Fills in rp (status 200, an empty body) and is called in many threads at once. */
typedef void (*http_handler)(void *arg, const struct http_request *rq, struct http_reply *rp);

/*
 * Where the body of a PUT goes, whose length is known. take: a place for so
 * many bytes, or -errno: they are read and dropped, and too_big is set.
 */
struct http_spool {
	int64_t (*take)(void *arg, uint64_t n);
	int (*write)(void *arg, int64_t at, const void *p, size_t n); /* 0 or -errno */
};

/* addr: an IPv4 or IPv6 address. 0; -EINVAL: addr is none; -EADDRINUSE, -EACCES, -errno. */
MUST_CHECK int http_start(const char *addr, int port, http_handler handler, const struct http_spool *spool, void *arg,
			  struct http **ret);

int http_port(const struct http *h);

/* Ends all connections, waits for the handlers and frees. */
struct http *http_stop(struct http *h);

#endif
