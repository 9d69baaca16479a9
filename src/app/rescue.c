#include "rescue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "model/change.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "store/salvage.h"
#include "store/store.h"
#include "sync/conflict.h"
#include "view/text.h"

enum { TEXT_MAX = 64 << 20 };

struct work {
	struct store *from;     /* foreign, and so are the next */
	const char *scratch;
	const char *to;
	const char *conflicts;  /* NULL: none */
	struct rescue *ret;
	struct buf manifest;
	int64_t last_item;      /* whose changes were written already: they are one text */
};

/* One thing that is saved, with what is known of it. Parts that could not be read are empty. */
struct thing {
	struct store_change c;
	struct store_list list;
	struct store_item item;
	struct store_node node;
	struct buf text;
	bool has_text;
};

#define THING_INIT \
	{ .c = STORE_CHANGE_INIT, .list = STORE_LIST_INIT, .item = STORE_ITEM_INIT, .node = STORE_NODE_INIT, \
	  .text = BUF_INIT(TEXT_MAX) }

static void thing_release(struct thing *t)
{
	store_change_release(&t->c);
	store_list_release(&t->list);
	store_item_release(&t->item);
	store_node_release(&t->node);
	buf_release(&t->text);
}

/* Damage is counted; what cannot be helped ends it. */
static int forgive(struct work *w, int r)
{
	if (r == -EUCLEAN || r == -EIO)
		w->ret->unreadable++;
	return r == -ENOMEM || r == -ENOSPC ? r : 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

static const char *list_name(const struct thing *t)
{
	return t->list.name && !strchr(t->list.name, '/') && *t->list.name != '.' ? t->list.name : "unknown list";
}

static const char *file_name(const struct thing *t)
{
	const char *name = t->node.name ? t->node.name : t->c.name;

	return str_empty(name) || strchr(name, '/') || *name == '.' ? "item.txt" : name;
}

/* A free name below `to`: fresh string. */
static int free_path(const struct work *w, const struct thing *t, char **ret)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/%s", w->to, list_name(t));
	int r = dir ? fsutil_mkdirs(dir, 0700) : -ENOMEM;

	for (int i = 1; r == 0; i++) {
		CLEANUP(str_free_p) char *path = i == 1 ? str_printf("%s/%s", dir, file_name(t)) :
							  str_printf("%s/%d %s", dir, i, file_name(t));

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

static int write_text(struct work *w, const struct thing *t)
{
	CLEANUP(str_free_p) char *path = NULL;
	int r = free_path(w, t, &path);

	if (r == 0)
		r = fsutil_replace(path, 0600, buf_str(&t->text), t->text.len);
	return r < 0 ? r : buf_addf(&w->manifest, "%s\n", path + strlen(w->to) + 1);
}

static int put_conflict(const struct work *w, const struct thing *t, bool deletes)
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(8192);
	struct sync_conflict c = {
		.kind = deletes ? SYNC_CONFLICT_DELETE : SYNC_CONFLICT_RESCUED, .list = (char *) list_name(t),
		.name = (char *) file_name(t), .guid = t->list.info.id, .id = t->item.item.id,
		.is_folder = t->item.item.folder,
		.why = (char *) (deletes ? "deleted here, which was not sent when the database was given up" :
					   "not sent when the database was given up"),
	};

	if (!w->conflicts || !t->list.id)
		return 0;
	/* What a part of its fields says must not be taken for all of it. */
	if (!t->item.id && t->c.change.op != CHANGE_NEW && t->c.id)
		return 0;
	c.has_base = t->item.item.id != 0;
	if (c.has_base)
		c.base = *store_item_base(&t->item);
	return sync_conflict_keep(w->conflicts, &c, buf_str(&t->text), t->text.len, &path);
}

static void add_raw(struct buf *out, const struct values *v)
{
	for (size_t i = 0; i < v->n; i++)
		buf_addf(out, "  %s: %s\n", v->v[i].name, v->v[i].text);
}

static void describe(struct work *w, const struct thing *t)
{
	char when[CLOCK_ISO_SIZE];

	clock_format_iso(t->c.created / 1000000000, when);
	buf_addf(&w->manifest, "  %s, made %s, %s\n", change_op_name(t->c.change.op), when,
		 store_change_state_name(t->c.state));
	if (t->list.info.title)
		buf_addf(&w->manifest, "  of the list \"%s\" at %s\n", t->list.info.title, t->list.site);
	if (t->item.item.id)
		buf_addf(&w->manifest, "  its ID is %" PRId64 "\n", t->item.item.id);
	if (t->c.reason)
		buf_addf(&w->manifest, "  refused: %s\n", t->c.reason);
	add_raw(&w->manifest, &t->c.change.fields);
	buf_addc(&w->manifest, '\n');
}

/* ---- changes --------------------------------------------------------------------------------- */

/* The file's own bytes, else the item as its list shows it, else the fields that the change names. */
static int find_text(struct work *w, struct thing *t)
{
	const struct values *v = t->item.id ? &t->item.item.values : &t->c.change.fields;
	int r = t->node.ino ? store_text_get(w->from, t->node.ino, &t->text, NULL) : -ENOENT;

	if (r < 0)
		buf_reset(&t->text);
	if (r < 0 && forgive(w, r) < 0)
		return r;
	if (r < 0 && t->list.id)
		r = view_text_render(&t->list.info, v, &t->text);
	else if (r < 0)
		add_raw(&t->text, v);
	return r == -ENOMEM ? r : buf_error(&t->text);
}

static int load_around(struct work *w, struct thing *t, int64_t list, int64_t item)
{
	int r = forgive(w, list ? store_list_get(w->from, list, &t->list) : 0);

	if (r == 0 && item)
		r = forgive(w, store_item_get(w->from, item, &t->item));
	if (r == 0 && item && !t->node.ino)
		r = forgive(w, store_node_of_item(w->from, item, &t->node));
	return r;
}

/* A new folder and a deletion are words, not texts. */
static int save_change(void *arg, int64_t id)
{
	CLEANUP(thing_release) struct thing t = THING_INIT;
	struct work *w = arg;
	int r = store_change_get(w->from, id, &t.c);
	bool deletes;

	if (r < 0)
		return forgive(w, r);
	r = load_around(w, &t, t.c.list, t.c.item);
	deletes = t.c.change.op == CHANGE_DELETE;
	if (r == 0)
		r = find_text(w, &t);
	if (r < 0)
		return r;
	if (deletes || t.c.change.op == CHANGE_NEW_FOLDER)
		r = buf_addf(&w->manifest, "%s/%s\n", list_name(&t), file_name(&t));
	else if (w->last_item != t.c.item)
		r = write_text(w, &t);
	if (r == 0 && w->last_item != t.c.item && t.c.change.op != CHANGE_NEW_FOLDER)
		r = put_conflict(w, &t, deletes);
	w->ret->changes += w->last_item != t.c.item;
	w->last_item = t.c.item;
	if (r == 0)
		describe(w, &t);
	return r;
}

/* ---- texts, local files ------------------------------------------------------------------------- */

/* Bytes that were no change yet: a writer's, or what could not be read as fields. */
static int save_text(void *arg, int64_t ino)
{
	CLEANUP(thing_release) struct thing t = THING_INIT;
	CLEANUP(store_text_release_p) struct store_text text = STORE_TEXT_INIT;
	struct work *w = arg;
	int r = store_text_get(w->from, ino, &t.text, &text);

	if (r < 0 || text.state == STORE_TEXT_KEPT)
		return r < 0 ? forgive(w, r) : 0;
	r = forgive(w, store_node_get(w->from, ino, &t.node));
	if (r == 0)
		r = load_around(w, &t, t.node.list, t.node.item);
	/* With its change it is written already. */
	if (r < 0 || (t.item.id && store_change_has(w->from, t.item.id) > 0))
		return r;
	w->ret->texts++;
	r = write_text(w, &t);
	if (r == 0)
		r = put_conflict(w, &t, false);
	return r < 0 ? r : buf_addf(&w->manifest, "  a text that was not saved to the server%s%s\n\n",
				    t.node.error ? ": " : "", t.node.error ? t.node.error : "");
}

static int copy(int in, const char *path)
{
	CLEANUP(fsutil_close_p) int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char chunk[16384];
	ssize_t n;
	int r = out < 0 ? -errno : 0;

	while (r == 0 && (n = read(in, chunk, sizeof(chunk))) != 0)
		r = n < 0 ? -errno : fsutil_write_all(out, chunk, (size_t) n);
	return r == 0 && fsync(out) < 0 ? -errno : r;
}

static int save_file(struct work *w, int dir, const char *name)
{
	CLEANUP(thing_release) struct thing t = THING_INIT;
	CLEANUP(fsutil_close_p) int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(str_free_p) char *path = NULL;
	struct stat st;
	int64_t ino;
	int r = 0;

	if (fd < 0 || str_to_i64(name, &ino) < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !st.st_size)
		return 0;
	r = forgive(w, store_node_get(w->from, ino, &t.node));
	if (r == 0 && t.node.list)
		r = load_around(w, &t, t.node.list, 0);
	if (r == 0 && !t.node.name)
		r = str_set(&t.node.name, name);
	if (r == 0)
		r = free_path(w, &t, &path);
	if (r == 0)
		r = copy(fd, path);
	if (r < 0)
		return r;
	w->ret->files++;
	return buf_addf(&w->manifest, "%s\n  a file that was only on this computer\n\n", path + strlen(w->to) + 1);
}

static int save_files(struct work *w)
{
	struct dirent *e;
	DIR *d = opendir(w->scratch);
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while (r == 0 && (e = readdir(d)))
		r = save_file(w, dirfd(d), e->d_name);
	closedir(d);
	return r;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static int write_manifest(struct work *w)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/MANIFEST.txt", w->to);
	CLEANUP(buf_release_p) struct buf all = BUF_INIT(TEXT_MAX);

	buf_adds(&all, "What was only on this computer and not on the server. Each paragraph begins with a\n"
		       "file, and says what it is; indented names are the columns that were changed.\n\n");
	if (w->ret->unreadable)
		buf_addf(&all, "%" PRId64 " entries could not be read.\n\n", w->ret->unreadable);
	buf_add(&all, buf_str(&w->manifest), w->manifest.len);
	if (!path || buf_error(&all) < 0)
		return -ENOMEM;
	return fsutil_replace(path, 0600, all.p, all.len);
}

int rescue_unsent(struct store *from, const char *scratch, const char *to, const char *conflicts, struct rescue *ret,
		  struct err *err)
{
	struct work w = { .from = from, .scratch = scratch, .to = to, .conflicts = conflicts, .ret = ret,
			  .manifest = BUF_INIT(TEXT_MAX) };
	int r = fsutil_mkdirs(to, 0700);

	*ret = (struct rescue) { 0 };
	if (r == 0)
		r = forgive(&w, store_salvage_ids(from, STORE_SALVAGE_CHANGES, save_change, &w));
	if (r == 0)
		r = forgive(&w, store_salvage_ids(from, STORE_SALVAGE_TEXTS, save_text, &w));
	if (r == 0)
		r = save_files(&w);
	if (r == 0)
		r = write_manifest(&w);
	buf_release(&w.manifest);
	return r < 0 ? err_set(err, r, "%s: what was not sent could not be saved there: %s", to, err_text(NULL, r)) : 0;
}
