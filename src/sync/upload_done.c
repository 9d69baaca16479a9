#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "store/item.h"
#include "apply.h"
#include "doc.h"
#include "local.h"
#include "park.h"
#include "txn.h"
#include "upload_check.h"
#include "upload_one.h"

/* What became of a change that was sent, in one transaction. */

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

	if (!d->u->found || d->row->c.change.op != CHANGE_STORE || !it->item.id || it->item.version <= d->row->c.change.content.base)
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
	return park_refuse(d->t, &d->i.it, &d->i.p, d->row,
			   f->err.code == -EBUSY && !f->server_code ? STORE_CODE_LOCKED : f->server_code,
			   f->err.text[0] ? f->err.text : "the server refused it without giving a reason");
}

static const char changed_there[] = "changed on the server too; the server's version stands";
static const char taken_there[] = "there is another file of this name on the server";

static int decide(struct done *d, enum remote_result result, enum upload_fate fate)
{
	bool is_move = d->row->c.change.op == CHANGE_MOVE;

	if (fate == UPLOAD_BESIDE)
		return doc_put_aside(d->t, &d->i.it, &d->i.p, d->row, d->u->is_new ? taken_there : changed_there);
	if (fate == UPLOAD_AGAIN)
		return d->row->c.tries < UPLOAD_TRIES_MAX ? set_state(d, STORE_CHANGE_UNSURE) : refused(d);
	switch (result) {
	case REMOTE_OK:
		return accepted(d);
	case REMOTE_CONFLICT:
		return is_move ? doc_move_back(d->t, &d->i.it, &d->i.p, d->row, taken_there) : refused(d);
	case REMOTE_ITEM_BAD:
		return refused(d);
	case REMOTE_ITEM_GONE: /* it, or its folder: a pull will tell */
		return d->row->c.tries < UPLOAD_TRIES_MAX / 2 && !change_is_check(d->row->c.change.op) ? set_state(d, STORE_CHANGE_UNSURE) : refused(d);
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

int upload_finish(struct upload *u, enum remote_result result, enum upload_fate fate)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(u->p->conf);
	struct done d = { .t = &t, .u = u, .i = LOCAL_ITEM_INIT };
	int r = txn_begin(&t, u->p->list);

	if (r == 0)
		r = store_item_get(t.st, u->c.item, &d.i.it);
	if (r == 0)
		r = pending_load(t.st, u->c.item, &d.i.p);
	d.row = r == 0 ? pending_row(&d.i.p, u->c.id) : NULL;
	/* Nothing is left to do when the change or its item were given up meanwhile. */
	if (d.row)
		d.row->c.tries -= u->untried;
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
