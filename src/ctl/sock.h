#ifndef CTL_SOCK_H
#define CTL_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * Unix stream sockets with deadlines: clock_mono_ms() values, or SOCK_FOREVER. All
 * descriptors are close-on-exec and not blocking. Paths may be longer than sun_path.
 */
enum { SOCK_FOREVER = -1 };

/* Listens, mode 0600. A socket file that nobody listens on is replaced. 0; -EADDRINUSE; -errno. */
MUST_CHECK int sock_listen(const char *path, int *ret_fd);

/* 0; -ENOENT, -ECONNREFUSED: nobody is there; -ETIMEDOUT; -errno. */
MUST_CHECK int sock_connect(const char *path, int64_t deadline, int *ret_fd);

/* Whether the process at the other end runs as our user or as root. */
bool sock_peer_is_ours(int fd);

/* Sends all n bytes. 0; -ETIMEDOUT; -EPIPE; -errno. */
MUST_CHECK int sock_send(int fd, const void *p, size_t n, int64_t deadline);

/* Receives up to n bytes. > 0: how many; 0: the end; -ETIMEDOUT; -EINTR; -errno. */
MUST_CHECK int sock_receive(int fd, void *p, size_t n, int64_t deadline);

#endif
