#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "ahead.h"
#include "announce.h"
#include "base.h"
#include "control.h"
#include "handle.h"
#include "notify.h"
#include "views.h"
#include "wait.h"

enum { CALLER_MS = 1000 };

/* ---- who asks ---------------------------------------------------------------------- */

/* "Tgid:\t123" of /proc/TID/status. */
static pid_t read_tgid(pid_t tid)
{
	char path[64], text[512];
	const char *p;
	int64_t id;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", (int) tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tid;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return tid;
	text[n] = '\0';
	p = strstr(text, "\nTgid:");
	if (!p)
		return tid;
	*strchrnul(text + (p - text) + 1, '\n') = '\0';
	return str_to_i64(p + 6, &id) == 0 ? (pid_t) id : tid;
}

static pid_t find_tgid(pid_t tid)
{
	/* Most callers are their process's first thread, and a process descriptor can be had of those only:
	 * less than half the cost of reading /proc. */
	int fd = (int) syscall(SYS_pidfd_open, tid, 0);

	if (fd < 0)
		return read_tgid(tid);
	close(fd);
	return tid;
}

pid_t caller_tgid(struct fs *f, pid_t tid)
{
	struct known_caller *k = &f->callers[(unsigned) tid % STATE_CALLERS];
	uint64_t ids = atomic_load(&k->ids);
	int64_t now = clock_mono_ms();
	pid_t tgid;

	if (tid <= 0)
		return tid; /* of another pid namespace */
	if (ids >> 32 == (uint64_t) tid && now < atomic_load(&k->until))
		return (pid_t) (uint32_t) ids;
	tgid = find_tgid(tid);
	atomic_store(&k->ids, (uint64_t) tid << 32 | (uint32_t) tgid);
	atomic_store(&k->until, now + CALLER_MS);
	return tgid;
}

/* ---- life -------------------------------------------------------------------------- */

static int make_scratch_dir(const struct fs *f)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/scratch", view_tree_dir(f->tree));

	return dir ? fsutil_mkdirs(dir, 0700) : -ENOMEM;
}

static int read_item(void *arg, int64_t item, struct view_seen *ret)
{
	const struct fs *f = arg;

	return view_tree_seen(f->tree, 0, item, ret);
}

static int replacing(void *arg, int64_t item)
{
	const struct fs *f = arg;

	return bases_replacing(f->bases, item);
}

static void replaced(void *arg)
{
	const struct fs *f = arg;

	bases_replaced(f->bases);
}

int fs_new(const struct fs_config *c, struct fs **ret)
{
	struct fs *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return -ENOMEM;
	f->config = *c;
	f->sync = c->sync;
	f->uid = geteuid();
	f->gid = getegid();
	atomic_init(&f->changes, 1);
	f->handles = handles_new();
	f->open = openset_new();
	f->bases = bases_new(BASES_ENTRIES, BASES_BYTES, read_item, f);
	f->control = control_new();
	f->notify = notify_new(f);
	f->announcer = announcer_new(f);
	f->views = views_new();
	f->waits = waits_new();
	f->aheads = aheads_new();
	r = f->handles && f->open && f->bases && f->control && f->notify && f->announcer && f->views && f->waits &&
			    f->aheads
		    ? 0
		    : -ENOMEM;
	if (r == 0)
		r = view_tree_new(c->store, &f->tree);
	if (r == 0)
		r = make_scratch_dir(f);
	if (r < 0) {
		fs_free(f);
		return r;
	}
	view_tree_watch(f->tree, &(struct store_watch) { replacing, replaced, f });
	*ret = f;
	return 0;
}

void fs_set_sync(struct fs *f, struct sync *s)
{
	f->sync = s;
}

struct fs *state_free(struct fs *f)
{
	if (f->tree)
		view_tree_watch(f->tree, NULL);
	notify_free(f->notify);
	announcer_free(f->announcer);
	control_free(f->control);
	handles_free(f->handles);
	waits_free(f->waits);
	aheads_free(f->aheads);
	views_free(f->views);
	bases_free(f->bases);
	openset_free(f->open);
	view_tree_free(f->tree);
	free(f->mountpoint);
	free(f);
	return NULL;
}

/* ---- what the engine and the handlers tell ------------------------------------------- */

void state_touched(struct fs *f, int64_t dir)
{
	atomic_fetch_add(&f->changes, 1);
	view_tree_touched(f->tree, dir);
}

void fs_event(struct fs *f, const struct sync_event *e)
{
	atomic_fetch_add(&f->changes, 1);
	notify_event(f->notify, e);
}

struct view_forms *fs_forms(const struct fs *f)
{
	return view_tree_forms(f->tree);
}

bool fs_is_open(struct fs *f, int64_t ino)
{
	return openset_has(f->open, ino);
}
