#ifndef SYNC_PAGE_H
#define SYNC_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "remote/remote.h"
#include "store/store.h"
#include "numbers.h"

/*
 * One answer of a pull, kept aside until it is known to be whole: rows in the
 * stage, all else here.
 */
struct page_id {
	enum remote_id_change kind;
	int64_t id;
};

struct page {
	struct store *st;       /* foreign */
	struct remote_page end; /* owned; what stood around the rows */
	struct list info;       /* owned */
	bool has_info;
	struct page_id *ids;    /* owned */
	size_t n_ids, cap_ids;
	struct numbers rows;    /* ids of the rows, of an answer with a token only; sorted by page_ask() */
	struct numbers present; /* with end.complete: all that there is; sorted */
	bool want_rows;
	int64_t staged;         /* number of the last row in the stage */
	int64_t from;           /* rows above this one are the answer's */
	int error;              /* -errno of our side, 0 */
};

void page_release(struct page *p);
static inline void page_release_p(struct page *p)
{
	page_release(p);
}

/* Empties the stage. 0 or -errno. */
MUST_CHECK int page_clear(struct page *p);

/*
 * Asks, and collects the answer into p (whatever it held is dropped; rows are added to the stage).
 * A failure of our side is REMOTE_LIST_BAD with f->err.
 */
enum remote_result page_ask(struct page *p, struct remote *r, const struct remote_pull *q, const atomic_int *cancel,
			    struct remote_fault *f);

/* Whether the description has other columns than the stored one: 1, 0, -ENOMEM. */
MUST_CHECK int page_has_other_schema(const struct page *p, const struct list *stored);

/* dst (initialised) becomes a copy of src. 0 or -ENOMEM. */
MUST_CHECK int page_copy_list(struct list *dst, const struct list *src);

#endif
