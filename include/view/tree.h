#ifndef VIEW_TREE_H
#define VIEW_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/item.h"
#include "model/list.h"
#include "model/values.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "view/forms.h"
#include "view/slot.h"
#include "view/text.h"

struct buf;

/*
 * The mount as the kernel's side reads it: nodes, names and contents, made from
 * the store's rows. Nothing here changes anything, and nothing waits for a writer.
 *
 * The lists are kept parsed in memory: a schema is unpacked when its list changed
 * and not for each of ten thousand files, and the root and the lists'
 * directories are answered without the database. Whoever hears that a list
 * changed calls view_tree_reload(); whoever changed what a directory holds calls
 * view_tree_touched().
 *
 * Thread-safe. Common errors: -ENOMEM, -EIO, -EUCLEAN; -ENOENT where a row is missing.
 */
struct view_tree;

/* Reads the registered lists. st is foreign. 0 or -errno. */
MUST_CHECK int view_tree_new(struct store *st, struct view_tree **ret);
struct view_tree *view_tree_free(struct view_tree *t);

/* Reads list `id` again (0: all of them): it is new, has changed or is gone. */
MUST_CHECK int view_tree_reload(struct view_tree *t, int64_t id);

/* The entries of directory `dir` changed: when it is a list's own, its times are read again. */
void view_tree_touched(struct view_tree *t, int64_t dir);

/* From now on w is told of items that are about to change (NULL: nobody): store_set_watch(). */
void view_tree_watch(struct view_tree *t, const struct store_watch *w);

/* The store's directory: where scratch/ is, and whose free space a writer has. */
const char *view_tree_dir(const struct view_tree *t);

/* ---- lists ----------------------------------------------------------------- */

/* A list as it was when last read. Never changes; lives while somebody holds it. */
struct view_list {
	int64_t id;
	int64_t root;      /* inode of its directory */
	char *name;        /* owned; the directory's */
	char *site;        /* owned; the web's URL */
	struct list info;  /* owned */
	enum store_list_state state;
	uint64_t perm;
	bool library;
	bool frozen;       /* store_list_read_only() */
	bool writable;     /* not frozen, and some right to change something */
	int refs;          /* atomic; tree.c's */
};

/* The list, held: give it back with view_list_unref. -ENOENT. */
MUST_CHECK int view_tree_list(struct view_tree *t, int64_t id, const struct view_list **ret);
void view_list_unref(const struct view_list *l);
static inline void view_list_unref_p(const struct view_list **l)
{
	view_list_unref(*l);
}

/* ---- nodes ----------------------------------------------------------------- */

struct view_attr {
	int64_t ino;
	int64_t list;    /* 0: the root */
	int64_t parent;  /* 0: the root, or a node without a name */
	enum store_node_kind kind;
	int64_t item;    /* local item id; 0: none */
	int64_t target;  /* GHOST: the item's own node, whose size, times and version stand here; else 0 */
	unsigned mode;   /* permission bits; read-only lists have no write bits */
	int64_t size;    /* of an attachment that nobody has asked for: -1 */
	int64_t mtime;   /* ns since 1970 */
	int64_t ctime;   /* ns since 1970 */
	int64_t version; /* same number, same bytes */
	bool has_error;
	bool named;      /* false: in no directory any more */
};

/* Whether it is a directory. */
bool view_attr_is_dir(const struct view_attr *a);

/* store_read_begin() and _end() of the store behind it. */
void view_tree_read_begin(struct view_tree *t);
void view_tree_read_end(struct view_tree *t);

/* By inode. Ghosts that expired, or whose item has no file, are missing. -ENOENT. */
MUST_CHECK int view_tree_attr(struct view_tree *t, int64_t ino, struct view_attr *ret);

/* By name, ghosts too. -ENOENT. */
MUST_CHECK int view_tree_lookup(struct view_tree *t, int64_t parent, const char *name,
				struct view_attr *ret);

/* The entries of a directory, without ghosts. fn's nonzero return ends it and is returned. */
MUST_CHECK int view_tree_children(struct view_tree *t, int64_t dir,
				  int (*fn)(void *arg, const char *name, const struct view_attr *a),
				  void *arg);

/* The node that shows an item. -ENOENT. */
MUST_CHECK int view_tree_of_item(struct view_tree *t, int64_t item, struct view_attr *ret);

/* The node's name. -ENOENT: no such node, or no name. */
MUST_CHECK int view_tree_name(struct view_tree *t, int64_t ino, char ret[256]);

/* Attributes and name as they stand in one row; ret_name is "" when it has none. -ENOENT. */
MUST_CHECK int view_tree_attr_named(struct view_tree *t, int64_t ino, struct view_attr *ret, char ret_name[256]);

/* Where a symbolic link points; -EINVAL: it is none. */
MUST_CHECK int view_tree_target(struct view_tree *t, int64_t ino, struct buf *out);

/* What stands in a slot, for view/slot.h, and the rows behind it. */
struct view_found {
	struct view_slot slot;
	struct view_attr node; /* ino 0: no node there */
	int64_t item;          /* of the node, the ghost or the vacancy; 0: none */
};

/* 0 also when nothing is there; -ENOENT: no such directory; -ENOTDIR. */
MUST_CHECK int view_tree_slot(struct view_tree *t, int64_t parent, const char *name,
			      struct view_found *ret);

/* ---- contents -------------------------------------------------------------- */

/* Adds the bytes of an ITEM, DRAFT or GHOST: its own text, else the rendering of its item, else nothing.
 * seen (NULL: not needed): as view_tree_seen, of the same moment. -EISDIR, -EOPNOTSUPP: a document. */
MUST_CHECK int view_tree_content(struct view_tree *t, const struct view_attr *a, struct buf *out,
				 struct view_seen *seen);

/* An item with all that its file is made of. list 0: whichever it is in. ret is initialised by the caller. */
MUST_CHECK int view_tree_seen(struct view_tree *t, int64_t list, int64_t item, struct view_seen *ret);

/* For those who render and read files themselves. */
struct view_forms *view_tree_forms(const struct view_tree *t);

static inline struct view_forms_list view_list_forms(const struct view_list *l)
{
	return (struct view_forms_list) { l->id, l->site, &l->info };
}

/* An item's values as the user sees them. ret is initialised by the caller. */
MUST_CHECK int view_tree_values(struct view_tree *t, int64_t item, struct values *ret);

/* Whether somebody else has the document checked out, as far as it is known who we are: 1 or 0. */
MUST_CHECK int view_tree_is_taken(struct view_tree *t, const struct view_attr *a);

/*
 * Who has the document checked out, or had a lock on it when its bytes were to be sent last (RFC 4918 6: no row tells of
 * locks, so it is what the server said then, or all it said where no name can be told). -ENODATA: nobody. -ENOMEM, -EIO.
 */
MUST_CHECK int view_tree_taken_by(struct view_tree *t, const struct view_attr *a, struct buf *out);

/* The item. ret is initialised by the caller. */
MUST_CHECK int view_tree_item(struct view_tree *t, int64_t item, struct item *ret);

/* The text that a writer flushed and never released (STORE_TEXT_OPEN), with the values it had read:
 * *ret_has_base. -ENOENT: there is none in that state. */
MUST_CHECK int view_tree_open_text(struct view_tree *t, int64_t ino, struct buf *out,
				   struct values *ret_base, bool *ret_has_base);

/* Path of scratch/INO; the caller's. NULL: out of memory. */
char *view_tree_scratch_path(const struct view_tree *t, int64_t ino);

/* ---- whole lists ----------------------------------------------------------- */

/* The names of the list's views, i from 0: list.csv ...; NULL: there are no more. */
const char *view_tree_view_name(const struct view_list *l, size_t i);

/* Hands on the view in pieces, as the list is now. fn's negative return ends it. -ENOENT: no such list or view. */
MUST_CHECK int view_tree_view(struct view_tree *t, int64_t list, const char *name,
			      int (*fn)(void *arg, const void *p, size_t n), void *arg);

/* Another number: something in the store may have changed. */
uint64_t view_tree_version(const struct view_tree *t);

/* ---- what is wrong --------------------------------------------------------- */

/* Why the node's text is not on the server. -ENODATA: nothing is wrong. */
MUST_CHECK int view_tree_error(struct view_tree *t, int64_t ino, struct buf *out);

/*
 * The files of the list whose text could not be saved and is kept (presentation 3.7): path is below the list's directory. fn's
 * nonzero return ends it and is returned; it may ask the tree.
 */
MUST_CHECK int view_tree_drafts(struct view_tree *t, int64_t list,
				int (*fn)(void *arg, const char *path, const struct view_attr *a), void *arg);

/* Whether the node is one of them: 1 or 0. */
MUST_CHECK int view_tree_is_draft(struct view_tree *t, const struct view_attr *a);

/* user.spfs.state: "clean", "queued", "sending", "draft", "refused", "conflict", "local". */
MUST_CHECK int view_tree_state(struct view_tree *t, const struct view_attr *a, const char **ret);

/*
 * The text of ERRORS in a list's directory or a folder of it (presentation 3.7): a paragraph for
 * each of its entries that needs the user. *ret_mtime: when the latest came. -ENODATA: there is
 * nothing to say, or the directory has no ERRORS (libraries, local-only directories, the root).
 */
MUST_CHECK int view_tree_errors(struct view_tree *t, int64_t dir, struct buf *out, int64_t *ret_mtime);

/* ---- people and looked-up items -------------------------------------------- */

/* What view_text_parse and view_text_wire ask for a list, answered from the items in the store. */
struct view_resolve {
	struct view_known known;   /* hand out &r.known; valid while r and t are */
	struct view_tree *tree;    /* foreign */
	const struct view_list *list; /* foreign */
};

void view_tree_resolve(struct view_tree *t, const struct view_list *l, struct view_resolve *ret);

#endif
