#include "notify.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "handle.h"
#include "reply.h"
#include "scratch.h"
#include "sync/submit.h"
#include "sync/sync.h"

enum note_kind { NOTE_EVENT, NOTE_INODE, NOTE_NAME, NOTE_CALL };

struct note {
	enum note_kind kind;
	struct sync_event e; /* EVENT: strings owned; INODE: ino; NAME: parent, name (owned) */
	void (*fn)(void *arg, int r); /* CALL */
	void *arg;
	int r;
	struct note *next;
};

struct notify {
	struct fs *f;      /* foreign */
	pthread_t thread;

	struct lock lock;  /* RANK_LEAF; the rest */
	struct cond more;
	struct note *first;
	struct note **last;
	bool running;
	bool stop;
};

/* One turn's work of the thread. */
struct turn {
	struct fs *f;
	int64_t dir;       /* whose times are to be forgotten; 0 */
	struct note *done; /* events that may be announced */
	size_t n;          /* of them */
};

static struct note *free_note(struct note *n)
{
	free((char *) n->e.name);
	free((char *) n->e.to_name);
	free(n);
	return NULL;
}

/* ---- the queue -------------------------------------------------------------------------- */

/* False: nobody will read it. */
static bool put(struct notify *n, struct note *note)
{
	bool taken;

	lock_take(&n->lock);
	taken = !n->stop && (n->running || note->kind != NOTE_CALL);
	if (taken) {
		note->next = NULL;
		*n->last = note;
		n->last = &note->next;
		cond_wake_all(&n->more);
	}
	lock_give(&n->lock);
	return taken;
}

static bool copy_string(const char *s, const char **ret)
{
	*ret = s ? strdup(s) : NULL;
	return *ret || !s;
}

/* Out of memory: an hour's cache tells old news until the next look. */
static void put_event(struct notify *n, enum note_kind kind, const struct sync_event *e)
{
	struct note *note = calloc(1, sizeof(*note));

	if (!note)
		return;
	note->kind = kind;
	note->e = *e;
	note->e.text = note->e.to_name = NULL;
	if (!copy_string(e->name, &note->e.name) || !copy_string(e->to_name, &note->e.to_name) ||
	    !put(n, note))
		free_note(note);
}

void notify_event(struct notify *n, const struct sync_event *e)
{
	switch (e->kind) {
	case SYNC_ENTRY_ADDED:
	case SYNC_ENTRY_REMOVED:
	case SYNC_ENTRY_RENAMED:
	case SYNC_CONTENT:
	case SYNC_ATTR:
	case SYNC_LIST:
		put_event(n, NOTE_EVENT, e);
		return;
	case SYNC_RUN_END:
	case SYNC_CONFLICT:
	case SYNC_REFUSED:
	case SYNC_LOGIN:
		return; /* for people */
	}
}

void notify_inode(struct notify *n, int64_t ino)
{
	put_event(n, NOTE_INODE, &(struct sync_event) { .ino = ino });
}

void notify_name(struct notify *n, int64_t parent, const char *name)
{
	put_event(n, NOTE_NAME, &(struct sync_event) { .parent = parent, .name = name });
}

void notify_call(struct notify *n, void (*fn)(void *arg, int r), void *arg, int r)
{
	struct note *note = calloc(1, sizeof(*note));

	if (note) {
		note->kind = NOTE_CALL;
		note->fn = fn;
		note->arg = arg;
		note->r = r;
		if (put(n, note))
			return;
	}
	free(note);
	fn(arg, r);
}

/* ---- telling the kernel --------------------------------------------------------------------- */

/* A directory's times are forgotten once for all that changed in it. */
static void dir_changed(struct turn *t, int64_t dir)
{
	if (dir == t->dir)
		return;
	if (t->dir) {
		view_tree_touched(t->f->tree, t->dir);
		reply_forget_inode(t->f, t->dir, false);
	}
	t->dir = dir;
}

/* Where the kernel may remember that a name is missing. */
static bool remembers_missing(struct fs *f, const struct sync_event *e)
{
	CLEANUP(view_list_unref_p) const struct view_list *l = NULL;

	return e->parent == STORE_ROOT_INO || view_tree_list(f->tree, e->list, &l) < 0 || l->library;
}

/* The row of a file that somebody has open stays without a name until he lets go. */
static void name_gone(struct fs *f, int64_t ino)
{
	struct node *n = handles_find(f->handles, ino);
	int r;

	if (n) {
		lock_take(&n->lock);
		n->rowless = true;
		lock_give(&n->lock);
		handles_put(f, n);
		return;
	}
	r = sync_submit_forget(f->sync, ino);
	if (r < 0)
		log_warning("could not forget a removed file ino=%lld error=%d", (long long) ino, r);
}

/* Bug: files in folders of a list kept their write bits, or did not get them, for the hour that the kernel remembers. */
static int forget_mode(void *arg, const char *name, const struct view_attr *a)
{
	struct fs *f = arg;

	(void) name;
	reply_forget_inode(f, a->ino, false);
	return a->kind == STORE_NODE_FOLDER ? view_tree_children(f->tree, a->ino, forget_mode, f) : 0;
}

/* A list's name as the kernel knows it; "" when there is no such list. */
static bool list_now(struct fs *f, int64_t id, char name[256], int64_t *ret_root)
{
	const struct view_list *l;
	bool writable;

	*name = '\0';
	if (view_tree_list(f->tree, id, &l) < 0)
		return false;
	snprintf(name, 256, "%s", l->name);
	*ret_root = l->root;
	writable = l->writable;
	view_list_unref(l);
	return writable;
}

static void list_changed(struct turn *t, int64_t id)
{
	char before[256], after[256];
	int64_t root = 0;
	bool was = list_now(t->f, id, before, &root), is;
	int r = view_tree_reload(t->f->tree, id);

	if (r < 0)
		log_warning("a list could not be read again list=%lld error=%d", (long long) id, r);
	is = list_now(t->f, id, after, &root);
	if (strcmp(before, after) != 0) {
		(void) !view_tree_reload(t->f->tree, 0); /* the root's times */
		if (*before)
			reply_forget_entry(t->f, STORE_ROOT_INO, before);
		if (*after)
			reply_forget_entry(t->f, STORE_ROOT_INO, after);
		reply_forget_inode(t->f, STORE_ROOT_INO, false);
	} else if (was != is) {
		(void) !view_tree_children(t->f->tree, root, forget_mode, t->f);
	}
	if (root)
		reply_forget_inode(t->f, root, false);
}

static void tell(struct turn *t, const struct sync_event *e)
{
	switch (e->kind) {
	case SYNC_ENTRY_ADDED:
		if (remembers_missing(t->f, e))
			reply_forget_entry(t->f, e->parent, e->name);
		dir_changed(t, e->parent);
		return;
	case SYNC_ENTRY_REMOVED:
		reply_forget_entry(t->f, e->parent, e->name);
		name_gone(t->f, e->ino);
		dir_changed(t, e->parent);
		return;
	case SYNC_ENTRY_RENAMED:
		reply_forget_entry(t->f, e->parent, e->name);
		reply_forget_entry(t->f, e->to_parent, e->to_name);
		dir_changed(t, e->parent);
		dir_changed(t, e->to_parent);
		return;
	case SYNC_CONTENT:
		reply_forget_inode(t->f, e->ino, true);
		dir_changed(t, e->parent);
		return;
	case SYNC_ATTR:
		view_tree_touched(t->f->tree, e->ino);
		reply_forget_inode(t->f, e->ino, false);
		return;
	case SYNC_LIST:
		list_changed(t, e->list);
		return;
	case SYNC_RUN_END:
	case SYNC_CONFLICT:
	case SYNC_REFUSED:
	case SYNC_LOGIN:
		return;
	}
}

static bool is_announced(const struct turn *t, const struct note *n)
{
	return n->kind == NOTE_EVENT && n->e.kind <= SYNC_CONTENT && n->e.parent &&
	       announcer_wants(t->f->announcer, n->e.parent);
}

/* Does one, and keeps it when it is to be announced. */
static void work(struct turn *t, struct note *n)
{
	switch (n->kind) {
	case NOTE_EVENT:
		tell(t, &n->e);
		break;
	case NOTE_INODE:
		reply_forget_inode(t->f, n->e.ino, true);
		break;
	case NOTE_NAME:
		reply_forget_entry(t->f, n->e.parent, n->e.name);
		break;
	case NOTE_CALL:
		dir_changed(t, 0);
		n->fn(n->arg, n->r);
		break;
	}
	if (is_announced(t, n)) {
		n->next = t->done;
		t->done = n;
		t->n++;
	} else {
		free_note(n);
	}
}

/* In the order in which they came; t->done has the latest first. */
static void announce(struct turn *t)
{
	struct sync_event *e = t->n ? calloc(t->n, sizeof(*e)) : NULL;
	size_t i = t->n;

	for (struct note *n = t->done, *next; n; n = next) {
		next = n->next;
		if (e) {
			e[--i] = n->e;
			n->e = (struct sync_event) { .name = NULL };
		}
		free_note(n);
	}
	if (e)
		announcer_put(t->f->announcer, e, t->n);
}

/* All that waits; NULL: the end. */
static struct note *take_all(struct notify *n)
{
	struct note *first;

	lock_take(&n->lock);
	while (!n->first && !n->stop)
		cond_wait(&n->more, &n->lock);
	first = n->first;
	n->first = NULL;
	n->last = &n->first;
	lock_give(&n->lock);
	return first;
}

static void *run(void *arg)
{
	struct notify *n = arg;
	struct note *note, *next;

	scratch_sweep(n->f);
	while ((note = take_all(n))) {
		struct turn t = { .f = n->f };

		for (; note; note = next) {
			next = note->next;
			work(&t, note);
		}
		dir_changed(&t, 0);
		announce(&t);
	}
	return NULL;
}

/* ---- life ---------------------------------------------------------------------------------------- */

struct notify *notify_new(struct fs *f)
{
	struct notify *n = calloc(1, sizeof(*n));

	if (n) {
		n->f = f;
		n->last = &n->first;
		lock_init(&n->lock, RANK_LEAF);
		cond_init(&n->more);
	}
	return n;
}

int notify_start(struct notify *n)
{
	sigset_t all, before;
	int r;

	sigfillset(&all); /* signals are for the thread that serves the session */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&n->thread, NULL, run, n);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	lock_take(&n->lock);
	n->running = r == 0;
	n->stop = r != 0;
	lock_give(&n->lock);
	return -r;
}

void notify_stop(struct notify *n)
{
	bool running;

	lock_take(&n->lock);
	running = n->running;
	n->running = false;
	n->stop = true;
	cond_wake_all(&n->more);
	lock_give(&n->lock);
	if (running)
		pthread_join(n->thread, NULL);
}

struct notify *notify_free(struct notify *n)
{
	struct note *next;

	if (!n)
		return NULL;
	notify_stop(n);
	for (struct note *note = n->first; note; note = next) {
		next = note->next;
		free_note(note);
	}
	cond_release(&n->more);
	lock_release(&n->lock);
	free(n);
	return NULL;
}
