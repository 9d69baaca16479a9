#ifndef APP_CONFLICTS_H
#define APP_CONFLICTS_H

#include "base/attr.h"
#include "base/err.h"
#include "sync/conflict.h"

struct app;
struct buf;

/* What conflicts left behind, and the ways out: `spfs conflicts`. */

/* Calls fn for each entry, by list and name; its nonzero return ends it and is returned. 0 or -errno. */
MUST_CHECK int conflicts_each(struct app *app, int (*fn)(void *arg, const struct sync_conflict *c), void *arg);

/*
 * The entry that a person means: by its path in conflicts/, by its name, or by the file of its item, with or
 * without directories before it. -ENOENT, -ENOTUNIQ with err.
 */
MUST_CHECK int conflicts_find(struct app *app, const char *word, struct sync_conflict *ret, struct err *err);

/* One word of the control socket: argv[0] "conflict", a verb (show, keep-mine, keep-theirs, merge, submit), an entry. */
MUST_CHECK int conflicts_command(struct app *app, int argc, char **argv, struct buf *out, struct err *err);

#endif
