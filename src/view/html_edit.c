#include "html_edit.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define NBSP "\xc2\xa0"

enum { MAX_KEPT = 24 }; /* nodes of a run beyond which none of them is kept */

void html_edit_encode(struct buf *out, const char *s, bool at_start, bool at_end)
{
	bool blank = at_start;

	for (; *s; s++) {
		if (*s == '\t')
			buf_adds(out, NBSP NBSP NBSP NBSP);
		else if (*s == ' ')
			buf_adds(out, blank || (at_end && !s[1]) ? NBSP : " ");
		else if ((unsigned char) *s >= 0x20)
			buf_addc(out, *s);
		blank = *s == ' ';
	}
}

static struct html_node *text_node(struct html_edit *e, const char *s, bool at_start, bool at_end)
{
	struct buf text = BUF_INIT(1 << 30);
	struct html_node *n = NULL;

	html_edit_encode(&text, s, at_start, at_end);
	if (buf_error(&text) == 0)
		n = html_node_text(e->tree, buf_str(&text));
	buf_release(&text);
	return n;
}

/* ---- changing a unit in place ------------------------------------------------------------- */

/* What stays of a run when its text changes: nodes at its beginning and at its end. */
struct kept {
	struct html_node *head; /* the last one at the beginning, or NULL */
	struct html_node *tail; /* the first one at the end, or NULL */
	struct buf middle;      /* what stands between them */
};

/* What the kept nodes leave of the text, from n bytes at s; 1: the run reads as `text` with it, 0, -ENOMEM. */
static int try_middle(const struct html_unit *u, const char *text, struct kept *k, const char *s, size_t n)
{
	CLEANUP(str_free_p) char *middle = strndup(s, n);
	struct buf whole = BUF_INIT(1 << 30);
	int r;

	if (!middle)
		return -ENOMEM;
	buf_reset(&k->middle);
	html_edit_encode(&k->middle, middle, !k->head, !k->tail);
	r = html_run_text(k->head ? u->first : NULL, k->head, buf_str(&k->middle), k->tail,
			  k->tail ? u->last : NULL, &whole);
	r = r < 0 ? r : buf_error(&k->middle);
	if (r == 0)
		r = str_eq(buf_str(&whole), text);
	buf_release(&whole);
	return r;
}

/* The same for n bytes at s whose blanks at the borders may be the kept nodes' own. */
static int try_borders(const struct html_unit *u, const char *text, struct kept *k, const char *s, size_t n)
{
	int r = 0;

	for (int cut = 3; cut >= 0 && r == 0; cut--) {
		size_t from = (cut & 1) && k->head && n && *s == ' ';
		size_t to = (cut & 2) && k->tail && n > from && s[n - 1] == ' ' ? n - 1 : n;

		r = try_middle(u, text, k, s + from, to - from);
	}
	return r;
}

/* Whether the run reads as `text` with head and tail kept; then middle is set. 1, 0, -ENOMEM. */
static int try_keep(const struct html_unit *u, const char *text, struct kept *k)
{
	struct buf head = BUF_INIT(1 << 30), tail = BUF_INIT(1 << 30);
	size_t n = strlen(text);
	int r = html_run_text(k->head ? u->first : NULL, k->head, "", NULL, NULL, &head);

	if (r == 0)
		r = html_run_text(k->tail, k->tail ? u->last : NULL, "", NULL, NULL, &tail);
	if (r == 0 && head.len + tail.len <= n && str_starts(text, buf_str(&head)) && str_ends(text, buf_str(&tail)))
		r = try_borders(u, text, k, text + head.len, n - head.len - tail.len);
	buf_release(&head);
	buf_release(&tail);
	return r;
}

static bool is_short(const struct html_unit *u)
{
	int n = 0;

	for (const struct html_node *c = u->first; c && n <= MAX_KEPT; c = c == u->last ? NULL : c->next)
		n++;
	return n && n <= MAX_KEPT;
}

/* As many nodes at the beginning as can stay, then as many at the end. 1, 0, -ENOMEM. */
static int find_kept(const struct html_unit *u, const char *text, struct kept *k)
{
	struct html_node *beyond = u->last ? u->last->next : NULL;
	int r = 0;

	k->head = is_short(u) ? u->last : NULL;
	for (; r == 0; k->head = k->head == u->first ? NULL : k->head->prev) {
		for (k->tail = k->head ? k->head->next : is_short(u) ? u->first : beyond; r == 0;
		     k->tail = k->tail->next) {
			if (k->tail == beyond)
				k->tail = NULL;
			r = try_keep(u, text, k);
			if (!k->tail || r != 0)
				break;
		}
		if (!k->head || r != 0)
			break;
	}
	return r;
}

/* The node behind which a text for the unit goes, when none of its own stays. */
static struct html_node *place_of(const struct html_unit *u)
{
	if (u->first)
		return u->first->prev;
	return u->end ? u->end->prev : u->parent->last;
}

static void remove_run(struct html_node *first, const struct html_node *beyond)
{
	while (first && first != beyond) {
		struct html_node *next = first->next;

		html_node_remove(first);
		first = next;
	}
}

static int set_unit(struct html_edit *e, struct html_unit *u, const char *text)
{
	struct kept k = { .middle = BUF_INIT(1 << 30) };
	struct html_node *place = place_of(u), *beyond = u->last ? u->last->next : NULL, *n = NULL;
	int r = find_kept(u, text, &k);

	if (r == 0) { /* white space that folds otherwise: the check of the whole decides */
		k.head = k.tail = NULL;
		buf_reset(&k.middle);
		html_edit_encode(&k.middle, text, true, true);
	}
	if (r >= 0 && buf_error(&k.middle) == 0)
		n = html_node_text(e->tree, buf_str(&k.middle));
	buf_release(&k.middle);
	if (!n)
		return -ENOMEM;
	if (u->first)
		remove_run(k.head ? k.head->next : u->first, k.tail ? k.tail : beyond);
	html_node_insert(n, u->parent, k.head ? k.head : place);
	u->first = k.head ? u->first : n;
	u->last = k.tail ? u->last : n;
	return 0;
}

/* ---- lines -------------------------------------------------------------------------------- */

static size_t count_tabs(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\t';
	return n;
}

static size_t count_cells(const struct html_edit *e, const struct html_line *line)
{
	size_t n = 0;

	for (size_t i = line->unit; i < line->unit + line->n_units; i++)
		n += e->lines->u[i].join == HTML_TAB;
	return n;
}

bool html_edit_fits(const struct html_edit *e, const struct html_line *line, const char *text)
{
	size_t cells = count_cells(e, line), len;

	if (html_bullet_level(text, &len) != e->lines->u[line->unit].level)
		return false;
	if (cells && count_tabs(text) != cells)
		return false;
	return *text || !*line->text;
}

void html_edit_pass(struct html_edit *e, const struct html_line *line)
{
	if (line->n_units)
		e->last = e->lines->u[line->unit + line->n_units - 1];
	e->distance = !line->n_units;
}

int html_edit_set(struct html_edit *e, const struct html_line *line, const char *text)
{
	bool cells = count_cells(e, line) > 0;
	size_t bullet = 0;
	int r = 0;

	html_bullet_level(text, &bullet);
	text += bullet;
	for (size_t i = line->unit; i < line->unit + line->n_units && r == 0; i++) {
		struct html_unit *u = &e->lines->u[i];
		size_t n = cells ? strcspn(text, "\t") : strlen(text);
		CLEANUP(str_free_p) char *part = strndup(text, u->join == HTML_GLUE ? 0 : n);

		if (u->join != HTML_GLUE)
			text += n + (text[n] == '\t');
		if (!part)
			r = -ENOMEM;
		else if (!str_eq(part, u->text))
			r = set_unit(e, u, part);
	}
	html_edit_pass(e, line);
	return r;
}

void html_edit_drop(struct html_edit *e, const struct html_line *line)
{
	for (size_t i = line->unit; i < line->unit + line->n_units; i++) {
		struct html_unit *u = &e->lines->u[i];

		if (u->first)
			remove_run(u->first, u->last->next);
		if (u->end)
			html_node_remove(u->end);
		u->parent->edited = true;
	}
}

/* ---- new lines ------------------------------------------------------------------------------ */

static bool is_nothing(const struct html_node *n)
{
	return n->kind == HTML_COMMENT || (n->kind == HTML_TEXT && !n->text[strspn(n->text, " \t\r\n\f")]);
}

static struct html_node *block_of(struct html_node *n)
{
	while (n->parent && !html_is_block(n))
		n = n->parent;
	return n;
}

static struct html_node *enclosing(struct html_node *n, enum html_role role)
{
	while (n && !(n->kind == HTML_ELEMENT && n->role == role))
		n = n->parent;
	return n;
}

static struct html_node *outermost(struct html_node *n, enum html_role role)
{
	struct html_node *found = NULL;

	while ((n = enclosing(n, role))) {
		found = n;
		n = n->parent;
	}
	return found;
}

/* The last node of the unit; its parent when it has none. */
static struct html_node *anchor(const struct html_unit *u)
{
	return u->end ? u->end : u->last ? u->last : u->parent;
}

/* Whether nothing stands behind n within `top`. */
static bool is_last_in(const struct html_node *n, const struct html_node *top)
{
	for (; n != top; n = n->parent)
		for (const struct html_node *s = n->next; s; s = s->next)
			if (!is_nothing(s))
				return false;
	return true;
}

/* A new element with the text, or with a break that makes it an empty line. */
static int put_element(struct html_edit *e, const char *name, struct html_node *parent, struct html_node *after,
		       const char *text)
{
	struct html_node *n = html_node_element(e->tree, name), *t = text_node(e, text, true, true);
	struct html_node *br = *text ? NULL : html_node_element(e->tree, "br");

	if (e->tree->error || !t)
		return -ENOMEM;
	html_node_insert(n, parent, after);
	html_node_insert(t, n, NULL);
	if (br)
		html_node_insert(br, n, t);
	e->last = (struct html_unit) { .parent = n, .first = t, .last = t, .end = br };
	return 0;
}

/* In the same element, divided by a break. */
static int put_after_break(struct html_edit *e, const char *text)
{
	struct html_unit *u = &e->last;
	const char *name = u->parent->pre ? "" : "br";
	struct html_node *t = text_node(e, text, true, true), *br = html_node_element(e->tree, name);
	struct html_node *more = u->end || *text ? NULL : html_node_element(e->tree, name);

	if (e->tree->error || !t)
		return -ENOMEM;
	if (u->end) {
		html_node_insert(t, u->parent, u->end);
		html_node_insert(br, u->parent, t);
		u->end = br;
	} else {
		html_node_insert(br, u->parent, u->last);
		html_node_insert(t, u->parent, br);
		if (more)
			html_node_insert(more, u->parent, t);
		u->end = more;
	}
	u->first = u->last = t;
	return 0;
}

/* Before everything that was there. */
static int put_at_top(struct html_edit *e, const char *text)
{
	struct html_node *b = block_of(e->lines->u[0].parent), *list = outermost(b, HTML_LISTING);
	struct html_node *n = list ? list : b;
	size_t bullet;

	if (list && html_bullet_level(text, &bullet) == 1)
		return put_element(e, "li", list, NULL, text + bullet);
	for (struct html_node *up = n; up; up = up->parent)
		if (str_eq(up->name, "table"))
			n = up;
	if (n->parent)
		return put_element(e, b->role == HTML_PARAGRAPH ? "p" : "div", n->parent, n->prev, text);
	return put_element(e, "div", n, NULL, text);
}

static int level_of(struct html_node *item)
{
	int level = 0;

	for (struct html_node *n = item; n; n = n->parent)
		level += n->kind == HTML_ELEMENT && n->role == HTML_LISTING;
	return level;
}

/* A list of its own with one item. */
static int put_list(struct html_edit *e, struct html_node *parent, struct html_node *after, const char *text)
{
	struct html_node *next = after ? after->next : parent->first, *list;

	while (next && is_nothing(next))
		next = next->next;
	if (next && next->kind == HTML_ELEMENT && next->role == HTML_LISTING)
		return put_element(e, "li", next, NULL, text);
	list = html_node_element(e->tree, "ul");
	if (!list)
		return -ENOMEM;
	html_node_insert(list, parent, after);
	return put_element(e, "li", list, NULL, text);
}

static int put_item(struct html_edit *e, int level, const char *text)
{
	struct html_node *item = enclosing(e->last.parent, HTML_ITEM), *b = block_of(e->last.parent), *a;
	int have = item ? level_of(item) : 0;

	while (item && have > level && item->parent) {
		item = enclosing(item->parent, HTML_ITEM);
		have--;
	}
	if (item && have == level)
		return put_element(e, "li", item->parent, item, text);
	a = anchor(&e->last);
	if (b->parent && b->role != HTML_ITEM && b->role != HTML_CELL)
		return put_list(e, b->parent, b, text);
	while (a != b && a->parent != b)
		a = a->parent;
	return put_list(e, b, a == b ? NULL : a, text);
}

bool html_edit_has_distance(const struct html_edit *e)
{
	struct html_node *n = e->last.parent ? e->last.parent : e->lines->u[0].parent;

	return block_of(n)->role == HTML_PARAGRAPH && !e->distance;
}

int html_edit_insert(struct html_edit *e, const char *text)
{
	size_t bullet = 0;
	int level = html_bullet_level(text, &bullet);
	bool distance = e->distance;
	struct html_node *b, *list;

	e->distance = false;
	if (!e->last.parent)
		return put_at_top(e, text);
	if (level)
		return put_item(e, level, text + bullet);
	b = block_of(e->last.parent);
	if (!b->parent || b->role == HTML_CELL || b->pre || !is_last_in(anchor(&e->last), b))
		return put_after_break(e, text);
	list = outermost(b, HTML_LISTING);
	if (list && is_last_in(b, list))
		return put_element(e, "div", list->parent, list, text);
	if (list || (b->role == HTML_PARAGRAPH && !distance))
		return put_after_break(e, text);
	return put_element(e, b->role == HTML_PARAGRAPH ? "p" : "div", b->parent, b, text);
}

/* ---- what an edit emptied ---------------------------------------------------------------------- */

static bool is_empty(const struct html_node *n)
{
	for (const struct html_node *c = n->first; c; c = c->next)
		if (!is_nothing(c) && !(n->role == HTML_ROW && c->kind == HTML_ELEMENT && c->role == HTML_CELL &&
					is_empty(c)))
			return false;
	return true;
}

static void sweep(struct html_node *n)
{
	for (struct html_node *c = n->first, *next; c; c = next) {
		next = c->next;
		if (c->kind != HTML_ELEMENT)
			continue;
		sweep(c);
		if (!c->edited || !is_empty(c))
			continue;
		n->edited = true;
		if (c->role != HTML_CELL)
			html_node_remove(c);
	}
}

void html_edit_finish(struct html_edit *e)
{
	sweep(e->tree->root);
}
