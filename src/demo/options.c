#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "model.h"
#include "xml.h"

static enum scope read_scope(const struct xml *q, enum scope missing)
{
	static const char *const names[] = {
		[SCOPE_FOLDER] = "",
		[SCOPE_FILES_ONLY] = "FilesOnly",
		[SCOPE_RECURSIVE] = "Recursive",
		[SCOPE_RECURSIVE_ALL] = "RecursiveAll",
	};
	const char *s = xml_attr(xml_child(q, "ViewAttributes"), "Scope");

	for (size_t i = 0; s && i < sizeof(names) / sizeof(*names); i++)
		if (str_eq_nocase(s, names[i]))
			return (enum scope) i;
	return missing;
}

static bool read_bool(const struct xml *q, const char *name, bool missing)
{
	const struct xml *x = xml_child(q, name);

	return x ? xml_is_true(x->text) : missing;
}

static const char *read_text(const struct xml *q, const char *name)
{
	const struct xml *x = xml_child(q, name);

	return x ? x->text : NULL;
}

static int64_t read_meeting(const struct xml *q)
{
	const char *s = read_text(q, "MeetingInstanceID");
	int64_t n;

	return s && str_to_i64(s, &n) == 0 && n >= MEETING_NEXT ? n : MEETING_ALL;
}

void options_read(const struct call *c, bool sync, struct options *ret)
{
	const struct xml *param = call_arg(c, "queryOptions");
	const struct xml *q = xml_child(param, "QueryOptions");
	bool rich = sync && !param; /* the other set of defaults holds for the missing parameter only */
	const char *v3 = read_text(q, "RecurrencePatternXMLVersion");
	const char *folder = read_text(q, "Folder");

	*ret = (struct options) {
		.look = { .model = c->m, .site = c->site, .utc = read_bool(q, "DateInUtc", rich),
			  .expand_user = read_bool(q, "ExpandUserField", rich),
			  .published = read_bool(q, "OptimizeLookups", false),
			  .v3_patterns = v3 ? str_eq_nocase(v3, "v3") : rich },
		.mandatory = read_bool(q, "IncludeMandatoryColumns", true),
		.permissions = read_bool(q, "IncludePermissions", rich),
		.attachment_urls = read_bool(q, "IncludeAttachmentUrls", rich),
		.attachment_versions = read_bool(q, "IncludeAttachmentVersion", rich),
		.recurrence_order = read_bool(q, "RecurrenceOrderBy", rich),
		.strip_invalid = read_bool(q, "RemoveInvalidXmlCharacters", false),
		.meeting = read_meeting(q),
		.scope = read_scope(q, rich ? SCOPE_RECURSIVE_ALL : SCOPE_FOLDER),
		.folder = folder ? folder : "",
		.position = xml_attr(xml_child(q, "Paging"), "ListItemCollectionPositionNext"),
		.extra_ids = read_text(q, "ExtraIds"),
	};
	if (str_empty(ret->position))
		ret->position = NULL;
}

/* ---- columns ---------------------------------------------------------------------------------- */

static int add_column(struct columns *c, const struct field *f, const char *property)
{
	int r;

	if (strcmp(f->name, "MetaInfo") == 0)
		c->meta_info = true;
	else if (columns_have(c, f->name))
		return 0; /* asked for twice */
	r = vec_grow(&c->c, &c->cap, c->n + 1, sizeof(*c->c));
	if (r < 0)
		return r;
	c->c[c->n++] = (struct column) { f, property };
	c->linked |= str_starts(f->name, "LinkTitle") || str_starts(f->name, "LinkFilename");
	return 0;
}

bool columns_have(const struct columns *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->c[i].field->name, name) == 0)
			return true;
	return false;
}

void columns_release(struct columns *c)
{
	free(c->c);
	*c = (struct columns) { 0 };
}

int columns_all(const struct list *l, struct columns *ret)
{
	int r = 0;

	ret->all = true;
	for (size_t i = 0; r >= 0 && i < l->n_fields; i++)
		r = add_column(ret, l->fields[i], NULL);
	return r;
}

int columns_of_view(const struct list *l, const char *names, struct columns *ret)
{
	CLEANUP(str_free_p) char *copy = strdup(names);
	char *save = NULL;
	int r = copy ? 0 : -ENOMEM;

	for (char *s = copy ? strtok_r(copy, " \t\n", &save) : NULL; r >= 0 && s; s = strtok_r(NULL, " \t\n", &save)) {
		const struct field *f = list_field(l, s);

		r = f ? add_column(ret, f, NULL) : 0;
	}
	return r;
}

int columns_read(const struct call *c, const struct list *l, struct columns *ret)
{
	const struct xml *v = call_caml(c, "viewFields", "ViewFields");
	int r = 0;

	if (!v)
		return columns_of_view(l, l->view_fields, ret);
	ret->properties = xml_is_true(xml_attr(v, "Properties"));
	if (!v->first)
		return columns_all(l, ret);
	for (const struct xml *x = v->first; r >= 0 && x; x = x->next) {
		const char *name = strcmp(x->name, "FieldRef") == 0 ? xml_attr(x, "Name") : NULL;
		const struct field *f = name ? list_field(l, name) : NULL;

		r = f ? add_column(ret, f, xml_attr(x, "Property")) : 0;
	}
	return r;
}
