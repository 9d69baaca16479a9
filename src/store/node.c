#include "store/node.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "conn.h"
#include "store/unsent.h"
#include "word.h"

static const char *const kind_word[] = {
	[STORE_NODE_ROOT] = "root",
	[STORE_NODE_LIST] = "list",
	[STORE_NODE_FOLDER] = "folder",
	[STORE_NODE_ITEM] = "item",
	[STORE_NODE_DOCUMENT] = "document",
	[STORE_NODE_DRAFT] = "draft",
	[STORE_NODE_SCRATCH] = "scratch",
	[STORE_NODE_SCRATCH_DIR] = "scratch dir",
	[STORE_NODE_SYMLINK] = "symlink",
	[STORE_NODE_ATTACHMENTS] = "attachments",
	[STORE_NODE_GHOST] = "ghost",
};

static_assert(WORD_COUNT(kind_word) == STORE_NODE_KIND_COUNT, "a word for each kind");

void store_node_release(struct store_node *n)
{
	free(n->name);
	free(n->target);
	free(n->error);
	*n = (struct store_node) STORE_NODE_INIT;
}

/* ---- reading ----------------------------------------------------------- */

/* Columns of the NODE_ statements in queries.sql. */
enum {
	COL_INO, COL_LIST, COL_PARENT, COL_NAME, COL_KIND, COL_ITEM, COL_MODE, COL_SIZE, COL_MTIME, COL_CTIME,
	COL_VERSION, COL_EXPIRES, COL_TARGET, COL_ERROR
};

/* A node whose strings are the row's: valid until the next step, not to be released. */
static int borrow_node(const struct stmt *st, struct store_node *ret)
{
	int kind = word_find(kind_word, WORD_COUNT(kind_word), stmt_text(st, COL_KIND));

	if (kind < 0)
		return kind;
	*ret = (struct store_node) {
		.ino = stmt_i64(st, COL_INO),
		.list = stmt_i64(st, COL_LIST),
		.parent = stmt_i64(st, COL_PARENT),
		.name = (char *) stmt_text(st, COL_NAME),
		.kind = (enum store_node_kind) kind,
		.item = stmt_i64(st, COL_ITEM),
		.mode = (int) stmt_i64(st, COL_MODE),
		.size = stmt_i64(st, COL_SIZE),
		.mtime = stmt_i64(st, COL_MTIME),
		.ctime = stmt_i64(st, COL_CTIME),
		.version = stmt_i64(st, COL_VERSION),
		.expires = stmt_i64(st, COL_EXPIRES),
		.target = (char *) stmt_text(st, COL_TARGET),
		.error = (char *) stmt_text(st, COL_ERROR),
	};
	return 0;
}

/* Replaces *ret, which keeps what it had on failure. */
static int copy_node(const struct store_node *n, struct store_node *ret)
{
	CLEANUP(store_node_release_p) struct store_node c = STORE_NODE_INIT;
	int r = str_set(&c.name, n->name);

	if (r == 0)
		r = str_set(&c.target, n->target);
	if (r == 0)
		r = str_set(&c.error, n->error);
	if (r < 0)
		return r;
	store_node_release(ret);
	*ret = *n;
	ret->name = c.name;
	ret->target = c.target;
	ret->error = c.error;
	c = (struct store_node) STORE_NODE_INIT;
	return 0;
}

/* The one row of a query that was asked for with result r. */
static int take_one(int r, struct stmt *st, struct store_node *ret)
{
	struct store_node n;

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = borrow_node(st, &n);
	return r < 0 ? r : copy_node(&n, ret);
}

static int walk(int r, struct stmt *st, int (*fn)(void *arg, const struct store_node *n), void *arg)
{
	while (r == 0 && (r = stmt_step(st)) > 0) {
		struct store_node n;

		r = borrow_node(st, &n);
		if (r == 0)
			r = fn(arg, &n);
	}
	return r;
}

int store_node_get(struct store *s, int64_t ino, struct store_node *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_NODE_GET, "i", ino);

	return take_one(r, st, ret);
}

int store_node_lookup(struct store *s, int64_t parent, const char *name, struct store_node *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_NODE_LOOKUP, "it", parent, name);

	return take_one(r, st, ret);
}

int store_node_of_item(struct store *s, int64_t item, struct store_node *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_NODE_OF_ITEM, "z", item);

	return take_one(r, st, ret);
}

int store_node_children(struct store *s, int64_t parent, int64_t after,
			int (*fn)(void *arg, const struct store_node *n), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_NODE_CHILDREN, "ii", parent, after);

	return walk(r, st, fn, arg);
}

int store_node_between(struct store *s, int64_t parent, const char *from, const char *to,
		       int (*fn)(void *arg, const struct store_node *n), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_NODE_BETWEEN, "itt", parent, from, to);

	return walk(r, st, fn, arg);
}

int store_node_has_children(struct store *s, int64_t parent)
{
	return conn_exists(s, Q_NODE_HAS_CHILDREN, "i", parent);
}

int store_node_attachments(struct store *s, int64_t item, struct store_node *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_NODE_ATTACHMENTS, "i", item);

	return take_one(r, st, ret);
}

int store_node_has_attached(struct store *s, int64_t dir)
{
	return conn_exists(s, Q_NODE_HAS_ATTACHED, "i", dir);
}

int store_node_errors(struct store *s, int64_t list, int (*fn)(void *arg, const struct store_node *n), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_NODE_ERRORS, "i", list);

	return walk(r, st, fn, arg);
}

int store_node_count(struct store *s, int64_t list, enum store_node_kind kind, int64_t *ret)
{
	return list ? conn_number(s, ret, Q_NODE_COUNT, "it", list, kind_word[kind])
		    : conn_number(s, ret, Q_NODE_COUNT_ALL, "t", kind_word[kind]);
}

/* ---- writing ----------------------------------------------------------- */

/* Binds all columns of a NODE_ADD or NODE_PUT statement. Returns how many rows it changed. */
static int write_node(struct store *s, enum query q, const struct store_node *n)
{
	return conn_run(s, q, "ziittzdiiiiitt", n->ino, n->list, n->parent, n->name, kind_word[n->kind], n->item,
			n->mode, n->size, n->mtime, n->ctime, n->version, n->expires, n->target, n->error);
}

/* Ghosts are rare: the slot is tried first, and only a refusal looks for one. */
static int write_over_ghost(struct store *s, enum query q, const struct store_node *n)
{
	int r = write_node(s, q, n);

	if (r != -EEXIST)
		return r;
	r = conn_run(s, Q_NODE_DROP_GHOST, "it", n->parent, n->name);
	if (r <= 0)
		return r < 0 ? r : -EEXIST;
	return write_node(s, q, n);
}

int store_node_add(struct store *s, struct store_node *n)
{
	int r;

	n->ino = 0; /* SQLite chooses the next */
	r = write_over_ghost(s, Q_NODE_ADD, n);
	return r < 0 ? r : conn_last_id(s, &n->ino);
}

int store_node_put(struct store *s, const struct store_node *n)
{
	int r = write_node(s, Q_NODE_PUT_KEPT, n);

	if (r == 0)
		r = write_over_ghost(s, Q_NODE_PUT, n);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static bool is_dir(enum store_node_kind kind)
{
	return kind == STORE_NODE_ROOT || kind == STORE_NODE_LIST || kind == STORE_NODE_FOLDER ||
	       kind == STORE_NODE_SCRATCH_DIR || kind == STORE_NODE_ATTACHMENTS;
}

/* Deleted and added, because only an INSERT makes SQLite count the number as used. */
int store_node_renumber(struct store *s, int64_t ino, int64_t *ret_ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_get(s, ino, &n);

	if (r == 0 && is_dir(n.kind))
		r = -EISDIR;
	if (r == 0)
		r = conn_run(s, Q_NODE_DELETE, "i", ino);
	if (r >= 0)
		r = store_node_add(s, &n);
	if (r == 0)
		r = conn_run(s, Q_TEXT_MOVE, "ii", ino, n.ino);
	if (r >= 0)
		r = conn_run(s, Q_UNSAVED_MOVE, "ii", ino, n.ino);
	if (r >= 0)
		r = conn_run(s, Q_PIN_MOVE, "ii", ino, n.ino);
	if (r < 0)
		return r;
	*ret_ino = n.ino;
	return 0;
}

int store_node_delete(struct store *s, int64_t ino)
{
	int r = conn_run(s, Q_TEXT_DELETE, "i", ino);

	if (r >= 0)
		r = store_unsaved_delete(s, ino);
	if (r >= 0)
		r = conn_run(s, Q_NODE_DELETE, "i", ino);
	return r < 0 ? r : 0;
}

int store_node_drop_ghosts(struct store *s, int64_t item, int64_t now)
{
	int r = item ? conn_run(s, Q_NODE_DROP_GHOSTS, "i", item) : conn_run(s, Q_NODE_DROP_EXPIRED, "i", now);

	return r < 0 ? r : 0;
}

int store_node_touch(struct store *s, int64_t ino, int64_t now)
{
	int r = conn_run(s, Q_NODE_TOUCH, "ii", ino, now);

	return r < 0 ? r : 0;
}
