#ifndef DEMO_ITEM_H
#define DEMO_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/guid.h"
#include "pairs.h"

struct db;
struct list;
struct stmt;

#define MODERATION_PENDING 2

/* One row of a list: an item, a folder or a document. */
struct item {
	int64_t list, id;
	bool bin;        /* in the recycle bin */
	int64_t version; /* owshiddenversion: one more with each change */
	int64_t ui;      /* _UIVersion: 512 a major version */
	char uid[GUID_SIZE];
	char guid[GUID_SIZE];
	int64_t created, modified;
	int64_t author, editor;
	bool folder;
	char *dir;  /* "sites/team/Lists/Tasks"; owned, like the rest */
	char *leaf; /* "3_.000", a folder's or a document's name */
	char *ctype;
	int64_t moderation; /* _ModerationStatus: 0 approved, 1 rejected, MODERATION_PENDING, 3 draft, 4 scheduled */
	double order;
	int64_t size; /* of a document, bytes */
	int64_t doc_modified;
	int64_t attachments; /* how many */
	struct pairs vals;   /* stored forms by column name */
	struct pairs bag;    /* property -> "TT|value" */
};

#define ITEM_INIT { .vals = PAIRS_INIT, .bag = PAIRS_INIT }

void item_release(struct item *i);

/* Reads what ITEM_GET and ITEMS_... select; memory of i is used again. 0 or -errno. */
MUST_CHECK int item_read(struct stmt *st, struct item *i);

/* 0, -ENOENT (none, or in the recycle bin), -errno. */
MUST_CHECK int item_get(struct db *db, const struct list *l, int64_t id, struct item *ret);

/* As item_get, but the recycle bin counts, too. */
MUST_CHECK int item_get_any(struct db *db, const struct list *l, int64_t id, struct item *ret);

/* Writes the row. 0, -EEXIST (another item has this path), -errno. */
MUST_CHECK int item_put(struct db *db, const struct item *i);

/* Makes a fresh item of the list: ids, times, author; dir, leaf and ctype are NULL. 0 or -errno. */
MUST_CHECK int item_start(struct list *l, int64_t author, int64_t now, struct item *ret);

static inline void item_release_p(struct item *i)
{
	item_release(i);
}

#endif
