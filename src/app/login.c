#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/shown.h"
#include "net/cred.h"
#include "net/oauth.h"
#include "loopback.h"
#include "oauth.h"
#include "places.h"
#include "tokens.h"

enum { BROWSER_MS = 10 * 60 * 1000, URL_MAX = 32768, SLOWER_S = 5, INTERVAL_MAX_S = 300 };

/* A login under way. */
struct login {
	const struct oauth_site *site;   /* foreign */
	struct net_oauth_server server;  /* owned */
	struct net_oauth_tokens tokens;  /* owned, wiped */
};

static void login_release(struct login *l)
{
	net_oauth_server_release(&l->server);
	net_oauth_tokens_release(&l->tokens);
}

/* ---- with the browser ------------------------------------------------------------------------- */

static bool has_display(void)
{
	return !str_empty(getenv("DISPLAY")) || !str_empty(getenv("WAYLAND_DISPLAY")) || !str_empty(getenv("BROWSER"));
}

/* Whether one opens, nobody can tell: the address is printed in any case. */
static void open_browser(const char *url)
{
	const char *const argv[] = { "xdg-open", url, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	pid_t pid;

	if (posix_spawn_file_actions_init(&files))
		return;
	if (posix_spawnattr_init(&attr) == 0) {
		posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
		posix_spawn_file_actions_adddup2(&files, 0, 1);
		posix_spawn_file_actions_adddup2(&files, 0, 2);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
		(void) posix_spawnp(&pid, argv[0], &files, &attr, (char *const *) argv, environ);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
}

/* What strangers wrote goes to a terminal. */
static void say(const char *before, const char *theirs, const char *after)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4 * URL_MAX);

	cli_shown(&out, theirs, 0);
	printf("%s%s%s", before, buf_str(&out), after);
	fflush(stdout);
}

static int by_browser(struct login *l, struct err *err)
{
	CLEANUP(net_oauth_proof_release_p) struct net_oauth_proof proof = { 0 };
	CLEANUP(loopback_close_p) struct loopback *loop = NULL;
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(URL_MAX);
	CLEANUP(net_cred_wipe_p) char *code = NULL;
	const struct net_oauth_way way = oauth_way(l->site, NULL);
	int r;

	if (!l->server.authorize)
		return err_set(err, -EPERM, "the login server has no page to log in on; set authorize_endpoint, or use --device");
	r = loopback_open(l->site->redirect, &loop, err);
	r = r ?: net_oauth_proof_new(&proof);
	r = r ?: net_oauth_authorize_url(&l->server, l->site->client_id, loopback_address(loop), l->site->scope, &proof, &url);
	if (r < 0)
		return err_add(err, r, "%s", err_text(NULL, r));
	say("Log in with your browser. If none opens, go to\n  ", buf_str(&url), "\n");
	if (has_display())
		open_browser(buf_str(&url));
	r = loopback_wait(loop, proof.state, BROWSER_MS, &code, err);
	if (r < 0)
		return r;
	return net_oauth_code(&way, &l->server, code, loopback_address(loop), proof.verifier, &l->tokens, err);
}

/* ---- on another device ---------------------------------------------------------------------------- */

/* Until somebody has answered there. Nobody must be asked faster than the server wants (RFC 8628 3.5). */
static int wait_for_device(struct login *l, const struct net_oauth_device *d, struct err *err)
{
	const struct net_oauth_way way = oauth_way(l->site, NULL);
	int64_t end = clock_mono_ms() + d->good_s * 1000;
	int interval = d->interval_s;

	while (clock_mono_ms() < end) {
		struct err why = { 0 };
		int r;

		nanosleep(&(struct timespec) { .tv_sec = interval }, NULL);
		r = net_oauth_device_ask(&way, &l->server, d->code, &l->tokens, &why);
		if (r == -EBUSY)
			interval += SLOWER_S;
		else if (r == -ENOTCONN || r == -ECONNABORTED)
			interval *= 2;
		else if (r != -EAGAIN)
			return r < 0 ? err_set(err, r, "%s", why.text) : 0;
		interval = interval > INTERVAL_MAX_S ? INTERVAL_MAX_S : interval;
	}
	return err_set(err, -EKEYEXPIRED, "nobody typed the code in time; try again");
}

static int by_device(struct login *l, struct err *err)
{
	CLEANUP(net_oauth_device_release_p) struct net_oauth_device d = { 0 };
	const struct net_oauth_way way = oauth_way(l->site, NULL);
	int r = net_oauth_device_begin(&way, &l->server, l->site->scope, &d, err);

	if (r < 0)
		return r;
	say("On any device, go to\n  ", d.uri, "\n");
	say("and type the code\n  ", d.user_code, "\n");
	return wait_for_device(l, &d, err);
}

/* ---- both -------------------------------------------------------------------------------------------- */

static int keep(const struct places *p, struct login *l, struct err *err)
{
	CLEANUP(tokens_entry_release_p) struct tokens_entry e = { 0 };
	CLEANUP(tokens_close_p) struct tokens *t = NULL;
	int r = oauth_entry(l->site, &l->server, &l->tokens, &e);

	r = r ?: tokens_open(p->base, NULL, &t, err);
	r = r ?: tokens_put(t, &e, err);
	return r < 0 ? err_add(err, r, "%s", err_text(NULL, r)) : 0;
}

static bool wants_device(const struct login *l, enum login_how how)
{
	return how == LOGIN_DEVICE || (how == LOGIN_BEST && l->server.device && (!has_display() || !l->server.authorize));
}

int login_oauth(const struct places *p, const struct oauth_site *s, enum login_how how, struct err *err)
{
	CLEANUP(login_release) struct login l = { .site = s };
	int r;

	net_cred_guard();
	r = oauth_server(s, &l.server, err);
	if (r == 0)
		r = wants_device(&l, how) ? by_device(&l, err) : by_browser(&l, err);
	return r < 0 ? r : keep(p, &l, err);
}

int logout_oauth(const struct places *p, const struct oauth_site *s, struct err *err)
{
	CLEANUP(tokens_entry_release_p) struct tokens_entry e = { 0 };
	CLEANUP(tokens_close_p) struct tokens *t = NULL;
	const struct net_oauth_way way = oauth_way(s, NULL);
	int r = tokens_open(p->base, NULL, &t, err), revoked = 0;

	r = r ?: tokens_find(t, s->url, &e);
	if (r < 0)
		return r == -ENOENT ? err_set(err, r, "nobody is logged in at %s", s->url) : err_add(err, r, "%s", err_text(NULL, r));
	if (e.revoke_url && e.refresh) {
		const struct net_oauth_server server = { .revoke = e.revoke_url };

		revoked = net_oauth_revoke(&way, &server, e.refresh, err);
	}
	r = tokens_drop(t, s->url, revoked < 0 ? NULL : err);
	return r ?: revoked;
}
