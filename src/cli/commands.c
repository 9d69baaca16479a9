#include "commands.h"

#include "base/str.h"
#include "cli/cli.h"

/* In the order of `spfs --help`. */
const struct cli_command *const cli_commands[] = {
	&cmd_sync,    &cmd_status,    &cmd_umount, &cmd_remove, &cmd_offline,
	&cmd_online,  &cmd_conflicts, &cmd_log,    &cmd_pin,
	&cmd_unpin,   &cmd_checkout,  &cmd_checkin, &cmd_undo_checkout,
	NULL,
};

const struct cli_command *cli_find(const struct cli_command *const table[], const char *name)
{
	for (; *table; table++)
		if (str_eq((*table)->name, name))
			return *table;
	return NULL;
}
