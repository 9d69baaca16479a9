#include "txn.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "leaving.h"
#include "parts.h"

int txn_begin(struct txn *t, int64_t list)
{
	int64_t due;
	int r = t->lazy ? store_begin_lazy(t->st) : store_begin(t->st);

	if (r < 0)
		return r;
	t->open = true;
	t->now = clock_now_ns();
	r = store_vacancy_next(t->st, &due);
	t->has_vacancies = r == 0;
	if (r < 0 && r != -ENOENT)
		return r;
	return list ? txn_list(t, list) : 0;
}

int txn_list(struct txn *t, int64_t list)
{
	if (t->list.id == list)
		return 0;
	store_list_release(&t->list);
	return store_list_get(t->st, list, &t->list);
}

static int touch_all(struct txn *t)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_touched; i++)
		r = store_node_touch(t->st, t->touched[i], t->now);
	t->n_touched = 0;
	return r;
}

int txn_commit(struct txn *t)
{
	int r = parts_flush(t);

	if (r == 0)
		r = touch_all(t);
	if (r < 0)
		return r;
	t->open = false;
	return store_commit(t->st);
}

void txn_end(struct txn *t)
{
	if (t->open)
		store_rollback(t->st);
	t->open = false;
	store_list_release(&t->list);
	events_release(&t->ev);
	leaving_free(t->leaving);
	t->leaving = NULL;
	free(t->noted);
	t->noted = NULL;
}

void txn_hold(struct txn *t, int64_t due)
{
	if (due <= t->now)
		t->queued++;
	else if (due < INT64_MAX && (!t->held || due < t->held))
		t->held = due;
}

int txn_touch(struct txn *t, int64_t dir)
{
	/* A first sync adds a thousand entries to one directory: one write a commit is enough. */
	for (size_t i = 0; i < t->n_touched; i++)
		if (t->touched[i] == dir)
			return 0;
	if (t->n_touched == sizeof(t->touched) / sizeof(*t->touched)) {
		int r = touch_all(t);

		if (r < 0)
			return r;
	}
	t->touched[t->n_touched++] = dir;
	return 0;
}

int txn_tell(struct txn *t, enum sync_event_kind kind, const struct store_node *n)
{
	struct sync_event e = { .kind = kind, .list = n->list, .ino = n->ino, .parent = n->parent, .name = n->name };

	return events_add(&t->ev, &e);
}

int txn_tell_renamed(struct txn *t, const struct store_node *n, int64_t parent, const char *name)
{
	struct sync_event e = {
		.kind = SYNC_ENTRY_RENAMED, .list = n->list, .ino = n->ino, .parent = parent, .name = name,
		.to_parent = n->parent, .to_name = n->name,
	};

	return events_add(&t->ev, &e);
}

int txn_say(struct txn *t, enum sync_event_kind kind, const char *name, const char *text)
{
	struct sync_event e = { .kind = kind, .list = t->list.id, .name = name, .text = text };

	if (kind == SYNC_CONFLICT)
		t->conflicts++;
	return events_add(&t->ev, &e);
}

bool txn_is_open(const struct txn *t, int64_t ino)
{
	const struct sync_hooks *h = t->conf->hooks;

	return h->is_open && h->is_open(h->arg, ino);
}
