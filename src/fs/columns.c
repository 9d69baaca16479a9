/*
 * columns/ in a library's .spfs: of each document its columns as item text, in a file that is called like the document with ".txt"
 * behind it, in directories like the library's. Written as items are: what is not mentioned is not changed.
 */
#include "subdir.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "state.h"
#include "sync/submit.h"
#include "view/text.h"

enum { NAME = 256 };

static const char ext[] = ".txt";

/* ---- finding ------------------------------------------------------------------------- */

static int lookup(struct fs *f, int64_t dir, const char *name, struct view_attr *ret)
{
	int r = view_tree_lookup(f->tree, dir, name, ret);

	return r == 0 && ret->kind != STORE_NODE_FOLDER && ret->kind != STORE_NODE_DOCUMENT ? -ENOENT : r;
}

/* "a.docx.txt" -> "a.docx". */
static int find_document(struct fs *f, int64_t dir, const char *name, struct view_attr *ret)
{
	size_t n = strlen(name);
	char plain[NAME];

	if (!str_ends(name, ext) || n >= NAME + strlen(ext))
		return -ENOENT;
	snprintf(plain, sizeof(plain), "%.*s", (int) (n - strlen(ext)), name);
	return lookup(f, dir, plain, ret) ?: ret->kind == STORE_NODE_DOCUMENT ? 0 : -ENOENT;
}

/* The folder or document of a path; of the library's own directory kind LIST. */
static int find(struct fs *f, int64_t list, const char *path, struct view_attr *ret)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	char name[NAME + 8];
	int r = view_tree_list(f->tree, list, &l);

	if (r < 0 || !l->library)
		return r < 0 ? r : -ENOENT;
	r = view_tree_attr(f->tree, l->root, ret);
	while (r == 0 && *path) {
		size_t n = strcspn(path, "/");
		int64_t dir = ret->ino;

		if (!view_attr_is_dir(ret) || n >= sizeof(name))
			return -ENOENT;
		snprintf(name, sizeof(name), "%.*s", (int) n, path);
		path += n + (path[n] == '/');
		r = lookup(f, dir, name, ret);
		/* The document before the folder: folders end in .txt seldom enough. */
		if (!*path && (r == -ENOENT || ret->kind == STORE_NODE_DOCUMENT))
			r = find_document(f, dir, name, ret);
	}
	return r;
}

static bool has(const struct view_list *l)
{
	return l->library;
}

/* ---- reading -------------------------------------------------------------------------- */

static int render(struct fs *f, int64_t list, const struct view_attr *a, struct buf *out)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	int r = view_tree_list(f->tree, list, &l);

	if (r == 0)
		r = view_tree_values(f->tree, a->item, &v);
	return r < 0 ? r : view_text_render(&l->info, &v, out);
}

static int find_file(struct fs *f, int64_t list, const char *path, struct subdir_file *ret)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(64 << 20);
	struct view_attr a;
	int r = find(f, list, path, &a);

	if (r == 0 && !view_attr_is_dir(&a))
		r = render(f, list, &a, &text);
	if (r == 0)
		*ret = (struct subdir_file) {
			.is_dir = view_attr_is_dir(&a), .writable = true, .mtime = a.mtime, .size = (int64_t) text.len,
		};
	return r;
}

static int make_text(struct fs *f, int64_t list, const char *path, pid_t reader, struct buf *out)
{
	struct view_attr a;
	int r = find(f, list, path, &a);

	(void) reader;
	return r < 0 ? r : render(f, list, &a, out);
}

struct listing {
	int (*fn)(void *arg, const char *name, bool is_dir);
	void *arg;
};

static int each(void *arg, const char *name, const struct view_attr *a)
{
	const struct listing *l = arg;
	char text[NAME + 8];

	if (a->kind == STORE_NODE_FOLDER)
		return l->fn(l->arg, name, true);
	if (a->kind != STORE_NODE_DOCUMENT || strlen(name) + strlen(ext) >= NAME)
		return 0;
	snprintf(text, sizeof(text), "%s%s", name, ext);
	return l->fn(l->arg, text, false);
}

static int each_entry(struct fs *f, int64_t list, const char *path, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	struct listing l = { fn, arg };
	struct view_attr a;
	int r = find(f, list, path, &a);

	return r < 0 ? r : view_tree_children(f->tree, a.ino, each, &l);
}

/* ---- writing ----------------------------------------------------------------------------- */

static int submit(struct fs *f, const struct view_attr *a, const struct values *base, const struct values *fields)
{
	const struct sync_save save = { .ino = a->ino, .item = a->item, .base = base, .fields = fields };
	struct sync_saved saved;
	int r = fields->n ? sync_submit_save(f->sync, &save, &saved) : 0;

	if (r == 0)
		state_touched(f, a->parent);
	return r;
}

static int save(struct fs *f, int64_t list, const char *path, pid_t writer, const char *text, size_t n, struct err *err)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(values_release_p) struct values base = VALUES_INIT;
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	struct view_resolve known;
	struct view_edit edit;
	struct view_attr a;
	bool complete;
	int r = find(f, list, path, &a);

	(void) writer;
	if (r == 0)
		r = view_tree_list(f->tree, list, &l);
	if (r == 0)
		r = view_tree_values(f->tree, a.item, &base);
	if (r < 0)
		return r;
	view_tree_resolve(f->tree, l, &known);
	edit = (struct view_edit) { .list = &l->info, .base = &base, .known = &known.known };
	r = view_text_parse(&edit, text, n, &fields, &complete, err);
	return r < 0 ? r : submit(f, &a, &base, &fields);
}

const struct subdir subdir_columns = {
	.name = "columns", .has = has, .find = find_file, .text = make_text, .list = each_entry, .save = save,
};
