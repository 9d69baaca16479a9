#ifndef DEMO_SCRIPT_H
#define DEMO_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "call.h"

struct buf;

/*
 * Faults on order. An order is a line of words KEY=VALUE: some say which
 * requests it is for, the others what becomes of them; spfs-demo(1) lists
 * them. Thread-safe.
 *
 *	op=UpdateListItems count=2 status=503 retry-after=5
 *	op=GetListItemChangesSinceToken list=Tasks quirk=invalid-token
 */
struct script;

/* What a request is known by before it is carried out. */
struct script_request {
	const char *method, *path, *op, *list;
};

/* What all orders for one request together ask for. */
struct effects {
	bool any;
	int64_t delay;       /* ms before the answer */
	int64_t status;      /* answer this and do nothing; 0: none */
	int64_t retry_after; /* seconds; < 0: no header */
	int64_t cut;         /* bytes of the body after which the connection ends; < 0: all are sent */
	int64_t code;        /* SOAP fault with this errorcode; < 0: none; 0: without one */
	bool close_before;   /* no answer, nothing done */
	bool close_after;    /* done, but no answer */
	bool html;           /* a page instead of the answer, status 200 */
	char location[512];
	char body[2048];
	char type[128];
	char text[512]; /* of the fault */
	char command[1024]; /* for do_command, before the request is carried out */
	char permissions[1024];
	struct quirks quirks;
};

struct script *script_new(void); /* NULL: out of memory */
struct script *script_free(struct script *s);

/* Adds one order; an empty line and a comment are none. 0; -EINVAL with why in error; -ENOMEM. */
MUST_CHECK int script_add(struct script *s, const char *line, char error[256]);

/* Drops all orders. */
void script_clear(struct script *s);

/* The orders, each with the number of requests it met, a line each. */
void script_list(struct script *s, struct buf *out);

/* Adds up the orders that this request meets, and counts them down. */
void script_apply(struct script *s, const struct script_request *rq, struct effects *ret);

#endif
