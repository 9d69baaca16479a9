#include "views.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "state.h"

enum { KEPT = 8 }; /* views at once: programs read one after the other */

struct views_file {
	int64_t list;
	char *name;       /* owned */
	uint64_t version; /* of the store */
	int64_t size;
	int64_t time;
	int fd;
	atomic_int refs;
};

struct views {
	struct lock lock;               /* RANK_LEAF; the rest */
	struct views_file *kept[KEPT];  /* refd; the latest first */
};

struct views *views_new(void)
{
	struct views *v = calloc(1, sizeof(*v));

	if (v)
		lock_init(&v->lock, RANK_LEAF);
	return v;
}

struct views *views_free(struct views *v)
{
	if (v) {
		for (size_t i = 0; i < KEPT; i++)
			views_put(v->kept[i]);
		lock_release(&v->lock);
		free(v);
	}
	return NULL;
}

struct views_file *views_put(struct views_file *f)
{
	if (f && atomic_fetch_sub(&f->refs, 1) == 1) {
		if (f->fd >= 0)
			close(f->fd);
		free(f->name);
		free(f);
	}
	return NULL;
}

int64_t views_size(const struct views_file *f)
{
	return f->size;
}

int64_t views_time(const struct views_file *f)
{
	return f->time;
}

int views_read(const struct views_file *f, void *p, size_t size, int64_t off, size_t *ret_n)
{
	ssize_t n = pread(f->fd, p, size, off);

	if (n < 0)
		return -errno;
	*ret_n = (size_t) n;
	return 0;
}

/* ---- making -------------------------------------------------------------------------- */

static int append(void *arg, const void *p, size_t n)
{
	struct views_file *f = arg;
	const char *s = p;

	while (n) {
		ssize_t k = write(f->fd, s, n);

		if (k < 0 && errno != EINTR)
			return -errno;
		if (k > 0) {
			s += k;
			n -= (size_t) k;
			f->size += k;
		}
	}
	return 0;
}

/* A file that has no name and goes with its last descriptor. */
static int open_nameless(const char *dir)
{
	CLEANUP(str_free_p) char *path = str_printf("%s/view.XXXXXX", dir);
	int fd = path ? mkostemp(path, O_CLOEXEC) : -1;

	if (!path)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

static int make(struct fs *f, int64_t list, const char *name, uint64_t version, struct views_file **ret)
{
	struct views_file *file = calloc(1, sizeof(*file));
	int r = file ? str_set(&file->name, name) : -ENOMEM;

	if (r < 0) {
		free(file);
		return r;
	}
	file->list = list;
	file->version = version;
	file->time = clock_now_ns();
	atomic_init(&file->refs, 1);
	r = file->fd = open_nameless(view_tree_dir(f->tree));
	if (r >= 0)
		r = view_tree_view(f->tree, list, name, append, file);
	if (r < 0) {
		views_put(file);
		return r;
	}
	*ret = file;
	return 0;
}

/* ---- keeping --------------------------------------------------------------------------- */

static bool is_that(const struct views_file *f, int64_t list, const char *name)
{
	return f && f->list == list && strcmp(f->name, name) == 0;
}

static struct views_file *find(struct views *v, int64_t list, const char *name, uint64_t version)
{
	struct views_file *found = NULL;

	lock_take(&v->lock);
	for (size_t i = 0; i < KEPT && !found; i++)
		if (is_that(v->kept[i], list, name) && v->kept[i]->version == version)
			found = v->kept[i];
	if (found)
		atomic_fetch_add(&found->refs, 1);
	lock_give(&v->lock);
	return found;
}

/* In the place of its last version, else of the oldest. */
static void keep(struct views *v, struct views_file *f)
{
	struct views_file *gone;
	size_t i = 0;

	lock_take(&v->lock);
	while (i < KEPT - 1 && !is_that(v->kept[i], f->list, f->name))
		i++;
	gone = v->kept[i];
	memmove(&v->kept[1], &v->kept[0], i * sizeof(v->kept[0]));
	v->kept[0] = f;
	atomic_fetch_add(&f->refs, 1);
	lock_give(&v->lock);
	views_put(gone);
}

int views_get(struct fs *f, int64_t list, const char *name, struct views_file **ret)
{
	uint64_t version = view_tree_version(f->tree); /* before: what changes meanwhile makes it old */
	int r;

	*ret = find(f->views, list, name, version);
	if (*ret)
		return 0;
	r = make(f, list, name, version, ret);
	if (r == 0)
		keep(f->views, *ret);
	return r;
}
