#ifndef FS_OPS_H
#define FS_OPS_H

#include <stdbool.h>

#include "base/attr.h"

struct fs;

/* The libfuse session behind session.c. options: one word, "-oNAME,NAME=VALUE,...". 0 or -errno. */
MUST_CHECK int ops_new(struct fs *f, const char *options);

/* Mounts, and makes f->loop, which answers. 0 or -errno; then nothing is mounted. */
MUST_CHECK int ops_mount(struct fs *f);

/* Of the connection with the kernel. */
int ops_fd(const struct fs *f);

/* From a signal handler or another thread: only a flag. */
void ops_exit(struct fs *f);
void ops_unmount(struct fs *f);
void ops_free(struct fs *f);

/* session.c: the kernel has spoken to us. */
void session_ready(struct fs *f);

#endif
