#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "dav.h"
#include "davlock.h"
#include "model.h"
#include "perm.h"
#include "server.h"
#include "xml.h"

/* LOCK and UNLOCK: RFC 4918 9.10 and 9.11. */

#define LOCK_SECONDS 180
#define LOCK_SECONDS_MAX 86400

/* "Second-600, Infinite": the first that is understood. */
static int64_t read_timeout(const struct visit *v)
{
	const char *s = http_header(v->rq, "Timeout");
	int64_t n;

	if (!s)
		return LOCK_SECONDS;
	if (strncasecmp(s, "Second-", 7) != 0)
		return LOCK_SECONDS_MAX;
	n = strtoll(s + 7, NULL, 10);
	return n < 1 ? LOCK_SECONDS : n > LOCK_SECONDS_MAX ? LOCK_SECONDS_MAX : n;
}

void dav_lock_xml(const struct davlock *l, struct buf *out)
{
	buf_adds(out, "<D:lockdiscovery>");
	if (l) {
		buf_adds(out, "<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:exclusive/>"
			      "</D:lockscope><D:depth>0</D:depth>");
		buf_adds(out, l->owner);
		buf_addf(out, "<D:timeout>Second-%lld</D:timeout><D:locktoken><D:href>", (long long) l->seconds);
		xml_text(out, l->token);
		buf_adds(out, "</D:href></D:locktoken></D:activelock>");
	}
	buf_adds(out, "</D:lockdiscovery>");
}

static void answer(struct visit *v, const struct davlock *l, int status)
{
	v->rp->status = status;
	http_set_type(v->rp, "text/xml; charset=utf-8");
	http_set_header(v->rp, "Lock-Token", "%s", l->token);
	buf_adds(&v->rp->body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:prop xmlns:D=\"DAV:\">");
	dav_lock_xml(l, &v->rp->body);
	buf_adds(&v->rp->body, "</D:prop>");
}

/* The owner element of lockinfo, with nothing but its text: what is in it is for people. */
static int read_info(struct visit *v, char **ret_owner)
{
	CLEANUP(xml_free_p) struct xml *x = NULL;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(65536);
	const struct xml *owner;
	int r = xml_parse(v->rq->body, v->rq->body_len, &x);

	if (r == -EINVAL || (r == 0 && strcmp(x->name, "lockinfo") != 0))
		return dav_refuse(v, 400, 0, "That is no lockinfo.");
	if (r < 0)
		return r;
	if (xml_child(xml_child(x, "lockscope"), "shared"))
		return dav_refuse(v, 409, 0, "Only exclusive locks.");
	owner = xml_child(x, "owner");
	if (!owner)
		return 0;
	buf_adds(&out, "<D:owner>");
	xml_text(&out, xml_first(owner) && xml_first(owner)->text ? xml_first(owner)->text : owner->text);
	buf_adds(&out, "</D:owner>");
	*ret_owner = buf_take(&out);
	return *ret_owner ? 0 : -ENOMEM;
}

/* A lock of nothing makes an empty document (RFC 4918 7.3). */
static int make_empty(struct visit *v, struct place *p)
{
	int r = dav_may_make(v, p, false);

	if (r >= 0 && !v->s->habits.lock_new)
		r = dav_refuse(v, 404, 0, "Not Found");
	return r < 0 ? r : dav_store_new(v, p);
}

static int take_lock(struct visit *v, struct place *p)
{
	struct edit e = dav_edit(v, p->l);
	CLEANUP(str_free_p) char *owner = NULL;
	bool fresh = !p->exists;
	int64_t seconds = read_timeout(v);
	struct davlock *l;
	int r = read_info(v, &owner);

	if (r >= 0)
		r = fresh ? make_empty(v, p) : dav_may_change(v, &e, p, PERM_EDIT);
	if (r < 0)
		return r;
	l = davlock_find(&v->s->locks, p->i.list, p->i.id, e.now);
	if (l)
		return dav_refuse(v, 423, V_CHECKED_OUT, "The file is locked.");
	r = davlock_take(&v->s->locks, &(struct davlock) { .list = p->i.list, .item = p->i.id,
							   .person = v->person->id, .seconds = seconds,
							   .until = e.now + seconds, .owner = owner }, &l);
	if (r >= 0)
		answer(v, l, fresh ? 201 : 200);
	return r;
}

static int refresh(struct visit *v, struct place *p)
{
	struct edit e = dav_edit(v, p->l);
	struct davlock *l = davlock_find(&v->s->locks, p->i.list, p->i.id, e.now);
	const char *sent = http_header(v->rq, "If");

	sent = sent ? sent : http_header(v->rq, "Lock-Token");
	if (!l || !sent || !strstr(sent, l->token) || l->person != v->person->id)
		return dav_refuse(v, 412, 0, "Precondition Failed");
	l->seconds = read_timeout(v);
	l->until = e.now + l->seconds;
	answer(v, l, 200);
	return 0;
}

int dav_lock(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	int r = place_find(v, path, &p);

	if (r < 0)
		return r;
	if (p.folder) /* [MS-WDVSE] 2.2.5.2 */
		return dav_refuse(v, 403, 0, "Folders cannot be locked.");
	r = dav_preconditions(v, &p);
	if (r < 0)
		return r;
	if (v->rq->body_len)
		return take_lock(v, &p);
	return p.exists ? refresh(v, &p) : -ENOENT;
}

int dav_unlock(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	const char *token = http_header(v->rq, "Lock-Token");
	struct davlock *l = NULL;
	int r = place_find(v, path, &p);

	if (r >= 0 && !p.exists)
		r = -ENOENT;
	if (r < 0)
		return r;
	if (!token)
		return dav_refuse(v, 400, 0, "Lock-Token is missing.");
	if (p.leaf)
		l = davlock_find(&v->s->locks, p.i.list, p.i.id, dav_edit(v, p.l).now);
	if (!l || !strstr(token, l->token))
		return dav_refuse(v, 409, 0, "There is no such lock.");
	if (l->person != v->person->id)
		return dav_refuse(v, 403, 0, "It is somebody else's lock.");
	davlock_drop(&v->s->locks, l);
	v->rp->status = 204;
	return 0;
}
