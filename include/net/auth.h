#ifndef NET_AUTH_H
#define NET_AUTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct net_reply;

/*
 * How spfs logs in. One method per file in src/net/auth_*.c; never "whatever the server
 * offers": curl would take Negotiate, fail without a ticket, and try nothing else.
 */
enum net_auth_kind {
	NET_AUTH_NONE,      /* anonymous */
	NET_AUTH_BASIC,     /* user and password, RFC 7617 */
	NET_AUTH_NTLM,      /* user and password, [MS-NTHT]; belongs to the connection */
	NET_AUTH_NEGOTIATE, /* a Kerberos ticket, RFC 4559 */
	NET_AUTH_FORMS,     /* user and password for a cookie, which account.cookies gets */
	NET_AUTH_COOKIE,    /* cookies that cookiecmd prints */
	NET_AUTH_BEARER,    /* a token, RFC 6750: from tokencmd or account.token */
	NET_AUTH_COUNT,
	NET_AUTH_AUTO = NET_AUTH_COUNT, /* one of them, by what the server offers: src/net/choose.h */
};

/* The word in the configuration: "none", "basic", ..., "auto". Never NULL. */
const char *net_auth_name(enum net_auth_kind kind);

/* The reverse, in any case. 0 or -EINVAL. */
MUST_CHECK int net_auth_parse(const char *name, enum net_auth_kind *ret);

/* What stands for a login for a while: cookies ("A=b; C=d"), or a token. */
struct net_ticket {
	char *text;      /* owned, wiped */
	int64_t good_ms; /* how long from now on; then it is got anew. 0: until it is refused */
};

void net_ticket_release(struct net_ticket *t);
static inline void net_ticket_release_p(struct net_ticket *t)
{
	net_ticket_release(t);
}

struct net_account;

/* A request for one. Everything foreign. */
struct net_trade {
	const struct net_account *account;
	const char *origin;  /* "https://host[:port]" of the request that needs it */
	const char *secret;  /* the password; NULL: the account has none */
	bool refused;        /* the server did not take the last one: it must not come from a cache */
	const char *challenge; /* "Bearer realm=..., claims=..." that came with that refusal; NULL: none */
	const atomic_int *cancel;
};

/*
 * Gets a ticket, by other requests (forms) or from a store of its own (a token that is
 * refreshed). Called in one thread at a time for each login, with no lock held, before
 * the request that needs it. It may wait for the network, and not for a person. It
 * commits what it must not lose (a refresh token that was replaced) before it returns.
 *
 * 0; -EACCES: the password was refused, which counts against the account; -EPERM: this
 * server does not do that; -EKEYEXPIRED: the person must log in again (err says how);
 * -ECANCELED; any other -errno.
 */
struct net_trader {
	int (*trade)(void *arg, const struct net_trade *t, struct net_ticket *ret, struct err *err);
	void *arg; /* foreign */
};

/* What the user configured for a site. All strings owned, NULL when not given. */
struct net_account {
	enum net_auth_kind auth;
	char *name;       /* what it is called: two without a user are the same if their names are */
	char *user;       /* "DOMAIN\name" and "name@domain" too */
	char *password;   /* wins over passcmd */
	char *passcmd;    /* see net_cred_command() */
	char *cookiecmd;  /* prints cookies */
	char *tokencmd;   /* prints a token */
	char *cafile;     /* PEM file of the authorities to trust instead of the system's */
	char *clientcert; /* PEM or PKCS#12 (.p12, .pfx) file, for servers that want one */
	char *clientkey;  /* PEM file of its key; NULL: in clientcert */
	char *user_agent; /* instead of spfs's own */
	char *probe;      /* address that is asked without a login to see what the server offers; NULL: each request's */
	bool allow_http;  /* send the secret over plain http too; to this machine itself it is always sent */
	bool old_tls;     /* TLS 1.0 and 1.1 and weak ciphers too */
	/* How commands are run; NULL: net_cred_command(). For a daemon that may not start programs any more. */
	int (*run)(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err);
	void *run_arg; /* foreign */
	struct net_trader cookies; /* of NET_AUTH_FORMS, which does not exist without */
	struct net_trader token;   /* of NET_AUTH_BEARER, instead of tokencmd; may be empty */
	/* Whether an answer, by its status and headers, asks a person to log in instead of answering; NULL: never. */
	bool (*is_login_page)(const struct net_reply *r);
	enum net_auth_kind last; /* what NET_AUTH_AUTO came to the last time; NET_AUTH_NONE: begin anew */
	/* NET_AUTH_AUTO came to `kind`, and the server took it; NULL: nobody remembers. Any thread, no lock held. */
	void (*remember)(void *arg, const char *name, enum net_auth_kind kind);
	void *remember_arg; /* foreign */
};

/* Wipes the password and frees everything; a is empty then. */
void net_account_release(struct net_account *a);
static inline void net_account_release_p(struct net_account *a)
{
	net_account_release(a);
}

/* Whether both are one login: then its refusals count together. */
bool net_account_same(const struct net_account *a, const struct net_account *b);

/*
 * The state of one login, shared by all sessions of an account: the password in
 * memory, and whether the server refuses it. So passcmd runs once and not once per
 * thread, and a wrong password is tried twice and not once per file: domains lock
 * accounts out after a few failures. Thread-safe, counted.
 *
 * After two refusals in a row nothing is sent any more until net_auth_update(), or
 * until the command prints something else, which is looked at once a minute. A password
 * that was good before is tried again after 30 minutes; what no lock-out can come of
 * (tickets, cookies, tokens), after one.
 */
struct net_auth;

/* A copy of the account. 0, -ENOMEM, -EINVAL: the method lacks something (err says what). */
MUST_CHECK int net_auth_new(const struct net_account *account, struct net_auth **ret, struct err *err);
struct net_auth *net_auth_ref(struct net_auth *a);
struct net_auth *net_auth_unref(struct net_auth *a); /* NULL allowed; returns NULL */

/*
 * After the user logged in anew: takes the new account, forgets password, ticket and refusals; connections of
 * before are not used any more. As net_auth_new.
 */
MUST_CHECK int net_auth_update(struct net_auth *a, const struct net_account *account, struct err *err);

#endif
