#include "since.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "changes.h"
#include "lists.h"
#include "rowset.h"
#include "soap.h"
#include "xmlout.h"

/*
 * Times are the server's own, in whole seconds, and an item may be changed in the second
 * in which an answer is made: so it is asked from a little before the last answer. Rows that
 * come twice are known by their version.
 */
enum { ARGS_MAX = 4 << 20, OVERLAP_S = 2, PAGES_MAX = 100000, PAGE_ROWS = 2000 };

#define TOKEN "since "

enum { LISTITEMS = SOAP_STATES, DATA, ROW };

struct since {
	const struct remote_sink *sink; /* foreign */
	struct rowset rows;             /* owned */
	int sets;                       /* rs:data elements so far */
	bool ids_only;                  /* GetListItems for the ids */
	int64_t stamp;                  /* TimeStamp, seconds; 0: there was none */
	char *position;                 /* owned; ListItemCollectionPositionNext */
	int64_t n;                      /* rows of the first set */
	int stopped;
};

#define RULES(op)                                                                                \
	SOAP_RULES(op),                                                                          \
	XML_RULE(SOAP_RESULT, SP_NS, "listitems", LISTITEMS),                                    \
	{ .from = LISTITEMS, .ns = ROWSET_NS, .name = "data", .to = DATA, .prefix = "rs" },      \
	{ .from = DATA, .ns = ROW_NS, .name = "row", .to = ROW, .need = "ows_ID", .prefix = "z" }, \
	XML_RULES_END

static const struct xml_rule change_rules[] = { RULES("GetListItemChanges") };
static const struct xml_rule item_rules[] = { RULES("GetListItems") };

static int take_row(struct since *c, struct xml *x)
{
	struct item item = ITEM_INIT;
	int r = rowset_read(&c->rows, x, &item);

	if (r < 0)
		return r == -EINVAL || r == -EFBIG ? -EBADMSG : r;
	/* The first set is what changed; the second one all that is there. */
	if (!c->ids_only && c->sets == 1) {
		c->n++;
		c->stopped = c->sink->row(c->sink->arg, &item);
	} else {
		c->stopped = c->sink->present(c->sink->arg, item.id);
	}
	item_release(&item);
	return c->stopped < 0 ? c->stopped : 0;
}

static int enter(void *ctx, int state, struct xml *x)
{
	struct since *c = ctx;
	const char *v;

	if (state == ROW)
		return take_row(c, x);
	if (state == DATA) {
		c->sets++;
		v = xml_attr(x, "ListItemCollectionPositionNext");
		return str_set(&c->position, str_empty(v) ? NULL : v);
	}
	v = xml_attr(x, "TimeStamp");
	if (v && clock_parse_iso(v, &c->stamp) < 0)
		return -EBADMSG;
	return 0;
}

static void restart(void *ctx)
{
	struct since *c = ctx;

	c->sets = 0;
	c->n = 0;
	str_free_p(&c->position);
	c->sink->restart(c->sink->arg);
}

static const struct xml_sink parser = { enter, NULL };

/* ---- GetListItemChanges ---------------------------------------------------------------------- */

static enum remote_result ask_changes(struct sp *sp, const struct remote_pull *q, struct since *c,
				      const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	const struct soap_call call = {
		.op = "GetListItemChanges", .args = &args, .rules = change_rules, .sink = &parser, .ctx = c,
		.restart = restart, .stopped = &c->stopped, .cancel = cancel,
	};
	enum remote_result result;

	lists_add_name(&args, q->list_id);
	changes_write_fields(q->schema, &args);
	/* Absent: everything. */
	if (q->token)
		xmlout_element(&args, "since", q->token + strlen(TOKEN));
	result = soap_do(sp, &call, f);
	if (result == REMOTE_OK && (!c->sets || !c->stamp))
		return soap_fail(sp, f, REMOTE_SITE_BAD, "the answer to GetListItemChanges is incomplete");
	return result;
}

/* ---- GetListItems: when the second set is missing -------------------------------------------------- */

static enum remote_result ask_ids(struct sp *sp, const struct remote_pull *q, struct since *c,
				  const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	const struct soap_call call = {
		.op = "GetListItems", .args = &args, .rules = item_rules, .sink = &parser, .ctx = c,
		.restart = restart, .stopped = &c->stopped, .cancel = cancel,
	};

	lists_add_name(&args, q->list_id);
	buf_adds(&args, "<query><Query><OrderBy><FieldRef Name=\"ID\"/></OrderBy></Query></query>"
			"<viewFields><ViewFields><FieldRef Name=\"ID\"/></ViewFields></viewFields>");
	buf_addf(&args, "<rowLimit>%d</rowLimit>", PAGE_ROWS);
	buf_adds(&args, "<queryOptions><QueryOptions><ViewAttributes Scope=\"RecursiveAll\"/>");
	if (c->position) {
		buf_adds(&args, "<Paging");
		xmlout_attr(&args, "ListItemCollectionPositionNext", c->position);
		buf_adds(&args, "/>");
	}
	buf_adds(&args, "</QueryOptions></queryOptions>");
	return soap_do(sp, &call, f);
}

static enum remote_result ask_all_ids(struct sp *sp, const struct remote_pull *q, struct since *c,
				      const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(str_free_p) char *before = NULL;
	enum remote_result result;

	c->ids_only = true;
	str_free_p(&c->position);
	for (int i = 0; i < PAGES_MAX; i++) {
		result = ask_ids(sp, q, c, cancel, f);
		if (result != REMOTE_OK || !c->position)
			return result;
		if (str_eq(before, c->position))
			break;
		if (str_set(&before, c->position) < 0)
			return soap_fail(sp, f, REMOTE_SITE_BAD, "out of memory");
	}
	return soap_fail(sp, f, REMOTE_LIST_BAD, "the server repeats the pages of its list");
}

/* ---- one pull --------------------------------------------------------------------------------------- */

/* The list's description comes by itself. A server may not say its version; that it is old is known. */
static enum remote_result describe(struct sp *sp, const struct remote_pull *q, struct since *c,
				   const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	enum remote_result result = lists_get(&sp->remote, q->list_id, &l, cancel, f);

	if (result != REMOTE_OK)
		return result;
	if (!list_is_old(&l) && str_set(&l.server_version, "6.0") < 0)
		return soap_fail(sp, f, REMOTE_SITE_BAD, "out of memory");
	c->stopped = c->sink->list(c->sink->arg, &l);
	if (c->stopped >= 0)
		return REMOTE_OK;
	f->err.code = c->stopped;
	return REMOTE_CANCELED;
}

static enum remote_result fill_page(const struct sp *sp, const struct since *c, struct remote_page *ret,
				    struct remote_fault *f)
{
	char when[CLOCK_ISO_SIZE];

	clock_format_iso(c->stamp - OVERLAP_S, when);
	remote_page_release(ret);
	ret->token = str_printf(TOKEN "%s", when);
	ret->complete = true;
	ret->rows = c->n;
	return ret->token ? REMOTE_OK : soap_fail(sp, f, REMOTE_SITE_BAD, "out of memory");
}

static enum remote_result pull(struct sp *sp, const struct remote_pull *q, struct since *c, const atomic_int *cancel,
			       struct remote_fault *f)
{
	/* Each time: nothing else tells that the columns have changed. */
	enum remote_result result = describe(sp, q, c, cancel, f);

	if (result == REMOTE_OK)
		result = ask_changes(sp, q, c, cancel, f);
	if (result == REMOTE_OK && c->sets < 2)
		result = ask_all_ids(sp, q, c, cancel, f);
	return result;
}

enum remote_result since_pull(struct sp *sp, const struct remote_pull *q, const struct remote_sink *sink,
			      struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f)
{
	struct since c = { .sink = sink, .rows = ROWSET_INIT };
	enum remote_result result;

	/* One of a newer server, which was replaced by this one. */
	if (q->token && !str_starts(q->token, TOKEN))
		return soap_fail(sp, f, REMOTE_TOKEN_GONE, "the server is another one than last time");
	result = pull(sp, q, &c, cancel, f);
	if (result == REMOTE_OK)
		result = fill_page(sp, &c, ret, f);
	rowset_release(&c.rows);
	str_free_p(&c.position);
	return result;
}
