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

enum { REDIRECTS_MAX = 3 };

static bool is_refusal(const struct net_request *q, const struct net_reply *ret)
{
	return ret->status == 401 && !(q->is_answer && q->is_answer(ret));
}

/* Does one request, and once more when the login was refused and there is a newer secret. */
static int log_in_and_do(struct net_http *h, const struct net_request *q, const char *url,
			 const struct uri *uri, struct net_reply *ret, struct err *err)
{
	struct net_auth *auth = http_auth(h);

	for (;;) {
		CLEANUP(login_release_p) struct login l = { 0 };
		const struct http_exchange e = { .q = q, .url = url, .uri = uri, .login = &l };
		int r = auth_begin(auth, uri, q->cancel, &l, err);

		net_reply_release(ret);
		if (r == 0)
			r = http_exchange(h, &e, ret, err);
		if (r < 0 || l.scheme == LOGIN_NONE)
			return r;
		if (!is_refusal(q, ret)) {
			auth_accepted(auth, &l);
			return 0;
		}
		if (!auth_refused(auth, &l, q->cancel))
			return 0;
	}
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
