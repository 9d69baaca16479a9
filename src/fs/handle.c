#include "handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "file.h"
#include "scratch.h"
#include "state.h"
#include "sync/docs.h"
#include "sync/submit.h"
#include "work.h"

enum { BUCKETS = 1024 };

struct handles {
	struct lock lock; /* RANK_FS */
	struct node *bucket[BUCKETS];
	struct handle *first; /* of the open ones */
};

/* ---- the table ------------------------------------------------------------------ */

struct handles *handles_new(void)
{
	struct handles *t = calloc(1, sizeof(*t));

	if (t)
		lock_init(&t->lock, RANK_FS);
	return t;
}

static struct node *new_node(int64_t ino)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->ino = ino;
	n->fd = -1;
	n->text = (struct buf) BUF_INIT(NODE_MAX);
	lock_init(&n->lock, RANK_FS_NODE);
	cond_init(&n->idle);
	return n;
}

static void free_node(struct node *n)
{
	sync_doc_close(n->base);
	free(n->work);
	if (n->fd >= 0)
		close(n->fd);
	buf_release(&n->text);
	base_unref(n->opened);
	free(n->name);
	cond_release(&n->idle);
	lock_release(&n->lock);
	free(n);
}

struct handles *handles_free(struct handles *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct node *n = t->bucket[i], *next; n; n = next) {
			next = n->next;
			free_node(n);
		}
	lock_release(&t->lock);
	free(t);
	return NULL;
}

static struct node **bucket_of(struct handles *t, int64_t ino)
{
	return &t->bucket[(size_t) ino % BUCKETS];
}

/* With one reference more; NULL. Needs the lock. */
static struct node *find(struct handles *t, int64_t ino)
{
	struct node *n = *bucket_of(t, ino);

	while (n && n->ino != ino)
		n = n->next;
	if (n)
		n->refs++;
	return n;
}

struct node *handles_find(struct handles *t, int64_t ino)
{
	struct node *n;

	lock_take(&t->lock);
	n = find(t, ino);
	lock_give(&t->lock);
	return n;
}

struct node *handles_get(struct handles *t, int64_t ino)
{
	struct node *n;

	lock_take(&t->lock);
	n = find(t, ino);
	if (!n && (n = new_node(ino))) {
		n->refs = 1;
		n->next = *bucket_of(t, ino);
		*bucket_of(t, ino) = n;
	}
	lock_give(&t->lock);
	return n;
}

void handles_put(struct fs *f, struct node *n)
{
	struct handles *t = f->handles;
	struct node **p;
	int r;

	if (!n)
		return;
	lock_take(&t->lock);
	if (--n->refs > 0) {
		lock_give(&t->lock);
		return;
	}
	for (p = bucket_of(t, n->ino); *p != n; p = &(*p)->next)
		;
	*p = n->next;
	lock_give(&t->lock);
	if (n->unnamed || n->rowless) {
		r = sync_submit_forget(f->sync, n->ino);
		if (r < 0)
			log_warning("could not forget a removed file ino=%lld error=%d",
				    (long long) n->ino, r);
		if (n->kind == STORE_NODE_SCRATCH)
			scratch_remove(f, n->ino);
	}
	sync_work_drop(f->sync, n->work);
	free_node(n);
}

void handles_track(struct handles *t, struct handle *h)
{
	lock_take(&t->lock);
	h->prev = NULL;
	h->next = t->first;
	if (h->next)
		h->next->prev = h;
	t->first = h;
	lock_give(&t->lock);
}

void handles_untrack(struct handles *t, struct handle *h)
{
	lock_take(&t->lock);
	*(h->prev ? &h->prev->next : &t->first) = h->next;
	if (h->next)
		h->next->prev = h->prev;
	lock_give(&t->lock);
}

void handles_end(struct fs *f)
{
	struct handle *h;

	while ((h = f->handles->first)) {
		handles_untrack(f->handles, h);
		if (h->node) {
			openset_remove(f->open, h->open_ino);
			handles_put(f, h->node);
		}
		handle_free(h);
	}
}

/* ---- who hands bytes to sync ------------------------------------------------------ */

void node_begin(struct node *n)
{
	while (n->busy)
		cond_wait(&n->idle, &n->lock);
	n->busy = true;
}

void node_end(struct node *n)
{
	n->busy = false;
	cond_wake_all(&n->idle);
}

void node_thaw(struct node *n)
{
	while (n->frozen)
		cond_wait(&n->idle, &n->lock);
}

/* ---- bytes -------------------------------------------------------------------------- */

static void unload(struct node *n)
{
	n->loaded = n->whole = false;
	buf_reset(&n->text);
	n->opened = base_unref(n->opened);
}

void node_unload(struct node *n, int64_t version)
{
	unload(n);
	n->version = version;
}

int node_know(struct fs *f, struct node *n, const struct view_attr *a, const char *name)
{
	if (n->known && (n->dirty || (n->version == a->version && n->kind == a->kind)))
		return 0;
	if (n->known && (n->kind != a->kind || n->kind == STORE_NODE_DOCUMENT))
		work_end(f, n);
	if (*name && str_set(&n->name, name) < 0)
		return -ENOMEM;
	unload(n);
	n->known = true;
	n->kind = a->kind;
	n->list = a->list;
	n->item = a->item;
	n->parent = a->parent;
	n->version = a->version;
	n->mtime = a->mtime;
	n->size = a->size;
	if (!a->named) /* removed between the look-up and the open */
		n->unnamed = n->rowless = true;
	return 0;
}

/* The row went, or shows another version by now: what was opened is still known as values. */
static int load_opened(struct fs *f, struct node *n)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;
	CLEANUP(base_unref_p) struct base *b = NULL;
	struct view_forms_list of;

	if (!n->opened || view_tree_list(f->tree, n->list, &l) < 0)
		return -ESTALE;
	b = base_whole(n->opened);
	if (!b)
		return -ENOMEM;
	of = view_list_forms(l);
	return view_forms_render_seen(view_tree_forms(f->tree), &of, &b->seen, &n->text);
}

static int load_stored(struct fs *f, struct node *n, const struct view_attr *a)
{
	CLEANUP(view_seen_release_p) struct view_seen s = VIEW_SEEN_INIT;
	int r = view_tree_content(f->tree, a, &n->text, n->opened || !a->item ? NULL : &s);

	if (r == 0 && s.id && !n->opened) {
		n->opened = base_new(n->ino, a->version, &s);
		r = n->opened ? 0 : -ENOMEM;
	}
	return r;
}

int node_load(struct fs *f, struct node *n)
{
	struct view_attr a;
	int r;

	if (n->loaded || n->kind == STORE_NODE_SCRATCH || n->kind == STORE_NODE_DOCUMENT)
		return 0;
	buf_reset(&n->text);
	r = view_tree_attr(f->tree, n->ino, &a);
	if (r == 0 && a.version == n->version)
		r = load_stored(f, n, &a);
	else if (r == 0 || r == -ENOENT)
		r = load_opened(f, n);
	if (r == 0)
		r = buf_error(&n->text);
	n->loaded = r == 0;
	n->whole = false;
	return r;
}

/* Whether the bytes are in a file of their own. */
static bool has_file(const struct node *n)
{
	return n->kind == STORE_NODE_SCRATCH || n->kind == STORE_NODE_DOCUMENT;
}

static int open_scratch(struct fs *f, struct node *n)
{
	return n->fd >= 0 ? 0 : scratch_open(f, n->ino, &n->fd);
}

int node_read(struct fs *f, struct node *n, void *p, size_t size, int64_t off, size_t *ret_n)
{
	size_t left;
	ssize_t got;
	int r = n->kind == STORE_NODE_SCRATCH ? open_scratch(f, n) : node_load(f, n);
	int fd = n->fd;

	if (r == 0 && n->kind == STORE_NODE_DOCUMENT && fd < 0)
		r = work_look(n, &fd);
	if (r < 0)
		return r;
	if (has_file(n)) {
		got = pread(fd, p, size, off);
		if (got < 0)
			return -errno;
		*ret_n = (size_t) got;
		return 0;
	}
	left = (uint64_t) off < n->text.len ? n->text.len - (size_t) off : 0;
	*ret_n = left < size ? left : size;
	if (*ret_n)
		memcpy(p, n->text.p + off, *ret_n);
	return 0;
}

static int write_file(struct node *n, const char *p, size_t size, int64_t off)
{
	while (size) {
		ssize_t put = pwrite(n->fd, p, size, off);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		off += put;
		size -= (size_t) put;
	}
	return 0;
}

static int write_text(struct node *n, const void *p, size_t size, int64_t off)
{
	int r = 0;

	if (off < 0 || off > NODE_MAX || size > NODE_MAX - (size_t) off)
		return -EFBIG;
	if (n->text.len < (size_t) off + size)
		r = buf_resize(&n->text, (size_t) off + size);
	if (r == 0 && size)
		memcpy(n->text.p + off, p, size);
	return r;
}

int node_write(struct fs *f, struct node *n, const void *p, size_t size, int64_t off)
{
	int r;

	node_thaw(n);
	r = n->kind == STORE_NODE_SCRATCH ? open_scratch(f, n) : node_load(f, n);
	if (r == 0 && n->kind == STORE_NODE_DOCUMENT)
		r = work_begin(f, n);
	if (r == 0)
		r = has_file(n) ? write_file(n, p, size, off) : write_text(n, p, size, off);
	if (r < 0)
		return r;
	if (n->kind == STORE_NODE_DOCUMENT && off + (int64_t) size > n->size)
		n->size = off + (int64_t) size;
	n->dirty = n->kind != STORE_NODE_SCRATCH;
	n->seq++;
	return 0;
}

int node_truncate(struct fs *f, struct node *n, int64_t size)
{
	int r = 0;

	node_thaw(n);
	if (n->kind == STORE_NODE_DOCUMENT) {
		r = work_truncate(f, n, size);
	} else if (n->kind == STORE_NODE_SCRATCH) {
		r = open_scratch(f, n);
		if (r == 0 && ftruncate(n->fd, size) < 0)
			r = -errno;
	} else if (size > NODE_MAX) {
		r = -EFBIG;
	} else if (size == 0) {
		buf_reset(&n->text);
		n->loaded = n->whole = true;
	} else if ((r = node_load(f, n)) == 0) {
		r = buf_resize(&n->text, (size_t) size);
	}
	if (r < 0)
		return r;
	n->dirty = n->kind != STORE_NODE_SCRATCH;
	n->seq++;
	return 0;
}

int64_t node_size(const struct node *n)
{
	if (n->kind == STORE_NODE_DOCUMENT)
		return n->size;
	return n->kind != STORE_NODE_SCRATCH && n->loaded ? (int64_t) n->text.len : -1;
}

/* ---- becoming something else --------------------------------------------------------- */

void node_to_scratch(struct node *n)
{
	unload(n);
	buf_release(&n->text);
	n->text = (struct buf) BUF_INIT(NODE_MAX);
	n->kind = STORE_NODE_SCRATCH;
	n->item = 0;
	n->dirty = false;
	n->flushed = 0;
}

void node_to_text(struct node *n, enum store_node_kind kind, struct buf *text)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
	unload(n);
	buf_release(&n->text);
	n->text = *text;
	*text = (struct buf) BUF_INIT(NODE_MAX);
	n->kind = kind;
	n->loaded = n->whole = true;
	n->dirty = false;
	n->flushed = 0;
}

/* ---- texts that are no node's --------------------------------------------------------- */

int handle_truncate(struct handle *h, int64_t size)
{
	size_t was = h->text.len;
	int r = size > NODE_MAX ? -EFBIG : buf_resize(&h->text, (size_t) size);

	if (r == 0 && (size_t) size > was)
		memset(h->text.p + was, 0, (size_t) size - was);
	if (r == 0)
		h->wrote = true;
	return r;
}

int handle_write(struct handle *h, const void *p, size_t n, int64_t off)
{
	size_t at = h->flags & O_APPEND ? h->text.len : (size_t) off;
	int r = 0;

	if (at > NODE_MAX - n)
		return -EFBIG;
	if (at + n > h->text.len)
		r = handle_truncate(h, (int64_t) (at + n));
	if (r < 0)
		return r;
	memcpy(h->text.p + at, p, n);
	h->wrote = true;
	return 0;
}
