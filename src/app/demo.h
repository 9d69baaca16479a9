#ifndef APP_DEMO_H
#define APP_DEMO_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct places;

/*
 * The sample server of `spfs demo`: spfs-demo in a session of its own, with its state,
 * log and port in "server" below the profile's data. Its lock is inherited by the server
 * and lives as long as it does: so who holds the lock is the process whose number stands in it.
 */
#define DEMO_PROFILE "demo"

/* Starts it unless it runs, on the port that it had before. 0 and its site's URL (owned by the caller); -errno with err. */
MUST_CHECK int demo_start(const struct places *p, char **ret_url, struct err *err);

/* Ends it and waits for that. Nothing happens in other profiles, or when it does not run. */
void demo_ended(const struct places *p);

/* Forgets everything: the server's state, the mount's. Neither may run. 0 or -errno with err. */
MUST_CHECK int demo_reset(const struct places *p, struct err *err);

#endif
