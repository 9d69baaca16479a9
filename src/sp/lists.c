#include "lists.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/guid.h"
#include "base/str.h"
#include "listxml.h"
#include "xmlout.h"

enum { ARGS_MAX = 65536 };

enum { IN_LISTS = LISTXML_STATES };

void lists_add_name(struct buf *out, const char *name)
{
	char guid[GUID_SIZE];

	xmlout_element(out, "listName", guid_normalise(name, guid) ? guid : name);
}

/* Kept until the answer is known to be whole: a callback cannot be taken back. */
struct lists {
	struct list open; /* owned; the one being read */
	struct list *all; /* owned */
	size_t n, cap;
};

static void drop(void *ctx)
{
	struct lists *c = ctx;

	list_release(&c->open);
	while (c->n)
		list_release(&c->all[--c->n]);
}

static void lists_release(struct lists *c)
{
	drop(c);
	free(c->all);
}

static int enter(void *ctx, int state, struct xml *x)
{
	struct lists *c = ctx;

	return listxml_enter(&c->open, state, x);
}

static int leave(void *ctx, int state, const char *text)
{
	struct lists *c = ctx;
	int r;

	if (state != LISTXML_LIST)
		return listxml_leave(&c->open, state, text);
	r = vec_grow(&c->all, &c->cap, c->n + 1, sizeof(*c->all));
	if (r < 0)
		return r;
	c->all[c->n++] = c->open;
	c->open = (struct list) LIST_INIT;
	return 0;
}

static const struct xml_sink sink = { enter, leave };

static enum remote_result ask(struct sp *sp, struct soap_call *call, struct lists *ret, struct remote_fault *f)
{
	call->sink = &sink;
	call->ctx = ret;
	call->restart = drop;
	return soap_do(sp, call, f);
}

/* ---- GetListCollection ------------------------------------------------------------- */

static const struct xml_rule collection_rules[] = {
	SOAP_RULES("GetListCollection"),
	XML_RULE(SOAP_RESULT, SP_NS, "Lists", IN_LISTS),
	LISTXML_RULES(IN_LISTS),
	XML_RULES_END,
};

enum remote_result lists_all(struct remote *r, int (*fn)(void *arg, const struct list *l), void *arg,
			     const atomic_int *cancel, struct remote_fault *f)
{
	const struct buf none = BUF_INIT(0);
	struct lists c = { .open = LIST_INIT };
	struct soap_call call = {
		.op = "GetListCollection", .args = &none, .rules = collection_rules, .cancel = cancel,
	};
	enum remote_result result = ask((struct sp *) r, &call, &c, f);
	int stopped = 0;

	for (size_t i = 0; result == REMOTE_OK && stopped >= 0 && i < c.n; i++)
		stopped = fn(arg, &c.all[i]);
	lists_release(&c);
	if (stopped >= 0)
		return result;
	f->err.code = stopped;
	return REMOTE_CANCELED;
}

/* ---- GetList --------------------------------------------------------------------------- */

static const struct xml_rule get_rules[] = {
	SOAP_RULES("GetList"),
	LISTXML_RULES(SOAP_RESULT),
	XML_RULES_END,
};

enum remote_result lists_get(struct remote *r, const char *name, struct list *ret, const atomic_int *cancel,
			     struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct sp *sp = (struct sp *) r;
	struct lists c = { .open = LIST_INIT };
	struct soap_call call = { .op = "GetList", .args = &args, .rules = get_rules, .cancel = cancel };
	enum remote_result result;

	lists_add_name(&args, name);
	result = ask(sp, &call, &c, f);
	if (result == REMOTE_OK && !c.n)
		result = soap_fail(sp, f, REMOTE_SITE_BAD, "the answer to GetList has no list in it");
	if (result == REMOTE_OK) {
		list_release(ret);
		*ret = c.all[0];
		c.all[0] = (struct list) LIST_INIT;
		sp->too_old |= list_is_old(ret);
	}
	lists_release(&c);
	return result;
}
