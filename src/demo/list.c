#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "change.h"
#include "ctypes.h"
#include "db.h"
#include "ftype.h"
#include "model.h"
#include "sysfield.h"
#include "xml.h"

/* Lists and their columns in memory, and how they are stored. */

#define FIELD_MAX ((size_t) 1 << 20) /* bytes of one Field element */
#define FIELDS_MAX 2000              /* columns of a list */
#define V3 "http://schemas.microsoft.com/sharepoint/v3"

static struct field *free_field(struct field *f)
{
	if (!f)
		return NULL;
	xml_free(f->def);
	free(f->text);
	free(f);
	return NULL;
}

struct list *list_free(struct list *l)
{
	if (!l)
		return NULL;
	for (size_t i = 0; i < l->n_fields; i++)
		free_field(l->fields[i]);
	free(l->fields);
	map_free(l->by_name);
	ctype_release(l);
	pairs_release(&l->props);
	free(l->title);
	free(l->description);
	free(l->root);
	free(l->view_fields);
	free(l);
	return NULL;
}

struct field *list_field(const struct list *l, const char *name)
{
	return l->by_name ? map_find(l->by_name, name) : NULL;
}

const char *list_prop(const struct list *l, const char *name)
{
	return pairs_get(&l->props, name);
}

bool list_prop_is(const struct list *l, const char *name, bool usual)
{
	const char *v = list_prop(l, name);

	return v ? xml_is_true(v) : usual;
}

/* Has the definition a FieldRef that makes it a time of an all-day event? */
static bool is_floating(const struct xml *def)
{
	const struct xml *ref = xml_first(xml_child(def, "FieldRefs"));

	for (; ref; ref = ref->next)
		if (str_eq(xml_attr(ref, "RefType"), "AllDayEvent"))
			return true;
	return false;
}

int field_refresh(struct field *f, const struct list *l)
{
	const char *target = xml_attr(f->def, "List");
	const char *type = xml_attr(f->def, "Type");
	struct buf text = BUF_INIT(FIELD_MAX);

	f->name = xml_attr(f->def, "Name");
	f->display = xml_attr(f->def, "DisplayName");
	if (str_empty(f->name) || str_empty(type))
		return -EINVAL;
	if (!f->display)
		f->display = f->name;
	f->type = ftype_find(type);
	f->sys = sysfield_find(f->name);
	f->read_only = xml_is_true(xml_attr(f->def, "ReadOnly"));
	f->required = xml_is_true(xml_attr(f->def, "Required"));
	f->date_only = str_eq(xml_attr(f->def, "Format"), "DateOnly");
	f->floating = is_floating(f->def);
	f->target[0] = '\0';
	if (target && strcmp(target, "Self") == 0)
		memcpy(f->target, l->guid, sizeof(f->target));
	else if (target && !guid_normalise(target, f->target))
		f->target[0] = '\0';
	xml_write(&text, f->def);
	free(f->text);
	f->text = buf_take(&text);
	return f->text ? 0 : -ENOMEM;
}

static bool has_column(const struct list *l, const char *name)
{
	for (size_t i = 0; i < l->n_fields; i++)
		if (str_eq(xml_attr(l->fields[i]->def, "ColName"), name) ||
		    str_eq(xml_attr(l->fields[i]->def, "ColName2"), name))
			return true;
	return false;
}

/* The first column of the database kind `column` that is free, and after that the next one. */
static int set_column(const struct list *l, struct xml *def, const char *attr, const char *column)
{
	for (int n = 1; n <= 2 * FIELDS_MAX; n++) {
		CLEANUP(str_free_p) char *name = str_printf("%s%d", column, n);

		if (!name)
			return -ENOMEM;
		if (!has_column(l, name) && !str_eq(xml_attr(def, "ColName"), name))
			return xml_set_attr(def, attr, name);
	}
	return -EFBIG;
}

/* ColName and, in lists' own columns, RowOrdinal; an address takes two columns. */
static int add_columns(const struct list *l, struct xml *def, const struct ftype *type)
{
	bool own = *xml_attr(def, "SourceID") == '{';
	bool two = strcmp(type->name, "URL") == 0;
	int r = set_column(l, def, "ColName", type->column);

	if (r >= 0 && own)
		r = xml_set_attr(def, "RowOrdinal", "0");
	if (r >= 0 && two)
		r = set_column(l, def, "ColName2", type->column);
	return r >= 0 && own && two ? xml_set_attr(def, "RowOrdinal2", "0") : r;
}

/* SourceID, StaticName and ColName: what the server adds to a definition that lacks them. */
static int complete(const struct list *l, struct xml *def)
{
	const struct ftype *type = ftype_find(xml_attr(def, "Type"));
	int r = 0;

	if (str_empty(xml_attr(def, "SourceID")))
		r = xml_set_attr(def, "SourceID", V3);
	if (r >= 0 && !xml_attr(def, "StaticName"))
		r = xml_set_attr(def, "StaticName", xml_attr(def, "Name"));
	if (r < 0 || !type->column || xml_attr(def, "ColName") || xml_attr(def, "JoinColName"))
		return r;
	return add_columns(l, def, type);
}

static int put_field(struct list *l, struct field *f)
{
	int r;

	if (list_field(l, f->name))
		return -EEXIST;
	if (l->n_fields >= FIELDS_MAX)
		return -EFBIG;
	if (!l->by_name && !(l->by_name = map_new()))
		return -ENOMEM;
	r = vec_grow(&l->fields, &l->cap_fields, l->n_fields + 1, sizeof(*l->fields));
	if (r >= 0)
		r = map_put(l->by_name, f->name, f);
	if (r >= 0)
		l->fields[l->n_fields++] = f;
	return r;
}

int list_take_field(struct list *l, struct xml *def)
{
	struct field *f = calloc(1, sizeof(*f));
	int r;

	if (!f) {
		xml_free(def);
		return -ENOMEM;
	}
	f->def = def;
	r = str_empty(xml_attr(def, "Name")) || str_empty(xml_attr(def, "Type")) ? -EINVAL : complete(l, def);
	if (r >= 0)
		r = field_refresh(f, l);
	if (r >= 0)
		r = put_field(l, f);
	if (r < 0)
		free_field(f);
	return r;
}

int list_add_field(struct list *l, const char *text)
{
	struct xml *def = NULL;
	int r = xml_parse(text, strlen(text), &def);

	return r < 0 ? r : list_take_field(l, def);
}

static void lower(char *s)
{
	for (; *s; s++)
		*s = (char) tolower((unsigned char) *s);
}

/* ID, SourceID, StaticName and Name, in this order, behind what the maker wrote. */
static int sign(const struct list *l, struct xml *def, const char *id)
{
	CLEANUP(str_free_p) char *name = strdup(xml_attr(def, "Name") ? xml_attr(def, "Name") : "");
	const char *own = xml_attr(def, "ID");
	char guid[GUID_SIZE], source[GUID_SIZE];
	int r = name ? 0 : -ENOMEM;

	if (r >= 0 && !(id && guid_normalise(id, guid)) && !(own && guid_normalise(own, guid)))
		r = guid_new(guid);
	if (r < 0)
		return r;
	memcpy(source, l->guid, sizeof(source));
	lower(guid);
	lower(source);
	for (size_t i = 0; i < 4; i++)
		xml_drop_attr(def, (const char *[]) { "ID", "SourceID", "StaticName", "Name" }[i]);
	r = xml_set_attr(def, "ID", guid);
	if (r >= 0)
		r = xml_set_attr(def, "SourceID", source);
	if (r >= 0)
		r = xml_set_attr(def, "StaticName", name);
	return r < 0 ? r : xml_set_attr(def, "Name", name);
}

/* Behind the last column that is not worked out: before ID and ContentType. */
static void move_last_up(struct list *l)
{
	struct field *f = l->fields[l->n_fields - 1];
	size_t at = 0;

	while (at < l->n_fields - 1 && strcmp(l->fields[at]->name, "ContentType") != 0)
		at++;
	if (at == l->n_fields - 1)
		return;
	if (at > 1 && strcmp(l->fields[at - 1]->name, "ID") == 0)
		at--;
	memmove(l->fields + at + 1, l->fields + at, (l->n_fields - 1 - at) * sizeof(*l->fields));
	l->fields[at] = f;
}

int list_own_field(struct list *l, struct xml *def, const char *id)
{
	int r = sign(l, def, id);

	if (r < 0) {
		xml_free(def);
		return r;
	}
	r = list_take_field(l, def);
	if (r >= 0)
		move_last_up(l);
	return r;
}

int list_drop_field(struct list *l, const char *name)
{
	struct field *f = l->by_name ? map_take(l->by_name, name) : NULL;
	size_t kept = 0;

	if (!f)
		return -ENOENT;
	for (size_t i = 0; i < l->n_fields; i++)
		if (l->fields[i] != f)
			l->fields[kept++] = l->fields[i];
	l->n_fields = kept;
	free_field(f);
	return 0;
}

int list_save(struct model *m, struct list *l)
{
	return db_run(m->db, LIST_SAVE, "issiiiiisb", l->id, l->title, l->description, l->modified, l->deleted,
		      l->version, l->next_item, l->items, l->view_fields, (const void *) l->props.b.p,
		      l->props.b.len);
}

int list_save_fields(struct model *m, struct list *l)
{
	int r = db_run(m->db, FIELDS_DROP, "i", l->id);

	for (size_t i = 0; r >= 0 && i < l->n_fields; i++)
		r = db_run(m->db, FIELD_ADD, "iis", l->id, (int64_t) i, l->fields[i]->text);
	return r < 0 ? r : list_save(m, l);
}

int list_insert(struct model *m, struct list *l)
{
	int r = db_run(m->db, LIST_ADD, "isssisiiiiiiissb", l->site->id, l->guid, l->title, l->description,
		       (int64_t) l->template, l->root, l->created, l->modified, l->deleted, l->version, l->author,
		       l->next_item, l->items, l->view, l->view_fields, (const void *) l->props.b.p,
		       l->props.b.len);

	if (r < 0)
		return r;
	l->id = db_last_id(m->db);
	return list_save_fields(m, l);
}

int list_schema_changed(struct model *m, struct list *l, int64_t now)
{
	int r;

	l->version++;
	l->modified = now;
	r = list_save_fields(m, l);
	return r < 0 ? r : change_add(m->db, l, NULL, "Schema");
}

int list_remove(struct model *m, struct list *l)
{
	static const enum db_query drops[] = { ITEMS_DROP, FIELDS_DROP, CTYPES_DROP, ATTACHMENTS_DROP, REVISIONS_DROP,
					       CONTENTS_DROP, LIST_DROP };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(drops) / sizeof(*drops); i++)
		r = db_run(m->db, drops[i], "i", l->id);
	if (r >= 0)
		site_drop_list(l->site, l);
	return r;
}
