#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdint.h>

#include "base/attr.h"
#include "model/item.h"
#include "model/values.h"
#include "stmt.h"

/*
 * What items and stage have in common: the columns sp_id, version, unique_id,
 * path, replication_id, folder, perm, created, modified, size, fields, in this
 * order, and their binding.
 */
#define ROW_TYPES "zitttdiiiib"
#define ROW_ARGS(i, packed)                                                                                \
	(i)->id, (i)->version, (i)->unique_id, (i)->path, (i)->replication_id, (int) (i)->folder,          \
		(int64_t) (i)->perm, (i)->created, (i)->modified, (i)->size, buf_str(packed), (packed)->len

/* Reads them from column `first` on into an empty ret. 0, -ENOMEM, -EUCLEAN; release ret in any case. */
MUST_CHECK int row_read(const struct stmt *st, int first, struct item *ret);

/* Reads packed values. NULL leaves ret empty, and *ret_has (NULL allowed) tells. */
MUST_CHECK int row_values(const struct stmt *st, int col, struct values *ret, bool *ret_has);

#endif
