#include "demo.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "places.h"

enum { START_MS = 20000, END_MS = 10000, STEP_MS = 20 };

struct server {
	char *dir;  /* owned, all of them */
	char *port; /* the port's file */
	char *data;
	char *log;
	char *lock;
	int lock_fd; /* -1 */
};

static void server_release_p(struct server *s)
{
	free(s->dir);
	free(s->port);
	free(s->data);
	free(s->log);
	free(s->lock);
	fsutil_close_p(&s->lock_fd);
}

static int find_server(const struct places *p, struct server *s)
{
	s->dir = str_printf("%s/server", p->data);
	s->port = str_printf("%s/server/port", p->data);
	s->data = str_printf("%s/server/data", p->data);
	s->log = str_printf("%s/server/log", p->data);
	s->lock = str_printf("%s/server/lock", p->data);
	return s->dir && s->port && s->data && s->log && s->lock ? 0 : -ENOMEM;
}

/* The number in a small file; 0: none. */
static int64_t read_number(const char *path)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(64);
	int64_t n;

	return fsutil_read(path, &text) == 0 && str_to_i64(buf_str(&text), &n) == 0 ? n : 0;
}

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec) { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

/* ---- starting ------------------------------------------------------------------------- */

/* Beside our own program, where a build and an installation have it; else wherever PATH has it. */
static char *find_program(void)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash, *path;

	self[n < 0 ? 0 : n] = '\0';
	slash = strrchr(self, '/');
	path = slash ? str_printf("%.*s/spfs-demo", (int) (slash - self), self) : NULL;
	if (path && access(path, X_OK) == 0)
		return path;
	free(path);
	return strdup("spfs-demo");
}

/* Its own session: it survives the terminal. The lock's descriptor stays open in it. */
static int spawn(const struct server *s, pid_t *ret)
{
	CLEANUP(str_free_p) char *program = find_program();
	CLEANUP(str_free_p) char *port = str_printf("%lld", (long long) read_number(s->port));
	const char *const argv[] = { "spfs-demo", "--port", port, "--port-file", s->port, "--data", s->data, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r;

	if (!program || !port)
		return -ENOMEM;
	unlink(s->port);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, s->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	posix_spawn_file_actions_adddup2(&files, s->lock_fd, s->lock_fd);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	r = posix_spawnp(ret, program, &files, &attr, (char *const *) argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -r;
}

/* Its last words, when it died at once. */
static int tell_death(const struct server *s, int64_t port, struct err *err)
{
	CLEANUP(buf_release_p) struct buf log = BUF_INIT(16 << 20);
	char *line;

	if (fsutil_read(s->log, &log) < 0 || log.len == 0)
		return err_set(err, -EIO, "spfs-demo did not start; its log is %s", s->log);
	str_trim(log.p);
	line = strrchr(log.p, '\n');
	return err_set(err, -EIO, "spfs-demo did not start: %s%s", line ? line + 1 : log.p,
		       port ? " (the demo keeps its port; `spfs demo --reset` begins anew on another one)" : "");
}

static int wait_for_port(const struct server *s, pid_t pid, int64_t old, struct err *err)
{
	for (int ms = 0; ms < START_MS; ms += STEP_MS) {
		if (read_number(s->port) > 0)
			return 0;
		if (waitpid(pid, NULL, WNOHANG) == pid) {
			if (old) { /* the next try shall ask for the same one */
				CLEANUP(str_free_p) char *text = str_printf("%lld\n", (long long) old);

				if (text && fsutil_replace(s->port, 0600, text, strlen(text)) < 0)
					return err_set(err, -EIO, "%s cannot be written", s->port);
			}
			return tell_death(s, old, err);
		}
		pause_ms(STEP_MS);
	}
	kill(pid, SIGTERM);
	return err_set(err, -ETIMEDOUT, "spfs-demo does not answer; its log is %s", s->log);
}

static int launch(struct server *s, struct err *err)
{
	CLEANUP(str_free_p) char *text = NULL;
	int64_t old = read_number(s->port);
	pid_t pid = 0;
	int r = spawn(s, &pid);

	if (r == -ENOENT)
		return err_set(err, r, "the sample server spfs-demo is not installed (it needs libmicrohttpd when spfs is built)");
	if (r < 0)
		return err_set(err, r, "spfs-demo: %s", err_text(NULL, r));
	text = str_printf("%d\n", (int) pid);
	if (!text || ftruncate(s->lock_fd, 0) < 0 || pwrite(s->lock_fd, text, strlen(text), 0) < 0) {
		kill(pid, SIGTERM);
		return err_set(err, -EIO, "%s cannot be written", s->lock);
	}
	return wait_for_port(s, pid, old, err);
}

int demo_start(const struct places *p, char **ret_url, struct err *err)
{
	CLEANUP(server_release_p) struct server s = { .lock_fd = -1 };
	int r = find_server(p, &s);

	if (r == 0)
		r = fsutil_mkdirs(s.dir, 0700);
	if (r == 0)
		r = fsutil_lock(s.lock, &s.lock_fd);
	if (r == 0)
		r = launch(&s, err);
	else if (r == -EWOULDBLOCK) /* it runs */
		r = 0;
	if (r < 0)
		return err_add(err, r, "%s: %s", s.dir ? s.dir : p->data, err_text(NULL, r));
	*ret_url = str_printf("http://127.0.0.1:%lld/sites/team", (long long) read_number(s.port));
	return *ret_url ? 0 : -ENOMEM;
}

/* ---- ending ----------------------------------------------------------------------------- */

void demo_ended(const struct places *p)
{
	CLEANUP(server_release_p) struct server s = { .lock_fd = -1 };
	int64_t pid;

	if (!str_eq(p->profile, DEMO_PROFILE) || find_server(p, &s) < 0 || access(s.lock, F_OK) < 0)
		return;
	if (fsutil_lock(s.lock, &s.lock_fd) != -EWOULDBLOCK)
		return;
	pid = read_number(s.lock);
	if (pid > 1)
		kill((pid_t) pid, SIGTERM);
	for (int ms = 0; ms < END_MS && fsutil_lock(s.lock, &s.lock_fd) < 0; ms += STEP_MS)
		pause_ms(STEP_MS);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void) st;
	(void) type;
	(void) ftw;
	return remove(path);
}

int demo_reset(const struct places *p, struct err *err)
{
	demo_ended(p);
	if (nftw(p->data, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return err_set(err, -errno, "%s: %s", p->data, err_text(NULL, -errno));
	return 0;
}
