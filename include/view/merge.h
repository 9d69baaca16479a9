#ifndef VIEW_MERGE_H
#define VIEW_MERGE_H

#include "base/attr.h"

struct buf;

/*
 * Texts compared and merged line by line; pure. Texts of more than a few thousand lines that
 * differ throughout count as different altogether.
 */

/* Adds a comparison as diff -u writes it, with three lines around each change, without a head; nothing when they are
 * the same. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int view_merge_diff(const char *from, const char *to, struct buf *out);

/*
 * Adds what comes of both sides' changes to `base`. Where they change the same lines differently both
 * stand there, between lines that begin with <<<<<<<, |||||||, ======= and >>>>>>>. How many such places there are, or
 * -ENOMEM, -EFBIG.
 */
MUST_CHECK int view_merge_texts(const char *base, const char *mine, const char *theirs, struct buf *out);

/* The number (from 1) of the first line that is such a mark; 0: there is none. */
int view_merge_marked(const char *text);

#endif
