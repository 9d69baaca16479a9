#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/mountinfo.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/run.h"
#include "cli/talk.h"
#include "cli/unmount.h"
#include "commands.h"

enum { GONE_MS = 20000 /* the daemon tries for 10 s to send what is left */ };

/* ---- which one -------------------------------------------------------------------- */

struct search {
	const char *dir;
	bool ours;
};

static int compare(void *arg, const struct mountinfo *m)
{
	struct search *s = arg;

	if (strcmp(m->dir, s->dir) == 0)
		s->ours = strcmp(m->type, "fuse.spfs") == 0;
	return 0;
}

static bool is_mounted(const char *dir)
{
	CLEANUP(buf_release_p) struct buf table = BUF_INIT(MOUNTINFO_MAX);
	struct search s = { .dir = dir };

	return mountinfo_read(&table) == 0 && mountinfo_each(buf_str(&table), compare, &s) == 0 && s.ours;
}

static int where(const struct cli_env *env, char **ret)
{
	CLEANUP(buf_release_p) struct buf dir = BUF_INIT(65536);
	int code = cli_talk_begin(env, TALK_MOUNTED);

	if (code == CLI_OK)
		code = TALK(env, &dir, "where");
	if (code != CLI_OK)
		return code;
	*ret = strndup(buf_str(&dir), strcspn(buf_str(&dir), "\n"));
	if (!*ret)
		return cli_fail_err(CLI_FAILED, -ENOMEM, NULL);
	return str_empty(*ret) ? cli_fail(CLI_NOT_MOUNTED, "profile %s is not mounted", env->profile) : CLI_OK;
}

/* ---- before and after ------------------------------------------------------------- */

/* Sends what waits. Nothing is lost when that fails: it waits for the next mount. */
static void send_waiting(const struct cli_env *env)
{
	CLEANUP(buf_release_p) struct buf status = BUF_INIT(16 << 20);
	CLEANUP(str_free_p) char *waiting = NULL;
	struct err err = { 0 };

	if (cli_talk_try(env, &status, &err, (const char *const[]) { "read", "status", NULL }) < 0)
		return;
	if (cli_status_key(buf_str(&status), "to-send", &waiting) == 0 && (!waiting || str_eq(waiting, "0")))
		return;
	if (cli_run_sync(env, &(struct cli_run_order) { .verb = "send", .quiet = true }) == CLI_OK)
		return;
	fprintf(stderr, "spfs: some changes could not be sent; they wait for the next mount\n");
}

/* The daemon as a descriptor, taken before it is told to end; -1: it is not known. */
static int find_daemon(const struct cli_env *env)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(64);
	struct err err = { 0 };
	int64_t pid;

	if (cli_talk_try(env, &text, &err, (const char *const[]) { "read", "pid", NULL }) < 0)
		return -1;
	return str_to_i64(buf_str(&text), &pid) == 0 ? (int) syscall(SYS_pidfd_open, (pid_t) pid, 0) : -1;
}

/* Only then is the profile free, the database closed and the demo's server gone. */
static int wait_for_end(int daemon)
{
	struct pollfd p = { .fd = daemon, .events = POLLIN };

	if (daemon < 0 || poll(&p, 1, GONE_MS) == 1)
		return CLI_OK;
	return cli_fail(CLI_FAILED, "unmounted, but the daemon has not ended yet");
}

static int unmount(const char *dir, bool lazy)
{
	CLEANUP(buf_release_p) struct buf holders = BUF_INIT(1 << 20);
	struct err err = { 0 };
	int r = cli_unmount(dir, lazy, &err);

	if (r != -EBUSY)
		return r < 0 ? cli_fail_err(CLI_FAILED, r, &err) : CLI_OK;
	cli_fail(CLI_FAILED, "%s is in use%s", dir, cli_holders(dir, &holders) ? " by:" : "");
	fputs(buf_str(&holders), stderr);
	fprintf(stderr, "spfs: end these, or: spfs umount --lazy %s\n", dir);
	return CLI_FAILED;
}

static int leave(const struct cli_env *env, const char *dir, bool lazy, bool no_send)
{
	CLEANUP(fsutil_close_p) int daemon = env ? find_daemon(env) : -1;
	int code;

	if (env && !no_send)
		send_waiting(env);
	code = unmount(dir, lazy);
	/* lazily unmounted, it lives as long as somebody holds it */
	return code == CLI_OK && !lazy ? wait_for_end(daemon) : code;
}

static int leave_dir(const struct cli_env *env, const char *path, bool lazy, bool no_send)
{
	CLEANUP(str_free_p) char *dir = NULL;
	CLEANUP(str_free_p) char *socket = NULL;
	struct cli_env there = *env;

	if (mountinfo_path(path, &dir) < 0 || !is_mounted(dir))
		return cli_fail(CLI_NOT_MOUNTED, "%s: no spfs is mounted there", dir ? dir : path);
	socket = env->socket_of(env->arg, dir);
	there.socket = socket;
	return leave(socket ? &there : NULL, dir, lazy, no_send);
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool lazy = false, no_send = false;
	const struct cli_option options[] = {
		{ "lazy", 'l', &lazy, NULL }, { "no-send", 0, &no_send, NULL }, { 0 },
	};
	CLEANUP(str_free_p) char *dir = NULL;
	int code;

	if (!cli_args(&cmd_umount, options, &argc, argv, &code))
		return code;
	if (argc > 2)
		return cli_usage(&cmd_umount, "one directory at a time");
	if (argc == 2)
		return leave_dir(env, argv[1], lazy, no_send);
	code = where(env, &dir);
	return code == CLI_OK ? leave(env, dir, lazy, no_send) : code;
}

const struct cli_command cmd_umount = {
	.name = "umount",
	.usage = "umount [--lazy] [--no-send] [DIR]",
	.summary = "send what waits, then unmount",
	.help = "  --no-send     unmount at once; what waits is sent after the next mount\n"
		"  -l, --lazy    unmount even if programs still use it\n"
		"`fusermount3 -u DIR` and `umount DIR` do as well: nothing gets lost.\n"
		"Unmounting the demo also ends its server.\n"
		"\n"
		"  spfs umount ~/SharePoint\n",
	.run = run,
};
