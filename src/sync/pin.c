#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "store/blob.h"
#include "store/node.h"
#include "store/pin.h"
#include "transfer.h"

/* Documents that are to be here always. What is pinned stands in the store; what of it is missing is found by one
 * query after each pull, and fetched by the threads that have nothing else to do (transfer_ahead.c). */

struct missing {
	int64_t list;
	struct pinned_item *v; /* owned */
	size_t n, cap;
};

static int add_missing(void *arg, int64_t item)
{
	struct missing *m = arg;
	int r = vec_grow(&m->v, &m->cap, m->n + 1, sizeof(*m->v));

	if (r == 0)
		m->v[m->n++] = (struct pinned_item) { m->list, item };
	return r;
}

/* Those of this list instead of what was known of it. Needs the lock. */
static int replace(struct transfer_site *ts, const struct missing *m)
{
	size_t kept = 0;
	int r;

	for (size_t i = 0; i < ts->n_pins; i++)
		if (ts->pins[i].list != m->list)
			ts->pins[kept++] = ts->pins[i];
	ts->n_pins = kept;
	r = vec_grow(&ts->pins, &ts->cap_pins, kept + m->n, sizeof(*ts->pins));
	for (size_t i = m->n; r == 0 && i > 0; i--)
		ts->pins[ts->n_pins++] = m->v[i - 1];
	return r < 0 || !m->n ? r : transfer_wake_thread(ts);
}

void pins_fetch(struct sync *s, int64_t list)
{
	struct missing m = { .list = list };
	const struct site *site = NULL;
	struct transfers *t = s->transfers;
	struct transfer_site *ts;
	int r = t ? store_pin_settle(s->conf.store) : 0;

	if (r == 0 && t)
		r = store_pin_missing(s->conf.store, list, add_missing, &m);
	if (r == 0 && m.n && transfer_find_site(s, list, &site) == 0) {
		lock_take(&t->lock);
		ts = transfer_site_of(t, site);
		r = ts && !t->quit ? replace(ts, &m) : ts ? 0 : -ENOMEM;
		lock_give(&t->lock);
	}
	if (r < 0)
		log_warning("what is pinned is not fetched list=%lld error=%d", (long long) list, r);
	free(m.v);
}

void pins_keep(struct sync *s, int64_t item)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(s->conf.store, item, &n);

	if (r == 0)
		r = store_pin_covers(s->conf.store, n.ino);
	if (r > 0)
		r = store_blob_pin(s->conf.blobs, item, true);
	if (r < 0 && r != -ENOENT)
		log_warning("a pinned document may leave the cache item=%lld error=%d", (long long) item, r);
}

/* Every list: a pinned directory may be the root. */
static void fetch_all(struct sync *s)
{
	int64_t *ids = NULL;
	size_t n = 0, cap = 0;

	lock_take(&s->lock);
	for (const struct entry *e = s->entries; e && vec_grow(&ids, &cap, n + 1, sizeof(*ids)) == 0; e = e->next)
		ids[n++] = e->list;
	lock_give(&s->lock);
	for (size_t i = 0; i < n; i++)
		pins_fetch(s, ids[i]);
	free(ids);
}

int sync_pin(struct sync *s, int64_t ino, bool pinned)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(s->conf.store, ino, &n);

	if (r == 0)
		r = store_pin_set(s->conf.store, ino, pinned);
	if (r < 0)
		return r;
	if (pinned && n.list)
		pins_fetch(s, n.list);
	else if (pinned)
		fetch_all(s);
	return 0;
}
