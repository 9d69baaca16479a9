#ifndef APP_TOKENS_H
#define APP_TOKENS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * The tokens of the person: one file for all profiles, BASE/.tokens, mode 0600, in JSON. It
 * is used under a lock between processes, which is held while a token is refreshed: two
 * that did it at the same time would present the same refresh token twice, and servers
 * take that for a theft and end the whole login.
 */
struct tokens;

/* One login. All strings owned; tokens are wiped. */
struct tokens_entry {
	char *site;      /* the address in [site] */
	char *key;       /* client, server and scope: a token of another configuration is none */
	char *token_url; /* where it is refreshed */
	char *revoke_url; /* NULL: the server takes no token back */
	char *access;    /* NULL: none */
	char *refresh;   /* NULL: none; without both somebody has to log in */
	int64_t got;     /* when the access token was given, seconds since 1970 */
	int64_t until;   /* its end; 0: not known */
	int64_t serial;  /* another one for each that was put */
};

void tokens_entry_release(struct tokens_entry *e);
static inline void tokens_entry_release_p(struct tokens_entry *e)
{
	tokens_entry_release(e);
}

/*
 * Waits for the lock, and reads. `base` is made when it is missing. 0; -ECANCELED: *cancel (NULL: never)
 * became nonzero; -EPERM: the file is not a file of the user's own that nobody else can read; -EBADMSG: it is damaged;
 * -errno; all with err.
 */
MUST_CHECK int tokens_open(const char *base, const atomic_int *cancel, struct tokens **ret, struct err *err);

/* Gives the lock back. NULL allowed; returns NULL. */
struct tokens *tokens_close(struct tokens *t);
DEFINE_CLEANUP(struct tokens *, tokens_close);

/* A copy. 0; -ENOENT; -ENOMEM. */
MUST_CHECK int tokens_find(const struct tokens *t, const char *site, struct tokens_entry *ret);

/* Puts e in the place of what was there for its site, and counts its serial up. It is on disk when this returns 0. */
MUST_CHECK int tokens_put(struct tokens *t, struct tokens_entry *e, struct err *err);

/* 0; -ENOENT: there was none; -errno with err. */
MUST_CHECK int tokens_drop(struct tokens *t, const char *site, struct err *err);

#endif
