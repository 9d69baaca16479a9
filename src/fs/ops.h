#ifndef FS_OPS_H
#define FS_OPS_H

#include <stdbool.h>

#include "base/attr.h"

struct fs;

/* The libfuse session behind session.c. options: one word, "-oNAME,NAME=VALUE,...". 0 or -errno. */
MUST_CHECK int ops_new(struct fs *f, const char *options);
MUST_CHECK int ops_mount(struct fs *f);

/* 0: unmounted; > 0: the signal that ended it; -errno. */
MUST_CHECK int ops_serve(struct fs *f);

/* From a signal handler or another thread: only a flag. */
void ops_exit(struct fs *f);

/* After ops_serve: no request is answered any more, so that nobody waits for one; replies and
 * notices go nowhere. */
void ops_disconnect(struct fs *f);
/* Whether the kernel is done with the connection, or nothing was mounted. */
bool ops_is_unmounted(const struct fs *f);

/* Somebody else unmounted: makes ops_is_unmounted() true. */
void ops_unmounted(struct fs *f);

void ops_unmount(struct fs *f);
void ops_free(struct fs *f);


/* session.c: the kernel has spoken to us. */
void session_ready(struct fs *f);

#endif
