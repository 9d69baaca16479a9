#ifndef SYNC_SUBMIT_H
#define SYNC_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/change.h"
#include "model/values.h"
#include "store/node.h"

struct sync;
struct sync_content;

/*
 * How the user's changes reach the store and the journal. The kernel's side
 * decides what an operation means (view/slot.h) and calls exactly one of these
 * for it; each is one transaction, durable when it returns 0, and wakes the
 * engine itself when something is to be sent. None waits for the network.
 *
 * The decision was made from rows read before the transaction, and a pull may
 * have committed in between. So each call checks that the rows are as it was
 * told: -ESTALE when not, nothing is changed, and the caller decides anew.
 *
 * Nodes whose last name goes while is_open() says that somebody has them open
 * stay as rows without a name until sync_submit_forget(). The files scratch/INO are the caller's
 * (written and made durable before, removed after the call).
 *
 * Events (entries that appear, texts that were rendered anew) are delivered by an
 * engine thread later, never from inside a call.
 *
 * Common errors: -ESTALE, -ENOMEM, -EIO, -ENOSPC, -EROFS (read-only list: gone, forbidden),
 * -EACCES (the list's or the item's rights forbid it).
 */

/* A file, directory or symlink that only exists here: DRAFT, SCRATCH, SCRATCH_DIR or SYMLINK (target, else
 * NULL). -EEXIST: the slot is taken (a ghost gives way). */
MUST_CHECK int sync_submit_make(struct sync *s, int64_t parent, const char *name, enum store_node_kind kind,
				int mode, const char *target, int64_t *ret_ino);

/*
 * The same for a DRAFT or SCRATCH that a program makes and has open: it is durable with whatever is made durable next (the flush of
 * its bytes, the rename onto its item), or after sync_submit_settle().
 */
MUST_CHECK int sync_submit_make_open(struct sync *s, int64_t parent, const char *name, enum store_node_kind kind, int mode,
				     int64_t *ret_ino);

/* A mark for what was made so until now, above 0 when there is anything; and the wait until that is durable, if it is not. */
uint64_t sync_submit_mark(const struct sync *s);
MUST_CHECK int sync_submit_settle(struct sync *s, uint64_t mark);

/* A create in a vacated slot: a new ITEM node shows the vacancy's item, which ends the vacancy. Its
 * content is the item's until the first save. */
MUST_CHECK int sync_submit_bind(struct sync *s, int64_t parent, const char *name, int64_t item, int64_t *ret_ino);

/*
 * unlink: an ITEM's slot is vacated and the item deleted after the grace, in one transaction; DRAFT, SCRATCH,
 * SYMLINK and GHOST go. A DRAFT's or item draft's bytes are not kept: the user removed them.
 */
MUST_CHECK int sync_submit_unlink(struct sync *s, int64_t ino);

/*
 * A new document, empty; it waits until its writer lets go (sync_submit_let_go), if `open`, then hold_ms more.
 * -EEXIST; -EINVAL: no server takes such a name.
 */
MUST_CHECK int sync_submit_document(struct sync *s, int64_t parent, const char *name, bool open, int hold_ms,
				    int64_t *ret_ino);

/* The last writer of a DOCUMENT has closed it: when it is new, it is sent hold_ms later. No such row is no error. */
MUST_CHECK int sync_submit_let_go(struct sync *s, int64_t ino, int hold_ms);

/* flush: what a writer of a DOCUMENT has written so far is durable, but not a change yet; c->file goes on being his. */
MUST_CHECK int sync_submit_unsaved(struct sync *s, int64_t ino, const struct sync_content *c);

/* What was written to a DOCUMENT came to nothing: the last sync_submit_unsaved() is void. */
MUST_CHECK int sync_submit_saved(struct sync *s, int64_t ino);

/*
 * Renames a DOCUMENT or a library's FOLDER to another slot of the library, which the server is told. A document that stands or
 * waits there gets the bytes of one that the server has not yet; else it is deleted first, in its
 * version of now. A new document that waits to be sent waits hold_ms from now, as that name wants it.
 * -EXDEV: an attachment that the server has, which has no such operation (its bytes are saved under the new name then).
 * -EEXIST: a folder is there, or something local; -EINVAL: a folder into itself, or no such name there.
 */
MUST_CHECK int sync_submit_rename(struct sync *s, int64_t ino, int64_t to_parent, const char *to_name, int hold_ms);

/* rmdir of a SCRATCH_DIR, FOLDER or ATTACHMENTS without entries. -ENOTEMPTY. */
MUST_CHECK int sync_submit_rmdir(struct sync *s, int64_t ino);

/* A directory that is there when somebody asks for it: Attachments of a list's directory, or in it that of the item with the
 * file of that name. -ENOENT: there is no such thing. */
MUST_CHECK int sync_submit_attachments(struct sync *s, int64_t parent, const char *name, int64_t *ret_ino);

/* mkdir of a folder on the server. -EEXIST; -EPERM: the list has no folders. */
MUST_CHECK int sync_submit_folder(struct sync *s, int64_t parent, const char *name, int64_t *ret_ino);

/* Renames a FOLDER within its parent. -EEXIST. */
MUST_CHECK int sync_submit_rename_folder(struct sync *s, int64_t ino, const char *to_name);

/* The last handle of a node without a name was released: its row goes. No such row is no error. */
MUST_CHECK int sync_submit_forget(struct sync *s, int64_t ino);

/*
 * Renames within what is local: SCRATCH, SCRATCH_DIR, SYMLINK or DRAFT to a name that is local again (kind: what
 * it is under the new name). A local node `replaces` (0: none) gives way. -ENOTEMPTY, -EISDIR, -ENOTDIR by kind.
 */
MUST_CHECK int sync_submit_move(struct sync *s, int64_t ino, int64_t to_parent, const char *to_name,
				enum store_node_kind kind, int64_t replaces);

/*
 * rename(item, local name), how editors make backups: the node becomes SCRATCH under the new name (its content, `size`
 * bytes, already stands in scratch/INO); the item's slot is vacated, and after the grace the item shows
 * again, unless somebody took the slot. Never deletes.
 */
MUST_CHECK int sync_submit_backup(struct sync *s, int64_t ino, int64_t to_parent, const char *to_name, int64_t size,
				  int64_t replaces);

/* rename(item, free item name) in one directory: the node's name, and `fields` (the title; may be empty) as an update.
 * Leaves no ghost. -EEXIST. */
MUST_CHECK int sync_submit_retitle(struct sync *s, int64_t ino, const char *to_name, const struct values *fields);

/* The bytes of a document, whole, as a file that nobody writes to any more. */
struct sync_content {
	const char *file; /* foreign; in unsent/ (sync_work_new), durable; the engine's when the call succeeds; NULL: no bytes */
	int64_t size;
	int64_t base;     /* the item's version that the writer had before him (sync_doc_version); 0: what stands now */
	const char *etag; /* foreign; of those bytes, NULL: not known */
	bool same;        /* they are what stands already: nothing is sent, and the file stays the caller's */
	int hold_ms;      /* a new document is not sent before this time is over */
};

/* What becomes of an item that is shown in the file of another one. */
struct sync_part {
	enum change_op op;           /* NEW, UPDATE or DELETE */
	int64_t item;                /* 0: a new one */
	const struct values *base;   /* foreign; what the writer had read of it; NULL for NEW */
	const struct values *fields; /* foreign; empty for DELETE */
};

/* One save: bytes that were read as fields become the item's, or those of a document the document. */
struct sync_save {
	int64_t ino;        /* the node that holds the bytes: ITEM, DRAFT, SCRATCH, or GHOST's item node */
	int64_t parent;     /* with `name`: the slot it is renamed (or linked) into; */
	const char *name;   /* foreign; NULL: it stays where it is */
	bool link;          /* the bytes' old name stays too, as a scratch node with a new inode */
	int64_t item;       /* the item behind the target slot (node, vacancy or ghost); 0: a new item */
	const struct values *base;   /* foreign; what the writer had read; NULL: what stands now (or new) */
	const struct values *fields; /* foreign; what the text changes; "" clears */
	const char *text;   /* foreign; the user's bytes; NULL: none (xattr): the file is rendered anew */
	size_t n;
	bool complete;      /* the text lists every editable field: the bytes stand as they are (KEPT) */
	const struct sync_content *content; /* foreign; a document's: then there are no fields and no text */
	int64_t mtime;      /* ns; 0: now */
	bool is_open_text;  /* text is what sync_submit_open_text() stored for ino last, so a power cut loses nothing: the next
			     * start saves that. Then this call does not wait for the disk */
	const struct sync_part *part; /* foreign, n_parts; in the order in which they are to be sent */
	size_t n_parts;
	size_t n_before;    /* of these are to be sent before the item's own change */
	bool drops_parts;   /* the item's own change makes the server drop those that it has */
	bool has_form;      /* the next two are said: */
	const char *uid;    /* foreign; of a new item; NULL: it has none of its own */
	const char *extras; /* foreign; lines that the server has no place for; NULL: none */
	const char *replication_id; /* foreign; of a new item, when the text names one; taken unless another item has it */
};

struct sync_saved {
	int64_t ino;      /* the node that shows the item now */
	bool changed;     /* something is to be sent */
	bool conflict;    /* some field had been changed by others meanwhile: their value stands, a copy of
			   * the text is in conflicts/ */
};

/*
 * Merges fields against what stands (plan_merge with base), stores item, journal row, node and text. A node
 * that is renamed onto another item's slot (rename item A -> item B) leaves its own item vacated(unlink). The
 * node that held the target slot loses its name. The file is renamed by itself when its title changed and its item
 * is on the server (with a ghost); a new item's name follows when the server's row arrives.
 * Saving what stands already: nothing is sent (S8), the text is kept all the same when complete.
 */
MUST_CHECK int sync_submit_save(struct sync *s, const struct sync_save *save, struct sync_saved *ret);

/* flush: the writer's buffer, durable but not a change yet (state OPEN); base as in sync_save. */
MUST_CHECK int sync_submit_open_text(struct sync *s, int64_t ino, const void *p, size_t n, const struct values *base);

/* release, fsync or rename with bytes that are no valid text: they stay in the file (state DRAFT), `reason` becomes
 * the node's error. Nothing is sent. */
MUST_CHECK int sync_submit_draft(struct sync *s, int64_t ino, const void *p, size_t n, const char *reason);

/* Drops an OPEN or DRAFT text: the file shows its item again. For a DRAFT node the file is empty. */
MUST_CHECK int sync_submit_revert(struct sync *s, int64_t ino);

/* utimens, chmod, and the size of a scratch file after writing. -1 leaves one as it is. */
MUST_CHECK int sync_submit_attr(struct sync *s, int64_t ino, int mode, int64_t mtime, int64_t size);

/*
 * A library's document is to be checked out or in, or what was done since its check-out undone (op: CHANGE_CHECK_OUT ...); comment and
 * kind: of a check-in, else NULL and CHANGE_CHECKIN_DEFAULT. Sent after what waits of it. What the server says against it becomes the file's error.
 * -EOPNOTSUPP: it is no document of a library; -EAGAIN: the server does not have it yet; -EBUSY: somebody else has checked it
 * out, or what was refused of it waits; -ENOTEMPTY: bytes that were not sent would be undone.
 */
MUST_CHECK int sync_submit_check(struct sync *s, int64_t ino, enum change_op op, enum change_checkin kind, const char *comment);

/* rm .spfs/outbox/X: copies the user's text to conflicts/ (events tell), takes the change back: a new item goes, an
 * edited one shows the server's values again, a deleted one reappears. -EBUSY: it is being sent; -ENOENT. */
MUST_CHECK int sync_submit_discard(struct sync *s, int64_t change);

/* A text that no file can hold: all foreign. */
struct sync_aside {
	int64_t list, dir; /* dir: inode of its directory */
	const char *name;  /* the file's */
	const void *text;
	size_t n;
	const char *why;   /* for people */
};

/* Copies it to conflicts/; events tell. -ENOENT: no such list; -ENOSPC, -EIO, -ENOMEM. */
MUST_CHECK int sync_submit_set_aside(struct sync *s, const struct sync_aside *a);

/* The list's items are files of another form from now on (model/list.h: format; html: LIST_RAW_HTML): their names and sizes
 * change. Before anybody can look. -ENOENT: no such list. */
MUST_CHECK int sync_submit_format(struct sync *s, int64_t list, const char *format, bool html);

/*
 * Bytes of a document that cannot be saved, because `why`: a local file beside it, named after it ("NAME (conflict ...).EXT"),
 * has them. c as for a save; -ESTALE: there is no such directory.
 */
MUST_CHECK int sync_submit_aside(struct sync *s, int64_t parent, const char *name, const struct sync_content *c,
				 const char *why);

/* A new empty file in unsent/ for a writer: its descriptor and its name (a fresh string). */
MUST_CHECK int sync_work_new(struct sync *s, int *ret_fd, char **ret_file);

/* Another name in unsent/ for a file in the store's directory; durable. The same names the same bytes. */
MUST_CHECK int sync_work_link(struct sync *s, const char *path, char **ret_file);

/* Makes a file that was filled durable. */
MUST_CHECK int sync_work_sync(struct sync *s, int fd);

/* Removes one that became nothing. NULL allowed. */
void sync_work_drop(struct sync *s, const char *file);

/* The texts that a killed run left OPEN and the documents that it left unsaved, one call of fn each; fn turns it into a save
 * or a draft. For sync_hooks.recover. */
MUST_CHECK int sync_submit_recover(struct sync *s, int (*fn)(void *arg, int64_t ino), void *arg);

#endif
