#include "line.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define BOM "\xef\xbb\xbf"

enum { MAX_QUOTED = 40 }; /* bytes of the user's text in a message */

void lines_release(struct lines *l)
{
	free(l->l);
	free(l->c);
	free(l->p);
	buf_release(&l->raw);
	buf_release(&l->cut);
	*l = (struct lines) LINES_INIT;
}

/* ---- unfolding ------------------------------------------------------------------ */

/* While a text is read lines are positions: the buffers move. */
struct reading {
	struct lines *out;
	struct err *err;
	size_t *at; /* owned; of each line: where it begins in raw; once it is cut, the index of its first parameter */
	size_t cap;
};

static int refuse(const struct reading *re, const struct line *l, const char *why)
{
	return err_set(re->err, -EINVAL, "line %zu: %s: \"%.*s\"", l->number, why,
		       (int) str_utf8_cut(l->raw, MAX_QUOTED), l->raw);
}

/* The length of the line at s without its end; *ret_next: with it. */
static size_t line_len(const char *s, size_t n, size_t *ret_next)
{
	const char *nl = memchr(s, '\n', n);
	size_t len = nl ? (size_t) (nl - s) : n;

	*ret_next = len + (nl != NULL);
	return len && s[len - 1] == '\r' ? len - 1 : len;
}

static bool is_blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t')
			return false;
	return true;
}

/* Begins a line at the end of raw. */
static int begin_line(struct reading *re, size_t number)
{
	struct lines *out = re->out;
	int r;

	if (out->n == LINE_MAX_LINES)
		return err_set(re->err, -EFBIG, "more than %d lines", LINE_MAX_LINES);
	r = vec_grow(&out->l, &out->cap, out->n + 1, sizeof(*out->l));
	if (r == 0)
		r = vec_grow(&re->at, &re->cap, out->n + 1, sizeof(*re->at));
	if (r < 0)
		return r;
	if (out->n)
		buf_addc(&out->raw, '\0');
	re->at[out->n] = out->raw.len;
	out->l[out->n++] = (struct line) { .number = number };
	return 0;
}

/* Adds the n bytes at s but CRs, which would be taken for a line's end when it is folded there. */
static int add_bytes(struct buf *out, const char *s, size_t n)
{
	for (const char *cr; (cr = n ? memchr(s, '\r', n) : NULL); s = cr + 1) {
		buf_add(out, s, (size_t) (cr - s));
		n -= (size_t) (cr - s) + 1;
	}
	return buf_add(out, s, n);
}

/* A line that begins with a blank goes on with the one before it. Characters may be divided between the two. */
static int unfold(struct reading *re, const char *text, size_t n)
{
	struct lines *out = re->out;
	size_t number = 1, next;
	int r = 0;

	if (n >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		n -= strlen(BOM);
	}
	for (; n && r == 0; number++, text += next, n -= next) {
		size_t len = line_len(text, n, &next);
		bool goes_on = len && out->n && (*text == ' ' || *text == '\t');

		if (!goes_on && is_blank(text, len))
			continue;
		if (!goes_on)
			r = begin_line(re, number);
		if (r == 0)
			r = add_bytes(&out->raw, text + goes_on, len - goes_on);
	}
	return r < 0 ? r : buf_addc(&out->raw, '\0');
}

/* ---- cutting -------------------------------------------------------------------- */

static bool is_name_char(char c)
{
	return isalnum((unsigned char) c) || c == '-' || c == '_';
}

/* Cuts "[group.]NAME" off s, at most its first ':' or ';'. Returns what follows; NULL: that is no name. */
static char *cut_name(struct line *l, char *s)
{
	char *name = s, *end = s;

	l->group = "";
	for (; is_name_char(*end) || *end == '.'; end++)
		if (*end == '.') {
			*end = '\0';
			l->group = s;
			name = end + 1;
		}
	if (end == name || (*end != ':' && *end != ';'))
		return NULL;
	for (char *p = name; p < end; p++)
		*p = (char) toupper((unsigned char) *p);
	l->name = name;
	return end;
}

/* Takes the quotation marks off the values at s. Returns where they end; NULL: a mark is missing. */
static char *cut_values(char *s)
{
	char *to = s;

	for (; *s && *s != ':' && *s != ';'; s++) {
		if (*s != '"') {
			*to++ = *s;
			continue;
		}
		for (s++; *s && *s != '"'; s++)
			*to++ = *s;
		if (!*s)
			return NULL;
	}
	if (to < s)
		memset(to, '\0', (size_t) (s - to));
	return s;
}

/* Cuts ";NAME=values" off s; in vCards there is the old ";WORK", which is a TYPE. */
static char *cut_param(char *s, struct line_param *ret)
{
	char *name = ++s;

	while (is_name_char(*s))
		s++;
	if (*s == '=') {
		*s++ = '\0';
		*ret = (struct line_param) { name, s };
		return cut_values(s);
	}
	*ret = (struct line_param) { "TYPE", name };
	return s > name ? s : NULL;
}

static int cut_params(struct reading *re, struct line *l, char **s)
{
	struct lines *out = re->out;

	while (**s == ';') {
		struct line_param p = { "", "" };
		char *end = cut_param(*s, &p);
		int r;

		if (!end || (*end != ':' && *end != ';'))
			return refuse(re, l, "expected ;NAME=value or :value");
		if (++l->n_param > LINE_MAX_PARAMS)
			return refuse(re, l, "too many parameters");
		r = vec_grow(&out->p, &out->cap_p, out->n_p + 1, sizeof(*out->p));
		if (r < 0)
			return r;
		**s = '\0';
		out->p[out->n_p++] = p;
		*s = end;
	}
	*(*s)++ = '\0';
	return 0;
}

static int cut(struct reading *re, size_t i)
{
	struct line *l = &re->out->l[i];
	char *s = re->out->cut.p + re->at[i];
	size_t n, param = re->out->n_p;
	int r;

	l->raw = re->out->raw.p + re->at[i];
	n = (i + 1 < re->out->n ? re->at[i + 1] : re->out->raw.len) - 1 - re->at[i];
	if (memchr(l->raw, '\0', n) || !str_utf8_valid(l->raw, n))
		return err_set(re->err, -EINVAL, "line %zu: this is not UTF-8 text", l->number);
	s = cut_name(l, s);
	if (!s)
		return refuse(re, l, "expected NAME:value");
	r = cut_params(re, l, &s);
	l->value = s;
	re->at[i] = param;
	return r;
}

/* ---- components ------------------------------------------------------------------- */

static int begin_comp(struct reading *re, size_t i, size_t *depth, size_t *open)
{
	struct lines *out = re->out;
	struct line *l = &out->l[i];
	int r;

	if (*depth == LINE_MAX_DEPTH)
		return refuse(re, l, "too many components in one another");
	r = vec_grow(&out->c, &out->cap_c, out->n_c + 1, sizeof(*out->c));
	if (r < 0)
		return r;
	l->comp = out->n_c;
	out->c[out->n_c] = (struct line_comp) { .parent = *depth ? *open : out->n_c, .first = i };
	*open = out->n_c++;
	++*depth;
	return 0;
}

static int end_comp(struct reading *re, size_t i, size_t *depth, size_t *open)
{
	struct line_comp *c = &re->out->c[*open];
	struct line *l = &re->out->l[i];

	if (strcasecmp(l->value, re->out->l[c->first].value) != 0)
		return refuse(re, l, "this ends what did not begin");
	c->end = i + 1;
	*open = c->parent;
	--*depth;
	return 0;
}

static int find_comps(struct reading *re)
{
	struct lines *out = re->out;
	size_t depth = 0, open = 0;
	int r = 0;

	for (size_t i = 0; i < out->n && r == 0; i++) {
		struct line *l = &out->l[i];
		bool begins = str_eq(l->name, "BEGIN");

		if (!depth && !begins)
			return refuse(re, l, "expected BEGIN:");
		l->comp = open;
		l->seen = begins || str_eq(l->name, "END");
		if (begins)
			r = begin_comp(re, i, &depth, &open);
		else if (str_eq(l->name, "END"))
			r = end_comp(re, i, &depth, &open);
	}
	if (r == 0 && depth)
		return refuse(re, &out->l[out->c[open].first], "this has no END");
	return r;
}

/* Names of components, in upper case. */
static void name_comps(struct lines *out)
{
	for (size_t i = 0; i < out->n_c; i++) {
		char *name = (char *) out->l[out->c[i].first].value; /* in out->cut */

		out->c[i].name = name;
		for (; *name; name++)
			*name = (char) toupper((unsigned char) *name);
	}
}

static int cut_all(struct reading *re)
{
	struct lines *out = re->out;
	int r = buf_add(&out->cut, out->raw.p, out->raw.len);

	for (size_t i = 0; i < out->n && r == 0; i++)
		r = cut(re, i);
	for (size_t i = 0; i < out->n && r == 0; i++)
		out->l[i].param = out->n_p ? out->p + re->at[i] : NULL;
	return r;
}

int lines_read(const char *text, size_t n, struct lines *ret, struct err *err)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;
	struct reading re = { .out = &l, .err = err };
	int r;

	if (n > LINE_MAX_TEXT)
		return err_set(err, -EFBIG, "longer than %d MiB", LINE_MAX_TEXT >> 20);
	r = unfold(&re, text, n);
	if (r == 0)
		r = cut_all(&re);
	if (r == 0)
		r = find_comps(&re);
	free(re.at);
	if (r < 0)
		return r;
	name_comps(&l);
	*ret = l;
	l = (struct lines) LINES_INIT;
	return 0;
}

/* ---- asking ----------------------------------------------------------------------- */

const struct line *lines_next(const struct lines *l, size_t comp, const char *name, const struct line *after)
{
	size_t i = after ? (size_t) (after - l->l) + 1 : l->c[comp].first;

	for (; i < l->c[comp].end; i++)
		if (l->l[i].comp == comp && strcmp(l->l[i].name, name) == 0)
			return &l->l[i];
	return NULL;
}

void line_mark(const struct line *l, bool seen)
{
	((struct line *) l)->seen = seen;
}

const struct line *lines_find(const struct lines *l, size_t comp, const char *name, const struct line *after)
{
	const struct line *found = lines_next(l, comp, name, after);

	if (found)
		line_mark(found, true);
	return found;
}

const struct line *lines_only(const struct lines *l, size_t comp, const char *name)
{
	const struct line *first = lines_find(l, comp, name, NULL), *more = first;

	while (more)
		more = lines_find(l, comp, name, more);
	return first;
}

size_t lines_child(const struct lines *l, size_t parent, const char *name, size_t after)
{
	for (size_t i = after + 1; i < l->n_c && l->c[i].first < l->c[parent].end; i++)
		if (l->c[i].parent == parent && (!name || strcmp(l->c[i].name, name) == 0))
			return i;
	return l->n_c;
}

const char *line_param(const struct line *l, const char *name)
{
	for (size_t i = 0; i < l->n_param; i++)
		if (strcasecmp(l->param[i].name, name) == 0)
			return l->param[i].value;
	return "";
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == n && strncasecmp(list, word, n) == 0)
			return true;
	return false;
}

bool line_param_has(const struct line *l, const char *name, const char *value)
{
	for (size_t i = 0; i < l->n_param; i++)
		if (strcasecmp(l->param[i].name, name) == 0 && has_word(l->param[i].value, value))
			return true;
	return false;
}
