/* The merge base of a save is what the same process has read (presentation 3.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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
	struct base *base = bases_find(b, item, tgid);

	snprintf(title, sizeof(title), "%s", base ? values_get(&base->seen.item.values, "Title") : "");
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
	struct base *read = make(7, 3, "t"), *same;

	(void) state;
	bases_put(b, 1, 100, read);
	same = bases_of_version(b, 1, 7, 3);
	assert_ptr_equal(same, read);
	assert_null(bases_of_version(b, 1, 7, 4));
	assert_null(bases_of_version(b, 1, 8, 3));
	bases_free(b);
	/* held by us still */
	assert_string_equal(values_get(&same->seen.item.values, "Title"), "t");
	base_unref(same);
	base_unref(read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_process_has_its_own),
		cmocka_unit_test(test_longest_unused_goes_first),
		cmocka_unit_test(test_bytes_are_bounded),
		cmocka_unit_test(test_one_that_is_too_big_is_kept_alone),
		cmocka_unit_test(test_versions_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
