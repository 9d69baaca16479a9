/* Documents go another way than items: WebDAV, which proxies and farms' settings may stand in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/guid.h"
#include "base/str.h"
#include "cli/cli.h"
#include "model/item.h"
#include "model/list.h"
#include "remote/docs.h"
#include "remote/remote.h"
#include "doctor.h"
#include "doctor_int.h"

enum { ROWS = 50, ENOUGH = 256 * 1024 };

#define WAY "proxies and settings of a farm may forbid WebDAV (PROPFIND, PUT, DELETE); ask its administrators"

/* ---- rows ---------------------------------------------------------------------------------- */

static void on_restart(void *arg)
{
	(void) arg;
}

static int on_list(void *arg, const struct list *l)
{
	(void) arg;
	(void) l;
	return 0;
}

static int on_id(void *arg, enum remote_id_change kind, int64_t id)
{
	(void) arg;
	(void) kind;
	(void) id;
	return 0;
}

static int on_present(void *arg, int64_t id)
{
	(void) arg;
	(void) id;
	return 0;
}

struct remote_sink doctor_sink(int (*row)(void *arg, struct item *row), void *arg)
{
	return (struct remote_sink) { on_restart, on_list, on_id, row, on_present, arg };
}

/* ---- one that is there -------------------------------------------------------------------- */

/* The first document, better one that is not empty. */
static int on_row(void *arg, struct item *row)
{
	struct item *best = arg;

	if (row->folder || !row->path || (best->path && (best->size > 0 || row->size <= 0)))
		return 0;
	item_release(best);
	*best = *row;
	*row = (struct item) ITEM_INIT;
	return 0;
}

static int find(struct remote *r, const struct list *library, struct item *ret, struct remote_fault *f)
{
	CLEANUP(remote_page_release_p) struct remote_page page = { 0 };
	const struct remote_sink sink = doctor_sink(on_row, ret);
	const struct remote_pull q = { .list_id = library->id, .row_limit = ROWS };

	return r->ops->pull(r, &q, &sink, &page, NULL, f) == REMOTE_OK ? 0 : -EIO;
}

static int count(void *arg, const void *p, size_t n)
{
	int64_t *got = arg;

	(void) p;
	*got += (int64_t) n;
	return *got > ENOUGH ? -ECANCELED : 0;
}

/* The beginning of it is enough. */
static bool read_some(struct remote *r, const char *path, int64_t *got, struct remote_fault *f)
{
	const struct remote_doc_sink sink = { .data = count, .arg = got };
	struct remote_doc doc = { 0 };
	enum remote_result result = r->docs->fetch(r, path, 0, NULL, &sink, &doc, NULL, f);

	remote_doc_release(&doc);
	return result == REMOTE_OK || (result == REMOTE_CANCELED && *got > ENOUGH);
}

static void check_read(struct doctor *d, struct remote *r, const struct list *library)
{
	CLEANUP(item_release_p) struct item item = ITEM_INIT;
	struct remote_fault f = { 0 };
	int64_t got = 0;

	if (find(r, library, &item, &f) < 0)
		doctor_fail(d, "document GET", CLI_FAILED, "may you read this library in a browser?", "%s: %s", library->title,
			    err_text(&f.err, -EIO));
	else if (!item.path)
		doctor_skip(d, "document GET", "%s holds no document", library->title);
	else if (!read_some(r, item.path, &got, &f))
		doctor_fail(d, "document GET", CLI_FAILED, WAY, "/%s: %s", item.path, err_text(&f.err, -EIO));
	else
		doctor_ok(d, "document GET", "%lld bytes of /%s", (long long) got, item.path);
}

/* ---- one of ours ---------------------------------------------------------------------------- */

static const char text[] = "This document was written by `spfs doctor --write` to see whether that works, and is removed by it.\n";

static int collect(void *arg, const void *p, size_t n)
{
	return buf_add(arg, p, n);
}

static bool comes_back(struct remote *r, const char *path, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf back = BUF_INIT(ENOUGH);
	const struct remote_doc_sink sink = { .data = collect, .arg = &back };
	struct remote_doc doc = { 0 };
	enum remote_result result = r->docs->fetch(r, path, 0, NULL, &sink, &doc, NULL, f);

	remote_doc_release(&doc);
	return result == REMOTE_OK && str_eq(buf_str(&back), text);
}

static void write_one(struct doctor *d, struct remote *r, const char *path)
{
	CLEANUP(fsutil_close_p) int fd = memfd_create("spfs-doctor", MFD_CLOEXEC);
	struct remote_doc doc = { 0 };
	struct remote_fault f = { 0 };
	bool same;

	if (fd < 0 || fsutil_write_all(fd, text, strlen(text)) < 0) {
		doctor_fail(d, "document PUT", CLI_FAILED, NULL, "%s", strerror(errno));
		return;
	}
	if (r->docs->store(r, path, fd, (int64_t) strlen(text), NULL, NULL, NULL, &doc, NULL, &f) != REMOTE_OK) {
		doctor_fail(d, "document PUT", CLI_FAILED, "may you add documents there in a browser? " WAY, "/%s: %s", path,
			    err_text(&f.err, -EIO));
		remote_doc_release(&doc);
		return;
	}
	remote_doc_release(&doc);
	same = comes_back(r, path, &f);
	f = (struct remote_fault) { 0 };
	if (r->docs->remove(r, path, NULL, NULL, &f) != REMOTE_OK)
		doctor_fail(d, "document PUT", CLI_FAILED, "remove it in a browser", "/%s was written, and cannot be removed: %s", path,
			    err_text(&f.err, -EIO));
	else if (!same)
		doctor_fail(d, "document PUT", 0, "nothing: some libraries change what is put into them", "/%s came back otherwise than it was "
			    "written", path);
	else
		doctor_ok(d, "document PUT", "/%s was written, read and removed", path);
}

static void check_write(struct doctor *d, struct remote *r, const struct list *library)
{
	CLEANUP(list_release_p) struct list l = LIST_INIT;
	CLEANUP(str_free_p) char *path = NULL;
	struct remote_fault f = { 0 };
	char guid[GUID_SIZE] = "";

	if (!d->write) {
		doctor_skip(d, "document PUT", "not tried; --write puts a small document into %s and removes it again", library->title);
		return;
	}
	if (r->ops->get_list(r, library->id, &l, NULL, &f) != REMOTE_OK || !l.root_folder || guid_new(guid) < 0) {
		doctor_fail(d, "document PUT", CLI_FAILED, NULL, "%s: %s", library->title, err_text(&f.err, -EIO));
		return;
	}
	path = str_printf("%s/spfs-doctor-%.8s.txt", l.root_folder + (*l.root_folder == '/'), guid + 1);
	if (path)
		write_one(d, r, path);
	else
		doctor_fail(d, "document PUT", CLI_FAILED, NULL, "%s", strerror(ENOMEM));
}

void doctor_documents(struct doctor *d, struct remote *r, const struct list *library)
{
	if (!r->docs) {
		doctor_skip(d, "documents", "not with this server");
		return;
	}
	check_read(d, r, library);
	check_write(d, r, library);
}
