/* Which inodes are open, and whose pages the kernel may still hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "handle.h"

enum { MANY = 300000 };

static void test_an_inode_is_open_until_its_last_handle_goes(void **state)
{
	struct openset *o = openset_new();

	(void) state;
	for (int64_t i = 1; i <= 1000; i++)
		assert_int_equal(openset_add(o, i), 0);
	assert_int_equal(openset_add(o, 7), 0);
	openset_remove(o, 7);
	openset_remove(o, 8);
	assert_true(openset_has(o, 7));
	assert_false(openset_has(o, 8));
	openset_remove(o, 7);
	assert_false(openset_has(o, 7));
	assert_false(openset_has(o, 1001));
	openset_free(o);
}

/* However long a list is, reading it again asks for no bytes; there used to be room for 131,072. */
static void test_versions_of_a_long_list_are_all_known(void **state)
{
	struct openset *o = openset_new();
	int64_t known = 0;

	(void) state;
	for (int64_t i = 1; i <= MANY; i++)
		assert_false(openset_same_version(o, i, i % 5));
	for (int64_t i = 1; i <= MANY; i++)
		known += openset_same_version(o, i, i % 5);
	assert_int_equal(known, MANY);
	assert_false(openset_same_version(o, 9, 100));
	assert_true(openset_same_version(o, 9, 100));
	openset_free(o);
}

/* What the kernel has forgotten has no pages, whatever version it had; and takes no room for ever. */
static void test_a_forgotten_inode_has_no_version(void **state)
{
	struct openset *o = openset_new();

	(void) state;
	for (int64_t i = 1; i <= MANY; i++) {
		assert_false(openset_same_version(o, i, 0));
		openset_forget(o, i);
	}
	assert_false(openset_same_version(o, MANY, 0));
	assert_true(openset_same_version(o, MANY, 0));
	openset_forget(o, MANY + 1);
	assert_false(openset_same_version(o, MANY + 1, 0));
	openset_free(o);
}

/* Only then may its text be given with the answer to open: the kernel waits for pages that are being read or written. */
static void test_the_first_open_of_an_inode_that_has_no_pages(void **state)
{
	struct openset *o = openset_new();

	(void) state;
	assert_int_equal(openset_add(o, 7), 0);
	assert_true(openset_is_first(o, 7));
	assert_int_equal(openset_add(o, 7), 0);
	assert_false(openset_is_first(o, 7)); /* somebody else */
	openset_remove(o, 7);
	assert_true(openset_is_first(o, 7));
	assert_false(openset_same_version(o, 7, 1));
	assert_false(openset_is_first(o, 7)); /* it may have pages of that version */
	openset_forget(o, 7);
	assert_true(openset_is_first(o, 7));

	assert_int_equal(openset_add(o, 8), 0);
	openset_created(o, 8);
	assert_false(openset_is_first(o, 8));
	assert_false(openset_same_version(o, 8, 0)); /* what was written into it is no version */
	openset_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_inode_is_open_until_its_last_handle_goes),
		cmocka_unit_test(test_versions_of_a_long_list_are_all_known),
		cmocka_unit_test(test_a_forgotten_inode_has_no_version),
		cmocka_unit_test(test_the_first_open_of_an_inode_that_has_no_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
