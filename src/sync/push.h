#ifndef SYNC_PUSH_H
#define SYNC_PUSH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "remote/remote.h"
#include "sync/sync.h"

/* What a list has to send. */
struct push_survey {
	int64_t to_send; /* changes that can be sent now, counted up to the limit */
	bool deletes;    /* one of them is a Delete */
	bool unsure;     /* an answer was lost: nothing is to be sent before a pull */
};

/* Begins with what an earlier push left behind that could not store its outcome: as after a lost answer. No push of the
 * list may be running. 0 or -errno. */
MUST_CHECK int push_look(const struct sync_config *conf, int64_t list, int limit, struct push_survey *ret);

struct push {
	const struct sync_config *conf; /* foreign */
	struct remote *remote;          /* foreign */
	const atomic_int *cancel;       /* foreign */
	int64_t list;
	int limit;       /* changes at most */
	bool last_chance; /* not run in a batch of one: it will never be */
};

struct push_result {
	int64_t taken;     /* changes that went out */
	int64_t sent;      /* were accepted */
	int64_t refused;
	int64_t not_run;   /* are to be sent again, in smaller batches */
	int64_t conflicts;
};

/* Sends one batch. REMOTE_OK: every change of it has its outcome stored (taken 0: there was none to send).
 * Else f says why, and the changes are QUEUED again, or UNSURE. */
enum remote_result push_run(const struct push *p, struct push_result *ret, struct remote_fault *f);

#endif
