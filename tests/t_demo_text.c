/* The small pieces: pairs, words, base64, the site's clock, XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base64.h"
#include "pairs.h"
#include "tz.h"
#include "words.h"
#include "xml.h"

static void pairs_keep_their_order(void **state)
{
	CLEANUP(pairs_release_p) struct pairs p = PAIRS_INIT, q = PAIRS_INIT;
	const char *name, *value;
	size_t at = 0;

	(void) state;
	assert_null(pairs_get(&p, "a"));
	assert_int_equal(pairs_set(&p, "a", "1"), 0);
	assert_int_equal(pairs_set(&p, "b", ""), 0);
	assert_int_equal(pairs_set(&p, "ab", "3"), 0);
	assert_int_equal(pairs_set(&p, "a", "a longer one"), 0);
	assert_string_equal(pairs_get(&p, "a"), "a longer one");
	assert_string_equal(pairs_get(&p, "b"), "");
	assert_true(pairs_next(&p, &at, &name, &value));
	assert_string_equal(name, "a");
	assert_true(pairs_next(&p, &at, &name, &value));
	assert_string_equal(name, "b");
	assert_int_equal(pairs_set(&p, "b", NULL), 0);
	assert_int_equal(pairs_set(&p, "nothing", NULL), 0);
	assert_null(pairs_get(&p, "b"));
	assert_string_equal(pairs_get(&p, "ab"), "3");
	assert_int_equal(pairs_copy(&q, &p), 0);
	assert_string_equal(pairs_get(&q, "ab"), "3");
}

static void blocks_that_are_none(void **state)
{
	CLEANUP(pairs_release_p) struct pairs p = PAIRS_INIT;

	(void) state;
	assert_int_equal(pairs_load(&p, "a\0b\0", 4), 0);
	assert_string_equal(pairs_get(&p, "a"), "b");
	assert_int_equal(pairs_load(&p, NULL, 0), 0);
	assert_null(pairs_get(&p, "a"));
	assert_int_equal(pairs_load(&p, "a\0b", 3), -EINVAL);
	assert_int_equal(pairs_load(&p, "a\0", 2), -EINVAL);
}

static void words_of_a_line(void **state)
{
	char line[] = "  update \"My Tasks\" 3 Title=\"a \\\"b\\\"\\n c\" x=y # and so on";
	char open[] = "a \"b", many[] = "a b c", empty[] = "  # nothing", hash[] = "a#b";
	char *words[8];

	(void) state;
	assert_int_equal(words_split(line, words, 8), 5);
	assert_string_equal(words[1], "My Tasks");
	assert_string_equal(words[3], "Title=a \"b\"\n c");
	assert_string_equal(words[4], "x=y");
	assert_int_equal(words_split(open, words, 8), -EINVAL);
	assert_int_equal(words_split(many, words, 2), -EINVAL);
	assert_int_equal(words_split(empty, words, 8), 0);
	assert_int_equal(words_split(hash, words, 8), 1);
	assert_string_equal(words[0], "a#b");
}

static void base64_as_in_rfc_4648(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = { { "", "" }, { "Zg==", "f" }, { "Zm8=", "fo" }, { "Zm9v", "foo" }, { " Zm\r\n9v\tYg= =", "foob" } };
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zm9v=", "Z===", "====", "Zm9*", "Zg==Zg==", "Z-__" };

	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(100);

		assert_int_equal(base64_decode(good[i].in, &b), 0);
		assert_string_equal(buf_str(&b), good[i].out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(100);

		if (base64_decode(bad[i], &b) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
}

static int64_t at(const char *iso)
{
	int64_t t = 0;

	assert_int_equal(clock_parse_iso(iso, &t), 0);
	return t;
}

/* Western Europe: the hour that is skipped, the one that is there twice, and the days around. */
static void clock_of_the_site(void **state)
{
	(void) state;
	assert_int_equal(tz_local(at("2024-01-15T12:00:00Z")), at("2024-01-15T13:00:00Z"));
	assert_int_equal(tz_local(at("2024-07-15T12:00:00Z")), at("2024-07-15T14:00:00Z"));
	assert_int_equal(tz_local(at("2024-03-31T00:59:59Z")), at("2024-03-31T01:59:59Z"));
	assert_int_equal(tz_local(at("2024-03-31T01:00:00Z")), at("2024-03-31T03:00:00Z"));
	assert_int_equal(tz_local(at("2024-10-27T00:59:59Z")), at("2024-10-27T02:59:59Z"));
	assert_int_equal(tz_local(at("2024-10-27T01:00:00Z")), at("2024-10-27T02:00:00Z"));
	assert_int_equal(tz_utc(at("2024-03-31T02:30:00Z")), at("2024-03-31T01:30:00Z"));
	assert_int_equal(tz_utc(at("2024-10-27T02:30:00Z")), at("2024-10-27T00:30:00Z"));
	for (int64_t t = at("2023-01-01T00:30:00Z"); t < at("2026-01-01T00:00:00Z"); t += 3600)
		if (tz_utc(tz_local(t)) != t && tz_utc(tz_local(t)) != t - 3600)
			fail_msg("%lld", (long long) t);
}

static struct xml *parse(const char *s)
{
	struct xml *x = NULL;

	assert_int_equal(xml_parse(s, strlen(s), &x), 0);
	return x;
}

static void xml_is_a_tree(void **state)
{
	CLEANUP(xml_free_p) struct xml *x = parse("<p:a xmlns:p='u:v' b='1' c='&lt;'><!-- no --><p:d> x<![CDATA[<y>]]>\n</p:d>"
						  "<?no no?><e/>t</p:a>");
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);
	CLEANUP(str_free_p) char *text = xml_trimmed(x->first);

	(void) state;
	assert_string_equal(x->name, "a");
	assert_string_equal(x->ns, "u:v");
	assert_string_equal(xml_attr(x, "c"), "<");
	assert_null(xml_attr(x, "d"));
	assert_string_equal(text, "x<y>");
	assert_string_equal(x->first->next->name, "e");
	assert_null(xml_child(x, "f"));
	assert_null(xml_child(NULL, "f"));
	assert_int_equal(xml_set_attr(x, "b", "\"2\n"), 0);
	xml_drop_attr(x, "c");
	xml_write(&b, x);
	assert_string_equal(buf_str(&b), "<a b=\"&quot;2&#10;\">t<d> x&lt;y&gt;\n</d><e/></a>");
}

static void xml_that_is_refused(void **state)
{
	static const char *const bad[] = { "", "x", "<a>", "<a></b>", "<a/><b/>", "<!DOCTYPE a><a/>",
					   "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>&b;</a>", "<a b='1' b='2'/>",
					   "<p:a/>", "<a>\x01</a>", "<a>\xff</a>" };
	CLEANUP(buf_release_p) struct buf deep = BUF_INIT(1 << 20);
	struct xml *x = NULL;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (xml_parse(bad[i], strlen(bad[i]), &x) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	for (int i = 0; i < XML_DEPTH + 1; i++)
		buf_adds(&deep, "<a>");
	for (int i = 0; i < XML_DEPTH + 1; i++)
		buf_adds(&deep, "</a>");
	assert_int_equal(xml_parse(deep.p, deep.len, &x), -EINVAL);
	assert_int_equal(xml_parse(deep.p + 3, deep.len - 7, &x), 0);
	xml_free(x);
}

/* Internal names are made as SharePoint makes them. */
static void names_for_xml(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = { { "Title", "Title" }, { "Due Date", "Due_x0020_Date" }, { "Gr\xc3\xb6\xc3\x9f" "e", "Gr_x00f6__x00df_e" },
		      { "a/b", "a_x002f_b" }, { "A_b-c.d", "A_b_x002d_c_x002e_d" }, { "\xe5\xb7\xa5", "_x5de5_" } };

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(100);

		xml_name(&b, cases[i].in, "_");
		assert_string_equal(buf_str(&b), cases[i].out);
	}
}

static void text_for_xml(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);

	(void) state;
	xml_text(&b, "a<b>&\"\x01\xc3\xb6");
	assert_string_equal(buf_str(&b), "a&lt;b&gt;&amp;\"\xef\xbf\xbd\xc3\xb6");
	assert_true(xml_is_true(" true\n"));
	assert_false(xml_is_true("1x"));
	assert_false(xml_is_true(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_keep_their_order), cmocka_unit_test(blocks_that_are_none),
		cmocka_unit_test(words_of_a_line),	  cmocka_unit_test(base64_as_in_rfc_4648),
		cmocka_unit_test(clock_of_the_site),	  cmocka_unit_test(xml_is_a_tree),
		cmocka_unit_test(xml_that_is_refused),	  cmocka_unit_test(names_for_xml),
		cmocka_unit_test(text_for_xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
