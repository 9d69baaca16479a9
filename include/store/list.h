#ifndef STORE_LIST_H
#define STORE_LIST_H

#include <stdint.h>

#include "base/attr.h"
#include "model/list.h"

struct store;

enum store_list_state {
	STORE_LIST_NEW,       /* registered, never received to its end */
	STORE_LIST_OK,
	STORE_LIST_GONE,      /* the server has it no more: read-only, kept */
	STORE_LIST_FORBIDDEN, /* the server refuses it: read-only, kept */
};

struct store_list {
	int64_t id;
	char *site;       /* owned; the web's URL, no slash at the end */
	char *name;       /* owned; its directory's name in the mount's root */
	struct list info; /* owned; as the server described it last */
	int64_t root;     /* inode of its directory */
	enum store_list_state state;
	char *token;      /* owned; change token of the last complete pull, NULL: none */
	char *perm_text;  /* owned; EffectivePermMask as sent, NULL */
	uint64_t perm;    /* PERM_FULL until the server said otherwise */
	int64_t last_sync; /* wall clock ns of the end of the last successful pull, 0: never */
	int min_minutes;   /* MinTimeBetweenSyncs */
	int recommended_seconds;
	int64_t generation; /* of the last full pull; items of an older one are not on the server */
	char *error;      /* owned; why the last sync failed, NULL: it did not */
};

#define STORE_LIST_INIT { 0 }

void store_list_release(struct store_list *l);
static inline void store_list_release_p(struct store_list *l)
{
	store_list_release(l);
}

/* Why nothing can be changed in the list, whoever asks, in words; NULL: rights decide. Such a list shows no write bits. */
const char *store_list_read_only(const struct store_list *l);

/*
 * Registers a list and makes its directory node. -EEXIST: the site's list or the
 * name is registered already.
 */
MUST_CHECK int store_list_add(struct store *s, const char *site, const char *name, const struct list *info,
			      int64_t *ret_id);

/* 0 or -ENOENT. ret is initialised by the caller. */
MUST_CHECK int store_list_get(struct store *s, int64_t id, struct store_list *ret);
MUST_CHECK int store_list_find(struct store *s, const char *name, struct store_list *ret);
MUST_CHECK int store_list_find_guid(struct store *s, const char *site, const char *guid, struct store_list *ret);

/* In order of names. fn's negative return ends it and is returned; fn may call the store. */
MUST_CHECK int store_list_each(struct store *s, int (*fn)(void *arg, const struct store_list *l), void *arg);

/* Everything but id, site, name and root is stored from l. -ENOENT; -EEXIST: info.id is that of another list of
 * the site. */
MUST_CHECK int store_list_put(struct store *s, const struct store_list *l);

/* Removes the list with its items, nodes, texts, vacancies and changes. scratch/INO files are the caller's. */
MUST_CHECK int store_list_remove(struct store *s, int64_t id);

#endif
