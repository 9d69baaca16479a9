/* net/retry.h: how long a server wants to be left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/retry.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 5.6.7. */
#define NOW 784111777

static void check(const struct net_hints *h, int want)
{
	assert_int_equal(net_retry_seconds(h, NOW), want);
}

static void test_retry_after_in_both_forms(void **state)
{
	(void) state;
	check(&(struct net_hints) { .retry_after = "17" }, 17);
	check(&(struct net_hints) { .retry_after = "Sun, 06 Nov 1994 08:50:07 GMT" }, 30);
	check(&(struct net_hints) { .retry_after = "Sun, 06 Nov 1994 08:49:07 GMT" }, 0);
}

static void test_nonsense_asks_for_nothing_and_much_for_an_hour(void **state)
{
	static const char *const nonsense[] = { "", "soon", "-5", "1e9", "Sun, 99 Nov 1994 08:49:07 GMT", "17 s" };

	(void) state;
	check(&(struct net_hints) { 0 }, 0);
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++)
		check(&(struct net_hints) { nonsense[i], nonsense[i], nonsense[i] }, 0);
	check(&(struct net_hints) { .retry_after = "99999999999" }, NET_RETRY_MAX);
	check(&(struct net_hints) { .retry_after = "Fri, 31 Dec 9999 23:59:59 GMT" }, NET_RETRY_MAX);
}

static void test_the_larger_of_two_limits_counts(void **state)
{
	(void) state;
	check(&(struct net_hints) { .retry_after = "17", .ratelimit_reset = "31" }, 31);
	check(&(struct net_hints) { .retry_after = "40", .ratelimit_reset = "31" }, 40);
}

static void test_a_sick_server_is_spared_in_proportion(void **state)
{
	(void) state;
	check(&(struct net_hints) { .health = "0" }, 0);
	check(&(struct net_hints) { .health = "5" }, 0);
	check(&(struct net_hints) { .health = "6" }, 2);
	check(&(struct net_hints) { .health = "10" }, 10);
	check(&(struct net_hints) { .health = "2000000000" }, 10);
	check(&(struct net_hints) { .health = "9", .retry_after = "120" }, 120);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_after_in_both_forms),
		cmocka_unit_test(test_nonsense_asks_for_nothing_and_much_for_an_hour),
		cmocka_unit_test(test_the_larger_of_two_limits_counts),
		cmocka_unit_test(test_a_sick_server_is_spared_in_proportion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
