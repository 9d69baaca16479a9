#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/values.h"

/* What the user did to an item, as the server is to be told. */
enum change_op {
	CHANGE_NEW,        /* an item */
	CHANGE_NEW_FOLDER, /* a folder in the list; name in `name` */
	CHANGE_UPDATE,
	CHANGE_DELETE,
	CHANGE_STORE,      /* of a document: its bytes; those of a new one make it */
	CHANGE_MOVE,       /* of a library's document or folder: to where its file stands now */
	CHANGE_CHECK_OUT,  /* of a document, and so the next */
	CHANGE_CHECK_IN,   /* comment in `name` */
	CHANGE_UNDO_CHECK_OUT,
	CHANGE_OP_COUNT
};

/* What a check-in makes. Where a library has no minor versions, the server makes it a major one. */
enum change_checkin {
	CHANGE_CHECKIN_DEFAULT, /* as the library has them: minor where there are any */
	CHANGE_CHECKIN_MINOR,
	CHANGE_CHECKIN_MAJOR
};

/* Of CHANGE_STORE. */
struct change_content {
	char *file;    /* owned; its name in the store's unsent/; NULL: no bytes */
	int64_t size;
	int64_t base;  /* the item's version that the bytes were made from; 0: a new document. Of CHANGE_CHECK_IN: enum change_checkin */
	char *etag;    /* owned; the server's word for that version, or for what was stored; NULL: not known */
	int64_t due;   /* wall clock ns before which it is not sent; INT64_MAX: somebody still writes the new file */
	bool lost;     /* it was sent once, and the answer was lost */
};

struct change {
	enum change_op op;
	int64_t id;            /* the item's id on the server; 0 for the NEW ones */
	int64_t version;       /* owshiddenversion it was made from; 0: do not compare */
	char *replication_id;  /* owned; "{GUID}": NEW ones only (MS-OUTSPS_R206) */
	char *folder;          /* owned; NEW ones: server-relative folder to create in; NULL: the list's root */
	char *name;            /* owned; CHANGE_NEW_FOLDER: its name; CHANGE_CHECK_IN: the comment; CHANGE_STORE: local ids of
				* attachments whose bytes these are under another name, NULL: of none; else NULL */
	char *file_ref;        /* owned; UPDATE and DELETE in a library: the server-relative path that the server
				* knows the document or folder by ([MS-LISTSWS] R2101); NULL for list items */
	struct values fields;  /* what changes; "" clears. Empty for DELETE, STORE and MOVE. A NEW one with a ThreadIndex
				* ("0x" and hexadecimal digits) is a post of a discussion, and goes as a message */
	struct change_content content;
};

#define CHANGE_INIT { 0 }

void change_release(struct change *c);
static inline void change_release_p(struct change *c)
{
	change_release(c);
}

MUST_CHECK int change_content_copy(struct change_content *to, const struct change_content *from);
void change_content_release(struct change_content *c);

/* The word for the database and for people: "new", "new folder", "update", "delete", "store", "move", "check out",
 * "check in", "undo check out". */
const char *change_op_name(enum change_op op);

/* Whether it is about who has a document to himself: CHECK_OUT, CHECK_IN, UNDO_CHECK_OUT. */
bool change_is_check(enum change_op op);

/* 0 or -EINVAL. */
MUST_CHECK int change_op_parse(const char *name, enum change_op *ret);

/*
 * Folds a later change of the same item into an earlier one that was not sent:
 * new+update = new, update+update = update (the later value of a field wins),
 * update+delete = delete, store+store = store (the later bytes, made from the earlier base), move+move = move,
 * store+delete and move+delete = delete,
 * check in+check in = check in (the later comment and kind), check out, in or undone+delete = delete. 1: folded into `into`, which keeps its version and file_ref; 2: both vanish
 * (new+delete, store of a new document+delete, check out+undo); 0: cannot be folded; -ENOMEM. On 0, 2 and -ENOMEM `into` is unchanged.
 */
MUST_CHECK int change_fold(struct change *into, const struct change *later);

#endif
