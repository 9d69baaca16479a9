#include "pull.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/map.h"
#include "base/str.h"
#include "store/item.h"
#include "store/journal.h"
#include "policy.h"
#include "puller.h"

/*
 * The conversation of a pull (MS-OUTSPS 3.2.4.1): rounds of pages.
 *
 *	round   everything since one token: one page, or as many as carry a position.
 *	        The token of the FIRST page is kept for the next round: what changes while the pages
 *	        are read comes again instead of being missed.
 *	MoreChanges, ids without rows (Rename, SystemUpdate, Restore): one more round;
 *	        also after pages, when something waits to be sent
 *	anew    the token is worthless (InvalidToken, the list was restored), or the items may be
 *	        others although they have not changed (rights, columns): from the start,
 *	        and what does not come is not there any more
 *
 * Invariants: (1) nothing of an answer is applied before the answer is whole;
 * (2) the token moves in the transaction that applies the last of a round, or of
 * the round that brings the rows of its ids, so that a crash, or a failure between the two, repeats work and skips none; (3) that a pull reads anew is durable before it begins.
 */

enum {
	ROUNDS_MAX = 100000, /* of one pull; 40 changes each */
	EXTRA_MAX = 100,     /* ids asked for in one request */
	LIMIT_MIN = 50,      /* rows of a page: with fewer nothing is gained */
};

#define CODE_THRESHOLD 0x80070024u

void puller_release(struct puller *p)
{
	store_list_release(&p->list);
	page_release(&p->page);
	numbers_release(&p->deferred);
	numbers_release(&p->extra);
	numbers_release(&p->forced);
	map_free(p->seen);
	free(p->token);
	free(p->position);
	free(p->cursor);
}

static enum remote_result local_failure(struct remote_fault *f, int r)
{
	/* The list was removed here while it was being received. */
	if (r == -ENOENT)
		return REMOTE_CANCELED;
	err_set(&f->err, r, "what was received cannot be stored: %s", err_text(NULL, r));
	return REMOTE_LIST_BAD;
}

/* ---- from the start ----------------------------------------------------------------------- */

/* Durable first: killed in the middle, the next pull must not trust half of this one. */
static int begin_anew(struct puller *p)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(p->in->conf);
	int r = txn_begin(&t, p->in->list);

	if (r < 0)
		return r;
	str_free_p(&t.list.token);
	t.list.generation++;
	r = store_list_put(t.st, &t.list);
	if (r == 0)
		r = txn_commit(&t);
	if (r < 0)
		return r;
	store_list_release(&p->list);
	p->list = t.list;
	t.list = (struct store_list) STORE_LIST_INIT;
	p->anew = true;
	str_free_p(&p->cursor);
	numbers_release(&p->deferred);
	numbers_release(&p->extra);
	numbers_release(&p->forced);
	return page_clear(&p->page);
}

/* Columns that a pull with a token brought: the rows are asked for with them from now on. */
static int store_schema(struct puller *p)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(p->in->conf);
	int r = txn_begin(&t, p->in->list);

	if (r == 0)
		r = puller_take_info(p, &t);
	if (r == 0)
		r = txn_commit(&t);
	if (r == 0)
		events_deliver(&t.ev, p->in->conf->hooks);
	return r;
}

static enum remote_result start_anew(struct puller *p, const char *why, struct remote_fault *f)
{
	int r;

	if (p->anew) {
		err_set(&f->err, -EPROTO, "the server wants the list to be read from the start while it is (%s)", why);
		return REMOTE_LIST_BAD;
	}
	if (!p->in->may_resync) {
		err_set(&f->err, -EAGAIN, "the list must be read from the start again (%s), which spfs does by itself at most once "
			"an hour; `spfs sync \"%s\"` does it now", why, p->list.name);
		return REMOTE_LIST_BAD;
	}
	r = page_has_other_schema(&p->page, &p->list.info);
	if (r > 0)
		r = store_schema(p);
	if (r == 0)
		r = begin_anew(p);
	p->out->resynced = true;
	return r < 0 ? local_failure(f, r) : REMOTE_OK;
}

/* Why the answer cannot be applied to what is here; NULL: it can. -errno in *ret. */
static const char *reason_to_start(struct puller *p, int *ret)
{
	const char *then = p->list.perm_text, *now = p->page.end.perm_text;

	*ret = 0;
	if (p->page.end.whole_restore && !PLANTED("no_restore"))
		return "it was restored";
	if (p->anew)
		return NULL;
	/* Items that we may not see any more are not reported as deleted (MS-OUTSPS_R803). */
	if (then && now && strcmp(then, now) != 0 && !PLANTED("rights_ignored"))
		return "permissions changed";
	*ret = page_has_other_schema(&p->page, &p->list.info);
	return *ret > 0 && !PLANTED("columns_ignored") ? "columns changed" : NULL;
}

/* ---- one page --------------------------------------------------------------------------------- */

/* "1,2,3": the next of the ids whose rows are missing. They are looked at whatever their version is. */
static int take_extra(struct puller *p, struct buf *out)
{
	int r = 0;

	for (int i = 0; r == 0 && i < EXTRA_MAX && p->extra.n; i++) {
		int64_t id = p->extra.v[--p->extra.n];

		buf_addf(out, "%s%lld", i ? "," : "", (long long) id);
		r = numbers_add(&p->forced, id);
	}
	numbers_sort(&p->forced);
	return r < 0 ? r : buf_error(out);
}

static int row_limit(const struct puller *p)
{
	int limit = p->limit ? p->limit : p->in->conf->page_rows, half = p->list.info.max_throttled / 2;

	return half > 0 && half < limit ? half : limit;
}

static enum remote_result ask(struct puller *p, const char *extra, struct remote_fault *f)
{
	const struct remote_pull q = {
		.list_id = p->list.info.id,
		.schema = p->list.info.schema.n ? &p->list.info.schema : NULL,
		.token = p->list.token,
		.position = p->position,
		.extra_ids = p->list.token && *extra && !PLANTED("no_extra_ids") ? extra : NULL,
		.row_limit = p->list.token ? 0 : row_limit(p),
	};
	/* Rows of earlier pages wait for their folders in the stage. */
	int r = p->deferred.n ? 0 : page_clear(&p->page);

	return r < 0 ? local_failure(f, r) : page_ask(&p->page, p->in->remote, &q, p->in->cancel, f);
}

/* Moves on to the next page. 1: there is one; 0: that was the last; p->partial: only because the
 * server began to repeat itself. */
static int next_position(struct puller *p)
{
	char *next = p->page.end.position;

	free(p->position);
	p->position = NULL;
	if (!next || !*next)
		return 0;
	if (map_find(p->seen, next)) {
		p->partial = true;
		return 0;
	}
	p->position = next;
	p->page.end.position = NULL;
	p->paged = true;
	return map_put(p->seen, p->position, p) < 0 ? -ENOMEM : 1;
}

static int keep_token(struct puller *p)
{
	if (p->token && !PLANTED("lose_token"))
		return 0;
	return str_set(&p->token, p->page.end.token);
}

/* ---- one round ----------------------------------------------------------------------------------- */

static int begin_round(struct puller *p)
{
	str_free_p(&p->token);
	str_free_p(&p->position);
	p->partial = p->paged = p->more = p->folders = false;
	map_free(p->seen);
	p->seen = map_new();
	return p->seen ? 0 : -ENOMEM;
}

/* Whether the server's list view threshold was met, and smaller pages may pass below it. */
static bool ask_for_less(struct puller *p, struct remote_fault *f)
{
	int limit = row_limit(p) / 2;

	if (f->server_code != CODE_THRESHOLD || p->list.token || limit < LIMIT_MIN)
		return false;
	p->limit = limit;
	*f = (struct remote_fault) { 0 };
	return true;
}

/* Asks for a page and applies it. *ret_last: it was the round's last; *ret_why: nothing was applied, the list
 * is to be read anew. */
static enum remote_result do_page(struct puller *p, const char *extra, bool *ret_last, const char **ret_why,
				  struct remote_fault *f)
{
	enum remote_result res = ask(p, extra, f);
	int r;

	while (res == REMOTE_LIST_BAD && ask_for_less(p, f))
		res = ask(p, extra, f);
	if (res != REMOTE_OK)
		return res;
	CRASH_POINT("pull.received");
	*ret_why = reason_to_start(p, &r);
	if (*ret_why || r < 0)
		return r < 0 ? local_failure(f, r) : REMOTE_OK;
	r = keep_token(p);
	if (r == 0)
		r = next_position(p);
	if (r < 0)
		return local_failure(f, r);
	*ret_last = r == 0;
	p->more |= p->page.end.more_changes && !PLANTED("no_more_changes");
	r = puller_apply(p, *ret_last);
	if (r == -ECANCELED)
		return REMOTE_CANCELED;
	return r < 0 ? local_failure(f, r) : REMOTE_OK;
}

static enum remote_result do_round(struct puller *p, const char **ret_why, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf extra = BUF_INIT(4096);
	enum remote_result res = REMOTE_OK;
	bool last = false;
	int r = begin_round(p);

	if (r == 0 && p->list.token)
		r = take_extra(p, &extra);
	if (r < 0)
		return local_failure(f, r);
	while (res == REMOTE_OK && !last && !*ret_why)
		res = do_page(p, buf_str(&extra), &last, ret_why, f);
	return res;
}

/* Whether the server has more to tell. Without a token, or with one that does not move, asking again would
 * bring the same again. What was edited while pages were read is asked for when something waits to be sent: the
 * server may ignore the version of a Delete, and it would go over that edit. */
static int has_more(struct puller *p)
{
	CLEANUP(str_free_p) char *before = NULL;
	int64_t waits = 0;
	int r = str_set(&before, p->list.token);

	store_list_release(&p->list);
	if (r == 0)
		r = store_list_get(p->in->conf->store, p->in->list, &p->list);
	if (r == 0 && p->cursor)
		r = str_set(&p->list.token, p->cursor);
	if (r == 0 && p->paged && !p->looked)
		r = store_change_count(p->in->conf->store, p->in->list, STORE_CHANGE_QUEUED, &waits);
	if (r < 0 || !p->list.token)
		return r;
	p->looked |= waits > 0;
	return p->extra.n > 0 || waits > 0 || (p->more && !str_eq(before, p->list.token));
}

static enum remote_result rounds(struct puller *p, struct remote_fault *f)
{
	for (int n = 0; n < ROUNDS_MAX; n++) {
		const char *why = NULL;
		enum remote_result res = do_round(p, &why, f);
		int r;

		if (res == REMOTE_TOKEN_GONE && p->list.token)
			why = "its change token has expired";
		else if (res != REMOTE_OK)
			return res == REMOTE_TOKEN_GONE ? REMOTE_LIST_BAD : res;
		/* It has just been read: the next pull sees whether the server still wants that. */
		if (why && p->looked)
			return REMOTE_OK;
		if (why) {
			res = start_anew(p, why, f);
			if (res != REMOTE_OK)
				return res;
			continue;
		}
		p->anew = false;
		r = has_more(p);
		if (r <= 0)
			return r < 0 ? local_failure(f, r) : REMOTE_OK;
	}
	return REMOTE_OK;
}

/* 1 or 0. */
static int is_worth_reading(const struct pull *in)
{
	int64_t items;
	int r = in->echoes > POLICY_CUT ? store_item_count(in->conf->store, in->list, &items) : 0;

	if (r < 0 || in->echoes <= POLICY_CUT)
		return r;
	return policy_read_whole(in->echoes, items, in->conf->page_rows);
}

enum remote_result pull_run(const struct pull *in, struct pull_result *ret, struct remote_fault *f)
{
	CLEANUP(puller_release) struct puller p = { .in = in, .out = ret, .page = { .st = in->conf->store } };
	struct store_item_key key;
	int r = store_list_get(in->conf->store, in->list, &p.list);

	if (r == 0)
		r = page_clear(&p.page);
	if (r == 0)
		r = store_item_keys(in->conf->store, in->list, 0, &key, 1);
	p.had_items = r > 0;
	r = r > 0 ? 0 : r;
	/* Without a token it is read from the start, whatever is here. */
	if (r == 0)
		r = p.list.token ? is_worth_reading(in) : 1;
	if (r > 0)
		r = begin_anew(&p);
	return r < 0 ? local_failure(f, r) : rounds(&p, f);
}
