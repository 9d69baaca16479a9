#include "upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "remote/docs.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/unsent.h"
#include "attach.h"
#include "doc.h"
#include "txn.h"
#include "upload_check.h"
#include "upload_look.h"
#include "upload_one.h"

/*
 * A document's bytes and its moves on their way to the server, one by one. Exactly once, and never over a version
 * that nobody here has seen:
 *
 *	STORE	If-Match with the version that the bytes were made from, or If-None-Match: * for a new name. So
 *		sending it twice stores it once: the second finds another version, looks at it
 *		(upload_look.c), and finds its own bytes, or what the server has made of them. Accepted, it waits as SENT for the row that
 *		a pull brings of it: until then the file shows the bytes that were sent. Of a new one that no row comes
 *		of in two pulls, somebody has deleted or renamed it meanwhile (recover.c).
 *	MOVE	never over an existing name. Done twice it finds nothing to move (404), and the pull says
 *		where the file is by now.
 *	DELETE	of an attachment. Done twice it finds nothing.
 *
 * An attachment (attach.h) is stored by AddAttachment, which refuses a name that is taken as If-None-Match does, and over
 * the version that the list names; its row comes with its item's.
 *
 * When the version is not known by the server's word for it (nobody here has fetched those bytes),
 * the word is asked for first and the list afterwards: if the list has no later version then, the word is
 * that of the version that the bytes were made from.
 *
 * Documents are independent of one another, and most changes are new bytes of one, over a version whose word is known
 * (upload_is_plain()): up to SET_MAX of these that follow one another in the journal are taken in one transaction and go
 * out at the same time, on a few connections (upload_set.c). A set ends before the first change that might have to
 * wait for one of it: another one of the same document or the same path, a move, a check-out. What
 * pulls the list does so when nothing else is on its way. So what the server sees could have been seen one by one.
 */
enum { SET_MAX = 32 };

void upload_release(struct upload *u)
{
	upload_doc_release(&u->d);
	store_change_release(&u->c);
	free(u->to);
	free(u->to_item.list);
	free(u->stored);
}

/* ---- taking ---------------------------------------------------------------------------------- */

static int was_sent(void *arg, const struct store_change *c)
{
	const struct store_change *mine = arg;

	return c->id < mine->id && c->state == STORE_CHANGE_SENT && c->change.op == CHANGE_STORE;
}

static int take_store(struct upload *u, struct txn *t, const struct store_item *it, const struct store_node *n)
{
	const struct change_content *k = &u->c.change.content;
	int r = it->item.owner ? 0 : it->item.id ? str_set(&u->d.path, it->item.path) : upload_path(t, n->parent, n->name, &u->d.path);

	if (r >= 0)
		r = store_change_of_item(t->st, u->c.item, was_sent, &u->c);
	if (r < 0)
		return r;
	u->is_new = !k->base && !k->etag && r == 0;
	u->stale = k->base && k->base < it->since;
	u->checks_out = upload_wants_check_out(t, &it->item);
	u->d.size = k->size;
	u->d.base = k->base;
	u->d.rewritten = k->lost && !it->item.owner && doc_is_promoted(u->d.path);
	r = str_set(&u->d.etag, k->etag);
	if (r == 0 && it->item.owner)
		r = upload_attached(t, it, &u->c, &u->d, &u->to_item);
	if (r == 0)
		u->d.fd = store_unsent_open(t->st, k->file);
	return r < 0 ? r : u->d.fd < 0 ? u->d.fd : 0;
}

static int take_move(struct upload *u, struct txn *t, const struct store_item *it, const struct store_node *n)
{
	int r = str_set(&u->d.path, it->item.path);

	u->c.change.content.base = it->item.version;
	if (r == 0)
		r = upload_path(t, n->parent, n->name, &u->to);
	return r < 0 ? r : 0;
}

static int take_one(struct upload *u, struct txn *t)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_item_get(t->st, u->c.item, &it);

	u->d.item = u->c.item;
	u->d.change = u->c.id;
	if (r == 0 && u->c.change.op == CHANGE_DELETE)
		return upload_attached(t, &it, &u->c, &u->d, &u->to_item);
	if (r == 0)
		r = store_node_of_item(t->st, u->c.item, &n);
	if (r == -ENOENT && it.item.id && u->c.change.op == CHANGE_STORE)
		r = 0;
	upload_check_take(t, &u->c.change);
	if (r == 0 && change_is_check(u->c.change.op))
		return str_set(&u->d.path, it.item.path);
	if (r < 0)
		return r;
	return u->c.change.op == CHANGE_STORE ? take_store(u, t, &it, &n) : take_move(u, t, &it, &n);
}

/* ---- which ones --------------------------------------------------------------------------------- */

struct finding {
	struct txn *t;
	const struct push *p; /* foreign */
	int64_t until;
	struct upload *v;     /* foreign; SET_MAX */
	size_t n;
};

/* Whether the change has to see first what becomes of one of those that were found. */
static bool waits_for_found(const struct finding *f, const struct store_change *c)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].c.item == c->item)
			return true;
	return false;
}

/* Whether the last one found can go out together with those before it. */
static bool goes_along(const struct finding *f)
{
	const struct upload *last = &f->v[f->n - 1];

	if (f->n > 1 && !upload_is_plain(last))
		return false;
	for (size_t i = 0; i + 1 < f->n; i++)
		if (strcasecmp(f->v[i].d.path, last->d.path) == 0)
			return false;
	return true;
}

/* In the journal's order. 1: there can be no more. */
static int find(void *arg, const struct store_change *c)
{
	struct finding *f = arg;
	struct upload *u = &f->v[f->n];
	int r;

	if (c->state == STORE_CHANGE_SENT)
		return 0;
	if (waits_for_found(f, c))
		return 1;
	r = upload_fits(f->t, c, f->until);
	if (r <= 0)
		return r;
	if (f->n && c->change.op != CHANGE_STORE)
		return 1;
	*u = (struct upload) { .p = f->p, .d = UPLOAD_DOC_INIT };
	f->n++;
	r = store_change_get(f->t->st, c->id, &u->c);
	if (r == 0)
		r = take_one(u, f->t);
	if (r < 0)
		return r;
	if (!goes_along(f)) {
		upload_release(&f->v[--f->n]);
		return 1;
	}
	return f->n == SET_MAX || !f->p->n_more || !upload_is_plain(u);
}

static int mark_sending(struct upload *u, struct txn *t)
{
	u->c.state = STORE_CHANGE_SENDING;
	u->c.tries++;
	return store_change_put(t->st, &u->c);
}

/* Into f->v; how many, or -errno. */
static int take(struct finding *f, struct txn *t)
{
	int r = txn_begin(t, f->p->list);

	if (r == 0 && push_is_open(t))
		r = store_change_each(t->st, f->p->list, find, f);
	for (size_t i = 0; r >= 0 && i < f->n; i++)
		r = mark_sending(&f->v[i], t);
	if (r < 0 || !f->n)
		return r < 0 ? r : 0;
	CRASH_POINT("upload.take.before");
	r = txn_commit(t);
	CRASH_POINT("upload.take.after");
	return r < 0 ? r : (int) f->n;
}

/* ---- sending -------------------------------------------------------------------------------------- */

static enum remote_result local_failure(struct remote_fault *f, int r)
{
	if (r == -ENOENT)
		return REMOTE_CANCELED;
	err_set(&f->err, r, "a document cannot be sent: %s", err_text(NULL, r));
	return REMOTE_LIST_BAD;
}

enum remote_result upload_for_the_list(enum remote_result result, int r, struct remote_fault *f)
{
	if (r < 0)
		return local_failure(f, r);
	switch (result) {
	case REMOTE_CONFLICT:
	case REMOTE_ITEM_GONE:
	case REMOTE_ITEM_BAD:
	case REMOTE_NOT_RUN:
		return REMOTE_OK;
	case REMOTE_OK:
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
	case REMOTE_TOKEN_GONE:
	case REMOTE_SITE_BAD:
	case REMOTE_LOST:
	case REMOTE_AUTH:
	case REMOTE_CANCELED:
		break;
	}
	return result;
}

enum remote_result upload_one_run(struct upload *u, struct push_result *ret)
{
	enum upload_fate fate = UPLOAD_RESULT;
	enum remote_result result = upload_send(u, &fate);
	int r = upload_finish(u, result, fate);

	ret->taken++;
	return upload_for_the_list(result, r, u->f);
}

static enum remote_result run_all(const struct push *p, struct finding *found, struct push_result *ret,
				  struct remote_fault *f)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(p->conf);
	int r;

	found->t = &t;
	r = take(found, &t);
	txn_end(&t);
	if (r <= 0)
		return r < 0 ? local_failure(f, r) : REMOTE_OK;
	if (r > 1)
		return upload_set_run(p, found->v, found->n, ret, f);
	found->v->f = f;
	found->v->ret = ret;
	return upload_one_run(found->v, ret);
}

enum remote_result upload_run(const struct push *p, struct push_result *ret, struct remote_fault *f)
{
	struct finding found = { .p = p, .until = p->until ? p->until : clock_now_ns() };
	enum remote_result result;

	if (!p->remote->docs)
		return REMOTE_OK;
	found.v = calloc(SET_MAX, sizeof(*found.v));
	if (!found.v)
		return local_failure(f, -ENOMEM);
	result = run_all(p, &found, ret, f);
	for (size_t i = 0; i < found.n; i++)
		upload_release(&found.v[i]);
	free(found.v);
	return result;
}
