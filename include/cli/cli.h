#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/* What every command of spfs ends with; the table stands in spfs(1) too. */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_PARTLY = 3,      /* some lists failed */
	CLI_LOGIN = 4,       /* login needed or refused */
	CLI_UNREACHABLE = 5, /* the server does not answer, or is no SharePoint */
	CLI_CONFLICTS = 6,   /* --check found conflicts or refused changes */
	CLI_NOT_MOUNTED = 7,
	CLI_MOUNTPOINT = 8,  /* unsuitable, or mounted already */
	CLI_MOUNT = 9,       /* the mount itself failed */
};

/*
 * Where a command finds its profile's daemon. When nobody listens there, app can
 * serve the same socket from within this process, under the profile's lock, for
 * commands that make sense without a mount.
 */
struct cli_env {
	const char *profile;
	const char *socket; /* its path; may not exist */
	/* `run`: also start the engine, so that lists are synchronised. Ends with the process.
	 * 0; -errno with err. */
	int (*serve)(void *arg, bool run, struct err *err);
	/* The socket of the daemon that is mounted on a directory (absolute): fresh string; NULL: none of ours. */
	char *(*socket_of)(void *arg, const char *dir);
	void *arg; /* foreign */
};

struct cli_command {
	const char *name;
	const char *usage;   /* the words behind "spfs " */
	const char *summary; /* one line, for `spfs --help` */
	const char *help;    /* what --help adds: options, examples */
	bool registers;      /* works on the profile that is named, never on the only mounted one */
	int (*run)(const struct cli_env *env, int argc, char **argv); /* argv[0]: its name; enum cli_exit */
};

/* The commands of this layer; ends with NULL. */
extern const struct cli_command *const cli_commands[];

/* By exact name; NULL. */
const struct cli_command *cli_find(const struct cli_command *const table[], const char *name);

#endif
