#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/uri.h"
#include "dav.h"
#include "davlock.h"
#include "db.h"
#include "face.h"
#include "model.h"
#include "perm.h"
#include "server.h"
#include "tmpl.h"
#include "xml.h"

/* PROPFIND, PROPPATCH and OPTIONS: RFC 4918 9.1 and 9.2, [MS-WDVSE] 2.2. */

#define WIN32_NS "urn:schemas-microsoft-com:"

/* One resource of an answer. */
struct shown {
	struct visit *v;
	const char *path; /* without a slash in front */
	const char *name;
	bool folder;
	const struct item *i; /* NULL: a site or a library */
	int64_t created, modified;
};

/* ---- properties ---------------------------------------------------------------------------------- */

static bool write_name(const struct shown *s, struct buf *out)
{
	xml_text(out, s->name);
	return true;
}

static bool write_type(const struct shown *s, struct buf *out)
{
	if (s->folder)
		buf_adds(out, "<D:collection/>");
	return true;
}

static bool write_is_collection(const struct shown *s, struct buf *out)
{
	buf_addc(out, s->folder ? '1' : '0');
	return true;
}

static bool write_length(const struct shown *s, struct buf *out)
{
	buf_addf(out, "%lld", s->i && !s->folder ? (long long) s->i->size : 0);
	return true;
}

static bool write_content_type(const struct shown *s, struct buf *out)
{
	buf_adds(out, "application/octet-stream");
	return !s->folder;
}

static bool write_modified(const struct shown *s, struct buf *out)
{
	char date[DAV_DATE_SIZE];

	dav_date(s->modified, date);
	buf_adds(out, date);
	return true;
}

static bool write_created(const struct shown *s, struct buf *out)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(s->created, iso);
	buf_adds(out, iso);
	return true;
}

static bool write_etag(const struct shown *s, struct buf *out)
{
	if (s->i)
		buf_addf(out, "\"%s,%lld\"", s->i->uid, (long long) s->i->version);
	return s->i;
}

static bool write_supported_lock(const struct shown *s, struct buf *out)
{
	buf_adds(out, "<D:lockentry><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>"
		      "</D:lockentry>");
	return !s->folder;
}

static bool write_lock(const struct shown *s, struct buf *out)
{
	int64_t now = clock_now_ns() / 1000000000;

	dav_lock_xml(s->i ? davlock_find(&s->v->s->locks, s->i->list, s->i->id, now) : NULL, out);
	return true;
}

static bool write_win32(const struct shown *s, const char *name, struct buf *out)
{
	const char *value = s->i ? pairs_get(&s->i->bag, name) : NULL;

	if (value)
		xml_text(out, value + strcspn(value, "|") + 1);
	return value;
}

static bool write_win32_created(const struct shown *s, struct buf *out)
{
	return write_win32(s, "Win32CreationTime", out);
}

static bool write_win32_accessed(const struct shown *s, struct buf *out)
{
	return write_win32(s, "Win32LastAccessTime", out);
}

static bool write_win32_modified(const struct shown *s, struct buf *out)
{
	return write_win32(s, "Win32LastModifiedTime", out);
}

static bool write_win32_attributes(const struct shown *s, struct buf *out)
{
	return write_win32(s, "Win32FileAttributes", out);
}

static int64_t used_bytes(const struct visit *v)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(v->s->db, &st, CONTENT_SUM, "");

	return r >= 0 && db_step(st) > 0 ? db_int(st, 0) : 0;
}

static bool write_used(const struct shown *s, struct buf *out)
{
	buf_addf(out, "%lld", (long long) used_bytes(s->v));
	return s->folder && s->v->s->habits.quota;
}

static bool write_available(const struct shown *s, struct buf *out)
{
	int64_t left = s->v->s->habits.quota - used_bytes(s->v);

	buf_addf(out, "%lld", left > 0 ? (long long) left : 0);
	return s->folder && s->v->s->habits.quota;
}

/* write: false: this resource has no such property. */
static const struct {
	const char *ns, *name;
	bool all;   /* among what allprop shows */
	bool whole; /* write makes the element itself */
	bool (*write)(const struct shown *s, struct buf *out);
} props[] = {
	{ "DAV:", "displayname", true, false, write_name },
	{ "DAV:", "resourcetype", true, false, write_type },
	{ "DAV:", "iscollection", true, false, write_is_collection },
	{ "DAV:", "isFolder", false, false, write_is_collection },
	{ "DAV:", "getcontentlength", true, false, write_length },
	{ "DAV:", "getcontenttype", true, false, write_content_type },
	{ "DAV:", "getlastmodified", true, false, write_modified },
	{ "DAV:", "creationdate", true, false, write_created },
	{ "DAV:", "getetag", true, false, write_etag },
	{ "DAV:", "supportedlock", true, false, write_supported_lock },
	{ "DAV:", "lockdiscovery", true, true, write_lock },
	{ "DAV:", "quota-used-bytes", false, false, write_used },
	{ "DAV:", "quota-available-bytes", false, false, write_available },
	{ WIN32_NS, "Win32CreationTime", true, false, write_win32_created },
	{ WIN32_NS, "Win32LastAccessTime", true, false, write_win32_accessed },
	{ WIN32_NS, "Win32LastModifiedTime", true, false, write_win32_modified },
	{ WIN32_NS, "Win32FileAttributes", true, false, write_win32_attributes },
};

#define N_PROPS (sizeof(props) / sizeof(*props))

static void write_element(size_t n, const char *content, struct buf *out)
{
	const char *prefix = str_eq(props[n].ns, "DAV:") ? "D" : "Z";

	if (props[n].whole)
		buf_adds(out, content);
	else
		buf_addf(out, "<%s:%s>%s</%s:%s>", prefix, props[n].name, content, prefix, props[n].name);
}

/* What was asked for. */
struct wanted {
	const struct xml *prop; /* NULL: all of them */
	bool names;             /* propname: without values */
};

static void write_missing(const struct xml *x, struct buf *out)
{
	buf_adds(out, "<u:");
	buf_adds(out, x->name);
	buf_adds(out, " xmlns:u=\"");
	xml_value(out, x->ns);
	buf_adds(out, "\"/>");
}

static void write_prop(const struct shown *s, size_t n, const struct xml *asked, bool names, struct buf *good,
		       struct buf *bad)
{
	CLEANUP(buf_release_p) struct buf value = BUF_INIT(65536);
	bool has = props[n].write(s, &value);

	if (has)
		write_element(n, names && !props[n].whole ? "" : buf_str(&value), good);
	else if (asked)
		write_missing(asked, bad);
}

static size_t find_prop(const struct xml *x)
{
	size_t n = 0;

	while (n < N_PROPS && !(str_eq(props[n].ns, x->ns) && strcmp(props[n].name, x->name) == 0))
		n++;
	return n;
}

static void write_propstat(const struct buf *content, const char *status, struct buf *out)
{
	if (content->len)
		buf_addf(out, "<D:propstat><D:prop>%s</D:prop><D:status>HTTP/1.1 %s</D:status></D:propstat>",
			 buf_str(content), status);
}

/* Only what no XML could carry is encoded; real servers do not get this right either (habit raw-href). */
static void add_raw(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == ' ' || *s == '%' || *s == '#' || *s == '?')
			buf_addf(out, "%%%02X", *s);
		else
			buf_addc(out, *s);
	}
}

static void write_href(const struct shown *s, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(32768);
	const struct habits *h = &s->v->s->habits;

	if (*h->href_host)
		buf_addf(&url, "http://%s/", h->href_host);
	else
		buf_addf(&url, "%s/", s->v->base);
	if (h->raw_href)
		add_raw(&url, s->path);
	else
		uri_encode_path(&url, s->path);
	if (s->folder && *s->path)
		buf_addc(&url, '/');
	buf_adds(out, "<D:href>");
	xml_text(out, buf_str(&url));
	buf_adds(out, "</D:href>");
}

static int write_response(const struct shown *s, const struct wanted *w, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf good = BUF_INIT(1 << 20);
	CLEANUP(buf_release_p) struct buf bad = BUF_INIT(1 << 20);

	for (size_t n = 0; !w->prop && n < N_PROPS; n++)
		if (props[n].all)
			write_prop(s, n, NULL, w->names, &good, &bad);
	for (const struct xml *x = w->prop ? w->prop->first : NULL; x; x = x->next) {
		size_t n = find_prop(x);

		if (n < N_PROPS)
			write_prop(s, n, x, false, &good, &bad);
		else
			write_missing(x, &bad);
	}
	buf_adds(out, "<D:response>");
	write_href(s, out);
	write_propstat(&good, "200 OK", out);
	write_propstat(&bad, "404 Not Found", out);
	return buf_adds(out, "</D:response>");
}

/* ---- resources ----------------------------------------------------------------------------------- */

static int show_item(struct visit *v, const struct item *i, const struct wanted *w)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", i->dir, i->leaf);
	const struct shown s = { v, path, i->leaf, i->folder, i, i->created, i->doc_modified };

	return path ? write_response(&s, w, &v->rp->body) : -ENOMEM;
}

static int show_library(struct visit *v, const struct list *l, const struct wanted *w)
{
	const struct shown s = { v, l->root, l->title, true, NULL, l->created, l->modified };

	return write_response(&s, w, &v->rp->body);
}

static int show_children(struct visit *v, const struct list *l, const char *path, const struct wanted *w)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r = db_ask(v->s->db, &st, ITEMS_OF_DIR, "is", l->id, path);

	while (r >= 0 && (r = db_step(st)) > 0) {
		r = item_read(st, &i);
		if (r >= 0)
			r = face_show(v->s->db, v->person, l, &i);
		if (r >= 0 && (perm_of_item(v->person, l, &i) & PERM_VIEW))
			r = show_item(v, &i, w);
	}
	return r;
}

/* An attachment: what the list's row calls "{GUID},1" is its ETag. */
static int show_attached(struct visit *v, const char *path, const struct wanted *w)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	const struct shown s = { v, path + (*path == '/'), strrchr(path, '/') + 1, false, &i, 0, 0 };
	struct shown now = s;
	int r = dav_find_attachment(v, path, &i, &now.modified);

	now.created = now.modified;
	return r < 0 ? r : write_response(&now, w, &v->rp->body);
}

/* Something that is there, and that the caller may see as it now is in p. 0, -ENOENT or -errno. */
static int find_shown(struct visit *v, const char *path, struct place *p)
{
	int r = place_find(v, path, p);

	if (r < 0 || !p->exists)
		return r < 0 ? r : -ENOENT;
	if (!p->leaf)
		return 0;
	r = face_show(v->s->db, v->person, p->l, &p->i);
	return r < 0 ? r : perm_of_item(v->person, p->l, &p->i) & PERM_VIEW ? 0 : -ENOENT;
}

static int find_in_library(struct visit *v, const char *path, int depth, const struct wanted *w)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	CLEANUP(str_free_p) char *inside = NULL;
	int r = find_shown(v, path, &p);

	if (r < 0)
		return r;
	if (!p.folder && depth > 0 && !v->s->habits.depth1_file)
		return -ENOENT;
	r = p.leaf ? show_item(v, &p.i, w) : show_library(v, p.l, w);
	if (r < 0 || depth == 0 || !p.folder)
		return r;
	inside = p.leaf ? str_printf("%s/%s", p.i.dir, p.i.leaf) : strdup(p.l->root);
	return inside ? show_children(v, p.l, inside, w) : -ENOMEM;
}

static int find_in_site(struct visit *v, int depth, const struct wanted *w)
{
	const char *path = v->site->path;
	const struct shown s = { v, *path ? path + 1 : path, v->site->title, true, NULL, v->site->created,
				 v->site->created };
	int r = write_response(&s, w, &v->rp->body);

	for (size_t i = 0; r >= 0 && depth > 0 && i < v->site->n_lists; i++)
		if (tmpl_is_library(v->site->lists[i]))
			r = show_library(v, v->site->lists[i], w);
	return r;
}

/* ---- PROPFIND ------------------------------------------------------------------------------------ */

static void open_multistatus(struct visit *v)
{
	v->rp->status = 207;
	http_set_type(v->rp, "text/xml; charset=utf-8");
	buf_adds(&v->rp->body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:multistatus xmlns:D=\"DAV:\" "
			       "xmlns:Z=\"" WIN32_NS "\">");
}

int dav_propfind(struct visit *v, const char *path)
{
	CLEANUP(xml_free_p) struct xml *x = NULL;
	const char *depth = http_header(v->rq, "Depth");
	struct wanted w = { 0 };
	int n, r = v->rq->body_len ? xml_parse(v->rq->body, v->rq->body_len, &x) : 0;

	if (r == -EINVAL || (x && strcmp(x->name, "propfind") != 0))
		return dav_refuse(v, 400, 0, "That is no propfind.");
	if (r < 0)
		return r;
	if (!str_eq(depth, "0") && !str_eq(depth, "1"))
		return dav_refuse(v, 403, 0, "Depth must be 0 or 1.");
	w = (struct wanted) { xml_child(x, "prop"), xml_child(x, "propname") };
	n = *depth - '0';
	open_multistatus(v);
	if (dav_is_attachment(v->site, path))
		r = show_attached(v, path, &w);
	else
		r = *v->rest ? find_in_library(v, path, n, &w) : find_in_site(v, n, &w);
	buf_adds(&v->rp->body, "</D:multistatus>");
	return r < 0 ? r : buf_error(&v->rp->body);
}

/* ---- PROPPATCH ----------------------------------------------------------------------------------- */

static bool is_win32(const struct xml *x)
{
	return str_eq(x->ns, WIN32_NS) && str_starts(x->name, "Win32") && find_prop(x) < N_PROPS;
}

static int patch_one(struct place *p, const struct xml *x, bool remove, struct buf *good, struct buf *bad)
{
	CLEANUP(str_free_p) char *value = NULL;

	if (!is_win32(x)) {
		write_missing(x, bad);
		return 0;
	}
	write_missing(x, good);
	value = str_printf("SW|%s", x->text);
	return value ? pairs_set(&p->i.bag, x->name, remove ? NULL : value) : -ENOMEM;
}

/* All or nothing (RFC 4918 9.2). */
static int patch(struct visit *v, struct edit *e, struct place *p, const struct xml *x)
{
	CLEANUP(buf_release_p) struct buf good = BUF_INIT(1 << 20);
	CLEANUP(buf_release_p) struct buf bad = BUF_INIT(1 << 20);
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", p->dir, p->leaf);
	const struct shown s = { v, path, p->leaf, p->folder, &p->i, 0, 0 };
	int r = path ? 0 : -ENOMEM;

	for (const struct xml *step = x->first; r >= 0 && step; step = step->next) {
		const struct xml *prop = xml_child(step, "prop");

		for (const struct xml *y = prop ? prop->first : NULL; r >= 0 && y; y = y->next)
			r = patch_one(p, y, strcmp(step->name, "remove") == 0, &good, &bad);
	}
	if (r >= 0 && !bad.len)
		r = edit_update(e, &p->i, EDIT_NORMAL);
	if (r < 0)
		return r;
	open_multistatus(v);
	buf_adds(&v->rp->body, "<D:response>");
	write_href(&s, &v->rp->body);
	write_propstat(&good, bad.len ? "424 Failed Dependency" : "200 OK", &v->rp->body);
	write_propstat(&bad, "403 Forbidden", &v->rp->body);
	return buf_adds(&v->rp->body, "</D:response></D:multistatus>");
}

int dav_proppatch(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	CLEANUP(xml_free_p) struct xml *x = NULL;
	struct edit e;
	int r = place_find(v, path, &p);

	if (r >= 0 && !p.exists)
		r = -ENOENT;
	if (r < 0)
		return r;
	r = xml_parse(v->rq->body, v->rq->body_len, &x);
	if (r == -EINVAL || (x && strcmp(x->name, "propertyupdate") != 0))
		return dav_refuse(v, 400, 0, "That is no propertyupdate.");
	if (r >= 0 && !p.leaf)
		return dav_refuse(v, 403, 0, "A library has no such properties.");
	e = dav_edit(v, p.l);
	if (r >= 0)
		r = dav_preconditions(v, &p);
	if (r >= 0)
		r = dav_may_change(v, &e, &p, PERM_EDIT);
	return r < 0 ? r : patch(v, &e, &p, x);
}

/* ---- OPTIONS ------------------------------------------------------------------------------------- */

int dav_options(struct visit *v, const char *path)
{
	(void) path;
	http_set_header(v->rp, "MS-Author-Via", "%s", "MS-FP/4.0,DAV");
	http_set_header(v->rp, "DAV", "%s", "1,2");
	http_set_header(v->rp, "Accept-Ranges", "%s", v->s->habits.range ? "bytes" : "none");
	http_set_header(v->rp, "Allow", "%s", "GET, POST, OPTIONS, HEAD, MKCOL, PUT, PROPFIND, PROPPATCH, DELETE, "
					      "MOVE, COPY, LOCK, UNLOCK");
	http_set_header(v->rp, "Public-Extension", "%s", "http://schemas.microsoft.com/repl-2");
	return 0;
}
