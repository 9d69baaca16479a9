#ifndef DEMO_DAVLOCK_H
#define DEMO_DAVLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * Locks on documents, RFC 4918 6: exclusive, for a time, lost when the server
 * ends. As in WSS 3.0 a lock keeps other people out, not other programs of its
 * owner ([MS-WDV] product note 22). Under the server's lock.
 */
struct davlock {
	int64_t list, item;
	int64_t person;
	int64_t seconds; /* how long, each time */
	int64_t until;   /* seconds since 1970 */
	char token[80];
	char *owner; /* XML of the client, serialised; owned */
};

struct davlocks {
	struct davlock *l; /* owned */
	size_t n, cap;
};

/* The lock in force on an item; NULL: none. Valid until the next change. */
struct davlock *davlock_find(struct davlocks *locks, int64_t list, int64_t item, int64_t now);

/* Takes a lock that nobody has; owner is copied. 0 or -errno. */
MUST_CHECK int davlock_take(struct davlocks *locks, const struct davlock *fresh, struct davlock **ret);

void davlock_drop(struct davlocks *locks, struct davlock *l);
void davlock_release(struct davlocks *locks);

#endif
