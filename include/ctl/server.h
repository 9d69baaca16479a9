#ifndef CTL_SERVER_H
#define CTL_SERVER_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;
struct ctl_host;

/*
 * The control socket: a Unix stream socket, mode 0600, for processes of the same
 * user and root (SO_PEERCRED). A connection carries one request, a line of words
 * with a blank between them, and its answer; after `more REQUEST`, if its answer is "ok", another
 * request, which is sent once that answer is there. In a word every byte up to the
 * blank, '%' and DEL stands as %XX; an empty word is "-", the word "-" is %2D.
 *
 *	read NAME               a control file's text
 *	write NAME TEXT         what write(2) to it would do
 *	dir NAME                names in outbox, conflicts or conflicts/LIST, a word a line
 *	entry DIR NAME          the text of one of them
 *	remove DIR NAME         rm
 *	list LIST read NAME     the same of a list, by its directory's name (or
 *	list LIST write NAME TEXT       its local id when none has that name)
 *	stream progress|events  lines until the run is over, or endless
 *
 * and what the command callback knows. The answer begins with a line, "ok LENGTH"
 * and as many bytes, "ok" (a stream: lines until the end of file), or "error ERRNO TEXT"
 * with further bytes, if any, until the end of file.
 *
 * Ceilings: 64 KiB and 64 words a request, 16 MiB an answer, 5 s from connecting,
 * or from the answer before, to the end of the request, 30 s for taking the answer, 16 connections at once,
 * of which 12 may be streams; above them: EBUSY.
 */
struct ctl_server;

struct ctl_server_config {
	const char *path;            /* copied; its directory is made (0700) when missing */
	const struct ctl_host *host; /* foreign; called by several threads at once */

	/*
	 * Words that are not in the table above; argv[0] is the first, argv[argc] is NULL. It may
	 * block: each open connection has a thread. 0 with the answer in out, or a negative errno
	 * with the reason in err (and what there is to show in out); -ENOSYS: no such word. NULL: none.
	 */
	int (*command)(void *arg, int argc, char **argv, struct buf *out, struct err *err);

	/* The id of a list by its directory's name. 0 or -ENOENT. NULL: only ids. */
	int (*find_list)(void *arg, const char *name, int64_t *ret);

	void *arg; /* foreign */
};

/*
 * Listens and starts the accepting thread, which sleeps until somebody connects. A socket that
 * nobody serves any more is replaced. 0; -EADDRINUSE: somebody serves it; -errno. err in words.
 */
MUST_CHECK int ctl_server_start(const struct ctl_server_config *c, struct ctl_server **ret, struct err *err);

/*
 * Removes the socket, ends streams, lets running requests end and waits for their threads: a
 * command that blocks must come back by itself, and none may call this. NULL allowed; returns NULL.
 */
struct ctl_server *ctl_server_stop(struct ctl_server *s);
DEFINE_CLEANUP(struct ctl_server *, ctl_server_stop);

#endif
