#ifndef APP_QUARANTINE_H
#define APP_QUARANTINE_H

#include "base/attr.h"
#include "base/err.h"

struct store;

/*
 * Opens the store of a profile. A database that is damaged, or of a newer spfs, is
 * kept aside in "damaged-DATE" or "newer-DATE" beside it, with the files that belong
 * to it, said so on stderr and in the log, and a new one is begun: the lists come from the
 * registry and the server, and the unsent changes are still in what was kept.
 * As store_open().
 */
MUST_CHECK int quarantine_open(const char *dir, struct store **ret, struct err *err);

#endif
