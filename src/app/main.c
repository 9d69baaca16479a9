/*
 * spfs: one program. The first word that is not an option is a command if it is
 * exactly one's name; everything else is the mount form.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "commands.h"
#include "help.h"
#include "opts.h"
#include "session.h"

/* Takes --profile NAME, --profile=NAME and -p NAME out of argv. False: its value is missing. */
static bool take_profile(int *argc, char **argv, const char **ret)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (str_starts(argv[i], "--profile=")) {
			*ret = argv[i] + strlen("--profile=");
		} else if (strcmp(argv[i], "--profile") == 0 || strcmp(argv[i], "-p") == 0) {
			if (i + 1 == *argc)
				return false;
			*ret = argv[++i];
		} else {
			argv[kept++] = argv[i];
		}
	}
	argv[kept] = NULL;
	*argc = kept;
	return true;
}

/*
 * Without --profile a command means the default profile; one that asks or steers a
 * mount means the only one that is mounted, so that `spfs status` works after `spfs demo`.
 */
static char *choose_profile(const struct cli_command *cmd, const char *named)
{
	CLEANUP(places_release_p) struct places p = PLACES_INIT;
	char *only = NULL;

	if (named)
		return strdup(named);
	if (!cmd->registers && places_find("default", &p, NULL) == 0 && !places_is_running(&p))
		only = places_only_running(&p);
	return only ? only : strdup("default");
}

static int run_command(const struct cli_command *cmd, const char *named, int argc, char **argv)
{
	CLEANUP(str_free_p) char *profile = choose_profile(cmd, named);
	struct session s = SESSION_INIT;
	struct cli_env env = { .serve = session_serve, .socket_of = session_socket_of, .arg = &s };
	struct err err = { 0 };
	int code, r = profile ? session_open(&s, profile, NULL, &err) : -ENOMEM;

	if (r < 0) {
		session_close(&s);
		return cli_fail_err(CLI_USAGE, r, &err);
	}
	log_setup(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	env.profile = s.places.profile;
	env.socket = s.places.socket;
	code = cmd->run(&env, argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == CLI_OK)
		code = cli_fail(CLI_FAILED, "the output could not be written: %s", err_text(NULL, errno));
	session_close(&s);
	return code;
}

/* `spfs help [COMMAND]` */
static int run_help(const char *name)
{
	const struct cli_command *cmd = name ? help_find(name) : NULL;
	char *argv[] = { (char *) name, (char *) "--help", NULL };

	if (cmd)
		return run_command(cmd, NULL, 2, argv);
	help_print();
	return CLI_OK;
}

int main(int argc, char **argv)
{
	const struct cli_command *cmd;
	const char *profile = NULL;
	int n = argc;

	if (opts_is_helper(argv[0]))
		return mount_main(argc, argv);
	if (argc < 2) {
		help_print();
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "help") == 0)
		return run_help(argv[2]);
	cmd = help_find(argv[1]);
	if (!cmd && (str_starts(argv[1], "--profile") || strcmp(argv[1], "-p") == 0)) {
		if (!take_profile(&n, argv, &profile))
			return cli_fail(CLI_USAGE, "--profile needs a name");
		cmd = n > 1 ? help_find(argv[1]) : NULL;
		if (!cmd)
			return cli_fail(CLI_USAGE, "a mount names its profile so: spfs PROFILE MOUNTPOINT");
	}
	if (!cmd)
		return mount_main(argc, argv);
	if (!profile && !take_profile(&n, argv, &profile))
		return cli_fail(CLI_USAGE, "--profile needs a name");
	return run_command(cmd, profile, n - 1, argv + 1);
}
