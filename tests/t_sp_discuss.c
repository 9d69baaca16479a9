/* New posts of discussions: [MS-OUTSPS] 3.1.4.2, [MS-LISTSWS] 3.1.4.2. */
#include "t_sp_site.h"

#include "discuss.h"

#define LIST "{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}"
#define SOAP_HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "                                     \
	"xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
#define SOAP_END "</soap:Body></soap:Envelope>"

static const char added[] =
	SOAP_HEAD "<AddDiscussionBoardItemResponse xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\">"
		  "<AddDiscussionBoardItemResult><listitems xmlns:rs=\"urn:schemas-microsoft-com:rowset\" "
		  "xmlns:z=\"#RowsetSchema\"><rs:data ItemCount=\"1\"><z:row ows_ID=\"41\" /></rs:data></listitems>"
		  "</AddDiscussionBoardItemResult></AddDiscussionBoardItemResponse>" SOAP_END;
static const char updated[] =
	SOAP_HEAD "<UpdateListItemsResponse xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\"><UpdateListItemsResult>"
		  "<Results><Result ID=\"1,Update\"><ErrorCode>0x00000000</ErrorCode><z:row ows_ID=\"41\" "
		  "ows_owshiddenversion=\"2\" xmlns:z=\"#RowsetSchema\" /></Result></Results></UpdateListItemsResult>"
		  "</UpdateListItemsResponse>" SOAP_END;

struct post {
	struct change c;
	struct schema s;
};

static void begin(struct post *p)
{
	struct field *f;

	*p = (struct post) { .c = CHANGE_INIT, .s = SCHEMA_INIT };
	p->c.op = CHANGE_NEW;
	assert_int_equal(str_set(&p->c.replication_id, "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}"), 0);
	assert_int_equal(str_set(&p->c.folder, "/sites/team/Lists/Board/A thread"), 0);
	assert_int_equal(values_set(&p->c.fields, "ThreadIndex", "0x01DB3800A1B2C3D4E5F60718293A4B5C6D7E8F900011"), 0);
	assert_int_equal(values_set(&p->c.fields, "Body", "<div>one</div>"), 0);
	assert_int_equal(values_set(&p->c.fields, "MetaInfo_vti_versionhistory", "abc:1"), 0);
	f = schema_add(&p->s);
	assert_int_equal(str_set(&f->name, "Body"), 0);
	f->type = FIELD_NOTE;
	f->flags = FIELD_RICHTEXT;
}

static void end(struct post *p)
{
	change_release(&p->c);
	schema_release(&p->s);
}

static enum remote_result push(struct site *t, struct post *p, size_t n, struct remote_outcome *o, struct remote_fault *f)
{
	const struct change *all[3] = { &p[0].c };

	for (size_t i = 1; i < n; i++)
		all[i] = &p[i].c;
	*f = (struct remote_fault) { 0 };
	return t->remote->ops->push(t->remote, LIST, &p->s, all, n, o, NULL, f);
}

static void message_has_what_servers_demand(void **state)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);
	struct post p;

	(void) state;
	begin(&p);
	assert_int_equal(values_set(&p.c.fields, "Title", "Plain title"), 0);
	discuss_write(&p.s, &p.c, &b);
	assert_string_equal(buf_str(&b),
			    "MIME-Version: 1.0\r\nMessage-ID: <aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee@spfs.invalid>\r\n"
			    "Thread-Index: Ads4AKGyw9Tl9gcYKTpLXG1+j5AAEQ==\r\nSubject: Plain title\r\n"
			    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
			    "PGRpdj5vbmU8L2Rpdj4=\r\n");
	end(&p);
}

/* Nothing of a title can become a header of its own. */
static void subject_is_one_header(void **state)
{
	static const char *const titles[] = { "a\r\nThread-Index: x", "K\u00e4se", " blank", "=?utf-8?B?eA==?=" };

	(void) state;
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);
		struct post p;
		const char *s;

		begin(&p);
		assert_int_equal(values_set(&p.c.fields, "Title", titles[i]), 0);
		discuss_write(&p.s, &p.c, &b);
		s = strstr(buf_str(&b), "Subject: ");
		assert_non_null(s);
		assert_true(str_starts(s, "Subject: =?utf-8?B?"));
		assert_null(strstr(buf_str(&b), "Thread-Index: x"));
		end(&p);
	}
}

/* MS-OUTSPS_R1087, R1089: the answer's ID gets what the message could not carry. */
static void what_the_message_cannot_say_follows(void **state)
{
	struct remote_outcome o[1];
	struct remote_fault f;
	struct site t = { 0 };
	struct post p;

	(void) state;
	begin(&p);
	site_says(&t, XML_HEAD, strdup(added));
	site_says(&t, XML_HEAD, strdup(updated));
	site_open(&t);
	assert_int_equal(push(&t, &p, 1, o, &f), REMOTE_OK);
	assert_int_equal(t.server->requests, 2);
	assert_non_null(strstr(t.requests[0], "<AddDiscussionBoardItem "));
	assert_non_null(strstr(t.requests[0], "<listName>" LIST "</listName><message>TUlNRS1WZXJzaW9uOiAxLjANCk1l"));
	assert_non_null(strstr(t.requests[1], "Cmd=\"Update\"><Field Name=\"ID\">41</Field>"));
	assert_non_null(strstr(t.requests[1], "Property=\"vti_versionhistory\">abc:1<"));
	assert_non_null(strstr(t.requests[1], "Property=\"ReplicationID\">{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}<"));
	assert_null(strstr(t.requests[1], "\"Body\""));
	assert_int_equal(o[0].result, REMOTE_OK);
	assert_int_equal(o[0].row.id, 41);
	remote_outcome_release(&o[0]);
	site_close(&t);
	end(&p);
}

/* The post is there, whatever becomes of the update: it is not posted again. */
static void update_that_fails_leaves_the_post(void **state)
{
	struct remote_outcome o[1];
	struct remote_fault f;
	struct site t = { 0 };
	struct post p;

	(void) state;
	begin(&p);
	site_says(&t, XML_HEAD, strdup(added));
	site_says(&t, NULL, NULL);
	site_open(&t);
	assert_int_equal(push(&t, &p, 1, o, &f), REMOTE_OK);
	assert_int_equal(o[0].result, REMOTE_OK);
	assert_false(o[0].has_row);
	remote_outcome_release(&o[0]);
	site_close(&t);
	end(&p);
}

/* MS-OUTSPS_R1090: one that is refused has failed, and the next one is tried. */
static void a_fault_is_of_that_post(void **state)
{
	struct remote_outcome o[2];
	struct remote_fault f;
	struct site t = { 0 };
	struct post p[2];

	(void) state;
	begin(&p[0]);
	begin(&p[1]);
	site_says(&t, FAULT_HEAD, file_text(DATA "fault-nocode.xml"));
	site_says(&t, XML_HEAD, strdup(added));
	site_says(&t, XML_HEAD, strdup(updated));
	site_open(&t);
	assert_int_equal(push(&t, p, 2, o, &f), REMOTE_OK);
	assert_int_equal(t.server->requests, 3);
	assert_int_equal(o[0].result, REMOTE_ITEM_BAD);
	assert_non_null(o[0].text);
	assert_int_equal(o[1].result, REMOTE_OK);
	assert_int_equal(o[1].row.id, 41);
	remote_outcome_release(&o[0]);
	remote_outcome_release(&o[1]);
	site_close(&t);
	end(&p[0]);
	end(&p[1]);
}

/* Nobody knows whether it arrived: that is for the next pull to say. */
static void lost_answer_is_lost(void **state)
{
	struct remote_outcome o[1];
	struct remote_fault f;
	struct site t = { 0 };
	struct post p;

	(void) state;
	begin(&p);
	site_says(&t, NULL, NULL);
	site_open(&t);
	assert_int_equal(push(&t, &p, 1, o, &f), REMOTE_LOST);
	site_close(&t);
	end(&p);
}

/* After a busy server's refusal nothing more is asked of it. */
static void the_rest_waits_for_a_busy_server(void **state)
{
	struct remote_outcome o[3];
	struct remote_fault f;
	struct site t = { 0 };
	struct post p[3];

	(void) state;
	for (int i = 0; i < 3; i++)
		begin(&p[i]);
	p[2].c.op = CHANGE_UPDATE;
	p[2].c.id = 7;
	site_says(&t, FAULT_HEAD, file_text(DATA "fault-nocode.xml"));
	site_says(&t, "HTTP/1.1 503 Busy\r\nRetry-After: 17\r\n", strdup(""));
	site_open(&t);
	assert_int_equal(push(&t, p, 3, o, &f), REMOTE_OK);
	assert_int_equal(t.server->requests, 2);
	assert_int_equal(o[0].result, REMOTE_ITEM_BAD);
	assert_int_equal(o[1].result, REMOTE_NOT_RUN);
	assert_int_equal(o[2].result, REMOTE_NOT_RUN);
	assert_int_equal(f.retry_after, 17);
	for (int i = 0; i < 3; i++) {
		remote_outcome_release(&o[i]);
		end(&p[i]);
	}
	site_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_has_what_servers_demand),
		cmocka_unit_test(subject_is_one_header),
		cmocka_unit_test(what_the_message_cannot_say_follows),
		cmocka_unit_test(update_that_fails_leaves_the_post),
		cmocka_unit_test(a_fault_is_of_that_post),
		cmocka_unit_test(lost_answer_is_lost),
		cmocka_unit_test(the_rest_waits_for_a_busy_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
