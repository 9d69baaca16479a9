#ifndef HTML_EDIT_H
#define HTML_EDIT_H

#include <stdbool.h>

#include "base/attr.h"
#include "html_lines.h"
#include "html_tree.h"

/*
 * Changes of single lines in a tree. After one of them html_lines still tells the
 * other units, because each owns other nodes; elements that an edit emptied go
 * in html_edit_finish().
 */
struct html_edit {
	struct html_tree *tree;   /* foreign */
	struct html_lines *lines; /* foreign; as the tree was read */
	struct html_unit last;    /* of the line behind which the next one goes; parent NULL: at the top */
	bool distance;            /* the next line stands in a paragraph of its own */
};

/* Whether the line can take the text in place: the same bullet, as many cells. */
bool html_edit_fits(const struct html_edit *e, const struct html_line *line, const char *text);

/* 0, -ENOMEM. */
MUST_CHECK int html_edit_set(struct html_edit *e, const struct html_line *line, const char *text);
void html_edit_drop(struct html_edit *e, const struct html_line *line);
MUST_CHECK int html_edit_insert(struct html_edit *e, const char *text);

/* The line stays; new ones go behind it. */
void html_edit_pass(struct html_edit *e, const struct html_line *line);

/* Whether an empty line behind the last one is the distance to the next paragraph. */
bool html_edit_has_distance(const struct html_edit *e);

void html_edit_finish(struct html_edit *e);

/* Adds the text as it stands in a text node: blanks that HTML would fold are no-break spaces.
 * at_start and at_end: whether a line begins and ends with it. */
void html_edit_encode(struct buf *out, const char *s, bool at_start, bool at_end);

#endif
