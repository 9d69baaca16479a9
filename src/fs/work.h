#ifndef FS_WORK_H
#define FS_WORK_H

#include <errno.h>
#include <stdint.h>

#include "base/attr.h"
#include "handle.h"
#include "state.h"

struct sync_content;
struct view_attr;

/*
 * What programs write to documents: a copy of what they have opened, made at the first write
 * and without reading where the file system can share the bytes, or nothing at all when they truncate it first.
 * The copy becomes the document's bytes when the last writer closes it, if they are others.
 */

/* The bytes that were opened have to be fetched first: whoever gets this waits for them and tries again (later.c). */
enum { WORK_NOT_HERE = -EINPROGRESS };

/* How long a new document waits after its writer has gone, and one whose name some programs use for a moment. */
enum { WORK_HOLD_MS = 2000, WORK_HOLD_ODD_MS = 60000 };
int work_hold_ms(const char *name);

/* All need the node's lock. */

/* Its own copy is there to be written to. WORK_NOT_HERE, -ENOSPC, -EIO. */
MUST_CHECK int work_begin(struct fs *f, struct node *n);
MUST_CHECK int work_truncate(struct fs *f, struct node *n, int64_t size);

/* The file with the bytes as programs see them; valid while the lock is held. WORK_NOT_HERE. */
MUST_CHECK int work_look(struct node *n, int *ret_fd);

/* A writer opened it: a is its row. */
MUST_CHECK int work_open(struct fs *f, struct node *n, const struct view_attr *a);

/* Forgets what was written, and what was opened. */
void work_end(struct fs *f, struct node *n);

/* ---- without the lock, by who is busy with the node ---- */

/* Whether the file has the bytes that were opened: 1, 0, -errno. */
MUST_CHECK int work_is_same(int fd, struct sync_doc *base);

/* ---- commit.h's, for documents ---- */

/* What was written becomes the document's. 0; -EINVAL: kept beside it. */
MUST_CHECK int work_commit(struct fs *f, struct node *n);

/* flush and fsync: durable, not a change yet. */
MUST_CHECK int work_flush(struct fs *f, struct node *n);

/* The last writer is gone. */
void work_let_go(struct fs *f, struct node *n);

#endif
