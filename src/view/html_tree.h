#ifndef HTML_TREE_H
#define HTML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

/* How an element takes part in the text. */
enum html_role {
	HTML_INLINE,
	HTML_LINK,    /* a */
	HTML_IMAGE,
	HTML_SKIPPED, /* script, style: kept, not shown */
	HTML_BREAK,   /* br, and a newline in pre: ends a line */
	/* From here on: what stands in lines of its own. */
	HTML_RULE,
	HTML_BLOCK,
	HTML_PARAGRAPH,
	HTML_LISTING, /* ul, ol */
	HTML_ITEM,    /* li */
	HTML_ROW,
	HTML_CELL,
};

enum html_kind { HTML_ELEMENT, HTML_TEXT, HTML_COMMENT };

struct html_attr {
	struct html_attr *next;
	const char *name;
	const char *value; /* NULL: without one */
};

/* Nodes and their strings belong to the tree. */
struct html_node {
	struct html_node *parent, *prev, *next, *first, *last;
	struct html_attr *attrs;
	const char *name; /* element; "" for the newline of a pre */
	const char *text; /* text or comment */
	enum html_kind kind;
	enum html_role role;
	bool breaks; /* element that holds a line end: its content is more than a part of one line */
	bool pre;    /* white space counts */
	bool edited; /* lost something to an edit */
};

struct html_chunk;

struct html_tree {
	struct html_node *root; /* a block; what html and body hold */
	struct html_node *at;   /* the open element while the tree is built */
	struct html_chunk *chunks; /* owned: the memory of nodes and strings */
	struct buf text; /* that has come since the last tag: the parser hands it out in pieces */
	int depth;
	int error; /* sticky: 0, -ENOMEM, -E2BIG */
};

#define HTML_TREE_INIT { .text = BUF_INIT(1 << 30) }

void html_tree_release(struct html_tree *t);
static inline void html_tree_release_p(struct html_tree *t)
{
	html_tree_release(t);
}

/* ---- building, in document order; errors stick in t->error ------------------------- */

void html_tree_begin(struct html_tree *t);

/* attrs: name, value, name, value, ..., NULL; or NULL. */
void html_tree_start(struct html_tree *t, const char *name, const char *const *attrs);
void html_tree_end(struct html_tree *t, const char *name);
void html_tree_text(struct html_tree *t, const char *s, size_t n);
void html_tree_comment(struct html_tree *t, const char *s);
void html_tree_finish(struct html_tree *t);

/* ---- editing ------------------------------------------------------------------------ */

/* Fresh nodes without a place; NULL: out of memory (t->error). */
struct html_node *html_node_element(struct html_tree *t, const char *name);
struct html_node *html_node_text(struct html_tree *t, const char *s);

/* Puts n, which has no place, behind `after` or, when that is NULL, first below parent. */
void html_node_insert(struct html_node *n, struct html_node *parent, struct html_node *after);
void html_node_remove(struct html_node *n);

static inline bool html_is_block(const struct html_node *n)
{
	return n->kind == HTML_ELEMENT && n->role >= HTML_RULE;
}

/* The attribute's value, or NULL. */
const char *html_node_attr(const struct html_node *n, const char *name);

/* Adds s as it stands between tags. */
void html_text_escape(struct buf *out, const char *s);

/* Adds the tree as HTML. */
void html_tree_write(const struct html_tree *t, struct buf *out);

#endif
