/*
 * Invariants of struct net_auth:
 * 1. At most one thread runs passcmd (`asking`); the others wait for its answer.
 * 2. passcmd runs with no lock held.
 * 3. `serial` grows whenever `secret` is replaced by a different one, so that the refusal
 *    of an old secret never counts against a new one.
 */
#include "net/auth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "method.h"
#include "net/cred.h"

enum { REFUSALS_MAX = 2, PAUSE_MS = 60000, TICK_MS = 100 };

struct net_auth {
	atomic_int refs;
	struct lock lock; /* RANK_LEAF; protects all below */
	struct cond answered;
	struct net_account account; /* owned */
	char *secret;               /* owned, wiped; NULL: not asked for yet */
	unsigned serial;
	bool asking;
	int refusals;         /* in a row */
	int64_t paused_until; /* monotonic ms */
};

static const struct auth_method *const methods[] = {
	[NET_AUTH_NONE] = &auth_none,
	[NET_AUTH_BASIC] = &auth_basic,
};

_Static_assert(sizeof(methods) / sizeof(*methods) == NET_AUTH_COUNT, "each kind has its method");

const char *net_auth_name(enum net_auth_kind kind)
{
	return methods[kind]->name;
}

int net_auth_parse(const char *name, enum net_auth_kind *ret)
{
	for (int k = 0; k < NET_AUTH_COUNT; k++) {
		if (str_eq_nocase(name, methods[k]->name)) {
			*ret = (enum net_auth_kind) k;
			return 0;
		}
	}
	return -EINVAL;
}

bool auth_is_loopback(const char *host)
{
	struct in_addr v4;

	if (str_eq(host, "localhost") || str_eq(host, "[::1]"))
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/* ---- plain values --------------------------------------------------------- */

void login_release(struct login *l)
{
	free(l->user);
	net_cred_wipe_p(&l->secret);
	*l = (struct login) { 0 };
}

void net_account_release(struct net_account *a)
{
	net_cred_wipe_p(&a->password);
	free(a->user);
	free(a->passcmd);
	free(a->cafile);
	free(a->user_agent);
	*a = (struct net_account) { 0 };
}

static int copy_account(struct net_account *dst, const struct net_account *src)
{
	struct net_account copy = {
		.auth = src->auth, .allow_http = src->allow_http, .run = src->run, .run_arg = src->run_arg,
	};
	int r = str_set(&copy.user, src->user);

	r = r ?: str_set(&copy.password, src->password);
	r = r ?: str_set(&copy.passcmd, src->passcmd);
	r = r ?: str_set(&copy.cafile, src->cafile);
	r = r ?: str_set(&copy.user_agent, src->user_agent);
	if (r < 0) {
		net_account_release(&copy);
		return r;
	}
	*dst = copy;
	return 0;
}

/* ---- life ------------------------------------------------------------------ */

int net_auth_new(const struct net_account *account, struct net_auth **ret, struct err *err)
{
	struct net_auth *a;
	int r = methods[account->auth]->check(account, err);

	if (r < 0)
		return r;
	a = calloc(1, sizeof(*a));
	r = a ? copy_account(&a->account, account) : -ENOMEM;
	if (r < 0) {
		free(a);
		return err_set(err, r, "out of memory");
	}
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
	cond_release(&a->answered);
	lock_release(&a->lock);
	free(a);
	return NULL;
}

/* Under the lock. A NULL secret will be asked for. */
static void replace_secret(struct net_auth *a, char *secret)
{
	net_cred_wipe_p(&a->secret);
	a->secret = secret;
	a->serial++;
}

int net_auth_update(struct net_auth *a, const struct net_account *account, struct err *err)
{
	struct net_account copy, old;
	int r = methods[account->auth]->check(account, err);

	if (r < 0)
		return r;
	r = copy_account(&copy, account);
	if (r < 0)
		return err_set(err, r, "out of memory");
	lock_take(&a->lock);
	old = a->account;
	a->account = copy;
	replace_secret(a, NULL);
	a->refusals = 0;
	a->paused_until = 0;
	lock_give(&a->lock);
	net_account_release(&old);
	return 0;
}

/* ---- the secret --------------------------------------------------------------- */

/* With no lock held (invariant 2). */
static int run_command(const struct net_account *a, const atomic_int *cancel, char **ret, struct err *err)
{
	if (a->run)
		return a->run(a->run_arg, a->passcmd, cancel, ret, err);
	return net_cred_command(a->passcmd, cancel, ret, err);
}

/* Gets the secret from the account; takes and gives the lock, which is held on return too. */
static int ask(struct net_auth *a, const atomic_int *cancel, char **ret, struct err *err)
{
	CLEANUP(net_account_release_p) struct net_account copy = { 0 };
	unsigned serial = a->serial;
	int r = copy_account(&copy, &a->account);

	if (r < 0 || copy.password)
		return r < 0 ? r : str_set(ret, copy.password);
	a->asking = true;
	lock_give(&a->lock);
	r = run_command(&copy, cancel, ret, err);
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

/* Under the lock: makes sure that a->secret is there. */
static int need_secret(struct net_auth *a, const atomic_int *cancel, struct err *err)
{
	while (!a->secret) {
		char *secret = NULL;
		int r;

		if (cancel && atomic_load(cancel))
			return -ECANCELED;
		if (a->asking) {
			cond_wait_until(&a->answered, &a->lock, clock_mono_ms() + TICK_MS);
			continue;
		}
		r = ask(a, cancel, &secret, err);
		if (r < 0 && r != -EAGAIN)
			return r;
		if (r == 0)
			replace_secret(a, secret);
	}
	return 0;
}

static int check_wire(const struct net_auth *a, const struct uri *to, struct err *err)
{
	if (!methods[a->account.auth]->readable || str_eq(to->scheme, "https") || a->account.allow_http ||
	    auth_is_loopback(to->host))
		return 0;
	return err_set(err, -EACCES,
		       "the password for %s would cross the network in clear text: use an https:// address, "
		       "or set allow_http = yes", to->host);
}

static int begin(struct net_auth *a, const struct uri *to, const atomic_int *cancel, struct login *ret,
		 struct err *err)
{
	int r = check_wire(a, to, err);

	if (r < 0)
		return r;
	if (clock_mono_ms() < a->paused_until)
		return err_set(err, -EACCES,
			       "%s refused the login of %s twice; not tried again for a minute, so that the account "
			       "is not locked: run spfs login", to->host, a->account.user ?: "this account");
	r = methods[a->account.auth]->needs_secret ? need_secret(a, cancel, err) : 0;
	if (r < 0)
		return r;
	/* Read after need_secret(), which lets the lock go. */
	ret->serial = a->serial;
	return methods[a->account.auth]->apply(&a->account, a->secret, ret);
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

/* Whether passcmd says something new now: the user may have changed the password there. */
static bool renew(struct net_auth *a, const atomic_int *cancel)
{
	CLEANUP(net_cred_wipe_p) char *secret = NULL;

	if (!methods[a->account.auth]->needs_secret || a->account.password || a->asking)
		return false;
	if (ask(a, cancel, &secret, NULL) < 0 || str_eq(secret, a->secret))
		return false;
	replace_secret(a, secret);
	secret = NULL;
	return true;
}

bool auth_refused(struct net_auth *a, const struct login *l, const atomic_int *cancel)
{
	bool again;

	lock_take(&a->lock);
	again = l->serial != a->serial;
	if (!again) {
		a->refusals++;
		again = a->refusals < REFUSALS_MAX && renew(a, cancel);
	}
	if (!again && a->refusals >= REFUSALS_MAX) {
		a->paused_until = clock_mono_ms() + PAUSE_MS;
		a->refusals = 0;
	}
	lock_give(&a->lock);
	return again;
}

void auth_accepted(struct net_auth *a, const struct login *l)
{
	lock_take(&a->lock);
	if (l->serial == a->serial)
		a->refusals = 0;
	lock_give(&a->lock);
}
