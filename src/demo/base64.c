#include "base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int) (at - digits) : -1;
}

static int flush(uint32_t group, int pads, struct buf *out)
{
	char bytes[3] = { (char) (group >> 16), (char) (group >> 8), (char) group };

	return buf_add(out, bytes, (size_t) (3 - pads));
}

int base64_decode(const char *s, struct buf *out)
{
	uint32_t group = 0;
	int n = 0, pads = 0, r = 0;

	for (; *s && r >= 0; s++) {
		int v = *s == '=' ? 0 : digit(*s);

		if (strchr(" \t\r\n", *s))
			continue;
		if (v < 0 || (pads && *s != '=') || (*s == '=' && n < 2))
			return -EINVAL;
		pads += *s == '=';
		group = group << 6 | (uint32_t) v;
		if (++n < 4)
			continue;
		r = flush(group, pads, out);
		n = 0;
		group = 0;
	}
	return r < 0 ? r : n ? -EINVAL : 0;
}
