#include "pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

void pack_str(struct buf *out, const char *s)
{
	buf_addc(out, s ? 1 : 0);
	if (s)
		buf_add(out, s, strlen(s) + 1);
}

void pack_num(struct buf *out, int64_t v)
{
	buf_addf(out, "%lld", (long long) v);
	buf_addc(out, '\0');
}

/* The next bytes up to a NUL, which is stepped over; "" with the error set when there is none. */
static const char *next_text(struct unpack *u)
{
	const char *s = u->p;
	const char *nul = u->error || s == u->end ? NULL : memchr(s, '\0', (size_t) (u->end - s));

	if (!nul) {
		u->error = u->error ? u->error : -EUCLEAN;
		return "";
	}
	u->p = nul + 1;
	return s;
}

void unpack_str(struct unpack *u, char **ret)
{
	const char *s = next_text(u);
	int r;

	/* For NULL the mark itself is the NUL. */
	if (!u->error && *s && *s != 1)
		u->error = -EUCLEAN;
	r = str_set(ret, u->error || !*s ? NULL : s + 1);
	u->error = u->error ? u->error : r;
}

int64_t unpack_num(struct unpack *u, int64_t low, int64_t high)
{
	const char *s = next_text(u);
	int64_t v = 0;

	if (!u->error && (str_to_i64(s, &v) < 0 || v < low || v > high)) {
		u->error = -EUCLEAN;
		return 0;
	}
	return v;
}

int unpack_end(const struct unpack *u)
{
	if (u->error)
		return u->error;
	return u->p == u->end ? 0 : -EUCLEAN;
}
