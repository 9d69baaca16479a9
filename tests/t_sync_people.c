#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "people.h"

/* Rows of UpdateListItems name people without what ExpandUserField adds. */

#define JANE "Jane Roe,#CONTOSO\\jroe,#jane.roe@contoso.example,#,#Jane Roe"
#define MAX "Max M\xc3\xbcller,#CONTOSO\\max,#max@contoso.example,#,#Max"

static char dir[64];
static struct store *st;
static struct sync_config conf;
static int64_t list;

static void add_field(struct schema *s, const char *name, enum field_type type)
{
	struct field *f = schema_add(s);

	assert_non_null(f);
	f->name = strdup(name);
	f->display = strdup(name);
	f->type = type;
}

static int64_t add_list(const char *site, const char *name)
{
	struct list info = LIST_INIT;
	int64_t id;

	info.id = str_printf("{11111111-2222-3333-4444-5555%08x}", (unsigned) strlen(site));
	info.title = strdup(name);
	add_field(&info.schema, "Editor", FIELD_USER);
	add_field(&info.schema, "AssignedTo", FIELD_USERMULTI);
	assert_int_equal(store_begin(st), 0);
	assert_int_equal(store_list_add(st, site, name, &info, &id), 0);
	assert_int_equal(store_commit(st), 0);
	list_release(&info);
	return id;
}

static int setup(void **state)
{
	struct err err = { 0 };

	(void) state;
	snprintf(dir, sizeof(dir), "/tmp/t_sync_people.XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(dir, &st, &err), 0);
	conf = (struct sync_config) { .store = st };
	list = add_list("http://x/sites/a", "Tasks");
	return 0;
}

static int teardown(void **state)
{
	CLEANUP(str_free_p) char *command = str_printf("rm -rf '%s'", dir);

	FILE *p;

	(void) state;
	st = store_close(st);
	p = popen(command, "r");
	return p ? pclose(p) : -1;
}

static struct values row(const char *editor, const char *assigned)
{
	struct values v = VALUES_INIT;

	assert_int_equal(values_set(&v, "Editor", editor), 0);
	assert_int_equal(values_set(&v, "AssignedTo", assigned), 0);
	return v;
}

static void learn(const char *editor, const char *assigned)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&conf);
	CLEANUP(values_release_p) struct values v = row(editor, assigned);
	struct people p = { { 0 } };

	assert_int_equal(txn_begin(&t, list), 0);
	assert_int_equal(people_learn(&t, &p, &v), 0);
	assert_int_equal(txn_commit(&t), 0);
}

static void completes(int64_t in, const char *editor, const char *assigned, const char *want_editor,
		      const char *want_assigned)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&conf);
	CLEANUP(values_release_p) struct values v = row(editor, assigned);

	assert_int_equal(txn_begin(&t, in), 0);
	assert_int_equal(people_complete(&t, &v), 0);
	assert_string_equal(values_get(&v, "Editor") ?: "", want_editor ?: "");
	assert_string_equal(values_get(&v, "AssignedTo") ?: "", want_assigned ?: "");
}

static void test_known_people_are_completed(void **state)
{
	(void) state;
	learn("12;#" JANE, "15;#" MAX ";#12;#" JANE);
	completes(list, "12;#Jane Roe", "15;#Max M\xc3\xbcller", "12;#" JANE, "15;#" MAX);
	completes(list, "15;#Max", "12;#Jane Roe;#99;#Who;#15;#Max", "15;#" MAX, "12;#" JANE ";#99;#Who;#15;#" MAX);
}

static void test_others_stay_as_they_are(void **state)
{
	(void) state;
	completes(list, "12;#Jane Roe", "", "12;#Jane Roe", NULL);
	learn("12;#" JANE, "");
	completes(list, "12;#Old,#x,#y,#,#Old", "Jane", "12;#Old,#x,#y,#,#Old", "Jane");
	completes(list, "7;#a;b", "7;#a;;b;#8;#c", "7;#a;b", "7;#a;;b;#8;#c");
}

static void test_the_latest_name_counts(void **state)
{
	(void) state;
	learn("12;#Jane Doe,#CONTOSO\\jroe,#jane.doe@contoso.example,#,#", "");
	learn("12;#" JANE, "");
	completes(list, "12;#Jane Roe", "", "12;#" JANE, NULL);
}

/* Ids are the site's own. */
static void test_sites_do_not_mix(void **state)
{
	int64_t other = add_list("http://x/sites/another", "Others");

	(void) state;
	learn("12;#" JANE, "");
	completes(other, "12;#Ann", "", "12;#Ann", NULL);
}

static const char site[] = "http://x/sites/a";

/* Whom nobody knows is neither us nor another. */
static void test_who_we_are(void **state)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&conf);

	(void) state;
	assert_int_equal(people_is_us(st, site, "12;#" JANE), 0);
	assert_int_equal(people_is_other(st, site, "12;#" JANE), 0);
	assert_int_equal(txn_begin(&t, list), 0);
	assert_int_equal(people_are_us(&t, "12;#" JANE), 0);
	assert_int_equal(txn_commit(&t), 0);
	assert_int_equal(people_is_us(st, site, "12;#Jane Roe"), 1);
	assert_int_equal(people_is_other(st, site, "12;#Jane Roe"), 0);
	assert_int_equal(people_is_us(st, site, "15;#" MAX), 0);
	assert_int_equal(people_is_other(st, site, "15;#" MAX), 1);
	assert_int_equal(people_is_us(st, site, NULL), 0);
	assert_int_equal(people_is_us(st, site, "Jane Roe"), 0);
	assert_int_equal(people_is_us(st, "http://x/sites/b", "12;#" JANE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_known_people_are_completed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others_stay_as_they_are, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_latest_name_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sites_do_not_mix, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_we_are, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
