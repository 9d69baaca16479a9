/* sp/xmltab.h, and xmlscan, xmlfix, xmlout and spool below and beside it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "spool.h"
#include "xmlfix.h"
#include "xmlout.h"
#include "xmltab.h"

enum { DOC = 1, ROW, NOTE };

static const struct xml_rule rules[] = {
	XML_RULE(XML_START, "urn:a", "doc", DOC),
	{ .from = DOC, .ns = "#row", .name = "row", .to = ROW, .need = "ID", .prefix = "z" },
	XML_TEXT(DOC, "urn:a", "note", NOTE),
	XML_RULES_END,
};

/* Writes down what happened: "<row a=1>", "(text)". */
static int enter(void *ctx, int state, struct xml *x)
{
	struct buf *log = ctx;

	if (state != ROW)
		return buf_addf(log, "<%d>", state);
	buf_adds(log, "<row");
	for (size_t i = 0; i < xml_attr_count(x); i++) {
		struct xml_attr a = xml_attr_at(x, i);

		buf_addf(log, " %s=", a.name);
		xml_attr_add(&a, log);
	}
	buf_adds(log, ">");
	return str_eq(xml_attr(x, "ID"), "stop") ? -ENOSPC : 0;
}

static int leave(void *ctx, int state, const char *text)
{
	if (*text)
		buf_addf(ctx, "(%s)", text);
	return buf_addf(ctx, "</%d>", state);
}

static const struct xml_sink sink = { enter, leave };

/* Parses in portions of `step` bytes. */
static int parse_by(const char *doc, size_t n, size_t step, bool mend, struct buf *log)
{
	CLEANUP(xml_free_p) struct xml *x = NULL;
	struct err err = { 0 };
	int r;

	buf_reset(log);
	assert_int_equal(xml_new(rules, &sink, log, mend, &x), 0);
	r = 0;
	for (size_t at = 0; r == 0 && at < n; at += step)
		r = xml_feed(x, doc + at, at + step < n ? step : n - at, &err);
	if (r == 0)
		r = xml_end(x, &err);
	assert_true(r == 0 || r == -ENOSPC || err.text[0]);
	return r;
}

/* Whole, byte by byte and in threes: never a difference. */
static int parse(const char *doc, bool mend, struct buf *log)
{
	CLEANUP(buf_release_p) struct buf other = BUF_INIT(1 << 24);
	size_t n = strlen(doc);
	int r = parse_by(doc, n, n ? n : 1, mend, log);

	assert_int_equal(parse_by(doc, n, 1, mend, &other), r);
	if (r == 0)
		assert_string_equal(buf_str(&other), buf_str(log));
	assert_int_equal(parse_by(doc, n, 3, mend, &other), r);
	return r;
}

static void gives(const char *doc, const char *want)
{
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);

	assert_int_equal(parse(doc, false, &log), 0);
	assert_string_equal(buf_str(&log), want);
}

static void fails(const char *doc, int want)
{
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);
	int r = parse(doc, false, &log);

	if (r != want)
		print_error("%s\n", doc);
	assert_int_equal(r, want);
}

#define DOC_OPEN "<d:doc xmlns:d='urn:a' xmlns='urn:a' xmlns:z='#row'>"

static void test_rules_lead_through_known_elements_and_skip_others(void **state)
{
	(void) state;
	gives("<doc xmlns='urn:a'/>", "<1></1>");
	gives(DOC_OPEN "<z:row ID='1' T='a &lt; b &amp;amp; &#228;&quot;'/><note>x</note></d:doc>",
	      "<1><row ID=1 T=a < b &amp; \xc3\xa4\"></2><3>(x)</3></1>");
	gives(DOC_OPEN "<new><z:row ID='9'/><note>no</note></new><note>a<b>no</b>c<![CDATA[<d>]]></note></d:doc>",
	      "<1><3>(ac<d>)</3></1>");
	gives("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><?pi x?>" DOC_OPEN
	      "<!-- <z:row> a='' --><?p <x a=''>?><z:row ID='a>b' x:y='1' xmlns:x='urn:x'/></d:doc>\n",
	      "<1><row ID=a>b></2></1>");
	gives("<?xml version=\"1.0\"?>" DOC_OPEN "</d:doc>", "<1></1>");
	gives("<?xml-stylesheet href='x'?><doc xmlns='urn:a'/>", "<1></1>");
}

/* The namespace counts, not the prefix; and the root must be the one that was asked for. */
static void test_namespaces_are_compared(void **state)
{
	(void) state;
	gives("<doc xmlns='urn:a'><row ID='1'/><r:row xmlns:r='#row' ID='2'/></doc>", "<1><row ID=2></2></1>");
	fails("<doc xmlns='urn:b'/>", -EBADMSG);
	fails("<doc/>", -EBADMSG);
	fails("<html><body>Sign in</body></html>", -EBADMSG);
	fails("<x:doc xmlns='urn:a'/>", -EILSEQ);
}

static void test_a_missing_required_attribute_is_refused(void **state)
{
	(void) state;
	fails(DOC_OPEN "<z:row T='1'/></d:doc>", -EBADMSG);
	gives(DOC_OPEN "<z:row ID=''/></d:doc>", "<1><row ID=></2></1>");
}

static void test_the_sink_can_stop(void **state)
{
	(void) state;
	fails(DOC_OPEN "<z:row ID='stop'/><z:row ID='2'/></d:doc>", -ENOSPC);
}

/* security: no document type in any disguise, so no entity beyond the five. */
static void test_document_types_are_refused(void **state)
{
	(void) state;
	fails("<!DOCTYPE doc><doc xmlns='urn:a'/>", -EBADMSG);
	fails("<?xml version='1.0'?>\n<!-- x --><!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
	      "<doc xmlns='urn:a'><note>&e;</note></doc>", -EBADMSG);
	fails("<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><doc xmlns='urn:a'>&b;</doc>", -EBADMSG);
	fails("<!doctype html><html/>", -EBADMSG);
	fails("<doc xmlns='urn:a'>&unknown;</doc>", -EILSEQ);
	/* Another encoding could hide one from the scan. */
	fails("<?xml version='1.0' encoding='UTF-7'?>+ADw-!DOCTYPE r+AD4-<doc xmlns='urn:a'/>", -EBADMSG);
	fails("<?xml version='1.0' encoding='iso-8859-1'?><doc xmlns='urn:a'/>", -EBADMSG);
	fails("<?xml version='1.0' encoding=utf-16?><doc xmlns='urn:a'/>", -EBADMSG);
	fails("\xff\xfe<", -EBADMSG);
	fails("plain text", -EBADMSG);
}

static void test_utf16_is_refused(void **state)
{
	static const char doc[] = "<\0d\0o\0c\0/\0>\0";
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);

	(void) state;
	assert_true(parse_by(doc, sizeof(doc) - 1, 12, false, &log) < 0);
	assert_true(parse_by(doc, sizeof(doc) - 1, 1, true, &log) < 0);
}

/* The parser frees the values that it had to make, by their places: one that is left out moves none. */
static void test_attributes_that_are_left_out(void **state)
{
	static const char left_out[] = "<d:doc xmlns:d='urn:a' xmlns='urn:a' xmlns:z='#row'>"
				       "<z:row z:a='1' ID='a&amp;b&lt;' B='2' C='c&gt;&amp;'/></d:doc>";
	static const char repeated[] = "<d:doc xmlns:d='urn:a' xmlns='urn:a' xmlns:z='#row'>"
				       "<z:row ID='1' ID='2' B='a&amp;b&lt;' C='2' D='d&amp;'/></d:doc>";
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);

	(void) state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(parse(left_out, false, &log), 0);
		assert_string_equal(buf_str(&log), "<1><row ID=a&b< B=2 C=c>&></2></1>");
		assert_int_equal(parse(repeated, true, &log), 0);
		assert_string_equal(buf_str(&log), "<1><row ID=1 B=a&b< C=2 D=d&></2></1>");
	}
}

static void test_what_is_cut_off_is_refused_at_every_byte(void **state)
{
	static const char doc[] = "<?xml version='1.0'?>" DOC_OPEN "<z:row ID='1' T='&amp;'/><note>x</note></d:doc>";
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);

	(void) state;
	for (size_t n = 0; n < sizeof(doc) - 1; n++)
		for (int mend = 0; mend < 2; mend++)
			assert_int_equal(parse_by(doc, n, 7, mend, &log), -EILSEQ);
	assert_int_equal(parse_by(doc, sizeof(doc) - 1, 7, true, &log), 0);
}

static void test_ill_formed_documents_are_refused(void **state)
{
	static const char *const docs[] = {
		DOC_OPEN "<note></d:doc>",       DOC_OPEN "</doc>",   DOC_OPEN "<z:row ID='1'></d:doc>", DOC_OPEN "& </d:doc>",
		DOC_OPEN "<z:row ID=1/></d:doc>", DOC_OPEN "<z:row ID></d:doc>", DOC_OPEN "<z:row ID='<'/></d:doc>",
		DOC_OPEN "</d:doc><x/>",         DOC_OPEN "\xff</d:doc>", DOC_OPEN "<note>]]></note></d:doc>", "<", "<>", "",
	};
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);

	(void) state;
	for (size_t i = 0; i < sizeof(docs) / sizeof(*docs); i++) {
		fails(docs[i], -EILSEQ);
		/* Mending is for two known faults and nothing else. */
		assert_true(parse(docs[i], true, &log) < 0);
	}
}

/* `each` n times, '#' in it replaced by 0, 1, 2, ... */
static char *many(const char *before, const char *each, int n, const char *after)
{
	struct buf b = BUF_INIT(SIZE_MAX / 4);

	buf_adds(&b, before);
	for (int i = 0; i < n; i++) {
		const char *mark = strchr(each, '#');

		if (mark)
			buf_addf(&b, "%.*s%d%s", (int) (mark - each), each, i, mark + 1);
		else
			buf_adds(&b, each);
	}
	buf_adds(&b, after);
	assert_int_equal(buf_error(&b), 0);
	return buf_take(&b);
}

static void limited(char *doc, int want)
{
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 24);
	clock_t start = clock();

	for (int mend = 0; mend < 2; mend++)
		assert_int_equal(parse_by(doc, strlen(doc), 65536, mend, &log), want);
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
	free(doc);
}

static void test_ceilings(void **state)
{
	(void) state;
	limited(many(DOC_OPEN "<z:row ID='1'", " a#=''", 1023, "/></d:doc>"), 0);
	limited(many(DOC_OPEN "<z:row ID='1'", " a#=''", 1024, "/></d:doc>"), -EFBIG);
	limited(many(DOC_OPEN "<z:row ID='1'", " a#=''", 200000, "/></d:doc>"), -EFBIG);
	limited(many(DOC_OPEN "<x ID='1'", " a#=''", 1025, "/></d:doc>"), -EFBIG);
	limited(many(DOC_OPEN "<z:row ID='", "0123456789", 999900, "'/></d:doc>"), 0);
	limited(many(DOC_OPEN "<z:row ID='", "0123456789", 1000001, "'/></d:doc>"), -EFBIG);
	limited(many(DOC_OPEN "<!-- ", "0123456789", 1000001, " --></d:doc>"), -EFBIG);
	limited(many(DOC_OPEN "<note>", "0123456789", 104857, "</note></d:doc>"), 0);
	limited(many(DOC_OPEN "<note>", "0123456789", 104858, "</note></d:doc>"), -EFBIG);
}

static void test_deep_nesting_is_refused(void **state)
{
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);
	CLEANUP(str_free_p) char *doc = many(DOC_OPEN, "<a>", 100000, "");

	(void) state;
	assert_true(parse_by(doc, strlen(doc), 65536, false, &log) < 0);
	assert_true(parse_by(doc, strlen(doc), 65536, true, &log) < 0);
}

/* Servers have sent the same property twice, and control characters that users pasted. */
static void test_mending(void **state)
{
	static const struct {
		const char *doc, *want;
	} cases[] = {
		{ DOC_OPEN "<z:row ID='1' P='first' Q='q' P='second'/></d:doc>", "<1><row ID=1 P=first Q=q></2></1>" },
		{ DOC_OPEN "<z:row ID='1' P='a\x01\x0b\x1f" "b' Q='c'/></d:doc>", "<1><row ID=1 P=ab Q=c></2></1>" },
		{ DOC_OPEN "<z:row ID='1' P='a&#11;b&#x1F;c&#xD83D;&#65534;' Q='&#x41;'/></d:doc>",
		  "<1><row ID=1 P=abc Q=A></2></1>" },
		{ "<doc xmlns='urn:a'><z:row ID='1'/><q:row ID='2'/></doc>", "<1><row ID=1></2></1>" },
		{ DOC_OPEN "<note>a\x02&#0;&amp;&lt;</note></d:doc>", "<1><3>(a&<)</3></1>" },
	};
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(1 << 20);

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i].doc, false, &log), -EILSEQ);
		assert_int_equal(parse(cases[i].doc, true, &log), 0);
		assert_string_equal(buf_str(&log), cases[i].want);
	}
}

static void written(const char *s, const char *text, const char *attr)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);
	CLEANUP(str_free_p) char *want = str_printf(" n=\"%s\"", attr);

	xmlout_text(&b, s);
	assert_string_equal(buf_str(&b), text);
	buf_reset(&b);
	xmlout_attr(&b, "n", s);
	assert_string_equal(buf_str(&b), want);
}

static void test_what_is_written_is_well_formed(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);

	(void) state;
	written("", "", "");
	written("a<b>&\"'", "a&lt;b&gt;&amp;\"'", "a&lt;b&gt;&amp;&quot;'");
	written("1\r\n2\t3", "1&#13;\n2\t3", "1&#13;&#10;2&#9;3");
	written("a\x01\x0b\x1f" "b\x7f", "ab\x7f", "ab\x7f");
	written("\xc3\xa4 \xf0\x9f\x98\x80", "\xc3\xa4 \xf0\x9f\x98\x80", "\xc3\xa4 \xf0\x9f\x98\x80");
	written("a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd", "a\xef\xbf\xbd\xef\xbf\xbd");
	written("a\xef\xbf\xbf\xef\xbf\xbd", "a\xef\xbf\xbd", "a\xef\xbf\xbd");
	xmlout_attr(&b, "n", NULL);
	xmlout_element(&b, "n", NULL);
	assert_int_equal(b.len, 0);
	xmlout_element(&b, "n", "<");
	assert_string_equal(buf_str(&b), "<n>&lt;</n>");
}

static int collect(void *arg, const char *p, size_t n)
{
	return buf_add(arg, p, n);
}

static void test_a_spool_gives_back_what_it_got(void **state)
{
	static const char *const dirs[] = { NULL, "/tmp" };
	char part[5000];

	(void) state;
	for (size_t i = 0; i < sizeof(part); i++)
		part[i] = (char) ('a' + i % 26);
	for (int d = 0; d < 2; d++) {
		for (int parts = 0; parts < 1000; parts += 333) {
			CLEANUP(buf_release_p) struct buf all = BUF_INIT(1 << 24);
			struct spool s = SPOOL_INIT(dirs[d]);

			for (int i = 0; i < parts; i++)
				assert_int_equal(spool_add(&s, part, sizeof(part)), 0);
			assert_int_equal(spool_each(&s, collect, &all), 0);
			assert_int_equal(all.len, parts * sizeof(part));
			for (size_t i = 0; i < all.len; i += 997)
				assert_int_equal(all.p[i], part[i % sizeof(part)]);
			assert_int_equal(s.fd >= 0, parts > 209);
			spool_release(&s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_lead_through_known_elements_and_skip_others),
		cmocka_unit_test(test_namespaces_are_compared),
		cmocka_unit_test(test_a_missing_required_attribute_is_refused),
		cmocka_unit_test(test_the_sink_can_stop),
		cmocka_unit_test(test_document_types_are_refused),
		cmocka_unit_test(test_utf16_is_refused),
		cmocka_unit_test(test_attributes_that_are_left_out),
		cmocka_unit_test(test_what_is_cut_off_is_refused_at_every_byte),
		cmocka_unit_test(test_ill_formed_documents_are_refused),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_deep_nesting_is_refused),
		cmocka_unit_test(test_mending),
		cmocka_unit_test(test_what_is_written_is_well_formed),
		cmocka_unit_test(test_a_spool_gives_back_what_it_got),
	};

	xml_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
