#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "change.h"
#include "delta.h"
#include "face.h"
#include "ftype.h"
#include "habit.h"
#include "item.h"
#include "knowledge.h"
#include "listxml.h"
#include "ops.h"
#include "options.h"
#include "page.h"
#include "perm.h"
#include "query.h"
#include "xml.h"

/*
 * GetListItemChangesSinceToken, [MS-LISTSWS] 3.1.4.22: the operation that Outlook synchronises with; and
 * GetListItemChangesWithKnowledge, 3.1.4.23, which says the same with another kind of token and without the list.
 */

struct sync {
	struct call *c;
	struct list *l;
	struct options o;
	struct columns cols;
	struct query q;
	struct token token;
	bool has_token;
	bool knowledge; /* the token is one of [MS-XSSK] */
};

/* Most rows that an answer to a token has (MS-LISTSWS_R2484, R2485, R1119). */
static size_t row_limit(const struct sync *s)
{
	size_t max = s->knowledge || s->c->m->version == 12 ? 100 : 40;

	return s->q.limit && s->q.limit < max ? (size_t) s->q.limit : max;
}

/* viewName counts only without viewFields, and then it is checked only (R659 to R661, R673). */
static int check_view(const struct sync *s)
{
	const char *view = call_text(s->c, "viewName");
	char guid[GUID_SIZE];

	if (str_empty(view) || call_caml(s->c, "viewFields", "ViewFields"))
		return 0;
	if (!guid_normalise(view, guid))
		return s->c->m->version > 12 ? 0 : call_fault(s->c, 0, "Guid should contain 32 digits with 4 dashes "
								"(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).");
	return strcmp(guid, s->l->view) == 0 ? 0 : call_fault_code(s->c, E_NO_VIEW);
}

/* Absent: everything; what is there has to be one (R1088, R2142). */
static int read_knowledge(struct sync *s)
{
	const struct xml *x = call_arg(s->c, "knowledge");
	int r = x ? knowledge_read(x->first, s->l, &s->token) : 0;

	s->has_token = x;
	return r == -EINVAL ? call_fault(s->c, 0, "Value does not fall within the expected range.") : r;
}

/* An empty token is none, except for WSS 3.0 (R663); what never was one is a fault without code (R664, R1878). */
static int read_token(struct sync *s)
{
	const char *text = call_text(s->c, "changeToken");

	if (!text || (!*text && s->c->m->version > 12))
		return 0;
	s->has_token = true;
	if (token_parse(text, &s->token) < 0)
		return call_fault(s->c, 0, "The changeToken refers to a time before the start of the current change "
					   "log, or is not a change token.");
	return 0;
}

static void put_number(struct call *c, const char *name, int64_t set, int64_t usual)
{
	buf_addf(c->out, " %s='%lld'", name, (long long) (set < 0 ? usual : set));
}

static void open_listitems(const struct sync *s)
{
	struct call *c = s->c;
	struct buf names = BUF_INIT(4096), urls = BUF_INIT(4096);

	page_open(c);
	put_number(c, "MinTimeBetweenSyncs", c->quirks.min_sync, 0);
	put_number(c, "RecommendedTimeBetweenSyncs", c->quirks.recommended_sync, 180);
	put_number(c, "MaxBulkDocumentSyncSize", c->quirks.bulk, 500);
	if (c->m->version >= 15)
		buf_adds(c->out, " MaxRecommendedEmbeddedFileSize='500'");
	if (!c->quirks.no_alternate_urls) {
		buf_adds(c->out, " AlternateUrls='");
		zones_write(&c->m->zones, c->base, &urls);
		xml_value(c->out, buf_str(&urls));
		buf_addc(c->out, '\'');
	}
	perm_names(perm_of_list(c->person, s->l), &names);
	xml_put(c->out, "EffectivePermMask", c->quirks.permissions ? c->quirks.permissions : buf_str(&names));
	buf_adds(c->out, ">\n");
	buf_release(&names);
	buf_release(&urls);
}

struct changes {
	const struct token *end;
	const char *more; /* MoreChanges; NULL: it is absent */
	bool schema;      /* the columns changed */
	bool any;         /* something is told */
};

static void open_changes(const struct sync *s, const struct changes *ch)
{
	struct buf *out = s->c->out;
	char text[TOKEN_SIZE];

	token_format(ch->end, text);
	buf_adds(out, "<Changes");
	if (s->knowledge && ch->schema)
		buf_adds(out, " SchemaChanged=\"TRUE\"");
	if (s->knowledge && ch->any) {
		clock_format_iso(s->c->now, text);
		buf_addf(out, " ServerTime=\"%.4s%.2s%.2s %.8s\"", text, text + 5, text + 8, text + 11);
	} else if (!s->knowledge) {
		xml_put(out, "LastChangeToken", text);
	}
	xml_put(out, "MoreChanges", ch->more);
	buf_addc(out, '>');
}

static void close_changes(const struct sync *s, const struct changes *ch)
{
	if (s->knowledge) {
		buf_adds(s->c->out, "<MadeWithKnowledge>");
		knowledge_write(ch->end, s->c->out);
		buf_adds(s->c->out, "</MadeWithKnowledge>");
	}
	buf_adds(s->c->out, "</Changes>");
}

/* Too old, of another list, or of nothing that this server remembers ([MS-LISTSWS] 2.2.5.1). */
static int answer_invalid(const struct sync *s)
{
	struct token end;
	const struct changes ch = { .end = &end, .any = true };
	int r = change_end(s->c->m, s->l, &end);

	if (r < 0)
		return r;
	open_listitems(s);
	open_changes(s, &ch);
	if (s->c->habits->invalid_list && !s->knowledge)
		r = listxml_write(s->c, s->l, true);
	buf_adds(s->c->out, "<Id ChangeType=\"InvalidToken\"/>");
	close_changes(s, &ch);
	buf_adds(s->c->out, "<rs:data ItemCount=\"0\">\n</rs:data></listitems>");
	return r < 0 ? r : buf_error(s->c->out);
}

/* The rows are written first: whether there are any is told before them. */
static int answer_all(struct sync *s)
{
	struct page page;
	struct token end;
	struct changes ch = { .end = &end };
	int r = change_end(s->c->m, s->l, &end);

	if (r < 0)
		return r;
	r = page_begin(s->c, s->l, &s->o, &s->cols, &page);
	if (r >= 0)
		r = query_run(&s->q, page_add, &page, &page.next);
	s->c->out = page.out;
	ch.any = page.n;
	open_listitems(s);
	open_changes(s, &ch);
	if (r >= 0 && !s->knowledge)
		r = listxml_write(s->c, s->l, true);
	close_changes(s, &ch);
	if (page_end(&page, r >= 0) < 0 || r < 0)
		return r < 0 ? r : -ENOMEM;
	buf_adds(s->c->out, "</listitems>");
	return buf_error(s->c->out);
}

/* ---- what changed ----------------------------------------------------------------------------- */

static void write_id(const struct sync *s, const struct delta_id *id)
{
	struct buf *out = s->c->out;
	bool moved = strcmp(id->kind, "MoveAway") == 0;

	buf_addf(out, "<Id ChangeType=\"%s\"", id->kind);
	if (moved) {
		const char *item = strchr(id->client, ' ');

		buf_addf(out, " AfterListId=\"%.38s\" AfterItemId=\"%s\"", id->client, item ? item + 1 : "0");
	}
	if (*id->uid && s->c->m->version > 12)
		xml_put(out, "UniqueId", id->uid);
	if (*id->client && !moved && s->c->m->version > 12)
		xml_put(out, "MetaInfo_vti_clientid", id->client);
	if (id->item)
		buf_addf(out, ">%lld</Id>", (long long) id->item);
	else
		buf_adds(out, "/>");
}

/* A script may have changed items sent as mere ids. */
static const char *rows_as_ids(const struct sync *s)
{
	return s->c->quirks.rename_ids ? "Rename" : s->c->quirks.system_ids ? "SystemUpdate" : NULL;
}

static void write_ids(const struct sync *s, const struct delta *d)
{
	const char *kind = rows_as_ids(s);

	if (s->c->quirks.restore_list)
		buf_adds(s->c->out, "<Id ChangeType=\"Restore\"/>");
	for (size_t i = 0; i < d->n_ids; i++)
		write_id(s, &d->ids[i]);
	for (size_t i = 0; kind && i < d->n_rows; i++)
		buf_addf(s->c->out, "<Id ChangeType=\"%s\">%lld</Id>", kind, (long long) d->rows[i]);
}

static int add_row(struct page *p, const struct sync *s, int64_t id)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = face_get(s->c->db, s->c->person, s->l, id, &i);

	return r == -ENOENT ? 0 : r < 0 ? r : page_add(p, &i);
}

static bool has_row(const struct delta *d, int64_t id)
{
	for (size_t i = 0; i < d->n_rows; i++)
		if (d->rows[i] == id)
			return true;
	return false;
}

/* ExtraIds: rows that are wanted although nothing happened to them; numbers with anything between them. */
static int add_extra(struct page *p, const struct sync *s, const struct delta *d)
{
	const char *at = s->o.extra_ids ? s->o.extra_ids : "";
	int r = 0;

	while (r >= 0 && *(at += strcspn(at, "0123456789"))) {
		char *end;
		int64_t id = strtoll(at, &end, 10);

		at = end;
		if (!has_row(d, id))
			r = add_row(p, s, id);
	}
	return r;
}

static int write_rows(const struct sync *s, const struct delta *d)
{
	struct page page;
	bool down = s->q.n_order && s->q.order[0].descending;
	int r = page_begin(s->c, s->l, &s->o, &s->cols, &page);

	for (size_t i = 0; r >= 0 && !rows_as_ids(s) && i < d->n_rows; i++)
		r = add_row(&page, s, d->rows[down ? d->n_rows - 1 - i : i]);
	if (r >= 0)
		r = add_extra(&page, s, d);
	return page_end(&page, r >= 0) < 0 || r < 0 ? (r < 0 ? r : -ENOMEM) : 0;
}

static int answer_changes(const struct sync *s)
{
	CLEANUP(delta_release_p) struct delta d = { 0 };
	struct call *c = s->c;
	struct changes ch = { .end = &d.end };
	int r = delta_read(&s->q, &s->token, row_limit(s), &d);

	if (r < 0)
		return r;
	ch.more = d.more ? "TRUE" : c->quirks.no_more_flag ? "FALSE" : NULL;
	ch.schema = d.schema || c->quirks.resend_schema;
	ch.any = d.n_ids || d.n_rows || ch.schema;
	if (!ch.any && !c->habits->new_token)
		d.end = s->token;
	open_listitems(s);
	open_changes(s, &ch);
	if (ch.schema && !s->knowledge)
		r = listxml_write(c, s->l, true);
	write_ids(s, &d);
	buf_addc(c->out, '\n');
	close_changes(s, &ch);
	if (r >= 0)
		r = write_rows(s, &d);
	buf_adds(c->out, "</listitems>");
	return r < 0 ? r : buf_error(c->out);
}

static int run(struct sync *s)
{
	int r = check_view(s);

	if (r >= 0)
		r = s->knowledge ? read_knowledge(s) : read_token(s);
	if (r >= 0)
		r = columns_read(s->c, s->l, &s->cols);
	if (r >= 0)
		r = query_limit(s->c, &s->q.limit);
	if (r < 0 || !s->has_token)
		return r < 0 ? r : answer_all(s);
	r = s->c->quirks.invalid_token ? 0 : change_knows(s->c->m, s->l, &s->token);
	return r < 0 ? r : r == 0 ? answer_invalid(s) : answer_changes(s);
}

static int answer(struct call *c, bool knowledge)
{
	struct sync s = { .c = c, .l = call_list_with(c, PERM_VIEW), .knowledge = knowledge };
	int r;

	if (!s.l)
		return -EINVAL;
	options_read(c, true, &s.o);
	r = query_begin(c, s.l, &s.o, call_caml(c, "query", "Query"), &s.q);
	if (r >= 0)
		r = run(&s);
	query_end(&s.q);
	columns_release(&s.cols);
	return r;
}

int op_changes_since_token(struct call *c)
{
	return answer(c, false);
}

int op_changes_with_knowledge(struct call *c)
{
	return answer(c, true);
}
