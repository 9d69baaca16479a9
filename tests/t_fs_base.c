/* The merge base of a save is what the same process has read (presentation 3.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "base.h"

/* The rows of items, by id. */
static const char *rows[8];
static int reads;

static int read_row(void *arg, int64_t item, struct view_seen *ret)
{
	(void) arg;
	reads++;
	if (!rows[item])
		return -ENOENT;
	ret->id = item;
	return values_set(&ret->item.values, "Title", rows[item]);
}

static struct base *make(int64_t ino, int64_t version, const char *title)
{
	struct view_seen v = VIEW_SEEN_INIT;
	struct base *b;

	assert_int_equal(values_set(&v.item.values, "Title", title), 0);
	b = base_new(ino, version, &v);
	assert_non_null(b);
	assert_int_equal(v.item.values.n, 0);
	return b;
}

static void put(struct bases *b, int64_t item, pid_t tgid, int64_t version, const char *title)
{
	struct base *base = make(item, version, title);

	bases_put(b, item, tgid, base);
	base_unref(base);
}

/* What the process read of the item, or "". */
static const char *title_of(struct bases *b, int64_t item, pid_t tgid)
{
	static _Thread_local char title[64];
	struct base *base = bases_find(b, item, tgid), *whole = base ? base_whole(base) : NULL;

	snprintf(title, sizeof(title), "%s", whole ? values_get(&whole->seen.item.values, "Title") : "");
	base_unref(whole);
	base_unref(base);
	return title;
}

static void test_each_process_has_its_own(void **state)
{
	struct bases *b = bases_new(16, 1 << 20, read_row, NULL);

	(void) state;
	put(b, 1, 100, 1, "old");
	put(b, 1, 200, 2, "new");
	put(b, 2, 100, 1, "other item");
	assert_string_equal(title_of(b, 1, 100), "old");
	assert_string_equal(title_of(b, 1, 200), "new");
	assert_string_equal(title_of(b, 2, 100), "other item");
	assert_string_equal(title_of(b, 2, 200), "");
	put(b, 1, 100, 2, "new");
	assert_string_equal(title_of(b, 1, 100), "new");
	assert_int_equal(bases_count(b), 3);
	bases_free(b);
}

static void test_longest_unused_goes_first(void **state)
{
	struct bases *b = bases_new(3, 1 << 20, read_row, NULL);

	(void) state;
	put(b, 1, 1, 1, "a");
	put(b, 2, 1, 1, "b");
	put(b, 3, 1, 1, "c");
	title_of(b, 1, 1);
	put(b, 4, 1, 1, "d");
	assert_int_equal(bases_count(b), 3);
	assert_string_equal(title_of(b, 2, 1), "");
	assert_string_equal(title_of(b, 1, 1), "a");
	bases_free(b);
}

static void test_bytes_are_bounded(void **state)
{
	struct bases *b = bases_new(1000, 10000, read_row, NULL);
	char big[4000];

	(void) state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	for (int i = 1; i <= 20; i++)
		put(b, i, 1, 1, big);
	assert_in_range(bases_count(b), 1, 3);
	assert_string_not_equal(title_of(b, 20, 1), "");
	bases_free(b);
}

static void test_one_that_is_too_big_is_kept_alone(void **state)
{
	struct bases *b = bases_new(1000, 100, read_row, NULL);

	(void) state;
	put(b, 1, 1, 1, "a");
	put(b, 2, 1, 1, "b");
	assert_int_equal(bases_count(b), 1);
	assert_string_equal(title_of(b, 2, 1), "b");
	bases_free(b);
}

static void test_versions_are_shared(void **state)
{
	struct bases *b = bases_new(16, 1 << 20, read_row, NULL);
	struct base *read = make(7, 3, "t"), *same, *whole;

	(void) state;
	bases_put(b, 1, 100, read);
	same = bases_of_version(b, 1, 7, 3);
	assert_non_null(same);
	bases_put(b, 1, 200, same);
	assert_ptr_equal(bases_find(b, 1, 200), same);
	base_unref(same);
	assert_null(bases_of_version(b, 1, 7, 4));
	assert_null(bases_of_version(b, 1, 8, 3));
	bases_free(b);
	/* held by us still */
	whole = base_whole(same);
	assert_string_equal(values_get(&whole->seen.item.values, "Title"), "t");
	base_unref(whole);
	base_unref(same);
	base_unref(read);
}

static struct base *make_row(int i)
{
	struct view_seen v = { .id = i, .item = ITEM_INIT };
	char name[40], text[40];
	struct base *b;

	v.item.id = 100 + i;
	v.item.version = 7;
	v.item.path = strdup("sites/team/Lists/x/1_.000");
	for (int k = 0; k < 40; k++) {
		snprintf(name, sizeof(name), "Field_x0020_with_a_name_%d", k);
		snprintf(text, sizeof(text), "%d of %d", k, i);
		assert_int_equal(values_set(&v.item.values, name, text), 0);
	}
	assert_int_equal(values_set(&v.item.values, "Empty", ""), 0);
	b = base_new(i, 1, &v);
	assert_non_null(b);
	return b;
}

/* A program that reads a whole list must find it in the table when it reads it again: rows of one list
 * share their names. */
static void test_rows_of_a_list_share_their_names(void **state)
{
	struct bases *b = bases_new(1000, 500 * 1000, read_row, NULL);
	struct base *row, *packed, *whole;

	(void) state;
	for (int i = 1; i <= 500; i++) {
		row = make_row(i);
		assert_true(row->size > 1500);
		bases_put(b, i, 1, row);
		base_unref(row);
	}
	assert_int_equal(bases_count(b), 500);
	row = make_row(3);
	packed = bases_of_version(b, 3, 3, 1);
	whole = base_whole(packed);
	assert_true(packed->size < row->size / 2);
	assert_int_equal(whole->seen.item.values.n, 41);
	assert_true(values_equal(&whole->seen.item.values, &row->seen.item.values));
	assert_true(values_has(&whole->seen.item.values, "Empty"));
	assert_int_equal(whole->seen.id, 3);
	assert_int_equal(whole->seen.item.id, 103);
	assert_int_equal(whole->seen.item.version, 7);
	assert_string_equal(whole->seen.item.path, "sites/team/Lists/x/1_.000");
	base_unref(whole);
	base_unref(packed);
	base_unref(row);
	bases_free(b);
}

/* ---- what stands in rows ---------------------------------------------------------- */

static struct base *stored(struct bases *b, int64_t item)
{
	struct base *base = NULL;

	assert_int_equal(bases_stored(b, item, bases_moment(b), &base), 0);
	return base;
}

static void read_stored(struct bases *b, int64_t item, pid_t tgid)
{
	struct base *base = stored(b, item);

	bases_put(b, item, tgid, base);
	base_unref(base);
}

static void replace(struct bases *b, int64_t item, const char *title)
{
	assert_int_equal(bases_replacing(b, item), 0);
	rows[item] = title;
	bases_replaced(b);
}

static const char *title_in(struct base *base)
{
	static _Thread_local char title[64];
	struct base *whole = base_whole(base);

	snprintf(title, sizeof(title), "%s", whole ? values_get(&whole->seen.item.values, "Title") : "");
	base_unref(whole);
	return title;
}

static void test_a_row_is_read_when_it_is_asked_for(void **state)
{
	struct bases *b = bases_new(16, 1 << 20, read_row, NULL);

	(void) state;
	rows[1] = "first";
	reads = 0;
	read_stored(b, 1, 100);
	read_stored(b, 1, 200);
	read_stored(b, 1, 100);
	assert_int_equal(reads, 0);
	assert_int_equal(bases_count(b), 2);
	assert_string_equal(title_of(b, 1, 100), "first");
	assert_string_equal(title_of(b, 1, 300), "");
	assert_int_equal(reads, 1);
	bases_free(b);
}

/* An editor with an old buffer: whatever became of the item, he reads against what he had read. */
static void test_what_was_read_outlasts_its_row(void **state)
{
	struct bases *b = bases_new(16, 1 << 20, read_row, NULL);
	struct base *open;

	(void) state;
	rows[1] = "first";
	read_stored(b, 1, 100);
	open = stored(b, 1);
	replace(b, 1, "second");
	read_stored(b, 1, 200);
	replace(b, 1, "third");
	replace(b, 1, NULL);
	assert_string_equal(title_of(b, 1, 100), "first");
	assert_string_equal(title_of(b, 1, 200), "second");
	assert_string_equal(title_in(open), "first");
	bases_put(b, 1, 400, open); /* who reads a file that is open reads what it shows */
	assert_string_equal(title_of(b, 1, 400), "first");
	base_unref(open);
	bases_free(b);
}

/* One transaction replaces a row twice: what was there before is what was read. */
static void test_a_row_that_is_replaced_twice(void **state)
{
	struct bases *b = bases_new(16, 1 << 20, read_row, NULL);

	(void) state;
	rows[1] = "first";
	read_stored(b, 1, 100);
	assert_int_equal(bases_replacing(b, 1), 0);
	rows[1] = "second";
	assert_int_equal(bases_replacing(b, 1), 0);
	rows[1] = "third";
	bases_replaced(b);
	assert_string_equal(title_of(b, 1, 100), "first");
	bases_free(b);
}

/* Who read the node's row before a transaction ended does not know which item's row he would find. */
static void test_no_row_is_trusted_while_rows_are_replaced(void **state)
{
	struct bases *b = bases_new(16, 1 << 20, read_row, NULL);
	uint64_t before = bases_moment(b), during;
	struct base *base = NULL;

	(void) state;
	rows[1] = rows[2] = "text";
	assert_int_equal(bases_replacing(b, 2), 0);
	during = bases_moment(b);
	assert_int_equal(bases_stored(b, 1, before, &base), -EAGAIN);
	assert_int_equal(bases_stored(b, 1, during, &base), -EAGAIN);
	bases_replaced(b);
	assert_int_equal(bases_stored(b, 1, before, &base), -EAGAIN);
	assert_int_equal(bases_stored(b, 1, during, &base), -EAGAIN);
	base = stored(b, 1);
	base_unref(base);
	bases_replaced(b); /* a transaction that replaced none */
	bases_free(b);
}

/* Many entries in a vector that was something else before. */
static void test_thousands_of_items(void **state)
{
	struct bases *b = bases_new(5000, 1 << 20, read_row, NULL);
	char *before[64];

	(void) state;
	for (size_t i = 0; i < 64; i++)
		before[i] = malloc((size_t) 32 << (i / 4));
	for (size_t i = 0; i < 64; i++) {
		memset(before[i], 1, (size_t) 32 << (i / 4));
		free(before[i]);
	}
	for (int64_t item = 1; item <= 7000; item++)
		read_stored(b, item << 3, 100);
	assert_int_equal(bases_count(b), 5000);
	for (int64_t item = 1; item <= 7000; item++) {
		struct base *base = bases_find(b, item << 3, 100);

		assert_int_equal(base != NULL, item > 2000);
		base_unref(base);
	}
	bases_free(b);
}

/* A program that reads many files must not push an editor's base out. */
static void test_rows_and_values_have_room_of_their_own(void **state)
{
	struct bases *b = bases_new(5000, 1 << 20, read_row, NULL);

	(void) state;
	rows[1] = "first";
	rows[2] = "text";
	read_stored(b, 1, 100);
	replace(b, 1, "second");
	for (pid_t p = 1000; p < 7000; p++)
		read_stored(b, 2, p);
	assert_int_equal(bases_count(b), 5001);
	assert_string_equal(title_of(b, 1, 100), "first");
	assert_string_equal(title_of(b, 2, 1999), "");
	assert_string_equal(title_of(b, 2, 2000), "text");
	replace(b, 2, "new");
	assert_string_equal(title_of(b, 2, 6999), "text");
	assert_int_equal(bases_count(b), 5000);
	bases_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_process_has_its_own),
		cmocka_unit_test(test_longest_unused_goes_first),
		cmocka_unit_test(test_bytes_are_bounded),
		cmocka_unit_test(test_one_that_is_too_big_is_kept_alone),
		cmocka_unit_test(test_versions_are_shared),
		cmocka_unit_test(test_rows_of_a_list_share_their_names),
		cmocka_unit_test(test_a_row_is_read_when_it_is_asked_for),
		cmocka_unit_test(test_what_was_read_outlasts_its_row),
		cmocka_unit_test(test_a_row_that_is_replaced_twice),
		cmocka_unit_test(test_no_row_is_trusted_while_rows_are_replaced),
		cmocka_unit_test(test_thousands_of_items),
		cmocka_unit_test(test_rows_and_values_have_room_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
