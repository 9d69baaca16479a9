/* What becomes of attachments by each other and by their item: the rows, without a server. */
#include "t_sync_fake.h"

#include "store/unsent.h"
#include "../src/sync/apply.h"
#include "../src/sync/attach.h"
#include "../src/sync/local.h"

#define URL(name) "http://t/sites/t/Lists/Tasks/Attachments/7/" name ";#"
static const char two_files[] = ";#" URL("a.txt") "{11111111-0000-0000-0000-000000000001},1;#" URL("b.txt")
				"{11111111-0000-0000-0000-000000000002},1;#";

struct scene {
	struct client *c;
	struct txn t;
	int64_t owner;
	struct store_node dir; /* of its attachments */
};

/* An item of the server's with a.txt and b.txt, in a transaction that is never committed. */
static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct store_node n = { .name = (char *) "Fix it.txt", .kind = STORE_NODE_ITEM, .mode = 0644, .version = 1 };

	assert_non_null(s);
	s->c = client_new(fake_new());
	s->t = (struct txn) TXN_INIT(&s->c->conf);
	assert_int_equal(txn_begin(&s->t, s->c->list), 0);
	it.list = s->c->list;
	it.item.id = 7;
	it.item.version = 3;
	it.item.perm = PERM_FULL;
	s->t.list.perm = PERM_FULL;
	s->t.list.state = STORE_LIST_OK;
	assert_int_equal(str_set(&it.item.path, "sites/t/Lists/Tasks/7_.000"), 0);
	assert_int_equal(values_set(&it.item.values, "Attachments", two_files), 0);
	assert_int_equal(store_item_put(s->t.st, &it), 0);
	s->owner = n.item = it.id;
	n.list = s->c->list;
	n.parent = s->c->root;
	assert_int_equal(store_node_add(s->t.st, &n), 0);
	assert_int_equal(attach_follow(&s->t, &it, NULL), 0);
	assert_int_equal(attach_dir(&s->t, s->owner, &s->dir), 0);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	struct fake *f = s->c->f;

	store_node_release(&s->dir);
	txn_end(&s->t);
	client_free(s->c);
	fake_free(f);
	free(s);
	return 0;
}

/* The local id of the attachment of that name; 0: none shows. */
static int64_t find(struct scene *s, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_lookup(s->t.st, s->dir.ino, name, &n);

	assert_true(r == 0 || r == -ENOENT);
	return n.item;
}

/* A new one whose bytes wait, with its node; they are the ones of `replaces` (NULL: nobody's) under that name. */
static int64_t add(struct scene *s, const char *name, const char *replaces)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(store_item_release_p) struct store_item old = STORE_ITEM_INIT;
	CLEANUP(str_free_p) char *file = NULL;
	struct sync_content content = { .size = 4 };
	struct store_node n = { .list = s->c->list, .parent = s->dir.ino, .name = (char *) name, .kind = STORE_NODE_DOCUMENT,
				.mode = 0644, .version = 1, .size = 4 };
	int fd;

	assert_int_equal(store_unsent_new(s->t.st, &fd, &file), 0);
	assert_int_equal(write(fd, "mine", 4), 4);
	close(fd);
	content.file = file;
	assert_int_equal(attach_begin(&s->t, &s->dir, name, &i), 0);
	assert_int_equal(local_item_bytes(&s->t, &i, &content, name), 0);
	if (replaces) {
		assert_int_equal(store_item_get(s->t.st, find(s, replaces), &old), 0);
		assert_int_equal(attach_replaces(&s->t, &i, &old), 0);
	}
	n.item = i.it.id;
	assert_int_equal(store_node_add(s->t.st, &n), 0);
	return i.it.id;
}

/* As a grace that is over does it. */
static int64_t remove_file(struct scene *s, const char *name)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	assert_int_equal(store_node_lookup(s->t.st, s->dir.ino, name, &n), 0);
	assert_int_equal(local_item_load(&s->t, n.item, &i), 0);
	assert_int_equal(store_node_delete(s->t.st, n.ino), 0);
	assert_int_equal(local_item_delete(&s->t, &i, name), 0);
	return n.item;
}

static int waits(struct scene *s, int64_t item, enum change_op op)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;

	assert_int_equal(store_item_get(s->t.st, item, &it), 0);
	return attach_waits(&s->t, &it, op);
}

static void set_state(struct scene *s, int64_t item, enum store_change_state state)
{
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;

	assert_int_equal(pending_load(s->t.st, item, &p), 0);
	for (size_t i = 0; i < p.n; i++) {
		p.v[i].c.state = state;
		p.v[i].changed = true;
	}
	assert_int_equal(pending_store(s->t.st, &p), 0);
}

static bool has_change(struct scene *s, int64_t item, enum change_op op)
{
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;

	assert_int_equal(pending_load(s->t.st, item, &p), 0);
	return pending_find(&p, op);
}

/* ---- renaming ------------------------------------------------------------------------------------ */

static void the_old_name_goes_when_the_new_one_is_there(void **state)
{
	struct scene *s = *state;
	int64_t c = add(s, "c.txt", "a.txt"), a = remove_file(s, "a.txt"), b = remove_file(s, "b.txt");

	assert_int_equal(waits(s, a, CHANGE_DELETE), 1);
	assert_int_equal(waits(s, b, CHANGE_DELETE), 0); /* it is nobody's old name */
	assert_int_equal(waits(s, c, CHANGE_STORE), 0);
	set_state(s, c, STORE_CHANGE_REFUSED);
	assert_int_equal(waits(s, a, CHANGE_DELETE), 1);
	set_state(s, c, STORE_CHANGE_UNSURE);
	assert_int_equal(waits(s, a, CHANGE_DELETE), 1);
	set_state(s, c, STORE_CHANGE_SENT);
	assert_int_equal(waits(s, a, CHANGE_DELETE), 0);
}

/* mv a.txt c.txt; mv b.txt c.txt, and what was to replace them gives its bytes to yet another name. */
static void all_old_names_wait(void **state)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(store_item_release_p) struct store_item old = STORE_ITEM_INIT;
	struct scene *s = *state;
	int64_t c = add(s, "c.txt", "a.txt"), a, b;

	assert_int_equal(local_item_load(&s->t, c, &i), 0);
	assert_int_equal(store_item_get(s->t.st, find(s, "b.txt"), &old), 0);
	assert_int_equal(attach_replaces(&s->t, &i, &old), 0);
	assert_int_equal(attach_takes_over(&s->t, &i, NULL), 0);
	a = remove_file(s, "a.txt");
	b = remove_file(s, "b.txt");
	assert_int_equal(waits(s, a, CHANGE_DELETE), 1);
	assert_int_equal(waits(s, b, CHANGE_DELETE), 1);
	/* it is removed before it was sent: nothing holds them any more */
	remove_file(s, "c.txt");
	assert_int_equal(waits(s, a, CHANGE_DELETE), 0);
	assert_int_equal(waits(s, b, CHANGE_DELETE), 0);
}

/* Servers do not tell names by case: the new one would be taken for the old one, and then removed. */
static void a_name_that_differs_in_case_goes_first(void **state)
{
	struct scene *s = *state;
	int64_t c = add(s, "A.TXT", "a.txt"), a;

	assert_int_equal(waits(s, c, CHANGE_STORE), 0); /* both are to be there, as far as is known */
	a = remove_file(s, "a.txt");
	assert_int_equal(waits(s, a, CHANGE_DELETE), 0);
	assert_int_equal(waits(s, c, CHANGE_STORE), 1);
	assert_int_equal(store_item_delete(s->t.st, a), 0);
	assert_int_equal(waits(s, c, CHANGE_STORE), 0);
}

static void an_old_name_that_is_spared_shows_again(void **state)
{
	CLEANUP(str_free_p) char *ids = NULL;
	struct scene *s = *state;
	int64_t a = remove_file(s, "a.txt"), b = find(s, "b.txt");

	assert_true(has_change(s, a, CHANGE_DELETE) && !find(s, "a.txt"));
	ids = str_printf("%lld %lld 999", (long long) a, (long long) b);
	assert_int_equal(attach_spare(&s->t, NULL), 0);
	assert_int_equal(attach_spare(&s->t, "nonsense"), 0);
	assert_int_equal(attach_spare(&s->t, ids), 0);
	assert_int_equal(find(s, "a.txt"), a);
	assert_int_equal(find(s, "b.txt"), b);
	assert_false(has_change(s, a, CHANGE_DELETE));
	/* what is being removed just now cannot be taken back */
	remove_file(s, "a.txt");
	set_state(s, a, STORE_CHANGE_SENDING);
	assert_int_equal(attach_spare(&s->t, ids), 0);
	assert_int_equal(find(s, "a.txt"), 0);
}

/* ---- a server that does not name them ------------------------------------------------------------------ */

/* The item's next row, and what is known of its attachments before. */
static void row(struct scene *s, int64_t version, const char *text)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(str_free_p) char *before = NULL;

	assert_int_equal(store_item_get(s->t.st, s->owner, &it), 0);
	assert_int_equal(str_set(&before, values_get(&it.item.values, "Attachments")), 0);
	it.item.version = version;
	assert_int_equal(values_set(&it.item.values, "Attachments", text), 0);
	assert_int_equal(store_item_put(s->t.st, &it), 0);
	assert_int_equal(attach_follow(&s->t, &it, before), 0);
}

static void collected(struct scene *s, int64_t version, const char *text)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;

	assert_int_equal(store_item_get(s->t.st, s->owner, &it), 0);
	assert_int_equal(attach_collected(&s->t, &it, version, text), 0);
}

static void what_is_changed_here_is_not_taken_for_theirs(void **state)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	struct scene *s = *state;
	int64_t a = remove_file(s, "a.txt"), c = add(s, "c.txt", NULL), d = add(s, "d.txt", NULL);

	set_state(s, d, STORE_CHANGE_SENT);
	row(s, 9, "1");
	assert_true(has_change(s, a, CHANGE_DELETE) && !find(s, "a.txt")); /* the removal stands */
	assert_true(has_change(s, c, CHANGE_STORE));                       /* it waits */
	assert_false(has_change(s, d, CHANGE_STORE));                      /* it has arrived */
	assert_int_equal(find(s, "c.txt"), c);
	assert_int_equal(find(s, "d.txt"), d);
	/* the names come: what is not among them goes, if the server had it */
	assert_int_equal(store_node_get(s->t.st, s->dir.ino, &dir), 0);
	assert_int_equal(attach_collected_for(&dir), 0);
	collected(s, 9, ";#" URL("a.txt") URL("d.txt") URL("e.txt"));
	assert_true(has_change(s, a, CHANGE_DELETE) && !find(s, "a.txt"));
	assert_int_equal(find(s, "b.txt"), 0);
	assert_int_equal(find(s, "c.txt"), c);
	assert_true(find(s, "d.txt") == d && find(s, "e.txt"));
	assert_int_equal(store_node_get(s->t.st, s->dir.ino, &dir), 0);
	assert_int_equal(attach_collected_for(&dir), 9);
	/* it has none any more */
	row(s, 10, "0");
	assert_int_equal(find(s, "e.txt"), 0);
	assert_int_equal(find(s, "c.txt"), c);
}

/* ---- with its item ---------------------------------------------------------------------------------- */

/* Bug: rm of an item threw away what was attached to it and not sent yet. */
static void unsent_bytes_outlive_their_item(void **state)
{
	struct scene *s = *state;

	add(s, "c.txt", NULL);
	remove_file(s, "a.txt"); /* not what the user removed himself */
	assert_int_equal(attach_vanish(&s->t, s->owner), 0);
	assert_int_equal(count_conflicts(s->c), 1);
	assert_true(in_conflicts(s->c, "mine"));
	assert_int_equal(find(s, "c.txt"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_old_name_goes_when_the_new_one_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(all_old_names_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_that_differs_in_case_goes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(an_old_name_that_is_spared_shows_again, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_changed_here_is_not_taken_for_theirs, setup, teardown),
		cmocka_unit_test_setup_teardown(unsent_bytes_outlive_their_item, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
