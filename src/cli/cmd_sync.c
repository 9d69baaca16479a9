#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "commands.h"
#include "cli/run.h"
#include "cli/talk.h"

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool quiet = false, send = false, receive = false, retry = false, progress = false, no_progress = false;
	const struct cli_option options[] = {
		{ "quiet", 'q', &quiet, NULL },           { "send", 0, &send, NULL },
		{ "receive", 0, &receive, NULL },         { "retry", 0, &retry, NULL },
		{ "progress", 0, &progress, NULL },       { "no-progress", 0, &no_progress, NULL },
		{ 0 },
	};
	struct cli_run_order o = { .verb = "all" };
	int code;

	if (!cli_args(&cmd_sync, options, &argc, argv, &code))
		return code;
	if (argc > 2)
		return cli_usage(&cmd_sync, "one list or group at a time, or none for all; a name with blanks needs quotes");
	if (send + receive + retry > 1)
		return cli_usage(&cmd_sync, "--send, --receive and --retry exclude each other");
	o.verb = send ? "send" : receive ? "receive" : retry ? "retry" : "all";
	o.list = argc > 1 ? argv[1] : NULL;
	o.quiet = quiet;
	o.progress = progress ? 1 : no_progress || quiet ? -1 : 0;
	code = cli_talk_begin(env, TALK_ENGINE);
	return code == CLI_OK ? cli_run_sync(env, &o) : code;
}

const struct cli_command cmd_sync = {
	.name = "sync",
	.usage = "sync [--send | --receive | --retry] [-q] [LIST | GROUP]",
	.summary = "send and receive everything, or one list or group, and wait until it is done",
	.help = "  --send         only send waiting changes\n"
		"  --receive      only receive\n"
		"  --retry        send refused changes again\n"
		"  -q, --quiet    print nothing but errors\n"
		"  --progress     show progress even if stderr is no terminal (--no-progress: never)\n"
		"Works without a mount too, from cron for example.\n"
		"Exit: 0 fine, 3 some lists failed, 1 all of them, 4 login needed, 5 server not reachable.\n"
		"\n"
		"  spfs sync\n"
		"  spfs sync \"Team Tasks\"\n",
	.run = run,
};
