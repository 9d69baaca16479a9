#ifndef FS_LATER_H
#define FS_LATER_H

#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "base/attr.h"
#include "names.h"
#include "state.h"

struct fuse_req;
struct handle;

/*
 * Operations that may need the bytes of a document which are not here (WORK_NOT_HERE): they are done again when these have
 * come. Each answers q, now or then.
 */
void later_write(struct fs *f, struct fuse_req *q, struct handle *h, const void *p, size_t n, int64_t off);
void later_setattr(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino, const struct attr_change *ch,
		   struct handle *h);
void later_rename(struct fs *f, struct fuse_req *q, const struct caller *c, const struct names_pair *p,
		  unsigned flags);
void later_link(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino, int64_t to_parent,
		const char *to_name);

/* The same of attachments whose length the list does not tell: they ask the server for it, once for each version. Offline it is 0, and
 * such a file is read without regard to it. */
void later_lookup(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t parent, const char *name);
void later_getattr(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino);

#endif
