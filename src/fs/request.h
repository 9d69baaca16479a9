#ifndef FS_REQUEST_H
#define FS_REQUEST_H

#include <stdbool.h>

/*
 * What can be seen of a request before it is unpacked. message: as the kernel sends it, a fuse_in_header of linux/fuse.h
 * and what follows it; aligned for them.
 */

/* Whether its answer stores something, and so may wait for the disk, or moves many bytes. */
bool request_is_long(const void *message);

#endif
