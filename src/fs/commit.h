#ifndef FS_COMMIT_H
#define FS_COMMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "view/format.h"

struct base;
struct buf;
struct fs;
struct node;
struct sync_part;
struct sync_save;

/*
 * Bytes become changes. Nothing here waits for the network; all of it may wait
 * for the disk. No lock is held by the caller.
 */

/* A text that was read. */
struct reading {
	struct view_changes changes;
	struct values fields;  /* what it changes of the item itself */
	struct base *base;     /* refd; against what it was read */
	struct sync_part *part; /* owned; what it changes of others; made by commit_fill() */
	bool complete;
};

#define READING_INIT { .changes = VIEW_CHANGES_INIT }

void reading_release(struct reading *r);
static inline void reading_release_p(struct reading *r)
{
	reading_release(r);
}

/*
 * Reads bytes as a text of the list. item 0: a new item, named `name`. base NULL: against what stands now.
 * 0; -EINVAL with err; -ENOENT: the item is gone.
 */
struct commit_text {
	int64_t list;
	int64_t item;
	int64_t parent;          /* its directory */
	const char *name;        /* foreign; the file's name, for a new item's title */
	const struct base *base; /* foreign */
	const char *text;        /* foreign */
	size_t n;
};
MUST_CHECK int commit_read(struct fs *f, const struct commit_text *t, struct reading *ret, struct err *err);

/* Says in a save what was read; the reading must live until the save is done. 0, -ENOMEM. */
MUST_CHECK int commit_fill(struct reading *r, struct sync_save *save);

/* The last writer let go. */
void commit_release(struct fs *f, struct node *n);

/* flush and fsync: checked and durable. -EINVAL: not a valid text; -ESTALE: the item is gone. */
MUST_CHECK int commit_flush(struct fs *f, struct node *n);

/* Commits now what release would; for fsync=server and truncate(2). -EINVAL: it is kept as a draft. */
MUST_CHECK int commit_now(struct fs *f, struct node *n);

/* The values that n's bytes were made from, or that process tgid has read of the item; held. NULL: neither.
 * Needs the node's lock. */
struct base *commit_base(struct fs *f, const struct node *n, pid_t tgid);

/* What a process saved is what it has read from now on, if it had read anything. Returns it, held; NULL. */
struct base *commit_remember(struct fs *f, int64_t list, int64_t item, pid_t tgid, const struct reading *r);

#endif
