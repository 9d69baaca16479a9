#ifndef APP_DAEMON_H
#define APP_DAEMON_H

#include <stdbool.h>

#include "base/attr.h"

/*
 * Going to the background such that the caller learns how the mount went:
 *
 *	daemon_fork()   before any thread, socket or database exists, for none of them
 *	                survives a fork. The parent stays in it until the child is ready or dead, and exits.
 *	                The child keeps stderr till then.
 *	daemon_ready()  in the child, when the kernel has spoken to us: the parent exits 0
 */
struct daemon {
	int ready_fd; /* write end; -1: in the foreground, or said already */
};

#define DAEMON_INIT { .ready_fd = -1 }

/* Returns in the child only. The parent exits with 0, or with the child's exit status. -errno: no child. */
MUST_CHECK int daemon_fork(struct daemon *d);

/* Lets the parent go, leaves the terminal and the working directory, and tells the service manager READY=1. */
void daemon_ready(struct daemon *d);

/* sd_notify(3) without the library: to $NOTIFY_SOCKET, when there is one. */
void daemon_notify(const char *message);

#endif
