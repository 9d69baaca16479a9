#ifndef SYNC_SUBMIT_PARTS_H
#define SYNC_SUBMIT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "local.h"
#include "sync/submit.h"

/*
 * Carries out what a save says of parts from..to-1 of the item's file. Fields that others had changed
 * meanwhile are added to lost. name: the file's. *changed: something is to be sent.
 */
MUST_CHECK int submit_parts_change(struct txn *t, const struct local_item *master, const struct sync_save *save, size_t from,
			    size_t to, const char *name, struct values *lost, bool *changed);

/* What a save says of the file beside the item: UID and lines that the server has no place for. */
MUST_CHECK int submit_parts_form(struct txn *t, int64_t item, const struct sync_save *save, bool is_new);

/* A new item's ReplicationID is the one that its text names, unless another item has it. *ret_own: it was taken, or none
 * was named. */
MUST_CHECK int submit_parts_name(struct txn *t, const char *wanted, struct item *i, bool *ret_own);

#endif
