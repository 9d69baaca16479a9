/*
 * The command gets no terminal and no input: it may be run by a daemon at night, and a
 * question that nobody sees would only end at the deadline. Its output is read while it
 * runs, so that one that prints more than a pipe holds does not hang; what it leaves
 * behind in the background may keep the pipe open, so its own end counts and not the
 * end of file.
 */
#include "net/cred.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/fsutil.h"

/* Tokens and federation cookies are thousands of bytes long. */
enum { LINE = 16384, LIMIT_MS = 30000, TICK_MS = 100 };

struct run {
	pid_t pid;
	int child; /* pidfd */
	int out;   /* read end of its standard output, not blocking */
	size_t len;
	char text[LINE + 1]; /* the first bytes of the output; wiped */
};

void net_cred_wipe_p(char **secret)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void net_cred_guard(void)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	setrlimit(RLIMIT_CORE, &none);
}

/* ---- memory ---------------------------------------------------------------------- */

void *net_cred_malloc(size_t n)
{
	return malloc(n);
}

void *net_cred_calloc(size_t n, size_t size)
{
	return calloc(n, size);
}

char *net_cred_strdup(const char *s)
{
	return strdup(s);
}

void net_cred_free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

void *net_cred_realloc(void *p, size_t n)
{
	size_t had = p ? malloc_usable_size(p) : 0;
	void *q;

	if (n && n <= had)
		return p;
	q = malloc(n);
	if (q && p) {
		memcpy(q, p, had < n ? had : n);
		net_cred_free(p);
	}
	return q;
}

/* ---- commands -------------------------------------------------------------------- */

/* The child must not inherit what a daemon's threads block or ignore. */
static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setpgroup(attr, 0);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
}

static int spawn(const char *command, int out, pid_t *ret)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int e = posix_spawn_file_actions_init(&files);

	if (e)
		return -e;
	e = posix_spawnattr_init(&attr);
	if (e) {
		posix_spawn_file_actions_destroy(&files);
		return -e;
	}
	e = set_signals(&attr);
	e = e ?: posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	e = e ?: posix_spawn_file_actions_adddup2(&files, out, 1);
	e = e ?: posix_spawn_file_actions_addchdir_np(&files, "/");
	e = e ?: posix_spawn(ret, "/bin/sh", &files, &attr, (char *const *) argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -e;
}

static int start(struct run *r, const char *command)
{
	CLEANUP(fsutil_close_p) int write_end = -1;
	int ends[2], e;

	if (FAULT("cred.start"))
		return -EAGAIN;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r->out = ends[0];
	write_end = ends[1];
	if (fcntl(r->out, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	e = spawn(command, write_end, &r->pid);
	if (e < 0)
		return e;
	r->child = (int) syscall(SYS_pidfd_open, r->pid, 0);
	return r->child < 0 ? -errno : 0;
}

/* Takes what the pipe has. False: nothing more will come, or not now. */
static bool take(struct run *r)
{
	char rest[512];
	bool full = r->len == LINE;
	ssize_t n = full ? read(r->out, rest, sizeof(rest)) : read(r->out, r->text + r->len, LINE - r->len);

	if (full)
		explicit_bzero(rest, sizeof(rest));
	if (n > 0 && !full)
		r->len += (size_t) n;
	if (n == 0) {
		close(r->out);
		r->out = -1; /* poll(2) skips it */
	}
	return n > 0;
}

/* Until the command has ended and everything that it printed is read. */
static int collect(struct run *r, const atomic_int *cancel)
{
	int64_t deadline = clock_mono_ms() + LIMIT_MS;
	bool ended = false;

	while (!ended) {
		struct pollfd p[] = { { .fd = r->out, .events = POLLIN }, { .fd = r->child, .events = POLLIN } };

		if (poll(p, 2, TICK_MS) < 0 && errno != EINTR)
			return -errno;
		ended = p[1].revents != 0;
		while (r->out >= 0 && take(r))
			;
		if (ended)
			break;
		if (cancel && atomic_load(cancel))
			return -ECANCELED;
		if (clock_mono_ms() >= deadline)
			return -ETIMEDOUT;
	}
	return 0;
}

/* Ends and reaps it. Its exit status, or -errno of the run. */
static int finish(struct run *r, int result)
{
	int status = 0;

	if (r->out >= 0)
		close(r->out);
	if (r->child >= 0)
		close(r->child);
	if (r->pid <= 0)
		return result;
	if (result < 0)
		kill(-r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (result < 0)
		return result;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

static int first_line(struct run *r, char **ret)
{
	size_t n;

	r->text[r->len] = '\0';
	n = strcspn(r->text, "\n");
	if (n == LINE)
		return -EFBIG;
	if (n && r->text[n - 1] == '\r')
		n--;
	if (!n)
		return -ENODATA;
	*ret = strndup(r->text, n);
	return *ret ? 0 : -ENOMEM;
}

static const char *words(int r)
{
	switch (r) {
	case -ECHILD:
		return "it failed (its exit status is not 0)";
	case -ENODATA:
		return "it printed nothing";
	case -EFBIG:
		return "its first line is longer than 16 KiB";
	case -ETIMEDOUT:
		return "it did not end within 30 seconds and was killed";
	default:
		return strerrordesc_np(-r);
	}
}

int net_cred_command(const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	struct run run = { .child = -1, .out = -1 };
	int r = start(&run, command);

	if (r == 0)
		r = collect(&run, cancel);
	r = finish(&run, r);
	if (r == 0)
		r = first_line(&run, ret);
	explicit_bzero(run.text, sizeof(run.text));
	return r < 0 ? err_set(err, r, "%s", words(r)) : 0;
}
