#ifndef FMT_CHANGES_H
#define FMT_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "line.h"
#include "view/format.h"

struct buf;

/* What the formats share on both sides of a file: who an item is, and what is done to it. */

/* Appends an operation; its fields are moved out of `fields`. 0, -ENOMEM. */
MUST_CHECK int changes_add(struct view_changes *c, enum change_op op, const struct item *i, struct values *fields);

/* Appends what is done to the item of a file: nothing when its fields are none. master NULL: it is new. 0, -ENOMEM. */
MUST_CHECK int changes_add_master(struct view_changes *c, const struct item *master, struct values *fields);

/* Takes the UID of component `comp` into c and, for a new item, into its fields. 0, -ENOMEM. */
MUST_CHECK int changes_take_uid(const struct lines *l, size_t comp, bool is_new, struct view_changes *c,
				struct values *fields);

/* Puts what a component of the file has over into c->extras, framed as fmt_extras.h says; `inner` (may be NULL) holds
 * the frames of components in it. 0, -ENOMEM. */
MUST_CHECK int changes_take_extras(const struct lines *l, size_t comp, const char *const *except,
				   const struct buf *inner, struct view_changes *c);

/* Adds "UID:..." and the line "X-SP-ID:42" of an item that has an ID. */
void changes_write_uid(const struct view_file *f, struct buf *out);
void changes_write_id(const struct item *i, struct buf *out);

#endif
