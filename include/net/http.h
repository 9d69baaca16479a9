#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "net/retry.h"

struct net_account;
struct net_auth;

/*
 * HTTP/1.1 for one account. A session belongs to one thread at a time and has a pool
 * of connections of its own, so that no request of one account ever travels on a
 * connection that another has logged in on.
 *
 * Settled here once, for all requests: TLS 1.2 or later (but for old_tls), always verified; exactly
 * one way to log in, sent to the request's origin only; redirects are followed for
 * GET and HEAD, within the same origin, three times at most; no netrc; headers of an
 * answer up to 256 KiB.
 */
struct net_http;

struct net_header {
	const char *name;  /* foreign */
	const char *value; /* foreign; no line breaks */
};

/* Milliseconds; 0 takes the default. */
struct net_timeouts {
	int connect_ms;    /* 10,000: name, connection and TLS */
	int first_byte_ms; /* 150,000 after the last byte that was sent: farms wake slowly */
	int stall_ms;      /* 30,000 without a byte, after the first one */
};

struct net_reply;

/*
 * Where the body goes, in pieces of any size: what has come is written before more is waited for. The bodies of 401 and
 * of redirects (3xx) never arrive here. A negative errno from either ends the request and becomes its result.
 */
struct net_sink {
	int (*begin)(void *arg, const struct net_reply *r); /* once, when the headers are known; may be NULL */
	int (*write)(void *arg, const void *p, size_t n);
	void *arg; /* foreign */
};

/* To the end of b, up to its ceiling (-EFBIG beyond). */
struct net_sink net_sink_buf(struct buf *b);

/* To a descriptor, which is foreign and must stay where it is. */
struct net_sink net_sink_fd(int *fd);

/*
 * A body that is read while it is sent, so that memory does not grow with it. It is asked
 * for by offset, and may be from the start again: when the login was asked for first. From
 * 256 KiB on the server is asked before (Expect: 100-continue), so that what it will not
 * take is not sent.
 */
struct net_source {
	int64_t size;
	/* Up to n (> 0) of its bytes from `at` on; returns how many. A negative errno, or -EIO for 0
	 * (it is shorter than its size), ends the request and becomes its result. */
	ssize_t (*read)(void *arg, int64_t at, void *p, size_t n);
	void (*sent)(void *arg, int64_t n); /* how much has left so far; NULL: not told */
	void *arg; /* foreign */
};

struct net_request {
	const char *method; /* "GET", "POST", ... */
	const char *url;    /* absolute, http or https */
	const struct net_header *headers; /* foreign */
	size_t n_headers;
	const void *body;   /* foreign; NULL: none */
	size_t body_len;
	const struct net_source *source; /* foreign; instead of body; NULL: none */
	bool once;          /* must not be carried out twice: never resent on a second connection */
	bool gzip;          /* the answer may come compressed; the sink sees it plain */
	bool stay;          /* follow no redirect at all */
	/* Whether a 401 is the answer to the request and not a refusal of the login; NULL: never. */
	bool (*is_answer)(const struct net_reply *r);
	int64_t max_body;   /* bytes the sink may see; -EFBIG beyond. 0: no ceiling */
	struct net_timeouts timeouts;
	const struct net_sink *sink; /* foreign; NULL: the body is dropped */
	const atomic_int *cancel;    /* foreign; NULL: never. Looked at every 0.1 s */
};

/* Release with net_reply_release(), whatever net_http_do() returned. */
struct net_reply {
	int status;     /* 0: no answer */
	bool sent;      /* bytes of the request left: it may have been carried out */
	const char *login; /* how the request logged in, or tried to, as net_auth_name() has it; NULL: not at all */
	char gss[160];  /* what the Kerberos library said when there was no ticket; "": nothing */
	char *redirect; /* owned; where a redirect that was not followed leads, absolute; else NULL */
	struct buf headers; /* private; net_reply_header() reads it */
};

#define NET_REPLY_INIT { .headers = BUF_INIT(256 * 1024) }

void net_reply_release(struct net_reply *r);
static inline void net_reply_release_p(struct net_reply *r)
{
	net_reply_release(r);
}

/* The first header of that name (any case) after `after`, a value returned before, or NULL
 * for the first of all. NULL: no more. Valid as long as r. */
const char *net_reply_header(const struct net_reply *r, const char *name, const char *after);

/* What the answer asks for in patience: see net_retry_seconds(). */
struct net_hints net_reply_hints(const struct net_reply *r);

/* The schemes that a 401 offers, as "Negotiate, NTLM"; adds nothing when there are none. */
void net_reply_offers(const struct net_reply *r, struct buf *out);

/* `account` gives what concerns TLS, and user_agent, copied; auth is counted. 0 or -ENOMEM. */
MUST_CHECK int net_http_new(const struct net_account *account, struct net_auth *auth, struct net_http **ret);
struct net_http *net_http_free(struct net_http *h); /* NULL allowed; returns NULL */
DEFINE_CLEANUP(struct net_http *, net_http_free);

/*
 * Closes every connection when the next request begins: to be called when an answer was not one to the
 * question, since what comes next on that connection may answer something else too.
 */
void net_http_distrust(struct net_http *h);

/*
 * Does a request. 0: there is an answer, whatever its status: 401 after the login was refused,
 * 3xx when a redirect was not followed. ret must be NET_REPLY_INIT; ret->sent is right in every case.
 *
 * -ENOTCONN   no connection: nothing was sent
 * -EPROTO     no secure connection (certificate, TLS), or no HTTP: nothing useful was sent
 * -EACCES     no secret to log in with, or the account is stopped (net/auth.h); other errors of commands
 *             and traders as they are
 * -EPROTONOSUPPORT libcurl does not know the login method
 * -EPIPE      the connection broke before the whole answer had come
 * -ETIMEDOUT  the answer did not come, or stopped coming
 * -ECANCELED  *cancel became nonzero
 * -EFBIG      headers or body beyond their ceilings
 * -EBADMSG    a body that cannot be decompressed
 * -EINVAL     not a URL, or a header with a line break
 * -ENOMEM; what the sink returned
 */
MUST_CHECK int net_http_do(struct net_http *h, const struct net_request *q, struct net_reply *ret,
			   struct err *err);

#endif
