#include "t_store_util.h"

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "store/fsck.h"
#include "store/salvage.h"

enum { PAGE = 4096, CHANGES = 300 };

static void add_changes(struct fixture *f, int n)
{
	must(store_begin(f->s));
	for (int i = 0; i < n; i++) {
		struct store_change c = STORE_CHANGE_INIT;

		c.list = f->list;
		c.item = i + 1;
		c.change.op = CHANGE_UPDATE;
		c.name = (char *) "A.txt";
		must(values_set(&c.change.fields, "Title", "a title that fills the pages of the table a little"));
		must(store_change_add(f->s, &c));
		c.name = NULL;
		store_change_release(&c);
	}
	must(store_commit(f->s));
}

static void close_it(struct fixture *f)
{
	f->s = store_close(f->s);
}

static void write_over(struct fixture *f, int64_t page)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/spfs.db", f->dir);
	char junk[PAGE];
	int fd = open(path, O_WRONLY);

	memset(junk, 0xa5, sizeof(junk));
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, junk, PAGE, page * PAGE), PAGE);
	close(fd);
}

struct heard {
	int64_t last;
	int n, readable;
	struct store *s;
};

static int hear(void *arg, int64_t id)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	struct heard *h = arg;

	assert_true(id > h->last); /* ascending, each once */
	h->last = id;
	h->n++;
	h->readable += store_change_get(h->s, id, &c) == 0;
	return 0;
}

/* Opens what is left; r: what the walk is to say. */
static struct heard salvage(struct fixture *f, int r)
{
	CLEANUP(str_free_p) char *work = str_printf("%s/work", f->top);
	struct heard h = { 0 };
	struct err err = { 0 };

	mkdir(work, 0700);
	if (store_salvage_open(f->dir, work, &h.s, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(store_salvage_ids(h.s, STORE_SALVAGE_CHANGES, hear, &h), r);
	store_close(h.s);
	return h;
}

static void a_whole_database_gives_all(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	add_changes(f, CHANGES);
	close_it(f);
	h = salvage(f, 0);
	assert_int_equal(h.n, CHANGES);
	assert_int_equal(h.readable, CHANGES);
}

/* The rows before and behind the broken page are read, and the index tells what was on it. */
static void a_broken_page_costs_its_own_rows_only(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	add_changes(f, CHANGES);
	close_it(f);
	/* leaves are filled in order: one in the midst of the file is the table's or an index's */
	write_over(f, run_sql(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'journal_by_list'") - 1);
	h = salvage(f, 0);
	assert_int_equal(h.readable, CHANGES);
	write_over(f, run_sql(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'journal_by_state'") - 1);
	h = salvage(f, -EUCLEAN);
	assert_int_equal(h.readable, CHANGES);
	assert_int_equal(h.n, CHANGES);
}

static void without_its_first_page_it_is_read_with_another(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	add_changes(f, CHANGES);
	close_it(f);
	write_over(f, 0);
	h = salvage(f, 0);
	assert_int_equal(h.readable, CHANGES);
	/* what was kept is as it was */
	assert_int_equal(store_open(f->dir, &f->s, NULL), -EUCLEAN);
}

static void the_index_names_rows_that_are_lost(void **state)
{
	struct fixture *f = *state;
	struct heard h;

	add_changes(f, CHANGES);
	close_it(f);
	write_over(f, run_sql(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'journal'") - 1);
	h = salvage(f, -EUCLEAN);
	assert_int_equal(h.n, CHANGES);
	assert_int_equal(h.readable, 0);
}

/* ---- fsck ----------------------------------------------------------------------------- */

static void note(void *arg, bool problem, const char *text)
{
	buf_addf(arg, "%c %s\n", problem ? '!' : '.', text);
}

static void what_is_whole_is_said_nothing_of(void **state)
{
	CLEANUP(buf_release_p) struct buf said = BUF_INIT(65536);
	struct fixture *f = *state;
	int64_t item = add_item(f->s, f->list, 5, "A");

	add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, item);
	assert_int_equal(store_fsck(f->s, note, &said), 0);
	assert_string_equal(buf_str(&said), "");
}

static void what_must_not_be_is_said(void **state)
{
	CLEANUP(buf_release_p) struct buf said = BUF_INIT(65536);
	struct fixture *f = *state;

	add_changes(f, 1); /* of an item that is not there */
	add_item(f->s, f->list, 5, "A"); /* that no file shows */
	add_node(f->s, f->list, 999, "lost", STORE_NODE_SYMLINK, 0);
	add_node(f->s, f->list, f->root, "G.txt", STORE_NODE_GHOST, 888);
	/* the change's item 1 is the item that was added: it has a change, so it is not hidden */
	assert_int_equal(store_fsck(f->s, note, &said), 1);
	assert_non_null(strstr(buf_str(&said), ". 1 former names of no item removed\n"));
	assert_non_null(strstr(buf_str(&said), "! 1 files are in no directory\n"));
	assert_int_equal(store_fsck(f->s, note, &said), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_whole_database_gives_all),
		store_test(a_broken_page_costs_its_own_rows_only),
		store_test(without_its_first_page_it_is_read_with_another),
		store_test(the_index_names_rows_that_are_lost),
		store_test(what_is_whole_is_said_nothing_of),
		store_test(what_must_not_be_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
