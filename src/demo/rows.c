#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "ftype.h"
#include "item.h"
#include "model.h"
#include "options.h"
#include "perm.h"
#include "sysfield.h"
#include "xml.h"

/* When a column of every answer is there: always; only beside columns that link to the item, which need it;
 * only without those; or unless properties come one by one. */
enum when { ALWAYS, LINKED, UNLINKED, BAG };

struct extra {
	const char *name;
	enum when when;
};

/* As recorded from and documented for each product. "Title" stands for all mandatory columns. */
static const struct extra extra_2007[] = {
	{ "MetaInfo", BAG },         { "_ModerationStatus", ALWAYS },  { "_Level", ALWAYS },
	{ "Title", LINKED },         { "ID", ALWAYS },                 { "owshiddenversion", ALWAYS },
	{ "UniqueId", ALWAYS },      { "FSObjType", ALWAYS },          { "Created_x0020_Date", LINKED },
	{ "Created", ALWAYS },       { "FileLeafRef", LINKED },        { "FileRef", ALWAYS },
	{ NULL, ALWAYS },
};

static const struct extra extra_2010[] = {
	{ "MetaInfo", BAG },         { "_ModerationStatus", ALWAYS },  { "_Level", ALWAYS },
	{ "Title", LINKED },         { "ID", ALWAYS },                 { "UniqueId", ALWAYS },
	{ "owshiddenversion", ALWAYS }, { "FSObjType", ALWAYS },       { "Created_x0020_Date", LINKED },
	{ "Created", ALWAYS },       { "FileLeafRef", LINKED },        { "PermMask", ALWAYS },
	{ "Modified", ALWAYS },      { "FileRef", ALWAYS },            { NULL, ALWAYS },
};

/* without IncludeMandatoryColumns */
static const struct extra extra_2010_lean[] = {
	{ "_ModerationStatus", ALWAYS }, { "_Level", ALWAYS },         { "UniqueId", ALWAYS },
	{ "FSObjType", ALWAYS },     { "Created_x0020_Date", LINKED }, { "Modified", LINKED },
	{ "FileRef", LINKED },       { "Title", LINKED },              { "ID", ALWAYS },
	{ "owshiddenversion", ALWAYS }, { "Created", ALWAYS },         { "FileLeafRef", LINKED },
	{ "PermMask", LINKED },      { "FileRef", UNLINKED },          { NULL, ALWAYS },
};

static bool is_due(const struct rows *r, const struct extra *e)
{
	switch (e->when) {
	case LINKED: return r->cols->linked;
	case UNLINKED: return !r->cols->linked;
	case BAG: return !r->cols->properties;
	case ALWAYS: break;
	}
	return true;
}

static void put_extra(struct rows *r, const struct field *f)
{
	if (!f || columns_have(r->cols, f->name))
		return;
	for (size_t i = 0; i < r->n_extra; i++)
		if (r->extra[i] == f)
			return;
	r->extra[r->n_extra++] = f;
}

int rows_begin(const struct call *c, const struct list *l, const struct options *o, const struct columns *cols,
	       struct rows *ret)
{
	const struct extra *e = c->m->version == 12 ? extra_2007 : o->mandatory ? extra_2010 : extra_2010_lean;

	*ret = (struct rows) { .c = c, .l = l, .o = o, .cols = cols, .value = BUF_INIT((size_t) 64 << 20) };
	ret->extra = calloc(l->n_fields + 1, sizeof(*ret->extra));
	if (!ret->extra)
		return -ENOMEM;
	for (; e->name && !cols->all; e++) {
		if (is_due(ret, e))
			put_extra(ret, list_field(l, e->name));
		for (size_t i = 0; o->mandatory && strcmp(e->name, "Title") == 0 && i < l->n_fields; i++)
			if (l->fields[i]->required)
				put_extra(ret, l->fields[i]);
	}
	return 0;
}

void rows_end(struct rows *r)
{
	free(r->extra);
	buf_release(&r->value);
}

bool rows_value(const struct call *c, const struct list *l, const struct options *o, const struct item *i,
		const struct field *f, struct buf *out)
{
	const struct sight s = { c, l, o, i };
	const char *stored;

	if (f->sys)
		return f->sys->write(&s, out);
	stored = pairs_get(&i->vals, f->name);
	if (!stored || !*stored)
		return f->type->multiple; /* empty multi-valued lookups are there, as "" */
	if (f->type->show)
		f->type->show(&o->look, f, i, stored, out);
	else
		buf_adds(out, stored);
	return true;
}

/* RemoveInvalidXmlCharacters: what XML cannot hold goes, instead of being shown as U+FFFD. */
static void strip_invalid(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		if ((unsigned char) b->p[i] >= 0x20 || strchr("\t\n\r", b->p[i]))
			b->p[n++] = b->p[i];
	if (buf_resize(b, n) < 0)
		b->len = n;
}

static void put_attribute(struct rows *r, const char *name, const char *suffix, const char *value)
{
	struct buf *out = r->c->out;

	buf_adds(out, " ows_");
	buf_adds(out, name);
	xml_name(out, suffix, "_.-");
	buf_adds(out, "='");
	xml_value(out, value);
	if (r->c->quirks.control && !r->o->strip_invalid && strcmp(name, "Title") == 0)
		buf_adds(out, "&#x1;");
	buf_addc(out, '\'');
}

/* ows_MetaInfo_name for each property, or for the one that was asked for. */
static void put_properties(struct rows *r, const struct item *i, const char *only)
{
	const char *name, *value;

	for (size_t at = 0; pairs_next(&i->bag, &at, &name, &value);) {
		const char *bar = strchr(value, '|');

		if (!only || str_eq_nocase(only, name))
			put_attribute(r, "MetaInfo_", name, bar ? bar + 1 : value);
	}
}

static void put_field(struct rows *r, const struct item *i, const struct field *f)
{
	bool there;

	buf_reset(&r->value);
	there = rows_value(r->c, r->l, r->o, i, f, &r->value);
	if (there && r->o->strip_invalid)
		strip_invalid(&r->value);
	if (there || r->c->quirks.empty_attributes)
		put_attribute(r, f->name, "", there ? buf_str(&r->value) : "");
}

/* [MS-LISTSWS] 2.2.4.4 IncludePermissions: the rights of a row that has others than its list. */
static void put_permissions(struct rows *r, const struct item *i)
{
	uint64_t mask = perm_of_item(r->c->person, r->l, i);

	if (!r->o->permissions || mask == perm_of_list(r->c->person, r->l))
		return;
	buf_adds(r->c->out, " EffectivePermMask='");
	perm_names(mask, r->c->out);
	buf_addc(r->c->out, '\'');
}

int rows_write(struct rows *r, const struct item *i, bool alone)
{
	struct buf *out = r->c->out;

	buf_adds(out, "<z:row");
	for (size_t n = 0; n < r->cols->n; n++) {
		const struct column *c = &r->cols->c[n];

		if (r->cols->properties && strcmp(c->field->name, "MetaInfo") == 0)
			put_properties(r, i, c->property);
		else
			put_field(r, i, c->field);
	}
	for (size_t n = 0; n < r->n_extra; n++)
		put_field(r, i, r->extra[n]);
	put_permissions(r, i);
	if (r->c->quirks.duplicate)
		buf_addf(out, " ows_ID='%lld'", (long long) i->id);
	buf_adds(out, alone ? " xmlns:z=\"#RowsetSchema\"/>" : "/>\n");
	return buf_error(out) < 0 ? buf_error(out) : buf_error(&r->value);
}
