#include "attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base64.h"
#include "davcode.h"
#include "docs_path.h"
#include "lists.h"
#include "model/item.h"
#include "net/http.h"
#include "soap.h"
#include "xmlout.h"

enum { ARGS_MAX = 1 << 20, PATH_MAX_BYTES = 65536, ATTACHMENTS_MAX = 10000 };

/* In a fault: the attachment is not there (DeleteAttachment), or a parameter is missing. */
#define MISSING 0x82000001

static void add_item(struct buf *out, const char *list_id, int64_t item)
{
	lists_add_name(out, list_id);
	buf_addf(out, "<listItemID>%lld</listItemID>", (long long) item);
}

/* ---- GetAttachmentCollection ---------------------------------------------------------- */

enum { ATTACHMENTS = SOAP_STATES, ATTACHMENT };

static const struct xml_rule list_rules[] = {
	SOAP_RULES("GetAttachmentCollection"),
	XML_RULE(SOAP_RESULT, SP_NS, "Attachments", ATTACHMENTS),
	XML_TEXT(ATTACHMENTS, SP_NS, "Attachment", ATTACHMENT),
	XML_RULES_END,
};

/* Kept until the answer is known to be whole: a callback cannot be taken back. */
struct urls {
	char **url; /* owned; as the server wrote them, without the blanks around */
	size_t n, cap;
};

static void drop(void *ctx)
{
	struct urls *u = ctx;

	while (u->n)
		free(u->url[--u->n]);
}

static void urls_release(struct urls *u)
{
	drop(u);
	free(u->url);
}

static int enter(void *ctx, int state, struct xml *x)
{
	(void) ctx;
	(void) state;
	(void) x;
	return 0;
}

static int leave_url(void *ctx, int state, const char *text)
{
	CLEANUP(str_free_p) char *copy = NULL;
	struct urls *u = ctx;
	int r;

	if (state != ATTACHMENT)
		return 0;
	if (u->n == ATTACHMENTS_MAX)
		return -EFBIG;
	r = vec_grow(&u->url, &u->cap, u->n + 1, sizeof(*u->url));
	copy = r < 0 ? NULL : strdup(text);
	if (!copy)
		return -ENOMEM;
	u->url[u->n] = strdup(str_trim(copy));
	if (!u->url[u->n])
		return -ENOMEM;
	u->n++;
	return 0;
}

static const struct xml_sink url_sink = { enter, leave_url };

static enum remote_result get_urls(struct sp *sp, const char *list_id, int64_t item, struct urls *ret,
				   const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	const struct soap_call c = {
		.op = "GetAttachmentCollection", .args = &args, .rules = list_rules, .sink = &url_sink, .ctx = ret,
		.restart = drop, .one = true, .cancel = cancel,
	};

	add_item(&args, list_id, item);
	return davcode_settle(soap_do(sp, &c, f), f);
}

/* A URL that is none, or that leads out of the web, is nobody's attachment. 1: path has it; 0; -errno. */
static int path_of(const struct sp *sp, const char *url, struct buf *path)
{
	int r;

	buf_reset(path);
	r = docs_path_read(url, path);
	if (r == -EINVAL)
		return 0;
	return r < 0 ? r : docs_path_is_ours(sp, buf_str(path)) && *item_leaf(buf_str(path));
}

enum remote_result attach_list(struct remote *r, const char *list_id, int64_t item,
			       int (*fn)(void *arg, const char *name, const char *path), void *arg,
			       const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(PATH_MAX_BYTES);
	struct sp *sp = (struct sp *) r;
	struct urls u = { 0 };
	enum remote_result result = get_urls(sp, list_id, item, &u, cancel, f);
	int stopped = 0;

	for (size_t i = 0; result == REMOTE_OK && stopped >= 0 && i < u.n; i++) {
		stopped = path_of(sp, u.url[i], &path);
		if (stopped > 0)
			stopped = fn(arg, item_leaf(buf_str(&path)), buf_str(&path));
	}
	urls_release(&u);
	if (stopped >= 0)
		return result;
	f->err.code = stopped;
	return REMOTE_CANCELED;
}

/* ---- AddAttachment -------------------------------------------------------------------------- */

static const struct xml_rule add_rules[] = { SOAP_RULES("AddAttachment"), XML_RULES_END };
/* Its answer has no result in it; the first rule takes the answer itself for one. */
static const struct xml_rule delete_rules[] = {
	XML_RULE(SOAP_BODY, SP_NS, "DeleteAttachmentResponse", SOAP_RESULT),
	SOAP_RULES("DeleteAttachment"),
	XML_RULES_END,
};
static const struct xml_sink no_sink = { NULL, NULL };

struct file {
	int fd;      /* foreign */
	int64_t size;
	int stopped; /* why it could not be read */
};

static ssize_t read_file(void *arg, int64_t at, void *p, size_t n)
{
	struct file *x = arg;
	ssize_t got = base64_read(x->fd, x->size, at, p, n);

	if (got < 0)
		x->stopped = (int) got;
	return got;
}

enum remote_result attach_add(struct remote *r, const char *list_id, int64_t item, const char *name, int fd,
			      int64_t size, const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct sp *sp = (struct sp *) r;
	struct file x = { .fd = fd, .size = size };
	const struct net_source text = { .size = base64_size(size), .read = read_file, .arg = &x };
	const struct soap_call c = {
		.op = "AddAttachment", .args = &args, .stream_name = "attachment", .stream = &text,
		.rules = add_rules, .sink = &no_sink, .stopped = &x.stopped, .changes = true, .one = true, .cancel = cancel,
	};

	if (size == 0) {
		/* R299; an answer would only come after the request. */
		soap_fail(sp, f, REMOTE_ITEM_BAD, "SharePoint does not take empty attachments");
		f->err.code = -EINVAL;
		return REMOTE_ITEM_BAD;
	}
	add_item(&args, list_id, item);
	xmlout_element(&args, "fileName", name);
	return davcode_settle(soap_do(sp, &c, f), f);
}

/* ---- DeleteAttachment ------------------------------------------------------------------------ */

/* The server wants the URL exactly as it gave it ([MS-LISTSWS] 3.1.4.10). */
static int find_url(const struct sp *sp, const struct urls *u, const char *name, const char **ret)
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(PATH_MAX_BYTES);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < u->n; i++) {
		r = path_of(sp, u->url[i], &path);
		if (r > 0 && docs_path_same(item_leaf(buf_str(&path)), name))
			*ret = u->url[i];
	}
	return r < 0 ? r : 0;
}

static enum remote_result delete_url(struct sp *sp, const char *list_id, int64_t item, const char *url,
				     const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	const struct soap_call c = {
		.op = "DeleteAttachment", .args = &args, .rules = delete_rules, .sink = &no_sink,
		.changes = true, .one = true, .cancel = cancel,
	};
	enum remote_result result;

	add_item(&args, list_id, item);
	xmlout_element(&args, "url", url);
	result = soap_do(sp, &c, f);
	if (result != REMOTE_OK && f->server_code == MISSING) {
		f->err.code = -ENOENT;
		return REMOTE_ITEM_GONE;
	}
	return davcode_settle(result, f);
}

enum remote_result attach_delete(struct remote *r, const char *list_id, int64_t item, const char *name,
				 const atomic_int *cancel, struct remote_fault *f)
{
	struct sp *sp = (struct sp *) r;
	struct urls u = { 0 };
	const char *url = NULL;
	enum remote_result result = get_urls(sp, list_id, item, &u, cancel, f);

	if (result == REMOTE_OK && find_url(sp, &u, name, &url) < 0)
		result = soap_fail(sp, f, REMOTE_SITE_BAD, "out of memory");
	else if (result == REMOTE_OK && !url)
		result = soap_fail(sp, f, REMOTE_ITEM_GONE, "the item has no attachment of this name");
	else if (result == REMOTE_OK)
		result = delete_url(sp, list_id, item, url, cancel, f);
	urls_release(&u);
	return result;
}
