#ifndef T_SYNC_CASE_RUN_H
#define T_SYNC_CASE_RUN_H

/* What the steps of a case do: the user's, the server's, and the engine's without its threads. */
#include "t_sync_case.h"

#include "engine.h"
#include "park.h"
#include "recover.h"
#include "vacancy.h"

enum mode { PLAIN, LIVES, KILLED, FAILING, MODES };

/* In memory shared with the process that runs a case, which may die. */
struct shared {
	int step, round;  /* which step is done, and which repetition of it */
	char why[1024];   /* what is not as it should be; "": all is */
};

struct case_run {
	const struct case_file *c;
	struct client *cl;
	struct shared *sh;
	enum mode mode;
	int point;        /* which crash or fault point; 0: none */
	bool again;       /* the step may have been done */
	const char *mark; /* this file is made when the fault happens */
	struct buf tree;
	int files;
};

/* ---- what fails and dies: only while the engine runs, not while the test looks or answers ----------------- */

static inline void arm(struct case_run *r, bool on)
{
	const char *name = r->mode == KILLED ? "SPFS_CRASH_AT" : "SPFS_FAULT";
	char text[16];

	snprintf(text, sizeof(text), "%d", r->point);
	if (on && r->point)
		setenv(name, text, 1);
	else
		unsetenv(name);
}

static inline bool has_fired(const struct case_run *r)
{
	return r->mark && access(r->mark, F_OK) == 0;
}

/* The fake behind a wall: its own calls never fail. */
struct wall {
	struct remote base;
	struct fake_remote inner;
	struct case_run *r;
};

struct wall_sink {
	const struct remote_sink *inner;
	struct case_run *r;
	int failed;
};

/* The fake wants its description to be taken; that it was not comes out at the end. */
static inline int wall_list(void *arg, const struct list *l)
{
	struct wall_sink *w = arg;

	arm(w->r, true);
	w->failed = w->inner->list(w->inner->arg, l);
	arm(w->r, false);
	return 0;
}

static inline int wall_id(void *arg, enum remote_id_change kind, int64_t id)
{
	struct wall_sink *w = arg;
	int r;

	if (w->failed < 0)
		return w->failed;
	arm(w->r, true);
	r = w->inner->id(w->inner->arg, kind, id);
	arm(w->r, false);
	return r;
}

static inline int wall_row(void *arg, struct item *row)
{
	struct wall_sink *w = arg;
	int r;

	if (w->failed < 0)
		return w->failed;
	arm(w->r, true);
	r = w->inner->row(w->inner->arg, row);
	arm(w->r, false);
	return r;
}

static inline enum remote_result wall_pull(struct remote *remote, const struct remote_pull *q, const struct remote_sink *sink,
				    struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f)
{
	struct wall *w = (struct wall *) remote;
	struct wall_sink ws = { sink, w->r, 0 };
	const struct remote_sink outer = { .list = wall_list, .id = wall_id, .row = wall_row, .arg = &ws };
	enum remote_result res;

	arm(w->r, false);
	res = fake_pull(&w->inner.base, q, &outer, ret, cancel, f);
	arm(w->r, true);
	return res == REMOTE_OK && ws.failed < 0 ? REMOTE_CANCELED : res;
}

static inline enum remote_result wall_push(struct remote *remote, const char *id, const struct schema *s,
				    const struct change *const changes[], size_t n, struct remote_outcome ret[],
				    const atomic_int *cancel, struct remote_fault *f)
{
	struct wall *w = (struct wall *) remote;
	enum remote_result res;

	arm(w->r, false);
	res = fake_push(&w->inner.base, id, s, changes, n, ret, cancel, f);
	arm(w->r, true);
	return res;
}

static inline void wall_make(struct wall *w, struct case_run *r)
{
	static const struct remote_ops ops = { .pull = wall_pull, .push = wall_push };

	*w = (struct wall) { .base.ops = &ops, .inner.f = r->cl->f, .r = r };
}

/* ---- the user's steps ---------------------------------------------------------------------------------------- */

static inline int64_t node_at(struct case_run *r, const char *path, const char **ret_leaf, int64_t *ret_parent)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	const char *slash = strchr(path, '/');
	int64_t parent = r->cl->root;
	int res;

	if (slash) {
		CLEANUP(str_free_p) char *dir = str_printf("%.*s", (int) (slash - path), path);

		parent = ino_of(r->cl, dir);
		path = slash + 1;
	}
	*ret_leaf = path;
	*ret_parent = parent;
	res = parent ? store_node_lookup(r->cl->st, parent, path, &n) : -ENOENT;
	assert_true(res == 0 || res == -ENOENT);
	return res == 0 && n.kind != STORE_NODE_GHOST ? n.ino : 0;
}

/* Whether the file's item has all these values, so that a step that may have been done is done. */
static inline bool has_values(struct case_run *r, int64_t ino, const struct values *v)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;

	if (store_node_get(r->cl->st, ino, &n) < 0 || !n.item || store_item_get(r->cl->st, n.item, &it) < 0)
		return false;
	for (size_t i = 0; i < v->n; i++)
		if (!str_eq(values_get(&it.item.values, v->v[i].name), *v->v[i].text ? v->v[i].text : NULL))
			return false;
	return true;
}

static inline int save_values(struct case_run *r, int64_t ino, int64_t item, int64_t parent, const char *name,
		       const struct values *v)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 16);
	struct sync_save save = { .ino = ino, .item = item, .parent = parent, .name = name, .fields = v };
	struct sync_saved saved;
	int res;

	for (size_t i = 0; i < v->n; i++)
		buf_addf(&text, "%s: %s\n", v->v[i].name, v->v[i].text);
	save.text = buf_str(&text);
	save.n = text.len;
	arm(r, true);
	res = sync_submit_save(r->cl->s, &save, &saved);
	arm(r, false);
	return res;
}

static inline int64_t item_behind(struct case_run *r, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	return store_node_get(r->cl->st, ino, &n) == 0 ? n.item : 0;
}

static inline int do_create(struct case_run *r, const struct case_step *s)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *title = NULL;
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);
	int res = 0;

	case_values(s, &v);
	title = str_printf("%.*s", (int) strcspn(leaf, "."), leaf);
	if (!values_get(&v, "Title"))
		assert_int_equal(values_set(&v, "Title", title), 0);
	if (ino && r->again && item_behind(r, ino))
		return 0;
	if (!ino) {
		arm(r, true);
		res = sync_submit_make(r->cl->s, parent, leaf, STORE_NODE_DRAFT, 0644, NULL, &ino);
		arm(r, false);
	}
	return res < 0 ? res : save_values(r, ino, 0, 0, NULL, &v);
}

static inline int do_save(struct case_run *r, const struct case_step *s)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);

	case_values(s, &v);
	if (!ino)
		return -ENOENT;
	return r->again && has_values(r, ino, &v) ? 0 : save_values(r, ino, item_behind(r, ino), 0, NULL, &v);
}

/* A new file beside it, renamed over it. */
static inline int do_replace(struct case_run *r, const struct case_step *s)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent), tmp = ino_of(r->cl, "tmp~");
	int res = 0;

	case_values(s, &v);
	if (!ino)
		return -ENOENT;
	if (r->again && has_values(r, ino, &v))
		return 0;
	if (!tmp) {
		arm(r, true);
		res = sync_submit_make(r->cl->s, parent, "tmp~", STORE_NODE_SCRATCH, 0600, NULL, &tmp);
		arm(r, false);
	}
	return res < 0 ? res : save_values(r, tmp, item_behind(r, ino), parent, leaf, &v);
}

static inline int find_vacancy(void *arg, const struct store_vacancy *v)
{
	*(int64_t *) arg = v->item;
	return 1;
}

/* Removed and written anew, before its grace is over. */
static inline int do_recreate(struct case_run *r, const struct case_step *s)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent), item = 0;
	int res = 0;

	case_values(s, &v);
	if (ino && r->again && has_values(r, ino, &v))
		return 0;
	arm(r, true);
	if (ino)
		res = sync_submit_unlink(r->cl->s, ino);
	arm(r, false);
	if (res < 0 || store_vacancy_each(r->cl->st, INT64_MAX, find_vacancy, &item) <= 0)
		return res < 0 ? res : -ENOENT;
	arm(r, true);
	res = sync_submit_bind(r->cl->s, parent, leaf, item, &ino);
	arm(r, false);
	return res < 0 ? res : save_values(r, ino, item, 0, NULL, &v);
}

static inline int do_name(struct case_run *r, const struct case_step *s)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *name = str_printf("%s%s", s->word[2], case_is(s, 0, "rename") ? ".txt" : "");
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);
	int res;

	if (!ino)
		return r->again ? 0 : -ENOENT;
	arm(r, true);
	if (case_is(s, 0, "rename-dir")) {
		res = sync_submit_rename_folder(r->cl->s, ino, name);
	} else {
		arm(r, false);
		assert_int_equal(values_set(&v, "Title", s->word[2]), 0);
		arm(r, true);
		res = sync_submit_retitle(r->cl->s, ino, name, &v);
	}
	arm(r, false);
	return res;
}

static inline int do_remove(struct case_run *r, const struct case_step *s)
{
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);
	int res;

	if (!ino)
		return r->again ? 0 : -ENOENT;
	arm(r, true);
	res = case_is(s, 0, "rmdir") ? sync_submit_rmdir(r->cl->s, ino) : sync_submit_unlink(r->cl->s, ino);
	arm(r, false);
	return res;
}

static inline int do_mkdir(struct case_run *r, const struct case_step *s)
{
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);
	int res;

	if (ino && r->again)
		return 0;
	arm(r, true);
	res = sync_submit_folder(r->cl->s, parent, leaf, &ino);
	arm(r, false);
	return res;
}

struct sought {
	int64_t item, change;
};

static inline int match_change(void *arg, const struct store_change *c)
{
	struct sought *k = arg;

	if (c->item == k->item)
		k->change = c->id;
	return 0;
}

static inline int do_discard(struct case_run *r, const struct case_step *s)
{
	struct sought k = { 0 };
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);
	int res;

	k.item = ino ? item_behind(r, ino) : 0;
	assert_int_equal(store_change_each(r->cl->st, 0, match_change, &k), 0);
	if (!k.change)
		return r->again ? 0 : -ENOENT;
	arm(r, true);
	res = sync_submit_discard(r->cl->s, k.change);
	arm(r, false);
	return res;
}

static inline int do_line(struct case_run *r, const struct case_step *s)
{
	r->cl->s->conf.offline = case_is(s, 0, "offline");
	return 0;
}

static inline int do_retry(struct case_run *r, const struct case_step *s)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&r->cl->conf);
	int res;

	(void) s;
	arm(r, true);
	res = txn_begin(&t, r->cl->list);
	if (res == 0)
		res = park_retry(&t, NULL);
	if (res == 0)
		res = txn_commit(&t);
	arm(r, false);
	return res;
}

/* ---- the engine's steps, as job.c orders them ------------------------------------------------------------------ */

/* What a failure says of the whole list is stored. */
static inline void note_list(struct case_run *r, enum remote_result result)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&r->cl->conf);

	if (result != REMOTE_LIST_GONE)
		return;
	if (txn_begin(&t, r->cl->list) == 0 && park_list(&t, STORE_LIST_GONE, "gone") == 0)
		(void) !txn_commit(&t);
}

static inline int do_pull(struct case_run *r, const struct case_step *s)
{
	struct wall w;
	struct pull p = { .conf = &r->cl->conf, .list = r->cl->list, .may_resync = true, .remote = &w.base };
	struct pull_result res = { 0 };
	struct remote_fault f = { 0 };
	enum remote_result result;

	(void) s;
	wall_make(&w, r);
	arm(r, true);
	result = pull_run(&p, &res, &f);
	note_list(r, result);
	arm(r, false);
	return result == REMOTE_OK ? 0 : -EAGAIN;
}

static inline int push_some(struct case_run *r, int limit, int64_t *ret_taken)
{
	struct wall w;
	struct push p = { .conf = &r->cl->conf, .list = r->cl->list, .limit = limit, .last_chance = limit == 1,
			  .remote = &w.base };
	struct push_result res = { 0 };
	struct remote_fault f = { 0 };
	enum remote_result result;

	wall_make(&w, r);
	arm(r, true);
	result = push_run(&p, &res, &f);
	note_list(r, result);
	arm(r, false);
	*ret_taken = res.taken;
	if (result == REMOTE_OK && res.not_run)
		return 1;
	return result == REMOTE_OK ? 0 : -EAGAIN;
}

/* As each step of a job begins. */
static inline int look(struct case_run *r, int limit, struct push_survey *ret)
{
	int res;

	arm(r, true);
	res = push_look(&r->cl->conf, r->cl->list, limit, 0, ret);
	arm(r, false);
	return res;
}

static inline int look_and_pull(struct case_run *r)
{
	struct push_survey survey = { 0 };

	return look(r, 1, &survey) < 0 ? -EAGAIN : do_pull(r, NULL);
}

static inline int do_push(struct case_run *r, const struct case_step *s)
{
	int64_t taken;

	(void) s;
	/* Killed on the way: what became of it has to be known first. */
	if (r->again)
		(void) !look_and_pull(r);
	return push_some(r, 100, &taken) < 0 ? -EAGAIN : 0;
}

static inline int do_grace(struct case_run *r, const struct case_step *s)
{
	int64_t next;
	int res;

	(void) s;
	arm(r, true);
	res = vacancy_run(r->cl->s, true, &next);
	arm(r, false);
	return res;
}

static inline int sync_once(struct case_run *r)
{
	struct push_survey survey = { 0 };
	int64_t taken = 1;
	int limit = 100, res = do_grace(r, NULL);

	if (res == 0)
		res = look_and_pull(r);
	while (res >= 0 && taken) {
		if (look(r, limit, &survey) < 0 || (survey.unsure && do_pull(r, NULL) < 0))
			return -EAGAIN;
		res = push_some(r, limit, &taken);
		if (res == 1)
			limit = limit > 1 ? limit / 2 : 1;
	}
	return res < 0 ? res : do_pull(r, NULL);
}

/* Until two rounds in a row send nothing. */
static inline int do_sync(struct case_run *r, const struct case_step *s)
{
	int quiet = 0, res = 0;

	(void) s;
	for (int round = 0; round < 12 && quiet < 2; round++) {
		int64_t seq = r->cl->f->seq;

		res = sync_once(r);
		quiet = res == 0 && seq == r->cl->f->seq ? quiet + 1 : 0;
	}
	return res;
}

/* ---- the server's steps ------------------------------------------------------------------------------------------ */

static inline struct fake_item *item_named(struct case_run *r, const struct case_step *s, const char *title)
{
	struct fake *f = r->cl->f;

	for (int i = f->n; i-- > 0;)
		if (strcmp(f->v[i].title, title) == 0 || (f->v[i].folder && strcmp(f->v[i].leaf, title) == 0))
			return &f->v[i];
	fail_msg("%s:%d: the server has no \"%s\"", r->c->path, s->line, title);
	return NULL;
}

static inline void server_set(struct case_run *r, const struct case_step *s, int64_t id)
{
	const char *notes = case_value(s, "notes"), *dir = case_value(s, "in");
	struct fake_item *i = fake_find(r->cl->f, id);

	if (notes)
		snprintf(i->notes, FAKE_TEXT, "%s", notes);
	if (dir)
		snprintf(i->dir, FAKE_TEXT, "%s/%s", FAKE_ROOT, dir);
	fake_set(r->cl->f, id, case_value(s, "title"), case_value(s, "status"), case_value(s, "body"));
}

static inline void server_move_folder(struct case_run *r, const struct case_step *s)
{
	struct fake_item *d = item_named(r, s, s->word[2]);

	fake_rename_folder(r->cl->f, d, s->word[3]);
	fake_touch(r->cl->f, d->id);
}

static inline void server_recreate(struct fake *f)
{
	for (int i = 0; i < f->n; i++)
		f->v[i].used = false;
	f->oldest_token = f->seq + 1;
	f->seq++;
}

/* What is about an item that is there. */
static inline bool server_item(struct case_run *r, const struct case_step *s)
{
	struct fake *f = r->cl->f;
	const char *what = s->word[1];
	struct fake_item *i;

	if (strcmp(what, "set") && strcmp(what, "touch") && strcmp(what, "delete") && strcmp(what, "undelete") &&
	    strcmp(what, "hide") && strcmp(what, "show"))
		return false;
	i = item_named(r, s, s->word[2]);
	if (strcmp(what, "set") == 0)
		server_set(r, s, i->id);
	else if (strcmp(what, "touch") == 0)
		fake_touch(f, i->id);
	else if (strcmp(what, "delete") == 0)
		fake_delete(f, i->id);
	else if (strcmp(what, "hide") == 0)
		i->hidden = true;
	else if (strcmp(what, "show") == 0)
		i->hidden = false;
	else {
		i->deleted = false;
		i->seq = ++f->seq;
		f->restore_ids = i->id;
	}
	return true;
}

/* How it answers. */
static inline bool server_way(struct case_run *r, const struct case_step *s)
{
	struct fake *f = r->cl->f;
	const char *what = s->word[1];
	int n = s->n > 2 ? (int) strtol(s->word[2], NULL, 10) : 0;

	if (strcmp(what, "restore") == 0)
		f->whole_restore = true;
	else if (strcmp(what, "expire") == 0)
		f->oldest_token = ++f->seq;
	else if (strcmp(what, "recreate") == 0)
		server_recreate(f);
	else if (strcmp(what, "column") == 0)
		f->schema++;
	else if (strcmp(what, "rights") == 0)
		snprintf(f->perm, sizeof(f->perm), "%s", s->word[2]);
	else if (strcmp(what, "page") == 0)
		f->page = n;
	else if (strcmp(what, "cut") == 0)
		f->cut = n;
	else if (strcmp(what, "most") == 0)
		f->max_methods = n;
	else if (strcmp(what, "no-rows") == 0)
		f->no_rows = case_is(s, 2, "on");
	else if (strcmp(what, "no-history") == 0)
		f->no_history = case_is(s, 2, "on");
	else if (strcmp(what, "between") == 0)
		f->between = item_named(r, s, s->word[2])->id;
	else if (strcmp(what, "ids") == 0 && case_is(s, 2, "delete-first"))
		f->delete_first = 1;
	else if (strcmp(what, "ids") == 0 && case_is(s, 2, "rename"))
		f->rename_ids = item_named(r, s, s->word[3])->id;
	else
		return false;
	return true;
}

static inline int do_server(struct case_run *r, const struct case_step *s)
{
	if (case_is(s, 1, "add"))
		server_set(r, s, fake_add(r->cl->f, s->word[2]));
	else if (case_is(s, 1, "folder"))
		fake_add_folder(r->cl->f, FAKE_ROOT, s->word[2]);
	else if (case_is(s, 1, "move-folder"))
		server_move_folder(r, s);
	else if (!server_item(r, s) && !server_way(r, s))
		fail_msg("%s:%d: the server cannot do that", r->c->path, s->line);
	return 0;
}

static inline int do_fault(struct case_run *r, const struct case_step *s)
{
	static const struct {
		const char *word;
		enum remote_result result;
		int http, retry_after;
	} ways[] = {
		{ "gone", REMOTE_SITE_BAD, 0, 0 },       { "busy", REMOTE_SITE_BAD, 503, 30 },
		{ "throttled", REMOTE_SITE_BAD, 429, 30 }, { "site", REMOTE_SITE_BAD, 500, 0 },
		{ "list", REMOTE_LIST_BAD, 500, 0 },      { "list-gone", REMOTE_LIST_GONE, 500, 0 },
		{ "login", REMOTE_AUTH, 401, 0 },         { "not-run", REMOTE_NOT_RUN, 200, 0 },
	};
	int n = s->n > 3 ? (int) strtol(s->word[3], NULL, 10) : 1;
	struct fake *f = r->cl->f;

	if (case_is(s, 2, "lost")) {
		f->push_lost = n;
		return 0;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!case_is(s, 2, ways[i].word))
			continue;
		if (case_is(s, 1, "pull"))
			f->pull_fails.result = ways[i].result, f->pull_fails.n = n, f->pull_fails.http = ways[i].http,
			f->pull_fails.retry_after = ways[i].retry_after;
		else
			f->push_fails.result = ways[i].result, f->push_fails.n = n, f->push_fails.http = ways[i].http,
			f->push_fails.retry_after = ways[i].retry_after;
		return 0;
	}
	fail_msg("%s:%d: there is no such failure", r->c->path, s->line);
	return -EINVAL;
}

#endif
