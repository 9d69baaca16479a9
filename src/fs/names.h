#ifndef FS_NAMES_H
#define FS_NAMES_H

#include <errno.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "state.h"

struct buf;
struct handle;

/* Operations on names. Each gathers the rows, asks view/slot.h, and carries it out with one call of
 * sync; when the rows changed in between (-ESTALE) it decides anew, a few times. */

/* ret->st.st_ino 0: no such name, and the kernel may remember that for entry_timeout. */
MUST_CHECK int names_lookup(struct fs *f, const struct caller *c, int64_t parent, const char *name,
			    struct entry *ret);
MUST_CHECK int names_create(struct fs *f, const struct caller *c, int64_t parent, const char *name,
			    mode_t mode, int flags, struct entry *ret, struct handle **ret_h);
MUST_CHECK int names_mknod(struct fs *f, const struct caller *c, int64_t parent, const char *name,
			   mode_t mode, struct entry *ret);
MUST_CHECK int names_mkdir(struct fs *f, const struct caller *c, int64_t parent, const char *name,
			   mode_t mode, struct entry *ret);
MUST_CHECK int names_symlink(struct fs *f, const char *target, int64_t parent, const char *name,
			     struct entry *ret);
MUST_CHECK int names_readlink(struct fs *f, int64_t ino, struct buf *out);
MUST_CHECK int names_unlink(struct fs *f, const struct caller *c, int64_t parent, const char *name);
MUST_CHECK int names_rmdir(struct fs *f, const struct caller *c, int64_t parent, const char *name);

/* rename.c */
struct names_pair {
	int64_t parent;
	const char *name; /* foreign */
	int64_t to_parent;
	const char *to_name; /* foreign */
};
/* NAMES_ACROSS: to another library, which the server does while the caller waits (later.c). */
enum { NAMES_ACROSS = -EREMOTE };
MUST_CHECK int names_rename(struct fs *f, const struct caller *c, const struct names_pair *p,
			    unsigned flags);
MUST_CHECK int names_link(struct fs *f, const struct caller *c, int64_t ino, int64_t to_parent,
			  const char *to_name, struct entry *ret);

/* How often an operation decides anew before it gives up: -EBUSY. */
enum { NAMES_TRIES = 16 };

#endif
