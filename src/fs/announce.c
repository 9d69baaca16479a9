#include "announce.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attr.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/thread.h"
#include "handle.h"
#include "reply.h"

enum {
	MANY = 500,     /* changes of one directory at once: then the directory alone is announced */
	DEPTH_MAX = 64,
};

/* What one turn of the notifying thread brought. */
struct batch {
	struct sync_event *e; /* owned, with their strings */
	size_t n;
	struct batch *next;
};

struct announcer {
	struct fs *f;          /* foreign */
	pthread_t thread;
	struct openset *shown; /* owned; directories that somebody has opened */
	_Atomic pid_t tid;     /* of the announcing thread; 0: not yet */
	atomic_bool seen;      /* the root was asked for by that thread */
	bool off;              /* announcing thread only: the path leads elsewhere */
	atomic_int_fast64_t gone; /* numbers for removed files */

	struct lock lock;      /* RANK_LEAF; the rest */
	struct cond more;
	struct batch *first;   /* owned */
	struct batch **last;
	bool running;
	bool stop;

	/* what is being announced */
	enum { NOTHING, ADDING, REMOVING, RENAMING } what;
	int64_t parent;
	char name[256];
	int64_t to_parent;
	char to_name[256];
};

struct announcer *announcer_new(struct fs *f)
{
	struct announcer *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->f = f;
	a->last = &a->first;
	lock_init(&a->lock, RANK_LEAF);
	cond_init(&a->more);
	a->shown = openset_new();
	return a->shown ? a : announcer_free(a);
}

static void free_events(struct sync_event *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free((char *) e[i].name);
		free((char *) e[i].to_name);
	}
	free(e);
}

static void free_batch(struct batch *b)
{
	free_events(b->e, b->n);
	free(b);
}

struct announcer *announcer_free(struct announcer *a)
{
	struct batch *next;

	if (a) {
		for (struct batch *b = a->first; b; b = next) {
			next = b->next;
			free_batch(b);
		}
		openset_free(a->shown);
		cond_release(&a->more);
		lock_release(&a->lock);
		free(a);
	}
	return NULL;
}

void announcer_opened(struct announcer *a, int64_t dir)
{
	if (a->f->config.announce && !openset_has(a->shown, dir) && openset_add(a->shown, dir) < 0)
		log_debug("a directory will not be announced ino=%lld", (long long) dir);
}

bool announcer_wants(struct announcer *a, int64_t dir)
{
	return a->f->config.announce && openset_has(a->shown, dir);
}

/* ---- what the handlers ask ------------------------------------------------------------ */

bool announce_is_ours(const struct fs *f, const struct caller *c)
{
	pid_t tid = atomic_load(&f->announcer->tid);

	return tid && c->tid == tid;
}

void announce_seen(struct fs *f)
{
	atomic_store(&f->announcer->seen, true);
}

static bool is_slot(int64_t parent, const char *name, int64_t want_parent, const char *want)
{
	return parent == want_parent && strcmp(name, want) == 0;
}

/* A file that is gone, for as long as it takes to say so. */
static void former(struct fs *f, struct entry *ret)
{
	*ret = (struct entry) {
		.st = {
			.st_ino = (ino_t) (INO_GONE | (atomic_fetch_add(&f->announcer->gone, 1) + 1)),
			.st_mode = S_IFREG | 0644,
			.st_nlink = 1,
			.st_uid = f->uid,
			.st_gid = f->gid,
		},
	};
}

static int real(struct fs *f, int64_t parent, const char *name, struct entry *ret)
{
	struct view_attr a;
	int r = view_tree_lookup(f->tree, parent, name, &a);

	if (r == 0)
		attr_entry(f, &a, ret);
	return r;
}

int announce_lookup(struct fs *f, int64_t parent, const char *name, struct entry *ret)
{
	struct announcer *a = f->announcer;
	bool from, to;
	int what;

	lock_take(&a->lock);
	what = a->what;
	from = what != NOTHING && is_slot(parent, name, a->parent, a->name);
	to = what == RENAMING && is_slot(parent, name, a->to_parent, a->to_name);
	lock_give(&a->lock);
	if (to || (from && what == ADDING)) {
		*ret = (struct entry) { 0 };
		return 0;
	}
	if (from && what == REMOVING) {
		former(f, ret);
		return 0;
	}
	/* The row has its new name; nobody else changes a->to_*, and it waits for this answer. */
	return from ? real(f, a->to_parent, a->to_name, ret) : -ENOSYS;
}

int announce_made(struct fs *f, int64_t parent, const char *name, struct entry *ret)
{
	struct view_attr a;
	int r = view_tree_lookup(f->tree, parent, name, &a);

	if (r == 0)
		attr_entry_once(f, &a, ret);
	return r;
}

/* ---- doing it ------------------------------------------------------------------------------ */

static void set_what(struct announcer *a, int what, const struct sync_event *e)
{
	lock_take(&a->lock);
	a->what = what;
	a->parent = e->parent;
	a->to_parent = e->to_parent;
	snprintf(a->name, sizeof(a->name), "%s", e->name ? e->name : "");
	snprintf(a->to_name, sizeof(a->to_name), "%s", e->to_name ? e->to_name : "");
	lock_give(&a->lock);
}

/* The root of our mount, seen to be ours; -1. */
static int open_root(struct announcer *a)
{
	struct statx stx;
	int fd = open(a->f->mountpoint, O_PATH | O_DIRECTORY | O_CLOEXEC);

	atomic_store(&a->seen, false);
	if (fd >= 0 && statx(fd, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &stx) == 0 &&
	    atomic_load(&a->seen))
		return fd;
	if (atomic_load(&a->f->looping))
		log_notice("the mount point leads elsewhere: open windows will not update themselves");
	a->off = true;
	fsutil_close_p(&fd);
	return -1;
}

/* A descriptor of the directory, from the root down its names; -1. */
static int open_dir(struct announcer *a, int root, int64_t dir)
{
	CLEANUP(fsutil_close_p) int fd = -1;
	int64_t chain[DEPTH_MAX];
	struct view_attr attr = { .parent = dir };
	int n = 0, next;

	while (attr.parent && attr.parent != STORE_ROOT_INO) {
		if (n == DEPTH_MAX || view_tree_attr(a->f->tree, attr.parent, &attr) < 0 || !attr.named)
			return -1;
		chain[n++] = attr.ino;
	}
	fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	while (fd >= 0 && n > 0) {
		char name[256];

		if (view_tree_name(a->f->tree, chain[--n], name) < 0)
			return -1;
		next = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		fsutil_close_p(&fd);
		fd = next;
	}
	next = fd;
	fd = -1;
	return next;
}

static void add(struct announcer *a, int dir, const struct sync_event *e)
{
	struct view_attr attr;
	int r;

	if (view_tree_lookup(a->f->tree, e->parent, e->name, &attr) < 0 || attr.kind == STORE_NODE_GHOST)
		return; /* gone again */
	reply_forget_entry(a->f, e->parent, e->name); /* somebody may have looked already */
	set_what(a, ADDING, e);
	r = view_attr_is_dir(&attr) ? mkdirat(dir, e->name, 0755)
				    : mknodat(dir, e->name, S_IFREG | 0644, 0);
	if (r < 0)
		log_debug("an entry was not announced error=%d", errno);
}

static void remove_entry(struct announcer *a, int dir, const struct sync_event *e)
{
	struct view_attr attr;

	if (view_tree_lookup(a->f->tree, e->parent, e->name, &attr) == 0)
		return; /* the name is in use again */
	set_what(a, REMOVING, e);
	if (unlinkat(dir, e->name, 0) < 0)
		log_debug("a removal was not announced error=%d", errno);
}

static void rename_entry(struct announcer *a, int root, int dir, const struct sync_event *e)
{
	CLEANUP(fsutil_close_p) int to = open_dir(a, root, e->to_parent);
	struct view_attr attr;

	if (to < 0 || view_tree_lookup(a->f->tree, e->to_parent, e->to_name, &attr) < 0)
		return;
	reply_forget_entry(a->f, e->to_parent, e->to_name);
	set_what(a, RENAMING, e);
	if (renameat(dir, e->name, to, e->to_name) < 0)
		log_debug("a renaming was not announced error=%d", errno);
}

/* Its time, set to what it is: a watcher hears of a modification. */
static void touch(struct announcer *a, int dir, int64_t ino)
{
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
	struct view_attr attr;
	char name[256];

	if (view_tree_attr(a->f->tree, ino, &attr) < 0 || view_tree_name(a->f->tree, ino, name) < 0)
		return;
	t[1].tv_sec = attr.mtime / 1000000000;
	t[1].tv_nsec = attr.mtime % 1000000000;
	if (utimensat(dir, name, t, AT_SYMLINK_NOFOLLOW) < 0)
		log_debug("a modification was not announced error=%d", errno);
}

/* Names come and go only where the user may change them: elsewhere the kernel would refuse us too. */
static bool may_write(struct announcer *a, int64_t dir)
{
	struct view_attr attr;

	return view_tree_attr(a->f->tree, dir, &attr) == 0 && attr.mode & 0200;
}

static void one(struct announcer *a, int root, const struct sync_event *e)
{
	CLEANUP(fsutil_close_p) int dir = open_dir(a, root, e->parent);

	if (dir < 0)
		return;
	if (e->kind == SYNC_CONTENT)
		touch(a, dir, e->ino);
	else if (!may_write(a, e->parent))
		return;
	else if (e->kind == SYNC_ENTRY_ADDED)
		add(a, dir, e);
	else if (e->kind == SYNC_ENTRY_REMOVED)
		remove_entry(a, dir, e);
	else if (e->kind == SYNC_ENTRY_RENAMED)
		rename_entry(a, root, dir, e);
	set_what(a, NOTHING, &(struct sync_event) { .parent = 0 });
}

/* So many changes of one directory that a window is quicker to read it again. */
static void many(struct announcer *a, int root, int64_t dir)
{
	CLEANUP(fsutil_close_p) int parent = -1;
	struct view_attr attr;

	if (view_tree_attr(a->f->tree, dir, &attr) < 0)
		return;
	parent = open_dir(a, root, attr.parent);
	if (parent >= 0)
		touch(a, parent, dir);
}

static size_t count_of(const struct sync_event *e, size_t n, int64_t parent)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += e[i].parent == parent;
	return count;
}

static void run_batch(struct announcer *a, const struct sync_event *e, size_t n)
{
	CLEANUP(fsutil_close_p) int root = -1;
	int64_t crowded = 0;

	if (a->off || (root = open_root(a)) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (e[i].parent == crowded)
			continue;
		if (n > MANY && count_of(e, n, e[i].parent) > MANY) {
			crowded = e[i].parent;
			many(a, root, crowded);
		} else {
			one(a, root, &e[i]);
		}
	}
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* The next; NULL: the end. */
static struct batch *take_batch(struct announcer *a)
{
	struct batch *b;

	lock_take(&a->lock);
	while (!a->first && !a->stop)
		cond_wait(&a->more, &a->lock);
	b = a->stop ? NULL : a->first;
	if (b) {
		a->first = b->next;
		if (!a->first)
			a->last = &a->first;
	}
	lock_give(&a->lock);
	return b;
}

static void *run(void *arg)
{
	struct announcer *a = arg;
	struct batch *b;

	atomic_store(&a->tid, (pid_t) syscall(SYS_gettid));
	while ((b = take_batch(a))) {
		run_batch(a, b->e, b->n);
		free_batch(b);
	}
	return NULL;
}

void announcer_put(struct announcer *a, struct sync_event *e, size_t n)
{
	struct batch *b = malloc(sizeof(*b));
	bool taken;

	lock_take(&a->lock);
	taken = b && a->running;
	if (taken) {
		*b = (struct batch) { .e = e, .n = n };
		*a->last = b;
		a->last = &b->next;
		cond_wake_all(&a->more);
	}
	lock_give(&a->lock);
	if (taken)
		return;
	free(b);
	free_events(e, n);
}

int announcer_start(struct announcer *a)
{
	sigset_t all, before;
	int r;

	if (!a->f->config.announce)
		return 0;
	sigfillset(&all); /* signals are for the thread that serves the session */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	lock_take(&a->lock);
	r = pthread_create(&a->thread, NULL, run, a);
	a->running = r == 0;
	lock_give(&a->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

void announcer_stop(struct announcer *a)
{
	bool running;

	lock_take(&a->lock);
	running = a->running;
	a->running = false;
	a->stop = true;
	cond_wake_all(&a->more);
	lock_give(&a->lock);
	if (running)
		pthread_join(a->thread, NULL);
}
