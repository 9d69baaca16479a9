#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

struct cli_command;

/* Commands that need more than a daemon to ask: the network, or starting something. */
extern const struct cli_command cmd_add;
extern const struct cli_command cmd_config;
extern const struct cli_command cmd_doctor;
extern const struct cli_command cmd_fsck;
extern const struct cli_command cmd_lists;
extern const struct cli_command cmd_login;
extern const struct cli_command cmd_logout;
extern const struct cli_command cmd_mount;
extern const struct cli_command cmd_demo;

/* The mount form, with all of the command line. enum cli_exit, or mount(8)'s codes when that called us. */
int mount_main(int argc, char **argv);

#endif
