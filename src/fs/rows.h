#ifndef FS_ROWS_H
#define FS_ROWS_H

#include <stdint.h>

#include "base/attr.h"
#include "handle.h"
#include "state.h"

/*
 * A node that an operation takes a name from, gives another or makes into something else, while
 * programs may have it open.
 *
 *	rows_begin(f, &attr, &g);
 *	r = sync_submit_unlink(...);
 *	rows_end(f, &g, r);
 */
struct rows_going {
	struct node *node; /* refd, or NULL: it was not open */
	int64_t ino;       /* 0: there is none */
	enum store_node_kind kind;
};

/* Before the call of sync: holds the open node, so that its last handle does not end in between. */
void rows_begin(struct fs *f, const struct view_attr *a, struct rows_going *ret);

/* Afterwards; r 0: its name is gone. Its scratch file goes now or with the last handle. */
void rows_end(struct fs *f, struct rows_going *g, int r);

/*
 * The bytes of a file that is to be saved elsewhere. Whoever takes them is busy with its node, when
 * it is open, until rows_give().
 */
struct rows_bytes {
	struct view_attr node;  /* whose */
	struct node *open;      /* refd, NULL: nobody has it open */
	struct buf text;
	uint64_t seq;
	int64_t mtime;
};

#define ROWS_BYTES_INIT { .text = BUF_INIT(NODE_MAX) }

/* -EFBIG, -EIO, ... ; to be given back also on failure. */
MUST_CHECK int rows_take(struct fs *f, const struct view_attr *a, struct rows_bytes *ret);
void rows_give(struct fs *f, struct rows_bytes *b);

/* Whether somebody wrote to it since it was taken; takes what stands there now. Needs open->lock. */
MUST_CHECK int rows_again(struct fs *f, struct rows_bytes *b);

#endif
