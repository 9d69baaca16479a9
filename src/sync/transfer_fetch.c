#include "transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "remote/docs.h"
#include "store/blob.h"
#include "store/item.h"
#include "txn.h"

enum { SHED = 64 << 20 /* bytes that make room on a full disk */ };

/* One GET. */
struct fetch {
	struct transfer *t;
	struct sync_doc *d;
	int64_t at;   /* where the next byte belongs */
	int64_t skip; /* bytes that are here already and come again */
	int64_t came; /* bytes that were new */
};

/* ---- the length ------------------------------------------------------------------------ */

/* The list's idea of the length was wrong: stat tells the true one from now on. */
static int store_size(const struct sync_doc *d, int64_t size)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(&d->all->s->conf);
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	int r = txn_begin(&t, d->list);

	if (r == 0)
		r = store_item_get(t.st, d->item, &i);
	if (r == 0)
		r = store_node_of_item(t.st, d->item, &n);
	if (r < 0 || i.item.version != d->version || n.kind != STORE_NODE_DOCUMENT || n.size == size)
		return r == -ENOENT ? 0 : r;
	n.size = size;
	n.ctime = t.now;
	r = store_node_put(t.st, &n);
	return r < 0 ? r : txn_commit(&t);
}

void transfer_learn_size(const struct sync_doc *d, int64_t size)
{
	if (size != d->listed && store_size(d, size) < 0)
		log_warning("the length of a document could not be stored item=%lld", (long long) d->item);
}

/* ---- what comes --------------------------------------------------------------------------- */

int transfer_open_temp(struct sync_doc *d)
{
	char *temp;
	bool first;
	int fd, r;

	lock_take(&d->all->lock);
	first = d->fd < 0;
	lock_give(&d->all->lock);
	if (!first)
		return 0;
	r = store_blob_temp(d->all->s->conf.blobs, &fd, &temp);
	if (r < 0)
		return r;
	/* The whole and a part may begin at once. */
	lock_take(&d->all->lock);
	first = d->fd < 0;
	if (first) {
		d->fd = fd;
		d->temp = temp;
	}
	lock_give(&d->all->lock);
	if (!first) {
		close(fd);
		unlink(temp);
		free(temp);
	}
	return 0;
}

/* The whole comes although only the rest was asked for, or beside parts: what is here already is passed over when it is of the
 * same version, else it was in vain. */
static int begin_again(struct fetch *x, const struct remote_doc *doc)
{
	struct sync_doc *d = x->d;
	bool same, told;

	lock_take(&d->all->lock);
	same = doc->etag && str_eq(doc->etag, d->etag);
	told = d->told || d->n_parts || (d->part == PART_RUNNING && d->etag);
	if (!same && !told)
		d->have = 0;
	lock_give(&d->all->lock);
	if (!same && (told || ftruncate(d->fd, 0) < 0))
		return told ? -ESTALE : -errno;
	x->at = 0;
	x->skip = same ? d->have : 0;
	return 0;
}

static bool has_bytes(struct sync_doc *d)
{
	bool has;

	lock_take(&d->all->lock);
	has = d->have || d->n_parts || d->part == PART_RUNNING;
	lock_give(&d->all->lock);
	return has;
}

static int on_begin(void *arg, const struct remote_doc *doc)
{
	struct fetch *x = arg;
	struct sync_doc *d = x->d;
	int r = transfer_open_temp(d);

	x->at = d->have;
	x->skip = 0;
	if (r == 0 && !doc->partial && has_bytes(d))
		r = begin_again(x, doc);
	if (r < 0)
		return r;
	if (doc->size >= 0)
		transfer_learn_size(d, doc->size);
	lock_take(&d->all->lock);
	if (!str_eq(d->etag, doc->etag))
		r = str_set(&d->etag, doc->etag);
	d->whole_only |= !doc->etag;
	if (doc->size >= 0 || !d->n_parts)
		d->total = doc->size;
	part_learn(x->t, d);
	lock_give(&d->all->lock);
	return r;
}

static int write_at(int fd, const char *p, size_t n, int64_t at)
{
	while (n) {
		ssize_t put = pwrite(fd, p, n, at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		p += put;
		at += put;
		n -= (size_t) put;
	}
	return 0;
}

/* Contents that nobody reads make room. */
int transfer_write(const struct sync_doc *d, const char *p, size_t n, int64_t at)
{
	const struct store_blob_use use = { transfer_in_use, d->all };
	int r = write_at(d->fd, p, n, at);

	if (r == -ENOSPC && store_blob_shed(d->all->s->conf.blobs, SHED, &use) > 0)
		r = write_at(d->fd, p, n, at);
	return r;
}

static int on_data(void *arg, const void *p, size_t n)
{
	struct fetch *x = arg;
	struct sync_doc *d = x->d;
	struct sync_waiter *ready;
	size_t old = x->skip < (int64_t) n ? (size_t) x->skip : n;
	int r;

	x->skip -= (int64_t) old;
	x->at += (int64_t) old;
	n -= old;
	r = n ? transfer_write(d, (const char *) p + old, n, x->at) : 0;
	if (r < 0)
		return r;
	x->at += (int64_t) n;
	x->came += (int64_t) n;
	lock_take(&d->all->lock);
	d->have = x->at > d->have ? x->at : d->have;
	d->moved = d->site->moved = clock_mono_ms();
	ready = transfer_take_ready(d);
	lock_give(&d->all->lock);
	waiter_finish(ready, 0);
	return 0;
}

/* ---- results ---------------------------------------------------------------------------------- */

enum { HTTP_FORBIDDEN = 403, HTTP_TOO_MANY = 429, HTTP_UNAVAILABLE = 503 };

static int site_error(const struct remote_fault *f, bool began)
{
	if (f->http_status == HTTP_TOO_MANY || (f->http_status == HTTP_UNAVAILABLE && f->retry_after > 0))
		return -EAGAIN;
	return f->http_status || began ? -EIO : -ENETUNREACH;
}

static int errno_of(enum remote_result result, const struct remote_fault *f, bool began)
{
	switch (result) {
	case REMOTE_OK:
		return 0;
	case REMOTE_AUTH:
		return -EACCES;
	case REMOTE_SITE_BAD:
		return site_error(f, began);
	case REMOTE_ITEM_GONE:
	case REMOTE_LIST_GONE:
		return -ESTALE;
	case REMOTE_ITEM_BAD:
		return f->err.code < 0 ? f->err.code : -EACCES;
	case REMOTE_LIST_BAD:
		return f->http_status == HTTP_FORBIDDEN ? -EACCES : -EIO;
	case REMOTE_CANCELED:
		return f->err.code < 0 && f->err.code != -ECANCELED ? f->err.code : -EINTR;
	case REMOTE_CONFLICT:
	case REMOTE_NOT_RUN:
	case REMOTE_TOKEN_GONE:
	case REMOTE_LOST:
		break;
	}
	return -EIO;
}

int transfer_open_remote(struct transfer *t, struct remote_fault *f)
{
	const struct remote_factory *factory = t->site->all->s->conf.remotes;
	int r = 0;

	if (!t->remote)
		r = factory->open(factory->arg, t->site->site->url, &t->remote, &f->err);
	if (r < 0)
		t->remote = NULL;
	else if (!t->remote->docs)
		r = -EOPNOTSUPP;
	return r;
}

int transfer_path(const struct sync_doc *d, char **ret)
{
	CLEANUP(store_item_release_p) struct store_item i = STORE_ITEM_INIT;
	int r = store_item_get(d->all->s->conf.store, d->item, &i);

	if (r < 0 || !i.item.path)
		return r < 0 && r != -ENOENT ? r : -ESTALE;
	*ret = i.item.path;
	i.item.path = NULL;
	return 0;
}

/* Returns 1 to go on where the connection broke: as long as each attempt brings something, it ends. */
static int get(struct fetch *x, const char *path, struct remote_fault *f)
{
	const struct remote_doc_sink sink = { on_begin, on_data, x };
	CLEANUP(str_free_p) char *etag = NULL;
	struct remote_doc doc = { .size = -1 };
	struct sync_doc *d = x->d;
	enum remote_result result;
	int r;

	*f = (struct remote_fault) { 0 };
	x->came = 0;
	lock_take(&d->all->lock);
	r = str_set(&etag, d->etag);
	lock_give(&d->all->lock);
	if (r < 0)
		return r;
	result = x->t->remote->docs->fetch(x->t->remote, path, d->have, etag, &sink, &doc, &x->t->cancel, f);
	remote_doc_release(&doc);
	if (result == REMOTE_SITE_BAD && x->came && !atomic_load(&x->t->cancel))
		return 1;
	return errno_of(result, f, d->have > 0);
}

/* Only the length was asked for. A server that does not tell is asked for the bytes. 0: it told; 1: it did not. */
static int measure(struct fetch *x, const char *path, struct remote_fault *f)
{
	struct remote_doc doc = { .size = -1 };
	struct sync_doc *d = x->d;
	enum remote_result result;

	*f = (struct remote_fault) { 0 };
	result = x->t->remote->docs->stat(x->t->remote, path, &doc, &x->t->cancel, f);
	if (result == REMOTE_OK && doc.size >= 0) {
		transfer_learn_size(d, doc.size);
		lock_take(&d->all->lock);
		d->total = doc.size;
		lock_give(&d->all->lock);
	}
	remote_doc_release(&doc);
	return result == REMOTE_OK ? d->total < 0 : errno_of(result, f, false);
}

static int fetch_or_measure(struct fetch *x, const char *path, struct remote_fault *f)
{
	int r = x->d->size_only ? measure(x, path, f) : 1;

	return r == 1 ? get(x, path, f) : r;
}

/* No connection: another address of the site is tried, if it has one. 0: go on with that. */
static int move_on(struct transfer *t, int r, struct remote_fault *f)
{
	const struct remote_factory *factory = t->site->all->s->conf.remotes;
	bool again;

	if ((r != -ENETUNREACH && r != -EIO) || f->http_status || !factory->failed || !t->remote)
		return r;
	again = factory->failed(factory->arg, t->remote);
	t->remote = t->remote->ops->close(t->remote);
	return again && !atomic_load(&t->cancel) ? transfer_open_remote(t, f) : r;
}

int transfer_fetch(struct transfer *t, struct sync_doc *d, struct remote_fault *f)
{
	CLEANUP(str_free_p) char *path = NULL;
	struct fetch x = { .t = t, .d = d };
	int r = transfer_open_remote(t, f);

	if (r == 0)
		r = transfer_path(d, &path);
	while (r == 0 && (r = fetch_or_measure(&x, path, f)) != 0)
		if ((r = r == 1 ? 0 : move_on(t, r, f)) < 0)
			break;
	if (r == 0 && d->size_only && d->total > 0 && !d->have)
		return 0;
	if (r == 0)
		r = transfer_open_temp(d); /* an empty document */
	if (r == 0 && d->total < 0)
		transfer_learn_size(d, d->have);
	return r;
}

void transfer_store(struct transfer *t, struct sync_doc *d)
{
	const struct store_blob_use use = { transfer_in_use, d->all };
	const struct store_blob b = {
		.item = d->item, .version = d->version, .size = d->have, .etag = d->etag, .fd = -1,
	};
	int r = store_blob_add(t->site->all->s->conf.blobs, &b, d->temp, &use);

	if (r < 0) {
		log_info("a document is not kept item=%lld error=%d", (long long) d->item, r);
		unlink(d->temp);
	} else {
		pins_keep(d->all->s, d->item);
	}
	str_free_p(&d->temp);
}
