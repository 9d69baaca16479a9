#include "outcome.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/str.h"
#include "store/item.h"
#include "apply.h"
#include "history.h"
#include "local.h"
#include "park.h"
#include "parts.h"
#include "pending.h"
#include "people.h"
#include "push.h"

/* A change that met so many conflicts without anything to merge will not get through. */
enum { TRIES_MAX = 8 };

/* A change that was sent, with its item. */
struct sent {
	struct txn *t;
	struct local_item i;
	struct pending_row *row;
	struct remote_outcome *o;
	struct push_result *ret;
};

static const char *words(const struct remote_outcome *o)
{
	return str_empty(o->text) ? "the server refused it without giving a reason" : o->text;
}

/* ---- accepted ----------------------------------------------------------------------------- */

/* What was sent is the server's now: the rest of the changes was made from that. */
static int take_as_base(struct sent *s)
{
	CLEANUP(values_release_p) struct values base = VALUES_INIT;
	const char *agent = push_agent(s->t);
	int r = values_copy(&base, store_item_base(&s->i.it));

	if (r == 0)
		r = s->o->has_row ? pending_echo(&s->t->list.info.schema, &s->row->c.change.fields, &s->o->row.values, &base) :
				    values_overlay(&base, &s->row->c.change.fields);
	/* Else the next edit would have this one's number. */
	if (r == 0 && agent)
		r = history_add(store_item_base(&s->i.it), agent, s->row->c.tries - 1, &base);
	if (r < 0)
		return r;
	values_release(&s->i.it.base);
	s->i.it.base = base;
	base = (struct values) VALUES_INIT;
	s->i.it.has_base = true;
	s->row->gone = s->row->changed = true;
	return 0;
}

static int accepted_delete(struct sent *s)
{
	/* A folder goes with all that is below it. */
	return s->i.it.item.folder ? apply_gone(s->t, s->i.it.id) : apply_vanish(s->t, &s->i.it);
}

static int unsure(struct sent *s)
{
	s->row->c.state = STORE_CHANGE_UNSURE;
	s->row->changed = true;
	return pending_store(s->t->st, &s->i.p);
}

static int accepted(struct sent *s)
{
	enum change_op op = s->row->c.change.op;
	int r;

	s->ret->sent++;
	if (op == CHANGE_DELETE)
		return accepted_delete(s);
	/* Without its row a new item is one that arrived without our knowing its id: the pull finds it. */
	if (!s->o->has_row && op != CHANGE_UPDATE)
		return unsure(s);
	r = take_as_base(s);
	if (r < 0)
		return r;
	if (s->o->has_row) {
		r = people_are_us(s->t, values_get(&s->o->row.values, "Editor"));
		if (r < 0)
			return r;
		s->t->own = true;
		r = apply_item(s->t, &s->i.it, &s->i.p, &s->o->row);
		s->t->own = false;
		return r;
	}
	r = local_item_settle(&s->i);
	if (r == 0)
		r = store_item_put(s->t->st, &s->i.it);
	return r < 0 ? r : pending_store(s->t->st, &s->i.p);
}

/* ---- not accepted --------------------------------------------------------------------------- */

static int requeue(struct sent *s)
{
	s->row->c.state = STORE_CHANGE_QUEUED;
	s->row->changed = true;
	return local_requeued(s->t, s->i.it.id, &s->i.p);
}

/* What the server has now, and what of it is still to be sent. */
static int adopt_row(struct sent *s)
{
	return apply_item(s->t, &s->i.it, &s->i.p, &s->o->row);
}

/* A Delete that is refused is over: the item shows again, with the reason. */
static int refused_delete(struct sent *s)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = txn_say(s->t, SYNC_REFUSED, s->row->c.name, words(s->o));

	s->row->gone = true;
	if (r == 0)
		r = local_item_settle(&s->i);
	if (r == 0)
		r = store_item_put(s->t->st, &s->i.it);
	if (r == 0)
		r = apply_reappear(s->t, &s->i.it, s->row->c.name);
	if (r == 0)
		r = pending_store(s->t->st, &s->i.p);
	if (r == 0)
		r = parts_node(s->t, s->i.it.id, &n);
	if (r == 0)
		r = str_set(&n.error, words(s->o));
	return r < 0 ? r : store_node_put(s->t->st, &n);
}

static int refused(struct sent *s)
{
	int64_t item = s->i.it.id, change = s->row->c.id;
	int r;

	s->ret->refused++;
	if (s->row->c.change.op == CHANGE_DELETE)
		return refused_delete(s);
	if (PLANTED("refused_dropped") && s->o->has_row) {
		s->row->gone = true;
		return adopt_row(s);
	}
	r = park_refuse(s->t, &s->i.it, &s->i.p, s->row, s->o->server_code, words(s->o));
	if (r < 0 || !s->o->has_row || !s->i.it.item.id)
		return r;
	/* The row beside the refusal is the item as it is (MS-OUTSPS_R807, R808). */
	local_item_release(&s->i);
	s->i = (struct local_item) LOCAL_ITEM_INIT;
	r = store_item_get(s->t->st, item, &s->i.it);
	if (r == 0)
		r = pending_load(s->t->st, item, &s->i.p);
	s->row = pending_row(&s->i.p, change);
	return r < 0 ? r : adopt_row(s);
}

static int conflicted(struct sent *s)
{
	if (s->row->c.tries >= TRIES_MAX)
		return refused(s);
	/* The pull that follows brings the row, and the merge. */
	if (!s->o->has_row)
		return unsure(s);
	/* An update stays SENDING: what it met may be itself, when the line brought it twice. */
	if (s->row->c.change.op != CHANGE_UPDATE)
		s->row->c.state = STORE_CHANGE_QUEUED;
	s->row->changed = true;
	if (PLANTED("drop_on_409"))
		s->row->gone = true;
	return adopt_row(s);
}

static int item_gone(struct sent *s)
{
	switch (s->row->c.change.op) {
	case CHANGE_DELETE:
		s->ret->sent++;
		return accepted_delete(s);
	case CHANGE_UPDATE:
		return apply_gone(s->t, s->i.it.id);
	case CHANGE_NEW:
	case CHANGE_NEW_FOLDER:
	case CHANGE_STORE: /* these two by upload.c */
	case CHANGE_MOVE:
	case CHANGE_CHECK_OUT:
	case CHANGE_CHECK_IN:
	case CHANGE_UNDO_CHECK_OUT:
	case CHANGE_OP_COUNT:
		break;
	}
	return refused(s);
}

/* ---- one change ------------------------------------------------------------------------------- */

/* 1: there it is; 0: the list or the item was removed here meanwhile. */
static int load(struct sent *s, const struct outcome_of *of)
{
	int r = store_item_get(s->t->st, of->item, &s->i.it);

	if (r == 0)
		r = pending_load(s->t->st, of->item, &s->i.p);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	s->row = pending_row(&s->i.p, of->change);
	return s->row != NULL;
}

static int decide(struct sent *s, bool final)
{
	switch (s->o->result) {
	case REMOTE_OK:
		return accepted(s);
	case REMOTE_CONFLICT:
		return conflicted(s);
	case REMOTE_ITEM_GONE:
		return item_gone(s);
	case REMOTE_ITEM_BAD:
		return refused(s);
	case REMOTE_LOST:
		return unsure(s);
	case REMOTE_NOT_RUN:
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
	case REMOTE_TOKEN_GONE:
	case REMOTE_SITE_BAD:
	case REMOTE_AUTH:
	case REMOTE_CANCELED:
		break;
	}
	s->ret->not_run++;
	return final || PLANTED("not_run_refused") ? refused(s) : requeue(s);
}

int outcome_apply(struct txn *t, const struct outcome_of *of, struct remote_outcome *o, bool final,
		  struct push_result *ret)
{
	struct sent s = { .t = t, .i = LOCAL_ITEM_INIT, .o = o, .ret = ret };
	int r = load(&s, of), found = r > 0;

	if (found)
		r = o->has_row ? people_complete(t, &o->row.values) : 0;
	if (found && r == 0)
		r = decide(&s, final);
	local_item_release(&s.i);
	return r;
}

int outcome_none(struct txn *t, const struct outcome_of *of, bool lost)
{
	struct sent s = { .t = t, .i = LOCAL_ITEM_INIT };
	int r = load(&s, of);

	if (r > 0)
		r = lost && !PLANTED("blind_retry") ? unsure(&s) : requeue(&s);
	local_item_release(&s.i);
	return r;
}
