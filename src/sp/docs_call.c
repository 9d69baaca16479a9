/*
 * Requests on documents, and what their answers mean. X-MSDAVEXT_Error is read before the
 * status is: SharePoint sends 401 and 403 for files that are checked out, and taking that for a
 * refused login would ask people for passwords and lock their accounts.
 */
#include "docs_call.h"

#include <errno.h>
#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/str.h"
#include "davcode.h"
#include "docs_path.h"
#include "remote/docs.h"
#include "soap.h"

enum { HEADERS_MAX = 8, URL_MAX = 32768, ANSWER_MAX = 256 << 20 };

/* ---- what headers say ------------------------------------------------------------ */

static bool has_body(const struct net_reply *reply)
{
	return !str_eq(net_reply_header(reply, "Content-Length", NULL), "0");
}

/* A document that is itself HTML has an ETag: every server that keeps files gives them one. */
bool docs_call_is_page(const struct net_reply *reply)
{
	const char *type = net_reply_header(reply, "Content-Type", NULL);

	return reply->status == 200 && type && strcasestr(type, "html") && has_body(reply) &&
	       !net_reply_header(reply, "ETag", NULL);
}

int docs_call_describe(const struct net_reply *reply, struct remote_doc *ret)
{
	const char *length = net_reply_header(reply, "Content-Length", NULL);
	const char *modified = net_reply_header(reply, "Last-Modified", NULL);

	remote_doc_release(ret);
	/* Chunks win over a length (RFC 9112 6.3). */
	if (net_reply_header(reply, "Transfer-Encoding", NULL))
		length = NULL;
	if (!length || str_to_i64(length, &ret->size) < 0 || ret->size < 0)
		ret->size = -1;
	if (!modified || clock_parse_http(modified, &ret->modified) < 0)
		ret->modified = 0;
	return str_set(&ret->etag, net_reply_header(reply, "ETag", NULL));
}

/* ---- refusals ---------------------------------------------------------------------- */

static enum remote_result fail(const struct sp *sp, struct remote_fault *f, enum remote_result result, int error,
			       const char *words, const char *text)
{
	soap_fail(sp, f, result, "%s%s%s%s", words, *text ? " (" : "", text, *text ? ")" : "");
	f->err.code = error;
	return result;
}

enum remote_result docs_call_refused(const struct sp *sp, int status, struct remote_fault *f)
{
	const struct davstatus *s = davcode_status(status);

	f->http_status = status;
	return fail(sp, f, s->result, s->error, s->words, "");
}

/* A number that is not in the table: [MS-WDV] leaves them open, and its own example has one. */
static enum remote_result refused_by_text(const struct sp *sp, int status, const char *text,
					  struct remote_fault *f)
{
	const struct davstatus *s = davcode_status(status == 401 ? 403 : status);

	if (strcasestr(text, "checked out") || strcasestr(text, "locked for"))
		s = davcode_status(423);
	return fail(sp, f, s->result, s->error, s->words, text);
}

static enum remote_result refused_by_code(const struct sp *sp, int status, uint32_t code, const char *text,
					  struct remote_fault *f)
{
	const struct davcode *c = davcode_find(code);

	f->server_code = code;
	if (!c)
		return refused_by_text(sp, status, text, f);
	return fail(sp, f, c->result, c->error, c->words, text);
}

/* RFC 4918 knows 409 for a missing folder only; from a document there is nothing else to say it with. */
static enum remote_result infected(const struct sp *sp, const struct docs_call *c, const char *virus,
				   struct remote_fault *f)
{
	return fail(sp, f, REMOTE_ITEM_BAD, c->changes ? -EPERM : -EIO,
		    "the server's virus scanner has blocked it", virus);
}

static enum remote_result refused(const struct sp *sp, const struct docs_call *c, const struct net_reply *reply,
				  struct remote_fault *f)
{
	const struct soap_call as_soap = { .changes = c->changes };
	const struct davstatus *s = davcode_status(reply->status);
	const char *virus = net_reply_header(reply, "X-Virus-Infected", NULL);

	if (virus || (reply->status == 409 && str_eq(c->method, "GET")))
		return infected(sp, c, virus ?: "", f);
	if (reply->redirect || reply->status == 401 || reply->status == 200 ||
	    (reply->status == 403 && net_reply_header(reply, "X-Forms_Based_Auth_Required", NULL)))
		return answer_foreign(sp, &as_soap, reply, "", f);
	if (c->changes && s->maybe_done)
		return fail(sp, f, REMOTE_LOST, s->error, s->words, "");
	return fail(sp, f, s->result, s->error, s->words, "");
}

/* ---- one request ------------------------------------------------------------------------ */

static enum remote_result failed(const struct sp *sp, const struct docs_call *c, int r, bool sent,
				 struct remote_fault *f)
{
	const struct soap_call as_soap = { .changes = c->changes, .stopped = c->stopped };
	enum remote_result result = answer_failed(sp, &as_soap, r, sent, f);

	return result == REMOTE_LIST_BAD ? REMOTE_SITE_BAD : result;
}

static enum remote_result judge(const struct sp *sp, const struct docs_call *c, const struct net_reply *reply,
				int r, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	bool ours = r == -ECANCELED || r == -ENOMEM || (c->stopped && *c->stopped < 0);
	uint32_t code;

	/* A refusal counts even if its words were cut off. */
	if (r < 0 && (ours || reply->status < 300))
		return failed(sp, c, r, reply->sent, f);
	if (reply->status > 199 && reply->status < 300 && !docs_call_is_page(reply))
		return REMOTE_OK;
	*f = (struct remote_fault) { 0 };
	if (davcode_read(reply, &code, &text))
		return refused_by_code(sp, reply->status, code, buf_str(&text), f);
	return refused(sp, c, reply, f);
}

static size_t all_headers(const struct docs_call *c, struct net_header out[HEADERS_MAX])
{
	size_t n = 0;

	/* The source of a page, not what it does; and no form can be filled in here ([MS-OFBA] 2.2). */
	out[n++] = (struct net_header) { "Translate", "f" };
	out[n++] = (struct net_header) { "X-FORMS_BASED_AUTH_ACCEPTED", "f" };
	if (c->body)
		out[n++] = (struct net_header) { "Content-Type", "text/xml; charset=utf-8" };
	else if (c->source)
		out[n++] = (struct net_header) { "Content-Type", "application/octet-stream" };
	for (size_t i = 0; i < sizeof(c->headers) / sizeof(*c->headers) && c->headers[i].name; i++)
		out[n++] = c->headers[i];
	return n;
}

static int send_it(struct sp *sp, const struct docs_call *c, struct net_reply *reply, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(URL_MAX);
	struct net_header headers[HEADERS_MAX];
	struct net_request q = {
		.method = c->method, .headers = headers, .n_headers = all_headers(c, headers),
		.body = c->body, .body_len = c->body ? strlen(c->body) : 0, .source = c->source,
		.max_body = str_eq(c->method, "GET") ? 0 : ANSWER_MAX,
		.once = c->changes, .stay = true, .is_answer = davcode_is_answer,
		.sink = c->sink, .cancel = c->cancel,
	};
	int r = docs_path_url(sp, c->path, &url);

	if (r < 0)
		return r;
	q.url = buf_str(&url);
	return net_http_do(sp->http, &q, reply, &f->err);
}

enum remote_result docs_call(struct sp *sp, const struct docs_call *c, struct net_reply *reply,
			     struct remote_fault *f)
{
	enum remote_result result;
	struct net_hints hints;
	int r;

	*f = (struct remote_fault) { 0 };
	r = send_it(sp, c, reply, f);
	if (!reply->sent && (r == -EINVAL || r == -EFBIG))
		return fail(sp, f, REMOTE_ITEM_BAD, r == -EFBIG ? -ENAMETOOLONG : r,
			    "this path cannot be asked for", "");
	result = judge(sp, c, reply, r, f);
	hints = net_reply_hints(reply);
	f->http_status = reply->status;
	f->retry_after = net_retry_seconds(&hints, clock_now_ns() / 1000000000);
	return result;
}
