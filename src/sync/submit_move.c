#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "apply.h"
#include "attach.h"
#include "doc.h"
#include "local.h"
#include "place.h"
#include "show.h"
#include "vacancy.h"

/*
 * Renaming in libraries. The node moves at once; the server's path of the item stays what it is, until the server has
 * moved the file (upload.c): what is to be told is at any time the difference between the two, and renaming twice is
 * telling once.
 */

struct moving {
	struct store_node n;     /* owned; what moves */
	struct local_item i;     /* owned */
	struct store_node dir;   /* owned; where to */
	const char *name;        /* foreign */
	struct store_node there; /* owned; ino 0: none */
	int64_t waits;           /* the item that stands there or waits for the slot; 0 */
	int hold_ms;             /* how long a new document of that name waits */
	bool vacated;
};

static void moving_release(struct moving *m)
{
	store_node_release(&m->n);
	local_item_release(&m->i);
	store_node_release(&m->dir);
	store_node_release(&m->there);
}

bool local_item_is_unsent(const struct local_item *i)
{
	for (size_t k = 0; k < i->p.n; k++) {
		enum store_change_state st = i->p.v[k].c.state;

		if (!i->p.v[k].gone && st != STORE_CHANGE_QUEUED && st != STORE_CHANGE_REFUSED)
			return false;
	}
	return !i->it.item.id;
}

int local_item_path(struct txn *t, int64_t dir, const char *name, struct item *i)
{
	CLEANUP(store_node_release_p) struct store_node d = STORE_NODE_INIT;
	CLEANUP(str_free_p) char *above = NULL;
	char *path;
	int r = store_node_get(t->st, dir, &d);

	if (r == 0)
		r = local_dir_path(t, &d, &above);
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	path = str_printf("%s%s%s", above, *above ? "/" : "", name);
	if (!path)
		return -ENOMEM;
	str_free_p(&i->path);
	i->path = path;
	return 0;
}

/* ---- who is in the way -------------------------------------------------------------------- */

static int find_target(struct txn *t, struct moving *m)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	int r = store_node_lookup(t->st, m->dir.ino, m->name, &m->there);

	if (r == 0 && m->there.kind != STORE_NODE_GHOST) {
		m->waits = m->there.kind == STORE_NODE_DOCUMENT ? m->there.item : 0;
		return 0;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	store_node_release(&m->there);
	r = local_vacancy(t, m->dir.ino, m->name, &v);
	m->vacated = r > 0;
	m->waits = r > 0 && v.item != m->n.item ? v.item : 0;
	return r < 0 ? r : 0;
}

static int end_vacancy(struct txn *t, struct moving *m)
{
	int r = m->vacated ? store_vacancy_delete(t->st, m->dir.ino, m->name) : 0;

	m->vacated = false;
	return r;
}

/* The new name is the one that the server knows it by. */
static bool is_home(struct txn *t, const struct moving *m, const struct item *i)
{
	CLEANUP(item_release_p) struct item there = ITEM_INIT;

	return local_item_path(t, m->dir.ino, m->name, &there) == 0 && str_eq(there.path, i->path);
}

/* What the server has under that name goes first; MOVE must find it free. */
static int delete_target(struct txn *t, struct moving *m)
{
	CLEANUP(local_item_release) struct local_item i = LOCAL_ITEM_INIT;
	int r = local_item_load(t, m->waits, &i);

	if (r == 0)
		r = local_may(&t->list, &i.it.item, PERM_DELETE);
	if (r == 0)
		r = end_vacancy(t, m);
	if (r == 0 && m->there.ino)
		r = place_strip(t, &m->there, NULL);
	return r < 0 ? r : local_item_delete(t, &i, m->name);
}

/* Somebody still writes it. */
static bool is_written(const struct pending *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone && p->v[i].c.change.op == CHANGE_STORE && p->v[i].c.change.content.due == INT64_MAX)
			return true;
	return false;
}

/* The bytes of `mine`, as a save of the document's; and its name, where others have moved it since it was removed here. */
static int take_bytes(struct txn *t, const struct moving *m, const struct pending_row *mine, struct local_item *to)
{
	const struct sync_content c = { .file = mine->c.change.content.file, .size = mine->c.change.content.size };
	struct pending_row *row;
	int r = local_item_bytes(t, to, &c, m->name);

	if (r == 0 && to->it.item.id && !pending_find(&to->p, CHANGE_MOVE) && !is_home(t, m, &to->it.item))
		r = local_item_change(t, to, CHANGE_MOVE, NULL, m->name);
	if (r == 0)
		r = attach_takes_over(t, to, mine->c.change.name);
	row = is_written(&m->i.p) ? doc_latest(&to->p) : NULL;
	if (r < 0 || !row)
		return r;
	row->c.change.content.due = INT64_MAX;
	row->changed = true;
	return pending_store(t->st, &to->p);
}

/* The bytes of a file that is only here become those of the document whose name it takes. */
static int give_bytes(struct txn *t, struct moving *m)
{
	CLEANUP(local_item_release) struct local_item to = LOCAL_ITEM_INIT;
	const struct pending_row *mine = doc_latest(&m->i.p);
	int r = mine ? local_item_load(t, m->waits, &to) : -ESTALE;

	if (r == 0)
		r = local_may(&t->list, &to.it.item, PERM_EDIT);
	if (r == 0)
		r = take_bytes(t, m, mine, &to);
	if (r == 0)
		r = end_vacancy(t, m);
	if (r == 0 && m->there.ino)
		r = place_strip(t, &m->there, NULL);
	if (r < 0)
		return r;
	m->n.item = to.it.id;
	m->n.mode = show_mode(&t->list, &to.it.item);
	r = store_node_put(t->st, &m->n);
	return r < 0 ? r : local_item_delete(t, &m->i, m->name);
}

/* An empty folder gives way, unless something of it is on its way to the server just now. */
static int clear_folder(struct txn *t, struct moving *m)
{
	CLEANUP(local_item_release) struct local_item to = LOCAL_ITEM_INIT;
	int r = local_item_load(t, m->there.item, &to);

	if (r == 0 && pending_any(&to.p) && !local_item_is_unsent(&to))
		r = -ENOTEMPTY;
	return r < 0 ? r : local_remove_folder(t, &m->there);
}

static int clear_target(struct txn *t, struct moving *m)
{
	if (m->there.ino == m->n.ino || (!m->waits && !m->there.ino))
		return end_vacancy(t, m);
	if (!m->waits && m->there.kind == STORE_NODE_FOLDER)
		return m->n.kind == STORE_NODE_FOLDER ? clear_folder(t, m) : -EEXIST;
	if (!m->waits) /* something local */
		return local_replace(t, m->there.ino, m->n.kind == STORE_NODE_FOLDER);
	if (m->n.kind == STORE_NODE_FOLDER)
		return m->there.ino ? -ENOTDIR : delete_target(t, m);
	return local_item_is_unsent(&m->i) ? give_bytes(t, m) : delete_target(t, m);
}

/* ---- what moves ------------------------------------------------------------------------------ */

/*
 * How long a new document waits is its name's matter: rsync's .a.txt.Xq3z8d may be gone in a moment, a.txt will not. One
 * that is still written to, or whose time has come, is left alone.
 */
static void hold_anew(struct txn *t, struct moving *m)
{
	for (size_t i = 0; i < m->i.p.n; i++) {
		struct pending_row *row = &m->i.p.v[i];
		int64_t *due = &row->c.change.content.due;

		if (row->gone || row->c.change.op != CHANGE_STORE || *due <= t->now || *due == INT64_MAX)
			continue;
		*due = t->now + (int64_t) m->hold_ms * 1000000;
		row->changed = true;
		txn_hold(t, *due);
	}
}

/* It is made under its new name, wherever that is. */
static int move_unsent(struct txn *t, struct moving *m)
{
	struct pending_row *row = pending_find(&m->i.p, CHANGE_NEW_FOLDER);
	int r = local_item_path(t, m->dir.ino, m->name, &m->i.it.item);

	hold_anew(t, m);
	if (r == 0 && row) {
		row->changed = true;
		r = str_set(&row->c.change.name, m->name);
	}
	/* What was refused is another thing under another name. */
	if (r == 0)
		r = local_item_retry(t, &m->i);
	return r < 0 ? r : store_item_put(t->st, &m->i.it);
}

static int tell_server(struct txn *t, struct moving *m)
{
	struct pending_row *row = pending_find(&m->i.p, CHANGE_MOVE);

	if (local_item_is_unsent(&m->i))
		return move_unsent(t, m);
	if (!is_home(t, m, &m->i.it.item))
		return local_item_change(t, &m->i, CHANGE_MOVE, NULL, m->name);
	if (row && (row->c.state == STORE_CHANGE_QUEUED || row->c.state == STORE_CHANGE_REFUSED)) {
		row->gone = true;
		return pending_store(t->st, &m->i.p);
	}
	return row ? local_item_change(t, &m->i, CHANGE_MOVE, NULL, m->name) : 0;
}

static bool may_move(const struct txn *t, const struct store_node *n)
{
	return n->name && (list_is_library(&t->list.info) || n->kind == STORE_NODE_DOCUMENT) &&
	       (n->kind == STORE_NODE_DOCUMENT || n->kind == STORE_NODE_FOLDER);
}

static int find_dir(struct txn *t, int64_t dir, struct moving *m)
{
	int r = store_node_get(t->st, dir, &m->dir);

	if (r == -ENOENT || (r == 0 && m->dir.kind != STORE_NODE_LIST && m->dir.kind != STORE_NODE_FOLDER &&
			    m->dir.kind != STORE_NODE_ATTACHMENTS))
		return -ESTALE;
	return r == 0 && m->dir.list != m->n.list ? -EXDEV : r;
}

static int begin(struct txn *t, int64_t ino, int64_t to_parent, struct moving *m)
{
	int r = local_begin(t, ino, &m->n);

	if (r == 0 && !may_move(t, &m->n))
		r = -ESTALE;
	if (r == 0)
		r = find_dir(t, to_parent, m);
	if (r == 0)
		r = local_name(m->name);
	if (r == 0)
		r = local_check_above(t, ino, to_parent);
	if (r == 0)
		r = local_item_load(t, m->n.item, &m->i);
	if (r == 0 && m->i.it.item.owner && (m->dir.item != m->i.it.item.owner || !local_item_is_unsent(&m->i)))
		r = -EXDEV;
	return r < 0 ? r : local_may(&t->list, &m->i.it.item, PERM_EDIT);
}

int sync_submit_rename(struct sync *s, int64_t ino, int64_t to_parent, const char *to_name, int hold_ms)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(local_config(s));
	CLEANUP(moving_release) struct moving m = { .i = LOCAL_ITEM_INIT, .name = to_name, .hold_ms = hold_ms };
	int64_t item;
	int r = begin(&t, ino, to_parent, &m);

	if (r < 0 || (m.n.parent == to_parent && strcmp(m.n.name, to_name) == 0))
		return r;
	item = m.n.item;
	r = find_target(&t, &m);
	if (r == 0)
		r = clear_target(&t, &m);
	str_free_p(&m.n.error);
	if (r == 0)
		r = place_move(&t, &m.n, to_parent, to_name, false);
	/* Its own item has gone, when it has given its bytes to another. */
	if (r == 0 && m.n.item == item)
		r = tell_server(&t, &m);
	return r < 0 ? r : LOCAL_COMMIT(s, &t, "rename");
}
