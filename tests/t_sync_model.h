#ifndef T_SYNC_MODEL_H
#define T_SYNC_MODEL_H

/*
 * A world of one server and some clients for t_sync_random.c: the server of
 * t_sync_fake.h behind a line that fails on order, clients that are killed and
 * come back, and a book of everything that was written and by whom. Nothing in it
 * has a thread or a clock of its own, so a schedule runs the same way every time.
 *
 * Every text that anybody writes is a token, unique in the world: "a t1." (a
 * title; the letter names the file), "s2." (status), "b3." (body), "n4." (an appended
 * note). Any text seen anywhere tells who wrote it and what he had before him.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>

#include "t_sync_fake.h"

#include "engine.h"
#include "history.h"
#include "local.h"
#include "numbers.h"
#include "park.h"
#include "recover.h"
#include "vacancy.h"

enum { CLIENTS_MAX = 3, TOKENS_MAX = 4096, RECORDS_MAX = 1024, ARMED_MAX = 64, DELETES_MAX = 64, THIRD_PARTY = CLIENTS_MAX };

enum slot_of { TITLE, STATUS, BODY, TRACKED, NOTES = TRACKED, TOKEN_KINDS };

static const char *const field_names[] = { "Title", "Status", "Body", "Notes" };
static const char field_letters[] = "tsbn";

/* One text. */
struct token {
	int record;
	int kind;        /* enum slot_of */
	int actor;
	int base;        /* the token that its writer had before him; 0: none */
	bool acked;      /* its save returned 0 */
	bool superseded; /* some acknowledged token has it as its base */
};

/* One item in somebody's mind: what was created once. */
struct record {
	int64_t server_id; /* the last item that stands for it; 0: none */
	int creations;
	bool may_return;   /* a deletion was refused or taken back */
	bool kept_slot;    /* its file was put back into its old slot, whatever its title was by then */
	bool unheard;      /* an answer about it was lost, so that nobody can tell who deleted it */
	int n_deletes;
	struct { int actor; int view[TOKEN_KINDS]; bool undone; } deletes[DELETES_MAX];
};

enum fault {
	FAULT_GONE,       /* the request does not arrive */
	FAULT_BUSY,       /* 503 with Retry-After */
	FAULT_THROTTLED,  /* 429 */
	FAULT_LOST,       /* it does, its answer does not */
	FAULT_PART,       /* half of the batch is carried out, and no answer */
	FAULT_TWICE,      /* it arrives twice; which answer comes back is chance */
	FAULT_CUT,        /* an answer ends in the middle */
	FAULT_RESTART,    /* an answer is taken back in the middle, and comes again */
	FAULT_NO_ROWS,    /* outcomes without rows */
	FAULT_REFUSED,    /* the first change of the batch will never be accepted */
	FAULT_NOT_RUN,    /* the batch is too big */
	FAULT_KILL_BEFORE, /* the client is killed: the request was not sent */
	FAULT_KILL_AFTER,  /* it was carried out */
	FAULT_THIRD,      /* somebody edits just before this request is answered */
	FAULT_CANCELED,
	FAULT_COUNT
};

struct model_client {
	struct client c;      /* dir, store, engine */
	struct model *m;
	int number;
	bool online;
	bool killed;          /* in the middle of a request: `snapshot` is what the disk had */
	char *snapshot;
	enum fault armed[ARMED_MAX];
	int n_armed;
	int requests, faults;
	/* an editor with a file open, and what it had read */
	struct { int64_t ino, item; struct values base; bool on; } editor;
};

struct model {
	struct fake *f;
	struct model_client c[CLIENTS_MAX];
	int n_clients;
	struct token tok[TOKENS_MAX];
	int n_tok;
	struct record rec[RECORDS_MAX];
	int n_rec;
	int64_t oldest_token; /* change tokens below are refused */
	bool strict_delete;   /* the server looks at the version of a Delete */
	bool folders;         /* there are some */
	int n_folders;        /* names that were made up */
	bool left[5];         /* F1 to F4: a rename has left the name */
	bool same_names;      /* folders are called what others were called */
	int between;          /* so often somebody edits what was read already, before the next page of a pull */
	unsigned dice;        /* of the operation that runs */
	bool verbose;
	char why[512];        /* the first violation; "": none */
};

/* ---- violations and dice ----------------------------------------------------------------- */

static inline void violated(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline void violated(struct model *m, const char *fmt, ...)
{
	va_list ap;

	if (m->why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(m->why, sizeof(m->why), fmt, ap);
	va_end(ap);
}

static inline unsigned next_random(uint64_t *state)
{
	uint64_t x = (*state += 0x9e3779b97f4a7c15ULL);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (unsigned) ((x ^ (x >> 31)) >> 33);
}

/* Chance within one operation: the same whatever ran before it, so that a shrunk schedule does the same. */
static inline unsigned roll(struct model *m, unsigned sides)
{
	m->dice = m->dice * 1103515245u + 12345u;
	return (m->dice >> 8) % sides;
}

/* ---- the book ------------------------------------------------------------------------------- */

static inline int token_new(struct model *m, int record, int kind, int actor, int base)
{
	assert_true(m->n_tok + 1 < TOKENS_MAX);
	m->tok[++m->n_tok] = (struct token) { .record = record, .kind = kind, .actor = actor, .base = base };
	return m->n_tok;
}

static inline void token_ack(struct model *m, int t)
{
	m->tok[t].acked = true;
	if (m->tok[t].base)
		m->tok[m->tok[t].base].superseded = true;
}

static inline int record_new(struct model *m)
{
	assert_true(m->n_rec + 1 < RECORDS_MAX);
	m->rec[++m->n_rec] = (struct record) { 0 };
	return m->n_rec;
}

static inline void token_text(const struct model *m, int t, char letter, char out[32])
{
	if (m->tok[t].kind == TITLE)
		snprintf(out, 32, "%c t%d.", letter, t);
	else
		snprintf(out, 32, "%c%d.", field_letters[m->tok[t].kind], t);
}

/* The token that a text is; 0: empty; -1: no token, or of another field. */
static inline int token_of(const struct model *m, int kind, const char *text)
{
	char again[32];
	int t;

	if (!text || !*text)
		return 0;
	if (kind == TITLE && strlen(text) < 4)
		return -1;
	t = (int) strtol(text + (kind == TITLE ? 3 : 1), NULL, 10);
	if (t <= 0 || t > m->n_tok || m->tok[t].kind != kind)
		return -1;
	token_text(m, t, text[0], again);
	return strcmp(again, text) == 0 ? t : -1;
}

/* The note that was appended here and is not on the server yet: who writes another one replaces it. */
static inline int note_of(const struct model *m, const struct values *v)
{
	int t = token_of(m, NOTES, values_get(v, field_names[NOTES]));

	return t > 0 ? t : 0;
}

/* What is in a set of values; the record they belong to, or -1 for a mixture or an invention. */
static inline int view_of(const struct model *m, const struct values *v, int view[TOKEN_KINDS])
{
	int record = 0;

	view[NOTES] = note_of(m, v);
	for (int k = 0; k < TRACKED; k++) {
		view[k] = token_of(m, k, values_get(v, field_names[k]));
		if (view[k] < 0 || (view[k] && record && m->tok[view[k]].record != record))
			return -1;
		if (view[k])
			record = m->tok[view[k]].record;
	}
	return record;
}

/* Whether `old` is `t` or came before it in the eyes of those who wrote. */
static inline bool is_ancestor(const struct model *m, int old, int t)
{
	for (; t; t = m->tok[t].base)
		if (t == old)
			return true;
	return false;
}

static inline void note_delete(struct model *m, int actor, int record, const int view[TOKEN_KINDS])
{
	struct record *r = &m->rec[record];

	assert_true(r->n_deletes < DELETES_MAX);
	r->deletes[r->n_deletes].actor = actor;
	r->deletes[r->n_deletes].undone = false;
	memcpy(r->deletes[r->n_deletes++].view, view, sizeof(r->deletes[0].view));
}

/* The user has put the file back in time: his last deletion was none. */
static inline void undo_delete(struct model *m, int actor, int record)
{
	struct record *r = &m->rec[record];

	for (int i = r->n_deletes; i-- > 0;)
		if (r->deletes[i].actor == actor) {
			r->deletes[i].undone = true;
			return;
		}
}

static inline bool is_killed(const struct model *m, int t)
{
	const struct record *r = &m->rec[m->tok[t].record];

	for (int i = 0; i < r->n_deletes; i++)
		if (!r->deletes[i].undone && r->deletes[i].view[m->tok[t].kind] == t)
			return true;
	return false;
}

/* ---- the server, seen by the third party ------------------------------------------------------ */

static inline char *server_text(struct fake_item *i, int kind)
{
	return kind == TITLE ? i->title : kind == STATUS ? i->status : i->body;
}

static inline int server_record(const struct model *m, struct fake_item *i)
{
	int t = token_of(m, TITLE, i->title);

	return t > 0 ? m->tok[t].record : 0;
}

static inline int server_alive(struct model *m, struct fake_item *ret[FAKE_ITEMS])
{
	int n = 0;

	for (int i = 0; i < m->f->n; i++)
		if (m->f->v[i].used && !m->f->v[i].deleted && !m->f->v[i].folder)
			ret[n++] = &m->f->v[i];
	return n;
}

static inline int server_folders(struct model *m, struct fake_item *ret[FAKE_ITEMS])
{
	int n = 0;

	for (int i = 0; i < m->f->n; i++)
		if (m->f->v[i].used && !m->f->v[i].deleted && m->f->v[i].folder)
			ret[n++] = &m->f->v[i];
	return n;
}

static inline struct fake_item *server_pick_folder(struct model *m)
{
	static _Thread_local struct fake_item *v[FAKE_ITEMS];
	int n = server_folders(m, v);

	return n ? v[roll(m, (unsigned) n)] : NULL;
}

static inline void third_create(struct model *m)
{
	int record = record_new(m), t = token_new(m, record, TITLE, THIRD_PARTY, 0);
	struct fake_item *d;
	char text[32];

	token_text(m, t, (char) ('a' + roll(m, 4)), text);
	token_ack(m, t);
	m->rec[record].server_id = fake_add(m->f, text);
	m->rec[record].creations = 1;
	if (m->folders && roll(m, 2) && (d = server_pick_folder(m)))
		snprintf(m->f->v[m->f->n - 1].dir, FAKE_TEXT, "%s/%.20s", FAKE_ROOT, d->leaf);
}

/* What the browser does, and Outlook with an agent of its own; scripts leave it as it is. */
static inline void third_leaves_history(struct model *m, struct fake_item *i)
{
	CLEANUP(buf_release_p) struct buf next = BUF_INIT(4096);
	unsigned who = roll(m, 3);
	char agent[33];

	if (m->f->no_history || !who)
		return;
	snprintf(agent, sizeof(agent), "%032x", 0xa0 + who);
	assert_int_equal(history_next(i->history, agent, 0, &next), 0);
	snprintf(i->history, sizeof(i->history), "%s", buf_str(&next));
}

static inline void third_write(struct model *m, struct fake_item *i)
{
	int kind = (int) roll(m, TRACKED);
	char *place = server_text(i, kind), letter = i->title[0];
	int t = token_new(m, server_record(m, i), kind, THIRD_PARTY, token_of(m, kind, place));

	token_text(m, t, roll(m, 2) ? letter : (char) ('a' + roll(m, 4)), place);
	token_ack(m, t);
	fake_touch(m->f, i->id);
	third_leaves_history(m, i);
}

static inline void third_touch(struct model *m, struct fake_item *i)
{
	fake_touch(m->f, i->id);
	third_leaves_history(m, i);
}

static inline void third_delete(struct model *m, struct fake_item *i)
{
	int view[TOKEN_KINDS] = { 0 };

	for (int k = 0; k < TRACKED; k++)
		view[k] = token_of(m, k, server_text(i, k));
	note_delete(m, THIRD_PARTY, server_record(m, i), view);
	fake_delete(m->f, i->id);
}

/* All that is in it is deleted as it is now, by that actor. */
static inline void note_folder_goes(struct model *m, int actor, const struct fake_item *d, int64_t since)
{
	static _Thread_local struct fake_item *alive[FAKE_ITEMS];
	int n = server_alive(m, alive);

	for (int i = 0; i < n; i++) {
		int view[TOKEN_KINDS] = { 0 };

		if (!fake_is_in(alive[i], d) || alive[i]->seq <= since)
			continue;
		for (int k = 0; k < TRACKED; k++)
			view[k] = token_of(m, k, server_text(alive[i], k));
		note_delete(m, actor, server_record(m, alive[i]), view);
	}
}

/* Some names are taken again and again, also after their folder was deleted. */
static inline void folder_name(struct model *m, char out[16])
{
	int often = 1 + (int) roll(m, 4);

	snprintf(out, 16, "F%d", m->same_names && roll(m, 2) && !m->left[often] ? often : 5 + m->n_folders++);
}

/* A name that a rename has left is not taken again: what was sent to its folder meanwhile would be in the other one, and
 * nothing tells that from what was renamed with it until somebody changes it. */
static inline void folder_leaves(struct model *m, const char *name)
{
	int number = (int) strtol(name + 1, NULL, 10);

	if (number < 5)
		m->left[number] = true;
}

static inline void third_folder(struct model *m)
{
	struct fake_item *d = server_pick_folder(m);
	unsigned what = roll(m, 4);
	char name[16], path[64];

	folder_name(m, name);
	snprintf(path, sizeof(path), "%s/%s", FAKE_ROOT, name);
	if (fake_folder_at(m->f, path) && what < 2) {
		third_create(m);
	} else if (!d || what == 0) {
		fake_add_folder(m->f, FAKE_ROOT, name);
	} else if (what == 1) {
		folder_leaves(m, d->leaf);
		fake_rename_folder(m->f, d, name);
		fake_touch(m->f, d->id);
	} else if (what == 2) {
		note_folder_goes(m, THIRD_PARTY, d, 0);
		fake_delete(m->f, d->id);
	} else {
		third_create(m);
	}
}

static inline void third_acts(struct model *m, bool deletes)
{
	static _Thread_local struct fake_item *alive[FAKE_ITEMS];
	int n = server_alive(m, alive);
	struct fake_item *i = n ? alive[roll(m, (unsigned) n)] : NULL;
	unsigned what = roll(m, 10);

	if (!i || what < 2)
		third_create(m);
	else if (what < 7)
		third_write(m, i);
	else if (what < 8)
		third_touch(m, i);
	else if (deletes)
		third_delete(m, i);
}

/* What stands on the pages before that position, which is "p" and an index. */
static inline void third_edits_what_was_read(struct model *m, const char *position)
{
	static _Thread_local struct fake_item *alive[FAKE_ITEMS];
	int n = server_alive(m, alive), upto = (int) strtol(position + 1, NULL, 10), read = 0;

	while (read < n && alive[read] < m->f->v + upto)
		read++;
	if (read)
		third_write(m, alive[roll(m, (unsigned) read)]);
}

/* ---- the line -------------------------------------------------------------------------------- */

struct line {
	struct remote base;
	struct fake_remote inner;
	struct model_client *mc;
};


/* What the disk of the client has at this moment becomes what it finds when it is started again. */
static inline void kill_here(struct model_client *mc)
{
	if (mc->killed)
		return;
	wipe(mc->snapshot);
	copy_tree(mc->c.dir, mc->snapshot);
	mc->killed = true;
}

static inline int next_fault(struct model_client *mc)
{
	int f;

	mc->requests++;
	if (mc->killed || !mc->online)
		return FAULT_GONE;
	if (!mc->n_armed)
		return -1;
	f = mc->armed[0];
	memmove(mc->armed, mc->armed + 1, (size_t) --mc->n_armed * sizeof(*mc->armed));
	mc->faults++;
	return f;
}

/* Failures that concern the request as a whole, before the server sees it. */
static inline bool fails_early(struct model_client *mc, int fault, struct remote_fault *f, enum remote_result *ret)
{
	*ret = REMOTE_SITE_BAD;
	if (fault == FAULT_THIRD)
		third_acts(mc->m, true);
	if (fault == FAULT_KILL_BEFORE)
		kill_here(mc);
	if (fault == FAULT_BUSY || fault == FAULT_THROTTLED) {
		f->http_status = fault == FAULT_BUSY ? 503 : 429;
		f->retry_after = 30;
	}
	if (fault == FAULT_CANCELED)
		*ret = REMOTE_CANCELED;
	return fault == FAULT_GONE || fault == FAULT_BUSY || fault == FAULT_THROTTLED ||
	       fault == FAULT_KILL_BEFORE || fault == FAULT_CANCELED;
}

/* A sink that hears only the first rows of an answer. */
struct cut_sink {
	const struct remote_sink *inner;
	int left;
};

static inline int cut_list(void *arg, const struct list *l)
{
	struct cut_sink *c = arg;

	return c->inner->list(c->inner->arg, l);
}

static inline int cut_id(void *arg, enum remote_id_change kind, int64_t id)
{
	struct cut_sink *c = arg;

	return c->left-- > 0 ? c->inner->id(c->inner->arg, kind, id) : 0;
}

static inline int cut_row(void *arg, struct item *row)
{
	struct cut_sink *c = arg;

	return c->left-- > 0 ? c->inner->row(c->inner->arg, row) : 0;
}

static inline enum remote_result line_pull(struct remote *r, const struct remote_pull *q,
					   const struct remote_sink *sink, struct remote_page *ret,
					   const atomic_int *cancel, struct remote_fault *f)
{
	struct line *l = (struct line *) r;
	struct model_client *mc = l->mc;
	struct cut_sink cut = { sink, 1 };
	const struct remote_sink some = { .list = cut_list, .id = cut_id, .row = cut_row, .arg = &cut };
	int fault = next_fault(mc);
	bool cuts = fault == FAULT_CUT || fault == FAULT_LOST || fault == FAULT_RESTART || fault == FAULT_PART;
	enum remote_result res;

	if (fails_early(mc, fault, f, &res))
		return res;
	if (q->position && mc->m->between) {
		mc->m->between--;
		third_edits_what_was_read(mc->m, q->position);
	}
	if (q->token && strtoll(q->token, NULL, 10) < mc->m->oldest_token)
		return REMOTE_TOKEN_GONE;
	if (!cuts) {
		res = fake_pull(&l->inner.base, q, sink, ret, cancel, f);
		if (fault == FAULT_KILL_AFTER)
			kill_here(mc);
		return res;
	}
	res = fake_pull(&l->inner.base, q, &some, ret, cancel, f);
	remote_page_release(ret);
	*ret = (struct remote_page) { 0 };
	if (fault != FAULT_RESTART || res != REMOTE_OK)
		return REMOTE_SITE_BAD;
	sink->restart(sink->arg);
	return fake_pull(&l->inner.base, q, sink, ret, cancel, f);
}

/* ---- changes on the line --------------------------------------------------------------------------- */

static inline void refuse(struct model *m, const struct change *c, struct remote_outcome *o)
{
	struct fake_item *i = c->id ? fake_find(m->f, c->id) : NULL;

	o->result = REMOTE_ITEM_BAD;
	o->server_code = 0x81020014;
	o->text = strdup("not this one");
	if (i && !i->folder && c->op == CHANGE_DELETE)
		m->rec[server_record(m, i)].may_return = true;
}

/* Before the server carries it out: what must not happen whatever the client was told. */
static inline void watch_change(struct model_client *mc, const struct change *c)
{
	struct model *m = mc->m;
	int t = token_of(m, TITLE, values_get(&c->fields, "Title"));
	struct record *r = c->op == CHANGE_NEW && t > 0 ? &m->rec[m->tok[t].record] : NULL;
	struct fake_item *old = r && r->server_id ? fake_find(m->f, r->server_id) : NULL;
	struct fake_item *folder = c->id ? fake_find(m->f, c->id) : NULL;

	/* What it cannot know is deleted with the folder (MS-OUTSPS_R66). */
	if (folder && folder->folder && c->op == CHANGE_DELETE && !folder->deleted) {
		CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

		assert_int_equal(store_list_get(mc->c.st, mc->c.list, &l), 0);
		note_folder_goes(m, mc->number, folder, l.token ? strtoll(l.token, NULL, 10) : 0);
	}
	if (!r || !fake_may_make(m->f, c))
		return;
	if (old && !old->deleted)
		violated(m, "I7 client %d creates %s a second time", mc->number, values_get(&c->fields, "Title"));
	r->creations++;
	r->server_id = m->f->n + 1;
}

static inline bool is_stale_delete(struct model *m, const struct change *c)
{
	struct fake_item *i = c->op == CHANGE_DELETE ? fake_find(m->f, c->id) : NULL;

	return i && !i->deleted && m->strict_delete && c->version != i->version;
}

static inline void carry_out(struct line *l, const char *list, const struct schema *schema, const struct change *c,
			     struct remote_outcome *o)
{
	struct remote_fault f = { 0 };

	if (is_stale_delete(l->mc->m, c)) {
		o->result = REMOTE_CONFLICT;
		o->server_code = 0x81020015;
		fake_give_row(l->mc->m->f, fake_find(l->mc->m->f, c->id), o);
		return;
	}
	watch_change(l->mc, c);
	assert_int_equal(fake_push(&l->inner.base, list, schema, &c, 1, o, NULL, &f), REMOTE_OK);
}

static inline void carry_out_twice(struct line *l, const char *list, const struct schema *schema,
				   const struct change *c, struct remote_outcome *o)
{
	struct remote_outcome other = { 0 };

	carry_out(l, list, schema, c, o);
	/* A second New is a second item. Of a note that arrives twice the client hears that the version is another, and
	 * cannot tell its own doing from somebody else's where there is no history. */
	if (c->op == CHANGE_NEW || (values_has(&c->fields, "Notes") && l->mc->m->f->no_history))
		return;
	carry_out(l, list, schema, c, &other);
	if (roll(l->mc->m, 2)) {
		struct remote_outcome swap = *o;

		*o = other;
		other = swap;
	}
	remote_outcome_release(&other);
}

static inline enum remote_result lose(struct model *m, const struct change *const changes[], size_t n,
				      struct remote_outcome ret[])
{
	for (size_t i = 0; i < n; i++) {
		int t = token_of(m, TITLE, values_get(&changes[i]->fields, "Title"));
		struct fake_item *item = changes[i]->id ? fake_find(m->f, changes[i]->id) : NULL;

		if (t > 0)
			m->rec[m->tok[t].record].unheard = true;
		if (item && !item->folder)
			m->rec[server_record(m, item)].unheard = true;
		remote_outcome_release(&ret[i]);
		ret[i] = (struct remote_outcome) { 0 };
	}
	return REMOTE_LOST;
}

static inline enum remote_result line_push(struct remote *r, const char *list, const struct schema *schema,
					   const struct change *const changes[], size_t n, struct remote_outcome ret[],
					   const atomic_int *cancel, struct remote_fault *f)
{
	struct line *l = (struct line *) r;
	struct model_client *mc = l->mc;
	struct model *m = mc->m;
	int fault = next_fault(mc);
	enum remote_result res;

	(void) cancel;
	if (fails_early(mc, fault, f, &res)) {
		/* What was given up, or died, may have arrived for all the client knows. */
		if (fault == FAULT_KILL_BEFORE || fault == FAULT_CANCELED)
			lose(m, changes, n, ret);
		return res;
	}
	m->f->no_rows = fault == FAULT_NO_ROWS;
	/* Of a new item without a row the client knows as little as of one whose answer was lost. */
	for (size_t i = 0; fault == FAULT_NO_ROWS && i < n; i++) {
		int t = token_of(m, TITLE, values_get(&changes[i]->fields, "Title"));

		if (t > 0 && changes[i]->op == CHANGE_NEW)
			m->rec[m->tok[t].record].unheard = true;
	}
	for (size_t i = 0; i < n; i++) {
		if (fault == FAULT_NOT_RUN && n > 1)
			ret[i].result = REMOTE_NOT_RUN;
		else if (fault == FAULT_REFUSED && i == 0)
			refuse(m, changes[i], &ret[i]);
		else if (fault == FAULT_TWICE)
			carry_out_twice(l, list, schema, changes[i], &ret[i]);
		else if (fault != FAULT_PART || i < n / 2)
			carry_out(l, list, schema, changes[i], &ret[i]);
	}
	m->f->no_rows = false;
	if (fault == FAULT_KILL_AFTER)
		kill_here(mc);
	if (fault == FAULT_NO_ROWS || fault == FAULT_LOST || fault == FAULT_PART || fault == FAULT_CUT ||
	    fault == FAULT_KILL_AFTER) {
		if (fault != FAULT_NO_ROWS)
			return lose(m, changes, n, ret);
	}
	return REMOTE_OK;
}

static inline struct remote *line_close(struct remote *r)
{
	free(r);
	return NULL;
}

static inline int line_open(void *arg, const char *site, struct remote **ret, struct err *err)
{
	static const struct remote_ops ops = { .pull = line_pull, .push = line_push, .close = line_close };
	struct line *l = calloc(1, sizeof(*l));

	(void) site;
	(void) err;
	assert_non_null(l);
	l->base.ops = &ops;
	l->mc = arg;
	l->inner.f = l->mc->m->f;
	*ret = &l->base;
	return 0;
}

/* ---- clients come and go ------------------------------------------------------------------------------ */

/* Removes a directory with what is in it. */
/* Copies a directory. Not the shared memory of the database: that does not outlive its process. */
static inline int letter_name(void *arg, const struct list *l, const struct item *i, bool with_id, char out[256])
{
	const char *title = values_get(&i->values, "Title");

	(void) arg;
	(void) l;
	if (i->folder)
		snprintf(out, 256, with_id ? "%s (%lld)" : "%s", item_leaf(i->path), (long long) i->id);
	else if (with_id)
		snprintf(out, 256, "%c (%lld).txt", title ? title[0] : '-', (long long) i->id);
	else
		snprintf(out, 256, "%c.txt", title ? title[0] : '-');
	return 0;
}

static inline int note_given_up(void *arg, const struct store_change *c)
{
	struct model *m = arg;

	for (int k = 0; k < TOKEN_KINDS && c->state == STORE_CHANGE_REFUSED; k++) {
		int t = token_of(m, k, values_get(&c->change.fields, field_names[k]));

		if (t > 0)
			m->tok[t].superseded = true;
	}
	return 0;
}

/* What may not be saved, and with it what was refused before. */
static inline void give_up(struct model_client *mc, int64_t ino)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	assert_int_equal(store_node_get(mc->c.st, ino, &n), 0);
	if (n.item)
		assert_int_equal(store_change_of_item(mc->c.st, n.item, note_given_up, mc->m), 0);
	assert_int_equal(sync_submit_revert(mc->c.s, ino), 0);
}

/* Starts the client on what its directory has. */
/* What a writer had flushed becomes a save, as the mount does it at its next start. */
static inline int model_recover(void *arg, int64_t ino)
{
	struct client *c = arg;
	struct model_client *mc = arg;
	CLEANUP(store_text_release_p) struct store_text t = STORE_TEXT_INIT;
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 16);
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	char field[32], text[64];
	struct sync_saved saved;
	struct sync_save save = { .ino = ino, .fields = &v };
	int r, t_at;

	assert_int_equal(store_text_get(c->st, ino, &b, &t), 0);
	assert_int_equal(store_node_get(c->st, ino, &n), 0);
	assert_int_equal(sscanf(buf_str(&b), "%31[^:]: %63[^\n]", field, text), 2);
	assert_int_equal(values_set(&v, field, text), 0);
	save.item = n.item;
	save.base = t.has_base ? &t.base : NULL;
	save.text = buf_str(&b);
	save.n = b.len;
	r = sync_submit_save(c->s, &save, &saved);
	if (r == 0)
		return 0;
	/* Rights were lost meanwhile: the mount keeps it as a draft, and this user gives it up. */
	t_at = token_of(mc->m, field[0] == 'S' ? STATUS : BODY, text);
	assert_true(t_at > 0);
	mc->m->tok[t_at].superseded = true;
	give_up(mc, ino);
	return 0;
}

static inline void client_starts(struct model_client *mc)
{
	struct client *c = &mc->c;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

	client_open(c);
	c->present.name = letter_name;
	c->hooks.recover = model_recover;
	mc->killed = false;
	mc->editor.on = false;
	c->list = 1;
	assert_int_equal(store_list_get(c->st, c->list, &l), 0);
	c->root = l.root;
	assert_int_equal(recover_start(c->s), 0);
	c->s->conf.offline = !mc->online;
	sync_set_online(c->s, mc->online);
}

/* It was killed: at the request in the middle of which `snapshot` was taken, or just now. */
static inline void client_dies(struct model_client *mc)
{
	char *dir;

	kill_here(mc);
	client_close(&mc->c);
	dir = mc->c.dir;
	mc->c.dir = mc->snapshot;
	mc->snapshot = dir;
	buf_reset(&mc->c.events);
}

/* A registered list that was never received, made once: a copy is cheaper than a new one. */
static inline char *make_template(void)
{
	char *dir = str_printf("%s/t_sync_model.XXXXXX", scratch_root());
	struct client c = { 0 };

	assert_non_null(mkdtemp(dir));
	pthread_mutex_init(&c.m, NULL);
	c.events.max = 1 << 20;
	c.dir = dir;
	client_open(&c);
	assert_int_equal(client_register(&c, "Tasks", "{11111111-2222-3333-4444-555555555555}"), 1);
	client_close(&c);
	buf_release(&c.events);
	return dir;
}

static inline void model_add_client(struct model *m, const char *template)
{
	struct model_client *mc = &m->c[m->n_clients];

	*mc = (struct model_client) { .m = m, .number = m->n_clients++, .online = true };
	pthread_mutex_init(&mc->c.m, NULL);
	mc->c.f = m->f;
	snprintf(mc->c.agent, sizeof(mc->c.agent), "%032x", 0xc0 + mc->number);
	mc->c.events.max = 1 << 24;
	mc->c.dir = str_printf("%s.%d", template, mc->number);
	mc->snapshot = str_printf("%s.%d.killed", template, mc->number);
	wipe(mc->c.dir);
	copy_tree(template, mc->c.dir);
	client_starts(mc);
}

static inline struct model *model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->f = fake_new();
	return m;
}

static inline void model_free(struct model *m)
{
	for (int i = 0; i < m->n_clients; i++) {
		struct model_client *mc = &m->c[i];

		client_close(&mc->c);
		wipe(mc->c.dir);
		wipe(mc->snapshot);
		free(mc->c.dir);
		free(mc->snapshot);
		values_release(&mc->editor.base);
		buf_release(&mc->c.events);
		pthread_mutex_destroy(&mc->c.m);
	}
	fake_free(m->f);
	free(m);
}

#endif
