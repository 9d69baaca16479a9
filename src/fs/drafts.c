/*
 * drafts/ in a list's .spfs: the files whose text is kept as it was saved because it is not on the server (presentation 3.7), with what
 * is in them, named as they are. rm gives such a text up: the file shows its item again, and one that never was an item goes.
 */
#include "subdir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "names.h"
#include "sync/submit.h"
#include "view/name.h"

static bool has(const struct view_list *l)
{
	return !l->library;
}

/* ---- finding ------------------------------------------------------------------------- */

struct search {
	const char *path; /* foreign; below drafts/ */
	bool is_dir;
	struct view_attr node; /* its own, or a folder's of the list */
};

static int below(void *arg, const char *path, const struct view_attr *a)
{
	const struct search *s = arg;
	size_t n = strlen(s->path);

	(void) a;
	return strncmp(path, s->path, n) == 0 && path[n] == '/';
}

/* The node of the path, whatever it is. */
static int walk(struct fs *f, int64_t list, struct search *s)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	char name[VIEW_NAME_SIZE];
	int r = view_tree_list(f->tree, list, &l);

	if (r == 0)
		r = view_tree_attr(f->tree, l->root, &s->node);
	for (const char *p = s->path; r == 0 && *p;) {
		size_t n = strcspn(p, "/");

		if (n >= sizeof(name))
			return -ENOENT;
		snprintf(name, sizeof(name), "%.*s", (int) n, p);
		p += n + (p[n] == '/');
		r = view_tree_lookup(f->tree, s->node.ino, name, &s->node);
	}
	return r;
}

/* A draft, or a folder with drafts in it. */
static int find(struct fs *f, int64_t list, struct search *s)
{
	int r = walk(f, list, s);

	if (r < 0)
		return r;
	s->is_dir = view_attr_is_dir(&s->node);
	r = s->is_dir ? view_tree_drafts(f->tree, list, below, s) : view_tree_is_draft(f->tree, &s->node);
	return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

static int find_file(struct fs *f, int64_t list, const char *path, struct subdir_file *ret)
{
	struct search s = { .path = path };
	int r = *path ? find(f, list, &s) : 0;

	if (r == 0)
		*ret = (struct subdir_file) { .is_dir = !*path || s.is_dir, .mtime = s.node.mtime, .size = s.node.size };
	return r;
}

/* ---- reading -------------------------------------------------------------------------- */

static int make_text(struct fs *f, int64_t list, const char *path, pid_t reader, struct buf *out)
{
	struct search s = { .path = path };
	int r = find(f, list, &s);

	(void) reader;
	if (r < 0 || s.is_dir)
		return r < 0 ? r : -EISDIR;
	return view_tree_content(f->tree, &s.node, out, NULL);
}

struct listing {
	int (*fn)(void *arg, const char *name, bool is_dir);
	void *arg;
	const char *path; /* foreign */
	struct map *dirs; /* owned; those that fn has had */
};

static int list_dir(const struct listing *l, const char *name)
{
	if (map_find(l->dirs, name))
		return 0;
	return map_put(l->dirs, name, (void *) l) ?: l->fn(l->arg, name, true);
}

static int each(void *arg, const char *path, const struct view_attr *a)
{
	const struct listing *l = arg;
	CLEANUP(str_free_p) char *name = NULL;
	size_t n = strlen(l->path);

	(void) a;
	if (n && (strncmp(path, l->path, n) != 0 || path[n] != '/'))
		return 0;
	path += n ? n + 1 : 0;
	if (!strchr(path, '/'))
		return l->fn(l->arg, path, false);
	name = strndup(path, strcspn(path, "/"));
	return name ? list_dir(l, name) : -ENOMEM;
}

static int each_entry(struct fs *f, int64_t list, const char *path, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	CLEANUP(map_free_p) struct map *dirs = map_new();

	return dirs ? view_tree_drafts(f->tree, list, each, &(struct listing) { fn, arg, path, dirs }) : -ENOMEM;
}

/* ---- giving up ---------------------------------------------------------------------------- */

/* Whether the file shows something else without its text. */
static int is_stored(struct fs *f, const struct view_attr *a)
{
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	int r = a->item ? view_tree_item(f->tree, a->item, &item) : 0;

	return r < 0 ? r : item.id > 0;
}

static int give_up(struct fs *f, const struct caller *c, int64_t list, const char *path)
{
	char name[VIEW_NAME_SIZE];
	struct search s = { .path = path };
	int r = find(f, list, &s);

	if (r < 0 || s.is_dir)
		return r < 0 ? r : -EISDIR;
	r = is_stored(f, &s.node);
	if (r == 0)
		r = view_tree_name(f->tree, s.node.ino, name) ?: names_unlink(f, c, s.node.parent, name);
	else if (r > 0)
		r = sync_submit_revert(f->sync, s.node.ino);
	if (r == 0)
		state_touched(f, s.node.parent);
	return r;
}

const struct subdir subdir_drafts = {
	.name = "drafts", .has = has, .find = find_file, .text = make_text, .list = each_entry, .remove = give_up,
};
