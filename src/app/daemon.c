#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "cli/cli.h"

/* The parent: one byte is success, end of file is a child that died. A failing read tells neither. */
static void __attribute__((noreturn)) wait_for(pid_t child, int fd)
{
	char byte;
	int status;
	ssize_t n;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(CLI_OK);
	if (n < 0) {
		fprintf(stderr, "spfs: whether the mount works cannot be told (%s); see spfs status\n", strerror(errno));
		_exit(CLI_FAILED);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status) ? WEXITSTATUS(status) : CLI_FAILED);
	fprintf(stderr, "spfs: the background process died of signal %d while mounting\n", WTERMSIG(status));
	_exit(CLI_FAILED);
}

int daemon_fork(struct daemon *d)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child > 0) {
		close(ends[1]);
		wait_for(child, ends[0]);
	}
	close(ends[0]);
	if (child < 0) {
		close(ends[1]);
		return -errno;
	}
	setsid();
	d->ready_fd = ends[1];
	return 0;
}

void daemon_ready(struct daemon *d)
{
	CLEANUP(fsutil_close_p) int null = -1;
	char byte = 0;

	if (d->ready_fd >= 0) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		for (int fd = 0; null >= 0 && fd <= 2; fd++)
			dup2(null, fd);
		/* Held, it would keep the file system of the caller's directory busy. */
		if (chdir("/") < 0 || write(d->ready_fd, &byte, 1) < 0)
			(void) byte; /* a parent that was killed waits for nobody */
		fsutil_close_p(&d->ready_fd);
	}
	daemon_notify("READY=1\nSTATUS=Mounted");
}

void daemon_notify(const char *message)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	CLEANUP(fsutil_close_p) int fd = -1;
	size_t n = path ? strlen(path) : 0;

	if (n == 0 || n >= sizeof(a.sun_path) || (*path != '/' && *path != '@'))
		return;
	memcpy(a.sun_path, path, n);
	if (*path == '@') /* an abstract address */
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void) !sendto(fd, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *) &a,
			       (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n));
}
