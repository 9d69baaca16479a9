#ifndef VIEW_VIEWS_H
#define VIEW_VIEWS_H

#include "base/attr.h"
#include "model/item.h"
#include "model/list.h"

struct buf;

/*
 * A whole list as one text, for programs that read tables (presentation 6.1):
 *
 *	VIEW_CSV    RFC 4180 with LF; the first line has the display names
 *	VIEW_TSV    a line for each item, \t \n \\ escaped; the first line likewise
 *	VIEW_JSONL  an object for each item, internal names, values by type
 *	VIEW_REC    GNU recutils, without empty fields
 *
 * Rows are added one by one, so that whoever writes a big list may take the text
 * away in between. Values are those of view_text_value(), in JSON Lines typed.
 */
enum view_table {
	VIEW_CSV,
	VIEW_TSV,
	VIEW_JSONL,
	VIEW_REC,
	VIEW_TABLE_COUNT
};

/* "list.csv" ... */
const char *view_table_file(enum view_table t);

/* The columns of a list in one form. Immutable; the list must outlive it. */
struct view_rows;

/* 0, -ENOMEM. */
MUST_CHECK int view_rows_new(const struct list *l, enum view_table t, struct view_rows **ret);
struct view_rows *view_rows_free(struct view_rows *v);
DEFINE_CLEANUP(struct view_rows *, view_rows_free);

/* Adds what stands before the first row. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int view_rows_head(const struct view_rows *v, struct buf *out);

/* Adds an item; file: the name of its file. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int view_rows_add(const struct view_rows *v, const struct item *i, const char *file, struct buf *out);

#endif
