#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "call.h"
#include "change.h"
#include "db.h"
#include "reqlog.h"
#include "serve.h"
#include "server.h"
#include "soap.h"
#include "xml.h"

/* One call of the Lists service. */

#define RESULT_MAX ((size_t) 1 << 30)

/* The action of SOAP 1.2 is a parameter of the content type. */
static const char *action_of(const struct http_request *rq, char *out, size_t size)
{
	const char *header = http_header(rq, "SOAPAction");
	const char *type = http_header(rq, "Content-Type");
	const char *at = type ? strstr(type, "action=") : NULL;

	if (header || !at)
		return header;
	at += strlen("action=");
	if (*at == '"')
		snprintf(out, size, "%.*s", (int) strcspn(at + 1, "\""), at + 1);
	else
		snprintf(out, size, "%.*s", (int) strcspn(at, "; "), at);
	return out;
}

static bool is_xml(const struct http_request *rq)
{
	const char *type = http_header(rq, "Content-Type");

	return type && (strncasecmp(type, "text/xml", 8) == 0 || strncasecmp(type, "application/soap+xml", 20) == 0);
}

/* The title of the list that the call is about: what scripts and the log know it by. */
static void name_list(struct visit *v, struct call *c)
{
	const char *name = c->args ? call_text(c, "listName") : NULL;
	const struct list *l;

	lock_take(&v->s->lock);
	l = name ? site_list(v->site, name) : NULL;
	snprintf(v->entry->list, sizeof(v->entry->list), "%s", l ? l->title : name ? name : "");
	lock_give(&v->s->lock);
}

static int run_op(struct visit *v, struct call *c)
{
	int r = 0;

	lock_take(&v->s->lock);
	c->threshold = v->s->threshold;
	r = change_expire(c->m);
	if (r >= 0 && c->op->writes)
		r = db_begin(c->db);
	if (r >= 0) {
		r = c->op->run(c);
		if (c->op->writes)
			r = db_end(c->db, r);
	}
	lock_give(&v->s->lock);
	return r;
}

/* What goes wrong in the server itself: no memory, no space. */
static void internal_fault(struct call *c, int r)
{
	c->fault = (struct fault) { .set = true };
	snprintf(c->fault.text, sizeof(c->fault.text), "The server could not carry this out: %s.", strerror(-r));
}

static void write_reply(struct visit *v, const struct soap *soap, struct call *c, const struct buf *result, int r)
{
	http_set_type(v->rp, soap->v12 ? "application/soap+xml; charset=utf-8"
					   : "text/xml; charset=utf-8");
	if (r < 0 && !c->fault.set)
		internal_fault(c, r);
	if (c->fault.set) {
		v->rp->status = 500;
		soap_fault(soap, c, &v->rp->body);
	} else {
		soap_answer(soap, c, result, &v->rp->body);
	}
	if (buf_error(&v->rp->body) < 0) {
		buf_release(&v->rp->body);
		v->rp->status = 503;
	}
}

static void carry_out(struct visit *v, const struct soap *soap, struct call *c, const struct effects *fx)
{
	struct buf result = BUF_INIT(RESULT_MAX);
	int r = c->fault.set ? -EINVAL : 0;

	c->out = &result;
	c->quirks = fx->quirks;
	c->quirks.permissions = *fx->permissions ? fx->permissions : NULL;
	if (!c->fault.set && fx->code >= 0)
		r = call_fault(c, (uint32_t) fx->code, "%s", *fx->text ? fx->text : "A fault on order.");
	if (r >= 0)
		r = run_op(v, c);
	memcpy(v->entry->methods, c->methods, sizeof(v->entry->methods));
	write_reply(v, soap, c, &result, r);
	buf_release(&result);
	serve_orders_after(v, fx);
}

void serve_soap(struct visit *v)
{
	CLEANUP(soap_release_p) struct soap soap = { 0 };
	struct call c = { .m = &v->s->model, .db = v->s->db, .site = v->site, .person = v->person, .base = v->base,
			  .now = clock_now_ns() / 1000000000, .habits = &v->s->habits };
	struct script_request rq = { v->rq->method, v->rq->path, "", "" };
	struct effects fx;
	char action[256];

	if (!is_xml(v->rq)) {
		v->rp->status = 415;
		return;
	}
	if (soap_read(&soap, &c, v->rq->body, v->rq->body_len, action_of(v->rq, action, sizeof(action))) == -ENOMEM) {
		v->rp->status = 503;
		return;
	}
	name_list(v, &c);
	snprintf(v->entry->op, sizeof(v->entry->op), "%s", c.op ? c.op->name : "");
	rq.op = v->entry->op;
	rq.list = v->entry->list;
	script_apply(v->s->script, &rq, &fx);
	if (serve_orders(v, &fx))
		carry_out(v, &soap, &c, &fx);
}
