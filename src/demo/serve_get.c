#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
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

/* The list that the path lies in. Under the lock. */
static struct list *list_at(const struct visit *v, const char **ret_rest)
{
	const char *path = v->rq->path + 1;

	for (size_t i = 0; i < v->site->n_lists; i++) {
		struct list *l = v->site->lists[i];
		size_t n = strlen(l->root);

		if (strncasecmp(path, l->root, n) == 0 && (!path[n] || path[n] == '/')) {
			*ret_rest = path[n] ? path + n + 1 : path + n;
			return l;
		}
	}
	return NULL;
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

/* A document of a library, by its path below the list's root. Under the lock. */
static int find_document(struct visit *v, const struct list *l, const char *rest, struct item *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const char *leaf = strrchr(rest, '/');
	CLEANUP(str_free_p) char *dir = leaf ? str_printf("%s/%.*s", l->root, (int) (leaf - rest), rest) :
					       str_printf("%s", l->root);
	int r = dir ? db_ask(v->s->db, &st, ITEM_BY_PATH, "iss", l->id, dir, leaf ? leaf + 1 : rest) : -ENOMEM;

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = item_get(v->s->db, l, db_int(st, 0), ret);
	return r == 0 && (ret->folder || ret->size < 0) ? -ENOENT : r;
}

/* Nobody wrote the sample's documents: each version has lines of its own, to the length that the list says. */
static int write_sample(const struct item *i, struct buf *out)
{
	int r = 0;

	for (int line = 1; r == 0 && out->len < (size_t) i->size; line++)
		r = buf_addf(out, "%s, version %lld, line %d\n", i->leaf, (long long) i->version, line);
	return r < 0 ? r : buf_resize(out, (size_t) i->size);
}

static int read_document(struct visit *v, const struct list *l, const char *rest)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = find_document(v, l, rest, &i);

	if (r < 0)
		return r;
	http_set_type(v->rp, "application/octet-stream");
	http_set_header(v->rp, "ETag", "\"%s,%lld\"", i.uid, (long long) i.version);
	return write_sample(&i, &v->rp->body);
}

static int show_list(struct visit *v)
{
	const char *rest = "";
	const struct list *l;
	int r = 0;

	lock_take(&v->s->lock);
	l = list_at(v, &rest);
	if (!l) {
		r = -ENOENT;
	} else if (strncasecmp(rest, "Attachments/", 12) == 0) {
		http_set_type(v->rp, "application/octet-stream");
		r = read_attachment(v, l, rest, &v->rp->body);
	} else if (!*rest || str_ends(rest, ".aspx")) {
		open_page(v, l->title);
		close_page(v);
	} else {
		r = read_document(v, l, rest);
	}
	lock_give(&v->s->lock);
	return r;
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
	if (r < 0) {
		buf_reset(&v->rp->body);
		v->rp->status = r == -ENOENT ? 404 : 503;
		http_set_type(v->rp, "text/html; charset=utf-8");
		buf_adds(&v->rp->body, "404 NOT FOUND");
	}
}

void serve_get(struct visit *v)
{
	struct script_request rq = { v->rq->method, v->rq->path, "", "" };
	struct effects fx;

	script_apply(v->s->script, &rq, &fx);
	if (!serve_orders(v, &fx)) {
			return;
	}
	if (strcmp(v->rq->method, "GET") == 0 || strcmp(v->rq->method, "HEAD") == 0)
		show(v);
	else
		v->rp->status = 405;
	serve_orders_after(v, &fx);
}
