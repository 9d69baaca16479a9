/* What GetListItemChangesSinceToken is asked. */
#include "changes.h"

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "lists.h"
#include "xmlout.h"

/*
 * Fields that are needed whatever the list's schema says. MetaInfo brings the property bag,
 * entry by entry with Properties="TRUE" (MS-OUTSPS_R1164, R1249); without PermMask the
 * server rejects the whole request when one item may not be read (R1158 to R1160).
 * ReplicationID and vti_versionhistory are entries of the bag; names that a list
 * does not know are ignored (MS-LISTSWS_R2130).
 */
static const char *const service_fields[] = {
	"ID", "owshiddenversion", "UniqueId", "FSObjType", "FileRef", "Created", "Modified", "MetaInfo", "PermMask",
	"ReplicationID", "Attachments", "vti_versionhistory",
};

enum { SERVICE_FIELDS = sizeof(service_fields) / sizeof(*service_fields) };

/* Computed fields are made from others at the server's expense; these two are worth it. */
static bool is_asked(const struct field *f)
{
	if (f->type == FIELD_COMPUTED)
		return str_eq(f->name, "FileSizeDisplay") || str_eq(f->name, "EncodedAbsUrl");
	for (int i = 0; i < SERVICE_FIELDS; i++)
		if (str_eq(f->name, service_fields[i]))
			return false;
	return true;
}

static void add_field(struct buf *out, const char *name)
{
	buf_adds(out, "<FieldRef");
	xmlout_attr(out, "Name", name);
	buf_adds(out, "/>");
}

/* No schema: empty ViewFields ask for all fields (2.2.4.5). */
void changes_write_fields(const struct schema *schema, struct buf *out)
{
	buf_adds(out, PLANTED("no_bag") ? "<viewFields><ViewFields>" : "<viewFields><ViewFields Properties=\"TRUE\">");
	for (int i = 0; schema && i < SERVICE_FIELDS; i++)
		add_field(out, service_fields[i]);
	for (size_t i = 0; schema && i < schema->n; i++)
		if (is_asked(&schema->f[i]))
			add_field(out, schema->f[i].name);
	buf_adds(out, "</ViewFields></viewFields>");
}

/*
 * 2.2.4.4. Their absence does not mean the same as the absence of all of them (R679), so
 * every one that matters is said.
 */
static void add_options(struct buf *out, const struct remote_pull *q)
{
	buf_adds(out, "<queryOptions><QueryOptions>"
		      "<RecurrencePatternXMLVersion>v3</RecurrencePatternXMLVersion>"
		      "<ViewAttributes Scope=\"RecursiveAll\"/>"
		      "<DateInUtc>TRUE</DateInUtc>"
		      "<IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>"
		      "<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>"
		      "<ExpandUserField>TRUE</ExpandUserField>"
		      "<OptimizeLookups>TRUE</OptimizeLookups>"
		      "<RemoveInvalidXmlCharacters>TRUE</RemoveInvalidXmlCharacters>");
	if (q->position) {
		buf_adds(out, "<Paging");
		xmlout_attr(out, "ListItemCollectionPositionNext", q->position);
		buf_adds(out, "/>");
	}
	/* R38: only together with a token. */
	if (q->token)
		xmlout_element(out, "ExtraIds", q->extra_ids);
	buf_adds(out, "</QueryOptions></queryOptions>");
}

void changes_write(const struct remote_pull *q, struct buf *out)
{
	lists_add_name(out, q->list_id);
	buf_adds(out, "<query><Query><OrderBy><FieldRef Name=\"ID\" Ascending=\"FALSE\"/></OrderBy></Query></query>");
	changes_write_fields(q->schema, out);
	if (q->row_limit > 0)
		buf_addf(out, "<rowLimit>%d</rowLimit>", q->row_limit);
	add_options(out, q);
	/* An empty one is a fault in SharePoint 2007 (R2483). */
	if (!str_empty(q->token))
		xmlout_element(out, "changeToken", q->token);
}
