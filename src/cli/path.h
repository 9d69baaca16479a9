#ifndef CLI_PATH_H
#define CLI_PATH_H

#include <stdint.h>

#include "base/attr.h"

/*
 * Opens, for writing, that control file of the mount that the path is in, whichever profile's that is; *ret_ino is the path's
 * own. CLI_OK, else what the command ends with: it has been said.
 */
MUST_CHECK int cli_path_control(const char *path, const char *file, int *ret_fd, int64_t *ret_ino);

#endif
