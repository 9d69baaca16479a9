#ifndef STORE_NODE_H
#define STORE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/values.h"

struct buf;
struct store;

/*
 * A node is an inode and a name slot of the mount. Which item it shows is a
 * binding that the slot rules change (presentation 5.2): a program that saves by
 * rename brings a new inode, and the item moves over to it. Inode numbers are
 * never reused and survive remounts. The root is inode 1 and always there.
 */
#define STORE_ROOT_INO 1

enum store_node_kind {
	STORE_NODE_ROOT,
	STORE_NODE_LIST,        /* directory of a list; item 0 */
	STORE_NODE_FOLDER,      /* directory; a folder item */
	STORE_NODE_ITEM,        /* file; shows item */
	STORE_NODE_DOCUMENT,    /* file; a library's item */
	STORE_NODE_DRAFT,       /* file with an item's name and no item yet */
	STORE_NODE_SCRATCH,     /* file that is only local; content in scratch/INO */
	STORE_NODE_SCRATCH_DIR, /* directory that is only local */
	STORE_NODE_SYMLINK,     /* only local */
	STORE_NODE_ATTACHMENTS, /* directory; item 0: has those of the items that have attachments; else has item's */
	STORE_NODE_GHOST,       /* former name of `item`: looked up, never listed */
	STORE_NODE_KIND_COUNT
};

struct store_node {
	int64_t ino;
	int64_t list;   /* 0: the root */
	int64_t parent; /* inode; 0: the root */
	char *name;     /* owned; NULL: in no directory (unlinked while open, or its slot is vacated) */
	enum store_node_kind kind;
	int64_t item;   /* local item id; 0: none */
	int mode;       /* permission bits as shown */
	int64_t size;
	int64_t mtime;  /* ns since 1970 */
	int64_t ctime;  /* ns since 1970 */
	int64_t version; /* changes with every change of the content: same number, same bytes */
	int64_t expires; /* GHOST: wall clock ns after which it is forgotten; else 0 */
	char *target;   /* owned; SYMLINK */
	char *error;    /* owned; why its text is not on the server, for ERRORS and user.spfs.error; NULL */
};

#define STORE_NODE_INIT { 0 }

void store_node_release(struct store_node *n);
static inline void store_node_release_p(struct store_node *n)
{
	store_node_release(n);
}

/* 0 or -ENOENT; ret is initialised by the caller. */
MUST_CHECK int store_node_get(struct store *s, int64_t ino, struct store_node *ret);

/* By exact name, ghosts too. 0 or -ENOENT. */
MUST_CHECK int store_node_lookup(struct store *s, int64_t parent, const char *name, struct store_node *ret);

/* The ITEM, FOLDER or DOCUMENT node of an item (not ghosts); one that has a name before one that lost it. 0 or
 * -ENOENT. */
MUST_CHECK int store_node_of_item(struct store *s, int64_t item, struct store_node *ret);

/* The entries of a directory in order of inode numbers above `after`, without ghosts. fn's nonzero return
 * ends it and is returned. The node handed to fn is valid during the call; fn may call the store. */
MUST_CHECK int store_node_children(struct store *s, int64_t parent, int64_t after,
				   int (*fn)(void *arg, const struct store_node *n), void *arg);

/* Those of them whose names are `from` or more and less than `to`, byte by byte, in order of names. */
MUST_CHECK int store_node_between(struct store *s, int64_t parent, const char *from, const char *to,
				  int (*fn)(void *arg, const struct store_node *n), void *arg);

/* Whether a directory has an entry other than ghosts: 1 or 0. */
MUST_CHECK int store_node_has_children(struct store *s, int64_t parent);

/* The directory of the item's attachments. 0 or -ENOENT. */
MUST_CHECK int store_node_attachments(struct store *s, int64_t item, struct store_node *ret);

/* Whether something is in a directory of the directory: 1 or 0. */
MUST_CHECK int store_node_has_attached(struct store *s, int64_t dir);

/* Nodes of a list (0: all) that have an error, by inode. */
MUST_CHECK int store_node_errors(struct store *s, int64_t list, int (*fn)(void *arg, const struct store_node *n),
				 void *arg);

/* How many nodes of the list (0: all) are of that kind. */
MUST_CHECK int store_node_count(struct store *s, int64_t list, enum store_node_kind kind, int64_t *ret);

/* Adds; n->ino is set. A ghost in the slot gives way. -EEXIST: the slot is taken. */
MUST_CHECK int store_node_add(struct store *s, struct store_node *n);

/* Stores all columns of n. -EEXIST: the slot (parent, name) belongs to another node; a ghost gives way. -ENOENT. */
MUST_CHECK int store_node_put(struct store *s, const struct store_node *n);

/* A new inode number for the node; its text goes with it, other columns stay. scratch/INO is not moved.
 * -ENOENT; -EISDIR: a directory keeps its number. */
MUST_CHECK int store_node_renumber(struct store *s, int64_t ino, int64_t *ret_ino);

/* Removes the row and its text. scratch/INO is the caller's. */
MUST_CHECK int store_node_delete(struct store *s, int64_t ino);

/* Removes all ghosts of an item; those that expired before `now` when item is 0. */
MUST_CHECK int store_node_drop_ghosts(struct store *s, int64_t item, int64_t now);

/* Sets mtime and ctime of a directory. No such node is no error. */
MUST_CHECK int store_node_touch(struct store *s, int64_t ino, int64_t now);

/* ---- texts: a file's bytes where they are not the rendering of its item ---- */

enum store_text_state {
	STORE_TEXT_OPEN,  /* flushed by a writer that has not closed yet; becomes a change at release or at the next start */
	STORE_TEXT_DRAFT, /* not valid, or refused by the server: the user's bytes, kept until a valid save */
	STORE_TEXT_KEPT,  /* the user's own form of what is (being) stored; stands until the next rendering */
};

struct store_text {
	enum store_text_state state;
	int64_t since;      /* wall clock ns */
	bool has_base;
	struct values base; /* owned; values that the writer had read, for the merge (OPEN) */
};

#define STORE_TEXT_INIT { 0 }

void store_text_release(struct store_text *t);
static inline void store_text_release_p(struct store_text *t)
{
	store_text_release(t);
}

/* Adds the bytes to out (NULL: not wanted) and fills ret (NULL: not wanted). 0 or -ENOENT. */
MUST_CHECK int store_text_get(struct store *s, int64_t ino, struct buf *out, struct store_text *ret);

/* Stores or replaces. Size and version of the node are the caller's. */
MUST_CHECK int store_text_put(struct store *s, int64_t ino, const void *p, size_t n, const struct store_text *t);

/* No text is no error. */
MUST_CHECK int store_text_delete(struct store *s, int64_t ino);

/* The inodes that have a text in that state, ascending. fn's nonzero return ends it and is returned; fn may call
 * the store. */
MUST_CHECK int store_text_each(struct store *s, enum store_text_state state, int (*fn)(void *arg, int64_t ino),
			       void *arg);

/* ---- vacancies: a slot whose item waits to be put back (presentation 5.2) ---- */

enum store_vacancy_reason {
	STORE_VACANT_UNLINK, /* when due: the item is deleted */
	STORE_VACANT_MOVED,  /* renamed to a backup name; when due: the item shows again under its name */
};

struct store_vacancy {
	int64_t parent;
	char *name;    /* owned */
	int64_t item;
	int64_t list;
	enum store_vacancy_reason reason;
	int64_t due;   /* wall clock ns */
};

#define STORE_VACANCY_INIT { 0 }

void store_vacancy_release(struct store_vacancy *v);
static inline void store_vacancy_release_p(struct store_vacancy *v)
{
	store_vacancy_release(v);
}

/* Replaces one of the same slot. */
MUST_CHECK int store_vacancy_put(struct store *s, const struct store_vacancy *v);
MUST_CHECK int store_vacancy_find(struct store *s, int64_t parent, const char *name, struct store_vacancy *ret);
MUST_CHECK int store_vacancy_of_item(struct store *s, int64_t item, struct store_vacancy *ret);
MUST_CHECK int store_vacancy_delete(struct store *s, int64_t parent, const char *name);

/* Those with due <= now, the oldest first. fn may delete the one it is given; its nonzero return ends it and is
 * returned. */
MUST_CHECK int store_vacancy_each(struct store *s, int64_t now, int (*fn)(void *arg, const struct store_vacancy *v),
				  void *arg);

/* How many a list has whose item has no change in the journal that is still to be sent. */
MUST_CHECK int store_vacancy_count(struct store *s, int64_t list, int64_t *ret);

/* When the next one is due. 0 or -ENOENT. */
MUST_CHECK int store_vacancy_next(struct store *s, int64_t *ret_due);

#endif
