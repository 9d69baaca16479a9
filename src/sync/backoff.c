#include "backoff.h"

#include "base/fault.h"

/* A server that asks for days is not obeyed for longer than this: it may have mistaken a date. */
enum { RETRY_AFTER_MAX = 24 * 3600 };

static int64_t delay(int tries, uint32_t random)
{
	int64_t d = BACKOFF_FIRST_MS;

	for (int i = 1; i < tries && d < BACKOFF_LAST_MS; i++)
		d *= 2;
	if (d > BACKOFF_LAST_MS)
		d = BACKOFF_LAST_MS;
	d = d / 2 + (int64_t) (random % 1000) * d / 1000;
	if (d < BACKOFF_FIRST_MS)
		return BACKOFF_FIRST_MS;
	return d > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : d;
}

void backoff_failed(struct backoff *b, int64_t now, int retry_after, uint32_t random)
{
	if (b->tries < 1000)
		b->tries++;
	b->until = now + delay(b->tries, random);
	backoff_pause(b, now, retry_after, random);
	if (b->until < b->server_until)
		b->until = b->server_until;
}

void backoff_pause(struct backoff *b, int64_t now, int retry_after, uint32_t random)
{
	int64_t ms = (int64_t) (retry_after < RETRY_AFTER_MAX ? retry_after : RETRY_AFTER_MAX) * 1000;

	/* Up to a tenth later: all clients were told the same moment. */
	ms += (int64_t) (random % 1000) * ms / 10000;
	if (PLANTED("retry_after_ignored"))
		ms = 0;
	if (ms > RETRY_AFTER_MAX * 1000ll)
		ms = RETRY_AFTER_MAX * 1000ll;
	b->server_until = ms > 0 ? now + ms : 0;
}

void backoff_reset(struct backoff *b)
{
	*b = (struct backoff) { 0 };
}

int64_t backoff_gate(const struct backoff *b, bool bypass)
{
	return bypass || !b->tries ? b->server_until : b->until;
}
