#include "docs.h"

#include <errno.h>

#include "attach.h"
#include "base/buf.h"
#include "checkout.h"
#include "docs_call.h"
#include "docs_path.h"
#include "multistatus.h"
#include "soap.h"

/* ---- DELETE and MOVE ------------------------------------------------------------------ */

/* Of a folder they may fail in part: then the answer is a 207 whose entries say what did
 * (RFC 4918 9.6.1, 9.9.4). */
struct parts {
	struct multistatus *xml; /* owned; NULL: the answer is none */
	struct err err;
	int status;              /* of the first part that failed; 0: none did */
};

static int on_part(void *arg, const struct multistatus_entry *e)
{
	struct parts *x = arg;

	/* 424: it failed because another one did. */
	if (e->status > 299 && (!x->status || x->status == 424))
		x->status = e->status;
	return 0;
}

static int on_begin(void *arg, const struct net_reply *reply)
{
	struct parts *x = arg;

	return reply->status == 207 ? multistatus_new(on_part, x, &x->xml) : 0;
}

static int on_data(void *arg, const void *p, size_t n)
{
	struct parts *x = arg;

	return x->xml ? multistatus_feed(x->xml, p, n, &x->err) : 0;
}

/* Does a call that may end with a 207. */
static enum remote_result change(struct sp *sp, struct docs_call *c, struct remote_fault *f)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	struct parts x = { 0 };
	const struct net_sink sink = { .begin = on_begin, .write = on_data, .arg = &x };
	enum remote_result result;

	c->sink = &sink;
	c->changes = true;
	result = docs_call(sp, c, &reply, f);
	if (result == REMOTE_OK && x.xml && multistatus_end(x.xml, &x.err) < 0)
		result = soap_fail(sp, f, REMOTE_LOST, "the answer to %s cannot be read", c->method);
	if (result == REMOTE_OK && x.status)
		result = docs_call_refused(sp, x.status, f);
	multistatus_free(x.xml);
	return result;
}

static enum remote_result docs_remove(struct remote *r, const char *path, const char *if_match,
				      const atomic_int *cancel, struct remote_fault *f)
{
	struct docs_call c = { .method = "DELETE", .path = path, .cancel = cancel };

	if (if_match)
		c.headers[0] = (struct net_header) { "If-Match", if_match };
	return change((struct sp *) r, &c, f);
}

static enum remote_result docs_move(struct remote *r, const char *from, const char *to, bool overwrite,
				    const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf destination = BUF_INIT(32768);
	struct sp *sp = (struct sp *) r;
	struct docs_call c = { .method = "MOVE", .path = from, .cancel = cancel };
	int error = docs_path_url(sp, to, &destination);
	enum remote_result result;

	if (error < 0) {
		result = soap_fail(sp, f, REMOTE_ITEM_BAD, "it cannot be moved to this path");
		f->err.code = error == -EFBIG ? -ENAMETOOLONG : error;
		return result;
	}
	c.headers[0] = (struct net_header) { "Destination", buf_str(&destination) };
	c.headers[1] = (struct net_header) { "Overwrite", overwrite ? "T" : "F" };
	result = change(sp, &c, f);
	if (result == REMOTE_CONFLICT)
		f->err.code = -EEXIST;
	return result;
}

static bool docs_has_ranges(struct remote *r)
{
	return atomic_load(&((struct sp *) r)->docs->ranges);
}

/* ---- all ------------------------------------------------------------------------------------ */

const struct remote_doc_ops docs_ops = {
	.fetch = docs_fetch,
	.stat = docs_stat,
	.store = docs_store,
	.remove = docs_remove,
	.move = docs_move,
	.count = docs_count,
	.check_out = checkout_begin,
	.check_in = checkout_end,
	.undo_check_out = checkout_undo,
	.attachments = attach_list,
	.attach = attach_add,
	.detach = attach_delete,
	.is_ours = docs_is_ours,
	.has_ranges = docs_has_ranges,
	.fetch_part = docs_fetch_part,
};
