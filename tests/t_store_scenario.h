#ifndef T_STORE_SCENARIO_H
#define T_STORE_SCENARIO_H

/*
 * All that the store does, in steps that can be tried again: each is one
 * transaction, or only reads. The last looks at what the others left, which is the
 * same whether something failed on the way or not.
 */

#include "base/buf.h"
#include "store/stage.h"
#include "t_store_util.h"

struct world {
	const char *dir;
	struct store *s;
	int64_t list, root, item, ino, change;
};

static int open_it(struct world *w)
{
	return store_open(w->dir, &w->s, NULL);
}

static int register_list(struct world *w)
{
	struct list info = LIST_INIT;

	info.id = (char *) "{A}";
	info.title = info.web_url = (char *) "Tasks";
	return store_list_add(w->s, SITE, "Tasks", &info, &w->list);
}

static int update_list(struct world *w)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_find(w->s, "Tasks", &l);

	w->root = l.root;
	l.state = STORE_LIST_OK;
	if (r == 0)
		r = str_set(&l.token, "1;3;x;633;7");
	return r < 0 ? r : store_list_put(w->s, &l);
}

static int add_new_item(struct world *w)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	int r = values_set(&i.item.values, "Title", "A");

	i.list = w->list;
	i.item.id = 1;
	if (r == 0)
		r = store_item_put(w->s, &i);
	w->item = i.id;
	return r;
}

static int edit_item(struct world *w)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	int r = store_item_find(w->s, w->list, 1, &i);

	i.has_base = true;
	if (r == 0)
		r = values_copy(&i.base, &i.item.values);
	if (r == 0)
		r = values_set(&i.item.values, "Title", "B");
	return r < 0 ? r : store_item_put(w->s, &i);
}

/* A ghost stands in the slot and gives way; then the node moves to a fresh number with its text. */
static int add_nodes(struct world *w)
{
	static const struct store_text t = { .state = STORE_TEXT_KEPT };
	struct store_node ghost = {
		.list = w->list, .parent = w->root, .name = (char *) "A.txt", .kind = STORE_NODE_GHOST, .item = w->item,
	};
	struct store_node n = ghost;
	int r = store_node_add(w->s, &ghost);

	n.kind = STORE_NODE_ITEM;
	if (r == 0)
		r = store_node_add(w->s, &n);
	if (r == 0)
		r = store_text_put(w->s, n.ino, "bytes", 5, &t);
	if (r == 0)
		r = store_node_renumber(w->s, n.ino, &w->ino);
	return r < 0 ? r : store_node_touch(w->s, w->root, 7);
}

static int change_node(struct world *w)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	const struct store_vacancy v = {
		.parent = w->root, .name = (char *) "A.txt", .item = w->item, .list = w->list, .due = 9,
	};
	int r = store_node_of_item(w->s, w->item, &n);

	if (r == 0)
		r = str_set(&n.name, "B.txt");
	if (r == 0)
		r = str_set(&n.error, "refused");
	if (r == 0)
		r = store_node_put(w->s, &n);
	return r < 0 ? r : store_vacancy_put(w->s, &v);
}

static int add_to_journal(struct world *w)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = values_set(&c.change.fields, "Title", "B");

	c.list = w->list;
	c.item = w->item;
	c.change.op = CHANGE_UPDATE;
	if (r == 0)
		r = str_set(&c.name, "B.txt");
	if (r == 0)
		r = store_change_add(w->s, &c);
	w->change = c.id;
	return r;
}

static int apply(void *arg, int64_t number, struct item *row)
{
	struct world *w = arg;
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;

	(void) number;
	i.list = w->list;
	i.item = *row;
	*row = (struct item) ITEM_INIT;
	return store_item_put(w->s, &i);
}

static int pull_page(struct world *w)
{
	int r = store_stage_reset(w->s);

	for (int k = 10; r == 0 && k < 14; k++) {
		CLEANUP(item_release_p) struct item row = ITEM_INIT;

		row.id = k;
		r = values_set(&row.values, "Title", "from the server");
		if (r == 0)
			r = store_stage_add(w->s, &row);
	}
	if (r == 0)
		r = store_stage_take(w->s, 0, 100, apply, w);
	return r < 0 ? r : r == 4 ? 0 : -ENOTRECOVERABLE;
}

/* Begins and ends transactions inside a walk, on the walker's second connection. */
static int touch_node(void *arg, const struct store_node *n)
{
	struct world *w = arg;
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(w->s);

	if (r < 0)
		return r;
	txn = w->s;
	r = store_node_touch(w->s, n->ino, 11);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(w->s);
}

static int walk_nodes(struct world *w)
{
	return store_node_children(w->s, w->root, 0, touch_node, w);
}

static int reopen_it(struct world *w)
{
	w->s = store_close(w->s);
	return open_it(w);
}

static int count_item(void *arg, const struct store_item *i)
{
	*(int *) arg += values_get(&i->item.values, "Title") ? 1 : 100;
	return 0;
}

/* What stands there at the end is the same whether something failed on the way or not. */
static int look_at_all(struct world *w)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(100);
	int items = 0;
	int r = store_list_get(w->s, w->list, &l);

	if (r == 0)
		r = store_node_lookup(w->s, w->root, "B.txt", &n);
	if (r == 0)
		r = store_text_get(w->s, n.ino, &text, NULL);
	if (r == 0)
		r = store_change_get(w->s, w->change, &c);
	if (r == 0)
		r = store_item_each(w->s, w->list, count_item, &items);
	if (r < 0)
		return r;
	return str_eq(l.token, "1;3;x;633;7") && n.ino == w->ino && n.mtime == 11 && text.len == 5 && items == 5 &&
	       str_eq(c.name, "B.txt") && values_get(&c.change.fields, "Title") ? 0 : -ENOTRECOVERABLE;
}

static int check_it(struct world *w)
{
	return store_check(w->s, NULL);
}

static const struct step {
	const char *name;
	int (*run)(struct world *w);
	bool writes;
} steps[] = {
	{ "open", open_it, false },
	{ "register list", register_list, true },
	{ "update list", update_list, true },
	{ "add item", add_new_item, true },
	{ "edit item", edit_item, true },
	{ "add nodes", add_nodes, true },
	{ "change node", change_node, true },
	{ "add to journal", add_to_journal, true },
	{ "pull page", pull_page, true },
	{ "walk nodes", walk_nodes, false },
	{ "reopen", reopen_it, false },
	{ "look at all", look_at_all, false },
	{ "check", check_it, false },
};

/* 0 or what the step or its transaction returned. */
static int try_step(const struct step *st, struct world *w)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = st->writes ? store_begin(w->s) : 0;

	if (r < 0)
		return r;
	txn = st->writes ? w->s : NULL;
	r = st->run(w);
	if (r < 0 || !st->writes)
		return r;
	txn = NULL;
	return store_commit(w->s);
}

#endif
