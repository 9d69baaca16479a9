/*
 * GET. Nothing that is not the document's bytes may reach the sink, and what reaches it
 * must be told whole from cut:
 * 1. Redirects are not followed, and a web page without an ETag is a sign-in form.
 * 2. An answer whose end nobody can tell (no length, not chunked) is refused.
 * 3. The bytes of a 206 are those asked for, of the version asked for; else the whole document
 *    is asked for instead, or, where only a part is wanted, nothing.
 *
 * Whether a host honours ranges it says by doing so: OPTIONS of SharePoint 2007 says "none",
 * and caches and proxies decide too. The first fetch of a whole document therefore asks for
 * "bytes=0-", which costs nothing and is the proof.
 */
#include "docs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "base/buf.h"
#include "base/str.h"
#include "docs_call.h"
#include "soap.h"

/* Of the words of a refusal, which nobody reads. */
enum { REFUSAL_MAX = 1 << 20 };

struct fetch {
	struct sp *sp;                      /* foreign */
	const char *path;                   /* foreign */
	const struct remote_doc_sink *sink; /* foreign */
	const atomic_int *cancel;           /* foreign */
	int64_t offset;
	int64_t end;                        /* of a part; 0: all from the offset on */
	const char *etag;                   /* foreign; NULL: none */
	bool ask_range;                     /* the request has a Range */

	struct remote_doc doc;              /* owned; what the answer says */
	int64_t got;                        /* bytes of its body */
	int64_t want;                       /* how many must come; -1: the framing says it */
	bool taking;                        /* the body is the document */
	int stopped;                        /* the sink's error */
	const char *refused;                /* words: the answer cannot be used */
	bool misfit;                        /* a 206 of other bytes than were asked for */
};

/* ---- the answer's head -------------------------------------------------------------- */

/* "bytes 100-199/1000", or an asterisk for a total that is not known. */
static bool read_range(const struct net_reply *reply, int64_t *ret_from, int64_t *ret_to, int64_t *ret_total)
{
	const char *value = net_reply_header(reply, "Content-Range", NULL);
	CLEANUP(str_free_p) char *copy = value ? strdup(value) : NULL;
	char *from, *to, *total;

	if (!copy || strncasecmp(copy, "bytes ", 6) != 0)
		return false;
	from = copy + 6;
	to = strchr(from, '-');
	total = to ? strchr(to, '/') : NULL;
	if (!total)
		return false;
	*to++ = *total++ = '\0';
	*ret_total = -1;
	if (str_to_i64(from, ret_from) < 0 || str_to_i64(to, ret_to) < 0)
		return false;
	return str_eq(total, "*") || str_to_i64(total, ret_total) == 0;
}

/* Of what the answer is: the version that was asked for, if any was. A part is nobody's whose version and whole nobody knows. */
static bool is_of_version(const struct fetch *x, int64_t total)
{
	/* If-Range was not understood: the bytes are of another version. */
	if (x->etag && x->doc.etag && !str_eq(x->etag, x->doc.etag))
		return false;
	return !x->end || (x->doc.etag && total >= 0);
}

/* Invariant 3. */
static bool take_range(struct fetch *x, const struct net_reply *reply)
{
	int64_t from, to, total;

	if (!x->ask_range || !read_range(reply, &from, &to, &total) || from != x->offset || to < from ||
	    (total >= 0 && to >= total))
		return false;
	if (!is_of_version(x, total))
		return false;
	/* Fewer than to the end is allowed; to the caller it is as if the rest was cut off. */
	x->want = total < 0 ? to - from + 1 : (x->end && x->end < total ? x->end : total) - from;
	x->doc.size = total;
	x->doc.partial = x->offset > 0;
	atomic_store(&x->sp->docs->ranges, true);
	return true;
}

static void take_whole(struct fetch *x, const struct net_reply *reply)
{
	x->want = x->doc.size;
	/* Invariant 2. */
	if (x->doc.size < 0 && !net_reply_header(reply, "Transfer-Encoding", NULL))
		x->refused = "the server does not say where the document ends";
	/* With If-Range the whole may come because the version is another one. */
	if (x->ask_range && (!x->etag || str_eq(x->etag, x->doc.etag)))
		atomic_store(&x->sp->docs->no_ranges, true);
}

static int on_begin(void *arg, const struct net_reply *reply)
{
	struct fetch *x = arg;
	int r;

	if ((reply->status != 200 && reply->status != 206) || docs_call_is_page(reply))
		return 0;
	r = docs_call_describe(reply, &x->doc);
	if (r < 0)
		return r;
	if (reply->status == 200)
		take_whole(x, reply);
	else
		x->misfit = !take_range(x, reply);
	x->misfit |= x->end && reply->status == 200;
	if (x->misfit || x->refused)
		return -EBADMSG;
	x->taking = true;
	r = x->sink->begin ? x->sink->begin(x->sink->arg, &x->doc) : 0;
	if (r < 0)
		x->stopped = r;
	return r < 0 ? r : 0;
}

static int on_data(void *arg, const void *p, size_t n)
{
	struct fetch *x = arg;
	int r;

	x->got += (int64_t) n;
	if (!x->taking)
		return x->got > REFUSAL_MAX ? -EFBIG : 0;
	if (x->end && x->got > x->want)
		return -EBADMSG;
	r = x->sink->data(x->sink->arg, p, n);
	if (r < 0)
		x->stopped = r;
	return r < 0 ? r : 0;
}

/* ---- requests -------------------------------------------------------------------------- */

static void set_headers(const struct fetch *x, char range[64], struct docs_call *c)
{
	if (!x->ask_range)
		return;
	if (x->end)
		snprintf(range, 64, "bytes=%lld-%lld", (long long) x->offset, (long long) x->end - 1);
	else
		snprintf(range, 64, "bytes=%lld-", (long long) x->offset);
	c->headers[0] = (struct net_header) { "Range", range };
	if (x->etag)
		c->headers[1] = (struct net_header) { "If-Range", x->etag };
}

static enum remote_result cut(const struct fetch *x, struct remote_fault *f)
{
	soap_fail(x->sp, f, REMOTE_SITE_BAD, "the connection broke before the whole document had come");
	f->err.code = -EPIPE;
	return REMOTE_SITE_BAD;
}

static enum remote_result ask(struct fetch *x, struct remote_fault *f)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	const struct net_sink sink = { .begin = on_begin, .write = on_data, .arg = x };
	char range[64];
	struct docs_call c = {
		.method = "GET", .path = x->path, .sink = &sink, .stopped = &x->stopped, .cancel = x->cancel,
	};
	enum remote_result result;

	set_headers(x, range, &c);
	result = docs_call(x->sp, &c, &reply, f);
	if (x->refused)
		return soap_fail(x->sp, f, REMOTE_SITE_BAD, "%s", x->refused);
	if (result != REMOTE_OK)
		return result;
	if (!x->taking)
		return soap_fail(x->sp, f, REMOTE_SITE_BAD, "the answer is not a document");
	if (x->want >= 0 && x->got < x->want)
		return cut(x, f);
	if (x->doc.size < 0 && !x->doc.partial)
		x->doc.size = x->got;
	return REMOTE_OK;
}

/* 416: there are no such bytes, because the document is shorter now, or empty. */
static bool needs_whole(const struct fetch *x, enum remote_result result, const struct remote_fault *f)
{
	return x->misfit || (x->ask_range && result != REMOTE_OK && f->http_status == 416);
}

enum remote_result docs_fetch(struct remote *r, const char *path, int64_t offset, const char *etag,
			      const struct remote_doc_sink *sink, struct remote_doc *ret, const atomic_int *cancel,
			      struct remote_fault *f)
{
	struct sp *sp = (struct sp *) r;
	bool known = atomic_load(&sp->docs->ranges) || atomic_load(&sp->docs->no_ranges);
	struct fetch x = {
		.sp = sp, .path = path, .sink = sink, .cancel = cancel, .offset = offset,
		.etag = offset ? etag : NULL, .ask_range = offset || !known, .doc = { .size = -1 }, .want = -1,
	};
	enum remote_result result = ask(&x, f);

	if (needs_whole(&x, result, f)) {
		x.offset = 0;
		x.etag = NULL;
		x.ask_range = x.misfit = false;
		result = ask(&x, f);
	}
	if (result == REMOTE_OK) {
		remote_doc_release(ret);
		*ret = x.doc;
		x.doc = (struct remote_doc) { .size = -1 };
	}
	remote_doc_release(&x.doc);
	return result;
}

enum remote_result docs_fetch_part(struct remote *r, const char *path, int64_t from, int64_t to, const char *etag,
				   const struct remote_doc_sink *sink, const atomic_int *cancel, struct remote_fault *f)
{
	struct fetch x = {
		.sp = (struct sp *) r, .path = path, .sink = sink, .cancel = cancel, .offset = from, .end = to,
		.etag = etag, .ask_range = true, .doc = { .size = -1 }, .want = -1,
	};
	enum remote_result result = ask(&x, f);

	if (needs_whole(&x, result, f))
		result = soap_fail(x.sp, f, REMOTE_CONFLICT, "the server does not answer with that part of that version");
	remote_doc_release(&x.doc);
	return result;
}
