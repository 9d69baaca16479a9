#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/values.h"

static void test_get_makes_no_difference_between_empty_and_absent(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	(void) state;
	assert_null(values_get(&v, "Title"));
	assert_int_equal(values_set(&v, "Title", ""), 0);
	assert_null(values_get(&v, "Title")); /* MS-LISTSWS R742001 */
	assert_true(values_has(&v, "Title")); /* in a change it clears the field */
	assert_int_equal(values_set(&v, "Title", "x"), 0);
	assert_string_equal(values_get(&v, "Title"), "x");
	assert_int_equal(values_set(&v, "Title", NULL), 0);
	assert_false(values_has(&v, "Title"));
	assert_int_equal(values_set(&v, "Title", NULL), 0);
}

static void test_names_are_sorted_unique_and_case_sensitive(void **state)
{
	static const char *const order[] = { "b", "A", "c", "a", "b", "B" };
	static const char *const sorted[] = { "A", "B", "a", "b", "c" };
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	(void) state;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(values_set(&v, order[i], i == 4 ? "second" : "first"), 0);
	assert_int_equal(v.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(v.v[i].name, sorted[i]);
	assert_string_equal(values_get(&v, "b"), "second");
}

/* A value may be set from the very set that it goes into. */
static void test_set_takes_its_own_strings(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	(void) state;
	assert_int_equal(values_set(&v, "a", "one"), 0);
	assert_int_equal(values_set(&v, "b", values_get(&v, "a")), 0);
	assert_int_equal(values_set(&v, v.v[0].name, values_get(&v, "a")), 0);
	assert_string_equal(values_get(&v, "a"), "one");
	assert_string_equal(values_get(&v, "b"), "one");
}

static void test_packed_values_come_back_and_can_be_changed(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(values_release_p) struct values w = VALUES_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);

	(void) state;
	assert_int_equal(values_set(&v, "Title", "Gr\xc3\xbc\xc3\x9f"), 0);
	assert_int_equal(values_set(&v, "Body", ""), 0);
	assert_int_equal(values_set(&v, "", "no name"), 0);
	assert_int_equal(values_pack(&v, &b), 0);
	assert_int_equal(values_unpack(b.p, b.len, &w), 0);
	assert_true(values_equal(&v, &w));
	assert_true(values_has(&w, "Body"));
	assert_int_equal(values_set(&w, "Title", "longer than it was before"), 0);
	assert_int_equal(values_set(&w, "Body", NULL), 0);
	assert_int_equal(values_set(&w, "New", "x"), 0);
	assert_string_equal(values_get(&w, "Title"), "longer than it was before");
	assert_int_equal(w.n, 3);
}

static void test_nothing_packs_to_nothing(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(100);

	(void) state;
	assert_int_equal(values_pack(&v, &b), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(values_unpack(b.p, b.len, &v), 0);
	assert_int_equal(v.n, 0);
}

static void test_damaged_bytes_are_refused(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} cases[] = {
		{ "a\0b", 3 },               /* no end */
		{ "a\0", 2 },                /* a name without a text */
		{ "b\0x\0a\0y", 8 },         /* not sorted: a search would miss */
		{ "a\0x\0a\0y", 8 },         /* twice */
		{ "\0", 1 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct values v = VALUES_INIT;

		assert_int_equal(values_unpack(cases[i].p, cases[i].n, &v), -EUCLEAN);
		assert_int_equal(v.n, 0);
		assert_null(v.v);
	}
}

/* Every cut of a packed set is refused or is itself a whole set. */
static void test_no_cut_of_a_pack_crashes(void **state)
{
	static const char whole[] = "A\0one\0B\0\0C\0three";

	(void) state;
	for (size_t n = 0; n <= sizeof(whole); n++) {
		CLEANUP(values_release_p) struct values v = VALUES_INIT;
		int r = values_unpack(whole, n, &v);

		assert_true(r == 0 || r == -EUCLEAN);
	}
}

static void test_the_ceiling_of_a_pack_is_reported(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(4);

	(void) state;
	assert_int_equal(values_set(&v, "Title", "x"), 0);
	assert_int_equal(values_pack(&v, &b), -EFBIG);
}

static void test_copy_replaces_and_stands_alone(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(values_release_p) struct values w = VALUES_INIT;

	(void) state;
	assert_int_equal(values_set(&v, "a", "1"), 0);
	assert_int_equal(values_set(&w, "old", "x"), 0);
	assert_int_equal(values_copy(&w, &v), 0);
	assert_false(values_has(&w, "old"));
	assert_int_equal(values_set(&v, "a", "2"), 0);
	assert_string_equal(values_get(&w, "a"), "1");
	assert_int_equal(values_copy(&w, &w), 0);
	assert_string_equal(values_get(&w, "a"), "1");
}

static void test_overlay_sets_and_clears(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(values_release_p) struct values change = VALUES_INIT;

	(void) state;
	assert_int_equal(values_set(&v, "a", "1"), 0);
	assert_int_equal(values_set(&v, "b", "1"), 0);
	assert_int_equal(values_set(&v, "c", "1"), 0);
	assert_int_equal(values_set(&change, "b", ""), 0);
	assert_int_equal(values_set(&change, "c", "2"), 0);
	assert_int_equal(values_set(&change, "d", "2"), 0);
	assert_int_equal(values_overlay(&v, &change), 0);
	assert_int_equal(v.n, 3);
	assert_string_equal(values_get(&v, "a"), "1");
	assert_false(values_has(&v, "b"));
	assert_string_equal(values_get(&v, "c"), "2");
	assert_string_equal(values_get(&v, "d"), "2");
}

static void test_equal_skips_empty_values(void **state)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(values_release_p) struct values w = VALUES_INIT;

	(void) state;
	assert_int_equal(values_set(&v, "a", ""), 0);
	assert_int_equal(values_set(&v, "z", ""), 0);
	assert_true(values_equal(&v, &w));
	assert_int_equal(values_set(&w, "b", "x"), 0);
	assert_false(values_equal(&v, &w));
	assert_false(values_equal(&w, &v));
	assert_int_equal(values_set(&v, "b", "x"), 0);
	assert_true(values_equal(&v, &w));
	assert_int_equal(values_set(&v, "b", "X"), 0);
	assert_false(values_equal(&v, &w));
}

/* 20,000 names in any order take a moment, not minutes. */
static void test_many_values_in_any_order(void **state)
{
	enum { MANY = 20000 };
	clock_t began = clock();

	(void) state;
	for (unsigned step = 1; step <= 7919; step += 7918) {
		CLEANUP(values_release_p) struct values v = VALUES_INIT;

		for (unsigned i = 0; i < MANY; i++) {
			char name[16];

			snprintf(name, sizeof(name), "%08u", i * step % MANY);
			assert_int_equal(values_set(&v, name, "x"), 0);
		}
		assert_int_equal(v.n, MANY);
	}
	assert_true(clock() - began < 10 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get_makes_no_difference_between_empty_and_absent),
		cmocka_unit_test(test_names_are_sorted_unique_and_case_sensitive),
		cmocka_unit_test(test_set_takes_its_own_strings),
		cmocka_unit_test(test_packed_values_come_back_and_can_be_changed),
		cmocka_unit_test(test_nothing_packs_to_nothing),
		cmocka_unit_test(test_damaged_bytes_are_refused),
		cmocka_unit_test(test_no_cut_of_a_pack_crashes),
		cmocka_unit_test(test_the_ceiling_of_a_pack_is_reported),
		cmocka_unit_test(test_copy_replaces_and_stands_alone),
		cmocka_unit_test(test_overlay_sets_and_clears),
		cmocka_unit_test(test_equal_skips_empty_values),
		cmocka_unit_test(test_many_values_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
