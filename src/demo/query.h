#ifndef DEMO_QUERY_H
#define DEMO_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "caml.h"

struct call;
struct item;
struct list;
struct options;

/* Which items of a list, in which order, how many of them. */
struct query {
	struct call *c;
	const struct list *l;
	const struct options *o;
	struct caml *where; /* owned; NULL: all */
	struct caml_order order[CAML_ORDERS];
	size_t n_order;
	char *folder;   /* owned: where the scope begins, without a slash in front */
	uint64_t limit; /* 0: all */
	int64_t meeting; /* as in options, and never MEETING_NEXT */
};

/* The element Query of a request, or of a view. */
MUST_CHECK int query_begin(struct call *c, const struct list *l, const struct options *o, const struct xml *query,
			   struct query *ret);
void query_end(struct query *q);

static inline void query_end_p(struct query *q)
{
	query_end(q);
}

/* Is it in the scope, may the caller see it, does it pass the filter? */
bool query_takes(const struct query *q, const struct item *i);

/* Called for each item of a page, in order. < 0 ends. */
typedef int (*query_sink)(void *arg, const struct item *i);

/*
 * Runs it from the options' position on. next becomes the position of the
 * following page, "" when this was the last. 0; -EINVAL with the fault set:
 * the position is none, the query is over the list view threshold; -errno.
 */
MUST_CHECK int query_run(const struct query *q, query_sink sink, void *arg, struct buf *next);

/* rowLimit: 0 for none. 0 or -EINVAL with the fault set. */
MUST_CHECK int query_limit(struct call *c, uint64_t *ret);

#endif
