#include "subdir.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

static const struct subdir *const all[] = { &subdir_columns, &subdir_html, &subdir_drafts };

enum { N = sizeof(all) / sizeof(*all) };

/* Whose path it is, and *path becomes what is below; NULL: nobody's. */
static const struct subdir *owner(const char **path)
{
	for (size_t i = 0; i < N; i++) {
		size_t n = strlen(all[i]->name);

		if (!str_starts(*path, all[i]->name) || ((*path)[n] && (*path)[n] != '/'))
			continue;
		*path += n + ((*path)[n] == '/');
		return all[i];
	}
	return NULL;
}

/* The same, if the list has it. */
static int find(struct fs *f, int64_t list, const char **path, const struct subdir **ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	int r = view_tree_list(f->tree, list, &l);

	*ret = r == 0 ? owner(path) : NULL;
	return r < 0 ? r : *ret && (*ret)->has(l) ? 0 : -ENOENT;
}

bool subdir_is_name(const char *name)
{
	return owner(&name) && !*name;
}

int subdir_names(const struct view_list *l, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < N; i++)
		if (all[i]->has(l))
			r = fn(arg, all[i]->name, true);
	return r;
}

int subdir_find(struct fs *f, int64_t list, const char *path, struct subdir_file *ret)
{
	const struct subdir *d;
	int r = find(f, list, &path, &d);

	return r < 0 ? r : d->find(f, list, path, ret);
}

int subdir_text(struct fs *f, int64_t list, const char *path, pid_t reader, struct buf *out)
{
	const struct subdir *d;
	int r = find(f, list, &path, &d);

	return r < 0 ? r : d->text(f, list, path, reader, out);
}

int subdir_list(struct fs *f, int64_t list, const char *path, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	const struct subdir *d;
	int r = find(f, list, &path, &d);

	return r < 0 ? r : d->list(f, list, path, fn, arg);
}

int subdir_save(struct fs *f, int64_t list, const char *path, pid_t writer, const char *text, size_t n)
{
	const struct subdir *d;
	struct err err = { 0 };
	int r = find(f, list, &path, &d);

	if (r == 0)
		r = d->save ? d->save(f, list, path, writer, text, n, &err) : -EACCES;
	if (r < 0)
		log_notice(".spfs/%s/%s: %s", d ? d->name : "", path, err_text(&err, r));
	return r;
}

int subdir_remove(struct fs *f, const struct caller *c, int64_t list, const char *path)
{
	const struct subdir *d;
	int r = find(f, list, &path, &d);

	return r < 0 ? r : d->remove ? d->remove(f, c, list, path) : -EPERM;
}
