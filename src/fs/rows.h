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
 *
 * In between one is busy with the node (handle.h, invariant 2): a writer that has just closed is stored
 * before, an open waits and sees what became of it. A rename is busy with two nodes; it cannot meet
 * another that has them the other way round, since the kernel lets one operation at a time
 * change a directory's names.
 */
struct rows_going {
	struct node *node; /* refd; NULL: out of memory */
	int64_t ino;       /* 0: there is none */
	enum store_node_kind kind;
};

/* Before the call of sync: holds the node, so that whoever opens it in between has it too. */
void rows_begin(struct fs *f, const struct view_attr *a, struct rows_going *ret);

/* Afterwards; r 0: its name is gone. Its scratch file goes now or with the last handle. */
void rows_end(struct fs *f, struct rows_going *g, int r);

/*
 * The bytes of a file that is to be saved elsewhere. Whoever takes them is busy with its node, when
 * it is open, until rows_give().
 */
struct rows_bytes {
	struct view_attr node;  /* whose */
	struct node *open;      /* refd; also when nobody has it open: who opens it now waits */
	bool known;             /* somebody has it open */
	struct buf text;
	uint64_t seq;
	int64_t mtime;
};

#define ROWS_BYTES_INIT { .text = BUF_INIT(NODE_MAX) }

/* -ESTALE: the file is not what `a` says any more, decide anew; -EFBIG, -EIO, ... ; to be given back also on failure. */
MUST_CHECK int rows_take(struct fs *f, const struct view_attr *a, struct rows_bytes *ret);
void rows_give(struct fs *f, struct rows_bytes *b);

/* 1: somebody wrote to it since it was taken, and what stands there now was taken; 0. Needs open->lock. */
MUST_CHECK int rows_again(struct fs *f, struct rows_bytes *b);

#endif
