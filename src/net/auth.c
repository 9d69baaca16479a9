/*
 * The state of a login. Two things are kept: the secret, which is what the user has (a
 * password, or what cookiecmd and tokencmd print), and for some methods the ticket that
 * it was traded for.
 *
 * Invariants of struct net_auth:
 * 1. At most one thread runs a command or a trader (`asking`); the others wait for it.
 * 2. Neither runs with a lock held.
 * 3. `serial` grows whenever secret, ticket or method are replaced, so that the refusal of
 *    an old one never counts against a new one.
 * 4. `identity` grows whenever it may be somebody else who logs in, or be logged in
 *    otherwise: NTLM and Negotiate log connections in, not requests, and curl would serve
 *    the next identity on the connection of the one before.
 * 5. A refused password is sent at most REFUSALS_MAX times in a row, by whatever thread,
 *    session, request and method. So one that was never accepted travels in one request
 *    at a time (`proving`), however many sessions there are.
 */
#include "net/auth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "choose.h"
#include "method.h"
#include "net/cred.h"
#include "net/http.h"
#include "secret.h"

enum { REFUSALS_MAX = 2, RECHECK_MS = 60 * 1000, SECOND_CHANCE_MS = 30 * 60 * 1000, TICK_MS = 100 };
/* A ticket is replaced so long before its end. */
enum { EARLY_MS = 60 * 1000 };
/* A command that failed may have asked somebody for a passphrase: not once more for each list. */
enum { COMMAND_HOLD_MS = 10 * 1000 };

struct net_auth {
	atomic_int refs;
	struct lock lock; /* RANK_LEAF; protects all below */
	struct cond answered;
	struct net_account account; /* owned */
	enum net_auth_kind kind;    /* in use; NET_AUTH_AUTO: not known yet */
	auth_set refused;           /* of NET_AUTH_AUTO, since something was accepted */
	char *secret;               /* owned, wiped; NULL: not asked for yet */
	char *ticket;               /* owned, wiped; NULL: there is none */
	int64_t ticket_until;       /* monotonic ms; INT64_MAX: unknown */
	bool ticket_refused;        /* the last one was, so no cache may give it again */
	char *challenge;            /* owned; what the server said then; NULL: nothing */
	unsigned serial;
	unsigned identity;
	bool asking;
	struct err failure;         /* of the command, which is not run again before... */
	int64_t hold_until;         /* monotonic ms */
	bool proving;         /* a request is under way that shows whether the secret is good */
	bool proven;          /* it is, as far as we know */
	bool accepted;        /* it was good once */
	bool told;            /* account.remember() knows the kind */
	int refusals;         /* in a row */
	bool stopped;         /* after REFUSALS_MAX of them */
	int64_t again_at;     /* when stopped: the same is tried once more, monotonic ms */
	int64_t recheck_at;   /* when stopped: the command is asked for a new secret */
};

/* ---- life ------------------------------------------------------------------ */

int net_auth_new(const struct net_account *account, struct net_auth **ret, struct err *err)
{
	struct net_auth *a;
	int r = auth_method(account->auth)->check(account, err);

	r = r ?: auth_check_key(account, err);
	if (r < 0)
		return r;
	a = calloc(1, sizeof(*a));
	r = a ? auth_copy_account(&a->account, account) : -ENOMEM;
	if (r < 0) {
		free(a);
		return err_set(err, r, "out of memory");
	}
	a->kind = choose_first(&a->account);
	atomic_init(&a->refs, 1);
	lock_init(&a->lock, RANK_LEAF);
	cond_init(&a->answered);
	*ret = a;
	return 0;
}

struct net_auth *net_auth_ref(struct net_auth *a)
{
	atomic_fetch_add(&a->refs, 1);
	return a;
}

struct net_auth *net_auth_unref(struct net_auth *a)
{
	if (!a || atomic_fetch_sub(&a->refs, 1) > 1)
		return NULL;
	net_account_release(&a->account);
	net_cred_wipe_p(&a->secret);
	net_cred_wipe_p(&a->ticket);
	free(a->challenge);
	cond_release(&a->answered);
	lock_release(&a->lock);
	free(a);
	return NULL;
}

/* ---- changes of what is sent; under the lock --------------------------------------- */

static void replace_ticket(struct net_auth *a, char *ticket, int64_t until)
{
	net_cred_wipe_p(&a->ticket);
	a->ticket = ticket;
	a->ticket_until = until;
	a->serial++;
}

/* A NULL secret will be asked for. */
static void replace_secret(struct net_auth *a, char *secret)
{
	net_cred_wipe_p(&a->secret);
	a->secret = secret;
	a->accepted = false;
	a->proven = false;
	a->stopped = false;
	replace_ticket(a, NULL, 0);
	if (secret)
		net_cred_guard();
}

static void use_method(struct net_auth *a, enum net_auth_kind kind)
{
	if (auth_method(kind)->needs != auth_method(a->kind)->needs)
		replace_secret(a, NULL);
	a->kind = kind;
	a->told = false;
	replace_ticket(a, NULL, 0);
	a->identity++;
}

static void begin_anew(struct net_auth *a)
{
	use_method(a, choose_first(&a->account));
	a->refused = 0;
	a->refusals = 0;
	a->stopped = false;
	a->hold_until = 0;
}

int net_auth_update(struct net_auth *a, const struct net_account *account, struct err *err)
{
	struct net_account copy, old;
	int r = auth_method(account->auth)->check(account, err);

	r = r ?: auth_check_key(account, err);
	if (r < 0)
		return r;
	r = auth_copy_account(&copy, account);
	if (r < 0)
		return err_set(err, r, "out of memory");
	lock_take(&a->lock);
	old = a->account;
	a->account = copy;
	replace_secret(a, NULL);
	begin_anew(a);
	lock_give(&a->lock);
	net_account_release(&old);
	return 0;
}

/* ---- the secret --------------------------------------------------------------- */

/* Gets the secret from the account; takes and gives the lock, which is held on return too. */
static int ask(struct net_auth *a, const atomic_int *cancel, char **ret, struct err *err)
{
	CLEANUP(net_account_release_p) struct net_account copy = { 0 };
	enum auth_needs needs = auth_method(a->kind)->needs;
	unsigned serial = a->serial;
	int r = auth_copy_account(&copy, &a->account);

	if (r < 0 || !secret_command(&copy, needs))
		return r < 0 ? r : str_set(ret, copy.password ?: "");
	a->asking = true;
	lock_give(&a->lock);
	r = secret_run(&copy, needs, cancel, ret, err);
	lock_take(&a->lock);
	a->asking = false;
	cond_wake_all(&a->answered);
	/* The user logged in anew meanwhile: this answer belongs to the old account. */
	if (r == 0 && serial != a->serial) {
		net_cred_wipe_p(ret);
		return -EAGAIN;
	}
	return r;
}

static const struct net_trader *trader_of(const struct net_auth *a)
{
	if (a->kind == NET_AUTH_FORMS)
		return &a->account.cookies;
	return a->kind == NET_AUTH_BEARER && a->account.token.trade ? &a->account.token : NULL;
}

/* The part of ask() for tickets. */
static int trade(struct net_auth *a, const struct net_trader *trader, const char *origin, const atomic_int *cancel,
		 struct net_ticket *ret, struct err *err)
{
	CLEANUP(net_account_release_p) struct net_account copy = { 0 };
	CLEANUP(net_cred_wipe_p) char *secret = NULL;
	CLEANUP(str_free_p) char *challenge = NULL;
	struct net_trade t = { .account = &copy, .origin = origin, .refused = a->ticket_refused, .cancel = cancel };
	struct net_trader fn = *trader;
	unsigned serial = a->serial;
	int r = auth_copy_account(&copy, &a->account);

	r = r ?: str_set(&secret, a->secret);
	r = r ?: str_set(&challenge, a->challenge);
	if (r < 0)
		return r;
	t.secret = secret;
	t.challenge = challenge;
	a->asking = true;
	lock_give(&a->lock);
	r = fn.trade(fn.arg, &t, ret, err);
	lock_take(&a->lock);
	a->asking = false;
	cond_wake_all(&a->answered);
	return r == 0 && serial != a->serial ? -EAGAIN : r;
}

static int64_t ticket_end(const struct net_ticket *t)
{
	int64_t early = t->good_ms > 2 * EARLY_MS ? EARLY_MS : t->good_ms / 2;

	return t->good_ms > 0 ? clock_mono_ms() + t->good_ms - early : INT64_MAX;
}

static void count_refusal(struct net_auth *a);
static bool renew(struct net_auth *a, const atomic_int *cancel);
static int say_stopped(const struct net_auth *a, const struct uri *to, struct err *err);

/* One step towards having what is sent. 0: done; -EAGAIN: look again. */
static int get_ticket(struct net_auth *a, const struct uri *to, const atomic_int *cancel, struct err *err)
{
	CLEANUP(net_ticket_release_p) struct net_ticket t = { 0 };
	CLEANUP(buf_release_p) struct buf origin = BUF_INIT(4096);
	int r;

	uri_origin(to, &origin);
	r = buf_error(&origin);
	r = r ?: trade(a, trader_of(a), buf_str(&origin), cancel, &t, err);
	if (r == -EACCES) {
		count_refusal(a);
		return renew(a, cancel) ? -EAGAIN : r;
	}
	/* The server logs in otherwise by now than it did the last time. */
	if (r == -EPERM && a->account.auth == NET_AUTH_AUTO && !(a->refused & AUTH_BIT(a->kind))) {
		a->refused |= AUTH_BIT(a->kind);
		use_method(a, NET_AUTH_AUTO);
		return -EAGAIN;
	}
	if (r < 0)
		return r;
	a->ticket_refused = false;
	replace_ticket(a, t.text, ticket_end(&t));
	t.text = NULL;
	net_cred_guard();
	return 0;
}

static int get_secret(struct net_auth *a, const atomic_int *cancel, struct err *err)
{
	struct err why = { 0 };
	char *secret = NULL;
	int r;

	if (clock_mono_ms() < a->hold_until)
		return err_set(err, a->failure.code, "%s", a->failure.text);
	r = ask(a, cancel, &secret, &why);
	if (r == 0)
		replace_secret(a, secret);
	if (r == 0 || r == -EAGAIN)
		return r;
	if (r != -ECANCELED && why.code) {
		a->failure = why;
		a->hold_until = clock_mono_ms() + COMMAND_HOLD_MS;
	}
	return err_set(err, r, "%s", err_text(&why, r));
}

static bool has_secret(const struct net_auth *a)
{
	enum auth_needs needs = auth_method(a->kind)->needs;

	return a->secret || needs == NEEDS_NOTHING || (needs == NEEDS_TOKEN && trader_of(a));
}

static bool has_ticket(const struct net_auth *a)
{
	return !trader_of(a) || (a->ticket && clock_mono_ms() < a->ticket_until);
}

/* Under the lock: makes sure that there is what the method sends. */
static int need_secret(struct net_auth *a, const struct uri *to, const atomic_int *cancel, struct err *err)
{
	while (!has_secret(a) || !has_ticket(a)) {
		int r;

		if (cancel && atomic_load(cancel))
			return -ECANCELED;
		if (a->asking) {
			cond_wait_until(&a->answered, &a->lock, clock_mono_ms() + TICK_MS);
			continue;
		}
		/* Those who waited for a login that was refused do not try it again, one by one. */
		if (a->stopped)
			return say_stopped(a, to, err);
		r = has_secret(a) ? get_ticket(a, to, cancel, err) : get_secret(a, cancel, err);
		if (r < 0 && r != -EAGAIN)
			return r;
	}
	return 0;
}

/* ---- refusals -------------------------------------------------------------------- */

/* Whether the command says something new now: the user may have changed the password there. */
static bool renew(struct net_auth *a, const atomic_int *cancel)
{
	CLEANUP(net_cred_wipe_p) char *secret = NULL;

	if (a->asking || !secret_command(&a->account, auth_method(a->kind)->needs))
		return false;
	if (ask(a, cancel, &secret, NULL) < 0 || str_eq(secret, a->secret))
		return false;
	replace_secret(a, secret);
	secret = NULL;
	return true;
}

/* Nobody is locked out for a ticket, a cookie or a token. */
static int64_t second_chance(const struct net_auth *a)
{
	if (auth_method(a->kind)->needs != NEEDS_PASSWORD)
		return clock_mono_ms() + RECHECK_MS;
	return a->accepted ? clock_mono_ms() + SECOND_CHANCE_MS : INT64_MAX;
}

static void count_refusal(struct net_auth *a)
{
	a->proven = false;
	if (++a->refusals < REFUSALS_MAX)
		return;
	a->refusals = 0;
	a->stopped = true;
	a->again_at = second_chance(a);
	a->recheck_at = clock_mono_ms() + RECHECK_MS;
}

/* Of a method that no password was sent with, or that is no more offered. */
static bool next_method(struct net_auth *a, const struct net_reply *r)
{
	auth_set offers = choose_offers(&a->account, r, NULL);
	enum net_auth_kind next;

	if (a->account.auth != NET_AUTH_AUTO)
		return false;
	if (auth_method(a->kind)->needs != NEEDS_NOTHING && (!offers || (offers & AUTH_BIT(a->kind))))
		return false;
	a->refused |= AUTH_BIT(a->kind);
	next = choose_from(&a->account, offers, a->refused);
	if (next == NET_AUTH_NONE)
		return false;
	use_method(a, next);
	return true;
}

static void end_proof(struct net_auth *a, const struct login *l)
{
	if (!l->proves)
		return;
	a->proving = false;
	cond_wake_all(&a->answered);
}

/* Servers end the login of a connection after a while: another one shows whether the password is still good. */
static bool lost_connection(const struct net_auth *a, const struct login *l)
{
	return a->accepted && (l->scheme == LOGIN_NTLM || l->scheme == LOGIN_NEGOTIATE);
}

/* It may say why, and what the next token must have in it. */
static void note_challenge(struct net_auth *a, const struct net_reply *r)
{
	const char *v = net_reply_header(r, "WWW-Authenticate", NULL);

	while (v && strncasecmp(v, "Bearer", 6) != 0)
		v = net_reply_header(r, "WWW-Authenticate", v);
	str_free_p(&a->challenge);
	if (v)
		a->challenge = strdup(v);
}

bool auth_refused(struct net_auth *a, const struct login *l, const struct net_reply *r, const atomic_int *cancel)
{
	bool again;

	lock_take(&a->lock);
	again = l->serial != a->serial || next_method(a, r);
	/* Without a ticket nothing was sent that could have been refused. */
	if (!again && l->scheme != LOGIN_NONE && !*r->gss) {
		a->identity++;
		count_refusal(a);
		if (trader_of(a)) {
			replace_ticket(a, NULL, 0);
			a->ticket_refused = true;
			note_challenge(a, r);
			again = !a->stopped;
		} else {
			again = !a->stopped && (renew(a, cancel) || lost_connection(a, l));
		}
	}
	end_proof(a, l);
	lock_give(&a->lock);
	return again;
}

void auth_dropped(struct net_auth *a, const struct login *l)
{
	lock_take(&a->lock);
	end_proof(a, l);
	lock_give(&a->lock);
}

void auth_accepted(struct net_auth *a, const struct login *l)
{
	void (*remember)(void *arg, const char *name, enum net_auth_kind kind) = NULL;
	CLEANUP(str_free_p) char *name = NULL;
	enum net_auth_kind kind;
	void *arg;

	lock_take(&a->lock);
	kind = a->kind;
	arg = a->account.remember_arg;
	if (l->serial == a->serial && l->scheme != LOGIN_NONE) {
		a->refusals = 0;
		a->refused = 0;
		a->accepted = true;
		a->proven = true;
		if (a->account.auth == NET_AUTH_AUTO && !a->told && str_set(&name, a->account.name) == 0)
			remember = a->account.remember;
		a->told = true;
	}
	end_proof(a, l);
	lock_give(&a->lock);
	if (remember)
		remember(arg, name, kind);
}

/* ---- before a request ----------------------------------------------------------------- */

static int check_wire(const struct net_auth *a, const struct uri *to, struct err *err)
{
	if (!auth_method(a->kind)->readable || auth_may_send(&a->account, to))
		return 0;
	return err_set(err, -EACCES,
		       "the password for %s would cross the network in clear text: use an https:// address, "
		       "or set allow_http = yes", to->host);
}

static int say_stopped(const struct net_auth *a, const struct uri *to, struct err *err)
{
	const char *user = a->account.user ?: "this account";

	if (a->kind == NET_AUTH_NEGOTIATE)
		return err_set(err, -EACCES, "%s did not take the Kerberos ticket twice; tried again in a minute: "
					     "look with klist, and get a new one with kinit", to->host);
	if (auth_method(a->kind)->needs != NEEDS_PASSWORD)
		return err_set(err, -EACCES, "%s refused the %s twice; tried again in a minute: log in there anew",
			       to->host, auth_method(a->kind)->needs == NEEDS_TOKEN ? "token" : "cookies");
	return err_set(err, -EACCES,
		       "%s refused the login of %s twice; that password is not sent again, so that the account is not "
		       "locked: correct it, then run spfs login", to->host, user);
}

/* Whether the stop is over; may run the command. */
static bool may_go_on(struct net_auth *a, const atomic_int *cancel)
{
	int64_t now = clock_mono_ms();

	if (!a->stopped)
		return true;
	if (now >= a->again_at) {
		begin_anew(a);
		return true;
	}
	if (now < a->recheck_at)
		return false;
	a->recheck_at = now + RECHECK_MS;
	return renew(a, cancel);
}

static int fill_login(struct net_auth *a, struct login *ret, struct err *err)
{
	ret->serial = a->serial;
	ret->identity = a->identity;
	ret->undecided = a->kind == NET_AUTH_AUTO;
	if (ret->undecided)
		return str_set(&ret->probe, a->account.probe);
	return auth_method(a->kind)->apply(&a->account, trader_of(a) ? a->ticket : a->secret, ret, err);
}

/* Invariant 5, and one question what the server offers is enough. A trader is one thread at a time anyway. */
static bool must_prove(const struct net_auth *a)
{
	if (a->kind == NET_AUTH_AUTO)
		return true;
	return auth_method(a->kind)->needs == NEEDS_PASSWORD && !trader_of(a) && !a->proven;
}

static int begin(struct net_auth *a, const struct uri *to, const atomic_int *cancel, struct login *ret,
		 struct err *err)
{
	int r;

	for (;;) {
		r = check_wire(a, to, err);
		if (r == 0 && !may_go_on(a, cancel))
			r = say_stopped(a, to, err);
		r = r ?: need_secret(a, to, cancel, err);
		/* Looked at after need_secret(), which lets the lock go. */
		if (r < 0 || !must_prove(a) || !a->proving)
			break;
		if (cancel && atomic_load(cancel))
			return -ECANCELED;
		cond_wait_until(&a->answered, &a->lock, clock_mono_ms() + TICK_MS);
	}
	r = r ?: fill_login(a, ret, err);
	ret->proves = r == 0 && must_prove(a);
	a->proving |= ret->proves;
	return r;
}

int auth_begin(struct net_auth *a, const struct uri *to, const atomic_int *cancel, struct login *ret,
	       struct err *err)
{
	struct login l = { 0 };
	int r;

	lock_take(&a->lock);
	r = begin(a, to, cancel, &l, err);
	lock_give(&a->lock);
	if (r < 0) {
		login_release(&l);
		return err_add(err, r, "cannot log in to %s", to->host);
	}
	*ret = l;
	return 0;
}

void auth_offered(struct net_auth *a, const struct login *l, const struct net_reply *r, const char *page)
{
	lock_take(&a->lock);
	if (l->serial == a->serial && a->kind == NET_AUTH_AUTO)
		use_method(a, choose_from(&a->account, choose_offers(&a->account, r, page), a->refused));
	end_proof(a, l);
	lock_give(&a->lock);
}
