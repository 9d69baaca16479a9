#include "help.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/word.h"
#include "commands.h"
#include "config.h"

static const struct cli_command *const app_commands[] = { &cmd_mount, &cmd_add, &cmd_lists, &cmd_login, &cmd_logout, &cmd_config,
							 &cmd_demo, &cmd_doctor, &cmd_fsck, NULL };

/* Both tables, one after the other. */
static const struct cli_command *const *const tables[] = { app_commands, cli_commands };

enum { TABLES = sizeof(tables) / sizeof(*tables) };

const struct cli_command *help_find(const char *name)
{
	const struct cli_command *found = NULL;

	for (int i = 0; i < TABLES && !found; i++)
		found = cli_find(tables[i], name);
	return found;
}

const char *help_nearest(const char *word)
{
	struct cli_word w = CLI_WORD_INIT(word);

	for (int i = 0; i < TABLES; i++)
		for (const struct cli_command *const *c = tables[i]; *c; c++)
			cli_word_offer(&w, (*c)->name);
	return w.best;
}

static void print_options(void)
{
	for (const struct config_key *k = config_keys; k->name; k++)
		if (k->places & IN_OPTION)
			printf("    %-12s %s (%s)\n", k->name, k->help, k->def);
}

void help_print(void)
{
	printf("spfs mounts SharePoint lists as directories.\n"
	       "\n"
	       "  spfs [options] [PROFILE] MOUNTPOINT\n"
	       "  spfs COMMAND [--profile NAME] ...\n"
	       "\n"
	       "Commands (spfs COMMAND --help shows more):\n");
	for (int i = 0; i < TABLES; i++)
		for (const struct cli_command *const *c = tables[i]; *c; c++)
			printf("  %-10s %s\n", (*c)->name, (*c)->summary);
	printf("A directory that is called like a command: spfs ./NAME\n"
	       "\n"
	       "Options of a mount:\n"
	       "  -f, --foreground   stay in the foreground, log to stderr\n"
	       "  -d, --debug        the same, and show every request of the kernel\n"
	       "  -v, --verbose      log more; twice: everything\n"
	       "  -V, --version      show the version\n"
	       "  -o OPT[,OPT...]    mount options, also keys of the configuration:\n");
	print_options();
	printf("    nonempty     mount over a directory that is not empty\n"
	       "    config=FILE  read this instead of ~/.config/spfs/config\n"
	       "    fsname=TEXT  the source that mount tables show (the profile)\n"
	       "\n"
	       "  spfs demo ~/SharePoint                          a sample site, to try it out\n"
	       "  spfs add https://sharepoint.example.org/sites/team Tasks\n"
	       "  spfs ~/SharePoint\n"
	       "The manual: man spfs\n");
}

void help_version(void)
{
	puts("spfs " SPFS_VERSION);
}
