/* Registered lists: what is stored of them, and what goes with them. */
#include "t_store_util.h"

static void a_list_begins_new_with_a_directory(void **state)
{
	struct fixture *f = *state;
	struct store_list l = STORE_LIST_INIT;
	struct store_node n = STORE_NODE_INIT;

	must(store_list_get(f->s, f->list, &l));
	assert_string_equal(l.site, SITE);
	assert_string_equal(l.name, "Tasks");
	assert_string_equal(l.info.id, "{A}");
	assert_int_equal(l.state, STORE_LIST_NEW);
	assert_true(l.perm == PERM_FULL);
	assert_null(l.token);
	assert_null(l.error);
	assert_int_equal(l.last_sync, 0);
	must(store_node_lookup(f->s, STORE_ROOT_INO, "Tasks", &n));
	assert_int_equal(n.ino, l.root);
	assert_int_equal(n.kind, STORE_NODE_LIST);
	assert_int_equal(n.list, f->list);
	assert_int_equal(n.mode, 0755);
	assert_true(n.mtime > 0);
	store_node_release(&n);
	store_list_release(&l);
}

static void assert_same_list(const struct store_list *a, const struct store_list *b)
{
	assert_int_equal(a->id, b->id);
	assert_string_equal(a->site, b->site);
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->root, b->root);
	assert_int_equal(a->state, b->state);
	assert_true(str_eq(a->token, b->token));
	assert_true(str_eq(a->perm_text, b->perm_text));
	assert_true(str_eq(a->error, b->error));
	assert_true(a->perm == b->perm);
	assert_int_equal(a->last_sync, b->last_sync);
	assert_int_equal(a->min_minutes, b->min_minutes);
	assert_int_equal(a->recommended_seconds, b->recommended_seconds);
	assert_int_equal(a->generation, b->generation);
	assert_string_equal(a->info.title, b->info.title);
	assert_int_equal(a->info.schema.n, b->info.schema.n);
}

static void put_list(struct store *s, const struct store_list *l, int r)
{
	must(store_begin(s));
	assert_int_equal(store_list_put(s, l), r);
	must(store_commit(s));
}

static void everything_put_comes_back(void **state)
{
	static const enum store_list_state states[] = {
		STORE_LIST_NEW, STORE_LIST_OK, STORE_LIST_GONE, STORE_LIST_FORBIDDEN,
	};
	struct fixture *f = *state;
	struct store_list l = STORE_LIST_INIT, back = STORE_LIST_INIT;
	struct field *field;

	must(store_list_get(f->s, f->list, &l));
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		l.state = states[i];
		l.perm = 0x8000000000000001ull + i;
		l.last_sync = INT64_MAX - (int64_t) i;
		l.min_minutes = 5;
		l.recommended_seconds = 180;
		l.generation += 1;
		must(str_set(&l.token, i % 2 ? "1;3;8a6e;633;1" : NULL));
		must(str_set(&l.perm_text, i % 2 ? "FullMask" : NULL));
		must(str_set(&l.error, i % 2 ? NULL : "the server's words: \xc3\xa4"));
		must(str_set(&l.info.title, "Renamed"));
		field = schema_add(&l.info.schema);
		assert_non_null(field);
		must(str_set(&field->name, "Title"));
		must(str_set(&field->display, "Subject"));
		must(str_set(&field->type_name, "Text"));
		put_list(f->s, &l, 0);
		reopen_store(f);
		must(store_list_get(f->s, f->list, &back));
		assert_same_list(&l, &back);
	}
	l.id = 999;
	put_list(f->s, &l, -ENOENT);
	store_list_release(&l);
	store_list_release(&back);
}

static int try_add(struct fixture *f, const char *site, const char *guid, const char *name)
{
	struct list info = LIST_INIT;
	int64_t id = -7;
	int r;

	info.id = (char *) guid;
	info.title = (char *) name;
	info.web_url = (char *) "";
	must(store_begin(f->s));
	r = store_list_add(f->s, site, name, &info, &id);
	if (r < 0)
		assert_int_equal(id, -7);
	must(store_commit(f->s));
	return r;
}

static void a_name_and_a_list_are_registered_once(void **state)
{
	struct fixture *f = *state;
	struct store_list l = STORE_LIST_INIT;

	assert_int_equal(try_add(f, SITE, "{B}", "Tasks"), -EEXIST);
	assert_int_equal(try_add(f, SITE, "{A}", "Other"), -EEXIST);
	assert_int_equal(try_add(f, "https://sp.example/sites/b", "{A}", "Other"), 0);
	must(store_list_find(f->s, "Other", &l));
	assert_string_equal(l.site, "https://sp.example/sites/b");
	must(store_list_find_guid(f->s, SITE, "{A}", &l));
	assert_string_equal(l.name, "Tasks");
	assert_int_equal(store_list_find_guid(f->s, SITE, "{B}", &l), -ENOENT);
	assert_int_equal(store_list_find(f->s, "tasks", &l), -ENOENT);
	assert_string_equal(l.name, "Tasks");
	must(try_add(f, SITE, "{C}", "Third"));
	must(str_set(&l.info.id, "{C}"));
	put_list(f->s, &l, -EEXIST);
	store_list_release(&l);
}

struct names {
	char text[200];
	struct store *s;
	int stop;
};

static int note_name(void *arg, const struct store_list *l)
{
	struct names *n = arg;
	size_t len = strlen(n->text);

	snprintf(n->text + len, sizeof(n->text) - len, "%s,", l->name);
	return n->stop;
}

static void lists_come_in_order_of_names(void **state)
{
	struct fixture *f = *state;
	struct names n = { .text = "" };

	must(try_add(f, SITE, "{B}", "Events"));
	must(try_add(f, SITE, "{C}", "Zebra"));
	must(store_list_each(f->s, note_name, &n));
	assert_string_equal(n.text, "Events,Tasks,Zebra,");
	n = (struct names) { .stop = -EINTR };
	assert_int_equal(store_list_each(f->s, note_name, &n), -EINTR);
	assert_string_equal(n.text, "Events,");
}

/* A callback has the store to itself: it walks again, changes, and sees what it changed. */
static int remove_and_look(void *arg, const struct store_list *l)
{
	struct names *n = arg;
	struct store_list gone = STORE_LIST_INIT;
	struct names inner = { .text = "" };

	must(store_list_each(n->s, note_name, &inner));
	assert_non_null(strstr(inner.text, l->name));
	must(store_begin(n->s));
	must(store_list_remove(n->s, l->id));
	must(store_commit(n->s));
	assert_int_equal(store_list_get(n->s, l->id, &gone), -ENOENT);
	return note_name(arg, l);
}

static void a_callback_may_change_what_is_walked(void **state)
{
	struct fixture *f = *state;
	struct names n = { .s = f->s }, after = { .text = "" };

	must(try_add(f, SITE, "{B}", "Events"));
	must(try_add(f, SITE, "{C}", "Zebra"));
	must(store_list_each(f->s, remove_and_look, &n));
	assert_string_equal(n.text, "Events,Tasks,Zebra,");
	must(store_list_each(f->s, note_name, &after));
	assert_string_equal(after.text, "");
}

static void fill_list(struct fixture *f, int64_t list, int64_t root, int64_t *ret_ino, int64_t *ret_item)
{
	const struct store_text t = { .state = STORE_TEXT_DRAFT };
	struct store_vacancy v = { .parent = root, .name = (char *) "gone.txt", .list = list, .due = 1 };
	struct store_change c = STORE_CHANGE_INIT;

	*ret_item = add_item(f->s, list, 1, "A");
	*ret_ino = add_node(f->s, list, root, "A.txt", STORE_NODE_ITEM, *ret_item);
	v.item = *ret_item;
	c.list = list;
	c.item = *ret_item;
	c.change.op = CHANGE_UPDATE;
	must(store_begin(f->s));
	must(store_text_put(f->s, *ret_ino, "x", 1, &t));
	must(store_vacancy_put(f->s, &v));
	must(store_change_add(f->s, &c));
	must(store_commit(f->s));
}

static void assert_rows(const struct fixture *f, int64_t each, int64_t nodes)
{
	assert_int_equal(run_sql(f, "SELECT count(*) FROM lists"), each);
	assert_int_equal(run_sql(f, "SELECT count(*) FROM items"), each);
	assert_int_equal(run_sql(f, "SELECT count(*) FROM texts"), each);
	assert_int_equal(run_sql(f, "SELECT count(*) FROM vacancies"), each);
	assert_int_equal(run_sql(f, "SELECT count(*) FROM journal"), each);
	assert_int_equal(run_sql(f, "SELECT count(*) FROM nodes"), nodes);
}

static void a_removed_list_leaves_nothing_behind(void **state)
{
	struct fixture *f = *state;
	int64_t other = add_list(f->s, SITE, "{B}", "Events"), ino, item, again;
	struct store_list l = STORE_LIST_INIT;

	fill_list(f, f->list, f->root, &ino, &item);
	must(store_list_get(f->s, other, &l));
	fill_list(f, other, l.root, &ino, &item);
	f->s = store_close(f->s);
	assert_rows(f, 2, 5);
	open_store(f);
	must(store_begin(f->s));
	must(store_list_remove(f->s, f->list));
	must(store_list_remove(f->s, 12345));
	must(store_commit(f->s));
	f->s = store_close(f->s);
	assert_rows(f, 1, 3);
	open_store(f);
	again = add_list(f->s, SITE, "{A}", "Tasks");
	assert_true(again > other);
	store_list_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_list_begins_new_with_a_directory),
		store_test(everything_put_comes_back),
		store_test(a_name_and_a_list_are_registered_once),
		store_test(lists_come_in_order_of_names),
		store_test(a_callback_may_change_what_is_walked),
		store_test(a_removed_list_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
