#include "html_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define NBSP "\xc2\xa0"
#define ZERO_WIDTH "\xe2\x80\x8b" /* U+200B: SharePoint puts one into what is empty */

/* ---- inline nodes as text ---------------------------------------------------------------- */

struct writer {
	struct buf *out;
	size_t start; /* of the run in out */
	bool blank;   /* one is due, if more comes */
};

static void put_char(struct writer *w, char c)
{
	if (w->blank && w->out->len > w->start)
		buf_addc(w->out, ' ');
	w->blank = false;
	buf_addc(w->out, c);
}

static void put_text(struct writer *w, const char *s, bool pre)
{
	for (; *s; s++) {
		if (strchr(" \t\r\n\f", *s) && !pre) {
			w->blank = true;
		} else if (str_starts(s, NBSP)) {
			put_char(w, ' ');
			s += strlen(NBSP) - 1;
		} else if (w->out->len == w->start && str_starts(s, ZERO_WIDTH)) {
			s += strlen(ZERO_WIDTH) - 1;
		} else if (*s != '\r') {
			put_char(w, *s);
		}
	}
}

/* An address as one word. */
static void put_address(struct writer *w, const char *s)
{
	put_text(w, " <", false);
	for (; *s; s++)
		if ((unsigned char) *s > ' ')
			put_char(w, *s);
	put_text(w, ">", false);
}

static void put_nodes(struct writer *w, const struct html_node *first, const struct html_node *last);

static void put_link(struct writer *w, const struct html_node *n)
{
	const char *href = html_node_attr(n, "href");
	size_t start = w->out->len;
	const char *text;

	put_nodes(w, n->first, n->last);
	if (str_empty(href) || *href == '#')
		return;
	text = buf_str(w->out) + start;
	text += *text == ' ';
	if (!str_eq(text, href) && !(str_starts(href, "mailto:") && str_eq(text, href + strlen("mailto:"))))
		put_address(w, href);
}

static void put_image(struct writer *w, const struct html_node *n)
{
	const char *alt = html_node_attr(n, "alt");

	put_text(w, str_empty(alt) ? "[image" : "[image: ", false);
	put_text(w, alt ? alt : "", false);
	w->blank = false;
	put_text(w, "]", false);
}

static void put_nodes(struct writer *w, const struct html_node *first, const struct html_node *last)
{
	for (const struct html_node *n = first; n; n = n == last ? NULL : n->next) {
		if (n->kind == HTML_TEXT)
			put_text(w, n->text, n->pre);
		else if (n->kind == HTML_ELEMENT && n->role == HTML_LINK)
			put_link(w, n);
		else if (n->kind == HTML_ELEMENT && n->role == HTML_IMAGE)
			put_image(w, n);
		else if (n->kind == HTML_ELEMENT && n->role != HTML_SKIPPED)
			put_nodes(w, n->first, n->last);
	}
}

int html_run_text(const struct html_node *first, const struct html_node *last, const char *middle,
		  const struct html_node *third, const struct html_node *fourth, struct buf *out)
{
	struct writer w = { out, out->len, false };

	put_nodes(&w, first, last);
	put_text(&w, middle, false);
	put_nodes(&w, third, fourth);
	while (out->len > w.start && strchr(" \t", out->p[out->len - 1]))
		buf_resize(out, out->len - 1);
	return buf_error(out);
}

void html_bullet_add(int level, struct buf *out)
{
	for (int i = 1; i < level; i++)
		buf_adds(out, "  ");
	buf_adds(out, "* ");
}

int html_bullet_level(const char *s, size_t *ret_len)
{
	size_t n = strspn(s, " ");

	if (s[n] != '*' || s[n + 1] != ' ' || n % 2)
		return 0;
	*ret_len = n + 2;
	return (int) (n / 2) + 1;
}

/* ---- lines of units -------------------------------------------------------------------------- */

static void drop_since(struct html_lines *l, size_t lines, size_t units)
{
	while (l->n > lines)
		free(l->l[--l->n].text);
	while (l->n_units > units)
		free(l->u[--l->n_units].text);
}

static bool is_empty_since(const struct html_lines *l, size_t unit)
{
	for (; unit < l->n_units; unit++)
		if (*l->u[unit].text || l->u[unit].end || l->u[unit].first)
			return false;
	return true;
}

static bool ends_blank(const struct html_lines *l)
{
	const struct html_line *last = &l->l[l->n - 1];

	for (size_t i = last->unit; i < last->unit + last->n_units; i++)
		if (*l->u[i].text)
			return false;
	return true;
}

static int push_line(struct html_lines *l, size_t n_units)
{
	int r = vec_grow(&l->l, &l->cap, l->n + 1, sizeof(*l->l));

	if (r == 0)
		l->l[l->n++] = (struct html_line) { l->n_units, n_units, NULL };
	return r;
}

static char *line_text(const struct html_lines *l, const struct html_line *line)
{
	struct buf text = BUF_INIT(1 << 30);

	for (size_t i = line->unit; i < line->unit + line->n_units; i++) {
		const struct html_unit *u = &l->u[i];

		if (u->join == HTML_TAB)
			buf_addc(&text, '\t');
		else if (u->join == HTML_GLUE && u->blank && text.len && *u->text)
			buf_addc(&text, ' ');
		if (u->level)
			html_bullet_add(u->level, &text);
		buf_adds(&text, u->text);
	}
	while (text.len && strchr(" \t", text.p[text.len - 1]))
		buf_resize(&text, text.len - 1);
	return buf_take(&text);
}

/* ---- the walk over the tree ----------------------------------------------------------------- */

struct walk {
	struct html_lines *out;
	struct html_unit open; /* parent NULL: none */
	int level;   /* of lists around us */
	int bullet;  /* level of the bullet that the next unit carries */
	int boxed;   /* list items and cells around us: paragraphs in them keep no distance */
	bool tab;    /* the next unit stands behind a tab */
	bool glue;   /* the next unit goes on where the last one ended */
	bool margin; /* a paragraph begins or ended */
	int error;
};

/* Whether collapsible white space stands at that end of the run. */
static bool is_blank_at(const struct html_node *n, bool end)
{
	while (n && n->kind == HTML_ELEMENT)
		n = end ? n->last : n->first;
	if (!n || n->kind != HTML_TEXT || !*n->text)
		return false;
	return strchr(" \t\r\n\f", n->text[end ? strlen(n->text) - 1 : 0]) != NULL;
}

/* Takes over u and its text. */
static int push_unit(struct walk *w, struct html_unit *u)
{
	struct html_lines *out = w->out;
	int r = vec_grow(&out->u, &out->cap_units, out->n_units + 1, sizeof(*out->u));

	if (r < 0) {
		free(u->text);
		return r;
	}
	u->level = w->bullet;
	u->join = !out->n ? HTML_NEW_LINE : w->tab ? HTML_TAB : w->glue ? HTML_GLUE : HTML_NEW_LINE;
	if (u->join == HTML_GLUE)
		u->blank = is_blank_at(out->u[out->n_units - 1].last, true) || is_blank_at(u->first, false);
	if (u->join != HTML_NEW_LINE)
		out->l[out->n - 1].n_units++;
	else if (w->margin && out->n && !u->level && !ends_blank(out))
		r = push_line(out, 0);
	if (r == 0 && u->join == HTML_NEW_LINE)
		r = push_line(out, 1);
	out->u[out->n_units++] = *u;
	w->tab = w->margin = false;
	w->bullet = 0;
	w->glue = !u->end;
	return r;
}

/* Whether the nodes take up a line although they may show nothing, as a no-break space does. */
static bool is_solid(const struct html_node *first, const struct html_node *last)
{
	for (const struct html_node *n = first; n; n = n == last ? NULL : n->next) {
		if (n->kind == HTML_TEXT && n->text[strspn(n->text, " \t\r\n\f")])
			return true;
		if (n->kind == HTML_ELEMENT && n->role != HTML_SKIPPED && is_solid(n->first, n->last))
			return true;
	}
	return false;
}

static void close_unit(struct walk *w, struct html_node *end, bool keep_empty)
{
	struct html_unit u = w->open;
	struct buf text = BUF_INIT(1 << 30);

	w->open.parent = NULL;
	if (w->error || !u.parent)
		return;
	u.end = end;
	w->error = html_run_text(u.first, u.last, "", NULL, NULL, &text);
	if (w->error == 0 && (text.len || keep_empty || is_solid(u.first, u.last))) {
		u.text = buf_take(&text);
		w->error = u.text ? push_unit(w, &u) : -ENOMEM;
	}
	buf_release(&text);
}

static void open_unit(struct walk *w, struct html_node *parent)
{
	if (!w->open.parent)
		w->open = (struct html_unit) { .parent = parent };
}

static void add_inline(struct walk *w, struct html_node *parent, struct html_node *n)
{
	open_unit(w, parent);
	if (!w->open.first)
		w->open.first = n;
	w->open.last = n;
}

static void walk_children(struct walk *w, struct html_node *n);

static bool is_first_cell(const struct html_node *n)
{
	for (n = n->prev; n; n = n->prev)
		if (n->kind == HTML_ELEMENT && n->role == HTML_CELL)
			return false;
	return true;
}

/* A cell without text still has its column. */
static void walk_cell(struct walk *w, struct html_node *n)
{
	size_t before = w->out->n_units;

	w->tab = !is_first_cell(n);
	walk_children(w, n);
	if (w->out->n_units == before) {
		open_unit(w, n);
		close_unit(w, NULL, true);
	}
}

static void walk_row(struct walk *w, struct html_node *n)
{
	size_t lines = w->out->n, units = w->out->n_units;

	walk_children(w, n);
	w->tab = false;
	if (is_empty_since(w->out, units))
		drop_since(w->out, lines, units);
}

static void walk_item(struct walk *w, struct html_node *n)
{
	w->bullet = w->level ? w->level : 1;
	walk_children(w, n);
	w->bullet = 0;
}

static void walk_block(struct walk *w, struct html_node *n)
{
	bool box = n->role == HTML_ITEM || n->role == HTML_CELL;
	bool margin = n->role == HTML_PARAGRAPH && !w->boxed;

	w->glue = false;
	w->margin |= margin;
	w->level += n->role == HTML_LISTING;
	w->boxed += box;
	if (n->role == HTML_ROW)
		walk_row(w, n);
	else if (n->role == HTML_CELL)
		walk_cell(w, n);
	else if (n->role == HTML_ITEM)
		walk_item(w, n);
	else
		walk_children(w, n);
	w->boxed -= box;
	w->level -= n->role == HTML_LISTING;
	w->margin |= margin;
	w->glue = false;
}

static void walk_children(struct walk *w, struct html_node *n)
{
	for (struct html_node *c = n->first; c && !w->error; c = c->next) {
		if (c->kind == HTML_ELEMENT && c->role == HTML_BREAK) {
			open_unit(w, n);
			close_unit(w, c, true);
		} else if (html_is_block(c)) {
			close_unit(w, NULL, false);
			walk_block(w, c);
		} else if (c->breaks) {
			close_unit(w, NULL, false);
			walk_children(w, c);
		} else {
			add_inline(w, n, c);
		}
	}
	close_unit(w, NULL, false);
}

int html_lines_read(const struct html_tree *t, struct html_lines *ret)
{
	struct walk w = { .out = ret };

	walk_children(&w, t->root);
	for (size_t i = 0; i < ret->n && w.error == 0; i++) {
		ret->l[i].text = line_text(ret, &ret->l[i]);
		if (!ret->l[i].text)
			w.error = -ENOMEM;
	}
	return w.error;
}

void html_lines_release(struct html_lines *l)
{
	drop_since(l, 0, 0);
	free(l->u);
	free(l->l);
	*l = (struct html_lines) HTML_LINES_INIT;
}
