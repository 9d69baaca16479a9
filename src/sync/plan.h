#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include <stdbool.h>

#include "base/attr.h"
#include "model/field.h"
#include "model/values.h"

/*
 * Three-way merge of a record, field by field; pure. `base` are the values that `mine` was made from, `mine` the
 * fields that the user changed (a change's fields: "" clears), `theirs` what stands now.
 *
 *	theirs means the same as mine    -> nothing to send
 *	mine means the same as base      -> nothing to send: it is no change
 *	theirs means the same as base    -> to send: mine
 *	else                             -> conflict: theirs stands, mine is reported
 *
 * ret_send and ret_conflict (initialised, emptied first) get mine's fields, each in one of them or in
 * neither. Meaning is field_same(); fields that the schema lacks compare by bytes. 0 or -ENOMEM.
 */
MUST_CHECK int plan_merge(const struct schema *schema, const struct values *base, const struct values *mine,
			  const struct values *theirs, struct values *ret_send, struct values *ret_conflict);

/* Whether two texts of a field mean the same; NULL is "". */
bool plan_same(const struct schema *schema, const char *name, const char *a, const char *b);

/* Whether a field that people can edit has another meaning after than before. */
bool plan_edited(const struct schema *schema, const struct values *before, const struct values *after);

/*
 * What the values of a later version say of an update whose answer was lost, when the item has no history that
 * knows better (history.h). A field that stands there as in `base`, which it was made from, says that the
 * update did not arrive. That one stands as it was sent says nothing: somebody else may have done the same. Nor do fields that the
 * server appends to and shows empty (FIELD_APPENDONLY).
 */
bool plan_not_arrived(const struct schema *schema, const struct values *base, const struct values *sent,
		      const struct values *theirs);

#endif
