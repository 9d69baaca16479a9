#include "edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"

void edit_end(struct edit *e)
{
	if (e->text.p) /* passwords may stand in it */
		explicit_bzero(e->text.p, e->text.len);
	buf_release(&e->text);
	conf_release(&e->conf);
	fsutil_close_p(&e->lock);
	free(e->path);
	e->path = NULL;
}

static int lock(struct edit *e)
{
	CLEANUP(str_free_p) char *name = str_printf("%s.lock", e->path);
	CLEANUP(str_free_p) char *dir = strdup(e->path);
	char *slash = dir ? strrchr(dir, '/') : NULL;
	int r = 0;

	if (!name || !dir)
		return -ENOMEM;
	if (slash && slash != dir) {
		*slash = '\0';
		r = fsutil_mkdirs(dir, 0700);
	}
	if (r < 0)
		return r;
	e->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return e->lock < 0 || flock(e->lock, LOCK_EX) < 0 ? -errno : 0;
}

int edit_open(struct edit *e, const char *path, struct err *err)
{
	int r;

	/* whoever keeps the file elsewhere and has a link here keeps the link */
	e->path = realpath(path, NULL);
	if (!e->path)
		e->path = strdup(path);
	r = e->path ? lock(e) : -ENOMEM;
	if (r == 0) {
		r = fsutil_read(e->path, &e->text);
		r = r == -ENOENT ? 0 : r;
	}
	return r < 0 ? err_set(err, r, "%s: %s", path, err_text(NULL, r)) : 0;
}

int edit_begin(struct edit *e, const char *path, struct err *err)
{
	int r = edit_open(e, path, err);

	return r < 0 ? r : conf_parse(path, buf_str(&e->text), e->text.len, &e->conf, err);
}

int edit_write(const struct edit *e, const struct buf *text, struct err *err)
{
	int r = buf_error(text);

	if (r == 0)
		r = fsutil_replace(e->path, 0600, buf_str(text), text->len);
	return r < 0 ? err_set(err, r, "%s: %s", e->path, err_text(NULL, r)) : 0;
}
