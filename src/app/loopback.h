#ifndef APP_LOOPBACK_H
#define APP_LOOPBACK_H

#include "base/attr.h"
#include "base/err.h"

/*
 * Where the browser comes back to after a login (RFC 8252 7.3): a little web server on this
 * machine itself, for one answer. Whoever else asks it something, a web page or another
 * user's program, is told nothing and does not end it.
 */
struct loopback;

/*
 * Listens on both loopback addresses for "localhost", else on the one that is named; without a port, on a
 * free one. 0; -EINVAL: no http address of this machine itself; -errno; with err.
 */
MUST_CHECK int loopback_open(const char *redirect, struct loopback **ret, struct err *err);

/* NULL allowed; returns NULL. */
struct loopback *loopback_close(struct loopback *l);
DEFINE_CLEANUP(struct loopback *, loopback_close);

/* The address with the port: what the browser is sent to. */
const char *loopback_address(const struct loopback *l);

/*
 * Waits for the answer that holds `state`, and shows the person a page. 0 with the code, fresh, to be wiped; -EKEYEXPIRED:
 * the server says no, err has its words; -ETIMEDOUT; -errno.
 */
MUST_CHECK int loopback_wait(struct loopback *l, const char *state, int timeout_ms, char **ret, struct err *err);

#endif
