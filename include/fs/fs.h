#ifndef FS_FS_H
#define FS_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct ctl_host;
struct store;
struct sync;
struct sync_event;
struct values;

/*
 * The kernel's side: a libfuse low-level session over the store's nodes. No FUSE
 * thread ever waits for the network: what cannot be answered at once keeps its
 * request and is answered by the thread that finished the work, by the deadline,
 * or by the interrupt.
 */
struct fs;
struct view_forms;

struct fs_config {
	struct store *store;         /* foreign */
	struct sync *sync;           /* foreign; may be set later with fs_set_sync(), before fs_loop */
	const struct ctl_host *ctl;  /* foreign */
	const char *mountpoint;      /* absolute; valid during fs_mount */
	const char *fsname;          /* source shown in mount tables */
	const char *fuse_options;    /* further "-o" text for libfuse ("allow_other,ro"), or NULL */
	bool xattr;                  /* false: ENOSYS to all of them */
	bool announce;               /* server changes are done through our own mount, for inotify */
	bool fsync_server;           /* fsync waits for the server's answer */
	bool read_only;
	bool debug;                  /* libfuse's own */
	const char *crawlers;        /* names of programs, blanks between: their opendir asks no server; foreign; NULL: none */
	int fresh_tree_ms;           /* unused by fs itself: 0 */
	/* Takes the mount away, for a process that may not do it by itself; NULL: that is not so. 0 or -errno. */
	int (*unmount)(void *arg);
	void *unmount_arg;           /* foreign */
	void (*ready)(void *arg);    /* once, when the kernel has spoken to us (INIT) */
	void *arg;                   /* foreign */
};

/* Creates what fs_event and fs_is_open need; mounts nothing yet. 0, -ENOMEM. */
MUST_CHECK int fs_new(const struct fs_config *c, struct fs **ret);
void fs_set_sync(struct fs *f, struct sync *s);

/* Mounts (fuse_session_new, fuse_session_mount). 0 or -errno with err. */
MUST_CHECK int fs_mount(struct fs *f, struct err *err);

/* Serves until unmounted or ended; the mount is gone when it returns, and fs_event() does nothing more. 0: unmounted; > 0: the signal that ended it; -errno. */
MUST_CHECK int fs_loop(struct fs *f);

/* Ends fs_loop from a signal handler or another thread. */
void fs_exit(struct fs *f);

/* Unmounts if still mounted, frees. NULL allowed; returns NULL. */
struct fs *fs_free(struct fs *f);

/* Renders the files, for sync_present. */
struct view_forms *fs_forms(const struct fs *f);

/* Tells the kernel what to forget, and announces. For sync_hooks.event; never called from a FUSE thread. */
void fs_event(struct fs *f, const struct sync_event *e);

/* For sync_hooks.is_open: takes no lock of a rank below RANK_LEAF. */
bool fs_is_open(struct fs *f, int64_t ino);

/*
 * For sync_hooks.recover: the text that a killed run had flushed and not released becomes a save or a
 * draft, as its release would have made it. Works before fs_mount. 0 or -errno.
 */
MUST_CHECK int fs_recover(struct fs *f, int64_t ino);

/* A text out of conflicts/ that the user wants to be the item's. All of it is foreign. */
struct fs_resolution {
	int64_t list;
	int64_t item;              /* local id; 0: a new item is made */
	int64_t dir;               /* where: inode of the directory */
	const char *name;          /* under which name, or one like it */
	const struct values *base; /* what the text was made from; NULL: not known, it is all that it says */
	const char *text;
	size_t n;
	bool merged;               /* fields that others changed since `base` are a conflict again; else the text wins */
};

/*
 * Reads the text and submits what it changes, as a save of the item's file would. Works before fs_mount. Waits for the disk, for
 * no server. 0; -EINVAL with err: not a text of the list; -EBUSY with err: the file has an unsaved text; -ENOENT: the
 * item is gone; else as sync_submit_save() and sync_submit_make().
 */
MUST_CHECK int fs_resolve(struct fs *f, const struct fs_resolution *r, struct err *err);

/* Only reads it: the values that the text means, laid over `base` (NULL: over what stands now; over nothing when
 * item is 0). ret is empty. 0; -EINVAL with err; -ENOENT. */
MUST_CHECK int fs_resolve_read(struct fs *f, const struct fs_resolution *r, struct values *ret, struct err *err);

#endif
