#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/item.h"
#include "model/list.h"

struct pair {
	const char *name, *text;
};

static void fill(struct item *i, const struct pair *p)
{
	for (; p->name; p++)
		assert_int_equal(values_set(&i->values, p->name, p->text), 0);
}

/* The row of [MS-LISTSWS] 4.2, with what a property bag and DateInUtc add. */
static void test_service_fields_of_a_list_item(void **state)
{
	static const struct pair row[] = {
		{ "ID", "1" },
		{ "owshiddenversion", "5" },
		{ "UniqueId", "1;#{da3fa45d-d874-4c73-aae5-61556d3e3a79}" },
		{ "FSObjType", "1;#0" },
		{ "FileRef", "1;#OneAppData/Lists/MockList/1_.000" },
		{ "PermMask", "0x1b00c4310ef" },
		{ "Created", "2014-08-19T15:41:21Z" },
		{ "Modified", "2014-09-03 11:00:56" },
		{ "MetaInfo_ReplicationID", "{8d2f0a31-0000-4000-8000-0123456789ab}" },
		{ NULL, NULL },
	};
	CLEANUP(item_release_p) struct item i = ITEM_INIT;

	(void) state;
	fill(&i, row);
	assert_int_equal(item_from_values(&i), 0);
	assert_int_equal(i.id, 1);
	assert_int_equal(i.version, 5);
	assert_string_equal(i.unique_id, "{DA3FA45D-D874-4C73-AAE5-61556D3E3A79}");
	assert_string_equal(i.path, "OneAppData/Lists/MockList/1_.000");
	assert_string_equal(item_leaf(i.path), "1_.000");
	assert_string_equal(i.replication_id, "{8D2F0A31-0000-4000-8000-0123456789AB}");
	assert_false(i.folder);
	assert_int_equal(i.perm, 0x1b00c4310ef);
	assert_int_equal(i.created, 1408462881);
	assert_int_equal(i.modified, 1409742056);
	assert_int_equal(i.size, -1);
}

static void test_a_document_has_a_size(void **state)
{
	static const struct {
		const char *name, *text;
		int64_t want;
	} cases[] = {
		{ "File_x0020_Size", "12;#4096", 4096 },
		{ "File_x0020_Size", "0", 0 },
		{ "FileSizeDisplay", "5000000000", 5000000000 },
		{ "File_x0020_Size", "12;#", -1 },
		{ "File_x0020_Size", "-5", -1 },
		{ "File_x0020_Size", "99999999999999999999", -1 },
	};

	(void) state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		CLEANUP(item_release_p) struct item i = ITEM_INIT;

		assert_int_equal(values_set(&i.values, "ID", "12"), 0);
		assert_int_equal(values_set(&i.values, "FileRef", "12;#/a/Shared Documents/x.docx"), 0);
		assert_int_equal(values_set(&i.values, cases[k].name, cases[k].text), 0);
		assert_int_equal(item_from_values(&i), 0);
		assert_int_equal(i.size, cases[k].want);
		assert_string_equal(i.path, "a/Shared Documents/x.docx");
	}
}

static void test_a_folder_has_none(void **state)
{
	static const struct pair row[] = {
		{ "ID", "4" }, { "FSObjType", "4;#1" }, { "File_x0020_Size", "4;#17" }, { NULL, NULL },
	};
	CLEANUP(item_release_p) struct item i = ITEM_INIT;

	(void) state;
	fill(&i, row);
	assert_int_equal(item_from_values(&i), 0);
	assert_true(i.folder);
	assert_int_equal(i.size, -1);
}

static void test_permissions_have_63_bits(void **state)
{
	static const struct {
		const char *text;
		uint64_t want;
	} cases[] = {
		{ "0x7fffffffffffffff", PERM_FULL },
		{ "0xffffffffffffffff", PERM_FULL },
		{ "0x1", PERM_VIEW },
		{ "1b00c4310ef", 0x1b00c4310ef },
		{ "0x0", 0 },
		{ "", PERM_FULL },
		{ "0x", PERM_FULL },
		{ "none of these", PERM_FULL },
		{ "0x1ffffffffffffffff", PERM_FULL },
	};

	(void) state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		CLEANUP(item_release_p) struct item i = ITEM_INIT;

		assert_int_equal(values_set(&i.values, "ID", "1"), 0);
		assert_int_equal(values_set(&i.values, "PermMask", cases[k].text), 0);
		assert_int_equal(item_from_values(&i), 0);
		assert_true(i.perm == cases[k].want);
	}
}

static void test_a_row_without_an_id_is_none(void **state)
{
	static const char *const bad[] = { NULL, "", "0", "-3", "x", "1.5", "99999999999999999999" };

	(void) state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
		CLEANUP(item_release_p) struct item i = ITEM_INIT;

		assert_int_equal(values_set(&i.values, "ID", bad[k]), 0);
		assert_int_equal(item_from_values(&i), -EINVAL);
	}
}

/* MS-OUTSPS_R118: a field of the list wins over the property of the same name. */
static void test_replication_id_of_a_field_wins(void **state)
{
	static const struct pair row[] = {
		{ "ID", "4" },
		{ "ReplicationID", "{11111111-0000-4000-8000-0123456789ab}" },
		{ "MetaInfo_ReplicationID", "{22222222-0000-4000-8000-0123456789ab}" },
		{ NULL, NULL },
	};
	CLEANUP(item_release_p) struct item i = ITEM_INIT;

	(void) state;
	fill(&i, row);
	assert_int_equal(item_from_values(&i), 0);
	assert_string_equal(i.replication_id, "{11111111-0000-4000-8000-0123456789AB}");
}

/* The row of a later page replaces what the earlier one said. */
static void test_filling_again_forgets_what_is_gone(void **state)
{
	static const struct pair row[] = {
		{ "ID", "4" }, { "FSObjType", "4;#1" }, { "FileRef", "4;#a/b" }, { "PermMask", "0x1" },
		{ "UniqueId", "4;#{DA3FA45D-D874-4C73-AAE5-61556D3E3A79}" }, { NULL, NULL },
	};
	CLEANUP(item_release_p) struct item i = ITEM_INIT;

	(void) state;
	fill(&i, row);
	assert_int_equal(item_from_values(&i), 0);
	values_release(&i.values);
	assert_int_equal(values_set(&i.values, "ID", "5"), 0);
	assert_int_equal(item_from_values(&i), 0);
	assert_int_equal(i.id, 5);
	assert_null(i.path);
	assert_null(i.unique_id);
	assert_false(i.folder);
	assert_true(i.perm == PERM_FULL);
}

static void test_leaf(void **state)
{
	(void) state;
	assert_string_equal(item_leaf("a/b/c.txt"), "c.txt");
	assert_string_equal(item_leaf("c.txt"), "c.txt");
	assert_string_equal(item_leaf("a/"), "");
	assert_string_equal(item_leaf(NULL), "");
}

/* What a post was sent with is known again, before the server has an entry of the bag for it. */
static void posts_are_known_by_their_message(void **state)
{
	static const struct {
		const char *id, *guid;
	} cases[] = {
		{ "<aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee@spfs.invalid>", "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}" },
		{ "<aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee@example.com>", NULL },
		{ "<aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeex@spfs.invalid>", NULL },
		{ "<@spfs.invalid>", NULL },
		{ "", NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(item_release_p) struct item it = ITEM_INIT;
		CLEANUP(buf_release_p) struct buf id = BUF_INIT(100);

		assert_int_equal(values_set(&it.values, "ID", "7"), 0);
		assert_int_equal(values_set(&it.values, "MessageId", cases[i].id), 0);
		assert_int_equal(item_from_values(&it), 0);
		assert_true(str_eq(it.replication_id, cases[i].guid));
		if (!cases[i].guid)
			continue;
		assert_int_equal(item_post_id(cases[i].guid, &id), 0);
		assert_string_equal(buf_str(&id), cases[i].id);
		/* The entry of the bag says more. */
		assert_int_equal(values_set(&it.values, "MetaInfo_ReplicationID", "{00000000-BBBB-4CCC-8DDD-EEEEEEEEEEEE}"), 0);
		assert_int_equal(item_from_values(&it), 0);
		assert_string_equal(it.replication_id, "{00000000-BBBB-4CCC-8DDD-EEEEEEEEEEEE}");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service_fields_of_a_list_item),
		cmocka_unit_test(test_a_document_has_a_size),
		cmocka_unit_test(test_a_folder_has_none),
		cmocka_unit_test(test_permissions_have_63_bits),
		cmocka_unit_test(test_a_row_without_an_id_is_none),
		cmocka_unit_test(test_replication_id_of_a_field_wins),
		cmocka_unit_test(test_filling_again_forgets_what_is_gone),
		cmocka_unit_test(test_leaf),
		cmocka_unit_test(posts_are_known_by_their_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
