/* What needs a login: SharePoint's lists and documents. The daemon asks the same questions in the same way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uri.h"
#include "cli/cli.h"
#include "net/auth.h"
#include "remote/remote.h"
#include "sp/sp.h"
#include "accounts.h"
#include "doctor.h"
#include "doctor_int.h"
#include "session.h"
#include "site.h"

/* ---- change tokens --------------------------------------------------------------------------- */

static int on_row(void *arg, struct item *row)
{
	(void) arg;
	(void) row;
	return 0;
}

/* Whether changes can be asked for. */
static void check_tokens(struct doctor *d, struct remote *r, const struct list *l)
{
	CLEANUP(remote_page_release_p) struct remote_page page = { 0 }, again = { 0 };
	struct remote_pull q = { .list_id = l->id, .row_limit = 1 };
	const struct remote_sink nothing = doctor_sink(on_row, NULL);
	struct remote_fault f = { 0 };
	enum remote_result result = r->ops->pull(r, &q, &nothing, &page, NULL, &f);

	if (result == REMOTE_OK && page.token) {
		q.token = page.token;
		result = r->ops->pull(r, &q, &nothing, &again, NULL, &f);
	}
	if (result != REMOTE_OK)
		doctor_fail(d, "change tokens", CLI_FAILED, "may you read this list in a browser? If so, ask its administrators",
			    "%s: %s", l->title, err_text(&f.err, -EIO));
	else if (!page.token)
		doctor_fail(d, "change tokens", 0, "nothing: an old server, whose lists are read-only and read whole each time",
			    "%s: the server tells none", l->title);
	else
		doctor_ok(d, "change tokens", "%s: only what has changed is sent", l->title);
}

/* ---- the site ----------------------------------------------------------------------------------- */

/* "ann, by basic"; "without a login". */
static void name_account(struct doctor *d, const char *url, char *out, size_t size)
{
	CLEANUP(net_account_release_p) struct net_account a = { 0 };

	if (accounts_find(d->s->accounts, url, &a, NULL) < 0)
		snprintf(out, size, "?");
	else if (a.auth == NET_AUTH_NONE)
		snprintf(out, size, "without a login");
	else
		snprintf(out, size, "%s%sby %s", a.user ? a.user : "", a.user ? ", " : "",
			 net_auth_name(a.auth == NET_AUTH_AUTO && a.last != NET_AUTH_NONE ? a.last : a.auth));
}

static int count_shown(const struct site *site)
{
	int n = 0;

	for (size_t i = 0; i < site->n; i++)
		n += site_shows(&site->v[i]);
	return n;
}

/* Logs in and asks which lists there are. */
static bool check_lists(struct doctor *d, struct sp_factory *f, const char *url, struct site *ret)
{
	struct err err = { 0 };
	char who[300];
	int code;

	code = accounts_ask(d->s->accounts, url, &err) < 0 ? CLI_LOGIN : site_find(f, url, ret, &err);
	name_account(d, url, who, sizeof(who)); /* by now `auto` has come to something */
	if (code == CLI_LOGIN) {
		doctor_fail(d, "login", code, "spfs login ADDRESS; how it logs in stands in [site] of spfs.conf(5)", "%s: %s", who,
			    err_text(&err, -EACCES));
		return false;
	}
	if (code != CLI_OK) {
		doctor_fail(d, "Lists.asmx", code, "is it the address of a SharePoint site? Open ADDRESS/_vti_bin/Lists.asmx in a browser: a "
			    "page to log in on, or an error, says who is in the way", "%s", err_text(&err, -EIO));
		return false;
	}
	doctor_ok(d, "login", "%s", who);
	doctor_ok(d, "Lists.asmx", "%s has %d lists", ret->url, count_shown(ret));
	return true;
}

/* The list of the address, else the first that will do; NULL. */
static const struct list *choose(const struct site *site, bool library)
{
	const struct list *l = site_list_of_url(site);

	if (l && list_is_library(l) == library)
		return l;
	for (size_t i = 0; i < site->n; i++)
		if (site_shows(&site->v[i]) && list_is_library(&site->v[i]) == library)
			return &site->v[i];
	return NULL;
}

static void check_contents(struct doctor *d, struct sp_factory *f, const struct site *site)
{
	const struct remote_factory *rf = sp_factory_remote(f);
	const struct list *library = choose(site, true), *list = choose(site, false);
	struct remote *r = NULL;
	struct err err = { 0 };

	if (rf->open(rf->arg, site->url, &r, &err) < 0) {
		doctor_fail(d, "change tokens", CLI_FAILED, NULL, "%s", err_text(&err, -EIO));
		return;
	}
	list = list ? list : library;
	if (list)
		check_tokens(d, r, list);
	else
		doctor_skip(d, "change tokens", "the site has no list");
	if (library)
		doctor_documents(d, r, library);
	else
		doctor_skip(d, "documents", "the site has no library");
	r->ops->close(r);
}

static void check_site(struct doctor *d, const char *url)
{
	const struct sp_accounts who = { .account = accounts_find, .arg = d->s->accounts };
	struct sp_factory *f = sp_factory_new(&who);
	CLEANUP(site_release_p) struct site site = SITE_INIT;

	if (!f) {
		doctor_fail(d, "login", CLI_FAILED, NULL, "%s", strerror(ENOMEM));
		return;
	}
	if (check_lists(d, f, url, &site))
		check_contents(d, f, &site);
	sp_factory_free(f);
}

void doctor_site(struct doctor *d, const char *url)
{
	struct sp_target t = { 0 };
	struct uri u = { 0 };

	d->site = url;
	if (uri_parse(url, &u) < 0 || sp_url_guess(url, &t) < 0) {
		doctor_fail(d, "address", CLI_USAGE, "it begins with https:// or http://", "%s: not an address", url);
	} else if (doctor_reach(d, t.webs[0], &u)) {
		check_site(d, url);
	}
	uri_release(&u);
	sp_target_release(&t);
	d->site = NULL;
}
