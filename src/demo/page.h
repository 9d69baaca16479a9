#ifndef DEMO_PAGE_H
#define DEMO_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "rows.h"

struct call;

/* An rs:data element in the making: its attributes are known only when its rows are written. */
struct page {
	struct call *c;   /* foreign */
	struct buf *out;  /* foreign: where c wrote before */
	struct rows rows;
	struct buf body;
	struct buf next; /* ListItemCollectionPositionNext */
	size_t n;
};

/* From here until page_end, c->out is the page's. 0 or -ENOMEM. */
MUST_CHECK int page_begin(struct call *c, const struct list *l, const struct options *o, const struct columns *cols,
			  struct page *ret);

/* A query_sink: arg is the page. */
int page_add(void *arg, const struct item *i);

/* Gives c->out back; when write is set, adds the element to it. 0 or -errno. */
MUST_CHECK int page_end(struct page *p, bool write);

/* Opens a listitems element with the namespaces of the format [MS-PRSTFR]; attributes may follow, then '>'. */
void page_open(struct call *c);

#endif
