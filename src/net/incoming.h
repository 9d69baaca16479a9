#ifndef NET_INCOMING_H
#define NET_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct login;
struct net_reply;
struct net_request;

enum { INCOMING_HELD = 256 * 1024 };

/*
 * The bytes of an answer as they come: which are headers of what, and whom the body is
 * for. A login that takes several steps (NTLM) has an answer for each; only the last one
 * is the request's.
 */
struct incoming {
	const struct net_request *q; /* foreign */
	struct net_reply *ret;       /* foreign */
	bool (*is_login_page)(const struct net_reply *r); /* see struct login; its body does not go to the sink */
	bool asks_first;             /* Expect was sent */
	bool began;                  /* the headers of an answer that is more than "go on" are complete */
	bool wanted;                 /* its body goes to the sink */
	int64_t header_bytes;        /* of all answers */
	int64_t body_bytes;
	char *held;    /* foreign; INCOMING_HELD bytes: the first n_held came and are not written to the sink yet */
	size_t n_held;
};

/* One line of headers, with its end. 0; -EFBIG: too many; -EAGAIN: Expect was refused (417); what the sink returned. */
MUST_CHECK int incoming_line(struct incoming *in, const char *p, size_t n);

/*
 * 0; -EFBIG: beyond q->max_body; what the sink returned. The sink need not have had them: curl hands out 16 KiB at most at a
 * time, and a sink that writes to a file is several times faster with what lies in the socket in one piece.
 */
MUST_CHECK int incoming_body(struct incoming *in, const void *p, size_t n);

/* There is nothing more for now: the sink gets what it has not had. 0; what the sink returned. */
MUST_CHECK int incoming_flush(struct incoming *in);

#endif
