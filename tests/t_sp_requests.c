/*
 * What sp sends, to the byte; the files in tests/data/sp are the requests' bodies. Where
 * the protocol's schema is at hand, xmllint judges them too.
 */
#include "t_sp_site.h"

#include <fcntl.h>

#include "changes.h"
#include "update.h"

#define SCHEMA "../shared/schema/practical/soap-envelope.xsd"
#define LIST "0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"

static const struct {
	const char *name;
	enum field_type type;
} fields[] = {
	{ "ID", FIELD_COUNTER },          { "Title", FIELD_TEXT },         { "Due_x0020_Date", FIELD_DATETIME },
	{ "AssignedTo", FIELD_USERMULTI }, { "Link", FIELD_URL },           { "LinkTitle", FIELD_COMPUTED },
	{ "Attachments", FIELD_ATTACHMENTS }, { "FileSizeDisplay", FIELD_COMPUTED }, { "Sum", FIELD_CALCULATED },
	{ "Body", FIELD_NOTE },           { "Category", FIELD_LOOKUP },    { "Modified", FIELD_DATETIME },
};

static void make_schema(struct schema *s)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct field *f = schema_add(s);

		assert_int_equal(str_set(&f->name, fields[i].name), 0);
		f->type = fields[i].type;
	}
}

/* ---- comparing --------------------------------------------------------------------- */

static bool have_schema(void)
{
	return access(SCHEMA, R_OK) == 0;
}

static void validate(const char *text)
{
	char path[] = "/tmp/spfs-request-XXXXXX";
	int fd = mkstemp(path);
	CLEANUP(str_free_p) char *command = str_printf("xmllint --noout --schema " SCHEMA " %s 2>&1", path);
	char line[500] = "";
	FILE *f;

	assert_int_equal(fsutil_write_all(fd, text, strlen(text)), 0);
	close(fd);
	f = popen(command, "re");
	assert_non_null(f);
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (pclose(f) != 0)
		fail_msg("not valid: %s\n%s", line, text);
	unlink(path);
}

/* SPFS_WRITE_REQUESTS=1 writes the files anew, to be read before they are committed. */
static void check_text(const char *name, const char *text)
{
	CLEANUP(str_free_p) char *path = str_printf(DATA "request-%s.xml", name);
	CLEANUP(str_free_p) char *want = NULL;

	if (getenv("SPFS_WRITE_REQUESTS"))
		assert_int_equal(fsutil_replace(path, 0644, text, strlen(text)), 0);
	want = file_text(path);
	assert_string_equal(text, want);
	if (have_schema())
		validate(text);
}

/* The body of the request that the site got last. */
static const char *body_of(const char *request)
{
	return strstr(request, "\r\n\r\n") + 4;
}

/* ---- pulls --------------------------------------------------------------------------- */

static void check_pull(const char *name, const struct remote_pull *q)
{
	CLEANUP(remote_page_release_p) struct remote_page page = { 0 };
	struct heard h = HEARD_INIT;
	struct remote_fault f = { 0 };
	const struct remote_sink sink = { heard_restart, heard_list, heard_id, heard_row, heard_present, &h };
	struct site t = { 0 };

	site_of(&t, "pull-empty.xml", NULL);
	assert_int_equal(t.remote->ops->pull(t.remote, q, &sink, &page, NULL, &f), REMOTE_OK);
	check_text(name, body_of(t.requests[0]));
	heard_release(&h);
	site_close(&t);
}

static void test_pulls(void **state)
{
	CLEANUP(schema_release_p) struct schema s = SCHEMA_INIT;

	(void) state;
	make_schema(&s);
	check_pull("pull-first", &(struct remote_pull) { .list_id = LIST, .schema = &s, .row_limit = 2000 });
	check_pull("pull-page", &(struct remote_pull) { .list_id = "{" LIST "}", .schema = &s, .row_limit = 2000,
							.position = "Paged=TRUE&p_ID=7", .extra_ids = "1,2" });
	check_pull("pull-token", &(struct remote_pull) { .list_id = "{" LIST "}", .token = "1;3;a;<2>;3", .extra_ids = "1,2" });
	check_pull("pull-notoken", &(struct remote_pull) { .list_id = "Tasks & Duties", .token = "" });
}

/* A GUID always goes out in braces: a title may look like one, and titles change. */
static void test_list_names(void **state)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	struct remote_fault f = { 0 };
	struct site t = { 0 };
	CLEANUP(str_free_p) char *host = NULL;

	(void) state;
	site_of(&t, "getlist.xml", NULL);
	host = str_printf("Host: 127.0.0.1:%d\r\n", t.server->port);
	assert_int_equal(t.remote->ops->get_list(t.remote, LIST, &l, NULL, &f), REMOTE_OK);
	check_text("getlist", body_of(t.requests[0]));
	assert_true(str_starts(t.requests[0], "POST /sites/team/_vti_bin/Lists.asmx HTTP/1.1\r\n"));
	assert_non_null(strstr(t.requests[0], host));
	assert_non_null(strstr(t.requests[0], "SOAPAction: \"http://schemas.microsoft.com/sharepoint/soap/GetList\"\r\n"));
	assert_non_null(strstr(t.requests[0], "Content-Type: text/xml; charset=utf-8\r\n"));
	assert_non_null(strstr(t.requests[0], "X-FORMS_BASED_AUTH_ACCEPTED: f\r\n"));
	assert_null(strcasestr(t.requests[0], "Authorization"));
	site_close(&t);
}

static int no_list(void *arg, const struct list *l)
{
	(void) arg;
	(void) l;
	return 0;
}

static void test_collection_and_encoded_sites(void **state)
{
	struct remote_fault f = { 0 };
	struct site t = { 0 };
	const struct remote_factory *rf;
	CLEANUP(str_free_p) char *url = NULL;

	(void) state;
	site_of(&t, "collection.xml", NULL);
	url = str_printf("http://127.0.0.1:%d/sites/my%%20t\xc3\xa4m/", t.server->port);
	rf = sp_factory_remote(t.factory);
	t.remote = t.remote->ops->close(t.remote);
	assert_int_equal(rf->open(rf->arg, url, &t.remote, NULL), 0);
	assert_int_equal(t.remote->ops->lists(t.remote, no_list, NULL, NULL, &f), REMOTE_OK);
	assert_true(str_starts(t.requests[0], "POST /sites/my%20t%C3%A4m/_vti_bin/Lists.asmx HTTP/1.1\r\n"));
	check_text("collection", body_of(t.requests[0]));
	site_close(&t);
}

/* ---- pushes ------------------------------------------------------------------------------ */

static void set(struct change *c, const char *name, const char *text)
{
	assert_int_equal(values_set(&c->fields, name, text), 0);
}

static void check_push(const char *name, const struct schema *s, const char *folder, const struct change *const c[], size_t n)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(100000);

	buf_adds(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soap:Envelope xmlns:soap="
		     "\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><UpdateListItems xmlns="
		     "\"http://schemas.microsoft.com/sharepoint/soap/\">");
	update_write(&(struct update_request) { LIST, s, folder, "http://127.0.0.1:8080", c, n }, &b);
	buf_adds(&b, "</UpdateListItems></soap:Body></soap:Envelope>");
	check_text(name, buf_str(&b));
}

static void test_pushes(void **state)
{
	CLEANUP(schema_release_p) struct schema s = SCHEMA_INIT;
	CLEANUP(change_release_p) struct change new = { .op = CHANGE_NEW };
	CLEANUP(change_release_p) struct change update = { .op = CHANGE_UPDATE, .id = 5, .version = 3 };
	CLEANUP(change_release_p) struct change gone = { .op = CHANGE_DELETE, .id = 7, .version = 2 };
	CLEANUP(change_release_p) struct change folder = { .op = CHANGE_NEW_FOLDER };
	CLEANUP(change_release_p) struct change last_wins = { .op = CHANGE_UPDATE, .id = 8 };
	CLEANUP(change_release_p) struct change renamed = { .op = CHANGE_UPDATE, .id = 9, .version = 1 };
	const struct change *const all[] = { &new, &update, &gone, &folder, &last_wins };
	const struct change *const moved[] = { &renamed };

	(void) state;
	make_schema(&s);
	assert_int_equal(str_set(&new.replication_id, "{AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE}"), 0);
	assert_int_equal(str_set(&folder.replication_id, "{AAAAAAAA-BBBB-4CCC-8DDD-FFFFFFFFFFFF}"), 0);
	assert_int_equal(str_set(&folder.name, "R & D"), 0);
	set(&new, "Title", "Fix <the> \"projector\" & co\x01");
	set(&new, "Body", "one\r\ntwo");
	set(&new, "AssignedTo", "5;#Ann;#7;#Bob");
	set(&new, "Sum", "float;#3");
	set(&update, "Due_x0020_Date", "2006-01-11 09:15:30");
	set(&update, "Link", "http://h/a,b, Text");
	set(&update, "Category", "");
	set(&update, "MetaInfo_BusyStatus", "2");
	set(&update, "FollowUp", "1");
	set(&gone, "Title", "not sent");
	set(&last_wins, "Title", "x");
	check_push("update", &s, NULL, all, 5);
	set(&renamed, "FileLeafRef", "New name");
	assert_int_equal(str_set(&renamed.file_ref, "sites/team/Lists/T/Old name"), 0);
	check_push("rename-folder", &s, NULL, moved, 1);
	check_push("update-folder", NULL, "sites/team/Lists/T/A & B", all, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pulls),
		cmocka_unit_test(test_list_names),
		cmocka_unit_test(test_collection_and_encoded_sites),
		cmocka_unit_test(test_pushes),
	};

	if (!have_schema())
		print_message("not validated: there is no schema at " SCHEMA "\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
