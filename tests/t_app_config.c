#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "config.h"
#include "net/auth.h"

static int apply(struct config *c, const char *text, const char *profile, bool secret, struct err *err)
{
	CLEANUP(conf_release_p) struct conf f = CONF_INIT;
	int r;

	assert_int_equal(config_init(c), 0);
	r = conf_parse("config", text, strlen(text), &f, err);
	return r < 0 ? r : config_apply(c, &f, profile, secret, err);
}

static void defaults_are_those_of_the_manual(void **state)
{
	CLEANUP(config_release_p) struct config c = { 0 };

	(void) state;
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(c.settings.fresh_ms, 3000);
	assert_int_equal(c.settings.wait_ms, 3000);
	assert_true(c.settings.xattr && c.settings.announce);
	assert_false(c.settings.offline || c.settings.ro || c.settings.allow_other);
	assert_int_equal(c.settings.fsync, FSYNC_LOCAL);
	assert_int_equal(c.settings.loglevel, LOG_LEVEL_NOTICE);
}

static void a_profile_wins_over_defaults_wherever_they_stand(void **state)
{
	static const char text[] = "[profile \"work\"]\nwait = 1s\n[defaults]\nwait = 2s\nfresh = 500ms\n"
				   "[profile \"other\"]\nwait = 9s\n";
	CLEANUP(config_release_p) struct config c = { 0 };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(apply(&c, text, "work", false, &err), 0);
	assert_int_equal(c.settings.wait_ms, 1000);
	assert_int_equal(c.settings.fresh_ms, 500);
}

static void mistakes_are_named_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[defaults]\n\nfrehs = 3s\n", "config:3: unknown key frehs; did you mean fresh?" },
		{ "[defaults]\nzebra = 1\n", "config:2: unknown key zebra; see spfs.conf(5)" },
		{ "[defaults]\nwait = soon\n",
		  "config:2: wait is a time from 0 to 20 seconds, like 5s, 500ms or 1m; not \"soon\"" },
		{ "[defaults]\nwait = 1m\n",
		  "config:2: wait is a time from 0 to 20 seconds, like 5s, 500ms or 1m; not \"1m\"" },
		{ "[defaults]\nxattr = maybe\n", "config:2: xattr is yes or no, not \"maybe\"" },
		{ "[defaults]\nloglevel = loud\n",
		  "config:2: loglevel is one of: error, warning, notice, info, debug; not \"loud\"" },
		{ "[profil \"x\"]\n", "config:1: unknown section profil; did you mean profile?" },
		{ "[zebra]\n", "config:1: unknown section zebra; there are [defaults], [profile \"NAME\"], [site \"URL\"], "
				"[group \"NAME\"]" },
		{ "[site \"https://h\"]\nalternate = h2\n", "config:2: alternate is an address like https://server or "
		  "https://server/sites/team, not \"h2\"" },
		{ "[group]\nlists = x\n", "config:1: a group is named: [group \"team\"]" },
		{ "[group \"g\"]\nlist = x\n", "config:2: unknown key list; did you mean lists?" },
		{ "[group \"g\"]\ninterval = 0\n",
		  "config:2: interval is a time from 1 to 604800 seconds, like 5s, 500ms or 1m; not \"0\"" },
		{ "[profile]\nwait = 1s\n", "config:1: a profile is named: [profile \"work\"]" },
		{ "[site \"example.org\"]\n",
		  "config:1: a site is named by its address: [site \"https://server/sites/team\"]" },
		{ "[site \"https://h\"]\nauth = magic\n", "config:2: auth is one of: auto, none, basic, ntlm, negotiate, forms, cookie, bearer; not \"magic\"" },
		{ "[site \"https://h\"]\nuser = DOMAIN\\tom\n",
		  "config:2: user holds a control character; a backslash is written \\\\" },
		/* also what another profile's section holds, or nobody finds it before that profile is mounted */
		{ "[profile \"other\"]\nwait = soon\n",
		  "config:2: wait is a time from 0 to 20 seconds, like 5s, 500ms or 1m; not \"soon\"" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(config_release_p) struct config c = { 0 };
		struct err err = { 0 };

		assert_int_equal(apply(&c, cases[i].text, "default", true, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].message);
	}
}

static int collect(void *arg, const struct err *err)
{
	struct buf *all = arg;

	return buf_addf(all, "%s\n", err->text);
}

static void every_mistake_of_a_file_can_be_had(void **state)
{
	static const char text[] = "[defaults]\nwiat = 1s\nwait = soon\nfresh = 1s\n[group]\nlists = x\n"
				   "[site \"https://h\"]\npassword = x\nauth = magic\n";
	static const char all[] = "f:2: unknown key wiat; did you mean wait?\n"
				  "f:3: wait is a time from 0 to 20 seconds, like 5s, 500ms or 1m; not \"soon\"\n"
				  "f:5: a group is named: [group \"team\"]\n"
				  "f:8: others can read this password; type: chmod 600 f\n"
				  "f:9: auth is one of: auto, none, basic, ntlm, negotiate, forms, cookie, bearer; "
				  "not \"magic\"\n";
	CLEANUP(conf_release_p) struct conf f = CONF_INIT;
	CLEANUP(buf_release_p) struct buf said = BUF_INIT(10000);

	(void) state;
	assert_int_equal(conf_parse("f", text, strlen(text), &f, NULL), 0);
	assert_int_equal(config_each_mistake(&f, false, collect, &said), 0);
	assert_string_equal(buf_str(&said), all);
}

static void keys_and_values_can_be_asked_about(void **state)
{
	static const struct {
		const char *section, *subject, *key, *value, *message;
	} cases[] = {
		{ "defaults", NULL, "wait", "2s", "" },
		{ "profile", "work", "wait", "1m", "wait is a time from 0 to 20 seconds, like 5s, 500ms or 1m; not \"1m\"" },
		{ "site", "https://h/s", "user", "ann", "" },
		{ "site", "https://h/s", "alternate", "https://i", "" },
		{ "group", "g", "lists", "Tasks", "" },
		{ "group", "g", "intervall", "1h", "unknown key intervall; did you mean interval?" },
		{ "site", "h", "user", "x", "a site is named by its address: [site \"https://server/sites/team\"]" },
		{ "profile", NULL, "wait", "1s", "a profile is named: [profile \"work\"]" },
		{ "defaults", "x", "wait", "1s", "[defaults] has no name: defaults.wait" },
		{ "sites", "https://h", "user", "x", "unknown section sites; did you mean site?" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct config_key *k;
		struct err err = { 0 };
		int r = config_find_key(cases[i].section, cases[i].subject, cases[i].key, &k, &err);

		if (r == 0)
			r = config_check_value(k, cases[i].value, &err);
		assert_string_equal(err.text, cases[i].message);
		assert_int_equal(r, *cases[i].message ? -EINVAL : 0);
	}
}

static void a_password_needs_a_private_file(void **state)
{
	static const char text[] = "[site \"https://h/s\"]\nuser = ann\npassword = secret\n";
	CLEANUP(config_release_p) struct config open = { 0 };
	CLEANUP(config_release_p) struct config closed = { 0 };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(apply(&open, text, "default", false, &err), -EACCES);
	assert_string_equal(err.text, "config:3: others can read this password; type: chmod 600 config");
	assert_int_equal(apply(&closed, text, "default", true, &err), 0);
	assert_string_equal(config_site(&closed, "https://h/s")->password, "secret");
}

static void the_most_specific_site_counts(void **state)
{
	static const char text[] = "[site \"https://h\"]\nuser = host\n[site \"https://h/sites/team/\"]\nuser = team\n"
				   "[site \"https://h:8443\"]\nuser = port\n";
	static const struct {
		const char *url, *user;
	} cases[] = {
		{ "https://h/sites/team", "team" }, { "https://h/sites/team/sub", "team" }, { "https://h/Sites/Team", "team" },
		{ "https://h/sites/teamwork", "host" }, { "https://h", "host" }, { "https://H/", "host" },
		{ "https://h:8443/x", "port" }, { "http://h/sites/team", NULL }, { "https://other/sites/team", NULL },
	};
	CLEANUP(config_release_p) struct config c = { 0 };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(apply(&c, text, "default", true, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct site_config *s = config_site(&c, cases[i].url);

		assert_true(cases[i].user ? s && strcmp(s->user, cases[i].user) == 0 : !s);
	}
}

static void groups_name_their_lists(void **state)
{
	static const char text[] = "[group \"team\"]\nlists = Tasks , Team Calendar,Links\nlists = \"Salt, Pepper\"\n"
				   "[group \"hourly\"]\ninterval = 1h\nlists = Tasks\n[group \"team\"]\nlists = More\n"
				   "[site \"https://h\"]\nmode = 2003\n[site \"https://i\"]\nuser = x\n";
	static const struct {
		const char *list;
		bool is_in;
	} cases[] = {
		{ "Tasks", true }, { "Team Calendar", true }, { "Links", true }, { "Salt, Pepper", true },
		{ "More", true }, { "Team", false }, { "Calendar", false }, { "tasks", false }, { "", false },
	};
	CLEANUP(config_release_p) struct config c = { 0 };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(apply(&c, text, "default", true, &err), 0);
	assert_int_equal(c.n_groups, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(config_group_has(&c.groups[0], cases[i].list), cases[i].is_in);
	assert_int_equal(c.groups[0].interval_ms, 0);
	assert_int_equal(c.groups[1].interval_ms, 3600000);
	assert_int_equal(config_site(&c, "https://h/x")->mode, MODE_2003);
	assert_int_equal(config_site(&c, "https://h/x")->interval_ms, 20 * 60 * 1000);
	assert_int_equal(config_site(&c, "https://i")->mode, MODE_2007);
}

static void options_are_the_same_keys(void **state)
{
	CLEANUP(config_release_p) struct config c = { 0 };
	struct err err = { 0 };

	(void) state;
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(config_option(&c, "wait=250ms", &err), 0);
	assert_int_equal(config_option(&c, "noxattr", &err), 0);
	assert_int_equal(config_option(&c, "ro", &err), 0);
	assert_int_equal(config_option(&c, "announce=no", &err), 0);
	assert_int_equal(config_option(&c, "fsync=server", &err), 0);
	assert_int_equal(c.settings.wait_ms, 250);
	assert_false(c.settings.xattr || c.settings.announce);
	assert_true(c.settings.ro);
	assert_int_equal(c.settings.fsync, FSYNC_SERVER);
	assert_int_equal(config_option(&c, "nonsuch", &err), -ENOENT);
	assert_string_equal(err.text, "unknown mount option nonsuch");
	assert_int_equal(config_option(&c, "alow_other", &err), -ENOENT);
	assert_string_equal(err.text, "unknown mount option alow_other; did you mean allow_other?");
	assert_int_equal(config_option(&c, "wait", &err), -EINVAL);
	/* secrets never stand on a command line */
	assert_int_equal(config_option(&c, "password=x", &err), -ENOENT);
}

/* What may be written is what there is. */
static void each_login_method_can_be_named(void **state)
{
	(void) state;
	for (int k = 0; k <= NET_AUTH_AUTO; k++) {
		CLEANUP(config_release_p) struct config c = { 0 };
		CLEANUP(str_free_p) char *text = str_printf("[site \"https://h\"]\nauth = %s\n",
							    net_auth_name((enum net_auth_kind) k));
		enum net_auth_kind kind;

		assert_int_equal(apply(&c, text, "default", false, NULL), 0);
		assert_int_equal(net_auth_parse(config_auth(&c.sites[0]), &kind), 0);
		assert_int_equal(kind, k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_manual),
		cmocka_unit_test(a_profile_wins_over_defaults_wherever_they_stand),
		cmocka_unit_test(mistakes_are_named_with_file_and_line),
		cmocka_unit_test(every_mistake_of_a_file_can_be_had),
		cmocka_unit_test(keys_and_values_can_be_asked_about),
		cmocka_unit_test(a_password_needs_a_private_file),
		cmocka_unit_test(the_most_specific_site_counts),
		cmocka_unit_test(each_login_method_can_be_named),
		cmocka_unit_test(groups_name_their_lists),
		cmocka_unit_test(options_are_the_same_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
