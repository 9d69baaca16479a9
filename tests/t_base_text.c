#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"

static void a_buffer_keeps_its_ceiling(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(5);

	(void) state;
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(buf_adds(&b, "abc"), 0);
	assert_int_equal(buf_addf(&b, "%d", 123), -EFBIG);
	assert_string_equal(buf_str(&b), "abc");
	/* the error sticks, so a whole page can be added and asked about once */
	assert_int_equal(buf_addc(&b, 'd'), -EFBIG);
	assert_int_equal(buf_error(&b), -EFBIG);
	buf_reset(&b);
	assert_int_equal(buf_add(&b, "a\0b", 3), 0);
	assert_int_equal(b.len, 3);
	assert_int_equal(buf_resize(&b, 5), 0);
	assert_int_equal(b.p[4], 0);
	assert_int_equal(buf_resize(&b, 6), -EFBIG);
}

static void a_taken_string_is_the_callers(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(100);
	CLEANUP(str_free_p) char *empty = buf_take(&b);
	CLEANUP(str_free_p) char *s = NULL;

	(void) state;
	assert_string_equal(empty, "");
	buf_adds(&b, "x");
	buf_adds(&b, NULL);
	s = buf_take(&b);
	assert_string_equal(s, "x");
	assert_int_equal(b.len, 0);
	buf_resize(&b, 101);
	assert_null(buf_take(&b));
}

static void utf8_as_unicode_says(void **state)
{
	static const struct {
		const char *s;
		bool valid;
	} cases[] = {
		{ "", true }, { "plain", true }, { "Gr\xc3\xb6\xc3\x9f" "e", true }, { "\xe2\x82\xac", true },
		{ "\xf0\x9f\x98\x80", true }, { "\xed\x9f\xbf", true }, { "\xf4\x8f\xbf\xbf", true },
		{ "\xff", false }, { "\x80", false }, { "\xc3", false },
		{ "\xc0\xaf", false }, { "\xe0\x80\xaf", false }, { "\xf0\x80\x80\xaf", false }, /* overlong */
		{ "\xed\xa0\x80", false }, /* a surrogate */ { "\xf4\x90\x80\x80", false }, { "\xc3\x28", false },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(str_utf8_valid(cases[i].s, strlen(cases[i].s)), cases[i].valid);
	assert_int_equal(str_utf8_cut("a\xe2\x82\xac", 3), 1);
	assert_int_equal(str_utf8_cut("a\xe2\x82\xac", 4), 4);
	assert_int_equal(str_utf8_cut("ab", 9), 2);
}

static void numbers_are_whole_words(void **state)
{
	int64_t i = 7;
	uint64_t u = 7;

	(void) state;
	assert_int_equal(str_to_i64(" -12 \n", &i), 0);
	assert_int_equal(i, -12);
	assert_int_equal(str_to_i64("", &i), -EINVAL);
	assert_int_equal(str_to_i64("1x", &i), -EINVAL);
	assert_int_equal(str_to_i64("99999999999999999999", &i), -ERANGE);
	assert_int_equal(i, -12);
	assert_int_equal(str_to_u64("0x81020015", &u), 0);
	assert_int_equal(u, 0x81020015);
	assert_int_equal(str_to_u64("-1", &u), -EINVAL);
	assert_int_equal(str_to_u64("010", &u), 0);
	assert_int_equal(u, 10);
}

static void small_string_helpers(void **state)
{
	CLEANUP(str_free_p) char *s = NULL;
	char text[] = " \t a b \r\n";

	(void) state;
	assert_true(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("a", "ab"));
	assert_true(str_ends("abc", "bc") && !str_ends("c", "bc"));
	assert_true(str_eq(NULL, NULL) && !str_eq("", NULL) && str_eq_nocase("AbC", "aBc"));
	assert_true(str_empty(NULL) && str_empty("") && !str_empty(" "));
	assert_string_equal(str_trim(text), "a b");
	assert_int_equal(str_set(&s, "one"), 0);
	assert_int_equal(str_set(&s, s + 1), 0); /* from itself */
	assert_string_equal(s, "ne");
	assert_int_equal(str_set(&s, NULL), 0);
	assert_null(s);
}

static void add_up(void *arg, const char *key, void *value)
{
	(void) key;
	*(long *) arg += *(long *) value;
}

static void a_map_finds_what_was_put(void **state)
{
	static long numbers[500];
	struct map *m = map_new();
	char key[32];
	long sum = 0;

	(void) state;
	assert_non_null(m);
	for (long i = 0; i < 500; i++) {
		numbers[i] = i;
		snprintf(key, sizeof(key), "k%ld", i);
		assert_int_equal(map_put(m, key, &numbers[i]), 0);
	}
	assert_int_equal(map_count(m), 500);
	assert_int_equal(map_put(m, "k7", &numbers[8]), 0);
	assert_int_equal(map_count(m), 500);
	assert_ptr_equal(map_find(m, "k7"), &numbers[8]);
	assert_null(map_find(m, "k500"));
	assert_ptr_equal(map_take(m, "k7"), &numbers[8]);
	assert_null(map_take(m, "k7"));
	map_each(m, add_up, &sum);
	assert_int_equal(sum, 499 * 500 / 2 - 7);
	assert_null(map_free(m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_keeps_its_ceiling),
		cmocka_unit_test(a_taken_string_is_the_callers),
		cmocka_unit_test(utf8_as_unicode_says),
		cmocka_unit_test(numbers_are_whole_words),
		cmocka_unit_test(small_string_helpers),
		cmocka_unit_test(a_map_finds_what_was_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
