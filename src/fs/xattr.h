#ifndef FS_XATTR_H
#define FS_XATTR_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "state.h"

struct buf;

/*
 * Extended attributes (presentation 6.2). user.sharepoint.<InternalName> are an item's
 * fields, listed; user.spfs.* are answered by name only. security.*, system.* and
 * trusted.* are answered first thing: the kernel asks before every write.
 */

/* Adds the value. -ENODATA, -EOPNOTSUPP, -ESTALE. */
MUST_CHECK int xattr_get(struct fs *f, int64_t ino, const char *name, struct buf *out);

/* flags: XATTR_CREATE, XATTR_REPLACE. -EINVAL: no value of that field; -EOPNOTSUPP: read-only or
 * unknown. */
MUST_CHECK int xattr_set(struct fs *f, int64_t ino, const char *name, const char *value, size_t n,
			 int flags);

/* Adds the names, each with its NUL. */
MUST_CHECK int xattr_list(struct fs *f, int64_t ino, struct buf *out);

/* Clears the field. */
MUST_CHECK int xattr_remove(struct fs *f, int64_t ino, const char *name);

#endif
