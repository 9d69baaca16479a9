#ifndef CLI_TALK_H
#define CLI_TALK_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;
struct cli_env;
struct ctl_client;

/* Requests to the profile's daemon. What fails is said on stderr, once, here. */
enum talk_need {
	TALK_MOUNTED, /* only a daemon can answer: without one CLI_NOT_MOUNTED */
	TALK_STORE,   /* without one this process answers from the store; nothing is synchronised */
	TALK_ENGINE,  /* the same, and lists are synchronised */
};

/* Makes sure that somebody listens. CLI_OK, or the exit code. */
MUST_CHECK int cli_talk_begin(const struct cli_env *env, enum talk_need need);

/* One request; its words end with NULL. 0 or a negative errno with err; says nothing. */
MUST_CHECK int cli_talk_try(const struct cli_env *env, struct buf *body, struct err *err, const char *const words[]);

/* The same, and says what failed. CLI_OK or the exit code. */
MUST_CHECK int cli_talk(const struct cli_env *env, struct buf *body, const char *const words[]);
#define TALK(env, body, ...) cli_talk((env), (body), (const char *const[]) { __VA_ARGS__, NULL })

/* The same of a request that only reads, over a connection that stays for the next one, which is to come soon: *line, NULL at
 * first, is closed with ctl_client_close(). */
MUST_CHECK int cli_talk_on(const struct cli_env *env, struct ctl_client **line, struct buf *body, const char *const words[]);
#define TALK_ON(env, line, body, ...) cli_talk_on((env), (line), (body), (const char *const[]) { __VA_ARGS__, NULL })

/*
 * Lines of a stream; fn as for ctl_client_stream. timeout_ms: after so long without one it counts as ended; -1: never.
 * CLI_OK at its end, else the exit code or fn's positive return.
 */
MUST_CHECK int cli_talk_stream(const struct cli_env *env, const char *stream, int timeout_ms,
			       int (*fn)(void *arg, const char *line), void *arg);

/* Says "spfs: text" for an errno of the daemon. The exit code for it. */
int cli_talk_failed(int r, const struct err *err);

/* "\nKEY: value\n" in the status text: fresh string, NULL: no such key. 0 or -ENOMEM. */
MUST_CHECK int cli_status_key(const char *status, const char *key, char **ret);

#endif
