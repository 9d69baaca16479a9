#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "store/store.h"
#include "commands.h"
#include "fsck.h"
#include "quarantine.h"
#include "session.h"

enum { TEXT_MAX = 1 << 20 };

/* The daemon may have another working directory. */
static char *absolute(const char *path)
{
	char dir[PATH_MAX];

	if (*path == '/')
		return strdup(path);
	return getcwd(dir, sizeof(dir)) ? str_printf("%s/%s", dir, path) : NULL;
}

/* Nobody has it open: a damaged one is kept aside at once. */
static int check_here(struct session *s, const char *to, struct buf *out, struct err *err)
{
	CLEANUP(store_close_p) struct store *store = NULL;
	int r = session_configure(s, err);

	if (r == 0)
		r = session_lock(s, err);
	if (r == 0)
		r = quarantine_open(s->places.data, true, &store, err);
	return r < 0 ? r : fsck_run(store, to, out, err);
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	const char *to = NULL;
	const struct cli_option options[] = { { "export", 0, NULL, &to }, { 0 } };
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);
	CLEANUP(str_free_p) char *dir = NULL;
	struct err err = { 0 };
	int code, r;

	if (!cli_args(&cmd_fsck, options, &argc, argv, &code))
		return code;
	if (argc > 1)
		return cli_usage(&cmd_fsck, "too many words");
	dir = to ? absolute(to) : NULL;
	if (to && !dir)
		return cli_fail(CLI_FAILED, "%s: there is no such directory", to);
	r = cli_talk_try(env, &out, &err, (const char *const[]) { "fsck", dir ? dir : "", NULL });
	if (r == -ENOENT || r == -ECONNREFUSED) {
		err = (struct err) { 0 };
		r = check_here(env->arg, dir, &out, &err);
	}
	if (out.len)
		cli_print_lines(out.p);
	return r < 0 ? cli_talk_failed(r, &err) : CLI_OK;
}

const struct cli_command cmd_fsck = {
	.name = "fsck",
	.usage = "fsck [--export DIR]",
	.summary = "check the database, and save what was not sent as files",
	.help = "  --export DIR    write the unsent changes, unsaved texts and local files to DIR,\n"
		"                  with a MANIFEST.txt\n"
		"\n"
		"Repairs what is safe and says the rest; exit 1 when something is left. A database\n"
		"that is damaged is kept aside, never deleted, when nothing is mounted.\n"
		"\n"
		"  spfs fsck\n"
		"  spfs fsck --export ~/unsent\n",
	.run = run,
};
