/*
 * What servers answer. The first byte chooses the question, the second the status and the kind of body; the rest is the
 * bodies of the answers, divided by NUL. There is no network: this file stands in for net's.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "net/auth.h"
#include "net/http.h"
#include "remote/docs.h"
#include "sp/sp.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

/* ---- net ------------------------------------------------------------------------------ */

/* src/net/reply.h, which is not for others. */
int reply_add_line(struct net_reply *r, const char *p, size_t n);

static struct {
	uint8_t how;
	const char *p;
	size_t left;
	int requests;
} script;

struct net_http {
	int dummy;
};

int net_http_new(const struct net_account *account, struct net_auth *auth, struct net_http **ret)
{
	(void) account;
	(void) auth;
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

struct net_http *net_http_free(struct net_http *h)
{
	free(h);
	return NULL;
}

void net_http_distrust(struct net_http *h)
{
	(void) h;
}

static int add_head(struct net_reply *ret)
{
	static const int statuses[] = { 200, 500, 207, 401, 503, 302, 404, 412 };
	static const char *const types[] = { "Content-Type: text/xml; charset=utf-8\r\n", "Content-Type: text/html\r\n" };
	const char *type = types[script.how >> 3 & 1];

	ret->status = statuses[script.how & 7];
	return reply_add_line(ret, type, strlen(type));
}

int net_http_do(struct net_http *h, const struct net_request *q, struct net_reply *ret, struct err *err)
{
	size_t n = strnlen(script.p, script.left), part = script.how >> 4 ? script.how >> 4 : 4096;
	const char *p = script.p;
	int r;

	(void) h;
	(void) err;
	ret->sent = true;
	if (!script.left || ++script.requests > 50)
		return -EPIPE;
	script.p += n + (n < script.left);
	script.left -= n + (n < script.left);
	r = add_head(ret);
	if (r == 0 && q->sink && q->sink->begin)
		r = q->sink->begin(q->sink->arg, ret);
	for (; r == 0 && q->sink && n; p += part, n -= part) {
		part = part < n ? part : n;
		r = q->sink->write(q->sink->arg, p, part);
	}
	return r;
}

/* ---- what is asked ---------------------------------------------------------------------- */

static int account(void *arg, const char *site, struct net_account *ret, struct err *err)
{
	(void) arg;
	(void) site;
	(void) ret;
	(void) err;
	return 0;
}

static int on_list(void *arg, const struct list *l)
{
	(void) arg;
	demand(l->id != NULL && l->title != NULL);
	return 0;
}

static void on_restart(void *arg)
{
	(void) arg;
}

static int on_id(void *arg, enum remote_id_change kind, int64_t id)
{
	(void) arg;
	(void) kind;
	(void) id;
	return 0;
}

static int on_row(void *arg, struct item *row)
{
	(void) arg;
	demand(row->id > 0);
	for (size_t i = 0; i < row->values.n; i++)
		demand(values_has(&row->values, row->values.v[i].name)); /* in order, each once */
	return 0;
}

static int on_present(void *arg, int64_t id)
{
	(void) arg;
	(void) id;
	return 0;
}

static const struct remote_sink sink = { on_restart, on_list, on_id, on_row, on_present, NULL };

static enum remote_result pull(struct remote *r, struct remote_fault *f)
{
	CLEANUP(remote_page_release_p) struct remote_page page = { 0 };
	const struct remote_pull q = { .list_id = "{11111111-2222-3333-4444-555555555555}", .token = "1;3;x" };

	return r->ops->pull(r, &q, &sink, &page, NULL, f);
}

static enum remote_result push(struct remote *r, struct remote_fault *f)
{
	CLEANUP(change_release_p) struct change a = CHANGE_INIT, b = CHANGE_INIT;
	const struct change *const both[] = { &a, &b };
	struct remote_outcome out[2] = { 0 };
	struct schema schema = { 0 };
	enum remote_result result;

	a.op = CHANGE_NEW;
	demand(str_set(&a.replication_id, "{99999999-2222-3333-4444-555555555555}") == 0);
	demand(values_set(&a.fields, "Title", "x") == 0);
	b.op = CHANGE_DELETE;
	b.id = 7;
	result = r->ops->push(r, "{11111111-2222-3333-4444-555555555555}", &schema, both, 2, out, NULL, f);
	for (int i = 0; i < 2; i++)
		remote_outcome_release(&out[i]);
	return result;
}

static enum remote_result get_list(struct remote *r, struct remote_fault *f)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;

	return r->ops->get_list(r, "Tasks", &l, NULL, f);
}

static enum remote_result doc_stat(struct remote *r, struct remote_fault *f)
{
	CLEANUP(remote_doc_release_p) struct remote_doc doc = { .size = -1 };

	return r->docs->stat(r, "sites/team/Docs/a.txt", &doc, NULL, f);
}

static int on_name(void *arg, const char *name, const char *path)
{
	(void) arg;
	demand(name != NULL && path != NULL);
	return 0;
}

static enum remote_result ask(struct remote *r, uint8_t what, struct remote_fault *f)
{
	int64_t count;

	switch (what % 7) {
	case 0:
		return pull(r, f);
	case 1:
		return push(r, f);
	case 2:
		return get_list(r, f);
	case 3:
		return r->ops->lists(r, on_list, NULL, NULL, f);
	case 4:
		return doc_stat(r, f);
	case 5:
		return r->docs->count(r, "sites/team/Docs/dir", &count, NULL, f);
	default:
		return r->docs->attachments(r, "{11111111-2222-3333-4444-555555555555}", 7, on_name, NULL, NULL, f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct sp_factory *factory;
	static const struct sp_accounts accounts = { .account = account };
	struct remote_fault f = { 0 };
	const struct remote_factory *open;
	enum remote_result result;
	struct remote *r;

	if (n < 2)
		return 0;
	if (!factory)
		factory = sp_factory_new(&accounts);
	demand(factory != NULL);
	open = sp_factory_remote(factory);
	script.how = data[1];
	script.p = (const char *) data + 2;
	script.left = n - 2;
	script.requests = 0;
	demand(open->open(open->arg, "http://host/sites/team", &r, NULL) == 0);
	result = ask(r, data[0], &f);
	demand(result == REMOTE_OK || *f.err.text);
	r->ops->close(r);
	return 0;
}
