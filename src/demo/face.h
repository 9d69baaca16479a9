#ifndef DEMO_FACE_H
#define DEMO_FACE_H

#include <stdint.h>

#include "base/attr.h"

struct db;
struct item;
struct list;
struct person;

/* In an item's values, and so in those of its versions: it was not approved. */
#define NOT_APPROVED "_NotApproved"

/*
 * The face that an item shows to somebody. Where content has to be approved and versions are kept, what waits for
 * approval is for its author and the approvers; everybody else sees the last version that was approved, with its
 * columns, its owshiddenversion and, of a document, its bytes ([MS-LISTSWS] 2.2.4.4 calls it the published one).
 * Without such a version the item stays as it is, and perm_of_item hides it.
 *
 * i becomes what p sees of it. 0 or -errno.
 */
MUST_CHECK int face_show(struct db *db, const struct person *p, const struct list *l, struct item *i);

/* The same whoever looks: i becomes what everybody may see of it. 0 or -errno. */
MUST_CHECK int face_publish(struct db *db, const struct list *l, struct item *i);

/* The item of that number as p sees it. 0; -ENOENT: none, in the recycle bin, or not for p's eyes; -errno. */
MUST_CHECK int face_get(struct db *db, const struct person *p, const struct list *l, int64_t id, struct item *ret);

/* As the item is stored now, it is marked as one that was approved or not. 0 or -ENOMEM. */
MUST_CHECK int face_mark(struct item *i);

#endif
