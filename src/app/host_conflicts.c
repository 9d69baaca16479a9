#include "app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "store/store.h"

/*
 * The files themselves stand in the profile's directory, conflicts/LIST/FILE,
 * written by the sync engine. Names come from the kernel or the socket, so each
 * part is checked before it becomes part of a path.
 */
static bool part_is_fine(const char *s)
{
	return !str_empty(s) && !strchr(s, '/') && strcmp(s, ".") != 0 && strcmp(s, "..") != 0;
}

/* "conflicts" or "conflicts/LIST" -> an open directory. -ENOENT. */
static int open_dir(struct app *app, const char *dir)
{
	const char *list = str_starts(dir, "conflicts/") ? dir + strlen("conflicts/") : NULL;
	CLEANUP(str_free_p) char *path = NULL;
	int fd;

	if (list && !part_is_fine(list))
		return -ENOENT;
	path = str_printf("%s/%s", store_dir(app->store), dir);
	if (!path)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_dir(int fd, const char *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int tell(int fd, const char *name, int (*fn)(void *arg, const char *name), void *arg)
{
	CLEANUP(str_free_p) char *slashed = is_dir(fd, name) ? str_printf("%s/", name) : NULL;

	return fn(arg, slashed ? slashed : name);
}

int host_conflicts_dir(struct app *app, const char *dir, int (*fn)(void *arg, const char *name), void *arg)
{
	bool top = str_eq(dir, "conflicts");
	int fd = open_dir(app, dir), r = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	if (!d)
		return top ? 0 : -ENOENT;
	for (struct dirent *e; r == 0 && (e = readdir(d));)
		if (*e->d_name != '.')
			r = tell(fd, e->d_name, fn, arg);
	closedir(d);
	return r;
}

static int open_file(struct app *app, const char *dir, const char *name)
{
	CLEANUP(fsutil_close_p) int d = -1;
	int fd;

	if (!part_is_fine(name) || str_eq(dir, "conflicts"))
		return -ENOENT;
	d = open_dir(app, dir);
	if (d < 0)
		return -ENOENT;
	fd = openat(d, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int host_conflicts_entry(struct app *app, const char *dir, const char *name, struct buf *out)
{
	CLEANUP(fsutil_close_p) int fd = open_file(app, dir, name);
	char chunk[16384];
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t) n);
	return n < 0 ? -errno : buf_error(out);
}

int host_conflicts_remove(struct app *app, const char *dir, const char *name)
{
	CLEANUP(fsutil_close_p) int d = -1;
	CLEANUP(str_free_p) char *path = NULL;

	if (!part_is_fine(name) || str_eq(dir, "conflicts"))
		return -ENOENT;
	d = open_dir(app, dir);
	if (d < 0)
		return -ENOENT;
	if (unlinkat(d, name, 0) < 0)
		return -errno;
	/* The list's directory goes with its last file: then rmdir succeeds. */
	path = str_printf("%s/%s", store_dir(app->store), dir);
	if (path)
		rmdir(path);
	return 0;
}

static int count(void *arg, const char *name)
{
	(void) name;
	++*(int *) arg;
	return 0;
}

int host_conflicts_count(struct app *app, const char *list_name)
{
	CLEANUP(str_free_p) char *dir = str_printf("conflicts/%s", list_name);
	int n = 0;

	return dir && host_conflicts_dir(app, dir, count, &n) == 0 ? n : 0;
}

struct text_walk {
	struct app *app;
	const char *list; /* "Tasks/"; NULL: at the top */
	struct buf *out;
};

static int add_line(void *arg, const char *name)
{
	struct text_walk *w = arg;
	CLEANUP(str_free_p) char *path = str_printf("%s/conflicts/%s%s", store_dir(w->app->store), w->list, name);
	struct stat st;
	struct tm tm;
	char when[64] = "";

	if (path && stat(path, &st) == 0 && localtime_r(&st.st_mtime, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	return buf_addf(w->out, "%s%s\t%s\n", w->list, name, when);
}

static int add_lines(void *arg, const char *name)
{
	struct text_walk *top = arg;
	size_t n = strlen(name);
	CLEANUP(str_free_p) char *dir = str_printf("conflicts/%.*s", n ? (int) n - 1 : 0, name);
	struct text_walk w = { top->app, name, top->out };

	if (!dir)
		return -ENOMEM;
	return name[n - 1] == '/' ? host_conflicts_dir(top->app, dir, add_line, &w) : 0;
}

int host_conflicts_text(struct app *app, int64_t list, struct buf *out)
{
	(void) list;
	return host_conflicts_dir(app, "conflicts", add_lines, &(struct text_walk) { app, NULL, out });
}
