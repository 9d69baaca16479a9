#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/fsutil.h"
#include "base/str.h"

/* For file systems without O_TMPFILE. */
static int open_unlinked(const char *dir)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/answer.XXXXXX", dir);
	int fd;

	if (!path)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

static int open_file(const char *dir)
{
	int fd;

	if (FAULT("spool.open"))
		return -ENOSPC;
	if (!dir)
		fd = memfd_create("spfs answer", MFD_CLOEXEC);
	else
		fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd >= 0)
		return fd;
	return dir && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) ? open_unlinked(dir) : -errno;
}

static int to_file(struct spool *s)
{
	int fd = open_file(s->dir);

	if (fd < 0)
		return fd;
	s->fd = fd;
	return fsutil_write_all(fd, buf_str(&s->mem), s->mem.len);
}

int spool_add(struct spool *s, const void *p, size_t n)
{
	int r;

	if (s->fd < 0) {
		if (s->mem.len + n <= s->mem.max)
			return buf_add(&s->mem, p, n);
		r = to_file(s);
		if (r < 0)
			return r;
	}
	return fsutil_write_all(s->fd, p, n);
}

static int each_of_file(int fd, int (*fn)(void *arg, const char *p, size_t n), void *arg)
{
	char chunk[65536];
	off_t at = 0;
	ssize_t n;
	int r = 0;

	while (r >= 0 && (n = pread(fd, chunk, sizeof(chunk), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		r = fn(arg, chunk, (size_t) n);
	}
	return r;
}

int spool_each(const struct spool *s, int (*fn)(void *arg, const char *p, size_t n), void *arg)
{
	if (s->fd >= 0)
		return each_of_file(s->fd, fn, arg);
	return s->mem.len ? fn(arg, buf_str(&s->mem), s->mem.len) : 0;
}

void spool_release(struct spool *s)
{
	buf_release(&s->mem);
	fsutil_close_p(&s->fd);
}
