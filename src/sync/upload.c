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
#include "apply.h"
#include "attach.h"
#include "doc.h"
#include "local.h"
#include "park.h"
#include "txn.h"
#include "upload_check.h"
#include "upload_look.h"

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
 */
enum { TRIES_MAX = 8, CODE_CHECK_OUT = 0x00090075 };

struct upload {
	const struct push *p;       /* foreign */
	struct remote_fault *f;     /* foreign */
	struct push_result *ret;    /* foreign */
	struct upload_doc d;        /* owned; what is sent */
	struct store_change c;      /* owned; as it was taken */
	struct upload_item to_item; /* owned; that it is attached to */
	bool is_new;
	bool checks_out;            /* the library wants it, and nobody has it */
	bool sent;                  /* its bytes are on their way */
	bool stale;                 /* others have stored versions since the one that the bytes were made from */
	char *to;                   /* owned; MOVE: where to */
	char *stored;               /* owned; the server's word for what it has stored; NULL: it said none */
};

static void upload_release(struct upload *u)
{
	upload_doc_release(&u->d);
	store_change_release(&u->c);
	free(u->to);
	free(u->to_item.list);
	free(u->stored);
}

/* ---- taking ---------------------------------------------------------------------------------- */

struct finding {
	struct txn *t;
	int64_t until, id;
};

static int find(void *arg, const struct store_change *c)
{
	struct finding *f = arg;
	int r = upload_fits(f->t, c, f->until);

	if (r > 0)
		f->id = c->id;
	return r;
}

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

/* 1: there is one. */
static int take(struct upload *u)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(u->p->conf);
	struct finding f = { .t = &t, .until = u->p->until ? u->p->until : clock_now_ns() };
	int r = txn_begin(&t, u->p->list);

	if (r == 0 && push_is_open(&t))
		r = store_change_each(t.st, u->p->list, find, &f);
	if (r <= 0 || !f.id)
		return r < 0 ? r : 0;
	r = store_change_get(t.st, f.id, &u->c);
	if (r == 0)
		r = take_one(u, &t);
	if (r < 0)
		return r;
	u->c.state = STORE_CHANGE_SENDING;
	u->c.tries++;
	r = store_change_put(t.st, &u->c);
	CRASH_POINT("upload.take.before");
	if (r == 0)
		r = txn_commit(&t);
	CRASH_POINT("upload.take.after");
	return r < 0 ? r : 1;
}

/* ---- STORE --------------------------------------------------------------------------------------- */

/* What became of it, beside the results of the remote. */
enum fate {
	FATE_RESULT,  /* as the remote's result says */
	FATE_BESIDE,  /* the server has somebody else's: ours goes beside it */
	FATE_AGAIN,   /* to be sent again after a pull */
};

static void on_sent(void *arg, int64_t sent)
{
	const struct upload *u = arg;

	if (u->p->progress)
		u->p->progress(u->p->arg, u->d.path, sent, u->d.size);
}

/* There is no word for what was stored before the item's row has come. */
static enum remote_result add(struct upload *u)
{
	struct remote *r = u->p->remote;

	u->sent = true;
	return r->docs->attach(r, u->to_item.list, u->to_item.id, item_leaf(u->d.path), u->d.fd, u->d.size, u->p->cancel, u->f);
}

static enum remote_result put_bytes(struct upload *u, struct remote_doc *ret)
{
	struct remote *r = u->p->remote;

	*u->f = (struct remote_fault) { 0 };
	u->sent = true;
	return r->docs->store(r, u->d.path, u->d.fd, u->d.size, u->d.etag, on_sent, u, ret, u->p->cancel, u->f);
}

/* A library that wants every change to be checked out first. */
static enum remote_result out_and_put(struct upload *u, struct remote_doc *ret)
{
	enum remote_result result = upload_check_out(u->p, &u->d, u->f);

	u->checks_out = false;
	return result == REMOTE_OK ? put_bytes(u, ret) : result;
}

static enum remote_result put(struct upload *u)
{
	struct remote_doc doc = { .size = -1 };
	enum remote_result result;

	*u->f = (struct remote_fault) { 0 };
	if (u->to_item.id && !u->d.etag)
		result = add(u);
	else
		result = u->checks_out && u->d.etag ? out_and_put(u, &doc) : put_bytes(u, &doc);
	CRASH_POINT("upload.answered");
	if (result == REMOTE_ITEM_BAD && u->f->server_code == CODE_CHECK_OUT && u->d.etag)
		result = out_and_put(u, &doc);
	if (result == REMOTE_OK && str_set(&u->stored, doc.etag) < 0)
		result = REMOTE_LOST;
	remote_doc_release(&doc);
	return result;
}

/* The server has a version that is not the one expected: whose is it? */
static enum remote_result look(struct upload *u, enum fate *fate, bool *ret_again)
{
	enum upload_found found = UPLOAD_OTHER;
	enum remote_result result = upload_look(u->p, &u->d, u->ret, &found, u->f);

	*ret_again = false;
	if (result != REMOTE_OK)
		return result;
	switch (found) {
	case UPLOAD_OURS:
	case UPLOAD_REWRITTEN:
		return str_set(&u->stored, u->d.etag) < 0 ? REMOTE_NOT_RUN : REMOTE_OK;
	case UPLOAD_BASE:
		*ret_again = true;
		return REMOTE_OK;
	case UPLOAD_NOTHING:
		str_free_p(&u->d.etag);
		*ret_again = u->is_new;
		if (!u->is_new)
			*fate = FATE_AGAIN; /* its deletion will be heard of */
		return REMOTE_OK;
	case UPLOAD_OTHER:
		break;
	}
	*fate = FATE_BESIDE;
	return REMOTE_OK;
}

/* The server's word for the version that the bytes were made from was never read here. */
static enum remote_result learn(struct upload *u, enum fate *fate, bool *ret_again)
{
	bool moved = false;
	enum remote_result result = upload_learn(u->p, &u->d, u->ret, &moved, u->f);

	if (result != REMOTE_OK || !moved)
		return result;
	/* What was pulled may have made a later version the one that they count as made from. If not, it is looked at. */
	if (u->c.tries > 1)
		return look(u, fate, ret_again);
	*fate = FATE_AGAIN;
	return REMOTE_OK;
}

static enum remote_result store_it(struct upload *u, enum fate *fate)
{
	bool again = !u->c.change.content.lost && !u->stale;
	enum remote_result result = again ? REMOTE_OK : look(u, fate, &again);

	if (result == REMOTE_OK && again && !u->is_new && !u->d.etag)
		result = learn(u, fate, &again);
	for (int i = 0; i < 3 && result == REMOTE_OK && again && *fate == FATE_RESULT; i++) {
		result = put(u);
		again = false;
		if (result == REMOTE_CONFLICT)
			result = look(u, fate, &again);
	}
	/* Changed again and again while it was looked at. */
	if (again && result == REMOTE_OK)
		*fate = FATE_AGAIN;
	return result;
}

/* ---- MOVE ------------------------------------------------------------------------------------------ */

/* Whether it is only the way that the name is written. Then the server has the name already: its own. */
static bool is_same_name(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static enum remote_result move(struct upload *u, const char *from, const char *to)
{
	struct remote *r = u->p->remote;

	*u->f = (struct remote_fault) { 0 };
	return r->docs->move(r, from, to, false, u->p->cancel, u->f);
}

static enum remote_result move_it(struct upload *u)
{
	CLEANUP(str_free_p) char *aside = NULL;
	enum remote_result result;

	if (str_eq(u->d.path, u->to))
		return REMOTE_OK;
	result = move(u, u->d.path, u->to);
	CRASH_POINT("upload.answered");
	if (result != REMOTE_CONFLICT || !is_same_name(u->d.path, u->to))
		return result;
	aside = str_printf("%s (renaming)", u->to);
	if (!aside)
		return REMOTE_NOT_RUN;
	result = move(u, u->d.path, aside);
	if (result != REMOTE_OK)
		return result;
	result = move(u, aside, u->to);
	return result == REMOTE_OK ? result : REMOTE_LOST;
}

/* ---- DELETE of an attachment ------------------------------------------------------------------------ */

static enum remote_result detach(struct upload *u)
{
	struct remote *r = u->p->remote;
	enum remote_result result = r->docs->detach(r, u->to_item.list, u->to_item.id, item_leaf(u->d.path), u->p->cancel, u->f);

	CRASH_POINT("upload.answered");
	return result == REMOTE_ITEM_GONE ? REMOTE_OK : result;
}

/* ---- what became of it -------------------------------------------------------------------------------- */

struct done {
	struct txn *t;
	struct upload *u;
	struct local_item i;
	struct pending_row *row;
};

static int wait_for_row(struct done *d)
{
	struct store_item *it = &d->i.it;
	int r = str_set(&d->row->c.change.content.etag, d->u->stored);

	d->u->ret->sent++;
	d->row->c.state = STORE_CHANGE_SENT;
	d->row->c.change.content.lost = false;
	d->row->changed = true;
	if (d->row->c.change.op == CHANGE_MOVE)
		d->row->c.change.content.base = d->u->c.change.content.base;
	/* It stood there already, and no row will say so. */
	d->row->gone = d->row->c.change.op == CHANGE_MOVE && str_eq(d->u->d.path, d->u->to);
	/* What comes after it is stored over it. */
	for (size_t i = 0; r == 0 && i < d->i.p.n; i++) {
		struct pending_row *later = &d->i.p.v[i];

		if (later->gone || later == d->row || later->c.change.op != CHANGE_STORE || later->c.id < d->row->c.id ||
		    d->row->c.change.op != CHANGE_STORE)
			continue;
		later->changed = true;
		r = str_set(&later->c.change.content.etag, !d->u->to_item.id && doc_is_promoted(d->u->d.path) ? NULL : d->u->stored);
	}
	if (r == 0)
		r = str_set(&it->item.path, d->u->to ? d->u->to : d->u->d.path);
	return r;
}

static int follow_folder(struct done *d)
{
	if (d->row->c.change.op != CHANGE_MOVE || !d->i.it.item.folder)
		return 0;
	/* Its row says nothing that is not known. */
	d->row->gone = true;
	return apply_repath(d->t, d->u->d.path, d->u->to);
}

static int clear_error(struct done *d)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(d->t->st, d->i.it.id, &n);

	if (r < 0 || !n.error)
		return r == -ENOENT ? 0 : r;
	str_free_p(&n.error);
	r = store_node_put(d->t->st, &n);
	return r < 0 ? r : txn_tell(d->t, SYNC_ATTR, &n);
}

/* After a lost answer a pull may have brought its row before it was known to be ours: none will come again. */
static int end_with_row(struct done *d)
{
	struct store_item *it = &d->i.it;

	if (d->row->c.change.op != CHANGE_STORE || !it->item.id || it->item.version <= d->row->c.change.content.base)
		return 0;
	it->since = d->row->c.change.content.base;
	return doc_end_store(d->t, it, &d->i.p, d->row);
}

static int accepted(struct done *d)
{
	int r;

	if (d->row->c.change.op == CHANGE_DELETE) {
		d->u->ret->sent++;
		return apply_vanish(d->t, &d->i.it);
	}
	r = wait_for_row(d);

	if (r == 0)
		r = end_with_row(d);
	if (r == 0)
		r = follow_folder(d);
	if (r == 0)
		r = store_item_put(d->t->st, &d->i.it);
	if (r == 0)
		r = pending_store(d->t->st, &d->i.p);
	return r < 0 ? r : clear_error(d);
}

static int set_state(struct done *d, enum store_change_state state)
{
	d->row->c.state = state;
	d->row->changed = true;
	return local_requeued(d->t, d->i.it.id, &d->i.p);
}

static int refused(struct done *d)
{
	const struct remote_fault *f = d->u->f;

	d->u->ret->refused++;
	if (change_is_check(d->row->c.change.op))
		return upload_check_refused(d->t, &d->i, d->row, f);
	if (d->row->c.change.op == CHANGE_DELETE)
		return upload_removal_refused(d->t, &d->i, d->row, f);
	return park_refuse(d->t, &d->i.it, &d->i.p, d->row, f->server_code,
			   f->err.text[0] ? f->err.text : "the server refused it without giving a reason");
}

static const char changed_there[] = "changed on the server too; the server's version stands";
static const char taken_there[] = "there is another file of this name on the server";

static int decide(struct done *d, enum remote_result result, enum fate fate)
{
	bool is_move = d->row->c.change.op == CHANGE_MOVE;

	if (fate == FATE_BESIDE)
		return doc_put_aside(d->t, &d->i.it, &d->i.p, d->row, d->u->is_new ? taken_there : changed_there);
	if (fate == FATE_AGAIN)
		return d->row->c.tries < TRIES_MAX ? set_state(d, STORE_CHANGE_UNSURE) : refused(d);
	switch (result) {
	case REMOTE_OK:
		return accepted(d);
	case REMOTE_CONFLICT:
		return is_move ? doc_move_back(d->t, &d->i.it, &d->i.p, d->row, taken_there) : refused(d);
	case REMOTE_ITEM_BAD:
		return refused(d);
	case REMOTE_ITEM_GONE: /* it, or its folder: a pull will tell */
		return d->row->c.tries < TRIES_MAX / 2 && !change_is_check(d->row->c.change.op) ? set_state(d, STORE_CHANGE_UNSURE) : refused(d);
	case REMOTE_LOST:
	case REMOTE_CANCELED:
		d->row->c.change.content.lost |= d->u->sent;
		return set_state(d, STORE_CHANGE_UNSURE);
	case REMOTE_NOT_RUN:
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
	case REMOTE_TOKEN_GONE:
	case REMOTE_SITE_BAD:
	case REMOTE_AUTH:
		break;
	}
	return set_state(d, STORE_CHANGE_QUEUED);
}

/* Nothing is left to do when the change or its item were given up meanwhile. */
static int finish(struct upload *u, enum remote_result result, enum fate fate)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(u->p->conf);
	struct done d = { .t = &t, .u = u, .i = LOCAL_ITEM_INIT };
	int r = txn_begin(&t, u->p->list);

	if (r == 0)
		r = store_item_get(t.st, u->c.item, &d.i.it);
	if (r == 0)
		r = pending_load(t.st, u->c.item, &d.i.p);
	d.row = r == 0 ? pending_row(&d.i.p, u->c.id) : NULL;
	if (d.row)
		r = decide(&d, result, fate);
	local_item_release(&d.i);
	if (r < 0 || !d.row)
		return r == -ENOENT ? 0 : r;
	CRASH_POINT("upload.outcome.before");
	r = txn_commit(&t);
	if (r < 0)
		return r;
	CRASH_POINT("upload.outcome.after");
	u->ret->conflicts += t.conflicts;
	events_deliver(&t.ev, u->p->conf->hooks);
	return 0;
}

/* What concerns this document alone ends here; the list goes on. */
static enum remote_result for_the_list(enum remote_result result)
{
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

static enum remote_result local_failure(struct remote_fault *f, int r)
{
	if (r == -ENOENT)
		return REMOTE_CANCELED;
	err_set(&f->err, r, "a document cannot be sent: %s", err_text(NULL, r));
	return REMOTE_LIST_BAD;
}

enum remote_result upload_run(const struct push *p, struct push_result *ret, struct remote_fault *f)
{
	CLEANUP(upload_release) struct upload u = { .p = p, .f = f, .ret = ret, .d = UPLOAD_DOC_INIT };
	enum fate fate = FATE_RESULT;
	enum remote_result result;
	int r;

	if (!p->remote->docs)
		return REMOTE_OK;
	r = take(&u);
	if (r <= 0)
		return r < 0 ? local_failure(f, r) : REMOTE_OK;
	if (u.c.change.op == CHANGE_STORE)
		result = store_it(&u, &fate);
	else if (change_is_check(u.c.change.op))
		result = upload_check(p, &u.d, &u.c.change, f);
	else
		result = u.c.change.op == CHANGE_MOVE ? move_it(&u) : detach(&u);
	r = finish(&u, result, fate);
	ret->taken++;
	return r < 0 ? local_failure(f, r) : for_the_list(result);
}
