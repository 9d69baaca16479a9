#ifndef SYNC_UPLOAD_H
#define SYNC_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "push.h"

/* Whether the change is a document's bytes, or a move. */
bool upload_is(const struct store_change *c);

/* Whether such a change can be sent now: 1, 0, -errno. until: wall clock ns, what is due later is not. */
MUST_CHECK int upload_fits(struct txn *t, const struct store_change *c, int64_t until);

/*
 * Sends one of the list, and stores what became of it. Result and ret as push_run()'s: taken 0: there was none to
 * send.
 */
enum remote_result upload_run(const struct push *p, struct push_result *ret, struct remote_fault *f);

#endif
