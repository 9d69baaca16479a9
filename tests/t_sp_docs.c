/* Documents: reading, asking, removing and moving, on good, lax, broken and hostile servers. */
#include "t_sp_dav.h"

#define DOC "sites/team/Shared Documents/a b.docx"
#define DOC_URL "/sites/team/Shared%20Documents/a%20b.docx"
#define RANGE_206 "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\n"

/* ---- a sink ------------------------------------------------------------------------------ */

struct got {
	struct buf bytes;    /* the beginning */
	int64_t n;
	int begins;
	struct remote_doc at_begin; /* etag not kept */
	bool had_etag;
	int begin_error, data_error;
	atomic_int *cancel_at_data; /* set to 1 at the first bytes */
};

static int on_begin(void *arg, const struct remote_doc *d)
{
	struct got *g = arg;

	assert_int_equal(g->n, 0);
	g->begins++;
	g->at_begin = (struct remote_doc) { .size = d->size, .modified = d->modified, .partial = d->partial };
	g->had_etag = d->etag != NULL;
	return g->begin_error;
}

static int on_data(void *arg, const void *p, size_t n)
{
	struct got *g = arg;

	assert_int_equal(g->begins, 1);
	if (g->bytes.len < 4096)
		buf_add(&g->bytes, p, n < 4096 ? n : 4096);
	g->n += (int64_t) n;
	if (g->cancel_at_data)
		atomic_store(g->cancel_at_data, 1);
	return g->data_error;
}

#define GOT_INIT { .bytes = BUF_INIT(1 << 20) }

static void got_reset(struct got *g)
{
	buf_reset(&g->bytes);
	g->n = g->begins = 0;
}

static void got_release(struct got *g)
{
	buf_release(&g->bytes);
}

static enum remote_result fetch(struct dav *d, int64_t offset, const char *etag, struct got *g, struct remote_doc *ret,
				struct remote_fault *f)
{
	const struct remote_doc_sink sink = { on_begin, on_data, g };

	got_reset(g);
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->fetch(d->remote, DOC, offset, etag, &sink, ret, NULL, f);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* MS-OUTSPS_R1231: Translate: f. The first fetch asks for a range that is the whole. */
static void test_a_whole_document(void **state)
{
	struct dav d = { .says = { { .head = OK_200 DOC_HEADERS, .body = "hello" } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_true(heard_start(&d, 0, "GET", DOC_URL));
	assert_true(heard_line(&d, 0, "Translate: f"));
	assert_true(heard_line(&d, 0, "Range: bytes=0-"));
	assert_false(heard_header(&d, 0, "If-Range"));
	assert_false(heard_header(&d, 0, "Accept-Encoding"));
	assert_string_equal(buf_str(&g.bytes), "hello");
	assert_string_equal(doc.etag, DOC_ETAG);
	assert_int_equal(doc.size, 5);
	assert_int_equal(doc.modified, 1159956000);
	assert_false(doc.partial);
	assert_int_equal(g.begins, 1);
	assert_int_equal(g.at_begin.size, 5);
	assert_true(g.had_etag);
	/* The server ignored the range: no second try on whole documents, and nothing is proved. */
	assert_false(d.remote->docs->has_ranges(d.remote));
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_false(heard_header(&d, 1, "Range"));
	assert_int_equal(d.connections, 1);
	dav_stop(&d);
}

static void test_a_host_proves_that_it_honours_ranges(void **state)
{
	struct dav d = { .says = {
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 0-4/5\r\n", .body = "hello" },
		{ .head = OK_200 DOC_HEADERS, .body = "hello" },
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 3-4/5\r\n", .body = "lo" },
		{ .head = RANGE_206 "Content-Range: bytes 3-4/*\r\n", .body = "lo" },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;
	struct remote *other;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_string_equal(buf_str(&g.bytes), "hello");
	assert_false(doc.partial);
	assert_int_equal(doc.size, 5);
	assert_true(d.remote->docs->has_ranges(d.remote));
	other = dav_open(&d); /* the proof is the host's */
	assert_true(other->docs->has_ranges(other));
	other->ops->close(other);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_false(heard_header(&d, 1, "Range"));

	assert_int_equal(fetch(&d, 3, DOC_ETAG, &g, &doc, &f), REMOTE_OK);
	assert_true(heard_line(&d, 2, "Range: bytes=3-"));
	assert_true(heard_line(&d, 2, "If-Range: " DOC_ETAG));
	assert_true(doc.partial && g.at_begin.partial);
	assert_int_equal(doc.size, 5);
	assert_string_equal(buf_str(&g.bytes), "lo");

	assert_int_equal(fetch(&d, 3, NULL, &g, &doc, &f), REMOTE_OK);
	assert_false(heard_header(&d, 3, "If-Range"));
	assert_true(doc.partial);
	assert_int_equal(doc.size, -1);
	dav_stop(&d);
}

/* A range is only used when it holds the bytes that were asked for, of the same version. */
static void test_ranges_that_are_not_what_was_asked_for(void **state)
{
	static const char *const heads[] = {
		OK_200 DOC_HEADERS,                                              /* ignored */
		OK_200 "ETag: \"other\"\r\n",                                    /* If-Range: another version */
		RANGE_206 DOC_HEADERS "Content-Range: bytes 0-4/5\r\n",          /* from elsewhere */
		RANGE_206 DOC_HEADERS "Content-Range: bytes 3-9/5\r\n",          /* nonsense */
		RANGE_206 DOC_HEADERS "Content-Range: pages 3-4/5\r\n",
		RANGE_206 DOC_HEADERS,
		RANGE_206 "ETag: \"other\"\r\nContent-Range: bytes 3-4/5\r\n",   /* If-Range was not understood */
		"HTTP/1.1 416 Range Not Satisfiable\r\n",                        /* it is shorter now */
	};

	(void) state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct dav d = { .says = {
			{ .head = heads[i], .body = "hello" }, { .head = OK_200 DOC_HEADERS, .body = "hello" },
		} };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		CLEANUP(got_release) struct got g = GOT_INIT;
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(fetch(&d, 3, DOC_ETAG, &g, &doc, &f), REMOTE_OK);
		assert_string_equal(buf_str(&g.bytes), "hello");
		assert_false(doc.partial || g.at_begin.partial);
		assert_int_equal(doc.size, 5);
		assert_int_equal(d.requests, str_starts(heads[i], OK_200) ? 1 : 2);
		assert_false(d.requests == 2 && heard_header(&d, 1, "Range"));
		dav_stop(&d);
	}
}

static enum remote_result fetch_part(struct dav *d, int64_t from, int64_t to, struct got *g, struct remote_fault *f)
{
	const struct remote_doc_sink sink = { on_begin, on_data, g };

	got_reset(g);
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->fetch_part(d->remote, DOC, from, to, DOC_ETAG, &sink, NULL, f);
}

static void test_a_part_of_a_document(void **state)
{
	struct dav d = { .says = {
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 2-4/9\r\n", .body = "llo" },
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 2-8/9\r\n", .body = "llo, yo" },
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 2-4/9\r\n", .body = "llo", .cut = 2 },
	} };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch_part(&d, 2, 5, &g, &f), REMOTE_OK);
	assert_true(heard_line(&d, 0, "Range: bytes=2-4"));
	assert_true(heard_line(&d, 0, "If-Range: " DOC_ETAG));
	assert_string_equal(buf_str(&g.bytes), "llo");
	assert_true(g.at_begin.partial && g.had_etag);
	assert_int_equal(g.at_begin.size, 9);
	/* there is no more */
	assert_int_equal(fetch_part(&d, 2, 20, &g, &f), REMOTE_OK);
	assert_string_equal(buf_str(&g.bytes), "llo, yo");
	assert_int_equal(fetch_part(&d, 2, 5, &g, &f), REMOTE_SITE_BAD);
	dav_stop(&d);
}

/* Nothing but the part of that version reaches who asked for it, and the whole is not asked for instead. */
static void test_parts_that_are_not_what_was_asked_for(void **state)
{
	static const char *const heads[] = {
		OK_200 DOC_HEADERS,
		OK_200 "ETag: \"other\"\r\n",
		RANGE_206 DOC_HEADERS "Content-Range: bytes 0-4/9\r\n",
		RANGE_206 DOC_HEADERS "Content-Range: bytes 2-4/*\r\n",         /* how much there is nobody says */
		RANGE_206 "Content-Range: bytes 2-4/9\r\n",                    /* nor of what */
		RANGE_206 "ETag: \"other\"\r\nContent-Range: bytes 2-4/9\r\n",
		"HTTP/1.1 416 Range Not Satisfiable\r\n",
	};

	(void) state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct dav d = { .says = { { .head = heads[i], .body = "hello" } } };
		CLEANUP(got_release) struct got g = GOT_INIT;
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(fetch_part(&d, 2, 5, &g, &f), REMOTE_CONFLICT);
		assert_int_equal(g.begins, 0);
		assert_int_equal(g.n, 0);
		assert_int_equal(d.requests, 1);
		dav_stop(&d);
	}
}

static void test_an_empty_document(void **state)
{
	struct dav d = { .says = {
		{ .head = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */0\r\n" },
		{ .head = OK_200 DOC_HEADERS },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_int_equal(doc.size, 0);
	assert_int_equal(g.begins, 1);
	assert_int_equal(g.n, 0);
	dav_stop(&d);
}

/* What has come stays with the caller, who asks for the rest. */
static void test_cut_bodies_are_resumed(void **state)
{
	struct dav d = { .says = {
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 0-9/10\r\n", .body = "0123456789", .cut = 4 },
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 4-6/10\r\n", .body = "456" }, /* less than asked for */
		{ .head = RANGE_206 DOC_HEADERS "Content-Range: bytes 7-9/10\r\n", .body = "789" },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_SITE_BAD);
	assert_int_equal(f.err.code, -EPIPE);
	assert_int_equal(g.n, 4);
	assert_int_equal(fetch(&d, 4, DOC_ETAG, &g, &doc, &f), REMOTE_SITE_BAD);
	assert_int_equal(f.err.code, -EPIPE);
	assert_string_equal(buf_str(&g.bytes), "456");
	assert_int_equal(fetch(&d, 7, DOC_ETAG, &g, &doc, &f), REMOTE_OK);
	assert_string_equal(buf_str(&g.bytes), "789");
	assert_true(doc.partial);
	assert_int_equal(doc.size, 10);
	dav_stop(&d);
}

/* Cut after every byte, in head and body: never taken for whole. */
static void test_an_answer_cut_anywhere_is_not_a_document(void **state)
{
	static const char whole[] = OK_200 DOC_HEADERS "Content-Length: 10\r\n\r\n0123456789";

	(void) state;
	for (size_t cut = 1; cut < sizeof(whole) - 1; cut++) {
		CLEANUP(str_free_p) char *part = strndup(whole, cut);
		struct dav d = { .says = { { .head = part, .verbatim = true } } };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		CLEANUP(got_release) struct got g = GOT_INIT;
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_SITE_BAD);
		dav_stop(&d);
	}
}

static void test_a_body_without_an_end_is_refused_and_a_chunked_one_is_not(void **state)
{
	struct dav d = { .says = {
		{ .head = OK_200 DOC_HEADERS "Connection: close\r\n", .body = "hello", .raw = true },
		{ .head = OK_200 DOC_HEADERS "Transfer-Encoding: chunked\r\nContent-Length: 99\r\n",
		  .body = "5\r\nhello\r\n0\r\n\r\n", .raw = true },
		{ .head = OK_200 DOC_HEADERS "Transfer-Encoding: chunked\r\n", .body = "5\r\nhel", .raw = true },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_SITE_BAD);
	assert_int_equal(g.begins, 0);
	assert_non_null(strstr(f.err.text, "where the document ends"));
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_int_equal(g.at_begin.size, -1);
	assert_int_equal(doc.size, 5);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_SITE_BAD);
	dav_stop(&d);
}

/* A sign-in page must never become a document's bytes. */
static void test_pages_are_not_documents(void **state)
{
	static const struct {
		const char *head;
		enum remote_result result;
	} rows[] = {
		{ "HTTP/1.1 302 Found\r\nLocation: /_layouts/15/Authenticate.aspx?Source=%2F\r\n", REMOTE_AUTH },
		{ "HTTP/1.1 302 Found\r\nLocation: https://login.example.com/adfs/ls/?wa=wsignin1.0\r\n", REMOTE_AUTH },
		{ "HTTP/1.1 301 Moved\r\nLocation: /elsewhere/a.docx\r\n", REMOTE_SITE_BAD },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nMicrosoftSharePointTeamServices: 15.0.0.4420\r\n", REMOTE_AUTH },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n", REMOTE_SITE_BAD },
		{ "HTTP/1.1 403 Forbidden\r\nX-Forms_Based_Auth_Required: https://h/_forms/default.aspx\r\n", REMOTE_AUTH },
		{ "HTTP/1.1 201 Created\r\n", REMOTE_SITE_BAD },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = rows[i].head, .body = "<html>Sign in</html>" } } };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		CLEANUP(got_release) struct got g = GOT_INIT;
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), rows[i].result);
		assert_int_equal(g.begins, 0);
		assert_int_equal(d.requests, 1);
		assert_true(f.err.text[0] && f.err.code < 0);
		dav_stop(&d);
	}
}

/* Nor does an endless refusal keep anybody. */
static void test_an_endless_refusal(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 403 Forbidden\r\n", .zeros = 1LL << 40 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_ITEM_BAD);
	assert_int_equal(f.err.code, -EACCES);
	dav_stop(&d);
}

static void test_a_document_may_be_html(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" DOC_HEADERS, .body = "<html>" } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_string_equal(buf_str(&g.bytes), "<html>");
	dav_stop(&d);
}

static void test_the_sink_ends_a_fetch(void **state)
{
	struct dav d = { .says = { { .head = OK_200 DOC_HEADERS, .zeros = 10 << 20 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	g.data_error = -ENOSPC;
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -ENOSPC);
	g.data_error = 0;
	g.begin_error = -EFBIG;
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_CANCELED);
	assert_int_equal(f.err.code, -EFBIG);
	assert_int_equal(g.n, 0);
	assert_null(doc.etag);
	dav_stop(&d);
}

/* ---- what statuses and numbers mean ----------------------------------------------------------- */

static enum remote_result call_delete(struct dav *d, const char *if_match, struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->remove(d->remote, DOC, if_match, NULL, f);
}

static void test_statuses(void **state)
{
	static const struct {
		const char *head;
		enum remote_result get, delete;
		int error; /* of both */
	} rows[] = {
		{ "HTTP/1.1 400 Bad Request\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EINVAL },
		{ "HTTP/1.1 403 Forbidden\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EACCES },
		{ "HTTP/1.1 404 Not Found\r\n", REMOTE_ITEM_GONE, REMOTE_ITEM_GONE, -ENOENT },
		{ "HTTP/1.1 405 Not Allowed\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EOPNOTSUPP },
		{ "HTTP/1.1 410 Gone\r\n", REMOTE_ITEM_GONE, REMOTE_ITEM_GONE, -ENOENT },
		{ "HTTP/1.1 412 Precondition Failed\r\n", REMOTE_CONFLICT, REMOTE_CONFLICT, -ESTALE },
		{ "HTTP/1.1 413 Too Large\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EFBIG },
		{ "HTTP/1.1 414 Too Long\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -ENAMETOOLONG },
		{ "HTTP/1.1 418 Teapot\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EIO },
		{ "HTTP/1.1 423 Locked\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EBUSY },
		{ "HTTP/1.1 429 Slow Down\r\nRetry-After: 17\r\nRateLimit-Reset: 31\r\n", REMOTE_SITE_BAD, REMOTE_SITE_BAD, -EIO },
		{ "HTTP/1.1 440 Login Timeout\r\n", REMOTE_AUTH, REMOTE_AUTH, -EACCES },
		{ "HTTP/1.1 500 Oops\r\n", REMOTE_SITE_BAD, REMOTE_LOST, -EIO },
		{ "HTTP/1.1 502 Bad Gateway\r\n", REMOTE_SITE_BAD, REMOTE_LOST, -EIO },
		{ "HTTP/1.1 503 Busy\r\n", REMOTE_SITE_BAD, REMOTE_SITE_BAD, -EIO },
		{ "HTTP/1.1 507 Full\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, -EDQUOT },
		/* MS-WDVMODUU_R74: a virus; a plain 409 means a missing parent, which a GET cannot have */
		{ "HTTP/1.1 409 Conflict\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_GONE, 0 },
		{ "HTTP/1.1 409 Conflict\r\nX-Virus-Infected: EICAR\r\n", REMOTE_ITEM_BAD, REMOTE_ITEM_BAD, 0 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = rows[i].head, .body = "words" } } };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		CLEANUP(got_release) struct got g = GOT_INIT;
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), rows[i].get);
		assert_true(f.err.text[0]);
		if (rows[i].error)
			assert_int_equal(f.err.code, rows[i].error);
		assert_int_equal(g.begins, 0);
		assert_int_equal(call_delete(&d, NULL, &f), rows[i].delete);
		if (rows[i].error)
			assert_int_equal(f.err.code, rows[i].error);
		assert_int_equal(f.http_status, strtol(rows[i].head + strlen("HTTP/1.1 "), NULL, 10));
		if (strstr(rows[i].head, "429"))
			assert_int_equal(f.retry_after, 31);
		if (strstr(rows[i].head, "Virus"))
			assert_non_null(strstr(f.err.text, "EICAR"));
		dav_stop(&d);
	}
}

/* [MS-WDV] 2.2.3 and its note 17, with the statuses that servers send them with. */
static void test_extended_errors(void **state)
{
	static const struct {
		const char *value;
		enum remote_result result;
		int error;
		const char *words;
	} rows[] = {
		{ "589838; The%20file%20a%20b.docx%20is%20checked%20out%20or%20locked%20for%20editing%20by%20DOM%5cann", REMOTE_ITEM_BAD,
		  -EBUSY, "editing by DOM\\ann" },
		{ "589941; x", REMOTE_ITEM_BAD, -EACCES, "spfs checkout" },
		{ "589935; Blocked+type+%22exe%22", REMOTE_ITEM_BAD, -EPERM, "Blocked type \"exe\"" },
		{ "393226; x", REMOTE_ITEM_BAD, -EFBIG, "bigger" },
		{ "9830404; x", REMOTE_ITEM_BAD, -EPERM, "virus" },
		{ "9830409; x", REMOTE_ITEM_BAD, -EIO, "virus" },
		{ "9830408; x", REMOTE_ITEM_BAD, -EIO, "virus" },
		{ "589936; x", REMOTE_ITEM_BAD, -EINVAL, "character" },
		{ "589937; x", REMOTE_ITEM_BAD, -EPERM, "folder" },
		{ "589928; x", REMOTE_ITEM_BAD, -ENAMETOOLONG, "longer" },
		{ "589923; x", REMOTE_ITEM_BAD, -EDQUOT, "space" },
		{ "589826; x", REMOTE_CONFLICT, -EEXIST, "already" },
		{ "589830; x", REMOTE_ITEM_GONE, -ENOENT, "exist" },
		{ "589831; x", REMOTE_ITEM_GONE, -ENOENT, "folder" },
		/* [MS-WDV] 4.2: a number of no table */
		{ "2342; The%20file%20is%20checked%20out%20to%20ann", REMOTE_ITEM_BAD, -EBUSY, "checked out to ann" },
		{ "99; Access+denied.+Before+opening+files", REMOTE_ITEM_BAD, -EACCES, "Before opening files" },
		{ "99; %FF%FE", REMOTE_ITEM_BAD, -EACCES, "permission" },
		{ "99", REMOTE_ITEM_BAD, -EACCES, "permission" },
	};
	static const char *const statuses[] = { "401 Unauthorized", "403 Forbidden" };

	(void) state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP(str_free_p) char *head = str_printf("HTTP/1.1 %s\r\nWWW-Authenticate: NTLM\r\nX-MSDAVEXT_ERROR: %s\r\n",
							    statuses[i % 2], rows[i / 2].value);
		struct dav d = { .says = { { .head = head, .body = "<html>" } } };
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(call_delete(&d, NULL, &f), rows[i / 2].result);
		assert_int_equal(f.err.code, rows[i / 2].error);
		assert_int_equal(f.server_code, strtol(rows[i / 2].value, NULL, 10));
		if (!strstr(f.err.text, rows[i / 2].words))
			fail_msg("no \"%s\" in: %s", rows[i / 2].words, f.err.text);
		dav_stop(&d);
	}
}

/* 401s about documents do not count against the login; two about the login pause it (account lock-out). */
static void test_checked_out_files_do_not_cost_the_login(void **state)
{
	struct dav d = {
		.account = { .auth = NET_AUTH_BASIC, .user = (char *) (uintptr_t) "ann", .password = (char *) (uintptr_t) "x" },
		.says = { { .head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nX-MSDAVEXT_Error: 589838; ann\r\n" } },
	};
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(call_delete(&d, NULL, &f), REMOTE_ITEM_BAD);
		assert_int_equal(f.err.code, -EBUSY);
	}
	assert_int_equal(d.requests, 6);
	d.says[0].head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nX-MSDAVEXT_Error: 917656; Access%20denied\r\n";
	for (int i = 0; i < 6; i++)
		assert_int_equal(call_delete(&d, NULL, &f), REMOTE_AUTH);
	assert_int_equal(d.requests, 8);
	dav_stop(&d);
}

/* SharePoint Online's "you are not logged in", with 403. */
static void test_not_logged_in(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 403 Forbidden\r\nX-MSDAVEXT_Error: 917656; Access+denied.\r\n" },
				   { .head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n" } } };
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_AUTH);
	assert_int_equal(f.server_code, 917656);
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_AUTH);
	assert_non_null(strstr(f.err.text, "Negotiate, NTLM"));
	dav_stop(&d);
}

/* ---- stat ----------------------------------------------------------------------------------------- */

#define RESPONSE(href, etag) \
	"<D:response><D:href>" href "</D:href><D:propstat><D:prop><D:getetag>" etag "</D:getetag>" \
	"<D:getcontentlength>12</D:getcontentlength><D:getlastmodified>Wed, 04 Oct 2006 10:00:00 GMT</D:getlastmodified>" \
	"</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
#define MULTI(entries) "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">" entries "</D:multistatus>"

static enum remote_result call_stat(struct dav *d, struct remote_doc *ret, struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->stat(d->remote, DOC, ret, NULL, f);
}

static void test_stat_asks_with_propfind(void **state)
{
	static const char *const answers[] = {
		MULTI(RESPONSE("http://h/sites/team/Shared%20Documents/a%20b.docx", "\"1\"")),
		MULTI(RESPONSE("/SITES/team/Shared Documents/A B.docx", "\"1\"")),
		MULTI(RESPONSE("/Shared%20Documents/a%20b.docx", "\"1\"")),     /* a proxy that maps paths */
		MULTI(RESPONSE("/%E9", "\"1\"")),                               /* the only one is it */
		MULTI(RESPONSE("/sites/team/Shared%20Documents/x", "\"2\"") RESPONSE("/sites/team/Shared%20Documents/a%20b.docx", "\"1\"")
		      RESPONSE("/sites/team/Shared%20Documents/y", "\"3\"")),   /* Depth was ignored */
	};

	(void) state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct dav d = { .says = { { .head = DAV_207, .body = answers[i] } } };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		struct remote_fault f;

		dav_start(&d);
		assert_int_equal(call_stat(&d, &doc, &f), REMOTE_OK);
		assert_true(heard_start(&d, 0, "PROPFIND", DOC_URL));
		assert_true(heard_line(&d, 0, "Depth: 0"));
		assert_true(heard_line(&d, 0, "Translate: f"));
		assert_non_null(strstr(d.heard[0].body, "<D:getetag/>"));
		assert_string_equal(doc.etag, "\"1\"");
		assert_int_equal(doc.size, 12);
		assert_int_equal(doc.modified, 1159956000);
		dav_stop(&d);
	}
}

static void test_stat_of_what_is_not_there(void **state)
{
	struct dav d = { .says = {
		{ .head = GONE_404 },
		{ .head = DAV_207, .body = MULTI("<D:response><D:href>/x</D:href><D:status>HTTP/1.1 404 Gone</D:status></D:response>") },
		{ .head = DAV_207, .body = MULTI("") },
		{ .head = DAV_207, .body = "<html/>" },
		{ .head = DAV_207, .body = MULTI(RESPONSE("/a", "\"1\"")), .cut = 100 },
		{ .head = OK_200, .body = "fine" },
	} };
	static const enum remote_result want[] = {
		REMOTE_ITEM_GONE, REMOTE_ITEM_GONE, REMOTE_SITE_BAD, REMOTE_SITE_BAD, REMOTE_SITE_BAD, REMOTE_SITE_BAD,
	};
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		assert_int_equal(call_stat(&d, &doc, &f), want[i]);
		assert_null(doc.etag);
		assert_true(f.err.code < 0 && f.err.text[0]);
	}
	dav_stop(&d);
}

/* Proxies block WebDAV's methods: HEAD does, and PROPFIND is not tried again. */
static void test_stat_without_propfind(void **state)
{
	struct dav d = { .says = {
		{ .head = "HTTP/1.1 405 Method Not Allowed\r\n" },
		{ .head = OK_200 DOC_HEADERS, .body = "hello" },
		{ .head = GONE_404 },
		{ .head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", .body = "Sign in" },
	} };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(call_stat(&d, &doc, &f), REMOTE_OK);
	assert_true(heard_start(&d, 1, "HEAD", DOC_URL));
	assert_string_equal(doc.etag, DOC_ETAG);
	assert_int_equal(doc.size, 5);
	assert_int_equal(call_stat(&d, &doc, &f), REMOTE_ITEM_GONE);
	assert_true(heard_start(&d, 2, "HEAD", DOC_URL));
	assert_int_equal(call_stat(&d, &doc, &f), REMOTE_SITE_BAD);
	dav_stop(&d);
}

/* ---- count ------------------------------------------------------------------------------------------ */

static void test_count(void **state)
{
	static const struct {
		const char *body;
		int64_t n;
	} rows[] = {
		{ MULTI(RESPONSE("http://h/sites/team/Docs/F/", "")), 0 },
		{ MULTI(RESPONSE("/sites/team/Docs/F", "") RESPONSE("/sites/team/Docs/F/a", "") RESPONSE("/sites/team/Docs/F/F", "")), 2 },
		{ MULTI(RESPONSE("/sites/team/Docs/F/a", "") RESPONSE("/Sites/Team/docs/f/", "")), 1 },
		{ MULTI(RESPONSE("/Docs/F/", "") RESPONSE("/Docs/F/a", "")), 1 },
		/* It cannot be told which is the folder: rather one too many, for DELETE takes all of it. */
		{ MULTI(RESPONSE("/elsewhere/", "")), 1 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct dav d = { .says = { { .head = DAV_207, .body = rows[i].body } } };
		struct remote_fault f = { 0 };
		int64_t n = -1;

		dav_start(&d);
		assert_int_equal(d.remote->docs->count(d.remote, "sites/team/Docs/F", &n, NULL, &f), REMOTE_OK);
		assert_true(heard_start(&d, 0, "PROPFIND", "/sites/team/Docs/F"));
		assert_true(heard_line(&d, 0, "Depth: 1"));
		assert_int_equal(n, rows[i].n);
		dav_stop(&d);
	}
}

static void test_count_that_cannot_be_had(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 501 Not Implemented\r\n" }, { .head = GONE_404 } } };
	struct remote_fault f = { 0 };
	int64_t n = -1;

	(void) state;
	dav_start(&d);
	assert_int_equal(d.remote->docs->count(d.remote, DOC, &n, NULL, &f), REMOTE_ITEM_BAD);
	assert_int_equal(f.err.code, -EOPNOTSUPP);
	assert_int_equal(d.remote->docs->count(d.remote, DOC, &n, NULL, &f), REMOTE_ITEM_GONE);
	assert_int_equal(n, -1);
	dav_stop(&d);
}

/* ---- remove and move ---------------------------------------------------------------------------------- */

static void test_remove(void **state)
{
	struct dav d = { .says = { { .head = "HTTP/1.1 204 No Content\r\n", .raw = true }, { .head = "HTTP/1.1 200 OK\r\n" }, { 0 } } };
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	d.n_says = 3;
	assert_int_equal(call_delete(&d, DOC_ETAG, &f), REMOTE_OK);
	assert_true(heard_start(&d, 0, "DELETE", DOC_URL));
	assert_true(heard_line(&d, 0, "If-Match: " DOC_ETAG));
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_OK);
	assert_false(heard_header(&d, 1, "If-Match"));
	/* It was sent, and nobody knows. */
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_LOST);
	dav_stop(&d);
}

/* RFC 4918 9.6.1: some of what is in a folder could not be deleted. */
static void test_a_folder_that_was_removed_in_part(void **state)
{
	struct dav d = { .says = {
		{ .head = DAV_207, .body = MULTI("<D:response><D:href>/f</D:href><D:status>HTTP/1.1 424 Failed</D:status></D:response>"
						 "<D:response><D:href>/f/a</D:href><D:status>HTTP/1.1 423 Locked</D:status></D:response>") },
		{ .head = DAV_207, .body = MULTI("<D:response><D:href>/f</D:href><D:status>HTTP/1.1 204 Gone</D:status></D:response>") },
		{ .head = DAV_207, .body = "<D:multi" },
	} };
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_ITEM_BAD);
	assert_int_equal(f.err.code, -EBUSY);
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_OK);
	assert_int_equal(call_delete(&d, NULL, &f), REMOTE_LOST);
	dav_stop(&d);
}

static enum remote_result call_move(struct dav *d, const char *to, bool overwrite, struct remote_fault *f)
{
	*f = (struct remote_fault) { 0 };
	return d->remote->docs->move(d->remote, DOC, to, overwrite, NULL, f);
}

static void test_move(void **state)
{
	struct dav d = { .says = {
		{ .head = "HTTP/1.1 201 Created\r\n" },
		{ .head = "HTTP/1.1 204 No Content\r\n", .raw = true },
		{ .head = "HTTP/1.1 412 Precondition Failed\r\n" },
		{ .head = "HTTP/1.1 409 Conflict\r\n" },
		{ .head = "HTTP/1.1 403 Forbidden\r\nX-MSDAVEXT_Error: 589937; x\r\n" },
	} };
	CLEANUP(str_free_p) char *destination = NULL;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	destination = str_printf("Destination: http://127.0.0.1:%d/sites/team/Other/50%%25%%20%%23%%26.docx", d.port);
	assert_int_equal(call_move(&d, "sites/team/Other/50% #&.docx", false, &f), REMOTE_OK);
	assert_true(heard_start(&d, 0, "MOVE", DOC_URL));
	assert_true(heard_line(&d, 0, destination));
	assert_true(heard_line(&d, 0, "Overwrite: F"));
	assert_int_equal(call_move(&d, "sites/team/Other/x", true, &f), REMOTE_OK);
	assert_true(heard_line(&d, 1, "Overwrite: T"));
	assert_int_equal(call_move(&d, "sites/team/Other/x", false, &f), REMOTE_CONFLICT);
	assert_int_equal(f.err.code, -EEXIST);
	assert_int_equal(call_move(&d, "sites/team/Other/x", false, &f), REMOTE_ITEM_GONE);
	assert_int_equal(call_move(&d, "sites/team/Other/x", false, &f), REMOTE_ITEM_BAD);
	assert_int_equal(f.err.code, -EPERM);
	/* Out of the site: nothing is sent. */
	assert_int_equal(call_move(&d, "sites/other/x", false, &f), REMOTE_ITEM_BAD);
	assert_int_equal(f.err.code, -EINVAL);
	assert_int_equal(d.requests, 5);
	dav_stop(&d);
}

/* ---- names ----------------------------------------------------------------------------------------------- */

static void test_odd_names_are_encoded_once(void **state)
{
	static const struct {
		const char *path, *target;
	} rows[] = {
		{ "sites/team/D/#1.txt", "/sites/team/D/%231.txt" },
		{ "sites/team/D/100%.txt", "/sites/team/D/100%25.txt" },
		{ "sites/team/D/a%20b.txt", "/sites/team/D/a%2520b.txt" },
		{ "sites/team/D/R&D + co.txt", "/sites/team/D/R%26D%20+%20co.txt" },
		{ "sites/team/D/\xe5\xa4\xaa\xe9\x83\x8e.txt", "/sites/team/D/%E5%A4%AA%E9%83%8E.txt" },
		{ "sites/team/D/\xf0\x9f\x98\x80.txt", "/sites/team/D/%F0%9F%98%80.txt" },
		{ "sites/team/D/e\xcc\x81.txt", "/sites/team/D/e%CC%81.txt" }, /* not composed */
		{ "sites/team/D/it's (1) [2] {3}~.txt", "/sites/team/D/it's%20(1)%20%5B2%5D%20%7B3%7D~.txt" },
		{ "sites/team/D/...txt", "/sites/team/D/...txt" },
	};
	struct dav d = { .says = { { .head = "HTTP/1.1 204 No Content\r\n", .raw = true } } };

	(void) state;
	dav_start(&d);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct remote_fault f = { 0 };

		assert_int_equal(d.remote->docs->remove(d.remote, rows[i].path, NULL, NULL, &f), REMOTE_OK);
		if (!heard_start(&d, (int) i, "DELETE", rows[i].target))
			fail_msg("%s: %s", rows[i].path, d.heard[i].head);
	}
	dav_stop(&d);
}

static void test_paths_that_lead_elsewhere_are_not_asked_for(void **state)
{
	CLEANUP(buf_release_p) struct buf longest = BUF_INIT(100000);
	const char *paths[] = { "sites/team/../../etc", "sites/other/x", "", "sites/team/a//b", "sites/team/a\r\nHost: x", NULL };
	struct dav d = { .says = { { .head = OK_200 } } };

	(void) state;
	buf_adds(&longest, "sites/team/");
	for (int i = 0; i < 40000; i++)
		buf_addc(&longest, 'a');
	paths[5] = buf_str(&longest);
	dav_start(&d);
	for (int i = 0; i < 6; i++) {
		struct remote_fault f = { 0 };

		assert_int_equal(d.remote->docs->remove(d.remote, paths[i], NULL, NULL, &f), REMOTE_ITEM_BAD);
		assert_int_equal(f.err.code, i == 5 ? -ENAMETOOLONG : -EINVAL);
	}
	assert_int_equal(d.requests, 0);
	dav_stop(&d);
}

/* ---- time and size ------------------------------------------------------------------------------------------ */

static void *set_later(void *arg)
{
	usleep(300000);
	atomic_store((atomic_int *) arg, 1);
	return NULL;
}

/* A dead server, one that drips, and one that stopped in the middle of a body. */
static void test_a_cancel_is_seen_at_once(void **state)
{
	static const struct dav_say says[] = {
		{ .silent = true, .head = "" },
		{ .head = OK_200 DOC_HEADERS, .zeros = 100000, .wait_ms = 50 },
		{ .head = OK_200 DOC_HEADERS, .zeros = 100000, .wait_ms = 5000 },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++) {
		struct dav d = { .says = { says[i] } };
		CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
		CLEANUP(got_release) struct got g = GOT_INIT;
		const struct remote_doc_sink sink = { on_begin, on_data, &g };
		struct remote_fault f = { 0 };
		atomic_int cancel = 0;
		int64_t start = clock_mono_ms();
		pthread_t t;

		dav_start(&d);
		assert_int_equal(pthread_create(&t, NULL, set_later, &cancel), 0);
		assert_int_equal(d.remote->docs->fetch(d.remote, DOC, 0, NULL, &sink, &doc, &cancel, &f), REMOTE_CANCELED);
		assert_int_equal(f.err.code, -ECANCELED);
		pthread_join(t, NULL);
		assert_true(clock_mono_ms() - start < 4500);
		dav_stop(&d);
	}
}

/* Also while bytes come as fast as they can. */
static void test_a_cancel_in_a_fast_body(void **state)
{
	struct dav d = { .says = { { .head = OK_200 DOC_HEADERS, .zeros = 3LL << 30 } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	const struct remote_doc_sink sink = { on_begin, on_data, &g };
	struct remote_fault f = { 0 };
	atomic_int cancel = 0;

	(void) state;
	dav_start(&d);
	g.cancel_at_data = &cancel;
	assert_int_equal(d.remote->docs->fetch(d.remote, DOC, 0, NULL, &sink, &doc, &cancel, &f), REMOTE_CANCELED);
	assert_true(g.n < 64 << 20);
	dav_stop(&d);
}

static void test_memory_does_not_grow_with_a_document(void **state)
{
	int64_t size = (3LL << 30) + 1, before;
	struct dav d = { .says = { { .head = OK_200 DOC_HEADERS, .zeros = size } } };
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };
	CLEANUP(got_release) struct got g = GOT_INIT;
	struct remote_fault f;

	(void) state;
	dav_start(&d);
	before = resident();
	assert_int_equal(fetch(&d, 0, NULL, &g, &doc, &f), REMOTE_OK);
	assert_int_equal(g.n, size);
	assert_int_equal(doc.size, size);
	assert_true(resident() - before < 16 << 20);
	dav_stop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_document),
		cmocka_unit_test(test_a_host_proves_that_it_honours_ranges),
		cmocka_unit_test(test_a_part_of_a_document),
		cmocka_unit_test(test_parts_that_are_not_what_was_asked_for),
		cmocka_unit_test(test_ranges_that_are_not_what_was_asked_for),
		cmocka_unit_test(test_an_empty_document),
		cmocka_unit_test(test_cut_bodies_are_resumed),
		cmocka_unit_test(test_an_answer_cut_anywhere_is_not_a_document),
		cmocka_unit_test(test_a_body_without_an_end_is_refused_and_a_chunked_one_is_not),
		cmocka_unit_test(test_pages_are_not_documents),
		cmocka_unit_test(test_an_endless_refusal),
		cmocka_unit_test(test_a_document_may_be_html),
		cmocka_unit_test(test_the_sink_ends_a_fetch),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_extended_errors),
		cmocka_unit_test(test_checked_out_files_do_not_cost_the_login),
		cmocka_unit_test(test_not_logged_in),
		cmocka_unit_test(test_stat_asks_with_propfind),
		cmocka_unit_test(test_stat_of_what_is_not_there),
		cmocka_unit_test(test_stat_without_propfind),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_count_that_cannot_be_had),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_a_folder_that_was_removed_in_part),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_odd_names_are_encoded_once),
		cmocka_unit_test(test_paths_that_lead_elsewhere_are_not_asked_for),
		cmocka_unit_test(test_a_cancel_is_seen_at_once),
		cmocka_unit_test(test_a_cancel_in_a_fast_body),
		cmocka_unit_test(test_memory_does_not_grow_with_a_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
