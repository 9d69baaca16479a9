#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "state.h"
#include "sync/submit.h"
#include "view/name.h"

/* A week untouched: nobody recovers from that swap file any more. */
#define EXPIRE_NS (7ll * 24 * 3600 * 1000000000)

int scratch_open(struct fs *f, int64_t ino, int *ret_fd)
{
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(f->tree, ino);
	int fd;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int scratch_read_all(struct fs *f, int64_t ino, struct buf *out)
{
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(f->tree, ino);
	int r;

	if (!path)
		return -ENOMEM;
	r = fsutil_read(path, out);
	return r == -ENOENT ? 0 : r;
}

int scratch_replace(struct fs *f, int64_t ino, const void *p, size_t n)
{
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(f->tree, ino);

	return path ? fsutil_replace(path, 0600, p, n) : -ENOMEM;
}

void scratch_remove(struct fs *f, int64_t ino)
{
	CLEANUP(str_free_p) char *path = view_tree_scratch_path(f->tree, ino);

	if (path && unlink(path) < 0 && errno != ENOENT)
		log_warning("could not remove a scratch file file=%s error=%d", path, errno);
}

/* ---- what killed runs and forgotten editors left ---------------------------------- */

static bool is_forgotten(struct fs *f, const struct view_attr *a, int64_t now)
{
	char name[256];

	return a->kind == STORE_NODE_SCRATCH && now - a->mtime > EXPIRE_NS &&
	       view_tree_name(f->tree, a->ino, name) == 0 && view_name_is_temporary(name);
}

static void sweep_one(struct fs *f, int64_t ino, int64_t now)
{
	struct view_attr a;
	int r = view_tree_attr(f->tree, ino, &a);

	if (r == 0 && is_forgotten(f, &a, now)) {
		if (sync_submit_unlink(f->sync, ino) < 0)
			return; /* another day */
	} else if (r != -ENOENT && !(r == 0 && a.kind != STORE_NODE_SCRATCH)) {
		return;
	}
	scratch_remove(f, ino);
}

void scratch_sweep(struct fs *f)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/scratch", view_tree_dir(f->tree));
	int64_t now = clock_now_ns(), ino;
	struct dirent *e;
	DIR *d = path ? opendir(path) : NULL;

	if (!d)
		return;
	while ((e = readdir(d)))
		if (str_to_i64(e->d_name, &ino) == 0)
			sweep_one(f, ino, now);
	closedir(d);
}
