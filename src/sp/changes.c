/* What GetListItemChangesSinceToken answers. */
#include "changes.h"

#include <errno.h>
#include <limits.h>

#include "base/buf.h"
#include "base/str.h"
#include "lists.h"
#include "listxml.h"
#include "rowset.h"
#include "since.h"
#include "soap.h"
#include "spcode.h"

enum { ARGS_MAX = 4 << 20 };

#define LIST_MISSING 0x82000006

enum { LISTITEMS = LISTXML_STATES, CHANGES, ID, DATA, ROW };

static const struct xml_rule rules[] = {
	SOAP_RULES("GetListItemChangesSinceToken"),
	XML_RULE(SOAP_RESULT, SP_NS, "listitems", LISTITEMS),
	XML_RULE(LISTITEMS, SP_NS, "Changes", CHANGES),
	LISTXML_RULES(CHANGES),
	{ .from = CHANGES, .ns = SP_NS, .name = "Id", .to = ID, .text = true, .need = "ChangeType" },
	{ .from = LISTITEMS, .ns = ROWSET_NS, .name = "data", .to = DATA, .prefix = "rs" },
	{ .from = DATA, .ns = ROW_NS, .name = "row", .to = ROW, .need = "ows_ID", .prefix = "z" },
	XML_RULES_END,
};

/* [MS-LISTSWS] 2.2.5.1. Not in this table: InvalidToken, and kinds that are not known. */
static const struct {
	const char *type;
	enum remote_id_change kind;
} id_changes[] = {
	{ "Delete", REMOTE_ID_DELETE }, { "MoveAway", REMOTE_ID_DELETE },
	{ "Restore", REMOTE_ID_RESTORE }, { "Rename", REMOTE_ID_RENAME },
	{ "SystemUpdate", REMOTE_ID_SYSTEM_UPDATE },
};

struct pull {
	const struct remote_sink *sink; /* foreign */
	struct remote_page page;        /* owned */
	struct list list;               /* owned; the one being read */
	struct rowset rows;             /* owned */
	enum remote_id_change kind;     /* of the Id being read */
	bool token_gone;
	bool has_changes;               /* Changes was there, and rs:data */
	bool has_data;
	int stopped;
};

/* ---- attributes ---------------------------------------------------------------------- */

static int number(struct xml *x, const char *name)
{
	const char *v = xml_attr(x, name);
	int64_t n;

	return v && str_to_i64(v, &n) == 0 && n >= 0 && n <= INT_MAX ? (int) n : 0;
}

static int set(char **p, struct xml *x, const char *name)
{
	const char *v = xml_attr(x, name);

	return str_set(p, str_empty(v) ? NULL : v);
}

static int enter_listitems(struct pull *c, struct xml *x)
{
	int r = set(&c->page.perm_text, x, "EffectivePermMask");

	c->page.min_minutes = number(x, "MinTimeBetweenSyncs");
	c->page.recommended_seconds = number(x, "RecommendedTimeBetweenSyncs");
	c->page.bulk_megabytes = number(x, "MaxBulkDocumentSyncSize");
	return r ?: set(&c->page.alternate_urls, x, "AlternateUrls");
}

static int enter_changes(struct pull *c, struct xml *x)
{
	c->has_changes = true;
	c->page.more_changes = str_eq_nocase(xml_attr(x, "MoreChanges"), "TRUE");
	return set(&c->page.token, x, "LastChangeToken");
}

static int enter_data(struct pull *c, struct xml *x)
{
	c->has_data = true;
	return set(&c->page.position, x, "ListItemCollectionPositionNext");
}

/* A kind that is not known is something that happened to the item: it is to be read again. */
static void enter_id(struct pull *c, struct xml *x)
{
	const char *type = xml_attr(x, "ChangeType");

	c->kind = REMOTE_ID_SYSTEM_UPDATE;
	for (size_t i = 0; i < sizeof(id_changes) / sizeof(*id_changes); i++)
		if (str_eq_nocase(type, id_changes[i].type))
			c->kind = id_changes[i].kind;
	if (str_eq_nocase(type, "InvalidToken"))
		c->token_gone = true;
}

static int enter_row(struct pull *c, struct xml *x)
{
	struct item item = ITEM_INIT;
	int r = rowset_read(&c->rows, x, &item);

	if (r < 0)
		return r == -EINVAL || r == -EFBIG ? -EBADMSG : r;
	c->page.rows++;
	c->stopped = c->sink->row(c->sink->arg, &item);
	item_release(&item);
	return c->stopped < 0 ? c->stopped : 0;
}

/* ---- the parser's calls ------------------------------------------------------------------ */

static int enter(void *ctx, int state, struct xml *x)
{
	struct pull *c = ctx;

	switch (state) {
	case LISTITEMS:
		return enter_listitems(c, x);
	case CHANGES:
		return enter_changes(c, x);
	case ID:
		enter_id(c, x);
		return 0;
	case DATA:
		return enter_data(c, x);
	case ROW:
		return enter_row(c, x);
	default:
		return listxml_enter(&c->list, state, x);
	}
}

/* The text of an Id is the item's number; without one it speaks of the whole list (R268). */
static int leave_id(struct pull *c, const char *text)
{
	int64_t id;

	if (c->token_gone)
		return 0;
	if (str_to_i64(text, &id) == 0 && id > 0) {
		c->stopped = c->sink->id(c->sink->arg, c->kind, id);
		return c->stopped < 0 ? c->stopped : 0;
	}
	if (text[strspn(text, " \t\r\n")])
		return -EBADMSG;
	if (c->kind == REMOTE_ID_RESTORE)
		c->page.whole_restore = true;
	else
		c->token_gone = true;
	return 0;
}

static int leave(void *ctx, int state, const char *text)
{
	struct pull *c = ctx;
	int r;

	if (state == ID)
		return leave_id(c, text);
	if (state > ID)
		return 0;
	r = listxml_leave(&c->list, state, text);
	if (r < 0 || state != LISTXML_LIST)
		return r;
	c->stopped = c->sink->list(c->sink->arg, &c->list);
	return c->stopped < 0 ? c->stopped : 0;
}

static void restart(void *ctx)
{
	struct pull *c = ctx;

	remote_page_release(&c->page);
	c->token_gone = c->has_changes = c->has_data = false;
	c->sink->restart(c->sink->arg);
}

static const struct xml_sink parser = { enter, leave };

/* ---- the call ------------------------------------------------------------------------------ */

static enum remote_result pull(struct sp *sp, const struct remote_pull *q, struct pull *c,
			       const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	const struct soap_call call = {
		.op = "GetListItemChangesSinceToken", .args = &args, .rules = rules, .sink = &parser, .ctx = c,
		.restart = restart, .stopped = &c->stopped, .has_token = !str_empty(q->token), .cancel = cancel,
	};
	enum remote_result result;

	changes_write(q, &args);
	result = soap_do(sp, &call, f);
	if (result != REMOTE_OK)
		return result;
	if (c->token_gone && call.has_token)
		return soap_fail(sp, f, REMOTE_TOKEN_GONE, "the server does not know any more what changed since the "
							   "last time; the list is read anew");
	/* Both are always there; without them the answer would pass for an empty list. */
	if (c->token_gone || !c->has_changes || !c->has_data)
		return soap_fail(sp, f, REMOTE_SITE_BAD, "the answer to GetListItemChangesSinceToken is incomplete");
	return REMOTE_OK;
}

/* Old servers say in their own language only that a list does not exist ([MS-LISTSWS] notes 33 to 90). */
struct wanted {
	const char *id;
	bool found;
};

static int look_for(void *arg, const struct list *l)
{
	struct wanted *w = arg;

	w->found |= str_eq_nocase(l->id, w->id);
	return 0;
}

static enum remote_result check_gone(struct sp *sp, const char *id, enum remote_result result, const atomic_int *cancel,
				     struct remote_fault *f)
{
	struct wanted w = { .id = id };
	struct remote_fault other = { 0 };

	if (result != REMOTE_LIST_BAD || f->server_code || f->http_status != 500 ||
	    lists_all(&sp->remote, look_for, &w, cancel, &other) != REMOTE_OK || w.found)
		return result;
	return soap_fail(sp, f, REMOTE_LIST_GONE, "%s", spcode_find(LIST_MISSING)->words);
}

enum remote_result changes_pull(struct remote *r, const struct remote_pull *q, const struct remote_sink *sink,
				struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f)
{
	struct sp *sp = (struct sp *) r;
	struct pull c = { .sink = sink, .rows = ROWSET_INIT };
	enum remote_result result = sp->too_old ? REMOTE_LIST_BAD : pull(sp, q, &c, cancel, f);

	/* That it is too old the first answer may have said. */
	if (result != REMOTE_OK && sp->too_old) {
		*f = (struct remote_fault) { 0 };
		sink->restart(sink->arg);
		result = since_pull(sp, q, sink, ret, cancel, f);
	} else if (result == REMOTE_OK) {
		remote_page_release(ret);
		*ret = c.page;
	} else {
		remote_page_release(&c.page);
	}
	list_release(&c.list);
	rowset_release(&c.rows);
	return check_gone(sp, q->list_id, result, cancel, f);
}
