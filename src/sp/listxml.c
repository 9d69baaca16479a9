#include "listxml.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/guid.h"
#include "base/str.h"

/* ---- attributes by table ---------------------------------------------------------- */

enum kind { STRING, PATH, INT, INT64, FLAG, NO_FLAG };

struct attr {
	const char *name;
	enum kind kind;
	size_t at;     /* offset in the struct */
	unsigned flag; /* FLAG: set when TRUE; NO_FLAG: set when FALSE */
};

static const struct attr list_attrs[] = {
	{ "Title", STRING, offsetof(struct list, title), 0 },
	{ "Description", STRING, offsetof(struct list, description), 0 },
	{ "WebFullUrl", PATH, offsetof(struct list, web_url), 0 },
	{ "RootFolder", PATH, offsetof(struct list, root_folder), 0 },
	{ "DefaultViewUrl", PATH, offsetof(struct list, view_url), 0 },
	{ "ServerTemplate", INT, offsetof(struct list, template), 0 },
	{ "BaseType", INT, offsetof(struct list, base_type), 0 },
	{ "Version", INT64, offsetof(struct list, version), 0 },
	{ "ItemCount", INT64, offsetof(struct list, item_count), 0 },
	{ "WriteSecurity", INT, offsetof(struct list, write_security), 0 },
	{ "MaxItemsPerThrottledOperation", INT, offsetof(struct list, max_throttled), 0 },
	{ "Hidden", FLAG, offsetof(struct list, flags), LIST_HIDDEN },
	{ "EnableAttachments", FLAG, offsetof(struct list, flags), LIST_ATTACHMENTS },
	{ "EnableFolderCreation", FLAG, offsetof(struct list, flags), LIST_FOLDERS },
	{ "HasExternalDataSource", FLAG, offsetof(struct list, flags), LIST_EXTERNAL },
	{ "ExcludeFromOfflineClient", FLAG, offsetof(struct list, flags), LIST_EXCLUDED },
	{ "RequireCheckout", FLAG, offsetof(struct list, flags), LIST_CHECKOUT },
	{ "EnableMinorVersion", FLAG, offsetof(struct list, flags), LIST_MINOR },
	{ "EnableModeration", FLAG, offsetof(struct list, flags), LIST_MODERATED },
	{ NULL, STRING, 0, 0 },
};

static const struct attr field_attrs[] = {
	{ "Name", STRING, offsetof(struct field, name), 0 },
	{ "DisplayName", STRING, offsetof(struct field, display), 0 },
	{ "Type", STRING, offsetof(struct field, type_name), 0 },
	{ "List", STRING, offsetof(struct field, lookup_list), 0 },
	{ "ShowField", STRING, offsetof(struct field, show_field), 0 },
	{ "ReadOnly", FLAG, offsetof(struct field, flags), FIELD_READONLY },
	{ "Hidden", FLAG, offsetof(struct field, flags), FIELD_HIDDEN },
	{ "Required", FLAG, offsetof(struct field, flags), FIELD_REQUIRED },
	{ "RichText", FLAG, offsetof(struct field, flags), FIELD_RICHTEXT },
	{ "AppendOnly", FLAG, offsetof(struct field, flags), FIELD_APPENDONLY },
	{ "Percentage", FLAG, offsetof(struct field, flags), FIELD_PERCENTAGE },
	{ "FillInChoice", FLAG, offsetof(struct field, flags), FIELD_FILLIN },
	{ "ShowInEditForm", NO_FLAG, offsetof(struct field, flags), FIELD_NOT_IN_EDIT },
	{ "Mult", FLAG, offsetof(struct field, flags), FIELD_MULT },
	{ NULL, STRING, 0, 0 },
};

/* "/a/b/" -> "/a/b"; "/" -> "". */
static int set_path(char **p, const char *v)
{
	int r = str_set(p, v);
	size_t n = r == 0 ? strlen(*p) : 0;

	while (n && (*p)[n - 1] == '/')
		(*p)[--n] = '\0';
	return r;
}

/* What is no number is left at its default. */
static int64_t number_or(const char *v, int64_t otherwise)
{
	int64_t n;

	return str_to_i64(v, &n) == 0 ? n : otherwise;
}

/* Lists write True, fields TRUE ([MS-LISTSWS] 2.2.4.11, [MS-WSSCAML] 2.1.6). */
static bool is_true(const char *v)
{
	return str_eq_nocase(v, "TRUE") || str_eq(v, "1");
}

static int take_attr(const struct attr *a, void *object, const char *v)
{
	void *at = (char *) object + a->at;
	int64_t n;

	switch (a->kind) {
	case STRING:
		return str_set(at, v);
	case PATH:
		return set_path(at, v);
	case INT:
		n = number_or(v, *(int *) at);
		*(int *) at = n >= INT_MIN && n <= INT_MAX ? (int) n : 0;
		return 0;
	case INT64:
		*(int64_t *) at = number_or(v, 0);
		return 0;
	case FLAG:
	case NO_FLAG:
		if (is_true(v) == (a->kind == FLAG))
			*(unsigned *) at |= a->flag;
		return 0;
	}
	return 0;
}

static int take_attrs(const struct attr *table, void *object, struct xml *x)
{
	int r = 0;

	for (const struct attr *a = table; r == 0 && a->name; a++) {
		const char *v = xml_attr(x, a->name);

		if (v)
			r = take_attr(a, object, v);
	}
	return r;
}

/* ---- the list ------------------------------------------------------------------------- */

/* SharePoint 2007 has no EnableFolderCreation; the bit of Flags says it there (R125). */
#define FLAGS_NO_FOLDERS 0x20000000

static void guess_folders(struct list *l, struct xml *x)
{
	const char *v = xml_attr(x, "EnableFolderCreation") ? NULL : xml_attr(x, "Flags");

	if (v && !(number_or(v, FLAGS_NO_FOLDERS) & FLAGS_NO_FOLDERS))
		l->flags |= LIST_FOLDERS;
}

static int start_list(struct list *l, struct xml *x)
{
	const char *id = xml_attr(x, "ID"); /* NULL also when the parse has failed already */
	char guid[GUID_SIZE];
	int r;

	list_release(l);
	if (!id || !guid_normalise(id, guid) || !xml_attr(x, "Title"))
		return -EBADMSG;
	r = str_set(&l->id, guid);
	r = r ?: take_attrs(list_attrs, l, x);
	if (r < 0)
		return r;
	guess_folders(l, x);
	if (l->root_folder && !*l->root_folder) /* GetListCollection sends it empty */
		r = str_set(&l->root_folder, NULL);
	return r;
}

/* ---- its fields ------------------------------------------------------------------------- */

static enum field_type type_of(const struct field *f)
{
	enum field_type t = field_type_of(f->type_name);

	if (!(f->flags & FIELD_MULT))
		return t;
	return t == FIELD_LOOKUP ? FIELD_LOOKUPMULTI : t == FIELD_USER ? FIELD_USERMULTI : t;
}

static int start_field(struct schema *s, struct xml *x)
{
	const char *id = xml_attr(x, "ID");
	char guid[GUID_SIZE];
	struct field *f;
	int r = 0;

	if (id && !guid_normalise(id, guid))
		id = NULL;
	if (!xml_attr(x, "Type"))
		return -EBADMSG;
	f = schema_add(s);
	if (!f)
		return -ENOMEM;
	if (id)
		r = str_set(&f->id, guid);
	r = r ?: take_attrs(field_attrs, f, x);
	if (r == 0 && !f->display)
		r = str_set(&f->display, f->name);
	if (r < 0)
		return r;
	f->type = type_of(f);
	if (f->type == FIELD_DATETIME && str_eq(xml_attr(x, "Format"), "DateOnly"))
		f->flags |= FIELD_DATEONLY;
	return 0;
}

static int add_choice(struct field *f, const char *text)
{
	char **p = reallocarray(f->choices, f->n_choices + 1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	f->choices = p;
	p[f->n_choices] = strdup(text);
	if (!p[f->n_choices])
		return -ENOMEM;
	f->n_choices++;
	return 0;
}

/* ---- the parser's calls -------------------------------------------------------------------- */

int listxml_enter(struct list *l, int state, struct xml *x)
{
	switch (state) {
	case LISTXML_LIST:
		return start_list(l, x);
	case LISTXML_FIELD:
		return start_field(&l->schema, x);
	default:
		return 0;
	}
}

int listxml_leave(struct list *l, int state, const char *text)
{
	struct field *f = l->schema.n ? &l->schema.f[l->schema.n - 1] : NULL;

	switch (state) {
	case LISTXML_DEFAULT:
		return str_set(&f->def, text);
	case LISTXML_CHOICE:
		return add_choice(f, text);
	case LISTXML_TIMEZONE:
		l->bias = (int) number_or(text, 0);
		return 0;
	case LISTXML_VERSION: {
		CLEANUP(str_free_p) char *copy = strdup(text);

		return copy ? str_set(&l->server_version, str_trim(copy)) : -ENOMEM;
	}
	default:
		return 0;
	}
}
