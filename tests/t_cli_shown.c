/* cli/shown.h: texts of strangers on a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cli/shown.h"

static void texts_are_harmless(void **state)
{
	static const struct {
		const char *text;
		int max;
		const char *want;
	} cases[] = {
		{ "Größe <b>$(id)</b> `x` & y", 0, "Größe <b>$(id)</b> `x` & y" },
		{ "a\nb\033[2Jc\x7f", 0, "a<U+000A>b<U+001B>[2Jc<U+007F>" },
		{ "invoice\xe2\x80\xae" "fdp", 0, "invoice<U+202E>fdp" },
		{ "a\xe2\x80\x8b\xc2\x9b\xef\xbb\xbf", 0, "a<U+200B><U+009B><U+FEFF>" },
		{ "a\xff\xc3", 0, "a<FF><C3>" },
		{ "äöü", 3, "äöü" },
		{ "äöü!", 3, "äöü…" },
		{ "", 3, "" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);

		cli_shown(&b, cases[i].text, cases[i].max);
		assert_string_equal(buf_str(&b), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(texts_are_harmless) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
