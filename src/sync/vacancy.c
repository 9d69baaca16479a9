#include "vacancy.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/str.h"
#include "apply.h"
#include "doc.h"
#include "engine.h"
#include "local.h"
#include "place.h"

enum {
	CHUNK = 100,     /* slots per transaction */
	GRACES_MAX = 10, /* a due time so many graces ahead was written before the clock was set back */
};

struct slots {
	struct store_vacancy *v; /* owned; of those that are due */
	size_t n, cap;
	int64_t now, latest;
	bool all;
};

static void slots_release(struct slots *s)
{
	for (size_t i = 0; i < s->n; i++)
		store_vacancy_release(&s->v[i]);
	free(s->v);
}

static int note(void *arg, const struct store_vacancy *v)
{
	struct slots *s = arg;
	struct store_vacancy copy = *v;
	int r;

	if (!s->all && v->due > s->now && v->due < s->latest)
		return 0;
	r = vec_grow(&s->v, &s->cap, s->n + 1, sizeof(*s->v));
	copy.name = NULL;
	if (r == 0)
		r = str_set(&copy.name, v->name);
	if (r == 0)
		s->v[s->n++] = copy;
	return r;
}

/* Under its own name in its own directory, or wherever it fits. The slot's name is its own no more when
 * others gave it another title meanwhile. */
static int put_back(struct txn *t, const struct store_vacancy *v)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	const char *name = v->name;
	int r = store_item_get(t->st, v->item, &it);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	t->queued++;
	if (it.item.id) {
		r = place_is_name(t, &it.item, name);
		if (r == 0)
			name = NULL;
	}
	if (r >= 0)
		r = store_node_get(t->st, v->parent, &dir);
	if (r == -ENOENT)
		return apply_reappear(t, &it, name);
	return r < 0 ? r : place_new(t, &it, v->parent, name);
}

/* What he removed were his own bytes, of a document that others have changed meanwhile: theirs show again. */
static int show_theirs(struct txn *t, struct local_item *i, const char *name)
{
	static const char why[] = "deleted here, but changed on the server meanwhile: it is there again";
	int r;

	r = doc_drop_stores(t, &i->it, &i->p);
	if (r == 0)
		r = apply_reappear(t, &i->it, place_is_name(t, &i->it.item, name) > 0 ? NULL : name);
	return r < 0 ? r : txn_say(t, SYNC_CONFLICT, name, why);
}

static int delete_item(struct txn *t, const struct store_vacancy *v)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_item_load(t, v->item, &i);

	if (r == 0 && doc_is_overtaken(&i.it, &i.p))
		return show_theirs(t, &i, v->name);

	if (r == 0 && t->conf->offline && PLANTED("forget_delete"))
		return apply_vanish(t, &i.it);
	return r < 0 ? (r == -ESTALE ? 0 : r) : local_item_delete(t, &i, v->name);
}

/* The row was read before: a program may have filled the slot since. */
int vacancy_end(struct txn *t, const struct store_vacancy *read)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_vacancy_find(t->st, read->parent, read->name, &v);

	if (r < 0 || v.item != read->item || v.due != read->due)
		return r == -ENOENT ? 0 : r;
	r = store_vacancy_delete(t->st, v.parent, v.name);
	if (r < 0)
		return r;
	return v.reason == STORE_VACANT_UNLINK ? delete_item(t, &v) : put_back(t, &v);
}

/* As many as one transaction takes, of one list. Returns how many. */
static int end_some(struct sync *s, const struct store_vacancy *v, size_t n)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	size_t i = 0;
	int r = txn_begin(&t, v->list);

	if (r == -ENOENT) {
		/* The list was removed meanwhile, and all this with it. */
		while (i < n && v[i].list == v->list)
			i++;
		return (int) i;
	}
	while (r == 0 && i < n && i < CHUNK && v[i].list == v->list)
		r = vacancy_end(&t, &v[i++]);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "grace");
	return r < 0 ? r : (int) i;
}

int vacancy_run(struct sync *s, bool all, int64_t *ret_next)
{
	CLEANUP(slots_release) struct slots slots = { .all = all };
	struct store *st = sync_store(s);
	int r;

	slots.now = clock_now_ns();
	slots.latest = slots.now + (int64_t) local_config(s)->grace_ms * 1000000 * GRACES_MAX + 1000000000;
	r = store_vacancy_each(st, INT64_MAX, note, &slots);
	for (size_t i = 0; r >= 0 && i < slots.n; i += (size_t) r)
		r = end_some(s, slots.v + i, slots.n - i);
	if (r < 0)
		return r;
	*ret_next = 0;
	r = store_vacancy_next(st, ret_next);
	return r == -ENOENT ? 0 : r;
}
