#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "html.h"
#include "html_diff.h"
#include "html_tree.h"

enum { EDITS = 3000 };

static char *text_of(const char *html)
{
	struct buf out = BUF_INIT(1 << 26);
	char *text;

	assert_int_equal(html_to_text(html, &out), 0);
	text = buf_take(&out);
	assert_non_null(text);
	return text;
}

static char *merged(const char *html, const char *text)
{
	struct buf out = BUF_INIT(1 << 26);
	char *result;

	assert_int_equal(html_merge(html, text, &out), 0);
	result = buf_take(&out);
	assert_non_null(result);
	return result;
}

static void check_text(const char *html, const char *want)
{
	CLEANUP(str_free_p) char *text = text_of(html);

	assert_string_equal(text, want);
}

static void check_merge(const char *html, const char *text, const char *want)
{
	CLEANUP(str_free_p) char *result = merged(html, text), *back = text_of(result);

	assert_string_equal(result, want);
	assert_string_equal(back, text);
}

/* ---- HTML as text (presentation 3.6) -------------------------------------------------------- */

static const char announcement[] =
	"<div class=\"ExternalClass5A6B19D2E0\"><div>Dear all,</div><div><br></div><div>the <b>new</b> version is "
	"<a href=\"http://portal.contoso.example/x.htm\">here</a>.</div><ul><li>fast</li><li>safe &amp; small</li></ul>"
	"<div><br></div><div>Gr\u00fc\u00dfe</div><div>Jane</div></div>";

static const char announcement_text[] = "Dear all,\n\nthe new version is here <http://portal.contoso.example/x.htm>.\n* fast\n"
					"* safe & small\n\nGr\u00fc\u00dfe\nJane";

static void test_elements_as_text(void **state)
{
	(void) state;
	check_text(announcement, announcement_text);
	check_text("", "");
	check_text("plain text", "plain text");
	check_text("<p>One <b>bold</b></p><p>Two<br>three</p><p>Four</p>", "One bold\n\nTwo\nthree\n\nFour");
	check_text("<div>a</div><div>b</div>\n<div>c</div>", "a\nb\nc");
	check_text("a<br>b<br/><br>c", "a\nb\n\nc");
	check_text("<h1>Head</h1>text<h2>Next</h2>", "Head\ntext\nNext");
	check_text("  much \n\t white   space  ", "much white space");
	check_text("<div>&nbsp;&nbsp;two&nbsp;&nbsp;blanks&nbsp;</div>", "  two  blanks");
	check_text("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb");
	check_text("<div>a</div><div>&nbsp;<br></div><div>b</div>", "a\n\nb");
	check_text("<p>\u200b</p>", "");
	check_text("<p>\u200bText</p>", "Text");
	check_text("<div>a</div><div></div><div> </div><div>b</div>", "a\nb");
	check_text("<ul><li>a<ul><li>b</li><li>c<ol><li>d</li></ol></li></ul></li><li>e</li></ul>",
		   "* a\n  * b\n  * c\n    * d\n* e");
	check_text("<ul><li><p>a</p></li><li><p>b</p><p>c</p></li></ul>", "* a\n* b\nc");
	check_text("<li>no list</li>", "* no list");
	check_text("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td></td></tr><tr><td></td><td>2</td></tr></table>",
		   "A\tB\n1\n\t2");
	check_text("<table><tr><td><p>A</p></td><td><div>B</div></td></tr></table><table><tr><td> </td><td></td></tr></table>", "A\tB");
	check_text("<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\nd");
	check_text("<style>x{}</style><script>alert('<p>')</script><title>t</title>text", "text");
	check_text("<!-- c -->a<!-- d -->b", "ab");
	check_text("<b>a <i>b<br></i>c</b> d", "a b\nc d");
	check_text("<html><head><meta charset=\"iso-8859-1\"><title>x</title></head><body bgcolor=red>Gr\u00fc\u00dfe</body></html>",
		   "Gr\u00fc\u00dfe");
	check_text("&lt;b&gt; &amp;amp; &euro; &#8364; &unknown; &", "<b> &amp; \u20ac \u20ac &unknown; &");
	check_text("<o:p>Office</o:p><?xml:namespace prefix = o />", "Office");
}

static void test_links_and_images_as_text(void **state)
{
	(void) state;
	check_text("<a href=\"http://x/\">http://x/</a>", "http://x/");
	check_text("<a href=\"http://x/\">x</a>", "x <http://x/>");
	check_text("<a href=\"#top\">up</a> <a>none</a> <a href=\"\">empty</a>", "up none empty");
	check_text("<a href=\"mailto:jane@x\">jane@x</a>", "jane@x");
	check_text("see <a href=\" http://x/a b\nc \"> here </a>.", "see here <http://x/abc>.");
	check_text("<img src=\"a.png\" alt=\"A  cat\"> <img src=\"b.png\">", "[image: A cat] [image]");
	check_text("<a href=\"http://x/\"><img alt=\"\"></a>", "[image] <http://x/>");
}

/* ---- text back into HTML ------------------------------------------------------------------------ */

static void test_unchanged_text_keeps_every_byte(void **state)
{
	static const char *const sources[] = {
		announcement, "plain", "<P>Odd <B>case</b>", "<div>a</div><div><br></div>", "<p>a&nbsp;b</p><!-- x -->\n",
		"<table><tr><td>\u00a01<td>2</table>",
	};

	(void) state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		CLEANUP(str_free_p) char *text = text_of(sources[i]), *more = str_printf("%s  \n\n\n", text);
		CLEANUP(str_free_p) char *a = merged(sources[i], text), *b = merged(sources[i], more);

		assert_string_equal(a, sources[i]);
		assert_string_equal(b, sources[i]);
	}
}

static void test_a_changed_line_changes_its_unit(void **state)
{
	(void) state;
	check_merge("<div class=\"E\"><div>Dear all,</div><div>the <b>new</b> one</div></div>", "Dear team,\nthe new one",
		    "<div class=\"E\"><div>Dear team,</div><div>the <b>new</b> one</div></div>");
	/* what the edit did not touch within a line stays too */
	check_merge("<div>the <b>new</b> version is <a href=\"http://x/\">here</a>.</div>", "the new release is here <http://x/>.",
		    "<div>the <b>new</b> release is <a href=\"http://x/\">here</a>.</div>");
	check_merge("<div>the <b>new</b> one</div>", "the old one", "<div>the old one</div>");
	check_merge("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\n3", "<p>One</p><p>Two<br>3</p>");
	check_merge("<ul><li>a</li><li>b</li></ul>", "* a\n* B < C", "<ul><li>a</li><li>B &lt; C</li></ul>");
	check_merge("<table><tr><td>A</td><td><b>B</b></td></tr></table>", "A\tC",
		    "<table><tr><td>A</td><td>C</td></tr></table>");
	check_merge("<table><tr><td>A</td><td></td></tr></table>", "A\tC", "<table><tr><td>A</td><td>C</td></tr></table>");
	check_merge("plain text", "plain texts", "plain texts");
	check_merge("<div>a</div><div><br></div>", "b", "<div>b</div><div><br></div>");
	check_merge("<pre>a\nb</pre>", "a\nc", "<pre>a\nc</pre>");
	check_merge("<div>x</div>", "  a   b", "<div>&#160;&#160;a &#160;&#160;b</div>");
	check_merge("<b>a<br>b</b> c", "a\nB C", "<b>a<br>B C</b>");
}

static void test_a_removed_line_takes_what_it_emptied(void **state)
{
	(void) state;
	check_merge("<div class=\"E\"><div>a</div><div>b</div><div>c</div></div>", "a\nc",
		    "<div class=\"E\"><div>a</div><div>c</div></div>");
	check_merge("<p>a</p><ul><li>b</li></ul><p>c</p>", "a\n\nc", "<p>a</p><p>c</p>");
	check_merge("<div>a<br>b<br>c</div>", "a\nc", "<div>a<br>c</div>");
	check_merge("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>", "3\t4",
		    "<table><tr><td>3</td><td>4</td></tr></table>");
	check_merge("<div><b>a</b></div><div>b</div>", "b", "<div>b</div>");
}

static void test_a_new_line_is_like_the_one_before(void **state)
{
	(void) state;
	check_merge("<div class=\"E\"><div>a</div><div>b</div></div>", "a\nnew\nb",
		    "<div class=\"E\"><div>a</div><div>new</div><div>b</div></div>");
	check_merge("<div class=\"E\"><div>a</div></div>", "a\n\nb",
		    "<div class=\"E\"><div>a</div><div><br></div><div>b</div></div>");
	check_merge("<p>One <b>b</b></p><p>Four</p>", "One b\n\nFour\n\nFive", "<p>One <b>b</b></p><p>Four</p><p>Five</p>");
	check_merge("<p>One</p>", "One\nTwo", "<p>One<br>Two</p>");
	check_merge("<ul><li>a</li><li>b</li></ul>", "* a\n* new\n* b", "<ul><li>a</li><li>new</li><li>b</li></ul>");
	check_merge("<ul><li>a</li></ul>", "* a\n  * sub\n* b", "<ul><li>a<ul><li>sub</li></ul></li><li>b</li></ul>");
	check_merge("<ul><li>a<ul><li>sub</li></ul></li></ul>", "* a\n  * sub\n* b",
		    "<ul><li>a<ul><li>sub</li></ul></li><li>b</li></ul>");
	check_merge("<div>list:</div>", "list:\n* a\n* b", "<div>list:</div><ul><li>a</li><li>b</li></ul>");
	check_merge("<ul><li>a</li></ul>", "* a\nbehind", "<ul><li>a</li></ul><div>behind</div>");
	check_merge("<ul><li>a</li><li>b</li></ul>", "* a\nwithin\n* b", "<ul><li>a<br>within</li><li>b</li></ul>");
	check_merge("a<br>b", "a\nnew\nb", "a<br>new<br>b");
	check_merge("a", "a\nb", "a<br>b");
	check_merge("<div>a</div>", "top\na", "<div>top</div><div>a</div>");
	check_merge("<ul><li>a</li></ul>", "top\n* a", "<div>top</div><ul><li>a</li></ul>");
	check_merge("<ul><li>a</li></ul>", "* top\n* a", "<ul><li>top</li><li>a</li></ul>");
	check_merge("<table><tr><td>a</td></tr></table>", "top\na", "<div>top</div><table><tr><td>a</td></tr></table>");
	check_merge("<pre>a\nb</pre>", "a\nnew\nb", "<pre>a\nnew\nb</pre>");
}

static void test_without_a_form_each_line_is_a_div(void **state)
{
	(void) state;
	check_merge("", "a\n\nb", "<div>a</div><div><br></div><div>b</div>");
	check_merge("<div><br></div>", "<b> & \"c\"", "<div>&lt;b&gt; &amp; \"c\"</div>");
	check_merge("", "* a", "<div>* a</div>");
}

/* The text was right whatever was edited; how often the form of the other lines was kept is counted. */
static const char *const sources[] = {
	announcement,
	"<p>One <b>bold</b></p><p>Two<br>three</p><p>Four</p>",
	"<div class=\"E\"><p>Intro <b>b</b></p><ul><li>a <b>x</b><ul><li>b</li></ul></li><li>c</li></ul><p>end</p></div>",
	"<table><tr><td><b>A</b></td><td>B</td></tr><tr><td>C</td><td>D</td></tr></table><div>behind <b>it</b></div>",
	"line <b>one</b><br>line two<br><br>line four",
	"<h2>Head</h2><div>a <b>b</b></div><blockquote><div>quoted</div></blockquote><div>c</div>",
};

static unsigned seed = 3;

static unsigned pick(unsigned n)
{
	return (unsigned) rand_r(&seed) % n;
}

/* The edited text of n lines, and whether the lines that hold bold words are untouched. */
static char *edit(char *const lines[], size_t n, bool *ret_bold)
{
	struct buf out = BUF_INIT(1 << 20);
	size_t at = pick((unsigned) n), what = pick(10);

	*ret_bold = what < 4 || what > 6 ? true : !strstr(lines[at], "b");
	for (size_t i = 0; i < n; i++) {
		const char *s = lines[i];
		size_t indent = strspn(s, " "), bullet = indent + (s[indent] == '*' ? 2 : 0);

		if (i == at && what >= 4 && what < 7)
			continue;
		buf_addf(&out, "%s%s", out.len ? "\n" : "", i == at && what < 4 ? "" : s);
		if (i == at && what < 4)
			buf_addf(&out, "%.*schanged %u%s", (int) bullet, s, pick(100), strchr(s, '\t') ? strchr(s, '\t') : "");
		if (i == at && what >= 7)
			buf_addf(&out, "\n%.*snew %u", (int) (pick(4) ? bullet : 0), s, pick(100));
	}
	return buf_take(&out);
}

static size_t split(char *text, char *lines[64])
{
	size_t n = 0;

	for (char *s = text; s && n < 64;) {
		char *end = strchr(s, '\n');

		if (end)
			*end++ = '\0';
		lines[n++] = s;
		s = end;
	}
	return n;
}

/* Without empty lines, which paragraphs make by themselves. */
static char *dense(const char *s)
{
	struct buf out = BUF_INIT(1 << 20);

	for (; *s; s++)
		if (*s != '\n' || (s[1] != '\n' && s[1] && out.len))
			buf_addc(&out, *s);
	return buf_take(&out);
}

static void test_random_edits_read_as_written(void **state)
{
	int kept = 0, could = 0;

	(void) state;
	for (int i = 0; i < EDITS; i++) {
		const char *html = sources[pick(sizeof(sources) / sizeof(*sources))];
		CLEANUP(str_free_p) char *text = text_of(html);
		char *lines[64];
		size_t n = split(text, lines);
		bool bold;
		CLEANUP(str_free_p) char *want = edit(lines, n, &bold);
		CLEANUP(str_free_p) char *result = merged(html, want), *back = text_of(result);
		CLEANUP(str_free_p) char *a = dense(want), *b = dense(back);

		if (strcmp(a, b) != 0)
			fail_msg("\"%s\"\nshould read\n%s\nand reads\n%s\nin %s", html, want, back, result);
		could++;
		kept += !str_starts(result, "<div>") || strstr(result, "<b>") != NULL || strstr(result, "<td>") != NULL;
	}
	print_message("form kept in %d of %d edits\n", kept, could);
	assert_true(kept * 100 >= could * 95);
}

/* ---- what nobody means well ------------------------------------------------------------------------- */

static char *repeated(const char *s, size_t n, const char *end)
{
	struct buf out = BUF_INIT(1 << 26);
	char *p;

	for (size_t i = 0; i < n; i++)
		buf_adds(&out, s);
	buf_adds(&out, end);
	p = buf_take(&out);
	assert_non_null(p);
	return p;
}

static char *many_attributes(size_t n)
{
	struct buf out = BUF_INIT(1 << 26);
	char *p;

	buf_adds(&out, "<div x=\">\"");
	for (size_t i = 0; i < n; i++)
		buf_addf(&out, " a%zu=1", i);
	buf_adds(&out, ">text");
	p = buf_take(&out);
	assert_non_null(p);
	return p;
}

/* Deep, wide and repetitive: text comes out, in time that grows with the size only. */
static void test_attacks_cost_little(void **state)
{
	CLEANUP(str_free_p) char *deep = repeated("<b>", 200000, "text"), *unclosed = repeated("<i></b>", 200000, "text");
	CLEANUP(str_free_p) char *attrs = many_attributes(200000), *entities = repeated("&amp;", 200000, "");
	CLEANUP(str_free_p) char *cells = repeated("<td>x", 20000, ""), *lines = repeated("<br>", 20000, "text");
	const char *const all[] = { deep, unclosed, attrs, entities, cells, lines };
	clock_t start = clock();

	(void) state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		CLEANUP(str_free_p) char *text = text_of(all[i]), *result = merged(all[i], "new\ntext"), *back = text_of(result);

		assert_true(*text);
		assert_string_equal(back, "new\ntext");
	}
	assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
	check_text("<b", "");
	check_text("a < b and b > c", "a < b and b > c");
	check_text("<<<>>>&&&;", "<<<>>>&&&;");
}

static void test_the_ceiling_of_the_buffer_holds(void **state)
{
	struct buf out = BUF_INIT(8);

	(void) state;
	assert_int_equal(html_to_text("<p>much longer than that</p>", &out), -EFBIG);
	buf_release(&out);
	assert_int_equal(html_merge("<p>a</p>", "much longer than that", &out), -EFBIG);
	buf_release(&out);
}

/* ---- the line diff ---------------------------------------------------------------------------------------- */

static void test_diff_finds_the_longest_common_lines(void **state)
{
	const char *const a[] = { "x", "a", "b", "c", "y", "d", "z" }, *const b[] = { "x", "b", "q", "c", "d", "d", "z" };
	static const long want[] = { 0, -1, 1, 3, -1, 5, 6 };
	long got[7];

	(void) state;
	assert_int_equal(html_diff(a, 7, b, 7, got), 0);
	for (int i = 0; i < 7; i++)
		assert_true(got[i] == want[i] || (i == 5 && got[i] == 4));
	assert_int_equal(html_diff(a, 0, b, 7, got), 0);
	assert_int_equal(html_diff(a, 7, b, 0, got), 0);
	assert_int_equal(got[0], -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements_as_text),
		cmocka_unit_test(test_links_and_images_as_text),
		cmocka_unit_test(test_unchanged_text_keeps_every_byte),
		cmocka_unit_test(test_a_changed_line_changes_its_unit),
		cmocka_unit_test(test_a_removed_line_takes_what_it_emptied),
		cmocka_unit_test(test_a_new_line_is_like_the_one_before),
		cmocka_unit_test(test_without_a_form_each_line_is_a_div),
		cmocka_unit_test(test_random_edits_read_as_written),
		cmocka_unit_test(test_attacks_cost_little),
		cmocka_unit_test(test_the_ceiling_of_the_buffer_holds),
		cmocka_unit_test(test_diff_finds_the_longest_common_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
