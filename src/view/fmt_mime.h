#ifndef FMT_MIME_H
#define FMT_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * As much of a mail message as a post has: header fields (RFC 5322, RFC 6532,
 * encoded words of RFC 2047) and one text (RFC 2045) in UTF-8, US-ASCII or
 * ISO-8859-1, as it stands, quoted-printable or base64.
 */
struct mime_header {
	char *name;    /* owned; as written */
	char *value;   /* owned; unfolded, decoded, one blank for each run of blanks */
	size_t line;   /* where it begins, from 1 */
};

struct mime {
	struct mime_header *h; /* owned; n of cap; none: the text has no header, all of it is body */
	size_t n;
	size_t cap;
	struct buf body;  /* owned; UTF-8, with LF */
	size_t body_line; /* where it begins */
	bool html;        /* it is text/html, not text/plain */
};

enum { MIME_MAX = 16 << 20, MIME_MAX_HEADERS = 1000 };

#define MIME_INIT { .body = BUF_INIT(2 * MIME_MAX) }

/* Reads a message into ret, which is initialised. 0; -EINVAL with err: it is not text, or in parts or a coding that is
 * not read here; -EFBIG with err; -ENOMEM. */
MUST_CHECK int mime_read(const char *text, size_t n, struct mime *ret, struct err *err);
void mime_release(struct mime *m);
static inline void mime_release_p(struct mime *m)
{
	mime_release(m);
}

/* The first of that name (case ignored); NULL. */
const struct mime_header *mime_find(const struct mime *m, const char *name);

/* ---- fmt_mime_code.c: codings ------------------------------------------------------- */

/* Adds what the n bytes at s are. Characters that do not belong there are left out (RFC 2045, 6.7 and 6.8). */
void mime_unquote(const char *s, size_t n, bool header, struct buf *out);
void mime_unbase64(const char *s, size_t n, struct buf *out);

/* Adds the n bytes at s, which are in the charset, as UTF-8. 0, -EINVAL: it is not known. */
MUST_CHECK int mime_charset(const char *charset, const char *s, size_t n, struct buf *out);

/* Adds a header's value with its encoded words decoded; those that are wrong stay. */
void mime_words(const char *s, struct buf *out);

#endif
