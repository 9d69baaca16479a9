#ifndef STORE_FSCK_H
#define STORE_FSCK_H

#include <stdbool.h>

#include "base/attr.h"

struct store;

/*
 * Looks for what must not be: damage of the database, changes that nobody will send, names in no directory, bytes
 * without a file, files in scratch/ without a name. Takes away what is of no use to anybody; a file in
 * scratch/ that no row names goes to lost+found/ in the store's directory when there is something in it. May run while
 * the engine works. say() is told each finding in words; `problem`: it is still there.
 *
 * How many problems are left; -errno: it could not be finished.
 */
MUST_CHECK int store_fsck(struct store *s, void (*say)(void *arg, bool problem, const char *text), void *arg);

#endif
