#ifndef SP_DOCS_CALL_H
#define SP_DOCS_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "net/http.h"
#include "remote/remote.h"

struct remote_doc;
struct sp;

/* One request on the URL of a document or folder. Everything foreign. */
struct docs_call {
	const char *method;
	const char *path;                 /* as remote/docs.h has paths */
	struct net_header headers[4];     /* besides those that every request has; ends at a NULL name */
	const char *body;                 /* XML; NULL: none */
	const struct net_source *source;  /* instead of body; NULL: none */
	const struct net_sink *sink;      /* gets bodies of every status but 401 and 3xx; NULL: none */
	bool changes;                     /* changes something there: a lost answer is REMOTE_LOST */
	const int *stopped;               /* a negative errno when our own side ended the call; may be NULL */
	const atomic_int *cancel;
};

/*
 * Does it. REMOTE_OK: the answer is reply, with a status of 2xx. Any other result: f says
 * why; net_reply_release() of reply is the caller's in every case.
 */
enum remote_result docs_call(struct sp *sp, const struct docs_call *c, struct net_reply *reply,
			     struct remote_fault *f);

/* Whether an answer with status 200 is somebody's web page (a sign-in form, mostly) and
 * not the document or the confirmation that was asked for. */
bool docs_call_is_page(const struct net_reply *reply);

/* What headers say of the document. ret is released before. 0 or -ENOMEM. */
MUST_CHECK int docs_call_describe(const struct net_reply *reply, struct remote_doc *ret);

/* Turns the status of a part of an answer (207) into a result and words. */
enum remote_result docs_call_refused(const struct sp *sp, int status, struct remote_fault *f);

#endif
