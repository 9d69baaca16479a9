#ifndef FS_STATE_H
#define FS_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "fs/fs.h"
#include "view/tree.h"

struct aheads;
struct announcer;
struct bases;
struct control;
struct fuse_session;
struct handles;
struct loop;
struct notify;
struct openset;
struct views;
struct waits;

/* Who asked lately: finding a thread's process costs as much as all else of an open. */
enum { STATE_CALLERS = 64 };

struct known_caller {
	atomic_uint_fast64_t ids;   /* tid << 32 | tgid */
	atomic_int_fast64_t until;  /* monotonic ms; a number is not given to another thread so soon */
};

/*
 * The session and its parts. A FUSE thread may take locks in the order RANK_FS,
 * RANK_FS_NODE, then below; it holds neither while it calls sync_*(), which takes
 * RANK_SYNC to wake the engine.
 */
struct fs {
	/* immutable after fs_mount */
	struct fs_config config;
	char *mountpoint;            /* owned */
	struct fuse_session *session; /* ops.c's, and the next two */
	struct loop *loop;           /* owned; NULL: not mounted */
	atomic_bool looping;
	struct sync *sync;           /* foreign */
	uid_t uid;                   /* the mounting user, who owns every node */
	gid_t gid;
	struct view_tree *tree;      /* owned, and so are the next */
	struct handles *handles;     /* open files */
	struct openset *open;        /* their inodes, for the sync engine */
	struct bases *bases;         /* what programs have read */
	struct control *control;     /* .spfs */
	struct notify *notify;       /* what the kernel is to forget */
	struct announcer *announcer; /* what watchers of open windows are to hear */
	struct aheads *aheads;       /* who reads documents one after the other */
	struct views *views;         /* whole lists as one file */
	struct waits *waits;         /* requests that wait for the engine */

	struct known_caller callers[STATE_CALLERS];

	/* Counts changes of what directories hold: a listing whose count is old asks again. */
	atomic_uint_fast64_t changes;
};

/* Who asks. */
struct caller {
	pid_t tid;  /* of the thread, as FUSE tells it */
};

/* The process of a thread; tid itself when that cannot be found out. */
pid_t caller_tgid(struct fs *f, pid_t tid);

/* An answer to lookup and its like. */
struct entry {
	struct stat st;  /* st_ino 0: there is no such name */
	int entry_timeout; /* seconds */
	int attr_timeout;
	bool unmeasured; /* an attachment whose length nobody has asked for: 0 stands for it */
};

enum { STATE_TIMEOUT = 3600 };

/* Inode numbers that are no nodes of the store: bits that a row number never reaches. */
#define INO_CONTROL (1ll << 61) /* .spfs and what is in it */
#define INO_ERRORS (1ll << 62)  /* | directory: its ERRORS */
#define INO_POST (1ll << 59)    /* | directory of a thread: its first post */
#define INO_GONE (1ll << 60)    /* | number: a removed file that is still to be announced */

static inline bool ino_is_control(int64_t ino)
{
	return ino & INO_CONTROL;
}

static inline bool ino_is_errors(int64_t ino)
{
	return ino & INO_ERRORS;
}

static inline bool ino_is_post(int64_t ino)
{
	return ino & INO_POST;
}

/* Frees all but the session. Returns NULL. */
struct fs *state_free(struct fs *f);

/* What a directory holds changed through us: its times, and listings that are under way. */
void state_touched(struct fs *f, int64_t dir);

#endif
