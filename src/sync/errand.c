#include "errand.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine.h"

static bool is_of(const struct sync_waiter *w, const void *errand)
{
	return w->kind == WAITER_ERRAND && w->end == ((const struct errand *) errand)->number;
}

static bool is_any(const struct sync_waiter *w, const void *arg)
{
	(void) arg;
	return w->kind == WAITER_ERRAND;
}

void errand_add(struct sync *s, struct entry *e, struct errand *x, struct sync_waiter *w, int wait_ms)
{
	x->number = ++s->errands;
	w->kind = WAITER_ERRAND;
	w->since = clock_mono_ms();
	w->deadline = w->since + wait_ms;
	w->end = x->number;
	waiter_add(e, w);
	x->next = e->errands;
	e->errands = x;
	engine_schedule(s, e);
	engine_wake(s);
}

/* Takes the next one out. *ret_wanted: who waited for it was not interrupted. */
static struct errand *take(struct sync *s, struct entry *e, bool *ret_wanted)
{
	const struct sync_waiter *w;
	struct errand *x;

	lock_take(&s->lock);
	x = e->errands;
	if (x)
		e->errands = x->next;
	for (w = x ? e->waiters : NULL; w && !is_of(w, x); w = w->next)
		;
	lock_give(&s->lock);
	*ret_wanted = w;
	return x;
}

bool errand_run(struct worker *w, struct entry *e, enum remote_result *ret, struct remote_fault *f)
{
	bool wanted;
	struct errand *x = take(w->site->s, e, &wanted);

	if (!x)
		return false;
	*ret = wanted ? x->run(w, e, x, f) : REMOTE_OK;
	free(x);
	return true;
}

struct sync_waiter *errand_take_waiter(struct entry *e, const struct errand *x)
{
	return waiter_take(e, is_of, x);
}

void errand_answer(struct sync *s, struct entry *e, const struct errand *x, int r)
{
	struct sync_waiter *w;

	lock_take(&s->lock);
	w = errand_take_waiter(e, x);
	lock_give(&s->lock);
	waiter_finish(w, r);
}

struct sync_waiter *errand_drop(struct entry *e)
{
	while (e->errands) {
		struct errand *x = e->errands;

		e->errands = x->next;
		free(x);
	}
	return waiter_take(e, is_any, NULL);
}
