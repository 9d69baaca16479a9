#ifndef FS_COLUMNS_H
#define FS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;
struct fs;

/*
 * columns/ in a library's .spfs: of each document its columns as item text, in a file that is called like the document with ".txt"
 * behind it, in directories like the library's. Written as items are: what is not mentioned is not changed.
 * path: "columns", "columns/Sub", "columns/Sub/a.docx.txt".
 */
#define COLUMNS_NAME "columns"

/* Whether it is there; *ret_dir: a directory. -ENOENT. */
MUST_CHECK int columns_find(struct fs *f, int64_t list, const char *path, bool *ret_dir);

/* Adds the text of such a file. -ENOENT. */
MUST_CHECK int columns_text(struct fs *f, int64_t list, const char *path, struct buf *out);

/* The entries of such a directory. fn's nonzero return ends it. */
MUST_CHECK int columns_list(struct fs *f, int64_t list, const char *path,
			    int (*fn)(void *arg, const char *name, bool is_dir), void *arg);

/* A writer has closed the file. -EINVAL: it is no such text, and nothing is changed; -ENOENT, -EACCES, -EROFS. */
MUST_CHECK int columns_save(struct fs *f, int64_t list, const char *path, const char *text, size_t n);

#endif
