#include "html_tree.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

enum { CHUNK = 4000, MAX_DEPTH = 300 };

/* ---- memory: freed with the tree ----------------------------------------------------- */

struct html_chunk {
	struct html_chunk *next; /* owned */
	size_t used, size;
	max_align_t bytes[];
};

static void *alloc(struct html_tree *t, size_t n)
{
	struct html_chunk *c = t->chunks;
	size_t size;
	char *p;

	n = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!c || c->size - c->used < n) {
		size = n > CHUNK ? n : CHUNK;
		c = FAULT("html.alloc") ? NULL : malloc(sizeof(*c) + size);
		if (!c) {
			t->error = -ENOMEM;
			return NULL;
		}
		*c = (struct html_chunk) { t->chunks, 0, size };
		t->chunks = c;
	}
	p = (char *) c->bytes + c->used;
	c->used += n;
	return p;
}

static const char *copy(struct html_tree *t, const char *s, size_t n)
{
	char *p = alloc(t, n + 1);

	if (!p)
		return NULL;
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void html_tree_release(struct html_tree *t)
{
	for (struct html_chunk *c = t->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	buf_release(&t->text);
	*t = (struct html_tree) HTML_TREE_INIT;
}

/* ---- elements -------------------------------------------------------------------------- */

struct role {
	const char *name;
	enum html_role role;
};

static int compare_role(const void *name, const void *role)
{
	return strcmp(name, ((const struct role *) role)->name);
}

static enum html_role role_of(const char *name)
{
	static const struct role roles[] = { /* sorted */
		{ "", HTML_BREAK },
		{ "a", HTML_LINK },          { "address", HTML_BLOCK },   { "article", HTML_BLOCK },
		{ "aside", HTML_BLOCK },     { "blockquote", HTML_BLOCK }, { "br", HTML_BREAK },
		{ "caption", HTML_BLOCK },   { "center", HTML_BLOCK },    { "dd", HTML_BLOCK },
		{ "dir", HTML_LISTING },     { "div", HTML_BLOCK },       { "dl", HTML_BLOCK },
		{ "dt", HTML_BLOCK },        { "fieldset", HTML_BLOCK },  { "figcaption", HTML_BLOCK },
		{ "figure", HTML_BLOCK },    { "footer", HTML_BLOCK },    { "form", HTML_BLOCK },
		{ "h1", HTML_BLOCK },        { "h2", HTML_BLOCK },        { "h3", HTML_BLOCK },
		{ "h4", HTML_BLOCK },        { "h5", HTML_BLOCK },        { "h6", HTML_BLOCK },
		{ "header", HTML_BLOCK },    { "hr", HTML_RULE },         { "img", HTML_IMAGE },
		{ "li", HTML_ITEM },         { "main", HTML_BLOCK },      { "menu", HTML_LISTING },
		{ "nav", HTML_BLOCK },       { "ol", HTML_LISTING },      { "p", HTML_PARAGRAPH },
		{ "pre", HTML_BLOCK },       { "script", HTML_SKIPPED },  { "section", HTML_BLOCK },
		{ "style", HTML_SKIPPED },   { "table", HTML_BLOCK },     { "tbody", HTML_BLOCK },
		{ "td", HTML_CELL },         { "template", HTML_SKIPPED }, { "tfoot", HTML_BLOCK },
		{ "th", HTML_CELL },         { "thead", HTML_BLOCK },     { "title", HTML_SKIPPED },
		{ "tr", HTML_ROW },          { "ul", HTML_LISTING },
	};
	const struct role *r = bsearch(name, roles, sizeof(roles) / sizeof(*roles), sizeof(*roles), compare_role);

	return r ? r->role : HTML_INLINE;
}

static bool is_void(const char *name)
{
	static const char *const names[] = { "area", "base",  "br",   "col",   "embed",  "frame", "hr",  "img",
					     "input", "link", "meta", "param", "source", "track", "wbr", NULL };

	for (const char *const *p = names; *p; p++)
		if (strcmp(name, *p) == 0)
			return true;
	return false;
}

/* html, head and body: what they hold belongs to the root. */
static bool is_frame(const char *name)
{
	return strcmp(name, "html") == 0 || strcmp(name, "head") == 0 || strcmp(name, "body") == 0;
}

static struct html_node *new_node(struct html_tree *t, enum html_kind kind)
{
	struct html_node *n = alloc(t, sizeof(*n));

	if (n)
		*n = (struct html_node) { .kind = kind };
	return n;
}

struct html_node *html_node_element(struct html_tree *t, const char *name)
{
	struct html_node *n = new_node(t, HTML_ELEMENT);
	const char *own = n ? copy(t, name, strlen(name)) : NULL;

	if (!own)
		return NULL;
	n->name = own;
	n->role = role_of(name);
	n->pre = strcmp(name, "pre") == 0;
	return n;
}

struct html_node *html_node_text(struct html_tree *t, const char *s)
{
	struct html_node *n = new_node(t, HTML_TEXT);
	const char *own = n ? copy(t, s, strlen(s)) : NULL;

	if (!own)
		return NULL;
	n->text = own;
	return n;
}

void html_node_insert(struct html_node *n, struct html_node *parent, struct html_node *after)
{
	n->parent = parent;
	n->prev = after;
	n->next = after ? after->next : parent->first;
	*(n->prev ? &n->prev->next : &parent->first) = n;
	*(n->next ? &n->next->prev : &parent->last) = n;
	n->pre |= parent->pre;
	if (n->role >= HTML_BREAK || n->breaks)
		for (; parent && !parent->breaks; parent = parent->parent)
			parent->breaks = true;
}

void html_node_remove(struct html_node *n)
{
	*(n->prev ? &n->prev->next : &n->parent->first) = n->next;
	*(n->next ? &n->next->prev : &n->parent->last) = n->prev;
	n->parent = n->prev = n->next = NULL;
}

const char *html_node_attr(const struct html_node *n, const char *name)
{
	for (const struct html_attr *a = n->attrs; a; a = a->next)
		if (strcmp(a->name, name) == 0)
			return a->value;
	return NULL;
}

/* ---- building ------------------------------------------------------------------------- */

void html_tree_begin(struct html_tree *t)
{
	t->root = t->at = html_node_element(t, "div");
}

static void add_attrs(struct html_tree *t, struct html_node *n, const char *const *attrs)
{
	struct html_attr **end = &n->attrs;

	for (; attrs && attrs[0]; attrs += 2) {
		struct html_attr *a = alloc(t, sizeof(*a));

		if (!a)
			return;
		*a = (struct html_attr) { NULL, copy(t, attrs[0], strlen(attrs[0])),
					  attrs[1] ? copy(t, attrs[1], strlen(attrs[1])) : NULL };
		if (t->error)
			return;
		*end = a;
		end = &a->next;
	}
}

static void add_text(struct html_tree *t, const char *s, size_t n)
{
	struct html_node *node = n ? new_node(t, HTML_TEXT) : NULL;
	const char *own = node ? copy(t, s, n) : NULL;

	if (!own)
		return;
	node->text = own;
	html_node_insert(node, t->at, t->at->last);
}

/* In pre a newline ends a line, as br does elsewhere. */
static void add_pre_text(struct html_tree *t, const char *s)
{
	const char *end;

	for (; (end = strchr(s, '\n')) && !t->error; s = end + 1) {
		struct html_node *newline = html_node_element(t, "");

		add_text(t, s, (size_t) (end - s));
		if (newline)
			html_node_insert(newline, t->at, t->at->last);
	}
	add_text(t, s, strlen(s));
}

static void flush_text(struct html_tree *t)
{
	const char *s = buf_str(&t->text);

	if (buf_error(&t->text) < 0)
		t->error = -ENOMEM;
	else if (t->at->pre)
		add_pre_text(t, s);
	else
		add_text(t, s, t->text.len);
	buf_reset(&t->text);
}

void html_tree_text(struct html_tree *t, const char *s, size_t n)
{
	buf_add(&t->text, s, n);
}

void html_tree_finish(struct html_tree *t)
{
	if (!t->error)
		flush_text(t);
}

void html_tree_start(struct html_tree *t, const char *name, const char *const *attrs)
{
	struct html_node *n;

	if (t->error || is_frame(name))
		return;
	flush_text(t);
	if (t->depth >= MAX_DEPTH)
		t->error = -E2BIG;
	n = t->error ? NULL : html_node_element(t, name);
	if (!n)
		return;
	add_attrs(t, n, attrs);
	html_node_insert(n, t->at, t->at->last);
	if (!is_void(name)) {
		t->at = n;
		t->depth++;
	}
}

void html_tree_end(struct html_tree *t, const char *name)
{
	struct html_node *n = t->at;
	int up = 1;

	if (t->error || is_void(name) || is_frame(name))
		return;
	flush_text(t);
	for (; n->parent && strcmp(n->name, name) != 0; n = n->parent)
		up++;
	if (n->parent) {
		t->at = n->parent;
		t->depth -= up;
	}
}

void html_tree_comment(struct html_tree *t, const char *s)
{
	struct html_node *n;
	const char *own;

	html_tree_finish(t);
	n = t->error ? NULL : new_node(t, HTML_COMMENT);
	own = n ? copy(t, s, strlen(s)) : NULL;
	if (!own)
		return;
	n->text = own;
	html_node_insert(n, t->at, t->at->last);
}

/* ---- writing ---------------------------------------------------------------------------- */

/* No-break spaces are written so that people who look at the source can see them. */
static void write_escaped(struct buf *out, const char *s, bool in_attr)
{
	for (; *s; s++) {
		if (*s == '&')
			buf_adds(out, "&amp;");
		else if (*s == '<')
			buf_adds(out, "&lt;");
		else if (*s == '>')
			buf_adds(out, "&gt;");
		else if (*s == '"' && in_attr)
			buf_adds(out, "&quot;");
		else if (str_starts(s, "\xc2\xa0")) {
			buf_adds(out, "&#160;");
			s++;
		} else
			buf_addc(out, *s);
	}
}

void html_text_escape(struct buf *out, const char *s)
{
	write_escaped(out, s, false);
}

static void write_start(struct buf *out, const struct html_node *n)
{
	buf_addf(out, "<%s", n->name);
	for (const struct html_attr *a = n->attrs; a; a = a->next) {
		buf_addf(out, " %s", a->name);
		if (!a->value)
			continue;
		buf_adds(out, "=\"");
		write_escaped(out, a->value, true);
		buf_addc(out, '"');
	}
	buf_addc(out, '>');
}

static void write_node(struct buf *out, const struct html_node *n)
{
	if (n->kind == HTML_COMMENT) {
		buf_addf(out, "<!--%s-->", n->text);
	} else if (n->kind == HTML_TEXT) {
		if (n->parent->role == HTML_SKIPPED)
			buf_adds(out, n->text);
		else
			write_escaped(out, n->text, false);
	} else if (!*n->name) {
		buf_addc(out, '\n');
	} else {
		write_start(out, n);
		for (const struct html_node *c = n->first; c; c = c->next)
			write_node(out, c);
		if (!is_void(n->name))
			buf_addf(out, "</%s>", n->name);
	}
}

void html_tree_write(const struct html_tree *t, struct buf *out)
{
	for (const struct html_node *n = t->root->first; n; n = n->next)
		write_node(out, n);
}
