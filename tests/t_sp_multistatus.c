/* Answers to PROPFIND and partial failures, as good and as lax servers write them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "docs_path.h"
#include "multistatus.h"
#include "soap.h"
#include "xmltab.h"

static int on_entry(void *arg, const struct multistatus_entry *e)
{
	buf_addf(arg, "%s|%d|%s|%lld|%lld\n", e->path, e->status, e->etag ?: "-", (long long) e->size,
		 (long long) e->modified);
	return buf_error(arg);
}

/* Reads in portions of n bytes; what was reported is in out. */
static int read_in(const char *xml, size_t n, struct buf *out)
{
	CLEANUP(multistatus_free_p) struct multistatus *m = NULL;
	struct err err = { 0 };
	size_t len = strlen(xml);
	int r = multistatus_new(on_entry, out, &m);

	for (size_t at = 0; r == 0 && at < len; at += n)
		r = multistatus_feed(m, xml + at, len - at < n ? len - at : n, &err);
	return r ?: multistatus_end(m, &err);
}

static void check(const char *xml, const char *want)
{
	for (size_t n = 1; n < 4000; n *= 7) {
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(100000);

		assert_int_equal(read_in(xml, n, &out), 0);
		assert_string_equal(buf_str(&out), want);
	}
}

/* IIS writes DAV: as the prefix D or a, mod_dav as lp1 too: the namespace counts. */
static void test_namespaces_not_prefixes(void **state)
{
	(void) state;
	check("<?xml version=\"1.0\" encoding=\"utf-8\"?><a:multistatus xmlns:b=\"urn:uuid:c2f41010/\" xmlns:a=\"DAV:\">"
	      "<a:response><a:href>http://h/Docs/a.txt</a:href><a:propstat><a:status>HTTP/1.1 200 OK</a:status><a:prop>"
	      "<a:getcontentlength b:dt=\"int\">12</a:getcontentlength><a:getetag>\"{G},1\"</a:getetag>"
	      "<a:getlastmodified b:dt=\"dateTime.rfc1123\">Wed, 04 Oct 2006 10:00:00 GMT</a:getlastmodified>"
	      "</a:prop></a:propstat></a:response></a:multistatus>",
	      "Docs/a.txt|0|\"{G},1\"|12|1159956000\n");
	check("<multistatus xmlns=\"DAV:\"><response><href>/Docs/</href><propstat><prop><getetag/></prop>"
	      "<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>",
	      "Docs|0|-|-1|0\n");
	check("<D:multistatus xmlns:D=\"DAV:\" xmlns:o=\"other:\"><D:response><D:href>/a</D:href><D:propstat><D:prop>"
	      "<o:getetag>no</o:getetag><o:x><D:getetag>no</D:getetag></o:x></D:prop></D:propstat></D:response></D:multistatus>",
	      "a|0|-|-1|0\n");
}

static void check_href(const char *href, const char *want)
{
	CLEANUP(str_free_p) char *xml = str_printf("<multistatus xmlns=\"DAV:\"><response><href>%s</href>"
						   "</response></multistatus>", href);
	CLEANUP(str_free_p) char *line = str_printf("%s|0|-|-1|0\n", want);

	check(xml, line);
}

/* SharePoint does not encode its hrefs as RFC 3986 wants. */
static void test_lax_hrefs(void **state)
{
	(void) state;
	check_href("http://other:8080/sites/team/Shared%20Documents/a%23b.docx", "sites/team/Shared Documents/a#b.docx");
	check_href("/sites/team/Shared Documents/\xe5\xa4\xaa\xe9\x83\x8e.docx", "sites/team/Shared Documents/\xe5\xa4\xaa\xe9\x83\x8e.docx");
	check_href("  \n http://h/a%20b/  \n", "a b");
	check_href("/50%/a%2", "50%/a%2");
	check_href("/a%2520b+c", "a%20b+c"); /* once, and '+' is no blank */
	check_href("/caf\xc3\xa9 &amp; %F0%9F%98%80", "caf\xc3\xa9 & \xf0\x9f\x98\x80");
	check_href("/a%00b", "a%00b");
	check_href("/caf%E9", ""); /* Latin-1 */
	check_href("not a path", "");
	check_href("http://host-only", "");
	check_href("", "");
	check_href("/", "");
}

/* RFC 4918 9.1.2: what was not found has a propstat of its own. */
static void test_properties_that_were_not_found(void **state)
{
	(void) state;
	check("<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/a</D:href>"
	      "<D:propstat><D:prop><D:getetag>\"1\"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
	      "<D:propstat><D:prop><D:getcontentlength>7</D:getcontentlength><D:getetag>\"2\"</D:getetag></D:prop>"
	      "<D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>"
	      "<D:response><D:href>/b</D:href><D:href>/c</D:href><D:status>HTTP/1.1 423 Locked</D:status></D:response>"
	      "</D:multistatus>",
	      "a|0|\"1\"|-1|0\nb|423|-|-1|0\n");
}

static void test_values_that_cannot_be_read(void **state)
{
	(void) state;
	check("<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/a</D:href><D:propstat><D:prop>"
	      "<D:getcontentlength>many</D:getcontentlength><D:getlastmodified>yesterday</D:getlastmodified>"
	      "<D:getetag>  </D:getetag></D:prop></D:propstat><D:status>fine</D:status></D:response>"
	      "<D:response><D:href>/b</D:href><D:propstat><D:prop><D:getcontentlength>-5</D:getcontentlength>"
	      "<D:getlastmodified>2006-10-04T10:00:00Z</D:getlastmodified></D:prop></D:propstat></D:response></D:multistatus>",
	      "a|0|-|-1|0\nb|0|-|-1|1159956000\n");
}

static void check_refused(const char *xml, int error)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(100000);

	assert_int_equal(read_in(xml, 1000, &out), error);
}

/* X1: no document types, no other roots, nothing cut. */
static void test_hostile_and_broken_answers(void **state)
{
	CLEANUP(buf_release_p) struct buf deep = BUF_INIT(1000000);

	(void) state;
	check_refused("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><multistatus xmlns=\"DAV:\"/>", -EBADMSG);
	check_refused("<multistatus/>", -EBADMSG);
	check_refused("<html><body>Sign in</body></html>", -EBADMSG);
	check_refused("<multistatus xmlns=\"DAV:\"><response><href>/a</href></response>", -EILSEQ);
	check_refused("", -EILSEQ);
	buf_adds(&deep, "<multistatus xmlns=\"DAV:\"><response><href>/");
	for (int i = 0; i < 70000; i++)
		buf_addc(&deep, 'x');
	buf_adds(&deep, "</href></response></multistatus>");
	check_refused(buf_str(&deep), -EFBIG);
}

static int stop(void *arg, const struct multistatus_entry *e)
{
	(void) arg;
	(void) e;
	return -ENOSPC;
}

static void test_the_callback_ends_it(void **state)
{
	static const char xml[] = "<multistatus xmlns=\"DAV:\"><response><href>/a</href></response></multistatus>";
	CLEANUP(multistatus_free_p) struct multistatus *m = NULL;

	(void) state;
	assert_int_equal(multistatus_new(stop, NULL, &m), 0);
	assert_int_equal(multistatus_feed(m, xml, sizeof(xml) - 1, NULL) ?: multistatus_end(m, NULL), -ENOSPC);
}

/* Paths go out encoded once; what would mean another path does not go out at all. */
static void test_paths(void **state)
{
	static const struct {
		const char *path;
		const char *url; /* NULL: refused */
		const char *plain;
	} rows[] = {
		{ "sites/team/Shared Documents/a b.docx", "/sites/team/Shared%20Documents/a%20b.docx",
		  "/sites/team/Shared Documents/a b.docx" },
		{ "SITES/Team/x#y%20z?&+.txt", "/SITES/Team/x%23y%2520z%3F%26+.txt", "/SITES/Team/x%23y%2520z%3F%26+.txt" },
		{ "sites/team/a&b+c'd", "/sites/team/a%26b+c'd", "/sites/team/a&b+c'd" },
		{ "sites/team/e\xcc\x81\xe5\xa4\xaa\xf0\x9f\x98\x80", "/sites/team/e%CC%81%E5%A4%AA%F0%9F%98%80",
		  "/sites/team/e\xcc\x81\xe5\xa4\xaa\xf0\x9f\x98\x80" },
		{ "sites/team/../admin/x", NULL, NULL },
		{ "sites/team/./x", NULL, NULL },
		{ "sites/team//x", NULL, NULL },
		{ "/sites/team/x", NULL, NULL },
		{ "sites/team/x/", NULL, NULL },
		{ "sites/team", NULL, NULL },
		{ "sites/teamwork/x", NULL, NULL },
		{ "", NULL, NULL },
		{ "sites/team/a\nb", NULL, NULL },
		{ "sites/team/a\x7f", NULL, NULL },
	};
	const struct sp sp = { .origin = (char *) (uintptr_t) "http://h:81", .web = (char *) (uintptr_t) "sites/team" };

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(buf_release_p) struct buf url = BUF_INIT(1000);
		CLEANUP(buf_release_p) struct buf plain = BUF_INIT(1000);
		int r = docs_path_url(&sp, rows[i].path, &url);

		assert_int_equal(r, rows[i].url ? 0 : -EINVAL);
		if (!rows[i].url)
			continue;
		docs_path_plain(sp.origin, rows[i].path, &plain);
		assert_string_equal(buf_str(&url) + strlen("http://h:81"), rows[i].url);
		assert_string_equal(buf_str(&plain) + strlen("http://h:81"), rows[i].plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_namespaces_not_prefixes),
		cmocka_unit_test(test_lax_hrefs),
		cmocka_unit_test(test_properties_that_were_not_found),
		cmocka_unit_test(test_values_that_cannot_be_read),
		cmocka_unit_test(test_hostile_and_broken_answers),
		cmocka_unit_test(test_the_callback_ends_it),
		cmocka_unit_test(test_paths),
	};

	xml_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
