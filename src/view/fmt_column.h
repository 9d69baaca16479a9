#ifndef FMT_COLUMN_H
#define FMT_COLUMN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/list.h"
#include "model/values.h"
#include "view/text.h"

struct buf;

/*
 * Columns as the formats name them: a field of the list's schema or, where the
 * list has none of that name, an entry of the property bag (MS-OUTSPS_R114, R118).
 */
struct fmt_column {
	const struct field *field; /* the schema's, or &own */
	struct field own;
	char key[80];              /* in struct values */
};

/* What a bag entry is; a field of the schema says so itself. */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_NOTE,
	COLUMN_DATE,   /* DateOnly */
	COLUMN_TIME,
	COLUMN_URL,
};

/* ret must not be copied. */
void column_find(const struct list *l, const char *name, enum column_kind kind, struct fmt_column *ret);

/* The wire value; NULL for none. */
const char *column_get(const struct list *l, const struct values *v, const char *name);

/* Adds the value for people, as a content line can hold it; nothing for none. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int column_show(const struct list *l, const struct values *v, const char *name, enum column_kind kind,
			   struct buf *out);

/* ---- what a file changes ---------------------------------------------------------- */

struct fmt_edit {
	const struct list *list;
	const struct view_known *known;
	const struct values *base; /* what the writer saw */
	struct values *out;        /* gets what changes */
	bool whole;                /* gets what did not change too: an item that has to stand for itself */
	struct err *err;
};

/*
 * The file says that the column is `text` for people (NULL or "": nothing). A text that means what the base means
 * changes nothing. line: for messages, 0: none. 0, -EINVAL with err, -ENOMEM.
 */
MUST_CHECK int edit_text(const struct fmt_edit *e, const char *name, enum column_kind kind, const char *text,
			 size_t line);

/* The same with a wire value ("" clears). */
MUST_CHECK int edit_wire(const struct fmt_edit *e, const char *name, const char *wire);

/* A new item has a title: the text's, else the one of its file's name. 0, -ENOMEM. */
MUST_CHECK int edit_title(const struct fmt_edit *e, const char *otherwise);

/* The column stays as it is: for an item that stands for itself the base's value. */
MUST_CHECK int edit_keep(const struct fmt_edit *e, const char *name);

#endif
