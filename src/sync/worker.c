#include <errno.h>

#include "base/clock.h"
#include "base/str.h"
#include "remote/remote.h"
#include "engine.h"
#include "job.h"

/* The threads that talk to the server: each takes a list of its site that is due, and works on it alone. */

static bool is_working(const struct site *site)
{
	for (int i = 0; i < SITE_WORKERS; i++)
		if (site->workers[i].entry)
			return true;
	return false;
}

/* The list of the site that has been due the longest; NULL: none is. After a failure one worker looks whether the
 * site is well again before the other goes on. Needs the lock. */
static struct entry *pick(const struct site *site)
{
	int64_t best = clock_mono_ms() + 1;
	struct entry *found = NULL;

	if (site->backoff.tries && is_working(site))
		return NULL;
	for (struct entry *e = site->s->entries; e; e = e->next) {
		int64_t at = e->site == site && !e->worker ? engine_due(site->s, e) : POLICY_NEVER;

		if (at >= best)
			continue;
		best = at;
		found = e;
	}
	return found;
}

void *worker_main(void *worker)
{
	struct worker *w = worker;
	struct sync *s = w->site->s;

	lock_take(&s->lock);
	while (!s->quit) {
		struct entry *e = pick(w->site);

		if (!e) {
			cond_wait(&w->site->work, &s->lock);
			continue;
		}
		e->worker = w;
		w->entry = e;
		atomic_store(&w->cancel, 0);
		lock_give(&s->lock);
		job_run(w, e);
		lock_take(&s->lock);
		w->entry = NULL;
		if (w->site->backoff.tries)
			cond_wake_all(&w->site->work);
		cond_wake_all(&s->quiet);
	}
	lock_give(&s->lock);
	for (int i = 0; i < WORKER_MORE; i++)
		if (w->more[i])
			w->more[i] = w->more[i]->ops->close(w->more[i]);
	if (w->remote)
		w->remote = w->remote->ops->close(w->remote);
	return NULL;
}
