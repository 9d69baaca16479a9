#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "dav.h"
#include "db.h"
#include "heap.h"
#include "model.h"
#include "perm.h"
#include "server.h"

/* PUT and DELETE of attachments that are there: [MS-OUTSPS] 3.1.4.9. */

#define ATTACHMENT_MAX ((size_t) 64 << 20)

struct attached {
	struct list *l;
	struct item i;
	char *name; /* foreign: in the path */
	char guid[GUID_SIZE];
	int64_t version, modified, size;
};

bool dav_is_attachment(const struct site *s, const char *path)
{
	const char *rest = "";

	return place_list(s, path, &rest) && strncasecmp(rest, "Attachments/", 12) == 0;
}

/* 0, -ENOENT, -errno. */
static int find(struct visit *v, const char *path, struct attached *a)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	const char *rest = "";
	int64_t id;
	size_t n;
	int r;

	a->l = place_list(v->site, path, &rest);
	id = strtoll(rest + strlen("Attachments/"), &a->name, 10);
	if (*a->name++ != '/')
		return -ENOENT;
	r = item_get(v->s->db, a->l, id, &a->i);
	if (r >= 0)
		r = db_ask(v->s->db, &st, ATTACHMENT_GET, "iis", a->l->id, id, a->name);
	if (r >= 0)
		r = db_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	snprintf(a->guid, sizeof(a->guid), "%s", db_text(st, 1));
	a->version = db_int(st, 2);
	a->modified = db_int(st, 3);
	db_block(st, 4, &n);
	a->size = (int64_t) n;
	return 0;
}

int dav_find_attachment(struct visit *v, const char *path, struct item *ret, int64_t *ret_modified)
{
	struct attached a = { .i = ITEM_INIT };
	int r = find(v, path, &a);

	if (r >= 0 && !(perm_of_item(v->person, a.l, &a.i) & PERM_VIEW))
		r = -ENOENT;
	if (r >= 0) {
		memcpy(ret->uid, a.guid, sizeof(ret->uid));
		ret->version = a.version;
		ret->size = a.size;
		*ret_modified = a.modified;
	}
	item_release(&a.i);
	return r < 0 ? r : 0;
}

static int may_change(struct visit *v, const struct attached *a)
{
	CLEANUP(str_free_p) char *etag = str_printf("\"%s,%lld\"", a->guid, (long long) a->version);
	CLEANUP(str_free_p) char *plain = str_printf("%s,%lld", a->guid, (long long) a->version);
	const char *match = http_header(v->rq, "If-Match");

	if (!(perm_of_item(v->person, a->l, &a->i) & PERM_EDIT))
		return dav_refuse(v, 403, 0, "Access denied.");
	/* what the list says has no quotes, and clients send it as it is (MS-OUTSPS_R1240) */
	if (match && !str_eq(match, etag) && !str_eq(match, plain) && !str_eq(match, "*"))
		return dav_refuse(v, 412, 0, "Precondition Failed");
	return 0;
}

/* How much the item changes with its attachments. */
static enum edit_kind news_of(const struct visit *v)
{
	return v->s->habits.attachment_version ? EDIT_NORMAL : EDIT_TOUCH;
}

static int replace(struct visit *v, struct attached *a)
{
	CLEANUP(buf_release_p) struct buf content = BUF_INIT(ATTACHMENT_MAX);
	struct edit e = dav_edit(v, a->l);
	int64_t got = 0;
	int r = buf_resize(&content, v->rq->body_len);

	if (r >= 0 && v->rq->spooled)
		got = heap_read(v->s->heap, v->rq->spool_at, content.p, content.len);
	else if (r >= 0 && v->rq->body_len)
		memcpy(content.p, v->rq->body, content.len);
	if (r < 0 || got < 0)
		return r < 0 ? r : (int) got;
	r = db_run(v->s->db, ATTACHMENT_PUT, "iissiib", a->i.list, a->i.id, a->name, a->guid, a->version + 1, e.now,
		   (const void *) content.p, content.len);
	return r < 0 ? r : edit_update(&e, &a->i, news_of(v));
}

int dav_put_attachment(struct visit *v, const char *path)
{
	struct attached a = { .i = ITEM_INIT };
	int r = find(v, path, &a);

	if (r == -ENOENT)
		r = dav_refuse(v, 409, 0, "There is no such attachment to replace.");
	if (r >= 0)
		r = may_change(v, &a);
	if (r >= 0)
		r = replace(v, &a);
	item_release(&a.i);
	return r;
}

int dav_delete_attachment(struct visit *v, const char *path)
{
	struct attached a = { .i = ITEM_INIT };
	struct edit e;
	int r = find(v, path, &a);

	if (r >= 0)
		r = may_change(v, &a);
	e = dav_edit(v, a.l);
	if (r >= 0)
		r = db_run(v->s->db, ATTACHMENT_DROP, "iis", a.i.list, a.i.id, a.name);
	if (r >= 0) {
		a.i.attachments--;
		r = edit_update(&e, &a.i, news_of(v));
		v->rp->status = 204;
	}
	item_release(&a.i);
	return r;
}
