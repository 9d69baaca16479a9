#include "net/retry.h"

#include "base/clock.h"
#include "base/str.h"

enum { HEALTHY = 5, HEALTH_WORST = 10, SECONDS_PER_POINT = 2 };

static int64_t at_most(int64_t n, int64_t max)
{
	return n < 0 ? 0 : n > max ? max : n;
}

static int64_t number(const char *s)
{
	int64_t n;

	return s && str_to_i64(s, &n) == 0 ? n : 0;
}

static int64_t seconds_or_date(const char *s, int64_t now)
{
	int64_t when;

	if (s && clock_parse_http(s, &when) == 0)
		return when - now;
	return number(s);
}

int net_retry_seconds(const struct net_hints *h, int64_t now)
{
	int64_t after = at_most(seconds_or_date(h->retry_after, now), NET_RETRY_MAX);
	int64_t reset = at_most(number(h->ratelimit_reset), NET_RETRY_MAX);
	int64_t sick = at_most(number(h->health), HEALTH_WORST) - HEALTHY;
	int64_t wait = after > reset ? after : reset;

	sick = at_most(sick, HEALTH_WORST) * SECONDS_PER_POINT;
	return (int) (sick > wait ? sick : wait);
}
