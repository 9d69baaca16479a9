#ifndef STORE_FORM_H
#define STORE_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct store;

/*
 * What the file of an item is made of besides the item, for the few items that have such a thing: what it is part
 * of, the UID that a tool gave it, and the lines of its file that the server has no place for.
 */
struct store_form {
	int64_t master; /* local id of the item whose file shows it; below 0: the ID on the server, negative, of one
			 * that is not here; 0: it has a file of its own */
	char *uid;      /* owned; NULL: as the item says */
	char *extras;   /* owned; NULL: none */
};

#define STORE_FORM_INIT { 0 }

void store_form_release(struct store_form *f);
static inline void store_form_release_p(struct store_form *f)
{
	store_form_release(f);
}

/* Always 0 but for -errno: an item without one has an empty one. ret is initialised by the caller. */
MUST_CHECK int store_form_get(struct store *s, int64_t item, struct store_form *ret);

/* Stores or, when it is empty, removes it. Goes with the item. */
MUST_CHECK int store_form_put(struct store *s, int64_t list, int64_t item, const struct store_form *f);

/* Whether an item of the list has that UID: 1 or 0. */
MUST_CHECK int store_form_has_uid(struct store *s, int64_t list, const char *uid);

/* Local ids, ascending, of the items of the list with that master; *ret is to be freed. Returns 0 or -errno. */
MUST_CHECK int store_form_of_master(struct store *s, int64_t list, int64_t master, int64_t **ret, size_t *ret_n);

#endif
