/* A text that lost a conflict becomes the item's after all, as if its file had been saved now. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "fs/fs.h"
#include "sync/submit.h"
#include "view/name.h"
#include "view/tree.h"
#include "base.h"
#include "commit.h"
#include "handle.h"
#include "notify.h"
#include "state.h"

enum { NAMES = 100 };

/* The values as commit_read() wants them, held. *ret is NULL when they are not known. */
static int hold_base(struct fs *f, const struct fs_resolution *in, struct base **ret)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	int r;

	if (!in->item || !in->base)
		return 0;
	r = view_tree_seen(f->tree, in->list, in->item, &s);
	if (r == 0)
		r = values_copy(&s.item.values, in->base);
	if (r < 0)
		return r;
	*ret = base_new(0, 0, &s);
	return *ret ? 0 : -ENOMEM;
}

/* Whether a program has written to the file and its bytes are not the item's yet. */
static bool is_being_written(struct fs *f, int64_t ino)
{
	struct node *n = handles_find(f->handles, ino);
	bool dirty;

	if (!n)
		return false;
	lock_take(&n->lock);
	dirty = n->dirty || n->busy;
	lock_give(&n->lock);
	handles_put(f, n);
	return dirty;
}

/* The file has bytes that nobody could read as fields yet: they would be written over. */
static int check_own_text(struct fs *f, const struct view_attr *a, struct err *err)
{
	const char *state = "draft";
	int r = is_being_written(f, a->ino) ? 0 : view_tree_state(f->tree, a, &state);

	if (r == 0 && str_eq(state, "draft"))
		return err_set(err, -EBUSY, "its file has a text that is not saved; save or revert it first (see ERRORS)");
	return r;
}

static int read_text(struct fs *f, const struct fs_resolution *in, struct reading *ret, struct err *err)
{
	CLEANUP(base_unref_p) struct base *base = NULL;
	struct commit_text t = { .list = in->list, .item = in->item, .parent = in->dir, .name = in->name, .text = in->text, .n = in->n };
	int r = hold_base(f, in, &base);

	t.base = base;
	return r < 0 ? r : commit_read(f, &t, ret, err);
}

int fs_resolve_read(struct fs *f, const struct fs_resolution *in, struct values *ret, struct err *err)
{
	CLEANUP(reading_release_p) struct reading reading = READING_INIT;
	int r = read_text(f, in, &reading, err);

	if (r == 0)
		r = values_copy(ret, &reading.base->seen.item.values);
	return r < 0 ? r : values_overlay(ret, &reading.fields);
}

static int change(struct fs *f, const struct fs_resolution *in, struct err *err)
{
	CLEANUP(reading_release_p) struct reading reading = READING_INIT;
	struct view_attr a;
	struct sync_saved saved;
	struct sync_save save = { .item = in->item, .fields = &reading.fields };
	int r = view_tree_of_item(f->tree, in->item, &a);

	if (r == 0)
		r = check_own_text(f, &a, err);
	if (r == 0)
		r = read_text(f, in, &reading, err);
	if (r < 0)
		return r;
	r = commit_fill(&reading, &save);
	if (r < 0)
		return r;
	save.ino = a.ino;
	/* What others changed since the merge was begun is not known to the text: it is merged like any save. */
	if (in->merged) {
		save.text = in->text;
		save.n = in->n;
	} else {
		save.base = NULL;
		save.complete = false;
	}
	r = sync_submit_save(f->sync, &save, &saved);
	if (r < 0)
		return r;
	state_touched(f, a.parent);
	notify_inode(f->notify, saved.ino);
	return 0;
}

/* A file of that name, or of one like it. */
static int make_file(struct fs *f, const struct fs_resolution *in, char name[VIEW_NAME_SIZE], int64_t *ret_ino)
{
	const char *dot = strrchr(in->name, '.');
	size_t stem = dot && dot != in->name ? (size_t) (dot - in->name) : strlen(in->name);
	int r = -EEXIST;

	for (int i = 1; i < NAMES && (r == -EEXIST || r == -ESTALE); i++) {
		if (i == 1)
			snprintf(name, VIEW_NAME_SIZE, "%s", in->name);
		else
			snprintf(name, VIEW_NAME_SIZE, "%.*s (%d)%s",
				 (int) (stem > 200 ? str_utf8_cut(in->name, 200) : stem), in->name, i, in->name + stem);
		r = sync_submit_make(f->sync, in->dir, name, STORE_NODE_DRAFT, 0644, NULL, ret_ino);
	}
	return r;
}

static int make(struct fs *f, const struct fs_resolution *in, struct err *err)
{
	CLEANUP(reading_release_p) struct reading reading = READING_INIT;
	char name[VIEW_NAME_SIZE];
	struct sync_saved saved;
	struct sync_save save = { .fields = &reading.fields, .text = in->text, .n = in->n };
	int r = read_text(f, in, &reading, err);

	if (r == 0)
		r = make_file(f, in, name, &save.ino);
	if (r < 0)
		return r;
	r = commit_fill(&reading, &save);
	if (r == 0)
		r = sync_submit_save(f->sync, &save, &saved);
	/* Its bytes are in conflicts/ still: an empty file beside them helps nobody. */
	if (r < 0 && sync_submit_unlink(f->sync, save.ino) < 0)
		return r;
	state_touched(f, in->dir);
	notify_name(f->notify, in->dir, name);
	return r;
}

int fs_resolve(struct fs *f, const struct fs_resolution *r, struct err *err)
{
	return r->item ? change(f, r, err) : make(f, r, err);
}
