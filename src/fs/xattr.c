#include "xattr.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uri.h"
#include "model/field.h"
#include "sync/submit.h"

static const char of_field[] = "user.sharepoint.";
static const char of_spfs[] = "user.spfs.";
static const char raw_html[] = ".html";

enum { VALUE_MAX = 65536 }; /* the kernel's own limit; longer values are left out */

/* ---- what the name is about ------------------------------------------------- */

/* 0: ours; else what the kernel, cp and vim take for "there is no such thing". */
static int refuse_foreign(const char *name)
{
	if (str_starts(name, of_field) || str_starts(name, of_spfs))
		return 0;
	return str_starts(name, "system.") || str_starts(name, "trusted.") ? -EOPNOTSUPP : -ENODATA;
}

/* The node, with a ghost's answered by the item's own. */
static int find_node(struct fs *f, int64_t ino, struct view_attr *ret)
{
	int r;

	if (ino_is_control(ino) || ino_is_errors(ino) || ino_is_post(ino))
		return -ENODATA;
	r = view_tree_attr(f->tree, ino, ret);
	if (r == 0 && ret->kind == STORE_NODE_GHOST)
		r = view_tree_attr(f->tree, ret->target, ret);
	return r == -ENOENT ? -ESTALE : r;
}

/* An item with its list and values: what the fields' attributes need. */
struct subject {
	struct view_attr node;
	const struct view_list *list; /* held */
	struct values values;
};

#define SUBJECT_INIT { .values = VALUES_INIT }

static void subject_release(struct subject *s)
{
	view_list_unref_p(&s->list);
	values_release(&s->values);
}

/* -ENODATA: it shows no item. */
static int subject_find(struct fs *f, int64_t ino, struct subject *ret)
{
	int r = find_node(f, ino, &ret->node);

	if (r < 0)
		return r;
	if (!ret->node.item || ret->node.kind == STORE_NODE_ATTACHMENTS)
		return -ENODATA;
	r = view_tree_list(f->tree, ret->node.list, &ret->list);
	if (r == 0)
		r = view_tree_values(f->tree, ret->node.item, &ret->values);
	return r;
}

/* The column of an attribute's name; *ret_raw: its HTML as it is. NULL: none that people see. */
static const struct field *field_of(const struct view_list *l, const char *name, bool *ret_raw)
{
	char internal[256];
	const struct field *fd;
	size_t n;

	name += strlen(of_field);
	fd = schema_find(&l->info.schema, name);
	*ret_raw = false;
	n = strlen(name);
	if (!fd && str_ends(name, raw_html) && n < sizeof(internal)) {
		snprintf(internal, sizeof(internal), "%.*s", (int) (n - strlen(raw_html)), name);
		fd = schema_find(&l->info.schema, internal);
		*ret_raw = true;
		if (fd && !(fd->flags & FIELD_RICHTEXT))
			fd = NULL;
	}
	return fd && !(fd->flags & FIELD_HIDDEN) ? fd : NULL;
}

/* ---- user.spfs.* ------------------------------------------------------------- */

struct about {
	struct fs *fs;
	const struct view_attr *node;
	const struct view_list *list;
};

static int say_item(const struct about *a, const char *what, struct buf *out)
{
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	int r = a->node->item ? view_tree_item(a->fs->tree, a->node->item, &item) : -ENODATA;

	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	if (item.id <= 0)
		return -ENODATA; /* not there yet, or an attachment, which has no number */
	return buf_addf(out, "%" PRId64, *what == 'i' ? item.id : item.version);
}

static int say_id(const struct about *a, struct buf *out)
{
	return say_item(a, "id", out);
}

static int say_version(const struct about *a, struct buf *out)
{
	return say_item(a, "version", out);
}

static int say_state(const struct about *a, struct buf *out)
{
	const char *word;
	int r = view_tree_state(a->fs->tree, a->node, &word);

	return r < 0 ? r : buf_adds(out, word);
}

static int say_error(const struct about *a, struct buf *out)
{
	return view_tree_error(a->fs->tree, a->node->ino, out);
}

static int say_checked_out(const struct about *a, struct buf *out)
{
	return view_tree_taken_by(a->fs->tree, a->node, out);
}

static int say_list(const struct about *a, struct buf *out)
{
	return buf_adds(out, a->list->info.title);
}

static int say_list_id(const struct about *a, struct buf *out)
{
	return buf_adds(out, a->list->info.id);
}

/* The page that shows it in a browser: of a document its own address. */
static int say_url(const struct about *a, struct buf *out)
{
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	struct uri site;
	const char *root = a->list->info.root_folder ?: "";
	int r = a->node->item ? view_tree_item(a->fs->tree, a->node->item, &item) : 0;

	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	if (a->node->item && item.id == 0)
		return -ENODATA;
	r = uri_parse(a->list->site, &site);
	if (r < 0)
		return r == -ENOMEM ? r : -ENODATA;
	uri_origin(&site, out);
	uri_release(&site);
	if (a->node->item && (a->node->kind == STORE_NODE_DOCUMENT || item.folder)) {
		buf_addc(out, '/');
		uri_encode_path(out, item.path ?: "");
	} else {
		uri_encode_path(out, root);
		if (a->node->item)
			buf_addf(out, "/DispForm.aspx?ID=%" PRId64, item.id);
	}
	return buf_error(out);
}

static const struct {
	const char *name;
	int (*say)(const struct about *a, struct buf *out);
} abouts[] = {
	{ "id", say_id },	   { "version", say_version }, { "state", say_state },
	{ "error", say_error },	   { "url", say_url },	       { "list", say_list },
	{ "listid", say_list_id },  { "checkedout", say_checked_out },
};

static int get_about(struct fs *f, int64_t ino, const char *name, struct buf *out)
{
	CLEANUP(view_list_unref_p) const struct view_list *list = NULL;
	struct view_attr node;
	int r = find_node(f, ino, &node);

	if (r < 0)
		return r;
	if (!node.list)
		return -ENODATA;
	r = view_tree_list(f->tree, node.list, &list);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(abouts) / sizeof(*abouts); i++)
		if (strcmp(abouts[i].name, name) == 0)
			return abouts[i].say(&(struct about) { f, &node, list }, out);
	return -ENODATA;
}

/* ---- user.sharepoint.* ------------------------------------------------------- */

static int get_field(struct fs *f, int64_t ino, const char *name, struct buf *out)
{
	CLEANUP(subject_release) struct subject s = SUBJECT_INIT;
	const struct field *fd;
	const char *wire;
	bool raw;
	int r = subject_find(f, ino, &s);

	if (r < 0)
		return r;
	fd = field_of(s.list, name, &raw);
	wire = fd ? values_get(&s.values, fd->name) : NULL;
	if (!wire)
		return -ENODATA;
	if (raw)
		return buf_adds(out, wire);
	return view_text_value(&s.list->info, fd, wire, out);
}

int xattr_get(struct fs *f, int64_t ino, const char *name, struct buf *out)
{
	int r = refuse_foreign(name);

	if (r < 0)
		return r;
	return str_starts(name, of_field) ? get_field(f, ino, name, out) :
					    get_about(f, ino, name + strlen(of_spfs), out);
}

/* The new wire text of one field, stored as a save of that field alone. */
static int save_field(struct fs *f, const struct subject *s, const struct field *fd, const char *wire)
{
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	struct sync_saved saved;
	struct sync_save save = { .ino = s->node.ino, .item = s->node.item, .fields = &fields };
	int r = values_set(&fields, fd->name, wire);

	if (r < 0)
		return r;
	r = sync_submit_save(f->sync, &save, &saved);
	if (r == 0)
		state_touched(f, s->node.parent);
	return r;
}

static int find_editable(struct fs *f, int64_t ino, const char *name, struct subject *s,
			 const struct field **ret, bool *ret_raw)
{
	int r = subject_find(f, ino, s);

	if (r < 0)
		return r == -ENODATA ? -EOPNOTSUPP : r;
	/* An attachment has no columns. */
	if (s->node.kind == STORE_NODE_ATTACHMENTS || (s->node.kind == STORE_NODE_DOCUMENT && !s->list->library))
		return -EOPNOTSUPP;
	*ret = field_of(s->list, name, ret_raw);
	return *ret && field_editable(*ret) ? 0 : -EOPNOTSUPP;
}

static int set_field(struct fs *f, int64_t ino, const char *name, const char *human, int flags)
{
	CLEANUP(subject_release) struct subject s = SUBJECT_INIT;
	CLEANUP(buf_release_p) struct buf wire = BUF_INIT(VALUE_MAX * 8);
	struct view_resolve known;
	const struct field *fd;
	const char *old;
	bool raw;
	struct err err = { 0 };
	int r = find_editable(f, ino, name, &s, &fd, &raw);

	if (r < 0)
		return r;
	old = values_get(&s.values, fd->name);
	if (old && (flags & XATTR_CREATE))
		return -EEXIST;
	if (!old && (flags & XATTR_REPLACE))
		return -ENODATA;
	view_tree_resolve(f->tree, s.list, &known);
	r = raw ? view_text_html(fd, human, strlen(human), &wire, &err)
		: view_text_wire(&s.list->info, fd, human, old, &known.known, &wire, &err);
	return r < 0 ? r : save_field(f, &s, fd, buf_str(&wire));
}

/* setfattr -n user.spfs.revert: what was not accepted is given up, the file shows its item again. */
static int set_about(struct fs *f, int64_t ino, const char *name)
{
	struct view_attr node;
	int r = find_node(f, ino, &node);

	if (r < 0)
		return r == -ENODATA ? -EOPNOTSUPP : r;
	if (strcmp(name, "revert") != 0)
		return -EOPNOTSUPP;
	r = sync_submit_revert(f->sync, node.ino);
	if (r == 0)
		state_touched(f, node.parent);
	return r;
}

int xattr_set(struct fs *f, int64_t ino, const char *name, const char *value, size_t n, int flags)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(VALUE_MAX);
	int r;

	if (!str_starts(name, of_field) && !str_starts(name, of_spfs))
		return -EOPNOTSUPP;
	r = buf_add(&text, value, n);
	if (r < 0)
		return r == -EFBIG ? -E2BIG : r;
	if (memchr(buf_str(&text), '\0', text.len) || !str_utf8_valid(buf_str(&text), text.len))
		return -EINVAL;
	return str_starts(name, of_field) ? set_field(f, ino, name, buf_str(&text), flags) :
					    set_about(f, ino, name + strlen(of_spfs));
}

int xattr_remove(struct fs *f, int64_t ino, const char *name)
{
	CLEANUP(subject_release) struct subject s = SUBJECT_INIT;
	const struct field *fd;
	bool raw;
	int r;

	if (!str_starts(name, of_field))
		return refuse_foreign(name) ?: -EOPNOTSUPP;
	r = find_editable(f, ino, name, &s, &fd, &raw);
	if (r < 0)
		return r;
	if (!values_get(&s.values, fd->name))
		return -ENODATA;
	return fd->flags & FIELD_REQUIRED ? -EINVAL : save_field(f, &s, fd, "");
}

int xattr_list(struct fs *f, int64_t ino, struct buf *out)
{
	CLEANUP(subject_release) struct subject s = SUBJECT_INIT;
	int r = subject_find(f, ino, &s);

	if (r < 0)
		return r == -ENODATA ? 0 : r;
	for (size_t i = 0; i < s.list->info.schema.n; i++) {
		const struct field *fd = &s.list->info.schema.f[i];
		const char *wire = fd->flags & FIELD_HIDDEN ? NULL : values_get(&s.values, fd->name);

		if (!wire || strlen(wire) > VALUE_MAX ||
		    strlen(of_field) + strlen(fd->name) > XATTR_NAME_MAX)
			continue;
		buf_addf(out, "%s%s", of_field, fd->name);
		buf_addc(out, '\0');
	}
	return buf_error(out);
}
