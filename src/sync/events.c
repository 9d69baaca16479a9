#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static void drop(struct sync_event *e)
{
	free((char *) e->name);
	free((char *) e->to_name);
	free((char *) e->text);
}

static int copy_strings(struct sync_event *to, const struct sync_event *from)
{
	char *name = NULL, *to_name = NULL, *text = NULL;
	int r = str_set(&name, from->name);

	if (r == 0)
		r = str_set(&to_name, from->to_name);
	if (r == 0)
		r = str_set(&text, from->text);
	to->name = name;
	to->to_name = to_name;
	to->text = text;
	return r;
}

int events_add(struct events *ev, const struct sync_event *e)
{
	struct sync_event copy = *e;
	int r = vec_grow(&ev->v, &ev->cap, ev->n + 1, sizeof(*ev->v));

	if (r < 0)
		return r;
	r = copy_strings(&copy, e);
	if (r < 0) {
		drop(&copy);
		return r;
	}
	ev->v[ev->n++] = copy;
	return 0;
}

int events_move(struct events *dst, struct events *src)
{
	int r = src->n ? vec_grow(&dst->v, &dst->cap, dst->n + src->n, sizeof(*dst->v)) : 0;

	if (r < 0 || !src->n)
		return r;
	memcpy(dst->v + dst->n, src->v, src->n * sizeof(*src->v));
	dst->n += src->n;
	src->n = 0;
	return 0;
}

void events_deliver(struct events *ev, const struct sync_hooks *hooks)
{
	for (size_t i = 0; i < ev->n; i++) {
		if (hooks->event)
			hooks->event(hooks->arg, &ev->v[i]);
		drop(&ev->v[i]);
	}
	ev->n = 0;
}

void events_release(struct events *ev)
{
	for (size_t i = 0; i < ev->n; i++)
		drop(&ev->v[i]);
	free(ev->v);
	*ev = (struct events) EVENTS_INIT;
}
