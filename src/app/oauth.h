#ifndef APP_OAUTH_H
#define APP_OAUTH_H

#include <stdatomic.h>

#include "base/attr.h"
#include "base/err.h"
#include "net/oauth.h"
#include "tokens.h"

struct net_ticket;
struct net_trade;
struct site_config;

enum oauth_cloud { OAUTH_GLOBAL, OAUTH_US, OAUTH_CHINA, OAUTH_CLOUDS };

/* How a [site] with a client_id logs in. All owned; NULL: not given. */
struct oauth_site {
	char *url;       /* of the section */
	char *client_id;
	char *tenant;
	char *authority; /* not Microsoft's */
	char *scope;     /* never NULL */
	char *redirect;  /* never NULL */
	char *authorize_endpoint, *token_endpoint, *device_endpoint;
	char *cafile;
	enum oauth_cloud cloud;
};

/* From the configuration; c has a client_id. 0; -ENOMEM; -EINVAL with err: an address that is none. */
MUST_CHECK int oauth_site_make(const struct site_config *c, struct oauth_site *ret, struct err *err);
void oauth_site_release(struct oauth_site *s);
static inline void oauth_site_release_p(struct oauth_site *s)
{
	oauth_site_release(s);
}

/* For net/oauth.h; foreign inside: s and cancel. */
struct net_oauth_way oauth_way(const struct oauth_site *s, const atomic_int *cancel);

/*
 * Where its server takes what: from the configuration, else asked for at the authority, else
 * Microsoft's of the tenant, which the site is asked for when nobody named it. As net_oauth_discover().
 */
MUST_CHECK int oauth_server(const struct oauth_site *s, struct net_oauth_server *ret, struct err *err);

/* Makes what is kept of fresh tokens; takes them out of t. 0 or -ENOMEM. */
MUST_CHECK int oauth_entry(const struct oauth_site *s, const struct net_oauth_server *server, struct net_oauth_tokens *t,
			   struct tokens_entry *ret);

/*
 * The trader of net/auth.h: gives the token that is kept, or a new one. A refresh token that was
 * replaced is on disk before the access token that came with it is used; while the disk is full it waits in memory. Thread-safe.
 */
struct oauth;

/* base: places.base. find: the site of a [site]'s address: 0; -ENOENT; as oauth_site_make(). NULL: out of memory. */
struct oauth *oauth_new(const char *base, int (*find)(void *arg, const char *url, struct oauth_site *ret, struct err *err),
			void *arg);
struct oauth *oauth_free(struct oauth *o);
MUST_CHECK int oauth_trade(void *oauth, const struct net_trade *t, struct net_ticket *ret, struct err *err);

#endif
