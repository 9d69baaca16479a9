#ifndef SP_XMLSCAN_H
#define SP_XMLSCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * Reads the bytes of an XML document in passing, before the parser sees them, and refuses
 * what would make it expensive or dangerous:
 *  - a document type declaration: SOAP forbids it ([SOAP1.1] 3), and it is where entities come from;
 *  - another encoding than UTF-8, behind which markup could hide from this scan;
 *  - a tag with more than 1,024 attributes (libxml2's time for them is quadratic), and a
 *    tag, comment or section of more than 10 MB.
 * It judges no well-formedness. Fed in any portions.
 */
#define XMLSCAN_ATTRS_MAX 1024
#define XMLSCAN_TAG_MAX 10000000

struct xmlscan {
	int state;
	size_t len;     /* bytes of the markup that is open */
	unsigned attrs; /* attributes of the tag that is open */
	char quote;     /* the quotation mark that ends the value that is open */
	unsigned run;   /* how much of the end mark has been seen */
	char head[192]; /* the first bytes of a declaration, NUL-terminated */
	size_t head_len;
};

#define XMLSCAN_INIT { 0 }

/* 0; -EBADMSG: refused for what it is; -EFBIG: beyond a ceiling; err says what. */
MUST_CHECK int xmlscan_feed(struct xmlscan *s, const char *p, size_t n, struct err *err);

/* Whether the document may end here: no markup is open. */
bool xmlscan_may_end(const struct xmlscan *s);

#endif
