/* What Lists.asmx does for documents: attachments, checking out, FileRef. */
#include "t_sp_dav.h"

#include "base64.h"
#include "model/change.h"
#include "update.h"

#define LIST "{0E1F2A3B-4C5D-4E6F-8A9B-0C1D2E3F4A5B}"
#define DOC "sites/team/Shared Documents/R&D 50% #1.docx"
#define XML_200 "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n"
#define XML_500 "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/xml; charset=utf-8\r\n"
#define SOAP(body) \
	"<?xml version=\"1.0\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>" body \
	"</soap:Body></soap:Envelope>"
#define IN_SP " xmlns=\"http://schemas.microsoft.com/sharepoint/soap/\""
#define ANSWER(op, inner) SOAP("<" op "Response" IN_SP "><" op "Result>" inner "</" op "Result></" op "Response>")
#define FAULT_OF(detail) \
	SOAP("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Exception</faultstring><detail>" detail \
	     "</detail></soap:Fault>")
#define CODE(code) \
	FAULT_OF("<errorstring" IN_SP ">The words.</errorstring><errorcode" IN_SP ">" code "</errorcode>")
#define NO_CODE FAULT_OF("<errorstring" IN_SP ">Value does not fall within the expected range.</errorstring>")

/* ---- GetAttachmentCollection ------------------------------------------------------------- */

static int on_attachment(void *arg, const char *name, const char *path)
{
	struct buf *b = arg;

	buf_addf(b, "%s = %s\n", name, path);
	return b->max == 1 ? -ENOSPC : buf_error(b);
}

static enum remote_result list(struct dav *d, struct buf *out, struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->attachments(d->remote, LIST, 7, on_attachment, out, NULL, f);
}

/* Absolute URLs of whatever address the server has; what leads out of the web is left out. */
static void test_attachments_of_an_item(void **state)
{
	struct dav d = { .says = {
		{ .head = XML_200, .body = ANSWER("GetAttachmentCollection",
			"<Attachments><Attachment>\n  http://other/sites/team/Lists/T/Attachments/7/a.gif\n </Attachment>"
			"<Attachment>http://h/sites/team/Lists/T/Attachments/7/R%26D caf\xc3\xa9 50%25.txt</Attachment>"
			"<Attachment>http://h/sites/secret/Lists/T/Attachments/7/b.txt</Attachment>"
			"<Attachment>http://h/sites/team/%FF.txt</Attachment><Attachment>mailto:x</Attachment>"
			"<Attachment></Attachment></Attachments>") },
		{ .head = XML_200, .body = ANSWER("GetAttachmentCollection", "<Attachments/>") },
	} };
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(10000);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(list(&d, &out, &f), REMOTE_OK);
	assert_string_equal(buf_str(&out), "a.gif = sites/team/Lists/T/Attachments/7/a.gif\n"
					   "R&D caf\xc3\xa9 50%.txt = sites/team/Lists/T/Attachments/7/R&D caf\xc3\xa9 50%.txt\n");
	assert_true(heard_line(&d, 0, "SOAPAction: \"http://schemas.microsoft.com/sharepoint/soap/GetAttachmentCollection\""));
	assert_non_null(strstr(d.heard[0].body, "<listName>" LIST "</listName><listItemID>7</listItemID>"));
	buf_reset(&out);
	assert_int_equal(list(&d, &out, &f), REMOTE_OK);
	assert_int_equal(out.len, 0);
	dav_stop(&d);
}

static void test_attachments_that_cannot_be_had(void **state)
{
	static const struct {
		const char *body;
		enum remote_result result;
		int error;
	} rows[] = {
		{ CODE("0x82000006"), REMOTE_LIST_GONE, -ENOENT },
		{ CODE("0x81020014"), REMOTE_ITEM_BAD, -EINVAL },
		{ CODE("0x80070005"), REMOTE_ITEM_BAD, -EACCES },
		{ CODE("0x81020016"), REMOTE_ITEM_GONE, -ENOENT },
		{ CODE("0x81020071"), REMOTE_SITE_BAD, -EIO },
		{ NO_CODE, REMOTE_ITEM_BAD, -EIO },
		{ FAULT_OF(""), REMOTE_SITE_BAD, -EIO },
		{ "<html>", REMOTE_ITEM_BAD, -EBADMSG },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = XML_500, .body = rows[i].body } } };
		CLEANUP(buf_release_p) struct buf out = BUF_INIT(10000);
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(list(&d, &out, &f), rows[i].result);
		assert_int_equal(f.err.code, rows[i].error);
		assert_true(f.err.text[0]);
		dav_stop(&d);
	}
}

static void test_the_callback_ends_a_list(void **state)
{
	struct dav d = { .says = { { .head = XML_200, .body = ANSWER("GetAttachmentCollection",
		"<Attachments><Attachment>http://h/sites/team/a</Attachment></Attachments>") } } };
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(list(&d, &out, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -ENOSPC);
	dav_stop(&d);
}

/* ---- AddAttachment -------------------------------------------------------------------------- */

static enum remote_result add(struct dav *d, const char *name, int fd, int64_t size, struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->attach(d->remote, LIST, 7, name, fd, size, NULL, f);
}

#define ADDED ANSWER("AddAttachment", "Lists/T/Attachments/7/a.txt")

static void test_an_attachment_goes_out_as_base64(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "\xff\xfe\xfd\xfc", "//79/A==" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = XML_200, .body = ADDED } } };
		int64_t size = (int64_t) strlen(rows[i].bytes);
		CLEANUP(fsutil_close_p) int fd = file_of(rows[i].bytes, size);
		CLEANUP(str_free_p) char *want = str_printf(
			"<AddAttachment" IN_SP "><listName>" LIST "</listName><listItemID>7</listItemID><fileName>R&amp;D.txt</fileName>"
			"<attachment>%s</attachment></AddAttachment></soap:Body></soap:Envelope>", rows[i].text);
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(add(&d, "R&D.txt", fd, size, &f), REMOTE_OK);
		assert_non_null(strstr(d.heard[0].body, want));
		assert_true(heard_header(&d, 0, "Content-Length"));
		assert_true(heard_line(&d, 0, "Content-Type: text/xml; charset=utf-8"));
		dav_stop(&d);
	}
}

/* From any place on, in any portions: a second login begins again in the middle of nothing. */
static void test_base64_in_portions(void **state)
{
	unsigned char bytes[10000];
	CLEANUP(fsutil_close_p) int fd = -1;
	CLEANUP(buf_release_p) struct buf whole = BUF_INIT(100000);
	static char p[20000];

	(void) state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char) (i * 7 + i / 256);
	fd = file_of((char *) bytes, sizeof(bytes));
	for (int64_t size = 9998; size <= 10000; size++) {
		ssize_t n = base64_read(fd, size, 0, p, sizeof(p));

		assert_int_equal(n, base64_size(size));
		buf_reset(&whole);
		buf_add(&whole, p, (size_t) n);
		for (size_t part = 1; part < 9000; part = part * 3 + 1) {
			for (int64_t at = 0; at < base64_size(size); at += n) {
				n = base64_read(fd, size, at, p, part);
				assert_in_range(n, 1, part);
				assert_memory_equal(p, buf_str(&whole) + at, n);
			}
		}
		assert_int_equal(base64_read(fd, size, base64_size(size), p, 10), 0);
	}
	assert_int_equal(base64_read(fd, 10001, base64_size(10001) - 4, p, 10), -EIO);
	assert_int_equal(base64_read(-1, 10, 0, p, 10), -EBADF);
}

static void test_attachments_that_are_refused(void **state)
{
	static const struct {
		const char *head, *body;
		enum remote_result result;
		int error;
	} rows[] = {
		{ XML_500, CODE("0x81020067"), REMOTE_CONFLICT, -EEXIST }, /* MS-LISTSWS_R297 */
		{ XML_500, CODE("0x8007000d"), REMOTE_ITEM_BAD, -EINVAL },
		{ XML_500, CODE("0x82000006"), REMOTE_LIST_GONE, -ENOENT },
		{ XML_500, CODE("0x80070005"), REMOTE_ITEM_BAD, -EACCES },
		{ XML_500, NO_CODE, REMOTE_ITEM_BAD, -EIO },                 /* OR1078: failed, go on */
		{ XML_500, FAULT_OF(""), REMOTE_LOST, -EIO },
		{ "HTTP/1.1 413 Too Large\r\n", "", REMOTE_ITEM_BAD, -EFBIG },
		{ "HTTP/1.1 507 Full\r\n", "", REMOTE_ITEM_BAD, -EDQUOT },
		{ "HTTP/1.1 403 Forbidden\r\n", "", REMOTE_ITEM_BAD, -EACCES },
		{ "HTTP/1.1 503 Busy\r\n", "", REMOTE_SITE_BAD, -EIO },
		{ NULL, NULL, REMOTE_LOST, -EPIPE },
	};
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = rows[i].head, .body = rows[i].body } } };
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(add(&d, "a", fd, 5, &f), rows[i].result);
		assert_int_equal(f.err.code, rows[i].error);
		dav_stop(&d);
	}
}

static void test_files_that_cannot_be_attached(void **state)
{
	struct dav d = { .says = { { .head = XML_200, .body = ADDED } } };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(add(&d, "a", fd, 0, &f), REMOTE_ITEM_BAD); /* R299 */
	assert_int_equal(f.err.code, -EINVAL);
	assert_int_equal(d.requests, 0);
	assert_int_equal(add(&d, "a", fd, 6, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -EIO);
	dav_stop(&d);
}

static void test_memory_does_not_grow_with_an_attachment(void **state)
{
	int64_t size = 512 << 20, before;
	struct dav d = { .says = { { .head = XML_200, .body = ADDED } } };
	CLEANUP(fsutil_close_p) int fd = file_of(NULL, size);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	before = resident();
	assert_int_equal(add(&d, "a", fd, size, &f), REMOTE_OK);
	assert_true(d.heard[0].body_len > base64_size(size));
	assert_true(resident() - before < 16 << 20);
	dav_stop(&d);
}

/* ---- DeleteAttachment ------------------------------------------------------------------------- */

#define TWO ANSWER("GetAttachmentCollection", \
	"<Attachments><Attachment>http://h:80/sites/team/Lists/T/Attachments/7/b.txt</Attachment>" \
	"<Attachment>http://h:80/sites/team/Lists/T/Attachments/7/R%26D%20a.txt</Attachment></Attachments>")

static enum remote_result detach(struct dav *d, const char *name, struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->detach(d->remote, LIST, 7, name, NULL, f);
}

/* The URL goes back as the server wrote it. The answer is empty. */
static void test_an_attachment_is_deleted(void **state)
{
	struct dav d = { .says = {
		{ .head = XML_200, .body = TWO },
		{ .head = XML_200, .body = SOAP("<DeleteAttachmentResponse" IN_SP "/>") },
		{ .head = XML_200, .body = TWO }, /* not there */
		{ .head = XML_200, .body = TWO },
		{ .head = XML_500, .body = CODE("0x82000001") }, /* gone meanwhile */
		{ .head = XML_200, .body = TWO },
		{ 0 },
	} };
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	d.n_says = 7;
	assert_int_equal(detach(&d, "r&d A.txt", &f), REMOTE_OK);
	assert_non_null(strstr(d.heard[1].body, "<listItemID>7</listItemID>"
						"<url>http://h:80/sites/team/Lists/T/Attachments/7/R%26D%20a.txt</url></DeleteAttachment>"));
	assert_int_equal(detach(&d, "c.txt", &f), REMOTE_ITEM_GONE);
	assert_int_equal(detach(&d, "b.txt", &f), REMOTE_ITEM_GONE);
	assert_int_equal(f.err.code, -ENOENT);
	assert_int_equal(detach(&d, "b.txt", &f), REMOTE_LOST);
	dav_stop(&d);
}

/* ---- checking out -------------------------------------------------------------------------------- */

static void check_page(const struct dav *d, int i, const char *op, const char *rest)
{
	CLEANUP(str_free_p) char *want = str_printf(
		"<%s" IN_SP "><pageUrl>http://127.0.0.1:%d/sites/team/Shared%%20Documents/R%%26D%%2050%%25%%20%%231.docx</pageUrl>%s</%s>",
		op, d->port, rest, op);

	if (!strstr(d->heard[i].body, want))
		fail_msg("no %s in %s", want, d->heard[i].body);
}

#define ROWS(rows) \
	ANSWER("GetListItems", "<listitems xmlns:rs=\"urn:schemas-microsoft-com:rowset\" xmlns:z=\"#RowsetSchema\">" \
	       "<rs:data>" rows "</rs:data></listitems>")

/* MS-LISTSWS 3.1.4.23: the row comes back if whoever asks has made its version. */
static void test_whose_version_it_is(void **state)
{
	static const struct {
		const char *rows;
		bool ours;
	} answers[] = {
		{ ROWS("<z:row ows_ID=\"7\"/>"), true },
		{ ROWS(""), false },
		{ ROWS("<z:row ows_ID=\"8\"/>"), false },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct dav d = { .says = { { .head = XML_200, .body = answers[i].rows } } };
		struct remote_fault f = { 0 };
		bool ours = !answers[i].ours;

		dav_start(&d);
		assert_int_equal(d.remote->docs->is_ours(d.remote, LIST, 7, &ours, NULL, &f), REMOTE_OK);
		assert_int_equal(ours, answers[i].ours);
		assert_non_null(strstr(d.heard[0].body, "<Eq><FieldRef Name=\"ID\"/><Value Type=\"Counter\">7</Value></Eq>"));
		assert_non_null(strstr(d.heard[0].body, "<FieldRef Name=\"Editor\" LookupId=\"TRUE\"/>"
							"<Value Type=\"Integer\"><UserID/></Value>"));
		dav_stop(&d);
	}
}

static void test_whose_version_it_is_cannot_be_told(void **state)
{
	struct dav d = { .says = { { .head = XML_500, .body = NO_CODE } } };
	struct remote_fault f = { 0 };
	bool ours = true;

	(void) state;
	dav_start(&d);
	assert_int_not_equal(d.remote->docs->is_ours(d.remote, LIST, 7, &ours, NULL, &f), REMOTE_OK);
	assert_false(ours);
	dav_stop(&d);
}

static void test_check_out_and_in(void **state)
{
	struct dav d = { .says = {
		{ .head = XML_200, .body = ANSWER("CheckOutFile", "true") },
		{ .head = XML_200, .body = ANSWER("CheckInFile", "true") },
		{ .head = XML_200, .body = ANSWER("CheckInFile", "\n true\n") },
		{ .head = XML_200, .body = ANSWER("CheckInFile", "1") },
		{ .head = XML_200, .body = ANSWER("UndoCheckOut", "true") },
	} };
	const struct remote_doc_ops *docs;
	struct remote_fault f = { 0 };

	(void) state;
	dav_start(&d);
	docs = d.remote->docs;
	assert_int_equal(docs->check_out(d.remote, DOC, NULL, &f), REMOTE_OK);
	check_page(&d, 0, "CheckOutFile", "<checkoutToLocal>false</checkoutToLocal>");
	assert_int_equal(docs->check_in(d.remote, DOC, "it's <done> & dusted", REMOTE_CHECKIN_MINOR, NULL, &f), REMOTE_OK);
	check_page(&d, 1, "CheckInFile", "<comment>it's &lt;done&gt; &amp; dusted</comment><CheckinType>0</CheckinType>");
	assert_int_equal(docs->check_in(d.remote, DOC, NULL, REMOTE_CHECKIN_MAJOR, NULL, &f), REMOTE_OK);
	check_page(&d, 2, "CheckInFile", "<comment></comment><CheckinType>1</CheckinType>");
	assert_int_equal(docs->check_in(d.remote, DOC, "", REMOTE_CHECKIN_OVERWRITE, NULL, &f), REMOTE_OK);
	check_page(&d, 3, "CheckInFile", "<comment></comment><CheckinType>2</CheckinType>");
	assert_int_equal(docs->undo_check_out(d.remote, DOC, NULL, &f), REMOTE_OK);
	check_page(&d, 4, "UndoCheckOut", "");
	dav_stop(&d);
}

/* MS-LISTSWS_R2304: without a fault the answer may still be no. */
static void test_check_outs_that_are_refused(void **state)
{
	static const struct {
		const char *head, *body;
		enum remote_result result;
		int error;
	} rows[] = {
		{ XML_200, ANSWER("CheckOutFile", "false"), REMOTE_ITEM_BAD, -EBUSY },
		{ XML_200, ANSWER("CheckOutFile", ""), REMOTE_ITEM_BAD, -EBUSY },
		{ XML_500, CODE("0x81020036"), REMOTE_ITEM_BAD, -EBUSY },
		{ XML_500, CODE("0x80070002"), REMOTE_ITEM_GONE, -ENOENT },
		{ XML_500, NO_CODE, REMOTE_ITEM_BAD, -EIO },
		{ XML_500, CODE("0x80070005"), REMOTE_ITEM_BAD, -EACCES },
		{ NULL, NULL, REMOTE_LOST, -EPIPE },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = rows[i].head, .body = rows[i].body } } };
		struct remote_fault f = { 0 };

		dav_start(&d);
		assert_int_equal(d.remote->docs->check_out(d.remote, DOC, NULL, &f), rows[i].result);
		assert_int_equal(f.err.code, rows[i].error);
		assert_true(f.err.text[0]);
		if (i == 2)
			assert_non_null(strstr(f.err.text, "The words."));
		dav_stop(&d);
	}
}

static void test_a_check_in_that_is_refused(void **state)
{
	struct dav d = { .says = { { .head = XML_200, .body = ANSWER("CheckInFile", "False") } } };
	struct remote_fault f = { 0 };

	(void) state;
	dav_start(&d);
	assert_int_equal(d.remote->docs->check_in(d.remote, DOC, "", REMOTE_CHECKIN_MAJOR, NULL, &f), REMOTE_ITEM_BAD);
	assert_int_equal(f.err.code, -EACCES);
	dav_stop(&d);
}

/* ---- FileRef ---------------------------------------------------------------------------------------- */

static void check_ref(enum change_op op, const char *path, const char *want)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(10000);
	CLEANUP(change_release_p) struct change c = { .op = op, .id = 12, .version = 3 };
	const struct change *const all[] = { &c };
	const struct update_request q = { .list_id = LIST, .origin = "https://h", .changes = all, .n = 1 };

	assert_int_equal(str_set(&c.file_ref, path), 0);
	update_write(&q, &out);
	assert_int_equal(buf_error(&out), 0);
	if (!strstr(buf_str(&out), want))
		fail_msg("no %s in %s", want, buf_str(&out));
}

/* MS-LISTSWS_R2101: Update and Delete of a document name it by its URL. */
static void test_changes_of_documents_have_a_file_ref(void **state)
{
	(void) state;
	check_ref(CHANGE_UPDATE, "sites/team/Shared Documents/a & b.docx",
		  "<Field Name=\"ID\">12</Field><Field Name=\"FileRef\">https://h/sites/team/Shared Documents/a &amp; b.docx</Field>"
		  "<Field Name=\"owshiddenversion\">3</Field>");
	check_ref(CHANGE_DELETE, "/sites/team/D/50% #1.docx",
		  "<Field Name=\"FileRef\">https://h/sites/team/D/50%25%20%231.docx</Field>");
	check_ref(CHANGE_UPDATE, NULL, "<Field Name=\"ID\">12</Field><Field Name=\"owshiddenversion\">");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_version_it_is),
		cmocka_unit_test(test_whose_version_it_is_cannot_be_told),
		cmocka_unit_test(test_attachments_of_an_item),
		cmocka_unit_test(test_attachments_that_cannot_be_had),
		cmocka_unit_test(test_the_callback_ends_a_list),
		cmocka_unit_test(test_an_attachment_goes_out_as_base64),
		cmocka_unit_test(test_base64_in_portions),
		cmocka_unit_test(test_attachments_that_are_refused),
		cmocka_unit_test(test_files_that_cannot_be_attached),
		cmocka_unit_test(test_memory_does_not_grow_with_an_attachment),
		cmocka_unit_test(test_an_attachment_is_deleted),
		cmocka_unit_test(test_check_out_and_in),
		cmocka_unit_test(test_check_outs_that_are_refused),
		cmocka_unit_test(test_a_check_in_that_is_refused),
		cmocka_unit_test(test_changes_of_documents_have_a_file_ref),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
