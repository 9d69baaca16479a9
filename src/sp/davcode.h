#ifndef SP_DAVCODE_H
#define SP_DAVCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "remote/remote.h"

struct buf;
struct net_reply;

/* What the numbers of a server mean when they are about one document: two tables, and nothing else decides. */

struct davcode {
	uint32_t code;
	enum remote_result result;
	int error;         /* for f->err.code, as remote/docs.h lists them */
	const char *words; /* for people; what to do */
};

/* Of X-MSDAVEXT_Error ([MS-WDV] 2.2.3) or of a SOAP fault about a document. NULL: not known. */
const struct davcode *davcode_find(uint32_t code);

struct davstatus {
	int from, to; /* HTTP status codes */
	enum remote_result result;
	int error;
	bool maybe_done; /* the request may have been carried out all the same */
	const char *words;
};

/* For an answer without such a number in it. Never NULL. */
const struct davstatus *davcode_status(int status);

/*
 * Reads X-MSDAVEXT_Error: its number, and its text decoded, up to about 600 bytes. False:
 * the answer has none, or one without a number.
 */
bool davcode_read(const struct net_reply *reply, uint32_t *ret_code, struct buf *ret_text);

/*
 * Whether an answer is about the document although its status is 401: SharePoint sends that too when
 * somebody else has checked it out ([MS-WDV] 4.2). For net_request.is_answer.
 */
bool davcode_is_answer(const struct net_reply *reply);

/* A call of Lists.asmx about one document or attachment ended with r: what that means for the one document. */
enum remote_result davcode_settle(enum remote_result r, struct remote_fault *f);

#endif
