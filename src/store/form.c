#include "store/form.h"

#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "conn.h"

/* Columns of FORM_GET. */
enum { COL_MASTER, COL_UID, COL_EXTRAS };

void store_form_release(struct store_form *f)
{
	free(f->uid);
	free(f->extras);
	*f = (struct store_form) STORE_FORM_INIT;
}

int store_form_get(struct store *s, int64_t item, struct store_form *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_FORM_GET, "i", item);

	store_form_release(ret);
	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r;
	ret->master = stmt_i64(st, COL_MASTER);
	r = str_set(&ret->uid, stmt_text(st, COL_UID));
	return r < 0 ? r : str_set(&ret->extras, stmt_text(st, COL_EXTRAS));
}

int store_form_put(struct store *s, int64_t list, int64_t item, const struct store_form *f)
{
	int r = conn_replacing(s, item);

	if (r < 0)
		return r;
	r = f->master || f->uid || f->extras
		    ? conn_run(s, Q_FORM_PUT, "iiztt", item, list, f->master, f->uid, f->extras)
		    : conn_run(s, Q_FORM_DELETE, "i", item);
	return r < 0 ? r : 0;
}

int store_form_has_uid(struct store *s, int64_t list, const char *uid)
{
	int64_t item;
	int r = conn_number(s, &item, Q_FORM_FIND_UID, "it", list, uid);

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

int store_form_of_master(struct store *s, int64_t list, int64_t master, int64_t **ret, size_t *ret_n)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int64_t *v = NULL;
	size_t n = 0, cap = 0;
	int r = conn_ask(s, &st, Q_FORM_OF_MASTER, "ii", list, master);

	while (r >= 0 && (r = stmt_step(st)) > 0) {
		r = vec_grow(&v, &cap, n + 1, sizeof(*v));
		if (r == 0)
			v[n++] = stmt_i64(st, 0);
	}
	if (r < 0) {
		free(v);
		return r;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}
