#include "parts.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/form.h"
#include "apply.h"
#include "local.h"
#include "show.h"

bool parts_in_list(const struct txn *t)
{
	const struct sync_present *p = t->conf->present;

	return p->has_parts && p->has_parts(p->arg, &t->list.info);
}

int parts_ask(const struct txn *t, const struct item *i, int64_t *ret, bool *ret_hidden)
{
	const struct sync_present *p = t->conf->present;
	int64_t master, version, generation;
	int r;

	*ret = 0;
	*ret_hidden = false;
	master = parts_in_list(t) ? p->master(p->arg, &t->list.info, i, ret_hidden) : 0;
	if (!master)
		return 0;
	r = store_item_peek(t->st, t->list.id, master, ret, &version, &generation);
	if (r == -ENOENT)
		*ret = -master;
	return r == -ENOENT ? 0 : r;
}

int parts_stored(const struct txn *t, int64_t item, int64_t *ret)
{
	CLEANUP(store_form_release_p) struct store_form f = STORE_FORM_INIT;
	int r = store_form_get(t->st, item, &f);

	*ret = f.master;
	return r;
}

int parts_of(const struct txn *t, int64_t item, int64_t *ret)
{
	*ret = 0;
	return parts_in_list(t) ? parts_stored(t, item, ret) : 0;
}

int parts_set(struct txn *t, int64_t item, int64_t master)
{
	CLEANUP(store_form_release_p) struct store_form f = STORE_FORM_INIT;
	int r = store_form_get(t->st, item, &f);

	if (r < 0 || f.master == master)
		return r;
	f.master = master;
	return store_form_put(t->st, t->list.id, item, &f);
}

int parts_node(const struct txn *t, int64_t item, struct store_node *ret)
{
	int64_t master;
	int r = parts_of(t, item, &master);

	return r < 0 ? r : store_node_of_item(t->st, master > 0 ? master : item, ret);
}

/* Local ids of the parts; to be freed. */
static int list_parts(const struct txn *t, int64_t master, int64_t **ret, size_t *ret_n)
{
	*ret = NULL;
	*ret_n = 0;
	return parts_in_list(t) ? store_form_of_master(t->st, t->list.id, master, ret, ret_n) : 0;
}

/* ---- files that change with the commit ---------------------------------------------------------- */

int parts_note(struct txn *t, int64_t master, bool edited)
{
	int r;

	for (size_t i = 0; i < t->n_noted; i++)
		if (t->noted[i].master == master) {
			t->noted[i].edited |= edited;
			return 0;
		}
	r = vec_grow(&t->noted, &t->cap_noted, t->n_noted + 1, sizeof(*t->noted));
	if (r == 0)
		t->noted[t->n_noted++] = (struct txn_noted) { master, edited };
	return r;
}

static int is_refused(void *arg, const struct store_change *c)
{
	(void) arg;
	return c->state == STORE_CHANGE_REFUSED;
}

/* Whether the server refused something of the file: 1 or 0. */
static int any_refused(const struct txn *t, int64_t master)
{
	int64_t *v;
	size_t n;
	int r = list_parts(t, master, &v, &n);

	if (r == 0)
		r = store_change_of_item(t->st, master, is_refused, NULL);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = store_change_of_item(t->st, v[i], is_refused, NULL);
	free(v);
	return r;
}

static int flush_one(struct txn *t, const struct txn_noted *noted)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = store_node_of_item(t->st, noted->master, &n);
	bool mine = false;

	if (r == 0)
		r = store_item_get(t->st, noted->master, &it);
	if (r == 0) {
		r = store_text_get(t->st, n.ino, NULL, &text);
		mine = r == 0 && (text.state != STORE_TEXT_KEPT || !noted->edited);
		r = r == -ENOENT ? 0 : r;
	}
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (n.error && text.state != STORE_TEXT_DRAFT) {
		r = any_refused(t, noted->master);
		if (r == 0)
			str_free_p(&n.error);
		if (r == 0)
			r = store_node_put(t->st, &n);
	}
	if (r < 0 || mine)
		return r < 0 ? r : 0;
	return show_parts_changed(t, &it.item, noted->edited, &n);
}

int parts_flush(struct txn *t)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_noted; i++)
		r = flush_one(t, &t->noted[i]);
	t->n_noted = 0;
	return r;
}

/* ---- coming and going ------------------------------------------------------------------------------ */

static int adopt_one(struct txn *t, int64_t item, int64_t master)
{
	int r = apply_hide(t, item);

	if (r == 0)
		r = parts_set(t, item, master);
	return r < 0 ? r : parts_note(t, master, true);
}

static int adopt(struct txn *t, int64_t waiting, int64_t master)
{
	int64_t *v;
	size_t n;
	int r = list_parts(t, waiting, &v, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = adopt_one(t, v[i], master);
	free(v);
	return r;
}

int parts_adopt(struct txn *t, const struct store_item *it)
{
	return it->item.id > 0 ? adopt(t, -it->item.id, it->id) : 0;
}

static int orphan(struct txn *t, int64_t item, int64_t master)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int64_t now;
	bool hidden;
	int r = local_item_load(t, item, &i);

	if (r < 0)
		return r == -ESTALE ? parts_set(t, item, master) : r;
	if (!i.it.item.id)
		return apply_vanish(t, &i.it);
	r = parts_set(t, item, master);
	if (r == 0)
		r = parts_ask(t, &i.it.item, &now, &hidden);
	return r < 0 || hidden ? r : apply_reappear(t, &i.it, NULL);
}

int parts_leave(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t *v, master;
	size_t n;
	int r = parts_of(t, item, &master);

	if (r == 0 && master > 0)
		r = parts_note(t, master, true);
	if (r == 0)
		r = list_parts(t, item, &v, &n);
	if (r < 0)
		return r;
	if (n)
		r = store_item_get(t->st, item, &it);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = orphan(t, v[i], it.item.id ? -it.item.id : INT64_MIN);
	free(v);
	return r;
}

/* ---- a recurrence that changes ------------------------------------------------------------------------ */

static int drop_row(void *arg, const struct store_change *c)
{
	struct txn *t = arg;

	return store_change_delete(t->st, c->id);
}

static int drop_one(struct txn *t, int64_t item, int64_t master)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_item_load(t, item, &i);

	if (r < 0)
		return r == -ESTALE ? 0 : r; /* it goes by itself */
	if (!i.it.item.id)
		return apply_vanish(t, &i.it);
	r = store_change_of_item(t->st, item, drop_row, t);
	pending_release(&i.p);
	if (r == 0)
		r = local_item_settle(&i);
	if (r == 0)
		r = store_item_put(t->st, &i.it);
	return r < 0 ? r : parts_set(t, item, -master);
}

int parts_drop(struct txn *t, int64_t master)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t *v;
	size_t n;
	int r = list_parts(t, master, &v, &n);

	if (r == 0 && n)
		r = store_item_get(t->st, master, &it);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = drop_one(t, v[i], it.item.id);
	free(v);
	return r < 0 ? r : parts_note(t, master, true);
}

int parts_restore(struct txn *t, const struct store_item *master)
{
	int64_t *v;
	size_t n;
	int r = list_parts(t, master->id, &v, &n);

	for (size_t i = 0; r == 0 && i < n; i++) {
		CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;

		r = store_item_get(t->st, v[i], &it);
		if (r == 0 && !it.item.id)
			r = apply_vanish(t, &it);
	}
	free(v);
	if (r == 0 && master->item.id)
		r = adopt(t, -master->item.id, master->id);
	return r < 0 ? r : parts_note(t, master->id, true);
}

static int revert_one(struct txn *t, int64_t item)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	bool any = false;
	int r = store_item_get(t->st, item, &i.it);

	if (r == 0)
		r = pending_load(t->st, item, &i.p);
	for (size_t k = 0; r == 0 && k < i.p.n; k++)
		if (i.p.v[k].c.state == STORE_CHANGE_REFUSED)
			i.p.v[k].gone = any = true;
	if (r < 0 || !any)
		return r;
	if (!i.it.item.id)
		return apply_vanish(t, &i.it);
	r = local_item_settle(&i);
	if (r == 0)
		r = store_item_put(t->st, &i.it);
	return r < 0 ? r : pending_store(t->st, &i.p);
}

int parts_revert(struct txn *t, int64_t master)
{
	int64_t *v;
	size_t n;
	int r = list_parts(t, master, &v, &n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = revert_one(t, v[i]);
	free(v);
	return r < 0 || !n ? r : parts_note(t, master, true);
}

int parts_restore_dropped(struct txn *t, const struct store_item *master)
{
	int64_t *v;
	size_t n;
	int r = master->item.id ? list_parts(t, -master->item.id, &v, &n) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	free(v);
	return n ? parts_restore(t, master) : 0;
}

int parts_delete(struct txn *t, int64_t master, const char *name)
{
	int64_t *v;
	size_t n;
	int r = list_parts(t, master, &v, &n);

	for (size_t k = 0; r == 0 && k < n; k++) {
		CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;

		r = local_item_load(t, v[k], &i);
		if (r == 0)
			r = local_item_delete(t, &i, name);
		r = r == -ESTALE ? 0 : r;
	}
	free(v);
	return r;
}
