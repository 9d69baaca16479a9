#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/uri.h"
#include "net/auth.h"
#include "net/cred.h"
#include "config.h"
#include "logins.h"
#include "oauth.h"

struct typed {
	char *url;      /* owned; of the [site] */
	char *password; /* owned, wiped */
};

/* Other addresses of a site that were confirmed at `spfs add`. */
struct confirmed {
	char *url;       /* owned */
	char *addresses; /* owned; blanks between */
};

struct accounts {
	struct logins *logins; /* owned; thread-safe */
	struct oauth *oauth;   /* owned; thread-safe */
	int (*run)(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err); /* NULL: here */
	void *run_arg; /* foreign */
	struct lock lock;    /* RANK_LEAF; protects the rest */
	struct config sites; /* owned; only its sites are used */
	struct typed *typed; /* owned */
	size_t n, cap;
	struct confirmed *confirmed; /* owned */
	size_t n_confirmed, cap_confirmed;
};

struct accounts *accounts_new(const char *memory, const char *base)
{
	struct accounts *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->logins = logins_new(memory);
	a->oauth = oauth_new(base, accounts_oauth, a);
	if (!a->logins || !a->oauth) {
		logins_free(a->logins);
		oauth_free(a->oauth);
		free(a);
		return NULL;
	}
	lock_init(&a->lock, RANK_LEAF);
	return a;
}

struct accounts *accounts_free(struct accounts *a)
{
	if (!a)
		return NULL;
	for (size_t i = 0; i < a->n; i++) {
		net_cred_wipe_p(&a->typed[i].password);
		free(a->typed[i].url);
	}
	for (size_t i = 0; i < a->n_confirmed; i++) {
		free(a->confirmed[i].url);
		free(a->confirmed[i].addresses);
	}
	free(a->confirmed);
	free(a->typed);
	config_release(&a->sites);
	logins_free(a->logins);
	oauth_free(a->oauth);
	lock_release(&a->lock);
	free(a);
	return NULL;
}

void accounts_load(struct accounts *a, struct config *c)
{
	lock_take(&a->lock);
	config_release(&a->sites);
	a->sites = (struct config) { .sites = c->sites, .n_sites = c->n_sites, .cap_sites = c->cap_sites };
	c->sites = NULL;
	c->n_sites = c->cap_sites = 0;
	lock_give(&a->lock);
	for (size_t i = 0; i < a->sites.n_sites; i++) {
		if (a->sites.sites[i].password)
			net_cred_guard();
		if (a->sites.sites[i].old_tls)
			log_warning("%s: old_tls = yes: whoever is between can break this encryption and read your password "
				    "and files", a->sites.sites[i].url);
	}
}

static const char *typed_for(const struct accounts *a, const char *url)
{
	for (size_t i = 0; i < a->n; i++)
		if (str_eq(a->typed[i].url, url))
			return a->typed[i].password;
	return NULL;
}

static enum net_auth_kind kind_of(const struct site_config *s)
{
	enum net_auth_kind kind = NET_AUTH_AUTO;

	/* The words of the key are those of net/auth.h: t_app_config shows it. */
	return net_auth_parse(config_auth(s), &kind) < 0 ? NET_AUTH_AUTO : kind;
}

/* ---- asking ---------------------------------------------------------------------- */

enum { INTERRUPT = 3 /* Ctrl-C, which ends the line so that the terminal shows letters again */ };

/* 0; -ENOTTY; -ENODATA: nothing was typed; -ECANCELED. */
static int read_line(int fd, char **ret)
{
	char text[512] = "";
	ssize_t n = read(fd, text, sizeof(text) - 1);
	int r = 0;

	text[n > 0 ? n : 0] = '\0';
	if (strchr(text, INTERRUPT))
		r = -ECANCELED;
	text[strcspn(text, "\r\n")] = '\0';
	if (r == 0 && !*text)
		r = -ENODATA;
	if (r == 0)
		r = str_set(ret, text);
	explicit_bzero(text, sizeof(text));
	return r;
}

/* A line from the terminal, which does not show it. -ENOTTY: there is none; otherwise as read_line(). */
static int read_secret(const char *user, const char *url, char **ret)
{
	CLEANUP(fsutil_close_p) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios before, quiet;
	int r;

	if (fd < 0 || tcgetattr(fd, &before) < 0)
		return -ENOTTY;
	dprintf(fd, "Password of %s at %s: ", user, url);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t) (ECHO | ISIG);
	quiet.c_cc[VEOL] = INTERRUPT;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	r = read_line(fd, ret);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	return r;
}

static int add_typed(struct accounts *a, const char *url, char *password)
{
	int r = vec_grow(&a->typed, &a->cap, a->n + 1, sizeof(*a->typed));
	char *copy = r < 0 ? NULL : strdup(url);

	if (!copy)
		return -ENOMEM;
	a->typed[a->n++] = (struct typed) { .url = copy, .password = password };
	return 0;
}

/* Whether the login needs a password that stands nowhere. */
static bool wants_password(const struct site_config *s)
{
	if (!s->user || s->password || s->passcmd)
		return false;
	switch (kind_of(s)) {
	case NET_AUTH_BASIC:
	case NET_AUTH_NTLM:
	case NET_AUTH_FORMS:
		return true;
	case NET_AUTH_AUTO:
		return !s->tokencmd && !s->cookiecmd && !s->client_id;
	case NET_AUTH_NONE:
	case NET_AUTH_NEGOTIATE:
	case NET_AUTH_COOKIE:
	case NET_AUTH_BEARER:
		break;
	}
	return false;
}

int accounts_ask(struct accounts *a, const char *url, struct err *err)
{
	const struct site_config *s = config_site(&a->sites, url);
	char *password = NULL;
	int r;

	if (!s || !wants_password(s) || typed_for(a, s->url))
		return 0;
	net_cred_guard();
	r = read_secret(s->user, s->url, &password);
	if (r == -ENOTTY)
		return 0;
	if (r == 0)
		r = add_typed(a, s->url, password);
	if (r < 0) {
		net_cred_wipe_p(&password);
		return err_set(err, r, "no password for %s", s->url);
	}
	return 0;
}

int accounts_type(struct accounts *a, const char *url, const char *password)
{
	const struct site_config *s;
	char *copy = strdup(password);
	int r = copy ? -ENOENT : -ENOMEM;

	net_cred_guard();
	lock_take(&a->lock);
	s = copy ? config_site(&a->sites, url) : NULL;
	for (size_t i = 0; s && i < a->n; i++)
		if (str_eq(a->typed[i].url, s->url)) {
			net_cred_wipe_p(&a->typed[i].password);
			a->typed[i].password = copy;
			copy = NULL;
			r = 0;
		}
	if (s && copy && s->user)
		r = add_typed(a, s->url, copy);
	if (r == 0)
		copy = NULL;
	lock_give(&a->lock);
	net_cred_wipe_p(&copy);
	return r;
}

char *accounts_typed(struct accounts *a, const char *url)
{
	const struct site_config *s;
	const char *typed = NULL;
	char *copy = NULL;

	lock_take(&a->lock);
	s = config_site(&a->sites, url);
	typed = s ? typed_for(a, s->url) : NULL;
	copy = typed ? strdup(typed) : NULL;
	lock_give(&a->lock);
	return copy;
}

/* ---- finding ----------------------------------------------------------------------- */

static int fill(const struct site_config *s, const char *typed, struct net_account *ret)
{
	struct net_account w = { .auth = kind_of(s), .allow_http = s->allow_http, .old_tls = s->old_tls };
	int r = str_set(&w.name, s->url);

	r = r ?: str_set(&w.user, s->user);
	r = r ?: str_set(&w.password, s->password ? s->password : typed);
	r = r ?: str_set(&w.passcmd, s->passcmd);
	r = r ?: str_set(&w.cookiecmd, s->cookiecmd);
	r = r ?: str_set(&w.tokencmd, s->tokencmd);
	r = r ?: str_set(&w.cafile, s->cafile);
	r = r ?: str_set(&w.clientcert, s->clientcert);
	r = r ?: str_set(&w.clientkey, s->clientkey);
	if (r < 0) {
		net_account_release(&w);
		return r;
	}
	*ret = w;
	return 0;
}

/* The n-th word; NULL: there are no more. */
static char *nth_word(const char *text, int n)
{
	text += strspn(text, " ");
	for (; n > 0 && *text; n--) {
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
	return *text ? strndup(text, strcspn(text, " ")) : NULL;
}

static const char *confirmed_for(const struct accounts *a, const char *url)
{
	for (size_t i = 0; i < a->n_confirmed; i++)
		if (str_eq(a->confirmed[i].url, url))
			return a->confirmed[i].addresses;
	return "";
}

int accounts_alternate(void *accounts, const char *url, int n, char **ret)
{
	struct accounts *a = accounts;
	const struct site_config *s;
	int known;

	lock_take(&a->lock);
	s = config_site(&a->sites, url);
	known = s ? (int) s->alternates.n : 0;
	*ret = n < known ? strdup(s->alternates.v[n]) : nth_word(confirmed_for(a, url), n - known);
	lock_give(&a->lock);
	return *ret ? 0 : n < known ? -ENOMEM : -ENOENT;
}

static int confirm(struct accounts *a, const char *url, const char *addresses)
{
	struct confirmed *c;
	int r;

	for (size_t i = 0; i < a->n_confirmed; i++)
		if (str_eq(a->confirmed[i].url, url))
			return str_set(&a->confirmed[i].addresses, addresses);
	r = vec_grow(&a->confirmed, &a->cap_confirmed, a->n_confirmed + 1, sizeof(*a->confirmed));
	if (r < 0)
		return r;
	c = &a->confirmed[a->n_confirmed];
	*c = (struct confirmed) { strdup(url), strdup(addresses) };
	if (c->url && c->addresses) {
		a->n_confirmed++;
		return 0;
	}
	free(c->url);
	free(c->addresses);
	return -ENOMEM;
}

int accounts_confirm(struct accounts *a, const char *url, const char *addresses)
{
	int r;

	lock_take(&a->lock);
	r = confirm(a, url, addresses);
	lock_give(&a->lock);
	return r;
}

/* Whether the text names an address on the server of url. */
static bool names_origin(const char *text, const char *url)
{
	struct uri a = { 0 }, b = { 0 };
	bool same = uri_parse(text, &a) == 0 && uri_parse(url, &b) == 0 && uri_same_origin(&a, &b);

	uri_release(&a);
	uri_release(&b);
	return same;
}

/* An address without a section of its own is logged in to like the site that it is another address of. */
static const struct site_config *section_for(const struct accounts *a, const char *url)
{
	const struct site_config *s = config_site(&a->sites, url);

	for (size_t i = 0; !s && i < a->sites.n_sites; i++)
		for (size_t k = 0; !s && k < a->sites.sites[i].alternates.n; k++)
			if (names_origin(a->sites.sites[i].alternates.v[k], url))
				s = &a->sites.sites[i];
	for (size_t i = 0; !s && i < a->n_confirmed; i++)
		for (int n = 0; !s; n++) {
			CLEANUP(str_free_p) char *word = nth_word(a->confirmed[i].addresses, n);

			if (!word)
				break;
			if (names_origin(word, url))
				s = config_site(&a->sites, a->confirmed[i].url);
		}
	return s;
}

void accounts_each_file(struct accounts *a, void (*fn)(void *arg, const char *path), void *arg)
{
	for (size_t i = 0; i < a->sites.n_sites; i++) {
		const struct site_config *s = &a->sites.sites[i];

		fn(arg, s->cafile);
		fn(arg, s->clientcert);
		fn(arg, s->clientkey);
	}
}

void accounts_run_by(struct accounts *a, int (*run)(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err),
		     void *arg)
{
	a->run = run;
	a->run_arg = arg;
}

bool accounts_know_section(struct accounts *a, const char *url)
{
	bool known;

	lock_take(&a->lock);
	known = section_for(a, url) != NULL;
	lock_give(&a->lock);
	return known;
}

bool accounts_know(struct accounts *a, const char *url)
{
	bool known = false;

	lock_take(&a->lock);
	known = section_for(a, url) != NULL;
	for (size_t i = 0; !known && i < a->sites.n_sites; i++)
		known = names_origin(a->sites.sites[i].url, url);
	lock_give(&a->lock);
	return known;
}

int accounts_find(void *accounts, const char *url, struct net_account *ret, struct err *err)
{
	struct accounts *a = accounts;
	const struct site_config *s;
	int r = 0;

	lock_take(&a->lock);
	s = section_for(a, url);
	if (s)
		r = fill(s, typed_for(a, s->url), ret);
	if (s && r == 0 && s->client_id)
		ret->token = (struct net_trader) { .trade = oauth_trade, .arg = a->oauth };
	lock_give(&a->lock);
	if (r < 0)
		return err_set(err, r, "login at %s: %s", url, err_text(NULL, r));
	if (ret->name)
		ret->last = logins_find(a->logins, ret->name);
	ret->run = a->run;
	ret->run_arg = a->run_arg;
	ret->remember = logins_note;
	ret->remember_arg = a->logins;
	return 0;
}

int accounts_oauth(void *accounts, const char *url, struct oauth_site *ret, struct err *err)
{
	struct accounts *a = accounts;
	const struct site_config *s;
	int r = -ENOENT;

	lock_take(&a->lock);
	s = section_for(a, url);
	if (s && s->client_id)
		r = oauth_site_make(s, ret, err);
	lock_give(&a->lock);
	return r;
}

/* ---- cycles ------------------------------------------------------------------------- */

int accounts_cycle_2003(struct accounts *a, const char *url)
{
	const struct site_config *s;
	int ms;

	lock_take(&a->lock);
	s = config_site(&a->sites, url);
	ms = s && s->mode == MODE_2003 ? s->interval_ms : 0;
	lock_give(&a->lock);
	return ms;
}
