#include "row.h"

#include "base/str.h"

int row_values(const struct stmt *st, int col, struct values *ret, bool *ret_has)
{
	size_t n;
	const void *p = stmt_blob(st, col, &n);

	if (ret_has)
		*ret_has = p != NULL;
	return p ? values_unpack(p, n, ret) : 0;
}

int row_read(const struct stmt *st, int first, struct item *ret)
{
	int r;

	ret->id = stmt_i64(st, first);
	ret->version = stmt_i64(st, first + 1);
	ret->folder = stmt_i64(st, first + 5) != 0;
	ret->perm = (uint64_t) stmt_i64(st, first + 6);
	ret->created = stmt_i64(st, first + 7);
	ret->modified = stmt_i64(st, first + 8);
	ret->size = stmt_i64(st, first + 9);
	r = str_set(&ret->unique_id, stmt_text(st, first + 2));
	if (r == 0)
		r = str_set(&ret->path, stmt_text(st, first + 3));
	if (r == 0)
		r = str_set(&ret->replication_id, stmt_text(st, first + 4));
	return r < 0 ? r : row_values(st, first + 10, &ret->values, NULL);
}
