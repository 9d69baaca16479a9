#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "config.h"
#include "places.h"

struct accounts;
struct app;
struct groups;

/* What one invocation of spfs works with: the profile it is about, and what it opened of it so far. */
struct session {
	struct places places;
	char *config_path;         /* owned; -o config=FILE, else places.config */
	struct config config;      /* valid once accounts are there; its sites have moved to them */
	struct accounts *accounts; /* owned; NULL: the configuration was not read yet */
	struct groups *groups;     /* owned; as accounts */
	int lock;                  /* -1: the profile's lock is not ours */
	struct app *app;           /* owned; what this process serves; NULL: nothing */
};

#define SESSION_INIT { .lock = -1 }

/* config: another file, NULL: the usual one. 0; -EINVAL with err. */
MUST_CHECK int session_open(struct session *s, const char *profile, const char *config, struct err *err);

/* Ends what is served, gives the lock back. */
void session_close(struct session *s);

/* Reads the configuration, once. 0; -EINVAL, -EACCES with err "FILE:LINE: ...". */
MUST_CHECK int session_configure(struct session *s, struct err *err);

/* Once more, after it was changed. As session_configure(). */
MUST_CHECK int session_configure_again(struct session *s, struct err *err);

/* Makes the directories and takes the profile's lock. -EWOULDBLOCK with err: who has it. */
MUST_CHECK int session_lock(struct session *s, struct err *err);

/* Asks for the passwords that only the user knows, of the sites that are registered. */
MUST_CHECK int session_ask(struct session *s, struct err *err);

/* For struct cli_env: serves the profile's socket from this process, without a mount. */
MUST_CHECK int session_serve(void *session, bool run, struct err *err);
char *session_socket_of(void *session, const char *dir);

#endif
