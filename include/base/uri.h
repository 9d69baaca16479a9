#ifndef BASE_URI_H
#define BASE_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf;

/* An http or https URL in parts (RFC 3986), percent-decoded path. All owned. */
struct uri {
	char *scheme; /* "http" or "https", lower case */
	char *host;   /* lower case, IPv6 in brackets */
	int port;     /* the scheme's when none was given */
	char *path;   /* begins with '/', decoded once; no query, no fragment */
	char *query;  /* after '?', raw; NULL when none */
};

/* 0, -EINVAL: not an absolute http(s) URL, has credentials in it, or decodes to
 * something with NUL or invalid UTF-8; -ENOMEM. ret is set only on success. */
MUST_CHECK int uri_parse(const char *s, struct uri *ret);
void uri_release(struct uri *u);

/* Same scheme, host and port. */
bool uri_same_origin(const struct uri *a, const struct uri *b);

/*
 * Where a reference on the page `base` leads (RFC 3986 5.2): absolute, "//host/x", "/x", "?x", "x". Not
 * checked, and dots in paths stay. NULL: out of memory.
 */
char *uri_resolve(const char *base, const char *ref);

/* Adds `path` percent-encoded; '/' stays. */
void uri_encode_path(struct buf *out, const char *path);

/* Adds scheme://host[:port] without a slash at the end; the port only when it is not the scheme's. */
void uri_origin(const struct uri *u, struct buf *out);

/* Decodes %XX in place once; false: a broken escape, a NUL or invalid UTF-8. */
bool uri_decode(char *s);

#endif
