#ifndef SYNC_UPLOAD_H
#define SYNC_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "push.h"

/* Whether the change is a document's bytes, a move, or anything of an attachment: 1, 0, -errno. */
MUST_CHECK int upload_is(struct txn *t, const struct store_change *c);

/* Whether such a change can be sent now: 1, 0, -errno. until: wall clock ns, what is due later is not. */
MUST_CHECK int upload_fits(struct txn *t, const struct store_change *c, int64_t until);

struct store_item;
struct upload_doc;

/* The item that an attachment is of. */
struct upload_item {
	int64_t id;  /* on the server; 0: it is no attachment */
	char *list;  /* owned; "{GUID}" */
};

/* Of an attachment that fits: where it is, and of a STORE (c) the version that it is stored over as the list calls that. */
MUST_CHECK int upload_attached(struct txn *t, const struct store_item *it, const struct store_change *c, struct upload_doc *d,
			       struct upload_item *ret);

/* Where a node of that name stands on the server, when its folder is there. 1, 0, -errno. */
MUST_CHECK int upload_path(struct txn *t, int64_t dir, const char *name, char **ret);

/*
 * Sends one of the list, and stores what became of it. Result and ret as push_run()'s: taken 0: there was none to
 * send.
 */
enum remote_result upload_run(const struct push *p, struct push_result *ret, struct remote_fault *f);

#endif
