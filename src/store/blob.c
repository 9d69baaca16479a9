#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "blobdir.h"
#include "conn.h"

/*
 * When contents were used is noted in memory and stored with the next addition:
 * reading from the cache must not write to the disk. What a kill loses of it makes
 * the choice of what goes a little worse.
 */
enum { USES = 1024, VICTIMS = 256 };

struct blob_use {
	int64_t item;
	int64_t when; /* wall clock ns */
};

struct store_blobs {
	/* immutable */
	struct store *st; /* foreign */
	char *dir;        /* owned; .../blobs */
	int64_t max;

	struct lock lock; /* RANK_LEAF; the rest */
	int64_t total;
	struct blob_use use[USES]; /* a ring */
	size_t n_uses;    /* since they were stored */
};

void store_blob_release(struct store_blob *b)
{
	free(b->etag);
	fsutil_close_p(&b->fd);
	*b = (struct store_blob) STORE_BLOB_INIT;
}

/* ---- open and close ---------------------------------------------------------------- */

static int has_row(void *arg, int64_t item, int64_t version)
{
	struct store_blobs *b = arg;

	return conn_exists(b->st, Q_BLOB_HAS, "ii", item, version);
}

/* Contents of items that are gone. */
static int drop_gone(struct store_blobs *b)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(b->st);

	if (r < 0)
		return r;
	txn = b->st;
	r = conn_run(b->st, Q_BLOB_DROP_GONE, "");
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(b->st);
}

static int prepare(struct store_blobs *b, const char *dir)
{
	int r;

	lock_init(&b->lock, RANK_LEAF);
	b->dir = str_printf("%s/blobs", dir);
	r = b->dir ? blobdir_make(dir, b->dir) : -ENOMEM;
	if (r == 0)
		r = drop_gone(b);
	if (r == 0)
		r = blobdir_sweep(b->dir, has_row, b);
	if (r == 0)
		r = conn_number(b->st, &b->total, Q_BLOB_TOTAL, "");
	return r;
}

int store_blobs_open(struct store *st, const char *dir, int64_t max, struct store_blobs **ret, struct err *err)
{
	struct store_blobs *b = calloc(1, sizeof(*b));
	int r = b ? 0 : -ENOMEM;

	if (r == 0) {
		b->st = st;
		b->max = max;
		r = prepare(b, dir);
	}
	if (r < 0) {
		store_blobs_close(b);
		return err_set(err, r, "%s: %s", dir, err_text(NULL, r));
	}
	*ret = b;
	return 0;
}

/* ---- uses ------------------------------------------------------------------------------ */

static void note_use(struct store_blobs *b, int64_t item)
{
	lock_take(&b->lock);
	b->use[b->n_uses % USES] = (struct blob_use) { item, clock_now_ns() };
	b->n_uses++;
	lock_give(&b->lock);
}

/* Takes one that is not stored yet. */
static bool take_use(struct store_blobs *b, struct blob_use *ret)
{
	bool any;

	lock_take(&b->lock);
	if (b->n_uses > USES)
		b->n_uses = USES; /* older ones were overwritten */
	any = b->n_uses > 0;
	if (any)
		*ret = b->use[--b->n_uses];
	lock_give(&b->lock);
	return any;
}

/* In a transaction. */
static int store_uses(struct store_blobs *b)
{
	struct blob_use u;
	int r = 0;

	while (r >= 0 && take_use(b, &u))
		r = conn_run(b->st, Q_BLOB_USED, "ii", u.item, u.when);
	return r < 0 ? r : 0;
}

static int store_last_uses(struct store_blobs *b)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(b->st);

	if (r < 0)
		return r;
	txn = b->st;
	r = store_uses(b);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(b->st);
}

struct store_blobs *store_blobs_close(struct store_blobs *b)
{
	if (!b)
		return NULL;
	if (b->n_uses && store_last_uses(b) < 0)
		log_info("when documents were read last is not stored");
	if (b->dir)
		lock_release(&b->lock);
	free(b->dir);
	free(b);
	return NULL;
}

/* ---- reading --------------------------------------------------------------------------- */

enum { COL_VERSION, COL_LISTED, COL_SIZE, COL_ETAG };

static int read_row(const struct stmt *st, int64_t item, struct store_blob *ret, bool *ret_here)
{
	ret->item = item;
	ret->version = stmt_i64(st, COL_VERSION);
	*ret_here = !stmt_is_null(st, COL_SIZE);
	ret->size = stmt_i64(st, *ret_here ? COL_SIZE : COL_LISTED);
	return str_set(&ret->etag, stmt_text(st, COL_ETAG));
}

static int find_row(struct store_blobs *b, int64_t item, struct store_blob *ret, bool *ret_here)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(b->st, &st, Q_BLOB_FIND, "i", item);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return read_row(st, item, ret, ret_here);
}

int store_blob_find(struct store_blobs *b, int64_t item, struct store_blob *ret)
{
	bool here;
	int r;

	store_blob_release(ret);
	r = find_row(b, item, ret, &here);
	if (r == 0 && here) {
		ret->fd = blobdir_open(b->dir, item, ret->version, ret->size);
		if (ret->fd >= 0)
			note_use(b, item);
	}
	if (r < 0)
		store_blob_release(ret);
	return r;
}

int store_blob_open(struct store_blobs *b, int64_t item, int64_t version)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(b->st, &st, Q_BLOB_GET, "i", item);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0 || stmt_i64(st, 0) != version)
		return r < 0 ? r : -ENOENT;
	r = blobdir_open(b->dir, item, version, stmt_i64(st, 1));
	return r < 0 ? -ENOENT : r;
}

int store_blob_follow(struct store_blobs *b, int64_t item, int64_t from, int64_t to)
{
	int r = conn_run(b->st, Q_BLOB_FOLLOW, "iii", item, from, to);

	if (r > 0)
		blobdir_move(b->dir, item, from, to);
	return r < 0 ? r : 0;
}

int store_blob_temp(struct store_blobs *b, int *ret_fd, char **ret_path)
{
	return blobdir_temp(b->dir, ret_fd, ret_path);
}

/* ---- what goes --------------------------------------------------------------------------- */

/* Files whose rows are gone, to be removed after the commit. */
struct victims {
	struct store_blobs *b;
	const struct store_blob_use *use;
	int64_t excess;  /* bytes that are still to go */
	int64_t bytes;   /* that went */
	size_t n;
	struct { int64_t item, version, size; } v[VICTIMS];
};

static bool is_used(const struct victims *v, int64_t item)
{
	return v->use && v->use->in_use(v->use->arg, item);
}

static void add_victim(struct victims *v, int64_t item, int64_t version, int64_t size)
{
	v->v[v->n].item = item;
	v->v[v->n].version = version;
	v->v[v->n++].size = size;
	v->bytes += size;
	v->excess -= size;
}

static int choose(struct victims *v)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = v->excess > 0 ? conn_ask(v->b->st, &st, Q_BLOB_OLDEST, "") : 0;

	while (r >= 0 && v->excess > 0 && v->n < VICTIMS && (r = stmt_step(st)) > 0)
		if (!is_used(v, stmt_i64(st, 0)))
			add_victim(v, stmt_i64(st, 0), stmt_i64(st, 1), stmt_i64(st, 2));
	return r < 0 ? r : 0;
}

/* In a transaction. */
static int evict(struct victims *v)
{
	size_t from = v->n;
	int r = choose(v);

	for (size_t i = from; r >= 0 && i < v->n; i++)
		r = conn_run(v->b->st, Q_BLOB_DELETE, "i", v->v[i].item);
	return r < 0 ? r : 0;
}

/* The transaction is durable: added bytes came, and what v says went. */
static void settle(struct victims *v, int64_t added)
{
	lock_take(&v->b->lock);
	v->b->total += added - v->bytes;
	lock_give(&v->b->lock);
	for (size_t i = 0; i < v->n; i++)
		blobdir_remove(v->b->dir, v->v[i].item, v->v[i].version);
}

int64_t store_blobs_total(struct store_blobs *b)
{
	int64_t total;

	lock_take(&b->lock);
	total = b->total;
	lock_give(&b->lock);
	return total;
}

int store_blob_shed(struct store_blobs *b, int64_t bytes, const struct store_blob_use *use)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	struct victims v = { .b = b, .use = use, .excess = bytes };
	int r = store_begin(b->st);

	if (r < 0)
		return r;
	txn = b->st;
	r = store_uses(b);
	if (r == 0)
		r = evict(&v);
	if (r < 0)
		return r;
	txn = NULL;
	r = store_commit(b->st);
	if (r == 0)
		settle(&v, 0);
	return r < 0 ? r : v.n > 0;
}

/* ---- what comes -------------------------------------------------------------------------- */

/* The file of the row that the new one replaces; one of the same version has the same name. */
static int replace(struct victims *v, const struct store_blob *new)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(v->b->st, &st, Q_BLOB_GET, "i", new->item);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r;
	if (stmt_i64(st, 0) == new->version)
		v->bytes += stmt_i64(st, 1);
	else
		add_victim(v, new->item, stmt_i64(st, 0), stmt_i64(st, 1));
	return 0;
}

static int put_row(struct store_blobs *b, const struct store_blob *new)
{
	int r = conn_run(b->st, Q_BLOB_PUT, "iitii", new->item, new->version, new->etag, new->size, clock_now_ns());

	return r < 0 ? r : 0;
}

/*
 * Lazily: a power cut that takes the row makes the file a stray one, which the next start sweeps, and one that brings
 * rows back whose files are gone makes them not here. Both cost a fetch; waiting for the disk would cost all fetches.
 */
static int add_row(struct store_blobs *b, const struct store_blob *new, struct victims *v)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin_lazy(b->st);

	if (r < 0)
		return r;
	txn = b->st;
	r = replace(v, new);
	if (r == 0)
		r = put_row(b, new);
	if (r == 0)
		r = store_uses(b);
	v->excess = store_blobs_total(b) + new->size - v->bytes - b->max;
	if (r == 0)
		r = evict(v);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(b->st);
}

int store_blob_add(struct store_blobs *b, const struct store_blob *new, const char *temp,
		   const struct store_blob_use *use)
{
	struct victims v = { .b = b, .use = use };
	int r = blobdir_place(b->dir, temp, new->item, new->version);

	if (r == 0)
		r = add_row(b, new, &v);
	if (r == 0)
		settle(&v, new->size);
	return r;
}

int store_blob_adopt(struct store_blobs *b, const struct store_blob *new, const char *path)
{
	CLEANUP(str_free_p) char *temp = NULL;
	struct victims v = { .b = b };
	int r = blobdir_take(b->dir, path, &temp);

	if (r == 0)
		r = blobdir_place(b->dir, temp, new->item, new->version);
	if (r == 0)
		r = replace(&v, new);
	if (r == 0)
		r = put_row(b, new);
	if (r == 0)
		settle(&v, new->size);
	return r;
}

int store_blob_pin(struct store_blobs *b, int64_t item, bool pinned)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(b->st);

	if (r < 0)
		return r;
	txn = b->st;
	r = conn_run(b->st, Q_BLOB_PIN, "id", item, (int) pinned);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	txn = NULL;
	return store_commit(b->st);
}
