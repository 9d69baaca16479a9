#include "docs_path.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "soap.h"

bool docs_path_same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

bool docs_path_is_ours(const struct sp *sp, const char *path)
{
	size_t n = strlen(sp->web);

	return n == 0 || (strncasecmp(path, sp->web, n) == 0 && path[n] == '/');
}

/* curl and servers would resolve dots, so that the path would mean another one. */
static bool is_plain_part(const char *p, size_t n)
{
	if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char) p[i] < ' ' || p[i] == 0x7f)
			return false;
	return true;
}

static bool is_path(const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "/");

		if (!is_plain_part(path, n))
			return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

int docs_path_url(const struct sp *sp, const char *path, struct buf *out)
{
	if (!is_path(path) || !docs_path_is_ours(sp, path))
		return -EINVAL;
	buf_addf(out, "%s/", sp->origin);
	uri_encode_path(out, path);
	return buf_error(out);
}

void docs_path_plain(const char *origin, const char *path, struct buf *out)
{
	buf_addf(out, "%s/", origin);
	if (strpbrk(path, "%#?"))
		uri_encode_path(out, path);
	else
		buf_adds(out, path);
}

/* ---- what servers write -------------------------------------------------------- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char) tolower((unsigned char) c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XX" stands for; -1: it is none. %00 is left as it is. */
static int escaped(const char *s)
{
	int hi = *s == '%' ? hex(s[1]) : -1, lo = hi < 0 ? -1 : hex(s[2]);

	return lo < 0 || hi + lo == 0 ? -1 : hi * 16 + lo;
}

void docs_path_decode(const char *s, bool plus, struct buf *out)
{
	for (; *s; s++) {
		int c = escaped(s);

		if (c >= 0) {
			buf_addc(out, (char) c);
			s += 2;
		} else {
			buf_addc(out, plus && *s == '+' ? ' ' : *s);
		}
	}
}

/* What follows scheme and host; NULL: it is no absolute URL and no absolute path. */
static const char *after_host(const char *href)
{
	const char *mark = strstr(href, "://");

	if (*href == '/')
		return href;
	return mark ? strchr(mark + 3, '/') : NULL;
}

int docs_path_read(const char *href, struct buf *out)
{
	CLEANUP(str_free_p) char *copy = strdup(href);
	size_t had = out->len;
	const char *p;
	int r;

	if (!copy)
		return -ENOMEM;
	p = after_host(str_trim(copy));
	if (!p)
		return -EINVAL;
	docs_path_decode(p + strspn(p, "/"), false, out);
	r = buf_error(out);
	if (r < 0)
		return r;
	while (out->len > had && out->p[out->len - 1] == '/')
		out->p[--out->len] = '\0';
	return str_utf8_valid(buf_str(out) + had, out->len - had) ? 0 : -EINVAL;
}
