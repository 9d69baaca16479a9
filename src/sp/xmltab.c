/*
 * The only file that sees libxml2, and of that only the SAX2 push parser: no tree, no
 * entities, no validation, no XInclude, no network.
 *
 * Invariants:
 * 1. No byte reaches libxml2 before xmlscan.c has passed it.
 * 2. XML_PARSE_NOENT is never set. Then an ampersand in an attribute comes as "&#38;"
 *    (libxml2 expects its tree builder to read it again), and nothing else does:
 *    xml_attr_add() undoes exactly that.
 * 3. A parse is good only if the root's end tag was seen: libxml2 calls a document whose
 *    end is missing "recovered", and rows that did not come would count as deleted.
 */
#include "xmltab.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "xmlfix.h"
#include "xmlscan.h"

enum { DEPTH_MAX = 32, FIELDS = 5, CHUNK_MAX = 1 << 20 };

/* libxml2 gives five pointers for each attribute. */
enum attr_part { LOCAL_NAME, PREFIX, URI, VALUE, VALUE_END };

struct shown_attr {
	const xmlChar *name, *value, *end; /* foreign */
};

struct xml {
	const struct xml_rule *rules;  /* foreign */
	const struct xml_sink *sink;   /* foreign */
	void *ctx;                     /* foreign */
	bool mend;
	xmlParserCtxt *parser;         /* owned */
	struct xmlscan scan;
	struct xmlfix fix;
	struct buf mended;             /* owned; a portion without what xmlfix.c takes out */
	struct buf value;              /* owned; what xml_attr() returned last */
	struct buf text;               /* owned; of the innermost element that keeps it */
	const struct xml_rule *path[DEPTH_MAX]; /* the rules of the open elements */
	int depth;
	int skipped;                   /* open elements without a rule */
	bool complete;                 /* the root has ended */
	struct shown_attr *attrs;      /* owned; of the start tag being reported */
	size_t n_attrs;
	size_t cap_attrs;
	int error;                     /* sticky */
	const char *words;             /* why, when it is ours to say */
};

static xmlParserInput *no_entities(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	(void) url;
	(void) id;
	(void) ctxt;
	return NULL;
}

void xml_setup(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(no_entities);
}

static void fail(struct xml *x, int error, const char *words)
{
	if (x->error)
		return;
	x->error = error;
	x->words = words;
	x->n_attrs = 0; /* they stand in the input, which goes now */
	xmlStopParser(x->parser);
}

/* ---- attributes ------------------------------------------------------------------ */

/* Of a repeated attribute the first stands. Names are interned: the pointers compare. */
static bool is_repeated(const struct xml *x, const xmlChar *name)
{
	for (size_t i = 0; i < x->n_attrs; i++)
		if (x->attrs[i].name == name)
			return true;
	return false;
}

/* Copies those without a namespace. The parser's array stays as it is: it frees values by their places in it. */
static void set_attrs(struct xml *x, const xmlChar *const *attrs, int n)
{
	x->n_attrs = 0;
	if (vec_grow(&x->attrs, &x->cap_attrs, (size_t) n, sizeof(*x->attrs)) < 0) {
		fail(x, -ENOMEM, NULL);
		return;
	}
	for (int i = 0; i < n; i++) {
		const xmlChar *const *a = attrs + i * FIELDS;

		if (a[URI] || a[PREFIX] || (x->mend && is_repeated(x, a[LOCAL_NAME])))
			continue;
		x->attrs[x->n_attrs++] = (struct shown_attr) { a[LOCAL_NAME], a[VALUE], a[VALUE_END] };
	}
}

size_t xml_attr_count(const struct xml *x)
{
	return x->n_attrs;
}

struct xml_attr xml_attr_at(const struct xml *x, size_t i)
{
	const struct shown_attr *a = &x->attrs[i];

	return (struct xml_attr) {
		.name = (const char *) a->name, .raw = (const char *) a->value, .len = (size_t) (a->end - a->value),
	};
}

int xml_attr_add(const struct xml_attr *a, struct buf *out)
{
	static const char amp[] = "&#38;"; /* invariant 2 */
	const char *p = a->raw, *end = a->raw + a->len;

	for (;;) {
		const char *found = memchr(p, '&', (size_t) (end - p));
		int r = buf_add(out, p, (size_t) ((found ?: end) - p));

		if (!found || r < 0)
			return r;
		buf_addc(out, '&');
		p = found + 1;
		if ((size_t) (end - found) >= sizeof(amp) - 1 && memcmp(found, amp, sizeof(amp) - 1) == 0)
			p = found + sizeof(amp) - 1;
	}
}

const char *xml_attr(struct xml *x, const char *name)
{
	for (size_t i = 0; i < x->n_attrs; i++) {
		struct xml_attr a = xml_attr_at(x, i);

		if (!str_eq(a.name, name))
			continue;
		buf_reset(&x->value);
		if (xml_attr_add(&a, &x->value) < 0)
			fail(x, buf_error(&x->value), "out of memory");
		return buf_str(&x->value);
	}
	return NULL;
}

/* ---- what libxml2 calls ------------------------------------------------------------ */

/* A prefix that nobody declared stands, when mending, for what it always stands for. */
static bool has_namespace(const struct xml *x, const struct xml_rule *r, const xmlChar *ns, const xmlChar *prefix)
{
	if (!ns && prefix)
		return x->mend && str_eq(r->prefix, (const char *) prefix);
	return str_eq(r->ns, (const char *) ns);
}

static const struct xml_rule *find_rule(const struct xml *x, const xmlChar *name, const xmlChar *ns,
					const xmlChar *prefix)
{
	int from = x->depth ? x->path[x->depth - 1]->to : XML_START;

	for (const struct xml_rule *r = x->rules; r->name; r++)
		if (r->from == from && str_eq(r->name, (const char *) name) && has_namespace(x, r, ns, prefix))
			return r;
	return NULL;
}

static void enter(struct xml *x, const struct xml_rule *rule)
{
	int r;

	if (x->depth == DEPTH_MAX) {
		fail(x, -EBADMSG, "its elements are nested too deeply");
		return;
	}
	if (rule->need && !xml_attr(x, rule->need)) {
		fail(x, -EBADMSG, "an element lacks an attribute that it must have");
		return;
	}
	x->path[x->depth++] = rule;
	if (rule->text)
		buf_reset(&x->text);
	r = x->sink->enter ? x->sink->enter(x->ctx, rule->to, x) : 0;
	if (r < 0)
		fail(x, r, NULL);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
		     const xmlChar **namespaces, int n_attrs, int n_defaulted, const xmlChar **attrs)
{
	struct xml *x = arg;
	const struct xml_rule *rule;

	(void) n_namespaces;
	(void) namespaces;
	(void) n_defaulted;
	if (x->error)
		return;
	rule = x->skipped ? NULL : find_rule(x, name, uri, prefix);
	if (rule) {
		set_attrs(x, attrs, n_attrs);
		if (!x->error)
			enter(x, rule);
	} else if (x->depth == 0) {
		fail(x, -EBADMSG, "it is not a SOAP message");
	} else {
		x->skipped++;
	}
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml *x = arg;
	const struct xml_rule *rule;
	int r = 0;

	(void) name;
	(void) prefix;
	(void) uri;
	if (x->error)
		return;
	if (x->skipped) {
		x->skipped--;
		return;
	}
	rule = x->path[--x->depth];
	x->complete = x->depth == 0;
	if (x->sink->leave)
		r = x->sink->leave(x->ctx, rule->to, rule->text ? buf_str(&x->text) : "");
	if (r < 0)
		fail(x, r, NULL);
}

static void on_text(void *arg, const xmlChar *p, int n)
{
	struct xml *x = arg;

	if (x->error || x->skipped || !x->depth || !x->path[x->depth - 1]->text)
		return;
	if (buf_add(&x->text, p, (size_t) n) < 0)
		fail(x, buf_error(&x->text), "one of its texts is longer than 1 MB");
}

/* Cannot be reached through xmlscan.c; the second lock on the same door. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *url)
{
	(void) name;
	(void) id;
	(void) url;
	fail(arg, -EBADMSG, "it has a document type declaration");
}

/* What a second reading lets pass; control characters are gone by then. */
static bool can_be_mended(int code)
{
	return code == XML_ERR_ATTRIBUTE_REDEFINED || code == XML_NS_ERR_ATTRIBUTE_REDEFINED ||
	       code == XML_NS_ERR_UNDEFINED_NAMESPACE;
}

static void on_error(void *arg, xmlError *e)
{
	struct xml *x = arg;

	if (e->level < XML_ERR_ERROR || (x->mend && can_be_mended(e->code)))
		return;
	if (e->code == XML_ERR_NO_MEMORY)
		fail(x, -ENOMEM, "out of memory");
	else
		fail(x, -EILSEQ, "it is not well-formed XML, or cut off");
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_doctype,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	/* A cast because newer libxml2 makes the error const. */
	.serror = (xmlStructuredErrorFunc) on_error,
};

/* ---- a parse -------------------------------------------------------------------------- */

struct xml *xml_free(struct xml *x)
{
	if (!x)
		return NULL;
	if (x->parser)
		xmlFreeParserCtxt(x->parser);
	buf_release(&x->mended);
	buf_release(&x->value);
	buf_release(&x->text);
	free(x->attrs);
	free(x);
	return NULL;
}

int xml_new(const struct xml_rule *rules, const struct xml_sink *sink, void *ctx, bool mend, struct xml **ret)
{
	struct xml *x = FAULT("xml.new") ? NULL : calloc(1, sizeof(*x));
	xmlSAXHandler copy = handler;
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

	if (!x)
		return -ENOMEM;
	x->rules = rules;
	x->sink = sink;
	x->ctx = ctx;
	x->mend = mend;
	x->mended = (struct buf) BUF_INIT(CHUNK_MAX + sizeof(x->fix.ref));
	x->value = (struct buf) BUF_INIT(XMLSCAN_TAG_MAX);
	x->text = (struct buf) BUF_INIT(XML_TEXT_MAX);
	x->parser = xmlCreatePushParserCtxt(&copy, x, NULL, 0, NULL);
	if (!x->parser) {
		xml_free(x);
		return -ENOMEM;
	}
	xmlCtxtUseOptions(x->parser, mend ? options | XML_PARSE_RECOVER : options);
	*ret = x;
	return 0;
}

static int verdict(const struct xml *x, struct err *err)
{
	if (!x->error)
		return 0;
	return x->words ? err_add(err, x->error, "the answer is refused: %s", x->words) : x->error;
}

static void parse(struct xml *x, const char *p, size_t n, bool last)
{
	int r;

	if (x->mend) {
		buf_reset(&x->mended);
		r = xmlfix_feed(&x->fix, p, n, &x->mended);
		if (r == 0 && last)
			r = xmlfix_end(&x->fix, &x->mended);
		if (r < 0) {
			fail(x, r, "out of memory");
			return;
		}
		p = buf_str(&x->mended);
		n = x->mended.len;
	}
	xmlParseChunk(x->parser, p, (int) n, last);
}

int xml_feed(struct xml *x, const char *p, size_t n, struct err *err)
{
	while (n && !x->error) {
		size_t part = n < CHUNK_MAX ? n : CHUNK_MAX;
		int r = xmlscan_feed(&x->scan, p, part, err);

		if (r < 0)
			fail(x, r, NULL);
		else
			parse(x, p, part, false);
		p += part;
		n -= part;
	}
	return verdict(x, err);
}

int xml_end(struct xml *x, struct err *err)
{
	/* libxml2 would report the start of a tag that is cut off, and only then that it is. */
	if (!x->error && xmlscan_may_end(&x->scan))
		parse(x, "", 0, true);
	if (!x->complete)
		fail(x, -EILSEQ, "it is cut off");
	return verdict(x, err);
}
