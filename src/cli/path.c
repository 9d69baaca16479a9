#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"

/* The mount's own directory: the highest one on the same device. */
static void cut_to_mount(char *path, dev_t dev)
{
	struct stat st;

	for (;;) {
		char *slash = strrchr(path, '/');
		char kept;

		if (!slash || slash == path)
			return;
		kept = *slash;
		*slash = '\0';
		if (stat(path, &st) < 0 || st.st_dev != dev) {
			*slash = kept;
			return;
		}
	}
}

int cli_path_control(const char *path, const char *file, int *ret_fd, int64_t *ret_ino)
{
	CLEANUP(str_free_p) char *top = realpath(path, NULL);
	CLEANUP(str_free_p) char *control = NULL;
	struct stat st;
	int fd;

	if (!top || stat(top, &st) < 0)
		return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
	cut_to_mount(top, st.st_dev);
	control = str_printf("%s/.spfs/%s", top, file);
	if (!control)
		return cli_fail(CLI_FAILED, "out of memory");
	fd = open(control, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_fail(CLI_NOT_MOUNTED, "%s is not in a mount of spfs", path);
	*ret_fd = fd;
	*ret_ino = (int64_t) st.st_ino;
	return CLI_OK;
}
