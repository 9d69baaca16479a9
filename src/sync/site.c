#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "remote/remote.h"
#include "store/journal.h"
#include "store/list.h"
#include "engine.h"

/* Sites and lists that the engine knows, from the store's. */

struct site *site_free(struct site *site)
{
	cond_release(&site->work);
	free(site->url);
	free(site);
	return NULL;
}

static struct site *site_new(struct sync *s, const char *url)
{
	struct site *site = calloc(1, sizeof(*site));

	if (!site)
		return NULL;
	site->url = strdup(url);
	if (!site->url) {
		free(site);
		return NULL;
	}
	site->s = s;
	cond_init(&site->work);
	for (int i = 0; i < SITE_WORKERS; i++)
		site->workers[i].site = site;
	return site;
}

static struct site *find_site(const struct sync *s, const char *url)
{
	struct site *site = s->sites;

	while (site && strcmp(site->url, url) != 0)
		site = site->next;
	return site;
}

int site_start(struct site *site)
{
	int r = 0;

	for (; r == 0 && site->n_threads < SITE_WORKERS; site->n_threads += r == 0)
		r = -pthread_create(&site->workers[site->n_threads].thread, NULL, worker_main,
				    &site->workers[site->n_threads]);
	/* One worker does all the work, only slower. */
	return site->n_threads ? 0 : r;
}

/* ---- lists -------------------------------------------------------------------------------- */

/* What waits in the journal. */
struct waiting {
	int64_t queued, unsure;
};

static int count(struct store *st, int64_t list, struct waiting *ret)
{
	int r = store_change_count(st, list, STORE_CHANGE_QUEUED, &ret->queued);

	return r < 0 ? r : store_change_count(st, list, STORE_CHANGE_UNSURE, &ret->unsure);
}

static void take_waiting(struct entry *e, const struct waiting *w)
{
	e->queued = w->queued;
	e->later = e->newly = POLICY_NEVER;
	e->first = e->last = clock_mono_ms();
	e->owed = w->unsure > 0;
}

int site_recount(struct sync *s, int64_t list)
{
	struct waiting w;
	struct entry *e;
	int r = count(s->conf.store, list, &w);

	lock_take(&s->lock);
	e = r == 0 ? engine_find(s, list) : NULL;
	if (e) {
		take_waiting(e, &w);
		engine_schedule(s, e);
	}
	lock_give(&s->lock);
	return r;
}

/* Adds what is not there yet. Needs the lock. */
static int add_locked(struct sync *s, const struct store_list *l, const struct waiting *w)
{
	struct site *site = find_site(s, l->site);
	struct entry *e = calloc(1, sizeof(*e));

	if (e && !site) {
		site = site_new(s, l->site);
		if (site) {
			site->next = s->sites;
			s->sites = site;
		}
	}
	if (!e || !site) {
		free(e);
		return -ENOMEM;
	}
	e->list = l->id;
	e->site = site;
	e->complete = l->last_sync != 0;
	e->floor_ns = policy_floor(clock_now_ns(), l->last_sync, l->min_minutes);
	e->recommended = (int64_t) l->recommended_seconds * 1000;
	take_waiting(e, w);
	e->next = s->entries;
	s->entries = e;
	return s->started ? site_start(site) : 0;
}

int site_add_list(struct sync *s, const struct store_list *l)
{
	struct waiting w;
	int r = count(s->conf.store, l->id, &w);

	if (r < 0)
		return r;
	lock_take(&s->lock);
	r = engine_find(s, l->id) ? 0 : add_locked(s, l, &w);
	lock_give(&s->lock);
	return r;
}
