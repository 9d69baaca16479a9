#include "attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "model/attached.h"
#include "apply.h"
#include "doc.h"
#include "local.h"
#include "numbers.h"
#include "pending.h"
#include "place.h"

/* ---- directories ------------------------------------------------------------------------ */

#define TOP "Attachments"

/* "Fix it.txt" -> "Fix it"; a folder has no extension. */
static void make_stem(const char *name, bool folder, char out[PLACE_NAME])
{
	const char *dot = folder ? NULL : strrchr(name, '.');

	snprintf(out, PLACE_NAME, "%.*s", dot && dot > name ? (int) (dot - name) : (int) strlen(name), name);
}

static int add_dir(struct txn *t, int64_t parent, const char *name, int64_t item, struct store_node *ret)
{
	struct store_node n = {
		.list = t->list.id, .parent = parent, .name = (char *) name, .kind = STORE_NODE_ATTACHMENTS, .item = item,
		.mode = 0755, .mtime = t->now, .ctime = t->now, .version = 1,
	};
	int r = store_node_add(t->st, &n);

	if (r == 0)
		r = txn_touch(t, parent);
	if (r == 0)
		r = txn_tell(t, SYNC_ENTRY_ADDED, &n);
	return r < 0 ? r : store_node_get(t->st, n.ino, ret);
}

/* The directory's Attachments; made when it is missing. */
static int find_top(struct txn *t, int64_t dir, struct store_node *ret)
{
	int r = store_node_lookup(t->st, dir, TOP, ret);

	if (r == 0 && ret->kind != STORE_NODE_ATTACHMENTS)
		return -EEXIST;
	return r == -ENOENT ? add_dir(t, dir, TOP, 0, ret) : r;
}

/* Where the item's file stands, or is to stand again. -ENOENT. */
static int find_file(struct txn *t, int64_t item, int64_t *ret_dir, char stem[PLACE_NAME])
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_node_of_item(t->st, item, &n);

	if (r == 0 && n.name) {
		*ret_dir = n.parent;
		make_stem(n.name, n.kind == STORE_NODE_FOLDER, stem);
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	r = store_vacancy_of_item(t->st, item, &v);
	if (r < 0)
		return r;
	*ret_dir = v.parent;
	make_stem(v.name, false, stem);
	return 0;
}

/* A free name for the item's directory in `top`: its stem, or with a number when something else is called so. */
static int find_name(struct txn *t, int64_t top, int64_t ino, int64_t item, const char *stem, char out[PLACE_NAME])
{
	int r = place_is_free(t, top, stem, ino, 0);

	snprintf(out, PLACE_NAME, "%s", stem);
	if (r)
		return r < 0 ? r : 0;
	snprintf(out, PLACE_NAME, "%.200s (%lld)", stem, (long long) item);
	r = place_is_free(t, top, out, ino, 0);
	return r > 0 ? 0 : r < 0 ? r : -EEXIST;
}

int attach_dir(struct txn *t, int64_t owner, struct store_node *ret)
{
	CLEANUP(store_node_release_p) struct store_node top = STORE_NODE_INIT;
	char stem[PLACE_NAME], name[PLACE_NAME];
	int64_t dir;
	int r = store_node_attachments(t->st, owner, ret);

	if (r != -ENOENT)
		return r;
	r = find_file(t, owner, &dir, stem);
	if (r == 0)
		r = find_top(t, dir, &top);
	if (r == 0)
		r = find_name(t, top.ino, 0, owner, stem, name);
	return r < 0 ? r : add_dir(t, top.ino, name, owner, ret);
}

int attach_moved(struct txn *t, const struct store_node *n)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	CLEANUP(store_node_release_p) struct store_node top = STORE_NODE_INIT;
	CLEANUP(str_free_p) char *from = NULL;
	char stem[PLACE_NAME], name[PLACE_NAME];
	int64_t from_dir;
	int r = n->item && n->name ? store_node_attachments(t->st, n->item, &dir) : -ENOENT;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	make_stem(n->name, n->kind == STORE_NODE_FOLDER, stem);
	r = find_top(t, n->parent, &top);
	if (r == 0)
		r = find_name(t, top.ino, dir.ino, n->item, stem, name);
	if (r < 0 || (dir.parent == top.ino && strcmp(dir.name, name) == 0))
		return r;
	from_dir = dir.parent;
	r = str_set(&from, dir.name);
	if (r == 0)
		r = place_move(t, &dir, top.ino, name, false);
	return r < 0 ? r : txn_tell_renamed(t, &dir, from_dir, from);
}

/* ---- for who looks a name up -------------------------------------------------------------- */

struct finding {
	const char *stem;
	int64_t item;
};

static int is_file_of(void *arg, const struct store_node *n)
{
	struct finding *f = arg;
	char stem[PLACE_NAME];

	if (n->kind != STORE_NODE_ITEM)
		return 0;
	make_stem(n->name, false, stem);
	if (strcmp(stem, f->stem) == 0)
		f->item = n->item;
	return f->item != 0;
}

/* The item that a directory of that name is of: "stem.txt", or a folder. */
static int find_owner(struct txn *t, int64_t dir, const char *stem, int64_t *ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	struct finding f = { .stem = stem };
	char from[PLACE_NAME + 2], to[PLACE_NAME + 2];
	int r;

	snprintf(from, sizeof(from), "%s.", stem);
	snprintf(to, sizeof(to), "%s/", stem);
	r = store_node_between(t->st, dir, from, to, is_file_of, &f);
	if (r >= 0 && !f.item) {
		r = store_node_lookup(t->st, dir, stem, &n);
		if (r == 0 && n.kind == STORE_NODE_FOLDER)
			f.item = n.item;
	}
	*ret = f.item;
	return r < 0 && r != -ENOENT ? r : f.item ? 0 : -ENOENT;
}

int attach_find(struct txn *t, const struct store_node *dir, const char *name, int64_t *ret_ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t owner;
	int r = -ENOENT;

	if (list_is_library(&t->list.info) || !(t->list.info.flags & LIST_ATTACHMENTS) || strlen(name) >= PLACE_NAME)
		return -ENOENT;
	if ((dir->kind == STORE_NODE_LIST || dir->kind == STORE_NODE_FOLDER) && strcmp(name, TOP) == 0)
		r = find_top(t, dir->ino, &n);
	else if (dir->kind == STORE_NODE_ATTACHMENTS && !dir->item && (r = find_owner(t, dir->parent, name, &owner)) == 0)
		r = attach_dir(t, owner, &n);
	if (r < 0)
		return r == -EEXIST ? -ENOENT : r;
	*ret_ino = n.ino;
	return 0;
}

/* ---- what the server has -------------------------------------------------------------------- */

/* The attachments of an item that are known here. */
struct known {
	struct one {
		int64_t id;
		char *name; /* owned */
		bool there; /* the server has it */
		bool seen;
	} *v; /* owned */
	size_t n, cap;
};

static void known_release(struct known *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->v[i].name);
	free(k->v);
}

static int note(void *arg, const struct store_item *i)
{
	struct known *k = arg;
	int r = vec_grow(&k->v, &k->cap, k->n + 1, sizeof(*k->v));

	if (r < 0)
		return r;
	k->v[k->n] = (struct one) { .id = i->id, .name = strdup(item_leaf(i->item.path)), .there = i->item.id != 0 };
	return k->v[k->n++].name ? 0 : -ENOMEM;
}

/* Servers do not tell names by case. */
static struct one *find_one(struct known *k, const char *name)
{
	struct one *found = NULL;

	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->v[i].name, name) == 0)
			return &k->v[i];
		else if (strcasecmp(k->v[i].name, name) == 0)
			found = &k->v[i];
	return found;
}

/* The number of the version that `word` means; see attach.h. */
static int64_t next_version(const struct item *now, const char *word, const struct item *owner)
{
	const char *was = values_get(&now->values, ATTACH_WORD);
	int64_t n = attached_number(word);

	if (!word) /* whatever changed of the item may have been this */
		return owner->version;
	if (!now->id)
		return n;
	if (attached_same_file(was, word))
		return now->version + n - attached_number(was);
	return now->version + n + 1;
}

/* The row that there would be, if the server had rows of attachments. */
static int make_row(const struct store_item *it, const struct attached *a, const struct item *owner, struct item *ret)
{
	int r = str_set(&ret->path, a->path);

	ret->id = -it->id;
	ret->owner = it->item.owner;
	ret->version = next_version(&it->item, a->word, owner);
	ret->perm = owner->perm;
	ret->created = it->item.created ? it->item.created : owner->modified;
	ret->modified = owner->modified;
	return r < 0 || !a->word ? r : values_set(&ret->values, ATTACH_WORD, a->word);
}

static int update(struct txn *t, const struct attached *a, const struct item *owner, int64_t id)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	CLEANUP(item_release_p) struct item row = ITEM_INIT;
	int r = store_item_get(t->st, id, &it);

	if (r < 0 || (it.item.id && a->word && str_eq(values_get(&it.item.values, ATTACH_WORD), a->word)))
		return r;
	r = make_row(&it, a, owner, &row);
	if (r == 0 && it.item.id && row.version == it.item.version)
		return 0;
	if (r == 0)
		r = pending_load(t->st, id, &p);
	return r < 0 ? r : apply_item(t, &it, &p, &row);
}

static int add(struct txn *t, const struct attached *a, const struct item *owner, int64_t owner_id)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r = attach_dir(t, owner_id, &dir);

	it.list = t->list.id;
	it.generation = t->list.generation;
	it.item.owner = owner_id;
	if (r == 0)
		r = store_item_put(t->st, &it);
	if (r == 0)
		r = make_row(&it, a, owner, &it.item);
	if (r == 0)
		r = store_item_put(t->st, &it);
	return r < 0 ? r : place_new(t, &it, dir.ino, item_leaf(a->path));
}

/* A directory in which nothing is any more goes. */
static int tidy(struct txn *t, int64_t owner)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r = store_node_attachments(t->st, owner, &dir);

	if (r == 0)
		r = store_node_has_children(t->st, dir.ino) ?: txn_tell(t, SYNC_ENTRY_REMOVED, &dir);
	if (r == 0)
		r = txn_touch(t, dir.parent);
	if (r == 0)
		r = store_node_delete(t->st, dir.ino);
	return r == -ENOENT || r > 0 ? 0 : r;
}

static int was_sent(void *arg, const struct store_change *c)
{
	(void) arg;
	return c->change.op == CHANGE_STORE && c->state == STORE_CHANGE_SENT;
}

/* 1: it is to be taken as changed: what was sent has arrived, and what nobody changes here somebody may have changed there. */
static int may_have_changed(struct txn *t, const struct one *one)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_change_of_item(t->st, one->id, was_sent, NULL);

	if (r || !one->there)
		return r;
	r = store_change_has(t->st, one->id);
	if (r == 0)
		r = store_vacancy_of_item(t->st, one->id, &v);
	else if (r > 0)
		return 0;
	return r == -ENOENT ? 1 : r;
}

static int follow_one(struct txn *t, const struct attached *a, const struct store_item *owner, const struct one *one)
{
	int r = a->word || !one->there ? 1 : may_have_changed(t, one);

	return r <= 0 ? r : update(t, a, &owner->item, one->id);
}

static int follow(struct txn *t, const struct store_item *owner, const char *text, struct known *k)
{
	CLEANUP(attached_release_p) struct attached a = ATTACHED_INIT;
	bool any_gone = false;
	int r = 0;

	while (text && r == 0 && (r = attached_next(&text, &a)) > 0) {
		struct one *one = find_one(k, item_leaf(a.path));

		if (one)
			one->seen = true;
		r = one ? follow_one(t, &a, owner, one) : add(t, &a, &owner->item, owner->id);
	}
	for (size_t i = 0; r == 0 && i < k->n; i++) {
		if (k->v[i].seen || !k->v[i].there)
			continue;
		any_gone = true;
		r = apply_gone(t, k->v[i].id);
	}
	return r < 0 || !any_gone ? r : tidy(t, owner->id);
}

/*
 * The row does not say which the item has, and so not which of them has changed. What is changed here is left alone: before it is
 * stored over, the server is asked what it has (upload.c).
 */
static int touch_all(struct txn *t, const struct store_item *owner, const struct known *k)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < k->n; i++) {
		CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
		struct attached a = ATTACHED_INIT;

		r = may_have_changed(t, &k->v[i]);
		if (r > 0)
			r = store_item_get(t->st, k->v[i].id, &it) ?: 1;
		a.path = it.item.path;
		if (r > 0)
			r = update(t, &a, &owner->item, k->v[i].id);
	}
	return r < 0 ? r : 0;
}

static int follow_row(struct txn *t, const struct store_item *owner, const char *now, struct known *k)
{
	return attached_untold(now) ? touch_all(t, owner, k) : follow(t, owner, attached_any(now) ? now : NULL, k);
}

int64_t attach_collected_for(const struct store_node *dir)
{
	return dir->target ? strtoll(dir->target, NULL, 10) : 0;
}

int attach_collected(struct txn *t, const struct store_item *owner, int64_t version, const char *text)
{
	CLEANUP(known_release) struct known k = { 0 };
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	char word[24];
	int r = store_item_attached(t->st, owner->id, note, &k);

	snprintf(word, sizeof(word), "%lld", (long long) version);
	if (r == 0)
		r = follow(t, owner, attached_any(text) ? text : NULL, &k);
	if (r == 0)
		r = attach_dir(t, owner->id, &dir);
	if (r == 0)
		r = str_set(&dir.target, word);
	return r < 0 ? r : store_node_put(t->st, &dir);
}

int attach_follow(struct txn *t, const struct store_item *owner, const char *before)
{
	CLEANUP(known_release) struct known k = { 0 };
	const char *now = values_get(store_item_base(owner), "Attachments");
	bool own = t->own;
	char stem[PLACE_NAME];
	int64_t dir;
	int r;

	bool untold = attached_untold(now) || attached_untold(before);

	if (owner->item.owner || list_is_library(&t->list.info) ||
	    (!untold && ((!attached_any(now) && !attached_any(before)) || str_eq(now, before))))
		return 0;
	r = find_file(t, owner->id, &dir, stem);
	if (r == 0)
		r = store_item_attached(t->st, owner->id, note, &k);
	/* That the item's row answers a change of ours says nothing of its files. */
	t->own = false;
	if (r == 0)
		r = follow_row(t, owner, now, &k);
	t->own = own;
	return r == -ENOENT ? 0 : r;
}

/* ---- without its item ------------------------------------------------------------------------- */

static int note_id(void *arg, const struct store_item *i)
{
	return numbers_add(arg, i->id);
}

/* The user removed the item, and perhaps forgot that the server has these bytes not yet. */
static int keep_unsent(struct txn *t, const struct store_item *it)
{
	struct apply_kept k = {
		.kind = SYNC_CONFLICT_ATTACHED, .name = item_leaf(it->item.path),
		.why = "attached to an item that was removed before this was on the server",
	};
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	CLEANUP(pending_release_p) struct pending p = PENDING_INIT;
	const struct pending_row *row;
	int r = store_vacancy_of_item(t->st, it->id, &v);

	/* Himself, before it. */
	if ((r == 0 && v.reason == STORE_VACANT_UNLINK) || (r < 0 && r != -ENOENT))
		return r;
	r = pending_load(t->st, it->id, &p);
	row = r == 0 && !pending_find(&p, CHANGE_DELETE) ? doc_latest(&p) : NULL;
	if (!row || !row->c.change.content.file || !row->c.change.content.size)
		return r;
	return apply_keep_unsent(t, row->c.change.content.file, &k);
}

static int vanish_one(struct txn *t, int64_t id)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	int r = store_item_get(t->st, id, &it);

	if (r == 0)
		r = keep_unsent(t, &it);
	return r < 0 ? r : apply_vanish(t, &it);
}

static int each(struct txn *t, int64_t owner, int (*fn)(struct txn *t, int64_t id))
{
	struct numbers ids = NUMBERS_INIT;
	int r = store_item_attached(t->st, owner, note_id, &ids);

	for (size_t i = 0; r == 0 && i < ids.n; i++)
		r = fn(t, ids.v[i]);
	numbers_release(&ids);
	return r;
}

/* What is only here stays in the directory, which is the user's from now on. */
static int leave_dir(struct txn *t, int64_t owner)
{
	CLEANUP(store_node_release_p) struct store_node dir = STORE_NODE_INIT;
	int r = store_node_attachments(t->st, owner, &dir);

	if (r == 0)
		r = store_node_has_children(t->st, dir.ino);
	if (r <= 0)
		return r == 0 ? tidy(t, owner) : r == -ENOENT ? 0 : r;
	dir.kind = STORE_NODE_SCRATCH_DIR;
	dir.item = 0;
	r = store_node_put(t->st, &dir);
	return r < 0 ? r : txn_tell(t, SYNC_ATTR, &dir);
}

int attach_gone(struct txn *t, int64_t owner)
{
	int r = each(t, owner, apply_gone);

	return r < 0 ? r : leave_dir(t, owner);
}

int attach_vanish(struct txn *t, int64_t owner)
{
	int r = each(t, owner, vanish_one);

	return r < 0 ? r : leave_dir(t, owner);
}

/* ---- what the user does ------------------------------------------------------------------------- */

int attach_begin(struct txn *t, const struct store_node *dir, const char *name, struct local_item *ret)
{
	CLEANUP(store_item_release_p) struct store_item owner = STORE_ITEM_INIT;
	struct item *i = &ret->it.item;
	int r = dir->item ? store_item_get(t->st, dir->item, &owner) : -EPERM;

	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	r = local_may(&t->list, &owner.item, PERM_EDIT);
	if (r == 0)
		r = local_name(name);
	if (r == 0)
		r = local_item_new(t, ret);
	if (r < 0)
		return r;
	/* AddAttachment knows nothing to recognise it by but its name and its bytes. */
	str_free_p(&i->replication_id);
	i->owner = dir->item;
	i->perm = owner.item.perm;
	return local_item_path(t, dir->ino, name, i);
}

static int goes_before(void *arg, const struct store_change *c)
{
	(void) arg;
	return c->state != STORE_CHANGE_REFUSED && c->state != STORE_CHANGE_SENT;
}

int attach_fits(struct txn *t, const struct item *i, int64_t *ret_owner)
{
	CLEANUP(store_item_release_p) struct store_item owner = STORE_ITEM_INIT;
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_item_get(t->st, i->owner, &owner);

	if (r < 0 || owner.item.id <= 0)
		return r == -ENOENT || r == 0 ? 0 : r;
	if (ret_owner)
		*ret_owner = owner.item.id;
	r = store_vacancy_of_item(t->st, i->owner, &v);
	if (r == 0 && v.reason == STORE_VACANT_UNLINK)
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	r = store_change_of_item(t->st, i->owner, goes_before, NULL);
	return r < 0 ? r : !r;
}
