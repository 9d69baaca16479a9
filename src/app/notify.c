#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/shown.h"

enum { TEXT_MAX = 4096, CHARACTERS = 500 };

/* Notifications understand a little HTML. */
static void make_plain(const char *text, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf shown = BUF_INIT(TEXT_MAX);

	cli_shown(&shown, text, CHARACTERS);
	if (*buf_str(&shown) == '-')
		buf_addc(out, ' ');
	for (const char *s = buf_str(&shown); *s; s++) {
		if (*s == '<' || *s == '>')
			buf_adds(out, *s == '<' ? "\xe2\x80\xb9" : "\xe2\x80\xba");
		else
			buf_addc(out, *s);
	}
}

static int spawn(const char *script, const char *title, const char *text, pid_t *ret)
{
	const char *const argv[] = { "sh", "-c", script, "sh", title, text, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int e = posix_spawn_file_actions_init(&files);

	if (e)
		return -e;
	e = posix_spawnattr_init(&attr);
	if (e) {
		posix_spawn_file_actions_destroy(&files);
		return -e;
	}
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	for (int fd = 0; fd < 3 && !e; fd++)
		e = posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	if (!e)
		e = posix_spawn(ret, "/bin/sh", &files, &attr, (char *const *) argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -e;
}

void notify_tell(const char *command, const char *title, const char *text)
{
	CLEANUP(buf_release_p) struct buf plain = BUF_INIT(2 * TEXT_MAX);
	/* the shell leaves the command behind and ends: init will wait for it */
	CLEANUP(str_free_p) char *script = str_printf("(%s \"$@\"\n) &", command);
	pid_t pid;
	int r;

	make_plain(text, &plain);
	r = script ? buf_error(&plain) : -ENOMEM;
	if (r == 0)
		r = spawn(script, title, buf_str(&plain), &pid);
	if (r < 0) {
		log_warning("notify: %s", strerror(-r));
		return;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
