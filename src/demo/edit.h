#ifndef DEMO_EDIT_H
#define DEMO_EDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "ftype.h"

struct item;
struct list;
struct model;
struct person;
struct xml;

/*
 * Changing items, whoever asks: a client's batch, a script, the samples. All
 * run inside a transaction of the caller, and keep three things in step: the
 * item's row, the list's counters and the change log. A refusal happens
 * before anything is written.
 *
 * Order: edit_set for each column, then one of insert and update.
 */
struct edit {
	struct model *m;
	struct list *l;
	const struct person *who;
	int64_t now;
	bool utc;     /* DateInUtc of the batch */
	bool all_day; /* the item is, or becomes, an all-day event */
	bool system;  /* may set what users may not: Created, Author, read-only columns */
	bool strict;  /* what is read-only refuses, instead of being passed over */
	int64_t with; /* what is deleted goes with that item, and comes back with it; 0: by itself */
	struct refusal refusal;
};

/* Sets a column of the item, which is not stored yet; "" clears it. Columns that nobody can set are passed
 * over. 0; -EINVAL with the refusal set: the value is wrong, or there is no such column; -errno. */
MUST_CHECK int edit_set(struct edit *e, struct item *i, const char *name, const char *value);

/* Sets a property, "" removes it; the whole blob "name:TT|value" with lines. 0 or -errno. */
MUST_CHECK int edit_set_property(struct item *i, const char *name, const char *value);
MUST_CHECK int edit_set_blob(struct item *i, const char *blob);

/* Gives columns without a value the one they have when nobody sends any. 0 or -errno. */
MUST_CHECK int edit_defaults(struct edit *e, struct item *i);

/* What follows from other columns: formulas, an event's duration. 0 or -errno. */
MUST_CHECK int edit_compute(struct edit *e, struct item *i);

/*
 * Is the item as the list wants it ([MS-LISTSWS] 2.2.4.12 Validation, and the Validation of a Field)? With
 * EnforceDataValidation its columns have to keep what their definitions say, too. Up to 2007 and for folders nothing is
 * asked. 0; -EINVAL refused, with the words of the one who wrote the validation, which are the list's; -errno.
 */
MUST_CHECK int edit_validate(struct edit *e, const struct item *i);

/* Stores a new item: dir NULL: the list's root; leaf NULL: "ID_.000"; ctype NULL: the usual one. 0; -EINVAL
 * with the refusal set: the name is taken or the folder is not there; -errno. */
MUST_CHECK int edit_insert(struct edit *e, struct item *i);

/* How much an update counts: as an edit; as a change by nobody; without a new version; as a rename; as the word of an
 * approver about the version that is there; as news about an item that itself stays what it is. */
enum edit_kind { EDIT_NORMAL, EDIT_QUIET, EDIT_SYSTEM, EDIT_RENAME, EDIT_MODERATE, EDIT_TOUCH };

MUST_CHECK int edit_update(struct edit *e, struct item *i, enum edit_kind kind);

/* Puts the item, and what is below it, into the recycle bin; and brings it back with all that went with it: what
 * was in a folder, the exceptions of a series. 0; -EINVAL with the refusal set: a name is taken; -errno. */
MUST_CHECK int edit_delete(struct edit *e, struct item *i);
MUST_CHECK int edit_restore(struct edit *e, struct item *i);

/* A new path for the item and what is below it; dir or leaf NULL: as it was. 0; -EINVAL refused; -errno. */
MUST_CHECK int edit_move(struct edit *e, struct item *i, const char *dir, const char *leaf);

/* May a folder or document have that name? 0 or -EINVAL refused. */
MUST_CHECK int edit_check_name(struct edit *e, const char *name);

/* Is it the list's root or a folder in it? 1, 0 or -errno. */
MUST_CHECK int edit_is_folder(struct edit *e, const char *path);

/* Marks a refusal; returns -EINVAL. */
int edit_refuse(struct edit *e, uint32_t code);

#endif
