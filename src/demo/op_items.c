#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "ftype.h"
#include "item.h"
#include "ops.h"
#include "options.h"
#include "page.h"
#include "perm.h"
#include "query.h"
#include "tmpl.h"
#include "tz.h"
#include "xml.h"

/* The two older ways to read a list: GetListItems and GetListItemChanges, [MS-LISTSWS] 3.1.4.24 and 3.1.4.21. */

/* Rows that a view shows when nobody says how many. */
static uint64_t view_limit(const struct call *c)
{
	return c->m->version == 12 ? 100 : 30;
}

/* [MS-LISTSWS] 3.1.4.24: viewName must be a GUID; an unknown one matters only when the view is all there is. */
static int check_view(struct call *c, const struct list *l)
{
	static const char *const others[] = { "query", "viewFields", "queryOptions", "rowLimit" };
	const char *view = call_text(c, "viewName");
	char guid[GUID_SIZE];

	if (str_empty(view))
		return 0;
	if (!guid_normalise(view, guid))
		return call_fault(c, E_MISSING, "Parameter viewName is missing or invalid.");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (call_arg(c, others[i]))
			return 0;
	return strcmp(guid, l->view) == 0 ? 0 : call_fault_code(c, E_NO_VIEW);
}

static int view_query(struct call *c, const struct list *l, struct xml **ret)
{
	CLEANUP(tmpl_release_p) struct tmpl t = { 0 };
	CLEANUP(str_free_p) char *text = NULL;
	int r = tmpl_get(c->m, l->template, &t);

	if (r < 0)
		return r;
	text = str_printf("<Query>%s</Query>", t.view_query);
	return text ? xml_parse(text, strlen(text), ret) : -ENOMEM;
}

static int answer(struct call *c, const struct list *l, const struct options *o, const struct xml *query)
{
	CLEANUP(columns_release_p) struct columns cols = { 0 };
	CLEANUP(query_end_p) struct query q = { 0 };
	struct page page;
	int r = query_begin(c, l, o, query, &q);

	if (r >= 0)
		r = columns_read(c, l, &cols);
	if (r >= 0)
		r = query_limit(c, &q.limit);
	if (r < 0)
		return r;
	if (str_empty(call_text(c, "rowLimit")))
		q.limit = view_limit(c);
	page_open(c);
	buf_adds(c->out, ">\n");
	r = page_begin(c, l, o, &cols, &page);
	if (r >= 0)
		r = query_run(&q, page_add, &page, &page.next);
	if (page_end(&page, r >= 0) < 0 && r >= 0)
		r = -ENOMEM;
	buf_adds(c->out, "</listitems>");
	return r < 0 ? r : buf_error(c->out);
}

int op_get_list_items(struct call *c)
{
	CLEANUP(xml_free_p) struct xml *usual = NULL;
	const struct xml *query = call_caml(c, "query", "Query");
	const struct list *l = call_list_with(c, PERM_VIEW);
	struct options o;
	int r;

	if (!l)
		return -EINVAL;
	r = check_view(c, l);
	if (r >= 0 && !query)
		r = view_query(c, l, &usual);
	options_read(c, false, &o);
	return r < 0 ? r : answer(c, l, &o, query ? query : usual);
}

/* ---- GetListItemChanges ----------------------------------------------------------------------- */

/* Those that pass: changed since then. */
struct since {
	struct page *page;
	int64_t time;
};

static int add_if_newer(void *arg, const struct item *i)
{
	struct since *s = arg;

	return i->modified > s->time ? page_add(s->page, i) : 0;
}

static int read_since(struct call *c, int64_t *ret)
{
	const char *s = call_text(c, "since");

	*ret = INT64_MIN;
	if (!s)
		return 0;
	if (clock_parse_iso(s, ret) < 0)
		return call_fault(c, 0, "String was not recognized as a valid DateTime.");
	if (!str_ends(s, "Z"))
		*ret = tz_utc(*ret);
	return 0;
}

static int add_data(struct call *c, const struct query *q, const struct columns *cols, int64_t time)
{
	struct page page;
	struct since since = { &page, time };
	int r = page_begin(c, q->l, q->o, cols, &page);

	if (r >= 0)
		r = query_run(q, add_if_newer, &since, &page.next);
	return page_end(&page, r >= 0) < 0 && r >= 0 ? -ENOMEM : r;
}

static int answer_since(struct call *c, const struct list *l, const struct options *o, int64_t time)
{
	CLEANUP(columns_release_p) struct columns wanted = { 0 }, ids = { 0 };
	struct options plain = *o; /* the second set holds ids, and what every row has */
	CLEANUP(query_end_p) struct query filtered = { 0 }, all = { .c = c, .l = l, .o = &plain, .meeting = MEETING_ALL };
	int r = query_begin(c, l, o, NULL, &filtered);

	plain.mandatory = false;
	if (r >= 0)
		r = columns_read(c, l, &wanted);
	if (r >= 0)
		r = columns_of_view(l, "ID", &ids);
	if (r >= 0 && !(all.folder = strdup(l->root)))
		r = -ENOMEM;
	if (r >= 0)
		r = add_data(c, &filtered, &wanted, time);
	return r < 0 ? r : add_data(c, &all, &ids, INT64_MIN);
}

int op_get_list_item_changes(struct call *c)
{
	const struct list *l = call_list_with(c, PERM_VIEW);
	struct options o = { .look = { .model = c->m, .site = c->site, .utc = true }, .mandatory = true,
			     .meeting = MEETING_ALL, .scope = SCOPE_RECURSIVE_ALL, .folder = "" };
	char now[CLOCK_ISO_SIZE];
	int64_t time = 0;
	int r = l ? read_since(c, &time) : -EINVAL;

	if (r < 0)
		return r;
	clock_format_iso(c->now, now);
	page_open(c);
	buf_addf(c->out, " TimeStamp=\"%s\">\n", now);
	r = answer_since(c, l, &o, time);
	buf_adds(c->out, "</listitems>");
	return r < 0 ? r : buf_error(c->out);
}
