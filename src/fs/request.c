#include "request.h"

#include <fcntl.h>
#include <linux/fuse.h>

/* More to copy than it costs to wake a thread. */
enum { LONG_READ = 16 << 10 };

static bool is_long_read(const struct fuse_read_in *in)
{
	return in->size > LONG_READ;
}

/* What was written becomes a change. */
static bool ends_writing(const struct fuse_release_in *in)
{
	return (in->flags & O_ACCMODE) != O_RDONLY;
}

bool request_is_long(const void *message)
{
	const struct fuse_in_header *h = message;
	const void *in = h + 1;

	switch (h->opcode) {
	case FUSE_LOOKUP:
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_GETATTR:
	case FUSE_READLINK:
	case FUSE_OPEN:
	case FUSE_OPENDIR:
	case FUSE_READDIR:
	case FUSE_READDIRPLUS:
	case FUSE_RELEASEDIR:
	case FUSE_GETXATTR:
	case FUSE_LISTXATTR:
	case FUSE_STATFS:
		return false;
	case FUSE_READ:
		return is_long_read(in);
	case FUSE_RELEASE:
		return ends_writing(in);
	default: /* it stores something, or comes once */
		return true;
	}
}
