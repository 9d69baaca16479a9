#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/item.h"
#include "model/values.h"

struct store;

/*
 * An item of a list. item.values are what the user sees: the server's values
 * with the changes laid over that the server has not accepted yet. `base` are
 * the server's own, kept only while the two differ (has_base).
 */
struct store_item {
	int64_t id;   /* local, never reused; 0 before store_item_put */
	int64_t list;
	int64_t generation;
	int64_t since;    /* documents: all versions from this one to item.version are our own doing */
	struct item item; /* owned; item.id 0: not on the server yet */
	bool has_base;
	struct values base; /* owned */
};

#define STORE_ITEM_INIT { .item = ITEM_INIT }

void store_item_release(struct store_item *i);
static inline void store_item_release_p(struct store_item *i)
{
	store_item_release(i);
}

/* The server's values: base when there is one, else item.values. */
const struct values *store_item_base(const struct store_item *i);

/* 0 or -ENOENT; ret is initialised by the caller. */
MUST_CHECK int store_item_get(struct store *s, int64_t id, struct store_item *ret);
MUST_CHECK int store_item_find(struct store *s, int64_t list, int64_t sp_id, struct store_item *ret);

/* An item that is not on the server yet, by its ReplicationID. 0 or -ENOENT. */
MUST_CHECK int store_item_find_new(struct store *s, int64_t list, const char *replication_id, struct store_item *ret);

/* The same by its path. 0 or -ENOENT. */
MUST_CHECK int store_item_find_unsent(struct store *s, int64_t list, const char *path, struct store_item *ret);

/* Whether an item that is on the server has that ReplicationID: 1 or 0. */
MUST_CHECK int store_item_has_replication(struct store *s, int64_t list, const char *replication_id);

/* Without its values: whether anything changed at all costs no blob. 0 or -ENOENT. */
MUST_CHECK int store_item_peek(struct store *s, int64_t list, int64_t sp_id, int64_t *ret_id, int64_t *ret_version,
			       int64_t *ret_generation);

/* The folder item whose item.path equals `path` (no leading slash). Of several (one was deleted on the server and made
 * again) the one that a full pull saw last, the youngest of these, and one that was not sent last. 0 or -ENOENT. */
MUST_CHECK int store_item_find_folder(struct store *s, int64_t list, const char *path, int64_t *ret_id);

/* Inserts (id 0; sets it) or replaces the row. -EEXIST: the list has that sp_id already; -ENOENT: no row of that id. */
MUST_CHECK int store_item_put(struct store *s, struct store_item *i);

/* Marks the item as seen by a full pull. No such item is no error. */
MUST_CHECK int store_item_mark(struct store *s, int64_t id, int64_t generation);

/* Deletes the row and its form; its nodes, texts, vacancies and changes are the caller's to delete first. */
MUST_CHECK int store_item_delete(struct store *s, int64_t id);

/* All items of a list by local id; list 0: of all lists. fn's negative return ends it, positive too
 * (and is returned). fn may call the store, also to delete the item it is given. */
MUST_CHECK int store_item_each(struct store *s, int64_t list, int (*fn)(void *arg, const struct store_item *i),
			       void *arg);

/* The attachments of an item, by local id. As store_item_each(), which passes over them. */
MUST_CHECK int store_item_attached(struct store *s, int64_t owner, int (*fn)(void *arg, const struct store_item *i),
				   void *arg);

/* Local ids of items with an sp_id and a generation below `generation`, at most max. Returns how many. */
MUST_CHECK int store_item_stale(struct store *s, int64_t list, int64_t generation, int64_t ret_ids[], int max);

/* Both numbers of items with an sp_id, by local id above `after`, at most max. Returns how many. */
struct store_item_key {
	int64_t id, sp_id;
};

MUST_CHECK int store_item_keys(struct store *s, int64_t list, int64_t after, struct store_item_key ret[], int max);

/* Local ids above `after` of items, at most max, that are shown elsewhere than in a folder of their path although one is
 * shown, and for which no change waits. Looks at each item of the list. Returns how many. */
MUST_CHECK int store_item_astray(struct store *s, int64_t list, int64_t after, int64_t ret_ids[], int max);

MUST_CHECK int store_item_count(struct store *s, int64_t list, int64_t *ret);

#endif
