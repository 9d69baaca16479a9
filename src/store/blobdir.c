#include "blobdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"

/* bford.info/cachedir */
static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
			  "# Documents that spfs can fetch again. Everything here may be removed.\n";

static char *path_of(const char *dir, int64_t item, int64_t version)
{
	return str_printf("%s/%" PRId64 "-%" PRId64, dir, item, version);
}

static int write_tag(const char *top)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/CACHEDIR.TAG", top);
	CLEANUP(fsutil_close_p) int fd = -1;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	return fsutil_write_all(fd, tag, sizeof(tag) - 1);
}

int blobdir_make(const char *top, const char *dir)
{
	struct stat st;
	int r = fsutil_mkdirs(dir, 0700);

	if (r < 0)
		return r;
	/* what others could have put there would be shown as the server's */
	if (lstat(dir, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return -EACCES;
	if ((st.st_mode & 0777) != 0700 && chmod(dir, 0700) < 0)
		return -errno;
	return write_tag(top);
}

/* "ITEM-VERSION" */
static bool read_name(const char *name, int64_t *ret_item, int64_t *ret_version)
{
	CLEANUP(str_free_p) char *copy = strdup(name);
	char *dash = copy ? strchr(copy, '-') : NULL;

	if (!dash)
		return false;
	*dash++ = '\0';
	return str_to_i64(copy, ret_item) == 0 && str_to_i64(dash, ret_version) == 0;
}

int blobdir_sweep(const char *dir, int (*has)(void *arg, int64_t item, int64_t version), void *arg)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int64_t item, version;
	int r = 0;

	if (!d)
		return -errno;
	while (r >= 0 && (e = readdir(d))) {
		if (*e->d_name == '.' && (!e->d_name[1] || str_eq(e->d_name, "..")))
			continue;
		r = read_name(e->d_name, &item, &version) ? has(arg, item, version) : 0;
		if (r == 0)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
	return r < 0 ? r : 0;
}

int blobdir_open(const char *dir, int64_t item, int64_t version, int64_t size)
{
	CLEANUP(str_free_p) char *path = path_of(dir, item, version);
	int fd = path ? open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size != size))
		fsutil_close_p(&fd);
	return fd;
}

int blobdir_temp(const char *dir, int *ret_fd, char **ret_path)
{
	char *path = str_printf("%s/tmp.XXXXXX", dir);
	int fd;

	if (!path)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		int r = -errno;

		free(path);
		return r;
	}
	*ret_fd = fd;
	*ret_path = path;
	return 0;
}

static int copy_to(const char *temp, const char *path)
{
	CLEANUP(fsutil_close_p) int from = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(fsutil_close_p) int to = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return from < 0 || to < 0 ? -errno : fsutil_copy(from, to);
}

int blobdir_take(const char *dir, const char *path, char **ret_temp)
{
	CLEANUP(str_free_p) char *temp = NULL;
	CLEANUP(fsutil_close_p) int fd = -1;
	int r = blobdir_temp(dir, &fd, &temp);

	if (r == 0 && (unlink(temp) < 0 || link(path, temp) < 0))
		r = errno == EXDEV || errno == EPERM ? copy_to(temp, path) : -errno;
	if (r < 0) {
		if (temp)
			unlink(temp);
		return r;
	}
	*ret_temp = temp;
	temp = NULL;
	return 0;
}

void blobdir_move(const char *dir, int64_t item, int64_t from, int64_t to)
{
	CLEANUP(str_free_p) char *old = path_of(dir, item, from);
	CLEANUP(str_free_p) char *new = path_of(dir, item, to);

	if (old && new)
		rename(old, new);
}

int blobdir_place(const char *dir, const char *temp, int64_t item, int64_t version)
{
	CLEANUP(str_free_p) char *path = path_of(dir, item, version);

	if (!path)
		return -ENOMEM;
	return rename(temp, path) < 0 ? -errno : 0;
}

void blobdir_remove(const char *dir, int64_t item, int64_t version)
{
	CLEANUP(str_free_p) char *path = path_of(dir, item, version);

	if (path)
		unlink(path);
}
