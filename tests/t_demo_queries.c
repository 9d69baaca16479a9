/* Every statement compiles against the tables, and none walks a whole table unless queries.sql marks it "slow". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	bool slow;
	const char *sql;
} query[] = {
#define X(name, slow, sql) { #name, slow, sql },
#include "queries.inc"
#undef X
};

static const char *const tables[] = {
#define X(name, slow, sql) sql,
#include "schema.inc"
#include "fields.inc"
#include "templates.inc"
#include "ctypes.inc"
#include "sample.inc"
#undef X
};

static bool is_slow(const char *step)
{
	if (strstr(step, "TEMP B-TREE") || strstr(step, "AUTOMATIC"))
		return true;
	return strncmp(step, "SCAN", 4) == 0 && !strstr(step, "CONSTANT ROW");
}

static void plans_are_as_marked(void **state)
{
	sqlite3 *db;

	(void) state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		assert_int_equal(sqlite3_exec(db, tables[i], NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < sizeof(query) / sizeof(*query); i++) {
		char sql[4096];
		sqlite3_stmt *st;
		bool slow = false;

		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", query[i].sql);
		if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
			fail_msg("%s: %s", query[i].name, sqlite3_errmsg(db));
		while (sqlite3_step(st) == SQLITE_ROW)
			slow |= is_slow((const char *) sqlite3_column_text(st, 3));
		sqlite3_finalize(st);
		if (slow != query[i].slow)
			fail_msg("%s is%s marked slow", query[i].name, slow ? " not" : "");
	}
	sqlite3_close(db);
}

/* What reads an item reads its columns in one order: C knows them by number. */
static void items_have_the_same_columns_everywhere(void **state)
{
	const char *first = NULL;

	(void) state;
	for (size_t i = 0; i < sizeof(query) / sizeof(*query); i++) {
		if (strcmp(query[i].name, "ITEM_GET") != 0 && strncmp(query[i].name, "ITEMS_UP", 8) != 0 &&
		    strncmp(query[i].name, "ITEMS_DOWN", 10) != 0)
			continue;
		if (!first)
			first = query[i].sql;
		assert_memory_equal(first, query[i].sql, (size_t) (strstr(first, "FROM") - first));
	}
	assert_non_null(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_as_marked),
		cmocka_unit_test(items_have_the_same_columns_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
