#include "base64.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { GROUPS = 4096 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int64_t base64_size(int64_t n)
{
	return (n + 2) / 3 * 4;
}

/* n bytes, 1 to 3, become four characters. */
static void encode_group(const unsigned char *in, size_t n, char out[4])
{
	unsigned v = (unsigned) in[0] << 16 | (n > 1 ? (unsigned) in[1] << 8 : 0) | (n > 2 ? in[2] : 0);

	out[0] = alphabet[v >> 18];
	out[1] = alphabet[v >> 12 & 63];
	out[2] = n > 1 ? alphabet[v >> 6 & 63] : '=';
	out[3] = n > 2 ? alphabet[v & 63] : '=';
}

static size_t encode(const unsigned char *in, size_t n, char *out)
{
	size_t len = 0;

	for (; n >= 3; n -= 3, in += 3, len += 4)
		encode_group(in, 3, out + len);
	if (n)
		encode_group(in, n, out + len);
	return n ? len + 4 : len;
}

void base64_add(const void *p, size_t n, struct buf *out)
{
	const unsigned char *in = p;
	char group[4];

	for (size_t k; n; n -= k, in += k) {
		k = n < 3 ? n : 3;
		encode_group(in, k, group);
		buf_add(out, group, sizeof(group));
	}
}

static int read_all(int fd, unsigned char *p, size_t n, int64_t at)
{
	while (n) {
		ssize_t got = pread(fd, p, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		p += got;
		at += got;
		n -= (size_t) got;
	}
	return 0;
}

/* One portion of base64_read(); at lies within the text. */
static ssize_t read_some(int fd, int64_t size, int64_t at, char *p, size_t n)
{
	unsigned char in[3 * GROUPS];
	char out[4 * GROUPS];
	int64_t from = at / 4 * 3;
	size_t skip = (size_t) (at % 4), want = sizeof(in), len;
	int r;

	/* No more than is asked for, in whole groups. */
	if ((skip + n + 3) / 4 * 3 < want)
		want = (skip + n + 3) / 4 * 3;
	if (size - from < (int64_t) want)
		want = (size_t) (size - from);
	r = read_all(fd, in, want, from);
	if (r < 0)
		return r;
	len = encode(in, want, out) - skip;
	if (len > n)
		len = n;
	memcpy(p, out + skip, len);
	return (ssize_t) len;
}

ssize_t base64_read(int fd, int64_t size, int64_t at, char *p, size_t n)
{
	int64_t end = base64_size(size);
	size_t done = 0;

	while (done < n && at + (int64_t) done < end) {
		ssize_t got = read_some(fd, size, at + (int64_t) done, p + done, n - done);

		if (got < 0)
			return got;
		done += (size_t) got;
	}
	return (ssize_t) done;
}
