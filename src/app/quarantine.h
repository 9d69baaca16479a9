#ifndef APP_QUARANTINE_H
#define APP_QUARANTINE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct store;

/*
 * Opens the store of a profile. A database that is damaged, or of a newer spfs, is
 * kept aside in "damaged-DATE" or "newer-DATE" beside it, with the files that belong
 * to it, and a new one is begun: the lists come from the registry and the server. What was not sent is
 * written to unsent/ in there, with a MANIFEST.txt, and put into conflicts/, out of which
 * `spfs conflicts` sends it. All that is said on stderr and in the log.
 *
 * It is read to its end (seconds for a big one) when `check`, when the last run met damage, and when it was not closed. As
 * store_open(); -errno with err when what was not sent could not be written: then nothing was moved.
 */
MUST_CHECK int quarantine_open(const char *dir, bool check, struct store **ret, struct err *err);

/* The newest directory in which a database was kept: fresh string; NULL: there is none. */
char *quarantine_kept(const char *dir);

#endif
