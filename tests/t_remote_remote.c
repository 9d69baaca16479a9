#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "remote/docs.h"
#include "remote/remote.h"

static void test_released_answers_can_be_used_again(void **state)
{
	struct remote_page p = { .rows = 3, .more_changes = true };
	struct remote_outcome o = { .result = REMOTE_CONFLICT, .has_row = true, .row = ITEM_INIT };
	struct remote_doc d = { .size = 7 };

	(void) state;
	assert_int_equal(str_set(&p.token, "1;3;x"), 0);
	assert_int_equal(str_set(&p.perm_text, "FullMask"), 0);
	remote_page_release(&p);
	assert_null(p.token);
	assert_int_equal(p.rows, 0);
	assert_false(p.more_changes);
	remote_page_release(&p);

	assert_int_equal(str_set(&o.text, "0x81020015"), 0);
	assert_int_equal(values_set(&o.row.values, "ID", "7"), 0);
	assert_int_equal(item_from_values(&o.row), 0);
	remote_outcome_release(&o);
	assert_null(o.text);
	assert_false(o.has_row);
	remote_outcome_release(&o);

	assert_int_equal(str_set(&d.etag, "\"{8D2F0A31},3\""), 0);
	remote_doc_release(&d);
	assert_null(d.etag);
	assert_int_equal(d.size, -1); /* not said, which 0 would be */
	remote_doc_release(&d);
}

static void test_each_result_has_a_word_of_its_own(void **state)
{
	(void) state;
	for (int a = REMOTE_OK; a <= REMOTE_CANCELED; a++)
		for (int b = REMOTE_OK; b < a; b++)
			assert_string_not_equal(remote_result_name((enum remote_result) a),
						remote_result_name((enum remote_result) b));
	assert_string_equal(remote_result_name((enum remote_result) 1000), "unknown");
	assert_string_equal(remote_result_name((enum remote_result) -1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_released_answers_can_be_used_again),
		cmocka_unit_test(test_each_result_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
