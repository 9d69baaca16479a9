/*
 * Edited text back into HTML: a line diff between what the old HTML reads as and
 * what is wanted; lines that both have keep their nodes, the others are set,
 * dropped or inserted in the tree. Whether that worked nobody needs to prove: the
 * result is read again, and if it does not read as wanted, each line gets a <div>
 * and the old form is lost. So a mistake here costs formatting, never a word.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "html.h"
#include "html_diff.h"
#include "html_edit.h"
#include "html_lines.h"
#include "html_tree.h"

/* ---- lines of the wanted text ----------------------------------------------------------------- */

struct wanted {
	char *text;   /* owned; cut into lines */
	char **lines; /* owned; into text */
	size_t n, cap;
};

static void release_wanted(struct wanted *w)
{
	free(w->text);
	free(w->lines);
}

/* Takes out of a line, in place, what HTML cannot hold. */
static void clean(char *s)
{
	char *w = s;

	for (; *s; s++)
		if ((unsigned char) *s >= ' ' || *s == '\t')
			*w++ = *s;
	*w = '\0';
}

static void trim_end(char *s)
{
	size_t n = strlen(s);

	while (n && strchr(" \t", s[n - 1]))
		s[--n] = '\0';
}

static int split(const char *text, struct wanted *ret)
{
	char *s = ret->text = strdup(text), *end;

	for (; s; s = end) {
		end = strchr(s, '\n');
		if (end)
			*end++ = '\0';
		clean(s);
		trim_end(s);
		if (vec_grow(&ret->lines, &ret->cap, ret->n + 1, sizeof(*ret->lines)) < 0)
			return -ENOMEM;
		ret->lines[ret->n++] = s;
	}
	while (ret->n && !*ret->lines[ret->n - 1])
		ret->n--;
	return ret->text ? 0 : -ENOMEM;
}

/* ---- whether two texts read the same ------------------------------------------------------------ */

enum space { NOTHING, BLANK, NEWLINE };

/* Skips white space, no-break and zero-width spaces and controls; what was there in the end. */
static enum space skip(const char **p)
{
	enum space found = NOTHING;
	const char *s = *p;

	for (;;) {
		if (*s == '\n') {
			found = NEWLINE;
			s++;
		} else if (*s == ' ' || *s == '\t' || str_starts(s, "\xc2\xa0")) {
			found = found == NEWLINE ? NEWLINE : BLANK;
			s += *s == ' ' || *s == '\t' ? 1 : 2;
		} else if ((unsigned char) *s < ' ' && *s) {
			s++;
		} else if (str_starts(s, "\xe2\x80\x8b")) {
			s += 3;
		} else {
			break;
		}
	}
	*p = s;
	return found;
}

/* Line by line; empty lines and the width of blanks do not count. */
static bool reads_same(const char *a, const char *b)
{
	skip(&a);
	skip(&b);
	while (*a && *a == *b) {
		enum space x, y;

		a++;
		b++;
		x = skip(&a);
		y = skip(&b);
		if (x != y && *a && *b)
			return false;
	}
	return *a == *b;
}

/* ---- merging ------------------------------------------------------------------------------------- */

static int insert(struct html_edit *e, const char *text)
{
	if (!*text && html_edit_has_distance(e)) {
		e->distance = true;
		return 0;
	}
	return html_edit_insert(e, text);
}

static size_t count_real(const struct html_line *l, size_t n)
{
	size_t real = 0;

	for (size_t i = 0; i < n; i++)
		real += l[i].n_units > 0;
	return real;
}

/* Old lines l[0..n) become new lines s[0..m). */
static int replace(struct html_edit *e, const struct html_line *l, size_t n, char *const s[], size_t m)
{
	size_t i = 0, j = 0, left = count_real(l, n);
	int r = 0;

	while (i < n && r == 0) {
		if (!l[i].n_units) {
			j += j < m && !*s[j];
			e->distance = true;
			i++;
		} else if (j < m && html_edit_fits(e, &l[i], s[j])) {
			r = html_edit_set(e, &l[i++], s[j++]);
			left--;
		} else if (m - j > left) {
			r = insert(e, s[j++]);
		} else {
			html_edit_drop(e, &l[i++]);
			left--;
		}
	}
	while (j < m && r == 0)
		r = insert(e, s[j++]);
	return r;
}

/* match[i] is the wanted line that the old line i is, or -1. */
static int apply(struct html_edit *e, size_t n, const struct wanted *w, const long match[])
{
	const struct html_line *l = e->lines->l;
	size_t i = 0, j = 0;

	for (;;) {
		size_t same = i, until;
		int r;

		while (same < n && match[same] < 0)
			same++;
		until = same < n ? (size_t) match[same] : w->n;
		r = replace(e, l + i, same - i, w->lines + j, until - j);
		if (r < 0 || same == n)
			return r;
		html_edit_pass(e, &l[same]);
		i = same + 1;
		j = until + 1;
	}
}

/* A tab is written as four no-break spaces, and read as blanks: in a comparison it is those. NULL: out of memory. */
static char *expanded(const char *s)
{
	struct buf out = BUF_INIT(1 << 30);

	for (; *s; s++)
		if (*s == '\t')
			buf_adds(&out, "    ");
		else
			buf_add(&out, s, 1);
	return buf_take(&out);
}

static void free_all(char **p, size_t n)
{
	for (size_t i = 0; p && i < n; i++)
		free(p[i]);
	free(p);
}

static int match_lines(const struct html_lines *old, size_t n, const struct wanted *w, long **ret)
{
	char **a = calloc(n + 1, sizeof(*a)), **b = calloc(w->n + 1, sizeof(*b));
	long *match = calloc(n + 1, sizeof(*match));
	int r = a && b && match ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && r == 0; i++)
		r = (a[i] = expanded(old->l[i].text)) ? 0 : -ENOMEM;
	for (size_t i = 0; i < w->n && r == 0; i++)
		r = (b[i] = expanded(w->lines[i])) ? 0 : -ENOMEM;
	if (r == 0)
		r = html_diff((const char *const *) a, n, (const char *const *) b, w->n, match);
	free_all(a, n);
	free_all(b, w->n);
	if (r < 0)
		free(match);
	else
		*ret = match;
	return r;
}

static void free_match(long **p)
{
	free(*p);
}

static bool is_unchanged(size_t n, const struct wanted *w, const long match[])
{
	for (size_t i = 0; i < n; i++)
		if (match[i] < 0)
			return false;
	return n == w->n;
}

/* Adds the merged HTML. 0, -errno; -E2BIG: there is no form to keep. */
static int merge(const char *html, const struct wanted *w, struct buf *out)
{
	CLEANUP(html_tree_release_p) struct html_tree tree = HTML_TREE_INIT;
	CLEANUP(html_lines_release_p) struct html_lines lines = HTML_LINES_INIT;
	CLEANUP(free_match) long *match = NULL;
	struct html_edit e = { .tree = &tree, .lines = &lines };
	size_t n;
	int r = html_parse(html, &tree);

	if (r == 0)
		r = html_lines_read(&tree, &lines);
	if (r < 0)
		return r;
	for (n = lines.n; n && !*lines.l[n - 1].text; n--)
		;
	r = n ? match_lines(&lines, n, w, &match) : -E2BIG;
	if (r < 0)
		return r;
	if (is_unchanged(n, w, match))
		return buf_adds(out, html);
	r = apply(&e, n, w, match);
	if (r < 0)
		return r;
	html_edit_finish(&e);
	html_tree_write(&tree, out);
	return buf_error(out);
}

/* Each line in a <div>. */
static int add_plain(const struct wanted *w, struct buf *out)
{
	struct buf line = BUF_INIT(out->max);
	int r = 0;

	for (size_t i = 0; i < w->n && r == 0; i++) {
		buf_adds(out, "<div>");
		buf_reset(&line);
		html_edit_encode(&line, w->lines[i], true, true);
		html_text_escape(out, buf_str(&line));
		buf_adds(out, *w->lines[i] ? "</div>" : "<br></div>");
		r = buf_error(&line);
	}
	buf_release(&line);
	return r < 0 ? r : buf_error(out);
}

/* Whether the HTML reads as the text: 1, 0, -ENOMEM, -EFBIG. */
static int reads_as(const char *html, const char *text)
{
	struct buf now = BUF_INIT(1 << 30);
	int r = html_to_text(html, &now);

	if (r == 0)
		r = reads_same(buf_str(&now), text);
	buf_release(&now);
	return r;
}

int html_merge(const char *html, const char *text, struct buf *out)
{
	struct wanted w = { 0 };
	struct buf merged = BUF_INIT(out->max);
	int r = split(text, &w);

	if (r == 0)
		r = merge(html, &w, &merged);
	if (r == 0)
		r = reads_as(buf_str(&merged), text);
	if (r == 1)
		r = buf_add(out, merged.p, merged.len);
	else if (r == 0 || r == -E2BIG)
		r = add_plain(&w, out);
	buf_release(&merged);
	release_wanted(&w);
	return r;
}
