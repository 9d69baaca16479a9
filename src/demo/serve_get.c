#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dav.h"
#include "db.h"
#include "item.h"
#include "opts.h"
#include "reqlog.h"
#include "serve.h"
#include "server.h"
#include "tmpl.h"
#include "wsdl.h"
#include "xml.h"

/* GET: the service's description and help, a page for each site and list, attachments, documents. */

static void open_page(struct visit *v, const char *title)
{
	http_set_type(v->rp, "text/html; charset=utf-8");
	buf_adds(&v->rp->body, "<!DOCTYPE html><html><head><meta name=\"GENERATOR\" content=\"Microsoft SharePoint\">"
			       "<title>");
	xml_text(&v->rp->body, title);
	buf_adds(&v->rp->body, "</title></head><body><h1>");
	xml_text(&v->rp->body, title);
	buf_adds(&v->rp->body, "</h1>");
}

static void close_page(struct visit *v)
{
	buf_adds(&v->rp->body, "</body></html>");
}

static void show_service(struct visit *v)
{
	if (v->rq->query && strncasecmp(v->rq->query, "wsdl", 4) == 0) {
		CLEANUP(str_free_p) char *address = str_printf("%s%s/_vti_bin/Lists.asmx", v->base, v->site->path);

		http_set_type(v->rp, "text/xml; charset=utf-8");
		wsdl_write(v->s->opts->version, address ? address : "", &v->rp->body);
		return;
	}
	open_page(v, "Lists");
	buf_adds(&v->rp->body, "<p>The service's description is at <a href=\"?WSDL\">?WSDL</a>.</p>");
	close_page(v);
}

static void show_site(struct visit *v)
{
	open_page(v, v->site->title);
	buf_adds(&v->rp->body, "<ul>");
	lock_take(&v->s->lock);
	for (size_t i = 0; i < v->site->n_lists; i++) {
		const struct list *l = v->site->lists[i];

		if (list_prop_is(l, "Hidden", false))
			continue;
		buf_adds(&v->rp->body, "<li><a href=\"/");
		xml_value(&v->rp->body, l->root);
		buf_adds(&v->rp->body, "/AllItems.aspx\">");
		xml_text(&v->rp->body, l->title);
		buf_adds(&v->rp->body, "</a></li>");
	}
	lock_give(&v->s->lock);
	buf_adds(&v->rp->body, "</ul>");
	close_page(v);
}

/* "Attachments/3/a.txt" below a list's root. */
static int read_attachment(struct visit *v, const struct list *l, const char *rest, struct buf *out)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const char *number = rest + strlen("Attachments/");
	char *name;
	long long id = strtoll(number, &name, 10);
	const void *block;
	size_t n;
	int r;

	if (name == number || *name != '/')
		return -ENOENT;
	r = db_ask(v->s->db, &st, ATTACHMENT_GET, "iis", l->id, (int64_t) id, name + 1);
	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	http_set_header(v->rp, "ETag", "\"%s,%lld\"", db_text(st, 1), (long long) db_int(st, 2));
	block = db_block(st, 4, &n);
	return buf_add(out, block, n);
}

static int show_list(struct visit *v)
{
	const char *rest = "";
	const struct list *l;
	int r = 0;

	lock_take(&v->s->lock);
	l = place_list(v->site, v->rq->path, &rest);
	if (!l) {
		r = -ENOENT;
	} else if (strncasecmp(rest, "Attachments/", 12) == 0) {
		http_set_type(v->rp, "application/octet-stream");
		r = read_attachment(v, l, rest, &v->rp->body);
	} else if (!*rest || str_ends(rest, ".aspx")) {
		open_page(v, l->title);
		close_page(v);
	} else {
		r = -ENOENT;
	}
	lock_give(&v->s->lock);
	return r;
}

static void fail(struct visit *v, int error)
{
	buf_reset(&v->rp->body);
	v->rp->file = -1;
	v->rp->status = error == -ENOENT ? 404 : 503;
	http_set_type(v->rp, "text/html; charset=utf-8");
	buf_addf(&v->rp->body, "%d %s", v->rp->status, error == -ENOENT ? "NOT FOUND" : strerror(-error));
}

static void show(struct visit *v)
{
	int r = 0;

	if (str_eq_nocase(v->rest, "_vti_bin/lists.asmx"))
		show_service(v);
	else if (!*v->rest || str_eq_nocase(v->rest, "default.aspx"))
		show_site(v);
	else
		r = show_list(v);
	if (r < 0)
		fail(v, r);
}

void serve_get(struct visit *v)
{
	struct script_request rq = { v->rq->method, v->rq->path, "", "" };
	struct effects fx;
	int r;

	script_apply(v->s->script, &rq, &fx);
	if (!serve_orders(v, &fx))
		return;
	r = dav_serve(v);
	if (r < 0)
		fail(v, r);
	else if (r > 0)
		;
	else if (strcmp(v->rq->method, "GET") == 0 || strcmp(v->rq->method, "HEAD") == 0)
		show(v);
	else
		v->rp->status = 405;
	serve_orders_after(v, &fx);
}
