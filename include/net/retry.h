#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdint.h>

/* The headers in which servers ask for patience, as sent; NULL when missing. */
struct net_hints {
	const char *retry_after;     /* seconds or a date, RFC 9110 10.2.3 */
	const char *ratelimit_reset; /* seconds */
	const char *health;          /* X-SharePointHealthScore, 0 (idle) to 10 (overloaded) */
};

/* The longest that a server may silence us, in seconds. */
#define NET_RETRY_MAX 3600

/*
 * Seconds to wait before the next request to that server; 0: it did not ask. The largest
 * of the three counts; from a health score of 6 on, 2 seconds for each point above 5.
 * What cannot be read counts as missing. `now`: seconds since 1970.
 */
int net_retry_seconds(const struct net_hints *h, int64_t now);

#endif
