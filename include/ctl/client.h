#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include "base/attr.h"
#include "base/err.h"

struct buf;

/* A connection to the control socket of a running spfs (ctl/server.h). One thread at a time. */
struct ctl_client;

/*
 * Connects. timeout_ms is the longest wait for the connection and then for each next
 * piece of the answer; -1: for ever.
 *
 * 0; -ENOENT or -ECONNREFUSED: nothing is mounted; -EACCES: another user's;
 * -ETIMEDOUT; -ENOMEM; -errno.
 */
MUST_CHECK int ctl_client_open(const char *path, int timeout_ms, struct ctl_client **ret);

/* NULL allowed; returns NULL. */
struct ctl_client *ctl_client_close(struct ctl_client *c);
DEFINE_CLEANUP(struct ctl_client *, ctl_client_close);

/*
 * Sends the words argv[0..argc-1] and receives the answer into body, as far as its ceiling
 * allows. The last of an opened client.
 *
 * 0, or the server's negative errno with its text in err (body then has what came with it), or of
 * the way there: -E2BIG: the request is too long; -EFBIG: the answer; -ETIMEDOUT; -ECONNRESET: the
 * answer was cut off; -EPROTO: it is none.
 */
MUST_CHECK int ctl_client_call(struct ctl_client *c, int argc, const char *const argv[], struct buf *body,
			       struct err *err);

/* The same, and after 0 another may follow, within 5 s. -ENOSYS also from an spfs that was started before this was known. */
MUST_CHECK int ctl_client_more(struct ctl_client *c, int argc, const char *const argv[], struct buf *body,
			       struct err *err);

/*
 * Reads `stream` ("progress", "events") and hands out each line without its newline; "#" is a
 * heartbeat. line NULL: a signal was delivered. fn's nonzero return ends it and is returned, 0 is the
 * end of the stream; negative errno as above; -EPROTO also for a line above 64 KiB. Once for each
 * opened client.
 */
MUST_CHECK int ctl_client_stream(struct ctl_client *c, const char *stream, int (*fn)(void *arg, const char *line),
				 void *arg, struct err *err);

/* Calls fn for each name in the answer to `dir`; fn's nonzero return ends it and is returned.
 * 0, -EPROTO. The body is used up. */
MUST_CHECK int ctl_client_names(struct buf *body, int (*fn)(void *arg, const char *name), void *arg);

#endif
