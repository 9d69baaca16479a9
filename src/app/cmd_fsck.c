#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
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

/* ---- with a daemon --------------------------------------------------------------------------- */

static int move_file(const char *from, const char *to)
{
	CLEANUP(fsutil_close_p) int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(fsutil_close_p) int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = in < 0 || out < 0 ? -errno : fsutil_copy(in, out);

	if (r == 0 && fsync(out) < 0)
		r = -errno;
	if (r == 0)
		unlink(from);
	return r;
}

/* A folder with files and folders of files in it; nothing that is there is overwritten. */
static int move_all(const char *from, const char *to, int depth)
{
	DIR *d = opendir(from);
	int r = d ? fsutil_mkdirs(to, 0700) : -errno;

	for (struct dirent *e; r == 0 && (e = readdir(d));) {
		CLEANUP(str_free_p) char *a = str_printf("%s/%s", from, e->d_name), *b = str_printf("%s/%s", to, e->d_name);

		if (str_eq(e->d_name, ".") || str_eq(e->d_name, ".."))
			continue;
		r = !a || !b ? -ENOMEM : e->d_type == DT_DIR && depth ? move_all(a, b, depth - 1) : move_file(a, b);
	}
	if (d)
		closedir(d);
	if (r == 0)
		rmdir(from);
	return r;
}

static void print_moved(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);

	if (!at) {
		cli_print_lines(text);
		return;
	}
	*at = '\0';
	printf("%s%s", text, to);
	cli_print_lines(at + strlen(from));
}

/*
 * A daemon may write to its own directory only (confine.h), so the files are fetched from there. -ENOENT, -ECONNREFUSED: there
 * is none; what it said is printed.
 */
static int ask_daemon(const struct cli_env *env, const char *to, struct err *err)
{
	const struct session *s = env->arg;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(TEXT_MAX);
	CLEANUP(str_free_p) char *from = str_printf("%s/export-%d", s->places.data, (int) getpid());
	int r, moved = 0;

	if (!from)
		return err_set(err, -ENOMEM, "out of memory");
	r = cli_talk_try(env, &out, err, (const char *const[]) { "fsck", to ? from : "", NULL });
	if (to && access(from, F_OK) == 0)
		moved = move_all(from, to, 1);
	if (out.len)
		print_moved(out.p, from, moved < 0 || !to ? from : to);
	if (moved < 0)
		return err_set(err, moved, "%s: %s; the files are in %s", to, err_text(NULL, moved), from);
	return r;
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
	r = ask_daemon(env, dir, &err);
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
