#include "submit_parts.h"

#include <errno.h>

#include "base/str.h"
#include "store/form.h"
#include "parts.h"
#include "plan.h"

static int lose(struct values *lost, const struct values *fields)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < fields->n; i++)
		r = values_set(lost, fields->v[i].name, fields->v[i].text);
	return r;
}

static int add_new(struct txn *t, const struct local_item *master, const struct sync_part *part, const char *name)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_may(&t->list, NULL, PERM_ADD);

	if (r == 0)
		r = local_item_new(t, &i);
	/* It stands beside its master. */
	if (r == 0)
		r = str_set(&i.it.item.path, NULL);
	if (r == 0)
		r = local_item_change(t, &i, CHANGE_NEW, part->fields, name);
	return r < 0 ? r : parts_set(t, i.it.id, master->it.id);
}

static int update(struct txn *t, const struct sync_part *part, const char *name, struct values *lost, bool *changed)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(values_release_p) struct values send = VALUES_INIT;
	CLEANUP(values_release_p) struct values conflict = VALUES_INIT;
	const struct values *now = &i.it.item.values;
	int r = local_item_load(t, part->item, &i);

	if (r == -ESTALE) /* others have removed it meanwhile */
		return lose(lost, part->fields);
	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_EDIT);
	if (r == 0)
		r = plan_merge(&t->list.info.schema, part->base ? part->base : now, part->fields, now, &send,
			       &conflict);
	if (r == 0 && conflict.n)
		r = lose(lost, &conflict);
	*changed |= send.n > 0;
	return r < 0 || !send.n ? r : local_item_change(t, &i, CHANGE_UPDATE, &send, name);
}

static int delete(struct txn *t, const struct sync_part *part, const char *name, struct values *lost)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_item_load(t, part->item, &i);

	if (r == -ESTALE)
		return 0;
	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_DELETE);
	/* Somebody's edit beats that. */
	if (r == 0 && part->base && plan_edited(&t->list.info.schema, part->base, &i.it.item.values))
		return lose(lost, part->base);
	return r < 0 ? r : local_item_delete(t, &i, name);
}

static int change_one(struct txn *t, const struct local_item *master, const struct sync_part *part, const char *name,
		      struct values *lost, bool *changed)
{
	switch (part->op) {
	case CHANGE_NEW:
		*changed = true;
		return add_new(t, master, part, name);
	case CHANGE_UPDATE:
		return update(t, part, name, lost, changed);
	case CHANGE_DELETE:
		*changed = true;
		return delete(t, part, name, lost);
	case CHANGE_NEW_FOLDER:
	case CHANGE_STORE:
	case CHANGE_MOVE:
	case CHANGE_CHECK_OUT:
	case CHANGE_CHECK_IN:
	case CHANGE_UNDO_CHECK_OUT:
	case CHANGE_OP_COUNT:
		break;
	}
	return -EINVAL;
}

int submit_parts_change(struct txn *t, const struct local_item *master, const struct sync_save *save, size_t from, size_t to,
		 const char *name, struct values *lost, bool *changed)
{
	int r = 0;

	for (size_t i = from; r == 0 && i < to; i++)
		r = change_one(t, master, &save->part[i], name, lost, changed);
	return r < 0 || from == to ? r : parts_note(t, master->it.id, true);
}

int submit_parts_form(struct txn *t, int64_t item, const struct sync_save *save, bool is_new)
{
	CLEANUP(store_form_release_p) struct store_form f = STORE_FORM_INIT;
	bool same;
	int r;

	if (!save->has_form)
		return 0;
	r = store_form_get(t->st, item, &f);
	same = str_eq(f.extras, save->extras) && (!is_new || !save->uid);
	if (r < 0 || same)
		return r;
	r = str_set(&f.extras, save->extras);
	if (r == 0 && is_new)
		r = str_set(&f.uid, save->uid);
	return r < 0 ? r : store_form_put(t->st, t->list.id, item, &f);
}

int submit_parts_name(struct txn *t, const char *wanted, struct item *i, bool *ret_own)
{
	CLEANUP(store_item_release_p) struct store_item other = STORE_ITEM_INIT;
	int r;

	*ret_own = true;
	if (!wanted)
		return 0;
	r = store_item_has_replication(t->st, t->list.id, wanted);
	if (r == 0) {
		r = store_item_find_new(t->st, t->list.id, wanted, &other);
		if (r == -ENOENT)
			return str_set(&i->replication_id, wanted);
	}
	*ret_own = false;
	return r < 0 ? r : 0;
}
