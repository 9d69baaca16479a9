#include "heap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/thread.h"

struct heap {
	int fd; /* owned; immutable */
	struct lock lock;
	/* protected by lock */
	int64_t end;
};

static int open_nameless(void)
{
	const char *dirs[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		int fd = dirs[i] ? open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;

		if (fd >= 0)
			return fd;
	}
	return memfd_create("spfs-demo", MFD_CLOEXEC);
}

int heap_open(const char *path, struct heap **ret)
{
	struct heap *h = calloc(1, sizeof(*h));
	struct stat st;

	if (!h)
		return -ENOMEM;
	h->fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : open_nameless();
	if (h->fd < 0 || fstat(h->fd, &st) < 0) {
		int error = errno;

		if (h->fd >= 0)
			close(h->fd);
		free(h);
		return -error;
	}
	lock_init(&h->lock, RANK_LEAF);
	h->end = st.st_size;
	*ret = h;
	return 0;
}

struct heap *heap_close(struct heap *h)
{
	if (!h)
		return NULL;
	close(h->fd);
	lock_release(&h->lock);
	free(h);
	return NULL;
}

int64_t heap_take(struct heap *h, uint64_t n)
{
	int64_t at;

	lock_take(&h->lock);
	at = h->end;
	if (n > INT64_MAX - (uint64_t) at)
		at = -EFBIG;
	else if (ftruncate(h->fd, at + (int64_t) n) < 0)
		at = -errno;
	else
		h->end += (int64_t) n;
	lock_give(&h->lock);
	return at;
}

static bool is_zero(const char *p, size_t n)
{
	return n && !*p && memcmp(p, p + 1, n - 1) == 0;
}

int heap_write(struct heap *h, int64_t at, const void *p, size_t n)
{
	const char *s = p;

	if (is_zero(s, n))
		return 0;
	while (n) {
		ssize_t done = pwrite(h->fd, s, n, at);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done < 0)
			continue;
		s += done;
		at += done;
		n -= (size_t) done;
	}
	return 0;
}

int64_t heap_put(struct heap *h, const void *p, size_t n)
{
	int64_t at = heap_take(h, n);
	int r = at < 0 ? (int) at : heap_write(h, at, p, n);

	return r < 0 ? r : at;
}

int64_t heap_read(struct heap *h, int64_t at, void *p, size_t n)
{
	ssize_t done;

	do
		done = pread(h->fd, p, n, at);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

int heap_fd(const struct heap *h)
{
	return h->fd;
}
