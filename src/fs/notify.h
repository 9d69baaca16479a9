#ifndef FS_NOTIFY_H
#define FS_NOTIFY_H

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

#endif
