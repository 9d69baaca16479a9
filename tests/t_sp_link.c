/* sp/link.h: stssync links. The cases are MS-STSSYN's grammar, what SharePoint's script writes, and what others do. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "sp/link.h"
#include "sp/sp.h"

#define HEAD "stssync://sts/?ver=1.1&type=calendar&cmd=add-folder"
#define BASE "&base-url=https%3A%2F%2Fcontoso%2Esharepoint%2Ecom%2Fsites%2FPortal"
#define WEB "https://contoso.sharepoint.com/sites/Portal"
#define GUID_WIRE "&guid=%7B284250a1%2Df980%2D419d%2D9d77%2D373c14b37f7d%7D"
#define GUID_TEXT "{284250A1-F980-419D-9D77-373C14B37F7D}"

static const struct {
	const char *text, *base, *path, *guid, *site, *list;
} good[] = {
	/* as SharePoint writes them; list-url is escaped twice */
	{ HEAD BASE "&list-url=%2FLists%2FMaster%2520Calendar%2520Sync%2F" GUID_WIRE
	  "&site-name=Corporate%20Intranet&list-name=Master%20Calendar%20Sync",
	  WEB, "/sites/Portal/Lists/Master Calendar Sync", GUID_TEXT, "Corporate Intranet", "Master Calendar Sync" },
	{ HEAD BASE "&list-url=%2FLists%2FBiWeekly%2520Payroll%2F&guid=%7B9cd4bb9e%2Df405%2D40f8%2D9727%2D614ea89a15b1%7D"
	  "&site-name=A%20very%20long%20name%20o...&list-name=Bi%2DWeekly%20Payroll",
	  WEB, "/sites/Portal/Lists/BiWeekly Payroll", "{9CD4BB9E-F405-40F8-9727-614EA89A15B1}", "A very long name o...",
	  "Bi-Weekly Payroll" },
	/* escapes: & [ ] | \ ; a letter; letters in a row; two units */
	{ HEAD BASE "&list-url=%2FLists%2FX" GUID_WIRE "&site-name=a|%26b&list-name=x|%5B1|%5D|%7Cy|%5Cz", WEB, "/sites/Portal/Lists/X",
	  GUID_TEXT, "a&b", "x[1]|y\\z" },
	{ HEAD BASE "&list-url=%2FLists%2FX" GUID_WIRE "&site-name=Gr[00F600DF]e&list-name=[D83DDE00]", WEB, "/sites/Portal/Lists/X",
	  GUID_TEXT, "Größe", "\xf0\x9f\x98\x80" },
	{ HEAD BASE "&list-url=%2FLists%2FK[00F6]nig%2F" GUID_WIRE "&site-name=[4e2d]&list-name=", WEB, "/sites/Portal/Lists/König",
	  GUID_TEXT, "中", "" },
	/* a browser has escaped what is raw, and written lower case */
	{ HEAD BASE "&list-url=%2flists%2fx" GUID_WIRE "&site-name=Gr%5B00f600df%5De&list-name=%7C%5B1%7C%5D", WEB, "/sites/Portal/lists/x",
	  GUID_TEXT, "Größe", "[1]" },
	/* plus is a plus; UTF-8 that was only percent-encoded; a value may hold '=' */
	{ HEAD BASE "&list-url=%2FLists%2FX" GUID_WIRE "&site-name=a+b&list-name=Gr%C3%B6%C3%9Fe=x", WEB, "/sites/Portal/Lists/X", GUID_TEXT,
	  "a+b", "Größe=x" },
	/* any order and case, unknown parameters, empty ones, a fragment */
	{ "STSSYNC://STS/?LIST-NAME=b&&x-new=%zz&list-url=%2FLists%2FX" GUID_WIRE "&site-name=a&Cmd=Add-Folder&Type=CALENDAR" BASE
	  "&ver=1.12&flag#frag", WEB, "/sites/Portal/Lists/X", GUID_TEXT, "a", "b" },
	{ "stssync://sts?ver=1.1&type=tasks&cmd=add-folder" BASE GUID_WIRE, WEB, NULL, GUID_TEXT, "", "" },
	/* hand-written: nothing escaped, no guid, pages, slashes, whole addresses, a single-label host, a port */
	{ HEAD "&base-url=https://example.org/calendar&list-url=/Lists/Calendar/calendar.aspx&guid=&site-name=S&list-name=My Calendar",
	  "https://example.org/calendar", "/calendar/Lists/Calendar", NULL, "S", "My Calendar" },
	{ HEAD "&base-url=http://intranet:8080/&list-url=Lists/Calendar/", "http://intranet:8080", "/Lists/Calendar", NULL, "", "" },
	{ HEAD "&base-url=http://intranet/default.aspx&list-url=/Docs//Forms/AllItems.aspx?View=1&guid=", "http://intranet", "/Docs", NULL, "",
	  "" },
	{ HEAD "&base-url=https://h/t&list-url=https%3A%2F%2Fh%2Ft%2FLists%2FX%2520Y", "https://h/t", "/t/Lists/X Y", NULL, "", "" },
	{ HEAD "&base-url=https://|%5B2001:db8::1|%5D/&list-url=/Lists/X", "https://[2001:db8::1]", "/Lists/X", NULL, "", "" },
	{ HEAD "&base-url=https://h/t%25C3%25A4m&list-url=/Lists/100%2525", "https://h/t%C3%A4m", "/täm/Lists/100%", NULL, "", "" },
	/* a braceless guid; only a page's name as list-url, with the guid to tell */
	{ HEAD "&base-url=https://h&guid=284250a1-f980-419d-9d77-373c14b37f7d&list-url=calendar.aspx", "https://h", NULL, GUID_TEXT, "", "" },
	/* names are shown, not used: they may hold anything */
	{ HEAD "&base-url=https://h&list-url=/Lists/X&list-name=%0Aa[202E]b&site-name=%3Cb%3E$(id)", "https://h", "/Lists/X", NULL,
	  "<b>$(id)", "\na\xe2\x80\xae" "b" },
};

static bool same(const char *got, const char *want, const char *what, const char *text)
{
	if (str_eq(got, want))
		return true;
	print_error("%s\n  %s: %s, not %s\n", text, what, got ? got : "NULL", want ? want : "NULL");
	return false;
}

static void links_are_read(void **state)
{
	bool fine = true;

	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT;
		struct err err = { 0 };
		const char *t = good[i].text;
		int r = sp_link_parse(t, &l, &err);

		if (r < 0) {
			print_error("%s\n  %s\n", t, err.text);
			fine = false;
			continue;
		}
		fine &= same(l.base_url, good[i].base, "base", t) & same(l.list_path, good[i].path, "list", t) &
			same(l.guid, good[i].guid, "guid", t) & same(l.site_name, good[i].site, "site", t) &
			same(l.list_name, good[i].list, "name", t);
	}
	assert_true(fine);
}

static void optional_parameters_are_read(void **state)
{
	CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT;
	struct err err = { 0 };

	(void) state;
	assert_int_equal(sp_link_parse("stssync://sts/?ver=1.0&type=Documents&cmd=add-folder&base-url=https://h&list-url=/D"
				       "&user-id=7&folder-url=%2FD%2FSub&folder-id=12", &l, &err), 0);
	assert_true(l.read_only);
	assert_int_equal(l.type, SP_LINK_DOCUMENTS);
	assert_int_equal(l.user_id, 7);
	assert_int_equal(l.folder_id, 12);
	assert_string_equal(l.folder, "/D/Sub");
}

/* ---- what is refused ---------------------------------------------------------------------- */

#define REST "&base-url=https://h&list-url=/Lists/X"
#define IN_NAME(x) HEAD REST "&list-name=" x

static const struct {
	const char *text, *why; /* a word of the message */
} bad[] = {
	{ "", "stssync" }, { "http://sts/?ver=1.1", "stssync" }, { "stssync:", "stssync" }, { "stssync://evil/?ver=1.1", "stssync" },
	{ "stssync://sts/", "stssync" }, { "stssync://sts/?", "ver" },
	/* required */
	{ "stssync://sts/?type=tasks&cmd=add-folder" REST, "ver" }, { "stssync://sts/?ver=1.1&cmd=add-folder" REST, "type" },
	{ "stssync://sts/?ver=1.1&type=tasks" REST, "cmd" }, { HEAD "&list-url=/Lists/X", "base-url" }, { HEAD "&base-url=https://h", "list-url" },
	{ HEAD "&base-url=https://h&guid=&list-url=%2F", "list-url" }, { HEAD "&base-url=https://h&list-url=/default.aspx", "list-url" },
	/* words */
	{ "stssync://sts/?ver=2.0&type=tasks&cmd=add-folder" REST, "ver" }, { "stssync://sts/?ver=1&type=tasks&cmd=add-folder" REST, "ver" },
	{ "stssync://sts/?ver=01.1&type=tasks&cmd=add-folder" REST, "ver" }, { "stssync://sts/?ver=1.01&type=tasks&cmd=add-folder" REST, "ver" },
	{ "stssync://sts/?ver=1.123&type=tasks&cmd=add-folder" REST, "ver" }, { "stssync://sts/?ver=1.1x&type=tasks&cmd=add-folder" REST, "ver" },
	{ "stssync://sts/?ver=.1&type=tasks&cmd=add-folder" REST, "ver" }, { "stssync://sts/?ver=1.&type=tasks&cmd=add-folder" REST, "ver" },
	{ "stssync://sts/?ver=1.1&type=links&cmd=add-folder" REST, "type" }, { "stssync://sts/?ver=1.1&type=tasks&cmd=remove-folder" REST, "cmd" },
	/* twice */
	{ HEAD REST "&base-url=https://evil", "base-url" }, { HEAD REST "&guid=&guid=", "guid" }, { HEAD REST "&VER=1.1", "ver" },
	/* escapes */
	{ IN_NAME("%00"), "list-name" }, { IN_NAME("%4"), "list-name" }, { IN_NAME("%zz"), "list-name" }, { IN_NAME("a|"), "list-name" },
	{ IN_NAME("%FF"), "list-name" }, { IN_NAME("[00F"), "list-name" }, { IN_NAME("[00F6"), "list-name" }, { IN_NAME("[00F]"), "list-name" },
	{ IN_NAME("[00F6F]"), "list-name" }, { IN_NAME("[00G6]"), "list-name" }, { IN_NAME("[0000]"), "list-name" },
	{ IN_NAME("[D83D]"), "list-name" }, { IN_NAME("[D83D0041]"), "list-name" }, { IN_NAME("[DE00D83D]"), "list-name" },
	/* the server */
	{ HEAD "&list-url=/X&base-url=ftp://h", "base-url" }, { HEAD "&list-url=/X&base-url=file:///etc", "base-url" },
	{ HEAD "&list-url=/X&base-url=//h", "base-url" }, { HEAD "&list-url=/X&base-url=javascript:alert(1)", "base-url" },
	{ HEAD "&list-url=/X&base-url=https://", "base-url" }, { HEAD "&list-url=/X&base-url=https://good%40evil", "base-url" },
	{ HEAD "&list-url=/X&base-url=https://user:pw@h", "base-url" }, { HEAD "&list-url=/X&base-url=https://h:99999", "base-url" },
	{ HEAD "&list-url=/X&base-url=https://g|%5Ch", "base-url" }, { HEAD "&list-url=/X&base-url=https://p[0430]ypal.com", "base-url" },
	{ HEAD "&list-url=/X&base-url=https://h%250A", "base-url" }, { HEAD "&list-url=/X&base-url=https://h%20x", "base-url" },
	{ HEAD "&list-url=/X&base-url=https://[2001:db8::1]", "base-url" },
	{ HEAD "&list-url=/X&base-url=https://-o%3Dx;id", "base-url" }, { HEAD "&list-url=/X&base-url=https://h%0A.evil", "base-url" },
	/* paths that lead away, at any level of escaping */
	{ HEAD "&base-url=https://h/a/..&list-url=/X", "base-url" }, { HEAD "&base-url=https://h/%252e%252e/a&list-url=/X", "base-url" },
	{ HEAD "&base-url=https://h/a%0Ab&list-url=/X", "base-url" }, { HEAD "&base-url=https://h/[202E]&list-url=/X", "base-url" },
	{ HEAD "&base-url=https://h/a&list-url=/../X", "list-url" }, { HEAD "&base-url=https://h/a&list-url=..", "list-url" },
	{ HEAD "&base-url=https://h/a&list-url=/%252E%252e/X", "list-url" }, { HEAD "&base-url=https://h/a&list-url=/./X", "list-url" },
	{ HEAD "&base-url=https://h/a&list-url=/X%250AY", "list-url" }, { HEAD "&base-url=https://h/a&list-url=/X%2500", "list-url" },
	{ HEAD "&base-url=https://h/a&list-url=/X|%5CY", "list-url" }, { HEAD "&base-url=https://h/a&list-url=/X[202E]", "list-url" },
	{ HEAD "&base-url=https://h/a&list-url=https://evil/a/X", "list-url" }, { HEAD "&base-url=https://h/a&list-url=https://h/ab/X", "list-url" },
	{ HEAD "&base-url=https://h/a&list-url=http://h/a/X", "list-url" }, { HEAD "&base-url=https://h/a&list-url=/100%25", "list-url" },
	/* numbers and ids */
	{ HEAD REST "&guid=%7B1234%7D", "guid" }, { HEAD REST "&guid=../../etc", "guid" }, { HEAD REST "&user-id=0", "user-id" },
	{ HEAD REST "&user-id=-1", "user-id" }, { HEAD REST "&folder-id=99999999999", "folder-id" }, { HEAD REST "&folder-id=x", "folder-id" },
	/* raw control characters */
	{ HEAD REST "&list-name=a\nb", "control" }, { HEAD REST "&list-name=a\x7f", "control" }, { "stssync://sts/?\r\n", "control" },
};

static void what_is_broken_or_leads_away_is_refused(void **state)
{
	bool fine = true;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct sp_link l = SP_LINK_INIT;
		struct err err = { 0 };
		int r = sp_link_parse(bad[i].text, &l, &err);

		if (r == -EINVAL && strstr(err.text, bad[i].why) && !l.base_url)
			continue;
		print_error("%s\n  %d %s\n", bad[i].text, r, err.text);
		fine = false;
		sp_link_release(&l);
	}
	assert_true(fine);
}

static void its_text_is_not_in_the_message(void **state)
{
	struct sp_link l = SP_LINK_INIT;
	struct err err = { 0 };

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(sp_link_parse(bad[i].text, &l, &err), -EINVAL);
		assert_null(strstr(err.text, "evil"));
		for (const char *s = err.text; *s; s++)
			assert_true(*s >= ' ' && *s < 0x7f);
	}
}

static void links_have_a_ceiling(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(100000);
	CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT;
	struct err err = { 0 };

	(void) state;
	buf_adds(&b, HEAD REST "&list-name=");
	while (b.len < SP_LINK_MAX)
		buf_addc(&b, 'a');
	assert_int_equal(sp_link_parse(buf_str(&b), &l, &err), 0);
	buf_addc(&b, 'a');
	assert_int_equal(sp_link_parse(buf_str(&b), &l, &err), -EINVAL);
	assert_non_null(strstr(err.text, "8192"));
}

static void only_links_are_taken_for_links(void **state)
{
	(void) state;
	assert_true(sp_link_is("stssync://sts/?"));
	assert_true(sp_link_is("StsSync:x"));
	assert_false(sp_link_is("https://host/stssync:"));
	assert_false(sp_link_is(""));
}

/* ---- writing -------------------------------------------------------------------------------- */

static void assert_same(const struct sp_link *a, const struct sp_link *b)
{
	assert_int_equal(a->type, b->type);
	assert_string_equal(a->base_url, b->base_url);
	assert_true(str_eq(a->list_path, b->list_path));
	assert_true(str_eq(a->guid, b->guid));
	assert_string_equal(a->site_name, b->site_name);
	assert_string_equal(a->list_name, b->list_name);
	assert_true(str_eq(a->folder, b->folder));
	assert_true(a->folder_id == b->folder_id && a->user_id == b->user_id && a->read_only == b->read_only);
}

static void what_is_written_reads_back_the_same(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(100000);
		CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT, again = SP_LINK_INIT;
		struct err err = { 0 };

		if (sp_link_parse(good[i].text, &l, &err) < 0)
			continue;
		assert_int_equal(sp_link_print(&l, &text), 0);
		assert_int_equal(sp_link_parse(buf_str(&text), &again, &err), 0);
		assert_same(&l, &again);
	}
}

/* Words of what needs escaping, in every order that the seed brings. */
static char *some_text(unsigned *seed, const char *const words[], size_t n)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(10000);

	for (int i = rand_r(seed) % 6; i >= 0; i--)
		buf_adds(&b, words[(size_t) rand_r(seed) % n]);
	return buf_take(&b);
}

static void any_values_read_back_the_same(void **state)
{
	static const char *const in_names[] = { "a", "&", "[", "]", "|", "\\", "ö", "中", "\xf0\x9f\x98\x80", "%41", "+", "\n", "=", " ", "..." };
	static const char *const in_paths[] = { "a", "&", "[x]", "|", "ö", "%41", "+", "=", " ", "#", "?", "'", "x/b" };
	unsigned seed = 1;

	(void) state;
	for (int i = 0; i < 2000; i++) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(100000);
		CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT, again = SP_LINK_INIT;
		CLEANUP(str_free_p) char *path = some_text(&seed, in_paths, sizeof(in_paths) / sizeof(*in_paths));
		struct err err = { 0 };

		l = (struct sp_link) {
			.type = (enum sp_link_type) (rand_r(&seed) % SP_LINK_TYPE_COUNT),
			.base_url = strdup(i % 2 ? "https://host:8443/sites/t%C3%A4m" : "http://host"),
			.list_path = str_printf("%s/Lists/%s", i % 2 ? "/sites/täm" : "", path),
			.guid = i % 3 ? strdup(GUID_TEXT) : NULL,
			.site_name = some_text(&seed, in_names, sizeof(in_names) / sizeof(*in_names)),
			.list_name = some_text(&seed, in_names, sizeof(in_names) / sizeof(*in_names)),
			.folder_id = i % 5,
		};
		assert_int_equal(sp_link_print(&l, &text), 0);
		if (sp_link_parse(buf_str(&text), &again, &err) < 0)
			fail_msg("%s: %s", buf_str(&text), err.text);
		assert_same(&l, &again);
	}
}

/* Character for character what the specification's grammar allows, in the order that SharePoint writes. */
static void links_are_written_as_sharepoint_does(void **state)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(100000);
	struct sp_link l = SP_LINK_INIT;
	struct err err = { 0 };
	const char *want = HEAD BASE "&list-url=%2FLists%2FMaster%2520Calendar%2520Sync%2F"
			   "&guid=%7B284250A1%2DF980%2D419D%2D9D77%2D373C14B37F7D%7D&site-name=Gr[00F600DF]e|%26|%5Bx|%5D&list-name=a|%5Cb|%7Cc";

	(void) state;
	assert_int_equal(sp_link_parse(want, &l, &err), 0);
	assert_int_equal(sp_link_print(&l, &text), 0);
	assert_string_equal(buf_str(&text), want);
	sp_link_release(&l);
}

static void long_names_are_cut_as_sharepoint_cuts_them(void **state)
{
	CLEANUP(sp_link_release_p) struct sp_link l = { .site_name = strdup("123456789012345678ö"), .list_name = strdup("123456789012345678ö!") };

	(void) state;
	assert_int_equal(sp_link_shorten(&l), 0);
	assert_string_equal(l.site_name, "123456789012345678ö");
	assert_string_equal(l.list_name, "123456789012345678ö...");
}

static void the_address_leads_to_the_list(void **state)
{
	CLEANUP(sp_link_release_p) struct sp_link l = SP_LINK_INIT;
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(1000);
	struct err err = { 0 };
	struct sp_target t;

	(void) state;
	assert_int_equal(sp_link_parse(HEAD "&base-url=https://h/t[00E4]m&list-url=/Lists/A%2520b%2523", &l, &err), 0);
	assert_int_equal(sp_link_list_url(&l, &url), 0);
	assert_string_equal(buf_str(&url), "https://h/t%C3%A4m/Lists/A%20b%23");
	assert_int_equal(sp_url_guess(buf_str(&url), &t), 0);
	assert_string_equal(t.path, l.list_path);
	assert_string_equal(t.webs[0], l.base_url);
	sp_target_release(&t);
}

static void kinds_have_the_words_of_the_specification(void **state)
{
	static const struct {
		int template;
		bool library;
		const char *word;
	} cases[] = {
		{ 105, false, "contacts" }, { 106, false, "calendar" }, { 107, false, "tasks" }, { 150, false, "tasks" }, { 171, false, "tasks" },
		{ 108, false, "discussions" }, { 101, true, "documents" }, { 109, true, "documents" }, { 850, true, "documents" },
		{ 104, false, NULL }, { 100, false, NULL },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum sp_link_type type = SP_LINK_TASKS;

		assert_int_equal(sp_link_type_of(cases[i].template, cases[i].library, &type), cases[i].word ? 0 : -ENOENT);
		if (cases[i].word)
			assert_string_equal(sp_link_type_name(type), cases[i].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_read),
		cmocka_unit_test(optional_parameters_are_read),
		cmocka_unit_test(what_is_broken_or_leads_away_is_refused),
		cmocka_unit_test(its_text_is_not_in_the_message),
		cmocka_unit_test(links_have_a_ceiling),
		cmocka_unit_test(only_links_are_taken_for_links),
		cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(any_values_read_back_the_same),
		cmocka_unit_test(links_are_written_as_sharepoint_does),
		cmocka_unit_test(long_names_are_cut_as_sharepoint_cuts_them),
		cmocka_unit_test(the_address_leads_to_the_list),
		cmocka_unit_test(kinds_have_the_words_of_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
