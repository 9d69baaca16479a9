#include "base/fsutil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

int fsutil_mkdirs(const char *path, mode_t mode)
{
	CLEANUP(str_free_p) char *p = strdup(path);

	if (!p)
		return -ENOMEM;
	for (char *s = p + 1;; s++) {
		char c = *s;

		if (c && c != '/')
			continue;
		*s = '\0';
		if (mkdir(p, mode) < 0 && errno != EEXIST)
			return -errno;
		*s = c;
		if (!c)
			return 0;
	}
}

int fsutil_read(const char *path, struct buf *b)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[16384];
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return -errno;
	while (r == 0 && (n = read(fd, chunk, sizeof(chunk))) != 0)
		r = n < 0 ? (errno == EINTR ? 0 : -errno) : buf_add(b, chunk, (size_t) n);
	return r;
}

int fsutil_write_all(int fd, const void *p, size_t n)
{
	const char *s = p;

	if (FAULT("fsutil.write"))
		return -ENOSPC;
	while (n) {
		ssize_t w = write(fd, s, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		s += w;
		n -= (size_t) w;
	}
	return 0;
}

int fsutil_sync_dir(const char *path)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

static int write_new(const char *path, mode_t mode, const void *p, size_t n)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	int r;

	if (fd < 0)
		return -errno;
	r = fsutil_write_all(fd, p, n);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int fsutil_replace(const char *path, mode_t mode, const void *p, size_t n)
{
	CLEANUP(str_free_p) char *tmp = str_printf("%s.new", path);
	CLEANUP(str_free_p) char *dir = strdup(path);
	char *slash;
	int r;

	if (!tmp || !dir)
		return -ENOMEM;
	r = write_new(tmp, mode, p, n);
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(tmp);
		return r;
	}
	slash = strrchr(dir, '/');
	if (slash == dir)
		slash++;
	if (slash)
		*slash = '\0';
	return fsutil_sync_dir(slash ? dir : ".");
}

int fsutil_lock(const char *path, int *ret_fd)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

void fsutil_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- whole files ------------------------------------------------------------------ */

/* As many bytes as there are, up to n. */
static ssize_t read_at(int fd, char *p, size_t n, off_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = pread(fd, p + got, n - got, at + (off_t) got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		got += (size_t) r;
	}
	return (ssize_t) got;
}

static int copy_bytes(int from, int to, off_t at)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read_at(from, chunk, sizeof(chunk), at)) > 0) {
		if (lseek(to, at, SEEK_SET) < 0)
			return -errno;
		at += n;
		n = fsutil_write_all(to, chunk, (size_t) n);
		if (n < 0)
			break;
	}
	return n < 0 ? (int) n : 0;
}

int fsutil_copy(int from, int to)
{
	off_t in = 0, out = 0;
	ssize_t n;

	do
		n = copy_file_range(from, &in, to, &out, 1 << 30, 0);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (n == 0)
		return 0;
	/* Not between these two file systems, or not by this kernel. */
	return errno == ENOSPC || errno == EIO || errno == EFBIG ? -errno : copy_bytes(from, to, out);
}

int fsutil_same(int a, int b)
{
	char x[32768], y[32768];
	struct stat sa, sb;
	off_t at = 0;
	ssize_t n, m;

	if (fstat(a, &sa) < 0 || fstat(b, &sb) < 0)
		return -errno;
	if (sa.st_size != sb.st_size)
		return 0;
	do {
		n = read_at(a, x, sizeof(x), at);
		m = n < 0 ? n : read_at(b, y, sizeof(y), at);
		if (n < 0 || m < 0)
			return n < 0 ? (int) n : (int) m;
		if (n != m || memcmp(x, y, (size_t) n) != 0)
			return 0;
		at += n;
	} while (n > 0);
	return 1;
}
