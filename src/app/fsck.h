#ifndef APP_FSCK_H
#define APP_FSCK_H

#include "base/attr.h"
#include "base/err.h"

struct app;
struct buf;
struct store;

/*
 * `spfs fsck`: looks for what must not be in the store, repairs what is safe, and tells the rest in lines of out. to: what was
 * not sent is written there first; NULL: it is not wanted. 0; -EUCLEAN with err: something is left; -errno with err.
 */
MUST_CHECK int fsck_run(struct store *s, const char *to, struct buf *out, struct err *err);

/* The word of the control socket: argv[1] is the directory to export to, if there is one. */
MUST_CHECK int fsck_command(struct app *app, int argc, char **argv, struct buf *out, struct err *err);

#endif
