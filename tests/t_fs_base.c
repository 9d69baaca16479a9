/* The merge base of a save is what the same process has read (presentation 3.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"

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
	struct bases *b = bases_new(16, 1 << 20);

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
	struct bases *b = bases_new(3, 1 << 20);

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
	struct bases *b = bases_new(1000, 10000);
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
	struct bases *b = bases_new(1000, 100);

	(void) state;
	put(b, 1, 1, 1, "a");
	put(b, 2, 1, 1, "b");
	assert_int_equal(bases_count(b), 1);
	assert_string_equal(title_of(b, 2, 1), "b");
	bases_free(b);
}

static void test_versions_are_shared(void **state)
{
	struct bases *b = bases_new(16, 1 << 20);
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
	struct bases *b = bases_new(1000, 500 * 1000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_process_has_its_own),
		cmocka_unit_test(test_longest_unused_goes_first),
		cmocka_unit_test(test_bytes_are_bounded),
		cmocka_unit_test(test_one_that_is_too_big_is_kept_alone),
		cmocka_unit_test(test_versions_are_shared),
		cmocka_unit_test(test_rows_of_a_list_share_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
