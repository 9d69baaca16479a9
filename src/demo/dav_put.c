#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "checkout.h"
#include "dav.h"
#include "db.h"
#include "heap.h"
#include "model.h"
#include "paper.h"
#include "perm.h"
#include "server.h"

/* PUT: [MS-WDV] 3.2.5.2, and what documents-auth says of versions, check-outs and promotion. */

/* ---- how much -------------------------------------------------------------------------------------- */

static int check_size(struct visit *v)
{
	const struct habits *h = &v->s->habits;
	int64_t size = (int64_t) v->rq->body_len, used = 0;
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r;

	if (size > h->max_file)
		return dav_refuse(v, 400, V_TOO_LONG_REQUEST,
				  "The file exceeds the maximum size that the administrator allows.");
	if (!h->quota)
		return 0;
	r = db_ask(v->s->db, &st, CONTENT_SUM, "");
	if (r >= 0)
		r = db_step(st);
	if (r > 0)
		used = db_int(st, 0);
	if (r >= 0 && used + size > h->quota)
		return dav_refuse(v, 507, V_OVER_QUOTA, "The site has exceeded its storage quota.");
	return r < 0 ? r : 0;
}

/* What libmicrohttpd and the heap have already said. */
static int check_body(struct visit *v)
{
	const char *coding = http_header(v->rq, "Transfer-Encoding");

	if (http_header(v->rq, "Content-Range"))
		return dav_refuse(v, 400, 0, "Bad Request");
	if (http_header(v->rq, "MS-BinDiff")) /* [MS-WDVMODUU] R901 */
		return dav_refuse(v, 415, 0, "Unsupported Media Type");
	if (coding && strcasestr(coding, "chunked") && !v->s->habits.chunked)
		return dav_refuse(v, 411, 0, "Length Required");
	return check_size(v);
}

static int check_virus(struct visit *v, const struct place *p)
{
	const char *name = v->s->habits.virus;

	if (!*name || !strcasestr(p->leaf, name))
		return 0;
	http_set_header(v->rp, "X-Virus-Infected", "%s", "EICAR-Test-File");
	return dav_refuse(v, 409, V_VIRUS_UPLOAD, "The document is infected and was not stored.");
}

/* ---- its content ------------------------------------------------------------------------------------- */

static int keep_content(struct visit *v, const struct list *l, const struct item *i, int64_t at)
{
	int r = 0;

	if (!list_prop_is(l, "EnableVersioning", false) && !checkout_person(i))
		r = db_run(v->s->db, CONTENT_FORGET_OLDER, "iii", i->list, i->id, i->version);
	if (r >= 0)
		r = db_run(v->s->db, CONTENT_PUT, "iiiiii", i->list, i->id, i->version, i->ui, at, i->size);
	return r;
}

/* The place of the body; one that came in pieces without a length is in memory still. */
static int64_t body_place(struct visit *v)
{
	if (v->rq->spooled)
		return v->rq->spool_at;
	return heap_put(v->s->heap, v->rq->body, v->rq->body_len);
}

#define COPY_PIECE ((size_t) 1 << 16)

static int copy_heap(struct heap *h, int64_t from, int64_t to, int64_t n)
{
	char *piece = malloc(COPY_PIECE);
	int r = piece ? 0 : -ENOMEM;

	while (r >= 0 && n) {
		int64_t got = heap_read(h, from, piece, n < (int64_t) COPY_PIECE ? (size_t) n : COPY_PIECE);

		r = got < 0 ? (int) got : got == 0 ? -EIO : heap_write(h, to, piece, (size_t) got);
		from += got;
		to += got;
		n -= got;
	}
	free(piece);
	return r;
}

/* Office documents and the like are written anew by the server. 1: *at and *size are others now; 0; -errno. */
static int promote(struct visit *v, const char *name, int64_t version, int64_t *at, int64_t *size)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(4096);
	char tail[PAPER_TAIL];
	size_t n = *size < PAPER_TAIL ? (size_t) *size : PAPER_TAIL, cut = 0;
	int64_t got = heap_read(v->s->heap, *at + *size - (int64_t) n, tail, n), to;
	int r = got < 0 ? (int) got : paper_promote(name, version, tail, n, &cut, &out);

	if (r <= 0)
		return r;
	*size -= (int64_t) cut;
	to = heap_take(v->s->heap, (uint64_t) *size + out.len);
	r = to < 0 ? (int) to : copy_heap(v->s->heap, *at, to, *size);
	if (r >= 0)
		r = heap_write(v->s->heap, to + *size, out.p, out.len);
	*at = to;
	*size += (int64_t) out.len;
	return r < 0 ? r : 1;
}

/* In a version of its own, right behind the PUT's. */
static int promote_later(struct visit *v, struct edit *e, struct place *p, int64_t at)
{
	int r = promote(v, p->i.leaf, p->i.version + 1, &at, &p->i.size);

	if (r <= 0)
		return r;
	r = edit_update(e, &p->i, EDIT_QUIET);
	return r < 0 ? r : keep_content(v, p->l, &p->i, at);
}

/* ---- the item ---------------------------------------------------------------------------------------- */

static int make(struct visit *v, struct edit *e, struct place *p, int64_t size)
{
	char person[24];
	int r = item_start(p->l, v->person->id, e->now, &p->i);

	if (r >= 0)
		r = str_set(&p->i.dir, p->dir);
	if (r >= 0)
		r = str_set(&p->i.leaf, p->leaf);
	if (r >= 0)
		r = edit_defaults(e, &p->i);
	if (r >= 0)
		r = edit_compute(e, &p->i);
	snprintf(person, sizeof(person), "%lld", (long long) v->person->id);
	/* it is its author's alone until it is checked in ([MS-LISTSWS] 3.1.4.7) */
	if (r >= 0 && list_prop_is(p->l, "RequireCheckout", false))
		r = pairs_set(&p->i.vals, "CheckoutUser", person);
	p->i.size = size;
	return r < 0 ? r : edit_insert(e, &p->i);
}

/* Who has it checked out makes no versions until it is checked in. */
static int change(struct visit *v, struct edit *e, struct place *p, int64_t size)
{
	p->i.size = size;
	p->i.doc_modified = e->now;
	if (!checkout_person(&p->i))
		return edit_update(e, &p->i, EDIT_NORMAL);
	p->i.modified = e->now;
	p->i.editor = v->person->id;
	return edit_update(e, &p->i, EDIT_QUIET);
}

int dav_store_new(struct visit *v, struct place *p)
{
	struct edit e = dav_edit(v, p->l);
	int r = make(v, &e, p, 0);

	return r < 0 ? r : keep_content(v, p->l, &p->i, 0);
}

static int store(struct visit *v, struct edit *e, struct place *p)
{
	const int64_t when = v->s->habits.promote;
	bool fresh = !p->exists;
	int64_t at = body_place(v), size = (int64_t) v->rq->body_len;
	int r = at < 0 ? (int) at : 0;

	if (r >= 0 && when == 1)
		r = promote(v, p->leaf, fresh ? 1 : p->i.version + 1, &at, &size);
	if (r >= 0)
		r = fresh ? make(v, e, p, size) : change(v, e, p, size);
	if (r >= 0)
		r = keep_content(v, p->l, &p->i, at);
	if (r >= 0 && when == 2)
		r = promote_later(v, e, p, at);
	if (r < 0)
		return r;
	v->rp->status = fresh ? 201 : 200;
	if (v->s->habits.put_etag)
		dav_describe(v, &p->i);
	return 0;
}

int dav_put(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	struct edit e;
	int r = place_find(v, path, &p);

	if (r < 0)
		return r;
	e = dav_edit(v, p.l);
	if (p.folder)
		return dav_refuse(v, 409, 0, "Conflict: there is a folder of that name.");
	r = check_body(v);
	if (r >= 0)
		r = dav_preconditions(v, &p);
	if (r >= 0)
		r = p.exists ? dav_may_change(v, &e, &p, PERM_EDIT) : dav_may_make(v, &p, false);
	if (r >= 0)
		r = check_virus(v, &p);
	return r < 0 ? r : store(v, &e, &p);
}
