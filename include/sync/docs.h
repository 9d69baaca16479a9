#ifndef SYNC_DOCS_H
#define SYNC_DOCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "sync/sync.h"

/*
 * Contents of documents, for those who have one open. They come from the cache or
 * from the server, at the first read and never at the open, and can be read while
 * they come, in any order where the server gives parts of them. Whoever opens the same version shares one fetch. Not the engine's workers do it but
 * up to five threads for each site, started when they are first needed.
 */
struct sync_doc;

/*
 * The contents of a library's item as it is now, to be closed before sync_free(). No request is made. What was opened stays
 * readable, whatever becomes of the item and of the cache. -ENOENT: no such item; -EOPNOTSUPP: this
 * engine has no cache.
 */
MUST_CHECK int sync_doc_open(struct sync *s, int64_t list, int64_t item, struct sync_doc **ret);

/* Another user of the same. */
struct sync_doc *sync_doc_hold(struct sync_doc *d);

/* The item's version of these bytes, or that they were made from; the server's word for it, NULL: not known, or not here. */
int64_t sync_doc_version(const struct sync_doc *d);
const char *sync_doc_etag(struct sync_doc *d);

/* The last one cancels a fetch that is not complete. No waiter of the caller may be left. NULL allowed; returns NULL. */
struct sync_doc *sync_doc_close(struct sync_doc *d);

/* Whether all bytes are here, so that no read of it needs the server. */
bool sync_doc_is_local(struct sync_doc *d);

/* Whether somebody else has the same contents open. */
bool sync_doc_is_shared(struct sync_doc *d);

/*
 * Whether the bytes from `begin` to `end` are here (to the last, when there are fewer). Then *ret_fd is for pread() of them, valid
 * until sync_doc_close(), and *ret_size the length of all; -1: not known yet, and more than `end`.
 */
bool sync_doc_look(struct sync_doc *d, int64_t begin, int64_t end, int *ret_fd, int64_t *ret_size);

/*
 * Wants the bytes from `begin` to `end`, or to the last when there are fewer; begins to fetch when nobody did: from the start, or,
 * when they are far (conf.far_bytes) and the host has shown that it can, these alone. end 0 wants to know the length
 * alone, where the list does not tell it (attachments): the node's size is right then. 0: they are here. 1: w->done
 * will be called, from another thread, unless sync_cancel(w) returns true. Else, or as r of w->done:
 *	-ENETUNREACH  not here, and Work Offline, or no server was reached
 *	-ETIMEDOUT    no byte came for conf.stall_ms
 *	-EACCES       refused, or a login is needed
 *	-ESTALE       the server has it no more, or another version meanwhile
 *	-EAGAIN       the server asked to be left alone for a while
 *	-ENOSPC       of the cache's disk
 *	-EIO          the server's own errors
 */
MUST_CHECK int sync_doc_want(struct sync_doc *d, int64_t begin, int64_t end, struct sync_waiter *w);

/*
 * Somebody looks into an item's directory of attachments, or for a name that is not in it. Where the list says that there are some and
 * not which, the server is asked, once for each version of the item. 0: there is nothing to wait for. 1: w->done will be called, after
 * the wait of the design at the latest, unless sync_cancel(w) returns true; whatever it says, what is there is shown.
 */
MUST_CHECK int sync_want_attachments(struct sync *s, int64_t dir, struct sync_waiter *w);

/* A document or folder that goes to another library of its site. */
struct sync_crossing {
	int64_t list, ino;
	int64_t to_list, to_parent;
	const char *to_name; /* foreign */
};

/*
 * Has the server move it, which is all that happens: both lists are pulled afterwards, and show it under new inodes. 1: w->done will be
 * called, from another thread, unless sync_cancel(w) returns true. Else, or as r of w->done:
 *	0             it is there
 *	-EXDEV        it cannot be done so: the libraries are of two sites, no server is reached, something of it was not sent,
 *		      or what stands there was never read here; a copy can be made
 *	-EBUSY        the server has something of that name, which shows now; or somebody has locked it
 *	-ENOENT       it, or the folder to put it in, is gone there
 *	-ETIMEDOUT    no answer came
 *	-EIO          or the answer was lost, and what became of it cannot be told now: the lists will
 *	others        why the server refused it (remote/docs.h); an event says it in words
 */
MUST_CHECK int sync_move_across(struct sync *s, const struct sync_crossing *c, struct sync_waiter *w);

/*
 * Somebody reads these documents of a list one after the other: fetches, in this order, those that are not here, when
 * no reader waits for anything else of the site, and never with the last free thread. What cannot be had is left out, silently.
 * Returns how many of the items it took; the others are too many for now.
 */
size_t sync_doc_ahead(struct sync *s, int64_t list, const int64_t *items, size_t n);

/*
 * A document, or all below a directory, is to be here always (store/pin.h): what is missing is fetched, now and
 * after each pull. -ENOENT: there is no such node, or (unpin) it is not pinned itself.
 */
MUST_CHECK int sync_pin(struct sync *s, int64_t ino, bool pinned);

/* Whether documents of that many bytes in all may be fetched ahead (MaxBulkDocumentSyncSize, [MS-LISTSWS] 3.1.4.22.2.2). */
bool sync_doc_may_bulk(struct sync *s, int64_t list, int64_t bytes);

#endif
