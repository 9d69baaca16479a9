#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "commands.h"

/* `spfs mount ...` is `spfs ...`, for those who look for a word. */

/* systemd writes down by itself what is to be started: here nothing is. */
static int enable_at_login(const char *dir)
{
	static const char script[] = "unit=$(systemd-escape --template=spfs@.service --path -- \"$1\") && "
				     "exec systemctl --user enable --now -- \"$unit\"";
	char *path = realpath(dir, NULL);

	if (!path)
		return cli_fail(CLI_MOUNTPOINT, "%s: %s; create it first: mkdir -p", dir, err_text(NULL, -errno));
	execl("/bin/sh", "sh", "-c", script, "sh", path, NULL);
	return cli_fail(CLI_FAILED, "/bin/sh: %s", err_text(NULL, -errno));
}

/* --profile was taken out by main(): it is that of a mount, too. */
static int mount_profile(const char *profile, int argc, char **argv)
{
	CLEANUP(str_free_p) char *option = str_printf("profile=%s", profile);
	char **words = calloc((size_t) argc + 3, sizeof(*words));
	int code;

	if (!words || !option) {
		free(words);
		return cli_fail_err(CLI_FAILED, -ENOMEM, NULL);
	}
	words[0] = argv[0];
	words[1] = (char *) "-o";
	words[2] = option;
	memcpy(words + 3, argv + 1, (size_t) (argc - 1) * sizeof(*words));
	code = mount_main(argc + 2, words);
	free(words);
	return code;
}

static bool wants_help(int argc, char **argv)
{
	return argc < 2 || str_eq(argv[1], "--help") || str_eq(argv[1], "-h");
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	const struct cli_option none[] = { { 0 } };
	char *help[] = { argv[0], (char *) "--help", NULL };
	int n = 2, code = CLI_OK;

	if (argc > 1 && str_eq(argv[1], "--enable-at-login"))
		return argc == 3 ? enable_at_login(argv[2]) : cli_usage(&cmd_mount, "--enable-at-login takes a directory");
	if (!wants_help(argc, argv))
		return str_eq(env->profile, "default") ? mount_main(argc, argv) : mount_profile(env->profile, argc, argv);
	if (cli_args(&cmd_mount, none, &n, help, &code))
		code = CLI_OK;
	return argc < 2 ? CLI_USAGE : code;
}

const struct cli_command cmd_mount = {
	.name = "mount",
	.usage = "mount [-fdv] [-o OPT,...] [PROFILE] MOUNTPOINT | mount --enable-at-login MOUNTPOINT",
	.summary = "mount; the same without the word",
	.help = "  --enable-at-login  let systemd mount it whenever you log in, and now (spfs@.service)\n"
		"All options: spfs --help\n"
		"\n"
		"  spfs mount ~/SharePoint\n"
		"  spfs mount -o ro work ~/Work\n"
		"  spfs mount --enable-at-login ~/SharePoint\n",
	.registers = true,
	.run = run,
};
