/*
 * A whole list as one text, for programs that want one file (presentation 6.1). One walk over the list's rows; what is
 * made is handed on in pieces, so that a list of any size needs no more memory than its biggest item.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "store/form.h"
#include "store/item.h"
#include "tree_priv.h"
#include "view/views.h"

enum { PIECE = 1 << 16 };

struct viewing {
	struct view_tree *t;
	const struct view_list *l;      /* held */
	struct list as;                 /* foreign parts of l->info, in the form of the view */
	struct view_forms_list of;
	const struct view_rows *rows;   /* owned by the caller; a table */
	struct map *zones;              /* owned; by TZID: those that were written */
	struct buf out;                 /* owned; not handed on yet */
	int (*fn)(void *arg, const void *p, size_t n);
	void *arg;
};

static int hand_on(struct viewing *v, size_t from)
{
	int r = buf_error(&v->out);

	if (r == 0 && v->out.len >= from)
		r = v->out.len ? v->fn(v->arg, v->out.p, v->out.len) : 0;
	else
		return r;
	buf_reset(&v->out);
	return r;
}

/* The name of the file that shows it; "": none does. */
static int file_of(struct viewing *v, const struct store_item *i, struct store_node *ret)
{
	CLEANUP(store_form_release_p) struct store_form f = STORE_FORM_INIT;
	int r = store_node_of_item(v->t->store, i->id, ret);

	if (r == -ENOENT && view_form(&v->l->info)->series) {
		r = store_form_get(v->t->store, i->id, &f);
		if (r == 0)
			r = f.master > 0 ? store_node_of_item(v->t->store, f.master, ret) : -ENOENT;
	}
	return r == -ENOENT ? 0 : r;
}

/* ---- tables ------------------------------------------------------------------------ */

static int add_row(struct viewing *v, const struct store_item *i)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = file_of(v, i, &n);

	return r < 0 ? r : view_rows_add(v->rows, &i->item, n.name ? n.name : "", &v->out);
}

/* ---- calendars --------------------------------------------------------------------- */

/* Whether the component has to be written: a zone once. */
static int is_new(struct viewing *v, const char *s, const char *end)
{
	const char *id = strstr(s, "\nTZID:");
	CLEANUP(str_free_p) char *name = NULL;
	int r;

	if (!str_starts(s, "BEGIN:VTIMEZONE\n") || !id || id > end)
		return 1;
	id += strlen("\nTZID:");
	name = strndup(id, strcspn(id, "\n"));
	if (!name)
		return -ENOMEM;
	if (map_find(v->zones, name))
		return 0;
	r = map_put(v->zones, name, v);
	return r < 0 ? r : 1;
}

/* Adds what is in the calendar of one file. */
static int add_components(struct viewing *v, const char *s)
{
	while ((s = strstr(s, "\nBEGIN:"))) {
		size_t n = strcspn(s + 7, "\n");
		CLEANUP(str_free_p) char *end_line = str_printf("\nEND:%.*s\n", (int) n, s + 7);
		const char *end = end_line ? strstr(s, end_line) : NULL;
		int r;

		if (!end)
			return end_line ? 0 : -ENOMEM;
		r = is_new(v, s + 1, end);
		end += strlen(end_line);
		if (r > 0)
			r = buf_add(&v->out, s + 1, (size_t) (end - s - 1));
		if (r < 0)
			return r;
		s = end - 1;
	}
	return 0;
}

static int add_events(struct viewing *v, const struct store_item *i)
{
	CLEANUP(store_form_release_p) struct store_form f = STORE_FORM_INIT;
	struct buf text = BUF_INIT(64u << 20);
	int r = store_form_get(v->t->store, i->id, &f);

	if (r == 0 && !f.master && !i->item.folder) {
		r = view_forms_render(v->t->forms, &v->of, i->id, &i->item, &text);
		if (r == 0)
			r = add_components(v, buf_str(&text));
	}
	buf_release(&text);
	return r == -EFBIG ? 0 : r;
}

/* ---- address books and mailboxes ----------------------------------------------------- */

static int add_card(struct viewing *v, const struct store_item *i)
{
	return i->item.folder ? 0 : view_forms_render(v->t->forms, &v->of, i->id, &i->item, &v->out);
}

/* mboxrd: lines that look like the beginning of a message have a mark more. */
static void add_quoted(struct buf *out, const char *s)
{
	for (size_t n; *s; s += n) {
		n = strcspn(s, "\n");
		n += s[n] == '\n';
		if (str_starts(s + strspn(s, ">"), "From "))
			buf_addc(out, '>');
		buf_add(out, s, n);
	}
}

static int add_post(struct viewing *v, const struct store_item *i)
{
	struct buf text = BUF_INIT(64u << 20);
	time_t at = (time_t) i->item.created;
	char date[64] = "Thu Jan  1 00:00:00 1970";
	struct tm tm;
	int r = view_forms_render(v->t->forms, &v->of, i->id, &i->item, &text);

	if (gmtime_r(&at, &tm))
		strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &tm);
	buf_addf(&v->out, "From spfs@localhost %s\n", date);
	add_quoted(&v->out, buf_str(&text));
	buf_adds(&v->out, "\n");
	buf_release(&text);
	return r;
}

/* ---- which there are -------------------------------------------------------------------- */

static const struct kind {
	const char *name;
	const char *ext;    /* of the form that the list can have; NULL: every list */
	const char *format; /* for the configuration, so that it has it */
	int (*add)(struct viewing *v, const struct store_item *i);
	const char *head;
	const char *tail;
} kinds[] = {
	{ "list.csv", NULL, NULL, add_row, "", "" },
	{ "list.tsv", NULL, NULL, add_row, "", "" },
	{ "list.jsonl", NULL, NULL, add_row, "", "" },
	{ "list.rec", NULL, NULL, add_row, "", "" },
	{ "list.ics", ".ics", "ics", add_events, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//spfs//EN\n", "END:VCALENDAR\n" },
	{ "list.vcf", ".vcf", NULL, add_card, "", "" },
	{ "list.mbox", ".eml", NULL, add_post, "", "" },
};

static const struct kind *kind_of(const struct list *l, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(kinds[i].name, name))
			return !kinds[i].ext || str_eq(view_format_of(l, kinds[i].format)->ext, kinds[i].ext) ? &kinds[i]
												      : NULL;
	return NULL;
}

const char *view_tree_view_name(const struct view_list *l, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (kind_of(&l->info, kinds[k].name) && n++ == i)
			return kinds[k].name;
	return NULL;
}

struct walk {
	struct viewing *v;
	const struct kind *kind;
};

static int add_item(void *arg, const struct store_item *i)
{
	struct walk *w = arg;
	int r = w->kind->add(w->v, i);

	return r < 0 ? r : hand_on(w->v, PIECE);
}

static int table_of(const struct kind *k, const struct list *l, struct view_rows **ret)
{
	for (int t = 0; t < VIEW_TABLE_COUNT; t++)
		if (str_eq(view_table_file((enum view_table) t), k->name))
			return view_rows_new(l, (enum view_table) t, ret);
	return 0;
}

static int make(struct viewing *v, const struct kind *k)
{
	CLEANUP(view_rows_free_p) struct view_rows *rows = NULL;
	struct walk w = { v, k };
	int r = table_of(k, &v->l->info, &rows);

	v->rows = rows;
	v->zones = map_new();
	if (!v->zones)
		r = -ENOMEM;
	if (r == 0)
		r = rows ? view_rows_head(rows, &v->out) : buf_adds(&v->out, k->head);
	if (r == 0)
		r = store_item_each(v->t->store, v->l->id, add_item, &w);
	if (r == 0)
		r = buf_adds(&v->out, k->tail);
	return r < 0 ? r : hand_on(v, 0);
}

int view_tree_view(struct view_tree *t, int64_t list, const char *name, int (*fn)(void *arg, const void *p, size_t n),
		   void *arg)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	struct viewing v = { .t = t, .out = BUF_INIT(1u << 30), .fn = fn, .arg = arg };
	const struct kind *k;
	int r = view_tree_list(t, list, &l);

	k = r == 0 ? kind_of(&l->info, name) : NULL;
	if (!k)
		return r < 0 ? r : -ENOENT;
	v.l = l;
	v.as = l->info;
	v.as.format = (char *) k->format;
	v.of = (struct view_forms_list) { l->id, l->site, &v.as };
	r = make(&v, k);
	map_free(v.zones);
	buf_release(&v.out);
	return r;
}
