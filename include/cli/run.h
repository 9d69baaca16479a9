#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>

#include "base/attr.h"

struct cli_env;

/* Asking for a synchronisation, watching it and telling how it ended: `spfs sync`, `spfs umount`, `spfs add`. */
struct cli_run_order {
	const char *verb; /* "all", "send", "receive", "retry" */
	const char *list; /* NULL: every list */
	bool quiet;       /* no results on stdout */
	int progress;     /* as for bar_begin() */
};

/* CLI_OK; CLI_PARTLY: some lists failed; CLI_FAILED: all of them did; CLI_LOGIN, CLI_UNREACHABLE. */
MUST_CHECK int cli_run_sync(const struct cli_env *env, const struct cli_run_order *o);

#endif
