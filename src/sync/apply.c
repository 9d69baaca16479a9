#include "apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "attach.h"
#include "doc.h"
#include "parts.h"
#include "people.h"
#include "place.h"
#include "plan.h"
#include "push.h"
#include "show.h"

/* ---- keeping ------------------------------------------------------------------------- */

void apply_name_fields(const struct schema *schema, const struct values *fields, struct buf *out)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct field *f = schema_find(schema, fields->v[i].name);

		buf_addf(out, "%s%s", i ? ", " : "", f ? f->display : fields->v[i].name);
	}
}

static bool all_appended(const struct schema *schema, const struct values *lost)
{
	for (size_t i = 0; i < lost->n; i++) {
		const struct field *f = schema_find(schema, lost->v[i].name);

		if (!f || !(f->flags & FIELD_APPENDONLY))
			return false;
	}
	return true;
}

/* "Status, Title: changed on the server too; the server's value stands" */
static int keep_conflict(struct txn *t, const struct store_node *n, const struct store_item *it,
			 const struct values *lost)
{
	CLEANUP(buf_release_p) struct buf why = BUF_INIT(4096);
	struct apply_kept k = {
		.kind = SYNC_CONFLICT_EDIT, .name = n && n->name ? n->name : item_leaf(it->item.path),
		.item = &it->item, .base = store_item_base(it),
	};

	apply_name_fields(&t->list.info.schema, lost, &why);
	if (all_appended(&t->list.info.schema, lost))
		buf_adds(&why, ": the server's answer was lost, and whether this was appended cannot be told; "
			       "look, and append it again if it is missing");
	else
		buf_adds(&why, ": changed on the server too; the server's value stands");
	k.why = buf_str(&why);
	return apply_keep(t, n, it->id, &it->item, &k);
}

/* ---- finding ---------------------------------------------------------------------------- */

/* A document by its path. */
static int find_document(struct txn *t, const struct item *row, struct store_item *ret)
{
	int r = store_item_find_unsent(t->st, t->list.id, row->path, ret);

	if (r == 0)
		r = doc_is_another(t, ret->id, row);
	if (r <= 0)
		return r;
	store_item_release(ret);
	*ret = (struct store_item) STORE_ITEM_INIT;
	return -ENOENT;
}

/* An item made here that this row is the first news of: by what we gave it to be known by, or a folder by its path. */
static int find_ours(struct txn *t, const struct item *row, struct store_item *ret)
{
	int64_t id;
	int r = row->replication_id ? store_item_find_new(t->st, t->list.id, row->replication_id, ret) : -ENOENT;

	if (r == -ENOENT && row->path && !row->folder && list_is_library(&t->list.info))
		return find_document(t, row, ret);
	if (r != -ENOENT || !row->folder || !row->path)
		return r;
	r = store_item_find_folder(t->st, t->list.id, row->path, &id);
	if (r == 0)
		r = store_item_get(t->st, id, ret);
	if (r == 0 && ret->item.id) {
		store_item_release(ret);
		return -ENOENT;
	}
	return r;
}

/* Whether the row says nothing that is not known, although it may have to be looked at. */
static bool is_same(const struct store_item *it, const struct item *row)
{
	return it->item.version == row->version && it->item.perm == row->perm && it->item.size == row->size &&
	       str_eq(it->item.path, row->path) && values_equal(store_item_base(it), &row->values);
}

/* ---- one item ------------------------------------------------------------------------------ */

/* The row takes the item's place; the old one, with what the user saw, goes to ret_old. */
static void exchange(struct store_item *it, struct item *row, struct pending_merge *m, bool differs,
		     struct item *ret_old)
{
	*ret_old = it->item;
	it->item = *row;
	*row = (struct item) ITEM_INIT;
	values_release(&it->base);
	it->has_base = differs;
	if (differs)
		it->base = it->item.values;
	else
		values_release(&it->item.values);
	it->item.values = m->now;
	m->now = (struct values) VALUES_INIT;
	/* Not every server gives it back; we go on knowing it. */
	if (!it->item.replication_id) {
		it->item.replication_id = ret_old->replication_id;
		ret_old->replication_id = NULL;
	}
}

/* Whether others changed what the user would see, beyond his own changes. */
static bool is_edited(const struct txn *t, const struct pending_merge *m)
{
	const char *before = values_get(&m->base, "Attachments"), *after = values_get(&m->now, "Attachments");

	return plan_edited(&t->list.info.schema, &m->base, &m->now) || !str_eq(before, after);
}

/* Somebody's edit was stronger than our deletion: what the user removed is told, with the text that it had. */
static int keep_removed(struct txn *t, const struct store_item *it, const char *name)
{
	static const char why[] = "deleted here, but changed on the server meanwhile: it is there again";
	struct apply_kept k = { .kind = SYNC_CONFLICT_DELETE, .name = name, .item = &it->item,
				.base = &it->item.values, .why = why };

	if (!name || it->item.folder || it->item.owner || list_is_library(&t->list.info))
		return txn_say(t, SYNC_CONFLICT, name, why);
	return apply_keep(t, NULL, it->id, &it->item, &k);
}

/* A slot whose item waits to be deleted: somebody's edit beats that. The slot stays vacated, so
 * that a program that is about to put something back finds it so. */
static int spare(struct txn *t, struct store_vacancy *v)
{
	if (v->reason != STORE_VACANT_UNLINK)
		return 0;
	v->reason = STORE_VACANT_MOVED;
	return store_vacancy_put(t->st, v);
}

/* What is below a folder that moved is found by its new path from now on. */
struct repath {
	struct txn *t;
	const char *from, *to;
	size_t n;
	int64_t dir; /* only what is in this directory, or below; 0: all */
};

/* 1: the item shows below that directory. */
static int is_below(const struct txn *t, int64_t item, int64_t dir)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_of_item(t->st, item, &n);

	while (r == 0 && n.parent && n.parent != dir) {
		int64_t parent = n.parent;

		store_node_release(&n);
		n = (struct store_node) STORE_NODE_INIT;
		r = store_node_get(t->st, parent, &n);
	}
	return r == -ENOENT ? 0 : r < 0 ? r : n.parent == dir;
}

static int repath_item(void *arg, const struct store_item *i)
{
	struct repath *rp = arg;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(str_free_p) char *path = NULL;
	int r;

	if (!i->item.path || strncmp(i->item.path, rp->from, rp->n) != 0 || i->item.path[rp->n] != '/')
		return 0;
	r = rp->dir ? is_below(rp->t, i->id, rp->dir) : 1;
	if (r <= 0)
		return r;
	path = str_printf("%s%s", rp->to, i->item.path + rp->n);
	r = path ? store_item_get(rp->t->st, i->id, &it) : -ENOMEM;
	if (r == 0)
		r = str_set(&it.item.path, path);
	return r < 0 ? r : store_item_put(rp->t->st, &it);
}

int apply_repath(struct txn *t, const char *from, const char *to)
{
	struct repath rp = { t, from, to, strlen(from), 0 };

	return store_item_each(t->st, t->list.id, repath_item, &rp);
}

/* Another folder may have come to its old path before this was heard: what is in that stays there. */
static int follow_folder(struct txn *t, const struct item *old, const struct store_item *it, const struct store_node *n)
{
	struct repath rp = { t, old->path, it->item.path, old->path ? strlen(old->path) : 0, 0 };
	int64_t other;
	int r;

	if (!it->item.folder || !rp.from || !rp.to || strcmp(rp.from, rp.to) == 0)
		return 0;
	r = store_item_find_folder(t->st, t->list.id, rp.from, &other);
	if (r < 0 && r != -ENOENT)
		return r;
	rp.dir = r == 0 ? n->ino : 0;
	if (r == 0 && !n->ino)
		return 0;
	return store_item_each(t->st, t->list.id, repath_item, &rp);
}

/* What a node says of trouble is over when nothing is refused and the text is not the user's alone. */
static int settle_error(struct txn *t, const struct pending *p, struct store_node *n)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	int r;

	if (!n->error)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone && p->v[i].c.state == STORE_CHANGE_REFUSED)
			return 0;
	r = store_text_get(t->st, n->ino, NULL, &text);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && text.state == STORE_TEXT_DRAFT)
		return 0;
	str_free_p(&n->error);
	r = store_node_put(t->st, n);
	return r < 0 ? r : txn_tell(t, SYNC_ATTR, n);
}

/* What one row does, gathered before anything is written. */
struct step {
	struct item old;       /* owned; what the user saw until now */
	struct pending_merge m;
	struct store_node n;   /* owned; ino 0: no node shows it */
	struct store_vacancy v; /* owned; name NULL: none */
	struct doc_news doc;
	bool edited;           /* by others */
	bool reappears;
};

static void step_release(struct step *s)
{
	item_release(&s->old);
	pending_merge_release(&s->m);
	store_node_release(&s->n);
	store_vacancy_release(&s->v);
}

static int find_slot(struct txn *t, int64_t item, struct step *s)
{
	int r = item ? store_node_of_item(t->st, item, &s->n) : 0;

	if (r == -ENOENT)
		r = store_vacancy_of_item(t->st, item, &s->v);
	return r == -ENOENT ? 0 : r;
}

/* Somebody's edit takes our DELETE back, also one that waits for its grace. */
static int weigh_delete(struct txn *t, const struct store_item *it, struct pending *p, struct step *s)
{
	struct pending_row *del = pending_find(p, CHANGE_DELETE);

	if (!s->edited || (del && PLANTED("delete_wins")))
		return 0;
	if (!del)
		return s->v.name && s->v.reason == STORE_VACANT_UNLINK ? keep_removed(t, it, s->v.name) : 0;
	del->gone = true;
	s->reappears = true;
	return keep_removed(t, it, del->c.name);
}

/* From one master, as in store_form, to another; the files of both change. */
static int change_master(struct txn *t, const struct store_item *it, int64_t was, int64_t master, bool edited)
{
	int r = was == master ? 0 : parts_set(t, it->id, master);

	if (r == 0 && was > 0)
		r = parts_note(t, was, edited || was != master);
	if (r < 0 || master <= 0)
		return r;
	if (master != was)
		r = parts_note(t, master, true);
	return r < 0 ? r : apply_hide(t, it->id);
}

/* The row says whose file shows it. 1: another one's, or none. */
static int update_series(struct txn *t, const struct store_item *it, const struct step *s)
{
	int64_t was, master;
	bool hidden;
	int r = parts_of(t, it->id, &was);

	if (r == 0)
		r = parts_ask(t, &it->item, &master, &hidden);
	if (r < 0 || (!was && !master))
		return r;
	/* What the master's change drops is not shown again because its row came once more. */
	if (was < 0 && master > 0 && !s->edited)
		return 1;
	r = change_master(t, it, was, master, s->edited);
	if (r == 0 && master <= 0 && was > 0 && !hidden)
		r = apply_reappear(t, it, NULL);
	return r < 0 ? r : master > 0 || was > 0 || hidden;
}

/* A new thread: the file that it was written as gives way to the directory of its posts. */
static int become_folder(struct txn *t, const struct store_item *it, struct step *s)
{
	int64_t dir = s->n.parent;
	int r = apply_hide(t, it->id);

	if (r == 0)
		r = place_parent(t, &it->item, &dir);
	return r < 0 && r != -ENOENT ? r : place_new(t, it, dir, NULL);
}

static int update_bytes(struct txn *t, const struct store_item *it, bool fresh, struct step *s)
{
	if (s->doc.is_document)
		return doc_show(t, &s->old, it, &s->doc, &s->n);
	if (fresh && list_is_discussion(&t->list.info) && s->n.kind == STORE_NODE_ITEM)
		return show_posted(t, &s->old, &it->item, &s->n);
	return show_changed(t, &s->old, &it->item, &s->n);
}

static int update_shown(struct txn *t, const struct store_item *it, const struct pending *p, bool fresh, struct step *s)
{
	int r;

	if (s->n.kind == STORE_NODE_ITEM && it->item.folder)
		return become_folder(t, it, s);
	r = update_bytes(t, it, fresh, s);
	if (r == 0 && !s->doc.stays && !it->item.owner)
		r = place_follow(t, &s->old, it, fresh, &s->n);
	return r < 0 ? r : settle_error(t, p, &s->n);
}

static int update_node(struct txn *t, const struct store_item *it, const struct pending *p, bool fresh, struct step *s)
{
	int r = !it->item.owner && parts_in_list(t) ? update_series(t, it, s) : 0;

	if (r)
		return r < 0 ? r : 0;
	if (s->n.ino)
		return update_shown(t, it, p, fresh, s);
	if (s->v.name)
		return s->edited ? spare(t, &s->v) : 0;
	return s->reappears ? apply_reappear(t, it, NULL) : 0;
}

/* 1: the version is what a STORE has made whose answer was lost, and which was removed afterwards. It is done then: with its removal,
 * it would count as something that never was. */
static int is_lost_store(struct txn *t, struct pending *p, const struct item *row)
{
	int r;

	for (size_t i = 0; i < p->n; i++) {
		const struct change_content *k = &p->v[i].c.change.content;

		if (p->v[i].gone || p->v[i].c.change.op != CHANGE_STORE || !k->lost || row->version != k->base + 1)
			continue;
		if (!doc_is_promoted(row->path) && row->size != k->size)
			continue;
		r = people_is_us(t->st, t->list.site, values_get(&row->values, "Editor"));
		p->v[i].gone = r > 0;
		return r;
	}
	return 0;
}

/* Whether others have changed a document. What is to be removed need not be shown for a change that was ours. */
static int is_document_edited(struct txn *t, const struct store_item *it, struct pending *p, const struct item *row,
			      struct step *s)
{
	bool removed = pending_find(p, CHANGE_DELETE) || (s->v.name && s->v.reason == STORE_VACANT_UNLINK);
	int r = removed ? is_lost_store(t, p, row) : 0;

	s->edited = it->item.version != row->version && !s->doc.ours && r == 0;
	return r < 0 ? r : 0;
}

/* What the row means, beside what waits. */
static int weigh(struct txn *t, struct store_item *it, struct pending *p, const struct item *row, struct step *s)
{
	bool removed = pending_find(p, CHANGE_DELETE) != NULL;
	const struct pending_news w = {
		.schema = &t->list.info.schema, .base = store_item_base(it), .theirs = &row->values,
		.agent = push_agent(t), .moved = row->version != it->item.version,
		.first = !it->item.id && row->version == 1,
	};
	int r = doc_news(t, it, p, row, &s->doc);

	if (r == 0)
		r = pending_merge(&w, p, &s->m);
	if (r < 0)
		return r;
	if (s->doc.is_document)
		r = is_document_edited(t, it, p, row, s);
	else
		s->edited = is_edited(t, &s->m);
	if (r == 0)
		r = weigh_delete(t, it, p, s);
	if (r == 0 && s->m.conflict.n && !removed && !PLANTED("server_wins"))
		r = keep_conflict(t, s->n.ino ? &s->n : NULL, it, &s->m.conflict);
	return r;
}

int apply_item(struct txn *t, struct store_item *it, struct pending *p, struct item *row)
{
	CLEANUP(step_release) struct step s = { .old = ITEM_INIT };
	bool fresh = it->item.id == 0;
	int r = find_slot(t, it->id, &s);

	if (r == 0)
		r = weigh(t, it, p, row, &s);
	if (r < 0)
		return r;
	exchange(it, row, &s.m, pending_any(p), &s.old);
	it->generation = t->list.generation;
	if (s.doc.waits)
		it->item.size = s.doc.size;
	r = store_item_put(t->st, it);
	if (r == 0)
		r = pending_store(t->st, p);
	if (r == 0)
		r = follow_folder(t, &s.old, it, &s.n);
	if (r == 0)
		r = update_node(t, it, p, fresh, &s);
	if (r == 0 && it->item.folder && s.old.path && !str_eq(s.old.path, it->item.path))
		r = apply_give_name(t, s.old.path);
	return r < 0 ? r : attach_follow(t, it, values_get(&s.old.values, "Attachments"));
}

/* ---- rows of a pull ---------------------------------------------------------------------------- */

int apply_spare_folder(struct txn *t, const struct item *row)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	CLEANUP(str_free_p) char *path = NULL;
	struct pending_row *del;
	int64_t folder;
	int r = str_set(&path, row->path);

	if (r < 0 || !path || !strrchr(path, '/'))
		return r;
	*strrchr(path, '/') = '\0';
	r = store_item_find_folder(t->st, t->list.id, path, &folder);
	if (r == 0)
		r = store_item_get(t->st, folder, &it);
	if (r == 0)
		r = pending_load(t->st, folder, &p);
	del = r == 0 ? pending_find(&p, CHANGE_DELETE) : NULL;
	if (!del || del->c.state != STORE_CHANGE_QUEUED)
		return r == -ENOENT ? 0 : r;
	del->gone = true;
	r = keep_removed(t, &it, del->c.name);
	if (r == 0)
		r = pending_store(t->st, &p);
	if (r == 0)
		r = apply_reappear(t, &it, NULL);
	return r < 0 ? r : 1;
}

/* Whether another folder has the path of this new one: the answer may still say that it was renamed. 1, 0, -errno. */
static int has_double(const struct txn *t, const struct item *row)
{
	int64_t folder;
	int r = row->folder && row->path ? store_item_find_folder(t->st, t->list.id, row->path, &folder) : -ENOENT;

	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

/* Where a new row is shown: in a directory, or in a master's file (as in store_form). -ENOENT: that has not come yet. */
static int find_place(struct txn *t, const struct item *row, bool anywhere, int64_t *ret_dir, int64_t *ret_master,
		      bool *ret_hidden)
{
	int r = anywhere ? 0 : has_double(t, row);

	if (r)
		return r < 0 ? r : -ENOENT;
	r = parts_ask(t, row, ret_master, ret_hidden);
	*ret_dir = t->list.root;
	if (r == 0)
		r = place_parent(t, row, ret_dir);
	if (r == -ENOENT) {
		r = apply_spare_folder(t, row);
		if (r >= 0)
			r = r ? place_parent(t, row, ret_dir) : -ENOENT;
	}
	return r == 0 && *ret_master < 0 ? -ENOENT : r;
}

static int apply_first(struct txn *t, struct item *row, bool anywhere)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t dir, master;
	bool hidden;
	int r = find_place(t, row, anywhere, &dir, &master, &hidden);

	if (r == -ENOENT && !anywhere)
		return APPLY_LATER;
	if (r < 0 && r != -ENOENT)
		return r;
	it.list = t->list.id;
	it.generation = t->list.generation;
	it.item = *row;
	*row = (struct item) ITEM_INIT;
	r = store_item_put(t->st, &it);
	if (r == 0 && master)
		r = parts_set(t, it.id, master);
	if (r == 0)
		r = parts_adopt(t, &it);
	if (r < 0 || master > 0)
		return r < 0 ? r : parts_note(t, master, true);
	r = hidden ? 0 : place_new(t, &it, dir, NULL);
	return r < 0 ? r : attach_follow(t, &it, NULL);
}

static int apply_known(struct txn *t, struct store_item *it, struct item *row, bool is_new)
{
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	int r;

	if (!is_new && is_same(it, row))
		return store_item_mark(t->st, it->id, t->list.generation);
	r = pending_load(t->st, it->id, &p);
	return r < 0 ? r : apply_item(t, it, &p, row);
}

/* A row of a change may come because of its attachments, and whether these move its version nobody says
 * (protocol: UNCONFIRMED); of a list that is read anew, versions will do. */
static bool may_have_files(const struct txn *t, int64_t generation)
{
	return t->list.info.flags & LIST_ATTACHMENTS && generation == t->list.generation &&
	       !list_is_library(&t->list.info);
}

int apply_row(struct txn *t, struct item *row, struct apply_how how)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int64_t id, version, generation;
	int r = store_item_peek(t->st, t->list.id, row->id, &id, &version, &generation);

	/* Rows without versions, of another system's data, say by themselves what they are. */
	if (r == 0 && version == row->version && row->version > 0 && !how.force && !may_have_files(t, generation))
		return generation == t->list.generation ? 0 : store_item_mark(t->st, id, t->list.generation);
	if (r == 0) {
		r = store_item_get(t->st, id, &it);
		return r < 0 ? r : apply_known(t, &it, row, false);
	}
	if (r == -ENOENT)
		r = find_ours(t, row, &it);
	if (r == -ENOENT)
		return apply_first(t, row, how.anywhere);
	return r < 0 ? r : apply_known(t, &it, row, true);
}
