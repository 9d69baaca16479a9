#ifndef FS_HANDLE_H
#define FS_HANDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/thread.h"
#include "base.h"
#include "view/tree.h"

struct dir;
struct fs;
struct stream;
struct sync_doc;
struct views_file;

/*
 * Open files. All handles of one inode share a struct node, which has the bytes:
 * what a program writes stands there until the last writer lets go, and what a
 * program opened stays there whatever happens to the item (presentation 5.3: handles
 * belong to the node, not to the path).
 *
 *	clean --write, truncate--> dirty --flush--> dirty, and durable as an open text
 *	  ^                          |
 *	  +--- commit or revert -----+   release of the last writer, or rename onto an item's name
 *
 * A document has no text but files: `fd` has what was written, else `base` what was opened. `work` says
 * that the file of fd is still ours to write to; without it fd is of bytes that are stored, which
 * the next write copies (work.c).
 *
 * Invariants: (1) dirty implies loaded, and of a document work. (2) Only the thread that set `busy` hands the
 * node's bytes to sync; it does so without the lock and from a copy, and `seq` tells it
 * afterwards whether they changed meanwhile. (3) A node that is clean takes the bytes of
 * the stored version when it is opened again; one that is dirty never does.
 */
enum { NODE_MAX = 16 << 20 }; /* bytes of an item's text */

struct node {
	int64_t ino;         /* immutable */

	/* protected by the table's lock */
	int refs;
	struct node *next;

	struct lock lock;    /* RANK_FS_NODE; the rest */
	struct cond idle;    /* busy ended */
	bool known;          /* the next fields were read from the store */
	enum store_node_kind kind; /* ITEM, DRAFT, SCRATCH or DOCUMENT */
	int64_t list;
	int64_t item;
	int64_t parent;      /* where it had a name when it was opened */
	char *name;          /* owned */
	int64_t version;
	bool unnamed;        /* the user removed it or put another in its place: nothing is committed */
	bool rowless;        /* its row has no name or is another's: it goes with the last handle */
	bool busy;           /* invariant 2 */

	bool loaded;         /* text has the bytes (not SCRATCH) */
	bool whole;          /* text was made from nothing, not from what had stood there */
	bool dirty;
	uint64_t seq;        /* grows with each change of the bytes */
	uint64_t flushed;    /* the seq that is durable as an open text, 0: none */
	int writers;
	pid_t writer;        /* process that wrote last */
	int64_t mtime;       /* of the last write, or as utimens said; ns */
	struct buf text;
	struct base *opened; /* refd; the values that the bytes show; NULL for drafts and scratch */
	int64_t size;        /* DOCUMENT: as the kernel was told last */
	int fd;              /* SCRATCH: its file, -1: not opened yet; DOCUMENT: what was written, -1: nothing */
	char *work;          /* owned; DOCUMENT: fd's name in unsent/ while it is ours */
	struct sync_doc *base; /* owned; DOCUMENT: what a writer has opened */
	bool frozen;         /* its file is being given away: who writes waits for `idle` */
};

enum handle_kind {
	HANDLE_NODE,   /* a file of the store */
	HANDLE_TEXT,   /* a text made when it was opened: control files, ERRORS */
	HANDLE_STREAM, /* progress, events */
	HANDLE_DIR,
};

/* One open file of a program. */
struct handle {
	enum handle_kind kind;
	int flags;           /* of open(2) */
	struct node *node;   /* refd; HANDLE_NODE */
	int64_t open_ino;    /* in the open set */
	pid_t tgid;
	bool wrote;          /* since its last flush; protected by node->lock */
	uint64_t made;       /* it made the file, which is durable after sync_submit_settle() of this; 0: it did not; the same */
	int64_t ino;         /* HANDLE_TEXT and STREAM: which one */
	struct buf text;     /* HANDLE_TEXT, unless: */
	struct views_file *view; /* refd; HANDLE_TEXT of a whole list */
	struct sync_doc *doc;  /* owned; contents of a DOCUMENT */
	struct stream *stream; /* owned; HANDLE_STREAM */
	struct dir *dir;       /* owned; HANDLE_DIR */
	struct handle *next;   /* protected by the table's lock: all open ones */
	struct handle *prev;
};

struct handles;

struct handles *handles_new(void); /* NULL: out of memory */
struct handles *handles_free(struct handles *t);

/* The inode's node, held; made when missing. NULL: out of memory. */
struct node *handles_get(struct handles *t, int64_t ino);

/* The same, only when it is open: NULL. */
struct node *handles_find(struct handles *t, int64_t ino);

/* Gives one up; the last tells sync when the node has no name any more. NULL allowed. */
void handles_put(struct fs *f, struct node *n);

/* The kernel has a handle, or has given it back. */
void handles_track(struct handles *t, struct handle *h);
void handles_untrack(struct handles *t, struct handle *h);

/* The session is over: handles that the kernel never gave back go. What was flushed waits for the next
 * start as an open text; what was not was never promised. */
void handles_end(struct fs *f);

/* Waits until nobody else hands its bytes to sync, and is the one. Needs the lock; gives it back in
 * between. */
void node_begin(struct node *n);
void node_end(struct node *n);

/* Takes over what the store says of a clean node, and forgets bytes of another version; name is "" when it
 * has none. Needs the lock. */
MUST_CHECK int node_know(struct fs *f, struct node *n, const struct view_attr *a, const char *name);

/* Waits until its file is not being given away. Needs the lock, and lets go of it meanwhile. */
void node_thaw(struct node *n);

/* Makes sure that the bytes are there. Needs the lock. -ESTALE: they are no more. */
MUST_CHECK int node_load(struct fs *f, struct node *n);

/* Reads, writes, cuts. Need the lock. -EFBIG, -ENOSPC, -EIO, -ESTALE, -ENOMEM; WORK_NOT_HERE (work.h). ret_n: bytes read into p. */
MUST_CHECK int node_read(struct fs *f, struct node *n, void *p, size_t size, int64_t off, size_t *ret_n);
MUST_CHECK int node_write(struct fs *f, struct node *n, const void *p, size_t size, int64_t off);
MUST_CHECK int node_truncate(struct fs *f, struct node *n, int64_t size);

/* Its size as programs see it; -1: as the store says. Needs the lock. */
int64_t node_size(const struct node *n);

/* Forgets the bytes: the store has others, of that version. Needs the lock. */
void node_unload(struct node *n, int64_t version);

/* Becomes scratch (bytes stand in scratch/INO) or a text (bytes in `text`, taken over). Need the lock. */
void node_to_scratch(struct node *n);
void node_to_text(struct node *n, enum store_node_kind kind, struct buf *text);

/* Of a HANDLE_TEXT, whose bytes are gathered until it is closed. -EFBIG, -ENOMEM. */
MUST_CHECK int handle_write(struct handle *h, const void *p, size_t n, int64_t off);
MUST_CHECK int handle_truncate(struct handle *h, int64_t size);

/* ---- the open inodes, for the engine: a lock of RANK_LEAF and no other ---- */

struct openset *openset_new(void);
struct openset *openset_free(struct openset *o);
MUST_CHECK int openset_add(struct openset *o, int64_t ino);
void openset_remove(struct openset *o, int64_t ino);
bool openset_has(struct openset *o, int64_t ino);

/* The version of the content that the kernel's pages may hold; remembers the new one. True: the same. */
bool openset_same_version(struct openset *o, int64_t ino, int64_t version);

/* The caller has it open. Whether nobody else has, and nobody had since the kernel came to know it: then it has no pages of it. */
bool openset_is_first(struct openset *o, int64_t ino);

/* It is written as soon as it is made: the kernel has pages, of no version. */
void openset_created(struct openset *o, int64_t ino);

/* The kernel does not know the inode any more, and has no pages of it. */
void openset_forget(struct openset *o, int64_t ino);

#endif
