#ifndef APP_CONFINE_H
#define APP_CONFINE_H

#include <stdbool.h>

#include "base/attr.h"

/*
 * What the daemon may still do once something is mounted: it reads strangers' answers all day, and a mistake in doing so shall
 * not cost the person more than the mount. No new privileges ever (PR_SET_NO_NEW_PRIVS); and where the kernel has
 * Landlock (5.19 and later), no program is started, no file written but its own, and none read but its own,
 * the system's, and what the configuration names. What else it has to do, a helper does (helper.h).
 *
 * Threads that exist already stay as they are, so there must be none.
 */
struct confine;

/* Which Landlock the kernel has; 0: none that is of use. */
int confine_landlock(void);

/* NULL: out of memory. */
struct confine *confine_new(void);
struct confine *confine_free(struct confine *c);

/* Allows reading what lies at or below path. NULL and what is not there are left out. Errors stick. */
void confine_read(struct confine *c, const char *path);

/* And writing, making and removing. */
void confine_write(struct confine *c, const char *path);

/* The directory of a file, which may be replaced; of a link also that where it leads. */
void confine_read_beside(struct confine *c, const char *path);

/* For good. *ret_landlock: whether files are guarded, too. 0 or -errno. */
MUST_CHECK int confine_self(struct confine *c, bool *ret_landlock);

#endif
