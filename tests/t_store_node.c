/* Nodes: inodes that survive everything, and name slots that hold one file. */
#include "t_store_util.h"

static void put_node(struct store *s, const struct store_node *n, int r)
{
	must(store_begin(s));
	assert_int_equal(store_node_put(s, n), r);
	must(store_commit(s));
}

static void assert_same_node(const struct store_node *a, const struct store_node *b)
{
	assert_int_equal(a->ino, b->ino);
	assert_int_equal(a->list, b->list);
	assert_int_equal(a->parent, b->parent);
	assert_true(str_eq(a->name, b->name));
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->item, b->item);
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->mtime, b->mtime);
	assert_int_equal(a->ctime, b->ctime);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->expires, b->expires);
	assert_true(str_eq(a->target, b->target));
	assert_true(str_eq(a->error, b->error));
}

static void every_kind_comes_back_whole(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT, back = STORE_NODE_INIT;

	for (int k = 0; k < STORE_NODE_KIND_COUNT; k++) {
		char name[32], target[32];

		snprintf(name, sizeof(name), "name \xff %d", k); /* file names are bytes, not UTF-8 */
		snprintf(target, sizeof(target), "target %d", k);
		n = (struct store_node) {
			.list = f->list, .parent = f->root, .name = name, .kind = (enum store_node_kind) k, .item = k,
			.mode = 0640, .size = INT64_MAX, .mtime = INT64_MIN, .ctime = -1, .version = 8, .expires = k,
			.target = k % 2 ? target : NULL, .error = k % 2 ? NULL : (char *) "line 3: no such field",
		};
		must(store_begin(f->s));
		must(store_node_add(f->s, &n));
		must(store_commit(f->s));
		reopen_store(f);
		must(store_node_get(f->s, n.ino, &back));
		assert_same_node(&n, &back);
		must(store_node_lookup(f->s, f->root, name, &back));
		assert_same_node(&n, &back);
	}
	store_node_release(&back);
}

static void a_put_stores_all_columns(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT, back = STORE_NODE_INIT;
	int64_t ino = add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_DRAFT, 0);

	must(store_node_get(f->s, ino, &n));
	n.size = 7; /* no index knows these */
	n.mode = 0600;
	n.mtime = n.ctime = 9;
	n.version = 2;
	put_node(f->s, &n, 0);
	must(store_node_get(f->s, ino, &back));
	assert_same_node(&n, &back);
	n.kind = STORE_NODE_ITEM;
	n.item = 4;
	must(str_set(&n.error, "refused"));
	put_node(f->s, &n, 0);
	must(store_node_get(f->s, ino, &back));
	assert_same_node(&n, &back);
	must(str_set(&n.name, NULL));
	must(str_set(&n.error, NULL));
	n.item = 0;
	put_node(f->s, &n, 0);
	must(store_node_get(f->s, ino, &back));
	assert_same_node(&n, &back);
	n.ino = 12345;
	put_node(f->s, &n, -ENOENT);
	assert_int_equal(store_node_get(f->s, 12345, &back), -ENOENT);
	assert_int_equal(back.ino, ino);
	store_node_release(&n);
	store_node_release(&back);
}

static int try_node(struct fixture *f, const char *name, enum store_node_kind kind)
{
	struct store_node n = { .list = f->list, .parent = f->root, .name = (char *) name, .kind = kind };
	int r;

	must(store_begin(f->s));
	r = store_node_add(f->s, &n);
	must(store_commit(f->s));
	return r;
}

static void a_slot_holds_one_node_and_a_ghost_gives_way(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;
	int64_t a, b;

	must(try_node(f, "Old.txt", STORE_NODE_GHOST));
	a = add_node(f->s, f->list, f->root, "Old.txt", STORE_NODE_SCRATCH, 0);
	assert_int_equal(try_node(f, "Old.txt", STORE_NODE_SCRATCH), -EEXIST);
	assert_int_equal(try_node(f, "Old.txt", STORE_NODE_GHOST), -EEXIST);
	must(try_node(f, "old.txt", STORE_NODE_SCRATCH)); /* case matters */
	must(try_node(f, "Ghost.txt", STORE_NODE_GHOST));
	b = add_node(f->s, f->list, f->root, "New.txt", STORE_NODE_SCRATCH, 0);
	must(store_node_get(f->s, b, &n));
	must(str_set(&n.name, "Old.txt"));
	put_node(f->s, &n, -EEXIST);
	must(str_set(&n.name, "Ghost.txt"));
	put_node(f->s, &n, 0);
	must(store_node_lookup(f->s, f->root, "Ghost.txt", &n));
	assert_int_equal(n.ino, b);
	must(store_node_lookup(f->s, f->root, "Old.txt", &n));
	assert_int_equal(n.ino, a);
	assert_int_equal(store_node_lookup(f->s, f->root, "New.txt", &n), -ENOENT);
	store_node_release(&n);
}

/* A rename within one directory may swap two names if the first steps aside. */
static void nodes_without_a_name_are_in_no_slot(void **state)
{
	struct fixture *f = *state;

	must(try_node(f, NULL, STORE_NODE_ITEM));
	must(try_node(f, NULL, STORE_NODE_ITEM));
	assert_int_equal(store_node_has_children(f->s, f->root), 0);
}

struct walk {
	struct store *s;
	int64_t root;
	int64_t ino[8];
	int n;
	int stop;
};

static int note_node(void *arg, const struct store_node *n)
{
	struct walk *w = arg;

	w->ino[w->n++] = n->ino;
	return w->stop;
}

static void children_come_in_order_without_ghosts(void **state)
{
	struct fixture *f = *state;
	struct walk w = { .n = 0 };
	int64_t a, b;

	assert_int_equal(store_node_has_children(f->s, f->root), 0);
	add_node(f->s, f->list, f->root, "ghost", STORE_NODE_GHOST, 1);
	add_node(f->s, f->list, f->root, NULL, STORE_NODE_ITEM, 1);
	assert_int_equal(store_node_has_children(f->s, f->root), 0);
	a = add_node(f->s, f->list, f->root, "z", STORE_NODE_ITEM, 1);
	b = add_node(f->s, f->list, f->root, "a", STORE_NODE_SYMLINK, 0);
	add_node(f->s, f->list, a, "elsewhere", STORE_NODE_ITEM, 2);
	assert_int_equal(store_node_has_children(f->s, f->root), 1);
	must(store_node_children(f->s, f->root, 0, note_node, &w));
	assert_int_equal(w.n, 2);
	assert_true(w.ino[0] == a && w.ino[1] == b);
	w = (struct walk) { .stop = 3 };
	assert_int_equal(store_node_children(f->s, f->root, a, note_node, &w), 3);
	assert_true(w.n == 1 && w.ino[0] == b);
	w = (struct walk) { .n = 0 };
	must(store_node_children(f->s, f->root, b, note_node, &w));
	assert_int_equal(w.n, 0);
}

/* The walk is a snapshot; the callback's own calls are not bound to it. */
static int change_and_look(void *arg, const struct store_node *n)
{
	struct walk *w = arg;
	struct walk inner = { .n = 0 };
	struct store_node gone = STORE_NODE_INIT;
	char name[32];

	must(store_begin(w->s));
	must(store_node_delete(w->s, n->ino));
	must(store_commit(w->s));
	assert_int_equal(store_node_get(w->s, n->ino, &gone), -ENOENT);
	must(store_node_children(w->s, w->root, n->ino, note_node, &inner));
	snprintf(name, sizeof(name), "more %d", w->n);
	add_node(w->s, n->list, w->root, name, STORE_NODE_SCRATCH, 0);
	assert_string_equal(n->name, "child"); /* valid although its row is gone */
	return note_node(arg, n);
}

static void a_callback_commits_while_others_are_walked(void **state)
{
	struct fixture *f = *state;
	struct walk w = { .s = f->s, .root = f->root };
	struct walk left = { .n = 0 };

	add_node(f->s, f->list, f->root, "child", STORE_NODE_SCRATCH, 0);
	must(store_node_children(f->s, f->root, 0, change_and_look, &w));
	assert_int_equal(w.n, 1);
	must(store_node_children(f->s, f->root, 0, note_node, &left));
	assert_int_equal(left.n, 1);
}

static int descend(void *arg, const struct store_node *n)
{
	struct walk *w = arg;

	w->n++;
	return store_node_children(w->s, n->ino, 0, descend, arg);
}

static void a_walk_nests_as_deep_as_the_folders(void **state)
{
	struct fixture *f = *state;
	struct walk w = { .s = f->s };
	int64_t at = f->root;
	int files;

	for (int i = 0; i < 40; i++)
		at = add_node(f->s, f->list, at, "d", STORE_NODE_SCRATCH_DIR, 0);
	must(store_node_children(f->s, f->root, 0, descend, &w));
	assert_int_equal(w.n, 40);
	files = count_open_files();
	assert_int_equal(store_node_has_children(f->s, f->root), 1);
	assert_true(count_open_files() < files - 20); /* and keeps few of the connections that it took */
	w.n = 0;
	must(store_begin(f->s));
	must(store_node_children(f->s, f->root, 0, descend, &w));
	must(store_commit(f->s));
	assert_int_equal(w.n, 40);
}

/* vim: the item's node loses its name while open, and a new one shows the item. */
static void an_items_node_is_the_one_with_a_name(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;
	int64_t named;

	assert_int_equal(store_node_of_item(f->s, 5, &n), -ENOENT);
	assert_int_equal(store_node_of_item(f->s, 0, &n), -ENOENT);
	add_node(f->s, f->list, f->root, "was.txt", STORE_NODE_GHOST, 5);
	assert_int_equal(store_node_of_item(f->s, 5, &n), -ENOENT);
	add_node(f->s, f->list, f->root, NULL, STORE_NODE_ITEM, 5);
	must(store_node_of_item(f->s, 5, &n));
	assert_null(n.name);
	named = add_node(f->s, f->list, f->root, "is.txt", STORE_NODE_ITEM, 5);
	add_node(f->s, f->list, f->root, NULL, STORE_NODE_ITEM, 5);
	must(store_node_of_item(f->s, 5, &n));
	assert_int_equal(n.ino, named);
	store_node_release(&n);
}

static void inodes_are_never_used_again(void **state)
{
	struct fixture *f = *state;
	int64_t ino = add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, 0);
	int64_t fresh = 0;

	must(store_begin(f->s));
	must(store_node_delete(f->s, ino));
	must(store_node_delete(f->s, ino));
	must(store_commit(f->s));
	reopen_store(f);
	assert_true(add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, 0) == ino + 1);
	must(store_begin(f->s));
	must(store_node_renumber(f->s, ino + 1, &fresh));
	must(store_node_delete(f->s, fresh));
	must(store_commit(f->s));
	reopen_store(f);
	assert_true(add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, 0) > fresh);
}

/* An open inode never shows two versions: the newer one gets another number. */
static void a_renumbered_node_keeps_all_else(void **state)
{
	const struct store_text t = { .state = STORE_TEXT_KEPT };
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT, back = STORE_NODE_INIT;
	int64_t ino = add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, 6), fresh = 0;

	must(store_begin(f->s));
	must(store_text_put(f->s, ino, "abc", 3, &t));
	must(store_node_get(f->s, ino, &n));
	must(store_node_renumber(f->s, ino, &fresh));
	assert_int_equal(store_node_renumber(f->s, ino, &fresh), -ENOENT);
	assert_int_equal(store_node_renumber(f->s, f->root, &fresh), -EISDIR);
	must(store_commit(f->s));
	assert_true(fresh > ino);
	assert_int_equal(store_node_get(f->s, ino, &back), -ENOENT);
	assert_int_equal(store_text_get(f->s, ino, NULL, NULL), -ENOENT);
	must(store_text_get(f->s, fresh, NULL, NULL));
	must(store_node_lookup(f->s, f->root, "A.txt", &back));
	assert_int_equal(back.ino, fresh);
	n.ino = fresh;
	assert_same_node(&n, &back);
	store_node_release(&n);
	store_node_release(&back);
}

static int64_t add_ghost(struct fixture *f, const char *name, int64_t item, int64_t expires)
{
	struct store_node n = {
		.list = f->list, .parent = f->root, .name = (char *) name, .kind = STORE_NODE_GHOST, .item = item,
		.expires = expires,
	};

	must(store_begin(f->s));
	must(store_node_add(f->s, &n));
	must(store_commit(f->s));
	return n.ino;
}

static void ghosts_go_with_their_item_or_their_time(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;
	int64_t a = add_ghost(f, "a", 1, 100), b = add_ghost(f, "b", 1, 200), c = add_ghost(f, "c", 2, 200);
	int64_t d = add_ghost(f, "d", 3, 0), item = add_node(f->s, f->list, f->root, "e", STORE_NODE_ITEM, 1);

	must(store_begin(f->s));
	must(store_node_drop_ghosts(f->s, 0, 200));
	must(store_commit(f->s));
	assert_int_equal(store_node_get(f->s, a, &n), -ENOENT);
	must(store_node_get(f->s, b, &n));
	must(store_node_get(f->s, d, &n));
	must(store_begin(f->s));
	must(store_node_drop_ghosts(f->s, 1, 0));
	must(store_commit(f->s));
	assert_int_equal(store_node_get(f->s, b, &n), -ENOENT);
	must(store_node_get(f->s, c, &n));
	must(store_node_get(f->s, item, &n));
	store_node_release(&n);
}

static void errors_and_counts_know_lists_and_kinds(void **state)
{
	struct fixture *f = *state;
	int64_t other = add_list(f->s, SITE, "{B}", "Events"), ino[2], n;
	struct store_node node = STORE_NODE_INIT;
	struct walk w = { .n = 0 };

	ino[0] = add_node(f->s, other, f->root, "A", STORE_NODE_DRAFT, 0);
	ino[1] = add_node(f->s, f->list, f->root, "B", STORE_NODE_DRAFT, 0);
	add_node(f->s, f->list, f->root, "C", STORE_NODE_DRAFT, 0);
	for (int i = 0; i < 2; i++) {
		must(store_node_get(f->s, ino[i], &node));
		must(str_set(&node.error, "why"));
		put_node(f->s, &node, 0);
	}
	must(store_node_errors(f->s, 0, note_node, &w));
	assert_true(w.n == 2 && w.ino[0] == ino[0] && w.ino[1] == ino[1]);
	w.n = 0;
	must(store_node_errors(f->s, f->list, note_node, &w));
	assert_true(w.n == 1 && w.ino[0] == ino[1]);
	must(store_node_count(f->s, f->list, STORE_NODE_DRAFT, &n));
	assert_int_equal(n, 2);
	must(store_node_count(f->s, 0, STORE_NODE_DRAFT, &n));
	assert_int_equal(n, 3);
	must(store_node_count(f->s, 0, STORE_NODE_SYMLINK, &n));
	assert_int_equal(n, 0);
	store_node_release(&node);
}

static void a_touched_directory_has_new_times(void **state)
{
	struct fixture *f = *state;
	struct store_node n = STORE_NODE_INIT;

	must(store_begin(f->s));
	must(store_node_touch(f->s, f->root, 12345));
	must(store_node_touch(f->s, 999, 12345));
	must(store_commit(f->s));
	must(store_node_get(f->s, f->root, &n));
	assert_int_equal(n.mtime, 12345);
	assert_int_equal(n.ctime, 12345);
	store_node_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(every_kind_comes_back_whole),
		store_test(a_put_stores_all_columns),
		store_test(a_slot_holds_one_node_and_a_ghost_gives_way),
		store_test(nodes_without_a_name_are_in_no_slot),
		store_test(children_come_in_order_without_ghosts),
		store_test(a_callback_commits_while_others_are_walked),
		store_test(a_walk_nests_as_deep_as_the_folders),
		store_test(an_items_node_is_the_one_with_a_name),
		store_test(inodes_are_never_used_again),
		store_test(a_renumbered_node_keeps_all_else),
		store_test(ghosts_go_with_their_item_or_their_time),
		store_test(errors_and_counts_know_lists_and_kinds),
		store_test(a_touched_directory_has_new_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
