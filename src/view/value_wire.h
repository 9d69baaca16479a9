#ifndef VALUE_WIRE_H
#define VALUE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/* Wire values that are made of parts, and what people write for references. */

/*
 * The next part of a wire value whose parts end at `separator` (two characters,
 * ";#", ",#" or ", ") and in which the first of them is doubled where it is text
 * ([MS-LISTSWS] 2.2.4.4). Adds it to out. Returns what follows the separator, or
 * NULL at the end.
 */
const char *wire_part(const char *s, const char *separator, struct buf *out);

/* Adds s with each c doubled. */
void wire_double(struct buf *out, const char *s, char c);

/* A looked-up item or a person: "7;#Contoso Ltd" on the wire. */
struct wire_ref {
	struct buf id;   /* digits; "" for none */
	struct buf text; /* with single ';' */
};

#define WIRE_REF_INIT(limit) { BUF_INIT(limit), BUF_INIT(limit) }

void wire_ref_release(struct wire_ref *r);

/* Reads the first of several (then ';' is doubled in texts), or the only one. Returns the rest; NULL at the end. */
const char *wire_ref_next(const char *s, bool several, struct wire_ref *ret);

/* Adds one as the next of several, or as the only one. */
void wire_ref_add(struct buf *out, bool several, const char *id, const char *text);

/* The first error of its buffers, or 0. */
MUST_CHECK int wire_ref_error(const struct wire_ref *r);

/* What people write: "text [id]", "text <key>", "\"text\" [id]". */
struct written_ref {
	struct buf text;
	struct buf id;  /* "" for none */
	struct buf key; /* "" for none */
};

#define WRITTEN_REF_INIT(limit) { BUF_INIT(limit), BUF_INIT(limit), BUF_INIT(limit) }

void written_ref_release(struct written_ref *r);

/* Reads the n bytes at s, with_key: "<key>" too. 0, -EINVAL with err, -ENOMEM. */
MUST_CHECK int written_ref_read(const char *s, size_t n, bool with_key, struct written_ref *ret, struct err *err);

#endif
