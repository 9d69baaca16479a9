#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"

enum { BACKLOG = 16, RETRY_MS = 20 };

/* The path as an address. One that is too long is reached through its directory, which
 * *ret_dir holds open: the caller closes it after bind or connect. */
static int make_address(const char *path, struct sockaddr_un *ret, int *ret_dir)
{
	const char *leaf = strrchr(path, '/');
	CLEANUP(str_free_p) char *dir = NULL;
	int n;

	*ret = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) < sizeof(ret->sun_path)) {
		memcpy(ret->sun_path, path, strlen(path) + 1);
		return 0;
	}
	dir = leaf ? strndup(path, (size_t) (leaf - path) + 1) : NULL;
	if (!dir)
		return leaf ? -ENOMEM : -ENAMETOOLONG;
	*ret_dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_dir < 0)
		return -errno;
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d%s", *ret_dir, leaf);
	return n < (int) sizeof(ret->sun_path) ? 0 : -ENAMETOOLONG;
}

static int new_socket(int *ret_fd)
{
	*ret_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return *ret_fd < 0 ? -errno : 0;
}

/* ---- waiting ---------------------------------------------------------------------- */

/* How long poll may wait; 0 once the deadline has come. */
static int time_left(int64_t deadline)
{
	int64_t ms;

	if (deadline == SOCK_FOREVER)
		return -1;
	ms = deadline - clock_mono_ms();
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int) ms;
}

/* 0 when fd is ready (or broken, which the next call will say). */
static int wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, time_left(deadline));

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

int sock_send(int fd, const void *p, size_t n, int64_t deadline)
{
	const char *s = p;

	while (n) {
		ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);
		int r = sent < 0 ? -errno : 0;

		if (r == -EAGAIN)
			r = wait_for(fd, POLLOUT, deadline);
		if (r < 0 && r != -EINTR)
			return r;
		s += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t) sent : 0;
	}
	return 0;
}

int sock_receive(int fd, void *p, size_t n, int64_t deadline)
{
	for (;;) {
		ssize_t got = recv(fd, p, n > INT_MAX ? INT_MAX : n, 0);
		int r;

		if (got >= 0)
			return (int) got;
		if (errno != EAGAIN)
			return -errno;
		r = wait_for(fd, POLLIN, deadline);
		if (r < 0)
			return r;
	}
}

/* ---- the two ends ------------------------------------------------------------------- */

/* A full queue of connections says EAGAIN, and no poll tells when it has room again. */
static int connect_until(int fd, const struct sockaddr_un *a, int64_t deadline)
{
	while (connect(fd, (const struct sockaddr *) a, sizeof(*a)) < 0) {
		int left = time_left(deadline);

		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (!left)
			return -ETIMEDOUT;
		poll(NULL, 0, left > 0 && left < RETRY_MS ? left : RETRY_MS);
	}
	return 0;
}

int sock_connect(const char *path, int64_t deadline, int *ret_fd)
{
	CLEANUP(fsutil_close_p) int dir = -1;
	CLEANUP(fsutil_close_p) int fd = -1;
	struct sockaddr_un a;
	int r = make_address(path, &a, &dir);

	if (r == 0)
		r = new_socket(&fd);
	if (r == 0)
		r = connect_until(fd, &a, deadline);
	if (r < 0)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

/* Whoever was killed has left its socket behind; connecting to it is refused. */
static int remove_stale(const char *path)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	struct stat st;
	int r;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	r = sock_connect(path, 0, &fd);
	if (r == 0 || r == -ETIMEDOUT)
		return -EADDRINUSE;
	if (r != -ECONNREFUSED && r != -ENOENT)
		return r;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

int sock_listen(const char *path, int *ret_fd)
{
	CLEANUP(fsutil_close_p) int dir = -1;
	CLEANUP(fsutil_close_p) int fd = -1;
	struct sockaddr_un a;
	int r = make_address(path, &a, &dir);

	if (r == 0)
		r = remove_stale(path);
	if (r == 0)
		r = new_socket(&fd);
	if (r < 0)
		return r;
	/* bind makes the file with the socket's own mode: it is never open to others, whatever the umask. */
	if (fchmod(fd, 0600) < 0 || bind(fd, (const struct sockaddr *) &a, sizeof(a)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

bool sock_peer_is_ours(int fd)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0)
		return false;
	return peer.uid == geteuid() || peer.uid == 0;
}
