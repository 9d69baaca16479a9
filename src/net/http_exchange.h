#ifndef NET_HTTP_EXCHANGE_H
#define NET_HTTP_EXCHANGE_H

#include <stdbool.h>

#include "base/attr.h"
#include "net/http.h"

struct err;
struct login;
struct net_auth;
struct uri;

/* One request on the wire and its answer, whatever that is. All foreign. */
struct http_exchange {
	const struct net_request *q;
	const char *url;           /* instead of q's: where a redirect led */
	const struct uri *uri;     /* url in parts */
	const struct login *login;
	bool (*is_login_page)(const struct net_reply *r); /* such a body does not go to the sink; NULL: any does */
};

/* ret is released first. 0: there is an answer; else as net_http_do(). */
MUST_CHECK int http_exchange(struct net_http *h, const struct http_exchange *e, struct net_reply *ret,
			     struct err *err);

struct net_auth *http_auth(const struct net_http *h);

#endif
