#ifndef SYNC_UPLOAD_ONE_H
#define SYNC_UPLOAD_ONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "store/journal.h"
#include "push.h"
#include "upload.h"
#include "upload_look.h"

/* One change on its way, for the files that upload.c's header speaks of: taken there, sent by upload_send.c, and what became
 * of it is stored by upload_done.c. Of one thread at a time. */

enum { UPLOAD_TRIES_MAX = 8 };

struct upload {
	const struct push *p;       /* foreign */
	struct remote_fault *f;     /* foreign */
	struct push_result *ret;    /* foreign */
	struct upload_doc d;        /* owned; what is sent */
	struct store_change c;      /* owned; as it was taken */
	struct upload_item to_item; /* owned; that it is attached to */
	bool is_new;
	bool checks_out;            /* the library wants it, and nobody has it */
	bool sent;                  /* its bytes are on their way */
	bool stale;                 /* others have stored versions since the one that the bytes were made from */
	bool begun;                 /* of a set: a lane has it or had it */
	bool taken_there;           /* the server was asked already, and has another version than the expected one */
	bool found;                 /* its bytes were on the server already */
	bool untried;               /* given back before the server was asked */
	char *to;                   /* owned; MOVE: where to */
	char *stored;               /* owned; the server's word for what it has stored; NULL: it said none */
};

#define UPLOAD_INIT { .d = UPLOAD_DOC_INIT }

void upload_release(struct upload *u);

/* What became of it, beside the results of the remote. */
enum upload_fate {
	UPLOAD_RESULT, /* as the remote's result says */
	UPLOAD_BESIDE, /* the server has somebody else's: ours goes beside it */
	UPLOAD_AGAIN,  /* to be sent again after a pull */
};

/* Whether one request tells what becomes of it, unless it is REMOTE_CONFLICT: bytes over a version whose word is known, or of a
 * new name. */
bool upload_is_plain(const struct upload *u);

/* Of a plain one: that request. REMOTE_CONFLICT: upload_send() goes on from there. */
enum remote_result upload_put(struct upload *u);

/* All that is to be asked and sent of it; may pull the list. */
enum remote_result upload_send(struct upload *u, enum upload_fate *fate);

/* Stores what became of it. 0 or -errno; 0 too when the change or its item were given up meanwhile. */
MUST_CHECK int upload_finish(struct upload *u, enum remote_result result, enum upload_fate fate);

/* ---- upload_set.c ---- */

/* Sends n plain ones of which none waits for another, on p's connections, and stores what became of each: those that the
 * server did not get to are QUEUED again. Result and ret as upload_run()'s. */
enum remote_result upload_set_run(const struct push *p, struct upload *v, size_t n, struct push_result *ret,
				  struct remote_fault *f);

/* ---- upload.c ---- */

/* Sends what was taken, and stores what became of it. As upload_run(). */
enum remote_result upload_one_run(struct upload *u, struct push_result *ret);

/* What a result of a document's means for its list: what concerns it alone ends with it. r < 0: it could not be stored. */
enum remote_result upload_for_the_list(enum remote_result result, int r, struct remote_fault *f);

#endif
