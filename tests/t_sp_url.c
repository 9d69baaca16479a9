/* sp/sp.h: addresses as people paste them, and which web they belong to. */
#include "t_sp_site.h"

static const struct {
	const char *url, *path, *webs, *list_id;
} cases[] = {
	{ "http://host/sites/team/Lists/Tasks/AllItems.aspx", "/sites/team/Lists/Tasks",
	  "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/Lists/Tasks", "/Lists/Tasks", "http://host", NULL },
	{ "https://Host:8443/sites/team/Lists/My%20Tasks/Active.aspx?View={1}&x#y", "/sites/team/Lists/My Tasks",
	  "https://host:8443/sites/team https://host:8443/sites https://host:8443", NULL },
	{ "http://host/sites/team/Shared%20Documents/Forms/AllItems.aspx", "/sites/team/Shared Documents",
	  "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/Shared Documents/", "/sites/team/Shared Documents",
	  "http://host/sites/team/Shared%20Documents http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/Lists/Tasks/AllItems.aspx?RootFolder=%2Fsites%2Fteam%2FLists%2FTasks%2FSub%20one&FolderCTID=0x01",
	  "/sites/team/Lists/Tasks/Sub one", "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/Docs/Forms/AllItems.aspx?RootFolder=%2Fsites%2Fteam%2FDocs%2FSub%2F&View=%7B1%7D", "/sites/team/Docs/Sub",
	  "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/Lists/Tasks/DispForm.aspx?ID=3&Source=http%3A%2F%2Fother%2F", "/sites/team/Lists/Tasks",
	  "http://host/sites/team http://host/sites http://host", NULL },
	{ "https://host/:f:/r/sites/team/Docs/Sub?csf=1&web=1", "/sites/team/Docs/Sub",
	  "https://host/sites/team/Docs/Sub https://host/sites/team/Docs https://host/sites/team https://host/sites https://host", NULL },
	{ "http://host/sites/team/SitePages/Home.aspx", "/sites/team", "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/default.aspx", "/sites/team", "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host", "", "http://host", NULL },
	{ "http://host/", "", "http://host", NULL },
	{ "http://host/default.aspx", "", "http://host", NULL },
	{ "http://host/sites/team", "/sites/team", "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/_layouts/15/start.aspx#/Lists/Tasks/AllItems.aspx?x=1", "/sites/team/Lists/Tasks",
	  "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/sites/team/_layouts/listedit.aspx?List=%7B0e1f2a3b%2D4c5d%2D4e6f%2D8a9b%2D0c1d2e3f4a5b%7D", "/sites/team",
	  "http://host/sites/team http://host/sites http://host", "{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}" },
	{ "http://host/sites/team/_vti_bin/Lists.asmx", "/sites/team", "http://host/sites/team http://host/sites http://host", NULL },
	{ "http://host/t\xc3\xa4m/Lists/X/a.aspx", "/t\xc3\xa4m/Lists/X", "http://host/t%C3%A4m http://host", NULL },
};

static void test_guesses(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(buf_release_p) struct buf webs = BUF_INIT(10000);
		struct sp_target t;

		assert_int_equal(sp_url_guess(cases[i].url, &t), 0);
		for (size_t k = 0; k < t.n; k++)
			buf_addf(&webs, "%s%s", k ? " " : "", t.webs[k]);
		if (!str_eq(buf_str(&webs), cases[i].webs) || !str_eq(t.path, cases[i].path))
			fail_msg("%s: %s | %s", cases[i].url, t.path, buf_str(&webs));
		assert_true(str_eq(t.list_id, cases[i].list_id));
		sp_target_release(&t);
	}
}

static void test_what_is_no_address(void **state)
{
	static const char *const bad[] = { "", "host/sites", "ftp://host/", "http://", "http://user:pw@host/", "http://host/%zz",
					   "file:///etc/passwd" };
	struct sp_target t;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(sp_url_guess(bad[i], &t), -EINVAL);
}

static void test_deep_addresses_have_a_ceiling(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(100000);
	struct sp_target t;

	(void) state;
	buf_adds(&b, "http://host");
	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "/a");
	assert_int_equal(sp_url_guess(buf_str(&b), &t), 0);
	assert_int_equal(t.n, 16);
	assert_string_equal(t.webs[15], "http://host");
	sp_target_release(&t);
}

static bool means(const char *url, const struct list *l)
{
	struct sp_target t;
	bool r;

	assert_int_equal(sp_url_guess(url, &t), 0);
	r = sp_target_is_list(&t, l);
	sp_target_release(&t);
	return r;
}

#define STR(s) ((char *) (uintptr_t) (s))

static void test_which_list_is_meant(void **state)
{
	/* As GetListCollection describes them: without a root folder. */
	const struct list tasks = { .id = STR("{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}"),
				    .view_url = STR("/sites/team/Lists/Tasks/AllItems.aspx") };
	const struct list docs = { .id = STR("{11111111-2222-3333-4444-555555555555}"),
				   .view_url = STR("/sites/team/Shared Documents/Forms/AllItems.aspx") };
	const struct list hidden = { .id = STR("{99999999-2222-3333-4444-555555555555}"), .view_url = STR("") };
	const struct list full = { .id = STR("{1}"), .root_folder = STR("/sites/team/Lists/Tasks") };

	(void) state;
	assert_true(means("http://host/sites/team/Lists/Tasks/AllItems.aspx", &tasks));
	assert_true(means("http://host/sites/TEAM/lists/tasks/Sub", &tasks));
	assert_true(means("http://host/sites/team/Lists/Tasks/My.aspx", &full));
	assert_false(means("http://host/sites/team/Lists/Tasks2/AllItems.aspx", &tasks));
	assert_false(means("http://host/sites/team", &tasks));
	assert_true(means("http://host/sites/team/Shared%20Documents/a/b", &docs));
	assert_false(means("http://host/sites/team/Shared%20Documents", &tasks));
	assert_false(means("http://host/", &hidden));
	assert_true(means("http://host/_layouts/listedit.aspx?List={99999999-2222-3333-4444-555555555555}", &hidden));
	assert_false(means("http://host/_layouts/listedit.aspx?List={99999999-2222-3333-4444-555555555555}", &tasks));
}

/* ---- asking ------------------------------------------------------------------------ */

static int count(void *arg, const struct list *l)
{
	(void) l;
	++*(int *) arg;
	return 0;
}

static enum remote_result find(struct site *t, const char *path, char **web, int *n, struct remote_fault *f)
{
	CLEANUP(str_free_p) char *url = str_printf("http://127.0.0.1:%d%s", t->server->port, path);
	struct sp_target target;
	enum remote_result r;

	assert_int_equal(sp_url_guess(url, &target), 0);
	r = sp_site_find(t->factory, &target, count, n, web, NULL, f);
	sp_target_release(&target);
	return r;
}

static void test_the_web_that_answers_is_found(void **state)
{
	struct site t = { 0 };
	CLEANUP(str_free_p) char *web = NULL;
	struct remote_fault f = { 0 };
	int n = 0;

	(void) state;
	site_says(&t, "HTTP/1.1 404 None\r\n", strdup(""));
	site_says(&t, XML_HEAD, file_text(DATA "collection.xml"));
	site_open(&t);
	assert_int_equal(find(&t, "/sites/team/Shared%20Documents", &web, &n, &f), REMOTE_OK);
	assert_int_equal(t.server->requests, 2);
	assert_string_equal(web, t.url);
	assert_int_equal(n, 3);
	site_close(&t);
}

/* SharePoint answers below a web as if the web had been asked: it says itself where it is. */
static void test_the_server_says_where_the_web_is(void **state)
{
	struct site t = { 0 };
	CLEANUP(str_free_p) char *web = NULL;
	struct remote_fault f = { 0 };
	int n = 0;

	(void) state;
	site_of(&t, "collection.xml", NULL);
	assert_int_equal(find(&t, "/sites/team/Shared%20Documents", &web, &n, &f), REMOTE_OK);
	assert_int_equal(t.server->requests, 1);
	assert_string_equal(web, t.url);
	str_free_p(&web);

	/* But not somewhere else, behind a proxy that calls things differently. */
	assert_int_equal(find(&t, "/other/place", &web, &n, &f), REMOTE_OK);
	assert_true(str_ends(web, "/other/place"));
	site_close(&t);
}

static void test_asking_stops_where_it_is_no_use(void **state)
{
	static const struct {
		const char *head;
		enum remote_result want;
		int requests;
	} stops[] = {
		{ "HTTP/1.1 401 Who\r\nWWW-Authenticate: NTLM\r\n", REMOTE_AUTH, 1 },
		{ "HTTP/1.1 503 Busy\r\n", REMOTE_SITE_BAD, 1 },
		{ "HTTP/1.1 404 None\r\n", REMOTE_SITE_BAD, 3 },
		{ NULL, REMOTE_SITE_BAD, 1 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++) {
		struct site t = { 0 };
		struct remote_fault f = { 0 };
		char *web = NULL;
		int n = 0;

		site_says(&t, stops[i].head, strdup(""));
		site_open(&t);
		assert_int_equal(find(&t, "/sites/team", &web, &n, &f), stops[i].want);
		assert_true(f.err.text[0]);
		assert_null(web);
		/* A connection that breaks is tried once more by curl: asking for lists may be repeated. */
		assert_in_range(t.server->requests, stops[i].requests, stops[i].requests + !stops[i].head);
		site_close(&t);
	}
}

static void test_an_account_that_lacks_something(void **state)
{
	struct site t = { 0 };
	struct remote_fault f = { 0 };
	char *web = NULL;
	int n = 0;

	(void) state;
	site_of(&t, "collection.xml", NULL);
	t.account = (struct net_account) { .auth = NET_AUTH_BASIC, .user = STR("ann") };
	assert_int_equal(find(&t, "/sites/team", &web, &n, &f), REMOTE_AUTH);
	assert_non_null(strstr(f.err.text, "spfs login"));
	assert_int_equal(t.server->requests, 0);
	site_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guesses),
		cmocka_unit_test(test_what_is_no_address),
		cmocka_unit_test(test_deep_addresses_have_a_ceiling),
		cmocka_unit_test(test_which_list_is_meant),
		cmocka_unit_test(test_the_web_that_answers_is_found),
		cmocka_unit_test(test_the_server_says_where_the_web_is),
		cmocka_unit_test(test_asking_stops_where_it_is_no_use),
		cmocka_unit_test(test_an_account_that_lacks_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
