#include "pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "history.h"
#include "plan.h"

void pending_release(struct pending *p)
{
	for (size_t i = 0; i < p->n; i++)
		store_change_release(&p->v[i].c);
	free(p->v);
	*p = (struct pending) PENDING_INIT;
}

void pending_merge_release(struct pending_merge *m)
{
	values_release(&m->now);
	values_release(&m->base);
	values_release(&m->conflict);
}

/* ---- to and from the journal --------------------------------------------------- */

static int copy_change(struct store_change *to, const struct store_change *from)
{
	int r;

	*to = *from;
	to->reason = to->name = NULL;
	to->change.replication_id = to->change.folder = to->change.name = NULL;
	to->change.fields = (struct values) VALUES_INIT;
	to->change.content = (struct change_content) { 0 };
	r = str_set(&to->reason, from->reason);
	if (r == 0)
		r = str_set(&to->name, from->name);
	if (r == 0)
		r = str_set(&to->change.replication_id, from->change.replication_id);
	if (r == 0)
		r = str_set(&to->change.folder, from->change.folder);
	if (r == 0)
		r = str_set(&to->change.name, from->change.name);
	if (r == 0)
		r = change_content_copy(&to->change.content, &from->change.content);
	return r < 0 ? r : values_copy(&to->change.fields, &from->change.fields);
}

static int append(struct pending *p, struct pending_row **ret)
{
	int r = vec_grow(&p->v, &p->cap, p->n + 1, sizeof(*p->v));

	if (r < 0)
		return r;
	*ret = &p->v[p->n++];
	**ret = (struct pending_row) { .c = STORE_CHANGE_INIT };
	return 0;
}

static int load_row(void *arg, const struct store_change *c)
{
	struct pending_row *row;
	int r = append(arg, &row);

	return r < 0 ? r : copy_change(&row->c, c);
}

int pending_load(struct store *st, int64_t item, struct pending *ret)
{
	return item ? store_change_of_item(st, item, load_row, ret) : 0;
}

static bool is_waiting(const struct pending_row *row)
{
	return !row->gone && (row->c.state == STORE_CHANGE_QUEUED || row->c.state == STORE_CHANGE_REFUSED);
}

static bool is_empty_update(const struct pending_row *row)
{
	return row->c.change.op == CHANGE_UPDATE && row->c.change.fields.n == 0;
}

/* Bytes that the server may have already: whether it does is only seen with them, so later ones do not take their place. */
static bool may_have_arrived(const struct pending_row *row)
{
	return row->c.change.op == CHANGE_STORE && row->c.change.content.lost;
}

/* Folds `later` into `into`. is_there: the server has the item, or may have it by now. 1: done; 0: they stay apart. */
static int fold(struct pending_row *into, struct pending_row *later, bool is_there)
{
	int r;

	if (!is_waiting(into) || !is_waiting(later) || (may_have_arrived(into) && later->c.change.op == CHANGE_STORE))
		return 0;
	r = change_fold(&into->c.change, &later->c.change);
	if (r <= 0)
		return r;
	/* Other bytes of the new document are on their way, or somebody else's are there: it is to be deleted all the same. */
	if (r == 2 && into->c.change.op == CHANGE_STORE && is_there) {
		into->gone = true;
		return 1;
	}
	into->changed = true;
	into->gone = r == 2;
	later->gone = true;
	into->c.touched = later->c.touched;
	/* What was refused is tried again when the user has changed it since. */
	if (into->c.state == STORE_CHANGE_REFUSED) {
		into->c.state = STORE_CHANGE_QUEUED;
		into->c.tries = 0;
		into->c.server_code = 0;
		str_free_p(&into->c.reason);
	}
	return 1;
}

/* Whether any was: what it became may fold into the one before it. 1, 0, -errno. */
static int fold_neighbours(struct pending *p)
{
	bool folded = false;
	struct pending_row *into = NULL;
	size_t before = 0; /* how many there are, with `into` */

	for (size_t i = 0; i < p->n; i++) {
		struct pending_row *row = &p->v[i];
		int r = into && !row->gone ? fold(into, row, p->is_there || before > 1) : 0;

		if (r < 0)
			return r;
		folded |= r > 0;
		if (is_waiting(row) && is_empty_update(row))
			row->gone = true;
		before += !row->gone;
		if (!row->gone)
			into = row;
	}
	return folded;
}

static int fold_all(struct pending *p)
{
	int r;

	do
		r = fold_neighbours(p);
	while (r > 0);
	return r;
}

static int write_row(struct store *st, struct pending_row *row)
{
	if (row->gone)
		return row->c.id ? store_change_delete(st, row->c.id) : 0;
	if (!row->c.id)
		return store_change_add(st, &row->c);
	return row->changed ? store_change_put(st, &row->c) : 0;
}

int pending_store(struct store *st, struct pending *p)
{
	int r = fold_all(p);

	for (size_t i = 0; r == 0 && i < p->n; i++)
		r = write_row(st, &p->v[i]);
	return r;
}

/* ---- questions --------------------------------------------------------------------- */

bool pending_any(const struct pending *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone)
			return true;
	return false;
}

struct pending_row *pending_find(struct pending *p, enum change_op op)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone && p->v[i].c.change.op == op)
			return &p->v[i];
	return NULL;
}

struct pending_row *pending_row(struct pending *p, int64_t change)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].gone && p->v[i].c.id == change)
			return &p->v[i];
	return NULL;
}

int pending_lay(const struct pending *p, const struct values *base, struct values *ret)
{
	int r = values_copy(ret, base);

	for (size_t i = 0; r == 0 && i < p->n; i++)
		if (!p->v[i].gone)
			r = values_overlay(ret, &p->v[i].c.change.fields);
	return r;
}

/* ---- merging ------------------------------------------------------------------------ */

static bool is_append_only(const struct schema *schema, const char *name)
{
	const struct field *f = schema_find(schema, name);

	return f && f->flags & FIELD_APPENDONLY;
}

/* A text that the server appended shows empty there, as before: once the update is known to have arrived it must
 * not be sent a second time. Where that is not to be known, it goes to ret_lost (NULL: nowhere), for the user to see. */
static int drop_appended(const struct schema *schema, struct values *fields, struct values *ret_lost)
{
	int r = 0;

	for (size_t i = fields->n; r == 0 && i-- > 0;) {
		if (!is_append_only(schema, fields->v[i].name))
			continue;
		if (ret_lost)
			r = values_set(ret_lost, fields->v[i].name, fields->v[i].text);
		if (r == 0)
			r = values_set(fields, fields->v[i].name, NULL);
	}
	return r;
}

/* An update that may stand in a later version of its item. 1: it does. */
static int settle_arrival(const struct pending_news *w, struct pending_row *row, struct pending_merge *m)
{
	struct values *mine = &row->c.change.fields;
	bool unsure = row->c.state == STORE_CHANGE_UNSURE;
	int r;

	if (!w->moved || (!unsure && row->c.state != STORE_CHANGE_SENDING))
		return 0;
	switch (history_ask(w->base, w->agent, row->c.tries - 1, w->theirs)) {
	case HISTORY_ARRIVED:
		r = drop_appended(w->schema, mine, NULL);
		return r < 0 ? r : 1;
	case HISTORY_NOT_ARRIVED:
		return 0;
	case HISTORY_SILENT:
		break;
	}
	if (!unsure || plan_not_arrived(w->schema, &m->base, mine, &m->now))
		return 0;
	return drop_appended(w->schema, mine, &m->conflict);
}

/* What is left of an update after the merge becomes the change. */
static void keep_rest(struct pending_row *row, struct values *send)
{
	if (row->c.state == STORE_CHANGE_UNSURE || row->c.state == STORE_CHANGE_SENDING)
		row->c.state = STORE_CHANGE_QUEUED;
	row->changed = true;
	row->gone = send->n == 0;
	values_release(&row->c.change.fields);
	row->c.change.fields = *send;
	*send = (struct values) VALUES_INIT;
}

/* One update. `base` and `now` move on to what the next one was made from and what it will meet. */
static int merge_update(const struct pending_news *w, struct pending_row *row, struct pending_merge *m)
{
	CLEANUP(values_release_p) struct values send = VALUES_INIT;
	CLEANUP(values_release_p) struct values lost = VALUES_INIT;
	struct values *mine = &row->c.change.fields;
	int r = settle_arrival(w, row, m);

	/* Others have changed it since, knowing what we sent. */
	if (r == 0)
		r = plan_merge(w->schema, &m->base, mine, &m->now, &send, &lost);
	if (r >= 0)
		r = values_overlay(&m->base, mine);
	if (r == 0)
		r = values_overlay(&m->now, &send);
	for (size_t i = 0; r == 0 && i < lost.n; i++)
		r = values_set(&m->conflict, lost.v[i].name, lost.v[i].text);
	if (r == 0)
		keep_rest(row, &send);
	return r;
}

int pending_echo(const struct schema *schema, const struct values *sent, const struct values *theirs, struct values *base)
{
	int r = values_overlay(base, sent);

	for (size_t i = 0; r == 0 && i < sent->n; i++)
		if (!is_append_only(schema, sent->v[i].name))
			r = values_set(base, sent->v[i].name, values_get(theirs, sent->v[i].name));
	return r;
}

static int merge_row(const struct pending_news *w, struct pending_row *row, struct pending_merge *m)
{
	if (row->gone)
		return 0;
	switch (row->c.change.op) {
	case CHANGE_NEW:
	case CHANGE_NEW_FOLDER:
		row->gone = true;
		return w->first ? pending_echo(w->schema, &row->c.change.fields, &m->now, &m->base) :
				  values_overlay(&m->base, &row->c.change.fields);
	case CHANGE_UPDATE:
		return merge_update(w, row, m);
	case CHANGE_DELETE:
	case CHANGE_STORE: /* not about values: apply_doc.c */
	case CHANGE_MOVE:
	case CHANGE_CHECK_OUT:
	case CHANGE_CHECK_IN:
	case CHANGE_UNDO_CHECK_OUT:
	case CHANGE_OP_COUNT:
		break;
	}
	return 0;
}

int pending_merge(const struct pending_news *w, struct pending *p, struct pending_merge *ret)
{
	int r = values_copy(&ret->base, w->base);

	if (r == 0)
		r = values_copy(&ret->now, w->theirs);
	for (size_t i = 0; r == 0 && i < p->n; i++)
		r = merge_row(w, &p->v[i], ret);
	return r;
}

/* ---- the user's next change ------------------------------------------------------------ */

int pending_add(struct pending *p, struct store_change *c)
{
	struct pending_row *row;
	int r = append(p, &row);

	if (r < 0)
		return r;
	row->c = *c;
	row->changed = true;
	*c = (struct store_change) STORE_CHANGE_INIT;
	return fold_all(p);
}

int pending_prune(const struct schema *schema, struct pending *p, const struct values *base)
{
	struct pending_row *only = NULL;
	int r = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].gone)
			continue;
		if (only || !is_waiting(&p->v[i]) || p->v[i].c.change.op != CHANGE_UPDATE)
			return 0;
		only = &p->v[i];
	}
	for (size_t i = only ? only->c.change.fields.n : 0; r == 0 && i-- > 0;) {
		struct values *mine = &only->c.change.fields;

		if (!plan_same(schema, mine->v[i].name, mine->v[i].text, values_get(base, mine->v[i].name)))
			continue;
		only->changed = true;
		r = values_set(mine, mine->v[i].name, NULL);
	}
	if (only && is_empty_update(only))
		only->gone = true;
	return r;
}
