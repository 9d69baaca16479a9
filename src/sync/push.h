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
	bool folders;    /* of a list's folder, which takes with it what is in it; a library's is looked into first */
	bool unsure;     /* an answer was lost: nothing is to be sent before a pull */
	int64_t later;   /* wall clock ns when the first of those that wait by themselves is due; 0: none */
};

/* Begins with what an earlier push left behind that could not store its outcome: as after a lost answer. No push of the
 * list may be running. until: wall clock ns; what is to wait longer
 * than that is not counted. 0 or -errno. */
MUST_CHECK int push_look(const struct sync_config *conf, int64_t list, int limit, int64_t until,
			 struct push_survey *ret);

struct push {
	const struct sync_config *conf; /* foreign */
	struct remote *remote;          /* foreign */
	const atomic_int *cancel;       /* foreign */
	int64_t list;
	int limit;       /* changes at most */
	int64_t until;   /* as in push_look(); 0: now */
	/* A document's bytes on their way; NULL: nobody looks. */
	void (*progress)(void *arg, const char *path, int64_t sent, int64_t total);
	void *arg;       /* foreign */
	bool last_chance; /* not run in a batch of one: it will never be */
	/* Further connections on which documents may be sent at the same time: opened at `site` as needed. */
	struct remote **more; /* foreign; each NULL or open; NULL: there are none, though as many are taken at once */
	size_t n_more;
	const char *site;     /* foreign */
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

/* ---- for upload.c: what can be sent -------------------------------------------------------------- */

struct store_change;
struct txn;

/* Whether no earlier change of the item is still on its way, unsure or refused: 1, 0, -errno. */
MUST_CHECK int push_is_first(struct txn *t, const struct store_change *c);

/* Where the item stands, or is to stand again. 0; -ENOENT: nowhere (its deletion waits). leaving: it was just removed. */
MUST_CHECK int push_dir(struct txn *t, int64_t item, int64_t *ret_dir, bool *ret_leaving);

/* The server's path of a directory, with a leading slash; NULL: the list's root. 1; 0: it is not there yet. */
MUST_CHECK int push_folder(struct txn *t, int64_t dir, char **ret);

/* Whose edits the histories of the list's items tell of as ours; NULL: they have none. Foreign. */
const char *push_agent(const struct txn *t);

/* Whether the list takes changes at all. */
bool push_is_open(const struct txn *t);

#endif
