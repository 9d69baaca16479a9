#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/item.h"
#include "model/list.h"

struct buf;
struct remote_factory;
struct store;
struct store_blobs;
struct store_list;
struct values;
struct sync_doc;

/*
 * The sync engine: decides when a list is synchronised (S1 to S10), pulls,
 * pushes, merges, and says what changed. Knows the store and a struct remote; not
 * SharePoint's wire, not FUSE, not how an item looks.
 *
 * Threads: two list workers per site and one scheduler, all asleep on conditions
 * without a deadline while nothing is due. Only workers call the remote. All
 * functions here are thread-safe and return at once unless they say otherwise.
 * Callbacks come from the engine's threads, with no lock held and no transaction
 * open; they may call back into the engine but must not wait for it.
 */
struct sync;

/* How an item becomes a file: what view knows and sync must not (MS-free). */
struct sync_present {
	/* As view_name_make: 0, 1 (must carry the id), -errno. */
	int (*name)(void *arg, const struct list *l, const struct item *i, bool with_id, char out[256]);
	/* The file of an item of the store, as it is or was; called inside a transaction. 0 or -errno. */
	int (*render)(void *arg, const struct store_list *l, int64_t item, const struct item *i, struct buf *out);
	/* Whether a file keeps the name under which a program made it, until what names come from changes. NULL: none. */
	bool (*keeps_names)(void *arg, const struct list *l);
	/* Whether the list has items that are shown in the files of others. NULL: none has, and the next two are not called. */
	bool (*has_parts)(void *arg, const struct list *l);
	/* The ID of the item in whose file this one is shown; 0: it has its own. *ret_hidden: it has none when that is not
	 * there. */
	int64_t (*master)(void *arg, const struct list *l, const struct item *i, bool *ret_hidden);
	/* A new part of that item's file: sets what tells the server of which item. 0 or -errno. */
	int (*link)(void *arg, const struct list *l, const struct item *master, struct values *fields);
	void *arg; /* foreign */
};

/* What changed in the store, after its commit, for the kernel's caches and for watchers. */
enum sync_event_kind {
	SYNC_ENTRY_ADDED,   /* parent, name, ino */
	SYNC_ENTRY_REMOVED, /* parent, name, ino (the inode it had) */
	SYNC_ENTRY_RENAMED, /* parent, name: the old slot; to_parent, to_name; ino */
	SYNC_CONTENT,       /* ino: bytes or size changed (same inode) */
	SYNC_ATTR,          /* ino: only attributes */
	SYNC_LIST,          /* list: its status changed (see sync_status) */
	SYNC_RUN_END,       /* the last list of a requested run is done; run: which; `text`: one summary line */
	SYNC_CONFLICT,      /* list, text: the file in conflicts/ and why */
	SYNC_REFUSED,       /* list, item's name in `name`, text: the server's reason */
	SYNC_LOGIN,         /* text: login needed or refused, for which site */
};

struct sync_event {
	enum sync_event_kind kind;
	int64_t list; /* 0: none */
	int64_t ino;
	int64_t parent;
	int64_t run;  /* its number */
	const char *name;
	int64_t to_parent;
	const char *to_name;
	const char *text;
};

struct sync_hooks {
	void (*event)(void *arg, const struct sync_event *e);
	/* Whether somebody has the inode open: then a new version gets a new inode number.
	 * Called inside a store transaction; may take RANK_FS locks? No: RANK_FS is below RANK_STORE,
	 * so the answer must come without locks (an atomic set or a lock of RANK_LEAF). */
	bool (*is_open)(void *arg, int64_t ino);
	/* Turns the OPEN text that a killed run left in a node into a save or a draft, as its release would have;
	 * called once per text, from sync_start(), before any sync. 0 or -errno (logged; the text stays). */
	int (*recover)(void *arg, int64_t ino);
	void *arg; /* foreign */
};

struct sync_config {
	struct store *store;                   /* foreign */
	const struct remote_factory *remotes;  /* foreign */
	const struct sync_present *present;    /* foreign */
	const struct sync_hooks *hooks;        /* foreign */
	struct store_blobs *blobs;             /* foreign; contents of documents; NULL: they cannot be read */
	int fresh_ms;      /* default 3000 */
	int wait_ms;       /* default 3000: longest wait of an opendir */
	int first_wait_ms; /* default 20000: the same for a list never received */
	int grace_ms;      /* default 2000: delete grace and return of a moved item */
	int stall_ms;      /* default 30000: longest wait of a document's reader without a byte */
	int64_t far_bytes; /* default 1 MiB: who reads so far ahead of what has come of a document gets these bytes alone */
	int uploads;       /* default 4: connections on which a list's documents are sent at the same time; 8 at most */
	int page_rows;     /* default 2000: rowLimit of a first sync */
	bool offline;      /* start in Work Offline */
	const char *agent; /* foreign; 32 hexadecimal digits by which other clients know our edits; NULL: none are left */
};

/* Fills in the defaults. */
void sync_config_init(struct sync_config *c);

/* No thread is started; store and lists must stay. 0, -ENOMEM. */
MUST_CHECK int sync_new(const struct sync_config *c, struct sync **ret);

/*
 * What a start finds: open texts of a killed run become changes (through hooks.recover), kept texts give way to
 * their rendering. Changes bytes and sizes of files and tells nobody, so whoever mounts calls it before anybody can
 * look. Once; sync_start() does it when it was not called. 0 or -errno.
 */
MUST_CHECK int sync_prepare(struct sync *s);

/*
 * Starts the threads, makes open texts of a killed run into changes (through
 * sync_submit_recover), and begins S1: every registered list. 0 or -errno of pthread_create.
 */
MUST_CHECK int sync_start(struct sync *s);

/* Ends the threads: tries for up to send_ms to send what is waiting, then cancels. */
void sync_stop(struct sync *s, int send_ms);

/* After sync_stop (or without sync_start). NULL allowed; returns NULL. */
struct sync *sync_free(struct sync *s);

/* ---- triggers ---------------------------------------------------------- */

/* One that waits for a sync to end. Embedded in the caller's request. */
struct sync_waiter {
	void (*done)(struct sync_waiter *w, int r); /* foreign; called once, w is the caller's again */
	struct sync_waiter *next; /* the engine's, while it waits */
	int64_t list;             /* the engine's */
	int64_t deadline;         /* the engine's, monotonic ms */
	int64_t since;            /* the engine's: what began after it answers, monotonic ms */
	int kind;                 /* the engine's */
	struct sync_doc *doc;     /* the engine's: whose bytes from `begin` to `end` it waits for */
	int64_t begin, end;
};

/*
 * S3: a list's directory (folder false) or a folder in it was opened by process `tgid`. 0: answer now from the cache. 1: w->done
 * will be called, at the latest after the wait of the design, unless sync_cancel(w) returns true.
 */
MUST_CHECK int sync_open_list(struct sync *s, int64_t list, bool folder, pid_t tgid, struct sync_waiter *w);

/* True: done was not and will not be called. */
bool sync_cancel(struct sync *s, struct sync_waiter *w);

enum sync_what { SYNC_ALL, SYNC_SEND, SYNC_RECEIVE, SYNC_RETRY };

/* S2, S5: list 0 means every list. Joins what runs. -ENETDOWN: Work Offline is on. -ENOENT: no such list. */
MUST_CHECK int sync_request(struct sync *s, enum sync_what what, int64_t list);

/* The same of several lists, as one run; those that are no lists any more are passed over. */
MUST_CHECK int sync_request_lists(struct sync *s, enum sync_what what, const int64_t *lists, size_t n);

/*
 * S9: the list is pulled by itself so long after the end of its last pull; no sooner than the server recommends
 * (RecommendedTimeBetweenSyncs) and allows. 0: never, as before the first call. Without such a list no thread ever
 * wakes for it. An unknown list is none.
 */
void sync_set_interval(struct sync *s, int64_t list, int interval_ms);

/* The configuration makes the list read-only here, or does so no more. Durable. 0 or -errno; -ENOENT. */
MUST_CHECK int sync_set_read_only(struct sync *s, int64_t list, bool on);

/* Stops what runs, at the next chance. Unsent changes stay. */
void sync_idle(struct sync *s);

/* S4: the journal, a vacancy or a text of this list changed; call after the commit. */
void sync_kick(struct sync *s, int64_t list);

/*
 * Calls w->done when the list has no change left that can be sent now, or the last
 * attempt failed (r: 0 or -EIO, -ENETDOWN, -EACCES); deadline ms from now, then r is -ETIMEDOUT.
 * 0: nothing to wait for; 1: done will be called.
 */
MUST_CHECK int sync_wait_sent(struct sync *s, int64_t list, int timeout_ms, struct sync_waiter *w);

/* A list was registered while running. 1: its first sync begins, as a run whose end is told; 0: it does not yet (Work
 * Offline: it is received when that ends). -errno */
MUST_CHECK int sync_list_added(struct sync *s, int64_t list);

/* A list was removed while running. */
void sync_list_removed(struct sync *s, int64_t list);

void sync_set_online(struct sync *s, bool online);

/* ---- status (S10) -------------------------------------------------------- */

enum sync_state { SYNC_IDLE, SYNC_QUEUED, SYNC_RECEIVING, SYNC_SENDING };

struct sync_list_status {
	int64_t list;
	const char *name;      /* the directory's */
	const char *title;     /* on the server */
	const char *site;
	enum sync_state state;
	int64_t items;         /* in the cache */
	int64_t done, total;   /* of the running step; total 0: not known. Receiving: items; sending: bytes of a document */
	int64_t received, sent, conflicts; /* since mount */
	int64_t to_send; /* journal rows, and removals whose grace is not over */
	int64_t refused; /* journal rows */
	int64_t last_sync;     /* wall clock ns, 0 never */
	int64_t not_before;    /* wall clock ns before which the server forbids a pull; 0: none */
	int min_minutes, recommended_seconds;
	int interval_ms;       /* of its Send/Receive group; 0: it is in none */
	int64_t next_cycle;    /* wall clock ns of the group's next pull; 0: none is due by itself */
	const char *read_only; /* why nothing can be changed in the list; NULL: it can */
	const char *list_state; /* "new", "ok", "gone", "forbidden" */
	const char *error;     /* NULL: the last sync went well */
};

struct sync_status {
	bool online;         /* false: Work Offline */
	bool reachable;      /* false: the last attempt at some site failed */
	bool running;        /* some list is queued, receiving or sending, or is about to be received after what was sent */
	int64_t run;         /* number of the last requested run that began; 0: none has */
	int64_t lists, lists_done; /* of the running request */
	int64_t backoff_until; /* wall clock ns of the next try by itself; 0: none */
};

/* The lists in order of names; strings are valid during the call. Blocks no worker. */
MUST_CHECK int sync_status(struct sync *s, struct sync_status *ret,
			   int (*fn)(void *arg, const struct sync_list_status *l), void *arg);

/* One list only: cheap enough for every event of it. -ENOENT; else 0 or fn's negative return. */
MUST_CHECK int sync_status_list(struct sync *s, int64_t list, int (*fn)(void *arg, const struct sync_list_status *l),
				void *arg);

/* The store the engine works on; for sync's other headers. */
struct store *sync_store(struct sync *s);

#endif
