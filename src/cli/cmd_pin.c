#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/talk.h"
#include "commands.h"
#include "path.h"

/* spfs pin and unpin: told to the mount that the path is in, whichever profile's that is, through its control file. */

enum { TEXT_MAX = 16 << 20 };

static int tell(const char *path, bool pin)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	CLEANUP(str_free_p) char *order = NULL;
	int64_t ino;
	int code = cli_path_control(path, "pinned", &fd, &ino);

	if (code != CLI_OK)
		return code;
	order = str_printf("%s %lld\n", pin ? "pin" : "unpin", (long long) ino);
	if (!order)
		return cli_fail(CLI_FAILED, "out of memory");
	if (write(fd, order, strlen(order)) >= 0)
		return CLI_OK;
	if (errno == ENOENT && !pin)
		return cli_fail(CLI_FAILED, "%s is not pinned itself; `spfs pin` shows what is", path);
	return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
}

static int show(const struct cli_env *env)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	int code = cli_talk_begin(env, TALK_MOUNTED);

	if (code == CLI_OK)
		code = TALK(env, &text, "read", "pinned");
	if (code == CLI_OK)
		fputs(text.len ? buf_str(&text) : "nothing is pinned\n", stdout);
	return code;
}

static int run(const struct cli_env *env, const struct cli_command *cmd, int argc, char **argv, bool pin)
{
	static const struct cli_option options[] = { { 0 } };
	int code;

	if (!cli_args(cmd, options, &argc, argv, &code))
		return code;
	if (argc < 2 && !pin)
		return cli_usage(cmd, "what is to be unpinned?");
	if (argc < 2)
		return show(env);
	for (int i = 1; i < argc && code == CLI_OK; i++)
		code = tell(argv[i], pin);
	return code;
}

static int run_pin(const struct cli_env *env, int argc, char **argv)
{
	return run(env, &cmd_pin, argc, argv, true);
}

static int run_unpin(const struct cli_env *env, int argc, char **argv)
{
	return run(env, &cmd_unpin, argc, argv, false);
}

const struct cli_command cmd_pin = {
	.name = "pin",
	.usage = "pin [PATH ...]",
	.summary = "keep documents here, so that they can be read offline",
	.help = "A directory stands for all documents below it, also for those that come later. They\n"
		"are fetched now and after each synchronisation, and never leave the cache.\n"
		"Without a PATH: show what is pinned.\n"
		"\n"
		"  spfs pin ~/SharePoint/Shared\\ Documents/Contracts\n",
	.run = run_pin,
};

const struct cli_command cmd_unpin = {
	.name = "unpin",
	.usage = "unpin PATH ...",
	.summary = "let pinned documents leave the cache again",
	.help = "",
	.run = run_unpin,
};
