#include "conflicts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/item.h"
#include "store/store.h"
#include "app.h"

/* ---- all ------------------------------------------------------------------------------- */

static int is_seen(const struct dirent *e)
{
	return *e->d_name != '.';
}

static int is_entry(const struct dirent *e)
{
	return sync_conflict_is_entry(e->d_name);
}

static void free_names(struct dirent **v, int n)
{
	for (int i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static int each_of_list(const char *dir, const char *list, int (*fn)(void *arg, const struct sync_conflict *c), void *arg)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/conflicts/%s", dir, list);
	struct dirent **names;
	int n = path ? scandir(path, &names, is_entry, alphasort) : -1, r = path ? 0 : -ENOMEM;

	for (int i = 0; r == 0 && i < n; i++) {
		CLEANUP(sync_conflict_release_p) struct sync_conflict c = SYNC_CONFLICT_INIT;

		r = sync_conflict_load(dir, list, names[i]->d_name, &c);
		r = r == -ENOENT ? 0 : r < 0 ? r : fn(arg, &c);
	}
	if (n >= 0)
		free_names(names, n);
	return r;
}

int conflicts_each(struct app *app, int (*fn)(void *arg, const struct sync_conflict *c), void *arg)
{
	const char *dir = store_dir(app->store);
	CLEANUP(str_free_p) char *top = str_printf("%s/conflicts", dir);
	struct dirent **lists;
	int n = top ? scandir(top, &lists, is_seen, alphasort) : -1, r = 0;

	if (n < 0)
		return top ? 0 : -ENOMEM; /* there never was one */
	for (int i = 0; r == 0 && i < n; i++)
		r = each_of_list(dir, lists[i]->d_name, fn, arg);
	free_names(lists, n);
	return r;
}

/* ---- one -------------------------------------------------------------------------------- */

struct search {
	const char *leaf;   /* "Write report.txt" */
	const char *parent; /* what stands before it: "Tasks"; NULL: nothing does */
	size_t parent_n;
	int found;
	struct sync_conflict *first; /* foreign */
	struct buf *names;           /* of all that were found */
};

static bool is_parent(const struct search *s, const char *name)
{
	return strlen(name) == s->parent_n && strncmp(name, s->parent, s->parent_n) == 0;
}

static bool is_meant(const struct search *s, const struct sync_conflict *c)
{
	const char *dot = strrchr(c->name, '.');
	bool name = str_eq(s->leaf, c->file) || str_eq(s->leaf, c->name);

	/* The title alone will do. */
	if (!name && dot)
		name = strlen(s->leaf) == (size_t) (dot - c->name) && str_starts(c->name, s->leaf);
	if (!name || !s->parent)
		return name;
	return is_parent(s, c->list) || (c->folder && is_parent(s, item_leaf(c->folder)));
}

static int look(void *arg, const struct sync_conflict *c)
{
	struct search *s = arg;

	if (!is_meant(s, c))
		return 0;
	buf_addf(s->names, "%s%s/%s", s->found++ ? "; " : "", c->list, c->file);
	if (s->found > 1)
		return 0;
	s->first->list = strdup(c->list);
	s->first->file = strdup(c->file);
	return s->first->list && s->first->file ? 0 : -ENOMEM;
}

static void split(const char *word, struct search *ret)
{
	const char *before;

	ret->leaf = item_leaf(word);
	if (ret->leaf == word)
		return;
	before = ret->leaf - 1;
	while (before > word && before[-1] != '/')
		before--;
	ret->parent = before;
	ret->parent_n = (size_t) (ret->leaf - 1 - before);
	if (!ret->parent_n || strncmp(ret->parent, "./", 2) == 0)
		ret->parent = NULL;
}

int conflicts_find(struct app *app, const char *word, struct sync_conflict *ret, struct err *err)
{
	CLEANUP(sync_conflict_release_p) struct sync_conflict first = SYNC_CONFLICT_INIT;
	CLEANUP(buf_release_p) struct buf names = BUF_INIT(65536);
	struct search s = { .first = &first, .names = &names };
	int r;

	split(word, &s);
	r = conflicts_each(app, look, &s);
	if (r < 0)
		return r;
	if (!s.found)
		return err_set(err, -ENOENT, "there is no conflict \"%s\"; `spfs conflicts` lists them", word);
	if (s.found > 1)
		return err_set(err, -ENOTUNIQ, "\"%s\" has %d conflicts, name one of them: %s", word, s.found,
			       buf_str(&names));
	return sync_conflict_load(store_dir(app->store), first.list, first.file, ret);
}
