#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/unsent.h"
#include "apply.h"
#include "attach.h"
#include "local.h"
#include "parts.h"
#include "place.h"
#include "plan.h"
#include "show.h"
#include "submit_parts.h"

/*
 * A save: bytes that were read as fields become the item's, whatever way the
 * program took. The idea is that a save has a node with bytes and a slot where
 * they are to stand; what stood in the slot before tells which item is meant.
 *
 *	in place                   the node's own slot, its own item
 *	scratch onto an item       the node takes the slot; the node that was there loses its name
 *	  ... onto its vacancy     the same, and the vacancy ends
 *	  ... onto its ghost       the node takes the slot that the item has now
 *	item A onto item B         the same; A's own slot is vacated, and A deleted after the grace
 *	onto nothing               a new item
 *
 * The bytes of a document are a file instead of a text, and there is nothing to merge.
 */

struct saving {
	const struct sync_save *in;
	struct store_node n;     /* owned; holds the bytes */
	struct store_node there; /* owned; shows the item now; ino 0: none, or n itself */
	struct local_item i;     /* owned; the item they become */
	struct item old;         /* owned; what it was */
	struct values lost;      /* owned; fields that others had changed meanwhile */
	int64_t dir;             /* the slot where they will stand */
	char name[PLACE_NAME];
	bool vacated;            /* the slot is; that ends */
	bool complete;           /* the bytes may stand as they are */
	bool changed;
	bool leaves_text;        /* what the file says is not touched */
};

static void saving_release(struct saving *v)
{
	store_node_release(&v->n);
	store_node_release(&v->there);
	local_item_release(&v->i);
	item_release(&v->old);
	values_release(&v->lost);
}

/* ---- which slot, which item --------------------------------------------------------------- */

static void set_slot(struct saving *v, int64_t dir, const char *name)
{
	v->dir = dir;
	snprintf(v->name, sizeof(v->name), "%s", name);
}

static int find_in_place(struct saving *v)
{
	bool fits = v->in->content ? v->n.kind == STORE_NODE_DOCUMENT
				   : v->n.kind == STORE_NODE_ITEM || v->n.kind == STORE_NODE_DRAFT;

	/* Columns alone can be set on folders and documents too. */
	if (!v->in->text && !v->in->content)
		fits |= v->n.kind == STORE_NODE_FOLDER || v->n.kind == STORE_NODE_DOCUMENT;
	if (!fits || !v->n.name || v->n.item != v->in->item)
		return -ESTALE;
	set_slot(v, v->n.parent, v->n.name);
	return 0;
}

/* The slot is free of nodes: then an item can only be waiting for it. */
static int find_vacancy(struct txn *t, struct saving *v)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy vac = STORE_VACANCY_INIT;
	int r = local_vacancy(t, v->dir, v->name, &vac);

	if (r < 0)
		return r;
	v->vacated = r > 0;
	return (r > 0 ? vac.item : 0) == v->in->item ? 0 : -ESTALE;
}

/* A former name: the item is found under its present one, in a node or in a vacated slot. */
static int find_behind_ghost(struct txn *t, struct saving *v)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy vac = STORE_VACANCY_INIT;
	int r;

	if (!v->in->item)
		return find_vacancy(t, v);
	if (v->there.item != v->in->item)
		return -ESTALE;
	r = store_node_of_item(t->st, v->in->item, &v->there);
	if (r == 0 && !v->there.name)
		r = -ENOENT;
	if (r == 0)
		set_slot(v, v->there.parent, v->there.name);
	if (r == 0 && v->there.ino == v->n.ino)
		store_node_release(&v->there);
	if (r != -ENOENT)
		return r;
	store_node_release(&v->there);
	r = store_vacancy_of_item(t->st, v->in->item, &vac);
	if (r == 0)
		set_slot(v, vac.parent, vac.name);
	v->vacated = r == 0;
	return r == -ENOENT ? -ESTALE : r;
}

static int find_taken(struct txn *t, struct saving *v)
{
	switch (v->there.kind) {
	case STORE_NODE_GHOST:
		return find_behind_ghost(t, v);
	case STORE_NODE_ITEM:
	case STORE_NODE_DOCUMENT:
		if (!v->in->content != (v->there.kind == STORE_NODE_ITEM))
			return -ESTALE;
		return v->in->item && v->there.item == v->in->item ? 0 : -ESTALE;
	case STORE_NODE_DRAFT:
	case STORE_NODE_SCRATCH:
	case STORE_NODE_SYMLINK:
		return v->in->item ? -ESTALE : 0;
	case STORE_NODE_ROOT:
	case STORE_NODE_LIST:
	case STORE_NODE_FOLDER:
	case STORE_NODE_SCRATCH_DIR:
	case STORE_NODE_ATTACHMENTS:
		return -EISDIR;
	case STORE_NODE_KIND_COUNT:
		break;
	}
	return -ESTALE;
}

static bool has_items(const struct store_node *dir)
{
	return dir->kind == STORE_NODE_LIST || dir->kind == STORE_NODE_FOLDER ||
	       (dir->kind == STORE_NODE_ATTACHMENTS && dir->item);
}

static int find_target(struct txn *t, struct saving *v)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r;

	if (!v->in->name)
		return find_in_place(v);
	set_slot(v, v->in->parent, v->in->name);
	r = store_node_get(t->st, v->dir, &dir);
	if (r < 0 || dir.list != v->n.list || !has_items(&dir))
		return r < 0 && r != -ENOENT ? r : r < 0 ? -ESTALE : -EXDEV;
	r = store_node_lookup(t->st, v->dir, v->name, &v->there);
	if (r == -ENOENT)
		return find_vacancy(t, v);
	if (r < 0)
		return r;
	if (v->there.ino != v->n.ino)
		return find_taken(t, v);
	store_node_release(&v->there);
	return find_in_place(v);
}

static int load(struct txn *t, struct saving *v)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	bool own = true;
	int r;

	v->complete = v->in->complete;
	if (!v->in->item && v->in->content) {
		r = store_node_get(t->st, v->dir, &dir);
		if (r == 0 && dir.kind == STORE_NODE_ATTACHMENTS)
			return attach_begin(t, &dir, v->name, &v->i);
	}
	if (!v->in->item) {
		/* A document is made of its bytes, not of fields. */
		r = list_is_library(&t->list.info) != !!v->in->content ? -EPERM : local_may(&t->list, NULL, PERM_ADD);
		if (r == 0 && v->in->content)
			r = local_name(v->name);
		if (r == 0)
			r = local_item_new(t, &v->i);
		if (r == 0)
			r = submit_parts_name(t, v->in->replication_id, &v->i.it.item, &own);
		v->complete &= own;
		return r < 0 || !v->in->content ? r : local_item_path(t, v->dir, v->name, &v->i.it.item);
	}
	r = local_item_load(t, v->in->item, &v->i);
	return r < 0 ? r : local_may(&t->list, &v->i.it.item, PERM_EDIT);
}

/* ---- what changes ------------------------------------------------------------------------------ */

static int keep_old(struct saving *v)
{
	const struct item *i = &v->i.it.item;
	int r = str_set(&v->old.path, i->path);

	v->old.id = i->id;
	v->old.version = i->version;
	v->old.folder = i->folder;
	if (r == 0)
		r = str_set(&v->old.replication_id, i->replication_id);
	v->old.created = i->created;
	v->old.modified = i->modified;
	return r < 0 ? r : values_copy(&v->old.values, &i->values);
}

static bool is_refused(const struct saving *v)
{
	for (size_t i = 0; i < v->i.p.n; i++)
		if (v->i.p.v[i].c.state == STORE_CHANGE_REFUSED)
			return true;
	return false;
}

static int change_own(struct txn *t, struct saving *v)
{
	CLEANUP(values_release_p) struct values send = VALUES_INIT;
	CLEANUP(values_release_p) struct values lost = VALUES_INIT;
	const struct values *now = &v->i.it.item.values;
	int r = 0;

	if (v->in->content && v->in->content->same)
		return 0;
	if (v->in->content) {
		v->changed = true;
		return local_item_bytes(t, &v->i, v->in->content, v->name);
	}
	if (!v->in->item) {
		v->changed = true;
		return local_item_change(t, &v->i, CHANGE_NEW, v->in->fields, v->name);
	}
	if (r == 0)
		r = plan_merge(&t->list.info.schema, v->in->base ? v->in->base : now, v->in->fields, now, &send,
			       &lost);
	for (size_t i = 0; r == 0 && i < lost.n; i++)
		r = values_set(&v->lost, lost.v[i].name, lost.v[i].text);
	if (r < 0)
		return r;
	v->changed |= send.n > 0 || is_refused(v);
	if (send.n)
		return local_item_change(t, &v->i, CHANGE_UPDATE, &send, v->name);
	/* Saved again as it was refused: that is what "try again" looks like in an editor. */
	return is_refused(v) ? local_item_retry(t, &v->i) : 0;
}

/* The item, with what its file shows besides. */
static int change_item(struct txn *t, struct saving *v)
{
	const struct sync_save *in = v->in;
	int r = keep_old(v);

	if (r == 0)
		r = submit_parts_change(t, &v->i, in, 0, in->n_before, v->name, &v->lost, &v->changed);
	if (r == 0 && in->drops_parts)
		r = parts_drop(t, in->item);
	if (r == 0)
		r = change_own(t, v);
	if (r == 0)
		r = submit_parts_change(t, &v->i, in, in->n_before, in->n_parts, v->name, &v->lost, &v->changed);
	return r < 0 ? r : submit_parts_form(t, v->i.it.id, in, !in->item);
}

/* ---- where it stands ----------------------------------------------------------------------------- */

/* `link`: the bytes' old name stays, in a scratch node of its own. */
static int leave_copy(struct txn *t, const struct store_node *old)
{
	struct store_node copy = {
		.list = old->list, .parent = old->parent, .name = old->name, .kind = STORE_NODE_SCRATCH,
		.mode = old->mode, .size = old->size, .mtime = old->mtime, .ctime = t->now, .version = 1,
	};

	return store_node_add(t->st, &copy);
}

/* The item that the node showed until now is moved away by a rename of its file onto another's. */
static int leave_item(struct txn *t, struct saving *v)
{
	CLEANUP(local_item_release) struct local_item own = LOCAL_ITEM_INIT;
	int r;

	if ((v->n.kind != STORE_NODE_ITEM && v->n.kind != STORE_NODE_DOCUMENT) || v->n.item == v->in->item ||
	    !v->n.item)
		return 0;
	r = local_item_load(t, v->n.item, &own);
	if (r == 0)
		r = local_may(&t->list, &own.it.item, PERM_DELETE);
	if (r == 0 && own.it.item.owner)
		r = attach_replaces(t, &v->i, &own.it);
	return r < 0 ? r : local_vacate(t, &v->n, STORE_VACANT_UNLINK);
}

/* What the kernel does not know by itself: the rename went to a ghost, the file stands elsewhere. */
static int tell_moved(struct txn *t, const struct saving *v, const struct store_node *n)
{
	int r = 0;

	if (!v->in->name || (v->dir == v->in->parent && strcmp(v->name, v->in->name) == 0))
		return 0;
	if (v->there.ino)
		r = txn_tell(t, SYNC_ENTRY_REMOVED, &v->there);
	return r < 0 ? r : txn_tell_renamed(t, n, v->in->parent, v->in->name);
}

static int free_slot(struct txn *t, struct saving *v)
{
	CLEANUP(store_node_release_p) struct store_node gone = STORE_NODE_INIT;
	int r = 0;

	if (v->vacated)
		r = store_vacancy_delete(t->st, v->dir, v->name);
	if (r == 0 && v->there.ino && v->there.kind != STORE_NODE_GHOST)
		r = store_node_get(t->st, v->there.ino, &gone);
	return r < 0 || !gone.ino ? r : place_strip(t, &gone, &v->old);
}

static int move_node(struct txn *t, struct saving *v)
{
	struct store_node old = { .list = v->n.list, .parent = v->n.parent, .mode = v->n.mode, .size = v->n.size,
				  .mtime = v->n.mtime };
	CLEANUP(str_free_p) char *name = NULL;
	int r = leave_item(t, v);

	if (r == 0)
		r = free_slot(t, v);
	if (r == 0)
		r = str_set(&name, v->n.name);
	if (r < 0)
		return r;
	old.name = name;
	v->n.kind = show_kind(&t->list, &v->i.it.item);
	v->n.item = v->i.it.id;
	v->n.mode = show_mode(&t->list, &v->i.it.item);
	if (!v->leaves_text)
		str_free_p(&v->n.error);
	if (v->in->name)
		r = place_move(t, &v->n, v->dir, v->name, false);
	if (r == 0 && v->in->link && name)
		r = leave_copy(t, &old);
	return r < 0 ? r : tell_moved(t, v, &v->n);
}

/* Whether what the file says is a text that the server refused, and not one that says nothing at all: the reason
 * is that of a change. */
static bool is_refused_text(const struct local_item *i, const struct store_node *n)
{
	for (size_t k = 0; n->error && k < i->p.n; k++)
		if (i->p.v[k].c.state == STORE_CHANGE_REFUSED && str_eq(i->p.v[k].c.reason, n->error))
			return true;
	return false;
}

/* A field is saved by itself (an attribute, a file of .spfs/html), and what was written to the item's file is no valid text, or not
 * closed yet: that is not given up for it. */
static int leaves_text(struct txn *t, struct saving *v)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = v->in->text || v->in->content || v->in->name ? -ENOENT : store_text_get(t->st, v->n.ino, NULL, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	v->leaves_text = text.state == STORE_TEXT_OPEN || (text.state == STORE_TEXT_DRAFT && !is_refused_text(&v->i, &v->n));
	return 0;
}

/* ---- what it shows ---------------------------------------------------------------------------------- */

/* The user's bytes where they say all there is to say, else the rendering of what was stored. */
static int keep_text(struct txn *t, struct saving *v)
{
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	bool mine = v->in->text && v->complete && !v->lost.n;
	int r;

	if (v->in->content) {
		v->n.size = v->in->content->size;
		v->n.mtime = v->in->mtime ? v->in->mtime : t->now;
		v->n.ctime = t->now;
		v->n.version++;
		return store_unsaved_delete(t->st, v->n.ino);
	}
	if (v->n.kind != STORE_NODE_ITEM || v->leaves_text)
		return 0;
	r = mine ? buf_add(&bytes, v->in->text, v->in->n) : show_render(t, v->i.it.id, &v->i.it.item, &bytes);
	if (r == 0)
		r = show_keep(t, &v->n, &bytes, STORE_TEXT_KEPT, v->in->mtime ? v->in->mtime : t->now);
	return r < 0 || mine ? r : txn_tell(t, SYNC_CONTENT, &v->n);
}

static int keep_lost(struct txn *t, const struct saving *v)
{
	CLEANUP(buf_release_p) struct buf why = BUF_INIT(4096);
	struct apply_kept k = { .kind = SYNC_CONFLICT_EDIT, .name = v->name, .item = &v->i.it.item,
				.base = v->in->base, .dir = v->dir };

	if (!v->lost.n || !v->in->text)
		return 0;
	apply_name_fields(&t->list.info.schema, &v->lost, &why);
	buf_adds(&why, ": changed by others while it was edited here; their value stands");
	k.why = buf_str(&why);
	return apply_keep_bytes(t, v->in->text, v->in->n, &k);
}

static int do_save(struct txn *t, struct saving *v)
{
	int r = find_target(t, v);

	if (r == 0)
		r = load(t, v);
	if (r == 0)
		r = leaves_text(t, v);
	if (r == 0)
		r = change_item(t, v);
	if (r == 0)
		r = move_node(t, v);
	if (r == 0)
		r = keep_text(t, v);
	if (r == 0)
		r = store_node_put(t->st, &v->n);
	/* A title edited in the text: the file follows. That of a new item does when the server's row arrives. */
	if (r == 0 && v->i.it.item.id && v->n.kind == STORE_NODE_ITEM)
		r = place_follow(t, &v->old, &v->i.it, false, &v->n);
	if (r == 0)
		r = keep_lost(t, v);
	/* What waits for an item could not be sent while it was vacated. */
	t->queued += v->vacated && pending_any(&v->i.p);
	return r;
}

int sync_submit_save(struct sync *s, const struct sync_save *save, struct sync_saved *ret)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(saving_release) struct saving v = { .in = save, .i = LOCAL_ITEM_INIT, .old = ITEM_INIT };
	int r;

	t.lazy = save->is_open_text;
	r = local_begin(&t, save->ino, &v.n);
	if (r == 0)
		r = do_save(&t, &v);
	if (r == 0)
		r = LOCAL_COMMIT(s, &t, "save");
	if (r == 0)
		*ret = (struct sync_saved) { .ino = v.n.ino, .changed = v.changed, .conflict = v.lost.n > 0 };
	return r;
}

/* ---- rename ------------------------------------------------------------------------------------------- */

/* The rendering has the title in it; a text of the user's own has the old one, so it is rendered anew too, and one that
 * was refused (`again`), which is on its way once more. */
static int render_again(struct txn *t, const struct local_item *i, const struct values *before, bool again,
			struct store_node *n)
{
	CLEANUP(buf_release_p) struct buf bytes = SHOW_TEXT_INIT;
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r = store_text_get(t->st, n->ino, NULL, &text);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && text.state == STORE_TEXT_DRAFT && again)
		str_free_p(&n->error);
	else if (r == 0 && text.state != STORE_TEXT_KEPT)
		return 0;
	if (!plan_edited(&t->list.info.schema, before, &i->it.item.values))
		return 0;
	r = show_render(t, i->it.id, &i->it.item, &bytes);
	if (r == 0)
		r = show_keep(t, n, &bytes, STORE_TEXT_KEPT, n->mtime);
	return r < 0 ? r : txn_tell(t, SYNC_CONTENT, n);
}

static int retitle_item(struct txn *t, struct store_node *n, const char *name, const struct values *fields)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	CLEANUP(values_release_p) struct values before = VALUES_INIT;
	CLEANUP(values_release_p) struct values send = VALUES_INIT;
	CLEANUP(values_release_p) struct values lost = VALUES_INIT;
	int r = local_item_load(t, n->item, &i);
	bool again = r == 0 && is_refused_text(&i, n);

	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_EDIT);
	if (r == 0)
		r = values_copy(&before, &i.it.item.values);
	if (r == 0)
		r = plan_merge(&t->list.info.schema, &before, fields, &before, &send, &lost);
	if (r == 0 && send.n)
		r = local_item_change(t, &i, CHANGE_UPDATE, &send, name);
	return r < 0 ? r : render_again(t, &i, &before, again, n);
}

/*
 * Whether another file has the name: 1 or 0. An item that waits there does not count: one that was unlinked
 * is deleted when it is due, one that was moved away comes back under a name with its ID.
 */
static int has_file(const struct txn *t, int64_t dir, const char *name, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_lookup(t->st, dir, name, &n);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : n.kind != STORE_NODE_GHOST && n.ino != ino;
}

int sync_submit_retitle(struct sync *s, int64_t ino, const char *to_name, const struct values *fields)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = local_begin(&t, ino, &n);

	if (r == 0 && (!n.name || n.kind != STORE_NODE_ITEM))
		r = -ESTALE;
	if (r == 0)
		r = has_file(&t, n.parent, to_name, ino);
	if (r != 0)
		return r < 0 ? r : -EEXIST;
	r = retitle_item(&t, &n, to_name, fields);
	if (r == 0)
		r = place_move(&t, &n, n.parent, to_name, false);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "retitle");
}
