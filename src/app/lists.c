#include "app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "fs/fs.h"
#include "model/list.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "sync/submit.h"
#include "sync/sync.h"
#include "accounts.h"
#include "events.h"
#include "helper.h"
#include "registry.h"

/* A list has come or gone: the kernel's side reads it again and forgets the root's entry. */
static void tell_kernel(struct app *app, int64_t list)
{
	const struct sync_event e = { .kind = SYNC_LIST, .list = list };

	if (app->fs)
		fs_event(app->fs, &e);
}

/* S5, as a run that `progress` shows. Before the engine is made it finds the list by itself. */
static void tell_engine(struct app *app, int64_t list)
{
	int r;

	if (!app->sync)
		return;
	if (app->started)
		events_run_ask(app);
	r = sync_list_added(app->sync, list);
	if (r < 0)
		log_error("a new list is not synchronised before the next mount: %s", err_text(NULL, r));
	if (app->started)
		events_run_asked(app);
}

/* ---- adding ------------------------------------------------------------------------ */

static int add_row(struct app *app, const struct registry_entry *e, int64_t *ret)
{
	CLEANUP(list_release_p) struct list info = LIST_INIT;
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = registry_to_list(e, &info);

	if (r == 0)
		r = store_begin(app->store);
	if (r < 0)
		return r;
	txn = app->store;
	r = store_list_add(app->store, e->site, e->name, &info, ret);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(app->store);
}

/* 1: it was missing and is there now. */
static int add_if_missing(struct app *app, const struct registry_entry *e, struct err *err)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int64_t id = 0;
	int r = store_list_find_guid(app->store, e->site, e->id, &l);

	if (r != -ENOENT)
		return r;
	r = add_row(app, e, &id);
	if (r == -EEXIST)
		return err_set(err, r, "%s: a list of this name is mounted already; choose another with --as", e->name);
	if (r < 0)
		return r;
	tell_kernel(app, id);
	tell_engine(app, id);
	log_notice("list \"%s\" added, of %s", e->name, e->site);
	return 1;
}

int lists_reconcile(struct app *app, struct err *err)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	int added = 0;
	int r = registry_load(app->places->lists, app->places->profile, &reg, err);

	for (size_t i = 0; r >= 0 && i < reg.n; i++)
		if (reg.v[i].alternates)
			r = accounts_confirm(app->accounts, reg.v[i].site, reg.v[i].alternates);
	for (size_t i = 0; r >= 0 && i < reg.n; i++) {
		r = add_if_missing(app, &reg.v[i], err);
		added += r > 0;
	}
	return r < 0 ? err_add(err, r, "%s: %s", app->places->lists, err_text(NULL, r)) : added;
}

static int set_form(struct app *app, const struct registry_entry *e)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_find_guid(app->store, e->site, e->id, &l);

	if (r < 0 || (str_eq(l.info.format, e->format) && !(l.info.flags & LIST_RAW_HTML) == !e->html))
		return r == -ENOENT ? 0 : r;
	r = sync_submit_format(app->sync, l.id, e->format, e->html);
	if (r == 0)
		tell_kernel(app, l.id);
	return r;
}

int lists_forms(struct app *app, struct err *err)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	int r = registry_load(app->places->lists, app->places->profile, &reg, err);

	for (size_t i = 0; r == 0 && i < reg.n; i++)
		r = set_form(app, &reg.v[i]);
	return r < 0 ? err_add(err, r, "%s: %s", app->places->lists, err_text(NULL, r)) : 0;
}

/* ---- what would be lost --------------------------------------------------------------- */

struct rescue {
	struct app *app;
	const struct store_list *list;
	bool copy; /* else only counted */
	int64_t n;
};

static int count_change(void *arg, const struct store_change *c)
{
	struct rescue *w = arg;

	w->n++;
	return w->copy ? sync_submit_discard(w->app->sync, c->id) : 0;
}

/* A free name in conflicts/LIST for the file: fresh string. 0 or -errno. */
static int free_path(struct rescue *w, const char *name, char **ret)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/conflicts/%s", store_dir(w->app->store), w->list->name);
	int r = dir ? fsutil_mkdirs(dir, 0700) : -ENOMEM;

	for (int i = 1; r == 0; i++) {
		CLEANUP(str_free_p) char *path = i == 1 ? str_printf("%s/%s", dir, name) :
							  str_printf("%s/%d %s", dir, i, name);

		if (!path)
			return -ENOMEM;
		if (access(path, F_OK) == 0)
			continue;
		*ret = path;
		path = NULL;
		return 0;
	}
	return r;
}

/* Texts that were never sent because they are no valid items. */
static int keep_text(struct rescue *w, const struct store_node *n)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(64u << 20);
	CLEANUP(str_free_p) char *path = NULL;
	int r = store_text_get(w->app->store, n->ino, &text, NULL);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = free_path(w, n->name ? n->name : "unnamed", &path);
	return r < 0 ? r : fsutil_replace(path, 0600, buf_str(&text), text.len);
}

static int keep_scratch(struct rescue *w, const struct store_node *n)
{
	CLEANUP(str_free_p) char *from = str_printf("%s/scratch/%lld", store_dir(w->app->store), (long long) n->ino);
	CLEANUP(str_free_p) char *to = NULL;
	int r = free_path(w, n->name ? n->name : "unnamed", &to);

	if (r < 0 || !from)
		return r < 0 ? r : -ENOMEM;
	return rename(from, to) < 0 && errno != ENOENT ? -errno : 0;
}

static int visit(void *arg, const struct store_node *n);

static int visit_dir(struct rescue *w, int64_t ino)
{
	return store_node_children(w->app->store, ino, 0, visit, w);
}

static int visit(void *arg, const struct store_node *n)
{
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	struct rescue *w = arg;

	if (n->kind == STORE_NODE_FOLDER || n->kind == STORE_NODE_SCRATCH_DIR ||
	    n->kind == STORE_NODE_ATTACHMENTS)
		return visit_dir(w, n->ino);
	if (n->kind == STORE_NODE_SCRATCH) {
		w->n++;
		return w->copy ? keep_scratch(w, n) : 0;
	}
	if (store_text_get(w->app->store, n->ino, NULL, &text) < 0 || text.state == STORE_TEXT_KEPT)
		return 0;
	w->n++;
	return w->copy ? keep_text(w, n) : 0;
}

/* Counts (copy: and rescues) what exists only here. */
static int rescue(struct app *app, const struct store_list *l, bool copy, int64_t *ret)
{
	struct rescue w = { .app = app, .list = l, .copy = copy };
	int r = visit_dir(&w, l->root);

	if (r == 0)
		r = store_change_each(app->store, l->id, count_change, &w);
	*ret = w.n;
	return r;
}

/* ---- removing --------------------------------------------------------------------------- */

static int remove_row(struct app *app, int64_t id)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	int r = store_begin(app->store);

	if (r < 0)
		return r;
	txn = app->store;
	r = store_list_remove(app->store, id);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(app->store);
}

static int remove_list(struct app *app, const struct store_list *l, bool force, struct err *err)
{
	int64_t n = 0;
	int r = rescue(app, l, false, &n);

	if (r < 0)
		return r;
	if (n && !force)
		return err_set(err, -EBUSY, "%s: %lld file%s exist only here (not sent, or local); --force removes the list and "
			       "keeps copies in %s/conflicts/%s", l->name, (long long) n, n == 1 ? "" : "s",
			       store_dir(app->store), l->name);
	if (n)
		r = rescue(app, l, true, &n);
	if (r < 0)
		return r;
	sync_list_removed(app->sync, l->id);
	r = remove_row(app, l->id);
	if (r < 0)
		return r;
	tell_kernel(app, l->id);
	log_notice("list \"%s\" removed, of %s", l->name, l->site);
	return 0;
}

int lists_remove(struct app *app, const char *name, bool force, struct err *err)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	int r = store_list_find(app->store, name, &l);
	bool in_store = r == 0;

	if (in_store)
		r = remove_list(app, &l, force, err);
	if (r < 0 && r != -ENOENT)
		return err_add(err, r, "%s: %s", name, err_text(NULL, r));
	if (app->helper)
		r = helper_remove_list(app->helper, name, err);
	else
		r = registry_remove(app->places->lists, app->places->profile, name, err);
	return r == -ENOENT && in_store ? 0 : r;
}
