#include <errno.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "commands.h"
#include "path.h"

/*
 * spfs checkout, checkin and undo-checkout: told to the mount that the path is in through its control file, and then waited for, by
 * the document's own attributes: what is asked for goes out after whatever waits of the document, and the server has
 * the last word.
 */

enum { WAIT_MS = 60000, STEP_MS = 100, VALUE = 4096 };

/* The attribute's value; "" when it has none. */
static const char *ask(const char *path, const char *name, char out[VALUE])
{
	ssize_t n = getxattr(path, name, out, VALUE - 1);

	out[n > 0 ? n : 0] = '\0';
	return out;
}

static int say_why(const char *path, int error)
{
	char who[VALUE];

	switch (error) {
	case EBUSY:
		ask(path, "user.spfs.checkedout", who);
		return *who ? cli_fail(CLI_FAILED, "%s is checked out by %s", path, who)
			    : cli_fail(CLI_FAILED, "%s has changes that the server refused; see `ls .spfs/outbox`", path);
	case EOPNOTSUPP:
		return cli_fail(CLI_FAILED, "%s is no document of a library", path);
	case EAGAIN:
		return cli_fail(CLI_FAILED, "%s is not on the server yet; `spfs sync` sends it", path);
	case ENOTEMPTY:
		return cli_fail(CLI_FAILED, "%s has changes that were not sent, and would be undone too; `spfs sync` sends them", path);
	default:
		return cli_fail(CLI_FAILED, "%s: %s", path, strerror(error));
	}
}

/* Until the server has answered, or it is not to be seen when that will be. */
static int wait_for(const char *path)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };
	int64_t until = clock_mono_ms() + WAIT_MS;
	char state[VALUE], error[VALUE];

	for (;;) {
		ask(path, "user.spfs.state", state);
		if (strcmp(state, "queued") != 0 && strcmp(state, "sending") != 0)
			break;
		if (clock_mono_ms() > until)
			return cli_fail(CLI_UNREACHABLE, "%s: it waits and is sent when the server can be reached; see `spfs status`",
					path);
		nanosleep(&step, NULL);
	}
	ask(path, "user.spfs.error", error);
	return *error ? cli_fail(CLI_FAILED, "%s: %s", path, error) : CLI_OK;
}

static int tell(const char *path, const char *word, const char *comment)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	CLEANUP(str_free_p) char *order = NULL;
	int64_t ino;
	int code = cli_path_control(path, "checkout", &fd, &ino);

	if (code != CLI_OK)
		return code;
	order = str_printf("%s %lld%s%s", word, (long long) ino, comment ? " " : "", comment ? comment : "");
	if (!order)
		return cli_fail(CLI_FAILED, "out of memory");
	return write(fd, order, strlen(order)) < 0 ? say_why(path, errno) : CLI_OK;
}

/* All are told before any is waited for. */
static int run(const struct cli_command *cmd, const char *word, int argc, char **argv)
{
	bool minor = false, major = false;
	const char *comment = NULL;
	const struct cli_option of_in[] = {
		{ "message", 'm', NULL, &comment }, { "minor", 0, &minor, NULL }, { "major", 0, &major, NULL }, { 0 },
	};
	static const struct cli_option none[] = { { 0 } };
	int code, end = CLI_OK;

	if (!cli_args(cmd, strcmp(word, "in") == 0 ? of_in : none, &argc, argv, &code))
		return code;
	if (argc < 2)
		return cli_usage(cmd, "which document?");
	if (minor && major)
		return cli_usage(cmd, "a minor version or a major one?");
	if (minor || major)
		word = minor ? "in-minor" : "in-major";
	for (int i = 1; i < argc; i++) {
		code = tell(argv[i], word, comment);
		if (code != CLI_OK) {
			end = code;
			argv[i] = NULL;
		}
	}
	for (int i = 1; i < argc; i++) {
		code = argv[i] ? wait_for(argv[i]) : CLI_OK;
		end = code != CLI_OK ? code : end;
	}
	return end;
}

static int run_out(const struct cli_env *env, int argc, char **argv)
{
	(void) env;
	return run(&cmd_checkout, "out", argc, argv);
}

static int run_in(const struct cli_env *env, int argc, char **argv)
{
	(void) env;
	return run(&cmd_checkin, "in", argc, argv);
}

static int run_undo(const struct cli_env *env, int argc, char **argv)
{
	(void) env;
	return run(&cmd_undo_checkout, "undo", argc, argv);
}

const struct cli_command cmd_checkout = {
	.name = "checkout",
	.usage = "checkout PATH ...",
	.summary = "have a document to yourself until it is checked in",
	.help = "Nobody else can change it, and what you save is not seen by others before\n"
		"`spfs checkin`. Libraries that want every change to be checked out first are served\n"
		"by themselves: saving checks out, `spfs checkin` ends it.\n"
		"\n"
		"  spfs checkout ~/SharePoint/Shared\\ Documents/budget.xlsx\n",
	.run = run_out,
};

const struct cli_command cmd_checkin = {
	.name = "checkin",
	.usage = "checkin [--minor | --major] [-m TEXT] PATH ...",
	.summary = "let others see and change a document that was checked out",
	.help = "Options:\n"
		"  -m, --message TEXT  what was changed, for the document's history of versions\n"
		"      --minor         a draft (1.1): for those only who may see drafts\n"
		"      --major         a version for everybody (2.0); all there is where a library has no drafts\n"
		"\n"
		"With neither it is a draft in a library that has them, else a major version.\n"
		"\n"
		"What was saved and not sent yet goes out before.\n"
		"\n"
		"  spfs checkin -m \"new numbers\" budget.xlsx\n",
	.run = run_in,
};

const struct cli_command cmd_undo_checkout = {
	.name = "undo-checkout",
	.usage = "undo-checkout PATH ...",
	.summary = "give up what was changed since a document was checked out",
	.help = "The document is again what it was before, here and on the server.\n",
	.run = run_undo,
};
