#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/attached.h"

/* "path|word path|word " of all that is found. */
static void read_all(const char *text, struct buf *out)
{
	CLEANUP(attached_release_p) struct attached a = ATTACHED_INIT;
	int r;

	while ((r = attached_next(&text, &a)) > 0)
		buf_addf(out, "%s|%s ", a.path, a.word ? a.word : "-");
	assert_int_equal(r, 0);
}

static void files_of_a_row(void **state)
{
	static const struct { const char *text, *found; } cases[] = {
		{ "", "" }, { "0", "" }, { "1", "" }, { ";#", "" }, { ";#;#", "" },
		{ ";#http://h/Lists/L/Attachments/249/A.txt;#{72c714ab-0000-4000-8000-000000000001},1;#",
		  "Lists/L/Attachments/249/A.txt|{72c714ab-0000-4000-8000-000000000001},1 " },
		{ ";#http://h/s/A.txt;#{1},1;#https://other:8443/s/B.txt;#{2},13;#", "s/A.txt|{1},1 s/B.txt|{2},13 " },
		{ ";#http://h/s/A.txt;#http://h/s/B.txt;#", "s/A.txt|- s/B.txt|- " }, /* IncludeAttachmentVersion was not heard */
		{ ";#/s/A.txt;#{1},2", "s/A.txt|{1},2 " },
		{ ";#http://h/s/a%20b%20%C3%BC.txt;#{1},1;#", "s/a b ü.txt|{1},1 " },
		{ ";#http://h/s/a b ü.txt;#{1},1;#", "s/a b ü.txt|{1},1 " },
		{ ";#http://h/s/100%.txt;#{1},1;#", "s/100%.txt|{1},1 " }, /* as it is: it is no escape */
		{ ";#http://h/s/..;#{1},1;#http://h/s/ok;#{2},1;#", "s/ok|{2},1 " },
		{ ";#http://h/s/a%0Ab;#{1},1;#", "s/a%0Ab|{1},1 " }, /* a name with a line break is none: the text stands */
		{ ";#http://h;#{1},1;#nonsense;#{2},1;#", "" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = BUF_INIT(4096);

		read_all(cases[i].text, &out);
		assert_string_equal(buf_str(&out), cases[i].found);
		assert_int_equal(attached_any(cases[i].text), cases[i].text[0] == ';' && cases[i].text[2]);
		buf_release(&out);
	}
	assert_false(attached_any(NULL));
}

static void words_of_versions(void **state)
{
	(void) state;
	assert_int_equal(attached_number("{72C714AB},13"), 13);
	assert_int_equal(attached_number("{72C714AB}"), 0);
	assert_int_equal(attached_number("{72C714AB},x"), 0);
	assert_int_equal(attached_number(NULL), 0);
	assert_true(attached_same_file("{AB},1", "{ab},2"));
	assert_false(attached_same_file("{AB},1", "{AC},1"));
	assert_false(attached_same_file("{AB},1", NULL));
	assert_false(attached_same_file(NULL, NULL));
}

static void rows_that_name_none(void **state)
{
	(void) state;
	assert_true(attached_untold("1") && attached_untold("-1"));
	assert_false(attached_untold(NULL) || attached_untold("") || attached_untold("0"));
	assert_false(attached_untold(";#http://h/Lists/L/Attachments/1/a.txt;#"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_a_row),
		cmocka_unit_test(words_of_versions),
		cmocka_unit_test(rows_that_name_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
