#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/list.h"

static void make_list(struct list *l)
{
	struct field *f;

	assert_int_equal(str_set(&l->id, "{1A2650ED-DB30-4337-B137-8E5771A08443}"), 0);
	assert_int_equal(str_set(&l->title, "Team Tasks"), 0);
	assert_int_equal(str_set(&l->web_url, ""), 0);
	assert_int_equal(str_set(&l->root_folder, "/sites/a/Lists/Team Tasks"), 0);
	assert_int_equal(str_set(&l->server_version, "16.0.0.6223"), 0);
	l->template = -1;
	l->base_type = 1;
	l->version = INT64_MAX;
	l->item_count = 5000;
	l->write_security = 4;
	l->max_throttled = 5000;
	l->flags = LIST_MODERATED | LIST_HIDDEN;
	l->bias = -60;
	f = schema_add(&l->schema);
	assert_non_null(f);
	assert_int_equal(str_set(&f->name, "Title"), 0);
	assert_int_equal(str_set(&f->display, "Titel"), 0);
	f->type = FIELD_TEXT;
}

static void test_a_packed_list_comes_back(void **state)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	CLEANUP(list_release_p) struct list m = LIST_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);

	(void) state;
	make_list(&l);
	assert_int_equal(list_pack(&l, &b), 0);
	assert_int_equal(list_unpack(b.p, b.len, &m), 0);
	assert_string_equal(m.id, l.id);
	assert_string_equal(m.title, "Team Tasks");
	assert_string_equal(m.web_url, "");
	assert_null(m.description);
	assert_null(m.view_url);
	assert_string_equal(m.root_folder, l.root_folder);
	assert_string_equal(m.server_version, "16.0.0.6223");
	assert_int_equal(m.template, -1);
	assert_true(list_is_library(&m));
	assert_true(m.version == INT64_MAX);
	assert_int_equal(m.item_count, 5000);
	assert_int_equal(m.write_security, 4);
	assert_int_equal(m.max_throttled, 5000);
	assert_int_equal(m.flags, LIST_MODERATED | LIST_HIDDEN);
	assert_int_equal(m.bias, -60);
	assert_int_equal(m.schema.n, 1);
	assert_string_equal(m.schema.f[0].display, "Titel");
}

static void test_a_damaged_list_is_refused_and_leaves_the_old_one(void **state)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	CLEANUP(list_release_p) struct list m = LIST_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);

	(void) state;
	make_list(&l);
	assert_int_equal(str_set(&m.title, "old"), 0);
	assert_int_equal(list_pack(&l, &b), 0);
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(list_unpack(b.p, n, &m), -EUCLEAN);
	buf_addc(&b, 'x');
	assert_int_equal(list_unpack(b.p, b.len, &m), -EUCLEAN);
	b.p[0] = '9'; /* written by another version */
	assert_int_equal(list_unpack(b.p, b.len - 1, &m), -EUCLEAN);
	assert_string_equal(m.title, "old");
}

/* MS-OUTSPS 1.7: version numbers are compared by component, as numbers. */
static void test_versions_compare_by_component(void **state)
{
	static const char *const rising[] = {
		NULL, "6.0.2.8117", "12.0.0.4325", "12.0.0.4326", "12.0.0.6219",
		"14.0.4762.1000", "14.0.7149.5000", "15.0.4420.1017", "16.0.0.6223", "16.0.10337.12109",
	};
	enum { N = sizeof(rising) / sizeof(*rising) };

	(void) state;
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++) {
			int c = list_version_cmp(rising[i], rising[k]);

			assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
		}
	assert_int_equal(list_version_cmp("12.0", "12.0.0.0"), 0);
	assert_int_equal(list_version_cmp("012.0", "12"), 0);
	assert_true(list_version_cmp("99999999999999999999999.1", "99999999999999999999998.2") > 0);
	assert_true(list_version_cmp("", "1") < 0);
}

static void test_permission_names(void **state)
{
	(void) state;
	assert_true(list_perm_parse("FullMask") == PERM_FULL);
	assert_true(list_perm_parse("EmptyMask") == 0);
	assert_true(list_perm_parse("") == 0);
	assert_true(list_perm_parse(NULL) == PERM_FULL);
	assert_true(list_perm_parse("ViewListItems, OpenItems,Open , FromTheFuture") == (PERM_VIEW | 0x20 | 0x10000));
	assert_true(list_perm_parse(", ,viewlistitems,") == PERM_VIEW);
	/* the Contribute level, as a recorded row's PermMask has it */
	assert_true(list_perm_parse("ViewListItems, AddListItems, EditListItems, DeleteListItems, OpenItems, "
				    "ViewVersions, DeleteVersions, ViewFormPages, Open, ViewPages, CreateSSCSite, "
				    "BrowseDirectories, BrowseUserInfo, UseClientIntegration, UseRemoteAPIs, "
				    "CreateAlerts, EditMyUserInfo") == 0x1b00c4310ef);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_packed_list_comes_back),
		cmocka_unit_test(test_a_damaged_list_is_refused_and_leaves_the_old_one),
		cmocka_unit_test(test_versions_compare_by_component),
		cmocka_unit_test(test_permission_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
