#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/word.h"

static void slips_are_counted(void **state)
{
	static const struct {
		const char *a, *b;
		int distance;
	} cases[] = {
		{ "", "", 0 },           { "sync", "sync", 0 },     { "Sync", "sync", 0 },     { "snyc", "sync", 1 },
		{ "stauts", "status", 1 }, { "statu", "status", 1 }, { "statuss", "status", 1 }, { "", "abc", 3 },
		{ "list", "lists", 1 },  { "demo", "remove", 3 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(cli_word_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(cli_word_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static const char *nearest(const char *typed)
{
	static const char *const words[] = { "add", "lists", "demo", "sync", "status", "umount", "remove" };
	struct cli_word w = CLI_WORD_INIT(typed);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		cli_word_offer(&w, words[i]);
	return w.best;
}

static void only_a_slip_of_the_fingers_is_guessed(void **state)
{
	(void) state;
	assert_string_equal(nearest("stauts"), "status");
	assert_string_equal(nearest("unmount"), "umount");
	assert_string_equal(nearest("list"), "lists");
	assert_string_equal(nearest("ad"), "add");
	assert_null(nearest("SharePoint"));
	assert_null(nearest("x"));
	assert_null(nearest("projects"));
}

static void long_words_do_no_harm(void **state)
{
	char a[300], b[300];

	(void) state;
	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	a[299] = b[299] = '\0';
	assert_int_equal(cli_word_distance(a, b), 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips_are_counted),
		cmocka_unit_test(only_a_slip_of_the_fingers_is_guessed),
		cmocka_unit_test(long_words_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
