#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Content lines, the grammar that iCalendar (RFC 5545, 3.1) and vCard (RFC 2426)
 * share:
 *
 *	[group.]NAME;PARAM=a,"b":value		folded by LF and a blank
 *
 * A text is read into a flat array of lines and the components (BEGIN to END)
 * that they stand in. Each line is kept twice: as it stands, so that one of
 * which we know nothing goes out as it came in, and cut into its parts.
 */
struct line_param {
	const char *name;  /* as written; compare without case */
	const char *value; /* without quotation marks; several are joined by ',' */
};

struct line {
	const char *raw;   /* unfolded, else as it stands */
	const char *group; /* "" for none */
	const char *name;  /* upper case */
	const char *value; /* as it stands, escapes and all */
	const struct line_param *param;
	size_t n_param;
	size_t number; /* in the text, from 1 */
	size_t comp;   /* index of the innermost component that it is in; of BEGIN and END: their own */
	bool seen;     /* somebody asked for it: the rest is what we know nothing of */
};

struct line_comp {
	const char *name; /* upper case */
	size_t parent;    /* its own index: it is in no other */
	size_t first;     /* index of its BEGIN */
	size_t end;       /* behind its END */
};

struct lines {
	struct line *l; /* owned */
	size_t n;
	size_t cap;
	struct line_comp *c; /* owned */
	size_t n_c;
	size_t cap_c;
	struct line_param *p; /* owned; of all lines */
	size_t n_p;
	size_t cap_p;
	struct buf raw; /* owned; each line ends with NUL */
	struct buf cut; /* owned; the same bytes, with a NUL behind each part */
};

enum {
	LINE_MAX_TEXT = 16 << 20, /* bytes */
	LINE_MAX_LINES = 200000,
	LINE_MAX_PARAMS = 64,     /* of a line */
	LINE_MAX_DEPTH = 8,       /* of components */
};

#define LINES_INIT { .raw = BUF_INIT(LINE_MAX_TEXT * 2), .cut = BUF_INIT(LINE_MAX_TEXT * 2) }

/* Reads a text into ret, which is initialised. 0, -EINVAL with err ("line 3: ..."), -EFBIG with err, -ENOMEM. */
MUST_CHECK int lines_read(const char *text, size_t n, struct lines *ret, struct err *err);
void lines_release(struct lines *l);
static inline void lines_release_p(struct lines *l)
{
	lines_release(l);
}

/* The next line of this name in component `comp` (not in those in it) behind `after`; NULL after: the
 * first. Marks it as seen. NULL: there is none. */
const struct line *lines_find(const struct lines *l, size_t comp, const char *name, const struct line *after);

/* The same, without marking it. */
const struct line *lines_next(const struct lines *l, size_t comp, const char *name, const struct line *after);

/* Marks a line as seen, or as one of which nothing is known after all. */
void line_mark(const struct line *l, bool seen);

/* The first line of this name, of which there should be no other: all are seen. */
const struct line *lines_only(const struct lines *l, size_t comp, const char *name);

/* The next component of this name (NULL: any) in `parent` with an index above `after`; parent as `after`: begin with
 * the first. l->n_c: there is none. */
size_t lines_child(const struct lines *l, size_t parent, const char *name, size_t after);

/* A parameter's value, "" for none. */
const char *line_param(const struct line *l, const char *name);

/* Whether a parameter of that name has the value, alone or among others. Case is ignored. */
bool line_param_has(const struct line *l, const char *name, const char *value);

/* ---- values --------------------------------------------------------------------- */

/* Adds what a TEXT value means. */
void line_unescape(const char *value, struct buf *out);

/* Adds the value's first part, of those that `separator` (';' or ',') divides, as what it means. Returns what
 * follows the separator, or NULL at the end. */
const char *line_part(const char *value, char separator, struct buf *out);

/* Adds a text as a TEXT value, or a part of one. What no line can hold is left out (CR) or a blank. */
void line_escape(const char *text, struct buf *out);

/* ---- writing -------------------------------------------------------------------- */

/* Adds an unfolded line and LF, folded at 75 bytes and never within a character (RFC 5545, 3.1). */
void line_fold(const char *line, struct buf *out);

/* Adds the line "head:value". */
void line_write(const char *head, const char *value, struct buf *out);

/* The same with a TEXT value. */
void line_text(const char *head, const char *text, struct buf *out);

#endif
