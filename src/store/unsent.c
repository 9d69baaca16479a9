#include "store/unsent.h"

#include "unsent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "conn.h"
#include "store/store.h"

/* ---- files ---------------------------------------------------------------------------- */

char *store_unsent_path(const struct store *s, const char *file)
{
	return str_printf("%s/unsent/%s", s->dir, file);
}

int store_unsent_new(struct store *s, int *ret_fd, char **ret_file)
{
	CLEANUP(str_free_p) char *path = store_unsent_path(s, "XXXXXX");
	char *file;
	int fd = path ? mkostemp(path, O_CLOEXEC) : -1;

	if (fd < 0)
		return path ? -errno : -ENOMEM;
	file = strdup(path + strlen(path) - 6);
	if (!file) {
		close(fd);
		unlink(path);
		return -ENOMEM;
	}
	*ret_fd = fd;
	*ret_file = file;
	return 0;
}

int store_unsent_open(const struct store *s, const char *file)
{
	CLEANUP(str_free_p) char *path = file ? store_unsent_path(s, file) : strdup("/dev/null");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	return fd >= 0 ? fd : path ? -errno : -ENOMEM;
}

int store_unsent_sync(const struct store *s, int fd)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/unsent", s->dir);

	if (fsync(fd) < 0)
		return -errno;
	return dir ? fsutil_sync_dir(dir) : -ENOMEM;
}

int store_unsent_link(struct store *s, const char *path, char **ret_file)
{
	CLEANUP(fsutil_close_p) int from = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(fsutil_close_p) int to = -1;
	CLEANUP(str_free_p) char *file = NULL;
	CLEANUP(str_free_p) char *new = NULL;
	int r = from < 0 ? -errno : store_unsent_new(s, &to, &file);

	if (r == 0 && !(new = store_unsent_path(s, file)))
		r = -ENOMEM;
	if (r == 0 && unlink(new) < 0)
		r = -errno;
	if (r == 0 && link(path, new) < 0)
		r = -errno;
	if (r == 0)
		r = store_unsent_sync(s, from);
	if (r < 0) {
		store_unsent_remove(s, file);
		return r;
	}
	*ret_file = file;
	file = NULL;
	return 0;
}

void store_unsent_remove(const struct store *s, const char *file)
{
	CLEANUP(str_free_p) char *path = file ? store_unsent_path(s, file) : NULL;

	if (path)
		unlink(path);
}

/* Whether a row names it: 1 or 0. */
static int is_named(struct store *s, const char *file)
{
	int r = conn_exists(s, Q_JOURNAL_NAMES, "t", file);

	return r == 0 ? conn_exists(s, Q_UNSAVED_NAMES, "t", file) : r;
}

int unsent_leave(struct store *s, const char *file)
{
	struct session *me;
	int r = file ? conn_session(s, &me) : 0;

	return r < 0 || !file ? r : buf_add(&me->left, file, strlen(file) + 1);
}

void unsent_settle(struct store *s, struct session *me, bool committed)
{
	for (size_t i = 0; committed && i < me->left.len; i += strlen(me->left.p + i) + 1)
		if (is_named(s, me->left.p + i) == 0)
			store_unsent_remove(s, me->left.p + i);
	buf_reset(&me->left);
}

int store_unsent_sweep(struct store *s)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/unsent", s->dir);
	struct dirent *e;
	DIR *d = path ? opendir(path) : NULL;
	int r = 0;

	if (!d)
		return path ? -errno : -ENOMEM;
	while (r >= 0 && (e = readdir(d))) {
		if (*e->d_name == '.')
			continue;
		r = is_named(s, e->d_name);
		if (r == 0)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
	return r < 0 ? r : 0;
}

/* ---- flushed and not closed ---------------------------------------------------------------- */

enum { COL_FILE, COL_BASE, COL_ETAG };

void store_unsaved_release(struct store_unsaved *u)
{
	free(u->file);
	free(u->etag);
	*u = (struct store_unsaved) STORE_UNSAVED_INIT;
}

/* The file that the row has is nobody's then, unless another row names it. */
static int leave_old(struct store *s, int64_t ino)
{
	CLEANUP(store_unsaved_release_p) struct store_unsaved old = STORE_UNSAVED_INIT;
	int r = store_unsaved_get(s, ino, &old);

	return r == -ENOENT ? 0 : r < 0 ? r : unsent_leave(s, old.file);
}

int store_unsaved_put(struct store *s, const struct store_unsaved *u)
{
	int r = leave_old(s, u->ino);

	if (r == 0)
		r = conn_run(s, Q_UNSAVED_PUT, "itit", u->ino, u->file, u->base, u->etag);
	return r < 0 ? r : 0;
}

int store_unsaved_get(struct store *s, int64_t ino, struct store_unsaved *ret)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_ask(s, &st, Q_UNSAVED_GET, "i", ino);

	if (r == 0)
		r = stmt_step(st);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	ret->ino = ino;
	ret->base = stmt_i64(st, COL_BASE);
	r = str_set(&ret->file, stmt_text(st, COL_FILE));
	return r < 0 ? r : str_set(&ret->etag, stmt_text(st, COL_ETAG));
}

int store_unsaved_delete(struct store *s, int64_t ino)
{
	int r = leave_old(s, ino);

	if (r == 0)
		r = conn_run(s, Q_UNSAVED_DELETE, "i", ino);
	return r < 0 ? r : 0;
}

int store_unsaved_each(struct store *s, int (*fn)(void *arg, int64_t ino), void *arg)
{
	CLEANUP(stmt_done_p) struct stmt *st = NULL;
	int r = conn_walk(s, &st, Q_UNSAVED_EACH, "");

	while (r == 0 && (r = stmt_step(st)) > 0)
		r = fn(arg, stmt_i64(st, 0));
	return r;
}
