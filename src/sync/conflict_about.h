#ifndef SYNC_CONFLICT_ABOUT_H
#define SYNC_CONFLICT_ABOUT_H

#include "base/attr.h"

struct buf;
struct sync_conflict;
struct tm;

/* Adds "STEM (conflict YYYY-MM-DD HH.MM.SS).EXT", from the second try on with a number after the time; what out had is gone. */
MUST_CHECK int conflict_name(const char *file, const struct tm *when, int number, struct buf *out);

/* Writes the file beside an entry's text, durably. The list's directory is there. 0 or -errno. */
MUST_CHECK int conflict_put_about(const char *dir, const struct sync_conflict *c, const char *file);

#endif
