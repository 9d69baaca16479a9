#ifndef FS_NOTIFY_H
#define FS_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "state.h"

struct sync_event;

/*
 * What the kernel is to forget, and what watchers of open windows are to hear: a
 * queue and one thread, asleep while it is empty. No FUSE thread waits for it;
 * only opendir's answer goes through it, behind the changes that its sync brought.
 */

struct notify *notify_new(struct fs *f); /* NULL: out of memory */

/* The kernel has spoken to us: starts the thread. 0 or -errno. */
MUST_CHECK int notify_start(struct notify *n);

/* Works off the queue and ends the thread. */
void notify_stop(struct notify *n);
struct notify *notify_free(struct notify *n);

/* From the engine's threads. Copies what it needs. */
void notify_event(struct notify *n, const struct sync_event *e);

/* From our own handlers: an inode's bytes, or what a name leads to, changed behind the kernel's back. */
void notify_inode(struct notify *n, int64_t ino);
void notify_name(struct notify *n, int64_t parent, const char *name);

/* fn(arg, r) after all that was queued before; at once (in the caller's thread) when no thread runs. */
void notify_call(struct notify *n, void (*fn)(void *arg, int r), void *arg, int r);

/* Somebody shows this directory: changes in it are announced. */
void notify_opened(struct notify *n, int64_t dir);

/* ---- announce.c: changes done again through our own mount, for inotify ---- */

/*
 * Whether the request comes from the announcing thread. Then the change is in the
 * store already: the handlers ask the functions below and change nothing.
 */
bool announce_is_ours(const struct fs *f, const struct caller *c);
void announce_seen(struct fs *f); /* it has reached us, so the path leads to our mount */

/* -ENOSYS: not about what is being announced, do as for others. */
MUST_CHECK int announce_lookup(struct fs *f, int64_t parent, const char *name, struct entry *ret);
MUST_CHECK int announce_made(struct fs *f, int64_t parent, const char *name, struct entry *ret);

#endif
