#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "calc.h"
#include "ctypes.h"
#include "edit.h"
#include "item.h"
#include "model.h"
#include "sysfield.h"
#include "tmpl.h"
#include "tz.h"
#include "xml.h"

/* The values of an item before it is stored. */

#define VALUE_MAX ((size_t) 64 << 20)

/* ---- columns that are part of the item itself --------------------------------------------------- */

/* "1" or "7;#1" */
static int set_folder(struct edit *e, struct item *i, const char *value)
{
	const char *at = strstr(value, ";#");

	(void) e;
	i->folder = strcmp(at ? at + 2 : value, "1") == 0;
	return 0;
}

/* The name of a folder or document, in its present extension. */
static int set_base_name(struct edit *e, struct item *i, const char *value)
{
	const char *ext = tmpl_is_library(e->l) && i->leaf && !i->folder ? sysfield_extension(i) : "";
	char *leaf = str_printf("%s%s%s", value, *ext ? "." : "", ext);

	if (!leaf)
		return -ENOMEM;
	free(i->leaf);
	i->leaf = leaf;
	return edit_check_name(e, value);
}

static int set_leaf(struct edit *e, struct item *i, const char *value)
{
	const char *at = strstr(value, ";#");

	if (!i->folder && !tmpl_is_library(e->l))
		return 0; /* an item's name is made from its id */
	value = at ? at + 2 : value;
	return edit_check_name(e, value) < 0 ? -EINVAL : str_set(&i->leaf, value);
}

/* What the list does not have becomes what comes nearest to it. */
static int set_ctype_id(struct edit *e, struct item *i, const char *value)
{
	const struct xml *x = ctype_best(e->l, value);

	if (!ctype_is_id(value))
		return edit_refuse(e, E_INVALID);
	return str_set(&i->ctype, x ? xml_attr(x, "ID") : value);
}

/* By name: "Task". */
static int set_ctype(struct edit *e, struct item *i, const char *value)
{
	const struct xml *x = ctype_named(e->l, value);

	return x ? str_set(&i->ctype, xml_attr(x, "ID")) : edit_refuse(e, E_INVALID);
}

static int set_order(struct edit *e, struct item *i, const char *value)
{
	char *end;
	double v = strtod(value, &end);

	if (end == value || *end)
		return edit_refuse(e, E_MISMATCH);
	i->order = v;
	return 0;
}

/* What only the server itself may set: the samples do. */
static int set_time(struct edit *e, const char *value, int64_t *t)
{
	if (!e->system)
		return 0;
	if (clock_parse_iso(value, t) < 0)
		return edit_refuse(e, E_BAD_DATE);
	if (!str_ends(value, "Z"))
		*t = tz_utc(*t);
	return 0;
}

static int set_created(struct edit *e, struct item *i, const char *value)
{
	return set_time(e, value, &i->created);
}

static int set_modified(struct edit *e, struct item *i, const char *value)
{
	int r = set_time(e, value, &i->modified);

	i->doc_modified = e->system ? i->modified : i->doc_modified;
	return r;
}

static int set_person(struct edit *e, const char *value, int64_t *id)
{
	const struct person *p = e->system ? model_person_named(e->m, value) : NULL;

	if (e->system && !p)
		return edit_refuse(e, E_NO_USER);
	*id = p ? p->id : *id;
	return 0;
}

static int set_author(struct edit *e, struct item *i, const char *value)
{
	int r = set_person(e, value, &i->author);

	i->editor = e->system ? i->author : i->editor;
	return r;
}

static int set_editor(struct edit *e, struct item *i, const char *value)
{
	return set_person(e, value, &i->editor);
}

static int set_size(struct edit *e, struct item *i, const char *value)
{
	return e->system ? str_to_i64(value, &i->size) : 0;
}

static const struct {
	const char *name;
	int (*set)(struct edit *e, struct item *i, const char *value);
} own_columns[] = {
	{ "FSObjType", set_folder },   { "BaseName", set_base_name }, { "FileLeafRef", set_leaf },
	{ "ContentTypeId", set_ctype_id }, { "ContentType", set_ctype }, { "Order", set_order },
	{ "Created", set_created },    { "Modified", set_modified },  { "Author", set_author },
	{ "Editor", set_editor },      { "File_x0020_Size", set_size },
};

/* ---- ordinary columns --------------------------------------------------------------------------- */

static int take(struct edit *e, struct item *i, const struct field *f, const char *value)
{
	struct intake in = { .model = e->m, .site = e->l->site, .list = e->l, .field = f,
			     .utc = e->utc, .all_day = e->all_day };
	struct buf stored = BUF_INIT(VALUE_MAX);
	int r = f->type->take(&in, value, &stored);

	if (r == -EINVAL && in.refusal.code)
		e->refusal = in.refusal;
	if (r >= 0)
		r = pairs_set(&i->vals, f->name, stored.len ? buf_str(&stored) : NULL);
	buf_release(&stored);
	return r;
}

int edit_set(struct edit *e, struct item *i, const char *name, const char *value)
{
	const struct field *f = list_field(e->l, name);

	for (size_t n = 0; n < sizeof(own_columns) / sizeof(*own_columns); n++)
		if (strcmp(own_columns[n].name, name) == 0)
			return own_columns[n].set(e, i, value);
	if (!f)
		return edit_refuse(e, E_INVALID);
	if (f->sys || !f->type->take || (f->read_only && !e->system))
		return e->strict ? edit_refuse(e, E_INVALID) : 0;
	return *value ? take(e, i, f, value) : pairs_set(&i->vals, f->name, NULL);
}

/* ---- properties --------------------------------------------------------------------------------- */

int edit_set_property(struct item *i, const char *name, const char *value)
{
	CLEANUP(str_free_p) char *text = *value ? str_printf("SW|%s", value) : NULL;

	if (*value && !text)
		return -ENOMEM;
	return *name ? pairs_set(&i->bag, name, text) : 0;
}

/* One line "name:TT|value"; what does not look like that is passed over. */
static int set_line(struct item *i, char *line)
{
	char *colon = strchr(line, ':');
	char *bar = colon ? strchr(colon, '|') : NULL;

	if (!bar || bar != colon + 3 || colon == line)
		return 0;
	*colon = '\0';
	return pairs_set(&i->bag, line, bar[1] ? colon + 1 : NULL);
}

int edit_set_blob(struct item *i, const char *blob)
{
	CLEANUP(str_free_p) char *copy = strdup(blob);
	char *save = NULL;
	char *from;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	from = strstr(copy, ";#"); /* a blob as it was read begins with the id */
	from = from && strspn(copy, "0123456789") == (size_t) (from - copy) ? from + 2 : copy;
	for (char *l = strtok_r(from, "\r\n", &save); r >= 0 && l; l = strtok_r(NULL, "\r\n", &save))
		r = set_line(i, l);
	return r;
}

/* ---- what nobody sent --------------------------------------------------------------------------- */

static int set_default(struct edit *e, struct item *i, const struct field *f, const char *value)
{
	char iso[CLOCK_ISO_SIZE];

	if (strcasecmp(value, "[today]") == 0) {
		clock_format_iso(e->now, iso);
		value = iso;
	}
	return take(e, i, f, value);
}

int edit_defaults(struct edit *e, struct item *i)
{
	int r = 0;

	for (size_t n = 0; r >= 0 && n < e->l->n_fields; n++) {
		const struct field *f = e->l->fields[n];
		const struct xml *d = xml_child(f->def, "Default");

		if (d && *d->text && !f->sys && f->type->take && !pairs_get(&i->vals, f->name))
			r = set_default(e, i, f, d->text);
	}
	return r;
}

static int compute_duration(struct edit *e, struct item *i)
{
	const char *from = pairs_get(&i->vals, "EventDate");
	const char *to = pairs_get(&i->vals, "EndDate");
	const char *type = pairs_get(&i->vals, "EventType");
	int64_t a, b;
	char text[24];

	if (!list_field(e->l, "Duration") || !from || !to || (type && strcmp(type, "0") != 0) ||
	    clock_parse_iso(from, &a) < 0 || clock_parse_iso(to, &b) < 0)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long) (b > a ? b - a : 0));
	return pairs_set(&i->vals, "Duration", text);
}

/* An appointment that does not say so is no series and takes not all day: its type is never empty (MS-OUTSPS_R275). */
static int compute_event(struct edit *e, struct item *i)
{
	static const char *const columns[] = { "EventType", "fRecurrence", "fAllDayEvent" };
	int r = 0;

	for (size_t n = 0; r >= 0 && !i->folder && n < sizeof(columns) / sizeof(*columns); n++)
		if (list_field(e->l, columns[n]) && list_field(e->l, "EventType") && !pairs_get(&i->vals, columns[n]))
			r = pairs_set(&i->vals, columns[n], "0");
	return r;
}

int edit_compute(struct edit *e, struct item *i)
{
	int r = compute_event(e, i);

	if (r >= 0)
		r = compute_duration(e, i);
	for (size_t n = 0; r >= 0 && n < e->l->n_fields; n++) {
		const struct field *f = e->l->fields[n];
		const struct xml *formula = strcmp(f->type->name, "Calculated") == 0 ? xml_child(f->def, "Formula")
										      : NULL;
		struct buf value = BUF_INIT(VALUE_MAX);

		if (formula) {
			r = calc_eval(formula->text, e->l, i, &value);
			if (r >= 0)
				r = pairs_set(&i->vals, f->name, value.len ? buf_str(&value) : NULL);
		}
		buf_release(&value);
	}
	return r;
}
