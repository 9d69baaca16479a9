#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "history.h"

#define ME "2fa454dc8373da4bbe5e3ba2a8701f73"
#define ZERO "00000000000000000000000000000000"
#define LIST "1a2650eddb304337b1378e5771a08443"

/* MS-OUTSPS_R219, R225, R226: the highest number and one more; an agent stands there once. */
static void histories(void **state)
{
	static const struct {
		const char *now, *next;
	} cases[] = {
		{ NULL, ME ":1" },
		{ "", ME ":1" },
		{ ZERO ":1", ZERO ":1," ME ":2" },
		{ LIST ":1", LIST ":1," ME ":2" },
		{ ZERO ":1," ME ":2", ZERO ":1," ME ":3" },
		{ ME ":7," ZERO ":9", ZERO ":9," ME ":10" },
		{ "2FA454DC8373DA4BBE5E3BA2A8701F73:4", ME ":5" },
		{ ZERO ":1, " LIST ":2", ZERO ":1," LIST ":2," ME ":3" },
		/* what cannot be read */
		{ "garbage", ME ":1" },
		{ "x:1," ZERO ":4,:," ZERO ":,,", ZERO ":4," ME ":5" },
		{ ZERO ":99999999999999999999", ME ":1" },
		{ ZERO ":-3", ME ":1" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

		assert_int_equal(history_next(cases[i].now, ME, 0, &out), 0);
		assert_string_equal(buf_str(&out), cases[i].next);
	}
}

/* Old small pairs give way, so that a list of many editors does not grow for ever. */
static void long_histories_are_pruned(void **state)
{
	CLEANUP(buf_release_p) struct buf now = BUF_INIT(100000);
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(100000);
	int pairs = 0;

	(void) state;
	for (int i = 1; i <= 200; i++)
		buf_addf(&now, "%s%032x:%d", i > 1 ? "," : "", i, i);
	assert_int_equal(history_next(buf_str(&now), ME, 0, &out), 0);
	assert_null(strstr(buf_str(&out), ":100,"));
	assert_non_null(strstr(buf_str(&out), "000000c8:200," ME ":201"));
	for (const char *s = buf_str(&out); *s; s++)
		pairs += *s == ':';
	assert_in_range(pairs, 20, 32);
}

/* Each try of an edit has a number of its own, still the highest. */
static void tries_are_told_apart(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

	(void) state;
	assert_int_equal(history_next(ZERO ":4," ME ":3", ME, 2, &out), 0);
	assert_string_equal(buf_str(&out), ZERO ":4," ME ":7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histories),
		cmocka_unit_test(long_histories_are_pruned),
		cmocka_unit_test(tries_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
