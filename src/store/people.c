#include "store/people.h"

#include <errno.h>

#include "base/str.h"
#include "conn.h"

int store_person_put(struct store *s, const char *site, int64_t id, const char *text)
{
	int r = conn_run(s, Q_PERSON_PUT, "tit", site, id, text);

	return r < 0 ? r : 0;
}

int store_person_get(struct store *s, const char *site, int64_t id, char **ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_PERSON_GET, "ti", site, id);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return str_set(ret, stmt_text(st, 0));
}
