#ifndef CLI_UNMOUNT_H
#define CLI_UNMOUNT_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

/*
 * fusermount3 -u (lazy: -z too), or umount(2) where that is missing and we may.
 * 0; -EBUSY: somebody uses it; -errno; err has the words.
 */
MUST_CHECK int cli_unmount(const char *dir, bool lazy, struct err *err);

/* Adds a line "  PID NAME what" for each other process (that we may look at) whose working directory, root, program or open
 * file lies on the mount `dir`. Touches only links in /proc. How many. */
int cli_holders(const char *dir, struct buf *out);

#endif
