#include "sp/sp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/thread.h"
#include "base/uri.h"
#include "address.h"
#include "changes.h"
#include "docs.h"
#include "forms.h"
#include "lists.h"
#include "net/auth.h"
#include "net/http.h"
#include "soap.h"
#include "update.h"
#include "xmltab.h"

/* A login that is in use: of one user on one server. */
struct login {
	char *origin;          /* owned */
	struct net_account who; /* owned; auth, user and name only */
	struct net_auth *auth; /* refd */
	struct docs_host docs; /* atomic; what the server has shown about documents */
	struct login *next;    /* owned */
};

struct sp_factory {
	struct sp_accounts accounts;  /* immutable, foreign inside */
	struct remote_factory remote; /* immutable */
	struct lock lock;             /* RANK_LEAF */
	struct login *logins;         /* protected by lock */
	struct address_book *book;    /* owned; thread-safe */
};

/* ---- one site --------------------------------------------------------------------- */

static struct remote *sp_close(struct remote *r)
{
	struct sp *sp = (struct sp *) r;

	if (!sp)
		return NULL;
	net_http_free(sp->http);
	free(sp->site);
	free(sp->address);
	free(sp->host);
	free(sp->endpoint);
	free(sp->origin);
	free(sp->web);
	free(sp);
	return NULL;
}

static const struct remote_ops ops = {
	.lists = lists_all,
	.get_list = lists_get,
	.pull = changes_pull,
	.push = update_push,
	.close = sp_close,
};

/* Adds the web's path without a slash at its end. */
static int set_web(struct sp *sp, const char *path, struct buf *url)
{
	CLEANUP(str_free_p) char *copy = strdup(path + strspn(path, "/"));
	size_t n = copy ? strlen(copy) : 0;

	if (!copy)
		return -ENOMEM;
	while (n && copy[n - 1] == '/')
		copy[--n] = '\0';
	if (n) {
		buf_addc(url, '/');
		uri_encode_path(url, copy);
	}
	return str_set(&sp->web, copy);
}

static int set_addresses(struct sp *sp, const char *site, const char *address, const struct uri *u)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(16384);
	int r = str_set(&sp->site, site);

	r = r ?: str_set(&sp->address, address);
	r = r ?: str_set(&sp->host, u->host);
	uri_origin(u, &b);
	r = r ?: buf_error(&b);
	r = r ?: str_set(&sp->origin, buf_str(&b));
	r = r ?: set_web(sp, u->path, &b);
	buf_adds(&b, "/_vti_bin/Lists.asmx");
	r = r ?: buf_error(&b);
	return r ?: str_set(&sp->endpoint, buf_str(&b));
}

/* ---- logins ------------------------------------------------------------------------- */

/* Under the lock. */
static struct login *find_login(struct sp_factory *f, const char *origin, const struct net_account *a)
{
	for (struct login *l = f->logins; l; l = l->next)
		if (str_eq(l->origin, origin) && net_account_same(&l->who, a))
			return l;
	return NULL;
}

static void free_login(struct login *l)
{
	if (!l)
		return;
	free(l->origin);
	net_account_release(&l->who);
	net_auth_unref(l->auth);
	free(l);
}

static int new_login(const char *origin, const struct net_account *a, struct login **ret, struct err *err)
{
	struct login *l = calloc(1, sizeof(*l));
	int r = l ? str_set(&l->origin, origin) : -ENOMEM;

	r = r ?: str_set(&l->who.user, a->user);
	r = r ?: str_set(&l->who.name, a->name);
	if (r < 0)
		err_set(err, r, "out of memory");
	r = r ?: net_auth_new(a, &l->auth, err);
	if (r < 0) {
		free_login(l);
		return r;
	}
	l->who.auth = a->auth;
	*ret = l;
	return 0;
}

/* The shared login of the account; it lives as long as f. */
static int get_login(struct sp_factory *f, const char *origin, const struct net_account *a,
		     struct login **ret, struct err *err)
{
	struct login *fresh = NULL, *found;
	int r = new_login(origin, a, &fresh, err);

	if (r < 0)
		return r;
	lock_take(&f->lock);
	found = find_login(f, origin, a);
	if (!found) {
		fresh->next = f->logins;
		f->logins = found = fresh;
		fresh = NULL;
	}
	*ret = found;
	lock_give(&f->lock);
	free_login(fresh);
	return 0;
}

/* ---- the factory ---------------------------------------------------------------------- */

struct place {
	struct uri uri;             /* owned */
	struct buf origin;          /* owned */
	struct net_account account; /* owned */
	struct login *login;        /* foreign */
};

static void place_release(struct place *p)
{
	uri_release(&p->uri);
	buf_release(&p->origin);
	net_account_release(&p->account);
}

/* What net cannot know: how SharePoint logs in with forms, and where it is asked what it offers. */
static int describe_server(struct net_account *a, const char *site, struct err *err)
{
	a->cookies = (struct net_trader) { .trade = forms_trade };
	a->is_login_page = forms_is_login_page;
	a->probe = str_printf("%s/_vti_bin/Lists.asmx", site);
	return a->probe ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static int find_place(struct sp_factory *f, const char *site, struct place *p, struct err *err)
{
	int r = uri_parse(site, &p->uri);

	if (r < 0)
		return err_set(err, r, "not the address of a site: %s", site);
	uri_origin(&p->uri, &p->origin);
	r = buf_error(&p->origin);
	if (r < 0)
		return err_set(err, r, "out of memory");
	r = f->accounts.account(f->accounts.arg, site, &p->account, err);
	r = r ?: describe_server(&p->account, site, err);
	return r ?: get_login(f, buf_str(&p->origin), &p->account, &p->login, err);
}

static int open_sp(const struct sp_factory *f, const char *site, const char *address, const struct place *p,
		   struct remote **ret)
{
	struct sp *sp = calloc(1, sizeof(*sp));
	int r;

	if (!sp)
		return -ENOMEM;
	sp->remote.ops = &ops;
	sp->remote.docs = &docs_ops;
	sp->dir = f->accounts.spool_dir;
	sp->docs = &p->login->docs;
	r = set_addresses(sp, site, address, &p->uri);
	r = r ?: net_http_new(&p->account, p->login->auth, &sp->http);
	if (r < 0) {
		sp_close(&sp->remote);
		return r;
	}
	*ret = &sp->remote;
	return 0;
}

static int open_site(void *arg, const char *site, struct remote **ret, struct err *err)
{
	struct sp_factory *f = arg;
	struct place p = { .origin = BUF_INIT(4096) };
	CLEANUP(str_free_p) char *address = NULL;
	int r = address_choose(f->book, site, &address);

	if (r < 0)
		return err_set(err, r, "out of memory");
	r = find_place(f, address, &p, err);
	if (r == 0) {
		r = open_sp(f, site, address, &p, ret);
		if (r < 0)
			err_set(err, r, "out of memory");
	}
	place_release(&p);
	return r;
}

static bool site_failed(void *arg, struct remote *r)
{
	struct sp_factory *f = arg;
	const struct sp *sp = (const struct sp *) r;

	return address_failed(f->book, sp->site, sp->address);
}

static int login_at(struct sp_factory *f, const char *address, struct err *err)
{
	struct place p = { .origin = BUF_INIT(4096) };
	int r = find_place(f, address, &p, err);

	r = r ?: net_auth_update(p.login->auth, &p.account, err);
	place_release(&p);
	return r;
}

int sp_factory_login(struct sp_factory *f, const char *site, struct err *err)
{
	for (int n = 0;; n++) {
		CLEANUP(str_free_p) char *address = NULL;
		int r = address_nth(&f->accounts, site, n, &address);

		if (r < 0)
			return err_set(err, r, "out of memory");
		if (!address)
			return 0;
		r = login_at(f, address, err);
		if (r < 0)
			return r;
	}
}

struct sp_factory *sp_factory_new(const struct sp_accounts *accounts)
{
	struct sp_factory *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	xml_setup();
	f->accounts = *accounts;
	f->remote = (struct remote_factory) { .open = open_site, .failed = site_failed, .arg = f };
	f->book = address_book_new(&f->accounts);
	if (!f->book) {
		free(f);
		return NULL;
	}
	lock_init(&f->lock, RANK_LEAF);
	return f;
}

struct sp_factory *sp_factory_free(struct sp_factory *f)
{
	if (!f)
		return NULL;
	while (f->logins) {
		struct login *l = f->logins;

		f->logins = l->next;
		free_login(l);
	}
	address_book_free(f->book);
	lock_release(&f->lock);
	free(f);
	return NULL;
}

const struct remote_factory *sp_factory_remote(struct sp_factory *f)
{
	return &f->remote;
}
