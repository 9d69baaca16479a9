/* The headers of answers, as curl hands them over line by line, and what is read from them. The body follows an empty line. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "choose.h"
#include "incoming.h"
#include "net/http.h"
#include "net/retry.h"
#include "reply.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

static bool is_page(const struct net_reply *r)
{
	return r->status == 403;
}

static void read_headers(struct net_reply *r)
{
	CLEANUP(buf_release_p) struct buf offers = BUF_INIT(1 << 20);
	const struct net_account a = { .auth = NET_AUTH_AUTO, .user = (char *) (uintptr_t) "ann",
				       .password = (char *) (uintptr_t) "x", .is_login_page = is_page };
	struct net_hints hints = net_reply_hints(r);
	int seconds = net_retry_seconds(&hints, 1700000000);
	auth_set set = choose_offers(&a, r, net_reply_header(r, "page", NULL));
	enum net_auth_kind kind = choose_from(&a, set, 0);

	demand(seconds >= 0 && seconds <= NET_RETRY_MAX);
	demand(kind == NET_AUTH_NONE || (set & AUTH_BIT(kind)));
	demand(choose_from(&a, set, set) == NET_AUTH_NONE);
	demand(choose_first(&a) == NET_AUTH_AUTO);
	net_reply_offers(r, &offers);
	demand(reply_note_redirect(r, "https://host:8443/sites/team/x?y") == 0);
	demand(!r->redirect || (r->status > 299 && r->status < 400));
}

static int feed(struct incoming *in, const char *p, size_t n)
{
	while (n) {
		const char *end = memchr(p, '\n', n);
		size_t line = end ? (size_t) (end + 1 - p) : n;
		int r = incoming_line(in, p, line);

		p += line;
		n -= line;
		if (r < 0)
			return r;
		if (in->began && in->ret->status != 401)
			return incoming_body(in, p, n) ?: incoming_flush(in);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(1024);
	CLEANUP(fsutil_close_p) int fd = -1;
	struct net_sink sink = net_sink_buf(&body), other = net_sink_fd(&fd);
	const struct net_request q = { .method = "GET", .sink = &sink, .max_body = 512 };
	static char held[INCOMING_HELD];
	struct incoming in = { .q = &q, .ret = &reply, .is_login_page = is_page, .asks_first = n & 1, .held = held };
	int r = feed(&in, (const char *) data, n);

	demand(r == 0 || r == -EFBIG || r == -EAGAIN);
	demand(body.len <= 512 && reply.status >= 0 && reply.status <= 999);
	demand(other.write != sink.write);
	read_headers(&reply);
	return 0;
}
