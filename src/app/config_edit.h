#ifndef APP_CONFIG_EDIT_H
#define APP_CONFIG_EDIT_H

#include "base/attr.h"

enum { CONFIG_EDIT_NOTHING = -1 };

/*
 * `spfs config edit`, as visudo does it: the person's editor on a copy beside the file, and only a copy without mistakes
 * replaces it (mode 0600). With mistakes a person on a terminal is asked whether to go on editing; otherwise, and when the file
 * was changed by somebody else meanwhile, the file stays, and so does the copy, whose name is said. CLI_OK;
 * CONFIG_EDIT_NOTHING: nothing was changed; an enum cli_exit, with the reason on stderr.
 */
MUST_CHECK int config_edit(const char *path);

#endif
