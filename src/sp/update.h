#ifndef SP_UPDATE_H
#define SP_UPDATE_H

#include "remote/remote.h"

struct buf;

/*
 * UpdateListItems ([MS-LISTSWS] 3.1.4.31), as remote.h describes push.
 *
 * The folder of new items is an attribute of the whole batch (RootFolder, R2086), so the
 * changes go out as one request for each folder that occurs, in the order in which the
 * folders first occur; within a request they keep their order. So a folder is made
 * before anything is put into it. Posts of discussions go first, one by one (discuss.h). When a later request fails:
 *  - it was lost (REMOTE_LOST): so is the whole call. What the requests before it
 *    achieved is found again by the pull that follows in any case.
 *  - otherwise nothing of it was carried out: the call is REMOTE_OK, with the outcomes of
 *    the requests before it, and its own changes and those after it are REMOTE_NOT_RUN.
 */
enum remote_result update_push(struct remote *r, const char *list_id, const struct schema *schema,
			       const struct change *const changes[], size_t n, struct remote_outcome ret[],
			       const atomic_int *cancel, struct remote_fault *f);

/* One request. All foreign. */
struct update_request {
	const char *list_id;
	const struct schema *schema; /* NULL: not known */
	const char *folder;          /* NULL, or server-relative */
	const char *origin;          /* "http://host[:port]": documents are named by URL */
	const struct change *const *changes;
	size_t n;
};

/* "New", "Update" or "Delete"; the answer names it beside the method's number ([MS-LISTSWS] 3.1.4.31). */
const char *update_command(enum change_op op);

/* Its parameters as XML; method i + 1 is changes[i]. Errors stick in out. */
void update_write(const struct update_request *q, struct buf *out);

#endif
