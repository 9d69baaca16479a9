#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/guid.h"
#include "base/str.h"
#include "base/uri.h"

static void addresses_in_parts(void **state)
{
	static const struct {
		const char *s, *origin, *path, *query;
	} cases[] = {
		{ "https://Host.Example/sites/A%20b?x=1#frag", "https://host.example", "/sites/A b", "x=1" },
		{ "HTTP://h:80", "http://h", "/", NULL },
		{ "https://h:8443/", "https://h:8443", "/", NULL },
		{ "https://h:/x", "https://h", "/x", NULL },
		{ "http://[::1]:8080/a", "http://[::1]:8080", "/a", NULL },
		{ "https://h/%C3%B6", "https://h", "/\xc3\xb6", NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf origin = BUF_INIT(200);
		struct uri u = { 0 };

		assert_int_equal(uri_parse(cases[i].s, &u), 0);
		uri_origin(&u, &origin);
		assert_string_equal(buf_str(&origin), cases[i].origin);
		assert_string_equal(u.path, cases[i].path);
		assert_true(str_eq(u.query, cases[i].query));
		uri_release(&u);
	}
}

static void what_is_no_address(void **state)
{
	static const char *const bad[] = {
		"", "h", "ftp://h/", "https:/h", "https://", "https:///x", "https://user@h/", "https://u:p@h/", "https://h:0/",
		"https://h:99999/", "https://h:x/", "https://h/%zz", "https://h/%00", "https://h/%ff", "https://a b/",
		"https://[::1/", "mailto:a@b",
	};

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct uri u = { 0 };

		assert_int_equal(uri_parse(bad[i], &u), -EINVAL);
		assert_null(u.host);
	}
}

static void origins_and_encoding(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(200);
	struct uri a = { 0 }, b = { 0 };

	(void) state;
	assert_int_equal(uri_parse("https://h/a", &a), 0);
	assert_int_equal(uri_parse("https://H:443/b", &b), 0);
	assert_true(uri_same_origin(&a, &b));
	uri_release(&b);
	assert_int_equal(uri_parse("http://h/a", &b), 0);
	assert_false(uri_same_origin(&a, &b));
	uri_release(&a);
	uri_release(&b);
	uri_encode_path(&out, "/A b/100%/\xc3\xb6#?&");
	assert_string_equal(buf_str(&out), "/A%20b/100%25/%C3%B6%23%3F%26");
}

static void times_to_and_fro(void **state)
{
	static const struct {
		const char *iso;
		int64_t seconds;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 }, { "2006-10-04 10:00:00", 1159956000 }, { "2026-02-28", 1772236800 },
		{ "2024-02-29T23:59:59.123Z", 1709251199 }, { "1899-12-30T00:00:00Z", -2209161600 },
	};
	static const char *const bad[] = { "", "2026-02-30", "2026-13-01", "2026-01-01T24:00:00Z", "2026-01-01x", "2026" };
	char text[CLOCK_ISO_SIZE];
	int64_t t;

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(clock_parse_iso(cases[i].iso, &t), 0);
		assert_int_equal(t, cases[i].seconds);
		clock_format_iso(t, text);
		assert_int_equal(clock_parse_iso(text, &t), 0);
		assert_int_equal(t, cases[i].seconds);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(clock_parse_iso(bad[i], &t), -EINVAL);
	assert_int_equal(clock_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &t), 0);
	assert_int_equal(t, 784111777);
	assert_int_equal(clock_parse_http("Sun, 06 Foo 1994 08:49:37 GMT", &t), -EINVAL);
	assert_int_equal(clock_parse_http("1994-11-06", &t), -EINVAL);
}

static void references_lead_where_rfc_3986_says(void **state)
{
	static const struct {
		const char *base, *ref, *want;
	} cases[] = {
		{ "https://h:1/a/b?q", "http://x/y", "http://x/y" }, { "https://h:1/a/b?q", "//x/y", "https://x/y" },
		{ "https://h:1/a/b?q", "/y?z", "https://h:1/y?z" },  { "https://h:1/a/b?q", "c", "https://h:1/a/c" },
		{ "https://h:1/a/b?q", "?z", "https://h:1/a/b?z" },  { "https://h:1", "c", "https://h:1/c" },
		{ "https://h:1", "/c", "https://h:1/c" },            { "https://h/a/", "c#f", "https://h/a/c" },
		{ "https://h/a", "", "https://h/" },                 { "https://h/a/b", "javascript:x", "javascript:x" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(str_free_p) char *got = uri_resolve(cases[i].base, cases[i].ref);

		assert_string_equal(got, cases[i].want);
	}
}

/* Against the C library's own calendar, every week of eight centuries. */
static void dates_agree_with_the_calendar(void **state)
{
	(void) state;
	for (int64_t day = -135140; day < 157000; day += 7) {
		time_t t = (time_t) (day * 86400);
		struct tm tm;
		int y, m, d;

		assert_non_null(gmtime_r(&t, &tm));
		clock_date(day, &y, &m, &d);
		assert_int_equal(y, tm.tm_year + 1900);
		assert_int_equal(m, tm.tm_mon + 1);
		assert_int_equal(d, tm.tm_mday);
		assert_int_equal(clock_days(y, m, d), day);
	}
}

static void guids_in_any_dress(void **state)
{
	char a[GUID_SIZE], b[GUID_SIZE];

	(void) state;
	assert_true(guid_normalise("8d2f0a31-00aa-4000-8000-00000000000f", a));
	assert_string_equal(a, "{8D2F0A31-00AA-4000-8000-00000000000F}");
	assert_true(guid_normalise(a, b));
	assert_string_equal(a, b);
	assert_false(guid_normalise("{8d2f0a31-00aa-4000-8000-00000000000f", b));
	assert_false(guid_normalise("8d2f0a31-00aa-4000-8000-00000000000f}", b));
	assert_false(guid_normalise("8d2f0a31-00aa-4000-8000-00000000000fx", b));
	assert_false(guid_normalise("", b));
	assert_int_equal(guid_new(a), 0);
	assert_int_equal(guid_new(b), 0);
	assert_string_not_equal(a, b);
	assert_int_equal(a[15], '4'); /* version 4 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_lead_where_rfc_3986_says),
		cmocka_unit_test(addresses_in_parts),
		cmocka_unit_test(what_is_no_address),
		cmocka_unit_test(origins_and_encoding),
		cmocka_unit_test(times_to_and_fro),
		cmocka_unit_test(dates_agree_with_the_calendar),
		cmocka_unit_test(guids_in_any_dress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
