#ifndef HTML_LINES_H
#define HTML_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "html_tree.h"

/*
 * A tree as lines of text. The smallest thing that an edit replaces is a unit: a
 * run of inline nodes between the borders of elements that hold line ends, and
 * those ends. Most lines are one unit; a row of a table has one for each cell.
 */
enum html_join {
	HTML_NEW_LINE, /* begins a line */
	HTML_TAB,      /* a cell behind another */
	HTML_GLUE,     /* goes on where the unit before ended: "a <b>b<br>c</b>" */
};

struct html_unit {
	struct html_node *parent;      /* of the run */
	struct html_node *first, *last; /* of the run; NULL: it is empty */
	struct html_node *end;         /* the break that ends it, or NULL */
	char *text;                    /* owned; without the bullet */
	int level;                     /* of the list whose bullet is in front: 1, 2, ...; 0: none */
	enum html_join join;           /* to the unit before */
	bool blank;                    /* GLUE: with a blank between */
};

struct html_line {
	size_t unit;    /* its first */
	size_t n_units; /* 0: the distance between two paragraphs */
	char *text;     /* owned; as people see it, without blanks at the end */
};

struct html_lines {
	struct html_unit *u; /* owned */
	size_t n_units, cap_units;
	struct html_line *l; /* owned */
	size_t n, cap;
};

#define HTML_LINES_INIT { 0 }

void html_lines_release(struct html_lines *l);
static inline void html_lines_release_p(struct html_lines *l)
{
	html_lines_release(l);
}

/* Reads the tree into ret, which is initialised. 0, -ENOMEM. */
MUST_CHECK int html_lines_read(const struct html_tree *t, struct html_lines *ret);

/*
 * Adds what inline nodes read as: from `first` to `last` (NULL: none), then the
 * text `middle`, then from `third` to `fourth`. White space is folded over all of it.
 */
MUST_CHECK int html_run_text(const struct html_node *first, const struct html_node *last, const char *middle,
			     const struct html_node *third, const struct html_node *fourth, struct buf *out);

/* The bullet of a list's level, "* " with two blanks for each level above, and back:
 * the level of the bullet that s begins with, 0 for none, and its length. */
void html_bullet_add(int level, struct buf *out);
int html_bullet_level(const char *s, size_t *ret_len);

#endif
