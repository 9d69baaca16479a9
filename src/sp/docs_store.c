/*
 * PUT. Never over a version that nobody here has seen: If-Match for one that exists, If-None-Match: *
 * for a new name. That servers honour the first is required ([MS-OUTSPS] R1238-R1243); the
 * second nobody promises, so until a host has refused one, it is asked first whether the name is free.
 *
 * The new version's ETag is taken from the answer only. To ask for it afterwards would be
 * to adopt the version of whoever was quicker, and to overwrite it next time.
 */
#include "docs.h"

#include <errno.h>
#include <unistd.h>

#include "docs_call.h"
#include "soap.h"

struct upload {
	int fd;      /* foreign */
	int64_t size;
	void (*progress)(void *arg, int64_t sent); /* NULL: none */
	void *arg;   /* foreign */
	int stopped; /* why the file could not be read */
};

static ssize_t read_file(void *arg, int64_t at, void *p, size_t n)
{
	struct upload *u = arg;
	ssize_t got;

	do
		got = pread(u->fd, p, n, at);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		u->stopped = got < 0 ? -errno : -EIO;
	return got <= 0 ? u->stopped : got;
}

static void on_sent(void *arg, int64_t n)
{
	const struct upload *u = arg;

	if (u->progress)
		u->progress(u->arg, n);
}

static enum remote_result taken(const struct sp *sp, struct remote_fault *f)
{
	soap_fail(sp, f, REMOTE_CONFLICT, "there is a file or folder of this name already");
	f->err.code = -EEXIST;
	return REMOTE_CONFLICT;
}

/* OK: it is. */
static enum remote_result is_free(struct sp *sp, const char *path, const atomic_int *cancel,
				  struct remote_fault *f)
{
	struct remote_doc d = { .size = -1 };
	enum remote_result result = docs_stat(&sp->remote, path, &d, cancel, f);

	remote_doc_release(&d);
	if (result == REMOTE_OK)
		return taken(sp, f);
	/* Where neither PROPFIND nor HEAD is let through, If-None-Match has to do. */
	if (result == REMOTE_ITEM_GONE || (result == REMOTE_ITEM_BAD && f->err.code == -EOPNOTSUPP))
		return REMOTE_OK;
	return result;
}

static enum remote_result put(struct sp *sp, const char *path, struct upload *u, const char *if_match,
			      struct remote_doc *ret, const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(net_reply_release_p) struct net_reply reply = NET_REPLY_INIT;
	const struct net_source source = { .size = u->size, .read = read_file, .sent = on_sent, .arg = u };
	const struct docs_call c = {
		.method = "PUT", .path = path, .source = &source, .changes = true,
		.stopped = &u->stopped, .cancel = cancel,
		.headers = { { if_match ? "If-Match" : "If-None-Match", if_match ?: "*" } },
	};
	enum remote_result result = docs_call(sp, &c, &reply, f);

	if (!if_match && reply.status == 412) {
		atomic_store(&sp->docs->new_only, true);
		return taken(sp, f);
	}
	if (result != REMOTE_OK)
		return result;
	if (docs_call_describe(&reply, ret) < 0)
		return soap_fail(sp, f, REMOTE_LOST, "out of memory");
	/* The answer's length is not the document's. */
	ret->size = -1;
	return REMOTE_OK;
}

enum remote_result docs_store(struct remote *r, const char *path, int fd, int64_t size, const char *if_match,
			      void (*progress)(void *arg, int64_t sent), void *arg, struct remote_doc *ret,
			      const atomic_int *cancel, struct remote_fault *f)
{
	struct sp *sp = (struct sp *) r;
	struct upload u = { .fd = fd, .size = size, .progress = progress, .arg = arg };

	if (!if_match && !atomic_load(&sp->docs->new_only)) {
		enum remote_result result = is_free(sp, path, cancel, f);

		if (result != REMOTE_OK)
			return result;
	}
	return put(sp, path, &u, if_match, ret, cancel, f);
}
