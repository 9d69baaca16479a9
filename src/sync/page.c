#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/stage.h"

enum { LIST_MAX = 64 << 20 /* bytes of a packed description */ };

static void reset(struct page *p)
{
	remote_page_release(&p->end);
	list_release(&p->info);
	p->has_info = false;
	p->n_ids = 0;
	numbers_release(&p->rows);
	numbers_release(&p->present);
	p->from = p->staged;
}

void page_release(struct page *p)
{
	reset(p);
	free(p->ids);
}

int page_clear(struct page *p)
{
	p->staged = p->from = 0;
	return store_stage_reset(p->st);
}

int page_copy_list(struct list *dst, const struct list *src)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(LIST_MAX);
	int r = list_pack(src, &b);

	return r < 0 ? r : list_unpack(b.p, b.len, dst);
}

int page_has_other_schema(const struct page *p, const struct list *stored)
{
	CLEANUP(buf_release_p) struct buf now = BUF_INIT(LIST_MAX);
	CLEANUP(buf_release_p) struct buf then = BUF_INIT(LIST_MAX);
	int r;

	if (!p->has_info || !p->info.schema.n)
		return 0;
	r = schema_pack(&p->info.schema, &now);
	if (r == 0)
		r = schema_pack(&stored->schema, &then);
	return r < 0 ? r : now.len != then.len || memcmp(now.p, then.p, now.len) != 0;
}

/* ---- the sink -------------------------------------------------------------------------- */

static int fail(struct page *p, int r)
{
	if (r < 0 && !p->error)
		p->error = r;
	return r;
}

/* The rows so far stay in the stage, where earlier answers' rows may wait, and are not looked at. */
static void sink_restart(void *arg)
{
	reset(arg);
}

static int sink_list(void *arg, const struct list *l)
{
	struct page *p = arg;
	int r = page_copy_list(&p->info, l);

	p->has_info = r == 0;
	return fail(p, r);
}

static int sink_id(void *arg, enum remote_id_change kind, int64_t id)
{
	struct page *p = arg;
	int r = p->n_ids < NUMBERS_MAX ? vec_grow(&p->ids, &p->cap_ids, p->n_ids + 1, sizeof(*p->ids)) : -EFBIG;

	if (r == 0)
		p->ids[p->n_ids++] = (struct page_id) { kind, id };
	return fail(p, r);
}

static int sink_row(void *arg, struct item *row)
{
	struct page *p = arg;
	int r = store_stage_add(p->st, row);

	p->staged += r == 0;
	if (r == 0 && p->want_rows)
		r = numbers_add(&p->rows, row->id);
	return fail(p, r);
}

static int sink_present(void *arg, int64_t id)
{
	struct page *p = arg;

	return fail(p, numbers_add(&p->present, id));
}

enum remote_result page_ask(struct page *p, struct remote *r, const struct remote_pull *q, const atomic_int *cancel,
			    struct remote_fault *f)
{
	const struct remote_sink sink = { sink_restart, sink_list, sink_id, sink_row, sink_present, p };
	enum remote_result res;

	reset(p);
	p->error = 0;
	p->want_rows = q->token != NULL;
	res = r->ops->pull(r, q, &sink, &p->end, cancel, f);
	if (p->error) {
		err_set(&f->err, p->error, "what was received cannot be kept: %s", err_text(NULL, p->error));
		return REMOTE_LIST_BAD;
	}
	numbers_sort(&p->rows);
	numbers_sort(&p->present);
	return res;
}
