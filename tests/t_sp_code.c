/* sp/spcode.h: what numbers mean to the sync engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spcode.h"

static void test_fates_of_single_changes(void **state)
{
	static const struct {
		uint32_t code;
		enum remote_result want;
	} cases[] = {
		{ 0x00000000, REMOTE_OK },       { 0x81020015, REMOTE_CONFLICT },  /* R953 */
		{ 0x81020016, REMOTE_ITEM_GONE }, /* R975 */
		{ 0x800704c7, REMOTE_NOT_RUN },  /* R961 */
		{ 0x81020014, REMOTE_ITEM_BAD },  { 0x8102001c, REMOTE_ITEM_BAD }, { 0x80020005, REMOTE_ITEM_BAD },
		{ 0x80070057, REMOTE_ITEM_BAD },  { 0x80070005, REMOTE_ITEM_BAD }, { 0x12345678, REMOTE_ITEM_BAD },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(spcode_find(cases[i].code)->item, cases[i].want);
}

/* remote.h: an outcome is one of five. */
static void test_a_change_never_has_the_fate_of_a_list(void **state)
{
	(void) state;
	for (uint64_t code = 0x81020000; code < 0x81021000; code++)
		assert_in_range(spcode_find((uint32_t) code)->item, REMOTE_OK, REMOTE_NOT_RUN);
	for (uint64_t code = 0x82000000; code < 0x82000100; code++)
		assert_in_range(spcode_find((uint32_t) code)->item, REMOTE_OK, REMOTE_NOT_RUN);
	for (uint64_t code = 0x80070000; code < 0x80071000; code++)
		assert_in_range(spcode_find((uint32_t) code)->item, REMOTE_OK, REMOTE_NOT_RUN);
}

static void test_fates_of_calls(void **state)
{
	(void) state;
	assert_int_equal(spcode_find(0x82000006)->call, REMOTE_LIST_GONE);
	assert_int_equal(spcode_find(0x81020026)->call, REMOTE_LIST_GONE); /* R27701 */
	assert_int_equal(spcode_find(0x80070024)->call, REMOTE_LIST_BAD);
	assert_int_equal(spcode_find(0x81020071)->call, REMOTE_SITE_BAD);
	assert_int_equal(spcode_find(0x80070005)->call, REMOTE_LIST_BAD);
	assert_int_equal(spcode_find(0xdeadbeef)->call, REMOTE_LIST_BAD);
}

static void test_statuses(void **state)
{
	static const struct {
		int status;
		enum remote_result want;
		bool maybe_done;
	} cases[] = {
		{ 401, REMOTE_AUTH, false },     { 403, REMOTE_LIST_BAD, false }, { 404, REMOTE_SITE_BAD, false },
		{ 429, REMOTE_SITE_BAD, false }, { 503, REMOTE_SITE_BAD, false }, { 500, REMOTE_SITE_BAD, true },
		{ 502, REMOTE_SITE_BAD, true },  { 504, REMOTE_SITE_BAD, true },  { 418, REMOTE_SITE_BAD, false },
		{ 204, REMOTE_SITE_BAD, true },  { 999, REMOTE_SITE_BAD, true },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sphttp *h = spcode_http(cases[i].status);

		assert_int_equal(h->result, cases[i].want);
		assert_int_equal(h->maybe_done, cases[i].maybe_done);
		assert_true(h->words[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fates_of_single_changes),
		cmocka_unit_test(test_a_change_never_has_the_fate_of_a_list),
		cmocka_unit_test(test_fates_of_calls),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
