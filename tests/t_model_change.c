#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/str.h"
#include "model/change.h"

static struct change make(enum change_op op, int64_t id, int64_t version, const char *field, const char *text)
{
	struct change c = { .op = op, .id = id, .version = version };

	if (field)
		assert_int_equal(values_set(&c.fields, field, text), 0);
	return c;
}

static void test_words(void **state)
{
	enum change_op op;

	(void) state;
	for (int i = 0; i < CHANGE_OP_COUNT; i++) {
		assert_int_equal(change_op_parse(change_op_name((enum change_op) i), &op), 0);
		assert_int_equal(op, i);
	}
	assert_int_equal(change_op_parse("rename", &op), -EINVAL);
	assert_int_equal(change_op_parse("", &op), -EINVAL);
}

static void test_two_updates_are_one(void **state)
{
	CLEANUP(change_release_p) struct change a = make(CHANGE_UPDATE, 7, 3, "Title", "first");
	CLEANUP(change_release_p) struct change b = make(CHANGE_UPDATE, 7, 4, "Title", "second");

	(void) state;
	assert_int_equal(values_set(&a.fields, "Status", "Done"), 0);
	assert_int_equal(values_set(&b.fields, "Body", ""), 0);
	assert_int_equal(change_fold(&a, &b), 1);
	assert_int_equal(a.op, CHANGE_UPDATE);
	assert_int_equal(a.version, 3);
	assert_string_equal(values_get(&a.fields, "Title"), "second");
	assert_string_equal(values_get(&a.fields, "Status"), "Done");
	assert_true(values_has(&a.fields, "Body")); /* still says: clear it */
}

static void test_an_update_of_an_unsent_item_is_part_of_it(void **state)
{
	CLEANUP(change_release_p) struct change a = make(CHANGE_NEW, 0, 0, "Title", "x");
	CLEANUP(change_release_p) struct change b = make(CHANGE_UPDATE, 0, 0, "In_use", "");

	(void) state;
	assert_int_equal(str_set(&a.replication_id, "{8D2F0A31-0000-4000-8000-0123456789AB}"), 0);
	assert_int_equal(change_fold(&a, &b), 1);
	assert_int_equal(a.op, CHANGE_NEW);
	assert_non_null(a.replication_id); /* MS-OUTSPS_R206: it stays the item's name for the server */
	assert_true(values_has(&a.fields, "In_use"));
}

static void test_new_and_delete_vanish(void **state)
{
	CLEANUP(change_release_p) struct change a = make(CHANGE_NEW, 0, 0, "Title", "x");
	CLEANUP(change_release_p) struct change f = make(CHANGE_NEW_FOLDER, 0, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change b = make(CHANGE_DELETE, 0, 0, NULL, NULL);

	(void) state;
	assert_int_equal(change_fold(&a, &b), 2);
	assert_int_equal(change_fold(&f, &b), 2);
	assert_string_equal(values_get(&a.fields, "Title"), "x");
}

static void test_update_and_delete_is_delete(void **state)
{
	CLEANUP(change_release_p) struct change a = make(CHANGE_UPDATE, 7, 3, "Title", "x");
	CLEANUP(change_release_p) struct change b = make(CHANGE_DELETE, 7, 3, NULL, NULL);

	(void) state;
	assert_int_equal(change_fold(&a, &b), 1);
	assert_int_equal(a.op, CHANGE_DELETE);
	assert_int_equal(a.version, 3);
	assert_int_equal(a.fields.n, 0);
}

static void test_what_cannot_be_folded_is_left_alone(void **state)
{
	CLEANUP(change_release_p) struct change update = make(CHANGE_UPDATE, 7, 3, "Title", "x");
	CLEANUP(change_release_p) struct change other = make(CHANGE_UPDATE, 8, 3, "Title", "y");
	CLEANUP(change_release_p) struct change gone = make(CHANGE_DELETE, 7, 3, NULL, NULL);
	CLEANUP(change_release_p) struct change again = make(CHANGE_NEW, 0, 0, "Title", "z");
	CLEANUP(change_release_p) struct change folder = make(CHANGE_NEW_FOLDER, 0, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change rename = make(CHANGE_UPDATE, 0, 0, "FileLeafRef", "b");

	(void) state;
	assert_int_equal(change_fold(&update, &other), 0);
	assert_int_equal(change_fold(&update, &again), 0);
	assert_int_equal(change_fold(&gone, &update), 0);
	assert_int_equal(change_fold(&gone, &gone), 0);
	assert_int_equal(change_fold(&again, &folder), 0);
	assert_int_equal(change_fold(&folder, &rename), 0);
	assert_string_equal(values_get(&update.fields, "Title"), "x");
	assert_int_equal(update.op, CHANGE_UPDATE);
}

static void test_check_outs(void **state)
{
	CLEANUP(change_release_p) struct change out = make(CHANGE_CHECK_OUT, 5, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change in = make(CHANGE_CHECK_IN, 5, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change again = make(CHANGE_CHECK_IN, 5, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change undo = make(CHANGE_UNDO_CHECK_OUT, 5, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change store = make(CHANGE_STORE, 5, 0, NULL, NULL);
	CLEANUP(change_release_p) struct change gone = make(CHANGE_DELETE, 5, 0, NULL, NULL);

	(void) state;
	assert_true(change_is_check(CHANGE_CHECK_OUT) && change_is_check(CHANGE_UNDO_CHECK_OUT));
	assert_false(change_is_check(CHANGE_STORE));
	assert_int_equal(change_fold(&out, &in), 0);
	assert_int_equal(change_fold(&out, &store), 0);
	assert_int_equal(change_fold(&store, &in), 0); /* what waits goes before */
	assert_int_equal(change_fold(&undo, &out), 0);
	assert_int_equal(change_fold(&out, &undo), 2);
	assert_int_equal(str_set(&in.name, "first"), 0);
	assert_int_equal(str_set(&again.name, "second"), 0);
	again.content.base = CHANGE_CHECKIN_MAJOR;
	assert_int_equal(change_fold(&in, &again), 1);
	assert_string_equal(in.name, "second");
	assert_int_equal(in.content.base, CHANGE_CHECKIN_MAJOR);
	assert_int_equal(change_fold(&in, &gone), 1);
	assert_int_equal(in.op, CHANGE_DELETE);
	assert_null(in.name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_two_updates_are_one),
		cmocka_unit_test(test_an_update_of_an_unsent_item_is_part_of_it),
		cmocka_unit_test(test_new_and_delete_vanish),
		cmocka_unit_test(test_update_and_delete_is_delete),
		cmocka_unit_test(test_what_cannot_be_folded_is_left_alone),
		cmocka_unit_test(test_check_outs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
