/*
 * The allocations and system calls of our own code, so that each can fail in turn (scripts/check-fault). The
 * linker's --wrap, which the Makefile makes of the lines below for the build with sanitizers, leads them here;
 * the libraries' own calls stay as they are. Nothing of this is in a build that is not linked so.
 */
#include "base/fault.h"

#ifdef SPFS_TEST
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define WRAP(type, fn, params, args, code, failed) \
	type __real_##fn params; \
	type __wrap_##fn params; \
	type __wrap_##fn params \
	{ \
		if (fault_call(#fn)) { \
			errno = code; \
			return failed; \
		} \
		return __real_##fn args; \
	}

WRAP(void *, malloc, (size_t n), (n), ENOMEM, NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), ENOMEM, NULL)
WRAP(void *, realloc, (void *p, size_t n), (p, n), ENOMEM, NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), ENOMEM, NULL)
WRAP(char *, strdup, (const char *s), (s), ENOMEM, NULL)
WRAP(char *, strndup, (const char *s, size_t n), (s, n), ENOMEM, NULL)
WRAP(int, vasprintf, (char **ret, const char *fmt, va_list ap), (ret, fmt, ap), ENOMEM, -1)

WRAP(int, mkostemp, (char *path, int flags), (path, flags), ENOSPC, -1)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), ENOSPC, -1)
WRAP(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode), ENOSPC, -1)
WRAP(int, link, (const char *from, const char *to), (from, to), ENOSPC, -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), ENOSPC, -1)
WRAP(int, renameat, (int d, const char *from, int e, const char *to), (d, from, e, to), ENOSPC, -1)
WRAP(int, unlink, (const char *path), (path), EIO, -1)
WRAP(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags), EIO, -1)
WRAP(int, rmdir, (const char *path), (path), EIO, -1)
WRAP(int, access, (const char *path, int mode), (path, mode), EIO, -1)
WRAP(int, stat, (const char *path, struct stat *st), (path, st), EIO, -1)
WRAP(int, lstat, (const char *path, struct stat *st), (path, st), EIO, -1)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1)
WRAP(int, fstatat, (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags), EIO, -1)
WRAP(int, statvfs, (const char *path, struct statvfs *st), (path, st), EIO, -1)
WRAP(ssize_t, readlink, (const char *path, char *buf, size_t n), (path, buf, n), EIO, -1)
WRAP(char *, realpath, (const char *path, char *ret), (path, ret), EIO, NULL)
WRAP(DIR *, opendir, (const char *path), (path), EMFILE, NULL)
WRAP(DIR *, fdopendir, (int fd), (fd), ENOMEM, NULL)
WRAP(ssize_t, read, (int fd, void *buf, size_t n), (fd, buf, n), EIO, -1)
WRAP(ssize_t, pread, (int fd, void *buf, size_t n, off_t at), (fd, buf, n, at), EIO, -1)
WRAP(ssize_t, write, (int fd, const void *buf, size_t n), (fd, buf, n), ENOSPC, -1)
WRAP(ssize_t, pwrite, (int fd, const void *buf, size_t n, off_t at), (fd, buf, n, at), ENOSPC, -1)
WRAP(int, fsync, (int fd), (fd), EIO, -1)
WRAP(int, fdatasync, (int fd), (fd), EIO, -1)
WRAP(int, ftruncate, (int fd, off_t size), (fd, size), ENOSPC, -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), EIO, -1)
WRAP(int, chmod, (const char *path, mode_t mode), (path, mode), EIO, -1)
WRAP(int, flock, (int fd, int how), (fd, how), ENOLCK, -1)
WRAP(int, dup, (int fd), (fd), EMFILE, -1)
WRAP(int, dup2, (int fd, int to), (fd, to), EMFILE, -1)
WRAP(int, dup3, (int fd, int to, int flags), (fd, to, flags), EMFILE, -1)
WRAP(int, pipe2, (int *ret, int flags), (ret, flags), EMFILE, -1)
WRAP(int, eventfd, (unsigned int n, int flags), (n, flags), EMFILE, -1)
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol), EMFILE, -1)
WRAP(int, bind, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), ENOSPC, -1)
WRAP(int, listen, (int fd, int n), (fd, n), EIO, -1)
WRAP(int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int flags), (fd, a, n, flags), EMFILE, -1)
WRAP(int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n), ECONNREFUSED, -1)
WRAP(ssize_t, send, (int fd, const void *buf, size_t n, int flags), (fd, buf, n, flags), EPIPE, -1)
WRAP(ssize_t, recv, (int fd, void *buf, size_t n, int flags), (fd, buf, n, flags), ECONNRESET, -1)
WRAP(int, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms), ENOMEM, -1)
WRAP(pid_t, fork, (void), (), EAGAIN, -1)
WRAP(int, pthread_create, (pthread_t *ret, const pthread_attr_t *a, void *(*fn)(void *), void *arg), (ret, a, fn, arg),
     EAGAIN, EAGAIN)
WRAP(int, posix_spawn, (pid_t *ret, const char *path, const posix_spawn_file_actions_t *f, const posix_spawnattr_t *a,
     char *const *argv, char *const *env), (ret, path, f, a, argv, env), EAGAIN, EAGAIN)
WRAP(int, posix_spawnp, (pid_t *ret, const char *path, const posix_spawn_file_actions_t *f, const posix_spawnattr_t *a,
     char *const *argv, char *const *env), (ret, path, f, a, argv, env), EAGAIN, EAGAIN)

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (fault_call("open")) {
		errno = EMFILE;
		return -1;
	}
	return __real_open(path, flags, mode);
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	if (fault_call("openat")) {
		errno = EMFILE;
		return -1;
	}
	return __real_openat(dir, path, flags, mode);
}
#else
/* ISO C wants a declaration in each file. */
typedef int wrap_nothing;
#endif
