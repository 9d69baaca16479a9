#include "remote/remote.h"

#include <stdlib.h>

void remote_page_release(struct remote_page *p)
{
	free(p->token);
	free(p->position);
	free(p->perm_text);
	free(p->alternate_urls);
	*p = (struct remote_page) { 0 };
}

void remote_outcome_release(struct remote_outcome *o)
{
	free(o->text);
	item_release(&o->row);
	*o = (struct remote_outcome) { 0 };
}

const char *remote_result_name(enum remote_result r)
{
	static const char *const names[] = {
		[REMOTE_OK] = "ok",
		[REMOTE_CONFLICT] = "conflict",
		[REMOTE_ITEM_GONE] = "item gone",
		[REMOTE_ITEM_BAD] = "item refused",
		[REMOTE_NOT_RUN] = "not run",
		[REMOTE_LIST_BAD] = "list broken",
		[REMOTE_LIST_GONE] = "list gone",
		[REMOTE_TOKEN_GONE] = "token gone",
		[REMOTE_SITE_BAD] = "site broken",
		[REMOTE_LOST] = "answer lost",
		[REMOTE_AUTH] = "login needed",
		[REMOTE_CANCELED] = "canceled",
	};

	_Static_assert(sizeof(names) / sizeof(*names) == REMOTE_CANCELED + 1, "each result has its word");
	return (unsigned) r <= REMOTE_CANCELED ? names[r] : "unknown";
}
