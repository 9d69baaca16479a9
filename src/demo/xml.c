#include "xml.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* The only file that sees libxml2, and only its parser. */

static void refuse_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	xmlParserCtxtPtr p = ctx;

	(void) name, (void) external, (void) system;
	p->wellFormed = 0;
	xmlStopParser(p);
}

static void be_silent(void *ctx, const char *msg, ...)
{
	(void) ctx, (void) msg;
}

static int take_attrs(const xmlNode *node, struct xml *x)
{
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		xmlChar *value = xmlNodeListGetString(node->doc, a->children, 1);
		int r = xml_set_attr(x, (const char *) a->name, value ? (const char *) value : "");

		xmlFree(value);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_text(const xmlNode *n)
{
	return n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE;
}

/* One element without its children elements. */
static struct xml *convert_one(const xmlNode *node)
{
	CLEANUP(xml_free_p) struct xml *x = xml_new((const char *) node->name);
	struct buf text = BUF_INIT(SIZE_MAX / 2);
	struct xml *done;

	if (!x || str_set(&x->ns, node->ns ? (const char *) node->ns->href : "") < 0 || take_attrs(node, x) < 0)
		return NULL;
	for (const xmlNode *n = node->children; n; n = n->next)
		if (is_text(n))
			buf_adds(&text, (const char *) n->content);
	free(x->text);
	x->text = buf_take(&text);
	if (!x->text)
		return NULL;
	done = x;
	x = NULL;
	return done;
}

static int convert(const xmlNode *node, int depth, struct xml **ret)
{
	CLEANUP(xml_free_p) struct xml *x = depth < XML_DEPTH ? convert_one(node) : NULL;
	struct xml *last = NULL;

	if (!x)
		return depth < XML_DEPTH ? -ENOMEM : -EINVAL;
	for (const xmlNode *n = node->children; n; n = n->next) {
		struct xml *child = NULL;
		int r = n->type == XML_ELEMENT_NODE ? convert(n, depth + 1, &child) : 0;

		if (r < 0)
			return r;
		if (!child)
			continue;
		*(last ? &last->next : &x->first) = child;
		last = child;
	}
	/* what stands between elements only lays them out */
	if (x->first && !x->text[strspn(x->text, " \t\r\n")])
		*x->text = '\0';
	*ret = x;
	x = NULL;
	return 0;
}

int xml_parse(const char *p, size_t n, struct xml **ret)
{
	xmlParserCtxtPtr ctx = n && n < INT32_MAX ? xmlNewParserCtxt() : NULL;
	xmlDocPtr doc;
	int r = -EINVAL;

	if (!ctx)
		return n && n < INT32_MAX ? -ENOMEM : -EINVAL;
	ctx->sax->internalSubset = refuse_doctype;
	ctx->sax->error = be_silent;
	ctx->sax->warning = be_silent;
	ctx->sax->serror = NULL;
	doc = xmlCtxtReadMemory(ctx, p, (int) n, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc && ctx->wellFormed && ctx->nsWellFormed && xmlDocGetRootElement(doc))
		r = convert(xmlDocGetRootElement(doc), 0, ret);
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctx);
	return r;
}
