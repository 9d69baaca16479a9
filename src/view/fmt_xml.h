#ifndef FMT_XML_H
#define FMT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * The little XML that stands in values of fields: RecurrenceXML and TimeZoneXML
 * ([MS-OUTSPS] 2.2.4.4, 2.2.4.7), AttachProps (2.2.4.1). Elements, attributes,
 * texts and the five entities; no declarations of types, and nothing that is
 * longer or deeper than these grammars can be.
 */
enum { XML_MAX_NAME = 32, XML_MAX_VALUE = 64, XML_MAX_TEXT = 1024, XML_MAX_ATTRS = 16, XML_MAX_DEPTH = 8 };

struct xml_attr {
	char name[XML_MAX_NAME];
	char value[XML_MAX_VALUE];
};

struct xml {
	const char *s; /* foreign; what was not read yet */
	char open[XML_MAX_DEPTH][XML_MAX_NAME]; /* without prefixes */
	size_t depth;
	struct xml_attr attr[XML_MAX_ATTRS]; /* of the element that was opened */
	size_t n_attr;
	char text[XML_MAX_TEXT]; /* of XML_TEXT */
	bool empty; /* "<a/>": its end comes next */
};

enum xml_event {
	XML_EOF,
	XML_OPEN,  /* the innermost of `open` began */
	XML_TEXT,  /* in the innermost; white space alone is none */
	XML_CLOSE, /* the innermost ended; it is `open[depth]` now */
};

/* Begins with a text, which must outlive x. */
void fmt_xml_begin(struct xml *x, const char *text);

/* An enum xml_event, or -EINVAL: this is not the little XML. */
MUST_CHECK int fmt_xml_next(struct xml *x);

/* Whether an event is about an element of this name: the innermost, or the one that ended. */
bool fmt_xml_is(const struct xml *x, enum xml_event e, const char *name);

/* An attribute of the element that was opened; NULL for none. */
const char *fmt_xml_attr(const struct xml *x, const char *name);

#endif
