#include "upload_look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "remote/docs.h"
#include "store/blob.h"
#include "store/unsent.h"

/* A version of the server's that was not expected: only its bytes tell whether somebody has written to the document, because
 * its ETag moves with each column too. */

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

enum remote_result upload_look(const struct push *p, struct upload_doc *d, enum upload_found *ret,
			       struct remote_fault *f)
{
	struct remote_doc doc = { .size = -1 };
	enum remote_result result;
	bool same;

	*f = (struct remote_fault) { 0 };
	result = p->remote->docs->stat(p->remote, d->path, &doc, p->cancel, f);
	same = result == REMOTE_OK && is_same_etag(doc.etag, d->etag);
	remote_doc_release(&doc);
	if (result == REMOTE_ITEM_GONE) {
		*ret = UPLOAD_NOTHING;
		return REMOTE_OK;
	}
	if (result == REMOTE_OK && same)
		*ret = UPLOAD_BASE;
	if (result != REMOTE_OK || same)
		return result;
	result = fetch(p, d, ret, f);
	if (result == REMOTE_ITEM_GONE) {
		*ret = UPLOAD_NOTHING;
		return REMOTE_OK;
	}
	return result;
}
