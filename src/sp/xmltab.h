#ifndef SP_XMLTAB_H
#define SP_XMLTAB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

/*
 * Reads an XML answer as a state machine written down as a table, while it arrives; the
 * memory does not grow with the answer.
 *
 * A rule says: inside state `from`, the child element {ns}name leads to state `to`. An
 * element without a rule is skipped with everything below it, so servers may add what
 * they like. The root must have a rule. The table ends with XML_RULES_END.
 *
 * `enter` is called at the start tag, when the attributes can be read, and `leave` at the
 * end tag, with the element's own text if the rule keeps it, else "". Both may be NULL.
 * An error they return ends the parse and becomes its result.
 *
 * An answer that turns out to be broken half-way has already been half reported: a sink
 * must fill a scratch result and let the caller drop it.
 */
#define XML_START 0

struct xml_rule {
	int from;
	const char *ns;
	const char *name;
	int to;
	bool text;        /* keep the text, up to XML_TEXT_MAX */
	const char *need; /* an attribute that must be there, or NULL */
	const char *prefix; /* stands for ns in a mended answer that declares it nowhere; or NULL */
};

#define XML_RULE(f, n, e, t) { .from = (f), .ns = (n), .name = (e), .to = (t) }
#define XML_NEED(f, n, e, t, a) { .from = (f), .ns = (n), .name = (e), .to = (t), .need = (a) }
#define XML_TEXT(f, n, e, t) { .from = (f), .ns = (n), .name = (e), .to = (t), .text = true }
#define XML_RULES_END { .name = NULL }

#define XML_TEXT_MAX (1 << 20)

struct xml;

struct xml_sink {
	int (*enter)(void *ctx, int state, struct xml *x);
	int (*leave)(void *ctx, int state, const char *text);
};

/* ---- attributes, inside `enter` only ----------------------------------------- */

struct xml_attr {
	const char *name; /* one pointer for each name, as long as the parser lives */
	const char *raw;  /* len bytes; xml_attr_add() reads them */
	size_t len;
};

/* How many; those of a namespace (xsi:type) and repeated ones do not count. */
size_t xml_attr_count(const struct xml *x);
struct xml_attr xml_attr_at(const struct xml *x, size_t i);

/* Adds the value. 0, -EFBIG, -ENOMEM of out. */
int xml_attr_add(const struct xml_attr *a, struct buf *out);

/* The value of the attribute of that name, or NULL; valid until the next call with this parser. */
const char *xml_attr(struct xml *x, const char *name);

/* ---- a parse -------------------------------------------------------------------- */

/*
 * `mend`: a second try on an answer that was not well-formed. Then control characters
 * are dropped, of a repeated attribute the first stands, and a rule's prefix needs no
 * declaration; any other error is one still.
 * rules, sink and ctx are foreign. 0 or -ENOMEM.
 */
MUST_CHECK int xml_new(const struct xml_rule *rules, const struct xml_sink *sink, void *ctx, bool mend,
		       struct xml **ret);
struct xml *xml_free(struct xml *x);
DEFINE_CLEANUP(struct xml *, xml_free);

/*
 * Portions of the document, then its end. 0 or:
 * -EILSEQ   not well-formed, or cut off: another try with `mend` may help
 * -EBADMSG  refused: a document type, another encoding, too deep, a root or a required
 *           attribute that is missing
 * -EFBIG    beyond a ceiling (xmlscan.h, XML_TEXT_MAX)
 * -ENOMEM; what the sink returned. After an error each call returns the same one.
 */
MUST_CHECK int xml_feed(struct xml *x, const char *p, size_t n, struct err *err);
MUST_CHECK int xml_end(struct xml *x, struct err *err);

/* Once, before the first parser and while no other thread runs one: libxml2's own set-up,
 * and no entity is ever loaded. */
void xml_setup(void);

#endif
