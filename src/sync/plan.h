#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "base/attr.h"
#include "model/field.h"
#include "model/values.h"

/*
 * Three-way merge of a record, field by field; pure. `base` are the values that `mine` was made from, `mine` the
 * fields that the user changed (a change's fields: "" clears), `theirs` what stands now.
 *
 *	theirs means the same as base    -> to send: mine
 *	theirs means the same as mine    -> nothing to send
 *	else                             -> conflict: theirs stands, mine is reported
 *
 * ret_send and ret_conflict (initialised, emptied first) get mine's fields, each in one of them or in
 * neither. Meaning is field_same(); fields that the schema lacks compare by bytes. 0 or -ENOMEM.
 */
MUST_CHECK int plan_merge(const struct schema *schema, const struct values *base, const struct values *mine,
			  const struct values *theirs, struct values *ret_send, struct values *ret_conflict);

#endif
