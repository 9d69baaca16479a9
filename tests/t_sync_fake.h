#ifndef T_SYNC_FAKE_H
#define T_SYNC_FAKE_H

/*
 * A small server behind struct remote, for the tests of sync: one list, items
 * with versions, a change log, and failures on order. It keeps all its state in
 * shared memory, so that it outlives a client that is killed in the middle.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
/* after what it needs */
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "remote/remote.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "sync/submit.h"
#include "sync/sync.h"

enum { FAKE_ITEMS = 1200, FAKE_TEXT = 200, FAKE_LOG = 8192 };

struct fake_item {
	int64_t id, version, seq; /* seq: of its last change */
	bool used, deleted, folder;
	bool hidden; /* the client has no right to see it: no answer speaks of it */
	char title[FAKE_TEXT], body[FAKE_TEXT], status[FAKE_TEXT], notes[FAKE_TEXT];
	char history[3 * FAKE_TEXT];
	char replication[64], dir[FAKE_TEXT], leaf[FAKE_TEXT];
	uint64_t perm; /* 0: not sent */
};

struct fake {
	pthread_mutex_t m;
	struct fake_item v[FAKE_ITEMS];
	int n;
	int64_t seq;
	int pulls, pushes, methods, largest;
	char log[FAKE_LOG]; /* "new A; update 3; delete 3; " */
	/* failures on order; each `n` is how many calls it concerns */
	struct { enum remote_result result; int n; int http, retry_after; uint32_t code; } pull_fails, push_fails;
	int pull_fails_after; /* so many are answered before */
	int push_lost;      /* carried out, and no answer */
	int fails_open;     /* -errno of the factory */
	int page;           /* rows per page; 0: all */
	int cut;            /* most changes per token call (MoreChanges); 0: all */
	bool repeats;       /* positions repeat */
	int min_minutes, recommended;
	int max_methods;    /* more are not run; 0: any */
	int threshold;      /* pages of more rows are refused; 0: none */
	int away;           /* addresses that cannot be reached, from the first; a site has two */
	int address;        /* in use */
	int opened;         /* how often */
	bool old;           /* tells no deletions, names what is there */
	int busy;           /* seconds of pause asked for with each answer */
	_Atomic int latency_ms;  /* set to 0: whoever sleeps goes on */
	_Atomic int asleep;      /* requests that wait so */
	bool whole_restore; /* once */
	bool no_rows;       /* of pushes */
	bool no_history;    /* items keep none */
	bool no_versions;   /* rows have no owshiddenversion */
	bool send_list;     /* the description in every answer */
	int64_t rename_ids; /* a Rename id without its row, once */
	int64_t rename_seq; /* it is told to all whose token is older */
	int64_t between;    /* somebody edits this item after the next page that is not the last, once */
	int64_t restore_ids; /* a Restore id of one item, once */
	int64_t oldest_token; /* change tokens below are refused */
	int64_t schema;     /* raised: the description is sent once with another column */
	int64_t schema_told;
	int64_t schema_seq; /* clients whose token is older are told the description */
	char perm[FAKE_TEXT];
	char default_status[FAKE_TEXT];
	int calls_running, calls_most; /* at the same time */
	int delete_first;   /* in one answer: a Delete id for an item whose row is there too */
};

static inline struct fake *fake_new(void)
{
	struct fake *f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t a;

	assert_true(f != MAP_FAILED);
	pthread_mutexattr_init(&a);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&f->m, &a);
	pthread_mutexattr_destroy(&a);
	f->seq = 1;
	snprintf(f->perm, sizeof(f->perm), "FullMask");
	return f;
}

static inline void fake_free(struct fake *f)
{
	munmap(f, sizeof(*f));
}

#define FAKE_ROOT "sites/t/Lists/Tasks"

static inline struct fake_item *fake_find(struct fake *f, int64_t id)
{
	for (int i = 0; i < f->n; i++)
		if (f->v[i].used && f->v[i].id == id)
			return &f->v[i];
	return NULL;
}

static inline struct fake_item *fake_titled(struct fake *f, const char *title)
{
	for (int i = 0; i < f->n; i++)
		if (f->v[i].used && !f->v[i].deleted && strcmp(f->v[i].title, title) == 0)
			return &f->v[i];
	return NULL;
}

/* Somebody else's edits. */
static inline int64_t fake_add(struct fake *f, const char *title)
{
	struct fake_item *i = &f->v[f->n++];

	assert_true(f->n < FAKE_ITEMS);
	*i = (struct fake_item) { .id = f->n, .version = 1, .seq = ++f->seq, .used = true };
	snprintf(i->title, sizeof(i->title), "%s", title);
	/* The list itself is the agent of what is made in the browser. */
	if (!f->no_history)
		snprintf(i->history, sizeof(i->history), "11111111222233334444555555555555:1");
	snprintf(i->dir, sizeof(i->dir), "%s", FAKE_ROOT);
	snprintf(i->leaf, sizeof(i->leaf), "%d_.000", f->n);
	return i->id;
}

static inline int64_t fake_add_folder(struct fake *f, const char *dir, const char *name)
{
	struct fake_item *i = &f->v[fake_add(f, name) - 1];

	i->folder = true;
	snprintf(i->dir, sizeof(i->dir), "%s", dir);
	snprintf(i->leaf, sizeof(i->leaf), "%s", name);
	return i->id;
}

static inline void fake_touch(struct fake *f, int64_t id)
{
	struct fake_item *i = fake_find(f, id);

	i->version++;
	i->seq = ++f->seq;
}

static inline void fake_set(struct fake *f, int64_t id, const char *title, const char *status, const char *body)
{
	struct fake_item *i = fake_find(f, id);

	if (title)
		snprintf(i->title, sizeof(i->title), "%s", title);
	if (status)
		snprintf(i->status, sizeof(i->status), "%s", status);
	if (body)
		snprintf(i->body, sizeof(i->body), "%s", body);
	fake_touch(f, id);
}

static inline bool fake_is_in(const struct fake_item *i, const struct fake_item *folder)
{
	char path[2 * FAKE_TEXT + 2];

	snprintf(path, sizeof(path), "%s/%s", folder->dir, folder->leaf);
	return folder->folder && str_starts(i->dir, path) && (!i->dir[strlen(path)] || i->dir[strlen(path)] == '/');
}

/* A folder takes its contents along, and the change log tells of each. */
static inline void fake_delete(struct fake *f, int64_t id)
{
	struct fake_item *d = fake_find(f, id);

	for (int k = 0; d->folder && k < f->n; k++)
		if (f->v[k].used && !f->v[k].deleted && fake_is_in(&f->v[k], d)) {
			f->v[k].deleted = true;
			f->v[k].seq = ++f->seq;
		}
	d->deleted = true;
	d->seq = ++f->seq;
}

static inline int fake_count(struct fake *f)
{
	int n = 0;

	pthread_mutex_lock(&f->m);
	for (int i = 0; i < f->n; i++)
		n += f->v[i].used && !f->v[i].deleted;
	pthread_mutex_unlock(&f->m);
	return n;
}

/* The folder of that path below the site; NULL: there is none. */
static inline struct fake_item *fake_folder_at(struct fake *f, const char *path)
{
	char own[2 * FAKE_TEXT + 2];

	for (int i = 0; i < f->n; i++) {
		snprintf(own, sizeof(own), "%s/%s", f->v[i].dir, f->v[i].leaf);
		if (f->v[i].used && !f->v[i].deleted && f->v[i].folder && strcmp(own, path) == 0)
			return &f->v[i];
	}
	return NULL;
}

/* ---- its description ----------------------------------------------------------------- */

static inline void fake_field(struct schema *s, const char *name, enum field_type type, unsigned flags)
{
	struct field *f = schema_add(s);

	assert_non_null(f);
	f->name = strdup(name);
	f->display = strdup(name);
	f->type = type;
	f->type_name = strdup("Text");
	f->flags = flags;
}

static inline void fake_describe(const struct fake *f, struct list *l)
{
	l->id = strdup("{11111111-2222-3333-4444-555555555555}");
	l->title = strdup("Tasks");
	l->web_url = strdup("/sites/t");
	l->root_folder = strdup("/" FAKE_ROOT);
	l->template = 100;
	l->version = f ? f->schema : 0;
	l->write_security = 1;
	l->flags = LIST_FOLDERS;
	fake_field(&l->schema, "ID", FIELD_COUNTER, FIELD_READONLY);
	fake_field(&l->schema, "Title", FIELD_TEXT, 0);
	fake_field(&l->schema, "Status", FIELD_TEXT, 0);
	fake_field(&l->schema, "Body", FIELD_NOTE, 0);
	fake_field(&l->schema, "Notes", FIELD_NOTE, FIELD_APPENDONLY);
	fake_field(&l->schema, "Editor", FIELD_TEXT, FIELD_READONLY);
	fake_field(&l->schema, "FileLeafRef", FIELD_FILE, FIELD_HIDDEN);
	if (f && f->schema)
		fake_field(&l->schema, "Added", FIELD_TEXT, 0);
}

/* ---- its answers ------------------------------------------------------------------------ */

struct fake_remote {
	struct remote base;
	struct fake *f;
};

static inline void fake_value(struct values *v, const char *name, const char *text)
{
	if (*text)
		assert_int_equal(values_set(v, name, text), 0);
}

static inline void fake_row(const struct fake *f, const struct fake_item *i, struct item *row)
{
	char text[2 * FAKE_TEXT + 64];

	*row = (struct item) ITEM_INIT;
	snprintf(text, sizeof(text), "%lld", (long long) i->id);
	fake_value(&row->values, "ID", text);
	snprintf(text, sizeof(text), "%lld", (long long) i->version);
	if (!f->no_versions)
		fake_value(&row->values, "owshiddenversion", text);
	snprintf(text, sizeof(text), "%lld;#%s/%s", (long long) i->id, i->dir, i->leaf);
	fake_value(&row->values, "FileRef", text);
	snprintf(text, sizeof(text), "%lld;#%s", (long long) i->id, i->leaf);
	fake_value(&row->values, "FileLeafRef", text);
	snprintf(text, sizeof(text), "%lld;#%d", (long long) i->id, i->folder);
	fake_value(&row->values, "FSObjType", text);
	snprintf(text, sizeof(text), "editor %lld", (long long) i->version);
	fake_value(&row->values, "Editor", text);
	clock_format_iso(1700000000 + i->seq, text);
	fake_value(&row->values, "Modified", text);
	fake_value(&row->values, "Title", i->title);
	fake_value(&row->values, "Status", i->status);
	fake_value(&row->values, "Body", i->body);
	fake_value(&row->values, "MetaInfo_ReplicationID", i->replication);
	fake_value(&row->values, "MetaInfo_vti_versionhistory", i->history);
	if (i->perm) {
		snprintf(text, sizeof(text), "0x%llx", (unsigned long long) i->perm);
		fake_value(&row->values, "PermMask", text);
	}
	assert_int_equal(item_from_values(row), 0);
}

static inline int fake_send_row(const struct fake *f, const struct fake_item *i, const struct remote_sink *sink,
				struct remote_page *ret)
{
	struct item row;
	int r;

	fake_row(f, i, &row);
	r = sink->row(sink->arg, &row);
	item_release(&row);
	ret->rows++;
	return r;
}

/* The next address, if it is there. */
static inline bool fake_failed(void *arg, struct remote *r)
{
	struct fake *f = arg;

	(void) r;
	return ++f->address < 2;
}

static inline bool fake_fails(struct fake *f, bool push, struct remote_fault *fault, enum remote_result *ret)
{
	int *n = push ? &f->push_fails.n : &f->pull_fails.n;

	if (f->address < f->away) {
		*ret = push ? REMOTE_LOST : REMOTE_SITE_BAD;
		err_set(&fault->err, -ENOTCONN, "nobody there");
		return true;
	}
	if (*n <= 0 || (!push && f->pull_fails_after-- > 0))
		return false;
	(*n)--;
	*ret = push ? f->push_fails.result : f->pull_fails.result;
	fault->http_status = push ? f->push_fails.http : f->pull_fails.http;
	fault->retry_after = push ? f->push_fails.retry_after : f->pull_fails.retry_after;
	fault->server_code = push ? f->push_fails.code : f->pull_fails.code;
	err_set(&fault->err, -EIO, "the fake fails as ordered");
	return true;
}

static inline bool fake_sleep(struct fake *f, const atomic_int *cancel)
{
	bool go_on = true;

	f->asleep++;
	for (int i = 0; i < f->latency_ms && go_on; i += 5) {
		go_on = !cancel || !atomic_load(cancel);
		if (go_on)
			usleep(5000);
	}
	f->asleep--;
	return go_on;
}

static inline void fake_send_list(struct fake *f, const struct remote_sink *sink)
{
	struct list l = LIST_INIT;

	fake_describe(f, &l);
	assert_int_equal(sink->list(sink->arg, &l), 0);
	list_release(&l);
	f->schema_told = f->schema;
}

/* Everything, in pages. */
static inline int fake_send_all(struct fake *f, const struct remote_pull *q, const struct remote_sink *sink,
				struct remote_page *ret)
{
	int from = q->position ? (int) strtol(q->position + 1, NULL, 10) : 0, sent = 0, r = 0;
	int limit = f->page ? f->page : q->row_limit ? q->row_limit : FAKE_ITEMS;

	for (int i = from; r == 0 && i < f->n; i++) {
		if (!f->v[i].used || f->v[i].deleted || f->v[i].hidden)
			continue;
		if (sent++ == limit) {
			ret->position = f->repeats ? strdup("p0") : str_printf("p%d", i);
			break;
		}
		r = fake_send_row(f, &f->v[i], sink, ret);
	}
	return r;
}

static inline bool fake_is_extra(const char *ids, int64_t id)
{
	for (const char *p = ids; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : "")
		if (strtol(p, NULL, 10) == id)
			return true;
	return false;
}

/* What changed since the token, the oldest first, as many as `cut`; *upto: the last that was told. */
static inline int fake_send_changes(struct fake *f, int64_t token, const struct remote_pull *q,
				    const struct remote_sink *sink, struct remote_page *ret, int64_t *upto)
{
	int sent = 0, r = 0;

	*upto = f->seq;
	for (int64_t seq = token + 1; r == 0 && seq <= f->seq; seq++)
		for (int i = 0; r == 0 && i < f->n; i++) {
			if (f->v[i].seq != seq || !f->v[i].used || f->v[i].hidden)
				continue;
			if (f->cut && sent == f->cut) {
				ret->more_changes = true;
				*upto = seq - 1;
				return 0;
			}
			sent++;
			if (f->old && f->v[i].deleted)
				continue;
			if (f->v[i].deleted || f->delete_first)
				r = sink->id(sink->arg, REMOTE_ID_DELETE, f->v[i].id);
			if (!f->v[i].deleted)
				r = fake_send_row(f, &f->v[i], sink, ret);
		}
	for (int i = 0; r == 0 && i < f->n; i++)
		if (f->v[i].used && !f->v[i].deleted && fake_is_extra(q->extra_ids, f->v[i].id))
			r = fake_send_row(f, &f->v[i], sink, ret);
	return r;
}

static inline int fake_answer(struct fake *f, const struct remote_pull *q, const struct remote_sink *sink,
			      struct remote_page *ret)
{
	int64_t upto = f->seq;
	int r;

	ret->min_minutes = f->min_minutes;
	ret->recommended_seconds = f->recommended;
	ret->perm_text = strdup(f->perm);
	if (!q->token || f->send_list || f->schema_told != f->schema || strtoll(q->token, NULL, 10) < f->schema_seq)
		fake_send_list(f, sink);
	if (q->token && f->whole_restore) {
		ret->whole_restore = true;
		f->whole_restore = false;
		return 0;
	}
	if (q->token && f->rename_ids && (!f->rename_seq || strtoll(q->token, NULL, 10) < f->rename_seq)) {
		r = sink->id(sink->arg, REMOTE_ID_RENAME, f->rename_ids);
		f->rename_ids = f->rename_seq ? f->rename_ids : 0;
		if (r < 0)
			return r;
	}
	if (q->token && f->restore_ids) {
		r = sink->id(sink->arg, REMOTE_ID_RESTORE, f->restore_ids);
		f->restore_ids = 0;
		if (r < 0)
			return r;
	}
	r = q->token ? fake_send_changes(f, strtol(q->token, NULL, 10), q, sink, ret, &upto)
		     : fake_send_all(f, q, sink, ret);
	for (int i = 0; f->old && r == 0 && i < f->n; i++)
		if (f->v[i].used && !f->v[i].deleted)
			r = sink->present(sink->arg, f->v[i].id);
	ret->complete = f->old;
	ret->token = str_printf("%lld", (long long) upto);
	if (f->between && ret->position) {
		fake_set(f, f->between, NULL, "late", NULL);
		f->between = 0;
	}
	return r;
}

static inline void fake_enter(struct fake *f)
{
	pthread_mutex_lock(&f->m);
	if (++f->calls_running > f->calls_most)
		f->calls_most = f->calls_running;
	pthread_mutex_unlock(&f->m);
}

static inline enum remote_result fake_pull(struct remote *r, const struct remote_pull *q,
					   const struct remote_sink *sink, struct remote_page *ret,
					   const atomic_int *cancel, struct remote_fault *fault)
{
	struct fake *f = ((struct fake_remote *) r)->f;
	enum remote_result res = REMOTE_OK;

	fake_enter(f);
	if (!fake_sleep(f, cancel))
		res = REMOTE_CANCELED;
	pthread_mutex_lock(&f->m);
	f->calls_running--;
	fault->retry_after = f->busy;
	if (res == REMOTE_OK && f->threshold && q->row_limit > f->threshold) {
		f->pulls++;
		fault->server_code = 0x80070024;
		res = REMOTE_LIST_BAD;
	}
	if (res == REMOTE_OK) {
		f->pulls++;
		if (fake_fails(f, false, fault, &res))
			;
		else if (q->token && strtoll(q->token, NULL, 10) < f->oldest_token)
			res = REMOTE_TOKEN_GONE;
		else if (fake_answer(f, q, sink, ret) < 0)
			res = REMOTE_CANCELED;
	}
	pthread_mutex_unlock(&f->m);
	return res;
}

/* ---- changes ---------------------------------------------------------------------------- */

static inline void fake_take(char *to, const struct values *v, const char *name)
{
	const char *text = values_get(v, name);

	if (values_has(v, name))
		snprintf(to, FAKE_TEXT, "%s", text ? text : "");
}

static inline void fake_note(struct fake *f, const char *what, const struct change *c)
{
	size_t n = strlen(f->log);
	const char *title = values_get(&c->fields, "Title");

	snprintf(f->log + n, sizeof(f->log) - n, "%s %s; ", what,
		 c->name ? c->name : title ? title : "-");
}

/* A folder takes its contents along. */
static inline void fake_rename_folder(struct fake *f, struct fake_item *d, const char *name)
{
	char old[2 * FAKE_TEXT + 2], now[2 * FAKE_TEXT + 2];

	snprintf(old, sizeof(old), "%s/%s", d->dir, d->leaf);
	snprintf(d->leaf, sizeof(d->leaf), "%s", name);
	snprintf(d->title, sizeof(d->title), "%s", name);
	snprintf(now, sizeof(now), "%s/%s", d->dir, d->leaf);
	for (int i = 0; i < f->n; i++)
		if (strcmp(f->v[i].dir, old) == 0)
			snprintf(f->v[i].dir, FAKE_TEXT, "%.*s", FAKE_TEXT - 1, now);
}

static inline void fake_fill(const struct fake *f, struct fake_item *i, const struct change *c)
{
	fake_take(i->title, &c->fields, "Title");
	fake_take(i->status, &c->fields, "Status");
	fake_take(i->body, &c->fields, "Body");
	if (values_get(&c->fields, "Notes")) {
		size_t n = strlen(i->notes);

		snprintf(i->notes + n, FAKE_TEXT - n, "%s", values_get(&c->fields, "Notes"));
	}
	if (!i->folder)
		fake_take(i->leaf, &c->fields, "FileLeafRef");
	if (!f->no_history && values_get(&c->fields, "MetaInfo_vti_versionhistory"))
		snprintf(i->history, sizeof(i->history), "%s", values_get(&c->fields, "MetaInfo_vti_versionhistory"));
}

static inline void fake_give_row(struct fake *f, const struct fake_item *i, struct remote_outcome *o)
{
	o->has_row = !f->no_rows;
	if (o->has_row)
		fake_row(f, i, &o->row);
}

/* Whether there is such a place, and no folder of that name in it. */
static inline bool fake_may_make(struct fake *f, const struct change *c)
{
	const char *dir = c->folder ? c->folder + 1 : FAKE_ROOT;
	char path[2 * FAKE_TEXT + 2];

	snprintf(path, sizeof(path), "%s/%s", dir, c->name ? c->name : "");
	return (strcmp(dir, FAKE_ROOT) == 0 || fake_folder_at(f, dir)) &&
	       (c->op != CHANGE_NEW_FOLDER || !fake_folder_at(f, path));
}

static inline void fake_do_new(struct fake *f, const struct change *c, struct remote_outcome *o)
{
	struct fake_item *i;

	if (!fake_may_make(f, c)) {
		o->result = REMOTE_ITEM_BAD;
		o->server_code = c->op == CHANGE_NEW_FOLDER ? 0x8107090d : 0x80070002;
		o->text = strdup("no such folder, or one of that name");
		return;
	}
	i = &f->v[fake_add(f, "") - 1];
	snprintf(i->status, sizeof(i->status), "%s", f->default_status);
	fake_fill(f, i, c);
	snprintf(i->replication, sizeof(i->replication), "%s", c->replication_id);
	if (c->folder)
		snprintf(i->dir, sizeof(i->dir), "%s", c->folder + 1);
	i->folder = c->op == CHANGE_NEW_FOLDER;
	if (i->folder) {
		snprintf(i->leaf, sizeof(i->leaf), "%s", c->name);
		snprintf(i->title, sizeof(i->title), "%s", c->name);
	}
	fake_give_row(f, i, o);
}

/* Another folder has the name that this one is to get. */
static inline bool fake_is_taken(struct fake *f, const struct fake_item *d, const struct change *c)
{
	const char *name = d->folder ? values_get(&c->fields, "FileLeafRef") : NULL;
	char path[2 * FAKE_TEXT + 2];
	struct fake_item *there;

	snprintf(path, sizeof(path), "%s/%s", d->dir, name ? name : "");
	there = name ? fake_folder_at(f, path) : NULL;
	return there && there != d;
}

static inline void fake_do_known(struct fake *f, const struct change *c, struct remote_outcome *o)
{
	struct fake_item *i = fake_find(f, c->id);

	if (!i || i->deleted) {
		o->result = REMOTE_ITEM_GONE;
	} else if (fake_is_taken(f, i, c)) {
		o->result = REMOTE_ITEM_BAD;
		o->server_code = 0x800700b7;
		o->text = strdup("there is a folder of that name");
	} else if (c->op == CHANGE_UPDATE && c->version && c->version != i->version) {
		o->result = REMOTE_CONFLICT;
		o->server_code = 0x81020015;
		fake_give_row(f, i, o);
	} else if (c->op == CHANGE_DELETE) {
		fake_delete(f, i->id);
	} else {
		fake_fill(f, i, c);
		if (i->folder && values_get(&c->fields, "FileLeafRef"))
			fake_rename_folder(f, i, values_get(&c->fields, "FileLeafRef"));
		fake_touch(f, i->id);
		fake_give_row(f, i, o);
	}
}

static inline bool fake_is_bad(const struct change *c)
{
	const char *title = values_get(&c->fields, "Title"), *status = values_get(&c->fields, "Status");

	return (title && str_starts(title, "BAD")) || (status && str_starts(status, "BAD"));
}

static inline void fake_do(struct fake *f, const struct change *c, struct remote_outcome *o)
{
	struct fake_item *i = c->id ? fake_find(f, c->id) : NULL;

	o->result = REMOTE_OK;
	f->methods++;
	fake_note(f, change_op_name(c->op), c);
	if (fake_is_bad(c) || (c->op == CHANGE_DELETE && i && str_starts(i->title, "KEEP"))) {
		o->result = REMOTE_ITEM_BAD;
		o->server_code = 0x81020014;
		o->text = strdup("the fake does not like it");
		if (i)
			fake_give_row(f, i, o);
	} else if (c->id) {
		fake_do_known(f, c, o);
	} else {
		fake_do_new(f, c, o);
	}
}

static inline enum remote_result fake_do_all(struct fake *f, const struct change *const changes[], size_t n,
					     struct remote_outcome ret[])
{
	f->pushes++;
	if ((int) n > f->largest)
		f->largest = (int) n;
	for (size_t i = 0; i < n; i++) {
		if (f->max_methods && (int) n > f->max_methods)
			ret[i].result = REMOTE_NOT_RUN;
		else
			fake_do(f, changes[i], &ret[i]);
	}
	if (f->push_lost <= 0)
		return REMOTE_OK;
	f->push_lost--;
	for (size_t i = 0; i < n; i++)
		remote_outcome_release(&ret[i]);
	return REMOTE_LOST;
}

static inline enum remote_result fake_push(struct remote *r, const char *list_id, const struct schema *schema,
					   const struct change *const changes[], size_t n, struct remote_outcome ret[],
					   const atomic_int *cancel, struct remote_fault *fault)
{
	struct fake *f = ((struct fake_remote *) r)->f;
	enum remote_result res = REMOTE_OK;

	(void) list_id;
	(void) schema;
	fake_enter(f);
	if (!fake_sleep(f, cancel))
		res = REMOTE_CANCELED;
	pthread_mutex_lock(&f->m);
	f->calls_running--;
	if (res == REMOTE_OK && !fake_fails(f, true, fault, &res))
		res = fake_do_all(f, changes, n, ret);
	pthread_mutex_unlock(&f->m);
	return res;
}

static inline struct remote *fake_close(struct remote *r)
{
	free(r);
	return NULL;
}

static inline int fake_open(void *arg, const char *site, struct remote **ret, struct err *err)
{
	static const struct remote_ops ops = { .pull = fake_pull, .push = fake_push, .close = fake_close };
	struct fake *f = arg;
	struct fake_remote *r;

	(void) site;
	f->opened++;
	if (f->fails_open)
		return err_set(err, f->fails_open, "the fake does not open");
	r = calloc(1, sizeof(*r));
	assert_non_null(r);
	r->base.ops = &ops;
	r->f = f;
	*ret = &r->base;
	return 0;
}

/* ---- how items look ------------------------------------------------------------------------- */

static inline int look_name(void *arg, const struct list *l, const struct item *i, bool with_id, char out[256])
{
	const char *title = values_get(&i->values, "Title");

	(void) arg;
	(void) l;
	if (i->folder)
		snprintf(out, 256, with_id ? "%.200s (%lld)" : "%.200s", item_leaf(i->path), (long long) i->id);
	else if (with_id)
		snprintf(out, 256, "%.200s (%lld).txt", title ? title : "(no title)", (long long) i->id);
	else
		snprintf(out, 256, "%.200s.txt", title ? title : "(no title)");
	return 0;
}

static inline int look_render(void *arg, const struct store_list *l, int64_t item, const struct item *i, struct buf *out)
{
	static const char *const shown[] = { "Title", "Status", "Notes", "Body" };
	const struct values *v = &i->values;

	(void) arg;
	(void) l;
	(void) item;
	for (size_t k = 0; k < sizeof(shown) / sizeof(*shown); k++)
		buf_addf(out, "%s: %s\n", shown[k], values_get(v, shown[k]) ? values_get(v, shown[k]) : "");
	if (values_get(v, "Editor"))
		buf_addf(out, "# %s\n", values_get(v, "Editor"));
	return buf_error(out);
}

/* ---- a client ---------------------------------------------------------------------------------- */

struct client {
	struct fake *f;          /* foreign */
	char *dir;               /* owned */
	struct store *st;
	struct sync *s;
	int64_t list, root;
	struct remote_factory factory;
	struct sync_present present;
	struct sync_hooks hooks;
	struct sync_config conf;
	pthread_mutex_t m;
	struct buf events;       /* "added A.txt; content A.txt; " */
	int64_t open[16];        /* inodes that count as open */
	size_t n_open;
	bool running;            /* its threads are */
	char agent[33];          /* "": leaves no history */
};

static inline const char *event_word(enum sync_event_kind k)
{
	static const char *const words[] = { "added", "removed", "renamed", "content", "attr", "list",
					     "end", "conflict", "refused", "login" };

	return words[k];
}

static inline void on_event(void *arg, const struct sync_event *e)
{
	struct client *c = arg;

	if (e->kind == SYNC_LIST)
		return;
	pthread_mutex_lock(&c->m);
	buf_addf(&c->events, "%s %s%s%s; ", event_word(e->kind), e->name ? e->name : e->text ? e->text : "-",
		 e->to_name ? " -> " : "", e->to_name ? e->to_name : "");
	pthread_mutex_unlock(&c->m);
}

static inline bool on_is_open(void *arg, int64_t ino)
{
	struct client *c = arg;
	bool found = false;

	pthread_mutex_lock(&c->m);
	for (size_t i = 0; i < c->n_open; i++)
		found |= c->open[i] == ino;
	pthread_mutex_unlock(&c->m);
	return found;
}

static inline void client_note_open(struct client *c, int64_t ino)
{
	pthread_mutex_lock(&c->m);
	c->open[c->n_open++] = ino;
	pthread_mutex_unlock(&c->m);
}

/* Opens the store of c->dir and makes an engine that is not started. */
static inline void client_open(struct client *c)
{
	struct err err = { 0 };

	assert_int_equal(store_open(c->dir, &c->st, &err), 0);
	sync_config_init(&c->conf);
	c->factory = (struct remote_factory) { .open = fake_open, .arg = c->f };
	c->present = (struct sync_present) { .name = look_name, .render = look_render };
	c->hooks.event = on_event;
	c->hooks.is_open = on_is_open;
	c->hooks.arg = c;
	c->conf.uploads = 1; /* what happens in which order is the same each time */
	c->conf.store = c->st;
	c->conf.remotes = &c->factory;
	c->conf.present = &c->present;
	c->conf.hooks = &c->hooks;
	c->conf.agent = *c->agent ? c->agent : NULL;
	assert_int_equal(sync_new(&c->conf, &c->s), 0);
}

/* Again with changed c->conf. */
static inline void client_renew(struct client *c)
{
	c->s = sync_free(c->s);
	assert_int_equal(sync_new(&c->conf, &c->s), 0);
}

static inline int64_t client_register(struct client *c, const char *name, const char *guid)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct list info = LIST_INIT;
	int64_t id;

	fake_describe(NULL, &info);
	assert_int_equal(str_set(&info.id, guid), 0);
	assert_int_equal(store_begin(c->st), 0);
	assert_int_equal(store_list_add(c->st, "http://t/sites/t", name, &info, &id), 0);
	assert_int_equal(store_commit(c->st), 0);
	list_release(&info);
	assert_int_equal(store_list_get(c->st, id, &l), 0);
	c->root = l.root;
	return id;
}

/* ---- files ------------------------------------------------------------------------------------- */

static inline void copy_file(const char *from, const char *to)
{
	static _Thread_local char bytes[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	assert_true(in >= 0 && out >= 0);
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t) n), n);
	assert_int_equal(n, 0);
	close(in);
	close(out);
}

static inline void copy_tree(const char *from, const char *to)
{
	DIR *d = opendir(from);
	struct dirent *e;

	assert_non_null(d);
	assert_int_equal(mkdir(to, 0700), 0);
	while ((e = readdir(d))) {
		CLEANUP(str_free_p) char *a = str_printf("%s/%s", from, e->d_name);
		CLEANUP(str_free_p) char *b = str_printf("%s/%s", to, e->d_name);

		if (e->d_name[0] == '.' || strstr(e->d_name, "-shm"))
			continue;
		if (e->d_type == DT_DIR)
			copy_tree(a, b);
		else
			copy_file(a, b);
	}
	closedir(d);
}

static inline void wipe(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return;
	while ((e = readdir(d))) {
		CLEANUP(str_free_p) char *path = str_printf("%s/%s", dir, e->d_name);

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (e->d_type == DT_DIR)
			wipe(path);
		else
			assert_int_equal(unlink(path), 0);
	}
	closedir(d);
	assert_int_equal(rmdir(dir), 0);
}

/* In memory where that is to be had: a process that is killed loses nothing of it. */
static inline const char *scratch_root(void)
{
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static inline struct client *client_new(struct fake *f)
{
	struct client *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->f = f;
	c->dir = str_printf("%s/t_sync.XXXXXX", scratch_root());
	assert_non_null(mkdtemp(c->dir));
	c->events.max = 1 << 24;
	pthread_mutex_init(&c->m, NULL);
	client_open(c);
	c->list = client_register(c, "Tasks", "{11111111-2222-3333-4444-555555555555}");
	return c;
}

static inline void client_close(struct client *c)
{
	c->s = sync_free(c->s);
	c->st = store_close(c->st);
}

static inline void client_stop(struct client *c, int send_ms)
{
	sync_stop(c->s, send_ms);
	c->running = false;
}

static inline void client_free(struct client *c)
{
	/* A test that failed has left it running. */
	if (c->running)
		client_stop(c, 0);
	client_close(c);
	wipe(c->dir);
	free(c->dir);
	buf_release(&c->events);
	pthread_mutex_destroy(&c->m);
	free(c);
}

static inline void client_forget_events(struct client *c)
{
	pthread_mutex_lock(&c->m);
	buf_reset(&c->events);
	pthread_mutex_unlock(&c->m);
}

static inline bool client_heard(struct client *c, const char *what)
{
	bool found;

	pthread_mutex_lock(&c->m);
	found = strstr(buf_str(&c->events), what) != NULL;
	pthread_mutex_unlock(&c->m);
	return found;
}

/* ---- what a client sees --------------------------------------------------------------------- */

/* 0: no such entry. */
static inline int64_t ino_of(struct client *c, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = store_node_lookup(c->st, c->root, name, &n);

	assert_true(r == 0 || r == -ENOENT);
	return r == 0 && n.kind != STORE_NODE_GHOST ? n.ino : 0;
}

static inline int64_t item_of(struct client *c, const char *name)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;

	assert_int_equal(store_node_lookup(c->st, c->root, name, &n), 0);
	return n.item;
}

static inline struct store_node node_of(struct client *c, const char *name)
{
	struct store_node n = STORE_NODE_INIT;

	if (store_node_lookup(c->st, c->root, name, &n) < 0)
		fail_msg("there is no %s", name);
	return n;
}

/* The file's bytes as view would show them. */
static inline void read_file(struct client *c, const char *name, char out[4096])
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct store_node n = node_of(c, name);
	int r = store_text_get(c->st, n.ino, &b, NULL);

	if (r == -ENOENT && n.item) {
		assert_int_equal(store_item_get(c->st, n.item, &it), 0);
		assert_int_equal(look_render(NULL, NULL, 0, &it.item, &b), 0);
	}
	snprintf(out, 4096, "%s", buf_str(&b));
	/* What stat says must be what read gives. */
	assert_int_equal(n.size, b.len);
	store_node_release(&n);
}

static inline void assert_file(struct client *c, const char *name, const char *text)
{
	char found[4096];

	read_file(c, name, found);
	assert_string_equal(found, text);
}

static inline void assert_has(struct client *c, const char *name, const char *part)
{
	char found[4096];

	read_file(c, name, found);
	if (!strstr(found, part))
		fail_msg("%s has no \"%s\" in it:\n%s", name, part, found);
}

static inline int count_child(void *arg, const struct store_node *n)
{
	(void) n;
	(*(int *) arg)++;
	return 0;
}

static inline int count_files(struct client *c, int64_t dir)
{
	int n = 0;

	assert_int_equal(store_node_children(c->st, dir, 0, count_child, &n), 0);
	return n;
}

static inline int64_t count_state(struct client *c, enum store_change_state st)
{
	int64_t n;

	assert_int_equal(store_change_count(c->st, 0, st, &n), 0);
	return n;
}

static inline int64_t journal(struct client *c)
{
	int64_t sum = 0;

	for (int i = 0; i < STORE_CHANGE_STATE_COUNT; i++)
		sum += count_state(c, (enum store_change_state) i);
	return sum;
}

static inline bool file_says(const char *path, const char *text)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(fsutil_read(path, &b), 0);
	return strstr(buf_str(&b), text) != NULL;
}

/* How many files in conflicts/Tasks say the text (NULL: any). */
static inline int count_conflicts_saying(struct client *c, const char *text)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/conflicts/Tasks", c->dir);
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		CLEANUP(str_free_p) char *path = str_printf("%s/%s", dir, e->d_name);

		n += e->d_name[0] != '.' && (!text || file_says(path, text));
	}
	if (d)
		closedir(d);
	return n;
}

static inline int count_conflicts(struct client *c)
{
	return count_conflicts_saying(c, NULL);
}

static inline bool in_conflicts(struct client *c, const char *text)
{
	return count_conflicts_saying(c, text) > 0;
}

/* ---- what a client's user does ------------------------------------------------------------------ */

/* Saves one field of a file in place, as `echo 'Status: x' > file` does. */
static inline int save_field(struct client *c, const char *file, const char *field, const char *text)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *bytes = str_printf("%s: %s\n", field, text);
	struct store_node n = node_of(c, file);
	struct sync_saved saved;
	struct sync_save save = { .ino = n.ino, .item = n.item, .fields = &v, .text = bytes, .n = strlen(bytes) };

	store_node_release(&n);
	assert_int_equal(values_set(&v, field, text), 0);
	return sync_submit_save(c->s, &save, &saved);
}

static inline void must_save(struct client *c, const char *file, const char *field, const char *text)
{
	assert_int_equal(save_field(c, file, field, text), 0);
}

/* A new file, as `echo 'Status: x' > title.txt` does. */
static inline int64_t create_file(struct client *c, int64_t dir, const char *title, const char *status)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	CLEANUP(str_free_p) char *name = str_printf("%s.txt", title);
	struct sync_saved saved;
	struct sync_save save = { .fields = &v, .text = status, .n = strlen(status) };

	assert_int_equal(sync_submit_make(c->s, dir, name, STORE_NODE_DRAFT, 0644, NULL, &save.ino), 0);
	assert_int_equal(values_set(&v, "Title", title), 0);
	assert_int_equal(values_set(&v, "Status", status), 0);
	assert_int_equal(sync_submit_save(c->s, &save, &saved), 0);
	return saved.ino;
}

/* ---- one pull, one batch, without the engine's threads ------------------------------------------ */

#include "pull.h"
#include "push.h"

static inline enum remote_result pull_with(struct client *c, struct pull_result *res)
{
	struct remote *r = NULL;
	struct pull p = { .conf = &c->conf, .list = c->list, .may_resync = true };
	struct remote_fault fault = { 0 };
	enum remote_result result;

	assert_int_equal(fake_open(c->f, "", &r, NULL), 0);
	p.remote = r;
	*res = (struct pull_result) { 0 };
	result = pull_run(&p, res, &fault);
	fake_close(r);
	return result;
}

static inline void must_pull(struct client *c)
{
	struct pull_result res;

	assert_int_equal(pull_with(c, &res), REMOTE_OK);
}

static inline enum remote_result push_with(struct client *c, struct push_result *res)
{
	struct remote *r = NULL;
	struct push p = { .conf = &c->conf, .list = c->list, .limit = 100 };
	struct remote_fault fault = { 0 };
	enum remote_result result;

	assert_int_equal(fake_open(c->f, "", &r, NULL), 0);
	p.remote = r;
	*res = (struct push_result) { 0 };
	result = push_run(&p, res, &fault);
	fake_close(r);
	return result;
}

/* Batches until nothing is left that can be sent. */
static inline void must_push(struct client *c)
{
	struct push_result res;

	do
		assert_int_equal(push_with(c, &res), REMOTE_OK);
	while (res.taken);
}

/* A server with a client that has received it. */
static inline int setup_client(void **state)
{
	struct fake *f = fake_new();

	*state = client_new(f);
	return 0;
}

static inline int teardown_client(void **state)
{
	struct client *c = *state;
	struct fake *f = c->f;

	client_free(c);
	fake_free(f);
	return 0;
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup_client, teardown_client)

#endif
