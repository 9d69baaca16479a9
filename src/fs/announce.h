#ifndef FS_ANNOUNCE_H
#define FS_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "state.h"
#include "sync/sync.h"

/*
 * Changes from the server, done again through our own mount, because that alone
 * makes inotify speak: FUSE notifications tell a watcher of a directory nothing, and a
 * file manager's open window would keep showing a deleted file.
 *
 * Invariants: (1) the change is in the store before it is announced, and our handlers, asked by the
 * announcing thread, change nothing. (2) Nothing that a handler waits for waits for an
 * announcement: it may wait itself for the lock of a file whose fsync waits for the server. So it
 * has a thread of its own. (3) Never by a path whose root was not seen to be our mount in this
 * batch: after a lazy unmount the same path is the directory below, with the user's own files. (4)
 * The root is not held open between batches, or unmounting would fail.
 */
struct announcer;

struct announcer *announcer_new(struct fs *f); /* NULL: out of memory */
struct announcer *announcer_free(struct announcer *a);

/* Somebody shows this directory: changes in it are announced. */
void announcer_opened(struct announcer *a, int64_t dir);

/* Whether changes in the directory are announced. */
bool announcer_wants(struct announcer *a, int64_t dir);

/* 0 or -errno of pthread_create; then nothing is announced. */
MUST_CHECK int announcer_start(struct announcer *a);

/* Forgets what waits and ends the thread. */
void announcer_stop(struct announcer *a);

/* ENTRY_ADDED, _REMOVED, _RENAMED, CONTENT, in the order in which they came; e and its strings are
 * the announcer's now. */
void announcer_put(struct announcer *a, struct sync_event *e, size_t n);

/* ---- for the handlers ---- */

/* Whether the request comes from the announcing thread. */
bool announce_is_ours(const struct fs *f, const struct caller *c);

/* It has reached us, so the path leads to our mount. */
void announce_seen(struct fs *f);

/* What a name is while its change is announced: missing before it is made, there before it is removed.
 * -ENOSYS: it is about another name. */
MUST_CHECK int announce_lookup(struct fs *f, int64_t parent, const char *name, struct entry *ret);

/* mknod and mkdir of what is in the store already. */
MUST_CHECK int announce_made(struct fs *f, int64_t parent, const char *name, struct entry *ret);

#endif
