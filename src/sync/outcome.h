#ifndef SYNC_OUTCOME_H
#define SYNC_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "remote/remote.h"
#include "push.h"
#include "txn.h"

/* Which change it is about. */
struct outcome_of {
	int64_t change; /* journal number */
	int64_t item;
};

/* What the server said of one change becomes the store's truth. o's row is taken. final: a change that was not run is
 * not to be tried again. */
MUST_CHECK int outcome_apply(struct txn *t, const struct outcome_of *of, struct remote_outcome *o, bool final,
			     struct push_result *ret);

/* The whole batch failed: it is to be sent again, or (lost) nobody knows. */
MUST_CHECK int outcome_none(struct txn *t, const struct outcome_of *of, bool lost);

#endif
