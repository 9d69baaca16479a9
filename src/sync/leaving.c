#include "leaving.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/item.h"
#include "store/journal.h"

struct txn_leaving {
	struct one {
		int64_t item;
		char *path; /* owned */
	} *v; /* owned */
	size_t n, cap;
};

void leaving_free(struct txn_leaving *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
	free(l);
}

static int note(void *arg, const struct store_change *c)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct txn *t = arg;
	struct txn_leaving *l = t->leaving;
	int r;

	if (c->change.op != CHANGE_DELETE || c->state == STORE_CHANGE_SENT || c->state == STORE_CHANGE_REFUSED)
		return 0;
	r = store_item_get(t->st, c->item, &it);
	if (r < 0 || !it.item.path)
		return r == -ENOENT ? 0 : r;
	r = vec_grow(&l->v, &l->cap, l->n + 1, sizeof(*l->v));
	if (r < 0)
		return r;
	l->v[l->n++] = (struct one) { c->item, it.item.path };
	it.item.path = NULL;
	return 0;
}

static int look(struct txn *t)
{
	int r;

	t->leaving = calloc(1, sizeof(*t->leaving));
	r = t->leaving ? store_change_each(t->st, t->list.id, note, t) : -ENOMEM;
	if (r < 0) {
		leaving_free(t->leaving);
		t->leaving = NULL;
	}
	return r;
}

int leaving_has(struct txn *t, int64_t item, const char *path)
{
	int r = t->leaving ? 0 : look(t);

	for (size_t i = 0; r == 0 && i < t->leaving->n; i++)
		if (t->leaving->v[i].item != item && strcasecmp(t->leaving->v[i].path, path) == 0)
			return 1;
	return r;
}
