#include "listxml.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "calc.h"
#include "call.h"
#include "perm.h"
#include "tmpl.h"
#include "tz.h"
#include "validate.h"
#include "xml.h"

/* What an attribute's writer needs. */
struct view {
	const struct call *c;
	const struct list *l;
	const struct tmpl *t;
	bool full;
};

typedef void (*write_fn)(const struct view *v, struct buf *out);

static void write_default_view(const struct view *v, struct buf *out)
{
	buf_addf(out, "/%s/%s", v->l->root, v->t->page);
}

static void write_template_url(const struct view *v, struct buf *out)
{
	if (tmpl_is_library(v->l))
		buf_addf(out, "/%s/Forms/template.%s", v->l->root, v->c->m->version == 12 ? "doc" : "dotx");
}

static void write_guid(const struct view *v, struct buf *out)
{
	buf_adds(out, v->l->guid);
}

static void write_title(const struct view *v, struct buf *out)
{
	buf_adds(out, v->l->title);
}

static void write_description(const struct view *v, struct buf *out)
{
	buf_adds(out, v->l->description);
}

static void write_image(const struct view *v, struct buf *out)
{
	buf_addf(out, "/_layouts/%simages/%s.%s", v->c->m->version >= 15 ? "15/" : "", v->t->image,
		 v->c->m->version == 12 ? "gif" : "png");
}

static void write_base(const struct view *v, struct buf *out)
{
	buf_addf(out, "%d", v->t->base);
}

static void write_template(const struct view *v, struct buf *out)
{
	buf_addf(out, "%d", v->l->template);
}

/* Bare and in lower case in collections, in braces and upper case in GetList. */
static void write_feature(const struct view *v, struct buf *out)
{
	char guid[GUID_SIZE];

	buf_adds(out, v->full && guid_normalise(v->t->feature, guid) ? guid : v->t->feature);
}

static void add_stamp(int64_t t, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(t, iso);
	buf_addf(out, "%.4s%.2s%.2s %.8s", iso, iso + 5, iso + 8, iso + 11);
}

static void write_created(const struct view *v, struct buf *out)
{
	add_stamp(v->l->created, out);
}

static void write_modified(const struct view *v, struct buf *out)
{
	add_stamp(v->l->modified, out);
}

static void write_deleted(const struct view *v, struct buf *out)
{
	add_stamp(v->l->deleted, out);
}

static void write_version(const struct view *v, struct buf *out)
{
	buf_addf(out, "%lld", (long long) v->l->version);
}

/* [MS-WSSFO2] 2.2.2.5, the table of R125: the bits that other attributes repeat. Not there: those of products and parts
 * that this server has not (meetings, migration, thumbnails), and all above the 31 that fit the attribute. */
static void write_flags(const struct view *v, struct buf *out)
{
	static const struct {
		const char *name;
		bool usual, wanted;
		uint32_t bit;
	} bits[] = {
		{ "Ordered", false, true, 0x1 },
		{ "AllowDeletion", true, false, 0x4 },
		{ "EnableAttachments", true, false, 0x8 },
		{ "MultipleDataList", false, true, 0x20 },
		{ "EnableAssignedToEmail", false, true, 0x40 },
		{ "EnableVersioning", false, true, 0x80 },
		{ "Hidden", false, true, 0x100 },
		{ "EnableModeration", false, true, 0x400 },
		{ "AllowMultiResponses", false, true, 0x800 },
		{ "RequireCheckout", false, true, 0x40000 },
		{ "EnableMinorVersion", false, true, 0x80000 },
		{ "EnableFolderCreation", false, false, 0x20000000 },
	};
	/* 0x1000: ForcedDisplay counts, as in every recording; columns were added or changed; several content types are offered */
	uint32_t flags = 0x1000 | (v->l->version > 1 ? 0x800000 : 0) | (v->l->n_ctypes > 2 ? 0x400000 : 0);

	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		if (list_prop_is(v->l, bits[i].name, bits[i].usual) == bits[i].wanted)
			flags |= bits[i].bit;
	if (v->l->base == LIST_LIBRARY || v->l->base == LIST_SURVEY) /* "This bit MUST be set" */
		flags |= 0x8;
	if (strstr(v->l->root, "_catalogs/"))
		flags |= 0x10 | 0x4;
	buf_addf(out, "%d", (int) flags);
}

static void write_items(const struct view *v, struct buf *out)
{
	buf_addf(out, "%lld", (long long) v->l->items);
}

static void write_root(const struct view *v, struct buf *out)
{
	if (v->full)
		buf_addf(out, "/%s", v->l->root);
}

static void write_author(const struct view *v, struct buf *out)
{
	buf_addf(out, "%lld", (long long) v->l->author);
}

static void write_web_url(const struct view *v, struct buf *out)
{
	buf_adds(out, *v->l->site->path ? v->l->site->path : "/");
}

static void add_bare_guid(const char *guid, struct buf *out)
{
	for (; *guid; guid++)
		if (*guid != '{' && *guid != '}')
			buf_addc(out, (char) (*guid | (*guid >= 'A' && *guid <= 'F' ? 0x20 : 0)));
}

static void write_web_id(const struct view *v, struct buf *out)
{
	add_bare_guid(v->l->site->web, out);
}

static void write_scope(const struct view *v, struct buf *out)
{
	char own[GUID_SIZE];

	if (list_prop(v->l, OWN_RIGHTS))
		model_guid("scope", v->l->guid, own);
	add_bare_guid(list_prop(v->l, OWN_RIGHTS) ? own : v->l->site->scope, out);
}

static void write_zero(const struct view *v, struct buf *out)
{
	if (v->full)
		buf_addc(out, '0');
}

static void write_workflow(const struct view *v, struct buf *out)
{
	if (v->full)
		buf_adds(out, "00000000-0000-0000-0000-000000000000");
}

static void write_related(const struct view *v, struct buf *out)
{
	if (v->full)
		buf_adds(out, "False");
}

static void write_folder_id(const struct view *v, struct buf *out)
{
	char guid[GUID_SIZE];

	model_guid("root", v->l->guid, guid);
	add_bare_guid(guid, out);
}

static void write_threshold(const struct view *v, struct buf *out)
{
	buf_addf(out, "%d", v->c->threshold);
}

/* In the order of real servers. Without a writer: the list's own property, else the usual value. */
static const struct {
	const char *name;
	int first, last;
	write_fn write;
	const char *usual;
} attributes[] = {
	{ "DocTemplateUrl", 12, 99, write_template_url, NULL },
	{ "DefaultViewUrl", 12, 99, write_default_view, NULL },
	{ "MobileDefaultViewUrl", 12, 99, NULL, "" },
	{ "ID", 12, 99, write_guid, NULL },
	{ "Title", 12, 99, write_title, NULL },
	{ "Description", 12, 99, write_description, NULL },
	{ "ImageUrl", 12, 99, write_image, NULL },
	{ "Name", 12, 99, write_guid, NULL },
	{ "BaseType", 12, 99, write_base, NULL },
	{ "FeatureId", 12, 99, write_feature, NULL },
	{ "ServerTemplate", 12, 99, write_template, NULL },
	{ "Created", 12, 99, write_created, NULL },
	{ "Modified", 12, 99, write_modified, NULL },
	{ "LastDeleted", 12, 99, write_deleted, NULL },
	{ "Version", 12, 99, write_version, NULL },
	{ "Direction", 12, 99, NULL, "none" },
	{ "ThumbnailSize", 12, 99, write_zero, NULL },
	{ "WebImageWidth", 12, 99, write_zero, NULL },
	{ "WebImageHeight", 12, 99, write_zero, NULL },
	{ "Flags", 12, 99, write_flags, NULL },
	{ "ItemCount", 12, 99, write_items, NULL },
	{ "AnonymousPermMask", 12, 99, NULL, "0" },
	{ "RootFolder", 12, 99, write_root, NULL },
	{ "ReadSecurity", 12, 99, NULL, "1" },
	{ "WriteSecurity", 12, 99, NULL, "1" },
	{ "Author", 12, 99, write_author, NULL },
	{ "EventSinkAssembly", 12, 99, NULL, "" },
	{ "EventSinkClass", 12, 99, NULL, "" },
	{ "EventSinkData", 12, 99, NULL, "" },
	{ "EmailInsertsFolder", 12, 12, NULL, "" },
	{ "EmailAlias", 12, 99, NULL, "" },
	{ "WebFullUrl", 12, 99, write_web_url, NULL },
	{ "WebId", 12, 99, write_web_id, NULL },
	{ "SendToLocation", 12, 99, NULL, "" },
	{ "ScopeId", 12, 99, write_scope, NULL },
	{ "MajorVersionLimit", 12, 99, NULL, "0" },
	{ "MajorWithMinorVersionsLimit", 12, 99, NULL, "0" },
	{ "WorkFlowId", 12, 99, write_workflow, NULL },
	{ "HasUniqueScopes", 12, 99, NULL, "False" },
	{ "NoThrottleListOperations", 14, 99, NULL, "False" },
	{ "HasRelatedLists", 14, 99, write_related, NULL },
	{ "Followable", 15, 99, NULL, "False" },
	{ "Acl", 16, 99, NULL, "" },
	{ "Flags2", 16, 99, NULL, "0" },
	{ "RootFolderId", 16, 99, write_folder_id, NULL },
	{ "AllowDeletion", 12, 99, NULL, "True" },
	{ "AllowMultiResponses", 12, 99, NULL, "False" },
	{ "EnableAttachments", 12, 99, NULL, "True" },
	{ "EnableModeration", 12, 99, NULL, "False" },
	{ "EnableVersioning", 12, 99, NULL, "False" },
	{ "HasExternalDataSource", 14, 99, NULL, "False" },
	{ "Hidden", 12, 99, NULL, "False" },
	{ "MultipleDataList", 12, 99, NULL, "False" },
	{ "Ordered", 12, 99, NULL, "False" },
	{ "ShowUser", 12, 99, NULL, "True" },
	{ "EnablePeopleSelector", 14, 99, NULL, "False" },
	{ "EnableResourceSelector", 14, 99, NULL, "False" },
	{ "EnableMinorVersion", 12, 99, NULL, "False" },
	{ "RequireCheckout", 12, 99, NULL, "False" },
	{ "ThrottleListOperations", 14, 99, NULL, "False" },
	{ "ExcludeFromOfflineClient", 14, 99, NULL, "False" },
	{ "CanOpenFileAsync", 15, 99, NULL, "True" },
	{ "EnableFolderCreation", 14, 99, NULL, "False" },
	{ "IrmEnabled", 14, 99, NULL, "False" },
	{ "IrmSyncable", 16, 99, NULL, "False" },
	{ "IsApplicationList", 14, 99, NULL, "False" },
	{ "PreserveEmptyValues", 14, 99, NULL, "False" },
	{ "StrictTypeCoercion", 14, 99, NULL, "False" },
	{ "EnforceDataValidation", 14, 99, NULL, "False" },
	{ "MaxItemsPerThrottledOperation", 14, 99, write_threshold, NULL },
};

static void write_attributes(const struct view *v)
{
	struct buf value = BUF_INIT(1 << 16);

	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		const char *set = attributes[i].write ? NULL : list_prop(v->l, attributes[i].name);

		if (v->c->m->version < attributes[i].first || v->c->m->version > attributes[i].last)
			continue;
		buf_reset(&value);
		if (attributes[i].write)
			attributes[i].write(v, &value);
		xml_put(v->c->out, attributes[i].name,
			attributes[i].write ? buf_str(&value) : set ? set : attributes[i].usual);
	}
	if (v->t->base == LIST_ISSUES)
		xml_put(v->c->out, "EnableAssignedToEmail",
			list_prop_is(v->l, "EnableAssignedToEmail", false) ? "True" : "False");
	buf_release(&value);
}

static const char *server_version(int version)
{
	switch (version) {
	case 12: return "12.0.0.6421";
	case 14: return "14.0.7149.5000";
	case 15: return "15.0.4420.1017";
	case PRODUCT_2019: return "16.0.10337.12109";
	case PRODUCT_SE: return "16.0.14326.20450";
	default: return "16.0.5071.5000";
	}
}

static void write_settings(const struct view *v, struct buf *out)
{
	buf_addf(out, "<RegionalSettings><Language>1033</Language><Locale>1033</Locale><AdvanceHijri>0</AdvanceHijri>"
		      "<CalendarType>1</CalendarType><Time24>False</Time24><TimeZone>%d</TimeZone>"
		      "<SortOrder>2070</SortOrder><Presence>True</Presence></RegionalSettings>",
		 TZ_BIAS_MINUTES);
	buf_addf(out, "<ServerSettings><ServerVersion>%s</ServerVersion><RecycleBinEnabled>True</RecycleBinEnabled>"
		      "<ServerRelativeUrl>",
		 v->c->m->wss2 ? "6.0.2.8117" : server_version(v->c->m->version));
	xml_text(out, *v->l->site->path ? v->l->site->path : "/");
	buf_adds(out, "</ServerRelativeUrl></ServerSettings>");
}

/* Beside a default that is worked out stands what it is today (2010 and later). */
static void write_field(const struct call *c, const struct field *f)
{
	static const char today[] = "<Default>[today]</Default>";
	const char *at = c->m->version > 12 ? strstr(f->text, today) : NULL;
	char iso[CLOCK_ISO_SIZE];

	if (!at) {
		buf_adds(c->out, f->text);
		return;
	}
	at += strlen(today);
	clock_format_iso(c->now, iso);
	buf_add(c->out, f->text, (size_t) (at - f->text));
	buf_addf(c->out, "<DefaultFormulaValue>%.10sT00:00:00Z</DefaultFormulaValue>%s", iso, at);
}

/* [MS-LISTSWS] 2.2.4.12: the formula by internal names, and as people see it. The server's locale is 1033, in which
 * constants and commas stay as they are. */
static int write_validation(const struct view *v)
{
	const char *formula = v->c->m->version > 12 ? list_prop(v->l, VALIDATION_FORMULA) : NULL;
	CLEANUP(buf_release_p) struct buf shown = BUF_INIT(1 << 20);
	int r;

	if (!formula)
		return 0;
	buf_adds(v->c->out, "<Validation");
	xml_put(v->c->out, "Message", list_prop(v->l, VALIDATION_MESSAGE));
	buf_addc(v->c->out, '>');
	xml_text(v->c->out, formula);
	buf_adds(v->c->out, "</Validation><ValidationDisplayNames>");
	r = calc_translate(formula, v->l, true, &shown);
	xml_text(v->c->out, buf_str(&shown));
	buf_adds(v->c->out, "</ValidationDisplayNames>");
	return r < 0 ? r : 0;
}

int listxml_write(struct call *c, const struct list *l, bool full)
{
	CLEANUP(tmpl_release_p) struct tmpl t = { 0 };
	struct view v = { .c = c, .l = l, .t = &t, .full = full };
	int r = tmpl_get(c->m, l->template, &t);

	if (r < 0)
		return r;
	buf_adds(c->out, "<List");
	write_attributes(&v);
	if (!full) {
		buf_adds(c->out, "/>");
		return buf_error(c->out);
	}
	buf_addc(c->out, '>');
	r = write_validation(&v);
	if (r < 0)
		return r;
	buf_adds(c->out, "<Fields>");
	for (size_t i = 0; i < l->n_fields; i++)
		write_field(c, l->fields[i]);
	buf_adds(c->out, "</Fields>");
	write_settings(&v, c->out);
	buf_adds(c->out, "</List>");
	return buf_error(c->out);
}
