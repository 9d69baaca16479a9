#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "remote/docs.h"
#include "store/blob.h"
#include "store/item.h"
#include "store/journal.h"
#include "sync/docs.h"
#include "engine.h"
#include "errand.h"
#include "local.h"
#include "pull.h"
#include "push.h"
#include "upload.h"

/*
 * A document or folder that goes to another library of its site. The server makes new items of what moves, with other ids, so
 * that nothing that is known here of the old ones holds for them. It is done at once and by the server alone: rename(2) waits for
 * the MOVE and for what both lists say afterwards, and nothing is changed here before that. Hence nothing to journal: whatever
 * is killed, the lists tell what became of it. An answer that is lost is looked for.
 *
 * What cannot be done so is EXDEV, and mv(1) copies and removes, which waits in the journal as all changes do: offline, when
 * something of it has not been sent, or when the name it goes to has a version that was never read here.
 */

enum { WAIT_MS = 120000 };

struct crossing {
	struct errand x; /* first */
	int64_t ino;
	int64_t to_list, to_dir;
	char name[];
};

struct trip {
	struct worker *w;      /* foreign */
	struct entry *e;       /* foreign; of the list it leaves */
	struct remote_fault *f; /* foreign */
	char *from, *to;       /* owned; server paths */
	bool folder;
	bool overwrite;
	char *over;            /* owned; the server's word for what is there now, as it was read here; NULL: not known */
	char *name;            /* owned; of the file */
};

static void trip_release(struct trip *t)
{
	free(t->from);
	free(t->to);
	free(t->over);
	free(t->name);
}

/* ---- whether it can be done so ------------------------------------------------------------------- */

struct looking {
	struct txn *t;
	const char *path; /* foreign */
	size_t n;
};

/* 1: something is to be sent of it, or it was removed just now. */
static int is_busy(struct txn *t, int64_t item)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_change_has(t->st, item);

	if (r)
		return r;
	r = store_vacancy_of_item(t->st, item, &v);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static int is_busy_below(void *arg, const struct store_item *i)
{
	const struct looking *l = arg;

	if (!i->item.path || strncmp(i->item.path, l->path, l->n) != 0 || i->item.path[l->n] != '/')
		return 0;
	return i->item.id ? is_busy(l->t, i->id) : 1;
}

/* 1: there are files below that only exist here. */
static int has_local(void *arg, const struct store_node *n)
{
	struct txn *t = arg;

	if (n->kind == STORE_NODE_FOLDER)
		return store_node_children(t->st, n->ino, 0, has_local, t);
	return n->kind != STORE_NODE_DOCUMENT && n->kind != STORE_NODE_GHOST;
}

/* 1: it cannot go as a whole. */
static int is_held(struct txn *t, const struct store_item *it, int64_t ino)
{
	struct looking l = { .t = t, .path = it->item.path, .n = strlen(it->item.path) };
	int r = is_busy(t, it->id);

	if (r == 0 && it->item.folder)
		r = store_item_each(t->st, t->list.id, is_busy_below, &l);
	return r || !it->item.folder ? r : store_node_children(t->st, ino, 0, has_local, t);
}

static int check_source(struct txn *t, struct trip *p, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = store_node_get(t->st, ino, &n);

	if (r == 0)
		r = store_item_get(t->st, n.item, &it);
	if (r < 0 || !n.name || !it.item.id || !it.item.path)
		return r < 0 && r != -ENOENT ? r : -EXDEV;
	r = local_may(&t->list, &it.item, PERM_DELETE);
	if (r == 0)
		r = is_held(t, &it, ino);
	if (r)
		return r < 0 ? r : -EXDEV;
	p->folder = it.item.folder;
	r = str_set(&p->from, it.item.path);
	return r < 0 ? r : str_set(&p->name, n.name);
}

/* What stands there goes, when it is what was read here. */
static int check_taken(struct txn *t, struct trip *p, const struct store_node *n)
{
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;
	int r;

	if (p->folder || n->kind != STORE_NODE_DOCUMENT || !t->conf->blobs)
		return -EXDEV;
	r = is_busy(t, n->item);
	if (r == 0)
		r = store_blob_find(t->conf->blobs, n->item, &b);
	if (r || b.fd < 0 || !b.etag)
		return r < 0 && r != -ENOENT ? r : -EXDEV;
	p->overwrite = true;
	return str_set(&p->over, b.etag);
}

static int check_target(struct txn *t, struct trip *p, const struct crossing *x)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = local_may(&t->list, NULL, PERM_ADD);

	if (r == 0)
		r = local_name(x->name);
	if (r == 0)
		r = local_vacancy(t, x->to_dir, x->name, &v);
	if (r == 0)
		r = upload_path(t, x->to_dir, x->name, &p->to);
	if (r <= 0 || v.name)
		return r < 0 ? r : -EXDEV;
	r = store_node_lookup(t->st, x->to_dir, x->name, &n);
	if (r == -ENOENT || (r == 0 && n.kind == STORE_NODE_GHOST))
		return 0;
	return r < 0 ? r : check_taken(t, p, &n);
}

static int prepare(struct trip *p, const struct crossing *x)
{
	CLEANUP(txn_end) struct txn from = TXN_INIT(&p->w->site->s->conf);
	int r = txn_begin(&from, p->e->list);

	if (r == 0)
		r = check_source(&from, p, x->ino);
	if (r == 0)
		r = txn_list(&from, x->to_list);
	if (r == 0)
		r = check_target(&from, p, x);
	return r == -ENOENT || r == -ESTALE ? -EXDEV : r;
}

/* ---- the server ----------------------------------------------------------------------------------- */

/* What is to be written over is still what was read here. */
static enum remote_result look_over(const struct trip *p, int *ret)
{
	struct remote *r = p->w->remote;
	struct remote_doc doc = { .size = -1 };
	enum remote_result result = r->docs->stat(r, p->to, &doc, &p->w->cancel, p->f);

	if (result == REMOTE_OK && !str_eq(doc.etag, p->over))
		*ret = -EXDEV;
	remote_doc_release(&doc);
	return result == REMOTE_ITEM_GONE ? REMOTE_OK : result;
}

/* Whether it has gone from there: the answer was lost. */
static enum remote_result look_for(const struct trip *p)
{
	struct remote *r = p->w->remote;
	struct remote_doc doc = { .size = -1 };
	struct remote_fault f = { 0 };
	enum remote_result there = r->docs->stat(r, p->from, &doc, &p->w->cancel, &f), here;

	remote_doc_release(&doc);
	if (there != REMOTE_ITEM_GONE)
		return there == REMOTE_OK ? REMOTE_NOT_RUN : REMOTE_LOST;
	here = r->docs->stat(r, p->to, &doc, &p->w->cancel, &f);
	remote_doc_release(&doc);
	return here == REMOTE_OK ? REMOTE_OK : here == REMOTE_ITEM_GONE ? REMOTE_ITEM_GONE : REMOTE_LOST;
}

static enum remote_result move(const struct trip *p)
{
	struct remote *r = p->w->remote;
	enum remote_result result = REMOTE_NOT_RUN;

	for (int i = 0; i < 2 && result == REMOTE_NOT_RUN; i++) {
		*p->f = (struct remote_fault) { 0 };
		result = r->docs->move(r, p->from, p->to, p->overwrite, &p->w->cancel, p->f);
		CRASH_POINT("across.answered");
		if (result == REMOTE_LOST)
			result = look_for(p);
	}
	return result;
}

/* What rename(2) says. */
static int errno_of(const struct trip *p, enum remote_result result)
{
	switch (result) {
	case REMOTE_OK:
		return 0;
	case REMOTE_CONFLICT: /* mv(1) takes EEXIST for a directory */
		return -EBUSY;
	case REMOTE_ITEM_GONE:
		return -ENOENT;
	case REMOTE_ITEM_BAD:
		return p->f->err.code < 0 ? p->f->err.code : -EACCES;
	case REMOTE_AUTH:
		return -EACCES;
	case REMOTE_CANCELED:
		return -EINTR;
	case REMOTE_SITE_BAD: /* nothing has been sent: a copy waits until it can be */
		return -EXDEV;
	case REMOTE_NOT_RUN:
	case REMOTE_LOST:
	case REMOTE_LIST_BAD:
	case REMOTE_LIST_GONE:
	case REMOTE_TOKEN_GONE:
		break;
	}
	return -EIO;
}

/* Why it stays where it is: an errno says little. */
static void say(const struct trip *p, int64_t list)
{
	const struct sync_hooks *h = p->w->site->s->conf.hooks;
	CLEANUP(txn_end) struct txn t = TXN_INIT(&p->w->site->s->conf);
	const char *why = p->f->err.text[0] ? p->f->err.text : "the server refused it without giving a reason";

	log_notice("a move to another library was refused: %s", why);
	if (txn_begin(&t, list) == 0 && txn_say(&t, SYNC_REFUSED, p->name, why) == 0 && txn_commit(&t) == 0)
		events_deliver(&t.ev, h);
}

/* ---- who waits ------------------------------------------------------------------------------------ */

/* It is there: the other list is pulled before that is said, whenever it was pulled last. */
static void answer_later(struct trip *p, const struct crossing *x)
{
	struct sync *s = p->w->site->s;
	struct sync_waiter *w;
	struct entry *to;

	lock_take(&s->lock);
	w = errand_take_waiter(p->e, &x->x);
	to = engine_find(s, x->to_list);
	if (to) {
		to->wanted = clock_mono_ms();
		to->floor_ns = 0;
		if (w) {
			w->kind = WAITER_OPEN;
			w->since = to->wanted;
			w->deadline = to->wanted + s->conf.first_wait_ms;
			waiter_add(to, w);
			w = NULL;
		}
		engine_schedule(s, to);
		engine_wake(s);
	}
	lock_give(&s->lock);
	waiter_finish(w, 0);
}

static enum remote_result pull_here(struct trip *p)
{
	const struct pull pull = { .conf = &p->w->site->s->conf, .remote = p->w->remote, .cancel = &p->w->cancel, .list = p->e->list };
	struct pull_result res = { 0 };

	return pull_run(&pull, &res, p->f);
}

static enum remote_result carry_out(struct trip *p, const struct crossing *x)
{
	enum remote_result result = REMOTE_OK;
	int r = prepare(p, x);

	if (r == 0 && p->overwrite)
		result = look_over(p, &r);
	if (r == 0 && result == REMOTE_OK)
		result = move(p);
	if (r == 0)
		r = errno_of(p, result);
	if (result == REMOTE_ITEM_BAD)
		say(p, p->e->list);
	if (r < 0 && result != REMOTE_CONFLICT && result != REMOTE_ITEM_GONE) {
		errand_answer(p->w->site->s, p->e, &x->x, r);
		return result == REMOTE_ITEM_BAD || result == REMOTE_NOT_RUN ? REMOTE_OK : result;
	}
	/* Also when the server does not have what was thought: the lists are not what they seem. */
	result = pull_here(p);
	if (r < 0)
		errand_answer(p->w->site->s, p->e, &x->x, r);
	answer_later(p, x);
	return result;
}

static enum remote_result run(struct worker *w, struct entry *e, struct errand *x, struct remote_fault *f)
{
	CLEANUP(trip_release) struct trip p = { .w = w, .e = e, .f = f };

	return carry_out(&p, (const struct crossing *) x);
}

/* ---- asking --------------------------------------------------------------------------------------- */

static int ask(struct sync *s, int64_t list, struct crossing *x, struct sync_waiter *w)
{
	struct entry *e = engine_find(s, list), *to = engine_find(s, x->to_list);

	if (!s->started || !s->online || s->stopping || s->quit || !e || !to || e->site != to->site || !s->conf.blobs)
		return -EXDEV;
	if (e->site->login || e->site->failed || e->site->backoff.tries)
		return -EXDEV;
	errand_add(s, e, &x->x, w, WAIT_MS);
	return 1;
}

int sync_move_across(struct sync *s, const struct sync_crossing *c, struct sync_waiter *w)
{
	struct crossing *x = calloc(1, sizeof(*x) + strlen(c->to_name) + 1);
	int r;

	if (!x)
		return -ENOMEM;
	x->x.run = run;
	x->ino = c->ino;
	x->to_list = c->to_list;
	x->to_dir = c->to_parent;
	memcpy(x->name, c->to_name, strlen(c->to_name) + 1);
	lock_take(&s->lock);
	r = ask(s, c->list, x, w);
	lock_give(&s->lock);
	if (r < 0)
		free(x);
	return r;
}
