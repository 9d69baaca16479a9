#include "cli/unmount.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"

/* ---- unmounting --------------------------------------------------------------- */

static int spawn(const char *dir, bool lazy, int errors, pid_t *ret)
{
	const char *const argv[] = { "fusermount3", "-u", lazy ? "-z" : "--", lazy ? "--" : dir, lazy ? dir : NULL,
				     NULL };
	posix_spawn_file_actions_t files;
	int r = posix_spawn_file_actions_init(&files);

	if (r)
		return -r;
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, errors, 2);
	r = posix_spawnp(ret, argv[0], &files, NULL, (char *const *) argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return -r;
}

/* 0 or 1 as the program ends, -errno when it did not run; what it says on stderr goes to `said`. */
static int run(const char *dir, bool lazy, struct buf *said)
{
	int ends[2], status = 0, r;
	char chunk[512];
	pid_t pid;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = spawn(dir, lazy, ends[1], &pid);
	close(ends[1]);
	while (r == 0 && (n = read(ends[0], chunk, sizeof(chunk))) != 0)
		if (n > 0)
			buf_add(said, chunk, (size_t) n);
		else if (errno != EINTR)
			break;
	close(ends[0]);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

int cli_unmount(const char *dir, bool lazy, struct err *err)
{
	CLEANUP(buf_release_p) struct buf said = BUF_INIT(4096);
	int r = run(dir, lazy, &said);

	if (r == -ENOENT)
		r = umount2(dir, lazy ? MNT_DETACH : 0) < 0 ? -errno : 0;
	if (r == 0)
		return 0;
	if (r < 0)
		return err_set(err, r, "%s: %s", dir, err_text(NULL, r));
	if (said.len)
		str_trim(said.p);
	return err_set(err, strstr(buf_str(&said), "busy") ? -EBUSY : -EIO, "%s", buf_str(&said));
}

/* ---- who holds it ------------------------------------------------------------- */

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* Where a link of /proc leads; "" when we may not know. */
static void follow(int dirfd, const char *name, char out[4096])
{
	ssize_t n = readlinkat(dirfd, name, out, 4095);

	out[n < 0 ? 0 : n] = '\0';
}

/* The first open file of a process below dir; "" none. */
static void find_file(int proc, const char *dir, char out[4096])
{
	int fd = openat(proc, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	*out = '\0';
	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		follow(fd, e->d_name, out);
		if (is_below(out, dir))
			break;
		*out = '\0';
	}
	closedir(d);
}

static void read_name(int proc, char out[64])
{
	CLEANUP(fsutil_close_p) int fd = openat(proc, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, 63);

	out[n < 0 ? 0 : n] = '\0';
	str_trim(out);
}

/* 1 when the process holds something there. */
static int describe(int proc, const char *pid, const char *dir, struct buf *out)
{
	static const struct {
		const char *link, *what;
	} links[] = { { "cwd", "is in" }, { "root", "has its root in" }, { "exe", "runs" } };
	char path[4096], name[64];

	read_name(proc, name);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		follow(proc, links[i].link, path);
		if (is_below(path, dir)) {
			buf_addf(out, "  %s %s %s %s\n", pid, name, links[i].what, path);
			return 1;
		}
	}
	find_file(proc, dir, path);
	if (!*path)
		return 0;
	buf_addf(out, "  %s %s has %s open\n", pid, name, path);
	return 1;
}

int cli_holders(const char *dir, struct buf *out)
{
	DIR *d = opendir("/proc");
	int n = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		CLEANUP(fsutil_close_p) int fd = -1;

		if (!isdigit((unsigned char) *e->d_name) || strtol(e->d_name, NULL, 10) == getpid())
			continue;
		fd = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			n += describe(fd, e->d_name, dir, out);
	}
	if (d)
		closedir(d);
	return n;
}
