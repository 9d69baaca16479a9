#ifndef SYNC_PULLER_H
#define SYNC_PULLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "store/list.h"
#include "numbers.h"
#include "page.h"
#include "people.h"
#include "pull.h"
#include "txn.h"

struct map;

/* A pull in progress: pull.c asks, puller.c applies. */
struct puller {
	const struct pull *in;     /* foreign */
	struct pull_result *out;   /* foreign */
	struct store_list list;    /* owned; as it was when the round began */
	struct page page;          /* owned */
	bool anew;                 /* from the start */
	bool looked;               /* what was edited while it was read has been asked for */
	/* of the round: */
	char *token;               /* owned; of its first page */
	char *position;            /* owned; of the next page; NULL: the first */
	struct map *seen;          /* owned; positions */
	bool partial;              /* the server began to repeat itself: what is missing proves nothing */
	bool more;                 /* MoreChanges */
	bool paged;                /* it had more than one page */
	bool folders;              /* it brought folders */
	bool had_items;            /* the list had, when the pull began */
	int limit;                 /* rows of a page, when the server takes fewer than usual; 0 */
	char *cursor;              /* owned; where to go on, while what the stored token has passed waits for its rows; NULL */
	struct numbers extra;      /* ids whose rows are to be asked for; not sorted */
	struct numbers forced;     /* those that were; sorted */
	struct people people;      /* that its rows named */
	/* of the page: */
	size_t next_id;
	int64_t applied;           /* number of the last row of the stage that was looked at */
	struct numbers deferred;   /* numbers of rows whose folder is not known yet; 0: done */
	size_t next_deferred;
	bool placed;               /* one of them was, in this pass over them */
	bool anywhere;             /* no more folders will come */
	int64_t checked;           /* local id of the last item that was looked for among those present */
	int64_t placed_to;         /* that of the last one that was looked for in its folder */
};

void puller_release(struct puller *p);

/* Applies the page; last: and ends the round, moving the token. 0, -ECANCELED, -errno. */
MUST_CHECK int puller_apply(struct puller *p, bool last);

/* The page's description and rights become the list's, if they are others; t->list is stored then. */
MUST_CHECK int puller_take_info(struct puller *p, struct txn *t);

#endif
