#ifndef SYNC_ATTACH_H
#define SYNC_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/change.h"
#include "store/item.h"
#include "store/node.h"
#include "txn.h"

/*
 * Attachments of items: files in Attachments/<stem of the item's file>/.
 *
 * The idea: an attachment is a document of its own, a row of the store with an owner, so that all that is known of
 * documents (bytes that come when they are read, unsent files, slots, conflicts) holds for it. Only three things are different:
 *
 *	what the server has   stands in the owner's row (model/attached.h), not in a row of its own. Whoever
 *	                      stores a row of an item compares its Attachments with the rows of attachments;
 *	                      each difference is then applied as if a row of a document had come (apply.c).
 *	its version           is a number of ours: that of the word that the list has for it while it
 *	                      is the same file there, more than one later when it is another of the same name. So
 *	                      "exactly one later is our own doing" (doc.h) holds here too. Its word stands in its
 *	                      values, as ATTACH_WORD.
 *	how it is sent        upload.c: AddAttachment, PUT over the version of that word, DeleteAttachment, after
 *	                      whatever is to be sent of its owner. A rename is the new name's AddAttachment and
 *	                      then the old one's DeleteAttachment.
 */
#define ATTACH_WORD "ETag"

/* What the server has, from its URLs and versions; `before`: the Attachments that were known before; NULL: none.
 * Makes, changes and removes attachments and their directories. An owner without a place has none. */
MUST_CHECK int attach_follow(struct txn *t, const struct store_item *owner, const char *before);

/* The server has said what the item at that version has, as text of the field Attachments, and the directory remembers it. */
MUST_CHECK int attach_collected(struct txn *t, const struct store_item *owner, int64_t version, const char *text);

/* The version of the item for which its directory remembers that; 0: none. */
int64_t attach_collected_for(const struct store_node *dir);

/* The directory of the item's attachments; made when it is missing. -ENOENT: the item has no place. */
MUST_CHECK int attach_dir(struct txn *t, int64_t owner, struct store_node *ret);

/* Finds or makes the directory `name` of a list's directory (Attachments), or of that (an item's stem). -ENOENT. */
MUST_CHECK int attach_find(struct txn *t, const struct store_node *dir, const char *name, int64_t *ret_ino);

/* The file of an item stands where n says, and so does the directory of its attachments. */
MUST_CHECK int attach_moved(struct txn *t, const struct store_node *n);

/* The item goes from the server: what was not sent stays, as local files in a directory of that name. */
MUST_CHECK int attach_gone(struct txn *t, int64_t owner);

/* The item goes because the user removed it: all goes; bytes that the server never had go to conflicts/. */
MUST_CHECK int attach_vanish(struct txn *t, int64_t owner);

/* A new attachment in that directory (of kind ATTACHMENTS) under that name, not stored yet: ret is initialised and
 * empty. -EPERM, -EINVAL: no server takes such a name; -EACCES, -EROFS. */
struct local_item;
MUST_CHECK int attach_begin(struct txn *t, const struct store_node *dir, const char *name, struct local_item *ret);

/*
 * The bytes of i, which wait to be stored, are those of `old` under another name: the server has no rename of attachments, and
 * `old` is not removed there before they are stored (change.name of the STORE has its local id). Writes i's changes. An old name
 * that differs in case only has to go first.
 */
MUST_CHECK int attach_replaces(struct txn *t, struct local_item *i, const struct store_item *old);

/* The same with what stood in the change.name of a STORE whose bytes become those of i; NULL: nothing. */
MUST_CHECK int attach_takes_over(struct txn *t, struct local_item *i, const char *ids);

/* The bytes that were to take the place of these (change.name; NULL: none) are not on the server: they show again. */
MUST_CHECK int attach_spare(struct txn *t, const char *ids);

/* Whether the attachment's STORE or DELETE has to wait for a sibling because of that: 1, 0, -errno. */
MUST_CHECK int attach_waits(struct txn *t, const struct store_item *it, enum change_op op);

/* Whether an attachment can be sent or removed now: 1, 0. *ret_owner (NULL allowed): the owner's ID on the server. */
MUST_CHECK int attach_fits(struct txn *t, const struct item *i, int64_t *ret_owner);

#endif
