#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"

static void parse(const char *text, struct conf *ret)
{
	struct err err = { 0 };

	*ret = (struct conf) CONF_INIT;
	if (conf_parse("f", text, strlen(text), ret, &err) != 0)
		fail_msg("%s", err.text);
}

/* The value of key in the last section, "(none)" when it has none. */
static const char *value(const struct conf *c, const char *key)
{
	const struct conf_entry *e = conf_find(c, c->n_sections - 1, key);

	return e ? e->value : "(none)";
}

static void values_are_read_as_git_reads_them(void **state)
{
	static const struct {
		const char *line, *value;
	} cases[] = {
		{ "k = plain words here   ", "plain words here" },
		{ "k=x", "x" },
		{ "k", "true" },
		{ "k ; comment", "true" },
		{ "k =", "" },
		{ "k = a # comment", "a" },
		{ "k = a ; comment", "a" },
		{ "k = \"a # b ; c\"", "a # b ; c" },
		{ "k = \"  kept  \" ", "  kept  " },
		{ "k = a\"  b  \"c", "a  b  c" },
		{ "k = DOMAIN\\\\ann", "DOMAIN\\ann" },
		{ "k = \\\"q\\\" \\t.", "\"q\" \t." },
		{ "k = one \\\n  two", "one   two" },
		{ "k = x\r", "x" },
		{ "K = upper", "upper" },
		{ "k = first\nk = second", "second" },
		{ "k = Gr\xc3\xb6\xc3\x9f" "e", "Gr\xc3\xb6\xc3\x9f" "e" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(conf_release_p) struct conf c;
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(1000);

		buf_addf(&text, "[s]\n%s\n", cases[i].line);
		parse(buf_str(&text), &c);
		assert_string_equal(value(&c, "k"), cases[i].value);
	}
}

static void section_headers(void **state)
{
	CLEANUP(conf_release_p) struct conf c;

	(void) state;
	parse("# top\n[Defaults]\na = 1\n\n[list \"Team \\\"A\\\" \\\\ Tasks\"] b = 2\n[list \"X\"]\nc=3\n", &c);
	assert_int_equal(c.n_sections, 3);
	assert_string_equal(c.sections[0].name, "defaults");
	assert_null(c.sections[0].subject);
	assert_string_equal(c.sections[1].subject, "Team \"A\" \\ Tasks");
	assert_int_equal(c.sections[1].line, 5);
	assert_string_equal(conf_find(&c, 1, "b")->value, "2");
	assert_null(conf_find(&c, 1, "c"));
	assert_int_equal(conf_find(&c, 2, "c")->line, 7);
}

static void each_mistake_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "a = 1\n", "f:1: a key stands before the first [section]" },
		{ "[s]\n\n= x\n", "f:3: neither a [section] nor `key = value`" },
		{ "[s]\nkey value\n", "f:2: there is no = behind the key" },
		{ "[s\nk=1", "f:1: the section's header does not end with ]" },
		{ "[]\n", "f:1: a section's name is missing: [name] or [name \"subject\"]" },
		{ "[s \"x]\nk=1\n", "f:1: the quote of the section's name does not end" },
		{ "[s]\nk = \"x\n", "f:2: the quote does not end" },
		{ "[s]\nk = C:\\dir\n",
		  "f:2: a backslash is written \\\\ (other escapes: \\\" \\n \\t \\b, and \\ at the end of a line)" },
		{ "[s]\nk = x\\", "f:2: the file ends within a value" },
		{ "[s]\nk = \xff\n", "f:1: not a text in UTF-8" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct conf c = CONF_INIT;
		struct err err = { 0 };

		assert_int_equal(conf_parse("f", cases[i].text, strlen(cases[i].text), &c, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].message);
		assert_int_equal(c.n_sections, 0);
	}
}

/* Found by fuzzing: they were refused without a word. */
static void names_and_values_that_are_too_long_are_named_with_their_line(void **state)
{
	static const struct {
		const char *before, *message;
		size_t n;
		const char *after;
	} cases[] = {
		{ "[", "f:1: the name is longer than 256 bytes", 300, "]\n" },
		{ "[s \"", "f:1: the section's name in quotes is longer than 4,096 bytes", 5000, "\"]\n" },
		{ "[s]\n", "f:2: the name is longer than 256 bytes", 300, " = 1\n" },
		{ "[s]\nk = ", "f:2: the value is longer than 64 KiB", 70000, "\n" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(100000);
		struct conf c = CONF_INIT;
		struct err err = { 0 };

		buf_adds(&text, cases[i].before);
		for (size_t k = 0; k < cases[i].n; k++)
			buf_addc(&text, 'x');
		buf_adds(&text, cases[i].after);
		assert_int_equal(conf_parse("f", buf_str(&text), text.len, &c, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].message);
	}
}

static void long_values_are_whole(void **state)
{
	CLEANUP(conf_release_p) struct conf c;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(10000);

	(void) state;
	buf_adds(&text, "[s]\npasscmd = \"");
	for (int i = 0; i < 700; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "; y\"\n");
	parse(buf_str(&text), &c);
	assert_int_equal(strlen(value(&c, "passcmd")), 703);
}

static void setting_a_key_leaves_the_rest_byte_for_byte(void **state)
{
	static const struct {
		const char *text, *key, *value, *result;
	} cases[] = {
		{ "# me\n[s]\n  k = 1 ; why\n\n; end", "k", "2", "# me\n[s]\n  k = 2 ; why\n\n; end" },
		{ "[s]\nk=\"a b\"\t# why", "k", "c", "[s]\nk=c\t# why" },
		{ "[s]\n    Key ; why\n", "key", "no", "[s]\n    Key = no ; why\n" },
		{ "[s]\nk =;why\nl =\nk=# 2\n", "k", "v", "[s]\nk =;why\nl =\nk= v # 2\n" },
		{ "[s]\nk = x\\\n y ; z\r\n", "k", "v", "[s]\nk = v ; z\r\n" },
		{ "[s]\nk = 1 \\\n\nl = 2\n", "k", "v", "[s]\nk = v\nl = 2\n" },
		{ "[s] a = 1\n    b = 2\n", "new", "v", "[s] a = 1\n    b = 2\n    new = v\n" },
		{ "[s]\nk = 1\n# note\n[t]\n", "new", "a b", "[s]\nk = 1\nnew = a b\n# note\n[t]\n" },
		{ "[s]", "k", "v", "[s]\n\tk = v\n" },
		{ "[s]\nk = 1", "k", NULL, "[s]\n" },
		{ "[s]\na=1\nk = x\\\n y\nb=2\n", "k", NULL, "[s]\na=1\nb=2\n" },
		{ "[s] k = 1\nb=2\n", "k", "v", "[s] k = v\nb=2\n" },
		{ "[s]\n", "k", " a;\"b\\", "[s]\n\tk = \" a;\\\"b\\\\\"\n" },
		{ "[s]\nk = 1 \\\n", "new", "v", "[s]\nk = 1 \\\n\nnew = v\n" },
		{ "[s]\n", "k", "", "[s]\n\tk = \"\"\n" },
		{ "[s]\n", "k", "a\nb", "[s]\n\tk = \"a\\nb\"\n" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(conf_release_p) struct conf c;
		CLEANUP(conf_release_p) struct conf again;
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

		parse(cases[i].text, &c);
		assert_int_equal(conf_set(&c, cases[i].text, strlen(cases[i].text), 0, cases[i].key, cases[i].value,
					  &out), 0);
		assert_string_equal(buf_str(&out), cases[i].result);
		parse(buf_str(&out), &again);
		assert_true(cases[i].value ? strcmp(conf_find(&again, 0, cases[i].key)->value, cases[i].value) == 0 :
					     !conf_find(&again, 0, cases[i].key));
	}
}

static void dropping_a_section_keeps_comments_around_it(void **state)
{
	static const char text[] = "# mine\n[list \"A\"]\n\tsite = u\n# about B\n[list \"B\"]\n\tsite = v\n";
	CLEANUP(conf_release_p) struct conf c;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

	(void) state;
	parse(text, &c);
	assert_int_equal(conf_drop(&c, text, strlen(text), 0, &out), 0);
	assert_string_equal(buf_str(&out), "# mine\n# about B\n[list \"B\"]\n\tsite = v\n");
}

static void a_written_section_reads_back(void **state)
{
	CLEANUP(conf_release_p) struct conf c;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

	(void) state;
	buf_adds(&out, "# no line end");
	conf_add_section(&out, "list", "Say \"hi\" [1] \\ #2");
	conf_add_entry(&out, "site", "https://h/a b");
	parse(buf_str(&out), &c);
	assert_string_equal(c.sections[0].subject, "Say \"hi\" [1] \\ #2");
	assert_string_equal(value(&c, "site"), "https://h/a b");
}

static void durations_and_truth(void **state)
{
	static const struct {
		const char *text;
		int r;
		long long ms;
	} cases[] = {
		{ "3", 0, 3000 },   { "3s", 0, 3000 },  { "250ms", 0, 250 },      { "2m", 0, 120000 },
		{ "1h", 0, 3600000 }, { "0", 0, 0 },    { "", -EINVAL, 0 },       { "3 s", -EINVAL, 0 },
		{ "-3", -EINVAL, 0 }, { "x", -EINVAL, 0 }, { "99999999999", -ERANGE, 0 },
	};
	static const struct {
		const char *text;
		int r;
		int64_t n;
	} sizes[] = {
		{ "0", 0, 0 },	       { "300", 0, 300 },     { "64k", 0, 65536 },    { "500M", 0, 500 << 20 },
		{ "4G", 0, 4ll << 30 }, { "2TiB", 0, 2ll << 40 }, { "", -EINVAL, 0 }, { "M", -EINVAL, 0 },
		{ "4 G", -EINVAL, 0 }, { "4GB", -EINVAL, 0 }, { "-1", -EINVAL, 0 },   { "9999999T", -ERANGE, 0 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		long long ms = 0;

		assert_int_equal(conf_duration(cases[i].text, &ms), cases[i].r);
		assert_int_equal(ms, cases[i].ms);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		int64_t n = 0;

		assert_int_equal(conf_size(sizes[i].text, &n), sizes[i].r);
		assert_int_equal(n, sizes[i].n);
	}
	assert_int_equal(conf_bool("Yes"), 1);
	assert_int_equal(conf_bool("off"), 0);
	assert_int_equal(conf_bool("maybe"), -EINVAL);
}

static void a_missing_file_is_empty_and_a_directory_is_an_error(void **state)
{
	CLEANUP(conf_release_p) struct conf c = CONF_INIT;
	struct err err = { 0 };

	(void) state;
	assert_int_equal(conf_read("/nonexistent/spfs", &c, &err), 0);
	assert_int_equal(c.n_sections, 0);
	conf_release(&c);
	assert_int_equal(conf_read("/", &c, &err), -EISDIR);
	assert_string_equal(err.text, "/: Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_git_reads_them),
		cmocka_unit_test(section_headers),
		cmocka_unit_test(each_mistake_is_named_with_its_line),
		cmocka_unit_test(names_and_values_that_are_too_long_are_named_with_their_line),
		cmocka_unit_test(long_values_are_whole),
		cmocka_unit_test(setting_a_key_leaves_the_rest_byte_for_byte),
		cmocka_unit_test(dropping_a_section_keeps_comments_around_it),
		cmocka_unit_test(a_written_section_reads_back),
		cmocka_unit_test(durations_and_truth),
		cmocka_unit_test(a_missing_file_is_empty_and_a_directory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
