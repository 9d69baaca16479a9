/*
 * The table of lists. Readers take a reference under the lock and look at the list
 * without it; a list that changed is read anew beside the old one and then takes
 * its place, so that nobody ever sees one half changed.
 */
#include "tree_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/store.h"

/* ---- one list -------------------------------------------------------------- */

static struct view_list *free_list(struct view_list *l)
{
	if (l) {
		free(l->name);
		free(l->site);
		list_release(&l->info);
		free(l);
	}
	return NULL;
}

void view_list_unref(const struct view_list *l)
{
	struct view_list *mine = (struct view_list *) l;

	if (mine && __atomic_sub_fetch(&mine->refs, 1, __ATOMIC_ACQ_REL) == 0)
		free_list(mine);
}

static const struct view_list *ref_list(struct view_list *l)
{
	__atomic_add_fetch(&l->refs, 1, __ATOMIC_RELAXED);
	return l;
}

/* Takes the strings and the description out of s. */
static struct view_list *list_from(struct store_list *s)
{
	struct view_list *l = calloc(1, sizeof(*l));
	bool frozen = store_list_read_only(s) != NULL;

	if (!l)
		return NULL;
	l->id = s->id;
	l->root = s->root;
	l->name = s->name;
	l->site = s->site;
	l->info = s->info;
	s->name = s->site = NULL;
	s->info = (struct list) LIST_INIT;
	l->state = s->state;
	l->perm = s->perm;
	l->frozen = frozen;
	l->library = list_is_library(&l->info);
	l->writable = !l->frozen && l->perm & (PERM_ADD | PERM_EDIT | PERM_DELETE);
	l->refs = 1;
	return l;
}

static void release_entry(struct tree_list *e)
{
	view_list_unref(e->list);
	store_node_release(&e->dir);
}

/* ---- the table --------------------------------------------------------------- */

/* Needs the lock. */
static struct tree_list *find_by_id(struct view_tree *t, int64_t id)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->l[i].list->id == id)
			return &t->l[i];
	return NULL;
}

/* e's contents move into the table; what they replace comes back in e. Needs the lock. */
static int put(struct view_tree *t, struct tree_list *e)
{
	struct tree_list *old = find_by_id(t, e->list->id), was;

	if (!old) {
		if (vec_grow(&t->l, &t->cap, t->n + 1, sizeof(*t->l)) < 0)
			return -ENOMEM;
		old = &t->l[t->n++];
		*old = (struct tree_list) { .dir = STORE_NODE_INIT };
	}
	was = *old;
	*old = *e;
	*e = was;
	return 0;
}

static int load_list(struct view_tree *t, struct store_list *s)
{
	struct tree_list e = { .dir = STORE_NODE_INIT };
	int r = store_node_get(t->store, s->root, &e.dir);

	if (r == 0)
		r = (e.list = list_from(s)) ? 0 : -ENOMEM;
	if (r == 0) {
		lock_take(&t->lock);
		r = put(t, &e);
		lock_give(&t->lock);
	}
	release_entry(&e);
	return r;
}

static void drop_list(struct view_tree *t, int64_t id)
{
	struct tree_list gone = { .dir = STORE_NODE_INIT }, *e;

	lock_take(&t->lock);
	e = find_by_id(t, id);
	if (e) {
		gone = *e;
		*e = t->l[--t->n];
	}
	lock_give(&t->lock);
	release_entry(&gone);
}

struct ids {
	struct view_tree *t;
	int64_t *v; /* owned */
	size_t n;
	size_t cap;
};

static int load_each(void *arg, const struct store_list *l)
{
	struct ids *ids = arg;
	struct store_list copy = STORE_LIST_INIT;
	int r = vec_grow(&ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));

	if (r == 0) {
		ids->v[ids->n++] = l->id;
		r = store_list_get(ids->t->store, l->id, &copy); /* load_list takes its strings */
	}
	if (r == 0)
		r = load_list(ids->t, &copy);
	store_list_release(&copy);
	return r;
}

static bool has_id(const struct ids *ids, int64_t id)
{
	for (size_t i = 0; i < ids->n; i++)
		if (ids->v[i] == id)
			return true;
	return false;
}

/* The first list in the table that is not among the ids; 0: none. */
static int64_t stale_list(struct view_tree *t, const struct ids *ids)
{
	int64_t id = 0;

	lock_take(&t->lock);
	for (size_t i = 0; i < t->n && !id; i++)
		if (!has_id(ids, t->l[i].list->id))
			id = t->l[i].list->id;
	lock_give(&t->lock);
	return id;
}

static int load_all(struct view_tree *t)
{
	struct ids ids = { .t = t };
	int64_t id;
	int r = store_list_each(t->store, load_each, &ids);

	while (r == 0 && (id = stale_list(t, &ids)))
		drop_list(t, id);
	free(ids.v);
	return r;
}

static int load_root(struct view_tree *t)
{
	struct store_node n = STORE_NODE_INIT, was;
	int r = store_node_get(t->store, STORE_ROOT_INO, &n);

	if (r < 0)
		return r;
	lock_take(&t->lock);
	was = t->root;
	t->root = n;
	lock_give(&t->lock);
	store_node_release(&was);
	return 0;
}

int view_tree_reload(struct view_tree *t, int64_t id)
{
	struct store_list s = STORE_LIST_INIT;
	int r;

	resolve_outdate(t->people);
	if (!id) {
		r = load_all(t);
		return r < 0 ? r : load_root(t);
	}
	r = store_list_get(t->store, id, &s);
	if (r == 0)
		r = load_list(t, &s);
	store_list_release(&s);
	if (r == -ENOENT)
		drop_list(t, id);
	return r == -ENOENT ? 0 : r;
}

/* n moves in, unless another thread has brought a later one meanwhile. What is to be released comes
 * back in n. */
static void take_later(struct store_node *dir, struct store_node *n)
{
	struct store_node was = *dir;

	if (n->mtime < was.mtime && n->ctime < was.ctime)
		return;
	*dir = *n;
	*n = was;
}

void view_tree_touched(struct view_tree *t, int64_t dir)
{
	struct store_node n = STORE_NODE_INIT;
	bool ours = dir == STORE_ROOT_INO;

	lock_take(&t->lock);
	for (size_t i = 0; i < t->n && !ours; i++)
		ours = t->l[i].list->root == dir;
	lock_give(&t->lock);
	if (!ours || store_node_get(t->store, dir, &n) < 0)
		return;
	lock_take(&t->lock);
	if (dir == STORE_ROOT_INO)
		take_later(&t->root, &n);
	for (size_t i = 0; i < t->n; i++)
		if (t->l[i].list->root == dir)
			take_later(&t->l[i].dir, &n);
	lock_give(&t->lock);
	store_node_release(&n);
}

/* ---- life -------------------------------------------------------------------- */

int view_tree_new(struct store *st, struct view_tree **ret)
{
	struct view_tree *t = calloc(1, sizeof(*t));
	int r = -ENOMEM;

	if (!t)
		return r;
	t->store = st;
	lock_init(&t->lock, RANK_LEAF);
	t->people = resolve_new();
	if (t->people)
		r = view_forms_new(st, &t->forms);
	if (r == 0)
		r = view_tree_reload(t, 0);
	if (r < 0) {
		view_tree_free(t);
		return r;
	}
	*ret = t;
	return 0;
}

struct view_tree *view_tree_free(struct view_tree *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < t->n; i++)
		release_entry(&t->l[i]);
	free(t->l);
	store_node_release(&t->root);
	resolve_free(t->people);
	view_forms_free(t->forms);
	lock_release(&t->lock);
	free(t);
	return NULL;
}

void view_tree_watch(struct view_tree *t, const struct store_watch *w)
{
	store_set_watch(t->store, w);
}

uint64_t view_tree_version(const struct view_tree *t)
{
	return store_commits(t->store);
}

struct view_forms *view_tree_forms(const struct view_tree *t)
{
	return t->forms;
}

const char *view_tree_dir(const struct view_tree *t)
{
	return store_dir(t->store);
}

/* ---- looking ------------------------------------------------------------------ */

int view_tree_list(struct view_tree *t, int64_t id, const struct view_list **ret)
{
	const struct tree_list *e;

	lock_take(&t->lock);
	e = find_by_id(t, id);
	if (e)
		*ret = ref_list(e->list);
	lock_give(&t->lock);
	return e ? 0 : -ENOENT;
}

static void dir_attr(const struct store_node *n, unsigned mode, struct view_attr *ret)
{
	*ret = (struct view_attr) {
		.ino = n->ino, .list = n->list, .parent = n->parent, .kind = n->kind, .mode = mode,
		.mtime = n->mtime, .ctime = n->ctime, .version = n->version, .named = true,
	};
}

/* The root takes no new entries from programs, so that desktops offer to delete, not a trash folder. */
static void root_attr(const struct store_node *n, struct view_attr *ret)
{
	dir_attr(n, 0555, ret);
}

static void list_attr(const struct tree_list *e, struct view_attr *ret)
{
	dir_attr(&e->dir, e->list->writable ? 0755 : 0555, ret);
}

int tree_known_dir(struct view_tree *t, int64_t ino, struct view_attr *ret)
{
	bool found = ino == STORE_ROOT_INO;

	lock_take(&t->lock);
	if (found)
		root_attr(&t->root, ret);
	for (size_t i = 0; i < t->n && !found; i++)
		if (t->l[i].list->root == ino) {
			list_attr(&t->l[i], ret);
			found = true;
		}
	lock_give(&t->lock);
	return found;
}

int tree_find_list(struct view_tree *t, const char *name, struct view_attr *ret)
{
	bool found = false;

	lock_take(&t->lock);
	for (size_t i = 0; i < t->n && !found; i++)
		if (strcmp(t->l[i].list->name, name) == 0) {
			list_attr(&t->l[i], ret);
			found = true;
		}
	lock_give(&t->lock);
	return found ? 0 : -ENOENT;
}

/* One entry of the table, held; false: there are not so many. */
static bool nth(struct view_tree *t, size_t i, const struct view_list **ret_list, struct view_attr *ret)
{
	bool there;

	lock_take(&t->lock);
	there = i < t->n;
	if (there) {
		*ret_list = ref_list(t->l[i].list);
		list_attr(&t->l[i], ret);
	}
	lock_give(&t->lock);
	return there;
}

int tree_each_list(struct view_tree *t,
		   int (*fn)(void *arg, const char *name, const struct view_attr *a), void *arg)
{
	const struct view_list *l;
	struct view_attr a;
	int r = 0;

	for (size_t i = 0; r == 0 && nth(t, i, &l, &a); i++) {
		r = fn(arg, l->name, &a);
		view_list_unref(l);
	}
	return r;
}
