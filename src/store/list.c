#include "store/list.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "conn.h"
#include "store/node.h"
#include "word.h"

static const char *const state_word[] = {
	[STORE_LIST_NEW] = "new",
	[STORE_LIST_OK] = "ok",
	[STORE_LIST_GONE] = "gone",
	[STORE_LIST_FORBIDDEN] = "forbidden",
};

static_assert(WORD_COUNT(state_word) == STORE_LIST_FORBIDDEN + 1, "a word for each state");

void store_list_release(struct store_list *l)
{
	free(l->site);
	free(l->name);
	list_release(&l->info);
	free(l->token);
	free(l->perm_text);
	free(l->error);
	*l = (struct store_list) STORE_LIST_INIT;
}

const char *store_list_read_only(const struct store_list *l)
{
	if (l->state == STORE_LIST_GONE)
		return "it does not exist on the server any more";
	if (l->state == STORE_LIST_FORBIDDEN)
		return "the server refuses it";
	if (l->info.flags & LIST_FROZEN)
		return "the configuration says so (mode = 2003)";
	if (l->info.flags & LIST_EXTERNAL)
		return "its rows are another system's";
	if (list_is_old(&l->info))
		return "the server is older than SharePoint 2007";
	if (l->info.flags & LIST_EXCLUDED)
		return "its site excludes it from offline use (ExcludeFromOfflineClient)";
	return l->info.write_security == 4 ? "nobody may change its items (WriteSecurity)" : NULL;
}

/* Columns of the LIST_ statements in queries.sql. */
enum {
	COL_ID, COL_SITE, COL_NAME, COL_ROOT, COL_STATE, COL_TOKEN, COL_PERM_TEXT, COL_PERM, COL_LAST_SYNC, COL_MINUTES,
	COL_RECOMMENDED, COL_GENERATION, COL_ERROR, COL_INFO, COL_FORMAT
};

static int read_texts(const struct stmt *st, struct store_list *ret)
{
	const struct {
		char **to;
		int col;
	} text[] = {
		{ &ret->site, COL_SITE }, { &ret->name, COL_NAME }, { &ret->token, COL_TOKEN },
		{ &ret->perm_text, COL_PERM_TEXT }, { &ret->error, COL_ERROR },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(text) / sizeof(*text); i++)
		r = str_set(text[i].to, stmt_text(st, text[i].col));
	return r;
}

/* ret->id is set. */
static int read_info(struct store *s, const void *p, size_t n, struct store_list *ret)
{
	int r;

	lock_take(&s->pool);
	r = list_recall(p, n, &s->columns[(uint64_t) ret->id % COLUMNS_KNOWN], &ret->info);
	lock_give(&s->pool);
	return r;
}

static int read_list(struct store *s, const struct stmt *st, struct store_list *ret)
{
	size_t n;
	const void *info = stmt_blob(st, COL_INFO, &n);
	int r = word_find(state_word, WORD_COUNT(state_word), stmt_text(st, COL_STATE));

	if (r < 0)
		return r;
	ret->state = (enum store_list_state) r;
	ret->id = stmt_i64(st, COL_ID);
	ret->root = stmt_i64(st, COL_ROOT);
	ret->perm = (uint64_t) stmt_i64(st, COL_PERM);
	ret->last_sync = stmt_i64(st, COL_LAST_SYNC);
	ret->min_minutes = (int) stmt_i64(st, COL_MINUTES);
	ret->recommended_seconds = (int) stmt_i64(st, COL_RECOMMENDED);
	ret->generation = stmt_i64(st, COL_GENERATION);
	r = read_texts(st, ret);
	if (r == 0)
		r = read_info(s, info, n, ret);
	return r < 0 ? r : str_set(&ret->info.format, stmt_text(st, COL_FORMAT));
}

static int take_one(struct store *s, int r, struct stmt *st, struct store_list *ret)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = read_list(s, st, &l);
	if (r < 0)
		return r;
	store_list_release(ret);
	*ret = l;
	l = (struct store_list) STORE_LIST_INIT;
	return 0;
}

/* The directory's node, and the list's row that names it. */
static int make_root(struct store *s, int64_t list, const char *name)
{
	int64_t now = clock_now_ns();
	struct store_node n = {
		.list = list,
		.parent = STORE_ROOT_INO,
		.name = (char *) name, /* only read */
		.kind = STORE_NODE_LIST,
		.mode = 0755,
		.mtime = now,
		.ctime = now,
	};
	int r = store_node_add(s, &n);

	if (r == 0)
		r = conn_run(s, Q_LIST_SET_ROOT, "ii", list, n.ino);
	return r < 0 ? r : 0;
}

int store_list_add(struct store *s, const char *site, const char *name, const struct list *info, int64_t *ret_id)
{
	struct buf *packed;
	int64_t id = 0;
	int r = conn_pack(s, 0, &packed);

	if (r == 0)
		r = list_pack(info, packed);
	if (r == 0)
		r = conn_run(s, Q_LIST_ADD, "ttttibt", site, info->id, name, state_word[STORE_LIST_NEW],
			     (int64_t) PERM_FULL, buf_str(packed), packed->len, info->format);
	if (r >= 0)
		r = conn_last_id(s, &id);
	if (r == 0)
		r = make_root(s, id, name);
	if (r == 0)
		*ret_id = id;
	return r;
}

int store_list_get(struct store *s, int64_t id, struct store_list *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_LIST_GET, "i", id);

	return take_one(s, r, st, ret);
}

int store_list_find(struct store *s, const char *name, struct store_list *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_LIST_FIND, "t", name);

	return take_one(s, r, st, ret);
}

int store_list_find_guid(struct store *s, const char *site, const char *guid, struct store_list *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_LIST_FIND_GUID, "tt", site, guid);

	return take_one(s, r, st, ret);
}

int store_list_each(struct store *s, int (*fn)(void *arg, const struct store_list *l), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_LIST_EACH, "");

	while (r >= 0 && (r = stmt_step(st)) > 0) {
		CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

		r = read_list(s, st, &l);
		if (r == 0)
			r = fn(arg, &l);
	}
	return r;
}

int store_list_put(struct store *s, const struct store_list *l)
{
	struct buf *packed;
	int r = conn_pack(s, 0, &packed);

	if (r == 0)
		r = list_pack(&l->info, packed);
	if (r < 0)
		return r;
	r = conn_run(s, Q_LIST_PUT, "ittttiidditbt", l->id, l->info.id, state_word[l->state], l->token, l->perm_text,
		     (int64_t) l->perm, l->last_sync, l->min_minutes, l->recommended_seconds, l->generation, l->error,
		     buf_str(packed), packed->len, l->info.format);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int store_list_remove(struct store *s, int64_t id)
{
	/* Texts are found through nodes, forms through items. */
	static const enum query q[] = {
		Q_LIST_DELETE_TEXTS, Q_LIST_DELETE_NODES, Q_LIST_DELETE_FORMS, Q_LIST_DELETE_ITEMS,
		Q_LIST_DELETE_VACANCIES, Q_LIST_DELETE_JOURNAL, Q_LIST_DELETE,
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(q) / sizeof(*q); i++)
		r = conn_run(s, q[i], "i", id);
	return r < 0 ? r : 0;
}
