#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include "base/attr.h"

/* The person's editor: $VISUAL, $EDITOR, or vi on a terminal. NULL: there is nobody to edit, or no way. */
const char *cli_editor(void);

/*
 * Runs it on a file and waits. The words of the variable may be a command with options: a shell splits them,
 * and the path is not its business. 0: it ended well; -ECANCELED: it did not; -errno: it could not be run.
 */
MUST_CHECK int cli_edit(const char *editor, const char *path);

#endif
