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

/* A run is about to be asked for: `progress` has no end before events_run_asked() has found out what came of it, nor
 * before that run is over. */
void events_run_ask(struct app *app);
void events_run_asked(struct app *app);

/* Adds what was told of the present or last run, a line per list that ended and one for all. */
int events_last_run(struct app *app, struct buf *out);

/* Adds why a login is needed, and for which site; nothing when none is. */
int events_login(struct app *app, struct buf *out);

#endif
