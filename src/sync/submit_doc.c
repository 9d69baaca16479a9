#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "store/blob.h"
#include "store/unsent.h"
#include "apply.h"
#include "attach.h"
#include "doc.h"
#include "local.h"
#include "place.h"
#include "show.h"

/*
 * Documents: bytes that become a version, and names that the server is told.
 *
 * Which version the bytes were made from decides what may be overwritten with them. A writer had some
 * version before him (content.base); when all later ones are our own doing (since), he has
 * seen what stands now. Else he has not, and the server is asked to refuse (upload.c).
 */

/* ---- files ---------------------------------------------------------------------------- */

int sync_work_new(struct sync *s, int *ret_fd, char **ret_file)
{
	return store_unsent_new(sync_store(s), ret_fd, ret_file);
}

int sync_work_link(struct sync *s, const char *path, char **ret_file)
{
	return store_unsent_link(sync_store(s), path, ret_file);
}

int sync_work_sync(struct sync *s, int fd)
{
	return store_unsent_sync(sync_store(s), fd);
}

void sync_work_drop(struct sync *s, const char *file)
{
	store_unsent_remove(sync_store(s), file);
}

/* ---- names ------------------------------------------------------------------------------ */

/*
 * What no version of the server takes. What only some refuse is left to the one that is asked: its words
 * then say which rule it is.
 */
int local_name(const char *name)
{
	size_t n = strlen(name);

	if (!n || name[n - 1] == '.' || name[n - 1] == ' ' || *name == ' ')
		return -EINVAL;
	for (const char *p = name; *p; p++)
		if (strchr("\"*:<>?/\\|", *p) || (unsigned char) *p < ' ' || *p == 0x7f)
			return -EINVAL;
	return strcasestr(name, "_vti_") || str_starts(name, "~$") ? -EINVAL : 0;
}

/* ---- bytes ------------------------------------------------------------------------------- */

/* The last STORE that is not gone. Also one that waits for its row: its base is that of what comes after it. */
static const struct pending_row *last_store(const struct pending *p)
{
	const struct pending_row *row = NULL;

	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone && p->v[i].c.change.op == CHANGE_STORE)
			row = &p->v[i];
	return row;
}

/* What the bytes were made from, and how the server calls that. */
static int find_base(struct txn *t, const struct local_item *i, const struct sync_content *c,
		     struct change_content *ret)
{
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;
	const struct pending_row *before = last_store(&i->p);
	const struct item *now = &i->it.item;
	int r;

	/* What is on its way comes first; its answer says what to store over. */
	if (before) {
		ret->base = before->c.change.content.base;
		return 0;
	}
	if (!now->id)
		return 0;
	if (c->base && c->base < i->it.since) {
		ret->base = c->base;
		return str_set(&ret->etag, c->etag);
	}
	ret->base = now->version;
	if (c->base == now->version && c->etag)
		return str_set(&ret->etag, c->etag);
	if (!t->conf->blobs)
		return 0;
	r = store_blob_find(t->conf->blobs, i->it.id, &b);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return str_set(&ret->etag, b.etag);
}

int local_item_bytes(struct txn *t, struct local_item *i, const struct sync_content *c, const char *name)
{
	CLEANUP(store_change_release_p) struct store_change ch = STORE_CHANGE_INIT;
	struct change_content *k = &ch.change.content;
	int r = i->it.id ? 0 : store_item_put(t->st, &i->it);

	ch.list = t->list.id;
	ch.item = i->it.id;
	ch.state = STORE_CHANGE_QUEUED;
	ch.change.op = CHANGE_STORE;
	ch.created = ch.touched = t->now;
	k->size = c->size;
	i->it.item.size = c->size; /* as the user sees it */
	if (r == 0)
		r = str_set(&ch.name, name);
	if (r == 0)
		r = str_set(&k->file, c->file);
	if (r == 0)
		r = find_base(t, i, c, k);
	if (!i->it.item.id && c->hold_ms)
		k->due = c->hold_ms < 0 ? INT64_MAX : t->now + (int64_t) c->hold_ms * 1000000;
	if (r == 0)
		txn_hold(t, k->due);
	if (r == 0)
		r = pending_add(&i->p, &ch);
	if (r == 0)
		r = local_item_settle(i);
	if (r == 0)
		r = store_item_put(t->st, &i->it);
	return r < 0 ? r : pending_store(t->st, &i->p);
}

/* ---- new documents ------------------------------------------------------------------------- */

static int make_node(struct txn *t, const struct store_node *dir, const char *name, int64_t item,
		     const struct item *i, int64_t *ret_ino)
{
	struct store_node n = {
		.list = dir->list, .parent = dir->ino, .name = (char *) name, .kind = STORE_NODE_DOCUMENT, .item = item,
	};
	int r = show_fresh(t, i, &n);

	if (r == 0)
		r = store_node_add(t->st, &n);
	if (r == 0)
		r = txn_touch(t, dir->ino);
	*ret_ino = n.ino;
	return r;
}

static int begin_new(struct txn *t, const struct store_node *dir, const char *name, struct local_item *i)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r;

	if (!t->conf->blobs)
		return -EOPNOTSUPP;
	if (local_vacancy(t, dir->ino, name, &v))
		return -ESTALE;
	if (dir->kind == STORE_NODE_ATTACHMENTS)
		return attach_begin(t, dir, name, i);
	if (dir->kind == STORE_NODE_SCRATCH_DIR || !list_is_library(&t->list.info))
		return -ESTALE;
	r = local_may(&t->list, NULL, PERM_ADD);
	if (r == 0)
		r = local_name(name);
	if (r == 0)
		r = local_item_new(t, i);
	return r < 0 ? r : local_item_path(t, dir->ino, name, &i->it.item);
}

int sync_submit_document(struct sync *s, int64_t parent, const char *name, bool open, int hold_ms, int64_t *ret_ino)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	const struct sync_content none = { .hold_ms = open ? -1 : hold_ms };
	int64_t ino = 0;
	int r = local_begin_dir(&t, parent, &dir);

	if (r == 0)
		r = begin_new(&t, &dir, name, &i);
	if (r == 0)
		r = local_item_bytes(&t, &i, &none, name);
	if (r == 0)
		r = make_node(&t, &dir, name, i.it.id, &i.it.item, &ino);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "document");
	if (r == 0)
		*ret_ino = ino;
	return r;
}

static int let_go(struct txn *t, int64_t item, int hold_ms)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_item_load(t, item, &i);

	if (r < 0)
		return r == -ESTALE ? 0 : r;
	for (size_t k = 0; k < i.p.n; k++) {
		struct pending_row *row = &i.p.v[k];

		if (row->gone || row->c.change.op != CHANGE_STORE || row->c.change.content.due != INT64_MAX)
			continue;
		row->c.change.content.due = t->now + (int64_t) hold_ms * 1000000;
		row->changed = true;
		txn_hold(t, row->c.change.content.due);
	}
	return pending_store(t->st, &i.p);
}

static int is_written(void *arg, const struct store_change *c)
{
	(void) arg;
	return c->change.content.due == INT64_MAX;
}

int sync_submit_let_go(struct sync *s, int64_t ino, int hold_ms)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(t.st, ino, &n);

	if (r < 0 || n.kind != STORE_NODE_DOCUMENT)
		return r == -ENOENT ? 0 : r;
	/* Nearly every document is an old one: no transaction for those. */
	r = store_change_of_item(t.st, n.item, is_written, NULL);
	if (r <= 0)
		return r;
	r = txn_begin(&t, n.list);
	if (r == 0)
		r = let_go(&t, n.item, hold_ms);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "let_go");
}

/* ---- flushed and not closed ------------------------------------------------------------------ */

int sync_submit_unsaved(struct sync *s, int64_t ino, const struct sync_content *c)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	const struct store_unsaved u = {
		.ino = ino, .file = (char *) c->file, .base = c->base, .etag = (char *) c->etag,
	};
	int r = local_begin(&t, ino, &n);

	if (r == 0 && n.kind != STORE_NODE_DOCUMENT)
		r = -ESTALE;
	if (r == 0)
		r = store_unsaved_put(t.st, &u);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "unsaved");
}

int sync_submit_saved(struct sync *s, int64_t ino)
{
	CLEANUP(store_unsaved_release_p) struct store_unsaved u = STORE_UNSAVED_INIT;
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	int r = store_unsaved_get(t.st, ino, &u);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = txn_begin(&t, 0);
	if (r == 0)
		r = store_unsaved_delete(t.st, ino);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "saved");
}

int sync_submit_aside(struct sync *s, int64_t parent, const char *name, const struct sync_content *c, const char *why)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r = local_begin_dir(&t, parent, &dir);

	if (r == 0)
		r = doc_make_copy(&t, parent, name, c->file, c->size, why);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "aside");
	if (r == 0)
		store_unsent_remove(t.st, c->file);
	return r;
}
