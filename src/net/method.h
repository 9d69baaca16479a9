#ifndef NET_METHOD_H
#define NET_METHOD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/uri.h"
#include "net/auth.h"

/* What a request carries; http.c turns it into curl's words. */
enum login_scheme { LOGIN_NONE, LOGIN_BASIC, LOGIN_NTLM, LOGIN_NEGOTIATE, LOGIN_COOKIE, LOGIN_BEARER };

struct login {
	enum login_scheme scheme;
	char *user;        /* owned, or NULL */
	char *secret;      /* owned, wiped; or NULL */
	unsigned serial;   /* which secret, ticket and method of the account this was */
	unsigned identity; /* connections of another one must not be used: they may be logged in */
	bool proves;       /* auth_offered(), -refused(), -accepted() or -dropped() must follow */
	bool undecided;    /* which method it will be depends on what the server offers: ask it first */
	char *probe;       /* owned; where to ask it; NULL: where the request goes */
	bool (*is_login_page)(const struct net_reply *r); /* a refusal that is no 401; NULL: there is none */
};

void login_release(struct login *l);
static inline void login_release_p(struct login *l)
{
	login_release(l);
}

/* What a method needs of the account. */
enum auth_needs { NEEDS_NOTHING, NEEDS_PASSWORD, NEEDS_COOKIES, NEEDS_TOKEN };

/* One way to log in. */
struct auth_method {
	const char *name;
	enum auth_needs needs; /* auth.c gets it, once for all sessions */
	bool readable;         /* who reads the wire can make use of it: TLS only */
	/* Whether the account has what the method needs. 0 or -EINVAL with err filled. */
	int (*check)(const struct net_account *a, struct err *err);
	/*
	 * Fills scheme, user and secret of ret (empty; released by the caller on failure); `secret` is what it
	 * needs, or its ticket. 0, -ENOMEM; -EACCES with err: this secret cannot be used.
	 */
	int (*apply)(const struct net_account *a, const char *secret, struct login *ret, struct err *err);
};

extern const struct auth_method auth_none;
extern const struct auth_method auth_basic;
extern const struct auth_method auth_ntlm;
extern const struct auth_method auth_negotiate;
extern const struct auth_method auth_forms;
extern const struct auth_method auth_cookie;
extern const struct auth_method auth_bearer;

/* Of NET_AUTH_AUTO that of NET_AUTH_NONE. */
const struct auth_method *auth_method(enum net_auth_kind kind);

/* -EINVAL unless there are a user and a password for him. */
int auth_check_password(const struct net_account *a, const char *method, struct err *err);

/* -EINVAL if others can read the key of the client certificate. */
int auth_check_key(const struct net_account *a, struct err *err);

/* A copy; *dst is overwritten. 0 or -ENOMEM. */
MUST_CHECK int auth_copy_account(struct net_account *dst, const struct net_account *src);

/* The same of what concerns connections only. */
MUST_CHECK int auth_copy_tls(struct net_account *dst, const struct net_account *src);

/*
 * Before a request to `to`. 0; -EACCES: the account is stopped after refusals, or its secret would go over
 * plain http; -EKEYEXPIRED, and what a command or trader failed with; -ECANCELED; -ENOMEM. May wait for both.
 */
MUST_CHECK int auth_begin(struct net_auth *a, const struct uri *to, const atomic_int *cancel,
			  struct login *ret, struct err *err);

/* What an undecided login was answered without one: r is the answer, `page` its first bytes. */
void auth_offered(struct net_auth *a, const struct login *l, const struct net_reply *r, const char *page);

/* The server refused l with r. True: there is another secret or method now, try once more. */
bool auth_refused(struct net_auth *a, const struct login *l, const struct net_reply *r, const atomic_int *cancel);

/* It answered anything else. */
void auth_accepted(struct net_auth *a, const struct login *l);

/* There was no answer. */
void auth_dropped(struct net_auth *a, const struct login *l);

/* localhost, 127.0.0.0/8, ::1; as uri writes hosts. */
bool auth_is_loopback(const char *host);

/* Whether a secret may go there at all: TLS, this machine itself, or allowed. */
bool auth_may_send(const struct net_account *a, const struct uri *to);

#endif
