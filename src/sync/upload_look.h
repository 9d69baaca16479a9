#ifndef SYNC_UPLOAD_LOOK_H
#define SYNC_UPLOAD_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "push.h"

/* A document that is to be stored. */
struct upload_doc {
	int64_t item, change;
	char *path;   /* owned; on the server */
	int fd;       /* owned; its bytes */
	int64_t size;
	int64_t base; /* version that they were made from; 0: a new document */
	char *etag;   /* owned; the server's word for what is to be stored over; NULL: not known, or nothing */
	bool rewritten; /* an answer was lost, and servers rewrite this type: what they have of ours has other bytes */
};

#define UPLOAD_DOC_INIT { .fd = -1 }

void upload_doc_release(struct upload_doc *d);

/* What the server has, when it is not what was expected. */
enum upload_found {
	UPLOAD_NOTHING,
	UPLOAD_OURS,  /* the bytes that are to be stored: they have arrived */
	UPLOAD_BASE,  /* the bytes that ours were made from: only columns have changed, or nothing */
	UPLOAD_REWRITTEN, /* ours, in the bytes that the server has made of them */
	UPLOAD_OTHER, /* somebody else's */
};

/*
 * Looks, fetching the bytes if that is needed to tell, and pulling the list where they cannot. On REMOTE_OK d->etag is the
 * server's word for what was found. sum: what a pull counts is added.
 */
enum remote_result upload_look(const struct push *p, struct upload_doc *d, struct push_result *sum,
			       enum upload_found *ret, struct remote_fault *f);

/*
 * Asks for the server's word for the version d->base, which nobody here has fetched. On REMOTE_OK it is in d->etag, unless the list
 * has a later version by now, or the change is gone: then *ret_moved.
 */
enum remote_result upload_learn(const struct push *p, struct upload_doc *d, struct push_result *sum, bool *ret_moved,
				struct remote_fault *f);

#endif
