#ifndef APP_ACCOUNTS_H
#define APP_ACCOUNTS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct config;
struct net_account;
struct oauth_site;

/*
 * Who logs in where: what the configuration's [site] sections say, and passwords
 * that were typed at the start. Thread-safe.
 */
struct accounts;

/* memory: the file that remembers how sites are logged in to (logins.h); base: where tokens are (tokens.h). NULL: out of memory. */
struct accounts *accounts_new(const char *memory, const char *base);
struct accounts *accounts_free(struct accounts *a);

/* Takes the sites of c and leaves it without; also anew after an edit. Passwords that were typed stay. */
void accounts_load(struct accounts *a, struct config *c);

/*
 * Asks on the terminal for the password at `url`, when its section has a user and nothing else to get
 * one from. Only before going to the background. Without a terminal nobody is asked. 0 or -errno with err.
 */
MUST_CHECK int accounts_ask(struct accounts *a, const char *url, struct err *err);

/* A password that was typed elsewhere, for the [site] that url belongs to. 0; -ENOENT: it has no user; -ENOMEM. */
MUST_CHECK int accounts_type(struct accounts *a, const char *url, const char *password);

/* Hands out the password that was typed for the [site] of url: fresh string, to be wiped; NULL: none was. */
char *accounts_typed(struct accounts *a, const char *url);

/* How the [site] of url logs in with OAuth. 0; -ENOENT: it does not, or there is none; -ENOMEM, -EINVAL with err. */
MUST_CHECK int accounts_oauth(void *accounts, const char *url, struct oauth_site *ret, struct err *err);

/* For struct sp_accounts. A site without a section in the configuration is anonymous: no password and no ticket goes there
 * before the user has said so. ret is empty; the caller releases it. 0 or -ENOMEM with err. */
MUST_CHECK int accounts_find(void *accounts, const char *url, struct net_account *ret, struct err *err);

/* Whether the configuration, or the user since, named the server of url (scheme, host, port): by a [site] or as another
 * address of one. */
bool accounts_know(struct accounts *a, const char *url);

/* Whether a [site] says how to log in at url. */
bool accounts_know_section(struct accounts *a, const char *url);

/* Calls fn with each file that the [site] sections name: certificates, keys. */
void accounts_each_file(struct accounts *a, void (*fn)(void *arg, const char *path), void *arg);

/* How commands are run from now on, as net_account.run; before there are threads. */
void accounts_run_by(struct accounts *a, int (*run)(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err),
		     void *arg);

/* For struct sp_accounts: the n-th other address of the site, from the configuration and what was confirmed. */
MUST_CHECK int accounts_alternate(void *accounts, const char *url, int n, char **ret);

/* Addresses (blanks between) of the site that the user allowed with `spfs add`. 0 or -ENOMEM. */
MUST_CHECK int accounts_confirm(struct accounts *a, const char *url, const char *addresses);

/* Milliseconds of the cycle of a site with `mode = 2003`; 0: it is in no such mode. */
int accounts_cycle_2003(struct accounts *a, const char *url);

#endif
