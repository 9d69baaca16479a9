#ifndef APP_EVENTS_H
#define APP_EVENTS_H

#include "base/attr.h"

struct app;
struct buf;
struct sync_event;

/*
 * What the engine tells, for watchers: JSON Lines for `events`, plain lines for
 * `progress`, and the log. Thread-safe.
 */
struct events;

struct events *events_new(void); /* NULL: out of memory */
struct events *events_free(struct events *e);

/* One event of the engine; called with no lock held. */
void events_publish(struct app *app, const struct sync_event *e);

/* A run begins (nothing when one is under way): `progress` waits for its end, the lines of the last one go. */
void events_run_begin(struct app *app);

/* It is over, or never came to be. */
void events_run_end(struct app *app);

/* Adds what was told of the present or last run, a line per list that ended and one for all. */
int events_last_run(struct app *app, struct buf *out);

/* Adds why a login is needed, and for which site; nothing when none is. */
int events_login(struct app *app, struct buf *out);

#endif
