#include "push.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "remote/docs.h"
#include "store/item.h"
#include "store/journal.h"
#include "history.h"
#include "leaving.h"
#include "numbers.h"
#include "outcome.h"
#include "parts.h"
#include "policy.h"
#include "txn.h"
#include "upload.h"

/*
 * A push takes changes out of the journal (QUEUED -> SENDING, one transaction),
 * sends them as one UpdateListItems, and stores what became of each (one
 * transaction). The answer may be lost, or we may be killed, between the two: then the
 * changes are UNSURE, and how each is carried out exactly once all the same is this:
 *
 *	NEW         carries a ReplicationID made for it (MS-OUTSPS_R206, R207). A pull finds it among the
 *	            new rows (apply.c) and the change is done; if a complete pull that began
 *	            after the loss does not bring it, it did not arrive and is sent again.
 *	NEW_FOLDER  the same; beside it, a folder of that path is the folder, whoever made it.
 *	UPDATE      carries the owshiddenversion that it was made from, and a pair of its own for the item's
 *	            history (history.h). The pull brings the row if anything changed it: with that pair
 *	            in its history it has arrived, whatever others have made of it since; without it, it has not, and
 *	            is merged as any change that waits (pending.c). Where a row has no history its values must do: fields
 *	            that stand there as we sent them are done, those that stand as before are sent again,
 *	            others are a conflict; a text that was to be appended may be there or not, and goes to
 *	            conflicts/ so that it is neither lost nor appended twice. No row: the version is the same, so it did
 *	            not arrive. Sent again although it arrived, the server answers with a conflict
 *	            and the row, and the same question is asked of that.
 *	DELETE      an id is never given twice, so a second Delete finds nothing (REMOTE_ITEM_GONE),
 *	            and that is success; the pull's Delete id says so even before.
 *
 * Order: changes of one item go one at a time; a new item goes when its folder is on the
 * server; items are independent otherwise. The folder for new items is said once for the
 * whole batch ([MS-LISTSWS] Batch RootFolder), so a batch has new items of one folder. An
 * item whose file was just removed waits until its grace is over.
 */

struct batch {
	struct txn t;             /* list, and when it is open, the transaction */
	struct outcome_of *v;     /* owned; which they are */
	struct change *send;      /* owned; as they go out */
	size_t n, cap, cap_send;
	size_t limit;
	bool has_folder;          /* the batch makes items in `folder` */
	char *folder;             /* owned; NULL: the list's root */
	bool folder_goes;         /* its only change is the deletion of a library's folder */
	bool survey;              /* uploads are counted too */
	int64_t until, later;     /* of uploads: push_look() */
	int64_t n_uploads;
	bool detaches;            /* one of these removes an attachment */
};

static void batch_release(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		change_release(&b->send[i]);
	free(b->v);
	free(b->send);
	free(b->folder);
	txn_end(&b->t);
}

bool push_is_open(const struct txn *t)
{
	const struct store_list *l = &t->list;

	return l->state != STORE_LIST_GONE && l->state != STORE_LIST_FORBIDDEN;
}

const char *push_agent(const struct txn *t)
{
	/* Documents have versions of their own. */
	return list_is_library(&t->list.info) ? NULL : t->conf->agent;
}

/* ---- what can be sent ---------------------------------------------------------------------- */

static int is_that(void *arg, const struct store_change *c)
{
	const int64_t *id = arg;

	/* The server has it; what comes after it need not wait for its row. */
	if (c->state == STORE_CHANGE_SENT)
		return 0;
	return c->id == *id ? 1 : 2;
}

int push_is_first(struct txn *t, const struct store_change *c)
{
	int64_t id = c->id;
	int r = store_change_of_item(t->st, c->item, is_that, &id);

	return r < 0 ? r : r == 1 || PLANTED("order_lost");
}

int push_dir(struct txn *t, int64_t item, int64_t *ret_dir, bool *ret_leaving)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_node_of_item(t->st, item, &n);

	if (r == 0 && n.name) {
		*ret_dir = n.parent;
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	r = store_vacancy_of_item(t->st, item, &v);
	if (r < 0)
		return r;
	*ret_dir = v.parent;
	*ret_leaving = v.reason == STORE_VACANT_UNLINK;
	return 0;
}

int push_folder(struct txn *t, int64_t dir, char **ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r;

	if (dir == t->list.root)
		return 1;
	r = store_node_get(t->st, dir, &n);
	if (r == 0)
		r = store_item_get(t->st, n.item, &it);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!it.item.id || !it.item.path)
		return PLANTED("no_folder_wait");
	*ret = str_printf("/%s", it.item.path);
	return *ret ? 1 : -ENOMEM;
}

/* A document that was just stored has no number before a pull has brought its row. */
static int is_known(struct txn *t, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = list_is_library(&t->list.info) ? store_item_get(t->st, item, &it) : 1;

	return r == 0 ? it.item.id != 0 : r == -ENOENT ? 1 : r;
}

/* A change of an item that stands somewhere (r: push_dir()'s), or of one whose deletion waits. */
static int known_fits(struct txn *t, const struct store_change *c, int r, bool leaving)
{
	if (r < 0 && r != -ENOENT)
		return r;
	if (leaving || (r == -ENOENT && c->change.op != CHANGE_DELETE))
		return 0;
	return is_known(t, c->item);
}

/*
 * Whether what comes before it is done. A new part follows its master: what the master's change makes the server drop
 * goes before what takes its place.
 */
static int is_ready(struct batch *b, const struct store_change *c, bool is_new, int64_t *ret_master)
{
	int r = push_is_first(&b->t, c), k;

	if (r <= 0)
		return r;
	k = parts_of(&b->t, c->item, ret_master);
	if (k < 0 || !is_new || *ret_master <= 0)
		return k < 0 ? k : 1;
	k = store_change_has(b->t.st, *ret_master);
	return k < 0 ? k : !k;
}

/* Of a library's new folder: 1: nothing that is to be removed stands there. */
static int is_free(struct txn *t, const struct store_change *c, const char *folder)
{
	CLEANUP(str_free_p) char *path = NULL;
	const char *root = folder ? folder : t->list.info.root_folder ? t->list.info.root_folder : "";
	int r;

	if (!list_is_library(&t->list.info) || !c->change.name)
		return 1;
	path = str_printf("%s/%s", root + (*root == '/'), c->change.name);
	r = path ? leaving_has(t, c->item, path) : -ENOMEM;
	return r < 0 ? r : !r;
}

/* Whether the change can go into this batch: 1, 0, -errno. A new item's folder becomes the batch's. */
static int fits(struct batch *b, const struct store_change *c)
{
	CLEANUP(str_free_p) char *folder = NULL;
	bool is_new = c->change.op == CHANGE_NEW || c->change.op == CHANGE_NEW_FOLDER;
	bool leaving = false;
	int64_t dir = 0, master = 0;
	int r = is_ready(b, c, is_new, &master);

	if (r <= 0)
		return r;
	r = push_dir(&b->t, master > 0 ? master : c->item, &dir, &leaving);
	if (!is_new)
		return known_fits(&b->t, c, r, leaving);
	if (r < 0 || leaving)
		return r == -ENOENT || r == 0 ? 0 : r;
	r = push_folder(&b->t, dir, &folder);
	if (r > 0)
		r = is_free(&b->t, c, folder);
	if (r <= 0 || (b->has_folder && !str_eq(folder, b->folder)))
		return r < 0 ? r : 0;
	if (!b->has_folder) {
		b->has_folder = true;
		b->folder = folder;
		folder = NULL;
	}
	return 1;
}

/* ---- taking ------------------------------------------------------------------------------------ */

/* Outlook merges by it (MS-OUTSPS 3.2.4.2.1), and we know by it whether this arrived. */
static int add_history(const struct batch *b, const struct values *now, int skip, struct values *fields)
{
	const char *agent = push_agent(&b->t);

	return agent ? history_add(now, agent, skip, fields) : 0;
}

/* A new part says of which item; that has its ID only now. */
static int link_part(struct batch *b, int64_t item, struct values *fields)
{
	const struct sync_present *p = b->t.conf->present;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t master;
	int r = parts_of(&b->t, item, &master);

	if (r < 0 || master <= 0)
		return r;
	r = store_item_get(b->t.st, master, &it);
	return r < 0 ? r : p->link(p->arg, &b->t.list.info, &it.item, fields);
}

/* What the change itself does not say. */
static int add_said(struct batch *b, const struct store_change *c, const struct store_item *it, struct values *fields)
{
	int r = c->change.op == CHANGE_DELETE ? 0 : add_history(b, store_item_base(it), c->tries, fields);

	return r < 0 || c->change.op != CHANGE_NEW ? r : link_part(b, c->item, fields);
}

/* What goes out: the change with the item's id and version as they are now. */
static int make_send(struct batch *b, const struct store_change *c, struct change *ret)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	bool is_new = c->change.op == CHANGE_NEW || c->change.op == CHANGE_NEW_FOLDER;
	int r = store_item_get(b->t.st, c->item, &it);

	ret->op = c->change.op;
	if (r == 0)
		r = values_copy(&ret->fields, &c->change.fields);
	if (r == 0 && !PLANTED("no_replication_id"))
		r = str_set(&ret->replication_id, c->change.replication_id);
	if (r == 0)
		r = str_set(&ret->name, c->change.name);
	if (r == 0)
		r = add_said(b, c, &it, &ret->fields);
	if (r < 0)
		return r;
	if (is_new)
		return str_set(&ret->folder, b->folder);
	ret->id = it.item.id;
	ret->version = PLANTED("no_if_match") ? 0 : it.item.version;
	/* Files and folders are named by their path as well ([MS-LISTSWS] R2101). */
	if (it.item.path && (it.item.folder || list_is_library(&b->t.list.info)))
		return str_set(&ret->file_ref, it.item.path);
	return 0;
}

/* A document's bytes and its moves go out one by one. */
static int count_upload(struct batch *b, const struct store_change *c)
{
	int r = upload_fits(&b->t, c, b->until);

	if (r == 0 && c->change.content.due > b->until && c->change.content.due < INT64_MAX &&
	    (!b->later || c->change.content.due < b->later))
		b->later = c->change.content.due;
	b->n_uploads += r > 0;
	b->detaches |= r > 0 && c->change.op == CHANGE_DELETE;
	return r < 0 ? r : 0;
}

/* A library's folder is deleted alone, after what was in it: see check_empty(). 1, 0: not in this batch. */
static int goes_now(struct batch *b, const struct store_change *c, bool *ret_alone)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = store_item_get(b->t.st, c->item, &it);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret_alone = it.item.folder;
	return !it.item.folder || !b->n || b->survey;
}

static int collect(void *arg, const struct store_change *c)
{
	struct batch *b = arg;
	bool alone = false;
	int r;

	if (c->state != STORE_CHANGE_QUEUED)
		return 0;
	r = upload_is(&b->t, c);
	if (r > 0)
		r = b->survey ? count_upload(b, c) : 0;
	else if (r == 0)
		r = fits(b, c);
	if (r > 0 && c->change.op == CHANGE_DELETE && list_is_library(&b->t.list.info))
		r = goes_now(b, c, &alone);
	if (r <= 0)
		return r;
	r = vec_grow(&b->v, &b->cap, b->n + 1, sizeof(*b->v));
	if (r == 0)
		r = vec_grow(&b->send, &b->cap_send, b->n + 1, sizeof(*b->send));
	if (r < 0)
		return r;
	b->v[b->n] = (struct outcome_of) { .change = c->id, .item = c->item };
	b->send[b->n] = (struct change) CHANGE_INIT;
	r = make_send(b, c, &b->send[b->n++]);
	b->folder_goes |= alone;
	return r < 0 ? r : b->n == b->limit || (alone && !b->survey);
}

static int fill(struct batch *b, int64_t list)
{
	int r = push_is_open(&b->t) ? store_change_each(b->t.st, list, collect, b) : 0;

	return r < 0 ? r : 0;
}

static int mark_sending(struct batch *b, const struct outcome_of *of)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = store_change_get(b->t.st, of->change, &c);

	if (r < 0)
		return r;
	c.state = STORE_CHANGE_SENDING;
	c.tries++;
	return store_change_put(b->t.st, &c);
}

static int take(struct batch *b, int64_t list)
{
	int r = txn_begin(&b->t, list);

	if (r == 0)
		r = fill(b, list);
	for (size_t i = 0; r == 0 && i < b->n; i++)
		r = mark_sending(b, &b->v[i]);
	if (r < 0 || !b->n)
		return r;
	CRASH_POINT("push.take.before");
	r = txn_commit(&b->t);
	CRASH_POINT("push.take.after");
	return r;
}

static int note_sending(void *arg, const struct store_change *c)
{
	return c->state == STORE_CHANGE_SENDING ? numbers_add(arg, c->id) : 0;
}

static int mark_unsure(struct txn *t, int64_t change)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	int r = store_change_get(t->st, change, &c);

	c.state = STORE_CHANGE_UNSURE;
	c.change.content.lost = c.change.op == CHANGE_STORE;
	return r < 0 ? r : store_change_put(t->st, &c);
}

/* No push of the list runs now: what is still SENDING is of one whose outcome could not be stored (disk full). */
static int forget_sending(const struct sync_config *conf, int64_t list)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(conf);
	struct numbers ids = NUMBERS_INIT;
	int64_t n;
	int r = store_change_count(conf->store, list, STORE_CHANGE_SENDING, &n);

	if (r < 0 || !n)
		return r;
	r = txn_begin(&t, list);
	if (r == 0)
		r = store_change_each(t.st, list, note_sending, &ids);
	for (size_t i = 0; r == 0 && i < ids.n; i++)
		r = mark_unsure(&t, ids.v[i]);
	numbers_release(&ids);
	return r < 0 ? r : txn_commit(&t);
}

int push_look(const struct sync_config *conf, int64_t list, int limit, int64_t until, struct push_survey *ret)
{
	CLEANUP(batch_release) struct batch b = {
		.t = TXN_INIT(conf), .limit = (size_t) limit, .survey = true, .until = until,
	};
	int64_t unsure;
	int r = forget_sending(conf, list);

	if (r == 0)
		r = store_change_count(conf->store, list, STORE_CHANGE_UNSURE, &unsure);
	if (r == 0)
		r = txn_list(&b.t, list);
	/* No transaction: what it reads may be of different moments, but it decides nothing. */
	b.t.has_vacancies = true;
	if (r == 0)
		r = fill(&b, list);
	if (r < 0)
		return r;
	*ret = (struct push_survey) {
		.to_send = (int64_t) b.n + b.n_uploads, .unsure = unsure > 0, .later = b.later,
		.deletes = b.detaches,
	};
	for (size_t i = 0; i < b.n; i++) {
		ret->deletes |= b.send[i].op == CHANGE_DELETE;
		/* Of a list's items only folders are named by their path. */
		ret->folders |= b.send[i].op == CHANGE_DELETE && b.send[i].file_ref && !list_is_library(&b.t.list.info);
	}
	return 0;
}

/* ---- the answer ------------------------------------------------------------------------------------ */

static int store_outcomes(const struct push *p, const struct batch *b, struct remote_outcome *o, bool lost,
			  struct push_result *ret)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(p->conf);
	bool final = p->last_chance && b->n == 1;
	int r = txn_begin(&t, p->list);

	for (size_t i = 0; r == 0 && i < b->n; i++)
		r = o ? outcome_apply(&t, &b->v[i], &o[i], final, ret) : outcome_none(&t, &b->v[i], lost);
	if (r < 0)
		return r;
	CRASH_POINT("push.outcome.before");
	r = txn_commit(&t);
	if (r < 0)
		return r;
	CRASH_POINT("push.outcome.after");
	ret->conflicts += t.conflicts;
	events_deliver(&t.ev, p->conf->hooks);
	return 0;
}

static enum remote_result local_failure(struct remote_fault *f, int r)
{
	if (r == -ENOENT)
		return REMOTE_CANCELED;
	err_set(&f->err, r, "the journal cannot be written: %s", err_text(NULL, r));
	return REMOTE_LIST_BAD;
}

/*
 * Deleting a folder deletes what is in it (MS-OUTSPS_R66), also what nobody here can see: so it is asked for first.
 * o->result REMOTE_ITEM_BAD: it is not empty.
 */
static enum remote_result check_empty(const struct push *p, struct batch *b, struct remote_outcome *o,
				      struct remote_fault *f)
{
	enum remote_result res;
	int64_t n = 0;

	o->result = REMOTE_OK;
	if (!p->remote->docs || !p->remote->docs->count || !b->send->file_ref)
		return REMOTE_OK;
	res = p->remote->docs->count(p->remote, b->send->file_ref, &n, p->cancel, f);
	/* Where it cannot be asked for, the list has to do. */
	if (res == REMOTE_ITEM_GONE || (res == REMOTE_ITEM_BAD && f->err.code == -EOPNOTSUPP))
		n = 0;
	else if (res != REMOTE_OK)
		return res == REMOTE_ITEM_BAD || res == REMOTE_CONFLICT ? REMOTE_NOT_RUN : res;
	*f = (struct remote_fault) { 0 };
	if (n > 0) {
		o->result = REMOTE_ITEM_BAD;
		o->text = strdup("the folder is not empty on the server");
	}
	return REMOTE_OK;
}

static enum remote_result send(const struct push *p, struct batch *b, struct remote_outcome *o,
			       struct remote_fault *f)
{
	const struct change **changes = calloc(b->n, sizeof(*changes));
	enum remote_result res;

	if (!changes)
		return REMOTE_NOT_RUN;
	for (size_t i = 0; i < b->n; i++)
		changes[i] = &b->send[i];
	res = b->folder_goes ? check_empty(p, b, o, f) : REMOTE_NOT_RUN;
	if (b->folder_goes && (res != REMOTE_OK || o->result != REMOTE_OK)) {
		free(changes);
		return res;
	}
	res = p->remote->ops->push(p->remote, b->t.list.info.id, &b->t.list.info.schema, changes, b->n, o, p->cancel,
				   f);
	free(changes);
	CRASH_POINT("push.answered");
	return res;
}

enum remote_result push_run(const struct push *p, struct push_result *ret, struct remote_fault *f)
{
	CLEANUP(batch_release) struct batch b = { .t = TXN_INIT(p->conf), .limit = (size_t) p->limit };
	struct remote_outcome *o;
	enum remote_result res;
	int r = take(&b, p->list);

	if (r < 0 || !b.n)
		return r < 0 ? local_failure(f, r) : REMOTE_OK;
	o = calloc(b.n, sizeof(*o));
	res = o ? send(p, &b, o, f) : REMOTE_NOT_RUN;
	/* One that was given up on its way may have arrived all the same. */
	r = store_outcomes(p, &b, res == REMOTE_OK ? o : NULL, res == REMOTE_LOST || res == REMOTE_CANCELED, ret);
	for (size_t i = 0; o && i < b.n; i++)
		remote_outcome_release(&o[i]);
	free(o);
	ret->taken += (int64_t) b.n;
	if (r == 0 || r == -ENOENT)
		return r ? REMOTE_CANCELED : res;
	/* Sent, and nobody will know what became of it: as if the answer were lost. */
	(void) local_failure(f, r);
	return REMOTE_LOST;
}
