#include "fmt_xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const char blanks[] = " \t\r\n";
static const char not_in_names[] = " \t\r\n<>/=\"'&!?";

void fmt_xml_begin(struct xml *x, const char *text)
{
	memset(x, 0, sizeof(*x));
	x->s = text;
}

/* ---- characters ------------------------------------------------------------------- */

/* "&#246;" or "&#xf6;": what follows "&#". Returns its length up to ';', 0 for none. */
static size_t read_number(const char *s, unsigned *ret)
{
	bool hex = *s == 'x';
	char *end;
	unsigned long c = strtoul(s + hex, &end, hex ? 16 : 10);

	if (s[hex] == '-' || s[hex] == '+' || end == s + hex || *end != ';' || c == 0 || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = (unsigned) c;
	return (size_t) (end - s);
}

/* What the '&' at s means. Returns the length with ';', 0: nothing that we know. */
static size_t read_entity(const char *s, unsigned *ret)
{
	static const struct {
		const char *name;
		unsigned c;
	} entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (strncmp(s, entities[i].name, strlen(entities[i].name)) == 0) {
			*ret = entities[i].c;
			return strlen(entities[i].name);
		}
	if (s[1] == '#') {
		size_t n = read_number(s + 2, ret);

		return n ? n + 3 : 0;
	}
	return 0;
}

/* Decodes the n bytes at s into out. */
static int decode(const char *s, size_t n, char *out, size_t size)
{
	const char *end = s + n;
	size_t len = 0;

	while (s < end) {
		unsigned c = 0;
		size_t k = 1;

		if (len + 4 >= size || *s == '<')
			return -EINVAL;
		if (*s != '&') {
			out[len++] = *s++;
			continue;
		}
		k = read_entity(s, &c);
		if (!k)
			return -EINVAL;
		len += utf8_put(c, out + len);
		s += k;
	}
	out[len] = '\0';
	return 0;
}

/* Takes a name off s, without its prefix. */
static int take_name(const char **s, char out[XML_MAX_NAME])
{
	size_t n = strcspn(*s, not_in_names);
	const char *colon = memchr(*s, ':', n);
	const char *from = colon ? colon + 1 : *s;
	size_t len = n - (size_t) (from - *s);

	if (!len || len >= XML_MAX_NAME)
		return -EINVAL;
	memcpy(out, from, len);
	out[len] = '\0';
	*s += n;
	return 0;
}

static void skip_blanks(const char **s)
{
	*s += strspn(*s, blanks);
}

/* ---- tags --------------------------------------------------------------------------- */

static int take_attr(struct xml *x)
{
	struct xml_attr *a = &x->attr[x->n_attr];
	const char *end;
	char mark;

	if (x->n_attr == XML_MAX_ATTRS || take_name(&x->s, a->name) < 0)
		return -EINVAL;
	skip_blanks(&x->s);
	if (*x->s != '=')
		return -EINVAL;
	x->s++;
	skip_blanks(&x->s);
	mark = *x->s;
	end = mark == '"' || mark == '\'' ? strchr(x->s + 1, mark) : NULL;
	if (!end || decode(x->s + 1, (size_t) (end - x->s - 1), a->value, sizeof(a->value)) < 0)
		return -EINVAL;
	x->n_attr++;
	x->s = end + 1;
	return 0;
}

static int open_tag(struct xml *x)
{
	x->n_attr = 0;
	if (x->depth == XML_MAX_DEPTH || take_name(&x->s, x->open[x->depth]) < 0)
		return -EINVAL;
	x->depth++;
	for (skip_blanks(&x->s); *x->s != '>' && *x->s != '/'; skip_blanks(&x->s))
		if (take_attr(x) < 0)
			return -EINVAL;
	if (*x->s == '/') {
		x->empty = true;
		x->s++;
	}
	return *x->s++ == '>' ? XML_OPEN : -EINVAL;
}

static int close_tag(struct xml *x)
{
	char name[XML_MAX_NAME];

	if (!x->depth || take_name(&x->s, name) < 0 || strcmp(name, x->open[x->depth - 1]) != 0)
		return -EINVAL;
	skip_blanks(&x->s);
	x->depth--;
	return *x->s++ == '>' ? XML_CLOSE : -EINVAL;
}

static int take_text(struct xml *x)
{
	size_t n = strcspn(x->s, "<");
	const char *s = x->s;

	x->s += n;
	if (!x->depth || decode(s, n, x->text, sizeof(x->text)) < 0)
		return -EINVAL;
	return XML_TEXT;
}

/* "<?xml ...?>" and "<!-- ... -->". False: there is none. */
static bool skip_other(struct xml *x)
{
	bool comment = strncmp(x->s, "<!--", 4) == 0;
	const char *end = comment || strncmp(x->s, "<?", 2) == 0 ? strstr(x->s + 2, comment ? "-->" : "?>") : NULL;

	if (end)
		x->s = end + (comment ? 3 : 2);
	return end != NULL;
}

int fmt_xml_next(struct xml *x)
{
	if (x->empty) {
		x->empty = false;
		x->depth--;
		return XML_CLOSE;
	}
	do
		if (x->s[strspn(x->s, blanks)] == '<' || !x->s[strspn(x->s, blanks)])
			skip_blanks(&x->s);
	while (skip_other(x));
	if (!*x->s)
		return x->depth ? -EINVAL : XML_EOF;
	if (*x->s != '<')
		return take_text(x);
	x->s++;
	if (*x->s != '/')
		return open_tag(x);
	x->s++;
	return close_tag(x);
}

bool fmt_xml_is(const struct xml *x, enum xml_event e, const char *name)
{
	size_t i = e == XML_CLOSE ? x->depth : x->depth - 1;

	return i < XML_MAX_DEPTH && strcmp(x->open[i], name) == 0;
}

const char *fmt_xml_attr(const struct xml *x, const char *name)
{
	for (size_t i = 0; i < x->n_attr; i++)
		if (strcmp(x->attr[i].name, name) == 0)
			return x->attr[i].value;
	return NULL;
}
