/* Commands that are one question to the daemon. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "commands.h"

enum { TEXT_MAX = 16 << 20 };

/* ---- online, offline ------------------------------------------------------------- */

static int set_online(const struct cli_env *env, const struct cli_command *cmd, int argc, char **argv, const char *value)
{
	static const struct cli_option options[] = { { 0 } };
	int code;

	if (!cli_args(cmd, options, &argc, argv, &code))
		return code;
	if (argc > 1)
		return cli_usage(cmd, "too many words");
	code = cli_talk_begin(env, TALK_MOUNTED);
	return code == CLI_OK ? TALK(env, NULL, "write", "online", value) : code;
}

static int run_offline(const struct cli_env *env, int argc, char **argv)
{
	return set_online(env, &cmd_offline, argc, argv, "0");
}

static int run_online(const struct cli_env *env, int argc, char **argv)
{
	return set_online(env, &cmd_online, argc, argv, "1");
}

const struct cli_command cmd_offline = {
	.name = "offline",
	.usage = "offline",
	.summary = "stop talking to the server; changes wait",
	.help = "Everything that was received stays readable and writable. `spfs online` ends it.\n",
	.run = run_offline,
};

const struct cli_command cmd_online = {
	.name = "online",
	.usage = "online",
	.summary = "talk to the server again and send what waits",
	.help = "",
	.run = run_online,
};

/* ---- log ----------------------------------------------------------------------------- */

/* The last n lines of a text. */
static char *last_lines(char *text, long n)
{
	char *p = text + strlen(text);

	if (p > text && p[-1] == '\n')
		p--;
	while (p > text && (p[-1] != '\n' || --n > 0))
		p--;
	return p;
}

/* The ring buffer is asked again each second: what is new stands behind what was there. */
static int follow_log(const struct cli_env *env, char *before)
{
	CLEANUP(str_free_p) char *last = NULL;
	int r = CLI_OK;

	for (size_t n; r == CLI_OK; nanosleep(&(struct timespec) { .tv_sec = 1 }, NULL)) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
		char *at, *tail = last ? last : last_lines(before, 1);

		r = TALK(env, &text, "read", "log");
		if (r != CLI_OK || text.len == 0)
			continue;
		n = strlen(tail);
		at = n ? strstr(text.p, tail) : NULL;
		tail = strdup(last_lines(text.p, 1));
		cli_print_lines(at ? at + n : text.p);
		fflush(stdout);
		free(last);
		last = tail;
	}
	return r;
}

static int run_log(const struct cli_env *env, int argc, char **argv)
{
	bool follow = false;
	const char *count = "50";
	const struct cli_option options[] = { { "follow", 'f', &follow, NULL }, { "lines", 'n', NULL, &count }, { 0 } };
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	CLEANUP(str_free_p) char *all = NULL;
	int64_t n;
	int code;

	if (!cli_args(&cmd_log, options, &argc, argv, &code))
		return code;
	if (argc > 1 || str_to_i64(count, &n) < 0 || n < 1)
		return cli_usage(&cmd_log, argc > 1 ? "too many words" : "-n takes a number of lines");
	code = cli_talk_begin(env, TALK_MOUNTED);
	if (code == CLI_OK)
		code = TALK(env, &text, "read", "log");
	if (code != CLI_OK)
		return code;
	all = strdup(buf_str(&text));
	if (!all)
		return cli_fail_err(CLI_FAILED, -ENOMEM, NULL);
	if (text.len)
		cli_print_lines(last_lines(text.p, (long) n));
	fflush(stdout);
	return follow ? follow_log(env, all) : CLI_OK;
}

const struct cli_command cmd_log = {
	.name = "log",
	.usage = "log [-f] [-n LINES]",
	.summary = "show what the daemon logged last",
	.help = "  -f, --follow    go on as new lines come\n"
		"  -n, --lines N   so many lines (50; the daemon keeps 1000)\n",
	.run = run_log,
};

/* ---- remove --------------------------------------------------------------------------- */

static int run_remove(const struct cli_env *env, int argc, char **argv)
{
	bool force = false;
	const struct cli_option options[] = { { "force", 0, &force, NULL }, { 0 } };
	int code;

	if (!cli_args(&cmd_remove, options, &argc, argv, &code))
		return code;
	if (argc < 2)
		return cli_usage(&cmd_remove, "which list? `spfs lists` shows them");
	code = cli_talk_begin(env, TALK_STORE);
	for (int i = 1; code == CLI_OK && i < argc; i++) {
		code = TALK(env, NULL, "remove-list", argv[i], force ? "force" : "");
		if (code == CLI_OK)
			printf("%s: removed here; on the server it stays as it is\n", argv[i]);
	}
	return code;
}

const struct cli_command cmd_remove = {
	.name = "remove",
	.usage = "remove [--force] LIST...",
	.summary = "stop mounting a list; nothing changes on the server",
	.help = "  --force    even if some changes were not sent: they are copied to conflicts/\n"
		"\n"
		"  spfs remove \"Team Tasks\"\n",
	.registers = true,
	.run = run_remove,
};
