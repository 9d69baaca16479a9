#ifndef T_FS_FAKE_H
#define T_FS_FAKE_H

/* A server behind struct remote for tests of the mount: one list, items with versions, and what it
 * was told. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* after what it needs */
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "remote/remote.h"

enum { FAKE_ITEMS = 20000, FAKE_TEXT = 200, FAKE_LOG = 8192 };

#define FAKE_ROOT "sites/t/Lists/Tasks"

struct fake_item {
	int64_t id, version, seq; /* seq: of its last change */
	bool deleted, folder;
	char title[FAKE_TEXT], body[FAKE_TEXT], status[FAKE_TEXT];
	char replication[64], dir[FAKE_TEXT], leaf[FAKE_TEXT];
};

struct fake {
	pthread_mutex_t m;
	struct fake_item v[FAKE_ITEMS];
	int n;
	int64_t seq;
	int pulls, pushes;
	char log[FAKE_LOG]; /* "new A; update -; delete -; " */
	_Atomic int latency_ms;
	uint64_t perm;
	const char *refuse; /* a status that is refused */
};

struct fake_remote {
	struct remote base;
	struct fake *f;
};

static inline struct fake_item *fake_find(struct fake *f, int64_t id)
{
	return id > 0 && id <= f->n ? &f->v[id - 1] : NULL;
}

/* ---- somebody else's edits; each under the lock ---- */

static inline struct fake_item *fake_append(struct fake *f, const char *title)
{
	struct fake_item *i = &f->v[f->n++];

	assert_true(f->n < FAKE_ITEMS);
	*i = (struct fake_item) { .id = f->n, .version = 1, .seq = ++f->seq };
	snprintf(i->title, sizeof(i->title), "%s", title);
	snprintf(i->dir, sizeof(i->dir), "%s", FAKE_ROOT);
	snprintf(i->leaf, sizeof(i->leaf), "%d_.000", f->n);
	return i;
}

static inline int64_t fake_add(struct fake *f, const char *title)
{
	int64_t id;

	pthread_mutex_lock(&f->m);
	id = fake_append(f, title)->id;
	pthread_mutex_unlock(&f->m);
	return id;
}

static inline void fake_change(struct fake_item *i, struct fake *f)
{
	i->version++;
	i->seq = ++f->seq;
}

static inline void fake_set(struct fake *f, int64_t id, const char *title, const char *status,
			    const char *body)
{
	struct fake_item *i = &f->v[id - 1];

	pthread_mutex_lock(&f->m);
	if (title)
		snprintf(i->title, sizeof(i->title), "%s", title);
	if (status)
		snprintf(i->status, sizeof(i->status), "%s", status);
	if (body)
		snprintf(i->body, sizeof(i->body), "%s", body);
	fake_change(i, f);
	pthread_mutex_unlock(&f->m);
}

static inline void fake_delete(struct fake *f, int64_t id)
{
	pthread_mutex_lock(&f->m);
	f->v[id - 1].deleted = true;
	f->v[id - 1].seq = ++f->seq;
	pthread_mutex_unlock(&f->m);
}

static inline int fake_count(const struct fake *f)
{
	int n = 0;

	for (int i = 0; i < f->n; i++)
		n += !f->v[i].deleted;
	return n;
}

/* ---- its answers ---- */

static inline void fake_field(struct schema *s, const char *name, enum field_type type,
			      const char *word, unsigned flags)
{
	struct field *f = schema_add(s);

	assert_non_null(f);
	f->name = strdup(name);
	f->display = strdup(name);
	f->type = type;
	f->type_name = strdup(word);
	f->flags = flags;
}

#define FAKE_TASKS "{11111111-2222-3333-4444-555555555555}"
#define FAKE_DOCS "{11111111-2222-3333-4444-666666666666}" /* a library with the same items */

static inline void fake_describe(struct list *l, const char *id)
{
	l->base_type = strcmp(id, FAKE_DOCS) == 0;
	l->id = strdup(id);
	l->title = strdup(l->base_type ? "Docs" : "Tasks");
	l->web_url = strdup("/sites/t");
	l->root_folder = strdup("/" FAKE_ROOT);
	l->template = l->base_type ? 101 : 100;
	l->write_security = 1;
	l->flags = LIST_FOLDERS;
	fake_field(&l->schema, "ID", FIELD_COUNTER, "Counter", FIELD_READONLY);
	fake_field(&l->schema, "Title", FIELD_TEXT, "Text", 0);
	fake_field(&l->schema, "Status", FIELD_TEXT, "Text", 0);
	fake_field(&l->schema, "Body", FIELD_NOTE, "Note", 0);
	fake_field(&l->schema, "Editor", FIELD_USER, "User", FIELD_READONLY);
	fake_field(&l->schema, "Owner", FIELD_USER, "User", 0);
}

static inline void fake_value(struct values *v, const char *name, const char *fmt, ...)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(4096);
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	if (text.len)
		assert_int_equal(values_set(v, name, buf_str(&text)), 0);
}

static inline void fake_row(const struct fake *f, const struct fake_item *i, struct item *row)
{
	char time[CLOCK_ISO_SIZE];

	*row = (struct item) ITEM_INIT;
	clock_format_iso(1700000000 + i->seq, time);
	fake_value(&row->values, "ID", "%lld", (long long) i->id);
	fake_value(&row->values, "owshiddenversion", "%lld", (long long) i->version);
	fake_value(&row->values, "FileRef", "%lld;#%s/%s", (long long) i->id, i->dir, i->leaf);
	fake_value(&row->values, "FSObjType", "%lld;#%d", (long long) i->id, i->folder);
	fake_value(&row->values, "Editor", "7;#Jane Roe,#DOM\\jane,#jane@example.org,#,#Jane Roe");
	fake_value(&row->values, "Modified", "%s", time);
	fake_value(&row->values, "Title", "%s", i->title);
	fake_value(&row->values, "Status", "%s", i->status);
	fake_value(&row->values, "Body", "%s", i->body);
	fake_value(&row->values, "MetaInfo_ReplicationID", "%s", i->replication);
	if (f->perm)
		fake_value(&row->values, "PermMask", "0x%llx", (unsigned long long) f->perm);
	assert_int_equal(item_from_values(row), 0);
}

static inline bool fake_sleep(struct fake *f, const atomic_int *cancel)
{
	for (int i = 0; i < f->latency_ms; i += 5) {
		if (cancel && atomic_load(cancel))
			return false;
		usleep(5000);
	}
	return true;
}

static inline int fake_send(struct fake *f, int64_t token, const struct remote_sink *sink)
{
	int r = 0;

	for (int i = 0; r == 0 && i < f->n; i++) {
		struct item row;

		if (f->v[i].seq <= token)
			continue;
		if (f->v[i].deleted) {
			r = token ? sink->id(sink->arg, REMOTE_ID_DELETE, f->v[i].id) : 0;
			continue;
		}
		fake_row(f, &f->v[i], &row);
		r = sink->row(sink->arg, &row);
		item_release(&row);
	}
	return r;
}

static inline enum remote_result fake_pull(struct remote *r, const struct remote_pull *q,
					   const struct remote_sink *sink, struct remote_page *ret,
					   const atomic_int *cancel, struct remote_fault *fault)
{
	struct fake *f = ((struct fake_remote *) r)->f;
	struct list l = LIST_INIT;
	int e;

	(void) fault;
	if (!fake_sleep(f, cancel))
		return REMOTE_CANCELED;
	pthread_mutex_lock(&f->m);
	f->pulls++;
	ret->token = str_printf("%lld", (long long) f->seq);
	ret->perm_text = strdup("FullMask");
	if (!q->token) {
		fake_describe(&l, q->list_id);
		assert_int_equal(sink->list(sink->arg, &l), 0);
		list_release(&l);
	}
	e = fake_send(f, q->token ? strtol(q->token, NULL, 10) : 0, sink);
	pthread_mutex_unlock(&f->m);
	return e < 0 ? REMOTE_CANCELED : REMOTE_OK;
}

static inline void fake_take(char *to, const struct change *c, const char *name)
{
	const char *text = values_get(&c->fields, name);

	if (values_has(&c->fields, name))
		snprintf(to, FAKE_TEXT, "%s", text ? text : "");
}

static inline void fake_note(struct fake *f, const struct change *c)
{
	size_t n = strlen(f->log);
	const char *title = values_get(&c->fields, "Title");

	snprintf(f->log + n, sizeof(f->log) - n, "%s %s; ", change_op_name(c->op),
		 c->name ? c->name
		 : title ? title
			 : "-");
}

static inline void fake_fill(struct fake_item *i, const struct change *c)
{
	fake_take(i->title, c, "Title");
	fake_take(i->status, c, "Status");
	fake_take(i->body, c, "Body");
	fake_take(i->leaf, c, "BaseName");
	if (c->replication_id)
		snprintf(i->replication, sizeof(i->replication), "%s", c->replication_id);
	if (c->folder)
		snprintf(i->dir, sizeof(i->dir), "%s", c->folder + 1);
	if (c->op == CHANGE_NEW_FOLDER) {
		i->folder = true;
		snprintf(i->leaf, sizeof(i->leaf), "%s", c->name);
		snprintf(i->title, sizeof(i->title), "%s", c->name);
	}
}

static inline void fake_do(struct fake *f, const struct change *c, struct remote_outcome *o)
{
	struct fake_item *i = c->id ? fake_find(f, c->id) : NULL;
	const char *status = values_get(&c->fields, "Status");

	fake_note(f, c);
	o->result = REMOTE_OK;
	if (c->id && (!i || i->deleted)) {
		o->result = REMOTE_ITEM_GONE;
		return;
	}
	if (f->refuse && status && strcmp(status, f->refuse) == 0) {
		o->result = REMOTE_ITEM_BAD;
		o->text = strdup("the server does not like it");
		return;
	}
	if (c->op == CHANGE_UPDATE && c->version && c->version != i->version) {
		o->result = REMOTE_CONFLICT;
		o->server_code = 0x81020015;
	} else if (c->op == CHANGE_DELETE) {
		i->deleted = true;
		i->seq = ++f->seq;
		return;
	} else {
		i = i ? i : fake_append(f, "");
		fake_fill(i, c);
		fake_change(i, f);
	}
	o->has_row = true;
	fake_row(f, i, &o->row);
}

static inline enum remote_result fake_push(struct remote *r, const char *list_id,
					   const struct schema *schema,
					   const struct change *const changes[], size_t n,
					   struct remote_outcome ret[], const atomic_int *cancel,
					   struct remote_fault *fault)
{
	struct fake *f = ((struct fake_remote *) r)->f;

	(void) list_id;
	(void) schema;
	(void) fault;
	if (!fake_sleep(f, cancel))
		return REMOTE_CANCELED;
	pthread_mutex_lock(&f->m);
	f->pushes++;
	for (size_t i = 0; i < n; i++)
		fake_do(f, changes[i], &ret[i]);
	pthread_mutex_unlock(&f->m);
	return REMOTE_OK;
}

static inline struct remote *fake_close(struct remote *r)
{
	free(r);
	return NULL;
}

static inline int fake_open(void *arg, const char *site, struct remote **ret, struct err *err)
{
	static const struct remote_ops ops = { .pull = fake_pull, .push = fake_push, .close = fake_close };
	struct fake_remote *r = calloc(1, sizeof(*r));

	(void) site;
	(void) err;
	assert_non_null(r);
	r->base.ops = &ops;
	r->f = arg;
	*ret = &r->base;
	return 0;
}

static inline struct fake *fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	pthread_mutex_init(&f->m, NULL);
	f->seq = 1;
	return f;
}

static inline void fake_free(struct fake *f)
{
	pthread_mutex_destroy(&f->m);
	free(f);
}

#endif
