#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "address.h"
#include "base/str.h"
#include "sp/sp.h"

#define SITE "https://a.example/sites/team"
#define SECOND "https://b.example/sites/team"
#define THIRD "http://c.example:8080/other"

static int alternate(void *arg, const char *site, int n, char **ret)
{
	static const char *const others[] = { "https://b.example/", "http://c.example:8080/other" };

	(void) arg;
	if (!str_eq(site, SITE) || n >= 2)
		return -ENOENT;
	*ret = strdup(others[n]);
	return *ret ? 0 : -ENOMEM;
}

static const struct sp_accounts accounts = { .alternate = alternate };

static void expect(struct address_book *b, const char *site, const char *want)
{
	CLEANUP(str_free_p) char *address = NULL;

	assert_int_equal(address_choose(b, site, &address), 0);
	assert_string_equal(address, want);
}

/* MS-OUTSPS_R84 to R86: the next one, not one that failed recently, and the one that works stays. */
static void test_the_next_that_did_not_fail(void **state)
{
	struct address_book *b = address_book_new(&accounts);

	(void) state;
	expect(b, SITE, SITE);
	expect(b, SITE, SITE);
	assert_true(address_failed(b, SITE, SITE));
	/* an origin alone has the site's path */
	expect(b, SITE, SECOND);
	expect(b, SITE, SECOND);
	/* another worker finds out about the first one later */
	assert_true(address_failed(b, SITE, SITE));
	expect(b, SITE, SECOND);
	assert_true(address_failed(b, SITE, SECOND));
	expect(b, SITE, THIRD);
	/* all failed: it is not for now, and the oldest failure comes first next time */
	assert_false(address_failed(b, SITE, THIRD));
	expect(b, SITE, SITE);
	address_book_free(b);
}

static void test_a_site_with_one_address(void **state)
{
	struct address_book *b = address_book_new(&accounts);

	(void) state;
	expect(b, "https://x.example", "https://x.example");
	assert_false(address_failed(b, "https://x.example", "https://x.example"));
	expect(b, "https://x.example", "https://x.example");
	address_book_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_next_that_did_not_fail),
		cmocka_unit_test(test_a_site_with_one_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
