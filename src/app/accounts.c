#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/thread.h"
#include "config.h"
#include "net/auth.h"
#include "net/cred.h"

struct account {
	char *url;               /* owned; of the [site]; NULL: for all others */
	char *typed;             /* owned, wiped; the password from the terminal, NULL */
	struct net_account wish; /* owned; what the configuration says */
	struct net_auth *auth;   /* owned; NULL: not needed yet */
};

struct accounts {
	struct lock lock; /* RANK_LEAF is taken by auth itself: this one is below; protects the rest */
	struct config sites; /* owned; only to find the section of a URL */
	struct account **v;  /* owned */
	size_t n, cap;
};

struct accounts *accounts_new(void)
{
	struct accounts *a = calloc(1, sizeof(*a));

	if (a)
		lock_init(&a->lock, RANK_CTL);
	return a;
}

static void free_account(struct account *c)
{
	net_auth_unref(c->auth);
	net_account_release(&c->wish);
	net_cred_wipe_p(&c->typed);
	free(c->url);
	free(c);
}

struct accounts *accounts_free(struct accounts *a)
{
	if (!a)
		return NULL;
	for (size_t i = 0; i < a->n; i++)
		free_account(a->v[i]);
	free(a->v);
	config_release(&a->sites);
	lock_release(&a->lock);
	free(a);
	return NULL;
}

/* ---- from the configuration ------------------------------------------------------ */

static int make_wish(const struct site_config *s, const char *typed, struct net_account *ret)
{
	struct net_account w = { .allow_http = s->allow_http };
	int r;

	w.auth = s->auth == AUTH_NONE || (s->auth == AUTH_AUTO && !s->user) ? NET_AUTH_NONE : NET_AUTH_BASIC;
	r = str_set(&w.user, s->user);
	if (r == 0)
		r = str_set(&w.password, s->password ? s->password : typed);
	if (r == 0)
		r = str_set(&w.passcmd, s->passcmd);
	if (r == 0)
		r = str_set(&w.cafile, s->cafile);
	if (r < 0) {
		net_account_release(&w);
		return r;
	}
	*ret = w;
	return 0;
}

static struct account *find(struct accounts *a, const char *url)
{
	for (size_t i = 0; i < a->n; i++)
		if (str_eq(a->v[i]->url, url))
			return a->v[i];
	return NULL;
}

static int find_or_add(struct accounts *a, const char *url, struct account **ret)
{
	struct account *c = find(a, url);
	int r;

	if (!c) {
		r = vec_grow(&a->v, &a->cap, a->n + 1, sizeof(*a->v));
		c = r < 0 ? NULL : calloc(1, sizeof(*c));
		if (!c)
			return -ENOMEM;
		r = str_set(&c->url, url);
		if (r < 0) {
			free(c);
			return r;
		}
		a->v[a->n++] = c;
	}
	*ret = c;
	return 0;
}

static int refresh(struct account *c, const struct site_config *s, struct err *err)
{
	struct net_account w = { 0 };
	int r = make_wish(s, c->typed, &w);

	if (r < 0)
		return r;
	net_account_release(&c->wish);
	c->wish = w;
	return c->auth ? net_auth_update(c->auth, &c->wish, err) : 0;
}

static int copy_urls(struct config *to, const struct config *from)
{
	int r = vec_grow(&to->sites, &to->cap_sites, from->n_sites, sizeof(*to->sites));

	for (size_t i = 0; r == 0 && i < from->n_sites; i++) {
		to->sites[i] = (struct site_config) { 0 };
		r = str_set(&to->sites[i].url, from->sites[i].url);
		to->n_sites = i + 1;
	}
	return r;
}

static int load(struct accounts *a, const struct config *c, struct err *err)
{
	struct config urls = { 0 };
	int r = copy_urls(&urls, c);

	for (size_t i = 0; r == 0 && i < c->n_sites; i++) {
		struct account *account;

		r = find_or_add(a, c->sites[i].url, &account);
		if (r == 0)
			r = refresh(account, &c->sites[i], err);
	}
	if (r < 0) {
		config_release(&urls);
		return r;
	}
	config_release(&a->sites);
	a->sites = urls;
	return 0;
}

int accounts_load(struct accounts *a, const struct config *c, struct err *err)
{
	int r;

	lock_take(&a->lock);
	r = load(a, c, err);
	lock_give(&a->lock);
	return r < 0 ? err_add(err, r, "accounts: %s", err_text(NULL, r)) : 0;
}

/* ---- asking ------------------------------------------------------------------------- */

/* A line from the terminal without showing it. 0; -ENOTTY: there is none. */
static int read_secret(const char *user, const char *url, char **ret)
{
	CLEANUP(fsutil_close_p) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios before, quiet;
	char text[512] = "";
	ssize_t n;

	if (fd < 0 || tcgetattr(fd, &before) < 0)
		return -ENOTTY;
	dprintf(fd, "Password of %s at %s: ", user, url);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t) ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	n = read(fd, text, sizeof(text) - 1);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	*ret = *text ? strdup(text) : NULL;
	explicit_bzero(text, sizeof(text));
	return *ret ? 0 : -ENODATA;
}

int accounts_ask(struct accounts *a, const char *url, struct err *err)
{
	const struct site_config *s = config_site(&a->sites, url);
	struct account *c = s ? find(a, s->url) : NULL;
	int r;

	if (!c || !c->wish.user || c->wish.password || c->wish.passcmd || c->wish.auth == NET_AUTH_NONE)
		return 0;
	r = read_secret(c->wish.user, c->url, &c->typed);
	if (r == -ENOTTY)
		return 0;
	if (r == 0)
		r = str_set(&c->wish.password, c->typed);
	return r < 0 ? err_set(err, r, "no password for %s", c->url) : 0;
}

/* ---- finding ------------------------------------------------------------------------ */

static int find_auth(struct accounts *a, const char *url, struct net_auth **ret, struct err *err)
{
	const struct site_config *s = config_site(&a->sites, url);
	struct account *c;
	int r = find_or_add(a, s ? s->url : NULL, &c);

	if (r == 0 && !c->auth)
		r = net_auth_new(&c->wish, &c->auth, err);
	if (r == 0)
		*ret = net_auth_ref(c->auth);
	return r;
}

int accounts_find(struct accounts *a, const char *url, struct net_auth **ret, struct err *err)
{
	int r;

	lock_take(&a->lock);
	r = find_auth(a, url, ret, err);
	lock_give(&a->lock);
	return r < 0 ? err_add(err, r, "login at %s: %s", url, err_text(NULL, r)) : 0;
}
