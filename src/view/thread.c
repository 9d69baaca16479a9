#include "thread.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/guid.h"
#include "base/str.h"

/* From 1601, where FILETIME begins, to 1970, in its units of 100 ns. */
#define EPOCH_TICKS INT64_C(116444736000000000)

enum { TIME_DIGITS = 12, TICK_BITS = 18, LATE_BITS = 23 };

#define DELTA_MAX INT64_C(0x7fffffff)

const char *thread_index_of(const struct item *i)
{
	const char *s = values_get(&i->values, "ThreadIndex");

	return s && s[0] == '0' && (s[1] | 0x20) == 'x' ? s + 2 : s;
}

/* The upper six bytes of the time, as the root's index begins with. */
static int64_t root_ticks(const char *digits)
{
	int64_t n = 0;

	for (int i = 0; i < TIME_DIGITS && isxdigit((unsigned char) digits[i]); i++) {
		int c = digits[i];

		n = n * 16 + (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return (int64_t) ((uint64_t) n << 16);
}

static int add_root(int64_t ticks, struct buf *out)
{
	char guid[GUID_SIZE];
	int r = guid_new(guid);

	if (r < 0)
		return r;
	buf_addf(out, "0x%012llX", (unsigned long long) ticks >> 16);
	for (const char *s = guid; *s; s++)
		if (isxdigit((unsigned char) *s))
			buf_addc(out, *s);
	return buf_error(out);
}

int thread_index_new(const char *above, int64_t now, unsigned number, struct buf *out)
{
	int64_t ticks = now / 100 + EPOCH_TICKS, since;
	bool late;

	if (!above)
		return add_root(ticks, out);
	since = ticks - root_ticks(above);
	if (since < 0)
		since = 0;
	late = since >> TICK_BITS > DELTA_MAX;
	since = since >> (late ? LATE_BITS : TICK_BITS) & DELTA_MAX;
	buf_addf(out, "0x%s%08llX%02X", above, (unsigned long long) since | (late ? 0x80000000ull : 0), number & 0xff);
	return buf_error(out);
}
