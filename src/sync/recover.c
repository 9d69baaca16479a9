#include "recover.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "store/unsent.h"
#include "apply.h"
#include "doc.h"
#include "engine.h"
#include "local.h"
#include "numbers.h"
#include "show.h"

enum { CHUNK = 200 };

/* ---- texts ---------------------------------------------------------------------------- */

static int recover_one(void *arg, int64_t ino)
{
	const struct sync_hooks *h = arg;
	int r = h->recover(h->arg, ino);

	/* One that does not work must not keep the others from their server. */
	if (r < 0)
		log_warning("an unfinished text was left in its file: ino=%lld: %s", (long long) ino,
			    err_text(NULL, r));
	return 0;
}

static int note_text(void *arg, int64_t ino)
{
	return numbers_add(arg, ino);
}

/* The user's own form of a text has stood until now; from here on the file shows the item. */
static int unkeep(struct txn *t, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(buf_release_p) struct buf kept = SHOW_TEXT_INIT;
	CLEANUP(buf_release_p) struct buf now = SHOW_TEXT_INIT;
	int64_t version;
	int r = store_node_get(t->st, ino, &n);

	/* Removed while it was open, and the last run did not live to see it closed. */
	if (r == -ENOENT || (r == 0 && !n.name))
		return store_node_delete(t->st, ino);
	if (r == 0)
		r = txn_list(t, n.list);
	if (r == 0)
		r = store_item_get(t->st, n.item, &it);
	if (r < 0)
		return r == -ENOENT ? store_text_delete(t->st, ino) : r;
	r = show_bytes(t, ino, 0, NULL, &kept);
	if (r == 0)
		r = show_render(t, it.id, &it.item, &now);
	version = n.version;
	if (r == 0)
		r = show_drop_text(t, &n, &it.item);
	if (kept.len == now.len && memcmp(buf_str(&kept), buf_str(&now), now.len) == 0)
		n.version = version;
	return r < 0 ? r : store_node_put(t->st, &n);
}

static int unkeep_some(struct sync *s, const int64_t *inos, size_t n)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	int r = txn_begin(&t, 0);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = unkeep(&t, inos[i]);
	return r < 0 ? r : txn_commit(&t);
}

static int unkeep_all(struct sync *s)
{
	struct numbers inos = NUMBERS_INIT;
	int r = store_text_each(sync_store(s), STORE_TEXT_KEPT, note_text, &inos);

	for (size_t i = 0; r == 0 && i < inos.n; i += CHUNK)
		r = unkeep_some(s, inos.v + i, inos.n - i < CHUNK ? inos.n - i : CHUNK);
	numbers_release(&inos);
	return r;
}

/* ---- documents that were flushed and not closed ------------------------------------------ */

/* They become what their close would have made of them. */
static int save_document(struct sync *s, const struct store_unsaved *u)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(fsutil_close_p) int fd = store_unsent_open(sync_store(s), u->file);
	struct sync_content c = { .file = u->file, .base = u->base, .etag = u->etag };
	struct sync_save save = { .ino = u->ino, .content = &c };
	struct sync_saved saved;
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : store_node_get(sync_store(s), u->ino, &n);

	if (r < 0 || !n.name || n.kind != STORE_NODE_DOCUMENT)
		return r < 0 ? r : -ENOENT;
	c.size = st.st_size;
	save.item = n.item;
	r = sync_submit_save(s, &save, &saved);
	/* What may not be saved is not lost. */
	return r == 0 ? 0 : sync_submit_aside(s, n.parent, n.name, &c, "it was written when spfs ended, and cannot be saved");
}

static int save_documents(struct sync *s)
{
	struct numbers inos = NUMBERS_INIT;
	int r = store_unsaved_each(sync_store(s), note_text, &inos);

	for (size_t i = 0; r == 0 && i < inos.n; i++) {
		CLEANUP(store_unsaved_release_p) struct store_unsaved u = STORE_UNSAVED_INIT;

		r = store_unsaved_get(sync_store(s), inos.v[i], &u);
		if (r == 0 && save_document(s, &u) < 0)
			log_warning("an unfinished document was given up ino=%lld", (long long) u.ino);
		/* One that was removed while it was open. */
		if (r == 0)
			r = sync_submit_saved(s, inos.v[i]);
	}
	numbers_release(&inos);
	return r < 0 ? r : store_unsent_sweep(sync_store(s));
}

static int drop_ghosts(struct sync *s)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	int r = txn_begin(&t, 0);

	if (r == 0)
		r = store_node_drop_ghosts(t.st, 0, t.now);
	return r < 0 ? r : txn_commit(&t);
}

/* ---- planted bugs (base/fault.h) ---------------------------------------------------------- */

static int note_queued(void *arg, const struct store_change *c)
{
	return c->state == STORE_CHANGE_QUEUED ? numbers_add(arg, c->id) : 0;
}

/* What was acknowledged did not reach the disk: the last change, or all. */
static int forget_changes(struct sync *s, bool all)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	struct numbers ids = NUMBERS_INIT;
	int r = txn_begin(&t, 0);

	if (r == 0)
		r = store_change_each(t.st, 0, note_queued, &ids);
	for (size_t i = all || !ids.n ? 0 : ids.n - 1; r == 0 && i < ids.n; i++)
		r = store_change_delete(t.st, ids.v[i]);
	numbers_release(&ids);
	return r < 0 ? r : txn_commit(&t);
}

/* ---- the start ------------------------------------------------------------------------------ */

int recover_start(struct sync *s)
{
	const struct sync_hooks *h = local_config(s)->hooks;
	int r = drop_ghosts(s);

	if (r == 0 && (PLANTED("journal_in_ram") || PLANTED("ack_before_durable")))
		r = forget_changes(s, PLANTED("journal_in_ram"));
	if (r == 0)
		r = unkeep_all(s);
	/* After the others: what they turn into is kept as it is. */
	if (r == 0)
		r = save_documents(s);
	if (r == 0 && h->recover)
		r = sync_submit_recover(s, recover_one, (void *) h);
	return r;
}

/* ---- lost answers -------------------------------------------------------------------------- */

static bool is_check(const struct store_change *c)
{
	return change_is_check(c->change.op);
}

static int note_unsure(void *arg, const struct store_change *c)
{
	/* Its row said nothing that was not known; or none came. */
	bool over = c->state == STORE_CHANGE_SENT && (is_check(c) || c->change.op == CHANGE_STORE);

	return c->state == STORE_CHANGE_UNSURE || over ? numbers_add(arg, c->item) : 0;
}

/* Whether the row says what was to be done. */
static bool has_arrived(const struct store_item *it, enum change_op op)
{
	const char *who = values_get(&it->item.values, "CheckoutUser");

	return !str_empty(who) == (op == CHANGE_CHECK_OUT);
}

/*
 * The server has taken a new document, and a pull brings no row of it: somebody has deleted or renamed it before that. A second
 * one must say so too, for the sake of servers that tell things late; then its bytes stay beside where it was. 1: so it is.
 */
static int give_up_unseen(struct txn *t, struct store_item *it, struct pending *p)
{
	static const char why[] = "the server has taken this file and does not have it any more under that name";
	struct pending_row *sent = pending_find(p, CHANGE_STORE);
	struct pending_row *latest = doc_latest(p);
	int r;

	if (it->item.id || !list_is_library(&t->list.info) || !sent || sent->c.state != STORE_CHANGE_SENT)
		return 0;
	if (!sent->c.change.content.lost) {
		sent->c.change.content.lost = true;
		sent->changed = true;
		return 0;
	}
	if (pending_find(p, CHANGE_DELETE))
		r = apply_vanish(t, it);
	else
		r = doc_put_aside(t, it, p, latest ?: sent, why);
	return r < 0 ? r : 1;
}

static int requeue(struct txn *t, int64_t item)
{
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = pending_load(t->st, item, &p);

	if (r == 0)
		r = store_item_get(t->st, item, &it);
	if (r == -ENOENT)
		r = 0;
	if (r == 0)
		r = give_up_unseen(t, &it, &p);
	if (r > 0)
		return 0;
	for (size_t i = 0; r == 0 && i < p.n; i++) {
		if (is_check(&p.v[i].c) && (p.v[i].c.state == STORE_CHANGE_SENT ||
		    (p.v[i].c.state == STORE_CHANGE_UNSURE && has_arrived(&it, p.v[i].c.change.op)))) {
			p.v[i].gone = true;
			continue;
		}
		if (p.v[i].c.state != STORE_CHANGE_UNSURE)
			continue;
		p.v[i].c.state = STORE_CHANGE_QUEUED;
		p.v[i].changed = true;
		t->queued++;
	}
	return r < 0 ? r : local_requeued(t, item, &p);
}

int recover_unsure(struct txn *t)
{
	struct numbers items = NUMBERS_INIT;
	int64_t n;
	int r = store_change_count(t->st, t->list.id, STORE_CHANGE_UNSURE, &n);

	if (r == 0 && !n && list_is_library(&t->list.info))
		r = store_change_count(t->st, t->list.id, STORE_CHANGE_SENT, &n);
	if (r == 0 && n)
		r = store_change_each(t->st, t->list.id, note_unsure, &items);
	for (size_t i = 0; r == 0 && i < items.n; i++)
		r = requeue(t, items.v[i]);
	numbers_release(&items);
	return r;
}
