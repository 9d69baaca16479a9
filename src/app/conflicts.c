#include "conflicts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "fs/fs.h"
#include "store/item.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "sync/submit.h"
#include "sync/sync.h"
#include "view/merge.h"
#include "app.h"
#include "events.h"

enum { TEXT_MAX = 16 << 20 };

/* An entry with what stands now. */
struct matter {
	struct app *app;
	struct sync_conflict c;  /* owned */
	struct store_list list;  /* owned; id 0: it is not mounted any more */
	struct store_item item;  /* owned; id 0: it is not there (any more) */
	struct buf mine;         /* the text in conflicts/, as it is now */
};

#define MATTER_INIT(a) \
	{ .app = (a), .c = SYNC_CONFLICT_INIT, .list = STORE_LIST_INIT, .item = STORE_ITEM_INIT, .mine = BUF_INIT(TEXT_MAX) }

static void matter_release(struct matter *m)
{
	sync_conflict_release(&m->c);
	store_list_release(&m->list);
	store_item_release(&m->item);
	buf_release(&m->mine);
}

/* The list may have been removed and added again since, under another name. */
static int find_list(struct matter *m)
{
	int r = store_list_find(m->app->store, m->c.list, &m->list);

	if (r == 0 && m->c.guid && !str_eq(m->list.info.id, m->c.guid)) {
		store_list_release(&m->list);
		m->list = (struct store_list) STORE_LIST_INIT;
	}
	return r == -ENOENT ? 0 : r;
}

static int load(struct matter *m, const char *word, struct err *err)
{
	CLEANUP(str_free_p) char *path = NULL;
	int r = conflicts_find(m->app, word, &m->c, err);

	if (r == 0)
		r = find_list(m);
	if (r == 0 && m->list.id && m->c.id)
		r = store_item_find(m->app->store, m->list.id, m->c.id, &m->item);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!m->c.file || m->c.kind == SYNC_CONFLICT_ATTACHED)
		return r;
	path = sync_conflict_path(store_dir(m->app->store), m->c.list, m->c.file, false);
	return path ? fsutil_read(path, &m->mine) : -ENOMEM;
}

static int need_list(const struct matter *m, struct err *err)
{
	return m->list.id ? 0 : err_set(err, -ENOENT, "%s: that list is not mounted any more; its text stands in %s/conflicts/%s",
					m->c.list, store_dir(m->app->store), m->c.list);
}

static int drop(struct matter *m)
{
	const struct sync_event e = { .kind = SYNC_LIST, .list = m->list.id };
	int r = sync_conflict_remove(store_dir(m->app->store), m->c.list, m->c.file);

	if (r == 0 && m->list.id)
		events_publish(m->app, &e);
	return r;
}

/* ---- texts --------------------------------------------------------------------------- */

static struct fs_resolution resolution(const struct matter *m, const struct buf *text)
{
	return (struct fs_resolution) {
		.list = m->list.id, .item = m->item.id, .dir = m->list.root, .name = m->c.name, .text = buf_str(text),
		.n = text->len, .base = m->c.has_base && m->item.id ? &m->c.base : NULL,
	};
}

static int render(const struct matter *m, const struct values *v, struct buf *out)
{
	struct item shown = m->item.item; /* all foreign, the values too */

	shown.values = *v;
	return m->app->present->render(m->app->present->arg, &m->list, m->item.id, &shown, out);
}

/* My text as the list shows texts, so that a comparison shows what matters; one that is no valid text as it is. */
static int normal_mine(struct matter *m, struct buf *out)
{
	CLEANUP(values_release_p) struct values v = VALUES_INIT;
	const struct fs_resolution in = resolution(m, &m->mine);
	struct err err = { 0 };
	int r = m->list.id ? fs_resolve_read(m->app->fs, &in, &v, &err) : -EINVAL;

	if (r == 0)
		return render(m, &v, out);
	return r == -EINVAL || r == -ENOENT ? buf_add(out, buf_str(&m->mine), m->mine.len) : r;
}

/* ---- show ------------------------------------------------------------------------------ */

static int add_diff(const char *from_name, const char *from, const char *to_name, const char *to, struct buf *out)
{
	if (str_eq(from, to))
		return buf_addf(out, "\n%s is as %s\n", to_name, from_name);
	buf_addf(out, "\n--- %s\n+++ %s\n", from_name, to_name);
	return view_merge_diff(from, to, out);
}

static int show_texts(struct matter *m, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf mine = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release_p) struct buf base = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release_p) struct buf theirs = BUF_INIT(TEXT_MAX);
	int r = normal_mine(m, &mine);

	if (r == 0 && m->item.id)
		r = render(m, &m->item.item.values, &theirs);
	if (r == 0 && m->list.id && m->c.has_base)
		r = render(m, &m->c.base, &base);
	if (r < 0)
		return r;
	if (!m->item.id)
		return buf_addf(out, "\nmine:\n%s", buf_str(&mine));
	if (!base.len)
		return add_diff("theirs", buf_str(&theirs), "mine", buf_str(&mine), out);
	if (m->c.kind == SYNC_CONFLICT_DELETE)
		return add_diff("what you deleted", buf_str(&base), "theirs", buf_str(&theirs), out);
	r = add_diff("base", buf_str(&base), "mine", buf_str(&mine), out);
	return r < 0 ? r : add_diff("base", buf_str(&base), "theirs", buf_str(&theirs), out);
}

static int verb_show(struct matter *m, struct buf *out, struct err *err)
{
	time_t when = m->c.when;
	struct tm tm;
	char text[32] = "";

	(void) err;
	if (localtime_r(&when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	buf_addf(out, "%s/%s\nitem:  %s/%s", m->c.list, m->c.file, m->c.list, m->c.name);
	if (m->c.id)
		buf_addf(out, " (ID %lld)", (long long) m->c.id);
	buf_addf(out, "%s\nsince: %s\n", m->item.id ? "" : m->c.id ? ", not there any more" : ", never on the server", text);
	if (m->c.why)
		buf_addf(out, "why:   %s\n", m->c.why);
	return m->c.kind == SYNC_CONFLICT_ATTACHED ? 0 : show_texts(m, out);
}

/* ---- keep-mine, keep-theirs ---------------------------------------------------------------- */

/* Where a new item goes: its folder, when there still is one. */
static int find_dir(struct matter *m, int64_t *ret)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int64_t item;
	int r = m->c.folder ? store_item_find_folder(m->app->store, m->list.id, m->c.folder, &item) : -ENOENT;

	if (r == 0)
		r = store_node_of_item(m->app->store, item, &n);
	*ret = r == 0 && n.name ? n.ino : m->list.root;
	return r == -ENOENT ? 0 : r;
}

static int delete_again(struct matter *m, struct err *err)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	int r = m->item.id ? store_node_of_item(m->app->store, m->item.id, &n) : -ENOENT;

	if (r == -ENOENT)
		return 0; /* nothing is left to delete */
	if (r == 0)
		r = sync_submit_unlink(m->app->sync, n.ino);
	if (r == 0 && n.name)
		fs_event(m->app->fs, &(struct sync_event) { .kind = SYNC_ENTRY_REMOVED, .list = m->list.id,
							    .parent = n.parent, .name = n.name, .ino = n.ino });
	return r < 0 ? err_add(err, r, "it could not be deleted: %s", err_text(NULL, r)) : 0;
}

/* "ITEM.FIELD.html" of .spfs/html: what could not be stored in a formatted field, and no item's text. */
static bool is_field_html(const struct matter *m)
{
	static const char ext[] = ".html";
	CLEANUP(str_free_p) char *stem = !m->c.id && str_ends(m->c.name, ext) ? strndup(m->c.name, strlen(m->c.name) - strlen(ext)) : NULL;
	const char *dot = stem ? strrchr(stem, '.') : NULL;
	const struct field *fd = dot ? schema_find(&m->list.info.schema, dot + 1) : NULL;

	return fd && fd->type == FIELD_NOTE && (fd->flags & FIELD_RICHTEXT);
}

static int is_no_item(const struct matter *m, struct err *err)
{
	if (m->c.is_folder)
		return err_set(err, -EOPNOTSUPP, "it is a folder: make or rename it as you want it, then keep-theirs");
	if (m->c.kind == SYNC_CONFLICT_ATTACHED)
		return err_set(err, -EOPNOTSUPP, "it was attached to an item that is gone: copy the file out of .spfs/conflicts/%s "
			       "to where you want it, then keep-theirs", m->c.list);
	if (is_field_html(m))
		return err_set(err, -EOPNOTSUPP,
			       "it is the HTML of a field: copy it from .spfs/conflicts/%s/%s to the file in %s/.spfs/html, then keep-theirs",
			       m->c.list, m->c.file, m->c.list);
	return 0;
}

static int submit(struct matter *m, const struct fs_resolution *in, struct err *err)
{
	int r = fs_resolve(m->app->fs, in, err);

	switch (r) {
	case -EACCES:
	case -EROFS:
		return err_add(err, r, "the server does not let you change this list or item");
	case -ESTALE:
	case -ENOENT:
		return err_add(err, -EAGAIN, "the item changed just now; try again");
	default:
		return r < 0 ? err_add(err, r, "%s", err_text(NULL, r)) : 0;
	}
}

static int verb_keep_mine(struct matter *m, struct buf *out, struct err *err)
{
	struct fs_resolution in = resolution(m, &m->mine);
	bool deletes = m->c.kind == SYNC_CONFLICT_DELETE;
	int r = need_list(m, err);

	if (r == 0)
		r = is_no_item(m, err);
	if (r < 0)
		return r;
	r = deletes ? delete_again(m, err) : find_dir(m, &in.dir);
	if (r == 0 && !deletes)
		r = submit(m, &in, err);
	if (r == 0)
		r = drop(m);
	return r < 0 ? r : buf_addf(out, "%s/%s: %s\n", m->c.list, m->c.name,
				    deletes ? "deleted" : m->item.id ? "has your text now" : "is made anew from your text");
}

static int verb_keep_theirs(struct matter *m, struct buf *out, struct err *err)
{
	int r = drop(m);

	(void) err;
	return r < 0 ? r : buf_addf(out, "%s/%s: your text was dropped\n", m->c.list, m->c.name);
}

/* ---- merge ----------------------------------------------------------------------------------- */

static int can_merge(const struct matter *m, struct err *err)
{
	int r = need_list(m, err);

	if (r < 0)
		return r;
	r = m->c.is_folder ? 0 : is_no_item(m, err);
	if (r < 0)
		return r;
	if (!m->item.id)
		return err_set(err, -ENOENT, "there is nothing to merge with: the item is not there any more; keep-mine makes it anew");
	if (m->c.is_folder || m->c.kind == SYNC_CONFLICT_DELETE)
		return err_set(err, -EINVAL, "it cannot be merged: keep-mine or keep-theirs");
	return 0;
}

/* Both sides' changes in one text, and what it was begun from. The values first: a text without them is begun anew. */
static int begin_merge(struct matter *m, const char *path)
{
	CLEANUP(buf_release_p) struct buf mine = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release_p) struct buf base = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release_p) struct buf theirs = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release_p) struct buf merged = BUF_INIT(TEXT_MAX);
	const struct values *now = &m->item.item.values;
	int r = normal_mine(m, &mine);

	if (r == 0)
		r = render(m, now, &theirs);
	if (r == 0 && m->c.has_base)
		r = render(m, &m->c.base, &base);
	if (r == 0)
		r = view_merge_texts(buf_str(&base), buf_str(&mine), buf_str(&theirs), &merged);
	if (r >= 0)
		r = sync_conflict_put_start(store_dir(m->app->store), m->c.list, m->c.file, now);
	return r < 0 ? r : fsutil_replace(path, 0600, buf_str(&merged), merged.len);
}

/* The answer: the path of the text that is to be edited. One that was begun is gone on with. */
static int verb_merge(struct matter *m, struct buf *out, struct err *err)
{
	CLEANUP(str_free_p) char *path = sync_conflict_path(store_dir(m->app->store), m->c.list, m->c.file, true);
	int r = can_merge(m, err);

	if (r == 0 && !path)
		r = -ENOMEM;
	if (r == 0 && access(path, F_OK) < 0)
		r = begin_merge(m, path);
	return r < 0 ? r : buf_addf(out, "%s\n", path);
}

static int verb_submit(struct matter *m, struct buf *out, struct err *err)
{
	CLEANUP(str_free_p) char *path = sync_conflict_path(store_dir(m->app->store), m->c.list, m->c.file, true);
	CLEANUP(values_release_p) struct values start = VALUES_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	struct fs_resolution in;
	int r = can_merge(m, err), line;

	if (r == 0)
		r = path ? fsutil_read(path, &text) : -ENOMEM;
	if (r == 0)
		r = sync_conflict_get_start(store_dir(m->app->store), m->c.list, m->c.file, &start);
	if (r == -ENOENT && path && m->item.id)
		return err_set(err, r, "no merge was begun; `spfs conflicts merge` does");
	if (r < 0)
		return r;
	line = view_merge_marked(buf_str(&text));
	if (line)
		return err_set(err, -EINVAL, "line %d still has a conflict mark (<<<<<<<, ||||||| or >>>>>>>)", line);
	in = resolution(m, &text);
	in.base = &start;
	in.merged = true;
	r = submit(m, &in, err);
	if (r == 0)
		r = drop(m);
	return r < 0 ? r : buf_addf(out, "%s/%s: has the merged text now\n", m->c.list, m->c.name);
}

/* ---- the command ------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(struct matter *m, struct buf *out, struct err *err);
} verbs[] = {
	{ "show", verb_show },
	{ "keep-mine", verb_keep_mine },
	{ "keep-theirs", verb_keep_theirs },
	{ "merge", verb_merge },
	{ "submit", verb_submit },
};

int conflicts_command(struct app *app, int argc, char **argv, struct buf *out, struct err *err)
{
	CLEANUP(matter_release) struct matter m = MATTER_INIT(app);
	size_t i = 0;
	int r;

	while (i < sizeof(verbs) / sizeof(*verbs) && (argc != 3 || !str_eq(verbs[i].name, argv[1])))
		i++;
	if (i == sizeof(verbs) / sizeof(*verbs))
		return err_set(err, -EINVAL, "conflict show|keep-mine|keep-theirs|merge|submit ENTRY");
	/* One at a time: two that keep the same text would make two items of it. */
	lock_take(&app->lock);
	r = load(&m, argv[2], err);
	if (r == 0)
		r = verbs[i].run(&m, out, err);
	lock_give(&app->lock);
	return r < 0 ? err_add(err, r, "%s: %s", argv[2], err_text(NULL, r)) : 0;
}
