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

#include "base/str.h"
#include "view/name.h"

enum { TITLES = 20000 };

/* ---- makers -------------------------------------------------------------------------- */

static void add_field(struct list *l, const char *name, enum field_type type, unsigned flags)
{
	struct field *f = schema_add(&l->schema);

	assert_non_null(f);
	assert_int_equal(str_set(&f->name, name), 0);
	assert_int_equal(str_set(&f->display, name), 0);
	f->type = type;
	f->flags = flags;
}

static void add_value(struct item *i, const char *name, const char *text)
{
	assert_int_equal(values_set(&i->values, name, text), 0);
}

static int make(const struct list *l, const char *title, int64_t id, bool with_id, char out[VIEW_NAME_SIZE])
{
	struct item i = ITEM_INIT;
	int r;

	i.id = id;
	add_value(&i, "Title", title);
	r = view_name_make(l, &i, with_id, out);
	item_release(&i);
	return r;
}

static void check_name(const struct list *l, const char *title, const char *want)
{
	char name[VIEW_NAME_SIZE];

	assert_int_equal(make(l, title, 7, false, name), 0);
	assert_string_equal(name, want);
}

static void check_file(const struct list *l, const char *path, bool folder, const char *want, int must)
{
	struct item i = ITEM_INIT;
	char name[VIEW_NAME_SIZE];

	i.id = 12;
	i.folder = folder;
	assert_int_equal(str_set(&i.path, path), 0);
	assert_int_equal(view_name_make(l, &i, false, name), must);
	assert_string_equal(name, want);
	item_release(&i);
}

static const struct list generic = { .template = 100 };
static const struct list library = { .template = 101, .base_type = 1 };

/* ---- from titles to names ---------------------------------------------------------------- */

static void test_a_title_is_a_name_with_the_extension(void **state)
{
	(void) state;
	check_name(&generic, "Printer on 3rd floor is broken", "Printer on 3rd floor is broken.txt");
	check_name(&generic, "Replace TCP/IP stack", "Replace TCP\uff0fIP stack.txt");
	check_name(&generic, "  blanks around\t", "blanks around.txt");
	check_name(&generic, "Gr\u00fc\u00dfe \u65e5\u672c \U0001f600", "Gr\u00fc\u00dfe \u65e5\u672c \U0001f600.txt");
	check_name(&generic, "one\ntwo\x7f", "one\u240atwo\u2421.txt");
	check_name(&generic, "100%25 of a\\b:c*?", "100%25 of a\\b:c*?.txt");
	check_name(&generic, "", "(no title).txt");
	check_name(&generic, " \t ", "(no title).txt");
	check_name(&generic, "a.txt", "a.txt.txt");
	assert_string_equal(view_name_ext(&generic), ".txt");
	assert_string_equal(view_name_ext(&library), "");
}

static void test_names_never_are_dot_names_or_paths(void **state)
{
	char name[VIEW_NAME_SIZE];

	(void) state;
	check_name(&generic, ".", "\uff0e.txt");
	check_name(&generic, "..", "\uff0e..txt");
	check_name(&generic, "../../etc/passwd", "\uff0e.\uff0f..\uff0fetc\uff0fpasswd.txt");
	check_name(&generic, ".hidden", "\uff0ehidden.txt");
	check_file(&library, "sites/x/..", true, "\uff0e.", 0);
	check_file(&library, "sites/x/.", false, "\uff0e", 0);
	check_file(&library, "sites/x/.spfs", true, "\uff0espfs", 0);
	check_file(&library, "sites/x/.directory", false, "\uff0edirectory", 0);
	check_file(&library, "sites/x/.Trash-1000", true, "\uff0eTrash-1000", 0);
	check_file(&library, "sites/x/.gitignore", false, ".gitignore", 0);
	check_file(&generic, "sites/x/Lists/L/.folder", true, "\uff0efolder", 0);
	view_name_list(".spfs", name);
	assert_string_equal(name, "\uff0espfs");
	view_name_list("..", name);
	assert_string_equal(name, "\uff0e.");
	view_name_list("", name);
	assert_string_equal(name, "(no title)");
	view_name_list("A/B", name);
	assert_string_equal(name, "A\uff0fB");
}

/* What is not seen must not change how a name reads: "invoice<RLO>fdp.exe". */
static void test_invisible_characters_are_shown(void **state)
{
	(void) state;
	check_name(&generic, "invoice\u202efdp", "invoice%E2%80%AEfdp.txt");
	check_name(&generic, "a\u200bb\u200fc\u2066d\ufeffe\u2028f", "a%E2%80%8Bb%E2%80%8Fc%E2%81%A6d%EF%BB%BFe%E2%80%A8f.txt");
	check_name(&generic, "csi\xc2\x9b" "31m", "csi%C2%9B31m.txt");
	/* the characters that stand for others are shown too, or two titles would share a name */
	check_name(&generic, "TCP\uff0fIP", "TCP%EF%BC%8FIP.txt");
	check_name(&generic, "\uff0edot", "%EF%BC%8Edot.txt");
	check_name(&generic, "no\uff0edot", "no\uff0edot.txt");
	/* and so is what looks like an escape */
	check_name(&generic, "%E2%80%AE", "%25E2%80%AE.txt");
	check_name(&generic, "%25E2%80%AE", "%2525E2%80%AE.txt");
	check_name(&generic, "%41 %zz %", "%41 %zz %.txt");
	check_name(&generic, "bad\xff\xc0\xaf utf-8", "bad\ufffd\ufffd\ufffd utf-8.txt");
}

static void test_the_id_tells_equal_titles_apart(void **state)
{
	char name[VIEW_NAME_SIZE];

	(void) state;
	assert_int_equal(make(&generic, "Which printer?", 58, true, name), 0);
	assert_string_equal(name, "Which printer? (58).txt");
}

static void test_long_titles_are_cut_between_characters(void **state)
{
	char title[800], name[VIEW_NAME_SIZE];

	(void) state;
	for (int shift = 0; shift < 3; shift++) {
		memset(title, 'x', (size_t) shift);
		for (int i = 0; i < 255; i++)
			memcpy(title + shift + 3 * i, "\u65e5", 3);
		title[shift + 3 * 255] = '\0';
		assert_int_equal(make(&generic, title, 7, false, name), 1);
		assert_true(strlen(name) <= VIEW_NAME_MAX && strlen(name) > VIEW_NAME_MAX - 4);
		assert_true(str_utf8_valid(name, strlen(name)));
		assert_true(str_ends(name, "\u65e5\u2026.txt"));
		assert_int_equal(make(&generic, title, INT64_MAX, true, name), 0);
		assert_true(strlen(name) <= VIEW_NAME_MAX);
		assert_true(str_utf8_valid(name, strlen(name)));
		assert_true(str_ends(name, "\u2026 (9223372036854775807).txt"));
	}
	memset(title, 'y', VIEW_NAME_MAX - 4);
	title[VIEW_NAME_MAX - 4] = '\0';
	assert_int_equal(make(&generic, title, 7, false, name), 0);
	assert_int_equal(strlen(name), VIEW_NAME_MAX);
	memset(title, 'y', VIEW_NAME_MAX - 3);
	title[VIEW_NAME_MAX - 3] = '\0';
	assert_int_equal(make(&generic, title, 7, false, name), 1);
}

static void test_a_cut_document_keeps_its_extension(void **state)
{
	char path[400] = "sites/x/docs/", name[VIEW_NAME_SIZE];
	struct item i = ITEM_INIT;

	(void) state;
	memset(path + strlen(path), 'z', 300);
	memcpy(path + 313, ".docx", 6);
	i.id = 12;
	assert_int_equal(str_set(&i.path, path), 0);
	assert_int_equal(view_name_make(&library, &i, false, name), 1);
	assert_true(str_ends(name, "z\u2026.docx"));
	assert_int_equal(view_name_make(&library, &i, true, name), 0);
	assert_true(str_ends(name, "z\u2026 (12).docx"));
	assert_true(strlen(name) <= VIEW_NAME_MAX);
	item_release(&i);
}

static void test_reserved_names_must_carry_the_id(void **state)
{
	(void) state;
	check_file(&generic, "sites/x/Lists/L/Attachments", true, "Attachments", 1);
	check_file(&generic, "sites/x/Lists/L/ERRORS", true, "ERRORS", 1);
	check_file(&generic, "sites/x/Lists/L/Reports", true, "Reports", 0);
	check_file(&library, "sites/x/docs/Attachments", true, "Attachments", 0);
	check_file(&library, "sites/x/docs/Autorun.INF", false, "Autorun.INF", 1);
	check_file(&library, "sites/x/docs/desktop.ini", false, "desktop.ini", 1);
	check_name(&generic, "Attachments", "Attachments.txt");
}

static void test_documents_have_the_servers_name(void **state)
{
	struct item i = ITEM_INIT;
	char name[VIEW_NAME_SIZE];

	(void) state;
	check_file(&library, "sites/x/docs/My%20Report.final.docx", false, "My%20Report.final.docx", 0);
	check_file(&library, "sites/x/docs/Ordner", true, "Ordner", 0);
	i.id = 12;
	add_value(&i, "FileLeafRef", "12;#Report.docx");
	assert_int_equal(view_name_make(&library, &i, true, name), 0);
	assert_string_equal(name, "Report (12).docx");
	item_release(&i);
}

static void check_stem(int template, const char *const pairs[], const char *want)
{
	struct list l = { .template = template };
	struct item i = ITEM_INIT;
	char name[VIEW_NAME_SIZE];

	i.id = 8;
	i.created = 1794817800; /* 2026-11-16 08:30:00 UTC */
	for (; *pairs; pairs += 2)
		add_value(&i, pairs[0], pairs[1]);
	assert_int_equal(view_name_make(&l, &i, false, name), 0);
	assert_string_equal(name, want);
	item_release(&i);
}

static void test_other_lists_have_other_stems(void **state)
{
	(void) state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	check_stem(102, (const char *[]) { "Title", "ignored", NULL }, "8.txt");
	check_stem(103, (const char *[]) { "URL", "http://w/start?a=1,,2, Team wiki, the start page", NULL },
		   "Team wiki, the start page.txt");
	check_stem(103, (const char *[]) { "URL", "http://w/a", NULL }, "http:\uff0f\uff0fw\uff0fa.txt");
	check_stem(103, (const char *[]) { "Title", "by title", NULL }, "by title.txt");
	check_stem(105, (const char *[]) { "Title", "Roe", "FirstName", "Jane", NULL }, "Jane Roe.vcf");
	check_stem(105, (const char *[]) { "FullName", "Dr. Jane Roe", "Title", "Roe", NULL }, "Dr. Jane Roe.vcf");
	check_stem(105, (const char *[]) { "Title", "Roe", NULL }, "Roe.vcf");
	check_stem(108, (const char *[]) { "Author", "12;#Roe,, Jane,#D\\jane,#,#,#Roe,, Jane", NULL },
		   "2026-11-16 09.30 Roe, Jane.eml");
	check_stem(106, (const char *[]) { "Title", "Weekly sync", NULL }, "Weekly sync.ics");
}

/* ---- from names to titles ----------------------------------------------------------------- */

static void check_title(const struct list *l, const char *name, int64_t id, const char *want)
{
	char title[VIEW_NAME_SIZE];

	if (!want) {
		assert_int_equal(view_name_title(l, name, id, title), -EINVAL);
		return;
	}
	assert_int_equal(view_name_title(l, name, id, title), 0);
	assert_string_equal(title, want);
}

static void test_a_name_means_a_title(void **state)
{
	(void) state;
	check_title(&generic, "Printer works again.txt", 42, "Printer works again");
	check_title(&generic, "Which printer? (58).txt", 58, "Which printer?");
	check_title(&generic, "Which printer? (58).txt", 17, "Which printer? (58)");
	check_title(&generic, "Which printer? (0).txt", 0, "Which printer? (0)");
	check_title(&generic, "TCP\uff0fIP.txt", 0, "TCP/IP");
	check_title(&generic, "\uff0enet.txt", 0, ".net");
	check_title(&generic, "a\uff0enet.txt", 0, "a\uff0enet");
	check_title(&generic, "My%20Doc.txt", 0, "My%20Doc");
	check_title(&generic, " x .txt", 0, "x");
	check_title(&generic, ".txt", 0, NULL);
	check_title(&generic, " (5).txt", 5, NULL);
	check_title(&library, "My%20Doc (12).docx", 12, "My%20Doc.docx");
	check_title(&library, "My%20Doc (12).docx", 0, "My%20Doc (12).docx");
	check_title(&library, "\uff0espfs", 0, ".spfs");
}

static void test_which_files_are_items(void **state)
{
	static const char *const no[] = { ".txt", "x", "x.TXT", "x.txt~", ".x.txt.swp", ".x.txt", "4913", "sedAbCdEf", "x.txt.bak" };

	(void) state;
	assert_true(view_name_is_item(&generic, "x.txt"));
	assert_true(view_name_is_item(&generic, " .txt"));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(view_name_is_item(&generic, no[i]));
	assert_true(view_name_is_item(&library, "x.docx"));
	assert_true(view_name_is_item(&library, ".gitignore"));
	assert_false(view_name_is_item(&library, "~$x.docx"));
	assert_false(view_name_is_item(&library, ""));
}

static void test_temporary_files_of_editors_and_desktops(void **state)
{
	static const char *const yes[] = {
		"x.txt~", "#x#", ".#x", ".x.swp", ".x.swx", "x.swo", "x.tmp", "lu123abc.tmp", ".x.kate-swp", "x.part",
		"x.crdownload", "~$x.docx", ".~lock.x.odt#", ".goutputstream-AB12CD", ".directory", ".hidden",
		".sh_thumbnails", ".Trash-1000", ".fuse_hidden000", ".DS_Store", "desktop.ini", "Thumbs.db",
		"x.txt.gawk.AbCdEf", ".x.txt.un~",
	};
	static const char *const maybe[] = { "4913", "sedAbCdEf", "XXAbCdEf", "tmpabc", ".x.txt.AbCdEf" };
	static const char *const no[] = { "x.txt", "x.docx", "sed.txt", "XX.pdf", "49131", ".gitignore", ".bashrc", "a~b" };

	(void) state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (!view_name_is_temporary(yes[i]))
			fail_msg("%s is temporary", yes[i]);
	for (size_t i = 0; i < sizeof(maybe) / sizeof(*maybe); i++)
		if (view_name_is_temporary(maybe[i]) || !view_name_may_be_temporary(maybe[i]))
			fail_msg("%s may be temporary", maybe[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (view_name_is_temporary(no[i]) || view_name_may_be_temporary(no[i]))
			fail_msg("%s is not temporary", no[i]);
}

/* ---- there and back, for all titles ---------------------------------------------------------- */

static const char *const pieces[] = {
	"a", "Z", "0", " ", ".", "/", "%", "%25", "2", "5", "E", "%E2", "%80", "%AE", "%E2%80%AE", "%EF%BC%8F", "%C2%9B",
	"\u202e", "\u2066", "\u200d", "\ufeff", "\xc2\x85", "\xc2\x9b", "\uff0f", "\uff0e", "\u240a", "\u2400", "\u2421", "\n",
	"\t", "\x01", "\x7f", "\u00e4", "\u65e5", "\U0001f600", "(", ")", "~", "\\", "%2", "%EF", "%BC", "%8E",
};

static void random_title(unsigned *seed, char out[200])
{
	int n = rand_r(seed) % 12;

	*out = '\0';
	while (n-- > 0) {
		const char *p = pieces[(size_t) rand_r(seed) % (sizeof(pieces) / sizeof(*pieces))];

		snprintf(out + strlen(out), 200 - strlen(out), "%s", p);
	}
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void test_names_of_random_titles_lead_back_to_them(void **state)
{
	static char *pairs[TITLES];
	unsigned seed = 20261122;

	(void) state;
	for (int i = 0; i < TITLES; i++) {
		char title[200], name[VIEW_NAME_SIZE], back[VIEW_NAME_SIZE], *trimmed;

		random_title(&seed, title);
		trimmed = str_trim(title);
		make(&generic, trimmed, 7, false, name);
		assert_null(strchr(name, '/'));
		assert_true(*name != '.' && strlen(name) <= VIEW_NAME_MAX && str_utf8_valid(name, strlen(name)));
		for (const char *p = name; *p; p++)
			assert_true((unsigned char) *p >= 0x20 && *p != 0x7f);
		assert_int_equal(view_name_title(&generic, name, 0, back), 0);
		if (!str_eq(back, *trimmed ? trimmed : "(no title)"))
			fail_msg("\"%s\" became \"%s\" and \"%s\"", trimmed, name, back);
		pairs[i] = str_printf("%s\t%s", name, trimmed);
		assert_non_null(pairs[i]);
	}
	/* two titles never share a name */
	qsort(pairs, TITLES, sizeof(*pairs), compare_lines);
	for (int i = 1; i < TITLES; i++) {
		size_t n = strcspn(pairs[i], "\t") + 1;

		if (strncmp(pairs[i], pairs[i - 1], n) == 0 && !str_starts(pairs[i], "(no title)"))
			assert_string_equal(pairs[i], pairs[i - 1]);
	}
	for (int i = 0; i < TITLES; i++)
		free(pairs[i]);
}

static void test_names_of_random_documents_lead_back_to_them(void **state)
{
	unsigned seed = 7;

	(void) state;
	for (int i = 0; i < TITLES; i++) {
		char leaf[200], name[VIEW_NAME_SIZE], back[VIEW_NAME_SIZE];
		struct item it = ITEM_INIT;
		int r;

		random_title(&seed, leaf);
		for (char *p = leaf; *p; p++)
			*p = *p == '/' ? '_' : *p;
		if (!*leaf)
			continue;
		it.id = 12;
		assert_int_equal(str_set(&it.path, leaf), 0);
		r = view_name_make(&library, &it, i % 2, name);
		assert_true(r == 0 && !str_eq(name, ".") && !str_eq(name, "..") && *name);
		assert_int_equal(view_name_title(&library, name, 12, back), 0);
		if (!str_eq(back, leaf))
			fail_msg("\"%s\" became \"%s\" and \"%s\"", leaf, name, back);
		item_release(&it);
	}
}

/* ---- renames ------------------------------------------------------------------------------- */

static void check_change(const struct list *l, const char *name, const char *was, const char *title, const char *want)
{
	struct values v = VALUES_INIT, out = VALUES_INIT;

	assert_int_equal(values_set(&v, name, was), 0);
	assert_int_equal(view_name_change(l, &v, title, &out), 0);
	if (want)
		assert_string_equal(values_get(&out, name), want);
	else
		assert_int_equal(out.n, 0);
	values_release(&v);
	values_release(&out);
}

static void test_a_rename_sets_the_field_that_names_the_item(void **state)
{
	struct list l = { .template = 100 }, links = { .template = 103 }, posts = { .template = 108 };
	struct values out = VALUES_INIT;

	(void) state;
	assert_null(view_name_field(&l));
	add_field(&l, "Title", FIELD_TEXT, 0);
	add_field(&links, "URL", FIELD_URL, 0);
	add_field(&posts, "Title", FIELD_TEXT, 0);
	assert_string_equal(view_name_field(&l), "Title");
	assert_string_equal(view_name_field(&links), "URL");
	assert_null(view_name_field(&posts));
	check_change(&l, "Title", "A", "B", "B");
	check_change(&l, "Title", "A", "A", NULL);
	check_change(&links, "URL", "http://w/a,,b, Wiki", "The wiki, new", "http://w/a,,b, The wiki, new");
	check_change(&links, "URL", "http://w/a, Wiki", "Wiki", NULL);
	assert_int_equal(view_name_change(&links, &out, "x", &out), -EINVAL);
	assert_int_equal(view_name_change(&posts, &out, "x", &out), -EPERM);
	l.schema.f[0].flags = FIELD_READONLY;
	assert_null(view_name_field(&l));
	list_release(&l);
	list_release(&links);
	list_release(&posts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_title_is_a_name_with_the_extension),
		cmocka_unit_test(test_names_never_are_dot_names_or_paths),
		cmocka_unit_test(test_invisible_characters_are_shown),
		cmocka_unit_test(test_the_id_tells_equal_titles_apart),
		cmocka_unit_test(test_long_titles_are_cut_between_characters),
		cmocka_unit_test(test_a_cut_document_keeps_its_extension),
		cmocka_unit_test(test_reserved_names_must_carry_the_id),
		cmocka_unit_test(test_documents_have_the_servers_name),
		cmocka_unit_test(test_other_lists_have_other_stems),
		cmocka_unit_test(test_a_name_means_a_title),
		cmocka_unit_test(test_which_files_are_items),
		cmocka_unit_test(test_temporary_files_of_editors_and_desktops),
		cmocka_unit_test(test_names_of_random_titles_lead_back_to_them),
		cmocka_unit_test(test_names_of_random_documents_lead_back_to_them),
		cmocka_unit_test(test_a_rename_sets_the_field_that_names_the_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
