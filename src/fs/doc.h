#ifndef FS_DOC_H
#define FS_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "handle.h"
#include "state.h"

struct file_open;
struct fuse_req;

/*
 * Documents. Opening one never makes a request and never waits; the first read
 * of bytes that are not local does, and keeps its request until they came.
 */

/*
 * Opens for reading. a and name: the row, read after the inode was in the open set. Needs the node's lock. -EOPNOTSUPP: for writing, or
 * there is no cache; -EACCES: a thumbnailer, and the content is not local; -ESTALE: the row has changed meanwhile.
 */
MUST_CHECK int doc_open(struct fs *f, const struct caller *c, struct handle *h, const struct view_attr *a,
			const char *name, struct file_open *ret);

/* Answers q, now or when the bytes are there. Errors as sync_doc_want(), and -EINTR. */
void doc_read(struct fs *f, struct fuse_req *q, struct handle *h, size_t size, int64_t off);

/* doc_reader.c: whether the thread makes previews, which nobody asked for. */
bool doc_reader_is_thumbnailer(pid_t tid);

/* Whether it belongs to a program of one of these names (blanks or commas between; NULL: none): one that looks into everything,
 * for itself and not for somebody who wants to see what is new. */
bool doc_reader_is_among(pid_t tid, const char *programs);

#endif
