#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"
#include "model/attached.h"
#include "remote/docs.h"
#include "store/item.h"
#include "store/list.h"
#include "store/node.h"
#include "sync/docs.h"
#include "attach.h"
#include "engine.h"
#include "errand.h"
#include "txn.h"

/*
 * Servers whose rows say only that an item has attachments ("1"), and not which: they are asked for their names (GetAttachmentCollection)
 * when somebody looks into the item's directory, once for each version of the item. The directory's node remembers for which.
 */

enum { TEXT_MAX_BYTES = 64 << 20 };

struct collect {
	struct errand x; /* first */
	int64_t dir;
};

/* 1: the names are to be asked for; n: the directory, owner: whose it is. */
static int is_due(struct store *st, int64_t dir, struct store_node *n, struct store_item *owner)
{
	int r = store_node_get(st, dir, n);

	if (r < 0 || n->kind != STORE_NODE_ATTACHMENTS || !n->item)
		return r == -ENOENT ? 0 : r;
	r = store_item_get(st, n->item, owner);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return owner->item.id > 0 && attached_untold(values_get(store_item_base(owner), "Attachments")) &&
	       attach_collected_for(n) != owner->item.version;
}

static int add(void *arg, const char *name, const char *path)
{
	struct buf *text = arg;

	(void) name;
	buf_adds(text, text->len ? "/" : ";#/");
	uri_encode_path(text, path);
	buf_adds(text, ";#");
	return buf_error(text);
}

static int apply(struct sync *s, const struct store_item *asked, const char *text)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&s->conf);
	CLEANUP(store_item_release_p) struct store_item owner = STORE_ITEM_INIT;
	int r = txn_begin(&t, asked->list);

	if (r == 0)
		r = store_item_get(t.st, asked->id, &owner);
	if (r == 0)
		r = attach_collected(&t, &owner, asked->item.version, text);
	if (r == 0)
		r = txn_commit(&t);
	if (r == 0)
		events_deliver(&t.ev, s->conf.hooks);
	return r == -ENOENT ? 0 : r;
}

static enum remote_result ask(struct worker *w, const struct collect *c, struct remote_fault *f)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item owner = STORE_ITEM_INIT;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX_BYTES);
	struct sync *s = w->site->s;
	enum remote_result result;
	int r = is_due(s->conf.store, c->dir, &n, &owner);

	if (r > 0)
		r = store_list_get(s->conf.store, owner.list, &l) < 0 ? 0 : 1;
	if (r <= 0)
		return REMOTE_OK;
	result = w->remote->docs->attachments(w->remote, l.info.id, owner.item.id, add, &text, &w->cancel, f);
	if (result == REMOTE_OK)
		r = apply(s, &owner, buf_str(&text));
	if (r < 0) {
		err_set(&f->err, r, "the names of attachments cannot be stored: %s", err_text(NULL, r));
		return REMOTE_LIST_BAD;
	}
	/* That it cannot be had for this item is nothing that the list is to blame for. */
	return result == REMOTE_ITEM_GONE || result == REMOTE_ITEM_BAD || result == REMOTE_CONFLICT ? REMOTE_OK : result;
}

static enum remote_result run(struct worker *w, struct entry *e, struct errand *x, struct remote_fault *f)
{
	enum remote_result result = w->remote->docs ? ask(w, (const struct collect *) x, f) : REMOTE_OK;

	errand_answer(w->site->s, e, x, 0);
	return result;
}

int sync_want_attachments(struct sync *s, int64_t dir, struct sync_waiter *w)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item owner = STORE_ITEM_INIT;
	struct collect *c;
	struct entry *e;
	int r = is_due(s->conf.store, dir, &n, &owner);

	if (r <= 0)
		return r;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->x.run = run;
	c->dir = dir;
	lock_take(&s->lock);
	e = engine_find(s, n.list);
	r = s->started && s->online && !s->stopping && !s->quit && e && !e->site->login && !e->site->backoff.tries;
	if (r)
		errand_add(s, e, &c->x, w, s->conf.wait_ms);
	lock_give(&s->lock);
	if (!r)
		free(c);
	return r;
}
