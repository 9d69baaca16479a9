#include "upload_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"
#include "base/str.h"
#include "remote/docs.h"
#include "apply.h"
#include "txn.h"

void upload_check_take(const struct txn *t, struct change *c)
{
	if (c->op == CHANGE_CHECK_IN && c->content.base == CHANGE_CHECKIN_DEFAULT)
		c->content.base = t->list.info.flags & LIST_MINOR ? CHANGE_CHECKIN_MINOR : CHANGE_CHECKIN_MAJOR;
}

enum remote_result upload_check(const struct push *p, const struct upload_doc *d, const struct change *c,
				struct remote_fault *f)
{
	const struct remote_doc_ops *docs = p->remote->docs;
	enum remote_result result;

	*f = (struct remote_fault) { 0 };
	if (c->op == CHANGE_CHECK_OUT)
		result = docs->check_out(p->remote, d->path, p->cancel, f);
	else if (c->op == CHANGE_UNDO_CHECK_OUT)
		result = docs->undo_check_out(p->remote, d->path, p->cancel, f);
	else
		result = docs->check_in(p->remote, d->path, c->name ? c->name : "",
					c->content.base == CHANGE_CHECKIN_MINOR ? REMOTE_CHECKIN_MINOR : REMOTE_CHECKIN_MAJOR,
					p->cancel, f);
	CRASH_POINT("upload.answered");
	return result;
}

bool upload_wants_check_out(const struct txn *t, const struct item *i)
{
	return t->list.info.flags & LIST_CHECKOUT && i->id && !i->owner && str_empty(values_get(&i->values, "CheckoutUser"));
}

/* Whether `now` is the version after `was`: "{GUID},7" after "{GUID},6", with quotes or without. */
static bool follows(const char *was, const char *now)
{
	const char *a = was ? strchr(was, ',') : NULL, *b = now ? strchr(now, ',') : NULL;

	was += was && *was == '"';
	now += now && *now == '"';
	return a && b && a - was == b - now && strncasecmp(was, now, (size_t) (a - was)) == 0 &&
	       strtoll(b + 1, NULL, 10) == strtoll(a + 1, NULL, 10) + 1;
}

enum remote_result upload_check_out(const struct push *p, struct upload_doc *d, struct remote_fault *f)
{
	struct remote *r = p->remote;
	struct remote_doc doc = { .size = -1 };
	enum remote_result result;

	*f = (struct remote_fault) { 0 };
	result = r->docs->check_out(r, d->path, p->cancel, f);
	if (result != REMOTE_OK)
		return result;
	/* The version may have moved by that; by more than that it was somebody else, and the server will say so. */
	result = r->docs->stat(r, d->path, &doc, p->cancel, f);
	if (result == REMOTE_OK && follows(d->etag, doc.etag) && str_set(&d->etag, doc.etag) < 0)
		result = REMOTE_NOT_RUN;
	remote_doc_release(&doc);
	return result;
}

static const char *reason(const struct remote_fault *f)
{
	return f->err.text[0] ? f->err.text : "the server refused it without giving a reason";
}

/* The file says so. */
static int mark(struct txn *t, int64_t item, const char *why)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(t->st, item, &n);

	if (r == 0)
		r = str_set(&n.error, why);
	if (r == 0)
		r = store_node_put(t->st, &n);
	if (r == 0)
		r = txn_tell(t, SYNC_ATTR, &n);
	return r == -ENOENT ? 0 : r;
}

/* It is over: nothing of it waits any more. */
static int drop(struct txn *t, struct local_item *i, struct pending_row *row, const char *why)
{
	int r = txn_say(t, SYNC_REFUSED, row->c.name, why);

	row->gone = true;
	return r < 0 ? r : pending_store(t->st, &i->p);
}

int upload_check_refused(struct txn *t, struct local_item *i, struct pending_row *row, const struct remote_fault *f)
{
	int r = drop(t, i, row, reason(f));

	return r < 0 ? r : mark(t, i->it.id, reason(f));
}

int upload_removal_refused(struct txn *t, struct local_item *i, struct pending_row *row, const struct remote_fault *f)
{
	CLEANUP(str_free_p) char *name = NULL;
	int r = str_set(&name, row->c.name);

	if (r == 0)
		r = drop(t, i, row, reason(f));
	if (r == 0)
		r = apply_reappear(t, &i->it, name);
	return r < 0 ? r : mark(t, i->it.id, reason(f));
}
