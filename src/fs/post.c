#include "post.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "commit.h"
#include "file.h"
#include "names.h"
#include "sync/submit.h"

static int64_t dir_of(int64_t ino)
{
	return ino & ~INO_POST;
}

/* ---- finding ------------------------------------------------------------------------- */

/* What is shown. */
struct post {
	const struct view_list *l; /* held */
	struct view_attr dir;
};

static void post_release(struct post *p)
{
	view_list_unref(p->l);
}

static int find(struct fs *f, int64_t dir, struct post *ret)
{
	int r = view_tree_attr(f->tree, dir, &ret->dir);

	if (r < 0 || ret->dir.kind != STORE_NODE_FOLDER || !ret->dir.item)
		return r < 0 ? r : -ENOENT;
	r = view_tree_list(f->tree, ret->dir.list, &ret->l);
	if (r < 0 || !list_is_discussion(&ret->l->info) || !str_eq(view_name_ext(&ret->l->info), ".eml"))
		return r < 0 ? r : -ENOENT;
	return 0;
}

/* Named as its answers are, unless one of them was first. */
static int name_of(struct fs *f, const struct post *p, char out[VIEW_NAME_SIZE])
{
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	struct view_attr a;
	int r = view_tree_item(f->tree, p->dir.item, &item);

	if (r < 0 || item.id <= 0)
		return r < 0 ? r : -ENOENT;
	item.folder = false;
	r = view_name_make(&p->l->info, &item, false, out);
	if (r == 0)
		r = view_tree_lookup(f->tree, p->dir.ino, out, &a) == 0;
	return r > 0 ? view_name_make(&p->l->info, &item, true, out) : r;
}

int post_find(struct fs *f, int64_t dir, char ret_name[VIEW_NAME_SIZE], int64_t *ret_ino)
{
	CLEANUP(post_release) struct post p = { 0 };
	int r = find(f, dir, &p);

	*ret_ino = INO_POST | dir;
	return r < 0 ? r : name_of(f, &p, ret_name);
}

bool post_owns(struct fs *f, int64_t dir, const char *name)
{
	char own[VIEW_NAME_SIZE];
	int64_t ino;

	return post_find(f, dir, own, &ino) >= 0 && strcmp(own, name) == 0;
}

/* ---- reading -------------------------------------------------------------------------- */

static int make_text(struct fs *f, const struct post *p, struct view_seen *seen, struct buf *out)
{
	const struct view_forms_list of = view_list_forms(p->l);
	int r = view_tree_seen(f->tree, p->dir.list, p->dir.item, seen);

	return r < 0 ? r : view_forms_render_seen(view_tree_forms(f->tree), &of, seen, out);
}

/* A second link, because the directory is the same item: programs that would move the file away before they write it anew write
 * into it then. */
static void fill(struct fs *f, const struct post *p, const struct item *item, size_t size, struct entry *ret)
{
	*ret = (struct entry) {
		.st = {
			.st_ino = (ino_t) (INO_POST | p->dir.ino),
			.st_mode = S_IFREG | 0444 | (p->dir.mode & 0200),
			.st_nlink = 2,
			.st_uid = f->uid,
			.st_gid = f->gid,
			.st_size = (off_t) size,
			.st_blksize = 4096,
			.st_blocks = (blkcnt_t) ((size + 511) / 512),
			.st_mtim.tv_sec = (time_t) item->modified,
			.st_ctim.tv_sec = (time_t) item->modified,
			.st_atim.tv_sec = (time_t) item->modified,
		},
	};
}

int post_attr(struct fs *f, int64_t ino, struct entry *ret)
{
	CLEANUP(post_release) struct post p = { 0 };
	CLEANUP(view_seen_release_p) struct view_seen seen = VIEW_SEEN_INIT;
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(NODE_MAX);
	int r = find(f, dir_of(ino), &p);

	if (r == 0)
		r = make_text(f, &p, &seen, &text);
	if (r == 0)
		fill(f, &p, &seen.item, text.len, ret);
	return r == -ENOENT ? -ESTALE : r;
}

int post_lookup(struct fs *f, int64_t dir, const char *name, struct entry *ret)
{
	int r = post_owns(f, dir, name) ? post_attr(f, INO_POST | dir, ret) : -ENOENT;

	return r == -ESTALE ? -ENOENT : r;
}

/* What the process has read is what it writes against. */
static void remember(struct fs *f, const struct caller *c, const struct post *p, struct view_seen *seen)
{
	CLEANUP(base_unref_p) struct base *b = base_new(0, 0, seen);

	if (b)
		bases_put(f->bases, p->dir.item, caller_tgid(f, c->tid), b);
}

static int open_text(struct fs *f, const struct caller *c, int64_t ino, struct handle *h)
{
	CLEANUP(post_release) struct post p = { 0 };
	CLEANUP(view_seen_release_p) struct view_seen seen = VIEW_SEEN_INIT;
	int r = find(f, dir_of(ino), &p);

	if (r < 0)
		return r;
	if ((h->flags & O_ACCMODE) != O_RDONLY && !(p.dir.mode & 0200))
		return -EACCES;
	if (h->flags & O_TRUNC)
		return 0;
	r = make_text(f, &p, &seen, &h->text);
	if (r == 0 && (h->flags & O_ACCMODE) != O_WRONLY)
		remember(f, c, &p, &seen);
	return r;
}

int post_open(struct fs *f, const struct caller *c, int64_t ino, int flags, struct file_open *ret)
{
	struct handle *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return -ENOMEM;
	*h = (struct handle) { .kind = HANDLE_TEXT, .flags = flags, .ino = ino, .text = BUF_INIT(NODE_MAX) };
	h->tgid = caller_tgid(f, c->tid);
	r = open_text(f, c, ino, h);
	if (r < 0) {
		handle_free(h);
		return r == -ENOENT ? -ESTALE : r;
	}
	*ret = (struct file_open) { .handle = h, .direct_io = true, .noflush = (flags & O_ACCMODE) == O_RDONLY };
	return 0;
}

/* ---- writing ---------------------------------------------------------------------------- */

static int submit(struct fs *f, const struct post *p, pid_t tgid, struct reading *re)
{
	struct sync_save save = { .ino = p->dir.ino, .item = p->dir.item };
	struct sync_saved saved;
	int r = commit_fill(re, &save);

	if (r == 0 && re->fields.n)
		r = sync_submit_save(f->sync, &save, &saved);
	if (r == 0)
		base_unref(commit_remember(f, p->dir.list, p->dir.item, tgid, re));
	return r;
}

/* There is no node that could hold a text that cannot be sent. */
static int refused(struct fs *f, const struct post *p, const char *text, size_t n, const struct err *err)
{
	char name[VIEW_NAME_SIZE];
	struct sync_aside a = { .list = p->dir.list, .dir = p->dir.ino, .name = name, .text = text, .n = n, .why = err_text(err, -EINVAL) };
	int r = name_of(f, p, name);

	if (r == 0)
		r = sync_submit_set_aside(f->sync, &a);
	log_notice("the first post of a thread in %s: %s%s", p->l->name, a.why, r == 0 ? "; the text is in conflicts" : "");
	return r < 0 ? r : -EINVAL;
}

static int save_once(struct fs *f, int64_t dir, pid_t tgid, const char *text, size_t n)
{
	CLEANUP(post_release) struct post p = { 0 };
	CLEANUP(reading_release_p) struct reading re = READING_INIT;
	CLEANUP(base_unref_p) struct base *base = NULL;
	struct commit_text t = { .parent = dir, .name = "", .text = text, .n = n };
	struct err err = { 0 };
	int r = find(f, dir, &p);

	if (r < 0)
		return r;
	base = bases_find(f->bases, p.dir.item, tgid);
	t.list = p.dir.list;
	t.item = p.dir.item;
	t.base = base;
	r = commit_read(f, &t, &re, &err);
	if (r == -EINVAL)
		return refused(f, &p, text, n, &err);
	return r < 0 ? r : submit(f, &p, tgid, &re);
}

int post_save(struct fs *f, int64_t dir, pid_t tgid, const char *text, size_t n)
{
	int r = n ? -ESTALE : 0;

	for (int i = 0; i < NAMES_TRIES && r == -ESTALE; i++)
		r = save_once(f, dir, tgid, text, n);
	if (r == 0)
		state_touched(f, dir);
	return r == -ESTALE ? -EBUSY : r;
}

int post_flush(struct fs *f, struct handle *h)
{
	if (!h->wrote)
		return 0;
	h->wrote = false;
	return post_save(f, dir_of(h->ino), h->tgid, buf_str(&h->text), h->text.len);
}
