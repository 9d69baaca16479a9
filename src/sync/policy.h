#ifndef SYNC_POLICY_H
#define SYNC_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * When a list is synchronised, as pure functions of facts: no clock, no lock, no
 * store. Times are monotonic milliseconds where nothing else is said.
 */
#define POLICY_NEVER INT64_MAX

enum {
	POLICY_BATCH = 100,          /* methods that make a batch go out at once */
	POLICY_QUIET_MS = 100,       /* else this long after the last change */
	POLICY_LATEST_MS = 2000,     /* and at latest this long after the first */
	POLICY_GATHER_MS = 50,      /* graces that end within this time end together */
	POLICY_FOLDER_MS = 60000,    /* how long a process is remembered to have opened a list */
	POLICY_SCAN_MS = 2000,       /* POLICY_SCAN_LISTS lists within this time: it is scanning */
	POLICY_SCAN_LISTS = 4,
	POLICY_PROBE_MS = 30000,     /* during a back-off, an opendir tries the site so often at most */
	POLICY_RESYNC_MS = 3600000,  /* a list is read anew once in this time, unless a person asks for it */
	POLICY_CUT = 40,             /* changed rows in an answer to a token ([MS-LISTSWS] R2484) */
	POLICY_BURST_MS = 15000,     /* batches that follow each other share one pull for so long */
};

/* ---- who opens what (S3) ------------------------------------------------- */

struct policy_opens {
	struct {
		pid_t tgid;
		int64_t list;
		int64_t at;
	} v[128];
	size_t next;
};

enum {
	POLICY_SEEN = 1,     /* the process opened that list, or a folder of it, within POLICY_FOLDER_MS */
	POLICY_SCANNING = 2, /* this open is its fourth list or more within POLICY_SCAN_MS */
};

/* Notes the open and says what is known of the process. */
unsigned policy_note_open(struct policy_opens *o, pid_t tgid, int64_t list, int64_t now);

enum policy_answer {
	POLICY_CACHE,  /* from the cache, and nothing more */
	POLICY_BEHIND, /* from the cache, and the list is checked behind it */
	POLICY_WAIT,   /* check, and wait for it */
};

struct policy_open {
	bool offline;     /* Work Offline */
	bool readable;    /* false: nobody can read this list now (removed, engine stops) */
	bool folder;      /* a folder in the list, not the list itself */
	unsigned seen;    /* policy_note_open() */
	bool floored;     /* MinTimeBetweenSyncs forbids it */
	bool held;        /* the server asked to be left alone (Retry-After) */
	bool backing_off; /* failures, and changes that wait; or the login was refused */
	int64_t now;
	int64_t ended;    /* of the last successful sync; 0 never */
	int64_t probed;   /* last try of the site for an opendir during the back-off; 0 never */
	int fresh;        /* ms */
};

enum policy_answer policy_opened(const struct policy_open *o);

/* Whether a trigger may join a sync that began at `began` (0: it has not begun to read yet): for one who looks, what
 * is up to `slack` ms old is new. */
bool policy_joins(int64_t began, int64_t reason, int64_t slack);

/* ---- what is due ------------------------------------------------------------ */

/* When waiting changes are to be sent: n of them, the first and last made at these times. hurry: at once. */
int64_t policy_push_at(int64_t n, int64_t first, int64_t last, bool hurry);

/* MinTimeBetweenSyncs: wall clock ns before which no pull may begin; 0: none. A last_sync in the
 * future (the clock was set back) forbids nothing. */
int64_t policy_floor(int64_t now_ns, int64_t last_sync_ns, int min_minutes);

/* Whether the list may be read anew because the server's answer demands it. last: when it was last time, 0: never.
 * asked: a person asked for this sync. */
bool policy_may_resync(int64_t last, int64_t now, bool asked);

/*
 * Whether reading the whole list is fewer requests than asking for what changed: servers answer a token with
 * POLICY_CUT changed rows at most, and a thousand items that we made ourselves come back so. echoes: rows that
 * are known to come; items: of the whole list; page: rows of a full pull's page.
 */
bool policy_read_whole(int64_t echoes, int64_t items, int page);

/* ---- the order of work on one list ---------------------------------------- */

enum policy_step { POLICY_END, POLICY_PULL, POLICY_PUSH };

struct policy_facts {
	bool may_send, may_receive;
	bool wanted;     /* a trigger wants the list as it is now */
	bool owed;       /* something was pushed since the last pull, and the list is quiet again */
	bool unsure;     /* an answer was lost: only a pull can tell */
	bool floored;    /* MinTimeBetweenSyncs */
	bool received;   /* the list was received to its end once */
	bool pulled;     /* this run has pulled already */
	bool burst;      /* batches have gone out since the last pull, which is owed for them all */
	int64_t age;     /* since the end of the last successful sync, ms; POLICY_NEVER */
	int fresh;       /* ms */
	bool deletes;    /* the next batch holds a Delete */
	bool folders;    /* of a folder, which takes with it what others have put into it */
	bool looked;     /* nothing was sent since this run has pulled */
	int64_t to_send; /* changes that can be sent */
	bool due;        /* and their time has come */
};

/*
 * What comes next. Push, then pull; but a pull first
 *	- when an answer was lost (also against the floor),
 *	- before a batch when the list is older than `fresh`, or the batch holds a Delete, whose
 *	  version the server may ignore: then the merge sees first what others did. Once for a
 *	  burst of batches, so that a thousand changes from a loop do not cost a pull each few seconds,
 *	- right before each batch that deletes a folder (also against the floor: what others have put into it since
 *	  would be lost, and nothing else tells of it).
 */
enum policy_step policy_step(const struct policy_facts *f);

#endif
