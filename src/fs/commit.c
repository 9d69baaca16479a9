/*
 * One writer's bytes on their way into the store. The thread that is `busy` with a
 * node (handle.h, invariant 2) copies what is needed, works without any lock, and
 * looks afterwards whether the node was written to meanwhile.
 *
 * What cannot become a change is not thrown away: bytes that are no valid text, or
 * that the list's rights forbid, stay in the file as a draft; when even the file is
 * gone because the item was deleted on the server, a draft is made in its place.
 */
#include "commit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "handle.h"
#include "notify.h"
#include "state.h"
#include "sync/submit.h"
#include "view/name.h"
#include "work.h"

enum { TRIES = 8 };

/* ---- reading ------------------------------------------------------------------- */

void reading_release(struct reading *r)
{
	view_changes_release(&r->changes);
	values_release(&r->fields);
	base_unref(r->base);
	free(r->part);
	*r = (struct reading) READING_INIT;
}

/* What the text is read against: as its writer saw it, else as it stands now. */
static int read_base(struct fs *f, const struct view_list *l, const struct commit_text *t, struct base **ret)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	const struct view_forms_list of = view_list_forms(l);
	int r;

	if (t->item && t->base) {
		*ret = base_whole((struct base *) t->base);
		return *ret ? 0 : -ENOMEM;
	}
	r = t->item ? view_tree_seen(f->tree, t->list, t->item, &s)
		    : view_forms_see_new(view_tree_forms(f->tree), &of, t->parent, &s);
	if (r < 0)
		return r;
	*ret = base_new(0, 0, &s);
	return *ret ? 0 : -ENOMEM;
}

/* The item's own fields come apart from those of others. */
static void take_fields(struct reading *r)
{
	for (size_t i = 0; i < r->changes.n; i++) {
		struct view_op *op = &r->changes.op[i];

		if (op->instance || (op->item && op->item != &r->base->seen.item))
			continue;
		r->fields = op->fields;
		op->fields = (struct values) VALUES_INIT;
		return;
	}
}

static bool is_same_item(const struct schema *s, const struct item *a, const struct item *b)
{
	for (size_t i = 0; i < s->n; i++)
		if (field_editable(&s->f[i]) &&
		    !field_same(&s->f[i], values_get(&a->values, s->f[i].name), values_get(&b->values, s->f[i].name)))
			return false;
	return true;
}

/* Whether others have changed nothing since the writer read the file: else his bytes are not what stands there now. */
static bool is_current(struct fs *f, const struct view_list *l, const struct commit_text *t, const struct view_seen *was)
{
	CLEANUP(view_seen_release_p) struct view_seen now = VIEW_SEEN_INIT;
	const struct schema *s = &l->info.schema;
	bool same;

	if (!view_form(&l->info)->series)
		return true;
	same = view_tree_seen(f->tree, t->list, t->item, &now) == 0 && now.parts.n == was->parts.n &&
	       is_same_item(s, &now.item, &was->item);
	for (size_t i = 0; same && i < now.parts.n; i++)
		same = now.parts.id[i] == was->parts.id[i] &&
		       is_same_item(s, &now.parts.item[i], &was->parts.item[i]);
	return same;
}

int commit_read(struct fs *f, const struct commit_text *t, struct reading *ret, struct err *err)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	char title[VIEW_NAME_SIZE];
	struct view_resolve resolve;
	struct view_forms_list of;
	int r = view_tree_list(f->tree, t->list, &l);

	if (r == 0)
		r = read_base(f, l, t, &ret->base);
	if (r < 0)
		return r;
	view_tree_resolve(f->tree, l, &resolve);
	of = view_list_forms(l);
	if (view_name_title(&l->info, t->name, 0, title) < 0)
		snprintf(title, sizeof(title), "%s", t->name);
	r = view_forms_parse(view_tree_forms(f->tree), &of, &ret->base->seen, &resolve.known, title, t->text, t->n,
			     &ret->changes, err);
	if (r < 0)
		return r;
	ret->complete = ret->changes.complete && (!t->base || !t->item || is_current(f, l, t, &ret->base->seen));
	take_fields(ret);
	return 0;
}

/* The place of an item among the parts that were seen; n: it is none of them. */
static size_t part_at(const struct view_parts *p, const struct item *i)
{
	size_t k = 0;

	while (k < p->n && i != &p->item[k])
		k++;
	return k;
}

int commit_fill(struct reading *r, struct sync_save *save)
{
	const struct view_changes *c = &r->changes;
	const struct view_parts *p = &r->base->seen.parts;
	size_t n = 0;

	free(r->part);
	r->part = calloc(c->n ? c->n : 1, sizeof(*r->part));
	if (!r->part)
		return -ENOMEM;
	save->base = save->item ? &r->base->seen.item.values : NULL;
	save->fields = &r->fields;
	save->complete = r->complete;
	save->n_before = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct view_op *op = &c->op[i];
		size_t k = op->item ? part_at(p, op->item) : p->n;

		if (!op->instance && k == p->n) {
			save->n_before = n;
			continue;
		}
		r->part[n++] = (struct sync_part) {
			.op = op->op, .item = k < p->n ? p->id[k] : 0,
			.base = k < p->n ? &p->item[k].values : NULL, .fields = &op->fields,
		};
	}
	save->part = r->part;
	save->n_parts = n;
	save->drops_parts = c->drops_instances;
	save->has_form = c->extras || c->uid || p->extras;
	save->extras = c->extras;
	save->uid = c->replication_id ? NULL : c->uid;
	save->replication_id = c->replication_id;
	return 0;
}

struct base *commit_base(struct fs *f, const struct node *n, pid_t tgid)
{
	if (!n->whole && n->opened)
		return base_ref(n->opened);
	return n->item ? bases_find(f->bases, n->item, tgid) : NULL;
}

static void drop_part(struct view_parts *p, size_t i)
{
	item_release(&p->item[i]);
	p->n--;
	memmove(&p->item[i], &p->item[i + 1], (p->n - i) * sizeof(*p->item));
	memmove(&p->id[i], &p->id[i + 1], (p->n - i) * sizeof(*p->id));
}

/* Which parts a process knows that saved what it had read: those that it had read, with what it changed, and its own
 * new ones. Others' edits that it has not seen are not among them. */
static int remember_parts(const struct reading *r, struct view_seen *now)
{
	const struct view_parts *old = &r->base->seen.parts;
	int k = 0;

	for (size_t i = now->parts.n; k == 0 && i > 0; i--) {
		size_t o = 0;

		while (o < old->n && old->id[o] != now->parts.id[i - 1])
			o++;
		if (o < old->n)
			k = values_copy(&now->parts.item[i - 1].values, &old->item[o].values);
		else if (now->parts.item[i - 1].id) /* one that is on the server already is not its own */
			drop_part(&now->parts, i - 1);
	}
	for (size_t i = 0; k == 0 && i < r->changes.n; i++)
		for (size_t n = 0; k == 0 && n < now->parts.n; n++)
			if (r->changes.op[i].item && part_at(old, r->changes.op[i].item) < old->n &&
			    old->id[part_at(old, r->changes.op[i].item)] == now->parts.id[n])
				k = values_overlay(&now->parts.item[n].values, &r->changes.op[i].fields);
	return k;
}

struct base *commit_remember(struct fs *f, int64_t list, int64_t item, pid_t tgid, const struct reading *r)
{
	CLEANUP(base_unref_p) struct base *old = bases_find(f->bases, item, tgid);
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	struct base *b;

	if (!r->base || view_tree_seen(f->tree, list, item, &s) < 0 ||
	    values_copy(&s.item.values, &r->base->seen.item.values) < 0 ||
	    values_overlay(&s.item.values, &r->fields) < 0 || remember_parts(r, &s) < 0)
		return NULL;
	b = base_new(0, 0, &s);
	if (b && old)
		bases_put(f->bases, item, tgid, b);
	return b;
}

/* ---- one job ------------------------------------------------------------------- */

struct job {
	int64_t ino;             /* where the program wrote */
	struct view_attr node;   /* where the bytes go */
	char name[VIEW_NAME_SIZE];
	int64_t parent;
	pid_t tgid;
	struct base *base;       /* refd */
	struct buf text;
	uint64_t seq;
	bool flushed;            /* there is an open text in the store */
	bool is_open_text;       /* it is this text */
	int64_t mtime;
	struct reading reading;
};

#define JOB_INIT { .text = BUF_INIT(NODE_MAX), .reading = READING_INIT }

static void job_release(struct job *j)
{
	base_unref(j->base);
	buf_release(&j->text);
	reading_release(&j->reading);
}

/* The row may have moved to another inode since the file was opened: a version that came from the
 * server while it was open. The item is the same. */
static int find_node(struct fs *f, int64_t ino, int64_t item, struct view_attr *ret)
{
	int r = view_tree_attr(f->tree, ino, ret);

	if (r == 0 && (ret->named || !item))
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	r = item ? view_tree_of_item(f->tree, item, ret) : -ENOENT;
	/* The first post of a thread has become its directory. */
	return r == 0 && ret->kind == STORE_NODE_FOLDER ? -ENOENT : r;
}

static int job_read(struct fs *f, struct job *j, struct err *err)
{
	struct commit_text t = {
		.list = j->node.list,
		.item = j->node.item,
		.parent = j->parent,
		.name = j->name,
		.base = j->base,
		.text = buf_str(&j->text),
		.n = j->text.len,
	};

	reading_release(&j->reading);
	return commit_read(f, &t, &j->reading, err);
}

/* Copies what the node has; the caller is busy with it and holds its lock. */
static int job_fill(struct fs *f, struct job *j, const struct node *n)
{
	int r;

	j->parent = n->parent;
	snprintf(j->name, sizeof(j->name), "%s", n->name ? n->name : "");
	j->tgid = n->writer;
	j->base = commit_base(f, n, n->writer);
	j->seq = n->seq;
	j->flushed = n->flushed != 0;
	j->is_open_text = n->flushed && n->flushed == n->seq;
	j->mtime = n->mtime;
	j->ino = n->ino;
	r = buf_add(&j->text, n->text.p, n->text.len);
	j->node = (struct view_attr) { .ino = n->ino, .list = n->list, .item = n->item, .kind = n->kind };
	return r;
}

static int keep_draft(struct fs *f, struct job *j, const char *reason)
{
	return sync_submit_draft(f->sync, j->node.ino, buf_str(&j->text), j->text.len, reason);
}

static const char deleted[] =
	"the item was deleted on the server meanwhile; save this file again to make a new one";

/* The item was deleted on the server: what was written to it stays as a draft of its name. */
static int rescue(struct fs *f, struct job *j)
{
	char name[VIEW_NAME_SIZE];
	int64_t ino;
	int r;

	for (int i = 1; i < 100; i++) {
		if (i == 1)
			snprintf(name, sizeof(name), "%s", j->name);
		else
			snprintf(name, sizeof(name), "%.*s (unsaved %d).txt",
				 (int) str_utf8_cut(j->name, 200), j->name, i);
		r = sync_submit_make(f->sync, j->parent, name, STORE_NODE_DRAFT, 0644, NULL, &ino);
		if (r != -EEXIST && r != -ESTALE) /* stale: another item waits for that name */
			break;
	}
	if (r == 0)
		r = sync_submit_draft(f->sync, ino, buf_str(&j->text), j->text.len, deleted);
	state_touched(f, j->parent);
	notify_name(f->notify, j->parent, name);
	return r;
}

static bool is_refusal(int r)
{
	return r == -EACCES || r == -EROFS || r == -EPERM;
}

/* Whether the bytes are in the store although they became no change. */
static bool is_kept(int r)
{
	return r == -EINVAL || r == -ESTALE || is_refusal(r);
}

/* One attempt. 0; -EINVAL: kept as a draft; -ESTALE: decide anew; -ENOENT: the item is gone. */
static int job_try(struct fs *f, struct job *j)
{
	struct err err = { 0 };
	struct sync_saved saved;
	struct sync_save save = {
		.ino = j->node.ino,
		.item = j->node.item,
		.text = buf_str(&j->text),
		.n = j->text.len,
		.mtime = j->mtime,
		/* Not when the item got another node meanwhile. */
		.is_open_text = j->is_open_text && j->node.ino == j->ino,
	};
	int r = job_read(f, j, &err), kept;

	if (r == 0)
		r = commit_fill(&j->reading, &save);
	if (r == 0)
		r = sync_submit_save(f->sync, &save, &saved);
	if (r == 0)
		j->node.ino = saved.ino;
	if (r != -EINVAL && !is_refusal(r))
		return r;
	kept = keep_draft(f, j,
			  r == -EINVAL ? err_text(&err, r)
				       : "you may not change this item; the server forbids it");
	if (kept == 0)
		return r;
	return kept == -EINVAL || is_refusal(kept) ? -EIO : kept; /* not to be taken for a kept draft */
}

/* Saves, or keeps as a draft, or as a new draft. */
static int job_store(struct fs *f, struct job *j)
{
	int64_t ino = j->node.ino, item = j->node.item;
	int r = -ESTALE;

	for (int i = 0; i < TRIES && r == -ESTALE; i++) {
		r = find_node(f, ino, item, &j->node);
		if (r == 0 && item && !j->node.item) /* what was flushed is a draft of its name already */
			return keep_draft(f, j, deleted) < 0 ? -EIO : -ESTALE;
		if (r == 0)
			r = job_try(f, j);
	}
	if (r == -ENOENT && *j->name)
		return rescue(f, j) < 0 ? r : -ESTALE;
	return r;
}

/* Nothing was written: the item shows again what it has. */
static int job_revert(struct fs *f, struct job *j)
{
	int r = find_node(f, j->node.ino, j->node.item, &j->node);

	if (r == 0 && (j->flushed || j->node.has_error))
		r = sync_submit_revert(f->sync, j->node.ino);
	return r == -ENOENT || r == -ESTALE ? 0 : r;
}

/* ---- nodes ----------------------------------------------------------------------- */

/* The node's bytes are in the store. Needs the lock. */
static void settle(struct fs *f, struct node *n, const struct job *j)
{
	struct view_attr a;

	if (n->seq != j->seq)
		return; /* written to meanwhile: still dirty */
	n->dirty = false;
	n->flushed = 0;
	if (view_tree_attr(f->tree, n->ino, &a) < 0)
		return;
	n->kind = a.kind;
	n->item = a.item;
	if (j->text.len && j->reading.complete) {
		n->version = a.version;
		n->opened = base_unref(n->opened);
		n->opened = commit_remember(f, a.list, a.item, j->tgid, &j->reading);
		n->whole = false;
		return;
	}
	base_unref(commit_remember(f, a.list, a.item, j->tgid, &j->reading));
	node_unload(n, a.version);
	notify_inode(f->notify, n->ino);
}

/* What it is when the bytes are handed over it still is: only who is busy with it changes that. */
static bool is_document(struct node *n)
{
	bool is;

	lock_take(&n->lock);
	is = n->kind == STORE_NODE_DOCUMENT;
	lock_give(&n->lock);
	return is;
}

/* released: after its last writer's end; whoever has opened it for writing meanwhile, and perhaps emptied it, stores it at his. */
static int commit(struct fs *f, struct node *n, bool released)
{
	struct job j = JOB_INIT;
	bool empty;
	int r = 0;

	if (is_document(n))
		return work_commit(f, n);

	lock_take(&n->lock);
	node_begin(n);
	if (!n->dirty || n->unnamed || (released && n->writers)) {
		n->dirty = n->dirty && !n->unnamed;
		node_end(n);
		lock_give(&n->lock);
		return 0;
	}
	r = job_fill(f, &j, n);
	empty = !n->text.len;
	lock_give(&n->lock);
	if (r == 0)
		r = empty ? job_revert(f, &j) : job_store(f, &j);
	lock_take(&n->lock);
	if (r == 0) {
		settle(f, n, &j);
	} else if (is_kept(r) && n->seq == j.seq) {
		n->dirty = false;
		n->flushed = 0;
	}
	node_end(n);
	lock_give(&n->lock);
	state_touched(f, j.parent);
	job_release(&j);
	return r;
}

int commit_now(struct fs *f, struct node *n)
{
	return commit(f, n, false);
}

void commit_release(struct fs *f, struct node *n)
{
	int r;

	CRASH_POINT("fs.release.before");
	r = commit(f, n, true);
	if (r < 0 && !is_kept(r))
		log_error("a closed file could not be stored ino=%lld error=%d", (long long) n->ino, r);
}

static int flush_job(struct fs *f, struct job *j)
{
	int64_t ino = j->node.ino, item = j->node.item;
	struct err err = { 0 };
	int r = -ESTALE;

	for (int i = 0; i < TRIES && r == -ESTALE; i++) {
		r = find_node(f, ino, item, &j->node);
		if (r == 0)
			r = job_read(f, j, &err);
		if (r == 0)
			r = sync_submit_open_text(f->sync, j->node.ino, buf_str(&j->text), j->text.len,
						  j->node.item ? &j->reading.base->seen.item.values : NULL);
	}
	return r == -ENOENT ? -ESTALE : r;
}

int commit_flush(struct fs *f, struct node *n)
{
	struct job j = JOB_INIT;
	int r = 0;

	if (is_document(n))
		return work_flush(f, n);

	lock_take(&n->lock);
	node_begin(n);
	if (n->dirty && !n->unnamed && n->text.len && n->seq != n->flushed) {
		r = job_fill(f, &j, n);
		lock_give(&n->lock);
		if (r == 0)
			r = flush_job(f, &j);
		CRASH_POINT("fs.flush.after");
		lock_take(&n->lock);
		if (r == 0)
			n->flushed = j.seq;
	}
	node_end(n);
	lock_give(&n->lock);
	job_release(&j);
	return r;
}

/* ---- what a killed run left ---------------------------------------------------------- */

/* Of what it had read only the item's own values were kept. */
static int recover_base(struct fs *f, struct job *j, struct values *base)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	int r = view_tree_seen(f->tree, j->node.list, j->node.item, &s);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	values_release(&s.item.values);
	s.item.values = *base;
	*base = (struct values) VALUES_INIT;
	j->base = base_new(0, 0, &s);
	return j->base ? 0 : -ENOMEM;
}

int fs_recover(struct fs *f, int64_t ino)
{
	struct job j = JOB_INIT;
	struct values base = VALUES_INIT;
	bool has_base = false;
	int r = view_tree_attr(f->tree, ino, &j.node);

	if (r == 0)
		r = view_tree_open_text(f->tree, ino, &j.text, &base, &has_base);
	if (r == 0) {
		j.parent = j.node.parent;
		j.mtime = j.node.mtime;
		if (view_tree_name(f->tree, ino, j.name) < 0)
			r = sync_submit_revert(f->sync, ino); /* it was removed while it was open */
		else
			r = has_base && j.node.item ? recover_base(f, &j, &base) : 0;
		if (r == 0 && *j.name)
			r = job_store(f, &j);
	}
	values_release(&base);
	job_release(&j);
	return is_kept(r) ? 0 : r;
}
