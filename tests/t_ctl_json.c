#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/buf.h"
#include "ctl/json.h"

static void assert_dumps(const struct ctl_json *j, enum ctl_json_form form, const char *want)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(ctl_json_dump(j, form, &b), 0);
	assert_string_equal(buf_str(&b), want);
}

static void assert_fails(const struct ctl_json *j, int want)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(ctl_json_dump(j, CTL_JSON_LINE, &b), want);
	assert_int_equal(b.len, 0);
}

static void test_members_stand_in_the_order_of_the_calls(void **state)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();

	(void) state;
	ctl_json_int(j, "version", 1);
	ctl_json_array(j, "lists");
	ctl_json_object(j, NULL);
	ctl_json_str(j, "name", "Team \"Tasks\"\n");
	ctl_json_int(j, "items", INT64_MAX);
	ctl_json_end(j);
	ctl_json_bool(j, NULL, true);
	ctl_json_array(j, NULL);
	ctl_json_end(j);
	ctl_json_end(j);
	ctl_json_str(j, "error", NULL);
	ctl_json_bool(j, "a", false);
	assert_dumps(j, CTL_JSON_LINE,
		     "{\"version\":1,\"lists\":[{\"name\":\"Team \\\"Tasks\\\"\\n\",\"items\":9223372036854775807},"
		     "true,[]],\"error\":null,\"a\":false}");
}

static void test_a_file_is_indented_and_ends_with_a_newline(void **state)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();

	(void) state;
	assert_dumps(j, CTL_JSON_LINE, "{}");
	ctl_json_int(j, "version", 1);
	assert_dumps(j, CTL_JSON_PRETTY, "{\n  \"version\": 1\n}\n");
}

/* A name that is not UTF-8 must not cost the whole status. */
static void test_broken_text_is_repaired(void **state)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();

	(void) state;
	ctl_json_str(j, "a", "x\xff\xe2\x82\xacy\xe2\x82");
	ctl_json_str(j, "b", "\xed\xa0\x80");
	ctl_json_str(j, "c", "gr\xc3\xbcn\x01");
	assert_dumps(j, CTL_JSON_LINE,
		     "{\"a\":\"x\xef\xbf\xbd\xe2\x82\xacy\xef\xbf\xbd\xef\xbf\xbd\","
		     "\"b\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"c\":\"gr\xc3\xbcn\\u0001\"}");
}

static void test_misuse_sticks(void **state)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *end = ctl_json_new();
	CLEANUP(ctl_json_free_p) struct ctl_json *key = ctl_json_new();
	CLEANUP(ctl_json_free_p) struct ctl_json *no_key = ctl_json_new();
	CLEANUP(ctl_json_free_p) struct ctl_json *deep = ctl_json_new();

	(void) state;
	ctl_json_end(end);
	ctl_json_int(end, "a", 1);
	assert_fails(end, -EINVAL);
	ctl_json_array(key, "a");
	ctl_json_object(key, "in an array");
	ctl_json_end(key);
	ctl_json_end(key);
	assert_fails(key, -EINVAL);
	ctl_json_int(no_key, NULL, 1);
	assert_fails(no_key, -EINVAL);
	for (int i = 0; i < 100; i++)
		ctl_json_object(deep, "a");
	assert_fails(deep, -EINVAL);
}

static void test_memory_and_ceilings(void **state)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	CLEANUP(buf_release_p) struct buf small = BUF_INIT(10);

	(void) state;
	ctl_json_int(NULL, "a", 1);
	ctl_json_str(NULL, "a", "x");
	ctl_json_bool(NULL, "a", true);
	ctl_json_object(NULL, "a");
	ctl_json_array(NULL, "a");
	ctl_json_end(NULL);
	assert_fails(NULL, -ENOMEM);
	ctl_json_str(j, "a", "longer than ten bytes");
	assert_int_equal(ctl_json_dump(j, CTL_JSON_LINE, &small), -EFBIG);
	assert_null(ctl_json_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_stand_in_the_order_of_the_calls),
		cmocka_unit_test(test_a_file_is_indented_and_ends_with_a_newline),
		cmocka_unit_test(test_broken_text_is_repaired),
		cmocka_unit_test(test_misuse_sticks),
		cmocka_unit_test(test_memory_and_ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
