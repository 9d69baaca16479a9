#ifndef SYNC_SHOW_H
#define SYNC_SHOW_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/item.h"
#include "txn.h"

struct buf;

/*
 * What a node shows of its item: bytes, size, times, rights. A file's bytes are
 * its own text if it has one, else the rendering of its item. Rules kept here:
 *
 * 1. Same inode and version, same bytes: whoever changes the bytes counts the version up; a pull that
 *    does it to an open file gives it a new inode, so that an inode never shows two versions.
 * 2. mtime moves only when a field changed that people can edit, so an editor does
 *    not warn of what its user cannot see.
 * 3. A KEPT text stands until such a field changes: the echo of one's own save touches nothing.
 */

/* A text of an item has this many bytes at most; a longer one shows as empty. */
#define SHOW_TEXT_MAX (64u << 20)

#define SHOW_TEXT_INIT BUF_INIT(SHOW_TEXT_MAX)

/* The rendering of an item as it is or was. */
MUST_CHECK int show_render(const struct txn *t, int64_t item, const struct item *i, struct buf *out);

/* The bytes as they stand: the text of node ino, else the rendering of the item (NULL: of nothing). */
MUST_CHECK int show_bytes(const struct txn *t, int64_t ino, int64_t item, const struct item *i, struct buf *out);

/* Permission bits from the list's rights and the item's. While the whole list is read-only the view masks them. */
int show_mode(const struct store_list *l, const struct item *i);

/* Permission bits of the list's own directory. */
int show_list_mode(const struct store_list *l);

/* The list's own directory has the permission bits of t->list from now on. */
MUST_CHECK int show_root(struct txn *t);

/* The node kind of an item of this list. */
enum store_node_kind show_kind(const struct store_list *l, const struct item *i);

/* Fills mode, size, times and version of a node that begins to show the item. */
MUST_CHECK int show_fresh(const struct txn *t, const struct item *i, struct store_node *n);

/*
 * The item behind the node was `old` (values included) and is `i` now: text, size,
 * version, times, mode and perhaps the inode of n change accordingly; the row is
 * stored, and the events are added.
 */
MUST_CHECK int show_changed(struct txn *t, const struct item *old, const struct item *i, struct store_node *n);

/* Only the rights may be other ones: its bytes and times are the user's own. */
MUST_CHECK int show_rights(struct txn *t, const struct item *i, struct store_node *n);

/* A document of ours that the server has rewritten when it stored it: other bytes, the same time. */
MUST_CHECK int show_rewritten(struct txn *t, const struct item *i, struct store_node *n);

/* A document shows what the server has of it, instead of the user's bytes. */
MUST_CHECK int show_replaced(struct txn *t, const struct item *i, struct store_node *n);

/* Another item that the file of node n shows changed; i is its own. A KEPT text goes. As show_changed(). */
MUST_CHECK int show_parts_changed(struct txn *t, const struct item *i, bool edited, struct store_node *n);

/* The first row of a post that was written here: the header that the server gave it takes the place of the writer's. */
MUST_CHECK int show_posted(struct txn *t, const struct item *old, const struct item *i, struct store_node *n);

/* Stores bytes as the node's text and sets size, version and mtime (ns) of n; the row is the caller's to store. */
MUST_CHECK int show_keep(struct txn *t, struct store_node *n, const struct buf *bytes, enum store_text_state state,
			 int64_t mtime);

/* Drops the node's own text; n shows its item (NULL: nothing) again. The row is the caller's to store. */
MUST_CHECK int show_drop_text(struct txn *t, struct store_node *n, const struct item *i);

#endif
