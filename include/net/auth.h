#ifndef NET_AUTH_H
#define NET_AUTH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

/* How spfs logs in. One method per file in src/net/auth_*.c; never "whatever the server offers". */
enum net_auth_kind {
	NET_AUTH_NONE,  /* anonymous */
	NET_AUTH_BASIC, /* user and password, RFC 7617 */
	NET_AUTH_COUNT
};

/* The word in the configuration: "none", "basic". Never NULL. */
const char *net_auth_name(enum net_auth_kind kind);

/* The reverse, in any case. 0 or -EINVAL. */
MUST_CHECK int net_auth_parse(const char *name, enum net_auth_kind *ret);

/* What the user configured for a site. All strings owned, NULL when not given. */
struct net_account {
	enum net_auth_kind auth;
	char *user;
	char *password;   /* wins over passcmd */
	char *passcmd;    /* see net_cred_command() */
	char *cafile;     /* PEM file of the authorities to trust instead of the system's */
	char *user_agent; /* instead of spfs's own */
	bool allow_http;  /* send the secret over plain http too; to this machine itself it is always sent */
	/* How passcmd is run; NULL: net_cred_command(). For a daemon that may not start programs any more. */
	int (*run)(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err);
	void *run_arg; /* foreign */
};

/* Wipes the password and frees everything; a is empty then. */
void net_account_release(struct net_account *a);
static inline void net_account_release_p(struct net_account *a)
{
	net_account_release(a);
}

/*
 * The state of one login, shared by all sessions of an account: the password in
 * memory, and whether the server refuses it. So passcmd runs once and not once per
 * thread, and a wrong password is tried twice a minute at most and not once per
 * file: domains lock accounts out after a few failures. Thread-safe, counted.
 */
struct net_auth;

/* A copy of the account. 0, -ENOMEM, -EINVAL: the method lacks something (err says what). */
MUST_CHECK int net_auth_new(const struct net_account *account, struct net_auth **ret, struct err *err);
struct net_auth *net_auth_ref(struct net_auth *a);
struct net_auth *net_auth_unref(struct net_auth *a); /* NULL allowed; returns NULL */

/* After the user logged in anew: takes the new account, forgets password and refusals. As net_auth_new. */
MUST_CHECK int net_auth_update(struct net_auth *a, const struct net_account *account, struct err *err);

#endif
