#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uri.h"
#include "dav.h"
#include "db.h"
#include "model.h"
#include "perm.h"
#include "server.h"

/* DELETE, MKCOL, MOVE and COPY: RFC 4918 9.3, 9.6, 9.8 and 9.9. */

/* ---- everything below a place --------------------------------------------------------------------- */

typedef int (*each_fn)(struct visit *v, struct item *i, void *arg);

static int each_id(struct visit *v, const struct place *p, struct buf *ids)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", p->dir, p->leaf);
	int r = path ? db_ask(v->s->db, &st, ITEMS_IN, "is", p->l->id, path) : -ENOMEM;

	while (r >= 0 && (r = db_step(st)) > 0) {
		int64_t id = db_int(st, 0);

		r = buf_add(ids, &id, sizeof(id));
	}
	return r;
}

/* Folders come before what is in them. */
static int each_below(struct visit *v, const struct place *p, each_fn fn, void *arg)
{
	CLEANUP(buf_release_p) struct buf ids = BUF_INIT((size_t) 64 << 20);
	int r = p->folder ? each_id(v, p, &ids) : 0;

	for (size_t at = 0; r >= 0 && at < ids.len; at += sizeof(int64_t)) {
		CLEANUP(item_release_p) struct item i = ITEM_INIT;
		int64_t id;

		memcpy(&id, ids.p + at, sizeof(id));
		r = item_get(v->s->db, p->l, id, &i);
		if (r >= 0)
			r = fn(v, &i, arg);
	}
	return r;
}

/* What is below may not be changed without the right, nor when somebody else holds it. */
static int check_one(struct visit *v, struct item *i, void *arg)
{
	struct place below = { .l = arg, .i = *i };
	struct edit e = dav_edit(v, arg);

	return dav_may_change(v, &e, &below, PERM_DELETE);
}

static int may_delete(struct visit *v, struct edit *e, const struct place *p)
{
	int r;

	if (!p->leaf)
		return dav_refuse(v, 403, 0, "The library itself cannot be deleted here.");
	r = dav_may_change(v, e, p, PERM_DELETE);
	return r < 0 ? r : each_below(v, p, check_one, p->l);
}

/* ---- DELETE ------------------------------------------------------------------------------------------ */

static int delete_place(struct visit *v, struct edit *e, struct place *p)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", p->dir, p->leaf);
	int r = path ? edit_delete(e, &p->i) : -ENOMEM;

	if (r < 0 || v->s->habits.recycle)
		return r;
	return db_run(v->s->db, ITEMS_PURGE, "iis", p->l->id, p->i.id, path);
}

int dav_delete(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	struct edit e;
	int r = place_find(v, path, &p);

	if (r < 0)
		return r;
	e = dav_edit(v, p.l);
	r = dav_preconditions(v, &p);
	if (r >= 0 && !p.exists && !v->s->habits.delete_missing)
		r = -ENOENT;
	if (r >= 0 && p.exists)
		r = may_delete(v, &e, &p);
	if (r >= 0 && p.exists)
		r = delete_place(v, &e, &p);
	if (r >= 0)
		v->rp->status = 204;
	return r;
}

/* ---- MKCOL ------------------------------------------------------------------------------------------- */

static int make_folder(struct visit *v, struct place *p)
{
	struct edit e = dav_edit(v, p->l);
	int r = item_start(p->l, v->person->id, e.now, &p->i);

	p->i.folder = true;
	if (r >= 0)
		r = str_set(&p->i.dir, p->dir);
	if (r >= 0)
		r = str_set(&p->i.leaf, p->leaf);
	if (r >= 0)
		r = edit_set(&e, &p->i, "Title", p->leaf);
	return r < 0 ? r : edit_insert(&e, &p->i);
}

int dav_mkcol(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	int r = place_find(v, path, &p);

	if (r < 0)
		return r;
	if (v->rq->body_len)
		return dav_refuse(v, 415, 0, "Unsupported Media Type");
	if (p.exists)
		return dav_refuse(v, 405, 0, "There is something of that name.");
	r = dav_may_make(v, &p, true);
	if (r >= 0)
		r = make_folder(v, &p);
	if (r >= 0)
		v->rp->status = 201;
	return r;
}

/* ---- MOVE and COPY ----------------------------------------------------------------------------------- */

struct trip {
	struct place from, to;
	bool move;
};

/* Destination is an address of this server, or a path. The path, or NULL with the reply made. */
static char *destination(struct visit *v)
{
	const char *text = http_header(v->rq, "Destination");
	CLEANUP(str_free_p) char *whole = NULL;
	struct uri u = { 0 }, here = { 0 };
	char *path = NULL;

	if (!text) {
		dav_refuse(v, 400, 0, "Destination is missing.");
		return NULL;
	}
	whole = str_printf("%s%s", *text == '/' ? v->base : "", text);
	if (whole && uri_parse(whole, &u) == 0 && uri_parse(v->base, &here) == 0 && uri_same_origin(&u, &here))
		path = strdup(u.path);
	else
		dav_refuse(v, 502, 0, "Destination is on another server.");
	uri_release(&u);
	uri_release(&here);
	return path;
}

/* Is `to` below the folder `from`, or that itself in other words? */
static bool is_inside(const struct trip *t)
{
	CLEANUP(str_free_p) char *from = str_printf("%s/%s", t->from.dir, t->from.leaf);
	size_t n = from ? strlen(from) : 0;

	return t->from.l == t->to.l && from && strncasecmp(t->to.dir, from, n) == 0 &&
	       (!t->to.dir[n] || t->to.dir[n] == '/');
}

static bool is_same(const struct trip *t)
{
	return t->to.exists && t->from.l == t->to.l && t->from.i.id == t->to.i.id;
}

/* The name as the client wrote it, not as it is stored now: MOVE may change its case. */
static int take_new_name(struct place *to, const char *path)
{
	CLEANUP(str_free_p) char *copy = strdup(path);
	size_t n = copy ? strlen(copy) : 0;

	while (n > 1 && copy[n - 1] == '/')
		copy[--n] = '\0';
	return copy && strrchr(copy, '/') ? str_set(&to->leaf, strrchr(copy, '/') + 1) : -ENOMEM;
}

static int check_shape(struct visit *v, const struct trip *t)
{
	const char *overwrite = http_header(v->rq, "Overwrite");

	if (!t->from.leaf || !t->to.leaf)
		return dav_refuse(v, 403, 0, "A library is neither moved nor written over here.");
	if (is_inside(t) || (is_same(t) && !t->move))
		return dav_refuse(v, 403, 0, "Source and destination are the same, or one is in the other.");
	if (t->to.exists && !is_same(t) && str_eq_nocase(overwrite, "F"))
		return dav_refuse(v, 412, V_FILE_EXISTS, "There is something of that name.");
	return 0;
}

static int may_leave(struct visit *v, const struct trip *t)
{
	struct edit e = dav_edit(v, t->from.l);
	int r = dav_may_change(v, &e, &t->from, t->from.l == t->to.l ? PERM_EDIT : PERM_DELETE);

	return r < 0 ? r : each_below(v, &t->from, check_one, t->from.l);
}

static int check_trip(struct visit *v, const struct trip *t)
{
	struct edit e = dav_edit(v, t->to.l);
	int r = check_shape(v, t);

	if (r >= 0 && t->move)
		r = may_leave(v, t);
	if (r >= 0)
		r = dav_may_make(v, &t->to, t->from.folder);
	if (r >= 0 && t->to.exists && !is_same(t))
		r = may_delete(v, &e, &t->to);
	return r;
}

/* A new item with the columns and the bytes of the old one. */
static int copy_item(struct visit *v, const struct trip *t, const struct item *from, const char *dir,
		     const char *leaf)
{
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	struct edit e = dav_edit(v, t->to.l);
	int64_t at, size;
	int r = item_start(t->to.l, v->person->id, e.now, &i);

	i.folder = from->folder;
	i.size = from->size;
	if (t->move && v->s->habits.move_keeps_id)
		memcpy(i.uid, from->uid, sizeof(i.uid));
	if (r >= 0)
		r = str_set(&i.dir, dir);
	if (r >= 0)
		r = str_set(&i.leaf, leaf);
	if (r >= 0)
		r = pairs_copy(&i.vals, &from->vals);
	if (r >= 0)
		r = pairs_set(&i.vals, "CheckoutUser", NULL);
	if (r >= 0)
		r = edit_insert(&e, &i);
	if (r >= 0)
		r = content_of(v, from, &at, &size);
	if (r > 0)
		r = db_run(v->s->db, CONTENT_PUT, "iiiiii", i.list, i.id, i.version, i.ui, at, size);
	return r;
}

static int copy_below(struct visit *v, struct item *i, void *arg)
{
	const struct trip *t = arg;
	CLEANUP(str_free_p) char *from = str_printf("%s/%s", t->from.dir, t->from.leaf);
	CLEANUP(str_free_p) char *dir =
		from ? str_printf("%s/%s%s", t->to.dir, t->to.leaf, i->dir + strlen(from)) : NULL;

	return dir ? copy_item(v, t, i, dir, i->leaf) : -ENOMEM;
}

static int copy_all(struct visit *v, struct trip *t)
{
	int r = copy_item(v, t, &t->from.i, t->to.dir, t->to.leaf);

	if (r >= 0 && !str_eq(http_header(v->rq, "Depth"), "0"))
		r = each_below(v, &t->from, copy_below, t);
	return r;
}

static int move_it(struct visit *v, struct trip *t)
{
	struct edit e = dav_edit(v, t->from.l);
	int r;

	if (t->from.l != t->to.l) {
		r = copy_all(v, t);
		return r < 0 ? r : edit_delete(&e, &t->from.i);
	}
	r = edit_move(&e, &t->from.i, t->to.dir, t->to.leaf);
	return r < 0 ? r : edit_update(&e, &t->from.i, v->s->habits.move_version ? EDIT_NORMAL : EDIT_RENAME);
}

static int find_both(struct visit *v, struct trip *t, const char *path)
{
	CLEANUP(str_free_p) char *to = NULL;
	int r = place_find(v, path, &t->from);

	if (r < 0 || !t->from.exists)
		return r < 0 ? r : -ENOENT;
	to = destination(v);
	if (!to)
		return -ECANCELED;
	r = place_find(v, to, &t->to);
	if (r == -ENOENT)
		return dav_refuse(v, 409, 0, "The destination is in no library of this site.");
	return r < 0 || !t->to.leaf ? r : take_new_name(&t->to, to);
}

static int travel(struct visit *v, struct trip *t, const char *path)
{
	struct edit e;
	bool over;
	int r = find_both(v, t, path);

	if (r >= 0)
		r = check_trip(v, t);
	if (r < 0)
		return r;
	over = t->to.exists && !is_same(t);
	e = dav_edit(v, t->to.l);
	if (over)
		r = delete_place(v, &e, &t->to);
	if (r >= 0)
		r = t->move ? move_it(v, t) : copy_all(v, t);
	if (r >= 0)
		v->rp->status = over ? 204 : 201;
	return r;
}

int dav_move(struct visit *v, const char *path)
{
	struct trip t = { PLACE_INIT, PLACE_INIT, true };
	int r = travel(v, &t, path);

	place_release(&t.from);
	place_release(&t.to);
	return r;
}

int dav_copy(struct visit *v, const char *path)
{
	struct trip t = { PLACE_INIT, PLACE_INIT, false };
	int r = travel(v, &t, path);

	place_release(&t.from);
	place_release(&t.to);
	return r;
}
