#include "t_sp_site.h"

/* Servers that are older than GetListItemChangesSinceToken. */

#define OLD_HEAD "HTTP/1.1 500 Error\r\nContent-Type: text/xml\r\nMicrosoftSharePointTeamServices: 6.0.2.8117\r\n"
#define ANSWER(op, inner)                                                                                      \
	"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body><" op               \
	"Response xmlns='http://schemas.microsoft.com/sharepoint/soap/'><" op "Result><listitems "              \
	"xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema' " inner "</listitems></" op        \
	"Result></" op "Response></soap:Body></soap:Envelope>"
#define ROW(id, title) "<z:row ows_ID='" id "' ows_owshiddenversion='2' ows_Title='" title "'/>"
#define FIRST_SET "<rs:data ItemCount='2'>" ROW("3", "Three") ROW("5", "Five") "</rs:data>"
#define ID_SET "<rs:data ItemCount='3'><z:row ows_ID='1'/><z:row ows_ID='3'/><z:row ows_ID='5'/></rs:data>"

static char *old_list(void)
{
	char *text = file_text(DATA "getlist.xml"), *version = strstr(text, "15.0.4420.1017");

	assert_non_null(version);
	memcpy(version, "6.0.2.8117    ", 14);
	return text;
}

static void release(struct site *t, struct heard *h, struct remote_page *p)
{
	remote_page_release(p);
	heard_release(h);
	site_close(t);
}

/* The first answer tells what server it is. */
static void test_the_first_pull_of_an_old_server(void **state)
{
	struct remote_page p = { 0 };
	struct heard h = HEARD_INIT;
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_says(&t, OLD_HEAD, file_text(DATA "fault-bare.xml"));
	site_says(&t, XML_HEAD, old_list());
	site_says(&t, XML_HEAD, strdup(ANSWER("GetListItemChanges", "TimeStamp='2008-02-08T18:18:18Z'>" FIRST_SET ID_SET)));
	site_open(&t);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_OK);
	assert_int_equal(h.lists, 1);
	assert_int_equal(h.rows, 2);
	assert_non_null(strstr(buf_str(&h.log), "row 3 v2 Three\nrow 5 v2 Five\nthere 1\nthere 3\nthere 5\n"));
	assert_true(p.complete);
	assert_int_equal(p.rows, 2);
	assert_null(p.position);
	/* from a little before: the server counts in seconds */
	assert_string_equal(p.token, "since 2008-02-08T18:18:16Z");
	assert_non_null(strstr(t.requests[2], "<GetListItemChanges "));
	assert_null(strstr(t.requests[2], "<since>"));
	release(&t, &h, &p);
}

/* The specification's own example has one rs:data only. */
static void test_ids_are_asked_for_when_they_do_not_come(void **state)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	struct remote_page p = { 0 };
	struct heard h = HEARD_INIT;
	struct remote_fault f = { 0 };
	struct site t = { 0 };

	(void) state;
	site_says(&t, XML_HEAD, old_list());
	site_says(&t, XML_HEAD, strdup(ANSWER("GetListItemChanges", "TimeStamp='2008-02-08T18:49:39Z'>" FIRST_SET)));
	site_says(&t, XML_HEAD, strdup(ANSWER("GetListItems", "><rs:data ItemCount='1' ListItemCollectionPositionNext="
								       "'Paged=TRUE&amp;p_ID=1'><z:row ows_ID='1'/></rs:data>")));
	site_says(&t, XML_HEAD, strdup(ANSWER("GetListItems", "><rs:data ItemCount='2'><z:row ows_ID='3'/><z:row ows_ID='5'/>"
							       "</rs:data>")));
	site_open(&t);
	assert_int_equal(t.remote->ops->get_list(t.remote, "x", &l, NULL, &f), REMOTE_OK);
	assert_true(list_is_old(&l));
	t.server->requests = 0;
	free(t.requests[0]);
	assert_int_equal(site_pull(&t, "since 2008-02-08T18:18:16Z", &h, &p, &f), REMOTE_OK);
	assert_non_null(strstr(buf_str(&h.log), "there 1\nthere 3\nthere 5\n"));
	assert_non_null(strstr(t.requests[1], "<since>2008-02-08T18:18:16Z</since>"));
	assert_non_null(strstr(t.requests[3], "ListItemCollectionPositionNext=\"Paged=TRUE&amp;p_ID=1\""));
	assert_string_equal(p.token, "since 2008-02-08T18:49:37Z");
	/* a token of the server that stood here before */
	assert_int_equal(site_pull(&t, "1;3;x;1;2", &h, &p, &f), REMOTE_TOKEN_GONE);
	release(&t, &h, &p);
}

/* Nothing that is not whole passes for a list without items. */
static void test_half_an_answer_is_none(void **state)
{
	static const char *const bodies[] = {
		ANSWER("GetListItemChanges", ">" FIRST_SET ID_SET),
		ANSWER("GetListItemChanges", "TimeStamp='2008-02-08T18:18:18Z'>"),
		ANSWER("GetListItemChanges", "TimeStamp='yesterday'>" FIRST_SET ID_SET),
	};

	(void) state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct remote_page p = { 0 };
		struct heard h = HEARD_INIT;
		struct remote_fault f;
		struct site t = { 0 };

		site_says(&t, OLD_HEAD, file_text(DATA "fault-bare.xml"));
		site_says(&t, XML_HEAD, old_list());
		site_says(&t, XML_HEAD, strdup(bodies[i]));
		site_open(&t);
		assert_int_not_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_OK);
		release(&t, &h, &p);
	}
}

/* [MS-LISTSWS] notes 33 to 90: an old server's fault about a missing list has no code. */
static void test_a_list_that_is_gone_without_a_code(void **state)
{
	struct remote_page p = { 0 };
	struct heard h = HEARD_INIT;
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_says(&t, FAULT_HEAD, file_text(DATA "fault-nocode.xml"));
	site_says(&t, XML_HEAD, file_text(DATA "collection.xml"));
	site_open(&t);
	assert_int_equal(t.remote->ops->pull(t.remote,
					     &(struct remote_pull) { .list_id = "{00000000-0000-4000-8000-00000000000F}" },
					     &(struct remote_sink) { heard_restart, heard_list, heard_id, heard_row,
								     heard_present, &h },
					     &p, NULL, (f = (struct remote_fault) { 0 }, &f)),
			 REMOTE_LIST_GONE);
	release(&t, &h, &p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_pull_of_an_old_server),
		cmocka_unit_test(test_ids_are_asked_for_when_they_do_not_come),
		cmocka_unit_test(test_half_an_answer_is_none),
		cmocka_unit_test(test_a_list_that_is_gone_without_a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
