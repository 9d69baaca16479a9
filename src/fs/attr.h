#ifndef FS_ATTR_H
#define FS_ATTR_H

#include <stdint.h>
#include <sys/statvfs.h>

#include "base/attr.h"
#include "state.h"

struct handle;

/* What setattr asks. */
struct attr_change {
	int mode;         /* -1: as it is */
	int64_t size;     /* -1 */
	int64_t mtime;    /* ns; -1 */
	int64_t uid, gid; /* -1 */
};

/* A node as stat shows it: with the size of bytes that are being written. */
void attr_entry(struct fs *f, const struct view_attr *a, struct entry *ret);

/*
 * The same, and the kernel does not keep it: for answers to whatever makes a name or sets attributes. Unlike
 * those to lookup, getattr and readdirplus the kernel takes them over whatever happened to the inode since it asked:
 * a write, a truncation, or our own word that they changed; a size kept so would cut the file for an hour.
 */
void attr_entry_once(struct fs *f, const struct view_attr *a, struct entry *ret);

/* -ESTALE: no such inode any more (the kernel then looks the name up again). */
MUST_CHECK int attr_get(struct fs *f, const struct caller *c, int64_t ino, struct entry *ret);

/* h: as the kernel says through which handle; may be NULL. */
MUST_CHECK int attr_set(struct fs *f, const struct caller *c, int64_t ino, const struct attr_change *ch,
			struct handle *h, struct entry *ret);
MUST_CHECK int attr_statfs(struct fs *f, struct statvfs *ret);

#endif
