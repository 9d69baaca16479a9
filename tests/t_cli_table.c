#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "bar.h"
#include "cli/table.h"
#include "cli/talk.h"

static const char status[] =
	"mountpoint: /home/ann/SharePoint\n"
	"online: no (server not reachable)\n"
	"login:\n"
	"to-send: 3\n"
	"\n"
	"LIST\tITEMS\tSYNCED\tTO SEND\tREFUSED\tCONFLICTS\tSTATE\tNOTE\n"
	"Team Tasks\t500\t2026-11-22T10:00:00Z\t1\t0\t2\tidle\t\n"
	"to-send: 9\t1\tnever\t0\t0\t0\tfailed\tno answer\n"
	"short\n";

static int note(void *arg, const char *const column[TABLE_COLUMNS])
{
	struct buf *out = arg;

	buf_addf(out, "%s|%s|%s|%s\n", column[TABLE_LIST], column[TABLE_ITEMS], column[TABLE_STATE], column[TABLE_NOTE]);
	return 0;
}

static void the_table_is_read_row_by_row(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

	(void) state;
	assert_int_equal(cli_table_each(status, note, &out), 0);
	assert_string_equal(buf_str(&out), "Team Tasks|500|idle|\nto-send: 9|1|failed|no answer\nshort|||\n");
	buf_reset(&out);
	assert_int_equal(cli_table_each("no table here", note, &out), 0);
	assert_int_equal(out.len, 0);
}

/* A list may be called like a key: only the block before the table counts. */
static void keys_are_those_of_the_block(void **state)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{ "mountpoint", "/home/ann/SharePoint" }, { "online", "no (server not reachable)" }, { "to-send", "3" },
		{ "login", NULL }, { "send", NULL }, { "LIST", NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(str_free_p) char *v = NULL;

		assert_int_equal(cli_status_key(status, cases[i].key, &v), 0);
		assert_true(str_eq(v, cases[i].value));
	}
}

static void times_are_told_as_people_do(void **state)
{
	static const struct {
		int64_t ago;
		const char *text;
	} cases[] = {
		{ 0, "now" }, { 4, "now" }, { 30, "30 s ago" }, { 600, "10 min ago" }, { 4 * 3600, "08:00" },
		{ 86400 * 3, "2026-11-19" }, { -5, "2026-11-22T12:00:05Z" },
	};
	int64_t now = 1795348800; /* 2026-11-22T12:00:00Z */
	char out[32];

	(void) state;
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char iso[32];
		time_t t = (time_t) (now - cases[i].ago);
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
		cli_table_ago(iso, now, out);
		assert_string_equal(out, cases[i].text);
	}
	cli_table_ago("never", now, out);
	assert_string_equal(out, "never");
}

/* A title on a server must not steer the terminal of who looks at it. */
static void cells_are_safe_and_as_wide_as_asked(void **state)
{
	static const struct {
		const char *text;
		int width;
		const char *cell;
	} cases[] = {
		{ "ab", 4, "ab  " }, { "ab", -4, "  ab" }, { "ab", 0, "ab" }, { "Gr\xc3\xb6\xc3\x9f" "e", 6, "Gr\xc3\xb6\xc3\x9f" "e " },
		{ "abcdef", 4, "abc\xe2\x80\xa6" }, { "\033[2J\a", 0, "?[2J?" }, { "", 2, "  " },
		{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 2, "\xe2\x82\xac\xe2\x80\xa6" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

		cli_table_cell(&out, cases[i].text, cases[i].width);
		assert_string_equal(buf_str(&out), cases[i].cell);
	}
}

static void a_step_becomes_a_bar(void **state)
{
	static const struct {
		const char *step;
		int columns;
		const char *line;
	} cases[] = {
		{ " receive \"Tasks\" 5/10", 80, "Tasks                    receive  [==========>         ]  50% 5/10" },
		{ " receive \"Tasks\" 10/10", 80, "Tasks                    receive  [====================] 100% 10/10" },
		{ " receive \"Tasks\" 5/10", 40, "Tasks        receive   50% 5/10" },
		{ " send \"Tasks\"", 80, "Tasks                    send    " },
		{ " receive \"Say \"hi\"\" 7", 80, "Say \"hi\"                 receive  7" },
		{ " something else", 80, " something else                                                                " },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

		bar_line(cases[i].step, cases[i].columns, &out);
		assert_string_equal(buf_str(&out), cases[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_read_row_by_row),
		cmocka_unit_test(keys_are_those_of_the_block),
		cmocka_unit_test(times_are_told_as_people_do),
		cmocka_unit_test(cells_are_safe_and_as_wide_as_asked),
		cmocka_unit_test(a_step_becomes_a_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
