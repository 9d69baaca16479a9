#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "ctypes.h"
#include "ftype.h"
#include "ops.h"
#include "perm.h"
#include "soap.h"
#include "tmpl.h"
#include "xml.h"

/* Content types of a list, to read: [MS-LISTSWS] 3.1.4.18, 3.1.4.19 and 3.1.4.20. */

static void write_documents(const struct call *c, const struct xml *x)
{
	const struct xml *docs = xml_child(x, "XmlDocuments");

	buf_adds(c->out, "<XmlDocuments>");
	for (const struct xml *d = xml_first(docs); d; d = d->next) {
		buf_adds(c->out, "<XmlDocument");
		xml_put(c->out, "NamespaceURI", xml_attr(d, "NamespaceURI"));
		buf_addc(c->out, '>');
		for (const struct xml *root = d->first; root; root = root->next)
			xml_write_doc(c->out, root, SOAP_NS);
		buf_adds(c->out, "</XmlDocument>");
	}
	buf_adds(c->out, "</XmlDocuments>");
}

/* ---- one ---------------------------------------------------------------------------------------- */

/* The list's column as the type sees it: what its reference says counts. */
static int write_field(struct call *c, const struct list *l, const struct xml *ref)
{
	const struct field *f = list_field(l, xml_attr(ref, "Name"));
	CLEANUP(xml_free_p) struct xml *def = NULL;
	int r;

	if (!f)
		return 0;
	r = xml_parse(f->text, strlen(f->text), &def);
	for (size_t i = 0; r >= 0 && i < ref->n_attr; i++)
		r = xml_set_attr(def, ref->attr[i].name, ref->attr[i].value);
	if (r >= 0)
		xml_write(c->out, def);
	return r;
}

int op_get_content_type(struct call *c)
{
	const char *id = call_text(c, "contentTypeId");
	const struct list *l = call_list_with(c, PERM_VIEW);
	const struct xml *x = l && id ? ctype_find(l, id) : NULL;
	int r = 0;

	if (!x)
		return l ? call_fault(c, 0, "The content type does not exist on this list.") : -EINVAL;
	buf_adds(c->out, "<ContentType");
	for (size_t i = 0; i < x->n_attr; i++)
		xml_put(c->out, x->attr[i].name, x->attr[i].value);
	buf_adds(c->out, "><Folder TargetName=\"");
	buf_adds(c->out, tmpl_is_library(l) ? "Forms/" : "");
	xml_value(c->out, xml_attr(x, "Name"));
	buf_adds(c->out, "\"/>");
	if (xml_child(x, "DocumentTemplate"))
		xml_write(c->out, xml_child(x, "DocumentTemplate"));
	buf_adds(c->out, "<Fields>");
	for (const struct xml *ref = xml_first(xml_child(x, "FieldRefs")); r >= 0 && ref; ref = ref->next)
		r = write_field(c, l, ref);
	buf_adds(c->out, "</Fields>");
	write_documents(c, x);
	buf_adds(c->out, "</ContentType>");
	return r;
}

/* ---- all ---------------------------------------------------------------------------------------- */

/* What people choose from when they make an item; 2007 did not tell, and a list of people has no such choice. */
static void write_order(const struct call *c, const struct list *l)
{
	struct buf order = BUF_INIT(1 << 20);

	if (c->m->version == 12 || l->template == TMPL_PEOPLE)
		return;
	for (size_t i = 0; i < l->n_ctypes; i++) {
		const char *id = xml_attr(l->ctypes[i], "ID");

		if (!ctype_is_folder(id) || l->template == TMPL_DISCUSSION)
			buf_addf(&order, "%s%s", order.len ? "," : "", id);
	}
	xml_put(c->out, "ContentTypeOrder", buf_str(&order));
	buf_release(&order);
}

static void write_one(const struct call *c, const struct list *l, const struct xml *x, bool best)
{
	struct buf scope = BUF_INIT(8192);

	call_url(c, l->root, &scope);
	buf_adds(c->out, "<ContentType");
	xml_put(c->out, "Name", xml_attr(x, "Name"));
	xml_put(c->out, "ID", xml_attr(x, "ID"));
	xml_put(c->out, "Description", xml_attr(x, "Description"));
	xml_put(c->out, "Scope", buf_str(&scope));
	xml_put(c->out, "Version", xml_attr(x, "Version"));
	xml_put(c->out, "BestMatch", best ? "TRUE" : NULL);
	buf_addc(c->out, '>');
	write_documents(c, x);
	buf_adds(c->out, "</ContentType>");
	buf_release(&scope);
}

/* The list, with its types written; NULL with the fault set. */
static const struct list *write_all(struct call *c)
{
	const struct list *l = call_list_with(c, PERM_VIEW);
	const char *id = call_text(c, "contentTypeId");
	const struct xml *best;

	if (!l)
		return NULL;
	if (id && *id && !ctype_is_id(id)) {
		call_fault(c, 0, "Value does not fall within the expected range.");
		return NULL;
	}
	best = id ? ctype_best(l, id) : NULL;
	buf_adds(c->out, "<ContentTypes");
	write_order(c, l);
	buf_addc(c->out, '>');
	for (size_t i = 0; i < l->n_ctypes; i++)
		write_one(c, l, l->ctypes[i], l->ctypes[i] == best);
	buf_adds(c->out, "</ContentTypes>");
	return l;
}

int op_get_content_types(struct call *c)
{
	return write_all(c) ? buf_error(c->out) : -EINVAL;
}

/* ---- and the properties of the list, and of the site ---------------------------------------------- */

static void put_property(const struct call *c, const char *key, const char *value)
{
	buf_adds(c->out, "<Property");
	xml_put(c->out, "Key", key);
	xml_put(c->out, "Value", value);
	buf_adds(c->out, "/>");
}

static void write_property(const struct call *c, const char *key, const char *value)
{
	const char *prefix = call_text(c, "propertyPrefix");

	if (!prefix || str_starts(key, prefix))
		put_property(c, key, value);
}

/* Both of a bag, a list's or a site's: KEY_file=NAME is a property, and NAME=its content another one, whatever the prefix. */
static void write_bag(const struct call *c, const struct pairs *bag)
{
	const char *prefix = call_text(c, "propertyPrefix");
	const char *name, *value;

	for (size_t at = 0; pairs_next(bag, &at, &name, &value);) {
		const char *key = str_starts(name, LIST_BAG) ? name + strlen(LIST_BAG) : NULL;
		CLEANUP(str_free_p) char *file = key && str_ends(key, "_file") ? str_printf(LIST_FILE "%s", value) : NULL;

		if (!key || (prefix && !str_starts(key, prefix)))
			continue;
		put_property(c, key, value);
		if (file && pairs_get(bag, file))
			put_property(c, value, pairs_get(bag, file));
	}
}

static void write_list_properties(const struct call *c, const struct list *l)
{
	char number[24];

	write_property(c, "vti_listname", l->guid);
	write_property(c, "vti_listtitle", l->title);
	snprintf(number, sizeof(number), "%d", l->base);
	write_property(c, "vti_listbasetype", number);
	snprintf(number, sizeof(number), "%d", l->template);
	write_property(c, "vti_listservertemplate", number);
	write_bag(c, &l->props);
}

static void write_web_properties(const struct call *c)
{
	write_property(c, "vti_defaultlanguage", "en-us");
	write_property(c, "vti_webtitle", c->site->title);
	write_bag(c, &c->site->bag);
}

int op_get_content_types_and_properties(struct call *c)
{
	const char *web = call_text(c, "includeWebProperties");
	const struct list *l;

	if (!str_empty(web) && !str_eq_nocase(web, "true") && !str_eq_nocase(web, "false") && !str_eq(web, "0") &&
	    !str_eq(web, "1"))
		return call_fault(c, 0, "Server was unable to read request. ---> The string is not a valid Boolean value.");
	l = write_all(c);
	if (!l)
		return -EINVAL;
	buf_adds(c->out, "<Properties>");
	write_list_properties(c, l);
	if (!str_empty(web) && (str_eq_nocase(web, "true") || str_eq(web, "1")))
		write_web_properties(c);
	buf_adds(c->out, "</Properties>");
	return buf_error(c->out);
}
