/*
 * rename and link: where programs put a file in the place of another, and where a
 * save is told from a move. view/slot.h decides; here each decision is carried
 * out, and what is open is kept in step: the handles belong to the node, whatever
 * it is called and whatever it has become.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "attr.h"
#include "base/str.h"
#include "commit.h"
#include "control.h"
#include "move.h"
#include "names.h"
#include "notify.h"
#include "post.h"
#include "rows.h"
#include "scratch.h"
#include "sync/submit.h"
#include "view/name.h"

void move_both_changed(struct fs *f, const struct move *m)
{
	notify_name(f->notify, m->p->parent, m->p->name);
	notify_name(f->notify, m->p->to_parent, m->p->to_name);
}

void move_renamed(struct node *n, const struct move *m)
{
	n->parent = m->p->to_parent;
	(void) !str_set(&n->name, m->p->to_name); /* out of memory: the old name's title */
}

/* ---- what stays local ---------------------------------------------------------------- */

/* Moves a node that is `kind` under its new name; bytes: its own. */
static int move_local(struct fs *f, const struct move *m, enum store_node_kind kind,
		      struct rows_bytes *bytes)
{
	struct rows_going replaced;
	struct node *n = bytes->known ? bytes->open : NULL;
	int r;

	rows_begin(f, &m->to.node, &replaced);
	r = sync_submit_move(f->sync, m->from.node.ino, m->p->to_parent, m->p->to_name, kind, replaced.ino);
	rows_end(f, &replaced, r);
	if (r < 0 || !n)
		return r;
	lock_take(&n->lock);
	move_renamed(n, m);
	if (kind == STORE_NODE_SCRATCH && n->kind != STORE_NODE_SCRATCH) {
		if (rows_again(f, bytes) > 0)
			r = scratch_replace(f, n->ino, bytes->text.p, bytes->text.len);
		node_to_scratch(n);
	} else if (kind == STORE_NODE_DRAFT && n->kind == STORE_NODE_SCRATCH &&
		   (r = rows_again(f, bytes)) >= 0) {
		node_to_text(n, kind, &bytes->text);
		n->dirty = r > 0;
		r = 0;
	}
	lock_give(&n->lock);
	return r;
}

static int move_as(struct fs *f, const struct move *m, enum store_node_kind kind)
{
	struct rows_bytes bytes = ROWS_BYTES_INIT;
	bool becomes_scratch = kind == STORE_NODE_SCRATCH && m->from.node.kind == STORE_NODE_DRAFT;
	int r = 0;

	if (becomes_scratch || kind == STORE_NODE_DRAFT)
		r = rows_take(f, &m->from.node, &bytes);
	if (r == 0 && becomes_scratch)
		r = scratch_replace(f, m->from.node.ino, bytes.text.p, bytes.text.len);
	if (r == 0)
		r = move_local(f, m, kind, &bytes);
	if (r == 0 && kind == STORE_NODE_DRAFT && m->from.node.kind == STORE_NODE_SCRATCH)
		scratch_remove(f, m->from.node.ino);
	rows_give(f, &bytes);
	return r;
}

/* rename(item, backup name): the bytes go, the item waits for new ones. */
static int backup(struct fs *f, const struct move *m)
{
	struct rows_bytes bytes = ROWS_BYTES_INIT;
	struct rows_going replaced;
	int r = rows_take(f, &m->from.node, &bytes);

	if (r == 0)
		r = scratch_replace(f, m->from.node.ino, bytes.text.p, bytes.text.len);
	if (r == 0) {
		rows_begin(f, &m->to.node, &replaced);
		r = sync_submit_backup(f->sync, m->from.node.ino, m->p->to_parent, m->p->to_name,
				       (int64_t) bytes.text.len, replaced.ino);
		rows_end(f, &replaced, r);
	}
	if (r == 0 && bytes.known) {
		lock_take(&bytes.open->lock);
		if (rows_again(f, &bytes) > 0)
			r = scratch_replace(f, bytes.node.ino, bytes.text.p, bytes.text.len);
		node_to_scratch(bytes.open);
		move_renamed(bytes.open, m);
		lock_give(&bytes.open->lock);
	}
	rows_give(f, &bytes);
	return r;
}

/* A new scratch file with these bytes. */
static int make_copy(struct fs *f, const struct move *m, int mode, const struct buf *text, int64_t *ret_ino)
{
	int r = sync_submit_make(f->sync, m->p->to_parent, m->p->to_name, STORE_NODE_SCRATCH, mode,
				 NULL, ret_ino);

	return r < 0 ? r : scratch_replace(f, *ret_ino, text->p, text->len);
}

static int copy(struct fs *f, const struct move *m, int64_t *ret_ino)
{
	struct rows_bytes bytes = ROWS_BYTES_INIT;
	struct rows_going replaced;
	int r = rows_take(f, &m->from.node, &bytes);

	if (r == 0 && m->to.node.ino) {
		rows_begin(f, &m->to.node, &replaced);
		r = sync_submit_unlink(f->sync, replaced.ino);
		rows_end(f, &replaced, r);
	}
	if (r == 0)
		r = make_copy(f, m, (int) (m->from.node.mode | 0600), &bytes.text, ret_ino);
	rows_give(f, &bytes);
	return r;
}

/* ---- rename(item, free item name): its title ------------------------------------------- */

/* A link's name is its description; its address stays. */
static char *described(const struct view_list *l, const struct field *fd, const char *wire,
		       const char *title)
{
	CLEANUP(buf_release_p) struct buf human = BUF_INIT(1 << 16);

	if (fd->type != FIELD_URL)
		return strdup(title);
	if (wire && view_text_value(&l->info, fd, wire, &human) < 0)
		return NULL;
	return str_printf("%.*s %s", (int) strcspn(buf_str(&human), " "), buf_str(&human), title);
}

/* The field that the new name sets, when it means another title. */
static int title_change(struct fs *f, const struct move *m, struct values *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	CLEANUP(buf_release_p) struct buf wire = BUF_INIT(1 << 16);
	CLEANUP(str_free_p) char *human = NULL;
	char title[VIEW_NAME_SIZE];
	const struct field *fd;
	const char *now;
	int r = view_tree_list(f->tree, m->from.slot.list, &l);

	/* A post's name says when it was written and by whom. */
	if (r == 0 && str_eq(view_name_ext(&l->info), ".eml"))
		return -EPERM;
	if (r == 0)
		r = view_tree_item(f->tree, m->from.item, &item);
	if (r < 0)
		return r;
	fd = view_name_field(&l->info) ? schema_find(&l->info.schema, view_name_field(&l->info)) : NULL;
	if (!fd)
		return 0;
	r = view_name_title(&l->info, m->p->to_name, item.id, title);
	if (r < 0)
		return r;
	now = values_get(&item.values, fd->name);
	human = described(l, fd, now, title);
	if (!human)
		return -ENOMEM;
	r = view_text_wire(&l->info, fd, human, now ? now : "", NULL, &wire, NULL);
	if (r < 0 || field_same(fd, buf_str(&wire), now))
		return r;
	return values_set(ret, fd->name, buf_str(&wire));
}

static int retitle(struct fs *f, const struct move *m)
{
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	struct rows_going draft;
	struct node *n;
	int r = title_change(f, m, &fields);

	if (r == 0 && m->to.slot.what == VIEW_SLOT_DRAFT) {
		rows_begin(f, &m->to.node, &draft);
		r = sync_submit_unlink(f->sync, draft.ino);
		rows_end(f, &draft, r);
	}
	if (r == 0)
		r = sync_submit_retitle(f->sync, move_source(m), m->p->to_name, &fields);
	if (r < 0)
		return r == -EEXIST ? -ESTALE : r; /* the slot was free when it was looked at */
	if (m->from.node.target)
		move_both_changed(f, m);
	n = handles_find(f->handles, move_source(m));
	if (n) {
		lock_take(&n->lock);
		move_renamed(n, m);
		lock_give(&n->lock);
		handles_put(f, n);
	}
	return 0;
}

/* ---- bytes onto an item's name ----------------------------------------------------------- */

static int read_bytes(struct fs *f, const struct move *m, const struct buf *text, struct reading *ret,
		      enum view_slot_bytes *ret_bytes)
{
	CLEANUP(base_unref_p) struct base *base = bases_find(f->bases, m->to.item, m->tgid);
	struct commit_text t = {
		.list = m->to.slot.list,
		.item = m->to.item,
		.parent = m->p->to_parent,
		.name = m->p->to_name,
		.base = base,
		.text = buf_str(text),
		.n = text->len,
	};
	struct err err = { 0 };
	int r = text->len ? commit_read(f, &t, ret, &err) : 0;

	if (r < 0 && r != -EINVAL)
		return r == -ENOENT ? -ESTALE : r;
	if (r < 0)
		*ret_bytes = VIEW_SLOT_BYTES_INVALID;
	else
		*ret_bytes = text->len ? VIEW_SLOT_BYTES_VALID : VIEW_SLOT_BYTES_EMPTY;
	return 0;
}

/* The open file is the item's now. */
static void became_item(struct fs *f, const struct move *m, struct rows_bytes *b, const struct reading *re,
			const struct sync_saved *saved)
{
	struct node *n = b->open;
	struct view_attr a;
	int r;

	lock_take(&n->lock);
	move_renamed(n, m);
	r = rows_again(f, b); /* a writer went on: its bytes are committed when it lets go */
	if (n->kind == STORE_NODE_SCRATCH)
		node_to_text(n, STORE_NODE_ITEM, &b->text);
	n->kind = STORE_NODE_ITEM;
	n->dirty = r > 0;
	n->flushed = 0;
	if (view_tree_attr(f->tree, saved->ino, &a) == 0) {
		n->item = a.item;
		n->version = a.version;
		n->opened = base_unref(n->opened);
		n->opened = commit_remember(f, a.list, a.item, m->tgid, re);
		n->whole = false;
		if (!n->dirty && !re->complete)
			node_unload(n, a.version);
	}
	lock_give(&n->lock);
}

/* link: the old name stays, with an inode of its own that sync has made. */
static int keep_old_name(struct fs *f, const struct move *m, const struct buf *text)
{
	struct view_attr a;
	int r = view_tree_lookup(f->tree, m->p->parent, m->p->name, &a);

	notify_name(f->notify, m->p->parent, m->p->name);
	return r < 0 ? r : scratch_replace(f, a.ino, text->p, text->len);
}

static int submit(struct fs *f, const struct move *m, const struct rows_bytes *b, struct reading *re,
		  struct sync_saved *ret)
{
	struct rows_going replaced = { 0 };
	struct sync_save save = {
		.ino = move_source(m), .parent = m->p->to_parent, .name = m->p->to_name, .link = m->link,
		.item = m->to.item, .fields = &re->fields, .complete = re->complete, .mtime = b->mtime,
	};
	int r = re->base ? commit_fill(re, &save) : 0;

	if (r < 0)
		return r;
	if (b->text.len) {
		save.text = buf_str(&b->text);
		save.n = b->text.len;
	}
	if (m->to.slot.what == VIEW_SLOT_ITEM || m->to.slot.what == VIEW_SLOT_DRAFT)
		rows_begin(f, &m->to.node, &replaced);
	r = sync_submit_save(f->sync, &save, ret);
	rows_end(f, &replaced, r);
	return r;
}

static int save(struct fs *f, const struct move *m, struct rows_bytes *b, struct reading *re)
{
	struct sync_saved saved;
	bool was_scratch = m->from.node.kind == STORE_NODE_SCRATCH;
	int r = submit(f, m, b, re, &saved);

	if (r < 0)
		return r;
	if (m->link)
		r = keep_old_name(f, m, &b->text);
	if (!b->known)
		base_unref(commit_remember(f, m->to.slot.list, m->to.item, m->tgid, re));
	else
		became_item(f, m, b, re, &saved);
	if (was_scratch)
		scratch_remove(f, move_source(m));
	if (!re->complete || saved.ino != move_source(m))
		notify_inode(f->notify, saved.ino);
	if (m->from.node.target || m->to.slot.what == VIEW_SLOT_GHOST || saved.ino != move_source(m))
		move_both_changed(f, m);
	return r;
}

static int replace(struct fs *f, const struct move *m)
{
	CLEANUP(reading_release_p) struct reading re = READING_INIT;
	struct rows_bytes b = ROWS_BYTES_INIT;
	enum view_slot_bytes bytes = VIEW_SLOT_BYTES_EMPTY;
	struct view_slot_do d;
	int64_t ino;
	int r = rows_take(f, &m->from.node, &b);

	if (r == 0)
		r = read_bytes(f, m, &b.text, &re, &bytes);
	if (r < 0) {
		rows_give(f, &b);
		return r;
	}
	d = view_slot_bytes(&m->from.slot, &m->to.slot, bytes, m->link);
	r = d.action == VIEW_SLOT_SAVE ? save(f, m, &b, &re) : d.error;
	rows_give(f, &b);
	if (d.action == VIEW_SLOT_MOVE_DRAFT)
		r = move_as(f, m, STORE_NODE_DRAFT);
	else if (d.action == VIEW_SLOT_MAKE_DRAFT)
		r = sync_submit_make(f->sync, m->p->to_parent, m->p->to_name, STORE_NODE_DRAFT,
				     0644, NULL, &ino);
	return r;
}

/* ---- the operations ------------------------------------------------------------------------ */

static int carry_out(struct fs *f, const struct move *m, struct view_slot_do d)
{
	int64_t ino;
	int r;

	switch (d.action) {
	case VIEW_SLOT_MOVE_SCRATCH:
		return move_as(f, m, STORE_NODE_SCRATCH);
	case VIEW_SLOT_MOVE_AS_IS:
		return move_as(f, m, m->from.node.kind);
	case VIEW_SLOT_BACKUP:
		return m->from.slot.what == VIEW_SLOT_DOCUMENT ? move_document_aside(f, m) : backup(f, m);
	case VIEW_SLOT_MOVE:
		return move_document(f, m);
	case VIEW_SLOT_MOVE_ACROSS:
		return move_is_written(f, m) ? -EXDEV : NAMES_ACROSS;
	case VIEW_SLOT_SAVE_DOCUMENT:
		return move_onto_document(f, m);
	case VIEW_SLOT_RETITLE:
		return retitle(f, m);
	case VIEW_SLOT_RENAME_FOLDER:
		r = sync_submit_rename_folder(f->sync, m->from.node.ino, m->p->to_name);
		return r == -EEXIST ? -ESTALE : r;
	case VIEW_SLOT_SAVE:
		return replace(f, m);
	case VIEW_SLOT_COPY: /* a former name: it stays, and the kernel has it gone */
		r = copy(f, m, &ino);
		move_both_changed(f, m);
		return r;
	case VIEW_SLOT_NOTHING:
		move_both_changed(f, m);
		return 0;
	default:
		return d.error;
	}
}

/* What a program has made anew takes the place of the thread's first post; only its text does. */
static int onto_post(struct fs *f, struct move *m)
{
	struct rows_bytes b = ROWS_BYTES_INIT;
	struct rows_going going;
	int r = view_tree_slot(f->tree, m->p->parent, m->p->name, &m->from);

	if (r < 0)
		return r;
	if (m->from.node.kind != STORE_NODE_SCRATCH && m->from.node.kind != STORE_NODE_DRAFT)
		return m->from.node.ino ? -EPERM : -ENOENT;
	r = rows_take(f, &m->from.node, &b);
	if (r == 0)
		r = post_save(f, m->p->to_parent, m->tgid, buf_str(&b.text), b.text.len);
	rows_give(f, &b);
	if (r < 0)
		return r;
	rows_begin(f, &m->from.node, &going);
	r = sync_submit_unlink(f->sync, m->from.node.ino);
	rows_end(f, &going, r);
	move_both_changed(f, m);
	return r;
}

static int rename_once(struct fs *f, struct move *m, bool noreplace)
{
	int r = post_owns(f, m->p->to_parent, m->p->to_name);

	if (r)
		return noreplace ? -EEXIST : onto_post(f, m);
	r = view_tree_slot(f->tree, m->p->parent, m->p->name, &m->from);

	if (r == 0)
		r = view_tree_slot(f->tree, m->p->to_parent, m->p->to_name, &m->to);
	return r < 0 ? r : carry_out(f, m, view_slot_rename(&m->from.slot, &m->to.slot, noreplace));
}

int names_rename(struct fs *f, const struct caller *c, const struct names_pair *p, unsigned flags)
{
	struct move m = { .p = p };
	int r = -ESTALE;

	if (flags & ~(unsigned) RENAME_NOREPLACE)
		return -EINVAL;
	if (control_owns(f, p->parent, p->name) || control_owns(f, p->to_parent, p->to_name))
		return -EPERM;
	if (announce_is_ours(f, c))
		return 0; /* the store has it already */
	if (post_owns(f, p->parent, p->name))
		return -EPERM;
	m.tgid = caller_tgid(f, c->tid);
	for (int i = 0; i < NAMES_TRIES && r == -ESTALE; i++)
		r = rename_once(f, &m, flags & RENAME_NOREPLACE);
	if (r == 0) {
		state_touched(f, p->parent);
		if (p->to_parent != p->parent)
			state_touched(f, p->to_parent);
	}
	return r == -ESTALE ? -EBUSY : r;
}

/* *ret_ino: what the new name leads to. */
static int link_once(struct fs *f, struct move *m, int64_t *ret_ino)
{
	struct view_slot_do d;
	struct view_attr a;
	int r = view_tree_slot(f->tree, m->p->to_parent, m->p->to_name, &m->to);

	if (r == 0)
		r = view_tree_slot(f->tree, m->p->parent, m->p->name, &m->from);
	if (r < 0)
		return r;
	d = view_slot_link(&m->from.slot, &m->to.slot);
	if (d.action == VIEW_SLOT_COPY)
		return m->from.slot.what == VIEW_SLOT_DOCUMENT ? move_copy_document(f, m, ret_ino) : copy(f, m, ret_ino);
	if (d.action != VIEW_SLOT_SAVE && d.action != VIEW_SLOT_SAVE_DOCUMENT)
		return d.error;
	r = d.action == VIEW_SLOT_SAVE ? replace(f, m) : move_onto_document(f, m);
	if (r == 0)
		r = view_tree_lookup(f->tree, m->p->to_parent, m->p->to_name, &a);
	if (r == 0)
		*ret_ino = a.ino;
	return r;
}

int names_link(struct fs *f, const struct caller *c, int64_t ino, int64_t to_parent, const char *to_name,
	       struct entry *ret)
{
	char name[VIEW_NAME_SIZE];
	struct names_pair p = { .name = name, .to_parent = to_parent, .to_name = to_name };
	struct move m = { .p = &p, .link = true };
	struct view_attr a;
	int r = control_owns(f, to_parent, to_name) ? -EPERM : view_tree_attr(f->tree, ino, &a);

	if (r == 0)
		r = post_owns(f, to_parent, to_name) ? -EEXIST : view_tree_name(f->tree, ino, name);
	if (r < 0)
		return r;
	p.parent = a.parent;
	m.tgid = caller_tgid(f, c->tid);
	r = -ESTALE;
	for (int i = 0; i < NAMES_TRIES && r == -ESTALE; i++)
		r = link_once(f, &m, &ino);
	if (r == 0)
		r = view_tree_attr(f->tree, ino, &a);
	state_touched(f, to_parent);
	if (r == 0)
		attr_entry_once(f, &a, ret);
	return r == -ESTALE ? -EBUSY : r;
}
