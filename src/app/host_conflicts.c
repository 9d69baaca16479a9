#include "app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "ctl/json.h"
#include "store/store.h"
#include "sync/conflict.h"
#include "conflicts.h"

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
	const char *list = str_starts(dir, "conflicts/") ? dir + strlen("conflicts/") : "";

	if (!part_is_fine(name) || !part_is_fine(list))
		return -ENOENT;
	return sync_conflict_remove(store_dir(app->store), list, name);
}

static int count(void *arg, const char *name)
{
	*(int *) arg += sync_conflict_is_entry(name);
	return 0;
}

int host_conflicts_count(struct app *app, const char *list_name)
{
	CLEANUP(str_free_p) char *dir = str_printf("conflicts/%s", list_name);
	int n = 0;

	return dir && host_conflicts_dir(app, dir, count, &n) == 0 ? n : 0;
}

static void add_time(const struct sync_conflict *c, char out[32])
{
	time_t when = c->when;
	struct tm tm;

	*out = '\0';
	if (localtime_r(&when, &tm))
		strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

/* Names may hold what would make columns or lines. */
static void add_plain(struct buf *out, const char *text)
{
	for (; text && *text; text++)
		buf_addc(out, *text == '\t' || *text == '\n' ? ' ' : *text);
}

static int add_line(void *arg, const struct sync_conflict *c)
{
	struct buf *out = arg;
	char when[32];

	add_time(c, when);
	add_plain(out, c->list);
	buf_addc(out, '/');
	add_plain(out, c->file);
	buf_addf(out, "\t%s\t", when);
	add_plain(out, c->why);
	return buf_addc(out, '\n');
}

int host_conflicts_text(struct app *app, int64_t list, struct buf *out)
{
	(void) list;
	return conflicts_each(app, add_line, out);
}

static int add_json(void *arg, const struct sync_conflict *c)
{
	struct ctl_json *j = arg;
	CLEANUP(str_free_p) char *path = str_printf("%s/%s", c->list, c->file);
	char when[CLOCK_ISO_SIZE];

	clock_format_iso(c->when, when);
	ctl_json_object(j, NULL);
	ctl_json_str(j, "path", path);
	ctl_json_str(j, "list", c->list);
	ctl_json_str(j, "file", c->name);
	ctl_json_str(j, "kind", sync_conflict_kind_name(c->kind));
	ctl_json_str(j, "why", c->why);
	if (c->id)
		ctl_json_int(j, "id", c->id);
	ctl_json_str(j, "time", when);
	ctl_json_end(j);
	return 0;
}

int host_conflicts_json(struct app *app, int64_t list, struct buf *out)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();
	int r;

	(void) list;
	ctl_json_int(j, "version", 1);
	ctl_json_array(j, "conflicts");
	r = conflicts_each(app, add_json, j);
	return r < 0 ? r : ctl_json_dump(j, CTL_JSON_PRETTY, out);
}
