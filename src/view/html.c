/*
 * libxml2's HTML parser behind html_parse(). Its events build a tree of our own:
 * smaller than libxml2's, with a depth that we choose, and nothing of it is seen
 * by the rest. Nothing is ever loaded for a text: no network, no entities.
 */
#include "html.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "html_tree.h"

/* The parser compares each attribute of a tag with those before it. */
enum { MAX_ATTRS = 1024, MAX_HTML = INT_MAX / 2 };

struct parsing {
	struct html_tree *tree;  /* foreign */
	htmlParserCtxtPtr parser; /* owned */
};

static void on_start(void *arg, const xmlChar *name, const xmlChar **attrs)
{
	struct parsing *p = arg;

	html_tree_start(p->tree, (const char *) name, (const char *const *) attrs);
	if (p->tree->error)
		xmlStopParser(p->parser);
}

static void on_end(void *arg, const xmlChar *name)
{
	struct parsing *p = arg;

	html_tree_end(p->tree, (const char *) name);
}

static void on_text(void *arg, const xmlChar *s, int n)
{
	struct parsing *p = arg;

	html_tree_text(p->tree, (const char *) s, (size_t) n);
}

static void on_comment(void *arg, const xmlChar *s)
{
	struct parsing *p = arg;

	html_tree_comment(p->tree, (const char *) s);
}

/* ---- the ceiling on attributes -------------------------------------------------------- */

static const char blanks[] = " \t\r\n\f";
static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:.-";

/* Behind the value that begins at s. */
static const char *after_value(const char *s)
{
	const char *end;

	if (*s != '"' && *s != '\'')
		return s + strcspn(s, " \t\r\n\f>");
	end = strchr(s + 1, *s);
	return end ? end + 1 : s + strlen(s);
}

/* Behind what stands at s in a tag: an attribute, or something that the parser skips up to a blank. */
static const char *after_attr(const char *s)
{
	size_t n = strspn(s, name_chars);
	const char *value = s + n + strspn(s + n, blanks);

	if (!n)
		return s + 1 + strcspn(s + 1, " \t\r\n\f>");
	return *value == '=' ? after_value(value + 1 + strspn(value + 1, blanks)) : s + n;
}

/* Whether no tag has more than MAX_ATTRS attributes. Reads tags as libxml2 2.9 does. */
static bool has_few_attrs(const char *s)
{
	while ((s = strchr(s, '<'))) {
		int n = 0;

		s++;
		if (!isalpha((unsigned char) *s) && !strchr("_:.", *s))
			continue;
		s += strspn(s, name_chars);
		for (s += strspn(s, blanks); *s && *s != '>' && n <= MAX_ATTRS; n++) {
			s = after_attr(s);
			s += strspn(s, blanks);
		}
		if (n > MAX_ATTRS)
			return false;
	}
	return true;
}

static int run(struct parsing *p, const struct buf *html)
{
	static const xmlSAXHandler events = {
		.startElement = on_start,
		.endElement = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.comment = on_comment,
	};

	p->parser = htmlCreateMemoryParserCtxt(html->p, (int) html->len);
	if (!p->parser)
		return -ENOMEM;
	*p->parser->sax = events;
	p->parser->userData = p;
	htmlCtxtUseOptions(p->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
					      HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(p->parser, XML_CHAR_ENCODING_UTF8);
	htmlParseDocument(p->parser);
	html_tree_finish(p->tree);
	if (p->parser->errNo == XML_ERR_NO_MEMORY && !p->tree->error)
		p->tree->error = -ENOMEM;
	htmlFreeParserCtxt(p->parser);
	return p->tree->error;
}

int html_parse(const char *html, struct html_tree *ret)
{
	struct parsing p = { .tree = ret };
	struct buf page = BUF_INIT(MAX_HTML);
	int r;

	if (strlen(html) > MAX_HTML / 2 || !has_few_attrs(html))
		return -E2BIG;
	html_tree_begin(ret);
	/* In a body from the start, or the parser puts bare text into a paragraph that is not there. */
	buf_adds(&page, "<html><body>");
	buf_adds(&page, html);
	r = ret->error ? ret->error : buf_error(&page);
	if (r == 0)
		r = run(&p, &page);
	buf_release(&page);
	return r;
}
