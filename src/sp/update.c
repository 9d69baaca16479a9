#include "update.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "net/http.h"
#include "discuss.h"
#include "rowset.h"
#include "soap.h"
#include "spcode.h"

enum { ARGS_MAX = 100 << 20 };

enum { RESULTS = SOAP_STATES, RESULT, CODE, TEXT, ROW };

#define FOLDER_MISSING 0x80070002
#define ACCESS_DENIED 0x80070005
#define FORBIDDEN 403
#define TOO_BIG 413

static const struct xml_rule rules[] = {
	SOAP_RULES("UpdateListItems"),
	XML_RULE(SOAP_RESULT, SP_NS, "Results", RESULTS),
	XML_NEED(RESULTS, SP_NS, "Result", RESULT, "ID"),
	XML_TEXT(RESULT, SP_NS, "ErrorCode", CODE),
	XML_TEXT(RESULT, SP_NS, "ErrorText", TEXT),
	{ .from = RESULT, .ns = ROW_NS, .name = "row", .to = ROW, .prefix = "z" },
	XML_RULES_END,
};

/* One request: the changes of one folder. */
struct batch {
	const char *folder;                  /* foreign; NULL: none */
	const struct change **changes;       /* owned array of foreign changes */
	struct remote_outcome **outcomes;    /* owned array; theirs, in the caller's array */
	bool *answered;                      /* owned array */
	size_t n;
	struct rowset rows;                  /* owned */
	size_t at;                           /* the Result being read; n: one that was not asked for */
	bool foreign;                        /* a row was of another item than the change */
};

/* ---- the answer ------------------------------------------------------------------------ */

/* "3,Update" -> 2; what is no number of ours, or was asked to do something else -> n. */
static size_t index_of(const struct batch *b, const char *id)
{
	char *end = NULL;
	unsigned long k = isdigit((unsigned char) *id) ? strtoul(id, &end, 10) : 0;

	if (k < 1 || k > b->n || (*end == ',' && !str_eq(end + 1, update_command(b->changes[k - 1]->op))))
		return b->n;
	return k - 1;
}

/* A row of another item answers another question. */
static int read_row(struct batch *b, struct xml *x)
{
	struct remote_outcome *o = b->outcomes[b->at];
	int64_t id = b->changes[b->at]->id;
	int r = rowset_read(&b->rows, x, &o->row);

	o->has_row = r == 0;
	b->foreign |= o->has_row && id && o->row.id && o->row.id != id;
	return r == -EINVAL ? 0 : r;
}

static int enter(void *ctx, int state, struct xml *x)
{
	struct batch *b = ctx;

	if (state == RESULT) {
		b->at = index_of(b, xml_attr(x, "ID"));
		return 0;
	}
	return state == ROW && b->at < b->n ? read_row(b, x) : 0;
}

/* Line breaks and indentation become single blanks. */
static char *one_line(const char *text)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(4096);
	bool blank = false;

	for (; *text && b.len < 4000; text++) {
		if (isspace((unsigned char) *text)) {
			blank = b.len > 0;
			continue;
		}
		if (blank)
			buf_addc(&b, ' ');
		blank = false;
		buf_addc(&b, *text);
	}
	return buf_take(&b);
}

static int leave_code(struct batch *b, struct remote_outcome *o, const char *text)
{
	uint64_t code;

	if (str_to_u64(text, &code) < 0 || code > UINT32_MAX)
		return -EBADMSG;
	o->server_code = (uint32_t) code;
	o->result = spcode_find(o->server_code)->item;
	b->answered[b->at] = true;
	return 0;
}

static int leave_text(struct remote_outcome *o, const char *text)
{
	free(o->text);
	o->text = one_line(text);
	return o->text ? 0 : -ENOMEM;
}

static int leave(void *ctx, int state, const char *text)
{
	struct batch *b = ctx;

	if (b->at >= b->n)
		return 0;
	if (state == CODE)
		return leave_code(b, b->outcomes[b->at], text);
	if (state == TEXT)
		return leave_text(b->outcomes[b->at], text);
	return 0;
}

static void restart(void *ctx)
{
	struct batch *b = ctx;

	for (size_t i = 0; i < b->n; i++) {
		remote_outcome_release(b->outcomes[i]);
		b->answered[i] = false;
	}
	b->at = b->n;
	b->foreign = false;
}

static const struct xml_sink sink = { enter, leave };

/* ---- one request -------------------------------------------------------------------------- */

static int set_outcome(struct remote_outcome *o, enum remote_result r, uint32_t code, const char *text)
{
	remote_outcome_release(o);
	o->result = r;
	o->server_code = code;
	return str_set(&o->text, text);
}

static enum remote_result all_of(struct batch *b, enum remote_result r, struct remote_fault *f)
{
	for (size_t i = 0; i < b->n; i++)
		if (set_outcome(b->outcomes[i], r, f->server_code, f->err.text) < 0)
			return REMOTE_SITE_BAD;
	return REMOTE_OK;
}

static enum remote_result not_ours(const struct sp *sp, struct remote_fault *f, const char *why)
{
	net_http_distrust(sp->http);
	return soap_fail(sp, f, REMOTE_LOST, "%s", why);
}

/* Every change must have an answer, and a refusal must have words. */
static enum remote_result complete(const struct sp *sp, struct batch *b, struct remote_fault *f)
{
	if (b->foreign)
		return not_ours(sp, f, "the answer to UpdateListItems is about other items");
	for (size_t i = 0; i < b->n; i++) {
		struct remote_outcome *o = b->outcomes[i];

		if (!b->answered[i])
			return not_ours(sp, f, "the answer to UpdateListItems says nothing about some changes");
		if (o->result != REMOTE_OK && !o->text &&
		    str_set(&o->text, spcode_find(o->server_code)->words) < 0)
			return soap_fail(sp, f, REMOTE_LOST, "out of memory");
	}
	return REMOTE_OK;
}

/* One call of update_push(). All foreign but `taken`. */
struct push {
	struct sp *sp;
	const char *list_id;
	const struct schema *schema;
	const struct change *const *changes;
	size_t n;
	struct remote_outcome *ret;
	bool *taken; /* owned; which changes are in this batch or one before it */
	const atomic_int *cancel;
	struct remote_fault *f;
};

static enum remote_result send_batch(const struct push *p, struct batch *b)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	const struct soap_call call = {
		.op = "UpdateListItems", .args = &args, .rules = rules, .sink = &sink, .ctx = b,
		.restart = restart, .changes = true, .cancel = p->cancel,
	};
	const struct update_request request = {
		.list_id = p->list_id, .schema = p->schema, .folder = b->folder, .origin = p->sp->origin,
		.changes = b->changes, .n = b->n,
	};
	enum remote_result result;

	restart(b);
	update_write(&request, &args);
	result = soap_do(p->sp, &call, p->f);
	if (result == REMOTE_OK)
		return complete(p->sp, b, p->f);
	/* Who may read is not shut out of the list: the changes wait for the user. What else is shut, the pull will tell. */
	if (result == REMOTE_LIST_BAD && (p->f->server_code == ACCESS_DENIED || p->f->http_status == FORBIDDEN))
		return all_of(b, REMOTE_ITEM_BAD, p->f);
	/* The folder is missing, not the list. */
	if (b->folder && p->f->server_code == FOLDER_MISSING)
		return all_of(b, REMOTE_ITEM_BAD, p->f);
	if (p->f->http_status == TOO_BIG)
		return all_of(b, b->n > 1 ? REMOTE_NOT_RUN : REMOTE_ITEM_BAD, p->f);
	return result;
}

/* ---- all of them ------------------------------------------------------------------------------ */

static const char *folder_of(const struct change *c)
{
	bool creates = c->op == CHANGE_NEW || c->op == CHANGE_NEW_FOLDER;

	return creates && !str_empty(c->folder) ? c->folder : NULL;
}

/* Takes the changes of the first folder that was not sent yet. False: all were. */
static bool next_batch(const struct push *p, struct batch *b)
{
	b->n = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (p->taken[i])
			continue;
		if (b->n == 0)
			b->folder = folder_of(p->changes[i]);
		if (!str_eq(b->folder, folder_of(p->changes[i])))
			continue;
		p->taken[i] = true;
		b->changes[b->n] = p->changes[i];
		b->outcomes[b->n++] = &p->ret[i];
	}
	return b->n > 0;
}

/* After a failure that left something done: this batch and the rest were not tried. */
static enum remote_result give_up(const struct push *p, struct batch *b)
{
	do {
		if (b->n && all_of(b, REMOTE_NOT_RUN, p->f) != REMOTE_OK)
			return REMOTE_LOST;
	} while (next_batch(p, b));
	return REMOTE_OK;
}

/* Those of a discussion, which go as messages. *ret_any: something was carried out, or refused. */
static enum remote_result send_posts(const struct push *p, struct batch *b, bool *ret_any)
{
	for (size_t i = 0; i < p->n; i++) {
		enum remote_result r;

		if (!discuss_is_post(p->changes[i]))
			continue;
		r = discuss_add(p->sp, p->list_id, p->schema, p->changes[i], &p->ret[i], p->cancel, p->f);
		if (r != REMOTE_OK)
			return *ret_any && r != REMOTE_LOST ? give_up(p, b) : r;
		p->taken[i] = *ret_any = true;
	}
	return REMOTE_OK;
}

static enum remote_result send_all(const struct push *p, struct batch *b)
{
	bool any = false;
	enum remote_result first = send_posts(p, b, &any);

	if (first != REMOTE_OK)
		return first;
	while (next_batch(p, b)) {
		enum remote_result r = send_batch(p, b);

		if (r != REMOTE_OK)
			return any && r != REMOTE_LOST ? give_up(p, b) : r;
		any = true;
	}
	return REMOTE_OK;
}

static enum remote_result push(struct push *p)
{
	struct batch b = {
		.changes = calloc(p->n, sizeof(*b.changes)),
		.outcomes = calloc(p->n, sizeof(*b.outcomes)),
		.answered = calloc(p->n, sizeof(*b.answered)),
		.rows = ROWSET_INIT,
	};
	enum remote_result result;

	p->taken = calloc(p->n, sizeof(*p->taken));
	if (b.changes && b.outcomes && b.answered && p->taken)
		result = send_all(p, &b);
	else
		result = soap_fail(p->sp, p->f, REMOTE_SITE_BAD, "out of memory");
	rowset_release(&b.rows);
	free(b.changes);
	free(b.outcomes);
	free(b.answered);
	free(p->taken);
	return result;
}

enum remote_result update_push(struct remote *r, const char *list_id, const struct schema *schema,
			       const struct change *const changes[], size_t n, struct remote_outcome ret[],
			       const atomic_int *cancel, struct remote_fault *f)
{
	struct push p = {
		.sp = (struct sp *) r, .list_id = list_id, .schema = schema, .changes = changes, .n = n,
		.ret = ret, .cancel = cancel, .f = f,
	};
	enum remote_result result;

	for (size_t i = 0; i < n; i++)
		ret[i] = (struct remote_outcome) { .row = ITEM_INIT };
	result = n ? push(&p) : REMOTE_OK;
	for (size_t i = 0; result != REMOTE_OK && i < n; i++)
		remote_outcome_release(&ret[i]);
	return result;
}
