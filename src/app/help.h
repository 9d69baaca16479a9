#ifndef APP_HELP_H
#define APP_HELP_H

struct cli_command;

/* `spfs --help` and `--version`, on stdout. */
void help_print(void);
void help_version(void);

/* Any command, of cli or app; NULL. */
const struct cli_command *help_find(const char *name);

/* The command that a mistyped word is near to; NULL: none. */
const char *help_nearest(const char *word);

#endif
