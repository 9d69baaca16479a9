#ifndef T_SYNC_DOCS_H
#define T_SYNC_DOCS_H

/*
 * A world of one library and some clients for t_sync_random_docs.c and t_sync_regress_docs.c: a server in a few lines, behind a
 * line that fails on order, clients that are killed and come back, and a book of everything that was stored and by
 * whom. Nothing in it has a thread of its own.
 *
 * The bytes of a version are a token, unique in the world ("d7." and some more), so that any bytes seen anywhere tell who
 * wrote them, and what he had before him. Of a .docx the server makes bytes of its own: a "+" behind them.
 */
#include "t_sync_fake.h"

#include "remote/docs.h"
#include "store/blob.h"
#include "store/unsent.h"
#include "sync/docs.h"
#include "engine.h"
#include "park.h"
#include "recover.h"
#include "upload.h"
#include "vacancy.h"

enum { CLIENTS_MAX = 3, DOCS_MAX = 400, VERSIONS_MAX = 200, TOKENS_MAX = 2000, ARMED_MAX = 32, ROUNDS_MAX = 60 };

#define LIBRARY "sites/t/Docs"
#define GUID "{00000000-0000-0000-0000-%012lld}"

enum fault {
	FAULT_GONE, FAULT_BUSY, FAULT_LOST, FAULT_TWICE, FAULT_KILL_BEFORE, FAULT_KILL_AFTER, FAULT_THIRD, FAULT_CANCELED,
	FAULT_COUNT
};

struct token {
	int actor;
	bool acked, superseded, killed;
};

struct fdoc {
	int64_t version, seq;
	bool deleted;
	int editor; /* who made the version */
	char name[32];
	int tok[VERSIONS_MAX]; /* by version */
};

struct world;

struct docs_client {
	struct client c;
	struct world *w;
	struct store_blobs *blobs;
	int number;
	bool online, killed;
	char *snapshot;
	enum fault armed[ARMED_MAX];
	int n_armed;
	struct { int64_t ino, item, base; int tok; char etag[80]; bool on; } editor;
};

struct world {
	struct fdoc doc[DOCS_MAX]; /* by id - 1 */
	int n_docs;
	int64_t seq, oldest_token;
	struct token tok[TOKENS_MAX];
	int n_tok;
	struct docs_client c[CLIENTS_MAX];
	int n_clients;
	bool strict_delete; /* the server looks at the version of a Delete */
	bool no_words;      /* its answers to PUT have no ETag */
	bool sets;          /* documents are taken many at once, and go out one after the other all the same */
	int acting;         /* whose request is carried out; CLIENTS_MAX: other people */
	unsigned dice;
	char log[FAKE_LOG];
	char why[512];
};

/* ---- violations, dice, tokens ------------------------------------------------------------------ */

static inline void violated(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline void violated(struct world *w, const char *fmt, ...)
{
	va_list ap;

	if (w->why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
}

static inline unsigned next_random(uint64_t *state)
{
	uint64_t x = (*state += 0x9e3779b97f4a7c15ULL);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (unsigned) ((x ^ (x >> 31)) >> 33);
}

static inline unsigned roll(struct world *w, unsigned sides)
{
	w->dice = w->dice * 1103515245u + 12345u;
	return (w->dice >> 8) % sides;
}

static inline int token_new(struct world *w, int actor)
{
	assert_true(w->n_tok + 1 < TOKENS_MAX);
	w->tok[++w->n_tok] = (struct token) { .actor = actor };
	return w->n_tok;
}

/* He had `base` before him; 0: nothing. */
static inline void token_ack(struct world *w, int t, int base)
{
	w->tok[t].acked = true;
	w->tok[base].superseded = true;
}

static inline void token_text(int t, char out[32])
{
	snprintf(out, 32, "%s%d.%.*s", t ? "d" : "", t, t % 4, "xxx");
	if (!t)
		*out = '\0';
}

/* 0: empty; -1: none of ours. */
static inline int token_of(const char *text)
{
	char again[32];
	int t = *text == 'd' ? (int) strtol(text + 1, NULL, 10) : *text ? -1 : 0;

	if (t <= 0)
		return t;
	token_text(t, again);
	return strncmp(again, text, strlen(again)) == 0 && strspn(text + strlen(again), "+") == strlen(text + strlen(again)) ? t : -1;
}

static inline void etag_of(int64_t id, int64_t version, char out[80])
{
	snprintf(out, 80, "\"" GUID ",%lld\"", (long long) id, (long long) version);
}

static inline void note(struct world *w, const char *what, const char *name)
{
	size_t n = strlen(w->log);

	snprintf(w->log + n, sizeof(w->log) - n, "%s %s; ", what, name);
}

/* ---- the server ---------------------------------------------------------------------------------- */

static inline struct fdoc *doc_named(struct world *w, const char *name)
{
	for (int i = 0; i < w->n_docs; i++)
		if (!w->doc[i].deleted && strcasecmp(w->doc[i].name, name) == 0)
			return &w->doc[i];
	return NULL;
}

static inline struct fdoc *doc_at(struct world *w, const char *path)
{
	return doc_named(w, item_leaf(path));
}

static inline int64_t id_of(const struct world *w, const struct fdoc *d)
{
	return d - w->doc + 1;
}

static inline int now_in(const struct fdoc *d)
{
	return d->tok[d->version];
}

/* The server's bytes of a document. */
static inline void server_text(const struct fdoc *d, char out[32])
{
	token_text(now_in(d), out);
	if (strstr(d->name, ".docx"))
		snprintf(out + strlen(out), 2, "+");
}

static inline void doc_moves(struct world *w, struct fdoc *d, int tok)
{
	assert_true(d->version + 1 < VERSIONS_MAX);
	d->tok[++d->version] = tok;
	d->seq = ++w->seq;
	d->editor = w->acting;
}

static inline struct fdoc *doc_new(struct world *w, const char *name, int tok)
{
	struct fdoc *d = &w->doc[w->n_docs++];

	assert_true(w->n_docs < DOCS_MAX);
	*d = (struct fdoc) { 0 };
	snprintf(d->name, sizeof(d->name), "%s", name);
	doc_moves(w, d, tok);
	return d;
}

static inline void doc_goes(struct world *w, struct fdoc *d)
{
	d->deleted = true;
	d->seq = ++w->seq;
}

static inline void make_row(const struct world *w, const struct fdoc *d, struct item *row)
{
	char text[128], bytes[32];

	*row = (struct item) ITEM_INIT;
	snprintf(text, sizeof(text), "%lld", (long long) id_of(w, d));
	fake_value(&row->values, "ID", text);
	snprintf(text, sizeof(text), "%lld", (long long) d->version);
	fake_value(&row->values, "owshiddenversion", text);
	snprintf(text, sizeof(text), "%lld;#%s/%s", (long long) id_of(w, d), LIBRARY, d->name);
	fake_value(&row->values, "FileRef", text);
	snprintf(text, sizeof(text), "%lld;#%s", (long long) id_of(w, d), d->name);
	fake_value(&row->values, "FileLeafRef", text);
	snprintf(text, sizeof(text), "%lld;#0", (long long) id_of(w, d));
	fake_value(&row->values, "FSObjType", text);
	snprintf(text, sizeof(text), "%lld;#" GUID, (long long) id_of(w, d), (long long) id_of(w, d));
	fake_value(&row->values, "UniqueId", text);
	snprintf(text, sizeof(text), "%d;#Person %d", d->editor + 1, d->editor);
	fake_value(&row->values, "Editor", text);
	server_text(d, bytes);
	snprintf(text, sizeof(text), "%zu", strlen(bytes));
	fake_value(&row->values, "File_x0020_Size", text);
	clock_format_iso(1700000000 + d->seq, text);
	fake_value(&row->values, "Modified", text);
	assert_int_equal(item_from_values(row), 0);
}

static inline const char *pick_name(struct world *w)
{
	static const char *const names[] = { "a.txt", "b.txt", "c.txt", "d.txt" };

	return names[roll(w, 4)];
}

static inline struct fdoc *pick_doc(struct world *w)
{
	struct fdoc *alive[DOCS_MAX];
	int n = 0;

	for (int i = 0; i < w->n_docs; i++)
		if (!w->doc[i].deleted)
			alive[n++] = &w->doc[i];
	return n ? alive[roll(w, (unsigned) n)] : NULL;
}

/* Of something new. Where a server does not say what it has stored, nothing tells it from what others make under its name when it
 * was deleted at once. */
static inline const char *new_name(struct world *w, char out[32])
{
	snprintf(out, 32, "n%d.txt", w->n_tok);
	return w->no_words ? out : pick_name(w);
}

/* What other people do. */
static inline void third_acts(struct world *w)
{
	struct fdoc *d = pick_doc(w);
	unsigned what = roll(w, 12);
	const char *name = pick_name(w);
	char new[32];
	int t;

	w->acting = CLIENTS_MAX;
	if (!d || what < 2)
		name = new_name(w, new);
	if (!d || (what < 2 && !doc_named(w, name))) {
		t = token_new(w, CLIENTS_MAX);
		token_ack(w, t, 0);
		doc_new(w, name, t);
	} else if (what < 6) {
		t = token_new(w, CLIENTS_MAX);
		token_ack(w, t, now_in(d));
		doc_moves(w, d, t);
	} else if (what < 8) {
		doc_moves(w, d, now_in(d));
	} else if (what < 10 && !doc_named(w, name)) {
		snprintf(d->name, sizeof(d->name), "%s", name);
		doc_moves(w, d, now_in(d));
	} else if (what == 10) {
		w->tok[now_in(d)].killed = true;
		doc_goes(w, d);
	}
}

/* ---- the line ------------------------------------------------------------------------------------------- */

struct line {
	struct remote base;
	struct docs_client *dc;
};

static inline void kill_here(struct docs_client *dc)
{
	if (dc->killed)
		return;
	wipe(dc->snapshot);
	copy_tree(dc->c.dir, dc->snapshot);
	dc->killed = true;
}

/* Before the server sees a request. False: it does not. */
static inline bool arrives(struct docs_client *dc, int *ret_fault, struct remote_fault *f, enum remote_result *ret)
{
	int fault = dc->killed || !dc->online ? FAULT_GONE : -1;

	if (fault < 0 && dc->n_armed) {
		fault = (int) dc->armed[0];
		memmove(dc->armed, dc->armed + 1, (size_t) --dc->n_armed * sizeof(*dc->armed));
	}
	*ret_fault = fault;
	*ret = fault == FAULT_CANCELED ? REMOTE_CANCELED : REMOTE_SITE_BAD;
	if (fault == FAULT_THIRD)
		third_acts(dc->w);
	dc->w->acting = dc->number;
	if (fault == FAULT_KILL_BEFORE)
		kill_here(dc);
	if (fault == FAULT_BUSY) {
		f->http_status = 503;
		f->retry_after = 30;
	}
	return fault != FAULT_GONE && fault != FAULT_BUSY && fault != FAULT_KILL_BEFORE && fault != FAULT_CANCELED;
}

/* After it was carried out: whether its answer gets through. */
static inline bool answers(struct docs_client *dc, int fault)
{
	if (fault == FAULT_KILL_AFTER)
		kill_here(dc);
	return fault != FAULT_KILL_AFTER && fault != FAULT_LOST;
}

static inline int send_list(const struct remote_sink *sink)
{
	struct list l = LIST_INIT;
	int r;

	fake_describe(NULL, &l);
	l.base_type = 1;
	l.template = 101;
	assert_int_equal(str_set(&l.root_folder, "/" LIBRARY), 0);
	r = sink->list(sink->arg, &l);
	list_release(&l);
	return r;
}

static inline int send_docs(struct world *w, int64_t token, const struct remote_sink *sink, struct remote_page *ret)
{
	int r = 0;

	for (int64_t seq = token + 1; r == 0 && seq <= w->seq; seq++)
		for (int i = 0; r == 0 && i < w->n_docs; i++) {
			struct item row;

			if (w->doc[i].seq != seq || (w->doc[i].deleted && token < 0))
				continue;
			if (w->doc[i].deleted) {
				r = sink->id(sink->arg, REMOTE_ID_DELETE, i + 1);
				continue;
			}
			make_row(w, &w->doc[i], &row);
			r = sink->row(sink->arg, &row);
			item_release(&row);
			ret->rows++;
		}
	return r;
}

static inline enum remote_result line_pull(struct remote *r, const struct remote_pull *q, const struct remote_sink *sink,
				    struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	struct world *w = dc->w;
	enum remote_result res;
	int fault;

	(void) cancel;
	if (!arrives(dc, &fault, f, &res))
		return res;
	if (q->token && strtoll(q->token, NULL, 10) < w->oldest_token)
		return REMOTE_TOKEN_GONE;
	ret->perm_text = strdup("FullMask");
	ret->token = str_printf("%lld", (long long) w->seq);
	if ((!q->token && send_list(sink) < 0) || send_docs(w, q->token ? strtoll(q->token, NULL, 10) : -1, sink, ret) < 0)
		return REMOTE_CANCELED;
	if (answers(dc, fault))
		return REMOTE_OK;
	remote_page_release(ret);
	*ret = (struct remote_page) { 0 };
	return REMOTE_SITE_BAD;
}

/* Only Deletes go this way. */
static inline void do_delete(struct world *w, const struct change *c, struct remote_outcome *o)
{
	struct fdoc *d = c->id > 0 && c->id <= w->n_docs ? &w->doc[c->id - 1] : NULL;

	assert_int_equal(c->op, CHANGE_DELETE);
	remote_outcome_release(o);
	*o = (struct remote_outcome) { .result = REMOTE_OK };
	if (!d || d->deleted) {
		o->result = REMOTE_ITEM_GONE;
	} else if (w->strict_delete && d->version != c->version) {
		o->result = REMOTE_CONFLICT;
		o->server_code = 0x81020015;
		o->has_row = true;
		make_row(w, d, &o->row);
	} else {
		note(w, "delete", d->name);
		/* What it could not know goes with it: this server does not look. */
		w->tok[now_in(d)].killed |= d->version != c->version;
		doc_goes(w, d);
	}
}

static inline enum remote_result line_push(struct remote *r, const char *list, const struct schema *schema,
				    const struct change *const changes[], size_t n, struct remote_outcome ret[],
				    const atomic_int *cancel, struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	enum remote_result res;
	int fault;

	(void) list, (void) schema, (void) cancel;
	if (!arrives(dc, &fault, f, &res))
		return res;
	for (size_t i = 0; i < n; i++)
		for (int times = fault == FAULT_TWICE ? 2 : 1; times > 0; times--)
			do_delete(dc->w, changes[i], &ret[i]);
	if (answers(dc, fault))
		return REMOTE_OK;
	for (size_t i = 0; i < n; i++) {
		remote_outcome_release(&ret[i]);
		ret[i] = (struct remote_outcome) { 0 };
	}
	return REMOTE_LOST;
}

static inline void say_doc(const struct world *w, const struct fdoc *d, struct remote_doc *ret)
{
	char etag[80], bytes[32];

	etag_of(id_of(w, d), d->version, etag);
	server_text(d, bytes);
	ret->size = (int64_t) strlen(bytes);
	assert_int_equal(str_set(&ret->etag, etag), 0);
}

static inline enum remote_result line_fetch(struct remote *r, const char *path, int64_t offset, const char *etag,
				     const struct remote_doc_sink *sink, struct remote_doc *ret, const atomic_int *cancel,
				     struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	struct fdoc *d;
	enum remote_result res;
	char bytes[32];
	int fault;

	(void) offset, (void) etag, (void) cancel;
	if (!arrives(dc, &fault, f, &res))
		return res;
	d = doc_at(dc->w, path);
	if (!d)
		return REMOTE_ITEM_GONE;
	say_doc(dc->w, d, ret);
	server_text(d, bytes);
	if (sink->begin(sink->arg, ret) < 0 || sink->data(sink->arg, bytes, strlen(bytes)) < 0)
		return REMOTE_CANCELED;
	return answers(dc, fault) ? REMOTE_OK : REMOTE_SITE_BAD;
}

static inline enum remote_result line_stat(struct remote *r, const char *path, struct remote_doc *ret, const atomic_int *cancel,
				    struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	struct fdoc *d;
	enum remote_result res;
	int fault;

	(void) cancel;
	if (!arrives(dc, &fault, f, &res))
		return res;
	if (!answers(dc, fault))
		return REMOTE_SITE_BAD;
	d = doc_at(dc->w, path);
	if (d)
		say_doc(dc->w, d, ret);
	return d ? REMOTE_OK : REMOTE_ITEM_GONE;
}

static inline enum remote_result do_store(struct world *w, const char *path, const char *bytes, const char *if_match,
				   struct remote_doc *ret, struct remote_fault *f)
{
	struct fdoc *d = doc_at(w, path);
	int t = token_of(bytes);
	char etag[80] = "";

	if (t < 0)
		violated(w, "I2 somebody stores \"%s\"", bytes);
	if (d)
		etag_of(id_of(w, d), d->version, etag);
	if (!d && if_match)
		return REMOTE_ITEM_GONE;
	if (d && (!if_match || strcmp(if_match, etag) != 0)) {
		f->err.code = if_match ? -ESTALE : -EEXIST;
		return REMOTE_CONFLICT;
	}
	note(w, d ? "store" : "new", item_leaf(path));
	if (d)
		doc_moves(w, d, t);
	else
		d = doc_new(w, item_leaf(path), t);
	if (!w->no_words)
		say_doc(w, d, ret);
	ret->size = -1;
	return REMOTE_OK;
}

static inline enum remote_result line_store(struct remote *r, const char *path, int fd, int64_t size, const char *if_match,
				     void (*progress)(void *arg, int64_t sent), void *arg, struct remote_doc *ret,
				     const atomic_int *cancel, struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	enum remote_result res;
	char bytes[64] = "";
	int fault;

	(void) progress, (void) arg, (void) cancel;
	assert_true(size < 60);
	assert_int_equal(pread(fd, bytes, (size_t) size, 0), size);
	if (!arrives(dc, &fault, f, &res))
		return res;
	res = do_store(dc->w, path, bytes, if_match, ret, f);
	if (fault == FAULT_TWICE)
		res = do_store(dc->w, path, bytes, if_match, ret, f);
	return answers(dc, fault) ? res : REMOTE_LOST;
}

static inline enum remote_result do_move(struct world *w, const char *from, const char *to, struct remote_fault *f)
{
	struct fdoc *d = doc_at(w, from), *there = doc_at(w, to);

	if (!d)
		return REMOTE_ITEM_GONE;
	if (there && there != d) {
		f->err.code = -EEXIST;
		return REMOTE_CONFLICT;
	}
	note(w, "move to", item_leaf(to));
	snprintf(d->name, sizeof(d->name), "%s", item_leaf(to));
	doc_moves(w, d, now_in(d));
	return REMOTE_OK;
}

static inline enum remote_result line_move(struct remote *r, const char *from, const char *to, bool overwrite,
				    const atomic_int *cancel, struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	enum remote_result res;
	int fault;

	(void) cancel;
	assert_false(overwrite);
	if (!arrives(dc, &fault, f, &res))
		return res;
	res = do_move(dc->w, from, to, f);
	if (fault == FAULT_TWICE)
		res = do_move(dc->w, from, to, f);
	return answers(dc, fault) ? res : REMOTE_LOST;
}

static inline enum remote_result line_is_ours(struct remote *r, const char *list, int64_t id, bool *ret, const atomic_int *cancel,
				    struct remote_fault *f)
{
	struct docs_client *dc = ((struct line *) r)->dc;
	enum remote_result res;
	int fault;

	(void) list, (void) cancel;
	if (!arrives(dc, &fault, f, &res))
		return res;
	note(dc->w, "whose is", dc->w->doc[id - 1].name);
	*ret = dc->w->doc[id - 1].editor == dc->number;
	return answers(dc, fault) ? REMOTE_OK : REMOTE_SITE_BAD;
}

static inline struct remote *line_close(struct remote *r)
{
	free(r);
	return NULL;
}

static inline int line_open(void *arg, const char *site, struct remote **ret, struct err *err)
{
	static const struct remote_ops ops = { .pull = line_pull, .push = line_push, .close = line_close };
	static const struct remote_doc_ops docs = {
		.fetch = line_fetch, .stat = line_stat, .store = line_store, .move = line_move,
		.is_ours = line_is_ours,
	};
	struct line *l = calloc(1, sizeof(*l));

	(void) site, (void) err;
	assert_non_null(l);
	l->base.ops = &ops;
	l->base.docs = &docs;
	l->dc = arg;
	*ret = &l->base;
	return 0;
}

/* ---- clients ---------------------------------------------------------------------------------------------- */

static inline int doc_name(void *arg, const struct list *l, const struct item *i, bool with_id, char out[256])
{
	const char *leaf = item_leaf(i->path), *dot = strrchr(leaf, '.');
	int stem = (int) (dot ? dot - leaf : (long) strlen(leaf));

	(void) arg, (void) l;
	if (with_id)
		snprintf(out, 256, "%.*s (%lld)%s", stem, leaf, (long long) i->id, leaf + stem);
	else
		snprintf(out, 256, "%s", leaf);
	return 0;
}

static inline void client_starts(struct docs_client *dc)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	CLEANUP(str_free_p) char *cache = str_printf("%s/cache", dc->c.dir);
	struct err err = { 0 };

	client_open(&dc->c);
	assert_int_equal(store_blobs_open(dc->c.st, cache, 1 << 20, &dc->blobs, &err), 0);
	dc->c.factory = (struct remote_factory) { .open = line_open, .arg = dc };
	dc->c.present.name = doc_name;
	dc->c.conf.blobs = dc->blobs;
	client_renew(&dc->c);
	dc->killed = dc->editor.on = false;
	dc->c.list = 1;
	assert_int_equal(store_list_get(dc->c.st, dc->c.list, &l), 0);
	dc->c.root = l.root;
	assert_int_equal(recover_start(dc->c.s), 0);
}

static inline void client_ends(struct docs_client *dc)
{
	dc->c.s = sync_free(dc->c.s);
	dc->blobs = store_blobs_close(dc->blobs);
	dc->c.st = store_close(dc->c.st);
}

static inline void client_dies(struct docs_client *dc)
{
	char *dir;

	kill_here(dc);
	client_ends(dc);
	dir = dc->c.dir;
	dc->c.dir = dc->snapshot;
	dc->snapshot = dir;
	buf_reset(&dc->c.events);
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

struct files {
	struct { int64_t ino, item; enum store_node_kind kind; char name[96]; } v[128];
	int n;
	enum store_node_kind kind;
};

static inline int note_file(void *arg, const struct store_node *n)
{
	struct files *f = arg;

	if (n->kind != f->kind || f->n == 128)
		return 0;
	f->v[f->n].ino = n->ino;
	f->v[f->n].item = n->item;
	f->v[f->n].kind = n->kind;
	snprintf(f->v[f->n++].name, sizeof(f->v[0].name), "%s", n->name);
	return 0;
}

static inline void list_files(struct docs_client *dc, enum store_node_kind kind, struct files *f)
{
	f->n = 0;
	f->kind = kind;
	assert_int_equal(store_node_children(dc->c.st, dc->c.root, 0, note_file, f), 0);
}

static inline int pick_file(struct docs_client *dc, struct files *f)
{
	list_files(dc, STORE_NODE_DOCUMENT, f);
	return f->n ? (int) roll(dc->w, (unsigned) f->n) : -1;
}

struct unsent {
	char file[64]; /* "": there is nothing */
	int64_t base;
};

static inline int find_unsent(void *arg, const struct store_change *c)
{
	struct unsent *u = arg;

	if (c->change.op != CHANGE_STORE)
		return 0;
	snprintf(u->file, sizeof(u->file), "%s", c->change.content.file ? c->change.content.file : "-");
	u->base = c->change.content.base;
	return 0;
}

static inline int token_in(struct docs_client *dc, int fd)
{
	char text[64] = "";
	int t;

	assert_true(fd >= 0);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) >= 0);
	t = token_of(text);
	if (t < 0)
		violated(dc->w, "I2 client %d shows \"%s\"", dc->number, text);
	return t > 0 ? t : 0;
}

/* What the file shows; *ret_version: of the server's, or that the bytes were made from that were not sent. */
static inline int look(struct docs_client *dc, int64_t item, int64_t *ret_version)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct unsent u = { .base = 0 };
	int fd, t;

	assert_int_equal(store_change_of_item(dc->c.st, item, find_unsent, &u), 0);
	*ret_version = u.base;
	if (*u.file == '-')
		return 0;
	if (*u.file) {
		fd = store_unsent_open(dc->c.st, u.file);
		t = token_in(dc, fd);
		close(fd);
		return t;
	}
	assert_int_equal(store_item_get(dc->c.st, item, &it), 0);
	if (!it.item.id)
		return 0;
	*ret_version = it.item.version;
	assert_true(it.item.version > 0 && it.item.version < VERSIONS_MAX);
	return dc->w->doc[it.item.id - 1].tok[it.item.version];
}

/* What the server has of it, as far as the client knows. */
static inline int look_behind(struct docs_client *dc, int64_t item)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;

	assert_int_equal(store_item_get(dc->c.st, item, &it), 0);
	return it.item.id ? dc->w->doc[it.item.id - 1].tok[it.item.version] : 0;
}

static inline int save(struct docs_client *dc, int64_t ino, int64_t item, int t, int64_t base, const char *etag)
{
	CLEANUP(str_free_p) char *file = NULL;
	struct sync_content content = { .base = base, .etag = etag };
	struct sync_save s = { .ino = ino, .item = item, .content = &content };
	struct sync_saved saved;
	char text[32];
	int fd, r;

	token_text(t, text);
	assert_int_equal(sync_work_new(dc->c.s, &fd, &file), 0);
	content.size = (int64_t) strlen(text);
	assert_int_equal(write(fd, text, strlen(text)), content.size);
	assert_int_equal(sync_work_sync(dc->c.s, fd), 0);
	close(fd);
	content.file = file;
	r = sync_submit_save(dc->c.s, &s, &saved);
	if (r < 0)
		sync_work_drop(dc->c.s, file);
	return r;
}

/* Its bytes are in the cache from now on, as after reading it; *etag is the server's word then. */
static inline void read_whole(struct docs_client *dc, int64_t item, int64_t version, int t, char etag[80])
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(str_free_p) char *path = NULL;
	struct store_blob b = { .item = item, .version = version, .fd = -1, .etag = etag };
	const struct store_blob_use use = { 0 };
	char text[32];
	struct unsent u = { .base = 0 };
	int fd;

	*etag = '\0';
	assert_int_equal(store_change_of_item(dc->c.st, item, find_unsent, &u), 0);
	if (*u.file || !version || !dc->online || roll(dc->w, 3) == 0)
		return;
	assert_int_equal(store_item_get(dc->c.st, item, &it), 0);
	/* Only what the server has now can be fetched. */
	if (dc->w->doc[it.item.id - 1].deleted || dc->w->doc[it.item.id - 1].version != version)
		return;
	etag_of(it.item.id, version, etag);
	token_text(t, text);
	b.size = (int64_t) strlen(text);
	assert_int_equal(store_blob_temp(dc->blobs, &fd, &path), 0);
	assert_int_equal(write(fd, text, strlen(text)), b.size);
	close(fd);
	assert_int_equal(store_blob_add(dc->blobs, &b, path, &use), 0);
}

/* ---- what users do ------------------------------------------------------------------------------------------------ */

static inline int64_t create(struct docs_client *dc, const char *name, int *ret_tok)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t ino;
	int t;

	if (sync_submit_document(dc->c.s, dc->c.root, name, true, 0, &ino) < 0)
		return 0;
	assert_int_equal(store_node_get(dc->c.st, ino, &n), 0);
	t = token_new(dc->w, dc->number);
	assert_int_equal(save(dc, ino, n.item, t, 0, NULL), 0);
	token_ack(dc->w, t, 0);
	assert_int_equal(sync_submit_let_go(dc->c.s, ino, 0), 0);
	*ret_tok = t;
	return ino;
}

static inline int64_t ino_named(struct docs_client *dc, const char *name, int64_t *ret_item)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	assert_int_equal(store_node_lookup(dc->c.st, dc->c.root, name, &n), 0);
	*ret_item = n.item;
	return n.ino;
}

static inline void must_create(struct docs_client *dc, const char *name)
{
	int t;

	assert_true(create(dc, name, &t) > 0);
}

static inline void op_create(struct docs_client *dc)
{
	char name[32];
	int t;

	create(dc, new_name(dc->w, name), &t);
}

static inline void op_open(struct docs_client *dc)
{
	struct files f;
	int i = pick_file(dc, &f);

	if (i < 0)
		return;
	dc->editor.ino = f.v[i].ino;
	dc->editor.item = f.v[i].item;
	dc->editor.tok = look(dc, f.v[i].item, &dc->editor.base);
	read_whole(dc, f.v[i].item, dc->editor.base, dc->editor.tok, dc->editor.etag);
	dc->editor.on = true;
}

static inline void op_save(struct docs_client *dc)
{
	int t;

	if (!dc->editor.on)
		return;
	dc->editor.on = false;
	t = token_new(dc->w, dc->number);
	if (save(dc, dc->editor.ino, dc->editor.item, t, dc->editor.base, *dc->editor.etag ? dc->editor.etag : NULL) == 0)
		token_ack(dc->w, t, dc->editor.tok);
}

/* An editor that writes another file and puts it over the old one. */
static inline void op_over(struct docs_client *dc)
{
	struct files f;
	int i = pick_file(dc, &f), t, had;
	int64_t version, ino;

	if (i < 0)
		return;
	had = look(dc, f.v[i].item, &version);
	ino = create(dc, "tmp.txt", &t);
	if (ino && sync_submit_rename(dc->c.s, ino, dc->c.root, f.v[i].name, 0) == 0)
		dc->w->tok[had].superseded = true;
}

static inline void op_rename(struct docs_client *dc)
{
	CLEANUP(store_vacancy_release_p) struct store_vacancy v = STORE_VACANCY_INIT;
	struct files f;
	int i = pick_file(dc, &f), had = 0, other = 0;
	const char *name = pick_name(dc->w);
	int64_t version;

	if (i < 0)
		return;
	for (int k = 0; k < f.n; k++)
		if (k != i && strcmp(f.v[k].name, name) == 0) {
			had = look(dc, f.v[k].item, &version);
			other = look_behind(dc, f.v[k].item);
		}
	if (store_vacancy_find(dc->c.st, dc->c.root, name, &v) == 0) {
		had = look(dc, v.item, &version);
		other = look_behind(dc, v.item);
	}
	/* What stood there, also a moment ago, is removed by him who saw it. */
	if (sync_submit_rename(dc->c.s, f.v[i].ino, dc->c.root, name, 0) == 0)
		dc->w->tok[had].killed = dc->w->tok[other].killed = true;
}

static inline void op_unlink(struct docs_client *dc)
{
	struct files f;
	int i = pick_file(dc, &f), t;
	int64_t version;

	if (i < 0)
		return;
	t = look(dc, f.v[i].item, &version);
	if (sync_submit_unlink(dc->c.s, f.v[i].ino) == 0)
		dc->w->tok[t].killed = true;
}

struct changes {
	int64_t id[256];
	int n;
};

static inline int note_change(void *arg, const struct store_change *c)
{
	struct changes *ch = arg;

	if (ch->n < 256)
		ch->id[ch->n++] = c->id;
	return 0;
}

static inline void op_discard(struct docs_client *dc)
{
	struct changes ch = { .n = 0 };

	assert_int_equal(store_change_each(dc->c.st, 0, note_change, &ch), 0);
	if (ch.n)
		(void) !sync_submit_discard(dc->c.s, ch.id[roll(dc->w, (unsigned) ch.n)]);
}

/* ---- what the engine does --------------------------------------------------------------------------------------------- */

static inline bool pull_once(struct docs_client *dc)
{
	struct pull p = { .conf = &dc->c.conf, .list = dc->c.list, .may_resync = true };
	struct pull_result res = { 0 };
	struct remote_fault f = { 0 };
	struct remote *r = NULL;
	enum remote_result result;

	assert_int_equal(line_open(dc, "", &r, NULL), 0);
	p.remote = r;
	result = pull_run(&p, &res, &f);
	line_close(r);
	if (result != REMOTE_OK && f.err.code && f.err.code != -EIO)
		violated(dc->w, "I9 client %d cannot pull: %s", dc->number, f.err.text);
	return result == REMOTE_OK;
}

/* As policy.c orders. 1: something went; 0: nothing is left; -1: it failed. */
static inline int send_once(struct docs_client *dc)
{
	struct push p = { .conf = &dc->c.conf, .list = dc->c.list, .limit = 100, .until = INT64_MAX - 1 };
	struct push_result res = { 0 };
	struct push_survey look = { 0 };
	struct remote_fault f = { 0 };
	struct remote *r = NULL;
	enum remote_result result;

	assert_int_equal(push_look(&dc->c.conf, dc->c.list, 100, p.until, &look), 0);
	if ((look.unsure || look.deletes) && !pull_once(dc))
		return -1;
	if (!look.to_send)
		return look.unsure;
	assert_int_equal(line_open(dc, "", &r, NULL), 0);
	p.remote = r;
	p.n_more = dc->w->sets;
	result = push_run(&p, &res, &f);
	if (result == REMOTE_OK && !res.taken)
		result = upload_run(&p, &res, &f);
	line_close(r);
	if (result != REMOTE_OK && f.err.code && f.err.code != -EIO && f.err.code != -ESTALE && f.err.code != -EEXIST &&
	    f.err.code != -EAGAIN) /* the pull in between may not read the list anew */
		violated(dc->w, "I9 client %d cannot send: %s", dc->number, f.err.text);
	return result == REMOTE_OK ? res.taken > 0 : -1;
}

static inline void op_sync(struct docs_client *dc)
{
	for (int i = 0; i < 50 && !dc->killed; i++)
		if (send_once(dc) <= 0)
			break;
	if (!dc->killed)
		(void) !pull_once(dc);
}

static inline void op_grace(struct docs_client *dc)
{
	int64_t next;

	assert_int_equal(vacancy_run(dc->c.s, true, &next), 0);
}

static inline void op_retry(struct docs_client *dc)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&dc->c.conf);

	assert_int_equal(txn_begin(&t, dc->c.list), 0);
	assert_int_equal(park_retry(&t, NULL), 0);
	assert_int_equal(txn_commit(&t), 0);
}

/* ---- the end -------------------------------------------------------------------------------------------------------------- */

static inline bool is_settled(struct world *w)
{
	int64_t next;

	for (int i = 0; i < w->n_clients; i++)
		if (journal(&w->c[i].c) || store_vacancy_next(w->c[i].c.st, &next) == 0)
			return false;
	return true;
}

static inline void heal(struct world *w)
{
	int quiet = 0;

	w->oldest_token = 0;
	for (int i = 0; i < w->n_clients; i++) {
		w->c[i].n_armed = 0;
		w->c[i].online = true;
	}
	for (int round = 0; round < ROUNDS_MAX && quiet < 2 && !w->why[0]; round++) {
		int64_t seq = w->seq;

		for (int i = 0; i < w->n_clients; i++) {
			w->dice = (unsigned) round;
			op_grace(&w->c[i]);
			op_retry(&w->c[i]);
			op_sync(&w->c[i]);
		}
		quiet = seq == w->seq && is_settled(w) ? quiet + 1 : 0;
	}
	if (quiet < 2)
		violated(w, "I10 it does not come to rest (journals:%s)", is_settled(w) ? " empty" : " not empty");
}

static inline void check_doc(struct docs_client *dc, struct fdoc *d)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;
	struct world *w = dc->w;
	char text[32], with_id[64];
	const char *dot = strrchr(d->name, '.');

	server_text(d, text);
	if (store_item_find(dc->c.st, dc->c.list, id_of(w, d), &it) < 0 || store_node_of_item(dc->c.st, it.id, &n) < 0 || !n.name) {
		violated(w, "I5 client %d does not show document %lld, %s", dc->number, (long long) id_of(w, d), d->name);
		return;
	}
	snprintf(with_id, sizeof(with_id), "%.*s (%lld)%s", (int) (dot - d->name), d->name, (long long) id_of(w, d), dot);
	if (strcmp(n.name, d->name) != 0 && strcmp(n.name, with_id) != 0)
		violated(w, "I5 client %d shows %s as %s", dc->number, d->name, n.name);
	if (it.item.version != d->version)
		violated(w, "I5 client %d has version %lld of %s and the server %lld", dc->number, (long long) it.item.version,
			 d->name, (long long) d->version);
	if (n.size != (int64_t) strlen(text) || it.item.size != n.size)
		violated(w, "I5 client %d says that %s has %lld (%lld) bytes and the server %zu", dc->number, d->name,
			 (long long) n.size, (long long) it.item.size, strlen(text));
	assert_int_equal(store_blob_find(dc->blobs, it.id, &b), 0);
	if (b.fd >= 0 && token_in(dc, b.fd) != now_in(d))
		violated(w, "I5 client %d has d%d in its cache for %s, which is d%d", dc->number, token_in(dc, b.fd), d->name, now_in(d));
}

static inline int count_dir(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static inline void check_client(struct docs_client *dc)
{
	CLEANUP(str_free_p) char *unsent = str_printf("%s/unsent", dc->c.dir);
	struct err err = { 0 };
	struct files f;
	int64_t items;
	int n = 0;

	for (int i = 0; i < dc->w->n_docs; i++)
		if (!dc->w->doc[i].deleted) {
			check_doc(dc, &dc->w->doc[i]);
			n++;
		}
	assert_int_equal(store_item_count(dc->c.st, dc->c.list, &items), 0);
	list_files(dc, STORE_NODE_DOCUMENT, &f);
	if (items != n || f.n != n)
		violated(dc->w, "I5 client %d has %lld items and %d files of the server's %d", dc->number, (long long) items, f.n, n);
	if (store_check(dc->c.st, &err) < 0)
		violated(dc->w, "I9 the store of client %d: %s", dc->number, err.text);
	/* What a kill left goes with the next start. */
	client_ends(dc);
	client_starts(dc);
	if (count_dir(unsent))
		violated(dc->w, "I9 client %d has %d files left in unsent/", dc->number, count_dir(unsent));
}

static inline void read_tree(const char *dir, struct buf *out)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		CLEANUP(str_free_p) char *path = str_printf("%s/%s", dir, e->d_name);

		if (e->d_name[0] != '.' && e->d_type == DT_DIR)
			read_tree(path, out);
		else if (e->d_name[0] != '.')
			assert_int_equal(fsutil_read(path, out), 0);
	}
	if (d)
		closedir(d);
}

static inline void check_tokens(struct world *w, const char *kept)
{
	static _Thread_local int current[TOKENS_MAX];

	memset(current, 0, sizeof(current));
	for (int i = 0; i < w->n_docs; i++)
		if (!w->doc[i].deleted && now_in(&w->doc[i]) && ++current[now_in(&w->doc[i])] > 1)
			violated(w, "I7 d%d is on the server twice", now_in(&w->doc[i]));
	for (int t = 1; t <= w->n_tok; t++) {
		char text[16];

		snprintf(text, sizeof(text), "d%d.", t);
		if (w->tok[t].acked && !current[t] && !w->tok[t].superseded && !w->tok[t].killed && !strstr(kept, text))
			violated(w, "I6 d%d of actor %d is lost", t, w->tok[t].actor);
	}
}

static inline void check_end(struct world *w)
{
	CLEANUP(buf_release_p) struct buf kept = BUF_INIT(1 << 24);

	for (int i = 0; i < w->n_clients; i++) {
		CLEANUP(str_free_p) char *scratch = str_printf("%s/scratch", w->c[i].c.dir);
		CLEANUP(str_free_p) char *conflicts = str_printf("%s/conflicts", w->c[i].c.dir);

		check_client(&w->c[i]);
		read_tree(scratch, &kept);
		read_tree(conflicts, &kept);
	}
	check_tokens(w, buf_str(&kept));
}

/* ---- worlds -------------------------------------------------------------------------------- */

static char *template; /* a store with a registered library: a copy is cheaper than a new one */

static inline char *make_template(void)
{
	CLEANUP(buf_release_p) struct buf events = BUF_INIT(1 << 20);
	char *dir = str_printf("%s/t_sync_docs.XXXXXX", scratch_root());
	struct client c = { 0 };
	struct list info = LIST_INIT;

	assert_non_null(mkdtemp(dir));
	pthread_mutex_init(&c.m, NULL);
	c.events.max = 1 << 20;
	c.dir = dir;
	client_open(&c);
	fake_describe(NULL, &info);
	info.base_type = 1;
	info.template = 101;
	assert_int_equal(str_set(&info.root_folder, "/" LIBRARY), 0);
	assert_int_equal(store_begin(c.st), 0);
	assert_int_equal(store_list_add(c.st, "http://t/sites/t", "Docs", &info, &c.list), 0);
	assert_int_equal(store_commit(c.st), 0);
	assert_int_equal(c.list, 1);
	list_release(&info);
	client_close(&c);
	buf_release(&c.events);
	return dir;
}

static inline void add_client(struct world *w)
{
	struct docs_client *dc = &w->c[w->n_clients];

	*dc = (struct docs_client) { .w = w, .number = w->n_clients++, .online = true };
	pthread_mutex_init(&dc->c.m, NULL);
	dc->c.events.max = 1 << 24;
	dc->c.dir = str_printf("%s.%d", template, dc->number);
	dc->snapshot = str_printf("%s.%d.killed", template, dc->number);
	wipe(dc->c.dir);
	copy_tree(template, dc->c.dir);
	client_starts(dc);
}

static inline void world_free(struct world *w)
{
	for (int i = 0; i < w->n_clients; i++) {
		struct docs_client *dc = &w->c[i];

		client_ends(dc);
		wipe(dc->c.dir);
		wipe(dc->snapshot);
		free(dc->c.dir);
		free(dc->snapshot);
		buf_release(&dc->c.events);
		pthread_mutex_destroy(&dc->c.m);
	}
	free(w);
}

#endif
