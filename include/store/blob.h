#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct store;

/*
 * Clean contents of documents: what a server has and can be asked for again. The
 * rows stand in the store; the bytes in a directory of their own, one file for each
 * item, which may be emptied or removed at any time by anybody:
 *
 *	DIR/CACHEDIR.TAG         so that backups leave it out
 *	DIR/blobs/ITEM-VERSION   contents
 *	DIR/blobs/tmp.XXXXXX     contents that are on their way
 *
 * Nothing here is fsynced: a file that is missing, or has not the length that its row says, is
 * as good as none. A row names a file only after the file was complete.
 *
 * Bounded: whenever contents are added, those that were not used for the longest time
 * go, but never what is pinned or in use. Thread-safe. The common errors are those of the store.
 */
struct store_blobs;

/* Contents of one version of an item. */
struct store_blob {
	int64_t item;    /* local item id */
	int64_t version; /* struct item's */
	int64_t size;    /* bytes of the contents */
	char *etag;      /* owned; as the server gave it with these bytes; NULL: it gave none */
	int fd;          /* owned; open for reading; -1: not open */
};

#define STORE_BLOB_INIT { .fd = -1 }

void store_blob_release(struct store_blob *b);
static inline void store_blob_release_p(struct store_blob *b)
{
	store_blob_release(b);
}

/*
 * Opens or makes the cache in `dir` (made when missing, mode 0700) and removes what no row names. max: bytes that
 * all contents together may have. st is foreign and must outlive it. 0 or -errno with err.
 */
MUST_CHECK int store_blobs_open(struct store *st, const char *dir, int64_t max, struct store_blobs **ret,
				struct err *err);

/* Stores what was used lately. NULL allowed; returns NULL. */
struct store_blobs *store_blobs_close(struct store_blobs *b);
DEFINE_CLEANUP(struct store_blobs *, store_blobs_close);

/*
 * The item as it is now, in one read: its version, and the contents of that version when they are here (fd >= 0;
 * they count as used). fd -1: they are not; ret->size is then what the list says of them. -ENOENT: no such item.
 * ret is initialised by the caller.
 */
MUST_CHECK int store_blob_find(struct store_blobs *b, int64_t item, struct store_blob *ret);

/* Contents of that version, also when the item has a later one by now. Returns the descriptor, -ENOENT. */
MUST_CHECK int store_blob_open(struct store_blobs *b, int64_t item, int64_t version);

/* In a transaction: version `to` has the same bytes as `from`; which ETag, nobody knows. */
MUST_CHECK int store_blob_follow(struct store_blobs *b, int64_t item, int64_t from, int64_t to);

/*
 * In a transaction: the file at `path`, to which nobody writes any more, has the contents of new->item. It stays where it is. What
 * goes for it, goes with the next store_blob_add(). When the transaction fails, its contents are only not here.
 */
MUST_CHECK int store_blob_adopt(struct store_blobs *b, const struct store_blob *new, const char *path);

/* A new file for contents on their way: its descriptor (read and write) and path (a fresh string). */
MUST_CHECK int store_blob_temp(struct store_blobs *b, int *ret_fd, char **ret_path);

/* Whether somebody has contents of the item open; asked without a lock that may wait for anything. */
struct store_blob_use {
	bool (*in_use)(void *arg, int64_t item);
	void *arg; /* foreign */
};

/*
 * The file `temp` is complete and becomes the contents of new->item, instead of those of any other version;
 * then others go as far as the bound demands. On failure the file is still there.
 */
MUST_CHECK int store_blob_add(struct store_blobs *b, const struct store_blob *new, const char *temp,
			      const struct store_blob_use *use);

/* Makes contents of `bytes` go, when the disk is full. Returns whether any went, or -errno. */
MUST_CHECK int store_blob_shed(struct store_blobs *b, int64_t bytes, const struct store_blob_use *use);

/* Pinned contents never go by themselves. -ENOENT: no contents are here. */
MUST_CHECK int store_blob_pin(struct store_blobs *b, int64_t item, bool pinned);

/* Bytes of all contents. */
int64_t store_blobs_total(struct store_blobs *b);

#endif
