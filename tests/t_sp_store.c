/* Documents on their way up: never over a version that nobody has seen, from a file of any size. */
#include "t_sp_dav.h"

#define DOC "sites/team/Shared Documents/a.docx"
#define CREATED_201 "HTTP/1.1 201 Created\r\n"
#define NO_CONTENT_204 "HTTP/1.1 204 No Content\r\n"
#define TAKEN_412 "HTTP/1.1 412 Precondition Failed\r\n"

struct told {
	int64_t last, calls;
	bool grew;
	atomic_int *cancel_at; /* set when the first bytes are told */
};

static void on_progress(void *arg, int64_t sent)
{
	struct told *t = arg;

	t->grew |= sent > t->last && t->last > 0;
	t->last = sent;
	t->calls++;
	if (t->cancel_at)
		atomic_store(t->cancel_at, 1);
}

static enum remote_result put(struct dav *d, int fd, int64_t size, const char *if_match, struct remote_doc *ret,
			      struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->store(d->remote, DOC, fd, size, if_match, NULL, NULL, ret, NULL, f);
}

/* MS-OUTSPS_R1238 to R1243: If-Match, and 412 when it is not that version any more. */
static void test_a_new_version(void **state)
{
	struct dav d = { .says = {
		{ .head = "HTTP/1.1 200 OK\r\nETag: \"{G},2\"\r\n" }, { .head = NO_CONTENT_204, .raw = true }, { .head = TAKEN_412 },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_true(heard_start(&d, 0, "PUT", "/sites/team/Shared%20Documents/a.docx"));
	assert_true(heard_line(&d, 0, "If-Match: " DOC_ETAG));
	assert_false(heard_header(&d, 0, "If-None-Match"));
	assert_true(heard_line(&d, 0, "Content-Length: 5"));
	assert_false(heard_header(&d, 0, "Transfer-Encoding"));
	assert_false(heard_header(&d, 0, "Expect"));
	assert_true(heard_line(&d, 0, "Translate: f"));
	assert_string_equal(d.heard[0].body, "hello");
	assert_string_equal(doc.etag, "\"{G},2\"");
	assert_int_equal(doc.size, -1); /* the answer's length is not the document's */
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_null(doc.etag);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_CONFLICT);
	assert_int_equal(f.err.code, -ESTALE);
	dav_stop(&d);
}

/* Nobody promises If-None-Match on PUT: until the host has shown it, the name is asked for first. */
static void test_a_new_name(void **state)
{
	struct dav d = { .says = {
		{ .head = GONE_404 }, { .head = CREATED_201 DOC_HEADERS },
		{ .head = GONE_404 }, { .head = TAKEN_412 }, /* somebody was quicker: and the host is proved */
		{ .head = CREATED_201 },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 5, NULL, &doc, &f), REMOTE_OK);
	assert_true(str_starts(d.heard[0].head, "PROPFIND "));
	assert_true(str_starts(d.heard[1].head, "PUT "));
	assert_true(heard_line(&d, 1, "If-None-Match: *"));
	assert_false(heard_header(&d, 1, "If-Match"));
	assert_string_equal(doc.etag, DOC_ETAG);
	assert_int_equal(put(&d, fd, 5, NULL, &doc, &f), REMOTE_CONFLICT);
	assert_int_equal(f.err.code, -EEXIST);
	assert_int_equal(put(&d, fd, 5, NULL, &doc, &f), REMOTE_OK);
	assert_true(str_starts(d.heard[4].head, "PUT "));
	assert_int_equal(d.requests, 5);
	dav_stop(&d);
}

static void test_a_name_that_is_taken_is_not_written(void **state)
{
	struct dav d = { .says = {
		{ .head = DAV_207, .body = "<multistatus xmlns=\"DAV:\"><response><href>/x</href></response></multistatus>" },
		{ .head = "HTTP/1.1 503 Busy\r\n" },
		{ .head = "HTTP/1.1 405 No\r\n" }, { .head = "HTTP/1.1 405 No\r\n" }, { .head = CREATED_201 },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 5, NULL, &doc, &f), REMOTE_CONFLICT);
	assert_int_equal(f.err.code, -EEXIST);
	assert_int_equal(put(&d, fd, 5, NULL, &doc, &f), REMOTE_SITE_BAD);
	/* PROPFIND and HEAD are blocked: If-None-Match has to do. */
	assert_int_equal(put(&d, fd, 5, NULL, &doc, &f), REMOTE_OK);
	assert_true(str_starts(d.heard[3].head, "HEAD "));
	assert_true(heard_line(&d, 4, "If-None-Match: *"));
	dav_stop(&d);
}

static void test_an_empty_file(void **state)
{
	struct dav d = { .says = { { .head = CREATED_201 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("", 0);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 0, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_true(heard_line(&d, 0, "Content-Length: 0"));
	dav_stop(&d);
}

static void test_only_what_the_file_had_is_sent(void **state)
{
	struct dav d = { .says = { { .head = CREATED_201 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello world", 11);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_string_equal(d.heard[0].body, "hello");
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 7); /* it is the caller's */
	dav_stop(&d);
}

/* It became shorter meanwhile: no server takes a body that ends too early. */
static void test_a_file_that_is_shorter_than_it_was(void **state)
{
	struct dav d = { .says = { { .head = CREATED_201 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 100, DOC_ETAG, &doc, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -EIO);
	assert_int_equal(put(&d, -1, 100, DOC_ETAG, &doc, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -EBADF);
	dav_stop(&d);
}

/* ---- Expect ------------------------------------------------------------------------------- */

/* What will not be taken is not sent. */
static void test_a_big_body_is_announced(void **state)
{
	static const char *const heads[] = {
		TAKEN_412, "HTTP/1.1 401 Unauthorized\r\nX-MSDAVEXT_Error: 589838; by%20ann\r\n", "HTTP/1.1 413 Too Large\r\n",
		"HTTP/1.1 507 Full\r\n", "HTTP/1.1 423 Locked\r\n",
	};
	static const enum remote_result want[] = {
		REMOTE_CONFLICT, REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, REMOTE_ITEM_BAD,
	};
	static const int errors[] = { -ESTALE, -EBUSY, -EFBIG, -EDQUOT, -EBUSY };
	CLEANUP(fsutil_close_p) int fd = file_of(NULL, 10 << 20);

	(void) state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct dav d = { .says = { { .head = heads[i], .early = true } } };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(put(&d, fd, 10 << 20, DOC_ETAG, &doc, &f), want[i]);
		assert_int_equal(f.err.code, errors[i]);
		assert_true(heard_line(&d, 0, "Expect: 100-continue"));
		assert_int_equal(d.heard[0].body_len, 0);
		dav_stop(&d);
	}
}

/* A proxy that does not know Expect (RFC 9110 10.1.1). */
static void test_a_server_without_expect(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 417 Expectation Failed\r\nX-First: 1\r\n", .early = true },
				   { .head = CREATED_201 DOC_HEADERS }, { .head = CREATED_201 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of(NULL, 1 << 20);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 1 << 20, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_true(heard_line(&d, 0, "Expect: 100-continue"));
	assert_false(heard_header(&d, 1, "Expect"));
	assert_int_equal(d.heard[1].body_len, 1 << 20);
	assert_string_equal(doc.etag, DOC_ETAG);
	assert_int_equal(put(&d, fd, 1 << 20, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_false(heard_header(&d, 2, "Expect"));
	dav_stop(&d);
}

/* ---- login, loss ----------------------------------------------------------------------------- */

static int secret(void *arg, const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	int *n = arg;

	(void) command;
	(void) cancel;
	(void) err;
	return str_set(ret, (*n)++ ? "new" : "old");
}

/* The password was changed: the body is sent again from its start. */
static void test_a_second_login_sends_the_body_again(void **state)
{
	int asked = 0;
	struct dav d = {
		.account = { .auth = NET_AUTH_BASIC, .user = (char *) (uintptr_t) "ann", .passcmd = (char *) (uintptr_t) "x",
			     .run = secret, .run_arg = &asked },
		.says = { { .head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n" }, { .head = CREATED_201 } },
	};
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_int_equal(d.requests, 2);
	assert_string_equal(d.heard[1].body, "hello");
	assert_true(heard_line(&d, 1, "Authorization: Basic YW5uOm5ldw=="));
	dav_stop(&d);
}

static void test_no_answer_is_lost_and_no_connection_is_not(void **state)
{
	struct dav d = { .says = { { 0 }, { .head = "HTTP/1.1 500 Oops\r\n" }, { .head = "HTTP/1.1 302 Found\r\nLocation: /x\r\n" } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_LOST);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_LOST);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_SITE_BAD);
	assert_int_equal(d.requests, 3); /* nothing is sent twice */
	/* The server goes; the site stays. */
	dav_stop_server(&d);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_SITE_BAD);
	assert_int_equal(f.err.code, -ENOTCONN);
	dav_stop_site(&d);
}

/* A page with status 200 is not a confirmation. */
static void test_a_page_does_not_confirm(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", .body = "<html>Sign in</html>" },
				   { .head = CREATED_201 "Content-Type: text/html\r\n", .body = "<html>Created</html>" } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of("hello", 5);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_SITE_BAD);
	assert_int_equal(put(&d, fd, 5, DOC_ETAG, &doc, &f), REMOTE_OK);
	dav_stop(&d);
}

/* ---- time and size ----------------------------------------------------------------------------- */

static void test_progress(void **state)
{
	int64_t size = 64 << 20;
	struct dav d = { .says = { { .head = CREATED_201 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of(NULL, size);
	struct remote_fault f = { 0 };
	struct told t = { 0 };

	(void) state;
	dav_start(&d);
	assert_int_equal(d.remote->docs->store(d.remote, DOC, fd, size, DOC_ETAG, on_progress, &t, &doc, NULL, &f), REMOTE_OK);
	assert_int_equal(t.last, size);
	assert_true(t.grew);
	dav_stop(&d);
}

/* A server that takes the head and then reads no more. */
static void test_a_cancel_of_an_upload(void **state)
{
	int64_t size = 64 << 20, start;
	struct dav d = { .says = { { .silent = true, .head = "" } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of(NULL, size);
	struct remote_fault f = { 0 };
	atomic_int cancel = 0;
	struct told t = { .cancel_at = &cancel };

	(void) state;
	dav_start(&d);
	start = clock_mono_ms();
	/* Something of it was sent. */
	assert_int_equal(d.remote->docs->store(d.remote, DOC, fd, size, DOC_ETAG, on_progress, &t, &doc, &cancel, &f), REMOTE_LOST);
	assert_int_equal(f.err.code, -ECANCELED);
	assert_true(clock_mono_ms() - start < 20000); /* one second of it waits for "100 Continue" */
	assert_true(t.last < size);
	dav_stop(&d);
}

static void test_memory_does_not_grow_with_a_file(void **state)
{
	int64_t size = (2LL << 30) + 1, before;
	struct dav d = { .says = { { .head = CREATED_201 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(fsutil_close_p) int fd = file_of(NULL, size);
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	before = resident();
	assert_int_equal(put(&d, fd, size, DOC_ETAG, &doc, &f), REMOTE_OK);
	assert_int_equal(d.heard[0].body_len, size);
	assert_true(resident() - before < 16 << 20);
	dav_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_version),
		cmocka_unit_test(test_a_new_name),
		cmocka_unit_test(test_a_name_that_is_taken_is_not_written),
		cmocka_unit_test(test_an_empty_file),
		cmocka_unit_test(test_only_what_the_file_had_is_sent),
		cmocka_unit_test(test_a_file_that_is_shorter_than_it_was),
		cmocka_unit_test(test_a_big_body_is_announced),
		cmocka_unit_test(test_a_server_without_expect),
		cmocka_unit_test(test_a_second_login_sends_the_body_again),
		cmocka_unit_test(test_no_answer_is_lost_and_no_connection_is_not),
		cmocka_unit_test(test_a_page_does_not_confirm),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_a_cancel_of_an_upload),
		cmocka_unit_test(test_memory_does_not_grow_with_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
