#ifndef SYNC_TRANSFER_H
#define SYNC_TRANSFER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/thread.h"
#include "remote/remote.h"
#include "sync/docs.h"
#include "engine.h"

/*
 * Fetching of documents: what is wanted, who works on it, who waits for it.
 *
 *	IDLE --want--> QUEUED --a thread--> RUNNING --all came--> STORING --> HERE
 *	  ^                                    |
 *	  +------------- failed ---------------+     (what came stays, the next want goes on from there)
 *
 * Invariants: (1) bytes before `have` never change, and fd is set once. (2) A document is in the table while
 * somebody has it open, and while a thread stores it, so that whoever opens it then does not
 * fetch it again, and while a part of it is fetched. (3) What is said to be protected is so by transfers->lock, under which nothing
 * is called. (4) bytes that somebody was told of are never followed by those of another version.
 */
enum { TRANSFER_THREADS = 5, TRANSFER_BUCKETS = 256 };

enum part_state { PART_NONE, PART_QUEUED, PART_RUNNING };

enum doc_state { DOC_IDLE, DOC_QUEUED, DOC_RUNNING, DOC_STORING, DOC_HERE };

struct transfer_site;
struct part;

struct sync_doc {
	struct transfers *all; /* foreign; immutable, and so are the next */
	int64_t list, item, version;
	char *file;            /* owned; in unsent/: bytes that the server has not; NULL: those of the version */
	int64_t listed;        /* bytes, as the list says */
	/* protected: */
	struct sync_doc *next; /* in the table */
	bool listed_in_table;
	int users;             /* who has it open */
	int refs;              /* the users, and the thread that works on it */
	enum doc_state state;
	int fd;                /* owned; -1: nothing came yet */
	char *temp;            /* owned; path of fd while it is not the cache's; the working thread's once it is set */
	char *etag;            /* owned; of the bytes that came */
	int64_t have;          /* bytes from the start that came */
	int64_t total;         /* of all; -1: not known */
	bool told;             /* invariant 4 */
	bool size_only;        /* RUNNING: nobody wanted bytes when it began; the working thread's */
	int64_t moved;         /* monotonic ms: when the fetch began or the last byte came */
	struct transfer_site *site; /* foreign; where it is queued or fetched */
	struct transfer *by;   /* foreign; RUNNING */
	struct sync_doc *later; /* behind it in the queue */
	/* Bytes behind `have` (transfer_part.c), fetched beside whatever state it is in. */
	enum part_state part;
	bool whole_only;       /* no parts of it any more */
	struct part *parts;    /* owned; what came, n_parts of them; NULL: none yet */
	size_t n_parts;
	int64_t part_from, part_to; /* what is fetched */
	struct transfer *part_by;   /* foreign; PART_RUNNING */
	struct sync_doc *part_later; /* behind it in that queue */
	struct sync_waiter *waiters; /* foreign */
	enum { AHEAD_NOT, AHEAD_QUEUED, AHEAD_RUNNING } ahead; /* not NOT: one of the users is transfer_ahead.c */
	struct sync_doc *ahead_later; /* behind it in that queue */
};

struct transfer {
	struct transfer_site *site; /* foreign; immutable */
	pthread_t thread;
	struct remote *remote;      /* owned; this thread only; NULL: to be opened */
	atomic_int cancel;          /* of the call that runs */
};

struct transfer_site {
	struct transfers *all;      /* foreign; immutable */
	const struct site *site;    /* foreign; immutable */
	struct transfer_site *next; /* immutable */
	struct transfer threads[TRANSFER_THREADS];
	/* protected: */
	struct cond work;
	int n_threads, n_asleep;
	bool ranges;                /* its host has shown that it gives parts */
	struct sync_doc *parts;     /* queue of those that a part is wanted of */
	struct sync_doc *first;     /* queue */
	struct sync_doc **last;
	struct sync_doc *ahead_first; /* what is fetched when nobody waits; IDLE, unless somebody came to want it */
	struct sync_doc **ahead_last;
	int64_t ahead_bytes;        /* of what is queued and fetched so */
	int n_ahead;                /* threads that do */
	struct pinned_item *pins;   /* owned; documents that are to be here (pin.c), the last one first */
	size_t n_pins, cap_pins;
	int64_t moved;              /* monotonic ms: the last byte of any document */
	int64_t not_before;         /* monotonic ms; 0 */
	int why;                    /* the errno until then */
};

struct transfers {
	struct sync *s; /* foreign; immutable */
	struct lock lock; /* RANK_LEAF; the rest */
	struct sync_doc *docs[TRANSFER_BUCKETS];
	struct transfer_site *sites; /* owned; only ever grows */
	struct cond watch;
	pthread_t watcher;
	bool watched;   /* there is a watcher */
	bool asleep;    /* it sleeps until somebody waits */
	bool quit;
};

struct transfers *transfers_new(struct sync *s); /* NULL: out of memory */
struct transfers *transfers_free(struct transfers *t);

/* Ends the threads; who waits is answered. NULL allowed. */
void transfers_stop(struct transfers *t);

/* Ends what runs and waits; who waits hears r. NULL allowed. */
void transfers_cancel(struct transfers *t, int r);

/* For sync_cancel(). */
bool transfers_unwait(struct transfers *t, struct sync_waiter *w);

/* ---- transfer.c, for the threads; need the lock ---- */

/* Takes out whoever got what he waits for. */
struct sync_waiter *transfer_take_ready(struct sync_doc *d);
struct sync_waiter *transfer_take_all(struct sync_doc *d);

/* Puts it behind what waits already. */
void transfer_enqueue(struct transfer_site *ts, struct sync_doc *d);

/* The site of the document's list, when it may be asked: 0 or as sync_doc_want(). No lock held. */
MUST_CHECK int transfer_find_site(struct sync *s, int64_t list, const struct site **ret);

/* What there is for the site; NULL: out of memory. */
struct transfer_site *transfer_site_of(struct transfers *t, const struct site *site);

/* A thread looks at the queues. 0 or -errno: there is none. */
MUST_CHECK int transfer_wake_thread(struct transfer_site *ts);

/* One user less. */
void transfer_close(struct sync_doc *d);

/* One reference less; the last one frees. */
void transfer_unref(struct sync_doc *d);

/* Whether somebody has contents of the item open; for store_blob_use. No lock held. */
bool transfer_in_use(void *transfers, int64_t item);

/* ---- transfer_part.c; need the lock ---- */

/* Whether all of these bytes came as parts. */
bool part_has(const struct sync_doc *d, int64_t from, int64_t to);

/* Whether who wants bytes from `begin` on is better served by a part. */
bool part_is_far(const struct sync_doc *d, const struct transfer_site *ts, int64_t begin);

/* Queues it when somebody waits for a part. The caller wakes a thread. */
void part_enqueue(struct transfer_site *ts, struct sync_doc *d);

/* Nobody wants parts of it any more. */
void part_give_up(struct sync_doc *d);

/* The next that a part is to be fetched of; NULL: none. */
struct sync_doc *part_take(struct transfer_site *ts);

/* Fetches that part. Gives the lock back in between. */
void part_run(struct transfer *t, struct sync_doc *d);

/* The host has answered t: whether it gives parts, and who has waited for one. */
void part_learn(struct transfer *t, struct sync_doc *d);

/* ---- transfer_ahead.c; need the lock ---- */

/* The next document that nobody waits for; NULL: none, or enough threads fetch such. */
struct sync_doc *ahead_take(struct transfer_site *ts);

/* The fetch is over; r < 0: in vain, and the others are not tried. */
void ahead_done(struct sync_doc *d, int r);

void ahead_flush(struct transfer_site *ts);

/* Puts a pinned document that is not here into the queue, when there is nothing else in it. Gives the lock back in
 * between. false: there is none, or no thread for it. */
bool ahead_refill(struct transfer_site *ts);

/* ---- pin.c; no lock held ---- */

struct pinned_item {
	int64_t list, item;
};

/* The list was pulled: what is pinned and not here is fetched. */
void pins_fetch(struct sync *s, int64_t list);

/* The document came: it stays when it is pinned. */
void pins_keep(struct sync *s, int64_t item);

/* ---- the threads ---- */

void *transfer_main(void *transfer);         /* transfer_run.c */
void *transfer_watch_main(void *transfers);  /* transfer_watch.c */

/* ---- transfer_fetch.c: one fetch, without the lock ---- */

/* Fetches what is missing of d. 0 or as sync_doc_want(). */
MUST_CHECK int transfer_fetch(struct transfer *t, struct sync_doc *d, struct remote_fault *f);

/* Its parts, for transfer_part.c: the file for the bytes; bytes into it; what is known of its length; the way there. */
MUST_CHECK int transfer_open_temp(struct sync_doc *d);
MUST_CHECK int transfer_write(const struct sync_doc *d, const char *p, size_t n, int64_t at);
void transfer_learn_size(const struct sync_doc *d, int64_t size);
MUST_CHECK int transfer_open_remote(struct transfer *t, struct remote_fault *f);
MUST_CHECK int transfer_path(const struct sync_doc *d, char **ret);

/* All bytes came: they become the cache's. What fails costs another fetch one day. */
void transfer_store(struct transfer *t, struct sync_doc *d);

#endif
