#ifndef VIEW_SLOT_H
#define VIEW_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/list.h"

/*
 * What an operation of a program means (presentation 5.2). Pure: whoever carries
 * it out gathers the rows (view_tree_slot), asks here, and does what is said.
 *
 * The idea: an item's identity follows its slot, that is (directory, name), and
 * not the inode. A program that saves by moving the file away and writing a new
 * one, or by renaming a temporary one over it, has changed one item; a name
 * without the list's extension never leaves this machine. So of all
 * combinations below one alone deletes on the server: unlink of an item's name into
 * which nothing is put back in time.
 */

/* Where the slot is. */
enum view_slot_dir {
	VIEW_SLOT_ROOT,    /* of the mount: lists only */
	VIEW_SLOT_ITEMS,   /* a list's directory or a folder of it */
	VIEW_SLOT_LIBRARY, /* the same of a library */
	VIEW_SLOT_ATTACHMENTS, /* of a list's directory: directories of items' attachments only */
	VIEW_SLOT_ATTACHED, /* of an item's attachments: as of a library, but flat */
	VIEW_SLOT_LOCAL,   /* below a directory that is only local: all is local */
	VIEW_SLOT_DIR_COUNT
};

/* What the name says. */
enum view_slot_name {
	VIEW_SLOT_NAME_ITEM,      /* of an item */
	VIEW_SLOT_NAME_TEMPORARY, /* of a temporary file; in item lists every other dot name too */
	VIEW_SLOT_NAME_OTHER,
	VIEW_SLOT_NAME_RESERVED,  /* ERRORS, Attachments, .spfs: ours */
	VIEW_SLOT_NAME_TRASH,     /* .Trash, .Trash-UID: refused, so that desktops delete */
	VIEW_SLOT_NAME_COUNT
};

/* What stands there. */
enum view_slot_what {
	VIEW_SLOT_FREE,
	VIEW_SLOT_VACATED, /* nothing, but an item waits to be put back */
	VIEW_SLOT_GHOST,   /* a former name of an item */
	VIEW_SLOT_ITEM,
	VIEW_SLOT_DRAFT,
	VIEW_SLOT_SCRATCH,
	VIEW_SLOT_SYMLINK,
	VIEW_SLOT_LOCAL_DIR,
	VIEW_SLOT_FOLDER,
	VIEW_SLOT_DOCUMENT,
	VIEW_SLOT_LIST,
	VIEW_SLOT_ATTACHMENTS_DIR, /* Attachments, or that of an item */
	VIEW_SLOT_WHAT_COUNT
};

struct view_slot {
	enum view_slot_dir dir;
	enum view_slot_name name;
	enum view_slot_what what;
	bool folders;    /* the list takes folders */
	int64_t list;    /* 0: the root */
	int64_t parent;  /* inode of the directory */
	int64_t item;    /* the one that stands or stood there; 0: none */
	bool unknown;    /* the list was never received: without its columns no text can be read */
};

/* What to do; the functions of sync/submit.h in brackets. */
enum view_slot_action {
	VIEW_SLOT_REFUSE,        /* reply with .error */
	VIEW_SLOT_OPEN,          /* what stands there is meant: open it */
	VIEW_SLOT_MAKE_DRAFT,    /* [make] an item that has no content yet */
	VIEW_SLOT_MAKE_SCRATCH,  /* [make] */
	VIEW_SLOT_MAKE_DOCUMENT, /* [document] */
	VIEW_SLOT_MAKE_DIR,      /* [make] a directory that is only local */
	VIEW_SLOT_MAKE_SYMLINK,  /* [make] */
	VIEW_SLOT_MAKE_FOLDER,   /* [folder] */
	VIEW_SLOT_BIND,          /* [bind] a new file for the item that waits */
	VIEW_SLOT_REMOVE,        /* [unlink] an item's removal is held back for the grace */
	VIEW_SLOT_REMOVE_DIR,    /* [rmdir] */
	VIEW_SLOT_MOVE_SCRATCH,  /* [move] it is scratch under its new name */
	VIEW_SLOT_MOVE_DRAFT,    /* [move] it has no valid content yet, and stays a draft */
	VIEW_SLOT_MOVE_AS_IS,    /* [move] a local directory or a symlink */
	VIEW_SLOT_BACKUP,        /* [backup] the bytes go local, the item waits for new ones */
	VIEW_SLOT_RETITLE,       /* [retitle] after [unlink] of a draft in the way */
	VIEW_SLOT_RENAME_FOLDER, /* [rename_folder] */
	VIEW_SLOT_MOVE,          /* [rename] of a document or a library's folder */
	VIEW_SLOT_MOVE_ACROSS,   /* [move_across] the same to another library */
	VIEW_SLOT_SAVE_DOCUMENT, /* [save] the source's bytes become the document's, whatever they are */
	VIEW_SLOT_SAVE,          /* [save] the source's bytes become the target's item */
	VIEW_SLOT_COPY,          /* [make] scratch with a copy of the bytes */
	VIEW_SLOT_NOTHING,       /* both names are the same item's */
	VIEW_SLOT_ACTION_COUNT
};

struct view_slot_do {
	enum view_slot_action action;
	int error; /* negative errno for REFUSE, else 0 */
};

/* What a name means in a directory of the list (l may be NULL: the root). */
enum view_slot_name view_slot_name(const struct list *l, const char *name);

/* What is in the source's bytes when it is renamed or linked onto a name. */
enum view_slot_bytes {
	VIEW_SLOT_BYTES_EMPTY,
	VIEW_SLOT_BYTES_VALID,   /* they read as a text of the list */
	VIEW_SLOT_BYTES_INVALID,
};

/* excl: O_EXCL. */
struct view_slot_do view_slot_create(const struct view_slot *s, bool excl);

/* An open for writing, O_TRUNC or truncate(2): of the buffer only. */
struct view_slot_do view_slot_write(const struct view_slot *s);
struct view_slot_do view_slot_unlink(const struct view_slot *s);
struct view_slot_do view_slot_mkdir(const struct view_slot *s);
struct view_slot_do view_slot_rmdir(const struct view_slot *s);
struct view_slot_do view_slot_symlink(const struct view_slot *s);

/*
 * SAVE needs the source's bytes: whoever gets it reads them and asks view_slot_bytes() what
 * becomes of it. noreplace: RENAME_NOREPLACE.
 */
struct view_slot_do view_slot_rename(const struct view_slot *from, const struct view_slot *to,
				     bool noreplace);
struct view_slot_do view_slot_link(const struct view_slot *from, const struct view_slot *to);

/* A SAVE by rename or link whose bytes are known: SAVE, MOVE_DRAFT or REFUSE. */
struct view_slot_do view_slot_bytes(const struct view_slot *from, const struct view_slot *to,
				    enum view_slot_bytes bytes, bool link);

#endif
