#ifndef APP_ACCOUNTS_H
#define APP_ACCOUNTS_H

#include "base/attr.h"
#include "base/err.h"

struct config;
struct net_auth;

/*
 * Who logs in where: one account per [site] of the configuration, shared by all
 * lists of it, and one without a name for sites that have no section. Thread-safe.
 */
struct accounts;

struct accounts *accounts_new(void); /* NULL: out of memory */
struct accounts *accounts_free(struct accounts *a);

/* Takes the sites of c, also anew after an edit: passwords that were typed stay, refusals are forgotten.
 * 0; -EINVAL, -ENOMEM with err. */
MUST_CHECK int accounts_load(struct accounts *a, const struct config *c, struct err *err);

/*
 * Asks on the terminal for the password of the account of `url`, when it has a user and nothing else
 * to get one from. Only before going to the background. Without a terminal nobody is asked. 0 or -errno with err.
 */
MUST_CHECK int accounts_ask(struct accounts *a, const char *url, struct err *err);

/* The account for a site, one reference more. 0; -ENOMEM, -EINVAL with err. */
MUST_CHECK int accounts_find(struct accounts *a, const char *url, struct net_auth **ret, struct err *err);

#endif
