/* What follows from an answer: another login, a redirect. */
#include "net/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uri.h"
#include "http_exchange.h"
#include "method.h"

enum { REDIRECTS_MAX = 3, PAGE_MAX = 32768 };

static bool is_refusal(const struct http_exchange *e, const struct net_reply *ret)
{
	if (ret->status == 401)
		return !(e->q->is_answer && e->q->is_answer(ret));
	return e->is_login_page && e->is_login_page(ret);
}

/* ---- what the server offers ---------------------------------------------------------- */

/* The beginning of a page is enough to see whether it is one to log in on. */
static int add_page(void *arg, const void *p, size_t n)
{
	struct buf *b = arg;
	size_t room = b->max - b->len;

	return buf_add(b, p, n < room ? n : room);
}

/*
 * One request without login and body, so that nothing big is sent for nothing. The header says that
 * we cannot fill in a form ([MS-OFBA] 2.2), so servers that have another way challenge for it.
 */
static int probe(struct net_http *h, const struct net_request *q, const char *url, const struct uri *uri,
		 const struct login *l, struct err *err)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	CLEANUP(buf_release_p) struct buf page = BUF_INIT(PAGE_MAX);
	static const struct net_header headers[] = { { "X-FORMS_BASED_AUTH_ACCEPTED", "f" } };
	const struct net_sink sink = { .write = add_page, .arg = &page };
	const struct net_request plain = {
		.method = "GET", .url = url, .headers = headers, .n_headers = 1, .sink = &sink,
		.max_body = 16 * PAGE_MAX, .timeouts = q->timeouts, .cancel = q->cancel,
	};
	struct uri where = { 0 };
	const struct http_exchange e = { .q = &plain, .login = l, .uri = uri,
					 .url = l->probe && uri_parse(l->probe, &where) == 0 &&
						uri_same_origin(&where, uri) ? l->probe : url };
	int r = http_exchange(h, &e, &reply, err);

	uri_release(&where);
	if (r == 0 || (r == -EFBIG && reply.status))
		auth_offered(http_auth(h), l, &reply, buf_str(&page));
	else
		auth_dropped(http_auth(h), l);
	return r == -EFBIG ? 0 : r;
}

/* ---- one request ------------------------------------------------------------------------ */

/* True: the same again, with another login. */
static bool judge(struct net_auth *auth, const struct http_exchange *e, struct net_reply *ret)
{
	if (!is_refusal(e, ret)) {
		auth_accepted(auth, e->login);
		return false;
	}
	return auth_refused(auth, e->login, ret, e->q->cancel);
}

static const char *scheme_name(enum login_scheme scheme)
{
	switch (scheme) {
	case LOGIN_NONE:
		return NULL;
	case LOGIN_BASIC:
		return net_auth_name(NET_AUTH_BASIC);
	case LOGIN_NTLM:
		return net_auth_name(NET_AUTH_NTLM);
	case LOGIN_NEGOTIATE:
		return net_auth_name(NET_AUTH_NEGOTIATE);
	case LOGIN_COOKIE:
		return net_auth_name(NET_AUTH_COOKIE);
	case LOGIN_BEARER:
		return net_auth_name(NET_AUTH_BEARER);
	}
	return NULL;
}

/* Once with the login as it is now. 1: once more, 0: done. */
static int try_once(struct net_http *h, const struct net_request *q, const char *url, const struct uri *uri,
		    bool last, struct net_reply *ret, struct err *err)
{
	CLEANUP(login_release_p) struct login l = { 0 };
	struct net_auth *auth = http_auth(h);
	struct http_exchange e = { .q = q, .url = url, .uri = uri, .login = &l };
	int r = auth_begin(auth, uri, q->cancel, &l, err);

	net_reply_release(ret);
	if (r < 0)
		return r;
	if (l.undecided) {
		r = probe(h, q, url, uri, &l, err);
		return r < 0 ? r : 1;
	}
	/* The last time a login page goes to the caller, who has words for it. */
	e.is_login_page = last ? NULL : l.is_login_page;
	r = http_exchange(h, &e, ret, err);
	ret->login = scheme_name(l.scheme);
	if (r < 0) {
		auth_dropped(auth, &l);
		return r;
	}
	return judge(auth, &e, ret) ? 1 : 0;
}

/* Undecided, Negotiate, then NTLM, a new password for it: more is a loop. */
enum { TRIES_MAX = 5 };

static int log_in_and_do(struct net_http *h, const struct net_request *q, const char *url,
			 const struct uri *uri, struct net_reply *ret, struct err *err)
{
	int r = 1;

	for (int n = 1; r > 0 && n <= TRIES_MAX; n++) {
		if (err)
			*err = (struct err) { 0 };
		r = try_once(h, q, url, uri, n >= 3, ret, err);
	}
	return r < 0 ? r : 0;
}

/* Only for methods that change nothing, and never away from the origin that the user named. */
static bool may_follow(const struct net_request *q, const struct uri *from, const char *to)
{
	struct uri u = { 0 };
	bool same;

	if (!to || q->stay || (!str_eq(q->method, "GET") && !str_eq(q->method, "HEAD")) || uri_parse(to, &u) < 0)
		return false;
	same = uri_same_origin(from, &u);
	uri_release(&u);
	return same;
}

static int do_and_follow(struct net_http *h, const struct net_request *q, const struct uri *uri,
			 struct net_reply *ret, struct err *err)
{
	CLEANUP(str_free_p) char *url = strdup(q->url);
	int r = url ? 0 : -ENOMEM;

	for (int hops = 0; r == 0; hops++) {
		r = log_in_and_do(h, q, url, uri, ret, err);
		if (r < 0 || hops == REDIRECTS_MAX || !may_follow(q, uri, ret->redirect))
			break;
		free(url);
		url = ret->redirect;
		ret->redirect = NULL;
	}
	return r;
}

int net_http_do(struct net_http *h, const struct net_request *q, struct net_reply *ret, struct err *err)
{
	struct uri uri = { 0 };
	int r = uri_parse(q->url, &uri);

	if (r < 0)
		return err_set(err, r, "not an http or https address: %s", q->url);
	r = do_and_follow(h, q, &uri, ret, err);
	uri_release(&uri);
	return r;
}
