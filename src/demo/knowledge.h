#ifndef DEMO_KNOWLEDGE_H
#define DEMO_KNOWLEDGE_H

#include "base/attr.h"
#include "change.h"

struct buf;
struct list;
struct xml;

/*
 * What a replica knows, [MS-XSSK] 2.1.3: here, how far it has read the change
 * log of one list. The list is the only replica, its GUID the replica's id,
 * and the number of a change the tick of its clock.
 */

/* Adds the element syncKnowledge. */
void knowledge_write(const struct token *t, struct buf *out);

/* Reads one into a token of the list: seq 0 when it knows nothing of the list. 0; -EINVAL: it is none; -ENOMEM. */
MUST_CHECK int knowledge_read(const struct xml *x, const struct list *l, struct token *ret);

#endif
