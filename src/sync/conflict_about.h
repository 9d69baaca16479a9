#ifndef SYNC_CONFLICT_ABOUT_H
#define SYNC_CONFLICT_ABOUT_H

#include "base/attr.h"

struct sync_conflict;

/* Writes the file beside an entry's text, durably. The list's directory is there. 0 or -errno. */
MUST_CHECK int conflict_put_about(const char *dir, const struct sync_conflict *c, const char *file);

#endif
