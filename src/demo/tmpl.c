#include "tmpl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "ctypes.h"
#include "db.h"

void tmpl_release(struct tmpl *t)
{
	free(t->feature);
	free(t->image);
	free(t->ctype);
	free(t->fields);
	free(t->view);
	free(t->page);
	free(t->view_fields);
	free(t->view_query);
	free(t->props);
	free(t->folder);
	*t = (struct tmpl) { 0 };
}

static int read_tmpl(struct stmt *st, struct tmpl *t)
{
	char **const columns[] = { &t->feature, &t->image, &t->ctype, &t->fields, &t->view,
				   &t->page, &t->view_fields, &t->view_query, &t->props };

	t->base = (int) db_int(st, 0);
	t->first = (int) db_int(st, 10);
	t->once = db_int(st, 11);
	t->absent = db_int(st, 12);
	if (str_set(&t->folder, db_text(st, 13)) < 0)
		return -ENOMEM;
	for (int i = 0; i < (int) (sizeof(columns) / sizeof(*columns)); i++)
		if (str_set(columns[i], db_text(st, i + 1)) < 0)
			return -ENOMEM;
	return 0;
}

int tmpl_get(struct model *m, int number, struct tmpl *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, TEMPLATE_GET, "i", (int64_t) number);

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	ret->number = number;
	r = read_tmpl(st, ret);
	return r < 0 ? r : ret->first > m->version ? -ENOENT : 0;
}

bool tmpl_is_library(const struct list *l)
{
	return l->base == 1;
}

/* ---- columns ---------------------------------------------------------------------------------- */

static int add_layout(struct model *m, struct list *l, const char *fields, int depth);

static int add_named_layout(struct model *m, struct list *l, const char *name, int depth)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, LAYOUT_GET, "s", name);
	CLEANUP(str_free_p) char *fields = NULL;

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -EINVAL;
	fields = strdup(db_text(st, 0));
	return fields ? add_layout(m, l, fields, depth + 1) : -ENOMEM;
}

/* A key that this version does not have is left out. */
static int add_from_catalogue(struct model *m, struct list *l, const char *key)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, CATALOGUE_GET, "si", key, (int64_t) m->version);

	if (r >= 0)
		r = db_step(st);
	return r <= 0 ? r : list_add_field(l, db_text(st, 0));
}

/* Keys with white space between them; "@name" is a layout. */
static int add_layout(struct model *m, struct list *l, const char *fields, int depth)
{
	CLEANUP(str_free_p) char *copy = strdup(fields);
	char *save = NULL;
	int r = depth > 8 ? -EINVAL : 0;

	if (!copy)
		return -ENOMEM;
	for (char *key = strtok_r(copy, " \t\n", &save); r >= 0 && key; key = strtok_r(NULL, " \t\n", &save))
		r = *key == '@' ? add_named_layout(m, l, key + 1, depth) : add_from_catalogue(m, l, key);
	return r;
}

/* ---- a new list ------------------------------------------------------------------------------- */

static int set_props(struct list *l, const char *props)
{
	CLEANUP(str_free_p) char *copy = strdup(props);
	char *save = NULL;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	for (char *p = strtok_r(copy, " \t\n", &save); r >= 0 && p; p = strtok_r(NULL, " \t\n", &save)) {
		char *value = strchr(p, '=');

		if (!value)
			continue;
		*value = '\0';
		r = pairs_set(&l->props, p, value + 1);
	}
	return r;
}

static bool root_taken(const struct site *s, const char *root)
{
	for (size_t i = 0; i < s->n_lists; i++)
		if (str_eq_nocase(s->lists[i]->root, root))
			return true;
	return false;
}

/* Where it lies: as the template says, or the title without what an address cannot have; numbered when it is taken. */
static int choose_root(struct list *l, const struct tmpl *t)
{
	struct buf name = BUF_INIT(512);

	buf_addf(&name, "%s%s%s", *l->site->path ? l->site->path + 1 : "", *l->site->path ? "/" : "",
		 *t->folder ? t->folder : t->base == 1 ? "" : "Lists/");
	for (const char *s = *t->folder ? "" : l->title; *s; s++)
		if (!strchr("\"#%&*:<>?/\\{|}~", *s) && (unsigned char) *s >= 0x20)
			buf_addc(&name, *s);
	for (int n = 0; n < 1000; n++) {
		CLEANUP(str_free_p) char *root = n ? str_printf("%s%d", buf_str(&name), n) : strdup(buf_str(&name));

		if (!root || buf_error(&name) < 0)
			break;
		if (root_taken(l->site, root))
			continue;
		buf_release(&name);
		return str_set(&l->root, root);
	}
	buf_release(&name);
	return -EINVAL;
}

/* In 2013 the ID is the first column of a list; before and after, it is the first of those that the server
 * works out. */
static void put_id_first(struct list *l)
{
	size_t at = 0;
	struct field *id;

	while (at < l->n_fields && strcmp(l->fields[at]->name, "ID") != 0)
		at++;
	if (at == l->n_fields)
		return;
	id = l->fields[at];
	memmove(l->fields + 1, l->fields, at * sizeof(*l->fields));
	l->fields[0] = id;
}

static int fill_list(struct model *m, const struct tmpl_order *o, const struct tmpl *t, struct list *l)
{
	int r = o->guid ? (guid_normalise(o->guid, l->guid) ? 0 : -EINVAL) : guid_new(l->guid);

	l->site = o->site;
	l->template = o->number;
	l->base = t->base;
	l->created = l->modified = l->deleted = o->now;
	l->author = o->author;
	l->next_item = 1;
	if (r >= 0)
		r = str_set(&l->title, o->title);
	if (r >= 0)
		r = str_set(&l->description, o->description ? o->description : "");
	if (r >= 0)
		r = str_set(&l->view_fields, t->view_fields);
	if (r >= 0)
		r = choose_root(l, t);
	if (r >= 0)
		r = set_props(l, t->props);
	if (r >= 0)
		r = add_layout(m, l, t->fields, 0);
	if (m->version == 15)
		put_id_first(l);
	model_guid(l->guid, t->view, l->view);
	return r;
}

int tmpl_make_list(struct model *m, const struct tmpl_order *o, struct list **ret)
{
	CLEANUP(tmpl_release_p) struct tmpl t = { 0 };
	CLEANUP(list_free_p) struct list *l = NULL;
	int r = tmpl_get(m, o->number, &t);

	if (r < 0)
		return r;
	if (str_empty(o->title))
		return -EINVAL;
	if (site_list(o->site, o->title))
		return -EEXIST;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->props = (struct pairs) PAIRS_INIT;
	r = fill_list(m, o, &t, l);
	if (r >= 0)
		r = list_insert(m, l);
	if (r >= 0)
		r = ctype_make_all(m, l, t.ctype);
	if (r >= 0)
		r = site_add_list(o->site, l);
	if (r < 0)
		return r;
	*ret = l;
	l = NULL;
	return 0;
}
