/* Items: one row each, found by what the server and the mount know of them. */
#include "t_store_util.h"

static void put_item(struct store *s, struct store_item *i, int r)
{
	must(store_begin(s));
	assert_int_equal(store_item_put(s, i), r);
	must(store_commit(s));
}

static void fill_item(struct store_item *i, int64_t list)
{
	i->list = list;
	i->generation = 3;
	i->item.id = 17;
	i->item.version = 4;
	i->item.folder = true;
	i->item.perm = 0xffffffffffffffffull;
	i->item.created = -1;
	i->item.modified = 1160000000;
	i->item.size = 5000000000;
	must(str_set(&i->item.unique_id, "{U}"));
	must(str_set(&i->item.path, "sites/a/Lists/Tasks/17_.000"));
	must(str_set(&i->item.replication_id, "{R}"));
	must(values_set(&i->item.values, "Title", "Fix the projector"));
	must(values_set(&i->item.values, "Body", ""));
}

static void assert_same_item(const struct store_item *a, const struct store_item *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->list, b->list);
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->item.id, b->item.id);
	assert_int_equal(a->item.version, b->item.version);
	assert_int_equal(a->item.folder, b->item.folder);
	assert_true(a->item.perm == b->item.perm);
	assert_int_equal(a->item.created, b->item.created);
	assert_int_equal(a->item.modified, b->item.modified);
	assert_int_equal(a->item.size, b->item.size);
	assert_true(str_eq(a->item.unique_id, b->item.unique_id));
	assert_true(str_eq(a->item.path, b->item.path));
	assert_true(str_eq(a->item.replication_id, b->item.replication_id));
	assert_int_equal(a->item.values.n, b->item.values.n);
	assert_true(values_equal(&a->item.values, &b->item.values));
	assert_int_equal(a->has_base, b->has_base);
	assert_true(values_equal(&a->base, &b->base));
}

static void everything_put_comes_back(void **state)
{
	struct fixture *f = *state;
	struct store_item i = STORE_ITEM_INIT, back = STORE_ITEM_INIT;

	fill_item(&i, f->list);
	put_item(f->s, &i, 0);
	assert_true(i.id > 0);
	reopen_store(f);
	must(store_item_get(f->s, i.id, &back));
	assert_same_item(&i, &back);
	must(store_item_find(f->s, f->list, 17, &back));
	assert_same_item(&i, &back);
	/* The user's fields over the server's, and back to one set again. */
	i.has_base = true;
	must(values_copy(&i.base, &i.item.values));
	must(values_set(&i.item.values, "Title", "Fix it"));
	put_item(f->s, &i, 0);
	must(store_item_get(f->s, i.id, &back));
	assert_same_item(&i, &back);
	assert_string_equal(values_get(store_item_base(&back), "Title"), "Fix the projector");
	i.has_base = false;
	values_release(&i.base);
	i.item.version = 5;
	must(str_set(&i.item.path, "sites/a/Lists/Tasks/Sub/17_.000"));
	put_item(f->s, &i, 0);
	must(store_item_get(f->s, i.id, &back));
	assert_same_item(&i, &back);
	assert_string_equal(values_get(store_item_base(&back), "Title"), "Fix it");
	store_item_release(&i);
	store_item_release(&back);
}

/* Nothing at all, an empty base, and a megabyte are three different things. */
static void extremes_come_back(void **state)
{
	struct fixture *f = *state;
	struct store_item i = STORE_ITEM_INIT, back = STORE_ITEM_INIT;
	char *big = malloc((1 << 20) + 1);

	assert_non_null(big);
	memset(big, 'x', 1 << 20);
	big[1 << 20] = '\0';
	i.list = f->list;
	put_item(f->s, &i, 0);
	must(store_item_get(f->s, i.id, &back));
	assert_same_item(&i, &back);
	assert_false(back.has_base);
	i.has_base = true;
	must(values_set(&i.item.values, "Body", big));
	put_item(f->s, &i, 0);
	must(store_item_get(f->s, i.id, &back));
	assert_true(back.has_base);
	assert_same_item(&i, &back);
	free(big);
	store_item_release(&i);
	store_item_release(&back);
}

static void what_is_not_there_is_ENOENT_and_touches_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_item i = STORE_ITEM_INIT;
	int64_t id = -1, version = -1, generation = -1;

	must(values_set(&i.item.values, "Title", "kept"));
	i.id = 77;
	assert_int_equal(store_item_get(f->s, 5, &i), -ENOENT);
	assert_int_equal(store_item_find(f->s, f->list, 5, &i), -ENOENT);
	assert_int_equal(store_item_find(f->s, f->list, 0, &i), -ENOENT);
	assert_int_equal(store_item_find_new(f->s, f->list, "{R}", &i), -ENOENT);
	assert_int_equal(store_item_peek(f->s, f->list, 5, &id, &version, &generation), -ENOENT);
	assert_int_equal(store_item_find_folder(f->s, f->list, "x", &id), -ENOENT);
	assert_int_equal(id, -1);
	assert_string_equal(values_get(&i.item.values, "Title"), "kept");
	i.list = f->list;
	put_item(f->s, &i, -ENOENT);
	must(store_begin(f->s));
	must(store_item_delete(f->s, 77));
	must(store_item_mark(f->s, 77, 2));
	must(store_commit(f->s));
	store_item_release(&i);
}

static void a_list_has_an_sp_id_once(void **state)
{
	struct fixture *f = *state;
	int64_t other = add_list(f->s, SITE, "{B}", "Events");
	int64_t first = add_item(f->s, f->list, 1, "A");
	struct store_item i = STORE_ITEM_INIT;

	add_item(f->s, other, 1, "the other list's");
	i.list = f->list;
	i.item.id = 1;
	put_item(f->s, &i, -EEXIST);
	assert_int_equal(i.id, 0);
	i.item.id = 0;
	put_item(f->s, &i, 0);
	i.id = 0;
	put_item(f->s, &i, 0);
	i.item.id = 1;
	put_item(f->s, &i, -EEXIST);
	must(store_item_find(f->s, f->list, 1, &i));
	assert_int_equal(i.id, first);
	store_item_release(&i);
}

static void local_ids_are_never_used_again(void **state)
{
	struct fixture *f = *state;
	int64_t id = add_item(f->s, f->list, 1, "A");

	must(store_begin(f->s));
	must(store_item_delete(f->s, id));
	must(store_commit(f->s));
	reopen_store(f);
	assert_true(add_item(f->s, f->list, 1, "A") > id);
}

/* MS-OUTSPS_R206: a created item is known by its ReplicationID until the server gave it a number. */
static void a_new_item_is_found_by_its_replication_id(void **state)
{
	struct fixture *f = *state;
	struct store_item i = STORE_ITEM_INIT, back = STORE_ITEM_INIT;

	i.list = f->list;
	must(str_set(&i.item.replication_id, "{R}"));
	put_item(f->s, &i, 0);
	must(store_item_find_new(f->s, f->list, "{R}", &back));
	assert_int_equal(back.id, i.id);
	assert_int_equal(store_item_find_new(f->s, f->list + 1, "{R}", &back), -ENOENT);
	i.item.id = 9;
	put_item(f->s, &i, 0);
	assert_int_equal(store_item_find_new(f->s, f->list, "{R}", &back), -ENOENT);
	store_item_release(&i);
	store_item_release(&back);
}

static void a_folder_is_found_by_its_path(void **state)
{
	struct fixture *f = *state;
	struct store_item i = STORE_ITEM_INIT;
	int64_t id = 0;

	i.list = f->list;
	i.item.folder = true;
	must(str_set(&i.item.path, "sites/a/Lists/Tasks/Sub"));
	put_item(f->s, &i, 0);
	must(store_item_find_folder(f->s, f->list, "sites/a/Lists/Tasks/Sub", &id));
	assert_int_equal(id, i.id);
	assert_int_equal(store_item_find_folder(f->s, f->list, "sites/a/Lists/Tasks/sub", &id), -ENOENT);
	i.item.folder = false;
	put_item(f->s, &i, 0);
	assert_int_equal(store_item_find_folder(f->s, f->list, "sites/a/Lists/Tasks/Sub", &id), -ENOENT);
	store_item_release(&i);
}

/* A full pull: what it did not see is stale, but never what the server does not know yet. */
static void unseen_items_are_stale(void **state)
{
	struct fixture *f = *state;
	int64_t seen = add_item(f->s, f->list, 1, "A"), stale = add_item(f->s, f->list, 2, "B");
	int64_t stale_too = add_item(f->s, f->list, 3, "C"), ids[4], id, version, generation, n;

	add_item(f->s, f->list, 0, "new here");
	must(store_begin(f->s));
	must(store_item_mark(f->s, seen, 2));
	must(store_item_mark(f->s, seen, 2));
	must(store_commit(f->s));
	must(store_item_peek(f->s, f->list, 1, &id, &version, &generation));
	assert_int_equal(id, seen);
	assert_int_equal(version, 1);
	assert_int_equal(generation, 2);
	assert_int_equal(store_item_stale(f->s, f->list, 2, ids, 1), 1);
	assert_int_equal(ids[0], stale);
	assert_int_equal(store_item_stale(f->s, f->list, 2, ids, 4), 2);
	assert_int_equal(ids[1], stale_too);
	assert_int_equal(store_item_stale(f->s, f->list, 0, ids, 4), 0);
	must(store_item_count(f->s, f->list, &n));
	assert_int_equal(n, 4);
	must(store_item_count(f->s, 999, &n));
	assert_int_equal(n, 0);
}

struct walk {
	struct store *s;
	int64_t ids[8];
	int n;
	int stop;
};

static int note_item(void *arg, const struct store_item *i)
{
	struct walk *w = arg;

	assert_non_null(values_get(&i->item.values, "Title"));
	w->ids[w->n++] = i->id;
	return w->stop;
}

static int delete_item(void *arg, const struct store_item *i)
{
	struct walk *w = arg;
	struct walk inner = { .s = w->s };
	struct store_item gone = STORE_ITEM_INIT;

	must(store_item_each(w->s, i->list, note_item, &inner));
	assert_int_equal(inner.ids[0], i->id); /* what came before is deleted */
	must(store_item_delete(w->s, i->id));
	assert_int_equal(store_item_get(w->s, i->id, &gone), -ENOENT);
	return note_item(arg, i);
}

static void items_come_in_order_of_ids(void **state)
{
	struct fixture *f = *state;
	int64_t other = add_list(f->s, SITE, "{B}", "Events");
	int64_t a = add_item(f->s, f->list, 5, "A"), b = add_item(f->s, other, 4, "B");
	int64_t c = add_item(f->s, f->list, 3, "C");
	struct walk w = { .s = f->s };

	must(store_item_each(f->s, f->list, note_item, &w));
	assert_int_equal(w.n, 2);
	assert_true(w.ids[0] == a && w.ids[1] == c);
	w = (struct walk) { .s = f->s };
	must(store_item_each(f->s, 0, note_item, &w));
	assert_int_equal(w.n, 3);
	assert_int_equal(w.ids[1], b);
	w = (struct walk) { .s = f->s, .stop = 7 };
	assert_int_equal(store_item_each(f->s, f->list, note_item, &w), 7);
	w = (struct walk) { .s = f->s, .stop = -EINTR };
	assert_int_equal(store_item_each(f->s, 0, note_item, &w), -EINTR);
	assert_int_equal(w.n, 1);
}

static int add_id(void *arg, const struct store_item *i)
{
	*(int64_t *) arg = *(int64_t *) arg * 100 + i->id;
	return 0;
}

/* An attachment is a row too, but none of the list's items: no count, no walk, no full pull meets it. */
static void attachments_are_found_by_their_item_only(void **state)
{
	struct fixture *f = *state;
	struct store_item i = STORE_ITEM_INIT, a = STORE_ITEM_INIT, back = STORE_ITEM_INIT;
	struct store_item_key keys[8];
	int64_t n, sum = 0, ids[8];

	fill_item(&i, f->list);
	put_item(f->s, &i, 0);
	a.list = f->list;
	a.item.owner = i.id;
	put_item(f->s, &a, 0);
	a.item.id = -a.id;
	must(str_set(&a.item.path, "sites/a/Lists/Tasks/Attachments/17/a.pdf"));
	put_item(f->s, &a, 0);
	must(store_item_get(f->s, a.id, &back));
	assert_int_equal(back.item.owner, i.id);
	must(store_item_attached(f->s, i.id, add_id, &sum));
	assert_int_equal(sum, a.id);
	sum = 0;
	must(store_item_each(f->s, f->list, add_id, &sum));
	assert_int_equal(sum, i.id);
	must(store_item_count(f->s, f->list, &n));
	assert_int_equal(n, 1);
	assert_int_equal(store_item_stale(f->s, f->list, 99, ids, 8), 1);
	assert_int_equal(store_item_keys(f->s, f->list, 0, keys, 8), 1);
	assert_int_equal(keys[0].sp_id, 17);
	store_item_release(&i);
	store_item_release(&a);
	store_item_release(&back);
}

static void a_callback_may_delete_its_item(void **state)
{
	struct fixture *f = *state;
	struct walk w = { .s = f->s };
	int64_t n;

	for (int i = 1; i <= 4; i++)
		add_item(f->s, f->list, i, "A");
	must(store_begin(f->s));
	must(store_item_each(f->s, f->list, delete_item, &w));
	must(store_commit(f->s));
	assert_int_equal(w.n, 4);
	must(store_item_count(f->s, f->list, &n));
	assert_int_equal(n, 0);
}

/* A page from the server is stored all or not at all. */
static void a_chunk_is_whole_or_absent(void **state)
{
	struct fixture *f = *state;
	int64_t n;

	for (int commit = 0; commit < 2; commit++) {
		must(store_begin(f->s));
		for (int k = 1; k <= 500; k++) {
			struct store_item i = STORE_ITEM_INIT;

			i.list = f->list;
			i.item.id = k;
			must(store_item_put(f->s, &i));
		}
		if (commit)
			must(store_commit(f->s));
		else
			store_rollback(f->s);
		must(store_item_count(f->s, f->list, &n));
		assert_int_equal(n, commit ? 500 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(everything_put_comes_back),
		store_test(extremes_come_back),
		store_test(what_is_not_there_is_ENOENT_and_touches_nothing),
		store_test(a_list_has_an_sp_id_once),
		store_test(local_ids_are_never_used_again),
		store_test(a_new_item_is_found_by_its_replication_id),
		store_test(a_folder_is_found_by_its_path),
		store_test(unseen_items_are_stale),
		store_test(items_come_in_order_of_ids),
		store_test(attachments_are_found_by_their_item_only),
		store_test(a_callback_may_delete_its_item),
		store_test(a_chunk_is_whole_or_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
