#ifndef APP_WORDS_H
#define APP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;
struct sync_list_status;

/* The little language of the control file `sync`, and the engine's states in words; pure. */
enum words_verb { WORDS_ALL, WORDS_SEND, WORDS_RECEIVE, WORDS_RETRY, WORDS_IDLE };

struct words_order {
	enum words_verb verb;
	char *list; /* owned; of a list or a group; NULL: none named */
	bool quoted; /* it stood in quotes: a list's name, whatever it is */
};

void words_order_release(struct words_order *o);
static inline void words_order_release_p(struct words_order *o)
{
	words_order_release(o);
}

/*
 * One line: nothing or `all`, `send`, `receive`, `retry`, `idle`; else a list's or group's name, with blanks as they
 * are. In "quotes" it is always a list, \ takes the next character as it is.
 * 0; -EINVAL: the quote does not end; -ENOMEM.
 */
MUST_CHECK int words_parse(const char *line, size_t n, struct words_order *ret);

/* "send" -> WORDS_SEND. -ENOENT. */
MUST_CHECK int words_verb(const char *word, enum words_verb *ret);

/* `receive "Team Tasks" 310/500`, `queued "Links"`, `idle`. */
int words_step(struct buf *out, const struct sync_list_status *l);

/* "idle", "failed" (idle, and the last sync failed), "queued", "receiving", "sending": for tables and programs. */
const char *words_state(const struct sync_list_status *l);

/* `Tasks: 12 received, 1 sent (0.8 s)`, with what went wrong. */
int words_done(struct buf *out, const struct sync_list_status *l, int64_t received, int64_t sent, int64_t conflicts,
	       int64_t ms);

#endif
