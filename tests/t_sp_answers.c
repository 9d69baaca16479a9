/* What sp makes of answers: good ones, strange ones, and ones that are not SharePoint's. */
#include "t_sp_site.h"

#include "model/list.h"

/* ---- lists ----------------------------------------------------------------------------- */

struct seen {
	struct buf log;
	int n;
	int stop;
};

static int on_list(void *arg, const struct list *l)
{
	struct seen *s = arg;

	s->n++;
	buf_addf(&s->log, "%s|%s|%s|%s|%d|%d|%x|%s\n", l->id, l->title, l->web_url, l->view_url, l->template, l->base_type,
		 l->flags, l->root_folder ?: "-");
	return s->stop;
}

static void test_get_list_collection(void **state)
{
	struct site t = { 0 };
	struct seen s = { .log = BUF_INIT(10000) };
	struct remote_fault f = { 0 };

	(void) state;
	site_of(&t, "collection.xml", NULL);
	assert_int_equal(t.remote->ops->lists(t.remote, on_list, &s, NULL, &f), REMOTE_OK);
	assert_string_equal(buf_str(&s.log),
		"{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}|Tasks & Duties|/sites/team|/sites/team/Lists/Tasks/AllItems.aspx|107|0|12|-\n"
		"{11111111-2222-3333-4444-555555555555}|Shared Documents|/sites/team|/sites/team/Shared Documents/Forms/AllItems.aspx|101|1|24|-\n"
		"{99999999-2222-3333-4444-555555555555}|Workflow History|/sites/team||140|0|1|-\n");
	assert_int_equal(f.http_status, 200);

	s.stop = -ENOSPC;
	assert_int_equal(t.remote->ops->lists(t.remote, on_list, &s, NULL, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -ENOSPC);
	assert_int_equal(s.n, 4);
	buf_release(&s.log);
	site_close(&t);
}

static const struct field *field(const struct list *l, const char *name)
{
	const struct field *f = schema_find(&l->schema, name);

	assert_non_null(f);
	return f;
}

static void check_fields(const struct list *l)
{
	const struct field *status = field(l, "Status");

	assert_int_equal(l->schema.n, 11);
	assert_string_equal(field(l, "Title")->id, "{FA564E0F-0C70-4AB9-B863-0177E6DDD247}");
	assert_string_equal(field(l, "Title")->display, "Task Name");
	assert_int_equal(field(l, "Title")->flags, FIELD_REQUIRED);
	assert_int_equal(field(l, "Body")->flags, FIELD_RICHTEXT | FIELD_APPENDONLY);
	assert_int_equal(status->n_choices, 3);
	assert_string_equal(status->choices[2], "R & D");
	assert_string_equal(status->def, "Not Started");
	assert_int_equal(status->flags, FIELD_FILLIN);
	assert_int_equal(field(l, "PercentComplete")->flags, FIELD_PERCENTAGE);
	assert_int_equal(field(l, "DueDate")->flags, FIELD_DATEONLY);
	assert_int_equal(field(l, "AssignedTo")->type, FIELD_USERMULTI);
	/* Mult="TRUE" on a Lookup makes it one of several values. */
	assert_int_equal(field(l, "Predecessors")->type, FIELD_LOOKUPMULTI);
	assert_int_equal(field(l, "Predecessors")->flags, FIELD_NOT_IN_EDIT | FIELD_MULT);
	assert_string_equal(field(l, "Predecessors")->lookup_list, "{77777777-2222-3333-4444-555555555555}");
	assert_string_equal(field(l, "Predecessors")->show_field, "Title");
	/* MS-OUTSPS_R103: a type that is not known passes for text. */
	assert_int_equal(field(l, "Area_x0020_1")->type, FIELD_UNKNOWN);
	assert_string_equal(field(l, "Area_x0020_1")->display, "Area_x0020_1");
	assert_null(field(l, "Area_x0020_1")->id);
	assert_int_equal(field(l, "Editor")->type, FIELD_USER);
}

static void test_get_list(void **state)
{
	struct site t = { 0 };
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	struct remote_fault f = { 0 };

	(void) state;
	site_of(&t, "getlist.xml", NULL);
	assert_int_equal(t.remote->ops->get_list(t.remote, "Tasks", &l, NULL, &f), REMOTE_OK);
	assert_string_equal(l.id, "{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}");
	assert_string_equal(l.description, "What to do");
	assert_string_equal(l.root_folder, "/sites/team/Lists/Tasks");
	assert_int_equal(l.version, 7);
	assert_int_equal(l.item_count, 12);
	assert_int_equal(l.write_security, 1);
	assert_int_equal(l.max_throttled, 5000);
	assert_int_equal(l.flags, LIST_ATTACHMENTS | LIST_FOLDERS | LIST_MODERATED);
	assert_int_equal(l.bias, -60);
	assert_string_equal(l.server_version, "15.0.4420.1017");
	check_fields(&l);
	site_close(&t);
}

/* ---- pages of changes ------------------------------------------------------------------------ */

static void test_first_page(void **state)
{
	struct site t = { 0 };
	struct heard h = HEARD_INIT;
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;

	(void) state;
	site_of(&t, "pull-first.xml", NULL);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_OK);
	assert_string_equal(buf_str(&h.log), "list {0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B} Tasks 11\n"
					     "row 9 v4 Fix <the> &amp; projector\nrow 7 v1 Folder\n");
	assert_string_equal(p.token, "1;3;0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b;635453547053600000;387814");
	assert_string_equal(p.position, "Paged=TRUE&p_ID=7");
	assert_string_equal(p.perm_text, "ViewListItems, AddListItems, EditListItems");
	assert_string_equal(p.alternate_urls, "http://sharepoint.example/,https://sharepoint.example/");
	assert_int_equal(p.min_minutes, 2);
	assert_int_equal(p.recommended_seconds, 180);
	assert_int_equal(p.rows, 2);
	assert_false(p.more_changes);
	assert_true(h.last.folder);
	assert_string_equal(h.last.path, "sites/team/Lists/Tasks/Folder");
	heard_release(&h);
	site_close(&t);
}

static void test_rows_keep_their_values_as_sent(void **state)
{
	struct site t = { 0 };
	struct heard h = HEARD_INIT;
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;
	const struct item *i = &h.last;

	(void) state;
	site_of(&t, "pull-first.xml", NULL);
	h.stop_at = 1;
	/* A sink that cannot go on: its own error, and nothing of the page. */
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -ENOSPC);
	assert_null(p.token);
	assert_string_equal(values_get(&i->values, "Body"), "<div class=\"ExternalClass1\">one\ntwo&nbsp;</div>");
	assert_string_equal(values_get(&i->values, "AssignedTo"),
			    "5;#Ann Smith,#EXAMPLE\\ann,#ann@example.com,#,#Head;#7;#Bob,#i:0#.f|membership|bob@example.com,#,#,#");
	assert_string_equal(i->replication_id, "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}");
	assert_string_equal(i->unique_id, "{573C8003-CA9B-432C-8BF0-87307D405DB6}");
	assert_int_equal(i->perm, 0x1b03c4310ef);
	assert_int_equal(i->created, 1409645928);
	assert_false(i->folder);
	heard_release(&h);
	site_close(&t);
}

static void test_a_delta_reports_ids_before_rows(void **state)
{
	struct site t = { 0 };
	struct heard h = HEARD_INIT;
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;

	(void) state;
	site_of(&t, "pull-delta.xml", NULL);
	assert_int_equal(site_pull(&t, "1;3;x;2;1", &h, &p, &f), REMOTE_OK);
	/* 0: Delete and MoveAway, 1: Restore, 2: Rename, 3: SystemUpdate and what is not known. */
	assert_string_equal(buf_str(&h.log), "id 0 3\nid 0 4\nid 1 5\nid 2 6\nid 3 7\nid 3 8\nrow 5 v2 Back again\n");
	assert_true(p.more_changes);
	assert_null(p.position);
	assert_null(p.alternate_urls);
	heard_release(&h);
	site_close(&t);
}

static void test_tokens_that_are_gone(void **state)
{
	struct heard h = HEARD_INIT;
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_of(&t, "pull-invalid.xml", NULL);
	assert_int_equal(site_pull(&t, "1;3;x;2;1", &h, &p, &f), REMOTE_TOKEN_GONE);
	/* Nonsense without a token must not make a loop. */
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_SITE_BAD);
	site_close(&t);

	/* MS-LISTSWS_R664, R1878: a fault without an error code. */
	site_of(&t, "fault-nocode.xml", NULL);
	assert_int_equal(site_pull(&t, "garbage", &h, &p, &f), REMOTE_TOKEN_GONE);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_LIST_BAD);
	site_close(&t);

	/* The web server's own fault says nothing of the token. */
	site_of(&t, "fault-bare.xml", NULL);
	assert_int_equal(site_pull(&t, "1;3;x;2;1", &h, &p, &f), REMOTE_SITE_BAD);
	site_close(&t);
	heard_release(&h);
}

/* MS-LISTSWS_R268: a Restore without an id. */
static void test_a_restored_list_and_an_empty_one(void **state)
{
	struct heard h = HEARD_INIT;
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_of(&t, "pull-restored.xml", "pull-empty.xml");
	assert_int_equal(site_pull(&t, "1;3;x;2;1", &h, &p, &f), REMOTE_OK);
	assert_true(p.whole_restore);
	assert_int_equal(site_pull(&t, "1;3;x;2;1", &h, &p, &f), REMOTE_OK);
	assert_false(p.whole_restore);
	assert_int_equal(h.ids + h.rows + h.lists, 0);
	heard_release(&h);
	site_close(&t);
}

static void test_an_ill_formed_answer_is_mended(void **state)
{
	struct heard h = HEARD_INIT;
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_of(&t, "pull-illformed.xml", NULL);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_OK);
	assert_int_equal(h.restarts, 1);
	assert_string_equal(buf_str(&h.log), "row 1 v1 good\nrow 2 v1 abc\nrow 3 v1 good too\n");
	assert_int_equal(p.rows, 3);
	assert_string_equal(p.token, "1;3;x;2;9");
	heard_release(&h);
	site_close(&t);
}

/* Nothing from a reply that does not parse to its end counts, wherever it ends. */
static void test_a_cut_answer_is_no_answer(void **state)
{
	CLEANUP(str_free_p) char *whole = file_text(DATA "pull-delta.xml");
	struct heard h = HEARD_INIT;
	size_t n = strlen(whole);

	(void) state;
	while (n && whole[n - 1] == '\n')
		n--;
	for (size_t cut = 0; cut < n; cut += cut > n - 60 ? 1 : 37) {
		CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
		struct remote_fault f;
		struct site t = { 0 };

		site_says(&t, XML_HEAD, strndup(whole, cut));
		site_open(&t);
		assert_int_equal(site_pull(&t, "t", &h, &p, &f), REMOTE_SITE_BAD);
		assert_null(p.token);
		assert_true(f.err.text[0]);
		site_close(&t);
	}
	heard_release(&h);
}

/* ---- updates ------------------------------------------------------------------------------------ */

/* The changes are of items first_id, first_id + 1, ...; new ones have no ID. */
static enum remote_result push_from(struct site *t, const enum change_op *ops, int64_t first_id, const char *const *folders,
				    size_t n, struct remote_outcome *ret, struct remote_fault *f)
{
	struct change c[8] = { CHANGE_INIT };
	const struct change *p[8] = { NULL };
	enum remote_result r;

	for (size_t i = 0; i < n; i++) {
		c[i].op = ops[i];
		c[i].id = ops[i] == CHANGE_UPDATE || ops[i] == CHANGE_DELETE ? (int64_t) i + first_id : 0;
		c[i].version = 1;
		assert_int_equal(values_set(&c[i].fields, "Title", "x"), 0);
		assert_int_equal(str_set(&c[i].folder, folders ? folders[i] : NULL), 0);
		p[i] = &c[i];
	}
	*f = (struct remote_fault) { 0 };
	r = t->remote->ops->push(t->remote, "{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}", NULL, p, n, ret, NULL, f);
	for (size_t i = 0; i < n; i++)
		change_release(&c[i]);
	return r;
}

static enum remote_result push_ops(struct site *t, const enum change_op *ops, const char *const *folders, size_t n,
				   struct remote_outcome *ret, struct remote_fault *f)
{
	return push_from(t, ops, 4, folders, n, ret, f);
}

static void release_outcomes(struct remote_outcome *o, size_t n)
{
	for (size_t i = 0; i < n; i++)
		remote_outcome_release(&o[i]);
}

static const enum change_op seven[] = { CHANGE_NEW,    CHANGE_UPDATE, CHANGE_DELETE, CHANGE_DELETE,
					CHANGE_UPDATE, CHANGE_UPDATE, CHANGE_UPDATE };

static void test_each_change_has_its_own_fate(void **state)
{
	struct remote_outcome o[7];
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_of(&t, "update.xml", NULL);
	assert_int_equal(push_ops(&t, seven, NULL, 7, o, &f), REMOTE_OK);
	assert_int_equal(o[0].result, REMOTE_OK);
	assert_true(o[0].has_row);
	assert_int_equal(o[0].row.id, 21);
	assert_string_equal(o[0].row.replication_id, "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}");
	assert_null(o[0].text);
	/* MS-LISTSWS_R953; the row's version counts, not the Version attribute. */
	assert_int_equal(o[1].result, REMOTE_CONFLICT);
	assert_int_equal(o[1].row.version, 3);
	assert_int_equal(o[1].server_code, 0x81020015);
	assert_string_equal(o[1].text, "Save Conflict Your changes conflict with those made concurrently by another user.");
	assert_int_equal(o[2].result, REMOTE_OK);
	assert_false(o[2].has_row);
	/* R975 */
	assert_int_equal(o[3].result, REMOTE_ITEM_GONE);
	assert_non_null(o[3].text);
	assert_int_equal(o[4].result, REMOTE_ITEM_BAD);
	assert_false(o[4].has_row);
	/* R961 */
	assert_int_equal(o[5].result, REMOTE_NOT_RUN);
	assert_int_equal(o[6].result, REMOTE_ITEM_BAD);
	assert_int_equal(o[6].server_code, 0x8107090d);
	release_outcomes(o, 7);
	site_close(&t);
}

static void test_an_answer_that_leaves_changes_out_is_lost(void **state)
{
	struct remote_outcome o[3];
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_of(&t, "update-two.xml", NULL);
	assert_int_equal(push_ops(&t, seven, NULL, 3, o, &f), REMOTE_LOST);
	assert_false(o[0].has_row);
	site_close(&t);
}

/* A gateway that is out of step answers with what belongs to another question. */
static void test_an_answer_about_other_changes_is_lost(void **state)
{
	static const enum change_op other[] = { CHANGE_NEW, CHANGE_NEW }, update[] = { CHANGE_NEW, CHANGE_UPDATE };
	struct remote_outcome o[3];
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	/* The second is an Update there. */
	site_of(&t, "update-both.xml", NULL);
	assert_int_equal(push_ops(&t, other, NULL, 2, o, &f), REMOTE_LOST);
	assert_false(o[0].has_row);
	site_close(&t);
	/* It is of item 7. */
	site_of(&t, "update-both.xml", NULL);
	assert_int_equal(push_from(&t, update, 7, NULL, 2, o, &f), REMOTE_LOST);
	assert_non_null(strstr(f.err.text, "other items"));
	site_close(&t);
	site_of(&t, "update-both.xml", NULL);
	assert_int_equal(push_from(&t, update, 6, NULL, 2, o, &f), REMOTE_OK);
	release_outcomes(o, 2);
	site_close(&t);
}

static const enum change_op five[] = { CHANGE_NEW, CHANGE_NEW_FOLDER, CHANGE_NEW, CHANGE_UPDATE, CHANGE_NEW };
static const char *const folders[] = { "/sites/team/Lists/T/A", NULL, "sites/team/Lists/T/A", "/x", "/sites/team/Lists/T/A" };

/* RootFolder belongs to the batch (R2086): one request for each folder, outcomes in the caller's order. */
static void test_changes_of_several_folders_go_out_by_folder(void **state)
{
	struct remote_outcome o[5];
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_says(&t, XML_HEAD, file_text(DATA "update-two.xml"));
	site_says(&t, XML_HEAD, file_text(DATA "update-both.xml"));
	site_says(&t, XML_HEAD, file_text(DATA "update-one.xml"));
	site_open(&t);
	assert_int_equal(push_ops(&t, five, folders, 5, o, &f), REMOTE_OK);
	assert_int_equal(t.server->requests, 3);
	assert_non_null(strstr(t.requests[0], " RootFolder=\"/sites/team/Lists/T/A\">"));
	assert_null(strstr(t.requests[1], "RootFolder"));
	assert_non_null(strstr(t.requests[2], " RootFolder=\"/sites/team/Lists/T/A\">"));
	assert_int_equal(o[0].row.id, 31);
	assert_int_equal(o[4].row.id, 32);
	assert_int_equal(o[1].row.id, 31);
	assert_int_equal(o[3].row.id, 7);
	assert_int_equal(o[2].row.id, 41);
	release_outcomes(o, 5);
	site_close(&t);
}

static void test_a_later_folder_that_fails_was_not_run_or_is_lost(void **state)
{
	static const struct {
		const char *head;
		enum remote_result call, second;
	} cases[] = {
		{ "HTTP/1.1 503 Busy\r\nRetry-After: 17\r\n", REMOTE_OK, REMOTE_NOT_RUN },
		{ "HTTP/1.1 502 Bad Gateway\r\n", REMOTE_LOST, REMOTE_OK },
		{ NULL, REMOTE_LOST, REMOTE_OK },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct remote_outcome o[5];
		struct remote_fault f;
		struct site t = { 0 };

		site_says(&t, XML_HEAD, file_text(DATA "update-two.xml"));
		site_says(&t, cases[i].head, strdup(""));
		site_open(&t);
		assert_int_equal(push_ops(&t, five, folders, 5, o, &f), cases[i].call);
		if (cases[i].call == REMOTE_OK) {
			assert_int_equal(o[0].result, REMOTE_OK);
			assert_int_equal(o[4].row.id, 32);
			assert_int_equal(o[1].result, cases[i].second);
			assert_int_equal(o[2].result, cases[i].second);
			assert_int_equal(o[3].result, cases[i].second);
			assert_int_equal(f.retry_after, 17);
			release_outcomes(o, 5);
		}
		assert_int_equal(t.server->requests, 2);
		site_close(&t);
	}
}

static void test_a_request_that_is_too_big_was_not_run(void **state)
{
	struct remote_outcome o[2];
	struct remote_fault f;
	struct site t = { 0 };

	(void) state;
	site_says(&t, "HTTP/1.1 413 Too Large\r\nContent-Type: text/html\r\n", strdup("<html>big</html>"));
	site_open(&t);
	assert_int_equal(push_ops(&t, seven, NULL, 2, o, &f), REMOTE_OK);
	assert_int_equal(o[1].result, REMOTE_NOT_RUN);
	release_outcomes(o, 2);
	/* Alone there is nothing to divide. */
	assert_int_equal(push_ops(&t, seven, NULL, 1, o, &f), REMOTE_OK);
	assert_int_equal(o[0].result, REMOTE_ITEM_BAD);
	assert_non_null(strstr(o[0].text, "413"));
	release_outcomes(o, 1);
	site_close(&t);
}

/* ---- everything that is no answer ------------------------------------------------------------------- */

static const struct bad {
	const char *head, *file, *text;
	enum remote_result pull, push;
	const char *words;
} bad[] = {
	{ FAULT_HEAD, "fault-list.xml", NULL, REMOTE_LIST_GONE, REMOTE_LIST_GONE, "does not exist any more" },
	{ FAULT_HEAD, "fault-nocode.xml", NULL, REMOTE_LIST_BAD, REMOTE_LOST, "start of the current change log" },
	{ FAULT_HEAD, "fault-bare.xml", NULL, REMOTE_SITE_BAD, REMOTE_LOST, "SoapServerException" },
	{ "HTTP/1.1 500 Error\r\n", NULL, "", REMOTE_SITE_BAD, REMOTE_LOST, "failed" },
	{ "HTTP/1.1 500 Error\r\nContent-Type: text/html\r\n", "page.html", NULL, REMOTE_SITE_BAD, REMOTE_LOST, "failed" },
	{ "HTTP/1.1 504 Timeout\r\n", NULL, "", REMOTE_SITE_BAD, REMOTE_LOST, "failed" },
	{ "HTTP/1.1 503 Busy\r\n", NULL, "", REMOTE_SITE_BAD, REMOTE_SITE_BAD, "busy" },
	{ "HTTP/1.1 429 Slow\r\n", NULL, "", REMOTE_SITE_BAD, REMOTE_SITE_BAD, "429" },
	{ "HTTP/1.1 404 None\r\nContent-Type: text/html\r\n", "page.html", NULL, REMOTE_SITE_BAD, REMOTE_SITE_BAD, "404" },
	{ "HTTP/1.1 403 No\r\n", NULL, "", REMOTE_LIST_BAD, REMOTE_OK, "permission" }, /* of each change */
	{ "HTTP/1.1 403 No\r\nX-Forms_Based_Auth_Required: https://h/login\r\n", NULL, "", REMOTE_AUTH, REMOTE_AUTH,
	  "sign-in" },
	{ "HTTP/1.1 401 Who\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n", NULL, "", REMOTE_AUTH,
	  REMOTE_AUTH, "Negotiate, NTLM" },
	/* Read before the status: this is no refused login. */
	{ "HTTP/1.1 401 Who\r\nWWW-Authenticate: NTLM\r\nX-MSDAVEXT_Error: 589838; The%20file%20is%20checked%20out\r\n", NULL,
	  "", REMOTE_LIST_BAD, REMOTE_LIST_BAD, "The file is checked out" },
	{ "HTTP/1.1 403 No\r\nX-MSDAVEXT_Error: 917656; Access%20denied\r\n", NULL, "", REMOTE_AUTH, REMOTE_AUTH, "login" },
	{ "HTTP/1.1 302 Found\r\nLocation: /_layouts/15/Authenticate.aspx?Source=%2F\r\n", NULL, "", REMOTE_AUTH,
	  REMOTE_AUTH, "sign-in" },
	{ "HTTP/1.1 302 Found\r\nLocation: https://other.example/_vti_bin/Lists.asmx\r\n", NULL, "", REMOTE_SITE_BAD,
	  REMOTE_SITE_BAD, "https://other.example/" },
	{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "login.html", NULL, REMOTE_AUTH, REMOTE_AUTH, "sign-in" },
	{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nMicrosoftSharePointTeamServices: 15.0.0.4420\r\n", "page.html", NULL,
	  REMOTE_AUTH, REMOTE_AUTH, "sign-in" },
	{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "page.html", NULL, REMOTE_SITE_BAD, REMOTE_SITE_BAD,
	  "this is not a SharePoint site: the server answered with an HTML page; check the URL" },
	{ "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", NULL, "{}", REMOTE_SITE_BAD, REMOTE_SITE_BAD,
	  "not XML" },
	{ XML_HEAD, "page.html", NULL, REMOTE_LIST_BAD, REMOTE_LOST, "document type" },
	{ XML_HEAD, NULL, "<rss/>", REMOTE_LIST_BAD, REMOTE_LOST, "not a SOAP message" },
	{ XML_HEAD, NULL, "<Envelope><Body/></Envelope>", REMOTE_LIST_BAD, REMOTE_LOST, "not a SOAP message" },
	{ XML_HEAD, NULL, "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>",
	  REMOTE_SITE_BAD, REMOTE_LOST, "not one of SharePoint" },
	{ XML_HEAD, "pull-cut.xml", NULL, REMOTE_SITE_BAD, REMOTE_LOST, "cut off" },
	{ XML_HEAD, "getlist.xml", NULL, REMOTE_SITE_BAD, REMOTE_LOST, "not one of SharePoint" },
	{ NULL, NULL, "", REMOTE_SITE_BAD, REMOTE_LOST, "connection broke" },
	{ "HTTP/1.1 500 Error\r\nContent-Type: text/xml\r\nMicrosoftSharePointTeamServices: 6.0.2.8117\r\n",
	  "fault-bare.xml", NULL, REMOTE_LIST_BAD, REMOTE_LIST_BAD, "older than SharePoint 2007" },
};

static void check_bad(const struct bad *b)
{
	CLEANUP(str_free_p) char *path = str_printf(DATA "%s", b->file ?: "");
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct heard h = HEARD_INIT;
	struct remote_outcome o[1];
	struct remote_fault f;
	struct site t = { 0 };
	enum remote_result r;

	site_says(&t, b->head, b->file ? file_text(path) : strdup(b->text));
	site_open(&t);
	r = site_pull(&t, NULL, &h, &p, &f);
	if (r != b->pull || !strstr(f.err.text, b->words))
		fail_msg("pull: %s: %s: %s", b->head, remote_result_name(r), f.err.text);
	/* Words begin with the host; the code is an errno. */
	assert_true(str_starts(f.err.text, "127.0.0.1: "));
	assert_true(f.err.code < 0);
	assert_null(strchr(f.err.text, '\n'));
	r = push_ops(&t, seven, NULL, 1, o, &f);
	if (r != b->push)
		fail_msg("push: %s: %s: %s", b->head, remote_result_name(r), f.err.text);
	if (r == REMOTE_OK) {
		assert_int_equal(o[0].result, REMOTE_ITEM_BAD);
		release_outcomes(o, 1);
	}
	heard_release(&h);
	site_close(&t);
}

static void test_everything_that_is_no_answer(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_bad(&bad[i]);
}

static void test_nobody_there_is_not_lost(void **state)
{
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_outcome o[1];
	struct remote_fault f;
	struct heard h = HEARD_INIT;
	struct site t = { 0 }, other = { 0 };
	const struct remote_factory *rf;

	(void) state;
	site_of(&t, "pull-empty.xml", NULL);
	site_of(&other, "pull-empty.xml", NULL);
	/* other's factory opens t's address, and t's server goes. */
	rf = sp_factory_remote(other.factory);
	other.remote->ops->close(other.remote);
	assert_int_equal(rf->open(rf->arg, t.url, &other.remote, NULL), 0);
	site_close(&t);
	assert_int_equal(site_pull(&other, NULL, &h, &p, &f), REMOTE_SITE_BAD);
	assert_int_equal(f.http_status, 0);
	assert_int_equal(push_ops(&other, seven, NULL, 1, o, &f), REMOTE_SITE_BAD);
	heard_release(&h);
	site_close(&other);
}

static void test_patience_is_passed_on(void **state)
{
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;
	struct heard h = HEARD_INIT;
	struct site t = { 0 };

	(void) state;
	site_says(&t, "HTTP/1.1 429 Slow\r\nRetry-After: 17\r\nRateLimit-Reset: 31\r\n", strdup(""));
	site_says(&t, XML_HEAD "X-SharePointHealthScore: 9\r\n", file_text(DATA "pull-empty.xml"));
	site_open(&t);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_SITE_BAD);
	assert_int_equal(f.retry_after, 31);
	assert_int_equal(f.http_status, 429);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_OK);
	assert_int_equal(f.retry_after, 8);
	heard_release(&h);
	site_close(&t);
}

/* [MS-OUTSPS] 1.7: the version decides whether the operation exists. */
static void test_an_old_server_is_told_apart(void **state)
{
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	CLEANUP(str_free_p) char *text = file_text(DATA "getlist.xml");
	struct remote_fault f = { 0 };
	struct heard h = HEARD_INIT;
	struct site t = { 0 };
	char *version = strstr(text, "15.0.4420.1017");

	(void) state;
	memcpy(version, "12.0.0.4325   ", 14);
	site_says(&t, XML_HEAD, strdup(text));
	site_open(&t);
	assert_int_equal(t.remote->ops->get_list(t.remote, "{0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b}", &l, NULL, &f), REMOTE_OK);
	assert_string_equal(l.server_version, "12.0.0.4325");
	assert_true(list_is_old(&l));
	/* It is asked in another way: t_sp_since.c. */
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_SITE_BAD);
	assert_int_equal(t.server->requests, 3);
	assert_non_null(strstr(t.requests[2], "<GetListItemChanges "));
	heard_release(&h);
	site_close(&t);
}

static void test_a_cancelled_pull(void **state)
{
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	const atomic_int cancel = 1;
	struct heard h = HEARD_INIT;
	struct remote_fault f = { 0 };
	struct site t = { 0 };
	const struct remote_sink sink = { heard_restart, heard_list, heard_id, heard_row, heard_present, &h };
	const struct remote_pull q = { .list_id = "Tasks" };

	(void) state;
	site_of(&t, "pull-empty.xml", NULL);
	assert_int_equal(t.remote->ops->pull(t.remote, &q, &sink, &p, &cancel, &f), REMOTE_CANCELED);
	heard_release(&h);
	site_close(&t);
}

/* A user who logs in anew is believed, without a restart. */
static void test_a_new_login_is_used_by_sites_that_are_open(void **state)
{
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	struct remote_fault f;
	struct heard h = HEARD_INIT;
	struct site t = { .account = { .auth = NET_AUTH_BASIC, .user = (char *) (uintptr_t) "ann",
				       .password = (char *) (uintptr_t) "old" } };

	(void) state;
	site_says(&t, "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\n", strdup(""));
	site_says(&t, XML_HEAD, file_text(DATA "pull-empty.xml"));
	site_open(&t);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_AUTH);
	t.account.password = (char *) (uintptr_t) "new";
	assert_int_equal(sp_factory_login(t.factory, t.url, NULL), 0);
	assert_int_equal(site_pull(&t, NULL, &h, &p, &f), REMOTE_OK);
	assert_non_null(strstr(t.requests[0], "Authorization: Basic YW5uOm9sZA=="));
	assert_non_null(strstr(t.requests[1], "Authorization: Basic YW5uOm5ldw=="));
	heard_release(&h);
	site_close(&t);
}

/* ---- recorded answers ------------------------------------------------------------------------------------ */

#define RECORDED "../shared/recorded/"

/* What each file is, by its name; and what must come of it. */
static const struct recorded {
	const char *name;
	const char *op;
	enum remote_result result;
	int rows, ids, lists;
} recorded[] = {
	{ "ap-GLICST-add.resp.xml", "pull", REMOTE_OK, 1, 0, 0 },
	{ "ap-GLICST-delete.resp.xml", "pull", REMOTE_OK, 0, 1, 0 },
	{ "ap-GLICST-restore.resp.xml", "pull", REMOTE_OK, 1, 1, 0 },
	{ "ap-GLICST-initial.resp.xml", "pull", REMOTE_OK, 2, 0, 1 },
	{ "ap-GLICST-initial-mocklist.resp.xml", "pull", REMOTE_OK, 2, 0, 1 },
	{ "spec42-8-GLICST-token.resp.xml", "pull", REMOTE_OK, 3, 0, 0 },
	{ "spec42-4-GLICST.resp.xml", "pull", REMOTE_LIST_BAD, 0, 0, 0 }, /* the List is left out */
	{ "ap-GetList.resp.xml", "get", REMOTE_OK, 0, 0, 1 },
	{ "ap-GetListCollection.resp.xml", "lists", REMOTE_OK, 0, 0, 1 },
	{ "ap-UpdateListItems-update.resp.xml", "pushU1", REMOTE_OK, 1, 0, 0 },
	{ "ap-UpdateListItems-update-viewfields.resp.xml", "pushU76", REMOTE_OK, 1, 0, 0 },
	{ "ap-UpdateListItems-delete.resp.xml", "pushD1", REMOTE_OK, 0, 0, 0 },
	{ "ap-UpdateListItems-new.resp.xml", "pushN0", REMOTE_LOST, 0, 0, 0 }, /* not well-formed as stored */
	{ "ap-UpdateListItems-error-0x8102001c.resp.xml", "pushU1", REMOTE_ITEM_BAD, 1, 0, 0 },
	{ "spec-UpdateListItems-conflict.resp.xml", "pushU1", REMOTE_CONFLICT, 1, 0, 0 },
	{ "spec-UpdateListItems-conflict-retry.resp.xml", "pushU1", REMOTE_OK, 1, 0, 0 },
	{ "spec42-6-UpdateListItems.resp.xml", "pushNNN0", REMOTE_OK, 1, 0, 0 },
	{ "ap-fault-0x82000001.resp.xml", "fault", REMOTE_LIST_BAD, 0, 0, 0 },
};

static int count_list(void *arg, const struct list *l)
{
	(void) l;
	++*(int *) arg;
	return 0;
}

static void check_push(struct site *t, const struct recorded *c)
{
	const char *what = c->op + strlen("push");
	size_t n = strspn(what, "NUD");
	enum change_op ops[3] = { CHANGE_NEW };
	struct remote_outcome o[3];
	struct remote_fault f;
	enum remote_result r;

	for (size_t i = 0; i < n; i++)
		ops[i] = what[i] == 'N' ? CHANGE_NEW : what[i] == 'U' ? CHANGE_UPDATE : CHANGE_DELETE;
	r = push_from(t, ops, strtol(what + n, NULL, 10), NULL, n, o, &f);
	if (r != REMOTE_OK) {
		assert_int_equal(r, c->result);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(o[i].result, c->result);
		assert_int_equal(o[i].has_row, c->rows);
	}
	release_outcomes(o, n);
}

static void check_read(struct site *t, const struct recorded *c)
{
	CLEANUP(remote_page_release_p) struct remote_page p = { 0 };
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	struct heard h = HEARD_INIT;
	struct remote_fault f = { 0 };

	if (str_eq(c->op, "get")) {
		assert_int_equal(t->remote->ops->get_list(t->remote, "x", &l, NULL, &f), c->result);
		assert_true(l.schema.n > 10);
		assert_string_equal(l.server_version, "14.0.4762.1000");
		assert_int_equal(l.bias, 300);
	} else if (str_eq(c->op, "lists")) {
		assert_int_equal(t->remote->ops->lists(t->remote, count_list, &h.lists, NULL, &f), c->result);
		assert_int_equal(h.lists, c->lists);
	} else {
		assert_int_equal(site_pull(t, NULL, &h, &p, &f), c->result);
		assert_int_equal(h.lists, c->lists);
		assert_int_equal(h.ids, c->ids);
		assert_int_equal(h.rows, c->rows);
		assert_int_equal(p.token != NULL, c->result == REMOTE_OK);
	}
	heard_release(&h);
}

static void check_recorded(const struct recorded *c)
{
	CLEANUP(str_free_p) char *path = str_printf(RECORDED "%s", c->name);
	CLEANUP(str_free_p) char *text = file_text(path);
	char *body = strstr(text, "#---8<---\n");
	struct site t = { 0 };

	assert_non_null(body);
	print_message("    %s\n", c->name);
	site_says(&t, str_eq(c->op, "fault") ? FAULT_HEAD : XML_HEAD, strdup(body + 10));
	site_open(&t);
	if (str_starts(c->op, "push"))
		check_push(&t, c);
	else
		check_read(&t, c);
	site_close(&t);
}

static void test_recorded_answers(void **state)
{
	DIR *d = opendir(RECORDED);

	(void) state;
	if (!d) {
		print_message("    skipped: no recorded answers at " RECORDED "\n");
		skip();
	}
	closedir(d);
	for (size_t i = 0; i < sizeof(recorded) / sizeof(*recorded); i++)
		check_recorded(&recorded[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get_list_collection),
		cmocka_unit_test(test_get_list),
		cmocka_unit_test(test_first_page),
		cmocka_unit_test(test_rows_keep_their_values_as_sent),
		cmocka_unit_test(test_a_delta_reports_ids_before_rows),
		cmocka_unit_test(test_tokens_that_are_gone),
		cmocka_unit_test(test_a_restored_list_and_an_empty_one),
		cmocka_unit_test(test_an_ill_formed_answer_is_mended),
		cmocka_unit_test(test_a_cut_answer_is_no_answer),
		cmocka_unit_test(test_each_change_has_its_own_fate),
		cmocka_unit_test(test_an_answer_that_leaves_changes_out_is_lost),
		cmocka_unit_test(test_an_answer_about_other_changes_is_lost),
		cmocka_unit_test(test_changes_of_several_folders_go_out_by_folder),
		cmocka_unit_test(test_a_later_folder_that_fails_was_not_run_or_is_lost),
		cmocka_unit_test(test_a_request_that_is_too_big_was_not_run),
		cmocka_unit_test(test_everything_that_is_no_answer),
		cmocka_unit_test(test_nobody_there_is_not_lost),
		cmocka_unit_test(test_patience_is_passed_on),
		cmocka_unit_test(test_an_old_server_is_told_apart),
		cmocka_unit_test(test_a_cancelled_pull),
		cmocka_unit_test(test_a_new_login_is_used_by_sites_that_are_open),
		cmocka_unit_test(test_recorded_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
