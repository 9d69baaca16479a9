#ifndef APP_LINKING_H
#define APP_LINKING_H

#include <stdbool.h>

#include "base/attr.h"

struct adding;

/*
 * `spfs add stssync://...`: a link that anybody may have written. Nothing is sent, not even a name
 * looked up, before it is clear that the person wants it:
 *
 *  - a server that is registered, or in the configuration, was wanted before; typing the link is enough.
 *    In a window or a terminal that a browser opened, the person is asked all the same
 *  - another one is asked about, and the answer that comes by itself is no
 *  - one over plain http is refused: typing its address, `spfs add http://...`, says that it is meant
 *
 * A new server is registered without a login. When it wants one, the list is registered as
 * the link describes it, and received once the person has logged in.
 */
struct linking {
	const char *text; /* foreign; the link */
	bool yes;         /* asked and answered already: --yes */
	bool window;      /* ask in a window: --gui */
	bool terminal;    /* ask on this terminal, which was opened for that: --in-terminal */
};

/* Whether an address is such a link. */
bool linking_is(const char *text);

/* Registers the list that it means; with a->reg read. An exit code. In a window also says how it went. */
MUST_CHECK int linking_add(struct adding *a, const struct linking *l);

/* Prints the link to a list that is registered, or whose address it is, after asking its site. An exit code. */
MUST_CHECK int linking_print(struct adding *a, const char *name);

#endif
