/* What the server says of a document or folder without its bytes: PROPFIND (RFC 4918 9.1). */
#include "docs.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "docs_call.h"
#include "docs_path.h"
#include "multistatus.h"
#include "soap.h"

static const char which[] =
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	"<D:propfind xmlns:D=\"DAV:\"><D:prop><D:getetag/><D:getcontentlength/><D:getlastmodified/></D:prop>"
	"</D:propfind>";

/* One PROPFIND. */
struct propfind {
	struct sp *sp;          /* foreign */
	const char *path;       /* foreign */
	struct multistatus *xml; /* owned; NULL: the answer is none */
	struct err err;         /* of the reading */
	int64_t n;              /* resources seen */
	bool found;             /* the one that was asked for is among them */
	int status;             /* its status, as the entry has it */
	struct remote_doc doc;  /* owned */
};

/* ---- the answer ---------------------------------------------------------------------- */

/*
 * SharePoint may know the place by another address than we do (a proxy, an alternate access
 * mapping): what one of the paths ends with, the other is.
 */
static bool is_end_of(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return m > 0 && m < n && path[n - m - 1] == '/' && docs_path_same(path + n - m, end);
}

static bool is_asked_for(const struct propfind *x, const char *path)
{
	return docs_path_same(path, x->path) || is_end_of(path, x->path) || is_end_of(x->path, path);
}

static int take(struct propfind *x, const struct multistatus_entry *e)
{
	x->status = e->status;
	x->doc.size = e->size;
	x->doc.modified = e->modified;
	return str_set(&x->doc.etag, e->etag);
}

static int on_entry(void *arg, const struct multistatus_entry *e)
{
	struct propfind *x = arg;
	bool same = !x->found && is_asked_for(x, e->path);
	/* The only one, when its path cannot be recognised, is it too. */
	int r = same || x->n == 0 ? take(x, e) : 0;

	x->found |= same;
	x->n++;
	return r;
}

static int on_begin(void *arg, const struct net_reply *reply)
{
	struct propfind *x = arg;

	return reply->status == 207 ? multistatus_new(on_entry, x, &x->xml) : 0;
}

static int on_data(void *arg, const void *p, size_t n)
{
	struct propfind *x = arg;

	return x->xml ? multistatus_feed(x->xml, p, n, &x->err) : 0;
}

/* ---- the request ------------------------------------------------------------------------ */

static bool is_blocked(enum remote_result result, const struct remote_fault *f)
{
	return result == REMOTE_ITEM_BAD && f->err.code == -EOPNOTSUPP;
}

static enum remote_result unreadable(const struct propfind *x, struct remote_fault *f)
{
	return soap_fail(x->sp, f, REMOTE_SITE_BAD, "the answer to PROPFIND cannot be read%s%s",
			 x->err.text[0] ? ": " : "", x->err.text);
}

static enum remote_result propfind(struct propfind *x, const char *depth, const atomic_int *cancel,
				   struct remote_fault *f)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	const struct net_sink sink = { .begin = on_begin, .write = on_data, .arg = x };
	const struct docs_call c = {
		.method = "PROPFIND", .path = x->path, .headers = { { "Depth", depth } }, .body = which,
		.sink = &sink, .cancel = cancel,
	};
	enum remote_result result = docs_call(x->sp, &c, &reply, f);

	if (is_blocked(result, f))
		atomic_store(&x->sp->docs->no_propfind, true);
	if (x->err.code)
		return unreadable(x, f);
	if (result != REMOTE_OK)
		return result;
	if (!x->xml || multistatus_end(x->xml, &x->err) < 0 || x->n == 0)
		return unreadable(x, f);
	if (x->status > 299)
		return docs_call_refused(x->sp, x->status, f);
	return REMOTE_OK;
}

static void propfind_release(struct propfind *x)
{
	multistatus_free(x->xml);
	remote_doc_release(&x->doc);
}

/* ---- stat ---------------------------------------------------------------------------------- */

static enum remote_result head(struct propfind *x, const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	const struct docs_call c = { .method = "HEAD", .path = x->path, .cancel = cancel };
	enum remote_result result = docs_call(x->sp, &c, &reply, f);

	if (result == REMOTE_OK && docs_call_describe(&reply, &x->doc) < 0)
		return soap_fail(x->sp, f, REMOTE_SITE_BAD, "out of memory");
	return result;
}

enum remote_result docs_stat(struct remote *r, const char *path, struct remote_doc *ret, const atomic_int *cancel,
			     struct remote_fault *f)
{
	struct sp *sp = (struct sp *) r;
	struct propfind x = { .sp = sp, .path = path, .doc = { .size = -1 } };
	enum remote_result result = REMOTE_OK;

	if (!atomic_load(&sp->docs->no_propfind))
		result = propfind(&x, "0", cancel, f);
	if (atomic_load(&sp->docs->no_propfind))
		result = head(&x, cancel, f);
	if (result == REMOTE_OK) {
		remote_doc_release(ret);
		*ret = x.doc;
		x.doc = (struct remote_doc) { .size = -1 };
	}
	propfind_release(&x);
	return result;
}

/* ---- count --------------------------------------------------------------------------------- */

/*
 * The folder itself is one of the resources. If it cannot be told which, all of them count:
 * whoever asks wants to delete an empty folder, and DELETE takes everything in it along.
 */
enum remote_result docs_count(struct remote *r, const char *path, int64_t *ret, const atomic_int *cancel,
			      struct remote_fault *f)
{
	struct propfind x = { .sp = (struct sp *) r, .path = path, .doc = { .size = -1 } };
	enum remote_result result = propfind(&x, "1", cancel, f);

	if (result == REMOTE_OK)
		*ret = x.n - x.found;
	propfind_release(&x);
	return result;
}
