/*
 * html/ in a list's .spfs: of each item its formatted fields as the HTML that the server has, in files that are called like the
 * item's with ".FIELD.html" behind it, FIELD being the internal name; in directories like the list's. What is written
 * there is a change of that field, merged and sent like one of the item's file.
 */
#include "subdir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "base/buf.h"
#include "base/str.h"
#include "names.h"
#include "post.h"
#include "sync/submit.h"
#include "view/text.h"

static const char ext[] = ".html";

/* ---- finding ------------------------------------------------------------------------- */

/* The field whose HTML a file is, and whose. */
struct found {
	const struct view_list *list; /* held */
	struct view_attr node;        /* a directory's when there is no field */
	const struct field *field;    /* foreign; NULL: a directory */
	char name[VIEW_NAME_SIZE];    /* of the node, if it was found by a name */
};

static void found_release(struct found *s)
{
	view_list_unref(s->list);
}

static bool is_rich(const struct field *fd)
{
	return fd->type == FIELD_NOTE && (fd->flags & FIELD_RICHTEXT) && !(fd->flags & FIELD_HIDDEN);
}

static bool has(const struct view_list *l)
{
	for (size_t i = 0; i < l->info.schema.n; i++)
		if (is_rich(&l->info.schema.f[i]))
			return true;
	return false;
}

/* Whether it shows an item that has fields. */
static bool has_fields(const struct view_list *l, const struct view_attr *a)
{
	return a->item && (a->kind == STORE_NODE_ITEM || (a->kind == STORE_NODE_DOCUMENT && l->library));
}

/* A directory or a file of `dir`; the first post of a thread is the thread's directory. */
static int lookup(struct fs *f, const struct view_list *l, const struct view_attr *dir, const char *name, struct view_attr *ret)
{
	int r = view_tree_lookup(f->tree, dir->ino, name, ret);

	if (r == 0)
		return ret->kind == STORE_NODE_FOLDER || has_fields(l, ret) ? 0 : -ENOENT;
	if (r != -ENOENT || dir->kind != STORE_NODE_FOLDER || !post_owns(f, dir->ino, name))
		return r;
	*ret = *dir;
	return 0;
}

/* "Server down.txt.Body.html" */
static int find_field(struct fs *f, struct found *s, const char *name)
{
	struct view_attr dir = s->node;
	char *dot;
	int r;

	if (!str_ends(name, ext) || strlen(name) - strlen(ext) >= sizeof(s->name))
		return -ENOENT;
	snprintf(s->name, sizeof(s->name), "%.*s", (int) (strlen(name) - strlen(ext)), name);
	dot = strrchr(s->name, '.');
	if (!dot)
		return -ENOENT;
	*dot = '\0';
	s->field = schema_find(&s->list->info.schema, dot + 1);
	r = lookup(f, s->list, &dir, s->name, &s->node);
	return r < 0 ? r : s->field && is_rich(s->field) ? 0 : -ENOENT;
}

static int find(struct fs *f, int64_t list, const char *path, struct found *ret)
{
	char name[VIEW_NAME_SIZE];
	int r = view_tree_list(f->tree, list, &ret->list);

	if (r == 0)
		r = view_tree_attr(f->tree, ret->list->root, &ret->node);
	while (r == 0 && *path) {
		size_t n = strcspn(path, "/");
		struct view_attr dir = ret->node;

		if (ret->field || n >= sizeof(name))
			return -ENOENT;
		snprintf(name, sizeof(name), "%.*s", (int) n, path);
		path += n + (path[n] == '/');
		r = *path ? -ENOENT : find_field(f, ret, name);
		if (r != -ENOENT)
			return r;
		ret->field = NULL; /* a directory, then */
		r = lookup(f, ret->list, &dir, name, &ret->node);
		if (r == 0 && ret->node.kind == STORE_NODE_FOLDER && ret->node.ino != dir.ino)
			continue;
		return r < 0 ? r : -ENOENT;
	}
	return r;
}

static bool is_writable(const struct found *s)
{
	return s->field && field_editable(s->field) && (s->node.mode & 0200) && !s->list->frozen;
}

static int add_html(const struct found *s, const struct values *v, struct buf *out)
{
	const char *html = values_get(v, s->field->name);

	if (str_empty(html))
		return 0;
	buf_adds(out, html);
	return str_ends(html, "\n") ? buf_error(out) : buf_addc(out, '\n');
}

static int find_file(struct fs *f, int64_t list, const char *path, struct subdir_file *ret)
{
	CLEANUP(found_release) struct found s = { 0 };
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(64 << 20);
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	int r = find(f, list, path, &s);

	if (r == 0 && s.field)
		r = view_tree_values(f->tree, s.node.item, &v);
	if (r == 0 && s.field)
		r = add_html(&s, &v, &text);
	if (r == 0)
		*ret = (struct subdir_file) {
			.is_dir = !s.field, .writable = is_writable(&s), .mtime = s.node.mtime, .size = (int64_t) text.len,
		};
	return r;
}

/* ---- listing ---------------------------------------------------------------------------- */

struct listing {
	const struct view_list *list; /* foreign */
	int (*fn)(void *arg, const char *name, bool is_dir);
	void *arg;
};

static int list_fields(const struct listing *l, const char *name)
{
	char file[VIEW_NAME_SIZE];
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->list->info.schema.n; i++) {
		const struct field *fd = &l->list->info.schema.f[i];

		if (is_rich(fd) && snprintf(file, sizeof(file), "%s.%s%s", name, fd->name, ext) < (int) sizeof(file))
			r = l->fn(l->arg, file, false);
	}
	return r;
}

static int each(void *arg, const char *name, const struct view_attr *a)
{
	const struct listing *l = arg;

	if (a->kind == STORE_NODE_FOLDER)
		return l->fn(l->arg, name, true);
	return has_fields(l->list, a) ? list_fields(l, name) : 0;
}

static int each_entry(struct fs *f, int64_t list, const char *path, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	CLEANUP(found_release) struct found s = { 0 };
	char post[VIEW_NAME_SIZE];
	struct listing l;
	int64_t ino;
	int r = find(f, list, path, &s);

	if (r < 0 || s.field)
		return r < 0 ? r : -ENOTDIR;
	l = (struct listing) { s.list, fn, arg };
	r = view_tree_children(f->tree, s.node.ino, each, &l);
	if (r == 0 && s.node.kind == STORE_NODE_FOLDER && post_find(f, s.node.ino, post, &ino) == 0)
		r = list_fields(&l, post);
	return r;
}

/* ---- reading -------------------------------------------------------------------------- */

/* Not the item's own number: a program that has read this has not read the rest of the item. */
static int64_t base_key(const struct found *s)
{
	return ~s->node.item;
}

static void remember(struct fs *f, const struct found *s, pid_t tgid, struct view_seen *seen)
{
	CLEANUP(base_unref_p) struct base *b = base_new(0, 0, seen);

	if (b)
		bases_put(f->bases, base_key(s), tgid, b);
}

static int make_text(struct fs *f, int64_t list, const char *path, pid_t reader, struct buf *out)
{
	CLEANUP(found_release) struct found s = { 0 };
	CLEANUP(view_seen_release_p) struct view_seen seen = VIEW_SEEN_INIT;
	int r = find(f, list, path, &s);

	if (r < 0 || !s.field)
		return r < 0 ? r : -EISDIR;
	r = view_tree_seen(f->tree, list, s.node.item, &seen);
	if (r == 0)
		r = add_html(&s, &seen.item.values, out);
	if (r == 0 && reader)
		remember(f, &s, reader, &seen);
	return r;
}

/* ---- writing ---------------------------------------------------------------------------- */

/* There is no file that could hold it: it goes to conflicts/. */
static int set_aside(struct fs *f, const struct found *s, const char *text, size_t n, const char *why)
{
	char name[2 * VIEW_NAME_SIZE + sizeof(ext)];
	const struct sync_aside a = {
		.list = s->node.list, .dir = s->node.parent, .name = name, .text = text, .n = n, .why = why,
	};

	snprintf(name, sizeof(name), "%s.%s%s", s->name, s->field->name, ext);
	return sync_submit_set_aside(f->sync, &a);
}

/* What the writer had read, else what stands. */
static int read_base(struct fs *f, const struct found *s, pid_t writer, struct view_seen *ret)
{
	CLEANUP(base_unref_p) struct base *seen = bases_find(f->bases, base_key(s), writer);
	CLEANUP(base_unref_p) struct base *whole = seen ? base_whole(seen) : NULL;

	if (seen && !whole)
		return -ENOMEM;
	return whole ? values_copy(&ret->item.values, &whole->seen.item.values)
		     : view_tree_seen(f->tree, s->node.list, s->node.item, ret);
}

static int submit(struct fs *f, const struct found *s, pid_t writer, const char *text, size_t n, const char *wire)
{
	CLEANUP(view_seen_release_p) struct view_seen base = VIEW_SEEN_INIT;
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	struct sync_save save = { .ino = s->node.ino, .item = s->node.item, .fields = &fields };
	struct sync_saved saved = { 0 };
	int r = read_base(f, s, writer, &base);

	if (r == 0)
		r = values_set(&fields, s->field->name, wire);
	save.base = &base.item.values;
	if (r == 0 && !field_same(s->field, values_get(&base.item.values, s->field->name), wire))
		r = sync_submit_save(f->sync, &save, &saved);
	if (r == 0 && saved.conflict)
		r = set_aside(f, s, text, n, "changed by others while it was edited here; their value stands");
	if (r == 0 && values_overlay(&base.item.values, &fields) == 0)
		remember(f, s, writer, &base);
	return r;
}

static int save_once(struct fs *f, int64_t list, const char *path, pid_t writer, const char *text, size_t n, struct err *err)
{
	CLEANUP(found_release) struct found s = { 0 };
	CLEANUP(buf_release_p) struct buf wire = BUF_INIT(NODE_MAX);
	int r = find(f, list, path, &s), kept;

	if (r == 0)
		r = s.field ? view_text_html(s.field, text, n, &wire, err) : -EISDIR;
	if (r == -EINVAL) {
		kept = set_aside(f, &s, text, n, err_text(err, r));
		return kept < 0 ? kept : r;
	}
	if (r == 0)
		r = submit(f, &s, writer, text, n, buf_str(&wire));
	if (r == 0)
		state_touched(f, s.node.parent);
	return r;
}

/* An empty file is what a program begins with: it says nothing. */
static int save(struct fs *f, int64_t list, const char *path, pid_t writer, const char *text, size_t n, struct err *err)
{
	int r = n ? -ESTALE : 0;

	for (int i = 0; i < NAMES_TRIES && r == -ESTALE; i++)
		r = save_once(f, list, path, writer, text, n, err);
	return r == -ESTALE ? -EBUSY : r;
}

const struct subdir subdir_html = {
	.name = "html", .has = has, .find = find_file, .text = make_text, .list = each_entry, .save = save,
};
