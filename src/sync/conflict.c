#include "sync/conflict.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "conflict_about.h"

enum { STEM_MAX = 190 /* bytes: leaves room for the date, a number, the extension and ".merge" in 255 */ };

/* "conflicts/LIST", made durable as far as it is new. */
static int make_dir(const char *store, const char *list_name, struct buf *dir)
{
	CLEANUP(str_free_p) char *top = str_printf("%s/conflicts", store);
	struct stat sb;
	int r;

	if (!top || buf_addf(dir, "%s/%s", top, list_name) < 0)
		return -ENOMEM;
	if (stat(buf_str(dir), &sb) == 0)
		return 0;
	r = fsutil_mkdirs(buf_str(dir), 0700);
	if (r == 0)
		r = fsutil_sync_dir(top);
	return r < 0 ? r : fsutil_sync_dir(store);
}

int conflict_name(const char *file, const struct tm *when, int number, struct buf *out)
{
	const char *dot = strrchr(file, '.');
	size_t stem = dot && dot != file ? (size_t) (dot - file) : strlen(file);
	char day[32], count[16] = "";

	strftime(day, sizeof(day), "%Y-%m-%d %H.%M.%S", when);
	if (number > 1)
		snprintf(count, sizeof(count), " %d", number);
	buf_reset(out);
	buf_add(out, file, stem > STEM_MAX ? str_utf8_cut(file, STEM_MAX) : stem);
	buf_addf(out, " (conflict %s%s)", day, count);
	/* What is called an extension may be the longer part of a title with a dot in it. */
	if (strlen(file + stem) <= 16)
		buf_adds(out, file + stem);
	return buf_error(out);
}

/* Takes the name for us, so that two threads in the same second do not write over each other. */
static int reserve(const char *path)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : 0;
}

/* The bytes are given away as they are, under another name; where that cannot be, a copy. */
static int link_or_copy(const char *from, const char *to)
{
	CLEANUP(str_free_p) char *temp = str_printf("%s.merge", to); /* is no entry */
	CLEANUP(fsutil_close_p) int in = -1;
	CLEANUP(fsutil_close_p) int out = -1;
	int r = 0;

	if (!temp)
		return -ENOMEM;
	unlink(temp);
	if (link(from, temp) < 0) {
		in = open(from, O_RDONLY | O_CLOEXEC);
		out = in < 0 ? -1 : open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		r = out < 0 ? -errno : fsutil_copy(in, out);
		if (r == 0 && fsync(out) < 0)
			r = -errno;
	}
	if (r == 0 && rename(temp, to) < 0)
		r = -errno;
	if (r < 0)
		unlink(temp);
	return r;
}

/* Where the bytes come from. */
struct source {
	const void *text; /* foreign; NULL: */
	const char *file; /* foreign; durable, and written to by nobody */
	size_t n;
};

static int put(const char *path, const char *place, const struct source *from)
{
	int r;

	if (!from->file)
		return fsutil_replace(path, 0600, from->text, from->n);
	r = link_or_copy(from->file, path);
	return r < 0 ? r : fsutil_sync_dir(place);
}

static int keep(const char *dir, const struct sync_conflict *c, const struct source *from, struct buf *ret_path)
{
	CLEANUP(buf_release_p) struct buf place = BUF_INIT(4096);
	CLEANUP(buf_release_p) struct buf name = BUF_INIT(1024);
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(8192);
	time_t now = time(NULL);
	struct tm when;
	int r = make_dir(dir, c->list, &place);

	if (r < 0)
		return r;
	localtime_r(&now, &when);
	for (int number = 1; number < 1000; number++) {
		r = conflict_name(c->name, &when, number, &name);
		buf_reset(&path);
		if (r < 0 || buf_addf(&path, "%s/%s", buf_str(&place), buf_str(&name)) < 0)
			return -ENAMETOOLONG;
		r = reserve(buf_str(&path));
		if (r != -EEXIST)
			break;
	}
	if (r == 0)
		r = conflict_put_about(dir, c, buf_str(&name));
	if (r == 0)
		r = put(buf_str(&path), buf_str(&place), from);
	return r < 0 ? r : buf_addf(ret_path, "%s/%s", c->list, buf_str(&name));
}

int sync_conflict_keep(const char *dir, const struct sync_conflict *c, const void *text, size_t n, struct buf *ret_path)
{
	const struct source from = { .text = text, .n = n };

	return keep(dir, c, &from, ret_path);
}

int sync_conflict_keep_file(const char *dir, const struct sync_conflict *c, const char *file, struct buf *ret_path)
{
	const struct source from = { .file = file };

	return keep(dir, c, &from, ret_path);
}
