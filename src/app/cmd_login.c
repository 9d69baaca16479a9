/*
 * `spfs login`, `spfs logout`. Logging in ends with a look at the site's lists, so that a token for something
 * else, or a wrong password, is known now; only what works is passed on to the daemons.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "ctl/client.h"
#include "net/cred.h"
#include "sp/sp.h"
#include "accounts.h"
#include "commands.h"
#include "discover.h"
#include "edit.h"
#include "login.h"
#include "oauth.h"
#include "registry.h"
#include "session.h"
#include "site.h"

enum { WAIT_MS = 30000 };

/* What the command line says. */
struct wish {
	bool device, browser;
	const char *user, *client_id, *tenant; /* foreign; NULL: not given */
};

/* ---- where ------------------------------------------------------------------------------------- */

static const struct registry_entry *only_site(const struct registry *reg)
{
	for (size_t i = 1; i < reg->n; i++)
		if (!str_eq(reg->v[i].site, reg->v[0].site))
			return NULL;
	return reg->n ? &reg->v[0] : NULL;
}

/* The site of an address, of a registered list, or the only one: fresh string. CLI_OK or the exit code. */
static int find_site(const struct cli_command *cmd, struct session *s, const char *word, char **ret)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	const struct registry_entry *e;
	struct sp_target t = { 0 };
	struct err err = { 0 };
	int r = session_configure(s, &err);

	r = r ?: registry_load(s->places.lists, s->places.profile, &reg, &err);
	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	e = word ? registry_find(&reg, word) : only_site(&reg);
	if (!e && !word)
		return cli_usage(cmd, "where? Give the address of the site");
	if (!e && sp_url_guess(word, &t) < 0)
		return cli_fail(CLI_USAGE, "%s: neither an address, which begins with https://, nor a list that is registered", word);
	r = str_set(ret, e ? e->site : t.webs[0]);
	sp_target_release(&t);
	return r < 0 ? cli_fail_err(CLI_FAILED, r, NULL) : CLI_OK;
}

/* ---- the configuration ----------------------------------------------------------------------------- */

/* Adds a section to the person's file, whose other words stay as they are. */
static int add_section(struct session *s, const char *url, const struct wish *w)
{
	CLEANUP(edit_end_p) struct edit edit = EDIT_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(CONF_FILE_MAX);
	struct err err = { 0 };
	int r = edit_begin(&edit, s->config_path, &err);

	if (r < 0)
		return cli_fail_err(CLI_USAGE, r, &err);
	buf_add(&text, buf_str(&edit.text), edit.text.len);
	if (text.len && text.p[text.len - 1] != '\n')
		buf_addc(&text, '\n');
	conf_add_section(&text, "site", url);
	if (w->user)
		conf_add_entry(&text, "user", w->user);
	if (w->client_id)
		conf_add_entry(&text, "client_id", w->client_id);
	if (w->tenant)
		conf_add_entry(&text, "tenant", w->tenant);
	r = edit_write(&edit, &text, &err);
	if (r < 0)
		return cli_fail_err(CLI_FAILED, r, &err);
	printf("%s: [site \"%s\"] was added\n", s->config_path, url);
	return CLI_OK;
}

/* A [site] for url, if there is none yet, of what the options say. */
static int configure(struct session *s, const char *url, const struct wish *w)
{
	struct err err = { 0 };
	bool known = accounts_know_section(s->accounts, url);
	int code, r;

	if (!w->user && !w->client_id)
		return known ? CLI_OK : cli_fail(CLI_LOGIN, "nothing says how to log in at %s. With a user name: spfs login --user NAME URL; "
						 "with OAuth: spfs login --client-id ID URL; more in spfs.conf(5), under [site]", url);
	if (known)
		return cli_fail(CLI_USAGE, "%s has a [site] in %s already: change it there", url, s->config_path);
	code = add_section(s, url, w);
	if (code != CLI_OK)
		return code;
	r = session_configure_again(s, &err);
	return r < 0 ? cli_fail_err(CLI_USAGE, r, &err) : CLI_OK;
}

/* ---- the daemons ----------------------------------------------------------------------------------- */

struct news {
	const char *url, *password; /* foreign; NULL: none was typed */
};

/* Of each profile: the tokens are the person's, not the profile's. */
static int tell(void *arg, const struct places *p)
{
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	CLEANUP(buf_release_p) struct buf none = BUF_INIT(65536);
	const struct news *n = arg;
	const char *const words[] = { "login", n->url, n->password };
	struct err err = { 0 };
	int r = ctl_client_open(p->socket, WAIT_MS, &c);

	if (r < 0)
		return 0; /* not mounted */
	r = ctl_client_call(c, n->password ? 3 : 1, words, &none, &err);
	if (r < 0)
		cli_fail(CLI_FAILED, "profile %s: %s", p->profile, err_text(&err, r));
	return 0;
}

static void tell_all(struct session *s, const char *url)
{
	CLEANUP(net_cred_wipe_p) char *typed = accounts_typed(s->accounts, url);
	struct news n = { url, typed };

	places_each(&s->places, tell, &n);
}

/* ---- login --------------------------------------------------------------------------------------------- */

static int exit_code(int r)
{
	switch (r) {
	case -ENOTCONN:
	case -ECONNABORTED:
	case -EPROTO:
		return CLI_UNREACHABLE;
	case -EINVAL:
		return CLI_USAGE;
	default:
		return cli_is_local(r) ? CLI_FAILED : CLI_LOGIN;
	}
}

static int log_in(struct session *s, const char *url, const struct wish *w)
{
	enum login_how how = w->device ? LOGIN_DEVICE : w->browser ? LOGIN_BROWSER : LOGIN_BEST;
	CLEANUP(oauth_site_release_p) struct oauth_site site = { 0 };
	struct err err = { 0 };
	int r = accounts_oauth(s->accounts, url, &site, &err);

	if (r == -ENOENT)
		return w->device || w->browser ? cli_fail(CLI_USAGE, "%s has no client_id: that is for OAuth", url) : CLI_OK;
	r = r ?: login_oauth(&s->places, &site, how, &err);
	return r < 0 ? cli_fail_err(exit_code(r), r, &err) : CLI_OK;
}

static int run_login(const struct cli_env *env, int argc, char **argv)
{
	struct wish w = { 0 };
	const struct cli_option options[] = { { "device", 0, &w.device, NULL }, { "browser", 0, &w.browser, NULL },
					      { "user", 0, NULL, &w.user }, { "client-id", 0, NULL, &w.client_id },
					      { "tenant", 0, NULL, &w.tenant }, { 0 } };
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	CLEANUP(str_free_p) char *url = NULL;
	struct session *s = env->arg;
	int code;

	if (!cli_args(&cmd_login, options, &argc, argv, &code))
		return code;
	if (argc > 2 || (w.device && w.browser))
		return cli_usage(&cmd_login, argc > 2 ? "one site at a time" : "--device or --browser");
	code = find_site(&cmd_login, s, argv[1], &url);
	if (code == CLI_OK)
		code = configure(s, url, &w);
	if (code == CLI_OK)
		code = log_in(s, url, &w);
	if (code == CLI_OK)
		code = discover(s, url, &site);
	if (code != CLI_OK)
		return code;
	printf("%s: logged in\n", site.url);
	tell_all(s, url);
	return CLI_OK;
}

const struct cli_command cmd_login = {
	.name = "login",
	.usage = "login [--device | --browser] [--user NAME] [--client-id ID [--tenant NAME]] [URL|LIST]",
	.summary = "log in at a site, and go on with what waited for that",
	.help = "  --device     show a code to be typed on another device (OAuth)\n"
		"  --browser    with the browser of this computer, also without a display (OAuth)\n"
		"  --user NAME  for a site that is not in the configuration yet: put it there\n"
		"  --client-id ID, --tenant NAME  the same, with OAuth\n"
		"How a site is logged in to stands in its [site] section, see spfs.conf(5). A password\n"
		"that stands nowhere is asked for; a running mount gets it and forgets it when it ends.\n"
		"Without an address: the site of all registered lists.\n"
		"\n"
		"  spfs login https://sharepoint.example.org/sites/team\n"
		"  spfs login --device Tasks\n",
	.registers = true,
	.run = run_login,
};

/* ---- logout ---------------------------------------------------------------------------------------------- */

static int run_logout(const struct cli_env *env, int argc, char **argv)
{
	static const struct cli_option options[] = { { 0 } };
	CLEANUP(oauth_site_release_p) struct oauth_site site = { 0 };
	CLEANUP(str_free_p) char *url = NULL;
	struct session *s = env->arg;
	struct err err = { 0 };
	int code, r;

	if (!cli_args(&cmd_logout, options, &argc, argv, &code))
		return code;
	if (argc > 2)
		return cli_usage(&cmd_logout, "one site at a time");
	code = find_site(&cmd_logout, s, argv[1], &url);
	if (code != CLI_OK)
		return code;
	r = accounts_oauth(s->accounts, url, &site, &err);
	if (r == -ENOENT)
		return cli_fail(CLI_FAILED, "spfs keeps no login for %s: it uses what [site] in %s says", url, s->config_path);
	r = r ?: logout_oauth(&s->places, &site, &err);
	tell_all(s, url);
	if (r < 0 && r != -ENOENT && err.code)
		return cli_fail(exit_code(r), "%s", err.text);
	return r < 0 ? cli_fail_err(CLI_FAILED, r, &err) : CLI_OK;
}

const struct cli_command cmd_logout = {
	.name = "logout",
	.usage = "logout [URL|LIST]",
	.summary = "forget the tokens of a site (OAuth), here and at its login server",
	.help = "What was received stays readable; changes wait until you log in again.\n",
	.registers = true,
	.run = run_logout,
};
