#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/buf.h"
#include "base/mountinfo.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/run.h"
#include "adding.h"
#include "commands.h"
#include "demo.h"
#include "discover.h"
#include "registry.h"
#include "session.h"
#include "site.h"

/* ---- parts -------------------------------------------------------------------------- */

static int forget(struct session *s)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };
	int r = registry_load(s->places.lists, DEMO_PROFILE, &reg, &err);

	for (size_t i = 0; r == 0 && i < reg.n; i++)
		r = registry_remove(s->places.lists, DEMO_PROFILE, reg.v[i].name, &err);
	if (r == 0)
		r = demo_reset(&s->places, &err);
	return r < 0 ? cli_fail(CLI_FAILED, "%s", err_text(&err, r)) : CLI_OK;
}

static int register_lists(struct session *s, const char *url)
{
	CLEANUP(site_release_p) struct site site = SITE_INIT;
	struct adding a = { .s = s, .site = &site, .brief = true };
	int code = discover(s, url, &site);

	if (code == CLI_OK)
		code = adding_read(&a);
	if (code == CLI_OK)
		code = adding_all(&a);
	registry_release(&a.reg);
	return code;
}

/* The mount is a program of its own: it goes to the background, and we still have something to say. */
static int mount_it(const char *dir)
{
	const char *const argv[] = { "spfs", "-o", "profile=" DEMO_PROFILE, "--", dir, NULL };
	pid_t pid;
	int status, r = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, (char *const *) argv, environ);

	if (r)
		return cli_fail(CLI_FAILED, "the mount did not start: %s", err_text(NULL, -r));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CLI_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_FAILED;
}

/* Who types the lines that explain() shows must find what is in them: not before the lists were received. */
static void wait_for_lists(const struct session *s)
{
	const struct cli_env env = { .profile = DEMO_PROFILE, .socket = s->places.socket };
	const struct cli_run_order order = { .verb = "receive", .quiet = true };
	int code = cli_run_sync(&env, &order);

	if (code != CLI_OK)
		fputs("spfs: the lists could not all be received yet; spfs status tells more\n", stderr);
}

static void explain(const char *dir, const char *url)
{
	printf("\nThe sample site is mounted at %s. Try:\n"
	       "  ls %s\n"
	       "  cat %s/Announcements/*\n"
	       "  echo 'Hello from the shell' > '%s/Announcements/Hello.txt'\n"
	       "  spfs status\n"
	       "  spfs umount %s            ends the sample server too\n"
	       "Its server: %s\n",
	       dir, dir, dir, dir, dir, url);
}

/* ---- the command ----------------------------------------------------------------------- */

static int start(struct session *s, const char *dir)
{
	CLEANUP(str_free_p) char *url = NULL;
	struct err err = { 0 };
	int r = places_make(&s->places, &err), code;

	if (r == 0)
		r = fsutil_mkdirs(dir, 0755);
	if (r < 0)
		return cli_fail(CLI_FAILED, "%s: %s", dir, err_text(&err, r));
	r = demo_start(&s->places, &url, &err);
	if (r < 0)
		return cli_fail(CLI_FAILED, "%s", err_text(&err, r));
	code = register_lists(s, url);
	if (code == CLI_OK)
		code = mount_it(dir);
	if (code == CLI_OK) {
		wait_for_lists(s);
		explain(dir, url);
	} else {
		demo_ended(&s->places);
	}
	return code;
}

/* Twice is no mistake: the user wants to see it. */
static int already(struct session *s)
{
	CLEANUP(buf_release_p) struct buf who = BUF_INIT(8192);
	CLEANUP(str_free_p) char *url = NULL;
	const char *dir = fsutil_read(s->places.lock, &who) == 0 ? strchr(buf_str(&who), ' ') : NULL;
	struct err err = { 0 };

	if (!dir || demo_start(&s->places, &url, &err) < 0)
		return cli_fail(CLI_FAILED, "the demo is busy: %s", err.text[0] ? err.text : "try again");
	puts("The demo runs already.");
	explain(dir + 1, url);
	return CLI_OK;
}

static char *default_dir(void)
{
	const char *home = getenv("HOME");

	return home && *home == '/' ? str_printf("%s/SharePoint", home) : NULL;
}

static int run_in(struct session *s, bool reset, const char *given)
{
	CLEANUP(str_free_p) char *dir = given ? NULL : default_dir();
	int code;

	if (given && mountinfo_path(given, &dir) < 0)
		return cli_fail(CLI_MOUNTPOINT, "%s: %s", given, err_text(NULL, -errno));
	if (!dir)
		return cli_usage(&cmd_demo, "where? spfs demo DIR");
	if (places_is_running(&s->places))
		return reset ? cli_fail(CLI_FAILED, "the demo is mounted; first: spfs umount") : already(s);
	code = reset ? forget(s) : CLI_OK;
	return code == CLI_OK ? start(s, dir) : code;
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool reset = false;
	const struct cli_option options[] = { { "reset", 0, &reset, NULL }, { 0 } };
	struct session s = SESSION_INIT;
	struct err err = { 0 };
	int code;

	(void) env;
	if (!cli_args(&cmd_demo, options, &argc, argv, &code))
		return code;
	if (argc > 2)
		return cli_usage(&cmd_demo, "one directory at a time");
	if (session_open(&s, DEMO_PROFILE, NULL, &err) < 0)
		code = cli_fail(CLI_FAILED, "%s", err_text(&err, -ENOMEM));
	else
		code = run_in(&s, reset, argc > 1 ? argv[1] : NULL);
	session_close(&s);
	return code;
}

const struct cli_command cmd_demo = {
	.name = "demo",
	.usage = "demo [--reset] [DIR]",
	.summary = "start a sample server and mount it (at ~/SharePoint)",
	.help = "  --reset    begin anew: forget what was done in the demo before\n"
		"It has a profile of its own, \"demo\", and keeps its state; `spfs umount` ends it.\n"
		"\n"
		"  spfs demo\n"
		"  spfs demo ~/try\n",
	.registers = true,
	.run = run,
};
