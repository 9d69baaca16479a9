#include "cli/editor.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

const char *cli_editor(void)
{
	const char *const variables[] = { getenv("VISUAL"), getenv("EDITOR") };

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		if (!str_empty(variables[i]))
			return variables[i];
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? "vi" : NULL;
}

int cli_edit(const char *editor, const char *path)
{
	CLEANUP(str_free_p) char *script = str_printf("%s \"$@\"", editor);
	const char *const argv[] = { "sh", "-c", script, "sh", path, NULL };
	int status = 0, r = script ? 0 : ENOMEM;
	pid_t pid;

	fflush(stdout);
	if (r == 0)
		r = posix_spawn(&pid, "/bin/sh", NULL, NULL, (char *const *) argv, environ);
	if (r)
		return -r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECANCELED;
}
