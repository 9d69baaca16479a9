#ifndef DEMO_XML_H
#define DEMO_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * XML as a plain tree: requests, CAML, field definitions. Names are local
 * names, the namespace stands beside them, so that no caller can depend on
 * somebody's choice of prefixes. Comments and processing instructions are not
 * in the tree; character data of an element is one string, white space kept.
 */
struct xml_attr {
	char *name;  /* owned */
	char *value; /* owned */
};

struct xml {
	char *name;            /* owned */
	char *ns;              /* owned; "" for none */
	char *text;            /* owned; "" for none */
	struct xml_attr *attr; /* owned */
	size_t n_attr;
	struct xml *first; /* owned: the first child */
	struct xml *next;  /* owned by the parent */
};

/*
 * Parses a whole document. A DOCTYPE is refused: nobody needs one here, and
 * entities are how small requests become big ones. At most XML_DEPTH elements
 * inside each other.
 *
 * 0, -EINVAL (not well-formed, has a DOCTYPE, too deep), -ENOMEM.
 */
#define XML_DEPTH 200
MUST_CHECK int xml_parse(const char *p, size_t n, struct xml **ret);

/* An element without namespace, attributes or content; NULL: out of memory. */
struct xml *xml_new(const char *name);
struct xml *xml_free(struct xml *x);
DEFINE_CLEANUP(struct xml *, xml_free);

/* The attribute's value or NULL. */
const char *xml_attr(const struct xml *x, const char *name);

/* Sets or adds. 0 or -ENOMEM. */
MUST_CHECK int xml_set_attr(struct xml *x, const char *name, const char *value);

/* Removes it when it is there. */
void xml_drop_attr(struct xml *x, const char *name);

/* Appends at the end; the parent owns it now. */
void xml_append(struct xml *parent, struct xml *child);

/* Takes a child out and frees it. */
void xml_remove(struct xml *parent, struct xml *child);

/* The first child of that name, or NULL; x may be NULL. */
const struct xml *xml_child(const struct xml *x, const char *name);

/* The first child with any name, or NULL; x may be NULL. */
const struct xml *xml_first(const struct xml *x);

/* The text without white space around it, into memory of the caller; NULL: out of memory. */
char *xml_trimmed(const struct xml *x);

/* The length in characters, not bytes: what MaxLength and the like count. */
int64_t xml_characters(const char *s);

/* "TRUE" in any case, white space around it allowed. NULL is false. */
bool xml_is_true(const char *s);

/* Adds the element with its content, without namespace declarations. */
void xml_write(struct buf *out, const struct xml *x);

/* The same with declarations where an element's namespace is not its parent's; ns: that of what is around.
 * Namespaces of attributes are not kept. */
void xml_write_doc(struct buf *out, const struct xml *x, const char *ns);

/* Adds the text escaped for content, or for an attribute in either quotes. Characters that
 * XML cannot hold become U+FFFD, as no parser would take them. */
void xml_text(struct buf *out, const char *s);
void xml_value(struct buf *out, const char *s);

/* Adds the text as part of a name: what is no letter, digit, or in `plain`, becomes _xHHHH_, as SharePoint
 * writes it. */
void xml_name(struct buf *out, const char *s, const char *plain);

/* Adds name="value" after a space; a NULL value adds nothing. */
void xml_put(struct buf *out, const char *name, const char *value);

#endif
