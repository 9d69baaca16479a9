/* Every statement compiles against the schema, and none walks a whole table or sorts by hand unless
 * queries.sql marks it "slow". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>

static const struct {
	const char *name;
	bool slow;
	const char *sql;
} query[] = {
#define X(name, slow, sql) { #name, slow, sql },
#include "queries.inc"
#undef X
};

static const struct {
	const char *name;
	const char *sql;
} script[] = {
#define X(name, slow, sql) { #name, sql },
#include "schema.inc"
#undef X
};

static void run_script(sqlite3 *db, const char *name)
{
	char *why = NULL;

	for (size_t i = 0; i < sizeof(script) / sizeof(*script); i++)
		if (strcmp(script[i].name, name) == 0) {
			if (sqlite3_exec(db, script[i].sql, NULL, NULL, &why) != SQLITE_OK)
				fail_msg("%s: %s", name, why);
			return;
		}
	fail_msg("no script %s", name);
}

/* Walking a partial index visits just the rows that were meant. */
static bool is_partial(sqlite3 *db, const char *index)
{
	sqlite3_stmt *st;
	bool partial;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE name = ?1 AND sql LIKE '% WHERE %'",
					    -1, &st, NULL), SQLITE_OK);
	sqlite3_bind_text(st, 1, index, -1, SQLITE_STATIC);
	partial = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_finalize(st);
	return partial;
}

static bool is_slow(sqlite3 *db, const char *step)
{
	const char *index = strstr(step, "USING INDEX ");

	if (strstr(step, "TEMP B-TREE") || strstr(step, "AUTOMATIC"))
		return true;
	if (strncmp(step, "SCAN", 4) != 0)
		return false;
	return !index || !is_partial(db, index + strlen("USING INDEX "));
}

/* Whether some step of the statement's plan is slow. */
static bool has_slow_plan(sqlite3 *db, size_t i)
{
	char sql[4096];
	sqlite3_stmt *st;
	bool slow = false;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", query[i].sql);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query[i].name, sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW)
		if (is_slow(db, (const char *) sqlite3_column_text(st, 3))) {
			slow = true;
			if (!query[i].slow)
				print_error("%s: %s\n", query[i].name, sqlite3_column_text(st, 3));
		}
	sqlite3_finalize(st);
	return slow;
}

static void plans_are_as_marked(void **state)
{
	sqlite3 *db, *stage;

	(void) state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_open(":memory:", &stage), SQLITE_OK);
	run_script(db, "CONNECTION");
	run_script(db, "SCHEMA");
	run_script(db, "SCHEMA_2");
	run_script(stage, "STAGE");
	for (size_t i = 0; i < sizeof(query) / sizeof(*query); i++)
		if (has_slow_plan(strncmp(query[i].name, "STAGE_", 6) == 0 ? stage : db, i) != query[i].slow)
			fail_msg("%s is%s marked slow", query[i].name, query[i].slow ? "" : " not");
	sqlite3_close(stage);
	sqlite3_close(db);
}

/* Statements that read the same thing must give its columns in the same order: C knows them by number. */
static void columns_are_the_same_everywhere(void **state)
{
	static const char *const group[][6] = {
		{ "LIST_GET", "LIST_FIND", "LIST_FIND_GUID", "LIST_EACH" },
		{ "ITEM_GET", "ITEM_FIND", "ITEM_FIND_NEW", "ITEM_EACH", "ITEM_EACH_ALL" },
		{ "NODE_GET", "NODE_LOOKUP", "NODE_OF_ITEM", "NODE_CHILDREN", "NODE_ERRORS" },
		{ "VACANCY_FIND", "VACANCY_OF_ITEM", "VACANCY_EACH" },
		{ "JOURNAL_GET", "JOURNAL_OF_ITEM", "JOURNAL_OF_LIST", "JOURNAL_ALL" },
	};

	(void) state;
	for (size_t g = 0; g < sizeof(group) / sizeof(*group); g++) {
		const char *first = NULL;
		size_t len = 0;

		for (size_t k = 0; k < 6 && group[g][k]; k++)
			for (size_t i = 0; i < sizeof(query) / sizeof(*query); i++) {
				if (strcmp(query[i].name, group[g][k]) != 0)
					continue;
				if (!first) {
					first = query[i].sql;
					len = (size_t) (strstr(first, "FROM") - first);
				}
				if (strncmp(first, query[i].sql, len) != 0)
					fail_msg("%s has other columns than %s", group[g][k], group[g][0]);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_as_marked),
		cmocka_unit_test(columns_are_the_same_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
