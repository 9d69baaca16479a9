#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "xml.h"

/* The tree of xml.h without its parser: no foreign library needed. */

struct xml *xml_new(const char *name)
{
	struct xml *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	if (str_set(&x->name, name) < 0 || str_set(&x->ns, "") < 0 || str_set(&x->text, "") < 0)
		return xml_free(x);
	return x;
}

/* The tree's depth is limited by XML_DEPTH, its breadth is walked in a loop. */
struct xml *xml_free(struct xml *x)
{
	while (x) {
		struct xml *next = x->next;

		xml_free(x->first);
		for (size_t i = 0; i < x->n_attr; i++) {
			free(x->attr[i].name);
			free(x->attr[i].value);
		}
		free(x->attr);
		free(x->name);
		free(x->ns);
		free(x->text);
		free(x);
		x = next;
	}
	return NULL;
}

static struct xml_attr *find_attr(const struct xml *x, const char *name)
{
	for (size_t i = 0; i < x->n_attr; i++)
		if (strcmp(x->attr[i].name, name) == 0)
			return &x->attr[i];
	return NULL;
}

const char *xml_attr(const struct xml *x, const char *name)
{
	const struct xml_attr *a = x ? find_attr(x, name) : NULL;

	return a ? a->value : NULL;
}

int xml_set_attr(struct xml *x, const char *name, const char *value)
{
	struct xml_attr *a = find_attr(x, name);
	struct xml_attr fresh = { 0 };
	struct xml_attr *more;

	if (a)
		return str_set(&a->value, value);
	more = reallocarray(x->attr, x->n_attr + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	x->attr = more;
	if (str_set(&fresh.name, name) < 0 || str_set(&fresh.value, value) < 0) {
		free(fresh.name);
		return -ENOMEM;
	}
	x->attr[x->n_attr++] = fresh;
	return 0;
}

void xml_drop_attr(struct xml *x, const char *name)
{
	struct xml_attr *a = find_attr(x, name);
	size_t i;

	if (!a)
		return;
	i = (size_t) (a - x->attr);
	free(a->name);
	free(a->value);
	memmove(a, a + 1, (x->n_attr - i - 1) * sizeof(*a));
	x->n_attr--;
}

void xml_remove(struct xml *parent, struct xml *child)
{
	for (struct xml **at = &parent->first; *at; at = &(*at)->next)
		if (*at == child) {
			*at = child->next;
			child->next = NULL;
			xml_free(child);
			return;
		}
}

void xml_append(struct xml *parent, struct xml *child)
{
	struct xml **p = &parent->first;

	while (*p)
		p = &(*p)->next;
	*p = child;
}

const struct xml *xml_child(const struct xml *x, const char *name)
{
	for (const struct xml *c = xml_first(x); c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

const struct xml *xml_first(const struct xml *x)
{
	return x ? x->first : NULL;
}

char *xml_trimmed(const struct xml *x)
{
	char *copy = strdup(x ? x->text : "");
	char *from;

	if (!copy)
		return NULL;
	from = str_trim(copy);
	memmove(copy, from, strlen(from) + 1);
	return copy;
}

int64_t xml_characters(const char *s)
{
	int64_t n = 0;

	for (; *s; s++)
		n += ((unsigned char) *s & 0xc0) != 0x80;
	return n;
}

bool xml_is_true(const char *s)
{
	size_t n;

	if (!s)
		return false;
	s += strspn(s, " \t\r\n");
	n = strcspn(s, " \t\r\n");
	return n == 4 && strncasecmp(s, "TRUE", 4) == 0 && !s[n + strspn(s + n, " \t\r\n")];
}

/* What stands for byte c; NULL: itself; "" : a character that XML cannot hold. */
static const char *escape(unsigned char c, bool in_value)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return in_value ? "&quot;" : NULL;
	case '\'': return in_value ? "&#39;" : NULL;
	case '\t': return in_value ? "&#9;" : NULL;
	case '\n': return in_value ? "&#10;" : NULL;
	case '\r': return "&#13;";
	default: return c < 0x20 ? "\xef\xbf\xbd" : NULL;
	}
}

static void escape_to(struct buf *out, const char *s, bool in_value)
{
	const char *from = s;

	for (; *s; s++) {
		const char *e = (unsigned char) *s > '>' ? NULL : escape((unsigned char) *s, in_value);

		if (!e)
			continue;
		buf_add(out, from, (size_t) (s - from));
		buf_adds(out, e);
		from = s + 1;
	}
	buf_add(out, from, (size_t) (s - from));
}

void xml_text(struct buf *out, const char *s)
{
	escape_to(out, s, false);
}

void xml_value(struct buf *out, const char *s)
{
	escape_to(out, s, true);
}

/* The character that begins at *s, which is well-formed UTF-8; moves behind it. */
static unsigned next_char(const char **s)
{
	unsigned c = (unsigned char) *(*s)++;
	int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

	if (more)
		c &= 0x3fu >> more;
	while (more-- && **s)
		c = c << 6 | ((unsigned char) *(*s)++ & 0x3f);
	return c;
}

void xml_name(struct buf *out, const char *s, const char *plain)
{
	while (*s) {
		unsigned c = next_char(&s);

		if (c < 0x80 && c && (strchr(plain, (int) c) || isalnum((int) c)))
			buf_addc(out, (char) c);
		else
			buf_addf(out, "_x%04x_", c);
	}
}

void xml_put(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addc(out, ' ');
	buf_adds(out, name);
	buf_adds(out, "=\"");
	xml_value(out, value);
	buf_addc(out, '"');
}

/* ns NULL: nothing is said of namespaces. */
static void write(struct buf *out, const struct xml *x, const char *ns)
{
	buf_addc(out, '<');
	buf_adds(out, x->name);
	if (ns && strcmp(ns, x->ns) != 0)
		xml_put(out, "xmlns", x->ns);
	for (size_t i = 0; i < x->n_attr; i++)
		xml_put(out, x->attr[i].name, x->attr[i].value);
	if (!x->first && !*x->text) {
		buf_adds(out, "/>");
		return;
	}
	buf_addc(out, '>');
	xml_text(out, x->text);
	for (const struct xml *c = x->first; c; c = c->next)
		write(out, c, ns ? x->ns : NULL);
	buf_adds(out, "</");
	buf_adds(out, x->name);
	buf_addc(out, '>');
}

void xml_write(struct buf *out, const struct xml *x)
{
	write(out, x, NULL);
}

void xml_write_doc(struct buf *out, const struct xml *x, const char *ns)
{
	write(out, x, ns);
}
