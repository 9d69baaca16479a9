#ifndef REMOTE_DOCS_H
#define REMOTE_DOCS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "remote/remote.h"

/*
 * Documents and attachments: bytes and names, beside the rows of remote.h. Paths
 * are server-relative and decoded, without a leading slash ("sites/team/Shared
 * Documents/a b.docx"), as struct item has them. An ETag is opaque: it is
 * compared byte by byte and sent back as it came.
 *
 * Results as in remote.h, about the one document:
 *	CONFLICT   its version is not the expected one, or the name is taken (412, 409 exists)
 *	ITEM_GONE  404
 *	ITEM_BAD   never as it is: name, type or size refused, virus, quota, checked out by
 *	           somebody else or locked; f->err.code tells which: -EINVAL name, -EPERM
 *	           blocked, -EFBIG, -EDQUOT, -EBUSY checked out or locked (f->err.text names
 *	           the person), -EACCES, -ENAMETOOLONG
 *	LOST       (store, remove, move, check_*, undo_check_out, attach, detach) sent, and no answer came
 *	CANCELED   *cancel, or our own side: f->err.code is what the sink returned, or why fd could not be
 *	           read (-EIO: it is shorter than size)
 * Of CONFLICT the code is -EEXIST when a name is taken, else -ESTALE. ITEM_GONE of store and move may
 * also mean that the folder to put it in is missing. f->server_code is the number of
 * X-MSDAVEXT_Error ([MS-WDV] 2.2.3) when the answer has one: 0x00090075 wants a check-out first.
 */
struct remote_doc {
	char *etag;        /* owned; with its quotes, NULL: the server named none */
	int64_t size;      /* of the whole document, -1: not said */
	int64_t modified;  /* seconds since 1970 of Last-Modified, 0: not said */
	bool partial;      /* the bytes begin at the offset asked for (206); else at 0 */
};

void remote_doc_release(struct remote_doc *d);
static inline void remote_doc_release_p(struct remote_doc *d)
{
	remote_doc_release(d);
}

struct remote_doc_sink {
	/* Once, before the first byte. */
	int (*begin)(void *arg, const struct remote_doc *d);
	int (*data)(void *arg, const void *p, size_t n);
	void *arg; /* foreign; a negative return of either ends the call with CANCELED and that errno */
};

enum remote_checkin { REMOTE_CHECKIN_MINOR, REMOTE_CHECKIN_MAJOR, REMOTE_CHECKIN_OVERWRITE };

struct remote_doc_ops {
	/*
	 * GET with Translate: f. offset 0: the whole; else from there on when the server honours ranges
	 * (If-Range: etag, NULL: none), the whole when it does not.
	 */
	enum remote_result (*fetch)(struct remote *r, const char *path, int64_t offset, const char *etag,
				    const struct remote_doc_sink *sink, struct remote_doc *ret,
				    const atomic_int *cancel, struct remote_fault *f);

	/* What the server has now, without its bytes (PROPFIND depth 0, else HEAD). */
	enum remote_result (*stat)(struct remote *r, const char *path, struct remote_doc *ret,
				   const atomic_int *cancel, struct remote_fault *f);

	/*
	 * PUT of the whole file behind fd (from its start, `size` bytes; read with pread). if_match NULL: only
	 * as a new name (If-None-Match: *). progress (NULL: none) is told the bytes sent so far, from the
	 * calling thread; it begins at 0 again when the login was asked for first. ret->etag is NULL when the
	 * answer has none: the next row of the list tells; ret->size is -1: servers rewrite documents.
	 */
	enum remote_result (*store)(struct remote *r, const char *path, int fd, int64_t size, const char *if_match,
				    void (*progress)(void *arg, int64_t sent), void *arg,
				    struct remote_doc *ret, const atomic_int *cancel, struct remote_fault *f);

	/* DELETE. if_match NULL: whatever version. An empty folder too. */
	enum remote_result (*remove)(struct remote *r, const char *path, const char *if_match,
				     const atomic_int *cancel, struct remote_fault *f);

	/* MOVE within the site. CONFLICT: `to` exists and overwrite is false. */
	enum remote_result (*move)(struct remote *r, const char *from, const char *to, bool overwrite,
				   const atomic_int *cancel, struct remote_fault *f);

	/* How many entries a folder has on the server (PROPFIND depth 1). */
	enum remote_result (*count)(struct remote *r, const char *path, int64_t *ret,
				    const atomic_int *cancel, struct remote_fault *f);

	enum remote_result (*check_out)(struct remote *r, const char *path,
					const atomic_int *cancel, struct remote_fault *f);
	enum remote_result (*check_in)(struct remote *r, const char *path, const char *comment,
				       enum remote_checkin kind, const atomic_int *cancel, struct remote_fault *f);
	enum remote_result (*undo_check_out)(struct remote *r, const char *path,
					     const atomic_int *cancel, struct remote_fault *f);

	/* Attachments of an item ([MS-LISTSWS] 3.1.4.1, .10, .14). Names are decoded leaf names.
	 * attach: CONFLICT: the item has one of that name. */
	enum remote_result (*attachments)(struct remote *r, const char *list_id, int64_t item,
					  int (*fn)(void *arg, const char *name, const char *path), void *arg,
					  const atomic_int *cancel, struct remote_fault *f);
	enum remote_result (*attach)(struct remote *r, const char *list_id, int64_t item, const char *name,
				     int fd, int64_t size, const atomic_int *cancel, struct remote_fault *f);
	enum remote_result (*detach)(struct remote *r, const char *list_id, int64_t item, const char *name,
				     const atomic_int *cancel, struct remote_fault *f);

	/* Whether the item's version was made by whoever is logged in here. May be NULL: it cannot be told. */
	enum remote_result (*is_ours)(struct remote *r, const char *list_id, int64_t item, bool *ret,
				      const atomic_int *cancel, struct remote_fault *f);

	/* Whether the host has shown that it honours ranges, so that a fetch from the middle is one; false
	 * before the first fetch. May be NULL: never. No request. */
	bool (*has_ranges)(struct remote *r);

	/*
	 * GET of the bytes [from, to) alone, or to the end when there are fewer, of the version `etag` (NULL: of whichever the
	 * server has). Nothing reaches the sink but these, of a 206 that names that version and says how long the whole is:
	 * its begin gets an etag, a size and partial. CONFLICT: the server has answered something else (another version, no
	 * ranges). To be called while has_ranges() is true. May be NULL: never.
	 */
	enum remote_result (*fetch_part)(struct remote *r, const char *path, int64_t from, int64_t to, const char *etag,
					 const struct remote_doc_sink *sink, const atomic_int *cancel, struct remote_fault *f);
};

#endif
