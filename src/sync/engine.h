#ifndef SYNC_ENGINE_H
#define SYNC_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/thread.h"
#include "sync/sync.h"
#include "backoff.h"
#include "events.h"
#include "policy.h"

struct remote;
struct store;
struct transfers;
struct txn;

/*
 * The engine's own state: which lists there are, what is wanted of each, who works
 * on it. All of it can be made again from the store; none is durable. What is said to be
 * protected is so by sync->lock, which is never held over the store, the network
 * or a callback. Times are monotonic ms where nothing else is said; 0 is never.
 */
enum { SITE_WORKERS = 2, WORKER_MORE = 7 };

struct entry;

struct worker {
	struct site *site;     /* foreign; immutable */
	pthread_t thread;      /* immutable once started */
	struct remote *remote; /* owned; this thread only; NULL: to be opened */
	struct remote *more[WORKER_MORE]; /* owned; this thread and those it waits for; likewise: for documents side by side */
	atomic_int cancel;     /* of the call that runs */
	struct entry *entry;   /* foreign; protected: what it works on */
};

struct site {
	struct sync *s;        /* foreign; immutable */
	char *url;             /* owned; immutable */
	struct site *next;     /* immutable */
	struct worker workers[SITE_WORKERS];
	/* protected: */
	struct cond work;
	int n_threads;         /* workers that were started */
	struct backoff backoff;
	bool login;            /* the login was refused: nothing by itself */
	bool failed;           /* the last attempt did not reach the server */
	int64_t probed;        /* last try for an opendir during the back-off */
};

/* A registered list. */
struct entry {
	int64_t list;          /* immutable */
	struct site *site;     /* foreign; immutable */
	/* protected: */
	struct entry *next;
	struct worker *worker; /* foreign; NULL: nobody works on it */
	bool removed;          /* is freed when nobody works on it */
	enum sync_state state;
	int64_t done, total;   /* of the running step */
	int64_t received, sent, conflicts; /* since the start */
	int64_t items;         /* in the store, when counted */
	bool counted;          /* counting walks an index of a hundred thousand entries: not for each event */
	int recounts;          /* how often it became wrong */
	struct backoff backoff; /* of failures that are the list's alone */

	int64_t wanted;        /* when the newest trigger became known that no pull has answered */
	bool asked;            /* it came from a person: bypasses the back-off */
	bool no_send, no_receive; /* the request was for one direction */
	int64_t began;         /* of the running sync's pull; 0: it has not begun */
	int64_t pulled;        /* when the last successful pull began */
	int64_t ended;         /* end of the last successful sync */
	bool complete;         /* received to its end once */
	int64_t floor_ns;      /* wall clock: no pull before; 0 */
	int64_t interval;      /* of its Send/Receive group, ms; 0: it is in none */
	int64_t recommended;   /* RecommendedTimeBetweenSyncs, ms: the group's cycle is no shorter */
	int64_t cycle;         /* when the group's next pull of it is due */
	int64_t resynced;      /* when an answer last demanded that all was read anew */
	int64_t bulk;          /* MaxBulkDocumentSyncSize, bytes; 0: not known */

	int64_t queued;        /* changes that can be sent, about */
	int64_t first, last;   /* when the first and the last of them were made */
	int64_t later;         /* when the first change that waits by itself can be sent; POLICY_NEVER */
	int64_t newly;         /* the same of those that came since the journal was last read */
	bool hurry;            /* somebody waits for them: at once */
	bool owed;             /* a pull, for what was pushed */
	int64_t echoes;        /* what was pushed since the last successful pull */
	int batch;             /* most methods at once; 0: POLICY_BATCH */
	bool in_run;           /* counts for the run that was asked for */
	struct sync_waiter *waiters; /* foreign */
	struct errand *errands; /* owned; errand.h */
};

/* What was asked for, until its last list is done. */
struct run {
	bool on;
	int64_t number; /* 1 is the first since the start */
	int64_t lists, done, failed;
	int64_t begun;
	int64_t received, sent, conflicts;
};

struct sync {
	struct sync_config conf; /* immutable */
	struct transfers *transfers; /* owned; immutable; NULL: there is no cache for documents */
	struct lock lock;        /* RANK_SYNC */
	/* protected: */
	struct cond timer;       /* the scheduler sleeps here */
	struct cond quiet;       /* somebody stopped working; for sync_stop() */
	pthread_t scheduler;
	bool prepared;           /* sync_prepare() was called; of the starting thread alone */
	bool started;
	bool online;
	bool stopping;           /* only sends what waits */
	bool quit;
	int64_t timer_at;        /* until when the scheduler sleeps; 0: it is awake */
	int64_t vacancy_at;      /* when the next grace is over; POLICY_NEVER */
	struct events later;     /* to be told by the scheduler */
	struct policy_opens opens;
	struct run run;
	int64_t errands;         /* how many there were */
	struct entry *entries;   /* owned */
	struct site *sites;      /* owned; only ever grows */
	uint64_t random;
};

/* ---- engine.c: what others may do to it ------------------------------------- */

/* A local change was committed: its events and what is to be sent. */
void engine_submitted(struct sync *s, struct txn *t);

/* The scheduler looks at what is due. Needs the lock. */
void engine_wake(struct sync *s);

/* The entry, or NULL. Needs the lock. */
struct entry *engine_find(const struct sync *s, int64_t list);

/* Unlinks and frees an entry on which nobody works. Needs the lock. Returns NULL. */
struct entry *engine_drop(struct sync *s, struct entry *e);

/* The number of its items may be another one now. Needs the lock. */
void engine_uncount(struct entry *e);

/* Notes n changes of the entry that can be sent. Needs the lock. */
void engine_note_changes(struct sync *s, struct entry *e, int64_t n);

/* When the entry's changes have come to an end for now, so that a pull for all of them is not too early:
 * a monotonic time. Needs the lock. */
int64_t engine_quiet_at(const struct sync *s, const struct entry *e);

/* When a worker has something to do for the entry; POLICY_NEVER: nothing. Needs the lock. */
int64_t engine_due(const struct sync *s, const struct entry *e);

/* When the list's Send/Receive group is to trigger it (S9); POLICY_NEVER. Needs the lock. */
int64_t engine_cycle_at(const struct sync *s, const struct entry *e);

/* The list was looked at, or could not be: its group's cycle begins anew. Needs the lock. */
void engine_begin_cycle(struct entry *e, int64_t now);

/* When to look at a grace that is over at this wall clock time. */
int64_t engine_grace_at(int64_t due_ns);

/* Something of the entry changed: whoever is to act on it is woken now, or in time. Needs the lock. */
void engine_schedule(struct sync *s, struct entry *e);

/* For spreading retries. Needs the lock. */
uint32_t engine_random(struct sync *s);

/* Tells the event from the scheduler's thread. Needs the lock. */
void engine_later(struct sync *s, const struct sync_event *e);

/* Tells the list's status: an event SYNC_LIST. No lock held. */
void engine_tell_list(struct sync *s, int64_t list);

/* ---- site.c --------------------------------------------------------------------- */

struct store_list;

struct site *site_free(struct site *site);

/* Starts the site's threads as far as they are not. 0 or -errno. Needs the lock. */
MUST_CHECK int site_start(struct site *site);

/* The engine knows the list from now on, and its site. No lock held. 0 or -errno. */
MUST_CHECK int site_add_list(struct sync *s, const struct store_list *l);

/* Counts again what the list has to send. No lock held. */
MUST_CHECK int site_recount(struct sync *s, int64_t list);

/* ---- run.c: what was asked for ----------------------------------------------------- */

/* The list counts for the run, which begins if none is on. Needs the lock. */
void run_add(struct sync *s, struct entry *e);

/* The list is done, well or not, with what it did. Needs the lock. */
void run_done(struct sync *s, struct entry *e, bool failed);

/* ---- the threads --------------------------------------------------------------- */

void *worker_main(void *worker); /* worker.c */
void *timer_main(void *sync);    /* timer.c */

/* ---- waiters (wait.c) ------------------------------------------------------------- */

enum waiter_kind { WAITER_OPEN = 1, WAITER_SENT, WAITER_DOC, WAITER_ERRAND };

/* Takes out of the entry's waiters those whose wait is over; the list of them is to be given to waiter_finish()
 * without the lock. Needs the lock. */
struct sync_waiter *waiter_take(struct entry *e, bool (*over)(const struct sync_waiter *w, const void *arg),
				const void *arg);
void waiter_add(struct entry *e, struct sync_waiter *w);
void waiter_finish(struct sync_waiter *w, int r);

#endif
