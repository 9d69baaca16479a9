#include "oauth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/uri.h"
#include "net/auth.h"
#include "net/cred.h"
#include "config.h"

/* What an access token must still be good for, so that it need not be replaced at once. */
enum { LEFT_S = 60 };

/* ---- sites -------------------------------------------------------------------------------------- */

static const char *const clouds[OAUTH_CLOUDS] = {
	[OAUTH_GLOBAL] = "login.microsoftonline.com",
	[OAUTH_US] = "login.microsoftonline.us",
	[OAUTH_CHINA] = "login.chinacloudapi.cn",
};

void oauth_site_release(struct oauth_site *s)
{
	free(s->url);
	free(s->client_id);
	free(s->tenant);
	free(s->authority);
	free(s->scope);
	free(s->redirect);
	free(s->authorize_endpoint);
	free(s->token_endpoint);
	free(s->device_endpoint);
	free(s->cafile);
	*s = (struct oauth_site) { 0 };
}

/* The resource that a token of Microsoft's is for is the site's server; others have no word for it. */
static int make_scope(const struct site_config *c, char **ret)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(4096);
	struct uri u = { 0 };
	int r;

	if (c->scope)
		return str_set(ret, c->scope);
	if (c->authority || c->token_endpoint)
		return str_set(ret, "openid offline_access");
	r = uri_parse(c->url, &u);
	if (r < 0)
		return r;
	uri_origin(&u, &b);
	uri_release(&u);
	buf_adds(&b, "/AllSites.Write offline_access");
	return buf_error(&b) ?: str_set(ret, buf_str(&b));
}

static int check_url(const struct oauth_site *s, const char *key, const char *value, struct err *err)
{
	struct uri u = { 0 };
	int r = value ? uri_parse(value, &u) : 0;

	uri_release(&u);
	return r == -EINVAL ? err_set(err, r, "[site \"%s\"]: %s is an address, not \"%s\"", s->url, key, value) : r;
}

static int check(const struct oauth_site *s, struct err *err)
{
	int r = check_url(s, "authority", s->authority, err);

	r = r ?: check_url(s, "redirect", s->redirect, err);
	r = r ?: check_url(s, "authorize_endpoint", s->authorize_endpoint, err);
	r = r ?: check_url(s, "token_endpoint", s->token_endpoint, err);
	return r ?: check_url(s, "device_endpoint", s->device_endpoint, err);
}

int oauth_site_make(const struct site_config *c, struct oauth_site *ret, struct err *err)
{
	struct oauth_site s = { .cloud = (enum oauth_cloud) c->cloud };
	int r = str_set(&s.url, c->url);

	r = r ?: str_set(&s.client_id, c->client_id);
	r = r ?: str_set(&s.tenant, c->tenant);
	r = r ?: str_set(&s.authority, c->authority);
	r = r ?: str_set(&s.redirect, c->redirect);
	r = r ?: str_set(&s.authorize_endpoint, c->authorize_endpoint);
	r = r ?: str_set(&s.token_endpoint, c->token_endpoint);
	r = r ?: str_set(&s.device_endpoint, c->device_endpoint);
	r = r ?: str_set(&s.cafile, c->cafile);
	r = r ?: make_scope(c, &s.scope);
	r = r ?: check(&s, err);
	if (r < 0) {
		oauth_site_release(&s);
		return err_add(err, r, "%s", err_text(NULL, r));
	}
	*ret = s;
	return 0;
}

struct net_oauth_way oauth_way(const struct oauth_site *s, const atomic_int *cancel)
{
	return (struct net_oauth_way) { .client_id = s->client_id, .cafile = s->cafile, .cancel = cancel };
}

/* ---- servers ------------------------------------------------------------------------------------ */

static int microsoft(const struct oauth_site *s, struct net_oauth_server *ret, struct err *err)
{
	const struct net_oauth_way way = oauth_way(s, NULL);
	CLEANUP(str_free_p) char *tenant = NULL;
	int r = str_set(&tenant, s->tenant);

	/* A site that does not say: people of any organization can log in there. */
	if (r == 0 && !tenant && net_oauth_tenant(&way, s->url, &tenant, NULL) < 0)
		r = str_set(&tenant, "organizations");
	r = r ?: net_oauth_microsoft(clouds[s->cloud], tenant, ret);
	return r == -EINVAL ? err_set(err, r, "tenant is an id or a domain, not \"%s\"", tenant) : r;
}

/* Where administrators consent for all, asking each person for it would be refused. */
static bool is_microsoft(const char *url)
{
	struct uri u = { 0 };
	bool is = false;

	for (int i = 0; url && uri_parse(url, &u) == 0 && i < OAUTH_CLOUDS; i++) {
		is |= str_eq(u.host, clouds[i]);
		uri_release(&u);
	}
	return is;
}

int oauth_server(const struct oauth_site *s, struct net_oauth_server *ret, struct err *err)
{
	const struct net_oauth_way way = oauth_way(s, NULL);
	struct net_oauth_server found = { 0 };
	int r = 0;

	if (s->authority)
		r = net_oauth_discover(&way, s->authority, &found, err);
	else if (!s->token_endpoint)
		r = microsoft(s, &found, err);
	if (r == 0 && s->authorize_endpoint)
		r = str_set(&found.authorize, s->authorize_endpoint);
	if (r == 0 && s->token_endpoint)
		r = str_set(&found.token, s->token_endpoint);
	if (r == 0 && s->device_endpoint)
		r = str_set(&found.device, s->device_endpoint);
	found.offline &= !is_microsoft(found.authorize);
	if (r < 0) {
		net_oauth_server_release(&found);
		return err_add(err, r, "%s", err_text(NULL, r));
	}
	*ret = found;
	return 0;
}

/* ---- entries ------------------------------------------------------------------------------------- */

/* What a token was got for: with another client, server or scope it is none. */
static char *key_of(const struct oauth_site *s)
{
	return str_printf("%s %s %s %s", s->client_id, s->token_endpoint ?: s->authority ?: clouds[s->cloud],
			  s->token_endpoint || s->authority ? "" : s->tenant ?: "", s->scope);
}

/* Moves tokens; a refresh token that was not replaced stays. */
static void move_tokens(struct tokens_entry *e, struct net_oauth_tokens *t)
{
	net_cred_wipe_p(&e->access);
	e->access = t->access;
	t->access = NULL;
	if (t->refresh) {
		net_cred_wipe_p(&e->refresh);
		e->refresh = t->refresh;
		t->refresh = NULL;
	}
	e->got = clock_now_ns() / 1000000000;
	e->until = t->good_s ? e->got + t->good_s : 0;
}

int oauth_entry(const struct oauth_site *s, const struct net_oauth_server *server, struct net_oauth_tokens *t,
		struct tokens_entry *ret)
{
	struct tokens_entry e = { .key = key_of(s) };
	int r = e.key ? str_set(&e.site, s->url) : -ENOMEM;

	r = r ?: str_set(&e.token_url, server->token);
	r = r ?: str_set(&e.revoke_url, server->revoke);
	if (r < 0) {
		tokens_entry_release(&e);
		return r;
	}
	move_tokens(&e, t);
	*ret = e;
	return 0;
}

/* ---- the trader ------------------------------------------------------------------------------------ */

/* Of a site of which a token was given. */
struct given {
	char *site;                  /* owned */
	int64_t serial;              /* of the entry that it came from */
	struct tokens_entry unsaved; /* .site NULL: none; else what the disk did not take */
};

struct oauth {
	char *base; /* owned; immutable, and so are these two */
	int (*find)(void *arg, const char *url, struct oauth_site *ret, struct err *err);
	void *arg;
	struct lock lock; /* RANK_LEAF; protects the array; an element belongs to who holds the lock of the tokens */
	struct given **v; /* owned */
	size_t n, cap;
};

struct oauth *oauth_new(const char *base, int (*find)(void *arg, const char *url, struct oauth_site *ret, struct err *err),
			void *arg)
{
	struct oauth *o = calloc(1, sizeof(*o));

	if (!o || str_set(&o->base, base) < 0) {
		free(o);
		return NULL;
	}
	o->find = find;
	o->arg = arg;
	lock_init(&o->lock, RANK_LEAF);
	return o;
}

struct oauth *oauth_free(struct oauth *o)
{
	if (!o)
		return NULL;
	for (size_t i = 0; i < o->n; i++) {
		tokens_entry_release(&o->v[i]->unsaved);
		free(o->v[i]->site);
		free(o->v[i]);
	}
	free(o->v);
	free(o->base);
	lock_release(&o->lock);
	free(o);
	return NULL;
}

/* Under the lock. NULL: out of memory. */
static struct given *add_given(struct oauth *o, const char *site)
{
	struct given *g = vec_grow(&o->v, &o->cap, o->n + 1, sizeof(struct given *)) == 0 ? calloc(1, sizeof(*g)) : NULL;

	if (!g || str_set(&g->site, site) < 0) {
		free(g);
		return NULL;
	}
	o->v[o->n++] = g;
	return g;
}

static struct given *given_at(struct oauth *o, const char *site)
{
	struct given *g = NULL;

	lock_take(&o->lock);
	for (size_t i = 0; !g && i < o->n; i++)
		if (str_eq(o->v[i]->site, site))
			g = o->v[i];
	g = g ? g : add_given(o, site);
	lock_give(&o->lock);
	return g;
}

static int log_in_again(const struct oauth_site *s, const char *why, struct err *err)
{
	return err_set(err, -EKEYEXPIRED, "%s; type: spfs login %s", why, s->url);
}

/* What must not be lost and is not on disk yet. */
static int save_left(struct tokens *t, struct given *g, struct tokens_entry *e, struct err *err)
{
	int r;

	if (!g->unsaved.site)
		return 0;
	/* Somebody has logged in anew meanwhile. */
	if (e->serial > g->unsaved.serial) {
		tokens_entry_release(&g->unsaved);
		return 0;
	}
	r = tokens_put(t, &g->unsaved, err);
	if (r < 0)
		return r;
	tokens_entry_release(e);
	*e = g->unsaved;
	g->unsaved = (struct tokens_entry) { 0 };
	return 0;
}

/* An access token that was not refused yet, and will be good for a while. */
static bool is_good(const struct tokens_entry *e, const struct given *g, bool refused)
{
	int64_t now = clock_now_ns() / 1000000000, half = (e->until - e->got) / 2;

	if (!e->access || (refused && e->serial == g->serial))
		return false;
	if (!e->until)
		return true;
	return now >= e->got && e->until - now > (half < LEFT_S ? half : LEFT_S);
}

/* The refresh token is dead: nobody shall present it again, some servers take that for an attack. */
static int forget(struct tokens *t, struct tokens_entry *e, const struct oauth_site *s, const struct err *why, struct err *err)
{
	CLEANUP(str_free_p) char *words = str_printf("the login at %s has ended (%s)", s->url, err_text(why, -EKEYEXPIRED));

	net_cred_wipe_p(&e->refresh);
	net_cred_wipe_p(&e->access);
	if (tokens_put(t, e, NULL) < 0)
		log_warning("%s: a dead token could not be removed", s->url);
	return log_in_again(s, words ?: "the login has ended", err);
}

static int refresh(struct tokens *t, struct given *g, struct tokens_entry *e, const struct oauth_site *s,
		   const struct net_trade *trade, struct err *err)
{
	CLEANUP(net_oauth_tokens_release_p) struct net_oauth_tokens fresh = { 0 };
	CLEANUP(str_free_p) char *claims = net_oauth_claims(trade->challenge);
	const struct net_oauth_server server = { .token = e->token_url };
	const struct net_oauth_way way = oauth_way(s, trade->cancel);
	struct err why = { 0 };
	int r;

	if (!e->refresh)
		return log_in_again(s, e->access ? "the token has run out, and the login server gave none to renew it with "
				    "(scope: offline_access)" : "nobody is logged in", err);
	r = net_oauth_refresh(&way, &server, e->refresh, s->scope, claims, &fresh, &why);
	if (r == -EKEYEXPIRED)
		return forget(t, e, s, &why, err);
	if (r == -EPERM || r == -EPROTO || r == -EACCES)
		return err_set(err, -EKEYEXPIRED, "%s; see client_id in spfs.conf(5)", why.text);
	if (r < 0)
		return err_set(err, r == -ECANCELED || r == -ENOMEM ? r : -ENOTCONN, "no new token: %s", err_text(&why, r));
	CRASH_POINT("oauth.refreshed");
	move_tokens(e, &fresh);
	r = tokens_put(t, e, &why);
	CRASH_POINT("oauth.written");
	if (r == 0)
		return 0;
	g->unsaved = *e;
	*e = (struct tokens_entry) { 0 };
	return err_set(err, -ENOTCONN, "the new token is not used before it is kept: %s", why.text);
}

static int give(const struct tokens_entry *e, struct given *g, struct net_ticket *ret)
{
	int64_t left = e->until - clock_now_ns() / 1000000000;

	g->serial = e->serial;
	ret->good_ms = e->until && left > 0 ? left * 1000 : 0;
	return str_set(&ret->text, e->access);
}

static int obtain(struct tokens *t, struct given *g, const struct oauth_site *s, const struct net_trade *trade,
		  struct net_ticket *ret, struct err *err)
{
	CLEANUP(tokens_entry_release_p) struct tokens_entry e = { 0 };
	CLEANUP(str_free_p) char *key = key_of(s);
	int r = key ? tokens_find(t, s->url, &e) : -ENOMEM;

	if (r == -ENOENT)
		return log_in_again(s, "nobody is logged in", err);
	if (r == 0 && !str_eq(key, e.key))
		return log_in_again(s, "the configuration has changed since the login", err);
	r = r ?: save_left(t, g, &e, err);
	if (r == 0 && !is_good(&e, g, trade->refused))
		r = refresh(t, g, &e, s, trade, err);
	return r ?: give(&e, g, ret);
}

/* As a trader's caller knows errors: what a person must mend, and what may pass by itself. */
static int as_trader(int r)
{
	switch (r) {
	case 0:
	case -ECANCELED:
	case -ENOMEM:
	case -EKEYEXPIRED:
		return r;
	case -EPERM:
	case -EBADMSG:
	case -EINVAL:
	case -ELOOP:
		return -EKEYEXPIRED;
	default:
		return -ENOTCONN;
	}
}

int oauth_trade(void *oauth, const struct net_trade *t, struct net_ticket *ret, struct err *err)
{
	struct oauth *o = oauth;
	CLEANUP(oauth_site_release_p) struct oauth_site s = { 0 };
	CLEANUP(tokens_close_p) struct tokens *tokens = NULL;
	struct given *g;
	int r = o->find(o->arg, t->account->name, &s, err);

	if (r == -ENOENT)
		return err_set(err, -EKEYEXPIRED, "%s has no client_id any more", t->account->name);
	r = r ?: tokens_open(o->base, t->cancel, &tokens, err);
	if (r == 0) {
		g = given_at(o, s.url);
		r = g ? obtain(tokens, g, &s, t, ret, err) : -ENOMEM;
	}
	return r < 0 ? err_add(err, as_trader(r), "%s", err_text(NULL, r)) : 0;
}
