#ifndef SP_SP_H
#define SP_SP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "remote/remote.h"

struct net_account;

/*
 * SharePoint behind remote.h: Lists.asmx ([MS-LISTSWS]) over SOAP 1.1, as [MS-OUTSPS]
 * says that a client like Outlook uses it. Beside what remote.h says:
 *  - f->retry_after is filled on REMOTE_OK too, when a server that answers asks for
 *    patience (X-SharePointHealthScore); heeding it is politeness.
 *  - push sends one request for each folder that its new items go into; what a failure
 *    between two of them means is REMOTE_NOT_RUN and REMOTE_LOST as in remote.h: see
 *    src/sp/update.h.
 *  - only push ever returns REMOTE_LOST.
 *  - a site with alternate addresses is opened at the one that works; `failed` of the factory
 *    moves on to the next (src/sp/address.h).
 */

/* Given by app; everything foreign and longer-lived than the factory. */
struct sp_accounts {
	/*
	 * The account for a site, whose URL has no slash at the end. ret is empty; the caller
	 * releases it. Called with no lock held, from any thread. 0 or -errno with err filled.
	 */
	int (*account)(void *arg, const char *site, struct net_account *ret, struct err *err);
	/*
	 * The n-th other address of the site that the user has allowed, n from 0: a fresh string, an origin or the
	 * site's URL there. -ENOENT: there are no more; -ENOMEM. NULL: no site has any.
	 */
	int (*alternate)(void *arg, const char *site, int n, char **ret);
	void *arg;
	const char *spool_dir; /* for answers above 1 MiB while they are read; NULL: memory */
};

/*
 * Opens sites. Sessions of one account on one server share their login (net/auth.h).
 * Thread-safe. Make the first one before threads are started: it sets libxml2 up.
 */
struct sp_factory;

struct sp_factory *sp_factory_new(const struct sp_accounts *accounts); /* NULL: out of memory */

/* After every remote that it opened is closed. NULL allowed; returns NULL. */
struct sp_factory *sp_factory_free(struct sp_factory *f);

/* What the sync engine is given; lives as long as f. */
const struct remote_factory *sp_factory_remote(struct sp_factory *f);

/*
 * The user has logged in anew, or changed the configuration: the account of the site is
 * asked for again, and refusals are forgotten. Remotes that are open use it from their
 * next request on (another cafile or user_agent: from the next open). 0 or -errno.
 */
MUST_CHECK int sp_factory_login(struct sp_factory *f, const char *site, struct err *err);

/* ---- addresses that people have ----------------------------------------------------- */

/* What a pasted address may mean. Release with sp_target_release(). */
struct sp_target {
	char **webs;   /* owned; URLs of the webs that it may belong to, the longest first, no slash at the end */
	size_t n;
	char *path;    /* owned; the server-relative, decoded path of the list, folder or web, no slash at the end */
	char *list_id; /* owned; "{GUID}" if the address names one; else NULL */
};

/*
 * http://host/sites/team/Lists/Tasks/AllItems.aspx -> path /sites/team/Lists/Tasks, webs
 * http://host/sites/team, http://host/sites, http://host. Understood are pages of lists
 * and libraries, ?RootFolder=, ?List={GUID}, start.aspx#/..., and addresses of webs and
 * folders. 0, -EINVAL: not an http(s) URL; -ENOMEM.
 */
MUST_CHECK int sp_url_guess(const char *url, struct sp_target *ret);
void sp_target_release(struct sp_target *t);

/*
 * Asks the candidates in turn, the longest first, until one answers GetListCollection.
 * REMOTE_OK: *ret_web (owned by the caller) is the web's URL, as the server itself says
 * where it is, and fn was called for each of its lists. Other results: of the candidate
 * that was most likely right.
 */
enum remote_result sp_site_find(struct sp_factory *f, const struct sp_target *t,
				int (*fn)(void *arg, const struct list *l), void *arg, char **ret_web,
				const atomic_int *cancel, struct remote_fault *fault);

/* Whether the address means this list or a folder in it; false for the address of the web itself. */
bool sp_target_is_list(const struct sp_target *t, const struct list *l);

#endif
