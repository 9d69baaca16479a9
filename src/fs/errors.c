#include "errors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "file.h"
#include "handle.h"

enum { ERRORS_MAX = 4 << 20 };

static int64_t dir_of(int64_t ino)
{
	return ino & ~INO_ERRORS;
}

/* Adds the text; fills the stat. */
static int make(struct fs *f, int64_t dir, struct buf *text, struct entry *ret)
{
	int64_t mtime;
	int r = view_tree_errors(f->tree, dir, text, &mtime);

	if (r < 0)
		return r == -ENODATA ? -ENOENT : r;
	*ret = (struct entry) {
		.st = {
			.st_ino = (ino_t) (INO_ERRORS | dir),
			.st_mode = S_IFREG | 0444,
			.st_nlink = 1,
			.st_uid = f->uid,
			.st_gid = f->gid,
			.st_size = (off_t) text->len,
			.st_blksize = 4096,
			.st_blocks = (blkcnt_t) ((text->len + 511) / 512),
		},
	};
	ret->st.st_mtim = (struct timespec) { .tv_sec = mtime / 1000000000, .tv_nsec = mtime % 1000000000 };
	ret->st.st_ctim = ret->st.st_atim = ret->st.st_mtim;
	return 0;
}

int errors_lookup(struct fs *f, int64_t dir, struct entry *ret)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(ERRORS_MAX);

	return make(f, dir, &text, ret);
}

int errors_attr(struct fs *f, int64_t ino, struct entry *ret)
{
	int r = errors_lookup(f, dir_of(ino), ret);

	return r == -ENOENT ? -ESTALE : r;
}

int errors_open(struct fs *f, int64_t ino, int flags, struct file_open *ret)
{
	struct entry e;
	struct handle *h;
	int r;

	if ((flags & O_ACCMODE) != O_RDONLY)
		return -EACCES;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	*h = (struct handle) {
		.kind = HANDLE_TEXT, .flags = flags, .ino = ino, .text = BUF_INIT(ERRORS_MAX)
	};
	r = make(f, dir_of(ino), &h->text, &e);
	if (r < 0) {
		handle_free(h);
		return r == -ENOENT ? -ESTALE : r;
	}
	*ret = (struct file_open) { .handle = h, .direct_io = true, .noflush = true };
	return 0;
}
