#ifndef NET_OAUTH_H
#define NET_OAUTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

/*
 * OAuth 2.0 (RFC 6749) for a program without a secret of its own: authorization code with
 * PKCE (RFC 7636) and a loopback address (RFC 8252), device code (RFC 8628), refresh,
 * revocation (RFC 7009). Only the protocol: nothing is kept here, nobody is asked, no
 * browser is opened.
 *
 * Requests go to endpoints that are https, or on this machine itself. Redirects are not
 * followed, so that codes and tokens go nowhere else.
 */

/* Where the server takes what. All owned; NULL: it does not offer that, or not known. */
struct net_oauth_server {
	char *authorize; /* for the browser */
	char *token;
	char *device;
	char *revoke;
	bool offline; /* it knows the scope offline_access, and so gives it only to those who ask for consent */
};

void net_oauth_server_release(struct net_oauth_server *s);
static inline void net_oauth_server_release_p(struct net_oauth_server *s)
{
	net_oauth_server_release(s);
}

/* How requests are made. All foreign. */
struct net_oauth_way {
	const char *client_id;
	const char *cafile;       /* as in struct net_account; NULL */
	const char *user_agent;   /* NULL */
	const atomic_int *cancel; /* NULL: never */
};

/* What the server gave. All owned, wiped. */
struct net_oauth_tokens {
	char *access;
	char *refresh;  /* NULL: none, or the one that was sent stays good */
	char *scope;    /* what was granted; NULL: what was asked for */
	int64_t good_s; /* how long `access` is good; 0: the server does not say */
};

void net_oauth_tokens_release(struct net_oauth_tokens *t);
static inline void net_oauth_tokens_release_p(struct net_oauth_tokens *t)
{
	net_oauth_tokens_release(t);
}

/*
 * Errors of all requests below, with err in words:
 *
 * -EKEYEXPIRED the server wants a person: the grant, code or refresh token is not good (any more)
 * -EPERM       it refuses this program: client_id, scope, grant type
 * -EAGAIN      device code: nobody has answered yet
 * -EBUSY       device code: the same, and ask less often (slow_down)
 * -ECONNABORTED the answer was lost: what was asked for may have happened
 * -ENOTCONN    no answer, no secure connection, or one that says "later"
 * -EPROTO      an answer that is none
 * -EACCES      the address is not https
 * -ECANCELED, -ENOMEM
 */

/* Asks the server of that address what it offers (RFC 8414, OpenID discovery); an endpoint elsewhere is left out. */
MUST_CHECK int net_oauth_discover(const struct net_oauth_way *w, const char *authority, struct net_oauth_server *ret,
				  struct err *err);

/* Those of Microsoft's cloud for a tenant. 0, -ENOMEM; -EINVAL: no tenant's name. */
MUST_CHECK int net_oauth_microsoft(const char *host, const char *tenant, struct net_oauth_server *ret);

/*
 * Asks a SharePoint site for the tenant that logs people in there: fresh string. -ENODATA: it does not
 * say; as above.
 */
MUST_CHECK int net_oauth_tenant(const struct net_oauth_way *w, const char *site, char **ret, struct err *err);

/* What proves that who asks for the token is who sent the person to the server. All owned, wiped. */
struct net_oauth_proof {
	char *verifier;  /* RFC 7636 4.1 */
	char *challenge; /* its S256 */
	char *state;     /* RFC 6749 10.12 */
};

/* New, from the kernel's random numbers. 0 or -errno. */
MUST_CHECK int net_oauth_proof_new(struct net_oauth_proof *ret);
void net_oauth_proof_release(struct net_oauth_proof *p);
static inline void net_oauth_proof_release_p(struct net_oauth_proof *p)
{
	net_oauth_proof_release(p);
}

/* RFC 7636 4.2: fresh string; NULL: out of memory. */
char *net_oauth_s256(const char *verifier);

/* The address for the browser. 0; -EFBIG, -ENOMEM. */
MUST_CHECK int net_oauth_authorize_url(const struct net_oauth_server *s, const char *client_id, const char *redirect, const char *scope,
				       const struct net_oauth_proof *p, struct buf *out);

/* A code, which came to `redirect`, for tokens. */
MUST_CHECK int net_oauth_code(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *code,
			      const char *redirect, const char *verifier, struct net_oauth_tokens *ret, struct err *err);

/* A login on another device. All owned. */
struct net_oauth_device {
	char *code;      /* secret; wiped */
	char *user_code; /* what the person types there */
	char *uri;       /* where; https, or this machine itself */
	int64_t good_s;
	int interval_s;
};

void net_oauth_device_release(struct net_oauth_device *d);
static inline void net_oauth_device_release_p(struct net_oauth_device *d)
{
	net_oauth_device_release(d);
}

MUST_CHECK int net_oauth_device_begin(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *scope,
				      struct net_oauth_device *ret, struct err *err);
MUST_CHECK int net_oauth_device_ask(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *code,
				    struct net_oauth_tokens *ret, struct err *err);

/*
 * A new access token. `claims`: what the server of the site wants to see in it, NULL: nothing.
 * The refresh token may be dead afterwards, whatever is returned: ret->refresh has to be on disk before anything else.
 */
MUST_CHECK int net_oauth_refresh(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *refresh,
				 const char *scope, const char *claims, struct net_oauth_tokens *ret, struct err *err);

MUST_CHECK int net_oauth_revoke(const struct net_oauth_way *w, const struct net_oauth_server *s, const char *refresh,
				struct err *err);

/* The claims of 'Bearer ..., error="insufficient_claims", claims="BASE64"': fresh string; NULL: it has none. */
char *net_oauth_claims(const char *challenge);

#endif
