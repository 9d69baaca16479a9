#ifndef DEMO_SERVER_H
#define DEMO_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/thread.h"
#include "davlock.h"
#include "habit.h"
#include "http.h"
#include "login.h"
#include "model.h"

struct db;
struct heap;
struct opts;
struct reqlog;
struct script;

/* The server: everything there is one of. */
struct server {
	const struct opts *opts; /* foreign; immutable, like the next two */
	struct script *script;   /* owned; has a lock of its own */
	struct reqlog *log;      /* owned; has a lock of its own */
	struct heap *heap;       /* owned; has a lock of its own */
	struct logins logins;    /* owned; has a lock of its own */
	struct lock lock;
	/* protected by lock */
	struct db *db; /* owned */
	struct habits habits;
	struct davlocks locks; /* owned */
	struct model model;
	int threshold;
	struct lock idle;
	struct cond wake; /* when stopping becomes true */
	/* protected by idle */
	int64_t latency; /* ms */
	bool stopping;
};

/* Opens the state, makes sites and samples when there are none, reads the script. 0 or -errno, with what is
 * wrong said on stderr. */
MUST_CHECK int server_open(struct server *s, const struct opts *o);
void server_close(struct server *s);

/* Handles one request: an http_handler, arg is the server. */
void server_handle(void *arg, const struct http_request *rq, struct http_reply *rp);

/* Documents go to the heap as they come; arg is the server. */
extern const struct http_spool server_spool;

/* Ends every wait, now and later. Safe in any thread. */
void server_stop(struct server *s);

/* Waits so many milliseconds, or until the server stops: false. */
bool server_wait(struct server *s, int64_t ms);

/* The URLs below /_demo/. */
void admin_handle(struct server *s, const struct http_request *rq, struct http_reply *rp);

/*
 * Carries out one command that changes the site, as another user would:
 * "update Tasks 3 Title=x"; spfs-demo(1) lists them. Takes the lock. 0;
 * -EINVAL with why in error; -errno.
 */
MUST_CHECK int do_command(struct server *s, const char *line, char error[256]);

#endif
