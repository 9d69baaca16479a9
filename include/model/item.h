#ifndef MODEL_ITEM_H
#define MODEL_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/values.h"

struct buf;

/*
 * One row of a list as the server has it (z:row). The service fields that every
 * layer needs are taken out of the values once, by whoever reads the row.
 */
struct item {
	int64_t id;       /* ows_ID, > 0; 0: not on the server yet */
	int64_t version;  /* owshiddenversion */
	char *unique_id;  /* owned; "{GUID}" or NULL */
	char *path;       /* owned; FileRef without "id;#" and without leading slash; NULL when not known */
	char *replication_id; /* owned; "{GUID}" upper case, or NULL */
	bool folder;      /* FSObjType 1 */
	uint64_t perm;    /* PermMask; PERM_FULL when not sent */
	int64_t created;  /* seconds since 1970 */
	int64_t modified; /* seconds since 1970 */
	int64_t size;     /* of a document, bytes; -1 otherwise */
	int64_t owner;    /* of an attachment: local id of the item that has it; then it is no row of the server's. 0: none */
	struct values values; /* all fields of the row, the service fields too */
};

#define ITEM_INIT { .size = -1, .perm = 0x7fffffffffffffffull }

void item_release(struct item *i);
static inline void item_release_p(struct item *i)
{
	item_release(i);
}

/* Fills everything but `values` from i->values. 0, -ENOMEM, -EINVAL: no ID. */
MUST_CHECK int item_from_values(struct item *i);

/*
 * Adds the Message-ID under which a post of a discussion is sent that has this ReplicationID; a row whose MessageId it is and
 * that has no ReplicationID has that one. 0, or buf_error().
 */
MUST_CHECK int item_post_id(const char *replication_id, struct buf *out);

/* The last part of a path: what follows the last '/'. Never NULL. */
const char *item_leaf(const char *path);

#endif
