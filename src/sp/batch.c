/* What UpdateListItems is told. */
#include "update.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "docs_path.h"
#include "lists.h"
#include "wire.h"
#include "xmlout.h"

static const char bag[] = "MetaInfo_";

static void add_field(struct buf *out, const char *name, const char *text)
{
	buf_adds(out, "<Field");
	xmlout_attr(out, "Name", name);
	buf_addc(out, '>');
	xmlout_text(out, text);
	buf_adds(out, "</Field>");
}

static void add_property(struct buf *out, const char *key, const char *text)
{
	buf_adds(out, "<Field Name=\"MetaInfo\"");
	xmlout_attr(out, "Property", key);
	buf_addc(out, '>');
	xmlout_text(out, text);
	buf_adds(out, "</Field>");
}

/* A name that the list does not have as a field is an entry of the property bag (MS-OUTSPS_R114, R118). */
static void add_value(struct buf *out, const struct schema *schema, const char *name, const char *text)
{
	CLEANUP(buf_release_p) struct buf wire = BUF_INIT(out->max);
	const struct field *f = schema ? schema_find(schema, name) : NULL;

	if (str_starts(name, bag)) {
		add_property(out, name + sizeof(bag) - 1, text);
	} else if (f) {
		if (!wire_is_settable(f))
			return;
		wire_add(f, text, &wire);
		if (buf_error(&wire))
			out->error = buf_error(&wire);
		add_field(out, name, buf_str(&wire));
	} else if (schema) {
		add_property(out, name, text);
	} else {
		add_field(out, name, text);
	}
}

/* A folder is renamed by FileRef, its path until now, and BaseName (documents by MOVE: remote/docs.h). */
static void add_change(struct buf *out, const struct schema *schema, const struct change *c, const struct value *v)
{
	if (c->file_ref && strcmp(v->name, "FileLeafRef") == 0)
		add_field(out, "BaseName", v->text);
	else
		add_value(out, schema, v->name, v->text);
}

static void add_number(struct buf *out, const char *name, int64_t n)
{
	buf_addf(out, "<Field Name=\"%s\">%lld</Field>", name, (long long) n);
}

/* [MS-LISTSWS] R2101: a document is known by its URL, besides its ID. */
static void add_file_ref(struct buf *out, const char *origin, const char *path)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(65536);

	docs_path_plain(origin, path + (*path == '/'), &url);
	if (buf_error(&url))
		out->error = buf_error(&url);
	add_field(out, "FileRef", buf_str(&url));
}

/* [MS-LISTSWS] R945, R953: without owshiddenversion the last writer wins. */
static void add_identity(struct buf *out, const char *origin, const struct change *c)
{
	if (c->op == CHANGE_NEW || c->op == CHANGE_NEW_FOLDER) {
		add_field(out, "ID", "New");
		return;
	}
	add_number(out, "ID", c->id);
	if (c->file_ref)
		add_file_ref(out, origin, c->file_ref);
	if (c->version)
		add_number(out, "owshiddenversion", c->version);
}

const char *update_command(enum change_op op)
{
	return op == CHANGE_UPDATE ? "Update" : op == CHANGE_DELETE ? "Delete" : "New";
}

static void add_method(struct buf *out, const struct update_request *q, size_t number, const struct change *c)
{
	const struct schema *schema = q->schema;

	buf_addf(out, "<Method ID=\"%zu\" Cmd=\"%s\">", number, update_command(c->op));
	add_identity(out, q->origin, c);
	if (c->op == CHANGE_NEW_FOLDER) {
		add_field(out, "FSObjType", "1");
		add_field(out, "BaseName", c->name ?: "");
	}
	for (size_t i = 0; c->op != CHANGE_DELETE && i < c->fields.n; i++)
		add_change(out, schema, c, &c->fields.v[i]);
	/* MS-OUTSPS_R206: by it the item is recognised when the answer is lost. */
	if (c->replication_id && schema && schema_find(schema, "ReplicationID"))
		add_value(out, schema, "ReplicationID", c->replication_id);
	else if (c->replication_id)
		add_property(out, "ReplicationID", c->replication_id);
	buf_adds(out, "</Method>");
}

static void add_root_folder(struct buf *out, const char *folder)
{
	CLEANUP(str_free_p) char *path = str_printf("%s%s", *folder == '/' ? "" : "/", folder);

	if (path)
		xmlout_attr(out, "RootFolder", path);
	else
		out->error = -ENOMEM;
}

void update_write(const struct update_request *q, struct buf *out)
{
	lists_add_name(out, q->list_id);
	/* TRUE in capitals: any other text means false here. */
	buf_adds(out, "<updates><Batch OnError=\"Continue\" DateInUtc=\"TRUE\" Properties=\"TRUE\"");
	if (q->folder)
		add_root_folder(out, q->folder);
	buf_addc(out, '>');
	for (size_t i = 0; i < q->n; i++)
		add_method(out, q, i + 1, q->changes[i]);
	buf_adds(out, "</Batch></updates>");
}
