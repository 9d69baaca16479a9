/*
 * People and looked-up items that are known without asking the server: those that
 * some item in the store names. An index is made of them when somebody first
 * asks, and made again only when it is outdated *and* did not know the answer:
 * what was seen once stays true, and `sed -i` over ten thousand files must not
 * read all items for each of them.
 */
#include "tree_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "store/item.h"
#include "value_wire.h"

enum { TEXT_MAX = 4096 };

/* A person or an item, as a field named it. */
struct seen {
	char *id;    /* owned, and so are the others */
	char *text;  /* what follows the id on the wire, ';' single */
	char *name;  /* people only */
	char *login;
	char *mail;
};

struct index {
	char *key; /* owned; whose: "people SITE" or "LIST FIELD" */
	bool outdated;
	struct seen *v; /* owned */
	size_t n;
	size_t cap;
};

struct resolve_cache {
	struct lock lock; /* RANK_LEAF */
	struct index *idx; /* owned */
	size_t n;
	size_t cap;
};

static void release_seen(struct seen *s)
{
	free(s->id);
	free(s->text);
	free(s->name);
	free(s->login);
	free(s->mail);
}

static void index_release(struct index *i)
{
	for (size_t k = 0; k < i->n; k++)
		release_seen(&i->v[k]);
	free(i->v);
	free(i->key);
	*i = (struct index) { 0 };
}

struct resolve_cache *resolve_new(void)
{
	struct resolve_cache *c = calloc(1, sizeof(*c));

	if (c)
		lock_init(&c->lock, RANK_LEAF);
	return c;
}

struct resolve_cache *resolve_free(struct resolve_cache *c)
{
	if (c) {
		for (size_t i = 0; i < c->n; i++)
			index_release(&c->idx[i]);
		free(c->idx);
		lock_release(&c->lock);
		free(c);
	}
	return NULL;
}

void resolve_outdate(struct resolve_cache *c)
{
	lock_take(&c->lock);
	for (size_t i = 0; i < c->n; i++)
		c->idx[i].outdated = true;
	lock_give(&c->lock);
}

/* ---- making an index ---------------------------------------------------------- */

struct making {
	struct index *idx;
	struct map *ids;          /* id -> anything: those that are in */
	const struct field *field; /* of lookups; NULL: people, all fields of the schema */
	const struct schema *schema;
	const char *shown;        /* the looked-up list itself: its items under this field */
};

/* "Jane Roe,#DOM\jane,#jane@x,..." */
static int split_person(const char *text, struct seen *s)
{
	struct buf part[3] = { BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX) };
	char **to[3] = { &s->name, &s->login, &s->mail };
	bool expanded = strstr(text, ",#");
	int r = 0;

	if (!expanded)
		buf_adds(&part[0], text);
	for (int i = 0; i < 3; i++) {
		if (expanded && text)
			text = wire_part(text, ",#", &part[i]);
		if (r == 0)
			r = str_set(to[i], buf_str(&part[i]));
		buf_release(&part[i]);
	}
	return r;
}

static int add_seen(struct making *m, const char *id, const char *text)
{
	struct seen s = { 0 };
	int r;

	if (!*id || map_find(m->ids, id))
		return 0;
	r = str_set(&s.id, id) < 0 || str_set(&s.text, text) < 0 ? -ENOMEM : 0;
	if (r == 0 && !m->field)
		r = split_person(text, &s);
	if (r == 0)
		r = map_put(m->ids, id, m->ids);
	if (r == 0)
		r = vec_grow(&m->idx->v, &m->idx->cap, m->idx->n + 1, sizeof(*m->idx->v));
	if (r < 0) {
		release_seen(&s);
		return r;
	}
	m->idx->v[m->idx->n++] = s;
	return 0;
}

static int add_field(struct making *m, const struct field *f, const struct values *v)
{
	bool several = f->type == FIELD_USERMULTI || f->type == FIELD_LOOKUPMULTI;
	struct wire_ref ref = WIRE_REF_INIT(TEXT_MAX);
	const char *wire = values_get(v, f->name);
	int r = 0;

	while (wire && r == 0) {
		wire = wire_ref_next(wire, several, &ref);
		if (wire_ref_error(&ref) == -ENOMEM)
			r = -ENOMEM;
		else if (wire_ref_error(&ref) == 0)
			r = add_seen(m, buf_str(&ref.id), buf_str(&ref.text));
	}
	wire_ref_release(&ref);
	return r;
}

static int each_item(void *arg, const struct store_item *i)
{
	struct making *m = arg;
	char id[24];
	int r = 0;

	if (m->shown) {
		const char *text = values_get(&i->item.values, m->shown);

		snprintf(id, sizeof(id), "%lld", (long long) i->item.id);
		return i->item.id && text ? add_seen(m, id, text) : 0;
	}
	if (m->field)
		return add_field(m, m->field, &i->item.values);
	for (size_t k = 0; k < m->schema->n && r == 0; k++)
		if (m->schema->f[k].type == FIELD_USER || m->schema->f[k].type == FIELD_USERMULTI)
			r = add_field(m, &m->schema->f[k], &i->item.values);
	return r;
}

/* The list that is worked on, and where to. */
struct scope {
	struct view_tree *t;
	const struct view_list *list;
	const struct field *field;
	struct making *m;
};

/* People are looked for in all lists of the site; looked-up items in the list they are of. */
static int each_list(void *arg, const char *name, const struct view_attr *a)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct scope *s = arg;

	(void) name;
	if (view_tree_list(s->t, a->list, &l) < 0 || strcmp(l->site, s->list->site) != 0)
		return 0;
	if (s->field && !str_eq_nocase(l->info.id, s->field->lookup_list))
		return 0;
	s->m->schema = &l->info.schema;
	s->m->shown = s->field ? (s->field->show_field ? s->field->show_field : "Title") : NULL;
	return store_item_each(s->t->store, l->id, each_item, s->m);
}

static int make_index(struct view_tree *t, const struct view_list *l, const struct field *f,
		      struct index *ret)
{
	CLEANUP(map_free_p) struct map *ids = map_new();
	struct making m = { .idx = ret, .ids = ids, .field = f, .schema = &l->info.schema };
	struct scope s = { t, l, f, &m };
	int r = ids ? 0 : -ENOMEM;

	if (r == 0 && f)
		r = store_item_each(t->store, l->id, each_item, &m);
	if (r == 0)
		r = tree_each_list(t, each_list, &s);
	return r;
}

/* ---- asking ---------------------------------------------------------------------- */

struct question {
	const char *id;   /* lookups: by id, else by text */
	const char *text;
	const char *key;  /* people */
};

static bool is_person(const struct seen *s, const char *key)
{
	return str_eq(s->id, key) || str_eq_nocase(s->mail, key) || str_eq_nocase(s->login, key) ||
	       str_eq_nocase(s->name, key);
}

static bool answers(const struct seen *s, const struct question *q)
{
	if (q->key)
		return is_person(s, q->key);
	return q->id ? str_eq(s->id, q->id) : str_eq(s->text, q->text);
}

/* 1 and copies of it; 0, -ENOTUNIQ, -ENOMEM. Needs the lock. */
static int search(const struct index *idx, const struct question *q, char **ret_id, char **ret_text)
{
	CLEANUP(str_free_p) char *id = NULL;
	CLEANUP(str_free_p) char *text = NULL;
	const struct seen *found = NULL;

	for (size_t i = 0; i < idx->n; i++) {
		if (!answers(&idx->v[i], q))
			continue;
		if (found)
			return -ENOTUNIQ;
		found = &idx->v[i];
	}
	if (!found)
		return 0;
	if (str_set(&id, found->id) < 0 || str_set(&text, found->text) < 0)
		return -ENOMEM;
	*ret_id = id;
	*ret_text = text;
	id = text = NULL;
	return 1;
}

/* Needs the lock. */
static struct index *find_index(struct resolve_cache *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->idx[i].key, key) == 0)
			return &c->idx[i];
	return NULL;
}

/* Puts fresh in its place; what stood there comes back in it. */
static int put_index(struct resolve_cache *c, struct index *fresh)
{
	struct index *old, was = { 0 };
	int r = 0;

	lock_take(&c->lock);
	old = find_index(c, fresh->key);
	if (!old && (r = vec_grow(&c->idx, &c->cap, c->n + 1, sizeof(*c->idx))) == 0)
		old = &c->idx[c->n++];
	else if (old)
		was = *old;
	if (r == 0) {
		*old = *fresh;
		*fresh = was;
	}
	lock_give(&c->lock);
	return r;
}

/* *ret_final: the index is up to date, so that 0 means unknown. */
static int ask_index(struct resolve_cache *c, const char *key, const struct question *q,
		     char **ret_id, char **ret_text, bool *ret_final)
{
	const struct index *idx;
	int r = 0;

	lock_take(&c->lock);
	idx = find_index(c, key);
	*ret_final = idx && !idx->outdated;
	if (idx)
		r = search(idx, q, ret_id, ret_text);
	lock_give(&c->lock);
	return r;
}

/* key is taken over. */
static int ask(const struct view_resolve *v, const struct field *f, char *key,
	       const struct question *q, char **ret[2])
{
	struct index fresh = { .key = key };
	bool final;
	int r;

	if (!key)
		return -ENOMEM;
	r = ask_index(v->tree->people, key, q, ret[0], ret[1], &final);
	if (r == 0 && !final) {
		r = make_index(v->tree, v->list, f, &fresh);
		if (r == 0)
			r = search(&fresh, q, ret[0], ret[1]);
		if (r >= 0 || r == -ENOTUNIQ)
			(void) !put_index(v->tree->people, &fresh); /* not kept: made again next time */
	}
	index_release(&fresh);
	return r;
}

static int ask_user(void *arg, const char *key, char **ret_wire)
{
	const struct view_resolve *v = arg;
	CLEANUP(str_free_p) char *id = NULL;
	CLEANUP(str_free_p) char *text = NULL;
	struct question q = { .key = key };
	int r = ask(v, NULL, str_printf("people %s", v->list->site), &q, (char **[2]) { &id, &text });

	if (r != 1)
		return r;
	*ret_wire = str_printf("%s;#%s", id, text);
	return *ret_wire ? 1 : -ENOMEM;
}

static int ask_lookup(void *arg, const struct field *f, const char *id, const char *text,
		      char **ret_id, char **ret_text)
{
	const struct view_resolve *v = arg;
	struct question q = { .id = id, .text = text };

	return ask(v, f, str_printf("%lld %s", (long long) v->list->id, f->name), &q,
		   (char **[2]){ ret_id, ret_text });
}

void view_tree_resolve(struct view_tree *t, const struct view_list *l, struct view_resolve *ret)
{
	*ret = (struct view_resolve) { .tree = t, .list = l };
	ret->known = (struct view_known) { ask_user, ask_lookup, ret };
}
