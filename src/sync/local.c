#include "local.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/guid.h"
#include "base/str.h"
#include "apply.h"
#include "attach.h"
#include "engine.h"
#include "parts.h"
#include "place.h"
#include "show.h"
#include "vacancy.h"

/* ---- transactions ----------------------------------------------------------------------- */

const struct sync_config *local_config(const struct sync *s)
{
	return &s->conf;
}

int local_begin(struct txn *t, int64_t ino, struct store_node *ret)
{
	int r = txn_begin(t, 0);

	if (r == 0)
		r = store_node_get(t->st, ino, ret);
	if (r == 0 && ret->list)
		r = txn_list(t, ret->list);
	return r == -ENOENT ? -ESTALE : r;
}

int local_begin_dir(struct txn *t, int64_t dir, struct store_node *ret)
{
	int r = local_begin(t, dir, ret);

	if (r < 0)
		return r;
	switch (ret->kind) {
	case STORE_NODE_LIST:
	case STORE_NODE_FOLDER:
	case STORE_NODE_SCRATCH_DIR:
	case STORE_NODE_ATTACHMENTS:
		return 0;
	case STORE_NODE_ROOT:
		return -EPERM;
	case STORE_NODE_ITEM:
	case STORE_NODE_DOCUMENT:
	case STORE_NODE_DRAFT:
	case STORE_NODE_SCRATCH:
	case STORE_NODE_SYMLINK:
	case STORE_NODE_GHOST:
	case STORE_NODE_KIND_COUNT:
		break;
	}
	return -ENOTDIR;
}

int local_commit(struct sync *s, struct txn *t, const char *before, const char *after)
{
	int r;

	(void) before;
	(void) after;
	CRASH_POINT(before);
	r = txn_commit(t);
	if (r < 0)
		return r;
	CRASH_POINT(after);
	engine_submitted(s, t);
	return 0;
}

/* ---- rights and slots ----------------------------------------------------------------------- */

int local_may(const struct store_list *l, const struct item *i, uint64_t right)
{
	/* A row without a mask of its own has the list's; what is not there yet is the user's. */
	uint64_t perm = i && !i->id ? PERM_FULL : i && i->perm != PERM_FULL ? i->perm : l->perm;

	/* A file of an item is a part of it. */
	if (i && i->owner)
		right = PERM_EDIT;
	if (l->info.write_security != 4 && store_list_read_only(l))
		return -EROFS;
	return l->info.write_security == 4 || !(perm & right) ? -EACCES : 0;
}

int local_vacate(struct txn *t, const struct store_node *n, enum store_vacancy_reason reason)
{
	struct store_vacancy v = {
		.parent = n->parent, .name = n->name, .item = n->item, .list = n->list, .reason = reason,
		.due = t->now + (int64_t) t->conf->grace_ms * 1000000,
	};
	CLEANUP(store_vacancy_release_p) struct store_vacancy was = STORE_VACANCY_INIT;
	int r = local_vacancy(t, n->parent, n->name, &was);

	/* rm b; mv a b; rm b: a slot has one item that waits, and the one before must not be forgotten. */
	if (r > 0 && was.item != n->item)
		r = vacancy_end(t, &was);
	if (r >= 0)
		r = store_vacancy_put(t->st, &v);
	t->has_vacancies = true;
	if (!t->vacated || v.due < t->vacated)
		t->vacated = v.due;
	return r;
}

int local_vacancy(struct txn *t, int64_t dir, const char *name, struct store_vacancy *ret)
{
	int r = t->has_vacancies ? store_vacancy_find(t->st, dir, name, ret) : -ENOENT;

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

int local_replace(struct txn *t, int64_t ino, bool by_dir)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t->st, ino, &n);
	bool is_dir;

	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	is_dir = n.kind == STORE_NODE_SCRATCH_DIR;
	if (!is_dir && n.kind != STORE_NODE_SCRATCH && n.kind != STORE_NODE_DRAFT && n.kind != STORE_NODE_SYMLINK)
		return -ESTALE;
	if (is_dir != by_dir)
		return is_dir ? -EISDIR : -ENOTDIR;
	r = is_dir ? store_node_has_children(t->st, ino) : 0;
	if (r)
		return r < 0 ? r : -ENOTEMPTY;
	return place_strip(t, &n, NULL);
}

/* ---- items --------------------------------------------------------------------------------------- */

void local_item_release(struct local_item *i)
{
	store_item_release(&i->it);
	pending_release(&i->p);
}

int local_item_load(struct txn *t, int64_t item, struct local_item *ret)
{
	int r = store_item_get(t->st, item, &ret->it);

	if (r == 0)
		r = pending_load(t->st, item, &ret->p);
	if (r == -ENOENT || (r == 0 && pending_find(&ret->p, CHANGE_DELETE)))
		return -ESTALE;
	return r;
}

int local_item_new(struct txn *t, struct local_item *ret)
{
	char guid[GUID_SIZE];
	int r = guid_new(guid);

	if (r < 0)
		return r;
	ret->it.list = t->list.id;
	ret->it.generation = t->list.generation;
	ret->it.has_base = true; /* the server has nothing of it */
	ret->it.item.created = ret->it.item.modified = t->now / 1000000000;
	return str_set(&ret->it.item.replication_id, guid);
}

int local_item_settle(struct local_item *i)
{
	CLEANUP(values_release_p) struct values base = VALUES_INIT;
	int r = values_copy(&base, store_item_base(&i->it));

	if (r == 0)
		r = pending_lay(&i->p, &base, &i->it.item.values);
	if (r < 0)
		return r;
	values_release(&i->it.base);
	i->it.has_base = pending_any(&i->p);
	if (!i->it.has_base)
		return 0;
	i->it.base = base;
	base = (struct values) VALUES_INIT;
	return 0;
}

static int make_change(struct txn *t, const struct local_item *i, enum change_op op, const struct values *fields,
		       const char *name, struct store_change *c)
{
	int r = fields ? values_copy(&c->change.fields, fields) : 0;

	c->list = t->list.id;
	c->item = i->it.id;
	c->state = STORE_CHANGE_QUEUED;
	c->change.op = op;
	c->created = c->touched = t->now;
	if (r == 0)
		r = str_set(&c->name, name);
	if (r == 0 && (op == CHANGE_NEW || op == CHANGE_NEW_FOLDER))
		r = str_set(&c->change.replication_id, i->it.item.replication_id);
	if (r == 0 && op == CHANGE_NEW_FOLDER)
		r = str_set(&c->change.name, name);
	return r;
}

int local_item_change(struct txn *t, struct local_item *i, enum change_op op, const struct values *fields,
		      const char *name)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = i->it.id ? 0 : store_item_put(t->st, &i->it);

	i->p.is_there = i->it.item.id != 0;
	if (r == 0)
		r = make_change(t, i, op, fields, name, &c);
	if (r == 0)
		r = pending_add(&i->p, &c);
	if (r == 0)
		r = pending_prune(&t->list.info.schema, &i->p, store_item_base(&i->it));
	if (r == 0)
		r = local_item_settle(i);
	if (r == 0)
		r = store_item_put(t->st, &i->it);
	t->queued++;
	return r < 0 ? r : pending_store(t->st, &i->p);
}

int local_item_delete(struct txn *t, struct local_item *i, const char *name)
{
	int r = parts_delete(t, i->it.id, name);

	if (r == 0 && !i->it.item.owner)
		r = attach_vanish(t, i->it.id);
	if (r == 0)
		r = local_item_change(t, i, CHANGE_DELETE, NULL, name);

	if (r == 0)
		r = store_node_drop_ghosts(t->st, i->it.id, 0);
	return r < 0 || pending_any(&i->p) || i->it.item.id ? r : apply_vanish(t, &i->it);
}

int local_requeued(struct txn *t, int64_t item, struct pending *p)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = pending_store(t->st, p);

	if (r < 0 || pending_any(p))
		return r;
	r = store_item_get(t->st, item, &it);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return it.item.id ? 0 : apply_vanish(t, &it);
}

int local_item_retry(struct txn *t, struct local_item *i)
{
	for (size_t k = 0; k < i->p.n; k++) {
		struct pending_row *row = &i->p.v[k];

		if (row->gone || row->c.state != STORE_CHANGE_REFUSED)
			continue;
		row->c.state = STORE_CHANGE_QUEUED;
		row->c.tries = 0;
		row->c.server_code = 0;
		str_free_p(&row->c.reason);
		row->changed = true;
		t->queued++;
	}
	return pending_store(t->st, &i->p);
}
