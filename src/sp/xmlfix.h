#ifndef SP_XMLFIX_H
#define SP_XMLFIX_H

#include <stddef.h>

#include "base/attr.h"

struct buf;

/*
 * Takes out of an XML document what XML 1.0 (2.2) cannot hold and servers send all the
 * same, because users paste it: control characters, as bytes or as references
 * ("&#11;"), and references to halves of surrogate pairs. Used on an answer that did
 * not parse; a reference inside CDATA is taken out too.
 */
struct xmlfix {
	char ref[16]; /* "&..." that may become a reference */
	size_t len;
};

#define XMLFIX_INIT { 0 }

/* Adds what is left of p to out. 0, -EFBIG (out's ceiling), -ENOMEM. */
MUST_CHECK int xmlfix_feed(struct xmlfix *f, const char *p, size_t n, struct buf *out);

/* Adds what was held back. */
MUST_CHECK int xmlfix_end(struct xmlfix *f, struct buf *out);

#endif
