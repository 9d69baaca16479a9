#ifndef SYNC_PULL_H
#define SYNC_PULL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "remote/remote.h"
#include "sync/sync.h"

/*
 * One pull of a list: everything that changed since the stored token, or the whole
 * list. Runs in a worker; needs no lock.
 */
struct pull {
	const struct sync_config *conf; /* foreign */
	struct remote *remote;          /* foreign */
	const atomic_int *cancel;       /* foreign */
	int64_t list;
	int64_t echoes;  /* own changes that were sent since the last pull: their rows come back */
	bool may_resync; /* the whole list may be read although it was read before (policy_may_resync) */
	/* Rows so far, and of how many (0: not known). Called with nothing locked, first after the first page. NULL allowed. */
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *arg;       /* foreign */
};

struct pull_result {
	int64_t received;   /* rows and ids */
	int64_t conflicts;
	bool resynced;      /* an answer demanded that the list be read anew, and it was */
	int64_t last_sync;  /* wall clock ns of the end; what the floor counts from */
	int min_minutes;
	int recommended_seconds;
	int bulk_megabytes; /* 0: the server did not say */
};

/*
 * REMOTE_OK: the list is as the server had it when this began. Else f says why; REMOTE_LIST_BAD
 * with err.code -errno also when the store failed. What was applied before a failure stays, and comes again with the
 * next pull, because the token did not move. ret is filled as far as it got.
 */
enum remote_result pull_run(const struct pull *p, struct pull_result *ret, struct remote_fault *f);

#endif
