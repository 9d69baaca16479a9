#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"
#include "base/str.h"
#include "model/item.h"
#include "remote/docs.h"
#include "upload_check.h"
#include "upload_one.h"

/* What is asked of the server for one change; upload.c says why. */
enum { CODE_CHECK_OUT = 0x00090075 };

bool upload_is_plain(const struct upload *u)
{
	return u->c.change.op == CHANGE_STORE && !u->c.change.content.lost && !u->stale && !u->to_item.id && (u->is_new || u->d.etag);
}

/* ---- STORE --------------------------------------------------------------------------------------- */

static void on_sent(void *arg, int64_t sent)
{
	const struct upload *u = arg;

	if (u->p->progress)
		u->p->progress(u->p->arg, u->d.path, sent, u->d.size);
}

/* There is no word for what was stored before the item's row has come. */
static enum remote_result add(struct upload *u)
{
	struct remote *r = u->p->remote;

	u->sent = true;
	return r->docs->attach(r, u->to_item.list, u->to_item.id, item_leaf(u->d.path), u->d.fd, u->d.size, u->p->cancel, u->f);
}

static enum remote_result put_bytes(struct upload *u, struct remote_doc *ret)
{
	struct remote *r = u->p->remote;

	*u->f = (struct remote_fault) { 0 };
	u->sent = true;
	return r->docs->store(r, u->d.path, u->d.fd, u->d.size, u->d.etag, on_sent, u, ret, u->p->cancel, u->f);
}

/* A library that wants every change to be checked out first. */
static enum remote_result out_and_put(struct upload *u, struct remote_doc *ret)
{
	enum remote_result result = upload_check_out(u->p, &u->d, u->f);

	u->checks_out = false;
	return result == REMOTE_OK ? put_bytes(u, ret) : result;
}

enum remote_result upload_put(struct upload *u)
{
	struct remote_doc doc = { .size = -1 };
	enum remote_result result;

	*u->f = (struct remote_fault) { 0 };
	if (u->to_item.id && !u->d.etag)
		result = add(u);
	else
		result = u->checks_out && u->d.etag ? out_and_put(u, &doc) : put_bytes(u, &doc);
	CRASH_POINT("upload.answered");
	if (result == REMOTE_ITEM_BAD && u->f->server_code == CODE_CHECK_OUT && u->d.etag)
		result = out_and_put(u, &doc);
	if (result == REMOTE_OK && str_set(&u->stored, doc.etag) < 0)
		result = REMOTE_LOST;
	remote_doc_release(&doc);
	return result;
}

/* The server has a version that is not the one expected: whose is it? */
static enum remote_result look(struct upload *u, enum upload_fate *fate, bool *ret_again)
{
	enum upload_found found = UPLOAD_OTHER;
	enum remote_result result = upload_look(u->p, &u->d, u->ret, &found, u->f);

	*ret_again = false;
	if (result != REMOTE_OK)
		return result;
	switch (found) {
	case UPLOAD_OURS:
	case UPLOAD_REWRITTEN:
		u->found = true;
		return str_set(&u->stored, u->d.etag) < 0 ? REMOTE_NOT_RUN : REMOTE_OK;
	case UPLOAD_BASE:
		*ret_again = true;
		return REMOTE_OK;
	case UPLOAD_NOTHING:
		str_free_p(&u->d.etag);
		*ret_again = u->is_new;
		if (!u->is_new)
			*fate = UPLOAD_AGAIN; /* its deletion will be heard of */
		return REMOTE_OK;
	case UPLOAD_OTHER:
		break;
	}
	*fate = UPLOAD_BESIDE;
	return REMOTE_OK;
}

/* The server's word for the version that the bytes were made from was never read here. */
static enum remote_result learn(struct upload *u, enum upload_fate *fate, bool *ret_again)
{
	bool moved = false;
	enum remote_result result = upload_learn(u->p, &u->d, u->ret, &moved, u->f);

	if (result != REMOTE_OK || !moved)
		return result;
	/* What was pulled may have made a later version the one that they count as made from. If not, it is looked at. */
	if (u->c.tries > 1)
		return look(u, fate, ret_again);
	*fate = UPLOAD_AGAIN;
	return REMOTE_OK;
}

static enum remote_result store_it(struct upload *u, enum upload_fate *fate)
{
	bool again = !u->c.change.content.lost && !u->stale;
	enum remote_result result = again ? REMOTE_OK : look(u, fate, &again);

	if (result == REMOTE_OK && again && !u->is_new && !u->d.etag)
		result = learn(u, fate, &again);
	for (int i = 0; i < 3 && result == REMOTE_OK && again && *fate == UPLOAD_RESULT; i++) {
		result = u->taken_there ? REMOTE_CONFLICT : upload_put(u);
		u->taken_there = false;
		again = false;
		if (result == REMOTE_CONFLICT)
			result = look(u, fate, &again);
	}
	/* Changed again and again while it was looked at. */
	if (again && result == REMOTE_OK)
		*fate = UPLOAD_AGAIN;
	return result;
}

/* ---- MOVE ------------------------------------------------------------------------------------------ */

/* Whether it is only the way that the name is written. Then the server has the name already: its own. */
static bool is_same_name(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static enum remote_result move(struct upload *u, const char *from, const char *to)
{
	struct remote *r = u->p->remote;

	*u->f = (struct remote_fault) { 0 };
	return r->docs->move(r, from, to, false, u->p->cancel, u->f);
}

static enum remote_result move_it(struct upload *u)
{
	CLEANUP(str_free_p) char *aside = NULL;
	enum remote_result result;

	if (str_eq(u->d.path, u->to))
		return REMOTE_OK;
	result = move(u, u->d.path, u->to);
	CRASH_POINT("upload.answered");
	if (result != REMOTE_CONFLICT || !is_same_name(u->d.path, u->to))
		return result;
	aside = str_printf("%s (renaming)", u->to);
	if (!aside)
		return REMOTE_NOT_RUN;
	result = move(u, u->d.path, aside);
	if (result != REMOTE_OK)
		return result;
	result = move(u, aside, u->to);
	return result == REMOTE_OK ? result : REMOTE_LOST;
}

/* ---- DELETE of an attachment ------------------------------------------------------------------------ */

static enum remote_result detach(struct upload *u)
{
	struct remote *r = u->p->remote;
	enum remote_result result = r->docs->detach(r, u->to_item.list, u->to_item.id, item_leaf(u->d.path), u->p->cancel, u->f);

	CRASH_POINT("upload.answered");
	return result == REMOTE_ITEM_GONE ? REMOTE_OK : result;
}

enum remote_result upload_send(struct upload *u, enum upload_fate *fate)
{
	if (u->c.change.op == CHANGE_STORE)
		return store_it(u, fate);
	if (change_is_check(u->c.change.op))
		return upload_check(u->p, &u->d, &u->c.change, u->f);
	return u->c.change.op == CHANGE_MOVE ? move_it(u) : detach(u);
}
