#ifndef SYNC_LOCAL_H
#define SYNC_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "store/item.h"
#include "sync/submit.h"
#include "pending.h"
#include "txn.h"

/* What the functions of sync/submit.h share. */

/* The configuration for TXN_INIT. */
const struct sync_config *local_config(const struct sync *s);

/* Begins and reads the node and its list. -ESTALE: no such node. ret is initialised. */
MUST_CHECK int local_begin(struct txn *t, int64_t ino, struct store_node *ret);

/* Begins and reads a directory that can hold files: a list's, a folder, a local one. -ESTALE, -ENOTDIR. */
MUST_CHECK int local_begin_dir(struct txn *t, int64_t dir, struct store_node *ret);

/*
 * Commits, between the crash points submit.KIND.before and .after, and hands events
 * and what is to be sent to the engine.
 */
#define LOCAL_COMMIT(s, t, kind) local_commit(s, t, "submit." kind ".before", "submit." kind ".after")
MUST_CHECK int local_commit(struct sync *s, struct txn *t, const char *before, const char *after);

/* Whether the rights (PERM_...) allow it: on the item, or in the list (NULL, or not sent yet). 0, -EROFS, -EACCES. */
MUST_CHECK int local_may(const struct store_list *l, const struct item *i, uint64_t right);

/* The node's slot waits for its item; the node row is the caller's to change. */
MUST_CHECK int local_vacate(struct txn *t, const struct store_node *n, enum store_vacancy_reason reason);

/* The vacancy of the slot. 1: there is one (ret), 0: none, -errno. */
MUST_CHECK int local_vacancy(struct txn *t, int64_t dir, const char *name, struct store_vacancy *ret);

/* A node that only exists here gives way to another. -EISDIR, -ENOTDIR, -ENOTEMPTY, -ESTALE: it is not local. */
MUST_CHECK int local_replace(struct txn *t, int64_t ino, bool by_dir);

/* The directory of a folder goes, and the folder with it when the server has it. -ENOTEMPTY; as local_may(). */
MUST_CHECK int local_remove_folder(struct txn *t, struct store_node *n);

/* An item with its changes. */
struct local_item {
	struct store_item it;
	struct pending p;
};

#define LOCAL_ITEM_INIT { .it = STORE_ITEM_INIT }

void local_item_release(struct local_item *i);

/* -ESTALE: no such item, or it is being deleted. */
MUST_CHECK int local_item_load(struct txn *t, int64_t item, struct local_item *ret);

/* An item of this list that is not on the server; not stored yet. */
MUST_CHECK int local_item_new(struct txn *t, struct local_item *ret);

/* Adds a change (name: the file's) to the item, lays it over its values and stores both. fields may be NULL. */
MUST_CHECK int local_item_change(struct txn *t, struct local_item *i, enum change_op op, const struct values *fields,
				 const char *name);

/* Makes the item's values those of the server with all its changes laid over them. Stores nothing. */
MUST_CHECK int local_item_settle(struct local_item *i);

/* New bytes of a document: the same for a STORE. The item's own row is stored, too; its node is the caller's. */
struct sync_content;
MUST_CHECK int local_item_bytes(struct txn *t, struct local_item *i, const struct sync_content *c, const char *name);

/* The path of a folder's (or the list's) directory on the server, as far as it is known here. */
MUST_CHECK int local_dir_path(struct txn *t, const struct store_node *dir, char **ret);

/* The path of an item that the server has not yet: in the directory, under that name. */
MUST_CHECK int local_item_path(struct txn *t, int64_t dir, const char *name, struct item *i);

/* Whether the server knows the item, or may know it by now. */
bool local_item_is_unsent(const struct local_item *i);

/* A directory must not be moved into itself. 0, -EINVAL, -ESTALE. */
MUST_CHECK int local_check_above(struct txn *t, int64_t ino, int64_t dir);

/* Whether the server can have a document or folder of that name at all: 0, -EINVAL. */
MUST_CHECK int local_name(const char *name);

/* The item is to be deleted; one that the server never heard of goes at once. Its node is the caller's. */
MUST_CHECK int local_item_delete(struct txn *t, struct local_item *i, const char *name);

/* Stores changes that are to be sent after all. A new item that was deleted while it was on its way
 * has none left then, and goes. */
MUST_CHECK int local_requeued(struct txn *t, int64_t item, struct pending *p);

/* What the server refused is to be sent again. */
MUST_CHECK int local_item_retry(struct txn *t, struct local_item *i);

#endif
