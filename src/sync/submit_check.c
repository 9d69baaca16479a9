#include <errno.h>

#include "base/str.h"
#include "people.h"
#include "local.h"

/* Checking documents out and in: changes in the journal like others, after the bytes that wait already. */

static int add(struct txn *t, struct local_item *i, const struct store_node *n, enum change_op op, enum change_checkin kind,
	       const char *comment)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = str_set(&c.name, n->name);

	c.list = t->list.id;
	c.item = i->it.id;
	c.state = STORE_CHANGE_QUEUED;
	c.change.op = op;
	c.change.content.base = kind;
	c.created = c.touched = t->now;
	if (r == 0)
		r = str_set(&c.change.name, comment);
	if (r == 0)
		r = pending_add(&i->p, &c);
	if (r == 0)
		r = local_item_settle(i);
	if (r == 0)
		r = store_item_put(t->st, &i->it);
	if (r == 0)
		r = pending_store(t->st, &i->p);
	t->queued++;
	return r;
}

/* What an earlier one was refused for is over when the user asks again. */
static int forget_error(struct txn *t, struct local_item *i, struct store_node *n)
{
	for (size_t k = 0; k < i->p.n; k++)
		if (i->p.v[k].c.state == STORE_CHANGE_REFUSED)
			return -EBUSY;
	if (!n->error)
		return 0;
	str_free_p(&n->error);
	return store_node_put(t->st, n);
}

static int makes_sense(struct txn *t, struct local_item *i, enum change_op op)
{
	int r = 0;

	if (op != CHANGE_CHECK_IN && !i->it.item.id)
		return -EAGAIN;
	/* Undone, they would be gone without having been anywhere. */
	if (op == CHANGE_UNDO_CHECK_OUT && pending_find(&i->p, CHANGE_STORE))
		return -ENOTEMPTY;
	if (op == CHANGE_CHECK_OUT)
		r = people_is_other(t->st, t->list.site, values_get(&i->it.item.values, "CheckoutUser"));
	return r > 0 ? -EBUSY : r;
}

/* The library's, of a document that may be changed and that nobody else has. */
static int may_check(struct txn *t, const struct store_node *n, struct local_item *i, enum change_op op)
{
	int r = n->kind == STORE_NODE_DOCUMENT && list_is_library(&t->list.info) ? 0 : -EOPNOTSUPP;

	if (r == 0 && !n->name)
		r = -ESTALE;
	if (r == 0)
		r = local_item_load(t, n->item, i);
	if (r == 0)
		r = local_may(&t->list, &i->it.item, PERM_EDIT);
	return r < 0 ? r : makes_sense(t, i, op);
}

int sync_submit_check(struct sync *s, int64_t ino, enum change_op op, enum change_checkin kind, const char *comment)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_begin(&t, ino, &n);

	if (r == 0)
		r = may_check(&t, &n, &i, op);
	if (r == 0)
		r = forget_error(&t, &i, &n);
	if (r == 0)
		r = add(&t, &i, &n, op, kind, comment);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "check");
}
