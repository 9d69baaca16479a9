#ifndef BASE_MOUNTINFO_H
#define BASE_MOUNTINFO_H

#include <sys/types.h>

#include "base/attr.h"

struct buf;

/* One mount, as a line of /proc/self/mountinfo tells it (proc(5)). */
struct mountinfo {
	const char *dir;    /* the mount point, unescaped */
	const char *type;   /* "fuse.spfs" */
	const char *source; /* fsname, unescaped */
	uid_t uid;          /* of user_id=, who mounted it; (uid_t) -1: not told */
};

/*
 * Calls fn for each line of such a text, in its order: of several mounts on
 * one directory the last is the topmost. Lines that make no sense are skipped. The
 * strings are valid during the call. fn's nonzero return ends it and is returned.
 */
MUST_CHECK int mountinfo_each(const char *text, int (*fn)(void *arg, const struct mountinfo *m), void *arg);

#define MOUNTINFO_MAX (8u << 20) /* for the buffer: a host of containers has thousands of lines */

/* Adds the text of /proc/self/mountinfo. Touches no mount: a dead or hung one would answer with an error or never.
 * 0 or -errno. */
MUST_CHECK int mountinfo_read(struct buf *out);

/*
 * The absolute path of a directory as the table has it, without touching the directory itself: only its
 * parent is resolved. 0 or -errno.
 */
MUST_CHECK int mountinfo_path(const char *path, char **ret);

#endif
