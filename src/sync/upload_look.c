#include "upload_look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "remote/docs.h"
#include "store/blob.h"
#include "store/item.h"
#include "store/journal.h"
#include "store/unsent.h"
#include "people.h"
#include "pull.h"
#include "txn.h"

/* A version of the server's that was not expected: only its bytes tell whether somebody has written to the document, because
 * its ETag moves with each column too. Of a type that the server rewrites they do not tell whether an answer was lost to ours
 * or to nobody's, nor whether it is the version before, which nobody here has fetched: then the list does, which names versions
 * and who made them. */

void upload_doc_release(struct upload_doc *d)
{
	free(d->path);
	free(d->etag);
	fsutil_close_p(&d->fd);
	*d = (struct upload_doc) UPLOAD_DOC_INIT;
}

struct fetched {
	int fd;     /* owned */
	char *file; /* owned; in unsent/ */
	char *etag; /* owned */
	struct store *st;
};

static void fetched_release(struct fetched *x)
{
	fsutil_close_p(&x->fd);
	store_unsent_remove(x->st, x->file);
	free(x->file);
	free(x->etag);
}

static int on_begin(void *arg, const struct remote_doc *d)
{
	struct fetched *x = arg;

	if (ftruncate(x->fd, 0) < 0 || lseek(x->fd, 0, SEEK_SET) < 0)
		return -errno;
	return str_set(&x->etag, d->etag);
}

static int on_data(void *arg, const void *p, size_t n)
{
	const struct fetched *x = arg;

	return fsutil_write_all(x->fd, p, n);
}

static int compare(const struct push *p, const struct upload_doc *d, int fd, enum upload_found *ret)
{
	CLEANUP(fsutil_close_p) int base = -1;
	int r = fsutil_same(fd, d->fd);

	if (r != 0) {
		if (r > 0)
			*ret = UPLOAD_OURS;
		return r < 0 ? r : 0;
	}
	base = d->base && p->conf->blobs ? store_blob_open(p->conf->blobs, d->item, d->base) : -ENOENT;
	r = base >= 0 ? fsutil_same(fd, base) : 0;
	if (r >= 0)
		*ret = r ? UPLOAD_BASE : UPLOAD_OTHER;
	return r < 0 ? r : 0;
}

/* A list names versions without the quotes that HTTP puts around. */
static bool is_same_etag(const char *a, const char *b)
{
	size_t n = a ? strlen(a) : 0, m = b ? strlen(b) : 0;

	if (n > 1 && *a == '"' && a[n - 1] == '"') {
		a++;
		n -= 2;
	}
	if (m > 1 && *b == '"' && b[m - 1] == '"') {
		b++;
		m -= 2;
	}
	return n && n == m && memcmp(a, b, n) == 0;
}

static enum remote_result local_failure(struct remote_fault *f, int r)
{
	err_set(&f->err, r, "the server's version cannot be looked at: %s", err_text(NULL, r));
	return REMOTE_LIST_BAD;
}

static enum remote_result fetch(const struct push *p, struct upload_doc *d, enum upload_found *ret,
				struct remote_fault *f)
{
	CLEANUP(fetched_release) struct fetched x = { .fd = -1, .st = p->conf->store };
	const struct remote_doc_sink sink = { on_begin, on_data, &x };
	struct remote_doc doc = { .size = -1 };
	enum remote_result result;
	int r = store_unsent_new(p->conf->store, &x.fd, &x.file);

	if (r < 0)
		return local_failure(f, r);
	*f = (struct remote_fault) { 0 };
	result = p->remote->docs->fetch(p->remote, d->path, 0, NULL, &sink, &doc, p->cancel, f);
	if (result == REMOTE_OK && !x.etag)
		r = str_set(&x.etag, doc.etag);
	remote_doc_release(&doc);
	if (result != REMOTE_OK)
		return result;
	if (r == 0)
		r = compare(p, d, x.fd, ret);
	if (r == 0)
		r = str_set(&d->etag, x.etag);
	return r < 0 ? local_failure(f, r) : REMOTE_OK;
}

/* The list as it is now. */
static enum remote_result pull_list(const struct push *p, struct push_result *sum, struct remote_fault *f)
{
	const struct pull pull = { .conf = p->conf, .remote = p->remote, .cancel = p->cancel, .list = p->list };
	struct pull_result pulled = { 0 };
	enum remote_result result;

	*f = (struct remote_fault) { 0 };
	result = pull_run(&pull, &pulled, f);
	sum->conflicts += pulled.conflicts;
	return result;
}

/* One version after the one that our bytes were made from: what may be ours in the server's bytes. */
static bool may_be_ours(const struct upload_doc *d, const struct store_item *it)
{
	return d->rewritten && it->item.id && it->item.version == d->base + 1;
}

/* 1: the version may be ours, and that cannot be told before it is known who we are. */
static int must_ask(const struct push *p, const struct upload_doc *d, const struct store_item *it, const char *site)
{
	int r;

	if (!p->remote->docs->is_ours || !may_be_ours(d, it))
		return 0;
	r = people_know_us(p->conf->store, site);
	return r < 0 ? r : !r;
}

static int remember_us(const struct push *p, const struct store_item *it)
{
	CLEANUP(txn_end) struct txn t = TXN_INIT(p->conf);
	int r = txn_begin(&t, p->list);

	if (r == 0)
		r = people_are_us(&t, values_get(store_item_base(it), "Editor"));
	return r < 0 ? r : txn_commit(&t);
}

/*
 * Who we are is known from the first change that the site has taken of ours. Before that it is asked whether this one is,
 * once: from then on it is known. A server that does not answer that leaves it open.
 */
static enum remote_result learn_us(const struct push *p, const struct upload_doc *d, struct remote_fault *f)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	enum remote_result result;
	bool ours = false;
	int r = store_item_get(p->conf->store, d->item, &it);

	if (r == 0)
		r = store_list_get(p->conf->store, p->list, &l);
	if (r == 0)
		r = must_ask(p, d, &it, l.site);
	if (r <= 0)
		return r == 0 || r == -ENOENT ? REMOTE_OK : local_failure(f, r);
	*f = (struct remote_fault) { 0 };
	result = p->remote->docs->is_ours(p->remote, l.info.id, it.item.id, &ours, p->cancel, f);
	if (result != REMOTE_OK)
		return result == REMOTE_ITEM_BAD || result == REMOTE_LIST_BAD ? REMOTE_OK : result;
	r = ours ? remember_us(p, &it) : 0;
	return r < 0 ? local_failure(f, r) : REMOTE_OK;
}

/* What the list says of the version that was found. */
static int weigh_version(const struct push *p, const struct upload_doc *d, bool unknown, enum upload_found *ret)
{
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;
	struct store *st = p->conf->store;
	int r = store_item_get(st, d->item, &it);

	if (r == 0)
		r = store_list_get(st, p->list, &l);
	if (r < 0 || !it.item.id)
		return r == -ENOENT ? 0 : r;
	if (d->base && it.item.version == d->base) {
		if (unknown)
			*ret = UPLOAD_BASE;
		return 0;
	}
	if (!may_be_ours(d, &it))
		return 0;
	r = people_is_us(st, l.site, values_get(store_item_base(&it), "Editor"));
	if (r > 0)
		*ret = UPLOAD_REWRITTEN;
	return r < 0 ? r : 0;
}

/*
 * What was found has neither our bytes nor those before. d->etag was read before the list is, so that a version later than
 * this one is never stored over. unknown: there was no word to compare it with.
 */
static enum remote_result ask_list(const struct push *p, const struct upload_doc *d, bool unknown, struct push_result *sum,
				   enum upload_found *ret, struct remote_fault *f)
{
	enum remote_result result = pull_list(p, sum, f);
	int r;

	if (result == REMOTE_OK)
		result = learn_us(p, d, f);
	r = result == REMOTE_OK ? weigh_version(p, d, unknown, ret) : 0;
	return r < 0 ? local_failure(f, r) : result;
}

enum remote_result upload_look(const struct push *p, struct upload_doc *d, struct push_result *sum,
			       enum upload_found *ret, struct remote_fault *f)
{
	struct remote_doc doc = { .size = -1 };
	enum remote_result result;
	bool same, unknown = !d->etag;

	*f = (struct remote_fault) { 0 };
	result = p->remote->docs->stat(p->remote, d->path, &doc, p->cancel, f);
	same = result == REMOTE_OK && is_same_etag(doc.etag, d->etag);
	remote_doc_release(&doc);
	if (result == REMOTE_OK && same)
		*ret = UPLOAD_BASE;
	if (result == REMOTE_OK && !same)
		result = fetch(p, d, ret, f);
	if (result == REMOTE_ITEM_GONE) {
		*ret = UPLOAD_NOTHING;
		return REMOTE_OK;
	}
	if (result == REMOTE_OK && *ret == UPLOAD_OTHER && (d->rewritten || (unknown && d->base)))
		result = ask_list(p, d, unknown, sum, ret, f);
	return result;
}

/* ---- a version that nobody here has fetched --------------------------------------------------------- */

/* Whether the change is still to be sent as it was taken, after a pull. 1, 0, -errno. */
static int is_current(const struct push *p, const struct upload_doc *d)
{
	CLEANUP(store_change_release_p) struct store_change c = STORE_CHANGE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	struct store *st = p->conf->store;
	int r = store_change_get(st, d->change, &c);

	if (r == 0)
		r = store_item_get(st, d->item, &it);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return it.item.version == d->base;
}

enum remote_result upload_learn(const struct push *p, struct upload_doc *d, struct push_result *sum, bool *ret_moved,
				struct remote_fault *f)
{
	struct remote_doc doc = { .size = -1 };
	enum remote_result result = p->remote->docs->stat(p->remote, d->path, &doc, p->cancel, f);
	int now;

	if (result == REMOTE_OK)
		result = pull_list(p, sum, f);
	if (result == REMOTE_OK) {
		now = is_current(p, d);
		*ret_moved = now == 0;
		if (now > 0)
			now = str_set(&d->etag, doc.etag);
		if (now < 0)
			result = REMOTE_NOT_RUN;
	}
	remote_doc_release(&doc);
	return result;
}
