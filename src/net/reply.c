#include "reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/uri.h"
#include "net/http.h"

/* headers is "name\0value\0name\0value\0...". */

int reply_add_line(struct net_reply *r, const char *p, size_t n)
{
	const char *colon;

	while (n && strchr("\r\n \t", p[n - 1]))
		n--;
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		buf_reset(&r->headers);
		return 0;
	}
	colon = memchr(p, ':', n);
	if (!colon || memchr(p, '\0', n))
		return 0;
	buf_add(&r->headers, p, (size_t) (colon - p));
	buf_addc(&r->headers, '\0');
	n -= (size_t) (colon + 1 - p);
	for (p = colon + 1; n && (*p == ' ' || *p == '\t'); n--)
		p++;
	buf_add(&r->headers, p, n);
	buf_addc(&r->headers, '\0');
	return buf_error(&r->headers);
}

const char *net_reply_header(const struct net_reply *r, const char *name, const char *after)
{
	const char *p = buf_str(&r->headers), *end = p + r->headers.len;

	if (after)
		p = after + strlen(after) + 1;
	while (p < end) {
		const char *value = p + strlen(p) + 1;

		if (strcasecmp(p, name) == 0)
			return value;
		p = value + strlen(value) + 1;
	}
	return NULL;
}

struct net_hints net_reply_hints(const struct net_reply *r)
{
	return (struct net_hints) {
		.retry_after = net_reply_header(r, "Retry-After", NULL),
		.ratelimit_reset = net_reply_header(r, "RateLimit-Reset", NULL),
		.health = net_reply_header(r, "X-SharePointHealthScore", NULL),
	};
}

void net_reply_offers(const struct net_reply *r, struct buf *out)
{
	const char *v = NULL;
	size_t had = out->len;

	while ((v = net_reply_header(r, "WWW-Authenticate", v))) {
		if (out->len > had)
			buf_adds(out, ", ");
		buf_add(out, v, strcspn(v, " ,\t"));
	}
}

void net_reply_release(struct net_reply *r)
{
	free(r->redirect);
	buf_release(&r->headers);
	*r = (struct net_reply) NET_REPLY_INIT;
}

int reply_note_redirect(struct net_reply *r, const char *url)
{
	const char *location = net_reply_header(r, "Location", NULL);

	if (!location || r->status < 300 || r->status > 399)
		return 0;
	free(r->redirect);
	r->redirect = uri_resolve(url, location);
	return r->redirect ? 0 : -ENOMEM;
}

/* ---- where bodies go -------------------------------------------------------- */

static int write_buf(void *arg, const void *p, size_t n)
{
	return buf_add(arg, p, n);
}

struct net_sink net_sink_buf(struct buf *b)
{
	return (struct net_sink) { .write = write_buf, .arg = b };
}

static int write_fd(void *arg, const void *p, size_t n)
{
	const int *fd = arg;

	return fsutil_write_all(*fd, p, n);
}

struct net_sink net_sink_fd(int *fd)
{
	return (struct net_sink) { .write = write_fd, .arg = fd };
}
