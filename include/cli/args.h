#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

struct cli_command;

/*
 * Options of a command: `--name`, `-n`, `--name=VALUE`, `--name VALUE`, `-nVALUE`, `-n VALUE`, flags
 * together as in `-ab`. `--` ends them. A table ends with {0}.
 */
struct cli_option {
	const char *name;   /* without the dashes; NULL: none */
	char letter;        /* 0: none */
	bool *flag;         /* foreign; set to true, or */
	const char **value; /* foreign; gets the value */
};

/*
 * Takes the options out of argv; what remains stands in argv[1..*argc - 1].
 * -h and --help print the command's help. True: go on. False: the command ends
 * with *ret_exit; what there was to say has been said.
 */
MUST_CHECK bool cli_args(const struct cli_command *cmd, const struct cli_option *options, int *argc, char **argv,
			 int *ret_exit);

/* Says "spfs NAME: text" and how to get help, on stderr. Returns CLI_USAGE. */
int cli_usage(const struct cli_command *cmd, const char *fmt, ...) PRINTF(2, 3);

/* Says "spfs: text" on stderr. Returns code. */
int cli_fail(int code, const char *fmt, ...) PRINTF(2, 3);

/*
 * The same for an error r (negative errno) with its text, if it has one. Returns code, but CLI_FAILED where that is
 * CLI_USAGE and nobody has written anything wrong: the memory, a disk, or the number of files is what failed.
 */
int cli_fail_err(int code, int r, const struct err *err);

/* Is it this computer that lacks something (-ENOMEM, -ENOSPC, -EDQUOT, -EMFILE, -ENFILE)? No server is to blame then. */
bool cli_is_local(int r);

/* Prints text, made by additions, on stdout. CLI_OK; CLI_FAILED when one of them failed, which is said instead. */
MUST_CHECK int cli_print(const struct buf *text);

#endif
