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
 * Whether an update whose answer was lost stands in `theirs`, values of a later version, when it was made from
 * `base`. A field that has what was sent says that it does, one that is as before that it does not; fields that the
 * server appends to and shows empty (FIELD_APPENDONLY) say nothing. Without any such word: it does when nobody edited
 * anything, and else that is not to be known.
 */
enum plan_arrival { PLAN_ARRIVED, PLAN_NOT_ARRIVED, PLAN_UNKNOWN };

enum plan_arrival plan_arrived(const struct schema *schema, const struct values *base, const struct values *sent,
			       const struct values *theirs);

#endif
