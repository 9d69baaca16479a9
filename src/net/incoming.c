#include "incoming.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "reply.h"

enum { HEADERS_MAX = 256 * 1024 };

static bool is_status_line(const char *p, size_t n)
{
	return n >= 5 && memcmp(p, "HTTP/", 5) == 0;
}

/* "HTTP/1.1 200 OK", which is not terminated. */
static int status_of(const char *p, size_t n)
{
	const char *end = p + n, *blank = memchr(p, ' ', n);
	int status = 0;

	for (p = blank ? blank + 1 : end; p < end && p < blank + 4 && *p >= '0' && *p <= '9'; p++)
		status = status * 10 + (*p - '0');
	return status;
}

/* The end of a header block: whose is it, and does the caller want what follows? */
static int headers_done(struct incoming *in)
{
	const struct net_sink *sink = in->q->sink;
	int status = in->ret->status;

	if (status < 200)
		return 0;
	in->began = true;
	in->wanted = sink && status != 401 && (status < 300 || status > 399) &&
		     !(in->is_login_page && in->is_login_page(in->ret));
	/* curl would ask again by itself, on this connection only. */
	if (status == 417 && in->asks_first)
		return -EAGAIN;
	return in->wanted && sink->begin ? sink->begin(sink->arg, in->ret) : 0;
}

int incoming_line(struct incoming *in, const char *p, size_t n)
{
	bool status_line = is_status_line(p, n);

	in->header_bytes += (int64_t) n;
	if (in->header_bytes > HEADERS_MAX)
		return -EFBIG;
	/* The next step of a login. Anything else behind the headers is a trailer of a chunked body. */
	if (in->began && in->ret->status == 401 && status_line)
		in->began = false;
	if (in->began)
		return 0;
	if (status_line)
		in->ret->status = status_of(p, n);
	return n == 0 || *p == '\r' || *p == '\n' ? headers_done(in) : reply_add_line(in->ret, p, n);
}

int incoming_flush(struct incoming *in)
{
	size_t n = in->n_held;

	in->n_held = 0;
	return n ? in->q->sink->write(in->q->sink->arg, in->held, n) : 0;
}

static int hold(struct incoming *in, const char *p, size_t n)
{
	int r = 0;

	while (r == 0 && n) {
		size_t room = INCOMING_HELD - in->n_held, part = n < room ? n : room;

		memcpy(in->held + in->n_held, p, part);
		in->n_held += part;
		p += part;
		n -= part;
		if (in->n_held == INCOMING_HELD)
			r = incoming_flush(in);
	}
	return r;
}

int incoming_body(struct incoming *in, const void *p, size_t n)
{
	in->body_bytes += (int64_t) n;
	if (!in->wanted)
		return 0;
	/* Counted here, after decompression: curl's own limit counts before it. */
	if (in->q->max_body && in->body_bytes > in->q->max_body)
		return -EFBIG;
	return hold(in, p, n);
}
