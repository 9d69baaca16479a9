#include "dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "attr.h"
#include "base/str.h"
#include "control.h"
#include "doc.h"
#include "errors.h"
#include "file.h"
#include "post.h"
#include "reply.h"
#include "wait.h"

/* An entry as it was when the listing was taken; view_attr without what an entry has not. */
struct listed {
	int64_t ino;
	int64_t size;
	int64_t mtime;
	int64_t ctime;
	int64_t version;
	size_t name; /* in names */
	unsigned mode : 12;
	unsigned kind : 8;
};

struct dir {
	struct fs *f;       /* foreign */
	int64_t ino;
	bool taken;
	uint64_t changes;   /* f->changes before the listing was taken */
	int64_t parent;
	bool errors;        /* ERRORS is among the entries, the last */
	bool post;          /* the thread's first post is, behind those of the store */
	char post_name[VIEW_NAME_SIZE];
	struct listed *l;   /* owned, n of cap */
	size_t n;
	size_t cap;
	char *names;        /* owned; each with its NUL */
	size_t names_len;
	size_t names_cap;
};

void dir_release(struct dir *d)
{
	if (d) {
		free(d->l);
		free(d->names);
		free(d);
	}
}

/* ---- opening ------------------------------------------------------------------------ */

/* Whatever the sync came to, what is there is shown; only the interrupt is the program's to know. */
static void answer(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	struct handle *h = arg;

	if (r == -EINTR || r == -ENOMEM) {
		handle_free(h);
		reply_err(q, r);
		return;
	}
	handles_track(f->handles, h); /* before: it may be given back at once */
	if (reply_opendir(q, h) < 0) {
		handles_untrack(f->handles, h);
		handle_free(h);
	}
}

/* The list is as it is; now the names that it does not tell. */
static void look_into(struct fs *f, struct fuse_req *q, void *arg, int r)
{
	struct handle *h = arg;

	if (r == -EINTR || r == -ENOMEM)
		answer(f, q, h, r);
	else
		wait_for_attachments(f, q, h->dir->ino, false, answer, h);
}

static struct handle *new_dir(struct fs *f, int64_t ino)
{
	struct handle *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->kind = HANDLE_DIR;
	h->dir = calloc(1, sizeof(*h->dir));
	if (!h->dir)
		return handle_free(h);
	h->dir->f = f;
	h->dir->ino = ino;
	return h;
}

static bool is_synchronised(int kind)
{
	return kind == STORE_NODE_LIST || kind == STORE_NODE_FOLDER || kind == STORE_NODE_ATTACHMENTS;
}

void dir_open(struct fs *f, struct fuse_req *q, const struct caller *c, int64_t ino)
{
	struct handle *h = new_dir(f, ino);
	struct view_attr a = { 0 };
	int r = h ? 0 : -ENOMEM;

	if (r == 0 && !ino_is_control(ino))
		r = view_tree_attr(f->tree, ino, &a);
	if (r < 0) {
		handle_free(h);
		reply_err(q, r == -ENOENT ? -ESTALE : r);
		return;
	}
	h->dir->parent = a.parent ? a.parent : ino;
	if (!ino_is_control(ino))
		announcer_opened(f->announcer, ino);
	if (is_synchronised(a.kind) && !doc_reader_is_among(c->tid, f->config.crawlers))
		wait_for_list(f, q, a.list, a.kind != STORE_NODE_LIST, caller_tgid(f, c->tid),
			      a.kind == STORE_NODE_ATTACHMENTS ? look_into : answer, h);
	else
		answer(f, q, h, 0);
}

/* ---- the listing ---------------------------------------------------------------------- */

static int add_name(struct dir *d, const char *name, size_t *ret)
{
	size_t n = strlen(name) + 1;
	int r = vec_grow(&d->names, &d->names_cap, d->names_len + n, 1);

	if (r < 0)
		return r;
	memcpy(d->names + d->names_len, name, n);
	*ret = d->names_len;
	d->names_len += n;
	return 0;
}

static int add_entry(void *arg, const char *name, const struct view_attr *a)
{
	struct dir *d = arg;
	size_t at = 0;
	int r = vec_grow(&d->l, &d->cap, d->n + 1, sizeof(*d->l));

	if (r == 0)
		r = add_name(d, name, &at);
	if (r < 0)
		return r;
	d->l[d->n++] = (struct listed) {
		.ino = a->ino,
		.size = a->size,
		.mtime = a->mtime,
		.ctime = a->ctime,
		.version = a->version,
		.name = at,
		.mode = a->mode & 07777,
		.kind = a->kind,
	};
	return 0;
}

static int add_control(void *arg, const char *name, bool is_dir)
{
	/* numbers are given at look-up; readdir(3) of some libraries leaves out number 0 */
	struct view_attr a = { .ino = UINT32_MAX,
			       .kind = is_dir ? STORE_NODE_SCRATCH_DIR : STORE_NODE_SCRATCH };

	return add_entry(arg, name, &a);
}

static int take(struct dir *d)
{
	struct entry e;
	int64_t ino;
	int r;

	d->n = d->names_len = 0;
	d->errors = d->post = false;
	d->taken = true;
	d->changes = atomic_load(&d->f->changes);
	if (ino_is_control(d->ino))
		return control_dir(d->f, d->ino, add_control, d);
	r = view_tree_children(d->f->tree, d->ino, add_entry, d);
	if (r == 0 && d->ino != STORE_ROOT_INO)
		d->errors = errors_lookup(d->f, d->ino, &e) == 0;
	if (r == 0 && d->ino != STORE_ROOT_INO)
		d->post = post_find(d->f, d->ino, d->post_name, &ino) == 0;
	return r;
}

/* ---- reading ------------------------------------------------------------------------------ */

enum { FIRST = 2 }; /* after "." and ".." */

static void bare(struct entry *e, int64_t ino, mode_t type)
{
	*e = (struct entry) { .st = { .st_ino = (ino_t) ino, .st_mode = type } };
}

static mode_t type_of(const struct listed *l)
{
	struct view_attr a = { .kind = l->kind };

	return view_attr_is_dir(&a) ? S_IFDIR : l->kind == STORE_NODE_SYMLINK ? S_IFLNK : S_IFREG;
}

/* With all attributes, as they are now. -ENOENT: it is gone. */
static int full(struct dir *d, const struct listed *l, struct entry *ret)
{
	struct view_attr a = {
		.ino = l->ino,
		.parent = d->ino,
		.kind = l->kind,
		.mode = l->mode,
		.size = l->size,
		.mtime = l->mtime,
		.ctime = l->ctime,
		.version = l->version,
		.named = true,
	};
	int r = 0;

	if (ino_is_control(d->ino))
		return control_lookup(d->f, d->ino, d->names + l->name, ret);
	if (atomic_load(&d->f->changes) != d->changes)
		r = view_tree_lookup(d->f->tree, d->ino, d->names + l->name, &a);
	if (r == 0)
		attr_entry(d->f, &a, ret);
	return r;
}

/* Entry number i. 1: filled; 0: there are no more; -ENOENT: it went meanwhile. */
static int entry_at(struct dir *d, size_t i, bool plus, const char **ret_name, struct entry *ret)
{
	const struct listed *l;
	int r;

	if (i < FIRST) {
		*ret_name = i ? ".." : ".";
		bare(ret, i ? d->parent : d->ino, S_IFDIR);
		return 1;
	}
	if (i - FIRST == d->n && d->post) {
		*ret_name = d->post_name;
		bare(ret, INO_POST | d->ino, S_IFREG);
		r = plus ? post_lookup(d->f, d->ino, d->post_name, ret) : 0;
		return r < 0 ? r : 1;
	}
	if (i - FIRST == d->n + d->post && d->errors) {
		*ret_name = ERRORS_NAME;
		bare(ret, INO_ERRORS | d->ino, S_IFREG);
		r = plus ? errors_lookup(d->f, d->ino, ret) : 0;
		return r < 0 ? r : 1;
	}
	if (i - FIRST >= d->n)
		return 0;
	l = &d->l[i - FIRST];
	*ret_name = d->names + l->name;
	bare(ret, l->ino, type_of(l));
	r = plus ? full(d, l, ret) : 0;
	return r < 0 ? r : 1;
}

int dir_read(struct fs *f, struct dir *d, int64_t off, bool plus, dir_emit_fn emit, void *arg)
{
	struct entry e;
	const char *name;
	int r = 0;

	if (off == 0 || !d->taken)
		r = take(d);
	for (size_t i = (size_t) off; r >= 0; i++) {
		r = entry_at(d, i, plus, &name, &e);
		if (r == 0)
			break;
		if (r == -ENOENT)
			r = 0;
		else if (r > 0 && !emit(arg, name, &e, (int64_t) i + 1)) {
			/* control_lookup counted it as known to the kernel */
			if (plus && ino_is_control(d->ino) && i >= FIRST)
				control_forget(f, (int64_t) e.st.st_ino, 1);
			break;
		}
	}
	return r < 0 ? r : 0;
}
