#ifndef NET_OUTGOING_H
#define NET_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

struct net_source;

/* A body that is read while it is sent: where it is read next, and what its owner was told. */
struct outgoing {
	const struct net_source *source; /* foreign; NULL: there is none */
	int64_t at;
	int64_t told;
};

/* Up to n of its bytes; 0 at its end. -EIO: it is shorter than its size; what the source returned. */
MUST_CHECK ssize_t outgoing_read(struct outgoing *o, void *p, size_t n);

/* Goes to an absolute place: a login may want the body from the start again. False: there is no such place. */
bool outgoing_seek(struct outgoing *o, int64_t at);

/* So much has left. */
void outgoing_tell(struct outgoing *o, int64_t n);

#endif
