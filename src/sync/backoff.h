#ifndef SYNC_BACKOFF_H
#define SYNC_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When to try again by itself, after failures; pure. Times are monotonic
 * milliseconds. The delay doubles from 5 s to 5 min and is spread over half to one
 * and a half of itself, so that clients that lost a server together do not come
 * back together. What the server itself asked for (Retry-After) is kept apart,
 * because nobody may bypass it.
 */
enum { BACKOFF_FIRST_MS = 5000, BACKOFF_LAST_MS = 300000 };

struct backoff {
	int tries;            /* failures in a row; 0: all is well */
	int64_t until;        /* not before, by itself */
	int64_t server_until; /* not before, whoever asks; 0: the server did not say */
};

/* Another failure. retry_after: the server's wish in seconds, 0 none. random: any number. */
void backoff_failed(struct backoff *b, int64_t now, int retry_after, uint32_t random);

/* It worked. */
void backoff_reset(struct backoff *b);

/* It worked, but the server is busy and asks for a pause of so many seconds; 0: it does not. */
void backoff_pause(struct backoff *b, int64_t now, int retry_after, uint32_t random);

/* The earliest time of a try: bypass is for those whom a person asked. 0: at once. */
int64_t backoff_gate(const struct backoff *b, bool bypass);

#endif
