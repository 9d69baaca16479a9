#ifndef APP_MOUNTPOINT_H
#define APP_MOUNTPOINT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"

/* What stands on a directory according to a mount table; pure. */
struct mountpoint_state {
	bool mounted;
	char type[64]; /* of the topmost mount */
	uid_t uid;     /* who mounted it; (uid_t) -1: not told */
};

/* Looks `path` (absolute, as in the table) up in the text of mountinfo. 0 or -ENOMEM. */
MUST_CHECK int mountpoint_look_up(const char *mountinfo, const char *path, struct mountpoint_state *ret);

/*
 * Whether spfs can mount there: an existing empty directory (nonempty: any) with nothing mounted on it. A dead
 * spfs mount of ours is cleaned up first, and said so on stderr; automount points are fine.
 * 0; -EINVAL with err, which says what to do about it.
 */
MUST_CHECK int mountpoint_check(const char *absolute, bool nonempty, struct err *err);

#endif
