#ifndef STORE_UNSENT_H
#define STORE_UNSENT_H

#include <stdint.h>

#include "base/attr.h"

struct store;

/*
 * Bytes of documents that the server has not: whole files in unsent/ of the store's directory. A file belongs
 * to a journal row (struct change_content), to an unsaved row, or to the writer who is filling it; what belongs
 * to nobody is removed at the next start.
 *
 * Order: the file's bytes are durable (fsync of the file and of unsent/) before a row names it; it is
 * removed after the commit that drops the row.
 */

/* A new empty file: its descriptor (read and write) and its name in unsent/ (a fresh string). */
MUST_CHECK int store_unsent_new(struct store *s, int *ret_fd, char **ret_file);

/* Its path; the caller's. NULL: out of memory. */
char *store_unsent_path(const struct store *s, const char *file);

/* For reading. Returns the descriptor or -errno. NULL: an empty one. */
MUST_CHECK int store_unsent_open(const struct store *s, const char *file);

/* Another name in unsent/ for a file elsewhere in the store's directory, or a copy of it; made durable. */
MUST_CHECK int store_unsent_link(struct store *s, const char *path, char **ret_file);

/* Makes file (its descriptor fd) and its name durable. */
MUST_CHECK int store_unsent_sync(const struct store *s, int fd);

/* NULL allowed; no such file is no error. */
void store_unsent_remove(const struct store *s, const char *file);

/* Removes files that no row names. Before anybody writes. */
MUST_CHECK int store_unsent_sweep(struct store *s);

/* ---- flushed and not closed ---- */

struct store_unsaved {
	int64_t ino;
	char *file;   /* owned */
	int64_t base; /* as struct change_content has them */
	char *etag;   /* owned; NULL */
};

#define STORE_UNSAVED_INIT { 0 }

void store_unsaved_release(struct store_unsaved *u);
static inline void store_unsaved_release_p(struct store_unsaved *u)
{
	store_unsaved_release(u);
}

/* Replaces the row of that inode. */
MUST_CHECK int store_unsaved_put(struct store *s, const struct store_unsaved *u);

/* 0 or -ENOENT; ret is initialised by the caller. */
MUST_CHECK int store_unsaved_get(struct store *s, int64_t ino, struct store_unsaved *ret);
MUST_CHECK int store_unsaved_delete(struct store *s, int64_t ino);

/* All inodes that have one, ascending. fn's nonzero return ends it and is returned; fn may call the store. */
MUST_CHECK int store_unsaved_each(struct store *s, int (*fn)(void *arg, int64_t ino), void *arg);

#endif
