#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "ctypes.h"
#include "db.h"
#include "xml.h"

/* FNV-1a over both words, with a start of its own for each half. */
static uint64_t hash(uint64_t h, const char *a, const char *b)
{
	for (; *a; a++)
		h = (h ^ (unsigned char) *a) * UINT64_C(1099511628211);
	h = (h ^ 0xff) * UINT64_C(1099511628211);
	for (; *b; b++)
		h = (h ^ (unsigned char) *b) * UINT64_C(1099511628211);
	return h ^ (h >> 29);
}

void model_guid(const char *a, const char *b, char out[GUID_SIZE])
{
	uint64_t x = hash(UINT64_C(14695981039346656037), a, b);
	uint64_t y = hash(UINT64_C(11400714819323198485), b, a);

	snprintf(out, GUID_SIZE, "{%08X-%04X-4%03X-%04X-%012llX}", (unsigned) (x >> 32),
		 (unsigned) (x >> 16) & 0xffff, (unsigned) x & 0xfff, ((unsigned) (y >> 48) & 0x3fff) | 0x8000,
		 (unsigned long long) y & 0xffffffffffffULL);
}

/* ---- people ----------------------------------------------------------------------------------- */

static struct person *free_person(struct person *p)
{
	if (!p)
		return NULL;
	free(p->login);
	free(p->name);
	free(p->email);
	free(p->title);
	free(p->password);
	free(p);
	return NULL;
}

static int put_person(struct model *m, const struct person_facts *from, struct person **ret)
{
	struct person *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->id = from->id;
	p->role = ROLE_OWNER;
	if (str_set(&p->login, from->login) < 0 || str_set(&p->name, from->name) < 0 ||
	    str_set(&p->email, from->email) < 0 || str_set(&p->title, from->title) < 0) {
		free_person(p);
		return -ENOMEM;
	}
	r = vec_grow(&m->people, &m->cap_people, m->n_people + 1, sizeof(*m->people));
	if (r < 0) {
		free_person(p);
		return r;
	}
	m->people[m->n_people++] = p;
	if (ret)
		*ret = p;
	return 0;
}

int model_add_person(struct model *m, const struct person_facts *from, struct person **ret)
{
	struct person_facts p = *from;
	int r;

	for (size_t i = 0; !from->id && i < m->n_people; i++)
		if (m->people[i]->id < PERSON_SYSTEM && m->people[i]->id >= p.id)
			p.id = m->people[i]->id + 1;
	r = db_run(m->db, PERSON_ADD, "issss", p.id, p.login, p.name, p.email, p.title);
	return r < 0 ? r : put_person(m, &p, ret);
}

struct person *model_person(const struct model *m, int64_t id)
{
	for (size_t i = 0; i < m->n_people; i++)
		if (m->people[i]->id == id)
			return m->people[i];
	return NULL;
}

/* "jroe" for "CONTOSO\jroe" */
static bool is_login(const char *login, const char *name)
{
	const char *bare = strchr(login, '\\');

	return str_eq_nocase(login, name) || (bare && str_eq_nocase(bare + 1, name));
}

struct person *model_person_named(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_people; i++)
		if (is_login(m->people[i]->login, name))
			return m->people[i];
	for (size_t i = 0; *name && i < m->n_people; i++)
		if (str_eq_nocase(m->people[i]->email, name) || str_eq_nocase(m->people[i]->name, name))
			return m->people[i];
	return NULL;
}

static int load_people(struct model *m)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, PERSON_ALL, "");

	while (r >= 0 && (r = db_step(st)) > 0) {
		const struct person_facts p = { db_int(st, 0), db_text(st, 1), db_text(st, 2), db_text(st, 3),
						db_text(st, 4) };

		r = put_person(m, &p, NULL);
	}
	return r;
}

/* ---- sites ------------------------------------------------------------------------------------ */

static struct site *free_site(struct site *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->n_lists; i++)
		list_free(s->lists[i]);
	free(s->lists);
	free(s->path);
	free(s->title);
	pairs_release(&s->bag);
	free(s);
	return NULL;
}

static int put_site(struct model *m, struct site *s)
{
	int r = vec_grow(&m->sites, &m->cap_sites, m->n_sites + 1, sizeof(*m->sites));

	if (r >= 0)
		m->sites[m->n_sites++] = s;
	return r;
}

static struct site *new_site(const char *path, const char *title)
{
	struct site *s = calloc(1, sizeof(*s));

	if (s)
		s->bag = (struct pairs) PAIRS_INIT;
	if (s && (str_set(&s->path, path) < 0 || str_set(&s->title, title) < 0))
		return free_site(s);
	return s;
}

int model_add_site(struct model *m, const char *path, const char *title, struct site **ret)
{
	struct site *s = new_site(path, title);
	int r;

	if (!s)
		return -ENOMEM;
	model_guid("web", path, s->web);
	model_guid("scope", path, s->scope);
	s->created = INT64_C(1788249600); /* 2026-09-01 08:00 UTC */
	r = db_run(m->db, SITE_ADD, "ssssi", s->path, s->title, s->web, s->scope, s->created);
	s->id = db_last_id(m->db);
	if (r >= 0)
		r = put_site(m, s);
	if (r < 0) {
		free_site(s);
		return r;
	}
	*ret = s;
	return 0;
}

int site_save_bag(struct model *m, struct site *s)
{
	return db_run(m->db, SITE_BAG_PUT, "ib", s->id, (const void *) s->bag.b.p, s->bag.b.len);
}

static int load_bag(struct model *m, struct site *s)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, SITE_BAG_GET, "i", s->id);

	if (r >= 0)
		r = db_step(st);
	if (r > 0) {
		size_t n;
		const void *block = db_block(st, 0, &n);

		r = pairs_load(&s->bag, block, n);
	}
	return r;
}

static int load_sites(struct model *m)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, SITE_ALL, "");

	while (r >= 0 && (r = db_step(st)) > 0) {
		struct site *s = new_site(db_text(st, 1), db_text(st, 2));

		if (!s)
			return -ENOMEM;
		s->id = db_int(st, 0);
		snprintf(s->web, sizeof(s->web), "%s", db_text(st, 3));
		snprintf(s->scope, sizeof(s->scope), "%s", db_text(st, 4));
		s->created = db_int(st, 5);
		r = load_bag(m, s);
		if (r >= 0)
			r = put_site(m, s);
		if (r < 0)
			free_site(s);
	}
	return r;
}

struct site *model_site(const struct model *m, const char *path)
{
	for (size_t i = 0; i < m->n_sites; i++)
		if (str_eq_nocase(m->sites[i]->path, path))
			return m->sites[i];
	return NULL;
}

struct list *site_list_by_guid(const struct site *s, const char *guid)
{
	for (size_t i = 0; i < s->n_lists; i++)
		if (strcmp(s->lists[i]->guid, guid) == 0)
			return s->lists[i];
	return NULL;
}

struct list *site_list(const struct site *s, const char *name)
{
	char guid[GUID_SIZE];
	struct list *l = guid_normalise(name, guid) ? site_list_by_guid(s, guid) : NULL;

	if (l)
		return l;
	if (strcmp(name, "UserInfo") == 0)
		name = "User Information List";
	for (size_t i = 0; i < s->n_lists; i++)
		if (str_eq_nocase(s->lists[i]->title, name))
			return s->lists[i];
	return NULL;
}

int site_add_list(struct site *s, struct list *l)
{
	int r = vec_grow(&s->lists, &s->cap_lists, s->n_lists + 1, sizeof(*s->lists));

	if (r >= 0)
		s->lists[s->n_lists++] = l;
	return r;
}

void site_drop_list(struct site *s, struct list *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_lists; i++)
		if (s->lists[i] != l)
			s->lists[kept++] = s->lists[i];
	s->n_lists = kept;
	list_free(l);
}

/* ---- reading it all --------------------------------------------------------------------------- */

static struct site *site_of(const struct model *m, int64_t id)
{
	for (size_t i = 0; i < m->n_sites; i++)
		if (m->sites[i]->id == id)
			return m->sites[i];
	return NULL;
}

static int read_list(struct model *m, struct stmt *st, struct list *l)
{
	size_t n;
	const void *props = db_block(st, 16, &n);

	l->id = db_int(st, 0);
	l->site = site_of(m, db_int(st, 1));
	snprintf(l->guid, sizeof(l->guid), "%s", db_text(st, 2));
	l->template = (int) db_int(st, 5);
	l->created = db_int(st, 7);
	l->modified = db_int(st, 8);
	l->deleted = db_int(st, 9);
	l->version = db_int(st, 10);
	l->author = db_int(st, 11);
	l->next_item = db_int(st, 12);
	l->items = db_int(st, 13);
	snprintf(l->view, sizeof(l->view), "%s", db_text(st, 14));
	if (!l->site)
		return -EIO;
	if (str_set(&l->title, db_text(st, 3)) < 0 || str_set(&l->description, db_text(st, 4)) < 0 ||
	    str_set(&l->root, db_text(st, 6)) < 0 || str_set(&l->view_fields, db_text(st, 15)) < 0)
		return -ENOMEM;
	return pairs_load(&l->props, props, n);
}

static int load_fields(struct model *m, struct list *l)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, FIELDS_OF, "i", l->id);

	while (r >= 0 && (r = db_step(st)) > 0)
		r = list_add_field(l, db_text(st, 0));
	return r;
}

static int load_base(struct model *m, struct list *l)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, TEMPLATE_GET, "i", (int64_t) l->template);

	if (r >= 0)
		r = db_step(st);
	l->base = r > 0 ? (int) db_int(st, 0) : 0;
	return r < 0 ? r : 0;
}

static int load_lists(struct model *m)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, LIST_ALL, "");

	while (r >= 0 && (r = db_step(st)) > 0) {
		struct list *l = calloc(1, sizeof(*l));

		if (!l)
			return -ENOMEM;
		l->props = (struct pairs) PAIRS_INIT;
		r = read_list(m, st, l);
		if (r >= 0)
			r = load_fields(m, l);
		if (r >= 0)
			r = load_base(m, l);
		if (r >= 0)
			r = ctype_load(m, l);
		if (r >= 0)
			r = site_add_list(l->site, l);
		if (r < 0)
			list_free(l);
	}
	return r;
}

int model_load(struct model *m)
{
	int r = load_people(m);

	if (r >= 0)
		r = load_sites(m);
	return r < 0 ? r : load_lists(m);
}

void model_release(struct model *m)
{
	for (size_t i = 0; i < m->n_people; i++)
		free_person(m->people[i]);
	for (size_t i = 0; i < m->n_sites; i++)
		free_site(m->sites[i]);
	free(m->people);
	free(m->sites);
	*m = (struct model) { 0 };
}
