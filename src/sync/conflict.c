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

int sync_conflict_keep(const char *dir, const struct sync_conflict *c, const void *text, size_t n, struct buf *ret_path)
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
		r = fsutil_replace(buf_str(&path), 0600, text, n);
	return r < 0 ? r : buf_addf(ret_path, "%s/%s", c->list, buf_str(&name));
}
