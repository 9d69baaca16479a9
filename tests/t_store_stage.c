/* The stage: where a page waits until it is known to be whole. */
#include <pthread.h>

#include "store/stage.h"
#include "t_store_util.h"

static void add_row(struct store *s, int64_t id, const char *title)
{
	struct item row = ITEM_INIT;

	row.id = id;
	row.version = id * 2;
	row.folder = id % 2;
	row.size = -1;
	must(str_set(&row.path, "sites/a/Lists/Tasks"));
	must(values_set(&row.values, "Title", title));
	must(store_stage_add(s, &row));
	item_release(&row);
}

struct taken {
	struct store *s;
	int64_t list;
	int64_t number[8];
	int64_t id[8];
	int n;
	int stop_at; /* -EINTR in place of this one */
};

static int note_row(void *arg, int64_t number, struct item *row)
{
	struct taken *t = arg;

	if (t->stop_at && t->n + 1 == t->stop_at)
		return -EINTR;
	assert_int_equal(row->version, row->id * 2);
	assert_int_equal(row->folder, row->id % 2);
	assert_string_equal(row->path, "sites/a/Lists/Tasks");
	assert_string_equal(values_get(&row->values, "Title"), "A");
	t->number[t->n] = number;
	t->id[t->n++] = row->id;
	return 1; /* not negative: goes on */
}

static void rows_come_in_order_of_arrival(void **state)
{
	struct fixture *f = *state;
	struct taken t = { .n = 0 };

	assert_int_equal(store_stage_take(f->s, 0, 8, note_row, &t), 0);
	for (int i = 0; i < 5; i++)
		add_row(f->s, 9 - i, "A");
	assert_int_equal(store_stage_take(f->s, 0, 2, note_row, &t), 2);
	assert_int_equal(store_stage_take(f->s, t.number[1], 8, note_row, &t), 3);
	assert_int_equal(t.n, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(t.number[i], i + 1);
		assert_int_equal(t.id[i], 9 - i);
	}
	assert_int_equal(store_stage_take(f->s, 5, 8, note_row, &t), 0);
	t = (struct taken) { .stop_at = 2 };
	assert_int_equal(store_stage_take(f->s, 0, 8, note_row, &t), -EINTR);
	assert_int_equal(t.n, 1);
	must(store_stage_reset(f->s));
	assert_int_equal(store_stage_take(f->s, 0, 8, note_row, &t), 0);
	add_row(f->s, 1, "A");
	t = (struct taken) { .n = 0 };
	assert_int_equal(store_stage_take(f->s, 0, 8, note_row, &t), 1);
	assert_int_equal(t.number[0], 1);
}

/* Takes the values out of the row and commits, as applying a page does. */
static int apply_row(void *arg, int64_t number, struct item *row)
{
	struct taken *t = arg;
	struct store_item i = STORE_ITEM_INIT;
	bool own = !store_in_txn(t->s);

	(void) number;
	i.list = t->list;
	i.item = *row;
	*row = (struct item) ITEM_INIT;
	if (own)
		must(store_begin(t->s));
	must(store_item_put(t->s, &i));
	if (own)
		must(store_commit(t->s));
	must(store_item_find(t->s, t->list, i.item.id, &i));
	store_item_release(&i);
	return 0;
}

static void rows_are_applied_inside_and_outside_a_transaction(void **state)
{
	struct fixture *f = *state;
	struct taken t = { .s = f->s, .list = f->list };
	int64_t n;

	for (int i = 1; i <= 4; i++)
		add_row(f->s, i, "A");
	assert_int_equal(store_stage_take(f->s, 0, 2, apply_row, &t), 2);
	must(store_begin(f->s));
	assert_int_equal(store_stage_take(f->s, 2, 2, apply_row, &t), 2);
	must(store_commit(f->s));
	must(store_item_count(f->s, f->list, &n));
	assert_int_equal(n, 4);
}

/* A transaction that is given up leaves the stage alone: its rows can be applied again. */
static void the_stage_is_no_part_of_a_transaction(void **state)
{
	struct fixture *f = *state;
	struct taken t = { .n = 0 };

	must(store_begin(f->s));
	add_row(f->s, 1, "A");
	store_rollback(f->s);
	assert_int_equal(store_stage_take(f->s, 0, 8, note_row, &t), 1);
}

static void *stage_of_a_thread(void *arg)
{
	struct taken t = { .n = 0 };
	struct store *s = arg;

	assert_int_equal(store_stage_take(s, 0, 8, note_row, &t), 0);
	add_row(s, 2, "A");
	assert_int_equal(store_stage_take(s, 0, 8, note_row, &t), 1);
	assert_int_equal(t.id[0], 2);
	return NULL;
}

static void each_thread_has_its_own(void **state)
{
	struct fixture *f = *state;
	struct taken t = { .n = 0 };
	pthread_t thread;

	add_row(f->s, 1, "A");
	assert_int_equal(pthread_create(&thread, NULL, stage_of_a_thread, f->s), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(store_stage_take(f->s, 0, 8, note_row, &t), 1);
	assert_int_equal(t.id[0], 1);
}

/* 0 where a sanitizer keeps freed memory and the figure says nothing. */
static long resident_kib(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return 0;
#else
	FILE *p = fopen("/proc/self/statm", "re");
	long size, resident = 0;

	assert_non_null(p);
	assert_int_equal(fscanf(p, "%ld %ld", &size, &resident), 2);
	fclose(p);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
#endif
}

static int count_row(void *arg, int64_t number, struct item *row)
{
	(void) row;
	assert_int_equal(number, ++*(int64_t *) arg);
	return 0;
}

/* 60 MB: neither memory nor the directory shows them. */
static void a_big_stage_is_on_disk_and_has_no_name(void **state)
{
	enum { ROWS = 15000, SIZE = 4000 };
	struct fixture *f = *state;
	char text[SIZE + 1];
	int64_t n = 0;
	long before;
	int files;

	memset(text, 'x', SIZE);
	text[SIZE] = '\0';
	add_row(f->s, 1, text);
	before = resident_kib();
	files = count_entries(f->dir);
	for (int i = 2; i <= ROWS; i++)
		add_row(f->s, i, text);
	assert_true(resident_kib() - before < 24 << 10);
	assert_int_equal(count_entries(f->dir), files);
	while (n < ROWS)
		assert_int_equal(store_stage_take(f->s, n, 500, count_row, &n), 500);
	assert_true(resident_kib() - before < 24 << 10);
	must(store_stage_reset(f->s));
	assert_int_equal(count_entries(f->dir), files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(rows_come_in_order_of_arrival),
		store_test(rows_are_applied_inside_and_outside_a_transaction),
		store_test(the_stage_is_no_part_of_a_transaction),
		store_test(each_thread_has_its_own),
		store_test(a_big_stage_is_on_disk_and_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
