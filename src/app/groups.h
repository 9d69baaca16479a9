#ifndef APP_GROUPS_H
#define APP_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct app;
struct buf;
struct cli_word;
struct config;

/*
 * Send/Receive groups (S9): which lists are synchronised together when one says
 * so, and by themselves. A site with `mode = 2003` is a group without a name
 * whose lists are read-only. Thread-safe.
 */
struct groups;

struct groups *groups_new(void); /* NULL: out of memory */
struct groups *groups_free(struct groups *g); /* NULL allowed; returns NULL */

/* Takes the groups out of c. */
void groups_load(struct groups *g, struct config *c);

/* Tells the engine of each list how often it is pulled by itself, and whether it is read-only. 0 or -errno. */
MUST_CHECK int groups_apply(struct app *app);

/* The registered lists of a group: *ret is the caller's to free. -ENOENT: no such group; -ENOMEM, -EIO. */
MUST_CHECK int groups_lists(struct app *app, const char *name, int64_t **ret, size_t *ret_n);

/* Offers the groups' names to w; the best one is copied to best. */
void groups_offer(struct app *app, struct cli_word *w, char best[256]);

#endif
