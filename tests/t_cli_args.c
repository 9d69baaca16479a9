#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/cli.h"

/* What a command's table makes of a command line. */
struct seen {
	bool force, all;
	const char *as;
	int argc, exit;
	bool go_on;
	char *argv[16];
};

static const struct cli_command cmd = { .name = "add", .usage = "add URL", .summary = "adds", .help = "" };

static void parse(struct seen *s, const char *line)
{
	static char words[512]; /* lives as long as the pointers into it */
	const struct cli_option options[] = {
		{ "force", 'f', &s->force, NULL }, { "all", 'a', &s->all, NULL }, { "as", 'n', NULL, &s->as }, { 0 },
	};
	char *save = NULL;

	*s = (struct seen) { .argv = { (char *) "add" }, .argc = 1, .exit = -1 };
	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		s->argv[s->argc++] = w;
	s->go_on = cli_args(&cmd, options, &s->argc, s->argv, &s->exit);
}

static void options_stand_anywhere(void **state)
{
	struct seen s;

	(void) state;
	parse(&s, "one --force two --as name -a three");
	assert_true(s.go_on && s.force && s.all);
	assert_string_equal(s.as, "name");
	assert_int_equal(s.argc, 4);
	assert_string_equal(s.argv[1], "one");
	assert_string_equal(s.argv[3], "three");
	assert_null(s.argv[4]);
}

static void values_may_be_joined(void **state)
{
	static const char *const lines[] = { "--as=x", "--as x", "-nx", "-n x", "-fan x", "-afnx" };
	struct seen s;

	(void) state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		parse(&s, lines[i]);
		assert_true(s.go_on);
		assert_string_equal(s.as, "x");
		assert_int_equal(s.argc, 1);
	}
}

static void two_dashes_end_options(void **state)
{
	struct seen s;

	(void) state;
	parse(&s, "-f -- --all -");
	assert_true(s.go_on && s.force && !s.all);
	assert_int_equal(s.argc, 3);
	assert_string_equal(s.argv[1], "--all");
	assert_string_equal(s.argv[2], "-");
}

static void mistakes_end_the_command(void **state)
{
	static const char *const lines[] = { "--frce", "--force=yes", "--as", "-n", "-x", "--" "nothing" };
	struct seen s;

	(void) state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		parse(&s, lines[i]);
		assert_false(s.go_on);
		assert_int_equal(s.exit, CLI_USAGE);
	}
}

static void help_is_an_answer(void **state)
{
	struct seen s;

	(void) state;
	parse(&s, "--help");
	assert_false(s.go_on);
	assert_int_equal(s.exit, CLI_OK);
	parse(&s, "x -h");
	assert_int_equal(s.exit, CLI_OK);
}

/* One screen each: what it does, how it is called, and where it helps examples. */
static void every_command_explains_itself(void **state)
{
	(void) state;
	for (const struct cli_command *const *c = cli_commands; *c; c++) {
		int lines = 0;

		assert_non_null((*c)->summary);
		assert_true(strncmp((*c)->usage, (*c)->name, strlen((*c)->name)) == 0);
		for (const char *p = (*c)->help; *p; p++)
			lines += *p == '\n';
		assert_true(lines < 20);
		assert_ptr_equal(cli_find(cli_commands, (*c)->name), *c);
	}
	assert_null(cli_find(cli_commands, "syn"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(values_may_be_joined),
		cmocka_unit_test(two_dashes_end_options),
		cmocka_unit_test(mistakes_end_the_command),
		cmocka_unit_test(help_is_an_answer),
		cmocka_unit_test(every_command_explains_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
