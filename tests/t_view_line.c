#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "line.h"

enum { RANDOM_TEXTS = 4000 };

static void read_ok(const char *text, struct lines *ret)
{
	struct err err = { 0 };
	int r = lines_read(text, strlen(text), ret, &err);

	if (r < 0)
		print_error("%s: %s\n", text, err.text);
	assert_int_equal(r, 0);
}

static void refuse(const char *text, const char *why)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;
	struct err err = { 0 };

	assert_int_equal(lines_read(text, strlen(text), &l, &err), -EINVAL);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

/* ---- reading -------------------------------------------------------------------- */

static void parts_of_a_line(void **state)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;
	const struct line *line;

	(void) state;
	read_ok("BEGIN:VCARD\nitem1.tel;TYPE=work,\"voice,x\";X-SP-LABEL=\"a:b;c\":+49 30: 1;2\nEND:VCARD\n", &l);
	line = lines_find(&l, 0, "TEL", NULL);
	assert_non_null(line);
	assert_string_equal(line->group, "item1");
	assert_string_equal(line->name, "TEL");
	assert_string_equal(line->value, "+49 30: 1;2");
	assert_string_equal(line_param(line, "type"), "work,voice,x");
	assert_string_equal(line_param(line, "x-sp-label"), "a:b;c");
	assert_true(line_param_has(line, "TYPE", "VOICE"));
	assert_false(line_param_has(line, "TYPE", "VOI"));
	assert_int_equal(line->number, 2);
	assert_string_equal(line->raw, "item1.tel;TYPE=work,\"voice,x\";X-SP-LABEL=\"a:b;c\":+49 30: 1;2");
	assert_null(lines_find(&l, 0, "TEL", line));
}

static void old_vcards_leave_type_out(void **state)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;

	(void) state;
	read_ok("BEGIN:VCARD\nTEL;WORK;VOICE:1\nEND:VCARD\n", &l);
	assert_true(line_param_has(lines_find(&l, 0, "TEL", NULL), "TYPE", "work"));
	assert_true(line_param_has(lines_find(&l, 0, "TEL", NULL), "TYPE", "voice"));
}

/* RFC 5545, 3.1: folding may divide a character, and a line may be of any length. */
static void unfolding_joins_bytes(void **state)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;
	struct buf text = BUF_INIT(1 << 20);

	(void) state;
	buf_adds(&text, "\xef\xbb\xbf" "BEGIN:VEVENT\r\nSUMMARY:Gr\xc3\r\n \xbc\xc3\n\t\x9f" "e\r\n  da\r\n\r\nLONG:");
	for (int i = 0; i < 100000; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\r\nEND:VEVENT");
	read_ok(buf_str(&text), &l);
	assert_string_equal(lines_find(&l, 0, "SUMMARY", NULL)->value, "Grüße da");
	assert_int_equal(strlen(lines_find(&l, 0, "LONG", NULL)->value), 100000);
	assert_int_equal(lines_find(&l, 0, "LONG", NULL)->number, 7);
	buf_release(&text);
}

static void components_nest(void **state)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;
	size_t first, second;

	(void) state;
	read_ok("BEGIN:VCALENDAR\nVERSION:2.0\nbegin:vevent\nUID:1\nBEGIN:VALARM\nUID:no\nEND:VALARM\nX-A:1\nend:VEVENT\n"
		"BEGIN:VEVENT\nUID:2\nEND:VEVENT\nX-B:1\nEND:VCALENDAR\n", &l);
	first = lines_child(&l, 0, "VEVENT", 0);
	second = lines_child(&l, 0, "VEVENT", first);
	assert_string_equal(lines_find(&l, first, "UID", NULL)->value, "1");
	assert_null(lines_find(&l, first, "UID", lines_find(&l, first, "UID", NULL)));
	assert_string_equal(lines_find(&l, second, "UID", NULL)->value, "2");
	assert_int_equal(lines_child(&l, 0, "VEVENT", second), l.n_c);
	assert_string_equal(l.c[lines_child(&l, first, NULL, first)].name, "VALARM");
	assert_non_null(lines_find(&l, first, "X-A", NULL));
	assert_null(lines_find(&l, first, "X-B", NULL));
	assert_non_null(lines_find(&l, 0, "X-B", NULL));
}

static void what_is_no_content_line(void **state)
{
	char deep[LINE_MAX_DEPTH * 16] = "";

	(void) state;
	refuse("BEGIN:VEVENT\nhello\nEND:VEVENT\n", "line 2: expected NAME:value: \"hello\"");
	refuse("BEGIN:VEVENT\n: x\nEND:VEVENT\n", "line 2");
	refuse("BEGIN:VEVENT\nA;B=\"x:1\nEND:VEVENT\n", "line 2: expected ;NAME=value");
	refuse("BEGIN:VEVENT\nA;B=x\nEND:VEVENT\n", "line 2");
	refuse("SUMMARY:x\n", "line 1: expected BEGIN:");
	refuse("BEGIN:VEVENT\nEND:VTODO\n", "line 2: this ends what did not begin");
	refuse("BEGIN:VEVENT\nEND:VEVENT\nEND:VEVENT\n", "line 3");
	refuse("BEGIN:VEVENT\nA:1\n", "line 1: this has no END");
	refuse("BEGIN:VEVENT\nA:\xff\nEND:VEVENT\n", "line 2: this is not UTF-8");
	for (int i = 0; i <= LINE_MAX_DEPTH; i++)
		memcpy(deep + strlen(deep), "BEGIN:A\n", sizeof("BEGIN:A\n"));
	refuse(deep, "too many components");
}

static void nul_is_no_text(void **state)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;

	(void) state;
	assert_int_equal(lines_read("BEGIN:A\nB:\0\nEND:A\n", 18, &l, NULL), -EINVAL);
	assert_int_equal(lines_read("", 0, &l, NULL), 0);
	assert_int_equal(l.n_c, 0);
}

/* ---- values --------------------------------------------------------------------- */

static void text_escapes(void **state)
{
	struct buf b = BUF_INIT(1000);
	const char *rest;

	(void) state;
	line_unescape("a\\, b\\; c\\\\n\\nd\\N\\x\\", &b);
	assert_string_equal(buf_str(&b), "a, b; c\\n\nd\n\\x\\");
	buf_reset(&b);
	line_escape("a, b; c\\n\r\nd\x01", &b);
	assert_string_equal(buf_str(&b), "a\\, b\\; c\\\\n\\nd ");
	buf_reset(&b);
	rest = line_part("Roe\\;x;Jane, M.;;", ';', &b);
	assert_string_equal(buf_str(&b), "Roe;x");
	buf_reset(&b);
	rest = line_part(rest, ';', &b);
	assert_string_equal(buf_str(&b), "Jane, M.");
	buf_reset(&b);
	rest = line_part(rest, ';', &b);
	assert_string_equal(buf_str(&b), "");
	assert_string_equal(rest, "");
	assert_null(line_part(rest, ';', &b));
	buf_release(&b);
}

static void folds_between_characters(void **state)
{
	struct buf b = BUF_INIT(1000);
	char long_line[100];

	(void) state;
	memset(long_line, 'x', 74);
	memcpy(long_line + 74, "üü", sizeof("üü"));
	line_fold(long_line, &b);
	assert_int_equal(strcspn(buf_str(&b), "\n"), 74);
	assert_string_equal(buf_str(&b) + 74, "\n üü\n");
	buf_release(&b);
}

/* Whatever a text holds, it reads back; no line is longer than 75 bytes, and each is text by itself. */
static void random_texts_come_back(void **state)
{
	static const char *const pieces[] = { "a", "ü", "漢", "😀", "\n", ",", ";", "\\", ":", "\"", " ", "\t", "n", "xyz" };

	(void) state;
	srand(1);
	for (int i = 0; i < RANDOM_TEXTS; i++) {
		CLEANUP(lines_release_p) struct lines l = LINES_INIT;
		CLEANUP(buf_release_p) struct buf want = BUF_INIT(10000), text = BUF_INIT(20000), got = BUF_INIT(20000);

		for (int n = rand() % 200; n > 0; n--)
			buf_adds(&want, pieces[rand() % (int) (sizeof(pieces) / sizeof(*pieces))]);
		buf_adds(&text, "BEGIN:A\n");
		line_text("X-SP-FIELD;X-SP-LABEL=\"Äpfel: a;b\"", buf_str(&want), &text);
		buf_adds(&text, "END:A\n");
		for (const char *s = buf_str(&text); *s; s += strcspn(s, "\n") + 1) {
			assert_true(strcspn(s, "\n") <= 75);
			assert_true(str_utf8_valid(s, strcspn(s, "\n")));
		}
		read_ok(buf_str(&text), &l);
		line_unescape(lines_find(&l, 0, "X-SP-FIELD", NULL)->value, &got);
		assert_string_equal(buf_str(&got), buf_str(&want));
		buf_reset(&got);
		line_fold(lines_find(&l, 0, "X-SP-FIELD", NULL)->raw, &got);
		assert_memory_equal(buf_str(&got), text.p + 8, got.len);
	}
}

/* A file that somebody made to keep us busy takes no longer than its length says. */
static void time_is_linear(void **state)
{
	static const char *const repeated[] = { "A:1\n", " x\n", "BEGIN:B\nEND:B\n", "A;B=c;D=\"e\":f\n", "x" };

	(void) state;
	for (size_t i = 0; i < sizeof(repeated) / sizeof(*repeated); i++) {
		CLEANUP(lines_release_p) struct lines l = LINES_INIT;
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(LINE_MAX_TEXT + 100);
		clock_t before;

		buf_adds(&text, "BEGIN:A\nC:\n");
		while (text.len < (4 << 20))
			buf_adds(&text, repeated[i]);
		buf_adds(&text, "\nEND:A\n");
		before = clock();
		if (lines_read(text.p, text.len, &l, NULL) == 0)
			assert_int_equal(lines_child(&l, 0, "Z", 0), l.n_c);
		assert_true(clock() - before < 3 * CLOCKS_PER_SEC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_a_line),
		cmocka_unit_test(old_vcards_leave_type_out),
		cmocka_unit_test(unfolding_joins_bytes),
		cmocka_unit_test(components_nest),
		cmocka_unit_test(what_is_no_content_line),
		cmocka_unit_test(nul_is_no_text),
		cmocka_unit_test(text_escapes),
		cmocka_unit_test(folds_between_characters),
		cmocka_unit_test(random_texts_come_back),
		cmocka_unit_test(time_is_linear),
	};

	return cmocka_run_group_tests_name("content lines", tests, NULL, NULL);
}
