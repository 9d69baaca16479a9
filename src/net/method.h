#ifndef NET_METHOD_H
#define NET_METHOD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/uri.h"
#include "net/auth.h"

/* What a request carries; http.c turns it into curl's words. */
enum login_scheme { LOGIN_NONE, LOGIN_BASIC };

struct login {
	enum login_scheme scheme;
	char *user;      /* owned, or NULL */
	char *secret;    /* owned, wiped; or NULL */
	unsigned serial; /* which secret of the account this was */
};

void login_release(struct login *l);
static inline void login_release_p(struct login *l)
{
	login_release(l);
}

/*
 * One way to log in. A method that needs more than a password (a ticket, a token, a
 * cookie) gets a member here and its place in auth_begin().
 */
struct auth_method {
	const char *name;
	bool needs_secret; /* auth.c gets it, once for all sessions */
	bool readable;     /* who reads the wire reads the secret: TLS only */
	/* Whether the account has what the method needs. 0 or -EINVAL with err filled. */
	int (*check)(const struct net_account *a, struct err *err);
	/* Fills scheme, user and secret of ret (empty; released by the caller on failure). 0 or -ENOMEM. */
	int (*apply)(const struct net_account *a, const char *secret, struct login *ret);
};

extern const struct auth_method auth_none;
extern const struct auth_method auth_basic;

/*
 * Before a request to `to`. 0; -EACCES: the account is paused after refusals, or its secret
 * would go over plain http; what passcmd failed with; -ECANCELED; -ENOMEM. May wait for passcmd.
 */
MUST_CHECK int auth_begin(struct net_auth *a, const struct uri *to, const atomic_int *cancel,
			  struct login *ret, struct err *err);

/* The server answered 401 to l. True: there is another secret now, try once more. */
bool auth_refused(struct net_auth *a, const struct login *l, const atomic_int *cancel);

/* It answered anything else. */
void auth_accepted(struct net_auth *a, const struct login *l);

/* localhost, 127.0.0.0/8, ::1; as uri writes hosts. */
bool auth_is_loopback(const char *host);

#endif
