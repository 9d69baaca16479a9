#ifndef STORE_UNSENT_FILES_H
#define STORE_UNSENT_FILES_H

#include <stdbool.h>

#include "base/attr.h"

struct session;
struct store;

/* The transaction drops a row that names the file (NULL: none): after its commit the file goes, if no other row does. */
MUST_CHECK int unsent_leave(struct store *s, const char *file);

/* The transaction has ended. */
void unsent_settle(struct store *s, struct session *me, bool committed);

#endif
