#include "base/uri.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char) tolower((unsigned char) c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uri_decode(char *s)
{
	char *w = s;

	for (const char *r = s; *r; r++) {
		if (*r == '%') {
			int hi = hex(r[1]), lo = hi < 0 ? -1 : hex(r[2]);

			if (lo < 0 || (hi == 0 && lo == 0))
				return false;
			*w++ = (char) (hi * 16 + lo);
			r += 2;
		} else {
			*w++ = *r;
		}
	}
	*w = '\0';
	return str_utf8_valid(s, (size_t) (w - s));
}

void uri_encode_path(struct buf *out, const char *path)
{
	for (const char *s = path; *s; s++) {
		if (isalnum((unsigned char) *s) || strchr("/-._~!$'()*,;:@=+", *s))
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned char) *s);
	}
}

/* host[:port], host may be [v6]. */
static int parse_host(char *s, struct uri *u)
{
	char *end = *s == '[' ? strchr(s, ']') : NULL;
	char *colon = strchr(end ? end : s, ':');
	int64_t port = strcmp(u->scheme, "https") == 0 ? 443 : 80;

	if (*s == '[' && !end)
		return -EINVAL;
	if (colon) {
		*colon++ = '\0';
		if (*colon && (str_to_i64(colon, &port) < 0 || port < 1 || port > 65535))
			return -EINVAL;
	}
	if (!*s || strchr(s, '@') || strpbrk(s, " \t\r\n\"<>\\^`{}|"))
		return -EINVAL;
	for (char *p = s; *p; p++)
		*p = (char) tolower((unsigned char) *p);
	u->port = (int) port;
	return str_set(&u->host, s);
}

static int parse_rest(char *s, struct uri *u)
{
	char *end = strchr(s, '#');
	char *query;
	int r;

	if (end)
		*end = '\0';
	query = strchr(s, '?');
	if (query)
		*query++ = '\0';
	if (!uri_decode(s))
		return -EINVAL;
	r = str_set(&u->path, *s ? s : "/");
	return r < 0 ? r : str_set(&u->query, query);
}

static int parse(char *s, struct uri *u)
{
	size_t n = strcspn(s, ":");
	char *host, *rest;
	int r;

	if (strncmp(s + n, "://", 3) != 0)
		return -EINVAL;
	s[n] = '\0';
	if (!str_eq_nocase(s, "http") && !str_eq_nocase(s, "https"))
		return -EINVAL;
	r = str_set(&u->scheme, str_eq_nocase(s, "https") ? "https" : "http");
	host = s + n + 3;
	n = strcspn(host, "/?#");
	rest = strdup(host + n);
	host[n] = '\0';
	if (r == 0)
		r = rest ? parse_host(host, u) : -ENOMEM;
	if (r == 0)
		r = parse_rest(rest, u);
	free(rest);
	return r;
}

int uri_parse(const char *s, struct uri *ret)
{
	CLEANUP(str_free_p) char *copy = strdup(s);
	struct uri u = { 0 };
	int r = copy ? parse(copy, &u) : -ENOMEM;

	if (r < 0) {
		uri_release(&u);
		return r;
	}
	*ret = u;
	return 0;
}

void uri_release(struct uri *u)
{
	free(u->scheme);
	free(u->host);
	free(u->path);
	free(u->query);
	*u = (struct uri) { 0 };
}

bool uri_same_origin(const struct uri *a, const struct uri *b)
{
	return a->port == b->port && str_eq(a->scheme, b->scheme) && str_eq(a->host, b->host);
}

void uri_origin(const struct uri *u, struct buf *out)
{
	buf_addf(out, "%s://%s", u->scheme, u->host);
	if (u->port != (strcmp(u->scheme, "https") == 0 ? 443 : 80))
		buf_addf(out, ":%d", u->port);
}

/* Whether it begins with a scheme and a colon. */
static bool has_scheme(const char *ref)
{
	size_t n = strspn(ref, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n > 0 && ref[n] == ':';
}

/* How much of base stays in front of ref. */
static size_t kept(const char *base, const char *ref)
{
	const char *slashes = strstr(base, "://");
	const char *host = slashes ? slashes + 3 : base;
	const char *path = host + strcspn(host, "/?#");
	const char *end = path + strcspn(path, "?#");

	if (has_scheme(ref))
		return 0;
	if (ref[0] == '/' && ref[1] == '/')
		return slashes ? (size_t) (slashes + 1 - base) : 0;
	if (ref[0] == '/')
		return (size_t) (path - base);
	if (ref[0] != '?')
		while (end > path && end[-1] != '/')
			end--;
	return (size_t) (end - base);
}

char *uri_resolve(const char *base, const char *ref)
{
	size_t n = kept(base, ref);
	const char *slash = n && base[n - 1] != '/' && ref[0] != '/' && ref[0] != '?' ? "/" : "";

	return str_printf("%.*s%s%.*s", (int) n, base, slash, (int) strcspn(ref, "#"), ref);
}
