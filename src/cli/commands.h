#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

struct cli_command;

/* One row per command, each in the file of its name. */
extern const struct cli_command cmd_sync;
extern const struct cli_command cmd_status;
extern const struct cli_command cmd_umount;
extern const struct cli_command cmd_offline;
extern const struct cli_command cmd_online;
extern const struct cli_command cmd_conflicts;
extern const struct cli_command cmd_log;
extern const struct cli_command cmd_pin;
extern const struct cli_command cmd_checkout;
extern const struct cli_command cmd_checkin;
extern const struct cli_command cmd_undo_checkout;
extern const struct cli_command cmd_unpin;
extern const struct cli_command cmd_remove;

#endif
