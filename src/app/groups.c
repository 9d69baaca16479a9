#include "groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/thread.h"
#include "cli/word.h"
#include "store/list.h"
#include "sync/sync.h"
#include "accounts.h"
#include "app.h"
#include "config.h"

struct groups {
	struct lock lock;       /* RANK_LEAF; protects the rest */
	struct group_config *v; /* owned */
	size_t n;
};

struct groups *groups_new(void)
{
	struct groups *g = calloc(1, sizeof(*g));

	if (g)
		lock_init(&g->lock, RANK_LEAF);
	return g;
}

struct groups *groups_free(struct groups *g)
{
	if (!g)
		return NULL;
	config_release_groups(g->v, g->n);
	lock_release(&g->lock);
	free(g);
	return NULL;
}

void groups_load(struct groups *g, struct config *c)
{
	lock_take(&g->lock);
	config_release_groups(g->v, g->n);
	g->v = c->groups;
	g->n = c->n_groups;
	c->groups = NULL;
	c->n_groups = c->cap_groups = 0;
	lock_give(&g->lock);
}

/* ---- lists of groups ------------------------------------------------------------ */

/* The shortest interval of the groups that the list is in; 0: none has one. */
static int interval_of(struct groups *g, const char *list)
{
	int best = 0;

	lock_take(&g->lock);
	for (size_t i = 0; i < g->n; i++) {
		int ms = config_group_has(&g->v[i], list) ? g->v[i].interval_ms : 0;

		if (ms && (!best || ms < best))
			best = ms;
	}
	lock_give(&g->lock);
	return best;
}

static int apply_list(void *arg, const struct store_list *l)
{
	struct app *app = arg;
	int old = accounts_cycle_2003(app->accounts, l->site), ms = interval_of(app->groups, l->name);
	int r = sync_set_read_only(app->sync, l->id, old > 0);

	sync_set_interval(app->sync, l->id, old && (!ms || old < ms) ? old : ms);
	return r == -ENOENT ? 0 : r;
}

int groups_apply(struct app *app)
{
	return store_list_each(app->store, apply_list, app);
}

/* ---- by name ---------------------------------------------------------------------- */

struct found {
	struct groups *g;
	const char *name;
	int64_t *v; /* owned */
	size_t n, cap;
};

static const struct group_config *find(const struct groups *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (str_eq(g->v[i].name, name))
			return &g->v[i];
	return NULL;
}

static int note_list(void *arg, const struct store_list *l)
{
	struct found *f = arg;
	const struct group_config *g;
	bool has;
	int r;

	lock_take(&f->g->lock);
	g = find(f->g, f->name);
	has = g && config_group_has(g, l->name);
	lock_give(&f->g->lock);
	r = has ? vec_grow(&f->v, &f->cap, f->n + 1, sizeof(*f->v)) : 0;
	if (has && r == 0)
		f->v[f->n++] = l->id;
	return r;
}

int groups_lists(struct app *app, const char *name, int64_t **ret, size_t *ret_n)
{
	struct found f = { .g = app->groups, .name = name };
	bool known;
	int r;

	lock_take(&f.g->lock);
	known = find(f.g, name) != NULL;
	lock_give(&f.g->lock);
	r = known ? store_list_each(app->store, note_list, &f) : -ENOENT;
	if (r < 0) {
		free(f.v);
		return r;
	}
	*ret = f.v;
	*ret_n = f.n;
	return 0;
}

void groups_offer(struct app *app, struct cli_word *w, char best[256])
{
	struct groups *g = app->groups;

	lock_take(&g->lock);
	for (size_t i = 0; i < g->n; i++) {
		cli_word_offer(w, g->v[i].name);
		if (w->best != g->v[i].name)
			continue;
		snprintf(best, 256, "%s", g->v[i].name);
		w->best = best;
	}
	lock_give(&g->lock);
}
