#ifndef VIEW_THREAD_H
#define VIEW_THREAD_H

#include <stdint.h>

#include "base/attr.h"
#include "model/item.h"

struct buf;

/*
 * ThreadIndex: where a post of a discussion stands ([MS-OXOMSG] 2.2.1.3). A root's is 22 bytes, the time and a GUID; that of an
 * answer is the one of what it answers and five bytes more, the time since the root's and a number. In the column: "0x"
 * and hexadecimal digits.
 */
enum { THREAD_INDEX_ROOT = 22 * 2, THREAD_INDEX_STEP = 5 * 2, THREAD_INDEX_MAX = 4096 }; /* digits */

/* The digits; NULL: the item has none. Foreign. */
const char *thread_index_of(const struct item *i);

/*
 * Adds that of a new post ("0x" and digits). above: the digits of what it answers; NULL: a new thread. now: ns since 1970; number:
 * another one for each post of this process, so that two of one moment differ. 0; -EFBIG: the thread is too deep; -EIO of
 * getrandom(2); -ENOMEM.
 */
MUST_CHECK int thread_index_new(const char *above, int64_t now, unsigned number, struct buf *out);

#endif
