#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "base/thread.h"
#include "ctl/host.h"
#include "file.h"
#include "handle.h"
#include "subdir.h"
#include "views.h"

/*
 * Inode numbers below .spfs are places in a table, given out at look-up and taken
 * back when the kernel forgets them. What is there is asked of the host each time:
 * nothing here can be stale.
 */
enum { TEXT_MAX = 64 << 20, PATH_SIZE = 1024 };

enum kind {
	KIND_DIR,
	KIND_FILE,   /* of the tables in ctl/host.h */
	KIND_ENTRY,  /* of outbox/ and conflicts/ */
	KIND_VIEW,   /* a whole list as one file */
	KIND_SUBDIR, /* a file of a directory of subdir.h */
	KIND_VOLUME, /* .xdg-volume-info: how file managers show the mount */
};

struct place {
	enum kind kind;
	int64_t list;  /* 0: of the mount */
	const struct ctl_file *file; /* foreign; FILE */
	struct subdir_file in_subdir; /* SUBDIR */
	char path[PATH_SIZE];        /* below .spfs; "" is .spfs itself */
};

struct known {
	char *key;        /* owned; "LIST/PATH" */
	uint64_t lookups; /* the kernel's; 0: may go */
	size_t at;        /* in the table */
	struct place place;
};

struct control {
	struct lock lock;    /* RANK_LEAF; protects the rest */
	struct map *by_key;  /* owned; key -> struct known */
	struct known **at;   /* owned; [ino without INO_CONTROL - 1]; NULL: free */
	size_t n, cap;
	size_t first_free;   /* none before it is free */
};

static const char spfs_name[] = ".spfs";
static const char volume_name[] = ".xdg-volume-info";
static const char volume_text[] = "[Volume Info]\nName=SharePoint\nIcon=folder-remote\n";

struct control *control_new(void)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	lock_init(&c->lock, RANK_LEAF);
	c->by_key = map_new();
	return c->by_key ? c : control_free(c);
}

static void known_free(struct known *k)
{
	free(k->key);
	free(k);
}

struct control *control_free(struct control *c)
{
	if (!c)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i])
			known_free(c->at[i]);
	free(c->at);
	map_free(c->by_key);
	lock_release(&c->lock);
	free(c);
	return NULL;
}

/* ---- the table ---------------------------------------------------------------- */

/* A free slot. Needs the lock. */
static int find_free(struct control *c, size_t *ret)
{
	size_t i = c->first_free;
	int r;

	while (i < c->n && c->at[i])
		i++;
	c->first_free = i;
	if (i == c->n) {
		r = vec_grow(&c->at, &c->cap, c->n + 1, sizeof(*c->at));
		if (r < 0)
			return r;
		c->at[c->n++] = NULL;
	}
	*ret = i;
	return 0;
}

static int add(struct control *c, char *key, const struct place *p, size_t *ret)
{
	struct known *k = calloc(1, sizeof(*k));
	int r = k ? find_free(c, ret) : -ENOMEM;

	if (r == 0)
		r = map_put(c->by_key, key, k);
	if (r < 0) {
		free(k);
		return r;
	}
	*k = (struct known) { .key = key, .place = *p, .at = *ret };
	c->at[*ret] = k;
	return 0;
}

/* One look-up more of the place. */
static int remember(struct control *c, const struct place *p, int64_t *ret_ino)
{
	const char *between = p->kind == KIND_VOLUME ? ":" : "/";
	CLEANUP(str_free_p) char *key = str_printf("%" PRId64 "%s%s", p->list, between, p->path);
	struct known *k;
	size_t i = 0;
	int r = 0;

	if (!key)
		return -ENOMEM;
	lock_take(&c->lock);
	k = map_find(c->by_key, key);
	if (k) {
		i = k->at;
	} else {
		r = add(c, key, p, &i);
		if (r == 0)
			key = NULL;
	}
	if (r == 0) {
		c->at[i]->lookups++;
		*ret_ino = INO_CONTROL | (int64_t) (i + 1);
	}
	lock_give(&c->lock);
	return r;
}

void control_forget(struct fs *f, int64_t ino, uint64_t n)
{
	struct control *c = f->control;
	size_t i = (size_t) (ino & ~INO_CONTROL) - 1;
	struct known *k;

	lock_take(&c->lock);
	k = i < c->n ? c->at[i] : NULL;
	if (k && k->lookups > n) {
		k->lookups -= n;
	} else if (k) {
		map_take(c->by_key, k->key);
		c->at[i] = NULL;
		if (i < c->first_free)
			c->first_free = i;
		known_free(k);
	}
	lock_give(&c->lock);
}

static int find_place(struct control *c, int64_t ino, struct place *ret)
{
	size_t i = (size_t) (ino & ~INO_CONTROL) - 1;
	bool found;

	lock_take(&c->lock);
	found = i < c->n && c->at[i];
	if (found)
		*ret = c->at[i]->place;
	lock_give(&c->lock);
	return found ? 0 : -ESTALE;
}

/* ---- what is where -------------------------------------------------------------- */

/* The list whose own directory it is; 0 for the mount's root; -1: neither. */
static int64_t list_of_dir(struct fs *f, int64_t ino)
{
	struct view_attr a;

	if (ino == STORE_ROOT_INO)
		return 0;
	if (ino_is_control(ino) || ino_is_errors(ino) || view_tree_attr(f->tree, ino, &a) < 0)
		return -1;
	return a.kind == STORE_NODE_LIST ? a.list : -1;
}

bool control_owns(struct fs *f, int64_t parent, const char *name)
{
	if (ino_is_control(parent))
		return true;
	if (parent == STORE_ROOT_INO && strcmp(name, volume_name) == 0)
		return true;
	return strcmp(name, spfs_name) == 0 && list_of_dir(f, parent) >= 0;
}

struct search {
	const char *name; /* foreign */
	bool dir;
};

static int match(void *arg, const char *name)
{
	struct search *s = arg;
	size_t n = strlen(s->name);

	if (strncmp(name, s->name, n) != 0 || (name[n] && strcmp(name + n, "/") != 0))
		return 0;
	s->dir = name[n] == '/';
	return 1;
}

/* A name in outbox/ or conflicts/ or below. */
static int find_entry(struct fs *f, const struct place *dir, const char *name, struct place *ret)
{
	const struct ctl_host *h = f->config.ctl;
	struct search s = { .name = name };
	int r = h->dir(h->arg, dir->path, match, &s);

	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	ret->kind = s.dir ? KIND_DIR : KIND_ENTRY;
	return 0;
}

static int has_view(struct fs *f, int64_t list, const char *name)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	const char *view;
	int r = view_tree_list(f->tree, list, &l);

	for (size_t i = 0; r == 0 && (view = view_tree_view_name(l, i)); i++)
		if (strcmp(view, name) == 0)
			return 0;
	return -ENOENT;
}

/* columns/ and its like, and what is below. */
static int find_in_subdir(struct fs *f, struct place *p)
{
	int r = subdir_find(f, p->list, p->path, &p->in_subdir);

	p->kind = p->in_subdir.is_dir ? KIND_DIR : KIND_SUBDIR;
	return r;
}

/* A name in .spfs itself. */
static int find_file(struct fs *f, const char *name, struct place *ret)
{
	ret->file = ctl_file_find(ret->list ? ctl_list_files : ctl_mount_files, name);
	ret->kind = ret->file ? KIND_FILE : KIND_DIR;
	if (ret->file)
		return 0;
	for (size_t i = 0; !ret->list && ctl_mount_dirs[i]; i++)
		if (strcmp(ctl_mount_dirs[i], name) == 0)
			return 0;
	if (ret->list && subdir_is_name(name))
		return find_in_subdir(f, ret);
	ret->kind = KIND_VIEW;
	return ret->list ? has_view(f, ret->list, name) : -ENOENT;
}

static int find_child(struct fs *f, const struct place *dir, const char *name, struct place *ret)
{
	int n = snprintf(ret->path, sizeof(ret->path), "%s%s%s", dir->path, *dir->path ? "/" : "", name);

	if (n >= (int) sizeof(ret->path))
		return -ENAMETOOLONG;
	if (dir->kind != KIND_DIR)
		return -ENOTDIR;
	ret->list = dir->list;
	if (!*dir->path)
		return find_file(f, name, ret);
	return dir->list ? find_in_subdir(f, ret) : find_entry(f, dir, name, ret);
}

/* ---- texts ------------------------------------------------------------------------ */

/* Splits "conflicts/Tasks/A.txt" at its last slash; p->path is changed. */
static char *split(struct place *p)
{
	char *slash = strrchr(p->path, '/');

	*slash = '\0';
	return slash + 1;
}

static int make_text(struct fs *f, const struct place *p, struct buf *out)
{
	const struct ctl_host *h = f->config.ctl;
	struct place copy = *p;
	const char *name;

	switch (p->kind) {
	case KIND_DIR:
		return -EISDIR;
	case KIND_VIEW:
		break;
	case KIND_SUBDIR:
		return subdir_text(f, p->list, p->path, 0, out);
	case KIND_VOLUME:
		return buf_adds(out, volume_text);
	case KIND_FILE:
		return p->file->kind == CTL_TEXT ? h->read(h->arg, p->list, p->path, out) : 0;
	case KIND_ENTRY:
		name = split(&copy);
		return h->entry(h->arg, copy.path, name, out);
	}
	return -EINVAL;
}

static mode_t mode_of(const struct place *p)
{
	switch (p->kind) {
	case KIND_DIR:
		return S_IFDIR | 0700;
	case KIND_VOLUME:
		return S_IFREG | 0444;
	case KIND_FILE:
		return S_IFREG | (mode_t) p->file->mode;
	case KIND_SUBDIR:
		return S_IFREG | (p->in_subdir.writable ? 0600 : 0400);
	case KIND_ENTRY:
	case KIND_VIEW:
		return S_IFREG | 0400;
	}
	return 0;
}

static int stat_place(struct fs *f, const struct place *p, int64_t ino, struct entry *ret)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);
	struct views_file *view = NULL;
	int64_t now = clock_now_ns(), size;
	int r = 0;

	if (p->kind == KIND_VIEW)
		r = views_get(f, p->list, p->path, &view);
	else if (p->kind != KIND_DIR && p->kind != KIND_SUBDIR)
		r = make_text(f, p, &text);
	if (r < 0)
		return r;
	size = view ? views_size(view) : p->kind == KIND_SUBDIR ? p->in_subdir.size : (int64_t) text.len;
	now = view ? views_time(view) : p->kind == KIND_SUBDIR ? p->in_subdir.mtime : now;
	views_put(view);
	*ret = (struct entry) {
		.st = {
			.st_ino = (ino_t) ino,
			.st_mode = mode_of(p),
			.st_nlink = 1,
			.st_uid = f->uid,
			.st_gid = f->gid,
			.st_size = size,
			.st_blksize = 4096,
			.st_blocks = (size + 511) / 512,
		},
	};
	ret->st.st_mtim = (struct timespec) { .tv_sec = now / 1000000000, .tv_nsec = now % 1000000000 };
	ret->st.st_ctim = ret->st.st_atim = ret->st.st_mtim;
	return 0;
}

int control_lookup(struct fs *f, int64_t parent, const char *name, struct entry *ret)
{
	struct place dir, p = { .kind = KIND_DIR };
	int64_t ino = 0;
	int r = 0;

	if (ino_is_control(parent)) {
		r = find_place(f->control, parent, &dir);
		if (r == 0)
			r = find_child(f, &dir, name, &p);
	} else if (strcmp(name, volume_name) == 0) {
		p.kind = KIND_VOLUME;
	} else {
		p.list = list_of_dir(f, parent);
	}
	if (r == 0)
		r = remember(f->control, &p, &ino);
	if (r < 0)
		return r;
	r = stat_place(f, &p, ino, ret);
	if (r < 0)
		control_forget(f, ino, 1);
	return r;
}

int control_attr(struct fs *f, int64_t ino, struct entry *ret)
{
	struct place p;
	int r = find_place(f->control, ino, &p);

	if (r == 0 && p.kind == KIND_SUBDIR)
		r = find_in_subdir(f, &p);
	if (r == 0)
		r = stat_place(f, &p, ino, ret);
	return r == -ENOENT ? -ESTALE : r;
}

/* ---- open, write -------------------------------------------------------------------- */

/* What a file that is opened shows. */
static int load(struct fs *f, const struct place *p, struct handle *h)
{
	if (p->kind == KIND_FILE && p->file->kind != CTL_TEXT)
		return stream_open(f, p->file->kind == CTL_STREAM_EVENTS, &h->stream);
	if (p->kind == KIND_VIEW)
		return views_get(f, p->list, p->path, &h->view);
	if (p->kind == KIND_SUBDIR)
		return h->flags & O_TRUNC ? 0 : subdir_text(f, p->list, p->path, h->tgid, &h->text);
	return (h->flags & O_ACCMODE) == O_WRONLY ? 0 : make_text(f, p, &h->text);
}

int control_open(struct fs *f, const struct caller *c, int64_t ino, int flags, struct file_open *ret)
{
	struct handle *h;
	struct place p;
	bool stream;
	int r = find_place(f->control, ino, &p);

	if (r < 0)
		return r;
	if ((flags & O_ACCMODE) != O_RDONLY && !(mode_of(&p) & 0200))
		return -EACCES;
	stream = p.kind == KIND_FILE && p.file->kind != CTL_TEXT;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	*h = (struct handle) {
		.kind = stream ? HANDLE_STREAM : HANDLE_TEXT,
		.flags = flags,
		.ino = ino,
		.tgid = p.kind == KIND_SUBDIR ? caller_tgid(f, c->tid) : 0,
		.text = BUF_INIT(TEXT_MAX),
	};
	r = load(f, &p, h);
	if (r < 0) {
		handle_free(h);
		return r == -ENOENT ? -ESTALE : r;
	}
	*ret = (struct file_open) {
		.handle = h, .direct_io = true, .nonseekable = stream, .noflush = p.kind != KIND_SUBDIR
	};
	return 0;
}

int control_truncate(struct handle *h, int64_t size)
{
	/* One of the others succeeds and does nothing, as `: > sync`. */
	return h->kind == HANDLE_TEXT && h->tgid && (h->flags & O_ACCMODE) != O_RDONLY ? handle_truncate(h, size) : 0;
}

int control_flush(struct fs *f, struct handle *h)
{
	struct place p;
	int r = h->wrote ? find_place(f->control, h->ino, &p) : 0;

	if (r < 0 || !h->wrote)
		return r;
	h->wrote = false;
	return subdir_save(f, p.list, p.path, h->tgid, buf_str(&h->text), h->text.len);
}

int control_write(struct fs *f, struct handle *h, const char *text, size_t n, int64_t off)
{
	const struct ctl_host *host = f->config.ctl;
	struct place p;
	struct err err = { 0 };
	int r = find_place(f->control, h->ino, &p);

	if (r < 0)
		return r;
	if (p.kind == KIND_SUBDIR)
		return handle_write(h, text, n, off);
	if (p.kind != KIND_FILE)
		return -EACCES;
	r = host->write(host->arg, p.list, p.path, text, n, &err);
	if (r < 0)
		log_notice(".spfs/%s: %s", p.path, err_text(&err, r));
	return r;
}

/* ---- directories --------------------------------------------------------------------- */

struct emit {
	int (*fn)(void *arg, const char *name, bool is_dir);
	void *arg;
};

static int emit_entry(void *arg, const char *name)
{
	const struct emit *e = arg;
	size_t n = strlen(name);
	char plain[NAME_MAX + 1];

	if (n < 2 || name[n - 1] != '/')
		return e->fn(e->arg, name, false);
	snprintf(plain, sizeof(plain), "%.*s", (int) n - 1, name);
	return e->fn(e->arg, plain, true);
}

static int list_views(struct fs *f, int64_t list, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	const char *name;
	int r = view_tree_list(f->tree, list, &l);

	for (size_t i = 0; r == 0 && (name = view_tree_view_name(l, i)); i++)
		r = fn(arg, name, false);
	return r == 0 ? subdir_names(l, fn, arg) : r;
}

int control_dir(struct fs *f, int64_t ino, int (*fn)(void *arg, const char *name, bool is_dir), void *arg)
{
	const struct ctl_host *h = f->config.ctl;
	const struct ctl_file *file;
	struct place p;
	int r = find_place(f->control, ino, &p);

	if (r < 0)
		return r;
	if (p.kind != KIND_DIR)
		return -ENOTDIR;
	if (*p.path && p.list)
		return subdir_list(f, p.list, p.path, fn, arg);
	if (*p.path)
		return h->dir(h->arg, p.path, emit_entry, &(struct emit) { fn, arg });
	for (file = p.list ? ctl_list_files : ctl_mount_files; r == 0 && file->name; file++)
		r = fn(arg, file->name, false);
	for (size_t i = 0; r == 0 && !p.list && ctl_mount_dirs[i]; i++)
		r = fn(arg, ctl_mount_dirs[i], true);
	return r < 0 || !p.list ? r : list_views(f, p.list, fn, arg);
}

int control_unlink(struct fs *f, const struct caller *c, int64_t parent, const char *name)
{
	const struct ctl_host *h = f->config.ctl;
	struct place p, file;
	int r = ino_is_control(parent) ? find_place(f->control, parent, &p) : -EPERM;

	if (r < 0)
		return r;
	if (p.kind != KIND_DIR || !*p.path)
		return -EPERM;
	if (!p.list)
		return h->remove(h->arg, p.path, name);
	r = find_child(f, &p, name, &file);
	return r < 0 ? r : subdir_remove(f, c, p.list, file.path);
}
