#include "dav.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/uri.h"
#include "checkout.h"
#include "db.h"
#include "model.h"
#include "namerule.h"
#include "perm.h"
#include "reqlog.h"
#include "server.h"
#include "tmpl.h"

/* ---- places ----------------------------------------------------------------------------------- */

void place_release(struct place *p)
{
	free(p->dir);
	free(p->leaf);
	item_release(&p->i);
	*p = (struct place) PLACE_INIT;
}

struct list *place_list(const struct site *s, const char *path, const char **ret_rest)
{
	for (size_t i = 0; i < s->n_lists; i++) {
		struct list *l = s->lists[i];
		size_t n = strlen(l->root);

		if (strncasecmp(path + 1, l->root, n) == 0 && (!path[n + 1] || path[n + 1] == '/')) {
			*ret_rest = path[n + 1] ? path + n + 2 : path + n + 1;
			return l;
		}
	}
	return NULL;
}

/* 1: something is there, 0, or -errno. */
static int find_item(struct visit *v, const struct list *l, const char *dir, const char *leaf, struct item *ret)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(v->s->db, &st, ITEM_BY_PATH, "iss", l->id, dir, leaf);

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r;
	r = item_get(v->s->db, l, db_int(st, 0), ret);
	return r < 0 ? r : 1;
}

/* Goes down from the root, so that the names are those that are stored, whatever case the client wrote. */
static int walk(struct visit *v, char *rest, struct place *p)
{
	char *save = NULL;
	char *leaf = strtok_r(rest, "/", &save);

	while (leaf) {
		char *next = strtok_r(NULL, "/", &save);
		int r = p->no_folder ? 0 : find_item(v, p->l, p->dir, leaf, &p->i);

		if (r < 0 || !next) {
			p->exists = r > 0;
			p->folder = r > 0 && p->i.folder;
			if (r == 0)
				item_release(&p->i); /* it was the folder's */
			return r < 0 ? r : str_set(&p->leaf, r > 0 ? p->i.leaf : leaf);
		}
		p->no_folder |= r == 0 || !p->i.folder;
		free(p->dir);
		p->dir = r > 0 ? str_printf("%s/%s", p->i.dir, p->i.leaf) : strdup(leaf);
		if (!p->dir)
			return -ENOMEM;
		leaf = next;
	}
	p->exists = p->folder = true;
	return 0;
}

int place_find(struct visit *v, const char *path, struct place *ret)
{
	const char *rest = "";
	CLEANUP(str_free_p) char *copy = NULL;
	int r;

	ret->l = place_list(v->site, path, &rest);
	if (!ret->l || !tmpl_is_library(ret->l))
		return -ENOENT;
	copy = strdup(rest);
	r = copy ? str_set(&ret->dir, ret->l->root) : -ENOMEM;
	return r < 0 ? r : walk(v, copy, ret);
}

int content_of(struct visit *v, const struct item *i, int64_t *ret_at, int64_t *ret_size)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(v->s->db, &st, CONTENT_GET, "iii", i->list, i->id, i->version);

	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r;
	*ret_at = db_int(st, 0);
	*ret_size = db_int(st, 1);
	return 1;
}

/* ---- answers ---------------------------------------------------------------------------------- */

int dav_refuse(struct visit *v, int status, uint32_t code, const char *text)
{
	struct buf encoded = BUF_INIT(400);

	v->rp->status = status;
	v->rp->file = -1;
	buf_reset(&v->rp->body);
	http_set_type(v->rp, "text/plain; charset=utf-8");
	buf_addf(&v->rp->body, "%d %s\n", status, text);
	if (code) {
		uri_encode_path(&encoded, text);
		http_set_header(v->rp, "X-MSDAVEXT_Error", "%u; %s", code, buf_str(&encoded));
	}
	buf_release(&encoded);
	return -ECANCELED;
}

void dav_date(int64_t t, char out[DAV_DATE_SIZE])
{
	time_t seconds = (time_t) t;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(out, DAV_DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &tm))
		*out = '\0';
}

void dav_describe(struct visit *v, const struct item *i)
{
	char date[DAV_DATE_SIZE];

	dav_date(i->doc_modified, date);
	http_set_header(v->rp, "ETag", "\"%s,%lld\"", i->uid, (long long) i->version);
	http_set_header(v->rp, "Last-Modified", "%s", date);
}

struct edit dav_edit(struct visit *v, struct list *l)
{
	return (struct edit) { .m = &v->s->model, .l = l, .who = v->person, .now = clock_now_ns() / 1000000000,
			       .utc = true };
}

/* ---- conditions --------------------------------------------------------------------------------- */

/* Is the item's ETag one of the list, or the list "*"? */
static bool matches(const char *list, const struct place *p)
{
	char etag[GUID_SIZE + 32];

	if (str_eq(list, "*"))
		return p->exists;
	if (!p->exists || !p->leaf)
		return false;
	snprintf(etag, sizeof(etag), "\"%s,%lld\"", p->i.uid, (long long) p->i.version);
	return strstr(list, etag);
}

int dav_preconditions(struct visit *v, const struct place *p)
{
	const struct habits *h = &v->s->habits;
	const char *match = http_header(v->rq, "If-Match");
	const char *none = http_header(v->rq, "If-None-Match");
	bool reads = strcmp(v->rq->method, "GET") == 0 || strcmp(v->rq->method, "HEAD") == 0;

	if (match && h->if_match && !matches(match, p))
		return dav_refuse(v, 412, 0, "Precondition Failed");
	if (!none || !matches(none, p) || !(reads ? h->not_modified : h->if_none_match))
		return 0;
	if (!reads)
		return dav_refuse(v, 412, 0, "Precondition Failed");
	v->rp->status = 304;
	dav_describe(v, &p->i);
	return -ECANCELED;
}

static int refuse_taken(struct visit *v, struct edit *e, const struct item *i)
{
	int64_t locker = checkout_locker(e, i);
	bool locked = locker && locker != e->who->id;
	const struct person *p = model_person(&v->s->model, locked ? locker : checkout_person(i));
	CLEANUP(str_free_p) char *text = NULL;
	int status = v->s->habits.lock_401 ? 401 : 423;

	if (!p)
		return dav_refuse(v, (int) v->s->habits.no_checkout, V_CHECKOUT_REQUIRED,
				  "The file is not checked out. You must first check out this document before making "
				  "changes.");
	text = str_printf("The file is %s %s.", locked ? "locked for exclusive use by" : "checked out to", p->login);
	if (status == 401)
		http_set_header(v->rp, "WWW-Authenticate", "NTLM");
	return dav_refuse(v, status, V_CHECKED_OUT, text ? text : "");
}

int dav_may_change(struct visit *v, struct edit *e, const struct place *p, uint64_t right)
{
	int r;

	if (!(perm_of_item(v->person, p->l, &p->i) & right))
		return dav_refuse(v, 403, 0, "Access denied.");
	r = checkout_allows(e, &p->i);
	return r == -EINVAL ? refuse_taken(v, e, &p->i) : r;
}

static int check_name(struct visit *v, const struct place *p, bool folder)
{
	int version = v->s->model.version;
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", p->dir, p->leaf);
	const char *dot = strrchr(p->leaf, '.');
	enum namerule rule;

	if (!path)
		return -ENOMEM;
	rule = namerule_check(version, p->leaf, folder, str_eq_nocase(p->dir, p->l->root));
	if (rule == NAME_GOOD)
		rule = namerule_check_path(version, path);
	if (rule == NAME_BAD_CHARS)
		return dav_refuse(v, 400, V_BAD_CHARS, "The file or folder name contains characters that are not "
						       "permitted. Please use a different name.");
	if (rule == NAME_TOO_LONG)
		return dav_refuse(v, 400, V_URL_TOO_LONG, "The specified file or folder name is too long.");
	if (!folder && dot && habits_block(&v->s->habits, dot + 1))
		return dav_refuse(v, 403, V_BAD_TYPE, "This type of file has been blocked by the administrator.");
	return 0;
}

int dav_may_make(struct visit *v, const struct place *p, bool folder)
{
	if (p->no_folder)
		return dav_refuse(v, 409, 0, "Conflict: there is no such folder.");
	if (!(perm_of_list(v->person, p->l) & PERM_ADD))
		return dav_refuse(v, 403, 0, "Access denied.");
	return check_name(v, p, folder);
}

/* ---- the verbs ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool writes;
	bool root; /* works on the site and on a library's root, too */
	int (*run)(struct visit *v, const char *path);
	int (*attached)(struct visit *v, const char *path); /* the same for attachments; NULL: elsewhere */
} verbs[] = {
	{ "GET", false, false, dav_get, NULL },
	{ "HEAD", false, false, dav_get, NULL },
	{ "PUT", true, false, dav_put, dav_put_attachment },
	{ "DELETE", true, false, dav_delete, dav_delete_attachment },
	{ "MKCOL", true, true, dav_mkcol, NULL },
	{ "MOVE", true, true, dav_move, NULL },
	{ "COPY", true, true, dav_copy, NULL },
	{ "LOCK", true, true, dav_lock, NULL },
	{ "UNLOCK", true, true, dav_unlock, NULL },
	{ "PROPFIND", false, true, dav_propfind, NULL },
	{ "PROPPATCH", true, true, dav_proppatch, NULL },
	{ "OPTIONS", false, true, dav_options, NULL },
};

/* What a transaction that is undone leaves wrong in the lists' counters. */
struct counters {
	int64_t next_item, items, modified, deleted;
};

static void save_counters(const struct site *s, struct counters *c)
{
	for (size_t i = 0; i < s->n_lists; i++)
		c[i] = (struct counters) { s->lists[i]->next_item, s->lists[i]->items, s->lists[i]->modified,
					   s->lists[i]->deleted };
}

static void restore_counters(struct site *s, const struct counters *c)
{
	for (size_t i = 0; i < s->n_lists; i++) {
		s->lists[i]->next_item = c[i].next_item;
		s->lists[i]->items = c[i].items;
		s->lists[i]->modified = c[i].modified;
		s->lists[i]->deleted = c[i].deleted;
	}
}

static int run(struct visit *v, size_t n)
{
	bool attachment = verbs[n].attached && dav_is_attachment(v->site, v->rq->path);
	int (*fn)(struct visit *, const char *) = attachment ? verbs[n].attached : verbs[n].run;
	struct counters *before;
	int r;

	if (!verbs[n].writes)
		return fn(v, v->rq->path);
	before = calloc(v->site->n_lists, sizeof(*before));
	r = before ? db_begin(v->s->db) : -ENOMEM;
	if (r >= 0) {
		save_counters(v->site, before);
		r = db_end(v->s->db, fn(v, v->rq->path));
		if (r < 0)
			restore_counters(v->site, before);
	}
	free(before);
	return r;
}

/* Is the path one that this verb is for? Pages are shown elsewhere. */
static bool is_ours(struct visit *v, size_t n)
{
	const char *rest = "";
	const struct list *l = place_list(v->site, v->rq->path, &rest);

	if (l)
		snprintf(v->entry->list, sizeof(v->entry->list), "%s", l->title);
	if (verbs[n].attached && dav_is_attachment(v->site, v->rq->path))
		return true;
	if (verbs[n].root)
		return (l && tmpl_is_library(l)) || (!*v->rest && verbs[n].run != dav_mkcol) ||
		       verbs[n].run == dav_options || verbs[n].run == dav_propfind;
	return l && tmpl_is_library(l) && *rest && !str_ends(rest, ".aspx");
}

int dav_serve(struct visit *v)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i].name, v->rq->method) != 0)
			continue;
		lock_take(&v->s->lock);
		if (is_ours(v, i)) {
			r = run(v, i);
			r = r < 0 && r != -ECANCELED ? r : 1;
		}
		lock_give(&v->s->lock);
	}
	return r;
}
