#ifndef DEMO_ROWS_H
#define DEMO_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"

struct call;
struct columns;
struct field;
struct item;
struct list;
struct options;

/*
 * Writes z:row elements of one answer: the columns asked for in their order,
 * then those that every answer has, in the order of the product version
 * ([MS-LISTSWS] 2.2.4.7; an empty column is absent, R742001).
 */
struct rows {
	const struct call *c; /* foreign, like the rest */
	const struct list *l;
	const struct options *o;
	const struct columns *cols;
	const struct field **extra; /* owned: the columns of every answer */
	size_t n_extra;
	struct buf value; /* scratch */
};

/* 0 or -ENOMEM. */
MUST_CHECK int rows_begin(const struct call *c, const struct list *l, const struct options *o,
			  const struct columns *cols, struct rows *ret);

/* Adds one row to c->out; with the namespace declared in it when `alone`. 0 or -errno. */
MUST_CHECK int rows_write(struct rows *r, const struct item *i, bool alone);
void rows_end(struct rows *r);

static inline void rows_end_p(struct rows *r)
{
	rows_end(r);
}

/* The wire value of one column of an item into out; false: it is empty. */
bool rows_value(const struct call *c, const struct list *l, const struct options *o, const struct item *i,
		const struct field *f, struct buf *out);

#endif
