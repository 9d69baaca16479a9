/*
 * One POST and its answer. The answer is parsed while it arrives and spooled beside, so
 * that one which is not well-formed (servers send repeated attributes and control
 * characters) gets a second reading, in which these faults and few others are mended.
 */
#include "soap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "davcode.h"
#include "net/http.h"
#include "spool.h"

enum { REQUEST_MAX = 128 << 20, ANSWER_MAX = 256 << 20, HEAD_MAX = 32768 };

struct answer {
	struct sp *sp;                /* foreign */
	const struct soap_call *call; /* foreign */
	struct err *err;              /* foreign */
	struct xml *xml;              /* owned; NULL: the answer is not XML */
	struct spool spool;           /* owned */
	struct buf head;              /* owned; the beginning of what is not XML */
	bool ill;                     /* not well-formed */
	bool has_result;
	struct soap_fault fault;      /* owned */
};

/* ---- the envelope's own elements ------------------------------------------------ */

static int enter(void *ctx, int state, struct xml *x)
{
	struct answer *a = ctx;

	if (state >= SOAP_STATES)
		return a->call->sink->enter(a->call->ctx, state, x);
	a->has_result |= state == SOAP_RESULT;
	a->fault.seen |= state == SOAP_FAULT;
	return 0;
}

/* Without the blanks around it: servers indent. */
static int set_text(char **p, const char *text)
{
	CLEANUP(str_free_p) char *copy = strdup(text);

	return copy ? str_set(p, str_trim(copy)) : -ENOMEM;
}

static int leave_fault(struct soap_fault *f, int state, const char *text)
{
	uint64_t code;

	switch (state) {
	case SOAP_FAULTCODE:
		f->from_client = str_ends(text, "Client");
		return 0;
	case SOAP_FAULTSTRING:
		return f->text ? 0 : set_text(&f->text, text);
	case SOAP_ERRORSTRING:
		f->has_errorstring = true;
		return set_text(&f->text, text);
	case SOAP_ERRORCODE:
		f->has_code = str_to_u64(text, &code) == 0 && code <= UINT32_MAX;
		f->code = f->has_code ? (uint32_t) code : 0;
		return 0;
	default:
		return 0;
	}
}

static int leave(void *ctx, int state, const char *text)
{
	struct answer *a = ctx;

	if (state >= SOAP_STATES || state == SOAP_RESULT)
		return a->call->sink->leave ? a->call->sink->leave(a->call->ctx, state, text) : 0;
	return leave_fault(&a->fault, state, text);
}

static const struct xml_sink envelope = { enter, leave };

/* ---- reading ------------------------------------------------------------------------ */

static bool is_xml(const struct net_reply *r)
{
	const char *type = net_reply_header(r, "Content-Type", NULL);

	return !type || (strcasestr(type, "xml") && !strcasestr(type, "html"));
}

static int on_begin(void *arg, const struct net_reply *r)
{
	struct answer *a = arg;

	return is_xml(r) ? xml_new(a->call->rules, &envelope, a, false, &a->xml) : 0;
}

static int feed(void *arg, const char *p, size_t n)
{
	struct answer *a = arg;

	return xml_feed(a->xml, p, n, a->err);
}

static int on_body(void *arg, const void *p, size_t n)
{
	struct answer *a = arg;
	size_t room = a->head.max - a->head.len;
	int r;

	if (!a->xml)
		return buf_add(&a->head, p, n < room ? n : room);
	r = spool_add(&a->spool, p, n);
	if (r < 0)
		return err_set(a->err, r, "no room for its answer in %s: %s", a->spool.dir ?: "memory", strerrordesc_np(-r));
	if (a->ill)
		return 0;
	r = feed(a, p, n);
	a->ill = r == -EILSEQ;
	return a->ill ? 0 : r;
}

/* The second reading. */
static int mend(struct answer *a)
{
	int r;

	a->xml = xml_free(a->xml);
	free(a->fault.text);
	a->fault = (struct soap_fault) { 0 };
	a->has_result = false;
	*a->err = (struct err) { 0 };
	if (a->call->restart)
		a->call->restart(a->call->ctx);
	r = xml_new(a->call->rules, &envelope, a, true, &a->xml);
	if (r == 0)
		r = spool_each(&a->spool, feed, a);
	return r < 0 ? r : xml_end(a->xml, a->err);
}

static int finish(struct answer *a)
{
	int r = a->ill ? -EILSEQ : xml_end(a->xml, a->err);

	return r == -EILSEQ ? mend(a) : r;
}

/* ---- one call -------------------------------------------------------------------------- */

/* A request whose last parameter is read while it is sent. */
struct joined {
	const char *p;  /* foreign; what stands before and after it */
	size_t split;   /* where it stands */
	size_t len;
	const struct net_source *middle; /* foreign */
};

static ssize_t read_joined(void *arg, int64_t at, void *p, size_t n)
{
	const struct joined *j = arg;
	int64_t from = at, end = (int64_t) j->split;

	if (at >= end && at < end + j->middle->size)
		return j->middle->read(j->middle->arg, at - end, p, n);
	if (at >= end) {
		from = at - j->middle->size;
		end = (int64_t) j->len;
	}
	if (end - from < (int64_t) n)
		n = (size_t) (end - from);
	memcpy(p, j->p + from, n);
	return (ssize_t) n;
}

static int build(const struct soap_call *c, struct buf *out, size_t *ret_split)
{
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		      "<soap:Envelope xmlns:soap=\"" SOAP_NS "\"><soap:Body>");
	buf_addf(out, "<%s xmlns=\"" SP_NS "\">", c->op);
	buf_add(out, buf_str(c->args), c->args->len);
	if (c->stream)
		buf_addf(out, "<%s>", c->stream_name);
	*ret_split = out->len;
	if (c->stream)
		buf_addf(out, "</%s>", c->stream_name);
	buf_addf(out, "</%s></soap:Body></soap:Envelope>", c->op);
	return buf_error(c->args) ?: buf_error(out);
}

static int post(struct answer *a, const struct buf *body, size_t split, struct net_reply *reply)
{
	struct joined joined = { .p = buf_str(body), .split = split, .len = body->len, .middle = a->call->stream };
	const struct net_source source = {
		.size = (int64_t) body->len + (joined.middle ? joined.middle->size : 0),
		.read = read_joined, .arg = &joined,
	};
	CLEANUP(str_free_p) char *action = str_printf("\"" SP_NS "%s\"", a->call->op);
	/* The third says that we cannot fill in a login form: a challenge will do ([MS-OFBA] 2.2). */
	const struct net_header headers[] = {
		{ "Content-Type", "text/xml; charset=utf-8" },
		{ "SOAPAction", action },
		{ "X-FORMS_BASED_AUTH_ACCEPTED", "f" },
		{ "Accept", "text/xml" },
	};
	const struct net_sink sink = { .begin = on_begin, .write = on_body, .arg = a };
	const struct net_request q = {
		.method = "POST", .url = a->sp->endpoint, .headers = headers, .n_headers = 4,
		.body = joined.middle ? NULL : buf_str(body), .body_len = body->len,
		.source = joined.middle ? &source : NULL, .once = a->call->changes, .gzip = true,
		.is_answer = davcode_is_answer, .max_body = ANSWER_MAX, .sink = &sink, .cancel = a->call->cancel,
	};

	return action ? net_http_do(a->sp->http, &q, reply, a->err) : -ENOMEM;
}

static enum remote_result judge(struct answer *a, const struct net_reply *reply, struct remote_fault *f)
{
	int r;

	if (!a->xml)
		return answer_foreign(a->sp, a->call, reply, buf_str(&a->head), f);
	r = finish(a);
	/* An error page may call itself XML; its status says more than that it is not SOAP. */
	if (r < 0 && reply->status != 200 && !(a->call->stopped && *a->call->stopped))
		return answer_foreign(a->sp, a->call, reply, "", f);
	if (r < 0)
		return answer_failed(a->sp, a->call, r, true, f);
	if (a->fault.seen)
		return answer_fault(a->sp, a->call, &a->fault, reply, f);
	if (reply->status != 200)
		return answer_foreign(a->sp, a->call, reply, "", f);
	if (!a->has_result)
		return answer_empty(a->sp, a->call, f);
	return REMOTE_OK;
}

static enum remote_result call(struct answer *a, struct net_reply *reply, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(REQUEST_MAX);
	struct net_hints hints;
	enum remote_result result;
	size_t split;
	int r = build(a->call, &body, &split);

	if (r == 0)
		r = post(a, &body, split, reply);
	if (a->call->reply && body.p) /* of a login */
		explicit_bzero(body.p, body.len);
	result = r < 0 ? answer_failed(a->sp, a->call, r, reply->sent, f) : judge(a, reply, f);
	hints = net_reply_hints(reply);
	f->http_status = reply->status;
	a->sp->too_old |= answer_too_old(reply);
	f->retry_after = net_retry_seconds(&hints, clock_now_ns() / 1000000000);
	return result;
}

enum remote_result soap_do(struct sp *sp, const struct soap_call *c, struct remote_fault *f)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	struct answer a = {
		.sp = sp, .call = c, .err = &f->err, .spool = SPOOL_INIT(sp->dir), .head = BUF_INIT(HEAD_MAX),
	};
	enum remote_result result = call(&a, c->reply ?: &reply, f);

	/* No answer to this question, nor a refusal: a gateway that is out of step answers the next one wrongly too. */
	if (result != REMOTE_OK && !a.fault.seen)
		net_http_distrust(sp->http);
	xml_free(a.xml);
	spool_release(&a.spool);
	buf_release(&a.head);
	free(a.fault.text);
	return result;
}
