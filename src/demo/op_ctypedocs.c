#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "call.h"
#include "ctypes.h"
#include "ops.h"
#include "perm.h"
#include "xml.h"

/* XML documents that content types carry, by their namespace: [MS-LISTSWS] 3.1.4.12, 3.1.4.28 and 3.1.4.29. */

#define DOCUMENT_MAX ((size_t) 4 << 20)
#define DOCUMENTS_MAX 100

static struct xml *documents_of(struct xml *type)
{
	for (struct xml *x = type->first; x; x = x->next)
		if (strcmp(x->name, "XmlDocuments") == 0)
			return x;
	return NULL;
}

static void drop(struct xml *docs, const char *uri)
{
	for (struct xml *d = docs->first; d; d = d->next)
		if (str_eq(xml_attr(d, "NamespaceURI"), uri)) {
			xml_remove(docs, d);
			return;
		}
}

/* A copy in an element XmlDocument. */
static int wrap(const struct xml *root, struct xml **ret)
{
	struct buf text = BUF_INIT(DOCUMENT_MAX);
	int r;

	buf_adds(&text, "<XmlDocument");
	xml_put(&text, "NamespaceURI", root->ns);
	buf_addc(&text, '>');
	xml_write_doc(&text, root, "");
	buf_adds(&text, "</XmlDocument>");
	r = buf_error(&text);
	if (r >= 0)
		r = xml_parse(text.p, text.len, ret);
	buf_release(&text);
	return r;
}

/* Puts a document into a type, instead of one of its namespace. */
static int put(struct call *c, struct xml *type, const struct xml *root)
{
	struct xml *docs = documents_of(type);
	struct xml *doc = NULL;
	size_t n = 0;
	int r;

	if (!*root->ns)
		return call_fault(c, 0, "The XML document must have a namespace.");
	if (!docs) {
		docs = xml_new("XmlDocuments");
		if (!docs)
			return -ENOMEM;
		xml_append(type, docs);
	}
	drop(docs, root->ns);
	for (const struct xml *d = docs->first; d; d = d->next)
		n++;
	r = n < DOCUMENTS_MAX ? wrap(root, &doc) : -EFBIG;
	if (r == -EFBIG || r == -EINVAL)
		return call_fault(c, 0, "The XML document is too large.");
	if (r < 0)
		return r;
	xml_append(docs, doc);
	return ctype_touch(type);
}

static struct xml *find_type(struct call *c, const struct list *l, const char *id)
{
	struct xml *x = id ? ctype_find(l, id) : NULL;

	if (!x)
		call_fault(c, 0, "The content type does not exist on this list.");
	return x;
}

static int succeed(struct call *c, struct list *l)
{
	buf_adds(c->out, "<Success/>");
	return ctype_save(c->m, l);
}

int op_update_content_type_document(struct call *c)
{
	struct list *l = call_list_with(c, PERM_MANAGE_LISTS);
	struct xml *type = l ? find_type(c, l, call_text(c, "contentTypeId")) : NULL;
	const struct xml *root = xml_first(call_arg(c, "newDocument"));
	int r;

	if (!type)
		return -EINVAL;
	if (!root)
		return call_fault(c, 0, "Value cannot be null.");
	r = put(c, type, root);
	return r < 0 ? r : succeed(c, l);
}

/* Is it <ContentTypes><ContentType ID="...">...? Other XML is passed over (R840). */
static bool has_form(const struct xml *types)
{
	if (!types || !types->first)
		return false;
	for (const struct xml *x = types->first; x; x = x->next)
		if (strcmp(x->name, "ContentType") != 0 || !xml_attr(x, "ID"))
			return false;
	return true;
}

int op_update_content_types_document(struct call *c)
{
	struct list *l = call_list_with(c, PERM_MANAGE_LISTS);
	const struct xml *types = call_caml(c, "newDocument", "ContentTypes");
	int r = 0;

	if (!l)
		return -EINVAL;
	if (!has_form(types))
		return 0;
	for (const struct xml *x = types->first; x; x = x->next) {
		if (!find_type(c, l, xml_attr(x, "ID")))
			return -EINVAL;
		if (!x->first)
			return call_fault(c, 0, "Value does not fall within the expected range.");
	}
	for (const struct xml *x = types->first; r >= 0 && x; x = x->next)
		r = put(c, ctype_find(l, xml_attr(x, "ID")), x->first);
	return r < 0 ? r : succeed(c, l);
}

int op_delete_content_type_document(struct call *c)
{
	struct list *l = call_list_with(c, PERM_MANAGE_LISTS);
	struct xml *type = l ? find_type(c, l, call_text(c, "contentTypeId")) : NULL;
	const char *uri = call_text(c, "documentUri");
	struct xml *docs = type ? documents_of(type) : NULL;
	int r = 0;

	if (!type)
		return -EINVAL;
	if (docs && uri) {
		drop(docs, uri);
		r = ctype_touch(type);
	}
	return r < 0 ? r : succeed(c, l);
}
