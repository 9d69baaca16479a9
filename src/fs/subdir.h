#ifndef FS_SUBDIR_H
#define FS_SUBDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "state.h"

struct buf;

/*
 * Directories in a list's .spfs whose files stand for its items each: columns/, html/, drafts/ (presentation 6.1), with directories in
 * them like the list's own. A path is that below .spfs: "columns", "columns/Sub", "columns/Sub/a.docx.txt".
 */

struct subdir_file {
	bool is_dir;
	bool writable;
	int64_t mtime; /* ns since 1970; editors that find it changed ask before they write */
	int64_t size;  /* of a file's text */
};

/* Whether a name in .spfs is one of theirs. */
bool subdir_is_name(const char *name);

/* fn for each that the list has. fn's nonzero return ends it. */
MUST_CHECK int subdir_names(const struct view_list *l, int (*fn)(void *arg, const char *name, bool is_dir), void *arg);

/* -ENOENT. */
MUST_CHECK int subdir_find(struct fs *f, int64_t list, const char *path, struct subdir_file *ret);

/* Adds the text of such a file, which process `reader` (0: nobody) gets to see. -ENOENT, -EISDIR. */
MUST_CHECK int subdir_text(struct fs *f, int64_t list, const char *path, pid_t reader, struct buf *out);

/* The entries of such a directory. fn's nonzero return ends it. -ENOENT. */
MUST_CHECK int subdir_list(struct fs *f, int64_t list, const char *path,
			   int (*fn)(void *arg, const char *name, bool is_dir), void *arg);

/* Process `writer` has closed the file. -EINVAL: it cannot be stored, the log says why, and nothing is changed; -ENOENT, -EACCES, -EROFS. */
MUST_CHECK int subdir_save(struct fs *f, int64_t list, const char *path, pid_t writer, const char *text, size_t n);

/* rm: what the file stands for is given up. -EPERM: that cannot be; -ENOENT. */
MUST_CHECK int subdir_remove(struct fs *f, const struct caller *c, int64_t list, const char *path);

/* ---- what each of them does; paths are those below its own name, "" being itself ---- */

struct subdir {
	const char *name;
	bool (*has)(const struct view_list *l);
	int (*find)(struct fs *f, int64_t list, const char *path, struct subdir_file *ret);
	int (*text)(struct fs *f, int64_t list, const char *path, pid_t reader, struct buf *out);
	int (*list)(struct fs *f, int64_t list, const char *path,
		    int (*fn)(void *arg, const char *name, bool is_dir), void *arg);
	/* NULL: it has nothing to write. */
	int (*save)(struct fs *f, int64_t list, const char *path, pid_t writer, const char *text, size_t n,
		    struct err *err);
	/* NULL: it has nothing to remove. */
	int (*remove)(struct fs *f, const struct caller *c, int64_t list, const char *path);
};

extern const struct subdir subdir_columns, subdir_html, subdir_drafts;

#endif
